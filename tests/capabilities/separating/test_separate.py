"""Separating through the library's door: stems that add up, formats, honesty about what cannot be done."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
import soundfile

import tonmeister
from engines.onnx_by_hand import filter_bank
from tonmeister.capabilities.separating import judge
from tonmeister.core.errors import (
    AudioSilentError,
    AudioTooShortError,
    ChecksumError,
    ChoiceUnknownError,
    ParameterError,
)
from tonmeister.engines.separation import Doubt

RATE = 44_100
FOUR = ("drums", "bass", "other", "vocals")


@pytest.fixture(scope="module")
def song(tmp_path_factory) -> Path:
    """Eight seconds of the demo song's band."""
    folder = tmp_path_factory.mktemp("song")
    demo = tonmeister.demo(seed=3, duration_s=15, output=f"{folder}/")
    sound, rate = soundfile.read(demo.mix, dtype="float32", start=10 * RATE, stop=18 * RATE)
    path = folder / "band.wav"
    soundfile.write(path, sound, rate, subtype="FLOAT")
    return path


def read(file: str) -> np.ndarray:
    return soundfile.read(file, dtype="float32", always_2d=True)[0].T


def written(path: Path, sound: np.ndarray, rate: int = RATE) -> Path:
    soundfile.write(path, sound.T, rate, subtype="FLOAT")
    return path


@pytest.fixture(scope="module")
def result(song, tmp_path_factory):
    return tonmeister.separate(song, output=f"{tmp_path_factory.mktemp('stems')}/")


def test_the_four_stems_add_up_to_the_song(song, result):
    assert [stem.name for stem in result.stems] == list(FOUR)
    np.testing.assert_allclose(sum(read(stem.file) for stem in result.stems), read(song), atol=1e-6)
    assert result.residual_dbfs is None
    assert (result.gain_db, result.sample_rate, result.n_channels) == (0.0, RATE, 2)


def test_every_stem_says_who_made_it_and_what_it_is_worth(result):
    for stem in result.stems:
        assert (stem.tier, stem.model, stem.model_sha256) == ("draft", "tonmeister draft", result.model_sha256)
        assert stem.quality.grade in ("good", "fair", "poor", "absent")
        assert 0 < stem.quality.confidence < 1
        assert Path(stem.file).name == f"band-{stem.name}.wav"
        loudest = 20 * np.log10(np.abs(read(stem.file)).max())
        assert stem.peak_dbfs == pytest.approx(loudest, abs=0.01)
    assert sum(stem.share_percent for stem in result.stems) == pytest.approx(100, abs=0.1)
    assert "band.wav" in result.digest().title
    assert len(result.digest().rows) == 4


def test_derived_stems_are_what_remains(song, tmp_path):
    stems = ("vocals", "instrumental", "harmonic", "percussive")
    found = tonmeister.separate(song, stems=stems, output=f"{tmp_path}/")
    sounds = {stem.name: read(stem.file) for stem in found.stems}
    mix = read(song)
    np.testing.assert_allclose(sounds["vocals"] + sounds["instrumental"], mix, atol=1e-6)
    np.testing.assert_allclose(sounds["harmonic"] + sounds["percussive"], mix, atol=1e-6)
    by_name = {stem.name: stem for stem in found.stems}
    assert by_name["harmonic"].model == "median filters"
    assert by_name["harmonic"].quality.grade is None
    assert by_name["instrumental"].quality.grade is not None
    assert np.abs(sounds["percussive"]).max() > 0.01


def test_one_stem_is_the_same_alone(song, result, tmp_path):
    alone = tonmeister.separate(song, stems=("bass",), output=f"{tmp_path}/")
    np.testing.assert_array_equal(read(alone.stems[0].file), read(result.stems[1].file))


@pytest.mark.parametrize("rate", [8000, 48_000, 96_000])
def test_stems_have_the_rate_of_the_song_and_add_up_there(tmp_path, rate):
    t = np.arange(2 * rate + 17) / rate
    rng = np.random.default_rng(1)
    sound = 0.2 * np.sin(2 * np.pi * 220 * t) + rng.normal(0, 0.05, (2, t.size))
    path = written(tmp_path / "song.wav", sound.astype(np.float32), rate)
    found = tonmeister.separate(path, output=f"{tmp_path}/out/")
    stems = [read(stem.file) for stem in found.stems]
    assert found.sample_rate == rate
    np.testing.assert_allclose(sum(stems), sound, atol=2e-6)


def test_flac_keeps_what_would_clip(song, tmp_path):
    hot = written(tmp_path / "hot.wav", read(song) / np.abs(read(song)).max() * 2)
    found = tonmeister.separate(hot, format="flac", output=f"{tmp_path}/out/")
    assert -30 < found.gain_db < 0
    stems = [read(stem.file) for stem in found.stems]
    assert max(np.abs(stem).max() for stem in stems) <= 1
    np.testing.assert_allclose(sum(stems), read(hot) * 10 ** (found.gain_db / 20), atol=2e-6)
    for stem, sound in zip(found.stems, stems, strict=True):
        assert stem.peak_dbfs == pytest.approx(20 * np.log10(np.abs(sound).max()), abs=0.01)


def test_a_mono_song_is_told(song, tmp_path):
    path = written(tmp_path / "mono.wav", read(song).mean(axis=0, keepdims=True))
    found = tonmeister.separate(path, output=f"{tmp_path}/out/")
    assert found.is_mono
    assert found.n_channels == 1
    assert any("mono" in warning for warning in found.warnings)
    np.testing.assert_allclose(sum(read(stem.file) for stem in found.stems), read(str(path)), atol=1e-6)


def test_the_same_on_both_sides_is_mono_too(song, tmp_path):
    path = written(tmp_path / "twice.wav", np.repeat(read(song).mean(axis=0, keepdims=True), 2, axis=0))
    assert tonmeister.separate(path, stems=("vocals",), output=f"{tmp_path}/out/").is_mono


def test_a_stereo_song_is_not_mono(result):
    assert not result.is_mono


def test_silence_is_refused(tmp_path):
    with pytest.raises(AudioSilentError):
        tonmeister.separate(written(tmp_path / "s.wav", np.zeros((2, RATE), np.float32)), output=f"{tmp_path}/o/")


def test_what_is_too_short_is_refused(tmp_path):
    with pytest.raises(AudioTooShortError, match="at least"):
        tonmeister.separate(written(tmp_path / "s.wav", np.ones((2, 9000), np.float32)), output=f"{tmp_path}/o/")


@pytest.mark.parametrize(
    "given",
    [
        {"tier": "model"},
        {"tier": "draft", "weights": "x.onnx"},
        {"stems": ("drums", "drums")},
        {"stems": ()},
        {"stems": ("flute",)},
        {"weights_sha256": "abc"},
    ],
)
def test_what_does_not_fit_is_refused_before_any_work(song, given):
    with pytest.raises(ParameterError):
        tonmeister.separate(song, **given)


# --- the model tier ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def weights(tmp_path_factory) -> tuple[Path, str]:
    """A network that gives a quarter of the song to each stem, and states its licence."""
    pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
    taps = np.zeros((4, 2, 2, 1))
    taps[:, 0, 0] = taps[:, 1, 1] = 0.2
    file = tmp_path_factory.mktemp("weights") / "fifth.onnx"
    file.write_bytes(filter_bank(taps, 22_050, {"licence": "CC0-1.0", "name": "fifths"}))
    return file, hashlib.sha256(file.read_bytes()).hexdigest()


def test_the_licence_is_shown_before_the_network_runs(song, weights, tmp_path):
    file, sha256 = weights
    with pytest.raises(ParameterError, match=r"CC0-1\.0") as caught:
        tonmeister.separate(song, tier="model", weights=file, weights_sha256=sha256, output=f"{tmp_path}/")
    assert caught.value.field == "accept_weights_licence"
    assert not list(tmp_path.iterdir())


def test_other_weights_than_stated_are_refused(song, weights):
    with pytest.raises(ChecksumError):
        tonmeister.separate(song, tier="model", weights=weights[0], weights_sha256="0" * 64)


def test_a_network_of_ones_own_runs(song, weights, tmp_path):
    file, sha256 = weights
    found = tonmeister.separate(
        song, tier="model", weights=file, weights_sha256=sha256, accept_weights_licence=True,
        stems=("drums", "instrumental"), output=f"{tmp_path}/",
    )  # fmt: skip
    mix = read(song)
    np.testing.assert_allclose(read(found.stems[0].file), 0.2 * mix, atol=1e-5)
    np.testing.assert_allclose(read(found.stems[1].file), 0.8 * mix, atol=1e-5)
    assert (found.tier, found.model, found.model_sha256) == ("model", "fifths", sha256)
    assert found.stems[0].tier == "model"
    assert found.quality is None
    # A fifth of the song is in no stem.
    level = 20 * np.log10(0.2 * np.sqrt(np.mean(mix.astype(np.float64) ** 2)))
    assert found.residual_dbfs == pytest.approx(level, abs=0.1)
    assert any("CC0-1.0" in warning for warning in found.warnings)


def test_a_network_is_not_asked_for_what_it_does_not_know(song, weights, tmp_path):
    file, sha256 = weights
    with pytest.raises(ChoiceUnknownError, match="percussive"):
        tonmeister.separate(
            song, tier="model", weights=file, weights_sha256=sha256, accept_weights_licence=True,
            stems=("percussive",), output=f"{tmp_path}/",
        )  # fmt: skip


# --- the judgement -------------------------------------------------------------------------------------------------


def doubt(wanted: list[float], uncertain: list[float]) -> Doubt:
    return Doubt(np.array(wanted), np.array(uncertain), mid=sum(wanted) + sum(uncertain), side=1.0)


STEREO = judge.Mix(mid=10.0, side=1.0, duration_s=60.0, n_samples=60 * RATE)
MONO = judge.Mix(mid=10.0, side=0.0, duration_s=60.0, n_samples=60 * RATE)


def test_doubt_lowers_the_grade():
    sure, unsure = (judge.qualities(doubt([1.0] * 4, [x] * 4), STEREO)["vocals"] for x in (0.01, 1.5))
    assert sure.grade == "good"
    assert unsure.grade == "poor"
    assert sure.estimated_sdr_db > unsure.estimated_sdr_db


def test_mono_lowers_the_estimate_and_the_trust():
    stereo, mono = (judge.qualities(doubt([1.0] * 4, [0.1] * 4), mix)["vocals"] for mix in (STEREO, MONO))
    assert mono.estimated_sdr_db < stereo.estimated_sdr_db
    assert mono.confidence < stereo.confidence


def test_a_stem_without_sound_is_absent():
    found = judge.qualities(doubt([1.0, 1.0, 1.0, 0.001], [0.1] * 4), STEREO)
    assert found["vocals"].grade == "absent"
    assert found["vocals"].estimated_sdr_db is None


def test_what_cannot_be_taken_apart_is_told():
    one = doubt([0.01, 0.01, 5.0, 0.01], [0.01] * 4)
    assert any("nothing to take apart" in text for text in judge.warnings(one, judge.qualities(one, STEREO), STEREO))
    vague = doubt([1.0] * 4, [3.0] * 4)
    asked = judge.warnings(vague, judge.qualities(vague, STEREO), STEREO, asked=("vocals", "instrumental"))
    assert any(text.startswith("Not to be used alone") and text.endswith(": vocals.") for text in asked)
    assert not any("Not to be used" in text for text in judge.warnings(
        vague, judge.qualities(vague, STEREO), STEREO, asked=("instrumental",)))  # fmt: skip
    texts = judge.warnings(vague, judge.qualities(vague, STEREO), STEREO)
    assert any("vocals" in text and "alone" in text for text in texts)


def test_the_middle_grade_counts():
    one = judge.qualities(doubt([1.0] * 4, [0.01, 0.01, 2.0, 2.0]), STEREO)
    assert judge.overall(one) == "poor"
    assert judge.overall(judge.qualities(doubt([1.0] * 4, [0.01] * 4), STEREO)) == "good"


def test_how_surround_was_folded_is_told(song, tmp_path):
    left, right = read(song)
    quiet = np.zeros_like(left)
    six = np.stack([quiet, quiet, left, right, quiet, quiet])
    path = tmp_path / "six.wav"
    soundfile.write(path, six.T[: 3 * RATE], RATE, subtype="FLOAT")
    found = tonmeister.separate(path, output=f"{tmp_path}/out/")
    assert any("LFE left out" in text and "C to both sides at -3 dB" in text for text in found.warnings)
    mix = sum(read(stem.file) for stem in found.stems)
    np.testing.assert_allclose(mix, np.stack([left[: 3 * RATE]] * 2) * np.float32(0.5**0.5), atol=1e-6)


def test_the_grade_is_that_of_the_figure_that_is_told():
    from types import SimpleNamespace

    from tonmeister.capabilities.separating.judge import FAIR_SDR_DB, GOOD_SDR_DB, _quality

    mix = SimpleNamespace(duration_s=60.0, is_mono=False)
    for bound, above, below in ((FAIR_SDR_DB, "fair", "poor"), (GOOD_SDR_DB, "good", "fair")):
        for sdr_db, grade in ((bound - 0.04, above), (bound - 0.06, below), (bound, above)):
            found = _quality(sdr_db, 20.0, mix)
            assert (found.grade, found.estimated_sdr_db >= bound) == (grade, grade == above)

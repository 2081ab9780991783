"""Adaptive, reference and hybrid; platforms; what is refused; what is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from capabilities.mastering.songs import Sound, make_song, read, write
from tonmeister.app import capability
from tonmeister.capabilities.mastering.params import MasterResult
from tonmeister.capabilities.mastering.presets import catalogue
from tonmeister.capabilities.mastering.words import platform_outcome
from tonmeister.core.errors import (
    AudioSilentError,
    AudioTooShortError,
    ChannelsUnsupportedError,
    ChoiceUnknownError,
    CombinationError,
    ParameterError,
    TonmeisterError,
)
from tonmeister.jobs.runner import Runner

Master = Callable[..., MasterResult]


@pytest.fixture(scope="module")
def song() -> Sound:
    return make_song(5.0)


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another song, brighter and narrower, at another rate."""
    sound = make_song(6.0, 48000, seed=4).astype(np.float64)
    spectrum = np.fft.rfft(sound, axis=1)
    hz = np.fft.rfftfreq(sound.shape[1], 1 / 48000)
    spectrum *= (np.maximum(hz, 50.0) / 1000.0) ** 0.6
    sound = np.fft.irfft(spectrum, sound.shape[1], axis=1)
    middle = sound.mean(axis=0)
    sound = middle + 0.5 * (sound - middle)
    sound *= 0.4 / np.abs(sound).max()
    return write(tmp_path_factory.mktemp("reference") / "ref.wav", sound.astype(np.float32), 48000)


def shape(result: MasterResult, *, after: bool = True) -> dict[float, float]:
    """Return the third-octave levels from 100 Hz to 10 kHz about their mean."""
    figures = result.after if after else result.before
    levels = {b.centre_hz: b.level_dbfs for b in figures.third_octaves if 100 <= b.centre_hz <= 10000 and b.level_dbfs}
    mean = np.mean(list(levels.values()))
    return {hz: level - mean for hz, level in levels.items()}


def distance_db(a: dict[float, float], b: dict[float, float]) -> float:
    both = a.keys() & b.keys()
    return float(np.sqrt(np.mean([(a[hz] - b[hz]) ** 2 for hz in both])))


@pytest.fixture(scope="module")
def reference_itself(master: Master, reference: Path) -> MasterResult:
    return master(reference, target_lufs=-20.0)


def test_reference_mode_moves_towards_the_reference(
    master: Master, song: Sound, reference: Path, reference_itself: MasterResult
) -> None:
    wanted = shape(reference_itself, after=False)
    found = [master(song, reference=str(reference), amount_percent=amount, bit_depth=32) for amount in (0, 50, 100)]
    far, nearer, nearest = (distance_db(shape(result), wanted) for result in found)
    assert nearest < nearer - 0.5 < far - 1.0
    assert all(result.mode == "reference" for result in found)
    loudness = reference_itself.before.integrated_lufs
    assert [result.after.integrated_lufs for result in found] == pytest.approx([loudness] * 3, abs=0.1)


def test_width_moves_towards_the_reference(master: Master, song: Sound, tmp_path: Path) -> None:
    middle = song.mean(axis=0)
    widths = {}
    for share in (0.5, 1.0, 1.8):
        path = write(tmp_path / f"{share}.wav", (0.5 * (middle + share * (song - middle))).astype(np.float32))
        widths[share] = master(song, reference=str(path), amount_percent=100).after.width_percent
    assert widths[0.5] < widths[1.0] - 0.5 < widths[1.8] - 1.0


def with_side(sound: Sound, share_percent: float, low_hz: float, seed: int) -> Sound:
    """Return the song in mono, with noise above a frequency as its side; the side has this share of the power."""
    middle = sound.mean(axis=0)
    noise = np.fft.rfft(np.random.default_rng(seed).standard_normal(len(middle)))
    noise[np.fft.rfftfreq(len(middle), 1 / 44100) < low_hz] = 0
    side = np.fft.irfft(noise, len(middle))
    side *= np.sqrt(np.mean(middle**2) * share_percent / (100 - share_percent) / np.mean(side**2))
    return np.stack([middle + side, middle - side]).astype(np.float32)


@pytest.mark.parametrize("amount_percent", [80, 100])
@pytest.mark.parametrize("own_percent", [2, 5, 20])
def test_the_width_does_not_pass_that_of_the_reference(
    master: Master, tmp_path: Path, own_percent: float, amount_percent: float
) -> None:
    """A dull song whose highs are wide gets wider by the equaliser alone."""
    spectrum = np.fft.rfft(make_song(6.0), axis=1)
    hz = np.fft.rfftfreq(6 * 44100, 1 / 44100)
    dull = np.fft.irfft(spectrum / (1 + (hz / 1500) ** 2), 6 * 44100, axis=1)
    mix = 0.4 * with_side(dull, own_percent, 3000, 1)
    bright = np.fft.irfft(spectrum * (1 + hz / 3000), 6 * 44100, axis=1)
    reference = write(tmp_path / "ref.wav", 0.1 * with_side(bright, 11, 1000, 2))
    result = master(mix, reference=str(reference), amount_percent=amount_percent, dynamic_eq={"enabled": False})
    assert result.before.width_percent == pytest.approx(own_percent, abs=1.0)
    assert max(band.gain_db for band in result.eq_curve) > 5, "the equaliser must have raised the highs"
    low, high = sorted((own_percent, 11))
    assert low - 1.5 < result.after.width_percent < high + 2.0
    for note in result.notes:
        if note.text.startswith(("Widened", "Narrowed")):
            assert "the reference" in note.text


def test_a_reference_of_another_kind_is_warned_of(master: Master, song: Sound, tmp_path: Path) -> None:
    spectrum = np.fft.rfft(song, axis=1)
    hz = np.fft.rfftfreq(song.shape[1], 1 / 44100)
    warned = {}
    for tilt in (0.2, 2.0):
        tilted = np.fft.irfft(spectrum * (np.maximum(hz, 30) / 1000) ** tilt, song.shape[1], axis=1)
        path = write(tmp_path / f"{tilt}.wav", (tilted * 0.3 / np.abs(tilted).max()).astype(np.float32))
        for mode in ("reference", "hybrid"):
            texts = master(song, reference=str(path), mode=mode).warnings
            warned[tilt, mode] = any("very unlike the mix" in text and "--mode hybrid" in text for text in texts)
    assert warned == {
        (0.2, "reference"): False,
        (0.2, "hybrid"): False,
        (2.0, "reference"): True,
        (2.0, "hybrid"): False,
    }


@pytest.mark.parametrize("asked_percent", [40, 130])
def test_a_width_asked_for_is_told_as_asked_for(master: Master, song: Sound, asked_percent: float) -> None:
    told = [note.text for note in master(song, width={"width_percent": asked_percent}).notes if note.stage == "width"]
    assert f"Set the sides to {asked_percent} % of their level, as asked." in told
    assert not any("records" in text for text in told)


def test_a_song_as_its_own_reference_is_left_alone(master: Master, song: Sound, tmp_path: Path) -> None:
    path = write(tmp_path / "itself.wav", song)
    result = master(path, reference=str(path), amount_percent=100, bit_depth=32)
    assert max(abs(band.gain_db) for band in result.eq_curve if 60 < band.frequency_hz < 12000) < 0.5
    assert result.after.integrated_lufs == pytest.approx(result.before.integrated_lufs, abs=0.05)
    assert result.after.width_percent == pytest.approx(result.before.width_percent, abs=1.0)


def test_hybrid_lies_between(master: Master, song: Sound, reference: Path) -> None:
    kept: dict[str, Any] = {"amount_percent": 100, "dynamic_eq": {"enabled": False}}
    curves = {
        mode: {band.frequency_hz: band.gain_db for band in master(song, mode=mode, **asked, **kept).eq_curve}
        for mode, asked in (
            ("adaptive", {}),
            ("hybrid", {"reference": str(reference)}),
            ("reference", {"reference": str(reference)}),
        )
    }
    to_adaptive, to_reference, apart = (
        distance_db(curves[a], curves[b])
        for a, b in (("hybrid", "adaptive"), ("hybrid", "reference"), ("adaptive", "reference"))
    )
    assert apart > 2.0
    assert to_adaptive < apart
    assert to_reference < apart


def test_hybrid_loudness_is_the_middle(master: Master, song: Sound, reference: Path) -> None:
    asked = {"reference": str(reference), "genre": "rock"}
    targets = {mode: master(song, mode=mode, **asked).target_lufs for mode in ("reference", "hybrid")}
    rock = catalogue().genre["rock"].target_lufs
    assert targets["hybrid"] == pytest.approx((targets["reference"] + rock) / 2, abs=0.01)


@pytest.mark.parametrize(
    ("params", "error", "field"),
    [
        ({"mode": "reference"}, CombinationError, "reference"),
        ({"mode": "adaptive", "reference": "SELF"}, CombinationError, "mode"),
        ({"preset": "wram"}, ChoiceUnknownError, None),
        ({"genre": "tekno"}, ChoiceUnknownError, None),
        ({"platform": "spotfy"}, ChoiceUnknownError, None),
        ({"format": ("mp3",), "sample_rate": 96000}, CombinationError, "sample_rate"),
        ({"format": ("opus",), "sample_rate": 44100}, CombinationError, "sample_rate"),
        ({"format": ("flac",), "bit_depth": 32}, CombinationError, "bit_depth"),
        ({"format": ("mp3",), "bitrate_kbps": 100}, CombinationError, "bitrate_kbps"),
        ({"format": ("wav", "m4a"), "sample_rate": 192000}, CombinationError, "sample_rate"),
        ({"target_lufs": -3.0}, ParameterError, "target_lufs"),
        ({"ceiling_dbtp": 0.5}, ParameterError, "ceiling_dbtp"),
        ({"isrc": "nonsense"}, ParameterError, "isrc"),
        ({"compressor": {"crossovers_hz": (700, 120, 4500)}}, CombinationError, "compressor.crossovers_hz"),
    ],
)
def test_what_does_not_go_together_is_refused(
    master: Master, tmp_path: Path, params: dict[str, Any], error: type[TonmeisterError], field: str | None
) -> None:
    """All but the crossovers, which depend on the song, before the song is even looked for."""
    early = "compressor" not in params
    path = tmp_path / "missing.wav" if early else write(tmp_path / "song.wav", make_song(1.0))
    params = {key: str(path) if value == "SELF" else value for key, value in params.items()}
    with pytest.raises(error) as caught:
        master(path, **params)
    if field:
        assert caught.value.field == field
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("params", "sample_rate"), [({"format": ("opus",), "bitrate_kbps": 400}, 48000), ({"format": ("wav",)}, 44100)]
)
def test_a_bit_rate_too_high_for_mono_is_refused_before_the_song_is_read(
    runner: Runner, tmp_path: Path, params: dict[str, Any], sample_rate: int
) -> None:
    told: list[str] = []

    def run(n_channels: int) -> None:
        mix = write(tmp_path / f"{n_channels}.wav", make_song(2.0, sample_rate, n_channels), sample_rate)
        runner.run_here(
            capability("master"), {"mix": str(mix), "report": False} | params, output=f"{tmp_path}/{n_channels}/",
            on_progress=lambda _fraction, stage: told.append(stage),
        )  # fmt: skip

    run(2)
    assert "shaping" in told
    told.clear()
    if "bitrate_kbps" in params:
        with pytest.raises(CombinationError) as caught:
            run(1)
        assert caught.value.field == "bitrate_kbps"
        assert not {"reading", "shaping"} & set(told)
    else:
        run(1)


def test_a_genre_beside_a_reference_is_hinted_at(master: Master, song: Sound, reference: Path) -> None:
    for mode, genre, hinted in (("reference", "rock", True), ("hybrid", "rock", False), ("reference", None, False)):
        texts = master(song, reference=str(reference), mode=mode, genre=genre).warnings
        assert any("of the genre" in text and "--mode hybrid" in text for text in texts) == hinted


@pytest.mark.parametrize(
    ("bit_depth", "sample_rate", "is_told"),
    [(16, 48000, False), (16, 96000, True), (24, 44100, True), (32, 96000, False)],
)
def test_dither_that_cannot_be_shaped_is_told(
    master: Master, song: Sound, bit_depth: int, sample_rate: int, is_told: bool
) -> None:
    texts = master(song, bit_depth=bit_depth, sample_rate=sample_rate, dither={"kind": "shaped"}).warnings
    assert any("plain triangular dither" in text for text in texts) == is_told


def test_silence_and_snippets_are_named(master: Master) -> None:
    with pytest.raises(AudioSilentError, match=r"song\.wav.*-70 LUFS"):
        master(np.zeros((2, 44100 * 2), np.float32))
    with pytest.raises(AudioTooShortError, match=r"0\.300 s"):
        master(make_song(0.3))


def test_surround_is_refused_or_folded(master: Master) -> None:
    stereo = make_song(3.0, 48000)
    centre = make_song(3.0, 48000, 1, seed=2)
    surround = np.concatenate([stereo, centre, np.zeros_like(centre), 0.5 * stereo]).astype(np.float32)
    with pytest.raises(ChannelsUnsupportedError, match="6 channels") as caught:
        master(surround, sample_rate_in=48000)
    assert "--fold-down" in str(caught.value.remedy)
    kept = {"amount_percent": 0, "eq": {"enabled": False}, "width": {"enabled": False}, "target_lufs": -24.0}
    result = master(surround, sample_rate_in=48000, fold_down=True, bit_depth=32, **kept)
    assert any("Folded 6 channels" in text for text in result.warnings)
    out = read(result.deliverables[0].file)
    assert out.shape == stereo.shape
    plain = stereo + np.sqrt(0.5) * centre + np.sqrt(0.5) * 0.5 * stereo
    likeness = np.vdot(out, plain) / np.sqrt(np.vdot(out, out) * np.vdot(plain, plain))
    assert likeness == pytest.approx(1.0, abs=1e-4)


def test_a_low_rate_is_raised_and_told(master: Master) -> None:
    result = master(make_song(3.0, 22050), sample_rate_in=22050)
    assert result.deliverables[0].sample_rate == 44100
    assert "Converted from 22050 Hz to 44100 Hz." in result.warnings


@pytest.mark.parametrize(
    ("platform", "lufs", "peak", "gain", "words"),
    [
        ("spotify", -9.0, -1.0, -5.0, "turn this down 5.0 dB"),
        ("spotify", -14.0, -1.0, 0.0, "play this as it is"),
        ("spotify", -20.0, -8.0, 6.0, "turn this up 6.0 dB"),
        ("spotify", -20.0, -3.0, 2.0, "turn this up 2.0 dB"),
        ("youtube", -20.0, -8.0, 0.0, "leave this as it is, 6.0 dB below"),
        ("youtube", -9.0, -1.0, -5.0, "turn this down 5.0 dB"),
        ("netflix", -14.0, -3.0, 0.0, "sends back what is out of its range; this lies 10.0 dB above the -24 LUFS"),
        ("cd", -9.0, -1.0, 0.0, "played as it is; this lies on the -9 LUFS of CD"),
        ("club", -14.0, -1.0, 0.0, "plays files as they are; this lies 6.0 dB below the -8 LUFS of Club"),
        ("podcast", -16.5, -1.0, 0.0, "play files as they come; this lies 0.5 dB below"),
    ],
)
def test_platforms_do_the_sums_right(platform: str, lufs: float, peak: float, gain: float, words: str) -> None:
    outcome = platform_outcome(platform, catalogue().platform[platform], lufs, peak, is_mono=False)
    assert outcome.gain_db == pytest.approx(gain)
    assert words in outcome.text


def test_a_platform_sets_target_and_ceiling(master: Master, song: Sound) -> None:
    for name in ("spotify", "apple-music", "ebu-r128"):
        platform = catalogue().platform[name]
        result = master(song, platform=name)
        assert (result.target_lufs, result.ceiling_dbtp) == (platform.target_lufs, platform.ceiling_dbtp)
        assert result.deliverables[0].within_promise
        own = next(outcome for outcome in result.platforms if outcome.platform == name)
        assert own.gain_db == pytest.approx(0.0, abs=0.1)
    assert master(song, platform="spotify", target_lufs=-11.0).target_lufs == -11.0


def test_the_notes_tell_what_happened(master: Master, song: Sound) -> None:
    result = master(song, target_lufs=-9.0, genre="rock", saturation={"drive_db": 3}, width={"mono_below_hz": 90})
    told = {note.stage: note.text for note in result.notes}
    assert "to -9.0 LUFS" in told["loudness"]
    assert "you asked for it" in told["loudness"]
    assert "3.0 dB of drive" in told["saturation"]
    assert "90 Hz mono" in told["width"]
    row = next(row for row in result.gain_reduction if row.stage == "limiter")
    assert f"{row.max_db:.1f} dB off peaks" in told["limiter"]
    assert not any("-0.0" in note.text for note in result.notes)


def test_an_idle_limiter_takes_nothing_off(master: Master, song: Sound) -> None:
    told = {note.stage: note.text for note in master(song, target_lufs=-30.0).notes}
    assert "othing to do" in told["limiter"]

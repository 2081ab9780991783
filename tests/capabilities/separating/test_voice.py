"""What is no voice is not passed off as one, and speech is told."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile

import tonmeister
from tonmeister.capabilities.separating import judge
from tonmeister.capabilities.separating.voice import (
    CERTAIN_ODDS,
    NO_VOICE_ODDS,
    Ear,
    estimate_voice_odds,
    is_noise,
    judges,
)
from tonmeister.dsp.voice_traits import NAMES
from tonmeister.engines.separation import Doubt

STEREO = judge.Mix(mid=10.0, side=1.0, duration_s=60.0, n_samples=60 * 44_100)
SURE = Doubt(np.ones(4), np.full(4, 0.01), mid=4.04, side=1.0)


def test_what_was_learned_fits_what_is_measured():
    model = judges()["voice"]
    assert len(model["mean"]) == len(model["spread"]) == len(model["weights"]) == len(NAMES)
    assert set(judges()["sdr"]["offsets_db"]) == {"drums", "bass", "other", "vocals"}


def test_what_does_not_sound_like_a_voice_is_absent():
    ear = Ear(voice_odds=-3.0)
    found = judge.qualities(SURE, STEREO, ear)
    assert found["vocals"].grade == "absent"
    assert found["vocals"].estimated_sdr_db is None
    assert (
        found["instrumental"].estimated_sdr_db
        < judge.qualities(SURE, STEREO, Ear(3.0))["instrumental"].estimated_sdr_db
    )
    assert any("does not sound like a voice" in text for text in judge.warnings(SURE, found, STEREO, ear))


def test_what_may_be_a_voice_is_poor_and_told():
    ear = Ear(voice_odds=-0.2)
    found = judge.qualities(SURE, STEREO, ear)
    assert found["vocals"].grade == "poor"
    assert found["vocals"].confidence == 0.5
    assert any("may be a voice or an instrument" in text for text in judge.warnings(SURE, found, STEREO, ear))


def test_a_voice_is_left_alone():
    ear = Ear(voice_odds=2.0)
    found = judge.qualities(SURE, STEREO, ear)
    assert found["vocals"].grade == "good"
    assert judge.warnings(SURE, found, STEREO, ear) == ()


def test_speech_is_told_and_nothing_of_it_is_more_than_poor():
    ear = Ear(voice_odds=2.0, is_spoken=True)
    found = judge.qualities(SURE, STEREO, ear)
    assert {one.grade for one in found.values()} == {"poor"}
    assert any("speech" in text for text in judge.warnings(SURE, found, STEREO, ear))


def test_each_stem_is_on_a_line_of_its_own():
    found = judge.qualities(SURE, STEREO)
    offsets_db = judge.judges()["sdr"]["offsets_db"]
    assert len(set(offsets_db.values())) == 4
    for stem, offset_db in offsets_db.items():
        apart_db = found[stem].estimated_sdr_db - found["drums"].estimated_sdr_db
        assert apart_db == pytest.approx(offset_db - offsets_db["drums"], abs=0.11), "each is rounded to a tenth"


def test_silence_has_no_voice_to_tell(tmp_path):
    path = tmp_path / "still.wav"
    soundfile.write(path, np.zeros(88_200, np.float32), 44_100)
    ticks: list[int] = []
    assert estimate_voice_odds(path, lambda: ticks.append(1)) is None
    assert ticks


def test_a_voice_in_places_is_not_denied():
    ear = Ear(voice_odds=-3.0, best_odds=1.5)
    found = judge.qualities(SURE, STEREO, ear)
    assert (found["vocals"].grade, ear.found) == ("poor", "in places")
    assert not ear.is_instrumental
    assert any("some of it may be one" in text for text in judge.warnings(SURE, found, STEREO, ear))


def test_only_what_is_nowhere_like_a_voice_is_given_back():
    assert Ear(voice_odds=-3.0, best_odds=-2.0).is_instrumental
    for kept in (Ear(-3.0, -1.0), Ear(-0.9, -2.0), Ear(-3.0), Ear(-3.0, -2.0, is_spoken=True), Ear()):
        assert not kept.is_instrumental


def test_the_doubt_of_what_is_given_back_is_that_of_both_as_one():
    doubt = Doubt()
    masks = np.zeros((2, 4, 1, 1), np.float32)
    masks[:, :, 0, 0] = (0.1, 0.2, 0.3, 0.4)
    doubt.add(masks, np.ones((2, 1, 1), np.float32))
    kept = doubt.without_voice()
    np.testing.assert_allclose(kept.wanted, [0.02, 0.08, 2 * 0.7**2, 0], rtol=1e-5)
    np.testing.assert_allclose(kept.uncertain, [0.18, 0.32, 2 * 0.7 * 0.3, 0], rtol=1e-5)
    np.testing.assert_allclose(doubt.wanted[3], 0.32, rtol=1e-5)


@pytest.fixture
def chips(shared_audio, tmp_path):
    """Sixteen seconds of a chiptune in which nobody sings."""
    folder = shared_audio / "stems" / "lmms_skiessi_c64"
    parts = [
        soundfile.read(folder / f"{name}.ogg", dtype="float32", always_2d=True) for name in ("bass", "other", "drums")
    ]
    rate = parts[0][1]
    path = tmp_path / "chips.wav"
    soundfile.write(path, sum(part[4 * rate : 20 * rate] for part, _ in parts), rate, subtype="FLOAT")
    return path


def test_the_lead_of_a_chiptune_is_no_voice(chips, tmp_path):
    found = tonmeister.separate(chips, stems=("vocals", "instrumental"), output=f"{tmp_path}/out/")
    assert found.stems[0].quality.grade == "absent"
    assert any("does not sound like a voice" in text for text in found.warnings)


def test_a_singer_is_a_voice(shared_audio, tmp_path):
    song = shared_audio / "annotated" / "vocadito_1" / "vocadito_1.wav"
    odds = estimate_voice_odds(song, lambda: None)
    assert odds is not None
    assert odds > 1


@pytest.mark.parametrize("gains", [(1.0, -1.0), (1.0, 1.0), (1.0, 0.0)])
def test_a_voice_is_heard_wherever_it_stands_and_however_its_channels_are_turned(shared_audio, tmp_path, gains):
    sound, rate = soundfile.read(shared_audio / "annotated" / "vocadito_1" / "vocadito_1.wav", dtype="float32")
    path = tmp_path / "turned.wav"
    soundfile.write(path, np.stack([gain * sound for gain in gains], axis=1), rate, subtype="FLOAT")
    odds = estimate_voice_odds(path, lambda: None)
    assert odds is not None
    assert odds > 1


def cut(shared_audio, place: str, start_s: float, length_s: float) -> tuple[np.ndarray, int]:
    with soundfile.SoundFile(shared_audio / place) as file:
        file.seek(round(start_s * file.samplerate))
        return file.read(round(length_s * file.samplerate), dtype="float32", always_2d=True), file.samplerate


def test_what_nobody_sings_is_given_back_to_the_instruments(shared_audio, tmp_path):
    song, rate = cut(shared_audio, "songs/scott_hamster_haven.mp3", 20, 16)
    path = tmp_path / "game.wav"
    soundfile.write(path, song, rate, subtype="FLOAT")
    stems = ("drums", "bass", "other", "vocals", "instrumental")
    found = tonmeister.separate(path, stems=stems, output=f"{tmp_path}/out/")
    sounds = {stem.name: soundfile.read(stem.file, dtype="float32")[0] for stem in found.stems}
    assert found.voice == "none"
    assert not sounds["vocals"].any()
    np.testing.assert_allclose(sum(sounds[name] for name in stems[:4]), song, atol=1e-6)
    np.testing.assert_allclose(sounds["instrumental"], song, atol=1e-6)
    told = {stem.name: stem for stem in found.stems}
    assert (told["vocals"].quality.grade, told["vocals"].share_percent, told["vocals"].peak_dbfs) == ("absent", 0, None)
    assert sum(told[name].share_percent for name in stems[:4]) == pytest.approx(100, abs=0.1)
    loudest = 20 * np.log10(np.abs(sounds["other"]).max())
    assert told["other"].peak_dbfs == pytest.approx(loudest, abs=0.01)
    assert any("put back to the instruments" in text for text in found.warnings)


def test_who_sings_one_line_of_a_song_is_not_put_away(shared_audio, tmp_path):
    song, rate = cut(shared_audio, "songs/Kevin_MacLeod_-_Vibe_Ace.hq.ogg", 8, 40)
    voice, voice_rate = cut(shared_audio, "annotated/vocadito_1/vocadito_1.wav", 5, 8)
    assert voice_rate == rate
    at = slice(24 * rate, 24 * rate + len(voice))
    song[at] += voice * np.sqrt(np.mean(song[at] ** 2) / np.mean(voice**2)) / 2
    path = tmp_path / "one_line.wav"
    soundfile.write(path, song, rate, subtype="FLOAT")
    found = tonmeister.separate(path, stems=("vocals",), output=f"{tmp_path}/out/")
    vocals = soundfile.read(found.stems[0].file, dtype="float32")[0]
    assert found.voice in ("in places", "heard", "doubtful")
    assert found.stems[0].quality.grade != "absent"
    assert np.mean(vocals[at] ** 2) > 10 * np.mean(vocals[: 20 * rate] ** 2)


def test_noise_is_no_music_whatever_its_shares(tmp_path):
    noise = np.random.default_rng(8).standard_normal((13 * 44100, 2)) / 10
    path = tmp_path / "rain.wav"
    soundfile.write(path, noise, 44100, subtype="FLOAT")
    found = tonmeister.separate(path, output=f"{tmp_path}/out/")
    told = {stem.name: stem for stem in found.stems}
    assert told["drums"].share_percent > 50, "the network takes noise for drums"
    assert {stem.quality.grade for stem in found.stems} <= {"poor", "absent"}
    assert all(stem.quality.estimated_sdr_db is None for stem in found.stems)
    assert (found.quality, found.voice) == ("poor", "none")
    assert found.warnings[0].startswith("No music was found")


@pytest.mark.parametrize("start_s", [0, 30])
def test_music_is_not_taken_for_noise(shared_audio, tmp_path, start_s):
    """A bar of industrial drums and guitars is what comes nearest to noise."""
    for name in ("songs/06_starfall.ogg", "songs/track_10.ogg"):
        song, rate = cut(shared_audio, name, start_s, 4)
        rms = float(np.sqrt(np.mean(song**2)))
        assert not is_noise(iter([song.T.copy()]), rate, rms, lambda: None), name


def test_one_line_in_a_short_cut_is_not_denied(shared_audio, tmp_path):
    """Of these 5 s the last holds the beginning of the song's first line."""
    song, rate = cut(shared_audio, "songs_vocals/us_Joshua_Morin_On_the_run/audio.ogg", 60, 5)
    path = tmp_path / "cut.wav"
    soundfile.write(path, song, rate, subtype="FLOAT")
    found = tonmeister.separate(path, stems=("vocals", "other"), output=f"{tmp_path}/out/")
    assert found.voice in ("heard", "doubtful")
    assert found.stems[0].quality.grade != "absent"
    assert not any("no vocals" in text or "Nobody sings" in text for text in found.warnings)


@pytest.mark.parametrize("is_brief", [True, False])
def test_what_a_short_song_lacks_is_only_doubted(is_brief):
    ear = Ear(NO_VOICE_ODDS - 1, CERTAIN_ODDS - 1, is_brief=is_brief)
    assert ear.found == ("doubtful" if is_brief else "none")
    assert ear.is_instrumental is not is_brief
    assert ear.is_doubtful is is_brief


def test_an_absent_stem_and_what_is_told_of_the_voice_agree():
    assert Ear(is_empty=True).found == "none"
    assert Ear().found is None, "nobody has listened"

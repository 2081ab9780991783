"""What is no voice is not passed off as one, and speech is told."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile

import tonmeister
from tonmeister.capabilities.separating import judge
from tonmeister.capabilities.separating.voice import Ear, estimate_voice_odds, judges
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

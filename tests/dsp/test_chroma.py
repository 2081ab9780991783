"""Pitch classes and tuning of tones."""

from __future__ import annotations

import numpy as np
import pytest

from tonmeister.dsp import chroma


def tones(*midis: float, seconds: float = 2.0) -> np.ndarray:
    """Return tones with overtones, shape (1, samples)."""
    t = np.arange(int(seconds * 22_050)) / 22_050
    f = [440 * 2 ** ((midi - 69) / 12) for midi in midis]
    return 0.1 * sum(np.sin(2 * np.pi * k * f0 * t) / k**2 for f0 in f for k in (1, 2, 3))[np.newaxis].astype(
        np.float32
    )


def hear(sound: np.ndarray) -> chroma.Pitches:
    """Return the pitches of a sound."""
    levels = chroma.PitchLevels()
    levels.push(sound)
    return levels.finish()


@pytest.mark.parametrize("cents", [-40, -13, 0, 25, 45])
def test_the_tuning_is_found(cents):
    heard = hear(tones(*(midi + cents / 100 for midi in (57, 60, 64, 69))))
    found, confidence = chroma.estimate_tuning_cents(heard.deviation)
    assert found == pytest.approx(cents, abs=3)
    assert confidence > 0.5


def test_silence_has_no_tuning():
    assert chroma.estimate_tuning_cents(hear(np.zeros((1, 30_000), np.float32)).deviation) == (0.0, 0.0)


@pytest.mark.parametrize("cents", [0, 30])
@pytest.mark.parametrize("root", [48, 55, 62])
def test_a_triad_has_its_three_pitch_classes(root, cents):
    heard = hear(tones(*(root + step + cents / 100 for step in (0, 4, 7))))
    strongest = np.argsort(-chroma.pitch_classes(heard.magnitude, cents).sum(axis=0))[:3]
    assert set(strongest) == {root % 12, (root + 4) % 12, (root + 7) % 12}


def test_harmony_changes_where_the_chord_does():
    sound = np.concatenate([tones(48, 52, 55), tones(50, 54, 57)], axis=1)
    change = chroma.changes(chroma.pitch_classes(hear(sound).magnitude))
    assert abs(change.argmax() * chroma.FRAME_S - 2.0) < 0.12
    rises = chroma.tone_rises(hear(sound).magnitude)
    assert abs((10 + rises[10:].argmax() - 1) * chroma.FRAME_S - 2.0) < 0.12

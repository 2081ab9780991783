"""What the stems sound like is heard on the beats where it sounds."""

from __future__ import annotations

import numpy as np
import pytest

from tonmeister.capabilities.mashing.hearing import hear_stems
from tonmeister.dsp.onsets import RATE_HZ

BEAT_S = 0.5
N_BARS = 8


def tone(hz: float, level: float = 0.2) -> np.ndarray:
    t_s = np.arange(round(N_BARS * 4 * BEAT_S * RATE_HZ)) / RATE_HZ
    return (level * sum(np.sin(2 * np.pi * hz * n * t_s) / n for n in (1, 2, 3)) * np.ones((2, 1))).astype(np.float32)


def stems() -> tuple[list[np.ndarray], np.ndarray]:
    vocals, other, bass = tone(440.0), tone(261.63), tone(65.41, 0.1)
    half = vocals.shape[1] // 2
    vocals[:, half:] = 0
    drums = np.zeros_like(vocals)
    rng = np.random.default_rng(1)
    for beat in range(N_BARS * 4):
        at = round(beat * BEAT_S * RATE_HZ)
        length = RATE_HZ // 20
        drums[:, at : at + length] += 0.5 * rng.standard_normal(length) * np.exp(-np.arange(length) / 200)
    edges = np.arange(N_BARS)[:, np.newaxis] * 4 * BEAT_S + np.arange(5) * BEAT_S
    return [np.asarray(stem, np.float32) for stem in (drums, bass, other, vocals)], edges


def listened(lead: str):
    sounds, edges = stems()
    n = sounds[0].shape[1]
    blocks = (tuple(stem[:, at : at + 50_000] for stem in sounds) for at in range(0, n, 50_000))
    return hear_stems(blocks, edges, lead=lead)


@pytest.fixture(scope="module")
def heard():
    return listened("vocals")


def test_shapes_are_bars_and_beats(heard):
    assert heard.voice.shape == (N_BARS, 4)
    assert heard.lead_classes.shape == heard.backing_classes.shape == (N_BARS, 4, 12)
    assert heard.backing_strokes.shape == (N_BARS, 16, 2)
    assert heard.lead_bands.shape == (N_BARS, 4, 3)


def test_the_voice_is_where_it_sounds(heard):
    assert heard.voice[:3].min() > 0.9
    assert heard.voice[5:].max() == 0


def test_pitch_classes_are_those_of_the_stems(heard):
    assert set(heard.lead_classes[:3].argmax(axis=2).ravel()) == {9}
    assert set(heard.backing_classes[1:].argmax(axis=2).ravel()) == {0}


def test_strokes_fall_on_beats(heard):
    strokes = heard.backing_strokes[1:, :, 1].mean(axis=0)
    on, off = strokes[::4], np.delete(strokes, slice(None, None, 4))
    assert on.min() > 3 * off.max()


def test_levels_are_those_of_the_stems(heard):
    drums, bass, other, vocals = heard.level_db[1:3].mean(axis=(0, 1))
    assert other - bass == pytest.approx(6.0, abs=0.2)
    assert vocals == pytest.approx(other, abs=0.2)
    assert heard.level_db[6, 1, 3] <= -89
    assert drums < 0


def test_where_no_voice_is_the_other_instruments_lead_and_what_leaked_counts_for_nothing(heard):
    played = listened("other")
    assert set(played.lead_classes.argmax(axis=2).ravel()) == {0}
    assert not played.voice.any()
    assert heard.is_sung
    assert not played.is_sung
    # alone, without the bass and the drums beside it
    assert played.lead_bands[1:, :, 0].mean() < heard.backing_bands[1:, :, 0].mean()
    assert played.lead_strokes[1:].max() < 0.5 * heard.backing_strokes[1:].max()
    np.testing.assert_array_equal(played.backing_classes, heard.backing_classes)

"""Kick, snare and hi-hat, on strikes of our own making."""

from __future__ import annotations

import numpy as np
import pytest

from tonmeister.dsp import synth
from tonmeister.dsp.drums import HOP_SAMPLES, SAMPLE_RATE, band_levels, find_drum_hits


@pytest.fixture(scope="module")
def groove() -> tuple[np.ndarray, list[tuple[float, str]]]:
    """Eight bars of a plain beat, drum by drum."""
    rng = np.random.default_rng(5)
    played: list[tuple[float, str]] = []
    sound = np.zeros((1, 17 * SAMPLE_RATE), np.float32)
    sounds = {
        "kick": synth.kick(SAMPLE_RATE, rng),
        "snare": synth.snare(SAMPLE_RATE, rng),
        "hat": 0.5 * synth.cymbal(SAMPLE_RATE, rng, decay_s=0.06),
    }
    for eighth in range(64):
        drums = ["hat"] + (["kick"] if eighth % 4 == 0 else ["snare"] if eighth % 4 == 2 else [])
        for drum in drums:
            at_s = 0.25 * eighth + 0.1
            strike = sounds[drum]
            start = round(at_s * SAMPLE_RATE)
            sound[:, start : start + strike.shape[1]] += strike[:, : sound.shape[1] - start]
            played.append((at_s, drum))
    return 0.5 * sound / np.abs(sound).max(), played


def agreement(found: list[float], played: list[float]) -> float:
    hits = sum(any(abs(a - b) < 0.03 for b in found) for a in played)
    return 2 * hits / (len(found) + len(played))


@pytest.mark.parametrize(("drum", "least"), [("kick", 0.95), ("snare", 0.9), ("hat", 0.85)])
def test_it_tells_the_drums_apart(groove, drum, least):
    sound, played = groove
    hits = find_drum_hits(sound)
    assert agreement([h.time_s for h in hits if h.drum == drum], [t for t, name in played if name == drum]) >= least
    assert all(0 <= h.strength <= 1 and 0.5 <= h.confidence <= 1 for h in hits)
    assert [h.time_s for h in hits] == sorted(h.time_s for h in hits)


def test_loudness_changes_nothing(groove):
    sound, _ = groove
    told = [(h.time_s, h.drum) for h in find_drum_hits(sound)]
    softer = [(h.time_s, h.drum) for h in find_drum_hits(np.float32(0.01) * sound)]
    assert told == softer


def test_asking_for_more_gives_more(groove):
    sound, _ = groove
    assert len(find_drum_hits(sound, least=0.05)) > len(find_drum_hits(sound, least=0.95))


@pytest.mark.parametrize("n_samples", [0, 1, 200, 3000])
def test_silence_and_next_to_nothing_have_no_drums(n_samples):
    assert find_drum_hits(np.zeros((1, n_samples), np.float32)) == []


def test_frames_are_where_they_are_said_to_be():
    sound = np.zeros((1, SAMPLE_RATE), np.float32)
    sound[0, 40 * HOP_SAMPLES] = 1.0
    assert band_levels(sound).sum(axis=1).argmax() == 40


@pytest.mark.parametrize("n_block", [100, 1024, 50_001])
def test_blocks_change_nothing(groove, n_block):
    sound = groove[0][:, : 3 * SAMPLE_RATE + 17]
    blocks = [sound[:, at : at + n_block] for at in range(0, sound.shape[1], n_block)]
    assert np.allclose(band_levels(blocks), band_levels(sound), rtol=1e-5, atol=1e-6)
    whole, parts = find_drum_hits(sound), find_drum_hits(iter(blocks))
    assert [(hit.time_s, hit.drum) for hit in parts] == [(hit.time_s, hit.drum) for hit in whole]
    assert whole


@pytest.mark.parametrize("kind", ["white", "dark", "hum"])
def test_what_nobody_struck_is_no_drum(kind):
    noise = np.random.default_rng(11).standard_normal(6 * SAMPLE_RATE)
    if kind == "dark":
        noise = np.convolve(noise, np.ones(64) / 8, "same")
    elif kind == "hum":
        noise = np.sin(2 * np.pi * 55 * np.arange(6 * SAMPLE_RATE) / SAMPLE_RATE)
    middle = 0.1 * noise[None, SAMPLE_RATE:].astype(np.float32)
    hits = [hit for hit in find_drum_hits(middle) if 0.2 < hit.time_s < 4.8]  # where it begins, it is struck
    assert len(hits) <= 3


def test_it_refuses_stereo():
    with pytest.raises(ValueError, match="mono"):
        find_drum_hits(np.zeros((2, 100), np.float32))

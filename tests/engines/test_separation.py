"""The draft tier: stems that add up, at any length and however the song comes in, and songs it has never met."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
import pytest

from tonmeister.engines import separation
from tonmeister.engines.separation import Doubt, separate_draft
from tonmeister.engines.separation_network import STEMS, load_draft_network

RATE = separation.SAMPLE_RATE
TRAINER = Path(__file__).resolve().parents[2] / "tools" / "train_separator"


def noise(n: int) -> np.ndarray:
    return np.random.default_rng(n).normal(0, 0.1, (2, n)).astype(np.float32)


def separated(sound: np.ndarray, block: int = 65536, wanted: tuple[str, ...] = STEMS, **given) -> dict[str, np.ndarray]:
    blocks = (sound[:, start : start + block] for start in range(0, sound.shape[1], block))
    pieces = list(separate_draft(blocks, load_draft_network(), wanted=wanted, **given))
    return {name: np.concatenate([piece[name] for piece in pieces], axis=1) for name in wanted}


@pytest.mark.parametrize("n", [1, 1023, 4096, 44_100, 660_001])
def test_the_stems_add_up_to_the_song(n):
    sound = noise(n)
    stems = separated(sound)
    assert {stem.shape for stem in stems.values()} == {sound.shape}
    np.testing.assert_allclose(sum(stems.values()), sound, atol=1e-6)


def test_how_the_song_comes_in_changes_nothing():
    sound = noise(700_000)
    one, other = separated(sound, 999), separated(sound, 700_000)
    for name in STEMS:
        np.testing.assert_array_equal(one[name], other[name])


def test_joints_cannot_be_heard(monkeypatch):
    sound = noise(160_000) * np.linspace(0.01, 1, 160_000, dtype=np.float32)
    whole = separated(sound)
    monkeypatch.setattr(separation, "PIECE_FRAMES", 80)
    for name, stem in separated(sound).items():
        np.testing.assert_allclose(stem, whole[name], atol=2e-4)


def test_louder_songs_have_the_same_stems_louder():
    sound = noise(100_000)
    quiet, loud = separated(sound * 0.01), separated(sound)
    for name in STEMS:
        np.testing.assert_allclose(100 * quiet[name], loud[name], atol=2e-3)


def test_no_song_no_stems():
    assert list(separate_draft([], load_draft_network())) == []


def test_it_can_be_stopped_within_a_piece():
    calls = []

    def tick() -> None:
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        separated(noise(100_000), tick=tick)


def test_no_stretch_of_a_whole_piece_is_long():
    longest_s, before_s = 0.0, time.process_time()

    def tick() -> None:
        nonlocal longest_s, before_s
        now_s = time.process_time()
        longest_s, before_s = max(longest_s, now_s - before_s), now_s

    separated(noise(separation.PIECE_FRAMES * 1024 + 44_100), tick=tick)
    assert longest_s < 0.3


@pytest.mark.parametrize(
    ("block", "wanted", "word"),
    [
        (np.zeros((1, 9), np.float32), STEMS, "shape"),
        (np.zeros((2, 9)), STEMS, "float32"),
        (np.zeros((2, 9), np.float32), ("flute",), "flute"),
    ],
)
def test_what_makes_no_sense_is_refused(block, wanted, word):
    with pytest.raises(ValueError, match=word):
        list(separate_draft([block], load_draft_network(), wanted=wanted))


def test_masks_add_up_to_one_and_frames_come_in_pairs():
    network = load_draft_network()
    cues = np.random.default_rng(0).uniform(-1, 1, (36, 6, 436)).astype(np.float32)
    masks = network.masks(cues)
    assert masks.shape == (2, 4, 6, 436)
    assert masks.min() >= 0
    np.testing.assert_allclose(masks.sum(axis=1), 1, atol=1e-5)
    with pytest.raises(ValueError, match="even"):
        network.masks(cues[:, :5])


def test_the_network_is_small_and_named_by_its_hash():
    file = Path(separation.__file__).with_name("separation_draft.npz")
    assert file.stat().st_size < 300_000
    assert len(load_draft_network().sha256) == 64


@pytest.fixture(scope="module")
def held_out():
    """A song of the training's composer whose seed no training song has."""
    before = list(sys.path)
    sys.path.insert(0, str(TRAINER))
    try:
        from songs import song

        stems = song(2)
    finally:
        sys.path[:] = before
    return np.stack([stems[name] for name in STEMS])


def sdr_db(true: np.ndarray, found: np.ndarray) -> float:
    return float(10 * np.log10(np.sum(true.astype(np.float64) ** 2) / np.sum((true.astype(np.float64) - found) ** 2)))


def test_a_song_it_has_never_met_comes_apart(held_out):
    doubt = Doubt()
    found = separated(held_out.sum(axis=0), doubt=doubt)
    each = {name: sdr_db(true, found[name]) for name, true in zip(STEMS, held_out, strict=True)}
    assert np.mean(list(each.values())) > 5.5, each
    assert min(each.values()) > 3.0, each
    assert (doubt.wanted > 0).all()
    assert doubt.side < doubt.mid


def test_what_is_alone_stays_whole(held_out):
    drums = held_out[0]
    found = separated(drums)
    energy = {name: float(np.sum(stem.astype(np.float64) ** 2)) for name, stem in found.items()}
    assert energy["drums"] > 0.8 * sum(energy.values()), energy

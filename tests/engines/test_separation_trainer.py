"""What the trainer of the draft tier makes of words and chords, without the programs that it calls."""

from __future__ import annotations

import importlib
import itertools
import sys
from pathlib import Path

import numpy as np
import pytest

TRAINER = Path(__file__).resolve().parents[2] / "tools" / "train_separator"


@pytest.fixture(scope="module")
def trainer():
    before = list(sys.path)
    sys.path.insert(0, str(TRAINER))
    try:
        yield importlib.import_module
    finally:
        sys.path[:] = before


@pytest.fixture
def vowel(trainer):
    """Half a second at 22,050 Hz with the pitch 150 Hz and one resonance at 900 Hz."""
    t = np.arange(11_025) / 22_050
    levels = {k: 1 / (1 + ((150 * k - 900) / 150) ** 2) for k in range(1, 60)}
    return sum(level * np.cos(2 * np.pi * 150 * k * t) for k, level in levels.items()) * 0.1


def test_a_voice_is_taken_apart_into_pitch_and_mouth(trainer, vowel):
    spoken = trainer("spoken")
    assert spoken._pitch_hz(vowel[4000:5024]) == pytest.approx(150, rel=0.01)
    assert spoken._pitch_hz(np.random.default_rng(0).normal(0, 0.1, 1024)) == 0
    mouths = np.stack([spoken._mouth(vowel, centre, 150.0) for centre in range(4000, 4147, 7)])
    loudest_hz = spoken._BINS[np.argmax(mouths, axis=1)]
    assert np.abs(loudest_hz - 900).max() < 100
    # The spectrum is the mouth's, not that of the pulse under the window.
    assert (10 * np.log10(mouths)).std(axis=0)[:60].max() < 1.5


def test_a_word_gets_longer_in_its_middle(trainer):
    spoken = trainer("spoken")
    hz = np.array([0.0] * 10 + [120.0] * 30 + [0.0] * 8)
    frames = spoken._stretched(hz, 100)
    assert frames.size == 100
    assert (np.diff(frames) >= 0).all()
    assert frames[:11].tolist() == list(range(11))
    assert frames[-8:].tolist() == list(range(40, 48))
    assert spoken._stretched(np.zeros(30), 12).tolist() == list(range(12))


def test_the_lines_of_an_arranged_song_keep_to_its_scale(trainer):
    arranged = trainer("arranged")
    plan = arranged._Plan(
        beat_s=0.5, key=2, scale=arranged._MINOR, chords=(0, 5, 3, 4), loose_s=0.0, n=round(16 * arranged.RATE)
    )
    in_scale = {(2 + step) % 12 for step in arranged._MINOR}
    for seed in range(5):
        rng = np.random.default_rng(seed)
        for play in (arranged._bass, arranged._comping, arranged._picked, arranged._pad, arranged._lead):
            notes = play(rng, plan)
            assert play is arranged._lead or {midi % 12 for _, _, midi, _ in notes} <= in_scale, play.__name__
            assert all(0 <= onset < offset and 0 < loudness <= 1 for onset, offset, _, loudness in notes), play.__name__
        line = arranged._melody(rng, plan)
        assert {round(midi) % 12 for _, _, midi, _ in line} <= in_scale
        assert all(first[1] <= second[0] for first, second in itertools.pairwise(line))


def test_the_band_of_a_plain_song_plays_the_chord_of_the_bar(trainer):
    plain = trainer("plain")
    plan = plain._Plan(beat_s=0.5, key=3, circle=(0, 5, 9, 7), n_bars=8)
    chords = [{midi % 12 for midi in plan.chord(bar)} for bar in range(8)]
    assert chords[:4] == [{3, 7, 10}, {8, 0, 3}, {0, 3, 7}, {10, 2, 5}]
    for seed in range(5):
        rng = np.random.default_rng(seed)
        layers = plain._others(rng, plan)
        assert len({layer.pan for layer in layers}) == 3
        keys, guitar, pad = (layer.notes for layer in layers)
        for notes, above in ((plain._bass(rng, plan), 0), (keys, 0), (guitar, 7), (pad, 0)):
            for onset, offset, midi, loudness in notes:
                assert 0 <= onset < offset <= 16.01
                assert 0 < loudness <= 1
                assert (midi - above) % 12 in chords[int(onset / 2 + 1e-9)]
        roots = {midi % 12 for onset, _, midi, _ in plain._bass(rng, plan) if onset < 2}
        assert roots == {3}


def test_the_singer_of_a_plain_song_breathes(trainer):
    plain = trainer("plain")
    plan = plain._Plan(beat_s=0.5, key=0, circle=(0, 5, 0, 7), n_bars=8)
    line = plain._melody(np.random.default_rng(1), plan, 50)
    assert all(first[1] <= second[0] for first, second in itertools.pairwise(line))
    assert not any(onset / 0.5 % 8 >= 6 for onset, *_ in line)
    assert all(50 <= midi <= 50 + 6 + 16 for _, _, midi, _ in line)


def test_each_sitting_hears_what_it_should(trainer):
    train = trainer("train")
    rng = np.random.default_rng(0)
    kinds = [(0.25, np.arange(4)), (0.75, np.arange(10, 14))]
    drawn = np.array([train._drawn(rng, kinds) for _ in range(2000)])
    assert set(drawn.tolist()) == {*range(4), *range(10, 14)}
    assert (drawn >= 10).mean() == pytest.approx(0.75, abs=0.04)


def test_the_kinds_of_clips_lie_one_after_the_other(trainer, tmp_path):
    train = trainer("train")
    counts = train.Counts(clips=(3, 2, 2, 1, 4, 1))
    for name, kind, n in (("cues", np.int8, 36), ("masks", np.uint8, 8), ("power", np.float32, 2)):
        shape = (sum(counts.clips), train.N_FRAMES, train.N_BANDS, n)
        np.lib.format.open_memmap(tmp_path / f"{name}.npy", "w+", kind, shape).flush()
    clips = train.Clips(tmp_path, counts, None)
    heard = {name: np.concatenate([numbers for _, numbers in kinds]).tolist() for name, kinds in clips.kinds.items()}
    assert heard["third"] == list(range(8))
    assert all(heard[name] == list(range(13)) for name in ("fourth", "fifth", "sixth", "seventh"))
    for kinds in clips.kinds.values():
        assert sum(chance for chance, _ in kinds) == pytest.approx(1)


def test_every_sitting_has_its_clips_and_the_weights_are_a_mean_of_them(trainer):
    train = trainer("train")
    names = [one.kinds for one in train.SITTINGS]
    assert [one.kinds for one in train.SHORT_SITTINGS] == names
    assert set(train.SHARES) <= set(names)
    assert all(one.after is None or one.after in names[:at] for at, one in enumerate(train.SITTINGS))
    assert sum(train.SHARES.values()) == pytest.approx(1)

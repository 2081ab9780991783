"""What the parts of a mashability score promise."""

from __future__ import annotations

import numpy as np
import pytest

from tonmeister.dsp.mashability import (
    TIV_WEIGHTS,
    beside_other_keys,
    camelot,
    fold_tempo,
    frame_means,
    measure_balance,
    measure_clashes,
    measure_dissonance,
    measure_harmony,
    measure_overlap,
    measure_rhythm,
    tempo_cost,
    tonal_intervals,
)

RNG = np.random.default_rng(3)


def triad(root: int, kind: str = "major") -> np.ndarray:
    classes = np.zeros(12)
    for step in (0, 4 if kind == "major" else 3, 7):
        classes[(root + step) % 12] = 1
    return classes


def test_transposing_turns_tonal_intervals():
    classes = RNG.random((5, 12))
    for shift in range(12):
        turned = tonal_intervals(classes) * np.exp(-2j * np.pi * np.arange(1, 7) * shift / 12)
        np.testing.assert_allclose(tonal_intervals(np.roll(classes, shift, axis=1)), turned, atol=1e-9)


def test_one_note_has_the_longest_vector_and_silence_none():
    note = np.zeros((1, 12))
    note[0, 4] = 1
    assert np.linalg.norm(tonal_intervals(note)) == pytest.approx(np.linalg.norm(TIV_WEIGHTS))
    assert not tonal_intervals(np.zeros((1, 12))).any()


@pytest.mark.parametrize("shift", range(12))
def test_harmony_finds_the_shift_that_a_backing_was_moved_by(shift):
    lead = RNG.random((2, 32, 12))
    backing = np.roll(lead, shift, axis=2)
    found = measure_harmony(lead, backing, np.ones((2, 32)))
    for phrase in range(2):
        assert found[:, phrase, phrase].argmax() == shift
        assert found[shift, phrase, phrase] == pytest.approx(1.0)


def test_harmony_is_what_a_plain_correlation_says():
    lead, backing, weight = RNG.random((1, 8, 12)), RNG.random((1, 8, 12)), RNG.random((1, 8))
    front = lead / np.linalg.norm(lead, axis=2, keepdims=True)
    back = backing / np.linalg.norm(backing, axis=2, keepdims=True)
    for shift in (0, 5):
        x, y = np.roll(front[0], shift, axis=1).ravel(), back[0].ravel()
        w = np.repeat(weight[0], 12) / (12 * weight.sum())
        x, y = x - w @ x, y - w @ y
        expected = w @ (x * y) / np.sqrt((w @ x**2) * (w @ y**2))
        assert measure_harmony(lead, backing, weight)[shift, 0, 0] == pytest.approx(expected)


def test_harmony_of_silence_is_nothing():
    assert measure_harmony(np.zeros((1, 8, 12)), RNG.random((1, 8, 12)), np.ones((1, 8)))[0, 0, 0] == 0


def test_a_fifth_is_less_dissonant_than_a_semitone():
    lead = tonal_intervals(np.tile(triad(0), (1, 4, 1)))
    backing = tonal_intervals(np.tile(triad(0), (1, 4, 1)))
    even = np.ones((1, 4))
    found = measure_dissonance(lead, backing, even, even)[:, 0, 0]
    assert found[0] < found[7] < found[1]
    assert found[0] == pytest.approx(1 - np.linalg.norm(tonal_intervals(triad(0))) / np.linalg.norm(TIV_WEIGHTS))


def test_dissonance_is_what_its_formula_says():
    lead, backing = RNG.random((1, 3, 12)), RNG.random((1, 3, 12))
    a, b = RNG.random((1, 3)), RNG.random((1, 3))
    expected = 0.0
    for beat in range(3):
        first = tonal_intervals(np.roll(lead[0, beat], 2)) * a[0, beat]
        both = (first + tonal_intervals(backing[0, beat]) * b[0, beat]) / (a[0, beat] + b[0, beat])
        expected += a[0, beat] / a.sum() * (1 - np.linalg.norm(both) / np.linalg.norm(TIV_WEIGHTS))
    found = measure_dissonance(tonal_intervals(lead), tonal_intervals(backing), a, b)
    assert found[2, 0, 0] == pytest.approx(expected)


def test_clashes_are_semitones_and_nothing_else():
    front, back = np.zeros((1, 2, 12)), np.zeros((1, 2, 12))
    front[0, :, 0] = 3.0
    back[0, 0, 1], back[0, 1, 7] = 1.0, 5.0
    found = measure_clashes(front, back)[:, 0, 0]
    expected = np.zeros(12)
    expected[[0, 2, 6, 8]] = 0.5
    np.testing.assert_allclose(found, expected)
    assert not measure_clashes(np.zeros((1, 2, 12)), back).any()


def test_any_two_palettes_clash_by_a_sixth_over_all_keys():
    rng = np.random.default_rng(3)
    found = measure_clashes(rng.random((3, 8, 12)), rng.random((2, 8, 12)))
    np.testing.assert_allclose(found.mean(axis=0), 1 / 6)


def test_keys_are_compared_with_each_other_alone():
    discord = np.array([0.1, 0.5, 0.3] * 4)
    found = beside_other_keys(discord)
    assert found[0] > 0.7 > 0.3 > found[1]
    np.testing.assert_allclose(beside_other_keys(discord + 0.4), found)
    np.testing.assert_allclose(beside_other_keys(np.full(12, 0.7)), 0.5)


def test_balance_is_one_for_even_bands_and_nothing_for_one_band():
    assert measure_balance([[1, 0, 0]], [[0, 1, 1]])[0, 0] == pytest.approx(1)
    assert measure_balance([[1, 0, 0]], [[3, 0, 0]])[0, 0] == pytest.approx(0)


def test_rhythm_and_overlap_of_itself_are_full():
    template = RNG.random((2, 64, 2))
    assert measure_rhythm(template, template)[1, 1] == pytest.approx(1)
    voice = np.array([[1.0, 1.0, 0.0, 0.0]])
    assert measure_overlap(voice, voice)[0, 0] == pytest.approx(1)
    assert measure_overlap(voice, 1 - voice)[0, 0] == pytest.approx(0)


def test_tempo_costs_nothing_one_or_everything():
    np.testing.assert_allclose(tempo_cost([1.0, 1.05, 1 / 1.05, 1.12, 1 / 1.12]), [0, 0, 0, 1, 1], atol=1e-9)
    assert np.isinf(tempo_cost(1.21))
    assert tempo_cost(1.1) == pytest.approx(tempo_cost(1 / 1.1))


def test_the_wheel_of_keys():
    assert [camelot(pitch, is_minor=False) for pitch in (0, 7, 2)] == ["8B", "9B", "10B"]
    assert [camelot(pitch, is_minor=True) for pitch in (9, 4)] == ["8A", "9A"]


@pytest.mark.parametrize(("tempo", "fold"), [(120, 0), (62, 1), (230, -1), (100, 0)])
def test_tempi_are_folded_to_the_nearest(tempo, fold):
    assert fold_tempo(tempo, 120) == fold


def test_means_between_times_and_for_times_nearer_than_a_frame():
    curve = np.arange(10.0)[:, np.newaxis]
    np.testing.assert_allclose(frame_means(curve, 0.5, np.array([0, 1, 3]))[:, 0], [0.5, 3.5])
    assert frame_means(curve, 1.0, np.array([4.0, 4.1]))[0, 0] == 4.0

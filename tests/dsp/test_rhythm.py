"""Onsets, tempo, pulse, grids and bars of curves made by hand."""

from __future__ import annotations

import numpy as np
import pytest

from tonmeister.dsp import beats, onsets, onsets_struck, pulse, tempo
from tonmeister.dsp.bars import find_bars

FRAME_S = onsets.FRAME_S


def clicks(times_s, duration_s: float) -> np.ndarray:
    """Return an onset curve with a peak at each time, to a part of a frame."""
    frames = np.arange(int(duration_s / FRAME_S))
    return sum(np.exp(-0.5 * np.square((frames - time / FRAME_S) / 1.2)) for time in times_s)


@pytest.mark.parametrize("n_block", [1000, 22050, 100_000])
def test_levels_do_not_depend_on_the_blocks(n_block):
    sound = 0.1 * np.random.default_rng(0).normal(size=(2, 60_000)).astype(np.float32)
    whole = onsets.BandLevels()
    whole.push(sound)
    parts = onsets.BandLevels()
    for start in range(0, sound.shape[1], n_block):
        parts.push(sound[:, start : start + n_block])
    one, other = whole.finish(), parts.finish()
    assert one.level_db.shape == (-(-60_000 // onsets.HOP_SAMPLES), onsets.N_BANDS)
    np.testing.assert_allclose(one.level_db.astype(float), other.level_db.astype(float), atol=0.07)
    np.testing.assert_allclose(one.centre.astype(float), other.centre.astype(float), atol=1e-3)


def test_what_channels_share_is_told_from_minus_one_to_one():
    noise = 0.1 * np.random.default_rng(1).normal(size=(2, 44_100)).astype(np.float32)
    for sound, low, high in (
        (noise[[0, 0]], 0.99, 1.01),
        (noise[:1], 0.99, 1.01),
        (noise * [[1], [0]], -0.01, 0.01),
        (np.stack([noise[0], -noise[0]]), -1.01, -0.99),
    ):
        levels = onsets.BandLevels()
        levels.push(sound.astype(np.float32))
        assert low <= float(levels.finish().centre[5:-5].mean()) <= high


def test_flux_rises_where_sound_begins():
    sound = np.zeros((1, 44_100), np.float32)
    sound[0, 22_050:] = 0.2 * np.random.default_rng(2).normal(size=22_050)
    levels = onsets.BandLevels()
    levels.push(sound)
    flux = onsets.spectral_flux(levels.finish().level_db).sum(axis=1)
    assert abs(flux.argmax() * FRAME_S - 1.0) < 0.025
    assert flux[:80].max() == 0


@pytest.mark.parametrize("bpm", [61.0, 90.0, 128.5, 171.0])
def test_the_tempo_path_holds_the_tempo_or_an_octave_of_it(bpm):
    curve = clicks(np.arange(0.2, 30, 60 / bpm), 30)
    path = tempo.find_tempo_path(*tempo.tempogram(curve, FRAME_S))
    ratio = path.median_bpm / bpm
    assert min(abs(ratio / factor - 1) for factor in (0.5, 1, 2)) < 0.015


def test_the_tempo_path_follows_a_change():
    times = np.concatenate([np.arange(0, 25, 60 / 100), np.arange(25, 50, 60 / 124)])
    curve = clicks(times, 50)
    path = tempo.find_tempo_path(*tempo.tempogram(curve, FRAME_S))
    at = np.interp([10, 40], path.times_s, path.tempos_bpm)
    assert at == pytest.approx([100, 124], rel=0.02)


def test_the_pulse_lies_on_the_onsets():
    truth = np.arange(0.33, 40, 60 / 107)
    curve = clicks(truth, 40)[:, np.newaxis]
    path = tempo.TempoPath(np.array([0.0, 40.0]), np.array([107.6, 107.6]))
    found = pulse.follow(curve, pulse.count_cycles(path, len(curve), FRAME_S), FRAME_S, np.ones(1))
    heard = pulse.whole_cycles(found.cycles, FRAME_S)
    near = [np.abs(heard - time).min() for time in truth]
    assert np.mean(np.array(near) < 0.03) > 0.95
    assert found.profile[0, 0] > 5 * found.profile[24, 0]


def test_a_grid_is_found_through_errors():
    rng = np.random.default_rng(3)
    truth = 0.4 + 60 / 123.4 * np.arange(200)
    heard = np.delete(truth + rng.normal(0, 0.004, 200), [10, 11, 50, 90])
    heard = np.sort(np.append(heard, [20.111, 33.333]))
    grid = beats.fit_grid(heard)
    assert grid.tempo_bpm == pytest.approx(123.4, rel=5e-5)
    assert abs(((grid.first_s - 0.4) / grid.period_s + 0.5) % 1 - 0.5) < 0.01
    assert grid.share > 0.97
    assert grid.error < 1e-4


def test_beats_at_random_are_no_grid():
    times = np.cumsum(np.random.default_rng(4).uniform(0.2, 1.0, 200))
    grid = beats.fit_grid(times)
    assert grid is None or grid.share < 0.5
    assert beats.fit_grid(times[:4]) is None


def test_times_are_refined_to_a_part_of_a_frame():
    truth = np.array([100.3, 200.8, 333.5])
    curve = clicks(truth * FRAME_S, 500 * FRAME_S)
    times, is_heard = beats.refine_times(np.array([98.0, 202.0, 333.0, 400.0]), curve)
    assert times[:3] == pytest.approx(truth, abs=0.15)
    assert is_heard.tolist() == [True, True, True, False]


@pytest.mark.parametrize(("n", "offset"), [(2, 1), (3, 2), (4, 3)])
def test_bars_lie_where_the_accents_are(n, offset):
    rng = np.random.default_rng(5)
    features = rng.normal(0, 0.3, (60, 9))
    features[offset::n] += 1
    accents = {n: np.concatenate([np.ones((1, 9)), -np.ones((n - 1, 9)) / (n - 1)])}
    scores = {n: np.array([2.0 * (first == offset) for first in range(n)])}
    bars = find_bars(features, scores, accents)
    assert np.flatnonzero(bars.places == 0)[0] == offset
    assert np.all(np.diff(np.flatnonzero(bars.places == 0)) == n)
    told = find_bars(features, scores, accents, first=0)
    assert np.flatnonzero(told.places == 0)[0] == 0


def test_scores_of_the_whole_song_outweigh_its_accents_but_for_a_bar_cut_short():
    features = np.zeros((80, 1))
    features[0:40:4] = features[42::4] = 1.0
    accents = {4: np.array([[3.0], [-1.0], [-1.0], [-1.0]])}
    cut = find_bars(features, {4: np.zeros(4)}, accents)
    assert {*range(0, 40, 4), *range(42, 80, 4)} <= set(np.flatnonzero(cut.places == 0).tolist())
    assert np.sum(cut.places == 0) <= 21
    even = find_bars(features[:40], {4: np.array([0.0, 9.0, 0.0, 0.0])}, accents)
    assert np.flatnonzero(even.places == 0).tolist() == list(range(1, 40, 4))
    both = find_bars(features, {3: np.array([1.0, 0.0, 0.0]), 4: np.zeros(4)}, accents | {3: np.zeros((3, 1))})
    assert both.n_beats == 3
    assert both.confidence == pytest.approx((np.e + 2) / (np.e + 6))
    assert both.placing == pytest.approx(np.e / (np.e + 2))


def test_a_tempo_is_taken_as_whole_where_the_beats_cannot_tell():
    rng = np.random.default_rng(6)
    few = 0.3 + 60 / 129 * np.arange(48) + rng.normal(0, 0.012, 48)
    fitted = beats.fit_grid(few)
    grid = beats.at_whole_tempo(fitted, few)
    assert fitted.tempo_bpm != 129
    assert grid.tempo_bpm == pytest.approx(129, rel=1e-12)
    apart = (grid.first_s - 0.3) / grid.period_s
    assert abs(apart - round(apart)) * grid.period_s < 0.006
    many = 0.3 + 60 / 129.1 * np.arange(400) + rng.normal(0, 0.004, 400)
    fitted = beats.fit_grid(many)
    assert beats.at_whole_tempo(fitted, many) == fitted
    loose = beats.Grid(0.3, 60 / 129.2, 0.002, 0.01, 1.0)
    assert beats.at_whole_tempo(loose, few) == loose


def test_a_snare_is_what_rises_in_all_groups_above_the_bass():
    flux = np.array([[9, 2, 2, 2], [9, 0, 3, 3], [0, 1, 2, 4], [5, -1, 1, 1]], np.float32)
    assert onsets.snare_flux(flux) == pytest.approx([2, 0, 2, 0], abs=1e-5)


def test_strikes_are_found_where_bands_rise_and_tell_low_from_high():
    level = np.full((400, onsets.N_BANDS), -70.0, np.float32)
    fall = -0.8 * np.arange(40, dtype=np.float32)[:, np.newaxis]
    low, high = np.arange(40, 400, 80), np.arange(80, 360, 80)
    for places, bands in ((low, slice(0, 12)), (high, slice(24, 40))):
        for at in places:
            level[at : at + 40, bands] = (-10 + fall)[: 400 - at]
    strikes, traits = onsets_struck.find_strikes(level)
    assert traits.shape == (len(strikes), onsets_struck.N_TRAITS)
    assert all(np.abs(strikes - at).min() <= 2 for at in [*low, *high])
    rise = traits[:, : onsets_struck.N_PAIRS]
    for at in low:
        row = rise[np.abs(strikes - at).argmin()]
        assert row[:6].min() > 0.5 > 0.1 > row[12:].max()


def test_silence_has_no_strikes():
    strikes, traits = onsets_struck.find_strikes(np.full((100, onsets.N_BANDS), onsets.FLOOR_DB, np.float32))
    assert len(strikes) == 0
    assert traits.shape == (0, onsets_struck.N_TRAITS)

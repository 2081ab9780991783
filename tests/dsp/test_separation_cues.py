"""Cues: medians against SciPy's, laws of level and place, and what tones, strokes and places look like."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import median_filter

from tonmeister.dsp import native, stft
from tonmeister.dsp import separation_cues as cells

RATE = cells.SAMPLE_RATE


@pytest.fixture(params=["base", "avx2"])
def compiled(request, monkeypatch):
    try:
        chosen = native.library(request.param)
    except OSError as reason:
        pytest.skip(str(reason))
    monkeypatch.setattr(native, "library", lambda variant=None: chosen)
    cells._running_medians.cache_clear()
    yield request.param
    cells._running_medians.cache_clear()


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("width", [1, 3, 21, 61, 255])
def test_medians_are_those_of_scipy(compiled, axis, width):
    x = np.random.default_rng(width).normal(size=(70, 300)).astype(np.float32)
    x[10:40, 20:90] = 0.25  # ties
    expected = median_filter(x, size=(width, 1) if axis == 0 else (1, width), mode="nearest")
    np.testing.assert_array_equal(cells.running_median(x, width, axis), expected)


def test_medians_of_nothing_and_of_one():
    assert cells.running_median(np.zeros((0, 5), np.float32), 9, 0).shape == (0, 5)
    assert cells.running_median(np.full((1, 1), 3, np.float32), 9, 0) == 3


@pytest.mark.parametrize(
    ("x", "width", "word"),
    [(np.zeros((4, 4)), 3, "float32"), (np.zeros(4, np.float32), 3, "shape"), (np.zeros((4, 4), np.float32), 4, "odd")],
)
def test_medians_that_make_no_sense_are_refused(x, width, word):
    with pytest.raises(ValueError, match=word):
        cells.running_median(x, width, 0)


def test_means_repeat_the_ends():
    x = np.arange(12, dtype=np.float32).reshape(4, 3)
    np.testing.assert_allclose(cells.running_mean(x, 3, 0)[:, 0], [1, 3, 6, 8])


def test_every_bin_is_in_one_band():
    edges = cells.band_edges()
    assert len(edges) - 1 == cells.N_BANDS == len(cells.band_centres_hz())
    assert (np.diff(edges) > 0).all()
    assert (edges[0], edges[-1]) == (0, cells.N_FFT // 2 + 1)
    power = np.random.default_rng(0).random((3, cells.N_FFT // 2 + 1)).astype(np.float32)
    np.testing.assert_allclose(cells.pool(power).sum(axis=1), power.sum(axis=1), rtol=1e-5)
    assert cells.spread(cells.pool(power)).shape == power.shape


def spectra_of(sound: np.ndarray) -> np.ndarray:
    return cells.to_mid_side(stft.analyse(sound.astype(np.float32), cells.N_FFT))


def noise(seconds: float = 2.0) -> np.ndarray:
    return np.random.default_rng(3).normal(0, 0.1, (2, round(seconds * RATE)))


def test_mid_and_side_go_back():
    spectra = stft.analyse(noise().astype(np.float32), cells.N_FFT)
    np.testing.assert_allclose(cells.to_left_right(cells.to_mid_side(spectra)), spectra, atol=1e-4)


@pytest.mark.parametrize("gain", [1e-3, 30.0])
def test_cues_do_not_know_the_level(gain):
    sound = noise() * np.linspace(0.1, 1, 2 * RATE)
    np.testing.assert_allclose(cells.cues(spectra_of(sound * gain)), cells.cues(spectra_of(sound)), atol=2e-3)


def test_cues_are_bounded_and_finite_whatever_comes():
    for sound in (np.zeros((2, RATE)), np.ones((2, RATE)), noise(1) * [[1], [0]], np.eye(2, RATE) * 1e4):
        found = cells.cues(spectra_of(sound))
        assert found.dtype == np.float32
        assert np.isfinite(found).all()
        assert np.abs(found).max() <= 1.01


def test_left_and_right_may_change_places():
    sound = noise() * [[1.0], [0.3]]
    np.testing.assert_allclose(cells.cues(spectra_of(sound)), cells.cues(spectra_of(sound[::-1])), atol=1e-4)


def test_cues_reach_no_further_than_they_say():
    sound = np.concatenate([noise(4), noise(4)], axis=1)
    changed = sound.copy()
    n_frames = spectra_of(sound).shape[1]
    middle = n_frames // 2
    changed[:, : (middle - cells.REACH_FRAMES) * cells.HOP_SAMPLES] *= 0.01
    before, after = cells.cues(spectra_of(sound)), cells.cues(spectra_of(changed))
    np.testing.assert_allclose(after[:, middle + 1 :], before[:, middle + 1 :], atol=1e-4)
    assert np.abs(after[:, : middle - cells.REACH_FRAMES] - before[:, : middle - cells.REACH_FRAMES]).max() > 0.1


def test_tones_are_tones_and_strokes_are_strokes():
    t = np.arange(2 * RATE) / RATE
    tone = np.sin(2 * np.pi * 646 * t) * np.ones((2, 1))
    clicks = np.zeros((2, 2 * RATE))
    clicks[:, :: RATE // 4] = 1.0
    of_tone = cells.percussive_share(spectra_of(tone + 1e-5 * noise()))[20:60]
    of_clicks = cells.percussive_share(spectra_of(clicks))
    assert of_tone[:, 60].max() < 0.05
    loud = np.abs(spectra_of(clicks)[0]).sum(axis=1) > 0.5 * np.abs(spectra_of(clicks)[0]).sum(axis=1).max()
    assert of_clicks[loud][:, 50:].mean() > 0.9

"""Short-time Fourier transform: there and back, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from tonmeister.dsp import stft


@pytest.mark.parametrize("n_fft", [64, 4096])
@pytest.mark.parametrize("n_channels", [1, 2, 5])
def test_synthesis_undoes_analysis(n_fft, n_channels):
    sound = np.random.default_rng(1).uniform(-1, 1, (n_channels, 5 * n_fft)).astype(np.float32)
    edge = 3 * n_fft // 4
    back = stft.synthesise(stft.analyse(sound, n_fft), n_fft)
    assert back.dtype == np.float32
    inner = slice(edge, back.shape[1] - edge)
    np.testing.assert_allclose(back[:, inner], sound[:, inner], atol=5e-7)


def test_a_sine_lies_in_its_bin():
    t = np.arange(8192) / 8192
    spectra = stft.analyse(np.sin(2 * np.pi * 200 * t).astype(np.float32)[None], 1024)
    assert set(np.abs(spectra[0]).argmax(axis=1)) == {25}
    # A Hann window gives a full-scale sine n / 4, here scaled by the root of 1.5.
    assert np.abs(spectra[0, 3, 25]) == pytest.approx(256 / np.sqrt(1.5), rel=1e-4)


def test_frames_pass_one_by_one():
    sound = np.random.default_rng(2).normal(size=(2, 4096)).astype(np.float32)
    whole = stft.analyse(sound, 256)
    for frame in (0, 7, whole.shape[1] - 1):
        one = stft.analyse(np.ascontiguousarray(sound[:, frame * 64 : frame * 64 + 256]), 256)
        np.testing.assert_array_equal(one[:, 0], whole[:, frame])


@pytest.mark.parametrize(
    ("sound", "n_fft", "word"),
    [
        (np.zeros((2, 4096)), 1024, "float32"),
        (np.zeros(4096, np.float32), 1024, "shape"),
        (np.zeros((2, 100), np.float32), 1024, "1024"),
        (np.zeros((2, 4096), np.float32), 1022, "divisible"),
    ],
)
def test_what_cannot_be_analysed_is_refused(sound, n_fft, word):
    with pytest.raises(ValueError, match=word):
        stft.analyse(sound, n_fft)


def test_bins_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="n_fft"):
        stft.synthesise(np.zeros((2, 3, 100), np.complex64), 1024)

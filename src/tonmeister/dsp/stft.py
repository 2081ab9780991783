"""Short-time Fourier transform and back, frame by frame, so that long sounds can pass in pieces."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

Spectra = NDArray[np.complex64]

OVERLAP = 4
"""Frames over each sample: the hop is the frame's length divided by this."""


@functools.cache
def _window(n_fft: int) -> NDArray[np.float32]:
    # Scaled so that four overlapping squares add up to 1.
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n_fft) / n_fft)
    window: NDArray[np.float32] = (hann / np.sqrt(1.5)).astype(np.float32)
    window.flags.writeable = False
    return window


def analyse(samples: NDArray[np.float32], n_fft: int) -> Spectra:
    """Transform every whole frame of a sound; frames begin every quarter of their length.

    Parameters
    ----------
    samples
        Sound, shape (channels, samples). Frame ``t`` takes the ``n_fft`` samples from ``t * n_fft / 4``: pad the sound
        where its edges are to be heard.
    n_fft
        Length of a frame in samples, divisible by four.

    Returns
    -------
    ndarray of complex64
        Shape (channels, frames, n_fft / 2 + 1), times a periodic Hann window.

    Raises
    ------
    ValueError
        If the sound is not float32 of two dimensions, or shorter than one frame, or ``n_fft`` not divisible by four.

    Examples
    --------
    >>> spectra = analyse(np.zeros((2, 8192), np.float32), 4096)
    >>> spectra.shape
    (2, 5, 2049)
    """
    if samples.ndim != 2 or samples.dtype != np.float32:
        raise ValueError(f"sound must be float32 of shape (channels, samples), got {samples.dtype} {samples.shape}")
    if n_fft < 4 or n_fft % OVERLAP:
        raise ValueError(f"n_fft must be divisible by {OVERLAP}, got {n_fft}")
    if samples.shape[1] < n_fft:
        raise ValueError(f"the sound must have at least {n_fft} samples, got {samples.shape[1]}")
    frames = np.lib.stride_tricks.sliding_window_view(samples, n_fft, axis=1)[:, :: n_fft // OVERLAP]
    spectra: Spectra = np.fft.rfft(frames * _window(n_fft)).astype(np.complex64, copy=False)
    return spectra


def synthesise(spectra: Spectra, n_fft: int) -> NDArray[np.float32]:
    """Add the frames up to a sound again: the inverse of `analyse` wherever four frames overlap.

    Parameters
    ----------
    spectra
        Shape (..., frames, n_fft / 2 + 1).
    n_fft
        Length of a frame in samples.

    Returns
    -------
    ndarray of float32
        Shape (..., (frames - 1) * n_fft / 4 + n_fft). Its first and last ``3 * n_fft / 4`` samples lack frames.

    Raises
    ------
    ValueError
        If the number of bins does not fit ``n_fft``.

    Notes
    -----
    Weighted overlap-add: the same Hann window before and after, whose squares add up to a constant at a quarter's hop.
    Source: Griffin and Lim, "Signal estimation from modified short-time Fourier transform", IEEE TASSP 32(2), 1984,
    equation 6.
    """
    if spectra.shape[-1] != n_fft // 2 + 1:
        raise ValueError(f"{spectra.shape[-1]} bins do not belong to n_fft {n_fft}")
    frames = np.fft.irfft(spectra, n_fft).astype(np.float32, copy=False)
    frames *= _window(n_fft)
    n_frames, hop = frames.shape[-2], n_fft // OVERLAP
    sound = np.zeros((*frames.shape[:-2], n_frames + OVERLAP - 1, hop), np.float32)
    for part in range(OVERLAP):
        sound[..., part : part + n_frames, :] += frames[..., part * hop : (part + 1) * hop]
    return sound.reshape(*frames.shape[:-2], -1)

"""Echoes and halls: what sounds on after a sound."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tonmeister.dsp.filters import BiquadCascade, butterworth

Samples = NDArray[np.float32]

FAINT_DB = -60.0
"""Echoes below this are left out."""
_HALL_BANDS_HZ = (800.0, 4000.0)
_HALL_DECAYS = (1.0, 0.8, 0.45)
"""How long low, middle and high sounds ring, against the decay asked for: air and walls take the treble first."""


def echoes(
    audio: Samples,
    sample_rate: int,
    *,
    delay_samples: int,
    feedback: float = 0.5,
    n_samples: int | None = None,
    low_hz: float = 200.0,
    high_hz: float = 5000.0,
) -> Samples:
    """Return the echoes of a sound, without the sound: each softer and duller than the one before.

    Parameters
    ----------
    audio
        Shape (1 or 2, samples).
    sample_rate
        In Hz.
    delay_samples
        From one echo to the next.
    feedback
        What each keeps of the one before, 0 to below 1; the first has as much of the sound.
    n_samples
        Length of the result; by default as long as an echo is heard.
    low_hz, high_hz
        What an echo keeps.

    Returns
    -------
    Shape (channels, n_samples); time 0 is that of the sound.

    Raises
    ------
    ValueError
        If the delay or the feedback is out of bounds.
    """
    if delay_samples < 1 or not 0 < feedback < 1:
        raise ValueError(f"echoes need a delay and a feedback of 0 to 1, got {delay_samples} and {feedback}")
    n_echoes = int(np.ceil(FAINT_DB / 20 / np.log10(feedback)))
    n = audio.shape[1] + n_echoes * delay_samples if n_samples is None else n_samples
    made = np.zeros((audio.shape[0], n), np.float32)
    echo = np.array(audio, np.float32)
    sections = np.stack(
        [
            butterworth("high", low_hz, sample_rate),
            butterworth("low", min(high_hz, 0.45 * sample_rate), sample_rate),
        ]
    )
    for number in range(1, n_echoes + 1):
        start = number * delay_samples
        if start >= n:
            break
        BiquadCascade(sections, audio.shape[0]).process(echo)
        echo *= np.float32(feedback)
        stop = min(n, start + echo.shape[1])
        made[:, start:stop] += echo[:, : stop - start]
    return made


def hall_response(sample_rate: int, *, decay_s: float, pre_delay_s: float, seed: int) -> Samples:
    """Return the response of a hall: noise that dies away, its treble sooner, other noise on each side.

    Parameters
    ----------
    sample_rate
        In Hz.
    decay_s
        Time in which low sounds fall by 60 dB.
    pre_delay_s
        Silence before it.
    seed
        Other seeds are other halls of the same kind.

    Returns
    -------
    Shape (2, samples), of unit energy on each side.

    Raises
    ------
    ValueError
        If a time is out of bounds.

    Source
    ------
    J. A. Moorer, "About this reverberation business", Computer Music Journal 3 (1979): a good hall's response is
    nearly exponentially decaying white noise.
    """
    if not 0.05 <= decay_s <= 20 or not 0 <= pre_delay_s <= 0.5:
        raise ValueError(f"a hall cannot decay in {decay_s} s after {pre_delay_s} s")
    n = round(decay_s * sample_rate)
    noise = np.random.default_rng(seed).standard_normal((2, n)).astype(np.float32)
    time_s = np.arange(n) / sample_rate
    low_hz, high_hz = (min(hz, 0.4 * sample_rate) for hz in _HALL_BANDS_HZ)
    # Bands by subtraction: they sum to the noise itself.
    low, dull = noise.copy(), noise.copy()
    BiquadCascade(np.stack([butterworth("low", low_hz, sample_rate)]), 2).process(low)
    BiquadCascade(np.stack([butterworth("low", high_hz, sample_rate)]), 2).process(dull)
    made = np.zeros_like(noise)
    for band, share in zip((low, dull - low, noise - dull), _HALL_DECAYS, strict=True):
        made += band * (10.0 ** (-3.0 * time_s / (decay_s * share))).astype(np.float32)
    BiquadCascade(np.stack([butterworth("high", 180.0, sample_rate)]), 2).process(made)
    made /= np.sqrt(np.sum(made * made, axis=1, keepdims=True)) + 1e-12
    return np.pad(made, ((0, 0), (round(pre_delay_s * sample_rate), 0)))


def reverberation(
    audio: Samples, sample_rate: int, *, decay_s: float = 1.8, pre_delay_s: float = 0.02, seed: int = 1
) -> Samples:
    """Return the sound as a hall answers it, without the sound itself.

    Parameters
    ----------
    audio
        Shape (1 or 2, samples); a mono sound gets a mono hall.
    sample_rate
        In Hz.
    decay_s, pre_delay_s, seed
        As in `hall_response`.

    Returns
    -------
    Shape (channels, samples + the hall's length - 1), about as loud as the sound while it lasts.
    """
    hall = hall_response(sample_rate, decay_s=decay_s, pre_delay_s=pre_delay_s, seed=seed)[: audio.shape[0]]
    return convolve(audio, hall)


def convolve(audio: Samples, response: Samples) -> Samples:
    """Convolve each channel with its own response, both of shape (channels, samples), by overlap-add.

    Raises
    ------
    ValueError
        If the numbers of channels differ.
    """
    if audio.shape[0] != response.shape[0]:
        raise ValueError(f"{audio.shape[0]} channels cannot be convolved with {response.shape[0]} responses")
    n_response = response.shape[1]
    made = np.zeros((audio.shape[0], max(0, audio.shape[1] + n_response - 1)), np.float32)
    if not audio.shape[1] or not n_response:
        return made
    n_fft = 1 << max(12, (2 * n_response - 1).bit_length())
    step = n_fft - n_response + 1
    spectrum = np.fft.rfft(response, n_fft)
    for start in range(0, audio.shape[1], step):
        part = np.fft.irfft(np.fft.rfft(audio[:, start : start + step], n_fft) * spectrum, n_fft)
        stop = min(made.shape[1], start + n_fft)
        made[:, start:stop] += part[:, : stop - start]
    return made

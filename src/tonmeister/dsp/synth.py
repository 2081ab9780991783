"""Instruments made of arithmetic: harmonic tones, plucked strings, electric piano, sung vowels, drums.

Every instrument returns one channel, float32 of shape (1, samples), beginning at the onset. Levels are relative: a tone
at full velocity peaks in the neighbourhood of 1.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

Samples = NDArray[np.float32]

# What lies 80 dB below a tone's fundamental is not worth a multiplication.
_INAUDIBLE = 1e-4
# Small enough that a block and its powers stay in the processor's first caches.
_BLOCK_SAMPLES = 2048

FORMANTS: dict[str, tuple[tuple[float, float, float], ...]] = {
    "a": ((650, 0, 80), (1080, -6, 90), (2650, -7, 120), (2900, -8, 130), (3250, -22, 140)),
    "e": ((400, 0, 70), (1700, -14, 80), (2600, -12, 100), (3200, -14, 120), (3580, -20, 120)),
    "i": ((290, 0, 40), (1870, -15, 90), (2800, -18, 100), (3250, -20, 120), (3540, -30, 120)),
    "o": ((400, 0, 40), (800, -10, 80), (2600, -12, 100), (2800, -12, 120), (3000, -26, 120)),
    "u": ((350, 0, 40), (600, -20, 60), (2700, -17, 100), (2900, -14, 120), (3300, -26, 120)),
}
"""Formants of a tenor's vowels: frequency in Hz, level in dB, bandwidth in Hz.

Source: the table "Formant Values" in the appendix of the Csound manual, as three other programs copy it.
"""


def harmonic_tone(cycles: NDArray[np.float64], weights: ArrayLike, brightness: ArrayLike = 1.0) -> Samples:
    """Add the harmonics of a tone: ``sum over k of |w_k| * brightness**k * sin(2 pi k cycles + arg w_k)``.

    Parameters
    ----------
    cycles
        How many periods of the fundamental have passed at each sample, shape (samples,). Its slope is the pitch, so
        vibrato and glides are exact.
    weights
        Amplitude of each harmonic from the fundamental upwards, real, or complex to set phases too. Leave out what lies
        above half the sample rate: nothing here knows the rate.
    brightness
        Falls from 1 to 0 as the tone darkens: a number, or one for each sample.

    Returns
    -------
    Samples
        Shape (1, samples).

    Raises
    ------
    ValueError
        If ``cycles`` is not one-dimensional, or there are no weights.

    Notes
    -----
    With ``z = brightness * exp(2 pi i cycles)`` the tone is the imaginary part of a polynomial in z, evaluated by
    Horner's rule: a multiplication and an addition for each harmonic and sample, instead of a sine.

    Examples
    --------
    >>> cycles = 441.0 * np.arange(100) / 44100
    >>> tone = harmonic_tone(cycles, [1.0])
    >>> bool(abs(tone[0, 25] - 1) < 1e-6)
    True
    """
    if cycles.ndim != 1:
        raise ValueError(f"cycles must have shape (samples,), got {cycles.shape}")
    coefficients = np.asarray(weights, dtype=np.complex64)
    if coefficients.ndim != 1 or coefficients.size == 0:
        raise ValueError(f"weights must hold at least one amplitude, got shape {coefficients.shape}")
    # The phase is reduced in float64: float32 would detune it within seconds.
    angle = ((cycles - np.floor(cycles)) * (2 * np.pi)).astype(np.float32)
    level = np.broadcast_to(np.asarray(brightness, dtype=np.float32), cycles.shape)
    tone = np.empty((1, cycles.size), np.float32)
    peak = float(np.abs(coefficients).max())
    for start in range(0, cycles.size, _BLOCK_SAMPLES):
        part = slice(start, start + _BLOCK_SAMPLES)
        z = np.empty(angle[part].size, np.complex64)
        z.real = np.cos(angle[part])
        z.imag = np.sin(angle[part])
        z *= level[part]
        highest = float(level[part].max(initial=0.0))
        audible = np.abs(coefficients) * highest ** np.arange(1, coefficients.size + 1) > _INAUDIBLE * peak
        n_harmonics = int(np.flatnonzero(audible)[-1]) + 1 if audible.any() else 1
        total = np.full_like(z, coefficients[n_harmonics - 1])
        for k in range(n_harmonics - 2, -1, -1):
            total *= z
            total += coefficients[k]
        total *= z
        tone[0, part] = total.imag
    return tone


def faded(samples: Samples, sample_rate: int, attack_ms: float, release_ms: float) -> Samples:
    """Return a sound that rises from silence and falls back to it along half cosines, so that neither edge clicks.

    Parameters
    ----------
    samples
        Shape (channels, samples), or any other with time last.
    sample_rate
        In Hz.
    attack_ms, release_ms
        Length of the edges; they are cut to half of the sound's.

    Returns
    -------
    Samples
        The same shape.
    """
    out = samples.copy()
    n_samples = samples.shape[-1]
    rise = _rise(min(round(attack_ms * sample_rate / 1000), n_samples // 2))
    fall = _rise(min(round(release_ms * sample_rate / 1000), n_samples // 2))
    out[..., : rise.size] *= rise
    out[..., n_samples - fall.size :] *= fall[::-1]
    return out


def _times(n_samples: int, sample_rate: int) -> NDArray[np.float32]:
    """Seconds, exact enough for envelopes; pitch is counted in `_cycles`."""
    seconds: NDArray[np.float32] = (np.arange(n_samples) / sample_rate).astype(np.float32)
    return seconds


def _cycles(f0_hz: float, n_samples: int, sample_rate: int) -> NDArray[np.float64]:
    cycles = np.arange(n_samples, dtype=np.float64)
    cycles *= f0_hz / sample_rate
    return cycles


def _rise(n_samples: int) -> NDArray[np.float32]:
    """Half a cosine from 0 up to, and not including, 1."""
    return (0.5 - 0.5 * np.cos(np.pi * np.arange(n_samples) / max(n_samples, 1))).astype(np.float32)


def plucked_string(
    f0_hz: float,
    n_samples: int,
    sample_rate: int,
    *,
    velocity: float = 0.8,
    pluck_position: float = 0.2,
    pickup_position: float = 0.12,
    decay_s: float = 3.0,
    damping_hz: float = 0.9,
    highest_hz: float = 6000.0,
) -> Samples:
    """Pluck a string before a magnetic pickup.

    Parameters
    ----------
    f0_hz
        Pitch.
    n_samples, sample_rate
        Length, and rate in Hz.
    velocity
        0 to 1: loudness, and with it brightness.
    pluck_position, pickup_position
        Parts of the string from the bridge, 0 to 0.5; a harmonic with a node there is missing.
    decay_s
        Time in which the fundamental falls by 60 dB.
    damping_hz
        How many times e-fold a second each harmonic decays faster than the one below it.
    highest_hz
        Harmonics above this are left out, as a wound string and a cable do.

    Returns
    -------
    Samples
        Shape (1, n_samples), not faded at its end.

    Raises
    ------
    ValueError
        If the pitch is not between 0 and half the sample rate.

    Notes
    -----
    The ideal string's modes after a triangular displacement, with a loss that grows linearly with the mode. Source:
    Fletcher and Rossing, "The Physics of Musical Instruments", chapter 2, from memory: the combs of the positions
    follow the ideal string, the linear loss is a simplification.
    """
    _check_pitch(f0_hz, sample_rate)
    k = np.arange(1, max(1, int(min(highest_hz, 0.45 * sample_rate) / f0_hz)) + 1)
    touch = 0.55 + 0.44 * velocity
    weights = np.sin(np.pi * k * pluck_position) * np.sin(np.pi * k * pickup_position) / k * touch**k
    weights /= math.sqrt(float(np.sum(weights**2)))
    t = _times(n_samples, sample_rate)
    loss_hz = math.log(1000) / decay_s
    tone = harmonic_tone(_cycles(f0_hz, n_samples, sample_rate), weights, np.exp(np.float32(-damping_hz) * t))
    tone *= np.float32(velocity) * np.exp(np.float32(-max(loss_hz - damping_hz, 0.0)) * t)
    return _balanced(faded(tone, sample_rate, 1.5, 0.0))


def electric_piano(
    f0_hz: float, n_samples: int, sample_rate: int, *, velocity: float = 0.8, decay_s: float = 5.0
) -> Samples:
    """Strike a tine: a carrier whose phase is modulated at its own pitch, and a short bell above it.

    Parameters
    ----------
    f0_hz
        Pitch.
    n_samples, sample_rate
        Length, and rate in Hz.
    velocity
        0 to 1: loudness, bark and bell.
    decay_s
        Time in which the tone falls by 60 dB.

    Returns
    -------
    Samples
        Shape (1, n_samples), not faded at its end.

    Raises
    ------
    ValueError
        If the pitch is not between 0 and half the sample rate.

    Notes
    -----
    Source: Chowning, "The synthesis of complex audio spectra by means of frequency modulation", JAES 21(7), 1973, for
    the method; ratios and indices are our own choice.
    """
    _check_pitch(f0_hz, sample_rate)
    t = _times(n_samples, sample_rate)
    angle = (2 * np.pi * (_cycles(f0_hz, n_samples, sample_rate) % 1.0)).astype(np.float32)
    bark = np.float32(1.5 * velocity**1.5) * np.exp(t * np.float32(-1 / 0.5))
    tone = np.sin(angle + bark * np.sin(angle)) * np.exp(t * np.float32(-math.log(1000) / decay_s))
    if 7 * f0_hz < 0.45 * sample_rate:
        tone += np.float32(0.16 * velocity) * np.exp(t * np.float32(-1 / 0.06)) * np.sin(7 * angle)
    tone *= np.float32(velocity)
    return faded(tone[np.newaxis], sample_rate, 2.0, 0.0)


def vibraphone(
    f0_hz: float,
    n_samples: int,
    sample_rate: int,
    *,
    velocity: float = 0.8,
    decay_s: float = 4.0,
    motor_hz: float = 5.0,
) -> Samples:
    """Strike a vibraphone's bar: the first mode, those at four and ten times its pitch, and the motor's tremolo.

    Parameters
    ----------
    f0_hz
        Pitch.
    n_samples, sample_rate
        Length, and rate in Hz.
    velocity
        0 to 1.
    decay_s
        Time in which the first mode falls by 60 dB.
    motor_hz
        Speed of the discs over the resonators.

    Returns
    -------
    Samples
        Shape (1, n_samples), not faded at its end.

    Raises
    ------
    ValueError
        If the pitch is not between 0 and half the sample rate.

    Notes
    -----
    Source of the ratios 1 : 4 : 10: Fletcher and Rossing, "The Physics of Musical Instruments", chapter 19, from
    memory.
    """
    _check_pitch(f0_hz, sample_rate)
    t = _times(n_samples, sample_rate)
    angle = (2 * np.pi * (_cycles(f0_hz, n_samples, sample_rate) % 1.0)).astype(np.float32)
    tone = np.zeros(n_samples, np.float32)
    for ratio, level, decay in (
        (1, 1.0, decay_s),
        (4, 0.22 * velocity, decay_s / 6),
        (10, 0.07 * velocity, decay_s / 25),
    ):
        if ratio * f0_hz < 0.45 * sample_rate:
            tone += np.float32(level) * np.exp(t * np.float32(-math.log(1000) / decay)) * np.sin(ratio * angle)
    tone *= np.float32(velocity) * (1 - np.float32(0.12) * (1 - np.cos(np.float32(2 * np.pi * motor_hz) * t)))
    return faded(tone[np.newaxis], sample_rate, 2.0, 0.0)


def reed(
    f0_hz: float, n_samples: int, sample_rate: int, *, velocity: float = 0.8, highest_hz: float = 7000.0
) -> Samples:
    """Blow a mellow reed: mostly odd harmonics that open with the breath, and a vibrato that comes late.

    Parameters
    ----------
    f0_hz
        Pitch.
    n_samples, sample_rate
        Length, and rate in Hz.
    velocity
        0 to 1: loudness, and with it brightness.
    highest_hz
        Harmonics above this are left out.

    Returns
    -------
    Samples
        Shape (1, n_samples), not faded at its end.

    Raises
    ------
    ValueError
        If the pitch is not between 0 and half the sample rate.
    """
    _check_pitch(f0_hz, sample_rate)
    k = np.arange(1, max(1, int(min(highest_hz, 0.45 * sample_rate) / f0_hz)) + 1)
    weights = np.where(k % 2 == 1, 1.0, 0.45) / k
    t = _times(n_samples, sample_rate)
    cycles = vibrato_cycles(f0_hz, n_samples, sample_rate, depth_cents=14.0, delay_s=0.3)
    tone = harmonic_tone(
        cycles, weights, np.float32(0.5 + 0.4 * velocity) * (1 - np.float32(0.25) * np.exp(t * np.float32(-1 / 0.08)))
    )
    tone *= np.float32(velocity) * (np.float32(0.8) + np.float32(0.2) * np.exp(t * np.float32(-1 / 0.15)))
    return faded(tone, sample_rate, 8.0, 0.0)


def vibrato_cycles(
    f0_hz: float,
    n_samples: int,
    sample_rate: int,
    *,
    depth_cents: float = 25.0,
    rate_hz: float = 5.5,
    delay_s: float = 0.25,
    scoop_cents: float = 0.0,
    scoop_s: float = 0.03,
) -> NDArray[np.float64]:
    """Return the periods passed of a pitch that is approached from below and then swings.

    Parameters
    ----------
    f0_hz
        Pitch in the middle of the swing.
    n_samples, sample_rate
        Length, and rate in Hz.
    depth_cents, rate_hz, delay_s
        The vibrato: its greatest deviation, its speed, and when it begins to grow (over as long a time again).
    scoop_cents, scoop_s
        How far off the pitch starts, negative below, and the time constant in which it arrives.

    Returns
    -------
    ndarray of float64
        Shape (n_samples,), starting at 0.
    """
    t = _times(n_samples, sample_rate)
    growth = np.clip((t - np.float32(delay_s)) / np.float32(max(delay_s, 1e-3)), 0, 1)
    cents = depth_cents * growth * np.sin(np.float32(2 * np.pi * rate_hz) * (t - np.float32(delay_s)))
    cents += scoop_cents * np.exp(t * np.float32(-1 / scoop_s))
    # Only the deviation is rounded to float32: the pitch itself stays exact.
    steps = np.expm1(cents * np.float32(math.log(2) / 1200)).astype(np.float64)
    steps += 1.0
    steps *= f0_hz / sample_rate
    cycles = np.zeros(n_samples)
    np.cumsum(steps[:-1], out=cycles[1:])
    return cycles


def vowel_response(vowel: str, frequency_hz: ArrayLike) -> NDArray[np.complex128]:
    """Return what the mouth makes of each frequency when it sings a vowel.

    Parameters
    ----------
    vowel
        One of `FORMANTS`.
    frequency_hz
        Any shape.

    Returns
    -------
    ndarray of complex128
        Gain and phase, the shape of ``frequency_hz``; each formant alone peaks at its level in the table.

    Raises
    ------
    ValueError
        If there is no such vowel.

    Notes
    -----
    A parallel bank of two-pole resonances with alternating signs, which keeps the valleys between formants from
    becoming zeros. Source: Klatt, "Software for a cascade/parallel formant synthesizer", JASA 67, 1980, from memory.
    """
    if vowel not in FORMANTS:
        raise ValueError(f"vowel must be one of {', '.join(FORMANTS)}, got {vowel!r}")
    f = np.asarray(frequency_hz, dtype=np.float64)
    total = np.zeros(f.shape, np.complex128)
    for number, (centre_hz, level_db, width_hz) in enumerate(FORMANTS[vowel]):
        resonance = 1j * f * width_hz / (centre_hz**2 - f**2 + 1j * f * width_hz)
        total += (-1) ** number * 10 ** (level_db / 20) * resonance
    return total


def sung_vowel(
    vowel: str, f0_hz: float, n_samples: int, sample_rate: int, *, velocity: float = 0.8, scoop_cents: float = -60.0
) -> Samples:
    """Sing a vowel: a glottal buzz with vibrato through a mouth.

    Parameters
    ----------
    vowel
        One of `FORMANTS`.
    f0_hz
        Pitch.
    n_samples, sample_rate
        Length, and rate in Hz.
    velocity
        0 to 1: loudness, and with it the buzz's brightness.
    scoop_cents
        How far from the pitch the note begins.

    Returns
    -------
    Samples
        Shape (1, n_samples), not faded at its end.

    Raises
    ------
    ValueError
        If there is no such vowel, or the pitch is not between 0 and half the sample rate.
    """
    _check_pitch(f0_hz, sample_rate)
    k = np.arange(1, max(1, int(min(5500.0, 0.45 * sample_rate) / f0_hz)) + 1)
    # The buzz falls by 12 dB an octave at the glottis, the lips give 6 dB back.
    source = k ** -(1.15 - 0.4 * velocity)
    weights = source * vowel_response(vowel, k * f0_hz)
    weights /= math.sqrt(float(np.sum(np.abs(weights) ** 2)))
    cycles = vibrato_cycles(f0_hz, n_samples, sample_rate, depth_cents=22.0, scoop_cents=scoop_cents)
    tone = harmonic_tone(cycles, weights)
    t = _times(n_samples, sample_rate)
    tone *= np.float32(velocity) * (np.float32(0.85) + np.float32(0.15) * np.exp(t * np.float32(-1 / 0.2)))
    return faded(tone, sample_rate, 12.0, 0.0)


def shaped_noise(
    n_samples: int, sample_rate: int, rng: np.random.Generator, *, low_hz: float, high_hz: float, slope_db: float = 0.0
) -> Samples:
    """Return Gaussian noise within a band, at an RMS of 1.

    Parameters
    ----------
    n_samples, sample_rate
        Length, and rate in Hz.
    rng
        Where the noise comes from.
    low_hz, high_hz
        Where the level has fallen by 3 dB; beyond, it falls by 12 dB an octave.
    slope_db
        Tilt inside of the band in dB an octave.

    Returns
    -------
    Samples
        Shape (1, n_samples).

    Raises
    ------
    ValueError
        If the band is empty.
    """
    if not 0 < low_hz < high_hz:
        raise ValueError(f"low_hz must lie between 0 and high_hz, got {low_hz} and {high_hz}")
    spectrum = np.fft.rfft(rng.standard_normal(n_samples, dtype=np.float32))
    f = np.maximum(np.fft.rfftfreq(n_samples, 1 / sample_rate), 1.0)
    gain = 1 / np.sqrt((1 + (low_hz / f) ** 4) * (1 + (f / high_hz) ** 4))
    gain *= (f / math.sqrt(low_hz * high_hz)) ** (slope_db / (20 * math.log10(2)))
    gain[0] = 0.0
    noise = np.fft.irfft(spectrum * gain, n_samples)
    return (noise / math.sqrt(float(np.mean(noise**2)))).astype(np.float32)[np.newaxis]


def kick(sample_rate: int, rng: np.random.Generator, *, low_hz: float = 52.0, decay_s: float = 0.42) -> Samples:
    """Kick a bass drum: a tone that falls to the shell's pitch, and the beater's knock.

    Parameters
    ----------
    sample_rate
        In Hz.
    rng
        Where the knock's noise comes from.
    low_hz
        The pitch it falls to.
    decay_s
        Time in which it falls by 60 dB.

    Returns
    -------
    Samples
        Shape (1, samples), silent at both ends.
    """
    t = np.arange(round(decay_s * sample_rate)) / sample_rate
    # The pitch falls from low + 130 Hz with a time constant of 22 ms; this is its integral.
    cycles = low_hz * t + 130.0 * 0.022 * (1 - np.exp(-t / 0.022))
    tone = np.sin(2 * np.pi * cycles) * np.exp(-math.log(1000) / decay_s * t)
    knock = shaped_noise(t.size, sample_rate, rng, low_hz=300.0, high_hz=2600.0)[0] * np.exp(-t / 0.005) * 0.16
    return _balanced(faded(_channel(tone + knock), sample_rate, 0.7, 60.0))


def snare(sample_rate: int, rng: np.random.Generator, *, shell_hz: float = 186.0, decay_s: float = 0.3) -> Samples:
    """Strike a snare drum: two modes of the skin and the rattle of the wires.

    Parameters
    ----------
    sample_rate
        In Hz.
    rng
        Where the rattle comes from.
    shell_hz
        Pitch of the lower mode; the upper lies at 1.6 times it, as of a circular membrane.
    decay_s
        Time in which the rattle falls by 60 dB.

    Returns
    -------
    Samples
        Shape (1, samples), silent at both ends.
    """
    t = np.arange(round(decay_s * sample_rate)) / sample_rate
    bend = 1 + 0.25 * np.exp(-t / 0.012)
    cycles = np.cumsum(shell_hz * bend) / sample_rate
    skin = 0.6 * np.sin(2 * np.pi * cycles) * np.exp(-t / 0.045)
    skin += 0.35 * np.sin(2 * np.pi * 1.594 * cycles) * np.exp(-t / 0.03)
    rattle = shaped_noise(t.size, sample_rate, rng, low_hz=900.0, high_hz=6500.0, slope_db=-2.0)[0]
    rattle *= 0.34 * np.exp(-math.log(1000) / decay_s * t)
    return _balanced(faded(_channel(skin + rattle), sample_rate, 0.7, 40.0))


def tom(sample_rate: int, rng: np.random.Generator, *, pitch_hz: float, decay_s: float = 0.5) -> Samples:
    """Strike a tom-tom: two modes whose pitch sinks as the skin relaxes, and a breath of stick.

    Parameters
    ----------
    sample_rate
        In Hz.
    rng
        Where the stick's noise comes from.
    pitch_hz
        Pitch it settles at.
    decay_s
        Time in which it falls by 60 dB.

    Returns
    -------
    Samples
        Shape (1, samples), silent at both ends.
    """
    t = np.arange(round(decay_s * sample_rate)) / sample_rate
    cycles = np.cumsum(pitch_hz * (1 + 0.35 * np.exp(-t / 0.05))) / sample_rate
    tone = np.sin(2 * np.pi * cycles) * np.exp(-math.log(1000) / decay_s * t)
    tone += 0.3 * np.sin(2 * np.pi * 1.594 * cycles) * np.exp(-t / 0.05)
    stick = shaped_noise(t.size, sample_rate, rng, low_hz=500.0, high_hz=3500.0)[0] * np.exp(-t / 0.008) * 0.12
    return _balanced(faded(_channel(0.8 * tone + stick), sample_rate, 0.7, 60.0))


def cymbal(
    sample_rate: int, rng: np.random.Generator, *, decay_s: float, low_hz: float = 3500.0, high_hz: float = 9500.0
) -> Samples:
    """Strike a cymbal or hi-hat: a cluster of inharmonic modes in a wash of noise.

    Parameters
    ----------
    sample_rate
        In Hz.
    rng
        Chooses the modes and makes the noise.
    decay_s
        Time in which it falls by 60 dB: 0.08 a closed hat, 0.6 an open one, 3 a crash.
    low_hz, high_hz
        The band it sounds in.

    Returns
    -------
    Samples
        Shape (1, samples), silent at both ends.
    """
    t = np.arange(round(decay_s * sample_rate)) / sample_rate
    wash = 0.6 * shaped_noise(t.size, sample_rate, rng, low_hz=low_hz, high_hz=high_hz, slope_db=-2.0)[0]
    # A dozen modes are added as one spectrum: the transform's bins lie too close for their grid to be heard.
    spectrum = np.zeros(t.size // 2 + 1, np.complex64)
    modes_hz = low_hz * (high_hz / low_hz) ** rng.random(12)
    bins = np.minimum((modes_hz * t.size / sample_rate).astype(int), spectrum.size - 1)
    spectrum[bins] = np.exp(2j * np.pi * rng.random(12))
    modes = np.fft.irfft(spectrum, t.size)
    modes *= 0.45 / max(math.sqrt(float(np.mean(modes**2))), 1e-12)
    sound = (wash + modes) * np.exp(-math.log(1000) / decay_s * t) * 0.35
    return faded(sound.astype(np.float32)[np.newaxis], sample_rate, 0.5, 300.0 * decay_s)


def _channel(strike: NDArray[np.float64]) -> Samples:
    return strike.astype(np.float32)[np.newaxis]


def _balanced(strike: Samples) -> Samples:
    """Return a strike without the offset that its decay leaves: a swell far below hearing takes it away."""
    swell = np.sin(np.linspace(0, np.pi, strike.size, dtype=np.float32)) ** 2
    weight = float(strike.sum(dtype=np.float64)) / max(float(swell.sum()), 1.0)
    return (strike - np.float32(weight) * swell).astype(np.float32)


def _check_pitch(f0_hz: float, sample_rate: int) -> None:
    if not 0 < f0_hz < sample_rate / 2:
        raise ValueError(f"f0_hz must lie between 0 and half the sample rate ({sample_rate / 2} Hz), got {f0_hz}")

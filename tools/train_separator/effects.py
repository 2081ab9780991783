"""What a studio does to a sound, float32 of shape (channels, samples): filters, rooms, echoes, amplifiers, width."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

RATE = 44_100
Sound = NDArray[np.float32]
Curve = Callable[[NDArray[np.float64]], NDArray[np.float64]]


def filtered(sound: Sound, curve: Curve) -> Sound:
    """Filter without delay by a gain for each frequency in Hz."""
    n = sound.shape[-1]
    size = 1 << (n + RATE // 4).bit_length()
    spectrum = np.fft.rfft(sound, size)
    spectrum *= curve(np.maximum(np.fft.rfftfreq(size, 1 / RATE), 1.0)).astype(np.float32)
    return np.fft.irfft(spectrum, size)[..., :n].astype(np.float32)


def low_pass(hz: float, order: float = 4.0) -> Curve:
    """Return a curve that falls above a frequency."""
    return lambda f: 1 / np.sqrt(1 + (f / hz) ** order)


def high_pass(hz: float, order: float = 4.0) -> Curve:
    """Return a curve that falls below a frequency."""
    return lambda f: 1 / np.sqrt(1 + (hz / f) ** order)


def bells(rng: np.random.Generator, n: int, depth_db: float) -> Curve:
    """Return a random equaliser of broad bells and a tilt."""
    centres, widths = 60 * 200 ** rng.random(n), rng.uniform(0.5, 1.6, n)
    gains, tilt = rng.uniform(-depth_db, depth_db, n), rng.uniform(-1.0, 1.0)

    def curve(f: NDArray[np.float64]) -> NDArray[np.float64]:
        total = tilt * np.log2(f / 700)
        for centre, width, gain in zip(centres, widths, gains, strict=True):
            total = total + gain * np.exp(-0.5 * (np.log2(f / centre) / width) ** 2)
        return np.asarray(10 ** (total / 20))

    return curve


def room(rng: np.random.Generator, sound: Sound, *, decay_s: float, level: float, gate_s: float | None = None) -> Sound:
    """Add a room of noise that decays, darker as it goes, another on each side."""
    n = int(RATE * min(decay_s, 3.0))
    t = np.arange(n) / RATE
    response = rng.standard_normal((2, n))
    spectrum = np.fft.rfft(response)
    spectrum *= low_pass(rng.uniform(2500, 9000), 3.0)(np.fft.rfftfreq(n, 1 / RATE))
    dark = np.fft.irfft(spectrum, n)
    response = dark * np.exp(-6.9 * t / decay_s) + 0.3 * response * np.exp(-20 * t / decay_s)
    if gate_s is not None:
        response *= t < gate_s
    response[:, : int(rng.uniform(0.002, 0.03) * RATE)] = 0
    response /= np.sqrt(np.sum(response**2, axis=1, keepdims=True)) + 1e-9
    size = 1 << (sound.shape[1] + n).bit_length()
    wet = np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(response, size), size)[:, : sound.shape[1]]
    return (sound + level * wet).astype(np.float32)


def echo(sound: Sound, *, delay_s: float, level: float, n: int = 4, ping_pong: bool = False) -> Sound:
    """Add echoes, from side to side where asked."""
    out = sound.copy()
    for number in range(1, n + 1):
        late = int(number * delay_s * RATE)
        if late >= sound.shape[1]:
            break
        copy = sound[::-1] if ping_pong and number % 2 else sound
        side = np.array([[1.0], [0.4]] if number % 2 else [[0.4], [1.0]], np.float32) if ping_pong else np.float32(1.0)
        out[:, late:] += np.float32(level**number) * side * copy[:, : sound.shape[1] - late]
    return out


def driven(sound: Sound, amount: float) -> Sound:
    """Overdrive: ``amount`` is the gain before the curve, over the RMS."""
    rms = float(np.sqrt(np.mean(sound**2))) + 1e-9
    return (np.tanh(sound * np.float32(amount / rms)) * np.float32(rms)).astype(np.float32)


def levelled(sound: Sound, *, hold_s: float = 0.05, strength: float = 0.5) -> Sound:
    """Compress: divide by a power of the running level."""
    n = max(1, int(hold_s * RATE))
    power = np.mean(sound**2, axis=0, dtype=np.float64)
    running = np.cumsum(np.concatenate(([0.0], power)))
    ahead = np.minimum(np.arange(power.size) + n, power.size)
    behind = np.maximum(np.arange(power.size) - n, 0)
    level = np.sqrt((running[ahead] - running[behind]) / (ahead - behind)) + 1e-9
    reference = np.sqrt(power.mean()) + 1e-9
    gain = np.minimum((level / reference) ** -strength, 6.0)
    return (sound * gain.astype(np.float32)).astype(np.float32)


def placed(mono: Sound, pan: float) -> Sound:
    """Return a mono sound at a place from -1 to 1, at equal power."""
    angle = np.pi / 4 * (1 + pan)
    return (np.array([[np.cos(angle)], [np.sin(angle)]]) * mono[:1]).astype(np.float32) * np.float32(np.sqrt(2))


def widened(rng: np.random.Generator, sound: Sound, depth_ms: float = 3.0, mix: float = 0.7) -> Sound:
    """Chorus: add a copy of each side whose delay swings, each in its own time."""
    n = sound.shape[1]
    t = np.arange(n) / RATE
    out = sound.copy()
    for side in (0, 1):
        swing = np.sin(2 * np.pi * (rng.uniform(0.2, 1.2) * t + rng.random()))
        at = np.arange(n) - (12.0 + depth_ms * swing) * RATE / 1000
        out[side] += np.float32(mix) * np.interp(at, np.arange(n), sound[side], left=0.0).astype(np.float32)
    return out

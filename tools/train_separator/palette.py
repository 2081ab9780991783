"""Instruments beyond those of the demo song: each takes pitch, length and loudness and returns (1, samples)."""

from __future__ import annotations

import numpy as np
from effects import RATE, Sound, driven, filtered, high_pass, low_pass

from tonmeister.dsp import synth


def saw(hz: np.ndarray, start: float = 0.0) -> np.ndarray:
    """Return a sawtooth with rounded corners, after a pitch for each sample."""
    step = hz / RATE
    turn = (np.cumsum(step) + start) % 1.0
    wave = 2 * turn - 1
    rising, falling = turn < step, turn > 1 - step
    x = turn[rising] / step[rising]
    wave[rising] -= x + x - x * x - 1
    x = (turn[falling] - 1) / step[falling]
    wave[falling] -= x * x + x + x + 1
    return wave


def _envelope(n: int, attack_s: float, decay_s: float, sustain: float, release_s: float) -> np.ndarray:
    t = np.arange(n) / RATE
    body = sustain + (1 - sustain) * np.exp(-t / max(decay_s, 1e-3))
    return np.minimum(t / max(attack_s, 1e-4), 1.0) * body * np.clip((n / RATE - t) / release_s, 0, 1)


def super_saw(
    rng: np.random.Generator, hz: float, n: int, velocity: float, *, attack_s: float, open_hz: float
) -> Sound:
    """Several saws, each a little off, through a low-pass."""
    total = np.zeros(n)
    for cents in rng.uniform(-14, 14, 4):
        total += saw(np.full(n, hz * 2 ** (cents / 1200)), rng.random())
    sound = (total * _envelope(n, attack_s, 0.6, 0.7, 0.06) * velocity * 0.25).astype(np.float32)[None]
    return filtered(sound, low_pass(open_hz * (0.5 + velocity), 5.0))


def strings(rng: np.random.Generator, hz: float, n: int, velocity: float) -> Sound:
    """A section: saws with vibrato of their own, bowed in slowly."""
    t = np.arange(n) / RATE
    total = np.zeros(n)
    for _ in range(3):
        cents = rng.uniform(-8, 8) + rng.uniform(6, 16) * np.sin(2 * np.pi * (rng.uniform(4.6, 6.2) * t + rng.random()))
        total += saw(hz * 2 ** (cents / 1200), rng.random())
    sound = (total * _envelope(n, rng.uniform(0.05, 0.25), 1.0, 0.9, 0.15) * velocity * 0.3).astype(np.float32)[None]
    return filtered(sound, lambda f: low_pass(3200)(f) * high_pass(180, 2.0)(f))


def organ(rng: np.random.Generator, hz: float, n: int) -> Sound:
    """Drawbars and a rotor; an organ knows no touch."""
    ratios = np.array([0.5, 1.5, 1, 2, 3, 4, 5, 6, 8])
    bars = rng.integers(0, 9, 9) / 8
    bars[2] = 1.0
    t = np.arange(n) / RATE
    total = sum(
        b * np.sin(2 * np.pi * (hz * r * t + rng.random())) for b, r in zip(bars, ratios, strict=True) if hz * r < 9000
    )
    total = total * (1 + 0.15 * np.sin(2 * np.pi * (6.4 * t + rng.random())))
    return (total * _envelope(n, 0.004, 1.0, 1.0, 0.02) * 0.25).astype(np.float32)[None]


def piano(rng: np.random.Generator, hz: float, n: int, velocity: float) -> Sound:
    """Stiff strings in pairs, the hammer's thud; higher partials die sooner."""
    t = np.arange(n) / RATE
    total = np.zeros(n)
    stiffness = 2.5e-4 * (hz / 260) ** 1.3
    for k in range(1, min(24, int(9000 / hz)) + 1):
        f = k * hz * np.sqrt(1 + stiffness * k * k)
        level = (0.55 + 0.4 * velocity) ** k * abs(np.sin(np.pi * k / 8.3)) / k**0.5
        ring = 0.65 * np.exp(-t * (1.0 + 0.45 * k) * (hz / 220) ** 0.5) + 0.35 * np.exp(-t * (0.25 + 0.12 * k))
        total += level * ring * (np.sin(2 * np.pi * f * t + rng.random()) + np.sin(2 * np.pi * f * (1 + 3e-4) * t))
    thud = rng.standard_normal(n) * np.exp(-t / 0.006) * 0.15 * velocity
    sound = total + filtered(thud.astype(np.float32)[None], low_pass(1500))[0]
    return (sound * _envelope(n, 0.001, 9.0, 1.0, 0.08) * velocity * 0.4).astype(np.float32)[None]


def brass(rng: np.random.Generator, hz: float, n: int, velocity: float) -> Sound:
    """Saws that open as they are blown."""
    t = np.arange(n) / RATE
    cents = -40 * np.exp(-t / 0.03) + 10 * np.sin(2 * np.pi * 5.3 * t) * np.clip(t / 0.4, 0, 1)
    pitch = hz * 2 ** (cents / 1200)
    closed = filtered(saw(pitch, rng.random()).astype(np.float32)[None], low_pass(700, 6.0))[0]
    opened = filtered(saw(pitch, rng.random()).astype(np.float32)[None], low_pass(3800, 4.0))[0]
    bloom = np.clip(t / rng.uniform(0.03, 0.12), 0, 1) * (0.3 + 0.7 * velocity)
    sound = (1 - bloom) * closed + bloom * opened
    return (sound * _envelope(n, 0.02, 0.5, 0.8, 0.05) * velocity * 0.6).astype(np.float32)[None]


def flute(rng: np.random.Generator, hz: float, n: int, velocity: float) -> Sound:
    """A few harmonics and breath."""
    cycles = synth.vibrato_cycles(hz, n, RATE, depth_cents=rng.uniform(5, 18), scoop_cents=-20)
    tone = synth.harmonic_tone(cycles, [1, 0.35 * velocity, 0.12, 0.05])[0]
    breath = synth.shaped_noise(max(n, 16), RATE, rng, low_hz=hz, high_hz=max(4 * hz, 2000.0))[0][:n] * 0.05
    return ((tone + breath) * _envelope(n, 0.05, 1.0, 0.9, 0.06) * velocity * 0.6).astype(np.float32)[None]


def pluck_lead(rng: np.random.Generator, hz: float, n: int, velocity: float) -> Sound:
    """A square wave that darkens, as of an arpeggiator."""
    t = np.arange(n) / RATE
    start = rng.random()
    square = saw(np.full(n, hz), start) - saw(np.full(n, hz), start + rng.uniform(0.2, 0.5))
    bright = square * np.exp(-t / 0.08)
    dark = filtered(square.astype(np.float32)[None], low_pass(3 * hz, 4.0))[0]
    return ((0.5 * bright + dark) * _envelope(n, 0.002, 0.35, 0.25, 0.03) * velocity * 0.5).astype(np.float32)[None]


def guitar(rng: np.random.Generator, hz: float, n: int, velocity: float) -> Sound:
    """A plucked string, its places a little other at each stroke, with the plectrum's scratch."""
    tone = synth.plucked_string(
        hz, n, RATE, velocity=velocity, pluck_position=rng.uniform(0.1, 0.3), pickup_position=rng.uniform(0.06, 0.2),
        decay_s=rng.uniform(2.0, 6.0), damping_hz=rng.uniform(0.4, 1.4), highest_hz=rng.uniform(4000, 9000),
    )  # fmt: skip
    t = np.arange(n) / RATE
    scratch = rng.standard_normal(n) * np.exp(-t / 0.004) * 0.1 * velocity
    return (tone + scratch.astype(np.float32)) * np.clip((n / RATE - t) / 0.04, 0, 1).astype(np.float32)


def amplifier(rng: np.random.Generator, sound: Sound) -> Sound:
    """Distort a whole guitar track and put it through a cabinet."""
    hot = driven(filtered(sound, high_pass(rng.uniform(90, 220), 3.0)), rng.uniform(2.0, 14.0))
    top, dip = rng.uniform(3200, 6000), rng.uniform(350, 700)
    return filtered(
        hot,
        lambda f: high_pass(80)(f) * low_pass(top, 8.0)(f) * (1 - 0.45 * np.exp(-0.5 * (np.log2(f / dip) / 0.6) ** 2)),
    )


BASSES = ("plucked", "saw", "sub", "square", "fingered", "growl")


def bass(rng: np.random.Generator, kind: str, hz: float, n: int, velocity: float) -> Sound:
    """One note of a bass of a kind."""
    t = np.arange(n) / RATE
    shape = _envelope(n, 0.003, 0.5, 0.6, 0.03)
    if kind in ("plucked", "fingered"):
        tone = synth.plucked_string(
            hz, n, RATE, velocity=velocity,
            pluck_position=rng.uniform(0.12, 0.3), pickup_position=rng.uniform(0.1, 0.25),
            decay_s=rng.uniform(2.0, 6.0), damping_hz=rng.uniform(0.8, 2.5),
            highest_hz=1400.0 if kind == "fingered" else 3500.0,
        )  # fmt: skip
        pick = rng.standard_normal(n) * np.exp(-t / 0.005) * (0.12 if kind == "plucked" else 0.03)
        return (tone + pick.astype(np.float32)) * np.clip((n / RATE - t) / 0.03, 0, 1).astype(np.float32)
    if kind == "sub":
        wave = np.sin(2 * np.pi * hz * t) + 0.12 * np.sin(4 * np.pi * hz * t)
        return (wave * _envelope(n, 0.005, 2.0, 0.8, 0.04) * 0.8).astype(np.float32)[None]
    wave = saw(np.full(n, hz), rng.random())
    if kind == "square":
        wave = wave - saw(np.full(n, hz), 0.5)
    if kind == "growl":
        wave = wave + saw(np.full(n, hz * 1.006), rng.random())
    sound = (wave * shape * velocity * 0.5).astype(np.float32)[None]
    closed = filtered(sound, low_pass(hz * 2.5, 6.0))
    opened = filtered(sound, low_pass(hz * rng.uniform(6, 16), 4.0))
    weight = np.exp(-t / rng.uniform(0.05, 0.4)).astype(np.float32)
    return (closed * (1 - weight) + opened * weight).astype(np.float32)


CHORDAL = ("super saw", "strings", "organ", "piano", "electric piano", "guitar", "pad", "vibraphone")
LEADS = ("brass", "flute", "pluck", "reed", "guitar", "super saw", "strings", "piano")


def note(rng: np.random.Generator, kind: str, hz: float, n: int, velocity: float) -> Sound:
    """One note of an instrument by name."""
    match kind:
        case "super saw":
            return super_saw(rng, hz, n, velocity, attack_s=0.005, open_hz=4000.0)
        case "pad":
            return super_saw(rng, hz, n, velocity, attack_s=0.25, open_hz=1500.0)
        case "strings":
            return strings(rng, hz, n, velocity)
        case "organ":
            return organ(rng, hz, n)
        case "piano":
            return piano(rng, hz, n, velocity)
        case "brass":
            return brass(rng, hz, n, velocity)
        case "flute":
            return flute(rng, hz, n, velocity)
        case "pluck":
            return pluck_lead(rng, hz, n, velocity)
        case "guitar":
            return guitar(rng, hz, n, velocity)
        case "electric piano":
            return synth.faded(synth.electric_piano(hz, n, RATE, velocity=velocity), RATE, 0.0, 60.0)
        case "vibraphone":
            return synth.faded(synth.vibraphone(hz, n, RATE, velocity=velocity), RATE, 0.0, 60.0)
        case _:
            return synth.faded(synth.reed(hz, n, RATE, velocity=velocity), RATE, 0.0, 40.0)

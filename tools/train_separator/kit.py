"""Drum kits: every song has its own, from a rock kit in a room to a drum machine."""

from __future__ import annotations

import numpy as np
from effects import RATE, Sound, driven, filtered, high_pass, low_pass, placed, room

from tonmeister.dsp import synth
from tonmeister.music import groove


def strokes(rng: np.random.Generator, *, heavy: bool) -> dict[int, list[Sound]]:
    """Return a few takes of each drum of a new kit, each (1, samples); a heavy one has a deeper kick and a ride."""
    machine = rng.random() < 0.4
    low_hz, shell_hz = rng.uniform(38, 68), rng.uniform(140, 260)
    top_hz, hat_s = rng.uniform(6500, 14000), rng.uniform(0.05, 0.16)
    kick_s, snare_s = rng.uniform(0.2, 0.9 if machine else 0.5), rng.uniform(0.14, 0.4)
    depth, knock = rng.uniform(*((0.3, 4.0) if heavy else (0.0, 2.0))), rng.uniform(0.0, 0.6)
    edge_hz = (1.3 if heavy else 1.6) * low_hz
    clap = rng.random() < (0.5 if machine else 0.1)
    takes: dict[int, list[Sound]] = {}
    for _ in range(1 if machine else 4):
        bend = 1 + 0.02 * rng.uniform(-1, 1)
        kick = synth.kick(RATE, rng, low_hz=low_hz * bend, decay_s=kick_s)
        kick = filtered(kick, lambda f: 1 + depth * low_pass(edge_hz, 6.0)(f)) + knock * _click(rng, kick.shape[1])
        snare = _clap(rng) if clap else synth.snare(RATE, rng, shell_hz=shell_hz * bend, decay_s=snare_s)
        for midi, sound in (
            (groove.KICK, kick),
            (groove.SNARE, 0.9 * snare),
            (groove.CLOSED_HAT, 0.7 * synth.cymbal(RATE, rng, decay_s=hat_s, high_hz=top_hz)),
            (groove.OPEN_HAT, 0.6 * synth.cymbal(RATE, rng, decay_s=rng.uniform(0.4, 0.9), high_hz=top_hz)),
            (
                groove.CRASH,
                0.7 * synth.cymbal(RATE, rng, decay_s=rng.uniform(1.5, 3.5), low_hz=rng.uniform(1500, 3500)),
            ),
            (groove.LOW_TOM, 0.8 * synth.tom(RATE, rng, pitch_hz=92.0 * bend)),
            (groove.MIDDLE_TOM, 0.8 * synth.tom(RATE, rng, pitch_hz=124.0 * bend)),
            (groove.HIGH_TOM, 0.8 * synth.tom(RATE, rng, pitch_hz=163.0 * bend)),
            *([(_RIDE, 0.5 * _ride(rng))] if heavy else []),
            (_SHAKER, 0.25 * _shaker(rng)),
            (_CONGA, 0.5 * synth.tom(RATE, rng, pitch_hz=rng.uniform(180, 340), decay_s=0.25)),
        ):
            takes.setdefault(midi, []).append(sound.astype(np.float32))
    return takes


_SHAKER, _CONGA, _RIDE = 70, 64, 51


def _click(rng: np.random.Generator, n: int) -> Sound:
    burst = rng.standard_normal(n) * np.exp(-np.arange(n) / RATE / rng.uniform(0.0015, 0.006))
    return filtered(burst.astype(np.float32)[None], lambda f: high_pass(1200)(f) * low_pass(7000)(f))


def _clap(rng: np.random.Generator) -> Sound:
    t = np.arange(int(0.3 * RATE)) / RATE
    shape = sum(np.exp(-np.abs(t - at) / 0.004) * (t >= at) for at in (0, 0.011, 0.022)) + 0.7 * np.exp(-t / 0.07) * (
        t > 0.03
    )
    noise = synth.shaped_noise(t.size, RATE, rng, low_hz=800.0, high_hz=rng.uniform(2500, 6000))
    return (0.4 * noise * shape).astype(np.float32)


def _ride(rng: np.random.Generator) -> Sound:
    """A wash that hardly ends, and the stick on it."""
    wash = synth.cymbal(RATE, rng, decay_s=rng.uniform(1.2, 3.0), low_hz=rng.uniform(2000, 4500), high_hz=12_000.0)
    ping = synth.cymbal(RATE, rng, decay_s=0.25, low_hz=3000.0, high_hz=7000.0)
    wash[:, : ping.shape[1]] += rng.uniform(0.2, 1.0) * ping
    return wash


def _shaker(rng: np.random.Generator) -> Sound:
    t = np.arange(int(0.09 * RATE)) / RATE
    noise = synth.shaped_noise(t.size, RATE, rng, low_hz=5000.0, high_hz=13000.0)
    return (noise * np.sin(np.pi * t / 0.09) ** 2).astype(np.float32)


def play(
    rng: np.random.Generator, notes: list[tuple[float, int, float]], n: int, beat_s: float, *, heavy: bool
) -> Sound:
    """Play (onset in s, drum, loudness 0 to 1) on a new kit in its own room; return (2, n)."""
    takes = strokes(rng, heavy=heavy)
    width = rng.uniform(0.0, 0.7)
    pans = {midi: width * rng.uniform(-1, 1) for midi in takes}
    pans[groove.KICK] = 0.0
    pans[groove.SNARE] *= 0.15
    pans[groove.OPEN_HAT] = pans[groove.CLOSED_HAT]
    levels = {midi: 10 ** (rng.uniform(-5, 5) / 20) for midi in takes}
    played = list(notes)
    if heavy and rng.random() < 0.3:
        hats = (groove.CLOSED_HAT, groove.OPEN_HAT)
        played = [(at, _RIDE if midi in hats else midi, velocity) for at, midi, velocity in played]
    if heavy and rng.random() < 0.2:
        played += [(at, groove.CRASH, 0.6) for at in np.arange(0, n / RATE, 2 * beat_s)]
    if rng.random() < 0.35:
        played += _grid(rng, _SHAKER, n, beat_s, 4)
    if rng.random() < 0.2:
        played += [stroke for stroke in _grid(rng, _CONGA, n, beat_s, 4) if rng.random() < 0.4]
    out = np.zeros((2, n), np.float32)
    for onset_s, midi, velocity in played:
        if midi not in takes:
            continue
        sound = takes[midi][int(rng.integers(len(takes[midi])))]
        start = round(onset_s * RATE)
        m = min(sound.shape[1], n - start)
        if start < 0 or m <= 0:
            continue
        gain = np.float32(levels[midi] * velocity**1.4)
        out[:, start : start + m] += gain * placed(sound[:, :m], pans[midi])
    if rng.random() < 0.75:
        gate_s = rng.uniform(0.12, 0.3) if rng.random() < 0.2 else None
        out = room(rng, out, decay_s=rng.uniform(0.2, 1.2), level=rng.uniform(0.03, 0.4), gate_s=gate_s)
    if rng.random() < 0.5:
        out = driven(out, rng.uniform(0.15, 0.6))
    return out


def _grid(rng: np.random.Generator, midi: int, n: int, beat_s: float, per_beat: int) -> list[tuple[float, int, float]]:
    count = int(n / RATE / beat_s * per_beat)
    return [(i * beat_s / per_beat, midi, 0.5 + 0.4 * (i % 2 == 0) * rng.random()) for i in range(count)]

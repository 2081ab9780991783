"""The training songs: composed like the demo song, but played by another band each, every stem its own truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from arranged import arranged
from effects import RATE, Sound, bells, driven, echo, filtered, high_pass, placed, room, widened
from kit import play
from palette import BASSES, CHORDAL, LEADS, amplifier, bass, note
from plain import plain
from sampled import BASSES as BASS_PROGRAMS
from sampled import CHORDAL as CHORDAL_PROGRAMS
from sampled import KITS, Layer, sampled
from sampled import LEADS as LEAD_PROGRAMS
from voice import vocals

from tonmeister.capabilities.demo.render import render
from tonmeister.music.compose import compose
from tonmeister.music.song import Note

STEMS = ("drums", "bass", "other", "vocals")
LENGTH_S = 16.0


def song(seed: int, *, heavy: bool = False) -> dict[str, Sound]:
    """Return four stems, each (2, samples), about equally loud; the same seed gives the same song.

    A heavy one has another kit, and with it all players take other instruments.
    """
    rng = np.random.default_rng([seed, 20])
    score = _score(rng, seed)
    n, parts, start_s = score.n, score.parts, score.start_s
    at = [(one.onset_s - start_s, one.midi, one.velocity / 127) for one in parts["drums"]]
    stems = {
        "drums": play(rng, at, n, score.beat_s, heavy=heavy),
        "bass": _bass(rng, parts["bass"], start_s, n),
        "other": _other(rng, parts, start_s, n, score.beat_s),
        "vocals": vocals(rng, score.line, n, score.beat_s),
    }
    return {name: _even(filtered(sound, bells(rng, 4, 5.0))) for name, sound in stems.items()}


@dataclass(frozen=True)
class _Score:
    """Notes of each part, what is sung, and from where: `LENGTH_S` of a song with a voice in it."""

    parts: dict[str, list[Note]]
    line: list[tuple[float, float, float, float]]
    start_s: float
    beat_s: float
    n: int


def _score(rng: np.random.Generator, seed: int) -> _Score:
    composed = compose(seed, duration_s=30.0)
    sung = [one.onset_s for one in composed.notes if one.stem == "voice"]
    start_s = max(0.0, sung[0] - rng.uniform(0.5, 3.0))
    notes = [one for one in composed.notes if start_s <= one.onset_s < start_s + LENGTH_S - 0.1]
    parts = {name: [one for one in notes if one.stem == name] for name in ("drums", "bass", "chords", "lead", "voice")}
    line = [(one.onset_s - start_s, one.offset_s - start_s, one.midi, one.velocity / 127) for one in parts["voice"]]
    return _Score(parts, line, start_s, 60 / composed.tempo_bpm, int(LENGTH_S * RATE))


def sampled_song(seed: int) -> dict[str, Sound]:
    """Return four stems of a band of sampled instruments with a singer of ours."""
    rng = np.random.default_rng([seed, 21])
    score = _score(rng, seed)
    drums = _layer_of(score, "drums", int(rng.choice(KITS)), is_drums=True)
    bass_line = _layer_of(score, "bass", int(rng.choice(BASS_PROGRAMS)), octave=-int(rng.random() < 0.3))
    others = []
    for _ in range(int(rng.integers(1, 5))):
        part = "chords" if rng.random() < 0.7 or not score.parts["lead"] else "lead"
        program = int(rng.choice(CHORDAL_PROGRAMS if part == "chords" else LEAD_PROGRAMS))
        octave = int(rng.choice([-1, 0, 0, 0, 1]))
        gain_db = rng.uniform(-8, 0)
        pan = rng.uniform(-0.9, 0.9) if rng.random() < 0.7 else 0.0
        others.append(_layer_of(score, part, program, octave=octave, pan=pan, gain_db=gain_db))
        if rng.random() < 0.35:
            others.append(_layer_of(score, part, program, octave=octave, pan=-pan, gain_db=gain_db, late_s=0.012))
    stems = {
        "drums": sampled([drums], score.n),
        "bass": sampled([bass_line], score.n),
        "other": sampled(others, score.n),
        "vocals": vocals(rng, score.line, score.n, score.beat_s),
    }
    if rng.random() < 0.4:
        stems["drums"] = driven(stems["drums"], rng.uniform(0.15, 0.6))
    middle = stems["bass"].mean(axis=0, keepdims=True)
    stems["bass"] = np.repeat(middle, 2, axis=0) if rng.random() < 0.7 else stems["bass"]
    for name, chance, longest_s in (("drums", 0.7, 1.2), ("bass", 0.2, 0.5), ("other", 0.7, 2.5)):
        if rng.random() < chance:
            level = 10 ** rng.uniform(-1.6, -0.5)
            stems[name] = room(rng, stems[name], decay_s=rng.uniform(0.2, longest_s), level=level)
    return {name: _even(filtered(sound, bells(rng, 4, 5.0))) for name, sound in stems.items()}


def _layer_of(
    score: _Score,
    part: str,
    program: int,
    *,
    octave: int = 0,
    pan: float = 0.0,
    gain_db: float = 0.0,
    late_s: float = 0.0,
    is_drums: bool = False,
) -> Layer:
    begin_s = score.start_s - late_s
    notes = [
        (one.onset_s - begin_s, one.offset_s - begin_s, one.midi + 12 * octave, one.velocity / 127)
        for one in score.parts[part]
    ]
    return Layer(program, notes, pan, gain_db, is_drums)


def arranged_song(seed: int) -> dict[str, Sound]:
    """Return four stems of a plain song of sampled instruments and a synthesised speaker who sings."""
    return {name: _even(sound) for name, sound in arranged(seed).items()}


def plain_song(seed: int) -> dict[str, Sound]:
    """Return four stems of a song of one pattern, of sampled instruments and a synthesised speaker who sings."""
    return {name: _even(sound) for name, sound in plain(seed).items()}


def demo_song(seed: int) -> dict[str, Sound]:
    """Return the four stems of a demo song as `tonmeister demo` plays it, from where the voice begins."""
    composed = compose(seed, duration_s=20.0)
    played = render(composed, RATE)
    first = min(one.onset_s for one in composed.notes if one.stem == "voice")
    part = slice(round(max(0.0, first - 1.0) * RATE), round(max(0.0, first - 1.0) * RATE) + int(LENGTH_S * RATE))
    stems = {
        "drums": played["drums"],
        "bass": played["bass"],
        "other": played["chords"] + played["lead"],
        "vocals": played["voice"],
    }
    return {name: _even(_of_length(sound[:, part])) for name, sound in stems.items()}


def _of_length(sound: Sound) -> Sound:
    n = int(LENGTH_S * RATE)
    return np.pad(sound, ((0, 0), (0, max(0, n - sound.shape[1]))))[:, :n]


def _even(sound: Sound) -> Sound:
    power = np.mean(sound**2, axis=0)
    loud = power[power > power.max() * 1e-3]
    return (sound * np.float32(0.08 / np.sqrt(loud.mean() + 1e-12))).astype(np.float32)


def _add(out: Sound, sound: Sound, onset_s: float) -> None:
    start = round(onset_s * RATE)
    m = min(sound.shape[1], out.shape[1] - start)
    if start >= 0 and m > 0:
        out[:, start : start + m] += sound[:, :m]


def _hz(midi: float) -> float:
    return float(440 * 2 ** ((midi - 69) / 12))


def _samples(one: Note, ring_s: float) -> int:
    return max(2048, round((one.offset_s - one.onset_s + ring_s) * RATE))


def _bass(rng: np.random.Generator, notes: list[Note], start_s: float, n: int) -> Sound:
    kind = str(rng.choice(BASSES))
    out = np.zeros((1, n), np.float32)
    for one in notes:
        _add(out, bass(rng, kind, _hz(one.midi), _samples(one, 0.03), one.velocity / 127), one.onset_s - start_s)
    if rng.random() < 0.35:
        out = driven(out, rng.uniform(0.5, 4.0))
    wide = placed(out, 0.05 * rng.uniform(-1, 1))
    if rng.random() < 0.15:
        wide = widened(rng, wide, mix=0.3)
    if rng.random() < 0.3:
        wide = room(rng, wide, decay_s=rng.uniform(0.2, 0.6), level=rng.uniform(0.03, 0.15))
    return wide


def _other(rng: np.random.Generator, parts: dict[str, list[Note]], start_s: float, n: int, beat_s: float) -> Sound:
    total = np.zeros((2, n), np.float32)
    for _ in range(int(rng.integers(1, 4))):
        pitched = parts["chords"] if rng.random() < 0.75 or not parts["lead"] else parts["lead"]
        kind = str(rng.choice(CHORDAL if pitched is parts["chords"] else LEADS))
        total += 10 ** (rng.uniform(-7, 3) / 20) * _layer(rng, kind, pitched, start_s, n, beat_s)
    if rng.random() < 0.4:
        total += 10 ** (rng.uniform(-4, 4) / 20) * _riff(rng, parts["bass"], start_s, n)
    if rng.random() < 0.7:
        total = room(rng, total, decay_s=rng.uniform(0.3, 2.5), level=10 ** rng.uniform(-1.3, -0.3))
    return total


def _layer(rng: np.random.Generator, kind: str, notes: list[Note], start_s: float, n: int, beat_s: float) -> Sound:
    """Play notes on one instrument, at one place or as a double on both sides."""
    octave = 12 * int(rng.choice([-1, 0, 0, 0, 1]))
    doubled, spread = rng.random() < 0.35, rng.uniform(0, 0.6)
    pan = rng.uniform(-0.9, 0.9) if rng.random() < 0.6 else 0.0
    sides = (-rng.uniform(0.5, 1.0), rng.uniform(0.5, 1.0)) if doubled else (pan,)
    out = np.zeros((2, n), np.float32)
    broken = kind in ("super saw", "guitar", "pluck") and rng.random() < 0.35
    for side in sides:
        mono = np.zeros((2, n), np.float32)
        for one in notes:
            late = rng.normal(0, 0.006) if doubled else 0.0
            place = float(np.clip(side + spread * (one.midi - 63) / 24, -1, 1))
            velocity = one.velocity / 127
            for onset_s, length in _strokes(one, beat_s, broken):
                sound = note(rng, kind, _hz(one.midi + octave), length, velocity)
                _add(mono, placed(sound, place), onset_s - start_s + late)
        out += mono
    if kind == "guitar" and rng.random() < 0.5:
        out = np.concatenate([amplifier(rng, out[side : side + 1]) for side in (0, 1)])
    if rng.random() < 0.35:
        out = widened(rng, out)
    if rng.random() < 0.25:
        out = echo(out, delay_s=beat_s * float(rng.choice([0.5, 0.75])), level=rng.uniform(0.15, 0.4), ping_pong=True)
    return _even(filtered(out, high_pass(rng.uniform(40, 200), 3.0)))


def _strokes(one: Note, beat_s: float, broken: bool) -> list[tuple[float, int]]:
    if not broken:
        return [(one.onset_s, _samples(one, 0.15))]
    count = max(1, int((one.offset_s - one.onset_s) / beat_s * 2))
    return [(one.onset_s + i * beat_s / 2, int(0.48 * beat_s * RATE)) for i in range(count)]


def _riff(rng: np.random.Generator, roots: list[Note], start_s: float, n: int) -> Sound:
    """Power chords over the bass, played twice, one on each side."""
    out = np.zeros((2, n), np.float32)
    wide = rng.uniform(0.4, 1.0)
    muted = rng.random() < 0.4
    for side in (-wide, wide):
        dry = np.zeros((1, n), np.float32)
        for one in roots:
            length = int(0.12 * RATE) if muted else _samples(one, 0.1)
            for step in (12, 19, 24):
                sound = note(rng, "guitar", _hz(one.midi + step), max(length, 2048), one.velocity / 127)
                _add(dry, sound, one.onset_s - start_s + abs(rng.normal(0, 0.008)))
        out += placed(amplifier(rng, dry), side)
    return _even(out)

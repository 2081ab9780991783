"""From notes to sound: each player's instrument, place, level and room."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tonmeister.capabilities.demo.room import add_reflections, add_reverberation
from tonmeister.core.audio import Samples
from tonmeister.dsp import synth
from tonmeister.music import groove
from tonmeister.music.song import STEMS, Note, Song, Stem
from tonmeister.music.theory import midi_to_hz

PEAK_DBFS = -6.0
_DECAY_S = 1.1
_FINAL_FADE_MS = 400.0
_N_TAKES = 3
# Where the tape saturates, over the RMS of the playing: 9.5 dB.
_TAPE_CREST = 3.0


@dataclass(frozen=True)
class _Seat:
    """Where a player sits: level while playing, reflections and reverberation relative to it, place from -1 to 1."""

    level_db: float
    reflections_db: float
    send_db: float
    pan: float
    spread_per_octave: float = 0.0
    is_taped: bool = False


_SEATS: dict[Stem, _Seat] = {
    "drums": _Seat(level_db=-19.0, reflections_db=-7.0, send_db=-25.0, pan=0.0, is_taped=True),
    "bass": _Seat(level_db=-18.5, reflections_db=-18.0, send_db=-40.0, pan=0.0),
    "chords": _Seat(level_db=-22.0, reflections_db=-6.0, send_db=-19.0, pan=-0.2, spread_per_octave=0.5, is_taped=True),
    "lead": _Seat(level_db=-25.0, reflections_db=-5.0, send_db=-15.0, pan=0.35),
    "voice": _Seat(level_db=-18.0, reflections_db=-9.0, send_db=-18.0, pan=0.0),
}

# Release of each instrument after the note is let go, in ms.
_RELEASE_MS = {
    "electric bass": 45.0,
    "guitar": 90.0,
    "electric piano": 130.0,
    "reed": 40.0,
    "vibraphone": 200.0,
    "tenor": 40.0,
}

_DRUM_PANS = {
    groove.KICK: 0.0,
    groove.SNARE: 0.05,
    groove.CLOSED_HAT: 0.35,
    groove.OPEN_HAT: 0.35,
    groove.CRASH: -0.4,
    groove.HIGH_TOM: 0.25,
    groove.MIDDLE_TOM: -0.05,
    groove.LOW_TOM: -0.35,
}


def render(song: Song, sample_rate: int, progress: Callable[[float], None] = lambda _: None) -> dict[Stem, Samples]:
    """Play a song: return each stem, stereo, as it stands in the mix.

    Their sum is the unmastered mix; it peaks at `PEAK_DBFS`. The same song at the same rate gives the same samples.
    """
    n_samples = math.ceil(song.duration_s * sample_rate)
    stems = np.zeros((len(STEMS), 2, n_samples), np.float32)
    for index, stem in enumerate(STEMS):
        progress(0.7 * index / len(STEMS))
        rng = np.random.default_rng([song.seed, index])
        if stem == "drums":
            _play_drums(song.part(stem), sample_rate, rng, stems[index])
        else:
            _play(song.part(stem), song.instruments[stem], _SEATS[stem], sample_rate, stems[index])
        _record(stems[index], _SEATS[stem], sample_rate)
        add_reflections(stems[index], sample_rate, rng, _SEATS[stem].reflections_db)
    add_reverberation(
        stems,
        sample_rate,
        tuple(_SEATS[stem].send_db for stem in STEMS),
        decay_s=_DECAY_S,
        progress=lambda fraction: progress(0.7 + 0.3 * fraction),
    )
    peak = float(np.abs(mix_of(dict(zip(STEMS, stems, strict=True)))).max())
    stems *= np.float32(10 ** (PEAK_DBFS / 20) / peak)
    n_ending = sample_rate // 2
    stems[..., -n_ending:] = synth.faded(stems[..., -n_ending:], sample_rate, 0.0, _FINAL_FADE_MS)
    return dict(zip(STEMS, stems, strict=True))


def mix_of(stems: dict[Stem, Samples]) -> Samples:
    """Add stems up, in the order of `STEMS`."""
    total = np.zeros_like(stems[STEMS[0]])
    for stem in STEMS:
        total += stems[stem]
    return total


def _record(sound: Samples, seat: _Seat, sample_rate: int) -> None:
    """Bring a player to level in place; those with towering strokes go through tape that rounds these off."""
    sound *= np.float32(1 / (_TAPE_CREST * _active_rms(sound, sample_rate)))
    if seat.is_taped:
        np.tanh(sound, out=sound)
    sound *= np.float32(10 ** (seat.level_db / 20) * _TAPE_CREST)


def _active_rms(sound: Samples, sample_rate: int) -> float:
    """Return the RMS, over both channels, of those 100 ms that lie within 25 dB of the loudest."""
    block = sample_rate // 10
    whole = sound[:, : sound.shape[1] // block * block].reshape(2, -1, block)
    power = np.einsum("cbn,cbn->b", whole, whole) / (2 * block)
    return math.sqrt(float(np.mean(power[power > power.max() * 10**-2.5])))


def _add(sound: Samples, out: Samples, onset_s: float, sample_rate: int, pan: float) -> None:
    """Add a mono sound to a stereo one at a time and a place, at equal power for every place."""
    start = round(onset_s * sample_rate)
    n = min(sound.shape[1], out.shape[1] - start)
    angle = math.pi / 4 * (1 + max(-1.0, min(1.0, pan)))
    out[0, start : start + n] += np.float32(math.cos(angle)) * sound[0, :n]
    out[1, start : start + n] += np.float32(math.sin(angle)) * sound[0, :n]


def _play(notes: tuple[Note, ...], instrument: str, seat: _Seat, sample_rate: int, out: Samples) -> None:
    release_ms = _RELEASE_MS[instrument]
    for before, note in zip((None, *notes[:-1]), notes, strict=True):
        n_samples = round((note.offset_s - note.onset_s + release_ms / 1000) * sample_rate)
        scoop_cents = _scoop_cents(before, note)
        sound = _tone(instrument, note, n_samples, sample_rate, scoop_cents)
        pan = seat.pan + seat.spread_per_octave * (note.midi - 63) / 12
        _add(synth.faded(sound, sample_rate, 0.0, release_ms), out, note.onset_s, sample_rate, pan)


def _scoop_cents(before: Note | None, note: Note) -> float:
    """Glide over from a note just left, but never by more than a tone; else rise a little into the pitch."""
    if before is None or note.onset_s - before.offset_s > 0.05:
        return -50.0
    return max(-200.0, min(200.0, 60.0 * (before.midi - note.midi)))


def _tone(instrument: str, note: Note, n_samples: int, sample_rate: int, scoop_cents: float) -> Samples:
    f0_hz = midi_to_hz(note.midi)
    velocity = note.velocity / 127
    match instrument:
        case "electric bass":
            return synth.plucked_string(
                f0_hz,
                n_samples,
                sample_rate,
                velocity=velocity,
                pluck_position=0.24,
                pickup_position=0.16,
                decay_s=4.0,
                damping_hz=1.6,
                highest_hz=2400.0,
            )
        case "guitar":
            return synth.plucked_string(f0_hz, n_samples, sample_rate, velocity=velocity, highest_hz=5000.0)
        case "electric piano":
            return synth.electric_piano(f0_hz, n_samples, sample_rate, velocity=velocity)
        case "reed":
            return synth.reed(f0_hz, n_samples, sample_rate, velocity=velocity)
        case "vibraphone":
            return synth.vibraphone(f0_hz, n_samples, sample_rate, velocity=velocity)
        case _:
            return synth.sung_vowel(
                note.vowel, f0_hz, n_samples, sample_rate, velocity=velocity, scoop_cents=scoop_cents
            )


def _play_drums(notes: tuple[Note, ...], sample_rate: int, rng: np.random.Generator, out: Samples) -> None:
    """Strike each drum in one of a few takes, so that no two strokes in a row are the same machine."""
    takes = {midi: [_drum(midi, sample_rate, rng) for _ in range(_N_TAKES)] for midi in _DRUM_PANS}
    previous = dict.fromkeys(_DRUM_PANS, 0)
    for note in notes:
        take = (previous[note.midi] + 1 + int(rng.random() * (_N_TAKES - 1))) % _N_TAKES
        previous[note.midi] = take
        sound = takes[note.midi][take]
        if note.midi == groove.OPEN_HAT:
            held = round((note.offset_s - note.onset_s + 0.03) * sample_rate)
            sound = synth.faded(sound[:, :held], sample_rate, 0.0, 30.0)
        _add(np.float32((note.velocity / 127) ** 1.6) * sound, out, note.onset_s, sample_rate, _DRUM_PANS[note.midi])


def _drum(midi: int, sample_rate: int, rng: np.random.Generator) -> Samples:
    detune = 1 + 0.02 * (rng.random() - 0.5)
    match midi:
        case groove.KICK:
            return synth.kick(sample_rate, rng, low_hz=52.0 * detune)
        case groove.SNARE:
            return np.float32(0.8) * synth.snare(sample_rate, rng, shell_hz=186.0 * detune)
        case groove.CLOSED_HAT:
            return np.float32(0.75) * synth.cymbal(sample_rate, rng, decay_s=0.1)
        case groove.OPEN_HAT:
            return np.float32(0.65) * synth.cymbal(sample_rate, rng, decay_s=0.7)
        case groove.CRASH:
            return np.float32(0.6) * synth.cymbal(sample_rate, rng, decay_s=2.6, low_hz=2200.0, high_hz=8000.0)
        case _:
            pitch_hz = {groove.LOW_TOM: 92.0, groove.MIDDLE_TOM: 124.0, groove.HIGH_TOM: 163.0}[midi]
            return np.float32(0.8) * synth.tom(sample_rate, rng, pitch_hz=pitch_hz * detune)

"""Standard MIDI files: a tempo map, one track a part, bends on a channel of their own."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import mido  # type: ignore[import-untyped]

from tonmeister.core.errors import FormatUnsupportedError
from tonmeister.music.note_values import Metre
from tonmeister.music.quantise import TimeMap
from tonmeister.music.score import Part, Score
from tonmeister.music.tab import PlayedNote, Technique

TICKS_PER_QUARTER = 960
_BEND_RANGE_SEMITONES = 12
_BEND_STEPS = 12
_DRUMS = 9


@dataclass(frozen=True)
class MidiPart:
    """The notes of one track and channel; ``is_drums`` where it is General MIDI's channel of percussion."""

    name: str
    program: int
    notes: tuple[PlayedNote, ...]
    is_drums: bool = False


@dataclass(frozen=True)
class MidiSong:
    """A MIDI file: parts, its beats as a map of time (in quarters), and its first time signature."""

    parts: tuple[MidiPart, ...]
    time_map: TimeMap
    metre: Metre


def write_midi(score: Score, *, as_played: bool = True) -> bytes:
    """Return a score as a MIDI file of type 1.

    ``as_played`` keeps the performance: every note begins and ends when it did, against the tempo map of the bars, so
    that bar lines fall where they belong. Otherwise the notes lie on the written grid.
    """
    file = mido.MidiFile(type=1, ticks_per_beat=TICKS_PER_QUARTER, charset="utf-8")
    file.tracks.append(_tempo_track(score))
    for at, part in enumerate(score.parts):
        channel = at % 15
        channel = _DRUMS if part.is_drums else channel + (channel >= _DRUMS)
        file.tracks.append(_part_track(score, part, channel, as_played=as_played))
    out = io.BytesIO()
    file.save(file=out)
    return out.getvalue()


def _bar_ticks(score: Score) -> int:
    return int(score.metre.bar_quarters * TICKS_PER_QUARTER)


def _tempo_track(score: Score) -> mido.MidiTrack:
    events: list[tuple[int, mido.MetaMessage]] = [
        (0, mido.MetaMessage("track_name", name=score.title)),
        (0, mido.MetaMessage("time_signature", numerator=score.metre.n_beats, denominator=score.metre.unit)),
        (0, mido.MetaMessage("key_signature", key=_key_name(score))),
    ]
    tempo = 0
    for number, bar in enumerate(score.bars):
        wanted = mido.bpm2tempo(bar.tempo_bpm)
        if wanted != tempo:
            tempo = wanted
            events.append((number * _bar_ticks(score), mido.MetaMessage("set_tempo", tempo=tempo)))
        if bar.section:
            events.append((number * _bar_ticks(score), mido.MetaMessage("marker", text=bar.section)))
    return _track(events)


def _key_name(score: Score) -> str:
    major = ("Cb", "Gb", "Db", "Ab", "Eb", "Bb", "F", "C", "G", "D", "A", "E", "B", "F#", "C#")
    minor = ("Abm", "Ebm", "Bbm", "Fm", "Cm", "Gm", "Dm", "Am", "Em", "Bm", "F#m", "C#m", "G#m", "D#m", "A#m")
    return (minor if score.is_minor else major)[score.n_fifths + 7]


def _part_track(score: Score, part: Part, channel: int, *, as_played: bool) -> mido.MidiTrack:
    events: list[tuple[int, mido.Message]] = [
        (0, mido.MetaMessage("track_name", name=part.name)),
        (0, mido.Message("program_change", channel=channel, program=part.program)),
    ]
    spans = _played_ticks(score, part) if as_played else _written_ticks(score, part)
    bends = [technique for _, _, head in part.heads for technique in head.techniques if technique.name == "bend"]
    if bends:
        events.extend((0, message) for message in _set_bend_range(channel))
    techniques = {head.note: head.techniques for _, _, head in part.heads}
    for note, (start, stop) in spans.items():
        played = part.notes[note]
        # an end sorts before a beginning at the same tick
        events.append((start, mido.Message("note_on", channel=channel, note=played.midi, velocity=played.velocity)))
        events.append((stop, mido.Message("note_off", channel=channel, note=played.midi, velocity=0)))
        for technique in techniques.get(note, ()):
            if technique.name == "bend":
                events.extend(_bend(technique, start, stop, channel))
    return _track(sorted(events, key=lambda event: (event[0], _rank(event[1]))))


def _rank(message: mido.Message) -> int:
    return {"note_off": 1, "pitchwheel": 2, "note_on": 3}.get(message.type, 0)


def _track(events: Sequence[tuple[int, mido.Message]]) -> mido.MidiTrack:
    track = mido.MidiTrack()
    at = 0
    for tick, message in events:
        track.append(message.copy(time=tick - at))
        at = tick
    track.append(mido.MetaMessage("end_of_track", time=0))
    return track


def _played_ticks(score: Score, part: Part) -> dict[int, tuple[int, int]]:
    last = score.bars[-1]
    end_s = last.start_s + 60.0 * float(score.metre.bar_quarters) / last.tempo_bpm
    edges = TimeMap((*(bar.start_s for bar in score.bars), end_s))
    notes = sorted({head.note for _, _, head in part.heads})
    starts = edges.beats([part.notes[note].onset_s for note in notes])
    stops = edges.beats([part.notes[note].offset_s for note in notes])
    per_bar = _bar_ticks(score)
    spans: dict[int, tuple[int, int]] = {}
    for note, start, stop in zip(notes, starts.tolist(), stops.tolist(), strict=True):
        first = max(0, round(start * per_bar))
        spans[note] = first, max(first + 1, round(stop * per_bar))
    return _cut_repeats(part, spans)


def _written_ticks(score: Score, part: Part) -> dict[int, tuple[int, int]]:
    spans: dict[int, tuple[int, int]] = {}
    for number, beats in enumerate(part.bars):
        for beat in beats:
            start = number * _bar_ticks(score) + int(beat.start_quarters * TICKS_PER_QUARTER)
            stop = start + int(beat.value.quarters * TICKS_PER_QUARTER)
            for head in beat.notes:
                first = spans[head.note][0] if head.is_continued else start
                spans[head.note] = first, stop
    return _cut_repeats(part, spans)


def _cut_repeats(part: Part, spans: dict[int, tuple[int, int]]) -> dict[int, tuple[int, int]]:
    """End a note where the same pitch begins again: one channel cannot sound it twice."""
    by_pitch: dict[int, int] = {}
    cut: dict[int, tuple[int, int]] = {}
    for note, (start, stop) in sorted(spans.items(), key=lambda item: (item[1], item[0])):
        midi = part.notes[note].midi
        before = by_pitch.get(midi)
        if before is not None and cut[before][1] > start:
            begun = cut[before][0]
            if begun == start:
                continue
            cut[before] = begun, start
        by_pitch[midi] = note
        cut[note] = start, stop
    return cut


def _set_bend_range(channel: int) -> Iterator[mido.Message]:
    # registered parameter 0, the range of the pitch wheel
    for control, value in ((101, 0), (100, 0), (6, _BEND_RANGE_SEMITONES), (38, 0), (101, 127), (100, 127)):
        yield mido.Message("control_change", channel=channel, control=control, value=value)


def _bend(technique: Technique, start: int, stop: int, channel: int) -> Iterator[tuple[int, mido.Message]]:
    full = 8191 * technique.depth_cents / (100 * _BEND_RANGE_SEMITONES)
    length = stop - start
    rise = length // 3
    for step in range(_BEND_STEPS + 1):
        level = round(min(8191.0, full * step / _BEND_STEPS))
        yield start + rise * step // _BEND_STEPS, mido.Message("pitchwheel", channel=channel, pitch=level)
        if technique.is_released:
            at = stop - 1 - rise * step // _BEND_STEPS
            yield max(start, at), mido.Message("pitchwheel", channel=channel, pitch=level)
    yield stop, mido.Message("pitchwheel", channel=channel, pitch=0)


def read_midi(path: Path) -> MidiSong:
    """Read the notes, tempo map and metre of a MIDI file; raise `FormatUnsupportedError` where it is none."""
    try:
        file = mido.MidiFile(str(path), clip=True)
        metres = [message for track in file.tracks for message in track if message.type == "time_signature"]
        metre = Metre(metres[0].numerator, metres[0].denominator) if metres else Metre()
        clock = _Clock(file)
    except (EOFError, OSError, ValueError, KeyError, IndexError) as fault:
        raise FormatUnsupportedError(
            f"{path.name} cannot be read as MIDI: {fault}.",
            field="file",
            value=path.name,
            remedy="Hand in a standard MIDI file (.mid) of type 0 or 1.",
        ) from fault
    parts: list[MidiPart] = []
    last_tick = 0
    for number, track in enumerate(file.tracks, 1):
        name = f"Track {number}"
        programs: dict[int, int] = {}
        found: dict[int, list[PlayedNote]] = {}
        sounding: dict[tuple[int, int], list[tuple[int, int]]] = {}
        tick = 0
        for message in track:
            tick += message.time
            if message.type == "track_name" and message.name.strip():
                name = message.name.strip()
            elif message.type == "program_change":
                programs.setdefault(message.channel, message.program)
            elif message.type == "note_on" and message.velocity:
                sounding.setdefault((message.channel, message.note), []).append((tick, message.velocity))
            elif message.type in ("note_on", "note_off"):
                begun = sounding.get((message.channel, message.note))
                if begun:
                    start, velocity = begun.pop(0)
                    found.setdefault(message.channel, []).append(
                        PlayedNote(clock.time_s(start), clock.time_s(tick), message.note, velocity)
                    )
        last_tick = max(last_tick, tick)
        parts.extend(
            MidiPart(name, programs.get(channel, 0), tuple(_in_order(notes)), channel == _DRUMS)
            for channel, notes in sorted(found.items())
        )
    return MidiSong(tuple(parts), clock.quarters(last_tick), metre)


def _in_order(notes: list[PlayedNote]) -> list[PlayedNote]:
    return sorted(notes, key=lambda note: (note.onset_s, note.midi))


class _Clock:
    """Ticks to seconds."""

    def __init__(self, file: mido.MidiFile):
        self.per_quarter: int = file.ticks_per_beat
        if self.per_quarter <= 0:
            raise ValueError("its ticks are frames of film, not parts of a quarter")
        changes: list[tuple[int, int]] = []
        for track in file.tracks:
            tick = 0
            for message in track:
                tick += message.time
                if message.type == "set_tempo":
                    changes.append((tick, message.tempo))
        self.points: list[tuple[int, float, int]] = [(0, 0.0, 500_000)]
        for tick, tempo in sorted(changes):
            self.points.append((tick, self.time_s(tick), tempo))

    def time_s(self, tick: int) -> float:
        """Return the time of a tick."""
        start, at_s, tempo = next(point for point in reversed(self.points) if point[0] <= tick)
        return at_s + (tick - start) * tempo / (1e6 * self.per_quarter)

    def quarters(self, last_tick: int) -> TimeMap:
        """Return the times of all quarters up to the end."""
        n_quarters = max(1, -(-last_tick // self.per_quarter))
        return TimeMap(tuple(self.time_s(at * self.per_quarter) for at in range(n_quarters + 1)))

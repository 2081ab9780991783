"""Standard MIDI files on the recording's clock: a tempo map, one track a part, bends on a channel of their own."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import mido  # type: ignore[import-untyped]

from tonmeister.core.errors import FormatUnsupportedError
from tonmeister.media.notation.midi_clock import TICKS_PER_QUARTER, Clock, set_clock
from tonmeister.music.note_values import Metre
from tonmeister.music.quantise import TimeMap
from tonmeister.music.score import Part, Score
from tonmeister.music.tab import PlayedNote, Technique

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
    """A MIDI file: parts, its beats as a map of time (in quarters), and the time signature that holds the longest."""

    parts: tuple[MidiPart, ...]
    time_map: TimeMap
    metre: Metre


def write_midi(score: Score, *, as_played: bool = True) -> bytes:
    """Return a score as a MIDI file of type 1.

    The file begins when the recording does, so that it can be laid under it: before the first bar there is a lead-in,
    or the first bar is cut to the beats that lie in the recording. ``as_played`` keeps the performance: every note that
    was heard, also those that found no place on the page, begins and ends when it did, against the tempo map of the
    bars. Otherwise the written notes lie on the written grid.
    """
    clock = set_clock(score)
    file = mido.MidiFile(type=1, ticks_per_beat=TICKS_PER_QUARTER, charset="utf-8")
    file.tracks.append(_tempo_track(score, clock))
    for at, part in enumerate(score.parts):
        channel = at % 15
        channel = _DRUMS if part.is_drums else channel + (channel >= _DRUMS)
        file.tracks.append(
            _part_track(part, channel, _played_ticks(clock, part) if as_played else _written_ticks(clock, part))
        )
    out = io.BytesIO()
    file.save(file=out)
    return out.getvalue()


def _tempo_track(score: Score, clock: Clock) -> mido.MidiTrack:
    events: list[tuple[int, mido.MetaMessage]] = [
        (0, mido.MetaMessage("track_name", name=score.title)),
        (0, mido.MetaMessage("key_signature", key=_key_name(score))),
    ]
    for tick, n_beats, unit in clock.metres:
        events.append((tick, mido.MetaMessage("time_signature", numerator=n_beats, denominator=unit)))
    events.extend((each.tick, mido.MetaMessage("set_tempo", tempo=each.tempo)) for each in clock.stretches)
    for number, (tick, bar) in enumerate(zip(clock.starts, score.bars, strict=True)):
        if number == clock.first_whole and clock.has_lead_in:
            events.append((tick, mido.MetaMessage("marker", text=f"Bar {number + 1}")))
        if bar.heading:
            events.append((max(tick, 0), mido.MetaMessage("marker", text=bar.heading)))
    return _track(sorted(events, key=lambda event: event[0]))


def _key_name(score: Score) -> str:
    major = ("Cb", "Gb", "Db", "Ab", "Eb", "Bb", "F", "C", "G", "D", "A", "E", "B", "F#", "C#")
    minor = ("Abm", "Ebm", "Bbm", "Fm", "Cm", "Gm", "Dm", "Am", "Em", "Bm", "F#m", "C#m", "G#m", "D#m", "A#m")
    return (minor if score.is_minor else major)[score.n_fifths + 7]


def _part_track(part: Part, channel: int, spans: Mapping[int, tuple[int, int]]) -> mido.MidiTrack:
    events: list[tuple[int, mido.Message]] = [
        (0, mido.MetaMessage("track_name", name=part.name)),
        (0, mido.Message("program_change", channel=channel, program=part.program)),
    ]
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


def _played_ticks(clock: Clock, part: Part) -> dict[int, tuple[int, int]]:
    spans: dict[int, tuple[int, int]] = {}
    for note, played in enumerate(part.notes):
        first = clock.tick(played.onset_s)
        spans[note] = first, max(first + 1, clock.tick(played.offset_s))
    return _cut_repeats(part, spans)


def _written_ticks(clock: Clock, part: Part) -> dict[int, tuple[int, int]]:
    spans: dict[int, tuple[int, int]] = {}
    for bar_start, *staves in zip(clock.starts, *part.staves, strict=True):
        for beat in itertools.chain(*staves):
            start = bar_start + int(beat.start_quarters * TICKS_PER_QUARTER)
            stop = start + int(beat.value.quarters * TICKS_PER_QUARTER)
            for head in beat.notes:
                first = spans[head.note][0] if head.is_continued else max(start, 0)
                spans[head.note] = first, max(stop, first + 1)
    return _cut_repeats(part, spans)


def _cut_repeats(part: Part, spans: dict[int, tuple[int, int]]) -> dict[int, tuple[int, int]]:
    """End a note where the same pitch begins again: one channel cannot sound it twice, nor begin it twice in a tick."""
    by_pitch: dict[int, int] = {}
    cut: dict[int, tuple[int, int]] = {}
    for note, (start, stop) in sorted(spans.items(), key=lambda item: (item[1], item[0])):
        midi = part.notes[note].midi
        before = by_pitch.get(midi)
        if before is not None and cut[before][1] > start:
            begun = cut[before][0]
            start = max(start, begun + 1)
            cut[before] = begun, start
        by_pitch[midi] = note
        cut[note] = start, max(stop, start + 1)
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
        metre = _longest_metre(file)
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


def _longest_metre(file: mido.MidiFile) -> Metre:
    changes: list[tuple[int, tuple[int, int]]] = []
    last_tick = 0
    for track in file.tracks:
        tick = 0
        for message in track:
            tick += message.time
            if message.type == "time_signature":
                changes.append((tick, (message.numerator, message.denominator)))
        last_tick = max(last_tick, tick)
    if not changes:
        return Metre()
    changes.sort(key=lambda change: change[0])
    lasts: dict[tuple[int, int], int] = {}
    for (tick, metre), (following, _) in itertools.pairwise([*changes, (last_tick, (0, 0))]):
        lasts[metre] = lasts.get(metre, 0) + following - tick
    return Metre(*max(lasts, key=lambda metre: lasts[metre]))


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

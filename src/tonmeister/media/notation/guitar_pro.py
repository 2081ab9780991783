"""Guitar Pro: .gp5 written, .gp3 to .gp5 read."""

from __future__ import annotations

import io
import struct
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import guitarpro as gp  # type: ignore[import-untyped]

from tonmeister.core.errors import CombinationError, FormatUnsupportedError
from tonmeister.media.notation.spelling import lead_sheet_name
from tonmeister.music.fretboard import Fretboard
from tonmeister.music.note_values import Metre, Value
from tonmeister.music.score import Part, Score, WrittenBeat, WrittenNote
from tonmeister.music.tab import Place, PlayedNote, Technique

SLOWEST_BPM, FASTEST_BPM = 20, 320
"""Tempi that are written; slower and faster bars are written at these."""
_QUARTER_TICKS = 960
_MAX_STRINGS = 7
_BEND_LAST = 12  # a bend's points lie on a line from 0 to 12

# what the parser raises over damaged files
_FAULTS = (gp.GPException, struct.error, OSError, EOFError, ValueError, LookupError, TypeError, AttributeError)


@dataclass(frozen=True)
class TabPart:
    """A part of a Guitar Pro file: its neck, its notes and the place of each."""

    name: str
    program: int
    fretboard: Fretboard
    notes: tuple[PlayedNote, ...]
    places: tuple[Place, ...]


@dataclass(frozen=True)
class TabSong:
    """A Guitar Pro file: fretted parts and the times at which its bars begin; repeats are not played twice."""

    title: str
    artist: str
    parts: tuple[TabPart, ...]
    bars_s: tuple[float, ...]
    metre: Metre


def write_guitar_pro(score: Score) -> bytes:
    """Return the fretted parts of a score as .gp5.

    The format holds whole beats a minute, seven strings and Western European letters: tempi are rounded, other letters
    written with their nearest plain one. Raises `CombinationError` where no part has a neck, or one has more strings.
    """
    parts = [part for part in score.parts if part.fretboard is not None]
    if not parts:
        raise CombinationError(
            "Guitar Pro files hold fretted parts, and this score has none.",
            field="format",
            value="gp5",
            remedy="Choose MusicXML or MIDI.",
        )
    song = gp.Song(
        tempo=_tempo(score.tempo_marks[0].tempo_bpm),
        hideTempo=not score.has_tempo,
        title=_plain(score.title),
        artist=_plain(score.artist),
    )
    song.key = _key(score)
    song.measureHeaders = _headers(score)
    song.tracks = [_track(song, score, part, number) for number, part in enumerate(parts, 1)]
    out = io.BytesIO()
    gp.write(song, out, version=(5, 1, 0))
    return out.getvalue()


def _tempo(tempo_bpm: float) -> int:
    return min(max(round(tempo_bpm), SLOWEST_BPM), FASTEST_BPM)


def _plain(text: str) -> str:
    return "".join(_plain_sign(sign) for sign in unicodedata.normalize("NFC", text))


def _plain_sign(sign: str) -> str:
    for form in (sign, unicodedata.normalize("NFKD", sign)[0]):
        try:
            form.encode("cp1252")
        except UnicodeEncodeError:
            continue
        return form
    return "?"


def _key(score: Score) -> gp.KeySignature:
    return gp.KeySignature((score.n_fifths, int(score.is_minor)))


def _headers(score: Score) -> list[gp.MeasureHeader]:
    headers = []
    start = _QUARTER_TICKS
    for number, bar in enumerate(score.bars, 1):
        header = gp.MeasureHeader(number=number, start=start, keySignature=_key(score))
        header.timeSignature = gp.TimeSignature(score.metre.n_beats, gp.Duration(score.metre.unit))
        if score.swing_percent is not None:
            header.tripletFeel = gp.TripletFeel.eighth
        if bar.heading:
            header.marker = gp.Marker(title=_plain(bar.heading))
        headers.append(header)
        start += int(score.metre.bar_quarters * _QUARTER_TICKS)
    return headers


def _track(song: gp.Song, score: Score, part: Part, number: int) -> gp.Track:
    fretboard = part.fretboard
    assert fretboard is not None
    if fretboard.n_strings > _MAX_STRINGS:
        raise CombinationError(
            f"Part {part.name!r} has {fretboard.n_strings} strings; Guitar Pro 5 files hold at most {_MAX_STRINGS}.",
            field="format",
            value="gp5",
            bound=_MAX_STRINGS,
            remedy="Choose MusicXML or alphaTex.",
        )
    track = gp.Track(song, number=number, name=_plain(part.name), fretCount=fretboard.n_frets, offset=fretboard.capo)
    track.strings = [gp.GuitarString(at, midi) for at, midi in enumerate(reversed(fretboard.tuning), 1)]
    first = (number - 1) * 2
    track.channel = gp.MidiChannel(channel=first + (first >= 8) * 2, effectChannel=first + 1 + (first >= 8) * 2)
    track.channel.instrument = part.program
    track.measures = []
    departures = part.departures
    tempo = song.tempo
    marks = {mark.bar: _tempo(mark.tempo_bpm) for mark in score.tempo_marks}
    for at, (header, beats) in enumerate(zip(song.measureHeaders, part.bars, strict=True)):
        measure = gp.Measure(track, header)
        track.measures.append(measure)
        voice = measure.voices[0]
        wanted = _tempo(score.bars[at].tempo_bpm)
        chords = dict(score.bars[at].chords) if number == 1 else {}
        for order, written in enumerate(beats):
            beat = _beat(voice, written, departures)
            is_mark = order == 0 and at in marks
            if number == 1 and order <= 1 and (marks[at] if is_mark else wanted) != tempo:
                # a bar with a mark begins as the mark says; its own tempo follows with the next beat
                tempo = marks[at] if is_mark else wanted
                beat.effect.mixTableChange = gp.MixTableChange(
                    tempo=gp.MixTableItem(value=tempo), hideTempo=not is_mark
                )
            if written.start_quarters in chords:
                beat.text = _plain(lead_sheet_name(chords[written.start_quarters], fretboard.capo))
            voice.beats.append(beat)
    return track


def _beat(voice: gp.Voice, written: WrittenBeat, departures: dict[int, Technique]) -> gp.Beat:
    beat = gp.Beat(voice, duration=_duration(written.value))
    beat.status = gp.BeatStatus.normal if written.notes else gp.BeatStatus.rest
    for head in written.notes:
        if head.place is not None:
            beat.notes.append(_note(beat, head, departures))
    return beat


def _duration(value: Value) -> gp.Duration:
    tuplet = gp.Tuplet(3, 2) if value.is_triplet else gp.Tuplet(1, 1)
    return gp.Duration(value=value.denominator, isDotted=value.is_dotted, tuplet=tuplet)


def _note(beat: gp.Beat, head: WrittenNote, departures: dict[int, Technique]) -> gp.Note:
    assert head.place is not None
    kind = gp.NoteType.tie if head.is_continued else gp.NoteType.normal
    note = gp.Note(beat, value=head.place.fret, string=head.place.string, type=kind)
    note.velocity = 15 + 16 * min(max(round((head.velocity - 15) / 16), 0), 7)
    note.effect.letRing = head.rings
    for technique in head.techniques:
        if technique.name == "vibrato":
            note.effect.vibrato = True
        elif technique.name == "bend":
            note.effect.bend = _bend(technique)
    departure = departures.get(head.note) if not head.continues else None
    if departure is not None and departure.name == "slide":
        note.effect.slides = [gp.SlideType.legatoSlideTo]
    elif departure is not None:
        note.effect.hammer = True
    return note


def _bend(technique: Technique) -> gp.BendEffect:
    top = min(round(technique.depth_cents / 50), gp.BendEffect.maxValue)  # in quarter tones
    half = _BEND_LAST // 2
    if technique.is_released:
        points = [gp.BendPoint(0, 0), gp.BendPoint(half, top), gp.BendPoint(_BEND_LAST, 0)]
    else:
        points = [gp.BendPoint(0, 0), gp.BendPoint(half, top), gp.BendPoint(_BEND_LAST, top)]
    kind = gp.BendType.bendRelease if technique.is_released else gp.BendType.bend
    return gp.BendEffect(type=kind, value=25 * top, points=points)


def read_guitar_pro(path: Path) -> TabSong:
    """Read the fretted parts of a .gp3, .gp4 or .gp5 file; raise `FormatUnsupportedError` where it is none."""
    try:
        song = gp.parse(io.BytesIO(path.read_bytes()))
        clock = _Clock(song)
        signature = song.measureHeaders[0].timeSignature
        metre = Metre(signature.numerator, signature.denominator.value)
        parts = tuple(
            _read_track(track, clock) for track in song.tracks if not track.isPercussionTrack and not track.isBanjoTrack
        )
    except _FAULTS as fault:
        raise FormatUnsupportedError(
            f"{path.name} cannot be read as Guitar Pro 3 to 5: {fault}.",
            field="file",
            value=path.name,
            bound=".gp3, .gp4, .gp5",
            remedy="Save it as .gp5 in Guitar Pro or TuxGuitar.",
        ) from fault
    return TabSong(
        song.title.strip(),
        song.artist.strip(),
        parts,
        tuple(clock.time_s(header.start) for header in song.measureHeaders),
        metre,
    )


def _read_track(track: gp.Track, clock: _Clock) -> TabPart:
    tuning = tuple(string.value for string in track.strings)[::-1]
    found: list[list[float]] = []
    last: dict[int, int] = {}
    for measure in track.measures:
        for voice in measure.voices:
            for beat in voice.beats:
                start_s = clock.time_s(beat.start)
                stop_s = clock.time_s(beat.start + beat.duration.time)
                for note in beat.notes:
                    if note.type == gp.NoteType.tie and note.string in last:
                        found[last[note.string]][1] = stop_s
                    elif note.type == gp.NoteType.normal:
                        last[note.string] = len(found)
                        found.append([start_s, stop_s, note.string, note.value, note.velocity])
    highest = max((int(row[3]) for row in found), default=0)
    fretboard = Fretboard(tuning, max(track.fretCount or 24, highest + track.offset), track.offset)
    found.sort(key=lambda row: (row[0], tuning[-int(row[2])] + row[3]))
    places = tuple(Place(int(string), int(fret)) for _, _, string, fret, _ in found)
    notes = tuple(
        PlayedNote(row[0], row[1], fretboard.midi(place), int(min(max(row[4], 1), 127)))
        for row, place in zip(found, places, strict=True)
    )
    return TabPart(track.name.strip(), track.channel.instrument, fretboard, notes, places)


class _Clock:
    """Guitar Pro's ticks to seconds; the first bar begins at 0 s."""

    def __init__(self, song: gp.Song):
        changes = {
            beat.start: beat.effect.mixTableChange.tempo.value
            for track in song.tracks
            for measure in track.measures
            for voice in measure.voices
            for beat in voice.beats
            if beat.effect.mixTableChange and beat.effect.mixTableChange.tempo
        }
        self.points: list[tuple[int, float, float]] = [(_QUARTER_TICKS, 0.0, song.tempo)]
        for tick, tempo in sorted(changes.items()):
            if tempo > 0:
                self.points.append((tick, self.time_s(tick), tempo))

    def time_s(self, tick: int) -> float:
        """Return the time of a tick."""
        start, at_s, tempo = next((point for point in reversed(self.points) if point[0] <= tick), self.points[0])
        return at_s + (tick - start) * 60.0 / (_QUARTER_TICKS * tempo)

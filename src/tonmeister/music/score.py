"""A song as written music: bars, beats, rests, ties, places on the neck; what every kind of file is made from."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from tonmeister.music.form import UNNAMED
from tonmeister.music.fretboard import Fretboard, is_reachable
from tonmeister.music.note_values import Metre, Value, split_length
from tonmeister.music.quantise import Quantised, TimeMap
from tonmeister.music.tab import Fingering, Place, PlayedNote, Technique
from tonmeister.music.tempo_marks import TempoMark, mark_tempi

MAX_BARS = 100_000
"""Bars of a song of six hours at 400 BPM in 2/4 are fewer; beyond it, times are wrong and would fill the memory."""

_FILLED_GAP = Fraction(1, 4)  # a shorter silence before the next note is not written as a rest


@dataclass(frozen=True)
class WrittenNote:
    """A note head.

    Attributes
    ----------
    note
        Index of the played note.
    midi, velocity
        As played.
    place
        String and fret; None where the part has no neck.
    is_continued
        Whether it is tied to the head before: the same sound goes on.
    continues
        Whether it is tied to a head after.
    rings
        Whether it sounds on over the beats that follow.
    techniques
        How it is shaped; on the first head only.
    """

    note: int
    midi: int
    velocity: int
    place: Place | None = None
    is_continued: bool = False
    continues: bool = False
    rings: bool = False
    techniques: tuple[Technique, ...] = ()


@dataclass(frozen=True)
class WrittenBeat:
    """Notes that begin together, or a rest: ``start_quarters`` counts from the bar's beginning."""

    start_quarters: Fraction
    value: Value
    notes: tuple[WrittenNote, ...] = ()


@dataclass(frozen=True)
class Bar:
    """A bar that all parts share.

    Attributes
    ----------
    start_s
        When it begins in the recording.
    tempo_bpm
        Quarters a minute, from its own length.
    chords
        Chord symbols (Harte's syntax) with their places in quarters from its beginning.
    section
        Name of a section that begins here, `UNNAMED` where it has none; empty if none begins.
    """

    start_s: float
    tempo_bpm: float
    chords: tuple[tuple[Fraction, str], ...] = ()
    section: str = ""

    @property
    def heading(self) -> str:
        """What stands above the bar for readers: the section's name, if it has one."""
        return "" if self.section == UNNAMED else self.section


@dataclass(frozen=True)
class Part:
    """One instrument.

    Attributes
    ----------
    name, program
        Its name and General MIDI program.
    bars
        Its beats, bar by bar.
    fretboard
        Its neck, if it has one.
    notes
        What was played.
    unwritten
        Indices of notes that found no room on the page: left out by the fingering, or of a string or pitch that
        another note of the same beat has taken, or out of the hand's reach beside those of the beat.
    is_drums
        Whether pitches are General MIDI's numbers of drums.
    lower_bars
        What the left hand plays, on the lower of two staves; empty where there is one staff.
    """

    name: str
    bars: tuple[tuple[WrittenBeat, ...], ...]
    program: int = 25
    fretboard: Fretboard | None = None
    notes: tuple[PlayedNote, ...] = ()
    unwritten: tuple[int, ...] = ()
    is_drums: bool = False
    lower_bars: tuple[tuple[WrittenBeat, ...], ...] = ()

    @property
    def staves(self) -> tuple[tuple[tuple[WrittenBeat, ...], ...], ...]:
        """The bars of each staff, the upper one first."""
        return (self.bars, self.lower_bars) if self.lower_bars else (self.bars,)

    @property
    def departures(self) -> dict[int, Technique]:
        """Hammer-ons, pull-offs and slides by the note that they leave, as most files write them."""
        return {
            technique.from_note: technique
            for _, _, head in self.heads
            for technique in head.techniques
            if technique.from_note is not None
        }

    @property
    def heads(self) -> tuple[tuple[int, Fraction, WrittenNote], ...]:
        """All note heads that begin a sound: number of the bar from 0, place in quarters, head."""
        return tuple(
            (number, beat.start_quarters, head)
            for number, bars in enumerate(zip(*self.staves, strict=True))
            for beat in itertools.chain(*bars)
            for head in beat.notes
            if not head.is_continued
        )


@dataclass(frozen=True)
class Score:
    """Written music.

    Attributes
    ----------
    title, artist
        For the top of the page.
    metre
        One for the whole song.
    n_fifths
        Key signature: sharps, or flats as a negative number.
    is_minor
        Whether the key is minor.
    swing_percent
        Where the second of two eighths falls; None for straight.
    bars, parts
        Every part has as many bars as there are.
    tempo_bpm
        Quarters a minute of the whole song, as it is told beside the score; None where that is not known.
    has_tempo
        Whether a tempo was found or told; else bars are only counted at one, and readers are told none.
    """

    title: str
    metre: Metre
    bars: tuple[Bar, ...]
    parts: tuple[Part, ...]
    artist: str = ""
    n_fifths: int = 0
    is_minor: bool = False
    swing_percent: float | None = None
    tempo_bpm: float | None = None
    has_tempo: bool = True

    @property
    def tempo_marks(self) -> tuple[TempoMark, ...]:
        """What readers are told of the tempo, the same in every file; bars have tempi of their own."""
        if not self.has_tempo:
            return (TempoMark(0, self.bars[0].tempo_bpm, is_free=True, is_made_up=True),)
        return mark_tempi([bar.tempo_bpm for bar in self.bars], self.tempo_bpm)

    @property
    def felt_bpm(self) -> int:
        """The first of these marks as one number: beats as they are felt, dotted ones in 6/8."""
        beat_quarters = float(self.metre.beat_quarters) if self.metre.is_compound else 1.0
        return round(self.tempo_marks[0].tempo_bpm / beat_quarters)


@dataclass(frozen=True)
class Line:
    """What one instrument played: notes, their written places, and where its hand takes them."""

    name: str
    notes: Sequence[PlayedNote]
    quantised: Quantised
    fretboard: Fretboard | None = None
    fingering: Fingering | None = None
    techniques: Sequence[tuple[Technique, ...]] = ()
    program: int = 25
    is_drums: bool = False
    is_left: Sequence[bool] = ()
    """For each note whether the left hand plays it, for two staves; empty for one."""

    @property
    def staves(self) -> tuple[tuple[int, ...], ...]:
        """The notes of each staff, the upper one first."""
        if not self.is_left:
            return (tuple(range(len(self.notes))),)
        return tuple(tuple(at for at, left in enumerate(self.is_left) if left == hand) for hand in (False, True))


@dataclass
class _Event:
    start: int  # in ticks, as its end
    stop: int
    sounds_to: dict[int, int]  # the notes, by pitch, each with where it ends


@dataclass(frozen=True)
class _Clock:
    """Whole numbers for places in the music: many times faster than fractions, and as exact."""

    quarter: int
    beat: int
    bar: int
    metre: Metre

    def ticks(self, beats: Fraction) -> int:
        return beats.numerator * (self.beat // beats.denominator)

    def values(self, within: int, length: int) -> tuple[tuple[Fraction, Value], ...]:
        """Return the values of a length within a bar, each with its place in quarters."""
        place = Fraction(within, self.quarter)
        found = []
        for value in split_length(place, Fraction(length, self.quarter), self.metre):
            found.append((place, value))
            place += value.quarters
        return tuple(found)


def _clock(lines: Sequence[Line], metre: Metre) -> _Clock:
    parts = {place.denominator for line in lines for place in (*line.quantised.onsets, *line.quantised.offsets)}
    beat = math.lcm(*parts, _FILLED_GAP.denominator, 3, 64)  # note values go down to 64ths and triplets of them
    beat *= metre.beat_quarters.numerator
    quarter = beat * metre.beat_quarters.denominator // metre.beat_quarters.numerator
    return _Clock(quarter, beat, int(quarter * metre.bar_quarters), metre)


def write_score(
    title: str,
    lines: Sequence[Line],
    time_map: TimeMap,
    *,
    metre: Metre | None = None,
    first_downbeat: int = 0,
    artist: str = "",
    n_fifths: int = 0,
    is_minor: bool = False,
    tempo_bpm: float | None = None,
    has_tempo: bool = True,
    chords: Sequence[tuple[float, str]] = (),
    sections: Sequence[tuple[float, str]] = (),
    go_on: Callable[[], None] | None = None,
) -> Score:
    """Write down what was played.

    Parameters
    ----------
    title, artist
        For the top of the page.
    lines
        The instruments.
    time_map
        Beats of the recording.
    metre
        Time signature; 4/4 where not given.
    first_downbeat
        Number of the beat in ``time_map`` that begins a bar.
    n_fifths, is_minor
        Key signature.
    tempo_bpm
        Quarters a minute of the whole song, if it is told beside the score.
    has_tempo
        Whether the time map's tempo was found or told.
    chords, sections
        Times in seconds with chord symbols (Harte's syntax) and names of sections.
    go_on
        Called for every sound; the work ends with what it raises.

    Returns
    -------
    Score
        One voice a part: notes that begin together share a beat, which lasts until the next one; notes that sound
        longer are marked as ringing. A part of two hands has a voice for each. Each part lists the notes that could
        not be written.

    Raises
    ------
    ValueError
        If the key signature has more than seven accidentals, or the notes lie so far apart that there would be more
        than `MAX_BARS` bars.
    """
    metre = metre or Metre()
    if not -7 <= n_fifths <= 7:
        raise ValueError(f"n_fifths must be from -7 to 7, got {n_fifths}")
    clock = _clock(lines, metre)
    per_bar = metre.bar_quarters / metre.beat_quarters
    events = [[_events(line, staff, clock) for staff in line.staves] for line in lines]
    flat = [event for staves in events for staff in staves for event in staff]
    downbeat = first_downbeat * clock.beat
    earliest = min((event.start for event in flat), default=0)
    latest = max((event.stop for event in flat), default=0)
    # the first bar is the one that holds the first note, or the first downbeat if that comes earlier
    n_before = max(0, -((earliest - downbeat) // clock.bar))
    origin = downbeat - n_before * clock.bar
    n_bars = max(1, -((origin - latest) // clock.bar))
    if n_bars > MAX_BARS:
        raise ValueError(f"a score may have {MAX_BARS} bars, and these notes would take {n_bars}")
    bars = _make_bars(time_map, metre, first_downbeat - n_before * per_bar, n_bars, chords, sections)
    parts = tuple(
        Part(
            line.name,
            written[0],
            line.program,
            line.fretboard,
            tuple(line.notes),
            tuple(
                sorted(set(range(len(line.notes))).difference(*(each.sounds_to for staff in staves for each in staff)))
            ),
            line.is_drums,
            *written[1:],
        )
        for line, staves in zip(lines, events, strict=True)
        for written in [[_write_bars(line, staff, origin, n_bars, clock, go_on) for staff in staves]]
    )
    swing = next((line.quantised.swing_percent for line in lines if line.quantised.swing_percent is not None), None)
    return Score(title, metre, bars, parts, artist, n_fifths, is_minor, swing, tempo_bpm, has_tempo)


def _events(line: Line, staff: Sequence[int], clock: _Clock) -> list[_Event]:
    places = line.fingering.places if line.fingering else None
    by_start: dict[int, list[int]] = {}
    onsets = [clock.ticks(place) for place in line.quantised.onsets]
    offsets = [clock.ticks(place) for place in line.quantised.offsets]
    for note in staff:
        if places is None or places[note] is not None:
            by_start.setdefault(onsets[note], []).append(note)
    starts = sorted(by_start)
    filled = clock.ticks(_FILLED_GAP)
    events: list[_Event] = []
    for at, start in enumerate(starts):
        sounds_to = _held_at_once(by_start[start], offsets, line)
        stop = max(sounds_to.values())
        if at + 1 < len(starts):
            following = starts[at + 1]
            stop = following if stop > following or following - stop <= filled else stop
        events.append(_Event(start, stop, sounds_to))
    return events


def _held_at_once(notes: Sequence[int], offsets: Sequence[int], line: Line) -> dict[int, int]:
    """Return the notes that one beat can hold, by pitch, each with where it ends.

    Notes that a hand took one after the other may share a beat on the page. Of two on one string, of one pitch twice,
    and of two that no hand reaches at once, the later goes; a pitch that is struck again sounds on as long as both.
    """
    kept: dict[int, int] = {}
    taken: list[Place] = []
    of_pitch: dict[int, int] = {}
    for note in sorted(notes, key=lambda note: (line.notes[note].onset_s, note)):
        place = line.fingering.places[note] if line.fingering else None
        twin = of_pitch.get(line.notes[note].midi)
        if twin is not None:
            kept[twin] = max(kept[twin], offsets[note])
        elif place is None or is_reachable([*taken, place]):
            kept[note] = offsets[note]
            of_pitch[line.notes[note].midi] = note
            taken += [place] if place else []
    return {note: kept[note] for note in sorted(kept, key=lambda note: (line.notes[note].midi, note))}


def _make_bars(
    time_map: TimeMap,
    metre: Metre,
    origin: Fraction,
    n_bars: int,
    chords: Sequence[tuple[float, str]],
    sections: Sequence[tuple[float, str]],
) -> tuple[Bar, ...]:
    per_bar = metre.bar_quarters / metre.beat_quarters
    edges_s = [time_map.time_s(origin + number * per_bar) for number in range(n_bars + 1)]
    bar_chords: Mapping[int, list[tuple[Fraction, str]]] = {number: [] for number in range(n_bars)}
    for time_s, symbol in sorted(chords):
        place = Fraction(round(float(time_map.beats([time_s])[0])))
        number, within = divmod(place - origin, per_bar)
        if 0 <= number < n_bars:
            bar_chords[int(number)].append((within * metre.beat_quarters, symbol))
    names: dict[int, str] = {}
    for time_s, name in sorted(sections):
        number = round((float(time_map.beats([time_s])[0]) - float(origin)) / float(per_bar))
        names.setdefault(min(max(number, 0), n_bars - 1), name)
    return tuple(
        Bar(
            start_s,
            60.0 * float(metre.bar_quarters) / (stop_s - start_s),
            tuple(bar_chords[number]),
            names.get(number, ""),
        )
        for number, (start_s, stop_s) in enumerate(itertools.pairwise(edges_s))
    )


def _write_bars(
    line: Line,
    events: Sequence[_Event],
    origin: int,
    n_bars: int,
    clock: _Clock,
    go_on: Callable[[], None] | None,
) -> tuple[tuple[WrittenBeat, ...], ...]:
    page = _Page(n_bars, clock)
    at = 0  # from the first bar
    for event in events:
        if go_on:
            go_on()
        page.write(at, event.start - origin, ())
        heads = tuple([_head(line, note, sounds_to > event.stop) for note, sounds_to in event.sounds_to.items()])
        page.write(event.start - origin, event.stop - origin, heads)
        at = event.stop - origin
    page.write(at, n_bars * clock.bar, ())
    return tuple(tuple(each) for each in page.bars)


def _head(line: Line, note: int, rings: bool) -> WrittenNote:
    played = line.notes[note]
    place = line.fingering.places[note] if line.fingering else None
    techniques = tuple(line.techniques[note]) if line.techniques else ()
    return WrittenNote(note, played.midi, played.velocity, place, rings=rings, techniques=techniques)


class _Page:
    """Bars as they fill."""

    def __init__(self, n_bars: int, clock: _Clock):
        self.bars: list[list[WrittenBeat]] = [[] for _ in range(n_bars)]
        self._clock = clock
        self._known: dict[tuple[int, int], tuple[tuple[Fraction, Value], ...]] = {}

    def write(self, start: int, stop: int, heads: tuple[WrittenNote, ...]) -> None:
        """Write a sound or a rest from one place to another, split at bar lines and into note values."""
        pieces: list[tuple[int, Fraction, Value]] = []
        at = start
        while at < stop:
            number, within = divmod(at, self._clock.bar)
            length = min(stop - at, self._clock.bar - within)
            stretch = (within, length)
            if stretch not in self._known:
                self._known[stretch] = self._clock.values(within, length)
            pieces.extend([(number, place, value) for place, value in self._known[stretch]])
            at += length
        for order, (number, place, value) in enumerate(pieces):
            notes = heads if len(pieces) == 1 else tuple([_tied(head, order, len(pieces)) for head in heads])
            self.bars[number].append(WrittenBeat(place, value, notes))


def _tied(head: WrittenNote, order: int, n_pieces: int) -> WrittenNote:
    return replace(
        head,
        is_continued=order > 0,
        continues=order < n_pieces - 1,
        techniques=head.techniques if order == 0 else (),
    )

"""MusicXML 4.0: notes with their strings and frets on a tab staff, or plain notation where a part has no neck."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from xml.etree import ElementTree as ET

from tonmeister.media.notation.accidentals import Accidentals
from tonmeister.media.notation.bends import bend_of, bend_words, name_bent
from tonmeister.media.notation.clefs import clefs_of
from tonmeister.media.notation.percussion import drum
from tonmeister.media.notation.spelling import lead_sheet_name, spell, spell_in_key, tuning_fifths
from tonmeister.media.notation.staves import Look
from tonmeister.music.note_values import Value
from tonmeister.music.score import Bar, Part, Score, WrittenBeat, WrittenNote
from tonmeister.music.tab import Technique
from tonmeister.music.tempo_marks import TempoMark
from tonmeister.music.tuplets import edges_of, group_tuplets

_DIVISIONS = 96  # a 64th is 6, a 64th triplet 4
_LETTERS = {"hammer_on": "H", "pull_off": "P", "slide": "sl."}
_APART_BARS = 2  # so long after a passage that rings on, another one is told anew
_TYPES = {1: "whole", 2: "half", 4: "quarter", 8: "eighth", 16: "16th", 32: "32nd", 64: "64th"}
_HEADER = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE score-partwise PUBLIC '
    '"-//Recordare//DTD MusicXML 4.0 Partwise//EN" "http://www.musicxml.org/dtds/partwise.dtd">\n'
)


def write_musicxml(score: Score, *, looks: Sequence[Look] = ()) -> bytes:
    """Return a score as MusicXML, each part as its one of ``looks`` tells; without them those with a neck are tabs.

    Where a tab is among them, chords are named as the hand takes them from its capo, and words tell of that.
    """
    root = ET.Element("score-partwise", version="4.0")
    _text(ET.SubElement(root, "work"), "work-title", score.title)
    if score.artist:
        creator = _text(ET.SubElement(root, "identification"), "creator", score.artist)
        creator.set("type", "composer")
    _add_credit(root, "title", score.title, "center", 24)
    if score.artist:
        _add_credit(root, "composer", score.artist, "right", 12)
    looks = looks or [Look()] * len(score.parts)
    # who reads a tab takes the shapes that it shows, also where its staff stands over it
    necks = (part.fretboard for part, look in zip(score.parts, looks, strict=True) if look.has_tab)
    capo = next((neck.capo for neck in necks if neck is not None), 0)
    if capo:
        _add_credit(root, "", f"Capo {capo}", "left", 12)
    names = ET.SubElement(root, "part-list")
    for at, (part, look) in enumerate(zip(score.parts, looks, strict=True), 1):
        entry = ET.SubElement(names, "score-part", id=f"P{at}")
        _text(entry, "part-name", part.name)
        if part.is_drums:
            _name_drums(entry, part)
            continue
        _text(ET.SubElement(entry, "score-instrument", id=f"P{at}-I1"), "instrument-name", part.name)
        played = ET.SubElement(entry, "midi-instrument", id=f"P{at}-I1")
        _text(played, "midi-program", part.program + 1)
        if look.is_silent:
            _text(played, "volume", 0)
    for at, (part, look) in enumerate(zip(score.parts, looks, strict=True), 1):
        element = ET.SubElement(root, "part", id=f"P{at}")
        _add_part(element, score, part, look, is_first=at == 1, capo=capo)
    ET.indent(root)
    body: bytes = ET.tostring(root, encoding="utf-8")
    return _HEADER.encode() + body + b"\n"


def _add_credit(parent: ET.Element, kind: str, text: str, where: str, points: int) -> None:
    """Say what stands at the top of the first page, and where."""
    credit = ET.SubElement(parent, "credit", page="1")
    if kind:
        _text(credit, "credit-type", kind)
    words = _text(credit, "credit-words", text)
    for name, value in (("justify", where), ("halign", where), ("valign", "top"), ("font-size", str(points))):
        words.set(name, value)


def _name_drums(entry: ET.Element, part: Part) -> None:
    """Name each drum as an instrument of its own: a place on the staff says nothing of what sounds."""
    played = sorted({head.midi for _, _, head in part.heads})
    for midi in played:
        instrument = ET.SubElement(entry, "score-instrument", id=_drum_id(entry.get("id", ""), midi))
        _text(instrument, "instrument-name", drum(midi).name)
    for midi in played:
        instrument = ET.SubElement(entry, "midi-instrument", id=_drum_id(entry.get("id", ""), midi))
        _text(instrument, "midi-channel", 10)
        _text(instrument, "midi-program", part.program + 1)
        _text(instrument, "midi-unpitched", midi + 1)  # MusicXML counts from 1


def _drum_id(part_id: str, midi: int) -> str:
    return f"{part_id}-I{midi}"


def _text(parent: ET.Element, name: str, value: object) -> ET.Element:
    element = ET.SubElement(parent, name)
    element.text = str(value)
    return element


def _add_part(parent: ET.Element, score: Score, part: Part, look: Look, *, is_first: bool, capo: int) -> None:
    tempo_bpm = 0
    marks = {mark.bar: mark for mark in score.tempo_marks} if is_first else {}
    is_tab = part.fretboard is not None and look.has_tab
    ringing = set(_ringing(part)) if is_tab else set()
    writers = [
        _Staff(score, part, look, staff if len(part.staves) > 1 else 0, parent.get("id", ""))
        for staff in range(1, len(part.staves) + 1)
    ]
    for number, (bar, *staves) in enumerate(zip(score.bars, *part.staves, strict=True)):
        measure = ET.SubElement(parent, "measure", number=str(number + 1))
        if number == 0:
            _add_attributes(measure, score, part, is_tab=is_tab)
        if is_first and (number in marks or round(bar.tempo_bpm) != tempo_bpm):
            tempo_bpm = round(bar.tempo_bpm)
            _add_tempo(measure, tempo_bpm, marks.get(number), score)
        if is_first and bar.heading:
            direction = ET.SubElement(measure, "direction", placement="above")
            _text(ET.SubElement(direction, "direction-type"), "rehearsal", bar.heading)
        for staff, beats in enumerate(staves, 1):
            if staff > 1:
                _text(ET.SubElement(measure, "backup"), "duration", int(score.metre.bar_quarters * _DIVISIONS))
            chords = _chords_by_beat(bar, beats) if is_first and staff == 1 else {}
            writer = writers[staff - 1]
            writer.begin_bar()
            tuplets = group_tuplets(beats, score.metre.beat_quarters)
            beams = _beams(beats, tuplets, score.metre.beat_quarters)
            for at, (beat, beam) in enumerate(zip(beats, beams, strict=True)):
                for symbol, offset in chords.get(beat.start_quarters, ()):
                    _add_harmony(measure, symbol, offset, capo)
                if (number, beat.start_quarters) in ringing:
                    direction = ET.SubElement(measure, "direction", placement="above")
                    words = _text(ET.SubElement(direction, "direction-type"), "words", "let ring")
                    words.set("font-style", "italic")
                writer.add(measure, beat, beam, _brackets(tuplets, beams, at))
        if number + 1 == len(score.bars):
            _text(ET.SubElement(measure, "barline", location="right"), "bar-style", "light-heavy")


def _ringing(part: Part) -> Iterator[tuple[int, Fraction]]:
    """Yield where passages begin whose notes ring on, as bar and place in it; stubs at every note would hide notes."""
    last = None
    for number, beats in enumerate(part.bars):
        for beat in beats:
            if any(head.rings for head in beat.notes):
                if last is None or number - last > _APART_BARS:
                    yield number, beat.start_quarters
                last = number


def _beams(beats: Sequence[WrittenBeat], tuplets: Sequence[int | None], felt_quarters: Fraction) -> list[str]:
    """Return begin, continue, end or nothing for each beat: flags within one felt beat are joined.

    Where a triplet begins or ends a beam does too: a bracket that ends within a beam has no place in most programs.
    """
    groups = [
        (beat.start_quarters // felt_quarters, tuplet) if beat.notes and beat.value.denominator >= 8 else None
        for beat, tuplet in zip(beats, tuplets, strict=True)
    ]
    found = []
    for at, group in enumerate(groups):
        joins_before = group is not None and at > 0 and groups[at - 1] == group
        joins_after = group is not None and at + 1 < len(groups) and groups[at + 1] == group
        found.append(
            {(False, True): "begin", (True, True): "continue", (True, False): "end"}.get(
                (joins_before, joins_after), ""
            )
        )
    return found


def _brackets(tuplets: Sequence[int | None], beams: Sequence[str], at: int) -> tuple[ET.Element, ...]:
    """Return the signs of a triplet that begins or ends with a beat; one beam over all is a bracket too."""
    found = []
    begins, ends = edges_of(tuplets, at)
    if begins:
        within = [beam for beam, tuplet in zip(beams, tuplets, strict=True) if tuplet == tuplets[at]]
        is_joined = within[0] == "begin" and within[-1] == "end" and all(within)
        shown = {"type": "start", "bracket": "no" if is_joined else "yes", "show-number": "actual"}
        found.append(ET.Element("tuplet", shown))
    if ends:
        found.append(ET.Element("tuplet", type="stop"))
    return tuple(found)


def _add_attributes(measure: ET.Element, score: Score, part: Part, *, is_tab: bool) -> None:
    attributes = ET.SubElement(measure, "attributes")
    _text(attributes, "divisions", _DIVISIONS)
    key = ET.SubElement(attributes, "key")
    _text(key, "fifths", score.n_fifths)
    _text(key, "mode", "minor" if score.is_minor else "major")
    time = ET.SubElement(attributes, "time")
    _text(time, "beats", score.metre.n_beats)
    _text(time, "beat-type", score.metre.unit)
    if part.is_drums:
        _text(ET.SubElement(attributes, "clef"), "sign", "percussion")
        return
    if part.fretboard is None or not is_tab:
        clefs = clefs_of(part)
        if len(clefs) > 1:
            _text(attributes, "staves", len(clefs))
        for number, each in enumerate(clefs, 1):
            clef = ET.SubElement(attributes, "clef", {"number": str(number)} if len(clefs) > 1 else {})
            _text(clef, "sign", each.sign)
            _text(clef, "line", each.line)
            if each.octave:
                _text(clef, "clef-octave-change", each.octave)
        return
    clef = ET.SubElement(attributes, "clef")
    _text(clef, "sign", "TAB")
    _text(clef, "line", 5)
    details = ET.SubElement(attributes, "staff-details")
    _text(details, "staff-lines", part.fretboard.n_strings)
    n_fifths = tuning_fifths(part.fretboard.tuning)
    for line, midi in enumerate(part.fretboard.tuning, 1):
        letter, accidental, octave = spell(midi, n_fifths)
        tuning = ET.SubElement(details, "staff-tuning", line=str(line))
        _text(tuning, "tuning-step", letter)
        if accidental:
            _text(tuning, "tuning-alter", accidental)
        _text(tuning, "tuning-octave", octave)
    if part.fretboard.capo:
        _text(details, "capo", part.fretboard.capo)


def _add_tempo(measure: ET.Element, tempo_bpm: int, mark: TempoMark | None, score: Score) -> None:
    """Write the tempo that a bar is played in, and its mark, if readers have one."""
    if mark is None:
        ET.SubElement(measure, "sound", tempo=str(tempo_bpm))
        return
    direction = ET.SubElement(measure, "direction", placement="above")
    if mark.is_free:
        _text(ET.SubElement(direction, "direction-type"), "words", "Freely").set("font-weight", "bold")
    if not mark.is_made_up:
        _add_metronome(direction, mark, score)
    ET.SubElement(direction, "sound", tempo=str(tempo_bpm))


def _add_metronome(direction: ET.Element, mark: TempoMark, score: Score) -> None:
    metronome = ET.SubElement(ET.SubElement(direction, "direction-type"), "metronome")
    _text(metronome, "beat-unit", "quarter")
    felt_bpm = mark.tempo_bpm
    if score.metre.is_compound:
        ET.SubElement(metronome, "beat-unit-dot")
        felt_bpm /= float(score.metre.beat_quarters)
    _text(metronome, "per-minute", f"{'ca. ' if mark.is_about else ''}{round(felt_bpm)}")


def _chords_by_beat(bar: Bar, beats: tuple[WrittenBeat, ...]) -> dict[Fraction, list[tuple[str, Fraction]]]:
    """Return the chord symbols by the written beat within which they fall, each with its distance from it."""
    found: dict[Fraction, list[tuple[str, Fraction]]] = {}
    for place, symbol in bar.chords:
        start = max((beat.start_quarters for beat in beats if beat.start_quarters <= place), default=Fraction(0))
        found.setdefault(start, []).append((symbol, place - start))
    return found


def _add_harmony(measure: ET.Element, symbol: str, offset: Fraction, capo: int) -> None:
    harmony = ET.SubElement(measure, "harmony")
    name = lead_sheet_name(symbol, capo)
    if name == "N.C.":
        _text(ET.SubElement(harmony, "root"), "root-step", "C").set("text", "")
        _text(harmony, "kind", "none").set("text", "N.C.")
    else:
        root = ET.SubElement(harmony, "root")
        _text(root, "root-step", name[0])
        rest = name[1:]
        alter = {"#": 1, "b": -1}.get(rest[:1], 0)
        if alter:
            _text(root, "root-alter", alter)
            rest = rest[1:]
        quality, _, bass = rest.partition("/")
        _text(harmony, "kind", _kind(symbol)).set("text", quality)
        if bass:
            element = ET.SubElement(harmony, "bass")
            _text(element, "bass-step", bass[0])
            if len(bass) > 1:
                _text(element, "bass-alter", 1 if bass[1] == "#" else -1)
    if offset:
        _text(harmony, "offset", int(offset * _DIVISIONS))


_KINDS = {
    "": "major",
    "maj": "major",
    "min": "minor",
    "dim": "diminished",
    "aug": "augmented",
    "maj7": "major-seventh",
    "min7": "minor-seventh",
    "7": "dominant",
    "dim7": "diminished-seventh",
    "hdim7": "half-diminished",
    "minmaj7": "major-minor",
    "maj6": "major-sixth",
    "min6": "minor-sixth",
    "9": "dominant-ninth",
    "maj9": "major-ninth",
    "min9": "minor-ninth",
    "sus2": "suspended-second",
    "sus4": "suspended-fourth",
    "5": "power",
}


def _kind(symbol: str) -> str:
    quality = symbol.partition(":")[2].partition("/")[0].partition("(")[0]
    return _KINDS.get(quality, "other")


class _Staff:
    """Writes beats of one staff; ``number`` is 0 where its part has no other, ``part_id`` names the part."""

    def __init__(self, score: Score, part: Part, look: Look, number: int, part_id: str):
        drums_of = part_id if part.is_drums else ""
        self._n_fifths = score.n_fifths
        self._look = look
        is_tab = self._is_tab = look.has_tab and part.fretboard is not None
        self._part_id = part_id
        self._accidentals = None if drums_of or is_tab else Accidentals(score.n_fifths)
        # an engraver that needs letters draws the line of a slide through a tab's numbers
        self._has_lines = not (look.has_letters and is_tab)
        self._slurred = {"hammer_on", "pull_off"} if self._has_lines else _LETTERS.keys()
        self._curved = "below" if is_tab and look.has_rhythm else "above"  # stems stand over the numbers
        self._number = number
        self._drums_of = drums_of
        self._departures = part.departures
        self._slurs: dict[int, int] = {}  # number of the slur that is open from a note

    def begin_bar(self) -> None:
        """Let the key signature hold again."""
        if self._accidentals is not None:
            self._accidentals.begin_bar()

    def add(self, measure: ET.Element, beat: WrittenBeat, beam: str, brackets: Sequence[ET.Element] = ()) -> None:
        """Write a beat's notes, or its rest, with the signs of a triplet that begins or ends there."""
        if not beat.notes:
            note = ET.SubElement(measure, "note", {} if self._look.has_rhythm else {"print-object": "no"})
            ET.SubElement(note, "rest")
            self._add_length(note, beat.value, (), None)
            self._add_staff(note)
            if brackets and self._look.has_rhythm:
                ET.SubElement(note, "notations").extend(brackets)
        if self._look.has_letters:
            self._add_letters(measure, beat)
        for at, head in enumerate(beat.notes):
            note = ET.SubElement(measure, "note")
            if self._look.has_letters and self._is_tab and (bend := bend_of(head)):
                note.set("id", name_bent(f"{self._part_id}-{head.note}", bend))
            if at:
                ET.SubElement(note, "chord")
            if self._drums_of:
                _add_drum(note, head.midi)
            else:
                _add_pitch(note, head.midi, self._n_fifths)
            ties = [kind for kind, is_so in (("stop", head.is_continued), ("start", head.continues)) if is_so]
            self._add_length(note, beat.value, tuple(ties), head)
            if not self._look.has_rhythm:
                _text(note, "stem", "none")
            if self._drums_of and drum(head.midi).is_crossed:
                _text(note, "notehead", "x")
            self._add_staff(note)
            if beam and not at and self._look.has_rhythm:
                _text(note, "beam", beam).set("number", "1")
            curves = [ET.Element("tied", type=kind) for kind in ties]
            if not at and self._look.has_rhythm:
                curves.extend(brackets)
            curves.extend(self._slur(head))
            _add_notations(note, head, curves, self._departures, has_lines=self._has_lines)

    def _slur(self, head: WrittenNote) -> Iterator[ET.Element]:
        """Yield the ends of slurs at a head: from a note left by hammer-on or pull-off to the one reached."""
        if not head.is_continued:
            for technique in head.techniques:
                if technique.from_note in self._slurs:
                    yield ET.Element("slur", type="stop", number=str(self._slurs.pop(technique.from_note)))
        departure = None if head.continues else self._departures.get(head.note)
        if departure is not None and departure.name in self._slurred:
            number = min(set(range(1, len(self._slurs) + 2)) - set(self._slurs.values()))
            self._slurs[head.note] = number
            yield ET.Element("slur", type="start", number=str(number), placement=self._curved)

    def _add_letters(self, measure: ET.Element, beat: WrittenBeat) -> None:
        """Say over a note how far it is bent, and halfway to the next how it is left."""
        if words := bend_words(beat.notes, is_tab=self._is_tab):
            direction = ET.SubElement(measure, "direction", placement="above")
            _text(ET.SubElement(direction, "direction-type"), "words", words)
        letters = {
            self._departures[head.note].name
            for head in beat.notes
            if not head.continues and head.note in self._departures
        }
        for name in sorted(letters):
            direction = ET.SubElement(measure, "direction", placement="above")
            _text(ET.SubElement(direction, "direction-type"), "words", _LETTERS[name])
            _text(direction, "offset", int(beat.value.quarters * _DIVISIONS / 2))

    def _add_staff(self, note: ET.Element) -> None:
        if self._number:
            _text(note, "staff", self._number)

    def _add_accidental(self, note: ET.Element, head: WrittenNote) -> None:
        """Write the sign to be printed, as its place in the file is after the dot."""
        if self._accidentals is None:
            return
        shown = self._accidentals.sign(*spell_in_key(head.midi, self._n_fifths), is_continued=head.is_continued)
        if shown is not None:
            element = _text(note, "accidental", shown[0])
            if shown[1]:
                element.set("cautionary", "yes")

    def _add_length(self, note: ET.Element, value: Value, ties: tuple[str, ...], head: WrittenNote | None) -> None:
        _text(note, "duration", int(value.quarters * _DIVISIONS))
        for kind in ties:
            ET.SubElement(note, "tie", type=kind)
        if head is not None and self._drums_of:
            ET.SubElement(note, "instrument", id=_drum_id(self._drums_of, head.midi))
        _text(note, "voice", max(self._number, 1))
        _text(note, "type", _TYPES[value.denominator])
        if value.is_dotted:
            ET.SubElement(note, "dot")
        if head is not None:
            self._add_accidental(note, head)
        if value.is_triplet:
            change = ET.SubElement(note, "time-modification")
            _text(change, "actual-notes", 3)
            _text(change, "normal-notes", 2)


def _add_pitch(note: ET.Element, midi: int, n_fifths: int) -> None:
    letter, accidental, octave = spell_in_key(midi, n_fifths)
    pitch = ET.SubElement(note, "pitch")
    _text(pitch, "step", letter)
    if accidental:
        _text(pitch, "alter", accidental)
    _text(pitch, "octave", octave)


def _add_drum(note: ET.Element, midi: int) -> None:
    place = drum(midi).place
    unpitched = ET.SubElement(note, "unpitched")
    _text(unpitched, "display-step", place[0])
    _text(unpitched, "display-octave", place[1])


def _add_notations(
    note: ET.Element,
    head: WrittenNote,
    curves: Sequence[ET.Element],
    departures: Mapping[int, Technique],
    *,
    has_lines: bool,
) -> None:
    notations = ET.Element("notations")
    notations.extend(curves)
    technical = ET.Element("technical")
    arrival = next((technique.name for technique in head.techniques if technique.from_note is not None), None)
    departure = departures.get(head.note) if not head.continues else None
    if arrival == "slide" and has_lines:
        ET.SubElement(notations, "slide", {"type": "stop", "line-type": "solid"})
    if departure is not None and departure.name == "slide" and has_lines:
        ET.SubElement(notations, "slide", {"type": "start", "line-type": "solid"})
    if head.place is not None:
        _text(technical, "string", head.place.string)
        _text(technical, "fret", head.place.fret)
    if arrival in ("hammer_on", "pull_off"):
        ET.SubElement(technical, arrival.replace("_", "-"), type="stop")
    if departure is not None and departure.name != "slide":
        _text(technical, departure.name.replace("_", "-"), departure.name[0].upper()).set("type", "start")
    for technique in head.techniques:
        if technique.from_note is not None:
            continue
        if technique.name == "bend":
            bend = ET.SubElement(technical, "bend")
            _text(bend, "bend-alter", f"{round(technique.depth_cents / 50) / 2:g}")
            if technique.is_released:
                release = ET.SubElement(technical, "bend")
                _text(release, "bend-alter", 0)
                ET.SubElement(release, "release")
    if len(technical):
        notations.append(technical)
    if any(technique.name == "vibrato" for technique in head.techniques):
        ornaments = ET.SubElement(notations, "ornaments")
        ET.SubElement(ornaments, "wavy-line", type="start")
        ET.SubElement(ornaments, "wavy-line", type="stop")
    if len(notations):
        note.append(notations)

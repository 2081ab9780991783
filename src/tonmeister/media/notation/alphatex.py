"""alphaTex, the text that alphaTab draws and plays, with points that tie its bars to the recording."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tonmeister.core.errors import CombinationError
from tonmeister.media.notation.clefs import Clef, clefs_of
from tonmeister.media.notation.spelling import (
    is_in_signature,
    lead_sheet_name,
    pitch_name,
    spell_in_key,
    tuning_fifths,
)
from tonmeister.music.score import Part, Score, WrittenBeat, WrittenNote
from tonmeister.music.tab import Technique

_MAJOR_KEYS = {
    -7: "Cb", -6: "Gb", -5: "Db", -4: "Ab", -3: "Eb", -2: "Bb", -1: "F",
    0: "C", 1: "G", 2: "D", 3: "A", 4: "E", 5: "B", 6: "F#", 7: "C#",
}  # fmt: skip
_MINOR_KEYS = {
    -7: "Abminor", -6: "Ebminor", -5: "Bbminor", -4: "Fminor", -3: "Cminor", -2: "Gminor", -1: "Dminor",
    0: "Aminor", 1: "Eminor", 2: "Bminor", 3: "F#minor", 4: "C#minor", 5: "G#minor", 6: "D#minor", 7: "A#minor",
}  # fmt: skip
_BEHIND_MARK = 0.001  # of a bar: where its own tempo begins, so that the mark before is drawn
_NAMED = {-2: "bb", -1: "b", 0: "", 1: "#", 2: "##"}
_SIGNS = {-2: "bb", -1: "b", 0: "n", 1: "#", 2: "x"}


def write_alphatex(score: Score, *, sync: bool = True) -> str:
    """Return a score as alphaTex; with ``sync`` every bar tells when it begins in the recording."""
    if any(part.is_drums for part in score.parts):
        raise CombinationError(
            "alphaTex is written of pitched parts only, and this score has drums.",
            field="format",
            value="alphatex",
            remedy="Choose MIDI or MusicXML.",
        )
    lines = [f"\\title {_quoted(score.title)}"]
    if score.artist:
        lines.append(f"\\artist {_quoted(score.artist)}")
    first = score.tempo_marks[0]
    lines += [
        f"\\tempo ({round(first.tempo_bpm)} hide)" if first.is_made_up else f"\\tempo {round(first.tempo_bpm)}",
        ".",
    ]
    for at, part in enumerate(score.parts):
        lines.extend(_part_lines(score, part, is_first=at == 0))
    if sync:
        # a recording may begin before the first bar, but no point can lie before the recording
        lines.extend(
            f"\\sync {number} 0 {round(1000 * bar.start_s)}"
            for number, bar in enumerate(score.bars)
            if bar.start_s >= 0
        )
    return "\n".join(lines) + "\n"


def _part_lines(score: Score, part: Part, *, is_first: bool) -> Iterator[str]:
    yield f"\\track {_quoted(part.name)}"
    yield f"\\instrument {part.program}"
    # notes stand where our clef has them: for some programs alphaTab else sets them an octave beside it
    if part.fretboard:
        yield "\\staff {score tabs} \\displaytranspose 0"
        n_fifths = tuning_fifths(part.fretboard.tuning)
        yield "\\tuning (" + " ".join(pitch_name(midi, n_fifths) for midi in reversed(part.fretboard.tuning)) + ")"
        if part.fretboard.capo:
            yield f"\\capo {part.fretboard.capo}"
    else:
        yield "\\staff {score} \\displaytranspose 0"
    upper, *lower = clefs_of(part)
    yield from _staff_lines(score, part, part.bars, is_first=is_first, clef=upper)
    if part.lower_bars:
        yield "\\staff {score} \\displaytranspose 0"
        yield from _staff_lines(score, part, part.lower_bars, is_first=False, clef=lower[0])


def _staff_lines(
    score: Score, part: Part, bars: Sequence[Sequence[WrittenBeat]], *, is_first: bool, clef: Clef
) -> Iterator[str]:
    departures = part.departures
    marks = {mark.bar: round(mark.tempo_bpm) for mark in score.tempo_marks}
    tempo_bpm = marks[0]
    for number, (bar, beats) in enumerate(zip(score.bars, bars, strict=True)):
        head = []
        if number == 0:
            if clef.sign == "F":
                head.append("\\clef F4")
            if clef.octave:
                head.append("\\ottava 8vb")
            head.append(f"\\ts {score.metre.n_beats} {score.metre.unit}")
            head.append(f"\\ks {(_MINOR_KEYS if score.is_minor else _MAJOR_KEYS)[score.n_fifths]}")
            if score.swing_percent is not None:
                head.append("\\tf triplet8th")
        if is_first and number in marks:
            if number:
                head.append(f"\\tempo {marks[number]}")
            tempo_bpm = marks[number]
        if is_first and round(bar.tempo_bpm) != tempo_bpm:
            tempo_bpm = round(bar.tempo_bpm)
            # what is played changes with every bar, what is read only where a reader needs it
            place = f' "" {_BEHIND_MARK}' if number in marks else ""
            head.append(f"\\tempo ({tempo_bpm}{place} hide)")
        if is_first and bar.heading:
            head.append(f"\\section {_quoted(bar.heading)}")
        chords = dict(bar.chords) if is_first else {}
        capo = part.fretboard.capo if part.fretboard else 0
        tokens = []
        for beat in beats:
            symbol = chords.pop(beat.start_quarters, None)
            tokens.append(
                _beat(beat, part, score.n_fifths, departures, lead_sheet_name(symbol, capo) if symbol else None)
            )
        yield " ".join([*head, *tokens]) + " |"


def _beat(beat: WrittenBeat, part: Part, n_fifths: int, departures: Mapping[int, Technique], chord: str | None) -> str:
    effects = []
    if beat.value.is_dotted:
        effects.append("d")
    if beat.value.is_triplet:
        effects.append("tu 3")
    if chord:
        effects.append(f"ch {_quoted(chord)}")
    notes = [_note(head, part, n_fifths, departures) for head in beat.notes]
    body = "r" if not notes else f"({' '.join(notes)})"
    return f"{body}.{beat.value.denominator}" + (f" {{{' '.join(effects)}}}" if effects else "")


def _note(head: WrittenNote, part: Part, n_fifths: int, departures: Mapping[int, Technique]) -> str:
    effects = ["t"] if head.is_continued else []
    letter, alter, octave = spell_in_key(head.midi, n_fifths)
    if not is_in_signature(letter, alter, n_fifths):
        # alphaTab spells by the signature alone: sharps where there is none, flats that minor raises
        effects.append(f"acc {_SIGNS[alter]}")
    if head.rings:
        effects.append("lr")
    for technique in head.techniques:
        if technique.name == "vibrato":
            effects.append("v")
        elif technique.name == "bend":
            top = round(technique.depth_cents / 50)
            effects.append(f"b ({f'0 {top} 0' if technique.is_released else f'0 {top}'})")
    if not head.continues and head.note in departures:
        effects.append("sl" if departures[head.note].name == "slide" else "h")
    where = f"{letter}{_NAMED[alter]}{octave}"
    if part.fretboard and head.place:
        where = f"{head.place.fret}.{head.place.string}"
    return where + (f"{{{' '.join(effects)}}}" if effects else "")


def _quoted(text: str) -> str:
    return '"' + " ".join(text.replace("\\", "\\\\").replace('"', '\\"').split()) + '"'

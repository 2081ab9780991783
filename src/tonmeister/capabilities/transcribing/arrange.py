"""From notes to written music: edits, rhythm, fingering, techniques, bars."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from tonmeister.capabilities.transcribing.hearing import HeardSong
from tonmeister.music.hands import needs_two_staves, split_hands
from tonmeister.music.note_values import Metre
from tonmeister.music.quantise import Quantised, SmallestValue, TimeMap, quantise
from tonmeister.music.retab import Edit, EditedNotes, Retab, edit_notes, name_note
from tonmeister.music.score import Line, Score, write_score
from tonmeister.music.tab import Fingering, PlayedNote, Technique
from tonmeister.music.techniques import find_techniques, find_unbent


@dataclass(frozen=True)
class Frame:
    """What the notes are written into."""

    title: str
    artist: str
    time_map: TimeMap
    metre: Metre
    first_downbeat: int
    n_fifths: int = 0
    is_minor: bool = False
    tempo_bpm: float | None = None
    has_tempo: bool = True
    chords: tuple[tuple[float, str], ...] = ()
    sections: tuple[tuple[float, str], ...] = ()


@dataclass(frozen=True)
class Arrangement:
    """A song as it is played and as it is written.

    ``by_hand`` are notes that were added or given their pitch by the player; ``first_beat`` of the time map begins the
    first bar; ``nearest`` is as in `HeardSong`; ``unbent`` are notes that glide up but are taken on an open string.
    """

    edited: EditedNotes
    confidence: tuple[float, ...]
    by_hand: frozenset[int]
    quantised: Quantised
    fingering: Fingering | None
    techniques: tuple[tuple[Technique, ...], ...]
    score: Score
    first_beat: int
    nearest: tuple[PlayedNote, float] | None = None
    unbent: tuple[int, ...] = ()


def arrange(
    heard: HeardSong,
    frame: Frame,
    *,
    part_name: str,
    program: int,
    is_drums: bool = False,
    n_staves: Literal[1, 2, "by range"] = 1,
    retab: Retab | None = None,
    transpose_semitones: int = 0,
    smallest: SmallestValue = "1/16",
    triplets: bool = True,
    edits: Sequence[Edit] = (),
    go_on: Callable[[], None] | None = None,
) -> Arrangement:
    """Follow the edits, finger on the neck of ``retab`` if there is one, find techniques and write down.

    On two staves the notes are shared out between the hands; by range there are two where one would be hard to read.

    ``go_on`` is called again and again; the work ends with what it raises.
    """
    fretboard = fingering = None
    if retab is None:
        edited = edit_notes(heard.notes, edits, transpose_semitones=transpose_semitones)
    else:
        fretboard = retab.fretboard
        bent = {name_note(heard.notes[at]) for at, each in heard.contours.items() if each.bend is not None}
        edited, fingering = retab.solve(edits, bent=bent, go_on=go_on)
    known = {name_note(note): at for at, note in enumerate(heard.notes)}
    contours = {
        at: heard.contours[known[name]]
        for at, name in enumerate(edited.names)
        if name in known
        and known[name] in heard.contours
        and edited.notes[at].midi == heard.notes[known[name]].midi + transpose_semitones
    }
    techniques = find_techniques(edited.notes, fingering, contours) if fingering else ()
    unbent = find_unbent(fingering, contours) if fingering else ()
    quantised = quantise(edited.notes, frame.time_map, smallest=smallest, triplets=triplets, metre=frame.metre)
    if n_staves == "by range":
        n_staves = 2 if needs_two_staves([note.midi for note in edited.notes]) else 1
    is_left = split_hands(edited.notes) if n_staves == 2 else ()
    line = Line(part_name, edited.notes, quantised, fretboard, fingering, techniques, program, is_drums, is_left)
    score = write_score(
        frame.title,
        [line],
        frame.time_map,
        metre=frame.metre,
        first_downbeat=frame.first_downbeat,
        artist=frame.artist,
        n_fifths=frame.n_fifths,
        is_minor=frame.is_minor,
        tempo_bpm=frame.tempo_bpm,
        has_tempo=frame.has_tempo,
        chords=frame.chords,
        sections=frame.sections,
        go_on=go_on,
    )
    by_hand = edited.retuned.union(at for at, name in enumerate(edited.names) if name not in known)
    confidence = tuple(1.0 if at in by_hand else heard.confidence[known[name]] for at, name in enumerate(edited.names))
    first_beat = round(float(frame.time_map.beats([score.bars[0].start_s])[0]))
    return Arrangement(
        edited, confidence, by_hand, quantised, fingering, techniques, score, first_beat, heard.nearest, unbent
    )

"""What is told of a transcription: its notes, its bars, and what is doubtful or was left out."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from typing import Literal

from tonmeister.capabilities.transcribing.arrange import Arrangement
from tonmeister.capabilities.transcribing.params import (
    Instrument,
    TabEdit,
    TabNote,
    TranscribeParams,
    UnfingeredNote,
    WrittenBar,
    WrittenFile,
)
from tonmeister.media.notation.spelling import pitch_name
from tonmeister.music.fretboard import TUNINGS, Fretboard
from tonmeister.music.score import Score
from tonmeister.music.tab import PlayedNote

DOUBTFUL_BELOW = 0.6
MISSED_FROM = 0.2
HARD_BELOW_MIDI = 35
UNSURE_BELOW = 0.75
_FEW = 3
_NOTHING_STRUCK = (
    "No drums were found: kick, snare and hi-hat are listened for, and no stroke of theirs is clear enough; more "
    "sensitivity finds fainter ones. If it is no drum kit, choose the instrument that plays."
)
_NOTHING_PITCHED = (
    "No notes were found: perhaps nothing in it has a pitch within the instrument's range, or it is too faint; more "
    "sensitivity finds more. Drums are written only where the instrument is drums."
)
_DRUMS_TOLD_APART = (
    "Only kick, snare and hi-hat are told apart: toms, cymbals and other percussion are left out, or written as the "
    "one of these that they sound like."
)
_UNSURE = {
    "pitched": "the sound may hold no clear pitches (speech, noise, drums) or several instruments at once; a separated "
    "stem gives better notes.",
    "struck": "the sound may hold no drum kit, or much beside it; a separated stem of the drums gives better strokes.",
}
_EDITS = {"place": "placing", "pitch": "retuning", "delete": "deleting", "add": "adding", "hand": "moving the hand"}


def tell_notes(made: Arrangement) -> tuple[TabNote, ...]:
    """Return every note with its written place."""
    beat = made.score.metre.beat_quarters
    origin = made.first_beat
    notes = []
    for at, (name, note) in enumerate(zip(made.edited.names, made.edited.notes, strict=True)):
        place = made.fingering.places[at] if made.fingering else None
        start, stop = made.quantised.onsets[at], made.quantised.offsets[at]
        notes.append(
            TabNote(
                name=name,
                onset_s=round(note.onset_s, 4),
                offset_s=round(note.offset_s, 4),
                midi=note.midi,
                velocity=note.velocity,
                confidence=round(made.confidence[at], 3),
                is_doubtful=made.confidence[at] < DOUBTFUL_BELOW,
                onset_quarters=_quarters(start, origin, beat),
                duration_quarters=_quarters(stop, start, beat),
                string=place.string if place else None,
                fret=place.fret if place else None,
                hand_fret=made.fingering.hand_frets[at] if made.fingering and place else None,
                is_locked=at in made.edited.locks,
                techniques=tuple(each.name for each in made.techniques[at]) if made.techniques else (),
            )
        )
    return tuple(notes)


def _quarters(stop: Fraction, start: Fraction | int, beat: Fraction) -> str:
    """Return a distance of places in beats as a fraction of quarters; in whole numbers, which are much faster."""
    n = (stop.numerator * start.denominator - start.numerator * stop.denominator) * beat.numerator
    d = stop.denominator * start.denominator * beat.denominator
    divisor = math.gcd(n, d)
    return f"{n // divisor}/{d // divisor}" if d > divisor else str(n // divisor)


def tell_unfingered(made: Arrangement) -> tuple[UnfingeredNote, ...]:
    """Return the notes that are not in the written music, each with the reason."""
    no_room = "string taken at that place" if made.fingering else "same pitch again too soon to be written"
    reasons: dict[int, str] = dict.fromkeys(made.score.parts[0].unwritten, no_room)
    if made.fingering:
        reasons |= {each.note: each.reason for each in made.fingering.left_out}
    return tuple(
        UnfingeredNote(
            name=made.edited.names[at],
            time_s=round(made.edited.notes[at].onset_s, 4),
            midi=made.edited.notes[at].midi,
            reason=reason,
        )
        for at, reason in sorted(reasons.items())
    )


def tell_bars(score: Score) -> tuple[WrittenBar, ...]:
    """Return the bars."""
    return tuple(
        WrittenBar(
            start_s=round(bar.start_s, 4),
            tempo_bpm=round(bar.tempo_bpm, 3),
            section=bar.section,
            chords=tuple((str(place), symbol) for place, symbol in bar.chords),
        )
        for bar in score.bars
    )


def tell_unfollowed(made: Arrangement, edits: Sequence[TabEdit]) -> tuple[str, ...]:
    """Return a sentence for each edit that could not be followed."""
    return tuple(
        f"Edit {each.edit + 1} ({_EDITS[edits[each.edit].kind]}"
        f"{' ' + note if (note := edits[each.edit].note) else ''}) was not followed: {each.reason}."
        for each in made.edited.unfit
    )


def name_tuning(fretboard: Fretboard, written: Sequence[str] = ()) -> str:
    """Return the name of a tuning, or its open strings, spelled as they were ``written``."""
    known = next((name for name, tuning in TUNINGS.items() if tuning == fretboard.tuning), None)
    return known or " ".join(written or [pitch_name(midi) for midi in fretboard.tuning])


def tell_doubts(made: Arrangement, instrument: Instrument, *, is_tuneless: bool) -> tuple[str, ...]:
    """Return sentences about what of the notes is not to be relied on.

    ``is_tuneless`` says that the song, long enough to judge, has neither a beat nor a key.
    """
    n_notes = len(made.edited.notes)
    if not n_notes:
        return (_nothing(made, instrument),)
    doubts = [_DRUMS_TOLD_APART] if instrument == "drums" else []
    if is_tuneless:
        doubts.append(
            "Neither a beat nor a key was found: perhaps it is no music but speech, noise or an effect, and what is "
            "written here is chance."
        )
    n_doubtful = sum(each < DOUBTFUL_BELOW for each in made.confidence)
    sure = sum(made.confidence) / n_notes
    if sure < UNSURE_BELOW:
        doubts.append(f"On average a {_noun(instrument)} is only {100 * sure:.0f} % sure: {_UNSURE[_kind(instrument)]}")
    elif n_doubtful:
        doubts.append(f"{n_doubtful} of {n_notes} {_noun(instrument)}s {'is' if n_doubtful == 1 else 'are'} doubtful.")
    unfingered = tell_unfingered(made)
    if unfingered:
        doubts.append(_missing(unfingered, n_notes, instrument, "tab" if made.fingering else "score"))
    return tuple(doubts)


def tell_missed(share: float, notes: Sequence[PlayedNote], instrument: Instrument) -> tuple[str, ...]:
    """Return a sentence where many notes are likely to be missing, or where the lowest are hard to hear."""
    if not notes or instrument == "drums":
        return ()
    told = []
    if share >= MISSED_FROM:
        told.append(
            f"About {100 * share:.0f} % of the notes that were played are likely to be missing: they sound too soft, "
            "too low, or too many at once (a choir, strings). More sensitivity finds more of them, and more wrong ones."
        )
    n_low = sum(note.midi < HARD_BELOW_MIDI for note in notes)
    if n_low:
        told.append(
            f"{n_low} of {len(notes)} notes lie below {pitch_name(HARD_BELOW_MIDI)}, where notes are missed and "
            "octaves mistaken more often than higher up."
        )
    return tuple(told)


def _nothing(made: Arrangement, instrument: Instrument) -> str:
    if instrument == "drums":
        return _NOTHING_STRUCK
    if made.nearest is None:
        return _NOTHING_PITCHED
    note, likely = made.nearest
    return (
        f"No notes were found that sound played: the likeliest, {pitch_name(note.midi)} at {note.onset_s:.2f} s, is so "
        f"by {100 * likely:.0f} %. More sensitivity writes fainter and doubtful ones; a single steady tone is heard "
        "with voice as the instrument."
    )


def _missing(unfingered: Sequence[UnfingeredNote], n_notes: int, instrument: Instrument, where: str) -> str:
    counts = Counter(each.reason for each in unfingered)
    why = ", ".join(f"{reason}: {count}" for reason, count in counts.most_common())
    few = ", ".join(
        f"{pitch_name(each.midi)} at {each.time_s:.2f} s" if instrument != "drums" else f"{each.time_s:.2f} s"
        for each in unfingered[:_FEW]
    )
    n = len(unfingered)
    is_one = n == 1
    such_as = few if n <= _FEW else f"such as {few}"
    return (
        f"{n} of {n_notes} {_noun(instrument)}s {'is' if is_one else 'are'} not in the {where} ({why}): {such_as}. "
        f"MIDI holds {'it' if is_one else 'them'} all the same; unfingered, in the json file and in the result "
        f"(--json), lists {'it' if is_one else 'each'} with the reason."
    )


def tell_empty(made: Arrangement, files: Sequence[WrittenFile]) -> tuple[str, ...]:
    """Return a sentence where files hold no notes, as there are none."""
    if made.edited.notes or not files:
        return ()
    kinds = ", ".join(dict.fromkeys(each.format for each in files))
    return (f"There is no note in the {'file' if len(files) == 1 else 'files'} written: {kinds}.",)


def tell_unbent(made: Arrangement) -> tuple[str, ...]:
    """Return a sentence where a tone glides up but is taken on an open string, which no finger bends."""
    if not made.unbent:
        return ()
    few = ", ".join(
        f"{pitch_name(made.edited.notes[at].midi)} at {made.edited.notes[at].onset_s:.2f} s"
        for at in made.unbent[:_FEW]
    )
    n = len(made.unbent)
    return (
        f"{n} {'note glides' if n == 1 else 'notes glide'} up but {'is' if n == 1 else 'are'} taken on an open string, "
        f"so that no bend is written: {few if n <= _FEW else f'such as {few}'}. Placed on a fretted string by hand, "
        f"{'it is' if n == 1 else 'they are'} bent.",
    )


def tell_setups(params: TranscribeParams, fretboard: Fretboard | None) -> tuple[str, ...]:
    """Return a sentence where suggestions were asked for that cannot be."""
    if not params.suggest_setups or fretboard is not None:
        return ()
    return (f"suggest_setups was not followed: the instrument {params.instrument} has no strings to tune.",)


def _kind(instrument: Instrument) -> Literal["struck", "pitched"]:
    return "struck" if instrument == "drums" else "pitched"


def _noun(instrument: Instrument) -> str:
    return "stroke" if instrument == "drums" else "note"

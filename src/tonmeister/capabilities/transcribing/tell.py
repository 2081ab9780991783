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
from tonmeister.media.notation.spelling import pitch_name, tuning_fifths
from tonmeister.music.fretboard import TUNINGS, Fretboard
from tonmeister.music.retab import Unfit
from tonmeister.music.score import Score
from tonmeister.music.tab import PlayedNote, Technique

DOUBTFUL_BELOW = 0.6
BEND_DOUBTFUL_BELOW = 0.7
MISSED_FROM = 0.2
HARD_BELOW_MIDI = 35
UNSURE_BELOW = 0.75
_FEW = 3
_FEW_NAMES = 2
_SLIP_MS = 50
_NOTHING_STRUCK = (
    "No drums were found: kick, snare and hi-hat are listened for, and no stroke of theirs is clear enough; more "
    "sensitivity finds fainter ones. If it is no drum kit, choose the instrument that plays."
)
_NOTHING_PITCHED = (
    "No notes were found: perhaps nothing in it has a pitch within the instrument's range, or it is too faint; more "
    "sensitivity finds more. Drums are written only where the instrument is drums."
)
_BEAT_ALONE = (
    "There is a beat, but no tones that sound played and no key: if it is drums or percussion, choose drums as the "
    "instrument (--instrument drums)."
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


def tell_notes(made: Arrangement, *, is_tuneless: bool = False) -> tuple[TabNote, ...]:
    """Return every note with its written place; all that were heard in what ``is_tuneless`` are doubtful."""
    beat = made.score.metre.beat_quarters
    origin = made.first_beat
    notes = []
    for at, (name, note) in enumerate(zip(made.edited.names, made.edited.notes, strict=True)):
        place = made.fingering.places[at] if made.fingering else None
        start, stop = made.quantised.onsets[at], made.quantised.offsets[at]
        bend = _bend_of(made, at)
        notes.append(
            TabNote(
                name=name,
                onset_s=round(note.onset_s, 4),
                offset_s=round(note.offset_s, 4),
                midi=note.midi,
                velocity=note.velocity,
                confidence=round(made.confidence[at], 3),
                is_doubtful=made.confidence[at] < DOUBTFUL_BELOW or (is_tuneless and at not in made.by_hand),
                onset_quarters=_quarters(start, origin, beat),
                duration_quarters=_quarters(stop, start, beat),
                string=place.string if place else None,
                fret=place.fret if place else None,
                hand_fret=made.fingering.hand_frets[at] if made.fingering and place else None,
                is_locked=at in made.edited.locks,
                techniques=tuple(each.name for each in made.techniques[at]) if made.techniques else (),
                bend_confidence=round(bend.confidence, 3) if bend else None,
                is_bend_doubtful=bend is not None and bend.confidence < BEND_DOUBTFUL_BELOW,
            )
        )
    return tuple(notes)


def _bend_of(made: Arrangement, at: int) -> Technique | None:
    shapes = made.techniques[at] if made.techniques else ()
    return next((each for each in shapes if each.name == "bend"), None)


def _quarters(stop: Fraction, start: Fraction | int, beat: Fraction) -> str:
    """Return a distance of places in beats as a fraction of quarters; in whole numbers, which are much faster."""
    n = (stop.numerator * start.denominator - start.numerator * stop.denominator) * beat.numerator
    d = stop.denominator * start.denominator * beat.denominator
    divisor = math.gcd(n, d)
    return f"{n // divisor}/{d // divisor}" if d > divisor else str(n // divisor)


def tell_unfingered(made: Arrangement) -> tuple[UnfingeredNote, ...]:
    """Return the notes that are not in the written music, each with the reason."""
    reasons = {at: _no_room(made, at) for at in made.score.parts[0].unwritten}
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


def _no_room(made: Arrangement, at: int) -> str:
    """Return why a note that has a place, if there are any, has none on the page."""
    if made.fingering is None:
        return "same pitch again too soon to be written"
    place, unwritten = made.fingering.places[at], made.score.parts[0].unwritten
    beside = [
        other
        for other, onset in enumerate(made.quantised.onsets)
        if onset == made.quantised.onsets[at] and other not in unwritten
    ]
    is_taken = any(
        made.edited.notes[other].midi == made.edited.notes[at].midi
        or (place is not None and (held := made.fingering.places[other]) is not None and held.string == place.string)
        for other in beside
    )
    return "string taken at that place" if is_taken else "out of reach"


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


def tell_unfollowed(made: Arrangement, edits: Sequence[TabEdit], neck: Fretboard | None) -> tuple[str, ...]:
    """Return a sentence for each edit that could not be followed, with what would help."""
    return tuple(
        f"Edit {each.edit + 1} ({_EDITS[edits[each.edit].kind]}"
        f"{' ' + note if (note := edits[each.edit].note) else ''}) was not followed: {each.reason}"
        f"{_advice(made, each, edits[: each.edit + 1], neck)}."
        for each in made.edited.unfit
    )


def _advice(made: Arrangement, unfit: Unfit, edits: Sequence[TabEdit], neck: Fretboard | None) -> str:
    """Return what to add to the reason of an edit, the last of ``edits``, that could not be followed."""
    note = edits[-1].note or ""
    if unfit.reason == "no such note":
        before = edits[:-1]
        deleted = next((at for at, each in enumerate(before, 1) if each.kind == "delete" and each.note == note), None)
        if deleted:
            return f" any more, as edit {deleted} deletes it"
        near = _nearest(note, made.edited.names)
        told = "; those nearest are " if note and near[1] else "; notes are named by pitch and time, such as "
        return f"{told}{' and '.join(near[0])}" if near[0] else "; there is no note"
    if unfit.reason == "no such place" and neck is not None:
        above = f" above the capo on fret {neck.capo}" if neck.capo else ""
        return f"; this neck has frets 0 to {neck.last_fret}{above} on strings 1 to {neck.n_strings}"
    if unfit.beside:
        locks = {made.edited.names[at]: place for at, place in made.edited.locks.items()}
        held = [
            f"{name} (string {locks[name].string}, fret {locks[name].fret})" for name in unfit.beside if name in locks
        ]
        return f", {' and '.join(held)}" if held else ""
    return {
        "no such pitch": "; written, it must lie between 0 and 127",
        "no neck": ": only a part with strings has places",
        "already added": ", or heard: a note of this pitch begins at this time",
    }.get(unfit.reason, "")


def _nearest(wanted: str, names: Sequence[str]) -> tuple[list[str], bool]:
    """Return the names most like a wanted one, and whether that is the name of a note at all."""
    parts = wanted.split("@")
    if len(parts) != 2 or not all(part.isdigit() for part in parts):
        return list(names[:1]), False
    midi, at_ms = (int(part) for part in parts)

    def apart(name: str) -> float:
        other_midi, other_ms = (int(part) for part in name.split("@"))
        # a wrong digit of the time, or of the pitch: either is a likely slip
        return abs(other_ms - at_ms) / _SLIP_MS + abs(other_midi - midi)

    return sorted(names, key=apart)[:_FEW_NAMES], True


def name_tuning(fretboard: Fretboard, written: Sequence[str] = ()) -> str:
    """Return the name of a tuning, or its open strings, spelled as they were ``written``."""
    known = next((name for name, tuning in TUNINGS.items() if tuning == fretboard.tuning), None)
    n_fifths = tuning_fifths(fretboard.tuning)
    return known or " ".join(written or [pitch_name(midi, n_fifths) for midi in fretboard.tuning])


def tell_doubts(
    made: Arrangement, instrument: Instrument, *, is_tuneless: bool, is_beat_alone: bool
) -> tuple[str, ...]:
    """Return sentences about what of the notes is not to be relied on.

    ``is_tuneless`` says that the song, long enough to judge, has neither a beat nor a key; ``is_beat_alone`` that it
    has a beat, but no key.
    """
    n_notes = len(made.edited.notes)
    if not n_notes:
        return (_BEAT_ALONE if is_beat_alone and instrument != "drums" else _nothing(made, instrument),)
    doubts = [_DRUMS_TOLD_APART] if instrument == "drums" else []
    if is_tuneless:
        doubts.append(
            "Neither a beat nor a key was found: perhaps it is no music but speech, noise or an effect, and what is "
            f"written here is chance: every {_noun(instrument)} that was heard is doubtful."
        )
    n_doubtful = sum(each < DOUBTFUL_BELOW for each in made.confidence)
    sure = sum(made.confidence) / n_notes
    if sure < UNSURE_BELOW:
        doubts.append(f"On average a {_noun(instrument)} is only {100 * sure:.0f} % sure: {_UNSURE[_kind(instrument)]}")
    elif n_doubtful and not is_tuneless:
        doubts.append(f"{n_doubtful} of {n_notes} {_noun(instrument)}s {'is' if n_doubtful == 1 else 'are'} doubtful.")
    unfingered = tell_unfingered(made)
    if unfingered:
        doubts.append(_missing(unfingered, n_notes, instrument, "tab" if made.fingering else "score"))
    return tuple(doubts)


def tell_missed(
    share: float, notes: Sequence[PlayedNote], instrument: Instrument, *, is_tuneless: bool = False
) -> tuple[str, ...]:
    """Return a sentence where many notes are likely to be missing, or where the lowest are hard to hear.

    How many were played is not guessed of what ``is_tuneless``: there may have been none.
    """
    if not notes or instrument == "drums" or is_tuneless:
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


def tell_implied(chordal_share: float, *, has_theory: bool) -> tuple[str, ...]:
    """Return a sentence that chords are only implied by a single line, and so are not written."""
    theory = " The theory names them as such." if has_theory else ""
    return (
        f"No chord names are written: several notes sound at once in {100 * chordal_share:.0f} % of the time, so that "
        f"chords are guesses at what a single line implies.{theory}",
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


def tell_doubtful_bends(notes: Sequence[TabNote]) -> tuple[str, ...]:
    """Return a sentence where bends may be slides or notes struck anew."""
    doubtful = [each for each in notes if each.is_bend_doubtful]
    if not doubtful:
        return ()
    n, n_bends = len(doubtful), sum(each.bend_confidence is not None for each in notes)
    few = ", ".join(f"{pitch_name(each.midi)} at {each.onset_s:.2f} s" for each in doubtful[:_FEW])
    return (
        f"{n} of {n_bends} {'bend' if n_bends == 1 else 'bends'} {'is' if n == 1 else 'are'} doubtful: "
        f"{few if n <= _FEW else f'such as {few}'} may be a slide, or another note.",
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

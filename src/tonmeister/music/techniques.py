"""How tones are shaped, where the sound shows it: hammer-on, pull-off, slide, bend, vibrato.

Everything here is a rule over the pitch of single notes over time; without contours nothing is claimed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tonmeister.music.glides import Rise, find_rise
from tonmeister.music.tab import Fingering, PlayedNote, Technique

Floats = NDArray[np.float64]

_LEGATO_GAP_S = 0.05
_MAX_LEGATO_SEMITONES = 5
_SOFT_ATTACK = 0.3
_BEND_STEP_CENTS = 50.0
_MIN_GLIDE_S = 0.04
_MAX_SLIDE_SEMITONES = 12
_VIBRATO_HZ = (3.5, 9.0)
_MIN_VIBRATO_CENTS = 12.0
_MIN_VIBRATO_CYCLES = 2.5


@dataclass(frozen=True)
class Contour:
    """The pitch of one note over time.

    Attributes
    ----------
    times_s
        Evenly spaced, rising, on the clock of the notes.
    cents
        Distance from the note's own pitch; NaN where none is heard.
    attack
        How clearly the note was struck anew, 0 to 1; None where that was not measured.
    is_followed
        Whether the pitch was followed past the note's end, so that ``rise`` tells all of a bend.
    rise
        The bend that was found so.

    Raises
    ------
    ValueError
        If times and cents differ in number.
    """

    times_s: tuple[float, ...]
    cents: tuple[float, ...]
    attack: float | None = None
    is_followed: bool = False
    rise: Rise | None = None

    def __post_init__(self) -> None:
        """Refuse what is no contour."""
        if len(self.times_s) != len(self.cents):
            raise ValueError(f"times_s and cents must be equally many, got {len(self.times_s)} and {len(self.cents)}")

    # a tab is solved anew after every edit, of which the sound of a note knows nothing

    @cached_property
    def heard(self) -> tuple[Floats, Floats]:
        """Times and cents where a pitch is heard."""
        times, cents = np.array(self.times_s), np.array(self.cents)
        known = np.isfinite(cents)
        return times[known], cents[known]

    @cached_property
    def bend(self) -> Technique | None:
        """The bend that it shows."""
        return _tell_bend(self.rise if self.is_followed else find_rise(*self.heard))

    @cached_property
    def vibrato(self) -> Technique | None:
        """The vibrato that it shows."""
        return _find_vibrato(*self.heard)


def find_techniques(
    notes: Sequence[PlayedNote], fingering: Fingering, contours: Mapping[int, Contour]
) -> tuple[tuple[Technique, ...], ...]:
    """Find what shapes each note.

    Parameters
    ----------
    notes
        The performance.
    fingering
        Its places: a hammer-on, pull-off or slide needs the note before on the same string.
    contours
        Pitch over time by index of the note, for as many notes as there are.

    Returns
    -------
    tuple of tuple of Technique
        One tuple per note, empty where nothing is shown.

    Notes
    -----
    Bends are told in quarter tones, from 70 to 350 cents, where the pitch glides there (`find_rise`); an open string
    is never bent. Vibrato is a sway of 3.5 to 9 Hz over
    two and a half cycles, its depth from middle to peak. A slide glides for 40 ms or more through what lies between
    two frets; without glide and without a new attack the step is a hammer-on or pull-off.

    Examples
    --------
    >>> from tonmeister.music.fretboard import Fretboard
    >>> from tonmeister.music.fingering import finger
    >>> song = [PlayedNote(0.0, 0.5, 45), PlayedNote(0.5, 1.0, 47)]
    >>> soft = {1: Contour((0.5, 0.6), (0.0, 0.0), attack=0.1)}
    >>> find_techniques(song, finger(song, Fretboard()), soft)[1][0].name
    'hammer_on'
    """
    before = _before_on_string(notes, fingering)
    after = {earlier: later for later, earlier in before.items()}
    found: list[tuple[Technique, ...]] = []
    for note in range(len(notes)):
        shaped: list[Technique] = []
        contour = contours.get(note)
        place = fingering.places[note]
        if contour is not None and place is not None:
            previous = before.get(note)
            if previous is not None:
                lead = _find_lead(notes, previous, note, contours.get(previous), contour)
                shaped.extend([lead] if lead else [])
            is_open = place.fret == 0
            if contour.bend is not None and not is_open and not _glides_into(notes, note, after.get(note), contour):
                shaped.append(contour.bend)
            shaped.extend([contour.vibrato] if contour.vibrato else [])
        found.append(tuple(shaped))
    return tuple(found)


def find_unbent(fingering: Fingering, contours: Mapping[int, Contour]) -> tuple[int, ...]:
    """Find the notes that glide up but are taken on an open string.

    Parameters
    ----------
    fingering, contours
        As for `find_techniques`.

    Returns
    -------
    tuple of int
        Their indices, rising.
    """
    return tuple(
        note
        for note, place in enumerate(fingering.places)
        if place is not None and place.fret == 0 and note in contours and contours[note].bend is not None
    )


def _before_on_string(notes: Sequence[PlayedNote], fingering: Fingering) -> dict[int, int]:
    last: dict[int, int] = {}
    before: dict[int, int] = {}
    for note in sorted(range(len(notes)), key=lambda note: (notes[note].onset_s, note)):
        place = fingering.places[note]
        if place is not None:
            if place.string in last:
                before[note] = last[place.string]
            last[place.string] = note
    return before


def _find_lead(
    notes: Sequence[PlayedNote], previous: int, note: int, contour_before: Contour | None, contour: Contour
) -> Technique | None:
    step = notes[note].midi - notes[previous].midi
    if step == 0 or notes[note].onset_s - notes[previous].offset_s > _LEGATO_GAP_S:
        return None
    if contour_before is not None and abs(step) <= _MAX_SLIDE_SEMITONES:
        times, cents = contour_before.heard
        if _glide_s(times, cents, 100.0 * step) >= _MIN_GLIDE_S:
            return Technique("slide", from_note=previous)
    if abs(step) <= _MAX_LEGATO_SEMITONES and contour.attack is not None and contour.attack < _SOFT_ATTACK:
        return Technique("hammer_on" if step > 0 else "pull_off", from_note=previous)
    return None


def _glide_s(times: Floats, cents: Floats, target_cents: float) -> float:
    """Return how long the end of a note moves steadily towards the next pitch, 0 if it does not get halfway."""
    if len(times) < 3:
        return 0.0
    share = cents / target_cents
    moving = 0
    while moving + 1 < len(share) and share[-1 - moving] - share[-2 - moving] > 0.005:
        moving += 1
    return float(times[-1] - times[-1 - moving]) if moving and share[-1] >= 0.5 and share[-1 - moving] < 0.3 else 0.0


def _glides_into(notes: Sequence[PlayedNote], note: int, following: int | None, contour: Contour) -> bool:
    if following is None:
        return False
    step = notes[following].midi - notes[note].midi
    return step != 0 and _glide_s(*contour.heard, 100.0 * step) >= _MIN_GLIDE_S


def _tell_bend(rise: Rise | None) -> Technique | None:
    if rise is None:
        return None
    depth = round(rise.depth_cents / _BEND_STEP_CENTS) * _BEND_STEP_CENTS
    return Technique("bend", depth_cents=depth, is_released=rise.released_s is not None, confidence=rise.likelihood)


def _find_vibrato(times: Floats, cents: Floats) -> Technique | None:
    if len(times) < 8:
        return None
    step_s = float(np.median(np.diff(times)))
    width = max(3, round(1.0 / (_VIBRATO_HZ[0] * step_s)) | 1)
    if len(cents) < width:
        return None
    half = width // 2
    # the slow part is the mean over the longest sway
    slow = np.convolve(np.pad(cents, half, mode="edge"), np.ones(width) / width, mode="valid")
    sway = (cents - slow)[half // 2 : len(cents) - half // 2]
    crossings = np.flatnonzero(np.diff(np.signbit(sway)))
    if len(crossings) < 2 * _MIN_VIBRATO_CYCLES:
        return None
    gaps_s = np.diff(crossings) * step_s
    rate_hz = 0.5 / float(np.mean(gaps_s))
    depth = float(np.sqrt(2.0) * sway[crossings[0] : crossings[-1] + 1].std())
    regular = float(np.std(gaps_s)) < 0.5 * float(np.mean(gaps_s))
    if _VIBRATO_HZ[0] <= rate_hz <= _VIBRATO_HZ[1] and depth >= _MIN_VIBRATO_CENTS and regular:
        return Technique("vibrato", depth_cents=round(depth, 1))
    return None

"""What every player has on the stand: key, tempo, groove, form and harmony, and the dice of the song's seed."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from tonmeister.music import groove as grooves
from tonmeister.music.groove import Groove
from tonmeister.music.song import Note, Stem
from tonmeister.music.theory import Chord, Key, chord_in_key, parse_chord

BEATS_PER_BAR = 4
START_S = 0.25
TAIL_S = 2.0
"""Silence before the first beat, and what is left for the last chord to ring."""

T = TypeVar("T")


class Dice:
    """Draws from one stream for each purpose, so that one player's choices never shift another's.

    Only `random.Random.random` is used: Python promises its sequence for ever, which it does not for `choice`.
    """

    def __init__(self, seed: int, purpose: str) -> None:
        self._draw = random.Random(f"{seed}/{purpose}").random

    def below(self, n: int) -> int:
        """Draw a whole number from 0 to n - 1."""
        return int(self._draw() * n)

    def choose(self, choices: Sequence[T]) -> T:
        """Draw one of some choices."""
        return choices[self.below(len(choices))]

    def chance(self, probability: float) -> bool:
        """Draw whether something happens."""
        return self._draw() < probability

    def spread(self, width: float) -> float:
        """Draw from a triangle around zero, from -width to +width."""
        return (self._draw() + self._draw() - 1.0) * width


@dataclass(frozen=True)
class Part:
    """A section in beats: where it starts, how long it is, the beats of a phrase, and its chords."""

    name: str
    start: int
    length: int
    phrase: int
    harmony: tuple[tuple[float, float, Chord], ...]

    @property
    def is_chorus(self) -> bool:
        """Whether this is a chorus."""
        return self.name == "chorus"


@dataclass(frozen=True)
class Sheet:
    """What every player has on the stand. Positions are in beats from the first downbeat."""

    seed: int
    key: Key
    tempo_bpm: float
    groove: Groove
    plan: tuple[Part, ...]

    @property
    def n_beats(self) -> int:
        """Beats in the whole song."""
        return self.plan[-1].start + self.plan[-1].length

    @property
    def last_bar(self) -> int:
        """First beat of the last bar."""
        return self.n_beats - BEATS_PER_BAR

    @property
    def harmony(self) -> tuple[tuple[float, float, Chord], ...]:
        """Start, stop (in beats) and chord, through the whole song."""
        return tuple(itertools.chain.from_iterable(part.harmony for part in self.plan))

    def chord_at(self, beat: float) -> tuple[float, float, Chord]:
        """Start, stop (in beats) and chord of the span that holds a position."""
        return next(span for span in self.harmony if span[0] <= beat + 1e-9 < span[1] + 1e-9)

    def time_s(self, beat: float, *, straight: bool = False) -> float:
        """Time of a position; the groove's swing bends what lies between the beats, unless it is to be straight."""
        whole, rest = divmod(beat, 1.0)
        if not straight:
            swing = self.groove.swing
            rest = rest * 2 * swing if rest < 0.5 else swing + (rest - 0.5) * 2 * (1 - swing)
        return round(START_S + (whole + rest) * 60.0 / self.tempo_bpm, 6)

    def bars(self, part: Part) -> range:
        """First beats of a section's bars."""
        return range(part.start, part.start + part.length, BEATS_PER_BAR)

    def note(
        self,
        stem: Stem,
        dice: Dice,
        beat: float,
        length: float,
        midi: int,
        velocity: float,
        late_ms: float = 0.0,
        loose_ms: float = 8.0,
        vowel: str = "",
    ) -> Note:
        """Play a written note as people do: a little early or late, a little softer or louder."""
        onset_s = self.time_s(beat) + (late_ms + dice.spread(loose_ms)) / 1000.0
        end_s = self.time_s(beat + length) + dice.spread(loose_ms) / 1000.0
        return Note(
            stem=stem,
            onset_s=round(onset_s, 6),
            offset_s=round(max(end_s, onset_s + 0.04), 6),
            midi=midi,
            velocity=max(1, min(127, round(velocity + dice.spread(9)))),
            vowel=vowel,
        )


def plan(seed: int, key: Key, tempo_bpm: float, duration_s: float) -> tuple[Part, ...]:
    """Lay out intro, verse, chorus, verse, chorus and outro with their chords.

    Parameters
    ----------
    seed
        Chooses the progressions.
    key
        What they are in.
    tempo_bpm, duration_s
        Give the number of bars; each section is a whole number of phrases of four bars (two in very short songs).

    Returns
    -------
    tuple of Part
        In order, without gaps.
    """
    dice = Dice(seed, "form")
    verse = [parse_chord(chord_in_key(symbol, key)) for symbol in dice.choose(grooves.VERSES[key.mode])]
    chorus = [parse_chord(chord_in_key(symbol, key)) for symbol in dice.choose(grooves.CHORUSES[key.mode])]
    tonic = "1:maj" if key.mode == "major" else "1:min"
    ending = [parse_chord(chord_in_key(symbol, key)) for symbol in (*dice.choose(grooves.ENDINGS[key.mode]), tonic)]

    n_bars = round((duration_s - START_S - TAIL_S) * tempo_bpm / 60.0 / BEATS_PER_BAR)
    bars_per_phrase = 4 if n_bars >= 18 else 2
    n_phrases = max(4, round((n_bars - 4) / bars_per_phrase))
    # Verse, chorus, verse, chorus in that order: the first verse and the last chorus are the long ones.
    counts = [1, 1, 1, 1]
    for index in range(n_phrases - 4):
        counts[(0, 3, 1, 2)[index % 4]] += 1
    phrase = bars_per_phrase * BEATS_PER_BAR
    form = [("intro", verse, 2 * BEATS_PER_BAR, 2 * BEATS_PER_BAR)]
    form += [
        (name, chords, count * phrase, phrase)
        for name, chords, count in zip(
            ("verse", "chorus", "verse", "chorus"), (verse, chorus, verse, chorus), counts, strict=True
        )
    ]
    form.append(("outro", ending, 2 * BEATS_PER_BAR, 2 * BEATS_PER_BAR))
    parts: list[Part] = []
    start = 0
    for name, chords, length, phrase_beats in form:
        lengths = [2.0, 2.0, 4.0] if name == "outro" else [phrase_beats / 4] * (4 * length // phrase_beats)
        edges = list(itertools.accumulate(lengths, initial=float(start)))
        spans = tuple((edges[i], edges[i + 1], chords[i % len(chords)]) for i in range(len(lengths)))
        parts.append(Part(name, start, length, phrase_beats, spans))
        start += length
    return tuple(parts)

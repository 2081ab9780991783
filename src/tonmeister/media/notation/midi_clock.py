"""The bars of a score on a MIDI file's clock, whose zero is the recording's: a lead-in, a cut first bar, tempi."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from tonmeister.music.note_values import Metre
from tonmeister.music.score import Score

TICKS_PER_QUARTER = 960
SLOWEST_TEMPO = (1 << 24) - 1
"""The longest quarter that a MIDI file can name, in microseconds."""
FASTEST_BPM = 960.0
"""The fastest lead-in: above it sequencers set a tempo of their own."""

_AT_ONCE_S = 1e-4
_FINEST = 8  # a lead-in that is shorter than half a beat is counted in 32nds
_STEADY_S = 1e-4  # as far bar lines may lie beside their times before the tempo is set anew


@dataclass(frozen=True)
class Stretch:
    """From a tick on, so many microseconds a quarter; ``start_s`` is when it begins in the recording."""

    tick: int
    start_s: float
    tempo: int

    def time_s(self, tick: int) -> float:
        """Return the time of a tick."""
        return self.start_s + (tick - self.tick) * self.tempo / (1e6 * TICKS_PER_QUARTER)


@dataclass(frozen=True)
class Clock:
    """Where a recording's seconds and a score's bars lie in a MIDI file that begins when the recording does.

    Attributes
    ----------
    stretches
        Where the tempo is set.
    metres
        Ticks with the time signatures that begin there, as numerator and denominator.
    starts
        Tick at which each bar of the score begins; below 0 for a bar that begins before the recording.
    first_whole
        Number of the first bar, from 0, that is not cut by the beginning of the recording.
    has_lead_in
        Whether something lies before that bar.
    """

    stretches: tuple[Stretch, ...]
    metres: tuple[tuple[int, int, int], ...]
    starts: tuple[int, ...]
    first_whole: int
    has_lead_in: bool

    def tick(self, time_s: float) -> int:
        """Return the tick nearest to a time of the recording."""
        at = max(bisect_right(self.stretches, time_s, key=lambda each: each.start_s) - 1, 0)
        stretch = self.stretches[at]
        return max(0, stretch.tick + round((time_s - stretch.start_s) * 1e6 * TICKS_PER_QUARTER / stretch.tempo))


def set_clock(score: Score) -> Clock:
    """Return the clock of a score.

    Before bars that begin later than the recording lies a lead-in of as many beats as come nearest to the tempo of the
    first bar, with a tempo that lets that bar begin on its time. A bar that begins before the recording is cut to the
    beats that lie in it; the first of them may be shorter or longer.
    """
    metre = score.metre
    last = score.bars[-1]
    edges_s = [bar.start_s for bar in score.bars]
    edges_s.append(last.start_s + 60.0 * float(metre.bar_quarters) / last.tempo_bpm)
    first = next((at for at, time_s in enumerate(edges_s) if time_s > -_AT_ONCE_S), len(score.bars))
    known = max(first - 1, 0)
    per_bar = int(metre.bar_quarters / metre.beat_quarters)
    beat_s = (edges_s[known + 1] - edges_s[known]) / per_bar
    lead = _lead_in(edges_s[first], beat_s, metre, is_cut=first > 0)
    pieces = list(lead)
    n_lead_ticks = int(sum(quarters for quarters, _ in lead) * TICKS_PER_QUARTER)
    pieces.extend((metre.bar_quarters, time_s) for time_s in edges_s[first + 1 :])
    bar_ticks = int(metre.bar_quarters * TICKS_PER_QUARTER)
    return Clock(
        _steady_stretches(pieces or [(metre.bar_quarters, 60.0 * float(metre.bar_quarters) / last.tempo_bpm)]),
        _metres(n_lead_ticks, bar_ticks, metre),
        tuple(n_lead_ticks + (at - first) * bar_ticks for at in range(len(score.bars))),
        first,
        n_lead_ticks > 0,
    )


def _lead_in(until_s: float, beat_s: float, metre: Metre, *, is_cut: bool) -> list[tuple[Fraction, float]]:
    """Return what lies before the first whole bar: lengths in quarters, with the times at which they end."""
    n_beats = round(until_s / beat_s)
    beat = metre.beat_quarters
    if n_beats == 0:
        quarters = Fraction(max(1, round(_FINEST * float(beat) * until_s / beat_s)), _FINEST)
        # what is too short for any tempo is left to the first bar, which then begins a little early
        return [(quarters, until_s)] if 60.0 * float(quarters) <= FASTEST_BPM * until_s else []
    if is_cut and n_beats > 1:
        return [(beat, until_s - (n_beats - 1) * beat_s), ((n_beats - 1) * beat, until_s)]
    return [(n_beats * beat, until_s)]


def _metres(n_lead_ticks: int, bar_ticks: int, metre: Metre) -> tuple[tuple[int, int, int], ...]:
    whole = metre.n_beats, metre.unit
    n_short = n_lead_ticks % bar_ticks
    if not n_short:
        return ((0, *whole),)
    length = Fraction(n_short, 4 * TICKS_PER_QUARTER)
    n_units = length * metre.unit
    short = (int(n_units), metre.unit) if n_units.denominator == 1 else (length.numerator, length.denominator)
    return (0, *short), (n_short, *whole)


def _steady_stretches(pieces: Sequence[tuple[Fraction, float]]) -> tuple[Stretch, ...]:
    """Return tempi by which pieces, given by length in quarters and end, end on their times; as few as will do."""
    stretches: list[Stretch] = []
    tick, time_s = 0, 0.0
    for quarters, end_s in pieces:
        end = tick + int(quarters * TICKS_PER_QUARTER)
        if not stretches or abs(stretches[-1].time_s(end) - end_s) > _STEADY_S:
            tempo = round(1e6 * (end_s - time_s) / float(quarters))
            stretches.append(Stretch(tick, time_s, min(max(tempo, 1), SLOWEST_TEMPO)))
        tick, time_s = end, stretches[-1].time_s(end)
    return tuple(stretches)

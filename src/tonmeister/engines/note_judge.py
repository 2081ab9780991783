"""How likely a note that the network proposes was really played: a judge that has compared proposals with the truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tonmeister.engines.note_creation import Decoding, HeardNote
from tonmeister.engines.note_network import LOWEST_MIDI, N_PITCHES, NotePosteriors

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_TOGETHER = 5  # frames: what begins within 58 ms began at once
_CHORD = 3
_PHRASE, _PASSAGE = 170, 350  # frames: two and four seconds to either side
_PARTIALS = (12, 19, 24, 28, 31)
_ONSETS_AT = (-24, -19, -12, -7, -1, 1, 7, 12, 19, 24)
_SOUNDS_AT = (-24, -1, 1, 19, 24, 28)
_LOW_MIDI = 48  # below C3 the network is less sure of everything
_FAR = 6.0  # spreads from the mean: no feature counts for more
_NONE = -0.3  # stands for the difference to a note that is not there
_MOST_BESIDE = 24

FEATURES = (
    *("strength", "onset", "rise_onset", "peak", "log_length", "octave", "octave_squared", "silent_start"),
    *("octave_above", *(f"{kind}_{step}_below" for step in (*_PARTIALS, 7) for kind in ("with", "in"))),
    *("semitone_below", "semitone_above", "since_same_pitch_s", "n_together", "below_loudest", "above_phrase"),
    *("log_same_pitch", "same_pitch_strength", "strength_in_song", "onset_in_song", "log_density", "before", "rise"),
    *("strength_and_onset", "repeated_strength", "onset_around", "sound_12_below", "sound_19_below", "sound_12_above"),
    *(f"onset_{shift:+d}" for shift in _ONSETS_AT),
    *(f"sound_{shift:+d}" for shift in _SOUNDS_AT),
    *("onset_prominence", "dip_before", "strongest_onset", "sum_of_onsets", "above_lowest", "below_c3"),
    *("strength_below_c3", "onset_below_c3", "goes_on", "n_partials_begin"),
)
"""What is looked at, in the order of the weights."""


@dataclass(frozen=True)
class Judge:
    """One layer of units over `FEATURES`, and beside it a plain sum of them.

    Attributes
    ----------
    mean, spread, plain
        (n_features,): what features are brought to one scale by, and their weights in the sum.
    units, unit_bias, unit_weight
        (n_features, n_units) and twice (n_units,).
    bias
        What is added.
    """

    mean: Floats
    spread: Floats
    plain: Floats
    units: Floats
    unit_bias: Floats
    unit_weight: Floats
    bias: float


def unpack_judge(numbers: Floats) -> Judge:
    """Return the judge whose parts lie in a row, in the order of its attributes.

    Raises
    ------
    ValueError
        If there are more or fewer numbers than a judge of `FEATURES` has.
    """
    n = len(FEATURES)
    n_units, rest = divmod(len(numbers) - 3 * n - 1, n + 2)
    if rest or n_units < 1:
        raise ValueError(f"{len(numbers)} numbers make no judge of {n} features: fit it anew")
    mean, spread, plain, units, unit_bias, unit_weight, bias = np.split(
        numbers, np.cumsum([n, n, n, n * n_units, n_units, n_units])
    )
    return Judge(mean, spread, plain, units.reshape(n, n_units), unit_bias, unit_weight, float(bias[0]))


PROPOSALS = Decoding(onset_threshold=0.35, note_threshold=0.25, min_frames=2, hears_first=True, mutes_beside=False)
"""What a judge is asked about: many more notes than were played, so that hardly one is missed."""


def judge_notes(posteriors: NotePosteriors, notes: Sequence[HeardNote], judge: Judge) -> Floats:
    """Return the probability that each note was played.

    Parameters
    ----------
    posteriors
        What the network heard.
    notes
        What `create_notes` made of it with thresholds near those of `PROPOSALS`: all of them, as each is judged by
        those beside it.
    judge
        Weights.

    Returns
    -------
    numpy.ndarray
        (n_notes,), 0 to 1.

    Notes
    -----
    Source: our own; `benchmarks/listening_notes.py --fit` fits the weights to rendered instruments and tells how well
    songs that were left out are judged.
    """
    seen = np.clip((note_features(posteriors, notes) - judge.mean) / judge.spread, -_FAR, _FAR)
    scores = np.tanh(seen @ judge.units + judge.unit_bias) @ judge.unit_weight + seen @ judge.plain + judge.bias
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(scores, -40, 40))), np.float64)


def note_features(posteriors: NotePosteriors, notes: Sequence[HeardNote]) -> Floats:
    """Return what is looked at, (n_notes, len(FEATURES))."""
    if not notes:
        return np.zeros((0, len(FEATURES)))
    seen = _Seen(posteriors, notes)
    columns = [*seen.alone(), *seen.beside_others(), *seen.in_the_song(), *seen.around(), *seen.on_other_keys()]
    table = np.empty((len(notes), len(FEATURES)))
    table[seen.order] = np.stack(columns, axis=1)
    return table


class _Seen:
    """The notes in order of time, as arrays."""

    def __init__(self, posteriors: NotePosteriors, notes: Sequence[HeardNote]):
        self._posteriors = posteriors
        self.order = np.array(sorted(range(len(notes)), key=lambda at: (notes[at].start, notes[at].midi)))
        ordered = [notes[at] for at in self.order]
        self.start: Ints = np.array([each.start for each in ordered])
        self.stop: Ints = np.array([each.stop for each in ordered])
        self.midi: Ints = np.array([each.midi for each in ordered])
        self.strength: Floats = np.array([each.strength for each in ordered])
        self.rise_onset: Floats = np.array([min(each.onset, 1.0) for each in ordered])
        self.peak: Floats = np.array(
            [posteriors.note[each.start : each.stop, each.midi - LOWEST_MIDI].max() for each in ordered], np.float64
        )
        self.onset: Floats = self._gather(posteriors.onset, range(-2, 3)).max(axis=1)
        self._of_pitch = {midi: np.flatnonzero(self.midi == midi) for midi in np.unique(self.midi).tolist()}

    def _gather(self, values: NDArray[np.float32], frames: range, shift: int = 0) -> Floats:
        """Return values around each start on a key beside the note's own, (n_notes, frames); 0 off the keyboard."""
        at = np.clip(self.start[:, None] + np.array(frames), 0, len(values) - 1)
        key = self.midi - LOWEST_MIDI + shift
        found = values[at, np.clip(key, 0, N_PITCHES - 1)[:, None]].astype(np.float64)
        return np.asarray(np.where(((key >= 0) & (key < N_PITCHES))[:, None], found, 0.0), np.float64)

    def alone(self) -> list[Floats]:
        octave = (self.midi - 60) / 12.0
        length = np.log(np.maximum(self.stop - self.start, 1))
        silent = (self.rise_onset == 0).astype(np.float64)
        return [self.strength, self.onset, self.rise_onset, self.peak, length, octave, octave**2, silent]

    def _partner(self, interval: int) -> tuple[Floats, Floats]:
        """Return the strength of the note so far below that begins with each note, and of one that is sounding."""
        together, sounding = np.zeros(len(self.start)), np.zeros(len(self.start))
        for midi, own in self._of_pitch.items():
            other = self._of_pitch.get(midi - interval)
            if other is None:
                continue
            starts = self.start[other]
            first = np.searchsorted(starts, self.start[own] - _TOGETHER)
            last = np.searchsorted(starts, self.start[own] + _TOGETHER, side="right")
            for step in range(int((last - first).max(initial=0))):
                at = np.minimum(first + step, len(other) - 1)
                strength = np.where(first + step < last, self.strength[other[at]], 0.0)
                together[own] = np.maximum(together[own], strength)
            before = other[np.maximum(first - 1, 0)]
            rings = (first > 0) & (self.stop[before] > self.start[own])
            sounding[own] = np.where(rings, self.strength[before], 0.0)
        return together, sounding

    def beside_others(self) -> list[Floats]:
        def compared(partner: Floats) -> Floats:
            return np.asarray(np.where(partner > 0, partner - self.strength, _NONE), np.float64)

        columns = [compared(self._partner(-12)[0])]
        for step in _PARTIALS:
            together, sounding = self._partner(step)
            columns += [compared(together), compared(sounding)]
        together, sounding = self._partner(7)
        columns += [together, compared(sounding), compared(self._partner(1)[0]), compared(self._partner(-1)[0])]
        n_together, top = self._chord()
        near, total = self._window_sums(self.start, self.strength, _PHRASE)
        return [
            *columns,
            self._since(),
            np.minimum(n_together, 8) / 6.0,
            self.strength - top,
            self.strength - total / near,
        ]

    def _since(self) -> Floats:
        """Return how long the same pitch has been silent, in seconds, 1 at most."""
        since = np.full(len(self.start), 1.0)
        for own in self._of_pitch.values():
            since[own[1:]] = (self.start[own[1:]] - self.stop[own[:-1]]) * 0.0116
        return np.asarray(np.clip(since, -0.1, 1.0), np.float64)

    def _chord(self) -> tuple[Floats, Floats]:
        """Return how many notes begin with each, itself included, and the strength of the strongest of them."""
        count, top = np.ones(len(self.start)), self.strength.copy()
        for step in range(1, min(_MOST_BESIDE, len(self.start))):
            joined = self.start[step:] - self.start[:-step] <= _CHORD
            if not joined.any():
                break
            for own, other in ((slice(step, None), slice(None, -step)), (slice(None, -step), slice(step, None))):
                count[own] += joined
                top[own] = np.maximum(top[own], np.where(joined, self.strength[other], 0.0))
        return count, top

    @staticmethod
    def _window_sums(start: Ints, values: Floats, reach: int) -> tuple[Floats, Floats]:
        """Return how many notes begin within ``reach`` frames, and the sum of their values."""
        sums = np.concatenate([[0.0], np.cumsum(values)])
        first, last = np.searchsorted(start, start - reach), np.searchsorted(start, start + reach, side="right")
        return (last - first).astype(np.float64), sums[last] - sums[first]

    def in_the_song(self) -> list[Floats]:
        same, same_strength = np.zeros(len(self.start)), np.zeros(len(self.start))
        for own in self._of_pitch.values():
            near, total = self._window_sums(self.start[own], self.strength[own], _PASSAGE)
            same[own], same_strength[own] = np.log(near), total / near
        self._same = same
        density = np.log1p(self._window_sums(self.start, self.strength, _PHRASE)[0])
        in_song = self.strength - np.quantile(self.strength, 0.8)
        onset_in_song = self.onset - np.quantile(self.onset, 0.8)
        return [same, same_strength, in_song, onset_in_song, density]

    def around(self) -> list[Floats]:
        note, onset = self._posteriors.note, self._posteriors.onset
        before = self._gather(note, range(-6, -2)).mean(axis=1)
        rise = self._gather(note, range(6)).max(axis=1) - before
        beside = np.max([self._gather(onset, range(-2, 3), shift) for shift in (-1, 0, 1)], axis=0).mean(axis=1)
        sounds = [self._gather(note, range(8), shift).mean(axis=1) for shift in (-12, -19, 12)]
        return [before, rise, self.strength * self.onset, self._same * self.strength, beside, *sounds]

    def on_other_keys(self) -> list[Floats]:
        """Return what begins and sounds on keys that could be its partials, or it theirs, and how it stands out."""
        note, onset = self._posteriors.note, self._posteriors.onset
        begin = [self._gather(onset, range(-3, 4), shift).max(axis=1) for shift in _ONSETS_AT]
        sound = [self._gather(note, range(8), shift).mean(axis=1) for shift in _SOUNDS_AT]
        prominence = self.onset - self._gather(onset, range(-9, -3)).min(axis=1)
        dip = self._gather(note, range(-16, -8)).mean(axis=1) - self._gather(note, range(-6, 2)).min(axis=1)
        near = np.clip(self.start[:, None] + np.arange(-2, 3), 0, len(onset) - 1)
        strongest, total = onset.max(axis=1).astype(np.float64), onset.sum(axis=1, dtype=np.float64)
        lowest = np.quantile(self.midi[self.strength >= np.median(self.strength)], 0.05)
        low = np.maximum(_LOW_MIDI - self.midi, 0) / 12.0
        goes_on = (self._since() <= 0.03).astype(np.float64)
        partials = np.minimum(np.stack(begin[7:]), self.onset).sum(axis=0)
        return [
            *(*begin, *sound, prominence, dip),
            *(
                strongest[near].max(axis=1) - self.onset,
                total[near].max(axis=1) / 6.0,
                (self.midi - lowest) / 12.0,
                low,
            ),
            *(low * self.strength, low * self.onset, goes_on, partials),
        ]

"""Each voice over each backing: phrases brought to the length of a slot, and their scores in every key."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tonmeister.capabilities.mashing.hearing import PARTS_PER_BEAT, StemCurves
from tonmeister.capabilities.mashing.params import MatchParts, PhraseRow, SongCard
from tonmeister.dsp.mashability import (
    WEIGHTS,
    beside_other_keys,
    fold_tempo,
    measure_balance,
    measure_clashes,
    measure_dissonance,
    measure_harmony,
    measure_overlap,
    measure_rhythm,
    tempo_cost,
    tonal_intervals,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tonmeister.capabilities.mashing.plan import MashStem, TempoFactor

    Floats = NDArray[np.float64]

TEMPLATE_BEATS = 16
LEAST_VOICE = 0.25
"""A phrase leads if its voice sounds in at least this part of it."""
LEAST_SOUNDING = 0.5
"""A stem sounds in a phrase if it does in at least this part of its bars; a melody leads where it sounds."""
BLEED = {"good": 0.15, "fair": 0.35, "poor": 0.8, "absent": 0.0, None: 0.35}
"""How much of a voice stays in the backing, by the grade of the stems."""
FACTORS: dict[int, TempoFactor] = {-1: "half", 0: "same", 1: "double"}


@dataclass(frozen=True)
class Material:
    """A song's phrases in the length of a slot, its beats counted as suits the others.

    Arrays have a row for each phrase; the beats are those of the mashup.
    """

    card: SongCard
    rows: tuple[PhraseRow, ...]
    factor: TempoFactor
    lead_stem: MashStem
    can_lead: NDArray[np.bool_]
    sounds: NDArray[np.bool_]
    """Whether drums, bass and other sound: shape (phrases, 3)."""
    n_hollow: NDArray[np.int64]
    """In how many beats next to nothing of them is heard: shape (phrases,)."""
    lead_classes: Floats
    backing_classes: Floats
    lead_energy: Floats
    backing_energy: Floats
    voice: Floats
    lead_template: Floats
    backing_template: Floats
    lead_bands: Floats
    backing_bands: Floats
    mean_classes: Floats

    @property
    def letter(self) -> str:
        """The song's letter."""
        return self.card.songId

    @property
    def counted_bpm(self) -> float:
        """Its tempo, counted as suits the others."""
        return self.card.tempo_bpm * {"half": 0.5, "same": 1.0, "double": 2.0}[self.factor]


def letter_of(number: int) -> str:
    """Return a song's letter; behind Z come AA, AB ..."""
    high, low = divmod(number, 26)
    return (chr(ord("A") + high - 1) if high else "") + chr(ord("A") + low)


def choose_folds(tempi_bpm: Sequence[float], target_bpm: float | None = None) -> list[int]:
    """Return for each song whether its beats count half (-1), as they are or double (1), so that tempi lie near.

    Near a tempo where one is given, else near each other.
    """
    if target_bpm is not None:
        return [fold_tempo(tempo, target_bpm) for tempo in tempi_bpm]
    candidates = [tempo * 2.0**fold for tempo in tempi_bpm for fold in (-1, 0, 1)]

    def spread(target: float) -> tuple[float, float]:
        away = [abs(math.log2(tempo * 2.0 ** fold_tempo(tempo, target) / target)) for tempo in tempi_bpm]
        folds = sum(abs(fold_tempo(tempo, target)) for tempo in tempi_bpm)
        return round(max(away) + sum(away) / len(away), 6), folds

    target = min(candidates, key=spread)
    return [fold_tempo(tempo, target) for tempo in tempi_bpm]


def bring_to_slots(
    card: SongCard,
    phrases: Sequence[PhraseRow],
    curves: StemCurves,
    edges_s: Floats,
    *,
    number: int,
    fold: int,
    n_bars: int,
) -> Material:
    """Return a song's phrases of ``n_bars`` bars of the mashup each; what is shorter is left out.

    ``edges_s`` tells where its beats lie, see `bar_edges`: phrases of the analysis may be longer than a slot.
    """
    letter = letter_of(number)
    n_source = {-1: 2 * n_bars, 0: n_bars, 1: max(1, n_bars // 2)}[fold]
    starts = [phrase.start_bar for phrase in phrases if phrase.start_bar + n_source <= len(curves.voice)]
    by_start = {phrase.start_bar: phrase for phrase in phrases}
    rows = tuple(
        _row(by_start, start, n_source, f"{letter}{at + 1}", letter, curves, edges_s) for at, start in enumerate(starts)
    )
    is_sung = curves.is_sung
    cut = _Cut(curves, starts, n_source, fold)
    level = 10 ** (cut.beats(curves.level_db) / 10)
    lead_energy = level[..., 3] if is_sung else level[..., 2]
    voice = cut.beats(curves.voice)
    song_sounds = curves.sounds
    pieces = [song_sounds[start : start + n_source].mean(axis=0) for start in starts]
    sounds = np.array(pieces).reshape(-1, 3) >= LEAST_SOUNDING
    backing_classes = cut.beats(curves.backing_classes)
    return Material(
        card=card.model_copy(update={"songId": letter}),
        rows=rows,
        factor=FACTORS[fold],
        lead_stem="vocals" if is_sung else "other",
        can_lead=np.array([np.mean(v > 0.5) >= LEAST_VOICE for v in voice] if is_sung else sounds[:, 2], bool),
        sounds=sounds,
        n_hollow=np.rint(cut.beats(curves.is_hollow.astype(np.float64)).sum(axis=1)).astype(np.int64),
        lead_classes=cut.beats(curves.lead_classes),
        backing_classes=backing_classes,
        lead_energy=lead_energy,
        backing_energy=level[..., :3].sum(axis=-1),
        voice=voice,
        lead_template=cut.template(curves.lead_strokes),
        backing_template=cut.template(curves.backing_strokes),
        lead_bands=cut.beats(curves.lead_bands).mean(axis=1),
        backing_bands=cut.beats(curves.backing_bands).mean(axis=1),
        mean_classes=backing_classes.mean(axis=1),
    )


class _Cut:
    """Cuts curves into phrases on the beats of the mashup."""

    def __init__(self, curves: StemCurves, starts: Sequence[int], n_source: int, fold: int):
        self._starts, self._n_source, self._fold = starts, n_source, fold
        self._n_beats = curves.voice.shape[1]

    def beats(self, curve: NDArray[np.floating]) -> Floats:
        """Return shape (phrases, beats, ...)."""
        return self._folded(self._pieces(curve), 1)

    def template(self, strokes: NDArray[np.floating]) -> Floats:
        """Return the mean strokes of `TEMPLATE_BEATS` beats, shape (phrases, parts, 2)."""
        pieces = self._folded(self._pieces(strokes), PARTS_PER_BEAT)
        length = min(TEMPLATE_BEATS * PARTS_PER_BEAT, pieces.shape[1])
        n_turns = pieces.shape[1] // length
        kept = pieces[:, : n_turns * length]
        return np.asarray(kept.reshape(len(pieces), n_turns, length, 2).mean(axis=1))

    def _pieces(self, curve: NDArray[np.floating]) -> Floats:
        if not self._starts:
            return np.zeros((0, self._n_source * curve.shape[1], *curve.shape[2:]))
        pieces = [curve[start : start + self._n_source] for start in self._starts]
        return np.stack([piece.reshape(-1, *piece.shape[2:]) for piece in pieces]).astype(np.float64)

    def _folded(self, pieces: Floats, n_parts: int) -> Floats:
        if self._fold == 0:
            return pieces
        if self._fold == 1 and n_parts == 1:
            return np.repeat(pieces, 2, axis=1)
        if self._fold == 1:
            wide = np.zeros((pieces.shape[0], 2 * pieces.shape[1], *pieces.shape[2:]))
            wide[:, ::2] = pieces
            return wide
        pairs = pieces.reshape(pieces.shape[0], pieces.shape[1] // 2, 2, *pieces.shape[2:])
        return np.asarray(pairs.mean(axis=2) if n_parts == 1 else pairs.max(axis=2))


def _row(
    by_start: dict[int, PhraseRow],
    start: int,
    n_source: int,
    name: str,
    letter: str,
    curves: StemCurves,
    edges_s: Floats,
) -> PhraseRow:
    covered = [phrase for at, phrase in by_start.items() if start <= at < start + n_source]
    loud = [10 ** (phrase.loudness_lufs / 10) for phrase in covered if phrase.loudness_lufs is not None]
    return by_start[start].model_copy(
        update={
            "id": name,
            "songId": letter,
            "n_bars": n_source,
            "end_s": round(float(edges_s[start + n_source - 1, -1]), 3),
            "energy_1_10": round(sum(phrase.energy_1_10 for phrase in covered) / len(covered)),
            "vocal_share": round(float(np.mean(curves.voice[start : start + n_source] > 0.5)), 3),
            "loudness_lufs": round(10 * math.log10(sum(loud) / len(loud)), 1) if loud else None,
        }
    )


@dataclass(frozen=True)
class Scores:
    """One song's leads over another's backings.

    ``total`` and each of ``parts`` have the shape (12, leads, backings) or one that broadcasts to it; the first axis is
    the lead's move upwards in semitones. ``total`` runs from 0 to 100, the parts from 0 to 1.
    """

    lead: str
    backing: str
    total: Floats
    parts: dict[str, Floats]

    def parts_at(self, shift: int, lead: int, backing: int) -> MatchParts:
        """Return the parts of one pair, in percent."""
        return parts_model({name: float(self._at(part, shift, lead, backing)) for name, part in self.parts.items()})

    def mean_parts(self, shift: int, pairs: Sequence[tuple[int, int]]) -> MatchParts:
        """Return the parts as means over pairs."""
        means = {
            name: float(np.mean([self._at(part, shift, lead, backing) for lead, backing in pairs]))
            for name, part in self.parts.items()
        }
        return parts_model(means)

    def _at(self, part: Floats, shift: int, lead: int, backing: int) -> float:
        return float(np.broadcast_to(part, self.total.shape)[shift % 12, lead, backing])


def parts_model(shares: dict[str, float]) -> MatchParts:
    """Return parts from 0 to 1 in percent."""
    return MatchParts(**{f"{name}_percent": round(100 * share, 1) for name, share in shares.items()})


def score_songs(lead: Material, backing: Material) -> Scores:
    """Score every phrase of one song over every phrase of another, in every key; the tempi meet half-way."""
    weights = lead.voice if lead.lead_stem == "vocals" else np.ones_like(lead.voice)
    weights = weights + 1e-3
    harmony = (1 + measure_harmony(lead.lead_classes, backing.backing_classes, weights)) / 2
    front, back = _even_energy(lead.lead_energy), _even_energy(backing.backing_energy)
    dissonance = measure_dissonance(
        tonal_intervals(lead.lead_classes), tonal_intervals(backing.backing_classes), front, back
    )
    clashes = measure_clashes(lead.lead_classes, backing.backing_classes)
    bleed = BLEED.get(backing.card.stems_grade, BLEED[None])
    parts: dict[str, Floats] = {
        "harmony": harmony,
        "consonance": beside_other_keys(dissonance + 2 * clashes),
        "rhythm": measure_rhythm(lead.lead_template, backing.backing_template)[np.newaxis],
        "balance": measure_balance(_even_bands(lead.lead_bands), _even_bands(backing.backing_bands))[np.newaxis],
        "voice_room": 1 - bleed * measure_overlap(lead.voice, backing.voice)[np.newaxis],
        "tempo": np.full((1, 1, 1), 1 - min(1.0, float(pair_tempo_cost(lead.counted_bpm, backing.counted_bpm)))),
    }
    total = sum(WEIGHTS[name] * part for name, part in parts.items())
    return Scores(lead.letter, backing.letter, 100 * np.broadcast_to(total, harmony.shape), parts)


def pair_tempo_cost(lead_bpm: float, backing_bpm: float) -> float:
    """Return what it costs to let two tempi meet half-way."""
    return float(tempo_cost(math.sqrt(lead_bpm / backing_bpm)))


def _even_energy(energy: Floats) -> Floats:
    """Bring phrases to the same mean: lead and backing are matched in loudness."""
    root = np.sqrt(energy)
    return np.asarray(root / np.maximum(root.mean(axis=1, keepdims=True), 1e-9))


def _even_bands(bands: Floats) -> Floats:
    return np.asarray(bands / np.maximum(bands.sum(axis=1, keepdims=True), 1e-12))


def signed_shift(shift: int) -> int:
    """Return a move upwards by 0 to 11 semitones as the nearer one, from -5 to 6."""
    return (shift + 5) % 12 - 5

"""Songs brought together: described one by one, checked beside each other, their beats counted alike."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tonmeister.capabilities.mashing.belonging import Known, check_own_songs
from tonmeister.capabilities.mashing.correcting import Told, analyse, check_metres, correction_of, doubts_of, told_of
from tonmeister.capabilities.mashing.grid import bar_edges
from tonmeister.capabilities.mashing.hearing import StemCurves
from tonmeister.capabilities.mashing.phrases import check_song
from tonmeister.capabilities.mashing.scores import (
    Material,
    Scores,
    bring_to_slots,
    choose_folds,
    letter_of,
    score_songs,
)
from tonmeister.capabilities.mashing.showing import Shown
from tonmeister.core.errors import CombinationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from tonmeister.capabilities.mashing.params import PhrasesResult
    from tonmeister.capabilities.mashing.plan import Correction, Plan, TempoFactor
    from tonmeister.core.context import Context

FOLDS: dict[TempoFactor, int] = {"half": -1, "same": 0, "double": 1}
OFFSETS_BARS = (1, 2, 3)
SAME_SOUND = 0.9
"""Correlation of level and of pitch classes from which on two files hold one recording."""
FEWEST_SAME_BEATS = 32
LEAST_LEVEL_DB = -60.0
"""Below this a beat is silent."""
_LARGEST_LAG_BEATS = 8


@dataclass(frozen=True)
class Song:
    """A song as it was described; ``sha256`` is of its file, ``correction`` what its analysis was told."""

    described: PhrasesResult
    curves: StemCurves
    fold: int
    sha256: str | None = None
    correction: Correction | None = None

    @functools.cached_property
    def edges_s(self) -> NDArray[np.float64]:
        """Where the beats of its bars lie, see `bar_edges`."""
        given = self.described
        return bar_edges(given.beats_s, given.downbeats, self.curves.voice.shape[1], given.song.duration_s)


@dataclass(frozen=True)
class Gathering:
    """Songs, their phrases in the length of a slot, and the scores of each over each, its own backing too."""

    songs: tuple[Song, ...]
    materials: tuple[Material, ...]
    n_bars: int
    warnings: tuple[str, ...]

    def paired(self, one: int, other: int) -> Gathering:
        """Return two of the songs by themselves, their beats counted as suits these two."""
        numbers = (one, other)
        songs = [self.songs[number] for number in numbers]
        folds = choose_folds([song.described.song.tempo_bpm for song in songs])
        if folds == [song.fold for song in songs]:
            materials = tuple(self.materials[number] for number in numbers)
            return Gathering(tuple(songs), materials, self.n_bars, self.warnings)
        counted = tuple(dataclasses.replace(song, fold=fold) for song, fold in zip(songs, folds, strict=True))
        return Gathering(
            counted,
            tuple(_material(song, number, self.n_bars) for song, number in zip(counted, numbers, strict=True)),
            self.n_bars,
            self.warnings,
        )

    def scores(self) -> dict[tuple[str, str], Scores]:
        """Score every song's lead over every song's backing."""
        return {
            (lead.letter, backing.letter): score_songs(lead, backing)
            for lead in self.materials
            for backing in self.materials
        }

    def best_offset(self, scores: Scores, shift: int, lead: int, backing: int) -> int:
        """Return by how many bars the backing is best begun later; 0 unless that is clearly better."""
        front = next(material for material in self.materials if material.letter == scores.lead)
        number = next(n for n, material in enumerate(self.materials) if material.letter == scores.backing)
        song, back = self.songs[number], self.materials[number]
        best, found = float(scores.total[shift % 12, lead, backing]) + 1.0, 0
        row = back.rows[backing]
        later = [row.model_copy(update={"start_bar": row.start_bar + offset}) for offset in OFFSETS_BARS]
        # what would end behind the song is left out: the last ones
        moved = bring_to_slots(
            song.described.song, later, song.curves, song.edges_s, number=number, fold=song.fold, n_bars=self.n_bars
        )
        if moved.rows:
            totals = score_songs(_only(front, lead), moved).total[shift % 12, 0]
            for offset, total in zip(OFFSETS_BARS, totals.tolist(), strict=False):
                if total > best:
                    best, found = total, offset
        return found


def _material(song: Song, number: int, n_bars: int) -> Material:
    described = song.described
    return bring_to_slots(
        described.song, described.phrases, song.curves, song.edges_s, number=number, fold=song.fold, n_bars=n_bars
    )


def _only(material: Material, at: int) -> Material:
    """Return one phrase of the material."""
    cut: dict[str, Any] = {
        name: value[at : at + 1] if isinstance(value, np.ndarray) else value for name, value in vars(material).items()
    }
    return Material(**{**cut, "rows": material.rows[at : at + 1]})


def gather(
    files: Sequence[str],
    given: Mapping[str, Any],
    n_bars: int,
    ctx: Context,
    tell: Callable[[float, str], None],
    *,
    corrections: Sequence[Correction] = (),
    target_bpm: float | None = None,
    plan: Plan | None = None,
) -> Gathering:
    """Describe the songs and bring their phrases to slots of ``n_bars`` bars, their beats counted to suit a tempo.

    Of a plan, how they are counted and what their analyses were told is taken over; its songs must be these.
    """
    hashes = check_different(files, ctx)
    told = told_of(len(files), corrections, plan)
    notes: tuple[str, ...] = ()
    if plan is None:  # what has been planned with does fit
        _, told, notes = analyse(files, told, ctx, lambda fraction, stage: tell(0.2 * fraction, stage), check_song)
    described: list[PhrasesResult] = ctx.run_all(
        [("mash_phrases", {"file": file, **given, **each}) for file, each in zip(files, told, strict=True)],
        tell=lambda fraction, stage: tell(0.2 + 0.75 * fraction, stage),
        each=Shown(ctx).taken_apart,
    )
    folds = None
    if plan is not None:
        known = [Known.of_card(each.song, sha256) for each, sha256 in zip(described, hashes, strict=True)]
        check_own_songs(plan, known)
        folds = [FOLDS[song.tempo_factor] for song in plan.songs]
        notes = _tell_corrected(described, told, corrections)
    check_metres([song.song.name for song in described], [song.song.metre for song in described])
    tell(0.95, "compare")
    if folds is None:
        folds = choose_folds([song.song.tempo_bpm for song in described], target_bpm)
    songs = tuple(
        Song(
            _in_mashup(song, number), StemCurves.load(ctx.fetch(song.features)), folds[number], hashes[number],
            correction_of(number, told[number]),
        )
        for number, song in enumerate(described)
    )  # fmt: skip
    materials = tuple(_material(song, number, n_bars) for number, song in enumerate(songs))
    for material in materials:
        if not material.rows:
            counted = {"half": ", two of which make one here", "double": ", each of which makes two here"}
            raise CombinationError(
                f"{material.card.name} has no phrase of {n_bars} bars: it has {material.card.n_bars} bars in all"
                f"{counted.get(material.factor, '')}.",
                field="n_phrase_bars", value=n_bars, bound=material.card.n_bars, remedy="Choose shorter phrases.",
            )  # fmt: skip
    return Gathering(songs, materials, n_bars, (*notes, *_tell_same(songs, materials), *_warnings(materials)))


def _in_mashup(song: PhrasesResult, number: int) -> PhrasesResult:
    """Return the song with the remedies that a mashup has for what its analysis doubts."""
    warnings = (*doubts_of(song.song, letter_of(number)), *song.song.warnings)
    return song.model_copy(update={"song": song.song.model_copy(update={"warnings": warnings})})


def _tell_corrected(
    described: Sequence[PhrasesResult], told: Sequence[Told], corrections: Sequence[Correction]
) -> tuple[str, ...]:
    """Tell of metres that a plan was made with and nobody has named now."""
    named = {correction.songId for correction in corrections}
    return tuple(
        f"{letter_of(number)} ({song.song.name}) is counted in {each['metre']}, as when the plan was made."
        for number, (song, each) in enumerate(zip(described, told, strict=True))
        if "metre" in each and letter_of(number) not in named
    )


def _tell_same(songs: Sequence[Song], materials: Sequence[Material]) -> Iterator[str]:
    for one, other in itertools.combinations(range(len(songs)), 2):
        if are_same(songs[one].curves, songs[other].curves):
            names = [f"{material.letter} ({material.card.name})" for material in (materials[one], materials[other])]
            yield f"{names[0]} and {names[1]} are the same recording: a mashup of them is the song over itself."


def are_same(one: StemCurves, other: StemCurves) -> bool:
    """Tell whether two songs are one recording, whatever its file, level and tags: they sound alike beat by beat."""
    rows = [_beat_rows(curves) for curves in (one, other)]
    for lag in range(-_LARGEST_LAG_BEATS, _LARGEST_LAG_BEATS + 1):
        first = [part[max(0, lag) :] for part in rows[0]]
        second = [part[max(0, -lag) :] for part in rows[1]]
        n = min(len(first[0]), len(second[0]))
        # most of both: two songs that share a sample are not the same
        if n < max(FEWEST_SAME_BEATS, 0.8 * max(len(part[0]) for part in rows)):
            continue
        if all(_correlation(a[:n], b[:n]) >= SAME_SOUND for a, b in zip(first, second, strict=True)):
            return True
    return False


def _beat_rows(curves: StemCurves) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return level and pitch classes of the beats, one row each.

    All stems count together: what leaks from one into another differs between two files of a recording.
    """
    classes = np.concatenate([curves.lead_classes, curves.backing_classes], axis=-1).astype(np.float64)
    power = np.sum(10 ** (curves.level_db.astype(np.float64) / 10), axis=-1)
    level_db = np.maximum(10 * np.log10(np.maximum(power, 1e-12)), LEAST_LEVEL_DB)
    return level_db.reshape(-1, 1), classes.reshape(-1, classes.shape[-1])


def _correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Return how alike rows change: each column by itself counts from its mean."""
    a, b = one - one.mean(axis=0), other - other.mean(axis=0)
    return float(np.sum(a * b) / max(1e-12, np.sqrt(np.sum(a * a) * np.sum(b * b))))


def _warnings(materials: Sequence[Material]) -> list[str]:
    found = []
    for material in materials:
        card, what = material.card, f"{material.letter} ({material.card.name})"
        if material.lead_stem == "other":
            found.append(f"{what} has no voice that could be heard: its melody instruments lead instead.")
        if card.stems_grade in ("poor", "absent"):
            found.append(f"{what}: its stems are {card.stems_grade}; much of one will be heard in the others.")
        if material.factor != "same":
            found.append(f"{what}: its {card.tempo_bpm:.1f} BPM are counted {material.factor}.")
        if not card.is_steady:
            found.append(f"{what} was not played to a click: each of its beats is moved to the grid.")
        found += [f"{what}: {text[0].lower()}{text[1:]}" for text in doubts_of(card, material.letter)]
    return found


def check_different(files: Sequence[str], ctx: Context) -> list[str]:
    """Return the sha256 of each song's file; raise `CombinationError` if one is given twice, under whatever name."""
    seen: dict[str, str] = {}
    for file in files:
        with ctx.fetch(file).open("rb") as content:
            sha256 = hashlib.file_digest(content, "sha256").hexdigest()
        if sha256 in seen:
            raise CombinationError(
                f"{ctx.label(file)} and {seen[sha256]} are the same song.",
                field="songs", value=ctx.label(file), remedy="Give different songs.",
            )  # fmt: skip
        seen[sha256] = ctx.label(file)
    return list(seen)


def best_shift(scores: Scores, lead: Material, max_shift_semitones: int) -> tuple[int, float, list[tuple[int, int]]]:
    """Return the lead's best move in pitch, the mean score there, and the pairs that it is the mean of.

    Each phrase that can lead takes its best backing; the better half of those counts. A wider move must earn itself.
    """
    leads = [at for at in range(len(lead.rows)) if lead.can_lead[at]]
    found: tuple[int, float, list[tuple[int, int]]] = (0, 0.0, [])
    best = float("-inf")
    for shift in sorted(range(-max_shift_semitones, max_shift_semitones + 1), key=abs):
        ranked = sorted(
            (
                (float(scores.total[shift % 12, at].max()), at, int(scores.total[shift % 12, at].argmax()))
                for at in leads
            ),
            reverse=True,
        )[: max(1, len(leads) // 2)]
        if ranked:
            mean = sum(score for score, _, _ in ranked) / len(ranked)
            if mean - (shift / 3) ** 2 > best:
                best = mean - (shift / 3) ** 2
                found = shift, mean, [(at, over) for _, at, over in ranked]
    return found

"""Which songs go together, and why."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

from tonmeister.capabilities.mashing.gathering import (
    Gathering,
    best_shift,
    check_different,
    gather,
)
from tonmeister.capabilities.mashing.params import MatchParams, MatchParts, MatchResult, PairScore, SongMatch
from tonmeister.capabilities.mashing.phrases import check_sounding, separation_of
from tonmeister.dsp.mashability import AUDIBLE_RATIO, FREE_RATIO

if TYPE_CHECKING:
    from tonmeister.capabilities.mashing.scores import Material, Scores
    from tonmeister.core.context import Context

N_PAIRS = 40
N_WITH_OFFSET = 12


def match(params: MatchParams, ctx: Context) -> MatchResult:
    """Score every song's voice over every other's backing."""
    ctx.progress(0.0, "listen")
    check_different(params.songs, ctx)
    check_sounding(params.songs, ctx, ctx.part(0.0, 0.02))
    gathered = gather(
        params.songs, separation_of(params), params.n_phrase_bars, ctx, ctx.part(0.02, 0.95),
        corrections=params.corrections,
    )  # fmt: skip
    matches: list[SongMatch] = []
    pairs: list[PairScore] = []
    for one, other in itertools.combinations(range(len(gathered.songs)), 2):
        two = gathered.paired(one, other)
        scores = two.scores()
        found = rate_songs(two, scores, params.max_shift_semitones)
        matches += found
        pairs += best_pairs(two, scores, found)
        ctx.progress(0.95 + 0.04 * (one + 1) / len(gathered.songs), "compare")
    result = MatchResult(
        songs=tuple(material.card for material in gathered.materials),
        matches=tuple(sorted(matches, key=lambda match: -match.score_percent)),
        pairs=tuple(sorted(pairs, key=lambda pair: -pair.score_percent)[:N_PAIRS]),
        phrases=tuple(row for material in gathered.materials for row in material.rows),
        warnings=gathered.warnings,
    )
    ctx.progress(1.0, "done")
    return result


def rate_songs(
    gathered: Gathering, scores: dict[tuple[str, str], Scores], max_shift_semitones: int
) -> tuple[SongMatch, ...]:
    """Return a match for each ordered pair of songs, the best first; songs without a lead give none."""
    found = [
        _rate(gathered, scores[lead.letter, backing.letter], lead, backing, max_shift_semitones)
        for lead in gathered.materials
        for backing in gathered.materials
        if lead is not backing and lead.can_lead.any()
    ]
    return tuple(sorted(found, key=lambda match: -match.score_percent))


def _rate(gathered: Gathering, scores: Scores, lead: Material, backing: Material, max_shift: int) -> SongMatch:
    shift, score, pairs = best_shift(scores, lead, max_shift)
    parts = scores.mean_parts(shift, pairs)
    change = 100 * (lead.counted_bpm / backing.counted_bpm - 1)
    first = pairs[0]
    best = pair_score(gathered, scores, lead, backing, shift, *first, with_offset=True)
    return SongMatch(
        lead=lead.letter,
        backing=backing.letter,
        score_percent=round(score, 1),
        shift_semitones=shift,
        tempo_change_percent=round(change, 1),
        parts=parts,
        best=best,
        reasons=_reasons(parts, lead, backing),
        warnings=_warnings(parts, lead, backing, shift, change),
        recommendations=_recommendations(parts, lead, backing, shift, change, best),
    )


def pair_score(
    gathered: Gathering,
    scores: Scores,
    lead: Material,
    backing: Material,
    shift: int,
    at: int,
    over: int,
    *,
    with_offset: bool = False,
) -> PairScore:
    """Return one lead phrase over one backing phrase."""
    return PairScore(
        lead=lead.rows[at].id,
        backing=backing.rows[over].id,
        score_percent=round(float(scores.total[shift % 12, at, over]), 1),
        shift_semitones=shift,
        n_offset_bars=gathered.best_offset(scores, shift, at, over) if with_offset else 0,
        parts=scores.parts_at(shift, at, over),
    )


def best_pairs(
    gathered: Gathering, scores: dict[tuple[str, str], Scores], matches: tuple[SongMatch, ...]
) -> tuple[PairScore, ...]:
    """Return the best pairs of phrases, each pair of songs at its best shift."""
    by_letter = {material.letter: material for material in gathered.materials}
    ranked = []
    for match in matches:
        total = scores[match.lead, match.backing].total[match.shift_semitones % 12]
        lead = by_letter[match.lead]
        for at in range(len(lead.rows)):
            if lead.can_lead[at]:
                ranked += [(-float(total[at, over]), match, at, over) for over in range(total.shape[1])]
    ranked.sort(key=lambda entry: entry[0])
    return tuple(
        pair_score(
            gathered, scores[match.lead, match.backing], by_letter[match.lead], by_letter[match.backing],
            match.shift_semitones, at, over, with_offset=number < N_WITH_OFFSET,
        )
        for number, (_, match, at, over) in enumerate(ranked[:N_PAIRS])
    )  # fmt: skip


def _reasons(parts: MatchParts, lead: Material, backing: Material) -> tuple[str, ...]:
    words = {
        "harmony_percent": "their harmonies move alike",
        "rhythm_percent": "their strokes fall together",
        "balance_percent": "together they fill low, middle and high",
        "consonance_percent": "fewer of their tones clash in this key than in others",
        "tempo_percent": f"their tempi lie near ({lead.counted_bpm:.0f} and {backing.counted_bpm:.0f} BPM)",
    }
    bounds = {"harmony_percent": 65.0, "rhythm_percent": 65.0, "balance_percent": 70.0, "consonance_percent": 65.0,
              "tempo_percent": 99.0}  # fmt: skip
    found = [(getattr(parts, name) - bounds[name], text) for name, text in words.items()]
    return tuple(text for over, text in sorted(found, reverse=True) if over >= 0)


def _warnings(parts: MatchParts, lead: Material, backing: Material, shift: int, change: float) -> tuple[str, ...]:
    found = []
    each = math.sqrt(1 + abs(change) / 100)
    if each > AUDIBLE_RATIO:
        found.append(f"each has to be played {100 * (each - 1):.0f} % faster or slower, which is heard")
    elif each > FREE_RATIO:
        found.append(f"each has to be played {100 * (each - 1):.0f} % faster or slower, which may be heard")
    if abs(shift) >= 3:
        found.append(f"a voice that is moved by {abs(shift)} semitones sounds changed")
    if parts.harmony_percent < 55:
        found.append("their harmonies have little to do with each other")
    if parts.consonance_percent < 40:
        found.append("more of their tones clash in this key than in others")
    if parts.voice_room_percent < 80:
        found.append(f"what is left of the voice of {backing.letter} in its backing gets in the way")
    if lead.card.stems_grade == "poor":
        found.append(f"the lead of {lead.letter} brings much of its own backing along")
    return tuple(found)


def _recommendations(
    parts: MatchParts, lead: Material, backing: Material, shift: int, change: float, best: PairScore
) -> tuple[str, ...]:
    found = []
    if shift:
        found.append(f"move {lead.letter} by {shift:+d} semitones, or {backing.letter} by {-shift:+d}")
    if abs(change) > 100 * (FREE_RATIO - 1):
        faster, slower = (lead, backing) if change > 0 else (backing, lead)
        found.append(f"let {slower.letter} be faster and {faster.letter} slower, so that each changes half as much")
    if best.n_offset_bars:
        found.append(f"begin {best.backing} {best.n_offset_bars} bars into the phrase")
    found.append(f"begin with {best.lead} over {best.backing}")
    if parts.harmony_percent < 55:
        found.append(f"use drums of {backing.letter} rather than all of its backing")
    return tuple(found)

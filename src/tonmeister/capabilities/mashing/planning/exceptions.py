"""Why a plan goes against turns: who leads or plays out of turn, and what keeping to the turn would have cost."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from tonmeister.capabilities.mashing.plan import Remedy
from tonmeister.capabilities.mashing.planning.bands import wanted_bands
from tonmeister.capabilities.mashing.planning.words import listed_numbers, names_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from tonmeister.capabilities.mashing.planning.costs import Pricing
    from tonmeister.capabilities.mashing.planning.paths import Path

    Floats = NDArray[np.float64]


def exceptions_of(pricing: Pricing, path: Path) -> list[Remedy]:
    """Tell which sections go against turns of leads and bands, and what the best in turn would have cost there."""
    board, aims = pricing.board, pricing.aims
    names, bands = names_of(board), wanted_bands(board, aims)
    lead_songs = np.array([-1 if place is None else place[0] for place in board.leads])
    back_songs = np.array([song for song, _ in board.backings])
    found: dict[str, dict[int, str]] = defaultdict(dict)
    for t, (lead, back) in enumerate(path):
        turn, wanted = aims.slots[t].turn, bands[t]
        leads, plays = int(lead_songs[lead]), int(back_songs[back])
        if turn is not None and leads not in (-1, turn):
            what = f"{names[leads]} leads, though it is the turn of {names[turn]}"
            found[what][t + 1] = _why(pricing, path, t, (lead_songs == turn)[:, np.newaxis])
        if wanted is not None and plays not in wanted:
            due = _either([names[song] for song in sorted(wanted)])
            under = f" under {names[leads]}" if leads >= 0 else ""
            what = f"the instruments of {names[plays]} play{under}, though those of {due} are due"
            if leads == plays:
                what = f"{names[leads]} leads over its own band, though that of {due} is due"
            found[what][t + 1] = _why(pricing, path, t, np.isin(back_songs, sorted(wanted))[np.newaxis])
    return [_remedy(what, why) for what, why in found.items()]


def _either(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def _remedy(what: str, why: Mapping[int, str]) -> Remedy:
    reasons: dict[str, list[int]] = defaultdict(list)
    for number, reason in why.items():
        reasons[reason].append(number)
    told = [f"{reason}{f' ({listed_numbers(at)})' if len(why) > 1 else ''}" for reason, at in reasons.items()]
    where = f"section{'s' if len(why) > 1 else ''} {listed_numbers(list(why))}"
    return Remedy(problem=f"In {where} {what}."[:400], solution=f"Of what keeps to the turn {'; '.join(told)}."[:400])


def _why(pricing: Pricing, path: Path, t: int, is_in_turn: NDArray[np.bool_]) -> str:
    """Return what the best state in turn would cost more in this slot, all else as it is, and for what above all."""
    terms = _terms_at(pricing, path, t)
    limits = pricing.limits(sum(slot.wants_lead for slot in pricing.aims.slots))
    others = [*path[:t], *path[t + 1 :]]
    leads = np.bincount([lead for lead, _ in others], minlength=len(limits.most_lead))
    backs = np.bincount([back for _, back in others], minlength=len(limits.most_backing))
    is_free = (leads < limits.most_lead)[:, np.newaxis] & (backs < limits.most_backing)[np.newaxis]
    is_led = (np.arange(len(limits.most_lead)) > 0)[:, np.newaxis] == (path[t][0] > 0)
    keeps_rules = np.isfinite(pricing.prices.slots[t]) & is_led & is_in_turn
    is_allowed = keeps_rules & is_free
    if not keeps_rules.any():
        return "the rules of the style forbid everything"
    if not is_allowed.any():
        return "all is used elsewhere, as often as phrases may be"
    total = np.where(is_allowed, sum(terms.values()), np.inf)
    best = np.unravel_index(int(total.argmin()), total.shape)
    more = {name: float(term[best] - term[path[t]]) for name, term in terms.items()}
    if sum(more.values()) <= 0:
        return "the best costs no more, but fair shares, or the difference from the first plan, would not be kept"
    lead, back = (int(at) for at in best)
    place = pricing.board.leads[lead]
    what = pricing.board.row(pricing.board.backings[back]).id
    if place is not None:
        what = f"{pricing.board.row(place).id} over {what}"
    most = max(more, key=lambda name: more[name])
    return f"the best, {what}, costs {sum(more.values()):.2f} more, most of it for {most}"


def _terms_at(pricing: Pricing, path: Path, t: int) -> dict[str, Floats]:
    """Return what each term costs for each state of a slot, between the states around it."""
    shape = pricing.prices.slots.shape
    found = {name: np.broadcast_to(term, shape)[t].copy() for name, term in pricing.terms.items()}
    around = [(path[t - 1], True)] if t else []
    around += [(path[t + 1], False)] if t + 1 < len(path) else []
    for (lead, back), is_before in around:
        for name, term in pricing.lead_terms.items():
            step = term[lead] if is_before else term[:, lead]
            found[name] = found.get(name, np.zeros(shape[1:])) + step[:, np.newaxis]
        for name, term in pricing.backing_terms.items():
            step = term[back] if is_before else term[:, back]
            found[name] = found.get(name, np.zeros(shape[1:])) + step[np.newaxis]
    return found

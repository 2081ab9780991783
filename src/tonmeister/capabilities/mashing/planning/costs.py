"""What every phrase costs in every slot, term by term, so that a plan's cost can be told in words."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from tonmeister.capabilities.mashing.planning.bands import CLASH_SHARE, SMALLEST_SHARE, least_bands, tones, wanted_bands
from tonmeister.capabilities.mashing.planning.paths import Limits, Path, Prices
from tonmeister.capabilities.mashing.planning.sounding import BACKING_STEMS, playing_stems, wanted_stems
from tonmeister.dsp.mashability import tempo_cost, tonal_intervals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tonmeister.capabilities.mashing.params import PhraseRow
    from tonmeister.capabilities.mashing.plan import MashStem
    from tonmeister.capabilities.mashing.planning.aims import Aims, Slot
    from tonmeister.capabilities.mashing.scores import Material, Scores

    Floats = NDArray[np.float64]

GOOD_SCORE, SCORE_SPAN = 80.0, 30.0
"""A pair with this score costs nothing, one so many points below costs 1."""
CLASH_SPAN = 0.2
"""Where tones clash, so much further below costs 1 more."""
ENERGY, LABEL, TEMPO, SHIFT = 1.2, 0.15, 0.25, 0.25
NO_LEAD, UNASKED_LEAD = 2.6, 0.9
"""A slot that asks for a lead and has none, beside what tempo and pitch of the lead would cost anyway; and one that has
a lead unasked."""
OFF_TURN: dict[str, float] = {"classic": 0.8, "trade": 1.2, "medley": 0.8, "megamix": 0.8}
OFF_BAND = 0.8
"""What it costs that another's band plays than the one whose turn it is."""
OWN_BACKING: dict[str, float] = {"classic": 1.5, "trade": 0.8, "medley": 0.0, "megamix": 0.3}
"""What it costs that a voice sings over its own backing; what a mashup is not about, and a medley is."""
SILENT, ALL_SILENT = 0.6, 3.0
"""What a stem costs that is silent where it was to play; and where nothing else plays."""
HOLLOW, MOST_HOLLOW = 0.5, 2.5
"""What each beat costs in which nothing is heard where the instruments play alone, up to so much."""
JUMP, OFF_SECTION, OTHER_SONG, HARMONY_JUMP, ENERGY_JUMP = 0.2, 0.15, 0.25, 0.4, 0.3
LEAD_REST, LOOP, LEAD_LOOP = 0.05, 0.12, 0.6
OVERLAP, BACKWARDS = 1.0, 0.2
"""What it costs more that a part of a phrase is heard again at once; and in a medley that a song goes backwards."""


@dataclass(frozen=True)
class Board:
    """All that a plan can be made of.

    Leads are numbered from 1, 0 stands for none; backings from 0. Both run through all songs' phrases.
    """

    materials: tuple[Material, ...]
    scores: dict[tuple[str, str], Scores]

    @cached_property
    def leads(self) -> tuple[tuple[int, int] | None, ...]:
        """For each lead the numbers of song and phrase."""
        found = [
            (n, at) for n, material in enumerate(self.materials) for at in np.flatnonzero(material.can_lead).tolist()
        ]
        return (None, *found)

    @cached_property
    def backings(self) -> tuple[tuple[int, int], ...]:
        """For each backing the numbers of song and phrase."""
        return tuple((n, at) for n, material in enumerate(self.materials) for at in range(len(material.rows)))

    def row(self, place: tuple[int, int]) -> PhraseRow:
        """Return the phrase."""
        return self.materials[place[0]].rows[place[1]]

    @cached_property
    def lead_numbers(self) -> dict[str, int]:
        """Number of each lead by its name."""
        return {self.row(place).id: n for n, place in enumerate(self.leads) if place is not None}

    @cached_property
    def backing_numbers(self) -> dict[str, int]:
        """Number of each backing by its name."""
        return {self.row(place).id: n for n, place in enumerate(self.backings)}

    def place_of(self, name: str | None) -> tuple[int, int] | None:
        """Return where a phrase of this name is; None if there is none."""
        number = None if name is None else self.backing_numbers.get(name)
        return None if number is None else self.backings[number]

    def sounds(self, place: tuple[int, int]) -> frozenset[MashStem]:
        """Return which stems of the band sound in a phrase."""
        row = self.materials[place[0]].sounds[place[1]].tolist()
        return frozenset(stem for stem, does in zip(BACKING_STEMS, row, strict=True) if does)

    def score(self, lead: int, backing: int, shifts: tuple[int, ...]) -> float:
        """Return how well a lead goes with a backing when the songs are moved like this."""
        place = self.leads[lead]
        assert place is not None
        (song, at), (other, over) = place, self.backings[backing]
        scores = self.scores[self.materials[song].letter, self.materials[other].letter]
        return float(scores.total[(shifts[song] - shifts[other]) % 12, at, over])

    def is_own(self, lead: int, backing: int) -> bool:
        """Tell whether a lead is laid over the very phrase that it comes from."""
        return self.leads[lead] == self.backings[backing]

    def score_tables(self, shifts: tuple[int, ...]) -> tuple[Floats, Floats]:
        """Return scores, and how tones go together, of all leads over all backings: shapes (leads, backings).

        Both are nan where nothing leads.
        """
        table = np.full((len(self.leads), len(self.backings)), np.nan)
        tuned = table.copy()
        for a, lead in enumerate(self.materials):
            rows = [n for n, place in enumerate(self.leads) if place is not None and place[0] == a]
            own = [place[1] for place in self.leads if place is not None and place[0] == a]
            for b, backing in enumerate(self.materials):
                columns = [n for n, place in enumerate(self.backings) if place[0] == b]
                scores, shift = self.scores[lead.letter, backing.letter], (shifts[a] - shifts[b]) % 12
                if rows:
                    table[np.ix_(rows, columns)] = scores.total[shift][own]
                    tuned[np.ix_(rows, columns)] = tones(scores, shift)[own]
        return table, tuned


def price(board: Board, aims: Aims) -> Pricing:
    """Price everything for these aims."""
    return Pricing(board, aims)


class Pricing:
    """Prices of a board under aims, kept term by term."""

    def __init__(self, board: Board, aims: Aims):
        self.board, self.aims = board, aims
        self._levels = _energy_levels(board)
        self.terms: dict[str, Floats] = {
            "harmony and sound": self._fit(),
            "own backing": self._own(),
            "energy": self._energy(),
            "form": self._form(),
            "turns": self._turns(),
            "missing lead": self._missing(),
            "silent stems": self._silent(),
            "tempo": self._per_song(self._tempo_costs()),
            "pitch": self._per_song(*self._shift_costs()),
        }
        self.lead_terms = self._lead_terms()
        self.backing_terms = self._backing_terms()

    @cached_property
    def prices(self) -> Prices:
        """All terms together, infinite where a rule forbids it."""
        shape = (len(self.aims.slots), len(self.board.leads), len(self.board.backings))
        total = np.zeros(shape)
        for term in self.terms.values():
            total = total + term
        total = total + self._forbidden()
        return Prices(total, sum(self.lead_terms.values(), np.zeros(1)), sum(self.backing_terms.values(), np.zeros(1)))

    def term_costs(self, path: Path) -> dict[str, float]:
        """Return what each term costs along a way."""
        found: dict[str, float] = {}
        for name, term in self.terms.items():
            whole = np.broadcast_to(term, self.prices.slots.shape)
            found[name] = float(sum(whole[t, lead, back] for t, (lead, back) in enumerate(path)))
        steps = list(itertools.pairwise(path))
        for name, term in self.lead_terms.items():
            found[name] = found.get(name, 0.0) + float(sum(term[a[0], b[0]] for a, b in steps))
        for name, term in self.backing_terms.items():
            found[name] = found.get(name, 0.0) + float(sum(term[a[1], b[1]] for a, b in steps))
        return found

    def limits(self, n_lead_slots: int) -> Limits:
        """Return how often phrases may be used, and how long each song must lead."""
        board, style = self.board, self.aims.style
        n_leads = len(board.leads) - 1
        n_allowed = n_leads
        if style == "classic":
            n_allowed = sum(place is not None and place[0] == self.aims.lead for place in board.leads)
        most = 1 if n_lead_slots <= n_allowed else max(2, -(-n_lead_slots // max(1, n_allowed)))
        most_lead = np.full(n_leads + 1, most)
        most_lead[0] = len(self.aims.slots)
        n_slots = len(self.aims.slots)
        most_backing = np.full(len(board.backings), max(2, -(-2 * n_slots // max(1, len(board.backings)))))
        groups = np.array([-1 if place is None else place[0] for place in board.leads])
        leaders = sorted({place[0] for place in board.leads if place is not None})
        least = np.zeros(len(board.materials), np.int64)
        if style != "classic" and len(leaders) > 1:
            each = SMALLEST_SHARE * 2 / len(leaders) * n_lead_slots
            for song in leaders if n_lead_slots >= len(leaders) else ():
                # more than its phrases allow cannot be asked of a song
                n_able = most * sum(place is not None and place[0] == song for place in board.leads)
                least[song] = min(math.ceil(each - 1e-9), n_able)
        backing_groups = np.array([song for song, _ in board.backings])
        n_able_backs = np.bincount(backing_groups, minlength=len(least)) * most_backing[0]
        least_backing = np.minimum(np.array(least_bands(board, self.aims)), n_able_backs)
        return Limits(most_lead, most_backing, groups, least, backing_groups, least_backing)

    def _grid(self) -> Floats:
        return np.zeros((1, len(self.board.leads), len(self.board.backings)))

    def _fit(self) -> Floats:
        table, tuned = self.board.score_tables(self.aims.shifts)
        cost = np.maximum(GOOD_SCORE - table, 0) / SCORE_SPAN + np.maximum(CLASH_SHARE - tuned, 0) / CLASH_SPAN
        return np.asarray(np.nan_to_num(cost, nan=0.0)[np.newaxis])

    def _same_song(self) -> NDArray[np.bool_]:
        leads = np.array([-1 if place is None else place[0] for place in self.board.leads])
        backs = np.array([place[0] for place in self.board.backings])
        return np.asarray(leads[:, np.newaxis] == backs[np.newaxis])

    def _own(self) -> Floats:
        return np.asarray(OWN_BACKING[self.aims.style] * self._same_song()[np.newaxis].astype(np.float64))

    def _energy(self) -> Floats:
        leads, backs = self._levels
        reached = 0.35 * leads[:, np.newaxis] + 0.65 * backs[np.newaxis]
        reached[0] = backs - 0.1
        wanted = np.array([slot.energy for slot in self.aims.slots])
        return np.asarray(ENERGY * np.abs(reached[np.newaxis] - wanted[:, np.newaxis, np.newaxis]))

    def _form(self) -> Floats:
        leads = ["" if place is None else self.board.row(place).label for place in self.board.leads]
        backs = [self.board.row(place).label for place in self.board.backings]
        cost = np.zeros((len(self.aims.slots), len(leads), len(backs)))
        for t, slot in enumerate(self.aims.slots):
            cost[t] += LABEL * np.array([_is_amiss(slot, label) for label in leads])[:, np.newaxis]
            cost[t] += LABEL * np.array([_is_amiss(slot, label) for label in backs])[np.newaxis]
        return cost

    def _turns(self) -> Floats:
        cost = np.zeros((len(self.aims.slots), len(self.board.leads), len(self.board.backings)))
        leads = np.array([-1 if place is None else place[0] for place in self.board.leads])
        backs = np.array([place[0] for place in self.board.backings])
        bands = wanted_bands(self.board, self.aims)
        for t, (slot, wanted) in enumerate(zip(self.aims.slots, bands, strict=True)):
            if slot.turn is not None:
                off = OFF_TURN[self.aims.style]
                cost[t] += off * ((leads >= 0) & (leads != slot.turn))[:, np.newaxis]
                if self.aims.style == "medley":
                    cost[t] += off * (backs != slot.turn)[np.newaxis]
            if wanted is not None:
                cost[t] += OFF_BAND * ~np.isin(backs, sorted(wanted))[np.newaxis]
        return cost

    def _missing(self) -> Floats:
        cost = np.zeros((len(self.aims.slots), len(self.board.leads), 1))
        # Songs far apart in tempo or key have that price whoever leads: it is no reason for silence.
        anyway = np.add(self._tempo_costs(), self._shift_costs()[0])
        for t, slot in enumerate(self.aims.slots):
            song = self.aims.lead if slot.turn is None else slot.turn
            cost[t, 0] = NO_LEAD + anyway[song] if slot.wants_lead else 0.0
            if slot.wants_lead and slot.label == "chorus":
                cost[t, 0] += 0.5
            cost[t, 1:] = 0.0 if slot.wants_lead else UNASKED_LEAD
        return cost

    def _silent(self) -> Floats:
        """Return what stems cost that are silent where they were to play; a song as it is may be as it is."""
        board, own = self.board, self._same_song()
        tunes = np.array([p is not None and board.materials[p[0]].lead_stem == "other" for p in board.leads])
        hollow = np.array([board.materials[song].n_hollow[at] for song, at in board.backings])
        cost = np.zeros((len(self.aims.slots), *own.shape))
        for t, slot in enumerate(self.aims.slots):
            cost[t, 0] = self._lacks(slot, is_guest=False, is_melody=False) + np.minimum(HOLLOW * hollow, MOST_HOLLOW)
            for is_melody in (False, True):
                lacks = self._lacks(slot, is_guest=True, is_melody=is_melody)
                cost[t, 1:] += np.where((tunes[1:, np.newaxis] == is_melody) & ~own[1:], lacks, 0.0)
        return cost

    def _lacks(self, slot: Slot, *, is_guest: bool, is_melody: bool) -> Floats:
        """Return for each backing what it costs that stems are silent in it."""
        wanted = wanted_stems(self.aims.style, slot, is_guest=is_guest, is_melody=is_melody)
        found = []
        for place in self.board.backings:
            sounds = self.board.sounds(place)
            is_played = bool(playing_stems(wanted, sounds, is_melody=is_melody))
            found.append(SILENT * sum(stem not in sounds for stem in wanted) if is_played else ALL_SILENT)
        return np.array(found)

    def _tempo_costs(self) -> list[float]:
        return [
            TEMPO * min(4.0, float(tempo_cost(self.aims.tempo_bpm / material.counted_bpm)))
            for material in self.board.materials
        ]

    def _shift_costs(self) -> tuple[list[float], list[float]]:
        return (
            [SHIFT * (shift / 3) ** 2 for shift in self.aims.shifts],
            [SHIFT * (shift / 5) ** 2 for shift in self.aims.shifts],
        )

    def _per_song(self, leads: list[float], backings: list[float] | None = None) -> Floats:
        by_lead = np.array([0.0 if place is None else leads[place[0]] for place in self.board.leads])
        by_back = np.array([(backings or leads)[place[0]] for place in self.board.backings])
        return np.asarray((by_lead[:, np.newaxis] + by_back[np.newaxis])[np.newaxis])

    def _forbidden(self) -> Floats:
        """Return infinity where a rule forbids a state."""
        cost = self._grid()
        leads = np.array([-1 if place is None else place[0] for place in self.board.leads])
        if self.aims.style == "classic":
            cost[0, (leads >= 0) & (leads != self.aims.lead)] = np.inf
            if any(slot.wants_lead for slot in self.aims.slots):
                # the voice over its own song would be that song: its backing is kept for where nobody sings
                cost[0][self._same_song()] = np.inf
        else:
            # over its own song a voice sings at its own place only: elsewhere it would meet what is left of itself
            own = np.array([[self.board.is_own(a, b) for b in range(cost.shape[2])] for a in range(cost.shape[1])])
            cost[0][self._same_song() & ~own] = np.inf
        if self.aims.style == "medley":
            cost[0][~self._same_song() & (leads >= 0)[:, np.newaxis]] = np.inf
        return cost

    def _lead_terms(self) -> dict[str, Floats]:
        is_rest = np.array([place is None for place in self.board.leads])
        n = len(is_rest)
        song, start, end, on_section = self._columns([place for place in self.board.leads if place is not None])
        from_rest, to_rest = is_rest[:, np.newaxis], is_rest[np.newaxis]
        jumps = np.where(from_rest | to_rest, LEAD_REST, JUMP)
        np.fill_diagonal(jumps, np.where(is_rest, 0.0, LEAD_LOOP))
        off = np.zeros(n)
        off[~is_rest] = np.where(on_section, 0.0, OFF_SECTION)
        boundary = np.where(to_rest, 0.0, np.repeat(off[np.newaxis], n, axis=0))
        sounds = ~(from_rest | to_rest)
        follows = (song[:, np.newaxis] == song) & (start == end[:, np.newaxis])
        again = np.zeros((n, n))
        again[sounds] = self._again([place for place in self.board.leads if place is not None]).ravel()
        jumps = jumps + again
        jumps[sounds], boundary[sounds] = (
            np.where(follows.ravel(), 0.0, jumps[sounds]),
            np.where(follows.ravel(), 0.0, boundary[sounds]),
        )
        return {"jumps": jumps, "entries off sections": boundary}

    def _backing_terms(self) -> dict[str, Floats]:
        song, start, end, on_section = self._columns(self.board.backings)
        vectors = np.array([self._moved_vector(place) for place in self.board.backings])
        _, level = self._levels
        change = {"classic": 1.0, "trade": 1.0, "medley": 0.8, "megamix": 0.3}[self.aims.style]
        is_same = song[:, np.newaxis] == song
        goes_on = is_same & (start == end[:, np.newaxis])
        is_itself = np.eye(len(song), dtype=bool)
        jumps = JUMP * change + np.where(is_same, 0.0, OTHER_SONG * change)
        jumps = jumps + ENERGY_JUMP * np.abs(level[:, np.newaxis] - level) + self._again(self.board.backings)
        boundary = np.repeat(np.where(on_section, 0.0, OFF_SECTION)[np.newaxis], len(song), axis=0)
        harmony = HARMONY_JUMP * np.linalg.norm(vectors[:, np.newaxis] - vectors, axis=2) / 10
        stays = goes_on | is_itself
        return {
            "jumps": np.where(goes_on, 0.0, np.where(is_itself, LOOP, jumps)),
            "entries off sections": np.where(stays, 0.0, boundary),
            "changes of harmony": np.where(stays, 0.0, harmony),
        }

    def _again(self, places: Sequence[tuple[int, int]]) -> Floats:
        """Return what it costs more that bars of a phrase are heard again, or in a medley earlier ones."""
        song, start, end, _ = self._columns(places)
        earlier, later = start[:, np.newaxis], end[:, np.newaxis]
        is_same, is_other = song[:, np.newaxis] == song, start != earlier
        overlap = np.where(is_same & is_other & (start < later) & (end > earlier), OVERLAP, 0.0)
        is_back = is_same & (start < earlier) & (self.aims.style == "medley")
        return np.asarray(overlap + np.where(is_back, BACKWARDS, 0.0))

    def _columns(self, places: Sequence[tuple[int, int]]) -> tuple[NDArray[Any], ...]:
        """Return song, first bar, bar after the last, and whether a section begins there, of phrases."""
        rows = [self.board.row(place) for place in places]
        return (
            np.array([song for song, _ in places], np.int64),
            np.array([row.start_bar for row in rows], np.int64),
            np.array([row.start_bar + row.n_bars for row in rows], np.int64),
            np.array([row.is_on_section for row in rows], bool),
        )

    def _moved_vector(self, place: tuple[int, int]) -> NDArray[np.complex128]:
        song, at = place
        return tonal_intervals(np.roll(self.board.materials[song].mean_classes[at], self.aims.shifts[song]))


def _energy_levels(board: Board) -> tuple[Floats, Floats]:
    """Return the energy of leads and backings by rank, 0 to 1, so that any course can be followed."""
    backs = np.array([board.row(place).energy_1_10 for place in board.backings], float)
    leads = np.array([np.nan if place is None else board.row(place).energy_1_10 for place in board.leads])
    ranked = np.sort(backs)

    def rank(values: Floats) -> Floats:
        low = np.searchsorted(ranked, values, side="left")
        high = np.searchsorted(ranked, values, side="right")
        return np.asarray((low + high) / 2 / max(1, len(ranked)))

    by_rank, by_value = rank(backs), (backs - 1) / 9
    lead_level = 0.5 * rank(np.nan_to_num(leads, nan=0.0)) + 0.5 * np.nan_to_num((leads - 1) / 9, nan=0.0)
    return np.asarray(lead_level), np.asarray(0.5 * by_rank + 0.5 * by_value)


def _is_amiss(slot: Slot, label: str) -> bool:
    """Tell whether a phrase of this label is out of place in a slot; where nothing is known, nothing is."""
    fitting = {
        "intro": ("intro", "bridge"),
        "outro": ("outro", "intro"),
        "break": ("bridge", "intro", "verse"),
        "verse": ("verse",),
        "chorus": ("chorus",),
    }.get(slot.label)
    return bool(fitting) and label not in ("", "section", *(fitting or ()))

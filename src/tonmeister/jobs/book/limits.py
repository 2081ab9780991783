"""How many steps of a kind are done at once, over all supervisors of a database."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

import sqlalchemy as sa

from tonmeister.store.tables import LEASES, STEPS

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from tonmeister.jobs.book.ledger import Change

_LOCKS = 7_066
"""The first half of the numbers under which PostgreSQL locks kinds."""


class Limits:
    """Kinds of which only so many steps may be done at once; ``together`` are kinds of which only one is."""

    def __init__(self, most_by_kind: Mapping[str, int] | None = None, together: Iterable[str] = ()):
        groups = [(frozenset([kind]), most) for kind, most in (most_by_kind or {}).items()]
        exclusive = frozenset(together)
        self._groups = (*groups, (exclusive, 1)) if exclusive else tuple(groups)

    def full_with(self, change: Change, kind: str) -> frozenset[str]:
        """Return the kinds of which nothing may begin now, if ``kind`` is one of them; else nothing.

        Until the end of the transaction nobody else begins a step of this kind: what is counted stays true.
        """
        for group, most in self._groups:
            if kind not in group:
                continue
            if not change.is_sqlite:  # SQLite has one writer anyway
                number = zlib.crc32(min(group).encode()) - (1 << 31)
                change.connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCKS, number)))
            if _n_held(change.connection, group) >= most:
                return group
        return frozenset()

    def rooms(self, connection: Connection, kinds: Collection[str]) -> list[tuple[frozenset[str], int | None]]:
        """Return the kinds in groups, each with how many more may begin; none: as many as there are."""
        found: list[tuple[frozenset[str], int | None]] = []
        free = frozenset(kinds)
        for group, most in self._groups:
            wanted = free & group
            free -= group
            if wanted:
                found.append((wanted, most - _n_held(connection, group)))
        return [*found, (free, None)] if free else found


def _n_held(connection: Connection, group: Collection[str]) -> int:
    found: int = connection.execute(
        sa.select(sa.func.count())
        .select_from(LEASES)
        .join(STEPS, STEPS.c.id == LEASES.c.step_id)
        .where(STEPS.c.capability.in_(group))
    ).scalar_one()
    return found

"""How many steps of a kind are done at once, over all supervisors of a database."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from tonmeister.jobs.book.rules import PREPARE_PRODUCT_PRIORITY
from tonmeister.jobs.reading import BEAT_LIMIT_S
from tonmeister.store.tables import HEARTBEATS, LEASES, STEPS

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from tonmeister.jobs.book.ledger import Change

_LOCKS = 7_066
"""The first half of the numbers under which PostgreSQL locks kinds."""


@dataclass(frozen=True)
class _Group:
    """Kinds of which only so many steps may be done at once."""

    kinds: frozenset[str]
    most: int | None
    """None: all slots that there are but one."""
    below: int | None = None
    """Only steps of a lower priority count."""

    def holds(self, kind: str, priority: int) -> bool:
        return kind in self.kinds and (self.below is None or priority < self.below)

    @property
    def is_in(self) -> sa.ColumnElement[bool]:
        """The condition that a step is in the group."""
        found = STEPS.c.capability.in_(self.kinds)
        return found if self.below is None else sa.and_(found, STEPS.c.priority < self.below)


class Limits:
    """Kinds of which only so many steps may be done at once; ``together`` are kinds of which only one is.

    ``preparer`` is the kind that makes uploads fit for listening. Unless it has a limit of its own, uploads leave one
    slot free for what users wait for; what a user's job has made is not held up by them. ``n_slots`` are our own.
    """

    def __init__(
        self,
        most_by_kind: Mapping[str, int] | None = None,
        together: Iterable[str] = (),
        *,
        preparer: str | None = None,
        n_slots: int = 1,
    ):
        groups = [_Group(frozenset([kind]), most) for kind, most in (most_by_kind or {}).items()]
        if exclusive := frozenset(together):
            groups.append(_Group(exclusive, 1))
        if preparer is not None and preparer not in (most_by_kind or {}):
            groups.append(_Group(frozenset([preparer]), None, PREPARE_PRODUCT_PRIORITY))
        self._groups = tuple(groups)
        self._n_slots = n_slots

    def full_with(self, change: Change, kind: str, priority: int = 0) -> frozenset[str]:
        """Return the kinds of which nothing may begin now, if such a step is one of them; else nothing.

        Until the end of the transaction nobody else begins a step of this kind: what is counted stays true.
        """
        for group in self._groups:
            if not group.holds(kind, priority):
                continue
            if not change.is_sqlite:  # SQLite has one writer anyway
                number = zlib.crc32(min(group.kinds).encode()) - (1 << 31)
                change.connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCKS, number)))
            if self._room(change.connection, group, change.now) <= 0:
                return group.kinds
        return frozenset()

    def rooms(
        self, connection: Connection, kinds: Collection[str], now: float
    ) -> list[tuple[sa.ColumnElement[bool], int | None]]:
        """Return the steps of these kinds in groups, each with how many more may begin; none: as many as there are."""
        found: list[tuple[sa.ColumnElement[bool], int | None]] = []
        free: sa.ColumnElement[bool] = STEPS.c.capability.in_(frozenset(kinds))
        for group in self._groups:
            if group.kinds.isdisjoint(kinds):
                continue
            found.append((sa.and_(free, group.is_in), self._room(connection, group, now)))
            free = sa.and_(free, sa.not_(group.is_in))
        return [*found, (free, None)]

    def _room(self, connection: Connection, group: _Group, now: float) -> int:
        n_held = connection.execute(
            sa.select(sa.func.count())
            .select_from(LEASES)
            .join(STEPS, STEPS.c.id == LEASES.c.step_id)
            .where(group.is_in)
        ).scalar_one()
        most = group.most
        if most is None:
            alive = sa.select(sa.func.sum(HEARTBEATS.c.n_slots)).where(HEARTBEATS.c.beat_at > now - BEAT_LIMIT_S)
            most = max(1, max(self._n_slots, connection.execute(alive).scalar_one() or 0) - 1)
        return int(most - n_held)

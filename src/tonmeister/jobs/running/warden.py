"""Keeps leases alive and looks after what is due: other supervisors' work, schedules, old folders."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tonmeister.jobs.book.clock import follow_clock
from tonmeister.jobs.running.machine import is_alive, steady_s

if TYPE_CHECKING:
    from tonmeister.jobs.book.heartbeats import Heartbeats
    from tonmeister.jobs.book.queue import Queue
    from tonmeister.jobs.book.rules import Holder
    from tonmeister.jobs.schedules import Schedules

BEAT_S = 5.0
PLAN_S = 1.0
SWEEP_S = 60.0


@dataclass
class Signs:
    """What the warden found: leases that are lost, jobs that are cancelled."""

    lost: set[str] = field(default_factory=set)
    cancelled: set[str] = field(default_factory=set)
    has_found_work: bool = False


class Warden:
    """Looks around in a thread of its own; the database may keep it waiting.

    ``beat`` writes a sign of life; it is told how many jobs are being done.
    """

    def __init__(
        self,
        holder: Holder,
        queue: Queue,
        schedules: Schedules,
        heartbeats: Heartbeats,
        root: Path,
        beat: Callable[[int], None],
    ):
        self._holder = holder
        self._queue = queue
        self._schedules = schedules
        self._heartbeats = heartbeats
        self._root = root
        self._beat = beat
        self._renewed_at = steady_s()
        self._seen: dict[str, tuple[float, float]] = {}
        self._reap_at = self._beat_at = self._sweep_at = self._plan_at = 0.0

    def look_around(self, tokens: set[str], n_busy: int) -> Signs:
        """Renew first, then look at others: who was asleep must not take from those that slept beside it."""
        signs = Signs()
        lease_s = self._queue.rules.lease_s
        moment = steady_s()
        slept = moment - self._renewed_at
        if slept >= lease_s / 4:
            signs.lost = self._queue.renew(tokens)
            before, self._renewed_at = self._renewed_at, steady_s()
            if self._renewed_at - before > lease_s:
                # We slept or the database kept us waiting, and those beside us too: they get time to renew.
                self._give_time()
        signs.cancelled = self._queue.cancelled_among(tokens - signs.lost)
        if moment >= self._reap_at and steady_s() - self._renewed_at < lease_s / 2:
            self._reap_at = moment + lease_s / 4
            signs.has_found_work = self._reap(tokens)
        if moment >= self._plan_at:
            self._plan_at = moment + PLAN_S
            self._schedules.enqueue_due()
        if moment >= self._beat_at:
            self._beat_at = moment + BEAT_S
            self._beat(n_busy)
        if moment >= self._sweep_at:
            self._sweep_at = moment + SWEEP_S
            self._sweep(tokens)
            signs.has_found_work |= follow_clock(self._queue.ledger, self._queue.rules) > 0
            self._schedules.follow_clock()
        return signs

    def _reap(self, tokens: set[str]) -> bool:
        moment, quiet_s = steady_s(), self._queue.rules.lease_s / 2
        before, self._seen = self._seen, {}

        def is_quiet(token: str, until: float) -> bool:
            """Tell whether the lease has not been renewed for a while by our own clock, which nobody sets."""
            known = before.get(token)
            self._seen[token] = known if known is not None and known[0] == until else (until, moment)
            return moment - self._seen[token][1] >= quiet_s

        has_taken = self._queue.reap(self._holder, is_alive, held=tokens, is_quiet=is_quiet) > 0
        if steady_s() - moment > quiet_s / 2:
            self._give_time()
        return has_taken

    def _give_time(self) -> None:
        """Leave others alone for a while: what kept us from looking may have kept them from renewing."""
        self._reap_at = steady_s() + self._queue.rules.lease_s / 2
        self._seen.clear()

    def _sweep(self, tokens: set[str]) -> None:
        """Remove the folders of work that nobody does any more: its supervisor was killed."""
        folders = [path for path in self._root.iterdir() if path.is_dir()] if self._root.is_dir() else []
        if folders:
            living = self._queue.living_tokens() | tokens
            for path in folders:
                if path.name not in living:
                    shutil.rmtree(path, ignore_errors=True)

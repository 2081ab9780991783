"""What a supervisor does with the job table for work that it holds: keep its lease alive, hand in what became of it.

Who holds the lease's token may write a step's outcome, and nobody else: work may be done twice, but it is committed
once.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from tonmeister.core.errors import TonmeisterError
from tonmeister.jobs.book.rules import Holder, Rules
from tonmeister.jobs.keys import AssetFacts
from tonmeister.jobs.troubles import died
from tonmeister.store.tables import JOBS, LEASES, RESULTS, STEPS

if TYPE_CHECKING:
    from tonmeister.jobs.book.ledger import Change, Ledger, Row
    from tonmeister.jobs.book.transitions import Transitions

_PATIENCE = 8.0
"""Who waits for a transaction longer than this part of a lease decides nothing about the silence of others."""


class Queue:
    """The job table as supervisors see it."""

    def __init__(self, ledger: Ledger, transitions: Transitions, rules: Rules | None = None):
        self.ledger = ledger
        self.transitions = transitions
        self.rules = rules or Rules()
        self._draw = random.Random()

    # -- keeping

    def renew(self, tokens: Collection[str]) -> set[str]:
        """Extend the leases; return the tokens that are ours no more."""
        if not tokens:
            return set()
        with self.ledger.change() as change:
            kept = change.connection.execute(
                sa.update(LEASES)
                .where(LEASES.c.token.in_(tokens))
                .values(until=change.now + self.rules.lease_s)
                .returning(LEASES.c.token)
            ).scalars()
            return set(tokens) - set(kept)

    def cancelled_among(self, tokens: Collection[str]) -> set[str]:
        """Return the tokens of steps whose job is to be cancelled."""
        if not tokens:
            return set()
        with self.ledger.database.read() as connection:
            return set(
                connection.execute(
                    sa.select(LEASES.c.token)
                    .join(STEPS, STEPS.c.id == LEASES.c.step_id)
                    .join(JOBS, JOBS.c.id == STEPS.c.job_id)
                    .where(LEASES.c.token.in_(tokens), JOBS.c.is_cancel_asked)
                ).scalars()
            )

    def progress(self, reached: Mapping[str, tuple[float, str]]) -> None:
        """Write how far steps have come: per cent and stage by token."""
        with self.ledger.change() as change:
            rows = change.connection.execute(
                sa.select(LEASES.c.token, LEASES.c.step_id, STEPS.c.job_id)
                .join(STEPS, STEPS.c.id == LEASES.c.step_id)
                .where(LEASES.c.token.in_(reached))
                .order_by(STEPS.c.job_id)
            ).all()
            for row in rows:
                job = change.lock_job(row.job_id)
                if job is None or self._held(change, row.token) is None:
                    continue
                percent, message = reached[row.token]
                change.connection.execute(
                    sa.update(STEPS)
                    .where(STEPS.c.id == row.step_id)
                    .values(progress_percent=percent, message=message[:255])
                )
                mean = change.connection.execute(
                    sa.select(sa.func.avg(STEPS.c.progress_percent)).where(STEPS.c.job_id == row.job_id)
                ).scalar_one()
                change.set_job(row.job_id, progress_percent=float(mean or 0.0), message=message[:255])
                # What the only step of a job reaches was told at once; told again it would come late.
                change.tell_job(row.job_id, "progress", is_told=job["form"] != "single")

    def show(self, token: str, name: str, data: Any) -> None:
        """Tell an intermediate result of a step, as an event of its job; nothing if the lease is lost."""
        with self.ledger.change() as change:
            held = self._held(change, token)
            if held is not None:
                change.set_job(held["job_id"])
                change.event(held["job_id"], "partial", {"name": name, "data": data})

    # -- handing in

    def finish(
        self,
        token: str,
        result: dict[str, Any],
        products: Sequence[dict[str, Any]] = (),
        *,
        cpu_s: float | None = None,
        peak_memory_bytes: int | None = None,
    ) -> bool:
        """Commit a step's result and all that follows from it; false if the lease is lost, and nothing is written."""
        with self.ledger.change() as change:
            held = self._give_up(change, token)
            if held is None:
                return False
            job, step = held
            self.transitions.complete(
                change, job, step, result, products, cpu_s=cpu_s, peak_memory_bytes=peak_memory_bytes
            )
        return True

    def fail(self, token: str, error: TonmeisterError, *, is_transient: bool = False) -> str:
        """Hand in a failure; return "failed", "retried" (later, for a passing trouble), or "refused"."""
        with self.ledger.change() as change:
            held = self._give_up(change, token)
            if held is None:
                return "refused"
            job, step = held
            if not is_transient or step["n_attempts"] >= self.rules.max_attempts:
                self._fail_or_cancel(change, job, step, error)
                return "failed"
            delay_s = self.rules.delay_s(step["n_attempts"], self._draw)
            self.transitions.queue_again(change, job, step, run_at=change.now + delay_s, error=error.details())
            self._tell_retry(change, job, step, delay_s, error)
            return "retried"

    def crash(self, token: str, reason: str) -> str:
        """Tell that the process died; return "failed" (poison), "retried" or "refused"."""
        with self.ledger.change() as change:
            held = self._give_up(change, token)
            if held is None:
                return "refused"
            job, step = held
            n_crashes = step["n_crashes"] + 1
            error = died(reason, n_crashes)
            if n_crashes >= self.rules.max_crashes:
                change.connection.execute(sa.update(STEPS).where(STEPS.c.id == step["id"]).values(n_crashes=n_crashes))
                self._fail_or_cancel(change, job, step, error)
                return "failed"
            self.transitions.queue_again(
                change, job, step, run_at=step["run_at"], n_crashes=n_crashes, error=error.details()
            )
            self._tell_retry(change, job, step, 0.0, error)
            return "retried"

    def end_cancelled(self, token: str) -> bool:
        """Hand in that a step has been ended because its job is cancelled."""
        with self.ledger.change() as change:
            held = self._give_up(change, token)
            if held is None:
                return False
            job, step = held
            self.transitions.end_cancelled(change, job, step["id"])
        return True

    def release(self, tokens: Iterable[str]) -> None:
        """Give work back unharmed: another supervisor may take it at once, and no attempt is counted."""
        for token in tokens:
            with self.ledger.change() as change:
                held = self._give_up(change, token)
                if held is not None:
                    job, step = held
                    self.transitions.queue_again(
                        change, job, step, run_at=step["run_at"], n_attempts=max(0, step["n_attempts"] - 1)
                    )

    def _fail_or_cancel(self, change: Change, job: Row, step: Row, error: TonmeisterError) -> None:
        if job["is_cancel_asked"]:
            self.transitions.end_cancelled(change, job, step["id"])
        else:
            self.transitions.fail(change, job, step, error)

    def _tell_retry(self, change: Change, job: Row, step: Row, delay_s: float, error: TonmeisterError) -> None:
        if not job["is_cancel_asked"]:
            change.tell_job(job["id"], "retried", step=step["name"], delay_s=delay_s, error=error.details())

    def _held(self, change: Change, token: str) -> Row | None:
        found = (
            change.connection.execute(
                sa.select(STEPS).join(LEASES, LEASES.c.step_id == STEPS.c.id).where(LEASES.c.token == token)
            )
            .mappings()
            .first()
        )
        return None if found is None else dict(found)

    def _give_up(self, change: Change, token: str) -> tuple[Row, Row] | None:
        """End the lease and return the job and the step that it was for; none if the token holds nothing any more."""
        step = self._held(change, token)
        if step is None:
            return None
        job = change.lock_job(step["job_id"])
        if job is None:
            return None
        ended = change.connection.execute(sa.delete(LEASES).where(LEASES.c.token == token)).rowcount
        return (job, step) if ended else None

    # -- other supervisors' work

    def reap(
        self,
        holder: Holder,
        is_alive: Callable[[int], bool],
        *,
        held: Collection[str] = (),
        is_quiet: Callable[[str, float], bool] = lambda _token, _until: True,
    ) -> int:
        """Take work away from supervisors that are gone: lease run out, or process of this machine dead.

        ``is_alive`` tells of a process of this machine whether it is there. ``held`` are the tokens that ``holder``
        knows of: others of its own that have run out were granted, but the answer was lost with the connection.
        ``is_quiet`` tells of a lease that has run out by the database's clock whether its holder really keeps still:
        clocks are set.
        """
        with self.ledger.database.read() as connection:
            now = self.ledger.database.now(connection)
            rows = connection.execute(sa.select(LEASES)).all()
        gone = []
        for row in rows:
            is_own = row.holder == holder.id
            if is_own and row.token in held:
                continue
            is_quiet_too_long = is_quiet(row.token, row.until) and row.until < now
            is_here = row.host == holder.host and not is_own
            if is_quiet_too_long or (is_here and (row.boot_id != holder.boot_id or not is_alive(row.pid))):
                gone.append(row.token)
        n_taken = 0
        for token in gone:
            asked_at = time.monotonic()
            with self.ledger.change() as change:
                if time.monotonic() - asked_at > self.rules.lease_s / _PATIENCE:
                    break  # the database kept everybody waiting: who could not renew is not gone
                n_taken += self._lose(change, token)
        return n_taken

    def lose(self, token: str) -> int:
        """Put a step back whose supervisor or process went without its fault; 1, or 0 if the lease was gone already."""
        with self.ledger.change() as change:
            return self._lose(change, token)

    def _lose(self, change: Change, token: str) -> int:
        held = self._give_up(change, token)
        if held is None:
            return 0
        job, step = held
        change.tell_job(job["id"], "lease_lost", step=step["name"])
        if step["n_attempts"] >= self.rules.max_losses:
            self._fail_or_cancel(change, job, step, died("its supervisors were lost", step["n_attempts"]))
        else:
            self.transitions.queue_again(change, job, step, run_at=step["run_at"])
        return 1

    # -- results by content

    def kept_result(self, key: str) -> tuple[Any, list[dict[str, Any]]] | None:
        """Return an earlier result and its products."""
        with self.ledger.database.read() as connection:
            row = connection.execute(
                sa.select(RESULTS.c.result, RESULTS.c.products).where(RESULTS.c.key == key)
            ).first()
        return None if row is None else (row.result, row.products)

    def keep_result(self, key: str, capability: str, result: Any, products: Sequence[dict[str, Any]]) -> None:
        """Keep the result of a nested piece of work: its checkpoint."""
        with self.ledger.change() as change:
            self.transitions.earlier.keep(change, key, capability, result, products)

    def asset(self, asset_id: str) -> AssetFacts | None:
        """Return what a job must know of an asset."""
        with self.ledger.change() as change:
            return change.assets([asset_id]).get(asset_id)

    def living_tokens(self) -> set[str]:
        """Return the tokens of all leases."""
        with self.ledger.database.read() as connection:
            return set(connection.execute(sa.select(LEASES.c.token)).scalars())

"""What a supervisor does with the job table: take work, keep its lease alive, hand in what became of it.

Who holds the lease's token may write a step's outcome, and nobody else: work may be done twice, but it is committed
once.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from tonmeister.core.errors import JobDiedError, TonmeisterError
from tonmeister.jobs.keys import AssetFacts
from tonmeister.jobs.plans import STUDIO
from tonmeister.jobs.reading import BEAT_LIMIT_S
from tonmeister.store.database import make_id
from tonmeister.store.tables import HEARTBEATS, JOBS, LEASES, RESULTS, STEPS

if TYPE_CHECKING:
    from tonmeister.jobs.book.ledger import Change, Ledger, Row
    from tonmeister.jobs.book.transitions import Transitions

_MAX_ANSWERED = 50
"""So many steps are answered by earlier results in one transaction at most: others want to write too."""


@dataclass(frozen=True)
class Holder:
    """A supervisor: one run of one process on one boot of one machine."""

    id: str
    host: str
    boot_id: str
    pid: int


@dataclass(frozen=True)
class Rules:
    """When work is tried again."""

    lease_s: float = 15.0
    max_attempts: int = 5
    """So often a step with passing troubles is begun at most."""
    max_crashes: int = 2
    """After so many deaths of its process a step is taken for poison."""
    max_losses: int = 20
    """So often a step is begun at most when supervisors get lost with it."""
    base_s: float = 2.0
    cap_s: float = 300.0

    def delay_s(self, n_attempts: int, draw: random.Random) -> float:
        """Return how long to wait after so many attempts: up to twice as long each time, drawn anew for each step."""
        return draw.uniform(0.0, min(self.cap_s, self.base_s * 2.0 ** (n_attempts - 1)))


@dataclass(frozen=True)
class Claim:
    """A step to be done, and the token that proves that it is ours."""

    token: str
    step_id: str
    job_id: str
    name: str
    capability: str
    params: dict[str, Any]
    assets: dict[str, AssetFacts]
    is_system: bool
    owner: str | None
    n_attempts: int
    trace: dict[str, Any] | None
    is_single: bool
    """It is the only step of its job, so that its progress is the job's."""


class Queue:
    """The job table as supervisors see it."""

    def __init__(self, ledger: Ledger, transitions: Transitions, rules: Rules | None = None):
        self.ledger = ledger
        self.transitions = transitions
        self.rules = rules or Rules()
        self._draw = random.Random()

    # -- taking

    def claim(
        self,
        holder: Holder,
        versions: Mapping[str, str | None],
        *,
        without: Collection[str] = (),
        step_id: str | None = None,
    ) -> Claim | None:
        """Take the next step that is due, of the capabilities in ``versions`` (padded; none: any), or return none.

        Steps that an earlier result answers, and steps whose parameters turn out wrong, are dealt with on the way.
        """
        kinds = {name: version for name, version in versions.items() if name not in without}
        if not kinds:
            return None
        for _ in range(_MAX_ANSWERED):
            with self.ledger.change() as change:
                row = self._next(change, kinds, step_id)
                if row is None:
                    return None
                claim = self._take(change, holder, row)
            if claim is not None or step_id is not None:
                return claim
        return None

    def _next(self, change: Change, kinds: Mapping[str, str | None], step_id: str | None) -> Row | None:
        fitting = sa.or_(
            *(
                STEPS.c.capability == name
                if version is None
                else sa.and_(
                    STEPS.c.capability == name, sa.or_(STEPS.c.min_version.is_(None), STEPS.c.min_version <= version)
                )
                for name, version in kinds.items()
            )
        )
        query = (
            sa.select(STEPS)
            .join(JOBS, JOBS.c.id == STEPS.c.job_id)
            .where(STEPS.c.state == "queued", STEPS.c.run_at <= change.now, fitting)
            .order_by(STEPS.c.priority.desc(), STEPS.c.run_at, STEPS.c.job_id, STEPS.c.position)
            .limit(1)
        )
        if step_id is not None:
            query = query.where(STEPS.c.id == step_id)
        if not change.is_sqlite:
            # The job is locked with its step, as everywhere else; what somebody works on is passed over.
            query = query.with_for_update(of=[STEPS, JOBS], skip_locked=True)
        found = change.connection.execute(query).mappings().first()
        return None if found is None else dict(found)

    def _take(self, change: Change, holder: Holder, row: Row) -> Claim | None:
        job = change.lock_job(row["job_id"])
        assert job is not None
        params, facts, key = row["params"], dict[str, AssetFacts](), None
        if not row["capability"].startswith(STUDIO):
            try:
                params = self.transitions.resolved(change, row)
                key, checked, facts = self.transitions.key_of(change, row["capability"], params)
                params = checked.model_dump(mode="json", exclude_unset=True)
            except TonmeisterError as error:
                self.transitions.fail(change, job, row, error)
                return None
            if self.transitions.answer(change, row, key):
                return None
        token = make_id()
        change.connection.execute(
            sa.insert(LEASES).values(
                step_id=row["id"],
                token=token,
                holder=holder.id,
                host=holder.host,
                boot_id=holder.boot_id,
                pid=holder.pid,
                until=change.now + self.rules.lease_s,
            )
        )
        change.connection.execute(
            sa.update(STEPS)
            .where(STEPS.c.id == row["id"])
            .values(
                state="processing",
                cache_key=key,
                n_attempts=STEPS.c.n_attempts + 1,
                started_at=change.now,
                progress_percent=0.0,
                message="",
            )
        )
        if job["state"] == "queued":
            change.set_job(
                job["id"],
                state="processing",
                **({"started_at": change.now} if job["started_at"] is None else {}),
            )
            change.tell_job(job["id"], "started")
        return Claim(
            token=token,
            step_id=row["id"],
            job_id=job["id"],
            name=row["name"],
            capability=row["capability"],
            params=params,
            assets=facts,
            is_system=job["is_system"],
            owner=job["owner"],
            n_attempts=row["n_attempts"] + 1,
            trace=job["trace"],
            is_single=job["form"] == "single",
        )

    def due(self, limit: int, kinds: Collection[str]) -> list[tuple[str, int]]:
        """Return steps that are due, and how often each was begun, for an executor that hands them out itself."""
        with self.ledger.database.read() as connection:
            now = self.ledger.database.now(connection)
            rows = connection.execute(
                sa.select(STEPS.c.id, STEPS.c.n_attempts)
                .where(STEPS.c.state == "queued", STEPS.c.run_at <= now, STEPS.c.capability.in_(kinds))
                .order_by(STEPS.c.priority.desc(), STEPS.c.run_at, STEPS.c.job_id, STEPS.c.position)
                .limit(limit)
            )
            return [(row.id, row.n_attempts) for row in rows]

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

    def reap(self, holder: Holder, is_alive: Any) -> int:
        """Take work away from supervisors that are gone: lease run out, or process of this machine dead.

        ``is_alive`` tells of a process of this machine whether it is there.
        """
        with self.ledger.database.read() as connection:
            now = self.ledger.database.now(connection)
            rows = connection.execute(sa.select(LEASES).where(LEASES.c.holder != holder.id)).all()
        dead = [
            row.token
            for row in rows
            if row.until < now or (row.host == holder.host and (row.boot_id != holder.boot_id or not is_alive(row.pid)))
        ]
        return sum(self.lose(token) for token in dead)

    def lose(self, token: str) -> int:
        """Put a step back whose supervisor or process went without its fault; 1, or 0 if the lease was gone already."""
        with self.ledger.change() as change:
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
            self.transitions.keep_result(change, key, capability, result, products)

    def asset(self, asset_id: str) -> AssetFacts | None:
        """Return what a job must know of an asset."""
        with self.ledger.change() as change:
            return change.assets([asset_id]).get(asset_id)

    # -- signs of life

    def beat(self, holder: Holder, *, version: str, executor: str, n_slots: int, n_busy: int) -> None:
        """Write that the supervisor is alive; those long silent are forgotten."""
        with self.ledger.change() as change:
            values = {"n_slots": n_slots, "n_busy": n_busy, "beat_at": change.now}
            known = change.connection.execute(
                sa.update(HEARTBEATS).where(HEARTBEATS.c.id == holder.id).values(**values)
            ).rowcount
            if not known:
                change.connection.execute(
                    sa.insert(HEARTBEATS).values(
                        id=holder.id,
                        host=holder.host,
                        pid=holder.pid,
                        boot_id=holder.boot_id,
                        version=version,
                        executor=executor,
                        started_at=change.now,
                        **values,
                    )
                )
            change.connection.execute(sa.delete(HEARTBEATS).where(HEARTBEATS.c.beat_at < change.now - 3600.0))

    def n_slots_alive(self, holder: Holder) -> int:
        """Return how many jobs the other supervisors that are alive can do at once."""
        with self.ledger.database.read() as connection:
            now = self.ledger.database.now(connection)
            total = connection.execute(
                sa.select(sa.func.sum(HEARTBEATS.c.n_slots)).where(
                    HEARTBEATS.c.beat_at > now - BEAT_LIMIT_S, HEARTBEATS.c.id != holder.id
                )
            ).scalar_one()
        return int(total or 0)

    def leave(self, holder: Holder) -> None:
        """Forget the supervisor: it ends."""
        with self.ledger.change() as change:
            change.connection.execute(sa.delete(HEARTBEATS).where(HEARTBEATS.c.id == holder.id))

    def living_tokens(self) -> set[str]:
        """Return the tokens of all leases."""
        with self.ledger.database.read() as connection:
            return set(connection.execute(sa.select(LEASES.c.token)).scalars())


def died(reason: str, times: int) -> JobDiedError:
    """Return the error for work whose process did not survive it."""
    return JobDiedError(
        f"The process that did the work died ({reason}; {'once' if times == 1 else f'{times} times'}).",
        value=times,
        remedy="If the machine ran out of memory, run fewer jobs at once; otherwise please report it with the file.",
    )

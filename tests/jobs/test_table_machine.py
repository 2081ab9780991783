"""The job table against a model of it, in any order of events that Hypothesis thinks of."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

import job_studio
from tonmeister.core.errors import AudioSilentError, JobStateError
from tonmeister.jobs.book.claims import Claims
from tonmeister.jobs.book.ledger import Ledger
from tonmeister.jobs.book.queue import Queue
from tonmeister.jobs.book.rules import Holder, Rules
from tonmeister.jobs.book.transitions import Transitions
from tonmeister.jobs.bus import LocalBus
from tonmeister.jobs.keys import comparable
from tonmeister.jobs.records import PlannedStep
from tonmeister.jobs.workshop import Workshop

from .conftest import ClockedDatabase

TROUBLE = AudioSilentError("It is silent.", remedy="Take another.")
RULES = Rules(lease_s=10.0, max_attempts=3, max_crashes=2, max_losses=4, base_s=4.0, cap_s=8.0)
FINAL = ("completed", "failed", "cancelled", "skipped")


@dataclass
class ModelStep:
    name: str
    number: int
    after: tuple[str, ...]
    priority: int
    run_at: float
    state: str = "queued"
    n_attempts: int = 0
    n_crashes: int = 0


@dataclass
class ModelJob:
    form: str
    steps: list[ModelStep]
    is_cancel_asked: bool = False
    n_endings: int = 0

    @property
    def state(self) -> str:
        states = [step.state for step in self.steps]
        if all(state in FINAL for state in states):
            if self.is_cancel_asked and "cancelled" in states:
                return "cancelled"
            if all(state == "completed" for state in states):
                return "completed"
            return "completed" if self.form == "batch" and "completed" in states else "failed"
        return "processing" if {"processing", "completed", "failed"} & set(states) else "queued"


@dataclass
class ModelLease:
    job_id: str
    name: str
    holder: str
    until: float


@dataclass
class Model:
    now: float = ClockedDatabase.at
    jobs: dict[str, ModelJob] = field(default_factory=dict)
    leases: dict[str, ModelLease] = field(default_factory=dict)
    known: set[int] = field(default_factory=set)

    def step(self, lease: ModelLease) -> ModelStep:
        return next(step for step in self.jobs[lease.job_id].steps if step.name == lease.name)

    def due(self) -> list[tuple[int, float, str, int, ModelStep]]:
        found = [
            (-step.priority, step.run_at, job_id, position, step)
            for job_id, job in self.jobs.items()
            for position, step in enumerate(job.steps)
            if step.state == "queued" and step.run_at <= self.now
        ]
        return sorted(found, key=lambda entry: entry[:4])

    def end(self, job_id: str, step: ModelStep, state: str) -> None:
        job = self.jobs[job_id]
        step.state = state
        if state == "completed":
            self.known.add(step.number)
            done = {other.name for other in job.steps if other.state == "completed"}
            for other in job.steps:
                if other.state == "waiting" and done.issuperset(other.after):
                    other.state, other.run_at = "queued", self.now
        if state == "failed":
            gone = {step.name}
            for other in job.steps:  # in the order of the graph
                if other.state == "waiting" and gone.intersection(other.after):
                    other.state = "skipped"
                    gone.add(other.name)

    def again(self, job_id: str, step: ModelStep) -> None:
        step.state = "cancelled" if self.jobs[job_id].is_cancel_asked else "queued"


class TableMachine(RuleBasedStateMachine):
    url: str | None = None  # a database of the test's own, or a new SQLite file each time

    @initialize()
    def begin(self):
        self.folder = Path(tempfile.mkdtemp(prefix="tonmeister-model-"))
        self.database = self.open_database(self.folder)
        self.database.at = ClockedDatabase.at
        bus = LocalBus()
        self.told = []
        bus.subscribe(self.told.append)
        transitions = Transitions(job_studio.REGISTRY, None)
        self.workshop = Workshop(self.database, None, job_studio.REGISTRY, None, bus)
        ledger = Ledger(self.database, bus)
        self.queue = Queue(ledger, transitions, RULES)
        self.claims = Claims(ledger, transitions, RULES)
        self.versions = {"note": comparable("1")}
        self.model = Model()
        self.old_tokens: list[str] = []
        self.seq = 0

    def teardown(self):
        if hasattr(self, "database"):
            self.database.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    # -- work comes in

    def _answered(self, job: ModelJob) -> ModelJob:
        for step in job.steps:
            if step.state == "queued" and step.number in self.model.known and step.run_at <= self.model.now:
                step.state = "completed"
        return job

    @rule(number=st.integers(0, 5), priority=st.integers(-1, 1), delay_s=st.sampled_from([0.0, 0.0, 20.0]))
    def submit(self, number, priority, delay_s):
        run_at = self.model.now + delay_s
        job = self.workshop.submit("note", {"number": number}, priority=priority, run_at=run_at)
        self.model.jobs[job.id] = self._answered(ModelJob("single", [ModelStep("work", number, (), priority, run_at)]))

    @rule(numbers=st.lists(st.integers(0, 5), min_size=1, max_size=3))
    def submit_batch(self, numbers):
        job = self.workshop.submit_batch("note", [{"number": number} for number in numbers])
        steps = [ModelStep(f"item-{index}", number, (), 0, self.model.now) for index, number in enumerate(numbers)]
        self.model.jobs[job.id] = self._answered(ModelJob("batch", steps))

    @rule(start=st.integers(10, 40), shape=st.sampled_from(["chain", "diamond"]))
    def submit_steps(self, start, shape):
        names = ("a", "b", "c") if shape == "chain" else ("a", "b", "c", "d")
        after = {
            "chain": {"a": (), "b": ("a",), "c": ("b",)},
            "diamond": {"a": (), "b": ("a",), "c": ("a",), "d": ("b", "c")},
        }[shape]
        numbers = {name: 1000 * start + 10 * len(self.model.jobs) + index for index, name in enumerate(names)}
        planned = [PlannedStep(name, "note", {"number": numbers[name]}, after[name]) for name in names]
        job = self.workshop.submit_steps(planned)
        steps = [
            ModelStep(name, numbers[name], after[name], 0, self.model.now, "waiting" if after[name] else "queued")
            for name in names
        ]
        self.model.jobs[job.id] = self._answered(ModelJob("steps", steps))

    # -- work is done

    @rule(holder=st.sampled_from(["one", "two"]))
    def claim(self, holder):
        expected = None
        for _, _, job_id, _, step in self.model.due():
            if step.number in self.model.known:  # answered on the way
                self.model.end(job_id, step, "completed")
                continue
            expected = (job_id, step)
            break
        claim = self.claims.claim(Holder(holder, "here", "boot", 1), self.versions)
        if expected is None:
            # what was released on the way by an answer comes with the next look
            assert claim is None or claim.job_id in self.model.jobs
            if claim is not None:
                expected_now = self.model.due()[0]
                expected = (expected_now[2], expected_now[4])
        if expected is not None:
            assert claim is not None
            job_id, step = expected
            assert (claim.job_id, claim.name) == (job_id, step.name)
            step.state = "processing"
            step.n_attempts += 1
            assert claim.n_attempts == step.n_attempts
            self.model.leases[claim.token] = ModelLease(job_id, step.name, holder, self.model.now + RULES.lease_s)

    def _some_token(self, data, *, with_old: bool = True):
        tokens = sorted(self.model.leases) + (self.old_tokens[-3:] if with_old else [])
        return data.draw(st.sampled_from(tokens))

    def _give_up(self, token: str) -> tuple[str, ModelStep] | None:
        lease = self.model.leases.pop(token, None)
        if lease is None:
            return None
        self.old_tokens.append(token)
        return lease.job_id, self.model.step(lease)

    @precondition(lambda self: self.model.leases or self.old_tokens)
    @rule(data=st.data())
    def finish(self, data):
        token = self._some_token(data)
        held = self._give_up(token)
        assert self.queue.finish(token, {"text": token}, []) is (held is not None)
        if held is not None:
            self.model.end(*held, "completed")

    @precondition(lambda self: self.model.leases or self.old_tokens)
    @rule(data=st.data(), is_transient=st.booleans())
    def fail(self, data, is_transient):
        token = self._some_token(data)
        held = self._give_up(token)
        outcome = self.queue.fail(token, TROUBLE, is_transient=is_transient)
        if held is None:
            assert outcome == "refused"
            return
        job_id, step = held
        if is_transient and step.n_attempts < RULES.max_attempts:
            assert outcome == "retried"
            self.model.again(job_id, step)
            if step.state == "queued":
                real = next(found for found in self.workshop.job(job_id).steps if found.name == step.name)
                bound_s = min(RULES.cap_s, RULES.base_s * 2.0 ** (step.n_attempts - 1))
                assert self.model.now <= real.run_at <= self.model.now + bound_s
                step.run_at = real.run_at
        else:
            assert outcome == "failed"
            self._fail_or_cancel(job_id, step)

    def _fail_or_cancel(self, job_id, step):
        self.model.end(job_id, step, "cancelled" if self.model.jobs[job_id].is_cancel_asked else "failed")

    @precondition(lambda self: self.model.leases or self.old_tokens)
    @rule(data=st.data())
    def crash(self, data):
        token = self._some_token(data)
        held = self._give_up(token)
        outcome = self.queue.crash(token, "signal SIGKILL")
        if held is None:
            assert outcome == "refused"
            return
        job_id, step = held
        if step.n_crashes + 1 >= RULES.max_crashes:
            step.n_crashes += 1
            assert outcome == "failed"
            self._fail_or_cancel(job_id, step)
        else:
            assert outcome == "retried"
            self.model.again(job_id, step)
            step.n_crashes += step.state == "queued"

    @precondition(lambda self: self.model.leases)
    @rule(data=st.data())
    def release(self, data):
        token = self._some_token(data, with_old=False)
        held = self._give_up(token)
        self.queue.release([token])
        job_id, step = held
        self.model.again(job_id, step)
        step.n_attempts -= step.state == "queued"

    @precondition(lambda self: self.model.leases)
    @rule(data=st.data())
    def renew(self, data):
        tokens = data.draw(st.sets(st.sampled_from(sorted(self.model.leases) + self.old_tokens[-2:])))
        assert self.queue.renew(tokens) == tokens - set(self.model.leases)
        for token in tokens & set(self.model.leases):
            self.model.leases[token].until = self.model.now + RULES.lease_s

    @rule(seconds=st.sampled_from([1.0, 6.0, 15.0]))
    def time_passes(self, seconds):
        self.model.now += seconds
        self.database.at += seconds

    @rule(holder=st.sampled_from(["one", "two", "three"]), is_dead=st.booleans())
    def reap(self, holder, is_dead):
        expected = [
            token
            for token, lease in self.model.leases.items()
            if lease.holder != holder and (is_dead or lease.until < self.model.now)
        ]
        held = {token for token, lease in self.model.leases.items() if lease.holder == holder}
        found = self.queue.reap(Holder(holder, "here", "boot", 1), lambda _: not is_dead, held=held)
        assert found == len(expected)
        for token in expected:
            job_id, step = self._give_up(token)
            if step.n_attempts >= RULES.max_losses:
                self._fail_or_cancel(job_id, step)
            else:
                self.model.again(job_id, step)

    # -- people change their minds

    @precondition(lambda self: self.model.jobs)
    @rule(data=st.data())
    def cancel(self, data):
        job_id = data.draw(st.sampled_from(sorted(self.model.jobs)))
        job = self.model.jobs[job_id]
        if job.state not in ("completed", "failed", "cancelled"):
            job.is_cancel_asked = True
            for step in job.steps:
                if step.state in ("waiting", "queued"):
                    step.state = "cancelled"
        self.workshop.cancel(job_id)

    @precondition(lambda self: self.model.jobs)
    @rule(data=st.data())
    def retry(self, data):
        job_id = data.draw(st.sampled_from(sorted(self.model.jobs)))
        job = self.model.jobs[job_id]
        again = [step for step in job.steps if step.state in ("failed", "cancelled", "skipped")]
        if job.state not in ("completed", "failed", "cancelled") or not again:
            with pytest.raises(JobStateError):
                self.workshop.retry(job_id)
            return
        self.workshop.retry(job_id)
        job.is_cancel_asked = False
        done = {step.name for step in job.steps if step.state == "completed"}
        for step in again:
            step.state = "queued" if done.issuperset(step.after) else "waiting"
            step.n_attempts = step.n_crashes = 0
            step.run_at = self.model.now

    @precondition(lambda self: self.model.jobs)
    @rule(data=st.data())
    def delete(self, data):
        job_id = data.draw(st.sampled_from(sorted(self.model.jobs)))
        if self.model.jobs[job_id].state in ("completed", "failed", "cancelled"):
            self.workshop.delete(job_id)
            del self.model.jobs[job_id]
        else:
            with pytest.raises(JobStateError):
                self.workshop.delete(job_id)

    # -- what always holds

    @invariant()
    def table_and_model_agree(self):
        if not hasattr(self, "model"):
            return
        real = {job.id: job for job in self.workshop.jobs(limit=200).items}
        assert set(real) == set(self.model.jobs)
        for job_id, expected in self.model.jobs.items():
            found = real[job_id]
            assert [(step.name, step.state, step.n_attempts, step.n_crashes) for step in found.steps] == [
                (step.name, step.state, step.n_attempts, step.n_crashes) for step in expected.steps
            ]
            assert found.state == expected.state
            assert (found.finished_at is not None) == found.is_final
            assert (found.result is not None) or found.state != "completed"
        n_processing = sum(step.state == "processing" for job in self.model.jobs.values() for step in job.steps)
        assert n_processing == len(self.model.leases)
        assert self.queue.living_tokens() == set(self.model.leases)

    @invariant()
    def events_are_told_in_order(self):
        if not hasattr(self, "model"):
            return
        seqs = [message["seq"] for message in self.told]
        assert seqs == sorted(set(seqs))

    open_database: Callable[[Path], ClockedDatabase]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_the_table_does_what_the_model_says(kind, request, empty_sqlite):
    import sqlalchemy as sa

    from tonmeister.store.tables import METADATA

    url = request.getfixturevalue("empty_postgres") if kind == "postgresql" else None

    class Machine(TableMachine):
        def open_database(self, folder: Path) -> ClockedDatabase:
            if url is None:
                shutil.copy(empty_sqlite, folder / "tonmeister.db")
                opened = ClockedDatabase(f"sqlite:///{folder / 'tonmeister.db'}")
                with opened.engine.connect() as connection:
                    connection.exec_driver_sql("PRAGMA synchronous=OFF")
                return opened
            opened = ClockedDatabase(url)
            with opened.write() as connection:
                for table in reversed(METADATA.sorted_tables):
                    connection.execute(sa.delete(table))
            return opened

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=25 if kind == "sqlite" else 8,
            stateful_step_count=30,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.explicit, Phase.generate, Phase.shrink),
        ),
    )

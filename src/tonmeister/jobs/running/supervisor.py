"""Takes work from the job table and has job processes do it.

The loop in `Supervisor.run` has the processes and pipes to itself. What touches the database happens in two threads:
the clerk takes work and hands outcomes in, the warden keeps leases alive and looks after what is due. So progress
reaches its listeners at once, however slow the database is.
"""

from __future__ import annotations

import collections
import contextlib
import logging
import os
import queue
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from tonmeister.core.errors import InternalError, JobTimeoutError, TonmeisterError
from tonmeister.jobs.book.ledger import Ledger
from tonmeister.jobs.book.queue import Claim, Queue, Rules
from tonmeister.jobs.book.transitions import Transitions
from tonmeister.jobs.bus import Bus, open_bus
from tonmeister.jobs.keys import comparable
from tonmeister.jobs.plans import STUDIO
from tonmeister.jobs.running.celery_executor import Dispatcher
from tonmeister.jobs.running.child import load_registry
from tonmeister.jobs.running.machine import is_alive, steady_s, this_holder
from tonmeister.jobs.running.processes import ForkServer, JobProcess
from tonmeister.jobs.running.tasks import TASKS, Tasks
from tonmeister.jobs.schedules import Schedules
from tonmeister.store.database import Database

if TYPE_CHECKING:
    from tonmeister.settings import Settings

T = TypeVar("T")

POLL_S = 0.5
"""How often the database is asked for work and for cancelled jobs, if no message comes."""
PROGRESS_S = 1.0
"""How often progress is written to the database."""
BEAT_S = 5.0
TERM_GRACE_S = 1.0
"""How long a cancelled job may take to end by itself; the promise is two seconds for the whole."""

STOP_S = 8.0
"""After so long a stop is forced: the database may be away. Leases that could not be given back run out."""

_log = logging.getLogger("tonmeister.jobs")


@dataclass
class Work:
    """A step that is being done here."""

    claim: Claim
    process: JobProcess | None
    folder: Path
    began_at: float
    deadline: float
    kill_at: float | None = None
    ending: str | None = None
    """Why it is being ended: "cancelled", "lost", "late" or "stopping"."""
    outcome: dict[str, Any] | None = None
    reached: tuple[float, str] = (0.0, "")
    offer: Future[bool] | None = None


@dataclass
class Signs:
    """What the warden found: leases that are lost, jobs that are cancelled."""

    lost: set[str] = field(default_factory=set)
    cancelled: set[str] = field(default_factory=set)


class Supervisor:
    """One process of this per machine does the work of the studio; several share one PostgreSQL.

    Parameters
    ----------
    settings
        The options of the program.
    source
        Where the registry of capabilities is found: "module:function". Job processes import it too.
    preparer
        The capability that prepares new audio for listening.
    bus
        How events are told; by default what the settings say.
    rules
        When work is tried again; by default with the lease of the settings.
    is_claiming
        False: does only what `offer` names, for executors that hand out work themselves.
    """

    def __init__(
        self,
        settings: Settings,
        source: str,
        *,
        preparer: str | None = None,
        bus: Bus | None = None,
        rules: Rules | None = None,
        is_claiming: bool = True,
        version: str = "",
    ):
        self.settings = settings
        self.registry = load_registry(source)
        self.holder = this_holder()
        self._source = source
        self._version = version
        self._own_bus = None if bus is not None else open_bus(settings.bus_url, settings.resolved_database_url)
        self.bus: Bus = bus if bus is not None else self._own_bus  # type: ignore[assignment]
        self.database = Database(settings.resolved_database_url)
        ledger = Ledger(self.database, self.bus)
        transitions = Transitions(self.registry, preparer)
        self.queue = Queue(ledger, transitions, rules or Rules(lease_s=settings.lease_s))
        self.schedules = Schedules(ledger, transitions)
        self._tasks = Tasks(settings, ledger, transitions)
        self.n_slots = 0 if is_claiming and settings.executor == "celery" else settings.n_slots
        self._is_claiming = is_claiming
        self._versions: dict[str, str | None] = {
            capability.name: comparable(capability.version) for capability in self.registry.values()
        }
        self._kinds = tuple(self._versions)
        self._dispatcher: Dispatcher | None = None
        if is_claiming and settings.executor == "celery":
            self._dispatcher = Dispatcher(settings, self.queue)
            self._versions = {}
        if is_claiming:
            self._versions |= dict.fromkeys(TASKS)
        self._n_threads = max(1, settings.n_cores // settings.n_slots)
        self._forks = ForkServer(source, self._n_threads)
        self._spare: list[JobProcess] = []
        self._works: dict[str, Work] = {}
        self._committing: dict[str, Claim] = {}
        self._offers: collections.deque[tuple[str, Future[bool]]] = collections.deque()
        self._reached: dict[str, tuple[float, str]] = {}
        self._calls: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._awake, self._wake = os.pipe()
        os.set_blocking(self._wake, False)
        os.set_blocking(self._awake, False)
        self._clerk = ThreadPoolExecutor(1, thread_name_prefix="clerk")
        self._warden = ThreadPoolExecutor(1, thread_name_prefix="warden")
        self._hand = ThreadPoolExecutor(1, thread_name_prefix="task")
        self._post = ThreadPoolExecutor(1, thread_name_prefix="post")
        self._is_ending = threading.Event()
        self._is_stopping = False
        self._is_asking = False
        self._is_tending = False
        self._is_writing = False
        self._is_sending = False
        self._send_at = 0.0
        self._ask_at = self._tend_at = self._write_at = self._fork_at = 0.0
        self._renewed_at = steady_s()
        self._reap_at = self._beat_at = self._sweep_at = self._plan_at = 0.0
        self.root = work_folder(settings)

    # -- the loop

    def run(self, stop: threading.Event, *, drain_s: float = 0.0) -> None:
        """Work until ``stop`` is set; what is being done then may take ``drain_s``, the rest goes back to the queue."""
        self.root.mkdir(parents=True, exist_ok=True)
        if self._is_claiming:
            self._later(self._clerk, lambda: self._insist(self._keep_schedules), self._noticed)
        forget = self.bus.subscribe(self._heed)
        drain_until: float | None = None
        try:
            while True:
                now = time.monotonic()
                if stop.is_set():
                    if drain_until is None:
                        drain_until = now + drain_s
                    self._is_stopping = True
                    if now >= drain_until:
                        self._end_all(now)
                    if now >= drain_until + STOP_S:
                        break
                    if not self._works and not self._committing and not self._is_asking:
                        break
                self._step(now)
        finally:
            forget()
            self._close()

    def _keep_schedules(self) -> None:
        self.schedules.keep_own(self._tasks.schedules())

    def _noticed(self, future: Future[None]) -> None:
        if future.exception() is not None:
            self._say_trouble("keeping the schedules", future.exception())

    def wake(self) -> None:
        """Have the loop look around at once; from any thread."""
        with contextlib.suppress(BlockingIOError, OSError):
            os.write(self._wake, b"x")

    def offer(self, step_id: str) -> Future[bool]:
        """Do this step if it can be had; the future tells when it is over, true if it was done here."""
        done: Future[bool] = Future()
        self._calls.put(lambda: self._offers.append((step_id, done)))
        self.wake()
        return done

    def _heed(self, message: dict[str, Any]) -> None:
        if message.get("topic") == "job" and message.get("type") in ("created", "retried", "cancel_asked", "progress"):
            if message["type"] == "progress" and message.get("seq") is None:
                return
            self._calls.put(self._hurry)
            self.wake()

    def _hurry(self) -> None:
        self._ask_at = self._send_at = 0.0
        self._tend_at = min(self._tend_at, time.monotonic() + 0.05)

    def _step(self, now: float) -> None:
        self._keep_forks(now)
        self._ask_for_work(now)
        self._tend(now)
        self._write_progress(now)
        self._send_due(now)
        sources: list[Any] = [self._awake]
        if self._forks.is_running:
            sources.append(self._forks.channel)
        sources += [
            work.process.connection for work in self._works.values() if work.process and not work.process.is_cut
        ]
        for ready in wait(sources, timeout=self._pause(now)):
            if ready == self._awake:
                with contextlib.suppress(BlockingIOError):
                    while os.read(self._awake, 512):
                        pass
            elif self._forks.is_running and ready is self._forks.channel:
                for process in self._forks.receive():
                    self._buried(process)
            else:
                for work in list(self._works.values()):
                    if work.process and work.process.connection is ready:
                        self._listen(work)
        with contextlib.suppress(queue.Empty):
            while True:
                self._calls.get_nowait()()
        self._enforce(time.monotonic())

    def _pause(self, now: float) -> float:
        moments = [self._tend_at, now + POLL_S]
        if self._dispatcher is not None:
            moments.append(self._send_at)
        if self._works:
            moments.append(self._write_at)
        moments += [work.kill_at for work in self._works.values() if work.kill_at is not None]
        return max(0.005, min(moments) - now)

    # -- processes

    def _keep_forks(self, now: float) -> None:
        """Keep a fresh process ready for every free slot."""
        if self._is_stopping or now < self._fork_at or self.n_slots == 0:
            return
        if not self._forks.is_running:
            self._forks.start()
        n_busy = sum(work.process is not None for work in self._works.values())
        while len(self._spare) + n_busy < self.n_slots:
            process = self._forks.fork()
            if process.is_cut:
                self._fork_at = now + 0.5
                return
            self._spare.append(process)

    def _buried(self, process: JobProcess) -> None:
        if process in self._spare:
            self._spare.remove(process)
            process.close()
            if process.pid is None:
                self._fork_at = time.monotonic() + 0.5
            return
        for work in list(self._works.values()):
            if work.process is process:
                self._listen(work)  # what it said before it ended counts
                self._over(work, process.exit_code or 0)
                process.close()

    def _listen(self, work: Work) -> None:
        assert work.process is not None
        for message in work.process.receive():
            try:
                self._take_in(work, message)
            except (KeyError, TypeError, ValueError) as error:
                _log.error("A job's process speaks in riddles (%r); it is ended.", error)
                self._forks.signal(work.process, signal.SIGKILL)
        if work.process.is_cut:  # nothing can come from it any more
            self._forks.signal(work.process, signal.SIGKILL)

    def _take_in(self, work: Work, message: dict[str, Any]) -> None:
        kind = message["is"]
        token = work.claim.token
        if kind == "begun":
            assert work.process is not None
            work.process.has_begun = True
        elif kind == "progress":
            work.reached = (min(100.0, max(0.0, float(message["percent"]))), str(message["stage"])[:255])
            self._reached[token] = work.reached
            self._tell_progress(work)
        elif kind in ("done", "failed"):
            work.outcome = message
            if work.process is not None:  # whatever it does after its last word is of no use
                self._forks.signal(work.process, signal.SIGKILL)
        elif kind == "find result":
            self._ask_clerk(work, lambda: _kept(self.queue.kept_result(str(message["key"]))))
        elif kind == "asset":
            self._ask_clerk(work, lambda: {"asset": _facts(self.queue.asset(str(message["id"])))})
        elif kind == "keep result":
            self._ask_clerk(work, lambda: self._keep(message))

    def _keep(self, message: dict[str, Any]) -> dict[str, Any]:
        self.queue.keep_result(message["key"], message["capability"], message["result"], message["products"])
        return {}

    def _ask_clerk(self, work: Work, question: Callable[[], dict[str, Any]]) -> None:
        def answered(future: Future[dict[str, Any]]) -> None:
            if work.process is not None and future.exception() is None:
                work.process.send({"is": "answer", **future.result()})
            elif work.process is not None:
                _log.error("A job's question could not be answered: %r", future.exception())
                self._forks.signal(work.process, signal.SIGKILL)

        self._later(self._clerk, lambda: self._insist(question), answered)

    def _tell_progress(self, work: Work) -> None:
        percent, stage = work.reached
        eta_s = None
        if 1.0 <= percent < 100.0:
            eta_s = (time.monotonic() - work.began_at) * (100.0 - percent) / percent
        kind = "progress" if work.claim.is_single else "step_progress"
        data = {
            "state": "processing",
            "progress_percent": percent,
            "message": stage,
            "eta_s": eta_s,
            "step": work.claim.name,
            "is_system": work.claim.is_system,
            "capability": work.claim.capability,
        }
        self.bus.publish({"seq": None, "topic": "job", "id": work.claim.job_id, "type": kind, "data": data})

    # -- taking work

    def _ask_for_work(self, now: float) -> None:
        if self._is_stopping or self._is_asking or now < self._ask_at:
            return
        has_process = any(process.is_ready for process in self._spare)
        if self._offers and has_process:
            step_id, done = self._offers.popleft()
            self._claim(step_id, done)
        elif self._is_claiming:
            kinds = {name for name in self._versions if has_process or name.startswith(STUDIO)}
            if kinds:
                self._claim(None, None)

    def _claim(self, step_id: str | None, offer: Future[bool] | None) -> None:
        self._is_asking = True
        has_process = any(process.is_ready for process in self._spare)
        running = collections.Counter(work.claim.capability for work in self._works.values())
        full = {kind for kind, most in self.settings.max_jobs_by_kind.items() if running[kind] >= most}
        if any(running[task] for task in TASKS):  # one of the studio's own tasks at a time
            full |= set(TASKS)
        if not has_process:
            full |= {name for name in self._versions if not name.startswith(STUDIO)}

        def claimed(future: Future[Claim | None]) -> None:
            self._is_asking = False
            claim = None if future.exception() else future.result()
            if future.exception():
                self._say_trouble("taking work", future.exception())
            if claim is None:
                if step_id is None:
                    self._ask_at = time.monotonic() + POLL_S
                if offer is not None:
                    offer.set_result(False)
                return
            self._begin(claim, offer)

        self._later(
            self._clerk,
            lambda: self.queue.claim(self.holder, self._versions, without=full, step_id=step_id),
            claimed,
        )

    def _begin(self, claim: Claim, offer: Future[bool] | None) -> None:
        now = time.monotonic()
        folder = self.root / claim.token
        work = Work(claim, None, folder, now, now + self.settings.job_timeout_s, offer=offer)
        self._works[claim.token] = work
        if claim.capability.startswith(STUDIO):
            self._later(self._hand, lambda: self._tasks.run(claim.capability, claim.params), self._task_over(work))
            return
        process = next((process for process in self._spare if process.is_ready), None)
        if process is None:
            self._settle(work, lambda: self.queue.release([claim.token]))
            return
        self._spare.remove(process)
        work.process = process
        try:
            folder.mkdir()
        except OSError as error:
            trouble = InternalError(f"The work's folder cannot be made: {error.strerror}.", remedy="Look at the disk.")
            self._forks.signal(process, signal.SIGKILL)
            self._settle(work, lambda: self.queue.fail(claim.token, trouble, is_transient=True))
            return
        process.send(
            {
                "is": "task",
                "capability": claim.capability,
                "params": claim.params,
                "assets": {ref: _facts(facts) for ref, facts in claim.assets.items()},
                "folder": str(folder),
                "storage_url": self.settings.resolved_storage_url,
                "n_workers": self._n_threads,
                "max_duration_s": self.settings.max_duration_s,
                "memory_bytes": self.settings.job_memory_mb << 20,
                "cpu_s": self.settings.job_timeout_s * self._n_threads,
            }
        )

    def _task_over(self, work: Work) -> Callable[[Future[dict[str, Any]]], None]:
        def over(future: Future[dict[str, Any]]) -> None:
            error = future.exception()
            token = work.claim.token
            if error is None:
                self._settle(work, lambda: self.queue.finish(token, future.result()))
            elif isinstance(error, TonmeisterError):
                self._settle(work, lambda: self.queue.fail(token, error))
            else:
                from tonmeister.jobs.worker import fault

                _log.error("The task %s failed.", work.claim.capability, exc_info=error)
                is_passing = isinstance(error, SQLAlchemyError | OSError)
                self._settle(work, lambda: self.queue.fail(token, fault(error), is_transient=is_passing))

        return over

    # -- ending work

    def _enforce(self, now: float) -> None:
        for work in list(self._works.values()):
            if work.process is None:
                continue
            if work.ending is None and now >= work.deadline:
                work.ending = "late"
                self._forks.signal(work.process, signal.SIGKILL)
            if work.kill_at is not None and now >= work.kill_at:
                work.kill_at = None
                self._forks.signal(work.process, signal.SIGKILL)

    def _end(self, work: Work, why: str, now: float) -> None:
        """Ask the work to end, and see to it that it does."""
        if work.ending is not None or work.process is None:
            return
        work.ending = why
        if why == "lost":
            self._forks.signal(work.process, signal.SIGKILL)
            return
        work.kill_at = now + TERM_GRACE_S
        self._forks.signal(work.process, signal.SIGTERM)

    def _end_all(self, now: float) -> None:
        for work in self._works.values():
            self._end(work, "stopping", now)

    def _over(self, work: Work, exit_code: int) -> None:
        """The process has ended: hand in what became of the work."""
        token, outcome = work.claim.token, work.outcome
        queue_ = self.queue
        if work.ending == "lost":
            self._settle(work, lambda: "lost")
        elif outcome is not None and outcome["is"] == "done":
            self._settle(work, lambda: self._commit(token, outcome))
        elif work.ending == "cancelled":
            self._settle(work, lambda: queue_.end_cancelled(token))
        elif work.ending == "stopping":
            self._settle(work, lambda: queue_.release([token]))
        elif work.ending == "late" or exit_code == -signal.SIGXCPU:
            self._settle(work, lambda: queue_.fail(token, late(self.settings.job_timeout_s)))
        elif outcome is not None:
            error = _as_error(outcome["error"])
            self._settle(work, lambda: queue_.fail(token, error, is_transient=bool(outcome["is_transient"])))
        elif not self._forks.is_running:
            # the fork server went, and its jobs with it: no fault of theirs
            self._settle(work, lambda: queue_.lose(token))
        elif work.process is not None and not work.process.has_begun:
            self._settle(work, lambda: queue_.lose(token))
        else:
            self._settle(work, lambda: queue_.crash(token, ending_words(exit_code)))

    def _commit(self, token: str, outcome: dict[str, Any]) -> Any:
        try:
            return self.queue.finish(
                token,
                outcome["result"],
                outcome["products"],
                cpu_s=float(outcome["cpu_s"]),
                peak_memory_bytes=int(outcome["peak_memory_bytes"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            trouble = InternalError(f"The work's result cannot be kept: {error}.", remedy="Please report it.")
            return self.queue.fail(token, trouble)

    def _settle(self, work: Work, hand_in: Callable[[], Any]) -> None:
        """Hand in the outcome, as often as it takes; meanwhile the slot is free and the lease is kept alive."""
        token = work.claim.token
        self._works.pop(token, None)
        self._reached.pop(token, None)
        self._committing[token] = work.claim
        if work.process is not None:
            shutil.rmtree(work.folder, ignore_errors=True)

        def settled(future: Future[Any]) -> None:
            self._committing.pop(token, None)
            if future.exception() is not None:
                self._say_trouble("handing in an outcome", future.exception())
            elif future.result() in (False, "refused"):
                _log.warning("A finished step was refused: its lease had gone to another. (%s)", work.claim.step_id)
            self._ask_at = 0.0
            if work.offer is not None:
                work.offer.set_result(True)

        self._later(self._clerk, lambda: self._insist(hand_in), settled)

    # -- the two threads

    def _later(self, thread: ThreadPoolExecutor, work: Callable[[], T], then: Callable[[Future[T]], None]) -> None:
        """Have a thread do something, and the loop go on with its future."""

        def done(future: Future[T]) -> None:
            self._calls.put(lambda: then(future))
            self.wake()

        thread.submit(work).add_done_callback(done)

    def _insist(self, work: Callable[[], T]) -> T:
        """Do something with the database until it works: it may be away for a while, or its disk be full."""
        pause_s = 0.05
        while True:
            try:
                return work()
            except SQLAlchemyError as error:
                if not _is_passing(error) or self._is_ending.wait(pause_s):
                    raise
                self._say_trouble("writing", error)
                pause_s = min(2.0, pause_s * 2.0)

    def _say_trouble(self, what: str, error: BaseException | None) -> None:
        _log.warning("The database gave trouble at %s: %s", what, str(error).partition("\n")[0])

    def _tend(self, now: float) -> None:
        if self._is_tending or now < self._tend_at:
            return
        self._is_tending = True
        tokens = {*self._works, *self._committing}
        n_busy = len(self._works)
        self._tend_at = now + min(POLL_S, self.queue.rules.lease_s / 8)

        def tended(future: Future[Signs]) -> None:
            self._is_tending = False
            if future.exception() is not None:
                self._say_trouble("looking around", future.exception())
                return
            signs, moment = future.result(), time.monotonic()
            for token in signs.lost | signs.cancelled:
                work = self._works.get(token)
                if work is not None:
                    self._end(work, "lost" if token in signs.lost else "cancelled", moment)

        self._later(self._warden, lambda: self._look_around(tokens, n_busy), tended)

    def _look_around(self, tokens: set[str], n_busy: int) -> Signs:
        """Renew first, then look at others: who was asleep must not take from those that slept beside it."""
        signs = Signs()
        lease_s = self.queue.rules.lease_s
        moment = steady_s()
        slept = moment - self._renewed_at
        if slept >= lease_s / 4:
            signs.lost = self.queue.renew(tokens)
            self._renewed_at = steady_s()
            if slept > lease_s:  # those beside us may have slept too: they get time to renew
                self._reap_at = self._renewed_at + lease_s / 2
        signs.cancelled = self.queue.cancelled_among(tokens - signs.lost)
        if moment >= self._reap_at and steady_s() - self._renewed_at < lease_s / 2:
            self._reap_at = moment + lease_s / 4
            if self.queue.reap(self.holder, is_alive):
                self._calls.put(self._hurry)
                self.wake()
        if moment >= self._plan_at:
            self._plan_at = moment + 1.0
            self.schedules.enqueue_due()
        if moment >= self._beat_at:
            self._beat_at = moment + BEAT_S
            self.queue.beat(
                self.holder,
                version=self._version,
                executor=self.settings.executor,
                n_slots=self.n_slots,
                n_busy=n_busy,
            )
        if moment >= self._sweep_at:
            self._sweep_at = moment + 60.0
            self._sweep()
        return signs

    def _sweep(self) -> None:
        """Remove the folders of work that nobody does any more: its supervisor was killed."""
        folders = [path for path in self.root.iterdir() if path.is_dir()] if self.root.is_dir() else []
        if folders:
            living = self.queue.living_tokens()
            for path in folders:
                if path.name not in living and path.name not in self._works:
                    shutil.rmtree(path, ignore_errors=True)

    def _write_progress(self, now: float) -> None:
        if not self._reached or self._is_writing or now < self._write_at:
            return
        self._is_writing = True
        self._write_at = now + PROGRESS_S
        reached, self._reached = self._reached, {}

        def written(future: Future[None]) -> None:
            self._is_writing = False
            if future.exception() is not None:
                self._say_trouble("writing progress", future.exception())

        self._later(self._warden, lambda: self.queue.progress(reached), written)

    def _send_due(self, now: float) -> None:
        """Give the broker what is due, where Celery hands out the work."""
        if self._dispatcher is None or self._is_sending or self._is_stopping or now < self._send_at:
            return
        self._is_sending = True
        self._send_at = now + POLL_S
        dispatcher = self._dispatcher

        def sent(future: Future[int]) -> None:
            self._is_sending = False
            if future.exception() is not None:
                self._say_trouble("sending what is due", future.exception())

        self._later(self._post, lambda: dispatcher.send_due(self._kinds, self.queue.n_slots_alive(self.holder)), sent)

    # -- the end

    def _close(self) -> None:
        self._is_ending.set()
        self._forks.stop()
        for process in self._spare:
            process.close()
        for _, offer in self._offers:
            offer.set_result(False)
        left = [*self._works, *self._committing]
        for thread in (self._clerk, self._warden, self._hand, self._post):
            thread.shutdown(wait=True, cancel_futures=True)
        for work in self._works.values():
            shutil.rmtree(work.folder, ignore_errors=True)
        with contextlib.suppress(SQLAlchemyError):
            self.queue.release(left)
            self.queue.leave(self.holder)
        if self._dispatcher is not None:
            self._dispatcher.close()
        if self._own_bus is not None:
            self._own_bus.close()
        self.database.close()
        os.close(self._awake)
        os.close(self._wake)


def work_folder(settings: Settings) -> Path:
    """Return where the folders of running jobs lie: beside the blobs, so that results need not be copied."""
    if settings.temporary_folder is not None:
        return settings.temporary_folder / "tonmeister-jobs"
    if settings.data_folder.is_dir():
        return settings.data_folder / "tmp"
    return Path(tempfile.gettempdir()) / "tonmeister-jobs"


def _is_passing(error: SQLAlchemyError) -> bool:
    from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, PendingRollbackError
    from sqlalchemy.exc import TimeoutError as PoolTimeoutError

    if isinstance(error, OperationalError | InterfaceError | PendingRollbackError | PoolTimeoutError):
        return True
    return isinstance(error, DBAPIError) and error.connection_invalidated


def _facts(facts: Any) -> dict[str, Any] | None:
    if facts is None:
        return None
    return {
        "sha256": facts.sha256,
        "name": facts.name,
        "media_type": facts.media_type,
        "size_bytes": facts.size_bytes,
    }


def _kept(found: tuple[Any, Any] | None) -> dict[str, Any]:
    return {"result": None, "products": []} if found is None else {"result": found[0], "products": found[1]}


class _ToldError(TonmeisterError):
    """An error that arrived as data."""

    def __init__(self, data: dict[str, Any]):
        super().__init__(str(data.get("message", "")))
        self._data = data

    def details(self) -> dict[str, Any]:
        return self._data


def _as_error(data: Any) -> TonmeisterError:
    return _ToldError(dict(data))


def late(limit_s: float) -> JobTimeoutError:
    """Return the error for work that took too long."""
    return JobTimeoutError(
        f"The work took longer than the {limit_s:g} s that it may.",
        field="job_timeout_s",
        value=limit_s,
        remedy="Raise TONMEISTER_JOB_TIMEOUT_S, or use shorter material.",
    )


def ending_words(exit_code: int) -> str:
    """Say how a process ended."""
    if exit_code >= 0:
        return f"exit code {exit_code}"
    try:
        return f"signal {signal.Signals(-exit_code).name}"
    except ValueError:
        return f"signal {-exit_code}"


def supervise(
    settings: Settings,
    source: str,
    stop: threading.Event,
    *,
    preparer: str | None = None,
    rules: Rules | None = None,
    version: str = "",
) -> None:
    """Do the studio's jobs on this machine until ``stop`` is set, by the executor of the settings."""
    if settings.executor == "celery":
        from tonmeister.jobs.running.celery_executor import work

        work(settings, source, stop, preparer=preparer, rules=rules, version=version)
        return
    Supervisor(settings, source, preparer=preparer, rules=rules, version=version).run(stop)

"""Takes work from the job table and has job processes do it.

The loop in `Supervisor.run` has the processes and pipes to itself. What touches the database happens in threads: the
clerk takes work and hands outcomes in, the warden keeps leases alive and looks after what is due. So progress reaches
its listeners at once, however slow the database is.
"""

from __future__ import annotations

import collections
import contextlib
import hashlib
import logging
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing.connection import wait
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from tonmeister.core.errors import InternalError
from tonmeister.jobs.book.claims import Claims
from tonmeister.jobs.book.heartbeats import Heartbeats
from tonmeister.jobs.book.ledger import Ledger
from tonmeister.jobs.book.limits import Limits
from tonmeister.jobs.book.queue import Queue
from tonmeister.jobs.book.rules import Claim, Rules
from tonmeister.jobs.book.transitions import Transitions
from tonmeister.jobs.bus import Bus, open_bus
from tonmeister.jobs.keys import comparable
from tonmeister.jobs.plans import STUDIO
from tonmeister.jobs.running.celery_executor import Dispatcher
from tonmeister.jobs.running.child import load_registry
from tonmeister.jobs.running.crew import Crew
from tonmeister.jobs.running.endings import ending_of, firmly, give_back, task_ending
from tonmeister.jobs.running.loop import Loop, say_trouble
from tonmeister.jobs.running.machine import this_holder
from tonmeister.jobs.running.processes import ForkServer, JobProcess
from tonmeister.jobs.running.talk import Talk
from tonmeister.jobs.running.tasks import TASKS, Tasks
from tonmeister.jobs.running.warden import Signs, Warden
from tonmeister.jobs.running.work import Work
from tonmeister.jobs.schedules import Schedules
from tonmeister.store.database import Database
from tonmeister.store.room import Shortage, find_shortage

if TYPE_CHECKING:
    from tonmeister.settings import Settings

POLL_S = 0.5
"""How often the database is asked for work and for cancelled jobs, if no message comes."""
TERM_GRACE_S = 1.0
"""How long a cancelled job may take to end by itself; the promise is two seconds for the whole."""

STOP_S = 8.0
"""After so long a stop is forced: the database may be away. Leases that could not be given back run out."""

_log = logging.getLogger("tonmeister.jobs")


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
        self._version = version
        self._own_bus = None if bus is not None else open_bus(settings.bus_url, settings.resolved_database_url)
        self.bus: Bus = bus if bus is not None else self._own_bus  # type: ignore[assignment]
        self.database = Database(settings.resolved_database_url)
        ledger = Ledger(self.database, self.bus)
        transitions = Transitions(self.registry, preparer)
        rules = rules or Rules(lease_s=settings.lease_s)
        self.queue = Queue(ledger, transitions, rules)
        self.schedules = Schedules(ledger, transitions)
        self._heartbeats = Heartbeats(ledger)
        self._tasks = Tasks(settings, ledger, transitions)
        limits = Limits(settings.max_jobs_by_kind, TASKS, preparer=preparer, n_slots=settings.n_slots)
        self._claims = Claims(ledger, transitions, rules, limits)
        self.n_slots = 0 if is_claiming and settings.executor == "celery" else settings.n_slots
        self._is_claiming = is_claiming
        self._versions: dict[str, str | None] = {
            capability.name: comparable(capability.version) for capability in self.registry.values()
        }
        self._kinds = tuple(self._versions)
        self._dispatcher: Dispatcher | None = None
        if is_claiming and settings.executor == "celery":
            self._dispatcher = Dispatcher(settings, self._claims)
            self._versions = {}
        if is_claiming:
            self._versions |= dict.fromkeys(TASKS)
        self._n_threads = max(1, settings.n_cores // settings.n_slots)
        self.crew = Crew(ForkServer(source, self._n_threads), self.n_slots)
        self.root = work_folder(settings)
        self._warden = Warden(self.holder, self.queue, self.schedules, self._heartbeats, self.root, self._beat)
        self._works: dict[str, Work] = {}
        self._committing: dict[str, Claim] = {}
        self._offers: collections.deque[tuple[str, Future[bool]]] = collections.deque()
        self._loop = Loop()
        self._offering = threading.Lock()
        self._clerk, self._watch, self._hand, self._post = (
            ThreadPoolExecutor(1, thread_name_prefix=name) for name in ("clerk", "warden", "task", "post")
        )
        self._talk = Talk(self.queue, self.bus, self.crew.forks, self._loop, self._clerk, self._watch)
        self._is_stopping = False
        self._shortage: Shortage | None = None
        self._orphaned = threading.Event()
        self._is_asking = self._is_tending = self._is_sending = False
        self._ask_at = self._tend_at = self._send_at = 0.0

    # -- the loop

    def run(self, stop: threading.Event, *, drain_s: float = 0.0, orphaned: threading.Event | None = None) -> None:
        """Work until ``stop`` is set; what is being done then may take ``drain_s``, the rest goes back to the queue.

        With ``orphaned`` set it goes back as lost: the server has died, and what was begun counts as an attempt.
        """
        self._orphaned = orphaned or self._orphaned
        self.root.mkdir(parents=True, exist_ok=True)
        if self._is_claiming:
            self._loop.later(self._clerk, lambda: self._loop.insist(self._keep_schedules), self._noticed)
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
            say_trouble("keeping the schedules", future.exception())

    def wake(self) -> None:
        """Have the loop look around at once; from any thread."""
        self._loop.wake()

    def offer(self, step_id: str) -> Future[bool]:
        """Do this step if it can be had; the future tells when it is over, true if it was done here."""
        done: Future[bool] = Future()
        with self._offering:
            if self._loop.is_ending.is_set():
                done.set_result(False)
            else:
                self._offers.append((step_id, done))
                self._loop.wake()
        return done

    def withdraw(self, offer: Future[bool]) -> None:
        """Do not begin what was offered; what has begun goes on."""
        with self._offering:
            for entry in list(self._offers):
                if entry[1] is offer:
                    with contextlib.suppress(ValueError):  # the loop has just taken it
                        self._offers.remove(entry)
                        offer.set_result(False)

    def _heed(self, message: dict[str, Any]) -> None:
        if message.get("topic") == "job" and message.get("type") in ("created", "retried", "cancel_asked", "progress"):
            if message["type"] == "progress" and message.get("seq") is None:
                return
            self._loop.call(self._hurry)

    def _hurry(self) -> None:
        self._ask_at = self._send_at = 0.0
        self._tend_at = min(self._tend_at, time.monotonic() + 0.05)

    def _step(self, now: float) -> None:
        if not self._is_stopping:
            self.crew.keep(now, sum(work.process is not None for work in self._works.values()))
        self._ask_for_work(now)
        self._tend(now)
        self._talk.write(now)
        self._send_due(now)
        sources: list[Any] = [self._loop.awake]
        if self.crew.forks.is_running:
            sources.append(self.crew.forks.channel)
        sources += [
            work.process.connection for work in self._works.values() if work.process and not work.process.is_cut
        ]
        for ready in wait(sources, timeout=self._pause(now)):
            if ready == self._loop.awake:
                self._loop.drain()
            elif self.crew.forks.is_running and ready is self.crew.forks.channel:
                for process in self.crew.forks.receive():
                    self._buried(process)
            else:
                for work in list(self._works.values()):
                    if work.process and work.process.connection is ready:
                        self._talk.listen(work)
        self._loop.do_calls()
        self._enforce(time.monotonic())

    def _pause(self, now: float) -> float:
        moments = [self._tend_at, now + POLL_S]
        if self._dispatcher is not None:
            moments.append(self._send_at)
        if self._works:
            moments.append(self._talk.write_at)
        moments += [work.kill_at for work in self._works.values() if work.kill_at is not None]
        return max(0.005, min(moments) - now)

    # -- processes

    def _buried(self, process: JobProcess) -> None:
        if self.crew.bury(process):
            return
        for work in list(self._works.values()):
            if work.process is process:
                self._talk.listen(work)  # what it said before it ended counts
                self._over(work, process.exit_code or 0)
                process.close()

    # -- taking work

    def _ask_for_work(self, now: float) -> None:
        if self._is_stopping or self._is_asking or now < self._ask_at:
            return
        has_process = self.crew.is_ready
        if self._offers and has_process:
            step_id, done = self._offers.popleft()
            self._claim(step_id, done)
        elif self._is_claiming:
            kinds = {name for name in self._versions if has_process or name.startswith(STUDIO)}
            if kinds:
                self._claim(None, None)

    def _claim(self, step_id: str | None, offer: Future[bool] | None) -> None:
        self._is_asking = True
        without = () if self.crew.is_ready else [name for name in self._versions if not name.startswith(STUDIO)]

        def claimed(future: Future[Claim | None]) -> None:
            self._is_asking = False
            claim = None if future.exception() else future.result()
            if future.exception():
                say_trouble("taking work", future.exception())
            if claim is None:
                if step_id is None:
                    self._ask_at = time.monotonic() + POLL_S
                if offer is not None:
                    offer.set_result(False)
                return
            self._begin(claim, offer)

        self._loop.later(
            self._clerk,
            lambda: self._claims.claim(
                self.holder, self._versions, without=(*without, *self._without_room()), step_id=step_id
            ),
            claimed,
        )

    def _without_room(self) -> tuple[str, ...]:
        """Return the kinds that cannot begin while a disk is full: all but the studio's own tasks, which empty bins."""
        shortage, before = find_shortage(self.settings), self._shortage
        self._shortage = shortage
        if shortage and not before:
            _log.warning(str(shortage))
        elif before and not shortage:
            _log.warning("There is room again on the disk of %r: work goes on.", str(before.folder))
        return tuple(name for name in self._versions if not name.startswith(STUDIO)) if shortage else ()

    def _begin(self, claim: Claim, offer: Future[bool] | None) -> None:
        now = time.monotonic()
        folder = self.root / claim.token
        n_threads = 0 if claim.capability.startswith(STUDIO) else self._free_cores()
        work = Work(claim, None, folder, now, now + self.settings.job_timeout_s, n_threads, offer=offer)
        self._works[claim.token] = work
        if claim.capability.startswith(STUDIO):
            self._loop.later(self._hand, lambda: self._tasks.run(claim.capability, claim.params), self._task_over(work))
            return
        process = self.crew.take()
        if process is None:
            self._settle(work, lambda: self.queue.release([claim.token]))
            return
        work.process = process
        try:
            folder.mkdir()
        except OSError as error:
            trouble = InternalError(f"The work's folder cannot be made: {error.strerror}.", remedy="Look at the disk.")
            self.crew.forks.signal(process, signal.SIGKILL)
            self._settle(work, lambda: self.queue.fail(claim.token, trouble, is_transient=True))
            return
        asks_model = self.registry[work.claim.capability].asks_model
        process.send(work.task(self.settings, asks_model=asks_model))

    def _free_cores(self) -> int:
        """Return how many cores work that begins now may use: its share of them, or all that no user's work was given.

        What prepares files for listening is over soon.
        """
        given = sum(work.n_threads for work in self._works.values() if not work.claim.is_system)
        return max(self._n_threads, self.settings.n_cores - given)

    def _task_over(self, work: Work) -> Callable[[Future[dict[str, Any]]], None]:
        def over(future: Future[dict[str, Any]]) -> None:
            error = future.exception()
            result = None if error is not None else future.result()
            self._settle(work, task_ending(work, error, result, self.queue))

        return over

    # -- ending work

    def _enforce(self, now: float) -> None:
        for work in list(self._works.values()):
            if work.process is None:
                continue
            if work.ending is None and now >= work.deadline:
                work.ending = "late"
                self.crew.forks.signal(work.process, signal.SIGKILL)
            if work.kill_at is not None and now >= work.kill_at:
                work.kill_at = None
                self.crew.forks.signal(work.process, signal.SIGKILL)

    def _end(self, work: Work, why: str, now: float) -> None:
        """Ask the work to end, and see to it that it does."""
        if work.ending is not None or work.process is None:
            return
        work.ending = why
        if why == "lost":
            self.crew.forks.signal(work.process, signal.SIGKILL)
            return
        work.kill_at = now + TERM_GRACE_S
        self.crew.forks.signal(work.process, signal.SIGTERM)

    def _end_all(self, now: float) -> None:
        for work in self._works.values():
            self._end(work, "stopping", now)

    def _over(self, work: Work, exit_code: int) -> None:
        """The process has ended: hand in what became of the work."""
        are_there, limit_s = self.crew.forks.is_running, self.settings.job_timeout_s
        is_orphan = self._orphaned.is_set()
        ending = ending_of(work, exit_code, self.queue, are_forks_there=are_there, limit_s=limit_s, is_orphan=is_orphan)
        self._settle(work, ending)

    def _settle(self, work: Work, hand_in: Callable[[], Any]) -> None:
        """Hand in the outcome, as often as it takes; meanwhile the slot is free and the lease is kept alive."""
        token = work.claim.token
        self._works.pop(token, None)
        self._talk.forget(token)
        self._committing[token] = work.claim
        if work.process is not None:
            shutil.rmtree(work.folder, ignore_errors=True)

        def settled(future: Future[Any]) -> None:
            self._committing.pop(token, None)
            if future.exception() is not None:
                say_trouble("handing in an outcome", future.exception())
            elif future.result() in (False, "refused"):
                _log.warning("A finished step was refused: its lease had gone to another. (%s)", work.claim.step_id)
            self._ask_at = 0.0
            if work.offer is not None:
                work.offer.set_result(True)

        self._loop.later(self._clerk, lambda: self._loop.insist(lambda: firmly(self.queue, token, hand_in)), settled)

    # -- what is due

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
                say_trouble("looking around", future.exception())
                return
            signs, moment = future.result(), time.monotonic()
            if signs.has_found_work:
                self._hurry()
            for token in signs.lost | signs.cancelled:
                work = self._works.get(token)
                if work is not None:
                    self._end(work, "lost" if token in signs.lost else "cancelled", moment)

        self._loop.later(self._watch, lambda: self._warden.look_around(tokens, n_busy), tended)

    def _beat(self, n_busy: int) -> None:
        self._heartbeats.beat(
            self.holder,
            version=self._version,
            executor=self.settings.executor,
            n_slots=self.n_slots,
            n_busy=n_busy,
        )

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
                say_trouble("sending what is due", future.exception())

        self._loop.later(
            self._post, lambda: dispatcher.send_due(self._kinds, self._heartbeats.n_slots_alive(self.holder)), sent
        )

    # -- the end

    def _close(self) -> None:
        with self._offering:
            self._loop.is_ending.set()
        self.crew.close()
        left = [*self._works, *self._committing]
        for thread in (self._clerk, self._watch, self._hand, self._post):
            thread.shutdown(wait=True, cancel_futures=True)
        for work in self._works.values():
            shutil.rmtree(work.folder, ignore_errors=True)
        with contextlib.suppress(SQLAlchemyError):
            give_back(self.queue, left, is_orphan=self._orphaned.is_set())
            self._heartbeats.leave(self.holder)
        for offer in [done for _, done in self._offers] + [work.offer for work in self._works.values() if work.offer]:
            if not offer.done():
                offer.set_result(False)
        if self._dispatcher is not None:
            self._dispatcher.close()
        if self._own_bus is not None:
            self._own_bus.close()
        self.database.close()
        self._loop.close()


def work_folder(settings: Settings) -> Path:
    """Return where the folders of running jobs lie: beside the blobs, so that results need not be copied.

    Elsewhere each database has a folder of its own: what one studio does not know of may be another's work.
    """
    if settings.temporary_folder is None and settings.data_folder.is_dir():
        return settings.data_folder / "tmp"
    database = make_url(settings.resolved_database_url).set(password=None).render_as_string()
    name = f"tonmeister-jobs-{hashlib.sha256(database.encode()).hexdigest()[:12]}"
    return (settings.temporary_folder or Path(tempfile.gettempdir())) / name


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

"""Tells all connections what happens: each event once, in the order of its number, whatever the bus loses or swaps.

The bus is fast and may err; the database knows. An event that follows the last one told goes out as the bus brings it.
Wherever there is a gap, and once a second in any case, the events are read from the database instead. Messages without
a number (progress between two entries of the database) go out at once and are never missed.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import deque
from typing import TYPE_CHECKING, Any

from anyio import to_thread

from tonmeister.core.errors import RequestError
from tonmeister.jobs.book.ledger import message_of
from tonmeister.surfaces.ws import messages
from tonmeister.surfaces.ws.client import MAX_SUBSCRIPTIONS, Client, Key

if TYPE_CHECKING:
    from collections.abc import Callable

    from tonmeister.jobs.records import Event, Job
    from tonmeister.jobs.workshop import Workshop
    from tonmeister.surfaces.ws.messages import Dialect, Topic

_LOG = logging.getLogger(__name__)

POLL_S = 1.0
MAX_REPLAY = 200
"""A client that has missed more events than this reads anew."""
READ_AT_ONCE = 1000
ENDS = ("completed", "failed", "cancelled")


class _Ear:
    """One client listening to one thing: silent until it has been told what was before, and told nothing twice."""

    __slots__ = ("_client", "_held", "_told")

    def __init__(self, client: Client):
        self._client = client
        self._held: list[tuple[int, str]] | None = []
        self._told = 0

    def offer(self, seq: int | None, text: str) -> None:
        if self._held is not None:
            if seq is not None:  # progress without a number may be older than what the client is about to be told
                self._held.append((seq, text))
        elif seq is None or seq > self._told:
            self._client.offer(text)

    def release(self, told: int) -> None:
        self._told = told
        held, self._held = self._held, None
        for seq, text in held or ():
            self.offer(seq, text)


class Hub:
    """All connections of this process. Works from the first connection to the last, on one event loop."""

    def __init__(self, workshop: Workshop, poll_s: float = POLL_S, heed: Callable[[int], None] | None = None):
        self._workshop = workshop
        self._heed = heed
        self._poll_s = poll_s
        self._clients: set[Client] = set()
        self._listening: dict[Key, dict[Client, _Ear]] = {}
        self._heard: deque[dict[str, Any]] = deque()
        self._is_woken = False
        self._last = 0
        self._begun_at: dict[str, float] = {}
        self._reached_percent: dict[str, float] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._must_read = asyncio.Event()
        self._starting: asyncio.Task[None] | None = None
        self._end: Callable[[], None] | None = None

    @property
    def n_connections(self) -> int:
        """How many connections there are."""
        return len(self._clients)

    # -- connections

    async def join(self, client: Client) -> None:
        """Add a connection; the first one begins the listening."""
        self._clients.add(client)
        if self._starting is None:
            self._starting = asyncio.create_task(self._start())
        await asyncio.shield(self._starting)

    def leave(self, client: Client) -> None:
        """Forget a connection; the last one ends the listening."""
        self._clients.discard(client)
        for key in list(client.subscriptions):
            self._drop(client, key)
        if not self._clients and self._starting is not None:
            self._stop()

    async def _start(self) -> None:
        loop = asyncio.get_running_loop()

        def hear(message: dict[str, Any]) -> None:  # in a thread of the bus
            self._heard.append(message)
            if not self._is_woken:
                self._is_woken = True
                with contextlib.suppress(RuntimeError):  # the loop has just been closed
                    loop.call_soon_threadsafe(self._take)

        self._end = self._workshop.bus.subscribe(hear)
        self._last = await to_thread.run_sync(self._workshop.last_seq)
        self._keep(self._read_on())

    def _stop(self) -> None:
        if self._end is not None:
            self._end()
        for task in [*self._tasks, self._starting]:
            if task is not None:
                task.cancel()
        self._end = self._starting = None
        self._tasks.clear()
        self._heard.clear()
        self._begun_at.clear()
        self._reached_percent.clear()

    def _keep(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # -- what happens

    def _take(self) -> None:
        """Tell what the bus has brought."""
        self._is_woken = False
        while self._heard:
            message = self._heard.popleft()
            seq = message.get("seq")
            if seq is None:
                self._tell(message)
            elif seq == self._last + 1 and not message["data"].get("is_shortened"):
                self._last = seq
                self._tell(message)
            elif seq > self._last:
                self._must_read.set()

    async def _read_on(self) -> None:
        """Read from the database what the bus did not bring, when there is a gap and from time to time."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._poll_s):
                    await self._must_read.wait()
            self._must_read.clear()
            for client in self._clients:
                client.end_if_stuck()
            try:
                events = await to_thread.run_sync(self._workshop.events, self._last, None, READ_AT_ONCE)
            except Exception:  # noqa: BLE001 - a door: the database may be away for a while
                _LOG.exception("The events cannot be read; trying again.")
                await asyncio.sleep(self._poll_s)
                continue
            for event in events:
                if event.seq > self._last:
                    self._last = event.seq
                    self._tell(_message_of(event))
            if len(events) == READ_AT_ONCE:
                self._must_read.set()

    def _tell(self, message: dict[str, Any]) -> None:
        topic, subject, seq = message["topic"], message.get("id"), message.get("seq")
        if self._heed is not None and seq is not None:
            self._heed(seq)  # whoever is told reads at once, and must not be answered with what was kept before
        if topic == "job":
            if not self._leads_on(message):
                return
            self._estimate(message)
        found: dict[Client, _Ear] = {}
        for key in ((topic, None, "native"), (topic, subject, "native")):
            found |= self._listening.get(key, {})  # who listens to both hears it once
        self._offer(found, seq, message, messages.event_text)
        if topic != "job":
            return
        if message["type"] != "progress":
            self._offer(self._listening.get(("queue", None, "native")), seq, message, messages.queue_text)
        if "state" not in message["data"]:
            return
        self._offer(self._listening.get(("job", subject, "job_progress")), seq, message, messages.progress_text)
        others = self._listening.get(("job", subject, "progress:update"))
        if others and message["type"] in ENDS:
            self._keep(self._tell_end(dict(others), seq, message))
        else:
            self._offer(others, seq, message, messages.update_text)

    def _offer(
        self,
        ears: dict[Client, _Ear] | None,
        seq: int | None,
        message: dict[str, Any],
        words: Callable[[dict[str, Any]], str],
    ) -> None:
        if ears:
            text = words(message)  # written once, however many listen
            for ear in ears.values():
                ear.offer(seq, text)

    async def _tell_end(self, ears: dict[Client, _Ear], seq: int | None, message: dict[str, Any]) -> None:
        job = await to_thread.run_sync(self._workshop.job, message["id"])
        self._offer(ears, seq, message, lambda _message: messages.end_text(job.id, job.state, job.result, job.error))

    def _leads_on(self, message: dict[str, Any]) -> bool:
        """Tell whether a job has not been told to be further already: what the database says comes late."""
        job_id, kind, percent = message["id"], message["type"], message["data"].get("progress_percent")
        if kind in ENDS:
            self._reached_percent.pop(job_id, None)
        elif percent is not None and kind != "step_progress":
            if kind == "progress" and percent < self._reached_percent.get(job_id, 0.0):
                return False
            _keep_few(self._reached_percent, job_id, percent)
        return True

    def _estimate(self, message: dict[str, Any]) -> None:
        """Add the time that the rest of a job will take, if the rest goes on like the beginning."""
        job_id, kind, data = message["id"], message["type"], message["data"]
        if kind == "started":
            _keep_few(self._begun_at, job_id, time.monotonic())
        elif kind == "progress":
            begun_at, percent = self._begun_at.get(job_id), data.get("progress_percent") or 0.0
            eta_s = None
            if begun_at is not None and percent >= 2.0:
                eta_s = round((time.monotonic() - begun_at) * (100.0 - percent) / percent, 1)
            message["data"] = {**data, "eta_s": eta_s}
        elif kind in ENDS:
            self._begun_at.pop(job_id, None)

    # -- subscriptions

    async def subscribe(
        self, client: Client, topic: Topic, subject: str | None, after: int | None, dialect: Dialect = "native"
    ) -> None:
        """Have a client told what happens, and what has happened since ``after``.

        Raises `JobMissingError` if there is no such job, `RequestError` if the client listens to too much.
        """
        key: Key = (topic, subject, dialect)
        if key not in client.subscriptions and len(client.subscriptions) >= MAX_SUBSCRIPTIONS:
            raise RequestError(
                f"The connection listens to {MAX_SUBSCRIPTIONS} things already.",
                field="topic",
                value=topic,
                bound=f"at most {MAX_SUBSCRIPTIONS}",
                remedy="Subscribe to all jobs at once: leave the id out.",
            )
        before = self._listening.get(key, {}).get(client)
        ear = _Ear(client)
        client.subscriptions.add(key)
        self._listening.setdefault(key, {})[client] = ear
        at = self._last
        try:
            job, events = await to_thread.run_sync(self._look, topic, subject, after)
        except BaseException:
            if before is None:
                self._drop(client, key)
            else:
                self._listening[key][client] = before
            raise
        self._answer(client, topic, subject, dialect, job, at)
        if job is not None and job.state not in ENDS:
            _keep_few(self._reached_percent, job.id, max(job.progress_percent, self._reached_percent.get(job.id, 0.0)))
        if len(events) > MAX_REPLAY:
            client.answer(messages.write({"type": "resync_required", "topic": topic, "id": subject}))
            events = []
        for event in events:
            self._replay(client, topic, event)
        ear.release(events[-1].seq if events else at if after is None else max(at, after))

    def _look(self, topic: Topic, subject: str | None, after: int | None) -> tuple[Job | None, list[Event]]:
        job = self._workshop.job(subject) if topic == "job" and subject is not None else None
        events: list[Event] = []
        if after is not None:
            events = self._workshop.events(after, subject if topic == "job" else None, MAX_REPLAY + 1)
        return job, events

    def _answer(
        self, client: Client, topic: Topic, subject: str | None, dialect: Dialect, job: Job | None, at: int
    ) -> None:
        data = {} if job is None else _state_of(job)
        if dialect == "native":
            told = {"type": "subscribed", "topic": topic, "id": subject, "seq": at, "data": data}
            client.answer(messages.write(told))
        elif job is not None and dialect == "job_progress":
            client.answer(messages.progress_text({"id": job.id, "data": data}))
        elif job is not None and job.state in ENDS:
            client.answer(messages.end_text(job.id, job.state, job.result, job.error))
        elif job is not None:
            client.answer(messages.update_text({"id": job.id, "data": data}))

    def _replay(self, client: Client, topic: Topic, event: Event) -> None:
        message = _message_of(event)
        if topic == "queue" and message["topic"] == "job" and event.type != "progress":
            client.answer(messages.queue_text(message))
        elif topic == message["topic"]:
            client.answer(messages.event_text(message))

    def unsubscribe(self, client: Client, topic: Topic, subject: str | None) -> None:
        """Tell a client no more of something."""
        for dialect in ("native", "job_progress", "progress:update"):
            self._drop(client, (topic, subject, dialect))
        client.answer(messages.write({"type": "unsubscribed", "topic": topic, "id": subject}))

    def _drop(self, client: Client, key: Key) -> None:
        client.subscriptions.discard(key)
        if listening := self._listening.get(key):
            listening.pop(client, None)
            if not listening:
                del self._listening[key]


def _keep_few(facts: dict[str, float], job_id: str, value: float) -> None:
    """Note something about a job, and forget what was noted long ago."""
    facts[job_id] = value
    while len(facts) > 10_000:
        del facts[next(iter(facts))]


def _message_of(event: Event) -> dict[str, Any]:
    return message_of(event.seq, event.job_id, event.type, event.data)


def _state_of(job: Job) -> dict[str, Any]:
    return {
        "state": job.state,
        "progress_percent": job.progress_percent,
        "message": job.message,
        "revision": job.revision,
        "eta_s": None,
    }

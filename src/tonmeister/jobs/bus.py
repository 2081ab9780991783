"""Messages about what happens, sent at once to whoever listens.

The bus is for speed alone: the database holds the truth, and listeners look there too. So a bus may lose a message, it
never makes its sender wait, and a fault of its service is no fault of the work.
"""

from __future__ import annotations

import collections
import contextlib
import json
import threading
from collections.abc import Callable, Mapping
from typing import Any, Protocol

MAX_MESSAGE_BYTES = 32 * 1024
"""A larger message goes without its data: who needs it reads the database."""

MAX_WAITING = 4096
"""Messages that wait to be sent; when the other end is away, the oldest are dropped: listeners read the database."""

Message = Mapping[str, Any]
"""``{"seq": int | None, "topic": "job" | "library" | "queue", "id": str, "type": str, "data": {...}}``"""
Listener = Callable[[dict[str, Any]], None]


class Bus(Protocol):
    """A way for messages between the processes of the studio."""

    def publish(self, message: Message) -> None:
        """Send a message to all listeners, of this process and others; returns at once and never fails."""
        ...

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Have every message told to ``listener``, in a thread of the bus; returns the way to end that."""
        ...

    def close(self) -> None:
        """End the threads and connections of the bus."""
        ...


def encode(message: Message, limit: int = MAX_MESSAGE_BYTES) -> bytes:
    """Return the message as JSON; without its data, marked ``is_shortened``, if it is longer than ``limit`` bytes."""
    text = json.dumps(message, separators=(",", ":")).encode()
    if len(text) <= limit:
        return text
    data = message.get("data") or {}
    kept = {key: data[key] for key in ("state", "progress_percent", "revision") if key in data}
    return json.dumps({**message, "data": {**kept, "is_shortened": True}}, separators=(",", ":")).encode()


class Listeners:
    """Who listens in this process. A listener that fails is left out from then on: it must not hinder the others."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._all: tuple[Listener, ...] = ()

    def add(self, listener: Listener) -> Callable[[], None]:
        """Add a listener and return the way to remove it."""
        with self._lock:
            self._all = (*self._all, listener)
        return lambda: self._remove(listener)

    def _remove(self, listener: Listener) -> None:
        with self._lock:
            self._all = tuple(known for known in self._all if known is not listener)

    def tell(self, message: Message) -> None:
        """Hand the message to every listener."""
        for listener in self._all:
            try:
                listener(dict(message))
            except Exception:
                import logging

                logging.getLogger("tonmeister.bus").exception("A listener failed and hears no more.")
                self._remove(listener)


class LocalBus:
    """The bus of one machine: within this process, and over pipes to the processes that `attach` names."""

    def __init__(self) -> None:
        self._listeners = Listeners()
        self._links: list[Callable[[Message], None]] = []
        self._lock = threading.Lock()

    def publish(self, message: Message) -> None:
        """Tell the listeners of this process and every attached process."""
        self._listeners.tell(message)
        for link in tuple(self._links):
            with contextlib.suppress(OSError):
                link(message)

    def receive(self, message: Message) -> None:
        """Take a message that arrived over a pipe; it is not sent back."""
        self._listeners.tell(message)

    def attach(self, link: Callable[[Message], None]) -> Callable[[], None]:
        """Send all messages of this process over ``link`` too; returns the way to end that."""
        with self._lock:
            self._links = [*self._links, link]

        def detach() -> None:
            with self._lock:
                self._links = [known for known in self._links if known is not link]

        return detach

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Have every message told to ``listener``."""
        return self._listeners.add(listener)

    def close(self) -> None:
        """Forget the links."""
        self._links = []


class PipeSender:
    """Sends messages over a pipe from a thread of its own, for the other end may be stopped; the oldest get lost."""

    def __init__(self, send: Callable[[bytes], None]):
        self._send = send
        self._waiting: collections.deque[bytes] = collections.deque(maxlen=MAX_WAITING)
        self._wake = threading.Semaphore(0)
        threading.Thread(target=self._run, name="pipe", daemon=True).start()

    def __call__(self, message: Message) -> None:
        """Put the message in line."""
        self._waiting.append(encode(message))
        self._wake.release()

    def close(self) -> None:
        """End the thread when it has nothing to do."""
        self._waiting.clear()
        self._waiting.append(b"")
        self._wake.release()

    def _run(self) -> None:
        while True:
            self._wake.acquire()
            try:
                text = self._waiting.popleft()
            except IndexError:  # it fell out of the line
                continue
            if not text:
                return
            try:
                self._send(text)
            except (OSError, ValueError):  # the other end is gone
                return


def open_bus(bus_url: str | None, database_url: str) -> Bus:
    """Return the bus that the setting names: none for this machine, ``redis://...``, or "postgresql"."""
    if not bus_url:
        return LocalBus()
    from tonmeister.jobs.bus_remote import open_remote

    return open_remote(bus_url, database_url)

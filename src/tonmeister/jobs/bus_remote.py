"""Buses between machines: Redis or PostgreSQL. Threads of their own send, listen and find their way back."""

from __future__ import annotations

import abc
import collections
import contextlib
import json
import logging
import threading
from collections.abc import Callable
from typing import Any

from tonmeister.core.errors import MissingPartError
from tonmeister.core.extras import how_to_install
from tonmeister.jobs.bus import MAX_WAITING, Bus, Listener, Listeners, Message, encode
from tonmeister.store.database import LINE

CHANNEL = "tonmeister"
MAX_NOTIFY_BYTES = 7900
"""PostgreSQL takes payloads below 8000 bytes."""
_PAUSES_S = (0.05, 0.2, 0.5, 1.0, 2.0)

_log = logging.getLogger("tonmeister.bus")


def open_remote(bus_url: str, database_url: str) -> Bus:
    """Return the bus over Redis for ``redis://...``, over the database for "postgresql"."""
    if bus_url == "postgresql":
        return PostgresBus(database_url)
    return RedisBus(bus_url)


class _Threads(abc.ABC):
    """One thread that sends what waits, one that listens; both connect anew after every fault, ever more slowly."""

    def __init__(self, name: str) -> None:
        self._listeners = Listeners()
        self._waiting: collections.deque[bytes] = collections.deque(maxlen=MAX_WAITING)
        self._is_waiting = threading.Event()
        self._is_closed = threading.Event()
        self._threads = [
            threading.Thread(target=self._again, args=(work,), name=f"{name}-{part}", daemon=True)
            for part, work in (("send", self._send), ("listen", self._listen))
        ]
        for thread in self._threads:
            thread.start()

    def publish(self, message: Message) -> None:
        """Put the message in line to be sent."""
        self._waiting.append(self._encode(message))
        self._is_waiting.set()

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Have every message told to ``listener``, the ones of this process too."""
        return self._listeners.add(listener)

    def close(self) -> None:
        """End both threads."""
        self._is_closed.set()
        self._is_waiting.set()
        for thread in self._threads:
            thread.join(timeout=3.0)

    def _encode(self, message: Message) -> bytes:
        return encode(message)

    def _again(self, work: Callable[[], None]) -> None:
        n_faults = 0
        while not self._is_closed.is_set():
            try:
                work()
                n_faults = 0
            except Exception as error:  # noqa: BLE001 - a door: whatever the service or its library does, we go on
                if self._is_closed.is_set():
                    return
                if n_faults == 0:
                    _log.warning("The bus is away (%s: %s); it is tried again.", type(error).__name__, error)
                self._is_closed.wait(_PAUSES_S[min(n_faults, len(_PAUSES_S) - 1)])
                n_faults += 1

    @abc.abstractmethod
    def _send(self) -> None:
        """Connect and send what waits, until the bus is closed or the connection fails."""

    @abc.abstractmethod
    def _listen(self) -> None:
        """Connect and tell what is heard, until the bus is closed or the connection fails."""

    def _next(self) -> bytes | None:
        """Wait for a message to send and return it; none when the bus is closed. It stays in line until `_sent`."""
        while not self._is_closed.is_set():
            self._is_waiting.clear()
            with contextlib.suppress(IndexError):
                return self._waiting[0]
            self._is_waiting.wait(1.0)
        return None

    def _sent(self, text: bytes) -> None:
        """Take a message that was sent out of the line, unless that was so full that it fell out already."""
        with contextlib.suppress(IndexError):
            if self._waiting[0] is text:
                self._waiting.popleft()

    def _heard(self, payload: bytes | str) -> None:
        with contextlib.suppress(ValueError):
            message = json.loads(payload)
            if isinstance(message, dict):
                self._listeners.tell(message)


class RedisBus(_Threads):
    """Messages over a Redis channel."""

    def __init__(self, url: str):
        try:
            import redis
        except ImportError:
            raise MissingPartError(
                "A bus over Redis is configured, but the package redis is not installed.",
                field="bus_url",
                remedy=how_to_install("cluster"),
            ) from None
        self._redis = redis
        self._url = url
        super().__init__("redis-bus")

    def _connect(self) -> Any:
        return self._redis.Redis.from_url(
            self._url, socket_timeout=5.0, socket_connect_timeout=3.0, health_check_interval=15
        )

    def _send(self) -> None:
        client = self._connect()
        try:
            while (text := self._next()) is not None:
                client.publish(CHANNEL, text)
                self._sent(text)
        finally:
            client.close()

    def _listen(self) -> None:
        client = self._connect()
        try:
            with client.pubsub(ignore_subscribe_messages=True) as channel:
                channel.subscribe(CHANNEL)
                while not self._is_closed.is_set():
                    found = channel.get_message(timeout=0.5)
                    if found is not None:
                        self._heard(found["data"])
        finally:
            client.close()


class PostgresBus(_Threads):
    """Messages over NOTIFY of the database itself."""

    def __init__(self, database_url: str):
        from sqlalchemy.engine import make_url

        parsed = make_url(database_url)
        if parsed.get_backend_name() != "postgresql":
            raise MissingPartError(
                "The bus is set to postgresql, but the database is another.",
                field="bus_url",
                remedy="Unset bus_url for one machine, or use redis://… or a PostgreSQL database.",
            )
        self._dsn = parsed.set(drivername="postgresql").render_as_string(hide_password=False)
        super().__init__("postgres-bus")

    def _encode(self, message: Message) -> bytes:
        return encode(message, MAX_NOTIFY_BYTES)

    def _connect(self) -> Any:
        import psycopg

        return psycopg.connect(self._dsn, autocommit=True, **LINE)

    def _send(self) -> None:
        with self._connect() as connection:
            while (text := self._next()) is not None:
                connection.execute("select pg_notify(%s, %s)", (CHANNEL, text.decode()))
                self._sent(text)

    def _listen(self) -> None:
        with self._connect() as connection:
            connection.execute(f"listen {CHANNEL}")
            while not self._is_closed.is_set():
                for found in connection.notifies(timeout=0.5):
                    self._heard(found.payload)

"""One connection: what it listens to, and what waits to be sent to it."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import TYPE_CHECKING

from tonmeister.surfaces.ws.messages import Dialect, write

if TYPE_CHECKING:
    from starlette.websockets import WebSocket

MAX_WAITING = 256
"""So many messages may wait for a client that reads slowly; then they are dropped, and it is told to read anew."""
MAX_SUBSCRIPTIONS = 512
MAX_MESSAGES_A_SECOND = 50.0
BURST = 1000.0
"""A client may say so much at once: it subscribes anew to all that it follows when the line was cut."""
SEND_TIMEOUT_S = 30.0

Key = tuple[str, str | None, Dialect]
"""Topic, id and dialect of a subscription."""


class Client:
    """A connection with a queue that is bounded. Lives on the event loop alone."""

    def __init__(self, socket: WebSocket, send_timeout_s: float = SEND_TIMEOUT_S):
        self._socket = socket
        self._send_timeout_s = send_timeout_s
        self.subscriptions: set[Key] = set()
        self._waiting: deque[str] = deque()
        self._is_waiting = asyncio.Event()
        self._allowance, self._allowed_at = BURST, time.monotonic()
        self._sending_since: float | None = None
        self._speaking: asyncio.Task[None] | None = None
        self.n_dropped = 0

    def offer(self, text: str) -> None:
        """Queue an event; if the client is too slow, drop all that waits and have it read anew."""
        if len(self._waiting) >= MAX_WAITING:
            self.n_dropped += len(self._waiting) + 1
            self._waiting.clear()
            self.ask_to_resync()
        else:
            self._waiting.append(text)
        self._is_waiting.set()

    def answer(self, text: str) -> None:
        """Queue an answer to what the client has said; not dropped, for the client waits for it."""
        self._waiting.append(text)
        self._is_waiting.set()

    def ask_to_resync(self) -> None:
        """Tell the client that it missed something of all that it listens to."""
        for topic, subject, _ in sorted(self.subscriptions, key=str):
            self._waiting.append(write({"type": "resync_required", "topic": topic, "id": subject}))
        self._is_waiting.set()

    def may_speak(self) -> bool:
        """Take one message off the client's allowance; false if it says more than makes sense."""
        now_s = time.monotonic()
        self._allowance = min(BURST, self._allowance + (now_s - self._allowed_at) * MAX_MESSAGES_A_SECOND)
        self._allowed_at = now_s
        self._allowance -= 1
        return self._allowance >= 0

    async def room(self) -> None:
        """Wait until most of what waits is sent: who does not read is not heard either."""
        while len(self._waiting) >= MAX_WAITING:
            await asyncio.sleep(0.02)

    async def send_all(self) -> None:
        """Send what waits, for as long as the connection lasts."""
        send, waiting, is_waiting = self._socket.send, self._waiting, self._is_waiting
        self._speaking = asyncio.current_task()
        while True:
            await is_waiting.wait()
            is_waiting.clear()
            while waiting:
                self._sending_since = time.monotonic()
                await send({"type": "websocket.send", "text": waiting.popleft()})
                self._sending_since = None

    def end_if_stuck(self) -> None:
        """End `send_all` if the client has not taken a message for long; one timer for all is cheaper than one each."""
        since = self._sending_since
        if since is not None and time.monotonic() - since > self._send_timeout_s and self._speaking is not None:
            self._speaking.cancel()

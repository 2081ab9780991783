"""How the server speaks HTTP: uvicorn with httptools, and a bound on what a request may say before its body."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import msgspec
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from tonmeister.core.errors import HTTP_STATUS, HeaderTooLargeError, RequestError, TonmeisterError
from tonmeister.surfaces.envelope import envelope

if TYPE_CHECKING:
    from starlette.types import ASGIApp

_LOG = logging.getLogger(__name__)

MAX_HEAD_BYTES = 64 * 1024
"""What the address and all headers of a request may have together."""

_LINGER_S = 1.0
"""Closing at once while bytes still arrive resets the connection, and the client would never read the answer."""


def server_config(app: ASGIApp) -> uvicorn.Config:
    """Return how the studio is served."""
    return uvicorn.Config(
        app,
        http=BoundedHttp,
        ws="websockets-sansio",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws_ping_interval=20.0,
        timeout_graceful_shutdown=3,
        timeout_keep_alive=30,
    )


class BoundedHttp(HttpToolsProtocol):
    """Refuses requests whose address and headers are too long, before they are held in memory."""

    def __init__(self, *args: Any, **more: Any):
        super().__init__(*args, **more)
        self._is_in_head = True
        self._is_refused = False
        self._n_raw = 0  # bytes that arrived since the head began, while its end has not been seen
        self._n_read = 0  # of the head, as the parser tells it

    def data_received(self, data: bytes) -> None:
        """Take what arrives; a head without an end is refused as soon as it is too long."""
        if self._is_refused:
            return
        if self._is_in_head:
            self._n_raw += len(data)
        super().data_received(data)
        if self._is_in_head and self._n_raw > MAX_HEAD_BYTES:
            self._refuse()

    def on_message_begin(self) -> None:
        """Begin to count."""
        self._n_read = 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """Count the address."""
        self._n_read += len(url)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count a header."""
        self._n_read += len(name) + len(value) + 4
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Hand the request to the app, unless its head was too long."""
        self._is_in_head, self._n_raw = False, 0
        if self._n_read > MAX_HEAD_BYTES:
            self._refuse()
        if not self._is_refused:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take a part of the body."""
        if not self._is_refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """End a request; another may follow."""
        self._is_in_head = True
        if not self._is_refused:
            super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        """Hand the connection over."""
        if not self._is_refused:
            super().handle_websocket_upgrade()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP."""
        self._end_with("400 Bad Request", RequestError(msg, field="body", remedy="Speak HTTP/1.1 on this port."))

    def _refuse(self) -> None:
        error = HeaderTooLargeError(
            f"The address and headers of the request have more than {MAX_HEAD_BYTES} bytes.",
            field="headers",
            bound=f"at most {MAX_HEAD_BYTES} bytes",
            remedy="Send less of them: cookies of other sites of this host are the usual reason.",
        )
        self._end_with(f"{HTTP_STATUS[error.code]} Request Header Fields Too Large", error)

    def _end_with(self, status: str, error: TonmeisterError) -> None:
        """Answer with the envelope and end the connection; in the midst of another answer, only end it."""
        if self._is_refused:
            return
        self._is_refused = True
        _LOG.warning(error.message)
        if self.cycle is not None and not self.cycle.response_complete:
            self.transport.close()
            return
        body = msgspec.json.encode(envelope(error))
        lines = (
            f"HTTP/1.1 {status}",
            "content-type: application/json",
            f"content-length: {len(body)}",
            "cache-control: no-store",
            "x-content-type-options: nosniff",
            "connection: close",
        )
        self.transport.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        if self.transport.can_write_eof():
            self.transport.write_eof()
            self.loop.call_later(_LINGER_S, self.transport.close)
        else:
            self.transport.close()

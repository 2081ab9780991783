"""What the middlewares of this door have in common: they are plain ASGI, because that is the cheapest way to be one."""

from __future__ import annotations

import ipaddress
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec

from tonmeister.core.errors import HTTP_STATUS, RateLimitError, TonmeisterError
from tonmeister.surfaces.envelope import envelope

if TYPE_CHECKING:
    from starlette.types import Scope, Send

_encode = msgspec.json.Encoder().encode

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")


def header(scope: Scope, name: bytes) -> str | None:
    """Return the first header of a name (in lower case), or None."""
    for key, value in scope["headers"]:
        if key == name:
            return bytes(value).decode("latin-1")
    return None


def is_loopback(host: str) -> bool:
    """Tell whether a name or address means this machine alone."""
    if host in LOOPBACK_NAMES:
        return True
    address = address_of(host)
    return address is not None and address.is_loopback


def address_of(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return a host as an address if it is one; an IPv4 address wrapped in IPv6 is unwrapped."""
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def client_of(scope: Scope) -> str:
    """Return the client's address as the trusted proxies tell it, or an empty text where there is none."""
    client = scope.get("client")
    return client[0] if client else ""


def is_local(scope: Scope) -> bool:
    """Tell whether the client sits at this machine: its address says so, and no proxy stands in between."""
    if header(scope, b"x-forwarded-for") is not None or header(scope, b"forwarded") is not None:
        return bool(scope.get("state", {}).get("is_proxy_trusted")) and is_loopback(client_of(scope))
    return is_loopback(client_of(scope))


def route_of(scope: Scope) -> str:
    """Return the template of the route that answers, or "unmatched"."""
    # FastAPI keeps the whole template, with the prefix under which a router was included, beside the route itself
    included = scope.get("fastapi", {}).get("effective_route_context")
    path = getattr(included, "path", None) or getattr(scope.get("route"), "path", None)
    return str(path) if path else "unmatched"


def encode_headers(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """Return headers as ASGI wants them."""
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]


def error_headers(error: TonmeisterError) -> dict[str, str]:
    """Return the headers that belong to an error, whichever way it reaches the client."""
    if isinstance(error, RateLimitError):
        return {"retry-after": str(max(1, math.ceil(error.retry_after_s)))}
    if error.code == "TOKEN_NEEDED":
        return {"www-authenticate": "Bearer"}
    return {}


async def send_error(send: Send, error: TonmeisterError, *, method: str = "GET") -> None:
    """Answer an HTTP request with the envelope of an error."""
    body = _encode(envelope(error))
    headers = {"content-type": "application/json", "content-length": str(len(body))} | error_headers(error)
    await send({"type": "http.response.start", "status": HTTP_STATUS[error.code], "headers": encode_headers(headers)})
    await send({"type": "http.response.body", "body": b"" if method == "HEAD" else body})


async def refuse_socket(scope: Scope, send: Send, error: TonmeisterError) -> None:
    """Refuse a WebSocket before it is opened, with the envelope where the server can send one."""
    if "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": 1008, "reason": error.code})
        return
    body = _encode(envelope(error))
    headers = encode_headers(
        {"content-type": "application/json", "content-length": str(len(body))} | error_headers(error)
    )
    status = HTTP_STATUS[error.code]
    await send({"type": "websocket.http.response.start", "status": status, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": body})


async def refuse(scope: Scope, send: Send, error: TonmeisterError) -> None:
    """Answer a request or a WebSocket with an error."""
    if scope["type"] == "websocket":
        await refuse_socket(scope, send, error)
    else:
        await send_error(send, error, method=scope["method"])

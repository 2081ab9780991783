"""Who may speak with the server, and what a browser may do with its answers.

The server is safe as it starts: it listens on this machine alone, answers to names of this machine alone (a page of
another site cannot reach it by pointing its own name here), and takes changes only from its own pages. Opened to a
network it demands a shared token. `install` puts these checks in front of the app, in this order:

    proxies -> host and headers -> CORS -> [limits] -> token -> origin -> size of the body -> app
"""

from __future__ import annotations

import functools
import ipaddress
import socket
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tonmeister.core.errors import HostRefusedError, OriginRefusedError, ParameterError
from tonmeister.surfaces.rest.asgi import address_of, encode_headers, header, is_loopback, refuse
from tonmeister.surfaces.rest.bodies import BodyLimits
from tonmeister.surfaces.rest.tokens import MIN_TOKEN_LENGTH, TokenCheck, Tokens

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from tonmeister.settings import Settings

PAGE_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "worker-src 'self'",
        "manifest-src 'self'",
        "frame-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
"""For the studio's pages: their own files alone, and pictures and sound that they make themselves."""

FILE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; media-src 'self'; frame-ancestors 'self'; sandbox"
)
"""For files of users, reports among them: shown without scripts and without the studio's rights."""

API_POLICY = "default-src 'none'; frame-ancestors 'none'"

DOCS_POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""For the page that describes the interface: its own style, and nothing else."""

_SAME_FOR_ALL = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), payment=(), usb=(), microphone=(self)",
}

_FILES = ("/api/v1/files/", "/api/v1/assets/", "/api/processing/job/")

UNSAFE_METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})

CORS_METHODS = ("GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS")
CORS_HEADERS = (
    "accept-version",
    "authorization",
    "content-type",
    "idempotency-key",
    "if-match",
    "if-none-match",
    "range",
    "request-id",
    "traceparent",
    "tus-resumable",
    "upload-length",
    "upload-offset",
    "upload-metadata",
    "upload-checksum",
    "upload-defer-length",
    "upload-concat",
)
CORS_EXPOSED = (
    "content-disposition",
    "content-range",
    "etag",
    "location",
    "ratelimit-limit",
    "ratelimit-remaining",
    "ratelimit-reset",
    "request-id",
    "retry-after",
    "tonmeister-asset",
    "tonmeister-version",
    "tus-resumable",
    "tus-version",
    "tus-extension",
    "tus-max-size",
    "upload-offset",
    "upload-length",
    "upload-expires",
    "upload-metadata",
)


def check_opening(settings: Settings) -> None:
    """Raise `ParameterError` if the settings would open the studio to a network without a token that guards it."""
    token = settings.shared_token
    if token is not None and len(token) < MIN_TOKEN_LENGTH:
        raise ParameterError(
            f"The shared token has {len(token)} characters; one that can be guessed guards nothing.",
            field="shared_token",
            bound=f"at least {MIN_TOKEN_LENGTH} characters",
            remedy='Make one: python -c "import secrets; print(secrets.token_urlsafe(32))".',
        )
    if token is not None:
        return
    public = urlsplit(settings.public_url).hostname if settings.public_url else None
    for name, value, host in (("host", settings.host, settings.host), ("public_url", settings.public_url, public)):
        if host is not None and not is_loopback(host):
            raise ParameterError(
                f"{name} is {value!r}, which opens the studio to a network, and nothing guards it.",
                field=name,
                value=value,
                bound="an address of this machine, as long as there is no shared token",
                remedy=f"Set TONMEISTER_SHARED_TOKEN to a secret of at least {MIN_TOKEN_LENGTH} characters,"
                " or keep the studio to this machine: TONMEISTER_HOST=127.0.0.1.",
            )


def install(app: FastAPI, settings: Settings) -> None:
    """Put the checks in front of the app. `limits.install` is called between `install_inner` and `install_outer`."""
    install_inner(app, settings)
    install_outer(app, settings)


def install_inner(app: FastAPI, settings: Settings) -> None:
    """Put the checks of token, origin and size in front of the app; it holds the routes of `tokens.router`."""
    app.state.tokens = tokens = Tokens(settings.shared_token)
    app.add_middleware(BodyLimits, max_upload_bytes=settings.max_upload_mb * 2**20)
    app.add_middleware(OriginCheck, origins=Origins(settings))
    app.add_middleware(TokenCheck, tokens=tokens)


def install_outer(app: FastAPI, settings: Settings) -> None:
    """Put the checks that every answer passes, errors of the inner ones too, in front of the app."""
    if settings.cors_origins:
        from starlette.middleware.cors import CORSMiddleware

        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(Origins(settings).listed),
            allow_methods=CORS_METHODS,
            allow_headers=CORS_HEADERS,
            expose_headers=CORS_EXPOSED,
            allow_credentials=True,
        )
    app.add_middleware(HostCheck, settings=settings)
    if settings.trusted_proxies:
        app.add_middleware(Proxies, trusted=settings.trusted_proxies)


class Proxies:
    """Takes the client's address and the scheme from proxies that are trusted, and from nobody else."""

    def __init__(self, app: ASGIApp, trusted: tuple[str, ...]):
        self.app = app
        try:
            self._trusted = [ipaddress.ip_network(part, strict=False) for part in trusted]
        except ValueError as error:
            raise ParameterError(
                f"trusted_proxies names what is no address or network: {error}.",
                field="trusted_proxies",
                value=list(trusted),
                remedy="Give addresses or networks: 127.0.0.1, 10.0.0.0/8.",
            ) from None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Rewrite the scope if the peer is a trusted proxy."""
        if scope["type"] in ("http", "websocket") and scope.get("client") and self._is_trusted(scope["client"][0]):
            scope.setdefault("state", {})["is_proxy_trusted"] = True
            if chain := header(scope, b"x-forwarded-for"):
                scope["client"] = (self._first_foreign(chain), 0)
            scheme = (header(scope, b"x-forwarded-proto") or "").strip().lower()
            if scheme in ("http", "https"):
                is_socket = scope["type"] == "websocket"
                scope["scheme"] = {"http": "ws", "https": "wss"}[scheme] if is_socket else scheme
        await self.app(scope, receive, send)

    def _is_trusted(self, host: str) -> bool:
        address = address_of(host)
        return address is not None and any(address in network for network in self._trusted)

    def _first_foreign(self, chain: str) -> str:
        """Return the last address that no trusted proxy has: what stands before it, its sender may have made up."""
        hosts = [part.strip() for part in chain.split(",")]
        for host in reversed(hosts):
            bare = host.rpartition(":")[0] if host.count(":") == 1 else host
            if not self._is_trusted(bare):
                return str(address_of(bare) or "")
        return hosts[0]


class HostCheck:
    """Answers to the server's own names only, and adds the security headers to every answer."""

    def __init__(self, app: ASGIApp, settings: Settings):
        self.app = app
        self._is_open = not is_loopback(settings.host) or bool(settings.public_url)
        names = {urlsplit(url).hostname for url in (settings.public_url or "", *settings.cors_origins)}
        self._names = {name for name in names if name}
        if self._is_open:
            own = socket.gethostname().lower()
            self._names |= {own, f"{own.partition('.')[0]}.local"}
        self.allows = functools.lru_cache(maxsize=512)(self._allows)

    def _allows(self, host: str | None) -> bool:
        """Tell whether the server goes by a name. A foreign page can make its own name lead here, but no address."""
        if not host:
            return False
        try:
            name = urlsplit(f"//{host}").hostname or ""
            _ = urlsplit(f"//{host}").port
        except ValueError:
            return False
        if is_loopback(name) or name in self._names:
            return True
        # a name without a dot is one of the own network (a container's, a service's), never one of the open net
        return self._is_open and (address_of(name) is not None or ("." not in name and name.isascii()))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse foreign names; add the headers."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        if scope["type"] == "http":
            send = _adding_headers(scope, send)
        host = header(scope, b"host")
        if not self.allows(host):
            error = HostRefusedError(
                f"This server does not go by the name {host!r}.",
                field="host",
                value=host,
                remedy="Use its address, or tell it its name: TONMEISTER_PUBLIC_URL=https://studio.example.",
            )
            await refuse(scope, send, error)
            return
        await self.app(scope, receive, send)


def policy_of(path: str) -> str:
    """Return the content security policy for what lies under a path."""
    if path.startswith(_FILES) and (path.startswith(_FILES[0]) or path.endswith(("/file", "/download"))):
        return FILE_POLICY
    if path == "/api/docs":
        return DOCS_POLICY
    return API_POLICY if path.startswith("/api/") else PAGE_POLICY


_FIXED = {
    policy: encode_headers(_SAME_FOR_ALL | {"content-security-policy": policy})
    for policy in (PAGE_POLICY, FILE_POLICY, API_POLICY, DOCS_POLICY)
}
_TRANSPORT = encode_headers({"strict-transport-security": "max-age=31536000"})
_NO_STORE = (b"cache-control", b"no-store")


def _adding_headers(scope: Scope, send: Send) -> Send:
    path = scope["path"]
    fixed = _FIXED[policy_of(path)]
    if scope["scheme"] == "https":
        fixed = fixed + _TRANSPORT
    is_private = path.startswith(("/api/", "/mcp", "/metrics"))

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = list(message.get("headers", ()))
            names = {bytes(name).lower() for name, _ in headers}
            headers += [pair for pair in fixed if pair[0] not in names]
            if is_private and b"cache-control" not in names:
                headers.append(_NO_STORE)
            message["headers"] = headers
        await send(message)

    return send_with_headers


class Origins:
    """The pages that may change something: the server's own, and those on the list."""

    def __init__(self, settings: Settings):
        self.listed = frozenset(_tidy(origin) for origin in settings.cors_origins)
        self._own = _tidy(settings.public_url) if settings.public_url else None

    def allows(self, scope: Scope) -> bool:
        """Tell whether the page that sent a request may; programs that are no browsers name no origin."""
        origin = header(scope, b"origin")
        if origin is None:
            # an old browser that names no origin still tells what kind of site asks
            return header(scope, b"sec-fetch-site") in (None, "same-origin", "none")
        try:
            parts = urlsplit(origin)
            place = (parts.hostname, parts.port or _PORTS.get(parts.scheme))
            own = urlsplit(f"{parts.scheme}://{header(scope, b'host') or ''}")
            is_own = parts.scheme in _PORTS and place == (own.hostname, own.port or _PORTS[parts.scheme])
        except ValueError:
            return False
        return is_own or _tidy(origin) in self.listed or _tidy(origin) == self._own


_PORTS = {"http": 80, "https": 443}


def _tidy(origin: str) -> str:
    try:
        parts = urlsplit(origin)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in _PORTS or not parts.hostname:
        return origin
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{port}" if port and port != _PORTS[parts.scheme] else "")


class OriginCheck:
    """Takes changes and WebSockets only from the server's own pages and those on the list."""

    def __init__(self, app: ASGIApp, origins: Origins):
        self.app = app
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse what a page of another site asks for in the name of its visitor."""
        is_checked = scope["type"] == "websocket" or (scope["type"] == "http" and scope["method"] in UNSAFE_METHODS)
        if is_checked and not self._origins.allows(scope):
            origin = header(scope, b"origin")
            error = OriginRefusedError(
                f"A page of {origin or 'another site'} may not do this.",
                field="origin",
                value=origin,
                remedy="Allow the page: TONMEISTER_CORS_ORIGINS=https://studio.example.",
            )
            await refuse(scope, send, error)
            return
        await self.app(scope, receive, send)

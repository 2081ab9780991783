"""The shared token that guards a studio opened to a network, and the browser's session that stands for it.

Programs send ``Authorization: Bearer <token>``. A browser signs in once at ``POST /api/v1/session`` and from then on
holds a cookie that no script can read and no other site can send. The cookie is the time of its end, signed with a key
made from the token: it needs no table, and a changed token ends all sessions.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from tonmeister.core.errors import TokenError
from tonmeister.surfaces.rest.asgi import header, refuse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

MIN_TOKEN_LENGTH = 16
SESSION_S = 30 * 24 * 3600
COOKIE = "tonmeister_session"
SECURE_COOKIE = "__Host-tonmeister_session"

OWNER = "shared"
"""The owner of all that is made under the shared token."""

GUARDED = ("/api/", "/mcp", "/metrics", "/graphql")
OPEN = frozenset({"/api/health", "/api/v1/session"})
OPEN_BELOW = ("/api/v1/files/",)  # signed links carry their own right


class SignIn(BaseModel):
    """What a browser sends to sign in."""

    model_config = ConfigDict(
        extra="forbid",
        use_attribute_docstrings=True,
        json_schema_extra={"examples": [{"token": "the shared token of the studio"}]},
    )

    token: str = Field(min_length=1, max_length=1024)
    """The shared token."""


class Session(BaseModel):
    """Whether this client may use the studio."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    is_token_needed: bool
    """The studio is guarded by a shared token."""
    is_signed_in: bool
    """The client has shown the token, or none is needed."""


class Tokens:
    """Knows the token, and what stands for it."""

    def __init__(self, token: str | None):
        self._digest = None if token is None else hashlib.sha256(token.encode()).digest()
        self._key = None if token is None else hashlib.sha256(b"tonmeister session\0" + token.encode()).digest()

    @property
    def is_needed(self) -> bool:
        """Whether a token guards the studio."""
        return self._digest is not None

    def is_token(self, given: str) -> bool:
        """Compare in a time that does not depend on how much of the token is right."""
        digest = hashlib.sha256(given.encode("utf-8", "surrogateescape")).digest()
        return self._digest is not None and hmac.compare_digest(digest, self._digest)

    def make_session(self, now_s: float) -> str:
        """Return the value of a cookie that is good for 30 days."""
        until = f"{int(now_s) + SESSION_S:x}"
        return f"{until}.{self._sign(until)}"

    def is_session(self, value: str, now_s: float) -> bool:
        """Tell whether a cookie is ours and still good."""
        until, _, signature = value.partition(".")
        if self._key is None or not hmac.compare_digest(
            signature.encode("latin-1", "replace"), self._sign(until).encode()
        ):
            return False
        return int(until, 16) > now_s

    def _sign(self, until: str) -> str:
        assert self._key is not None
        return hmac.new(self._key, until.encode("latin-1", "replace"), hashlib.sha256).hexdigest()

    def admits(self, scope: Scope) -> bool:
        """Tell whether a request shows the token or a session."""
        if not self.is_needed:
            return True
        kind, _, given = (header(scope, b"authorization") or "").partition(" ")
        if kind.lower() == "bearer":
            return self.is_token(given.strip())
        now_s = time.time()
        return any(self.is_session(value, now_s) for value in _cookies(scope))


router = APIRouter(prefix="/api/v1/session", tags=["Session"])


@router.get("", response_model=Session)
async def get_session(request: Request) -> Session:
    """Tell whether this client may use the studio."""
    tokens = _tokens(request)
    return Session(is_token_needed=tokens.is_needed, is_signed_in=tokens.admits(request.scope))


@router.post("", response_model=Session)
async def sign_in(given: SignIn, request: Request, response: Response) -> Session:
    """Sign a browser in with the shared token: it gets a cookie that stands for it."""
    tokens = _tokens(request)
    if tokens.is_needed:
        if not tokens.is_token(given.token):
            raise TokenError(
                "This is not the shared token.", field="token", remedy="Ask whoever runs this studio for it."
            )
        is_secure = request.url.scheme == "https"
        response.set_cookie(
            SECURE_COOKIE if is_secure else COOKIE,
            tokens.make_session(time.time()),
            max_age=SESSION_S,
            path="/",
            secure=is_secure,
            httponly=True,
            samesite="strict",
        )
    return Session(is_token_needed=tokens.is_needed, is_signed_in=True)


@router.delete("", status_code=204, response_class=Response)
async def sign_out() -> Response:
    """Sign a browser out."""
    response = Response(status_code=204)
    for name in (COOKIE, SECURE_COOKIE):
        response.delete_cookie(name, path="/", secure=name == SECURE_COOKIE, httponly=True, samesite="strict")
    return response


def _tokens(request: Request) -> Tokens:
    tokens: Tokens = request.app.state.tokens
    return tokens


def _cookies(scope: Scope) -> list[str]:
    found = []
    for part in (header(scope, b"cookie") or "").split(";"):
        name, _, value = part.strip().partition("=")
        if name in (COOKIE, SECURE_COOKIE):
            found.append(value)
    return found


def is_guarded(path: str) -> bool:
    """Tell whether a path is behind the token; pages, static files and health are not."""
    return path.startswith(GUARDED) and path not in OPEN and not path.startswith(OPEN_BELOW)


class TokenCheck:
    """Lets nobody in who does not show the token; what comes in belongs to its owner (``request.state.owner``)."""

    def __init__(self, app: ASGIApp, tokens: Tokens):
        self.app = app
        self._tokens = tokens

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check requests and WebSockets."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        is_preflight = scope["type"] == "http" and scope["method"] == "OPTIONS"
        if is_guarded(scope["path"]) and not is_preflight and not self._tokens.admits(scope):
            error = TokenError(
                "This studio is guarded by a shared token, and the request does not carry it.",
                field="authorization",
                remedy="Sign in on the studio's page, or send the header Authorization: Bearer <token>.",
            )
            await refuse(scope, send, error)
            return
        scope.setdefault("state", {})["owner"] = OWNER if self._tokens.is_needed else None
        await self.app(scope, receive, send)

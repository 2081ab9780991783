"""How often one may ask: requests by address in a moving window, jobs by owner as the jobs table counts them.

A client at this machine is never limited: it would be the user's own browser. Sound, pages and health are not counted,
nor are the pieces of a file that arrives: they are bounded elsewhere, and playing a song takes many requests.
"""

from __future__ import annotations

import inspect
import ipaddress
import logging
import re
import time
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from fastapi import Request

from tonmeister.core.errors import QuotaError, RateLimitError
from tonmeister.store.tables import JOBS, STEPS
from tonmeister.surfaces.rest.asgi import address_of, client_of, encode_headers, header, is_local, refuse
from tonmeister.surfaces.rest.studio import owner_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi import FastAPI
    from limits import RateLimitItem, aio, strategies
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from tonmeister.settings import Settings
    from tonmeister.store.database import Database

    Limiter = strategies.MovingWindowRateLimiter | aio.strategies.MovingWindowRateLimiter

_LOG = logging.getLogger(__name__)

WINDOW_S = 60
WRONG_TOKENS_PER_MINUTE = 10
QUOTA_S = 3600.0

COUNTED = ("/api/", "/mcp", "/graphql")
UNCOUNTED = re.compile(
    r"/api/health|/api/v1/health/.*|/api/v1/audio/.*|/api/v1/files/.*|/api/v1/assets/[^/]+/file"
    r"|/api/v1/uploads/[^/]+|/api/docs(/.*)?|/api/v1/openapi\.json"
)


def is_counted(path: str) -> bool:
    """Tell whether a request to this path is one of those that are limited."""
    return path.startswith(COUNTED) and UNCOUNTED.fullmatch(path) is None


def install(app: FastAPI, settings: Settings, database: Database | None = None) -> None:
    """Limit the requests to the app. Called between `security.install_inner` and `security.install_outer`."""
    app.add_middleware(RateLimits, per_minute=settings.rate_limit_per_minute, bus_url=settings.bus_url)
    if database is not None:
        app.state.job_quota = JobQuota(database, settings.job_quota_per_hour)


class RateLimits:
    """Counts requests by the client's address; machines that share a Redis share the count."""

    def __init__(self, app: ASGIApp, per_minute: int, bus_url: str | None = None):
        self.app = app
        self.per_minute = per_minute
        self._url = bus_url if bus_url and bus_url.startswith("redis") else None
        self._limiter: Limiter | None = None

    def _open(self) -> tuple[Limiter, RateLimitItem, RateLimitItem]:
        from limits import RateLimitItemPerMinute, aio, storage, strategies

        if self._limiter is None and self._url:
            shared: Any = storage.storage_from_string(f"async+{self._url}", implementation="redispy")
            self._limiter = aio.strategies.MovingWindowRateLimiter(shared)
        elif self._limiter is None:
            # the plain one never waits for anything, and costs a tenth of its asynchronous sister
            self._limiter = strategies.MovingWindowRateLimiter(storage.MemoryStorage())
        return (
            self._limiter,
            RateLimitItemPerMinute(self.per_minute),
            RateLimitItemPerMinute(WRONG_TOKENS_PER_MINUTE),
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count a request, or refuse it."""
        if scope["type"] not in ("http", "websocket") or not is_counted(scope["path"]) or is_local(scope):
            await self.app(scope, receive, send)
            return
        who = network_of(client_of(scope))
        limiter, requests, wrong_tokens = self._open()
        is_token_free = await _ask(limiter.test, wrong_tokens, "token", who) is not False
        limit = requests if is_token_free else wrong_tokens
        is_free = is_token_free and await _ask(limiter.hit, requests, "api", who) is not False
        headers, wait_s = await self._headers(limiter, limit, "api" if is_token_free else "token", who)
        if not is_free:
            what = "requests" if is_token_free else "wrong tokens"
            error = RateLimitError(
                f"{what.capitalize()} from this address: more than {limit.amount} a minute.",
                bound=f"{limit.amount} a minute",
                remedy=f"Wait {max(1, round(wait_s))} s and go on more slowly.",
            )
            await refuse(scope, _with(send, headers), error.after(wait_s))
            return

        is_guess = header(scope, b"authorization") is not None or scope.get("method") == "POST"

        async def send_counted(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                if message["status"] == 401 and is_guess:
                    await _ask(limiter.hit, wrong_tokens, "token", who)
                message["headers"] = [*message.get("headers", ()), *headers]
            await send(message)

        await self.app(scope, receive, send_counted)

    async def _headers(
        self, limiter: Limiter, limit: RateLimitItem, kind: str, who: str
    ) -> tuple[list[tuple[bytes, bytes]], float]:
        stats = await _ask(limiter.get_window_stats, limit, kind, who)
        if stats is None:
            return [], WINDOW_S
        wait_s = max(0.0, stats.reset_time - time.time())
        values = {
            "ratelimit-limit": str(limit.amount),
            "ratelimit-remaining": str(max(0, stats.remaining)),
            "ratelimit-reset": str(round(wait_s)),
        }
        return encode_headers(values), wait_s


def _with(send: Send, headers: list[tuple[bytes, bytes]]) -> Send:
    async def send_with(message: Message) -> None:
        if message["type"] in ("http.response.start", "websocket.http.response.start"):
            message["headers"] = [*message.get("headers", ()), *headers]
        await send(message)

    return send_with


async def _ask(question: Callable[..., Any], *given: Any) -> Any:
    """Ask the limiter; None where the shared count does not answer: a limit must not stop the studio."""
    try:
        answer = question(*given)
        return await answer if inspect.isawaitable(answer) else answer
    except Exception:  # noqa: BLE001 - a door: whatever the service of the count says
        _LOG.exception("The shared count of requests does not answer; this request is not limited.")
        return None


def network_of(host: str) -> str:
    """Return what is counted as one client: an IPv4 address, or the network of 64 bits that an IPv6 client owns."""
    address = address_of(host)
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False).network_address)
    return str(address or host)


class JobQuota:
    """Counts the steps of an owner's jobs of the last hour in the database: exact, and the same on all machines."""

    def __init__(self, database: Database, per_hour: int | None):
        self._database = database
        self.per_hour = per_hour

    def check(self, owner: str | None, n_more: int = 1) -> None:
        """Raise `QuotaError` if ``n_more`` pieces of work are more than the owner may still begin."""
        if self.per_hour is None or owner is None:
            return
        with self._database.read() as connection:
            now = self._database.now(connection)
            n_begun, first = connection.execute(
                sa.select(sa.func.count(), sa.func.min(JOBS.c.created_at))
                .select_from(JOBS.join(STEPS, STEPS.c.job_id == JOBS.c.id))
                .where(JOBS.c.owner == owner, JOBS.c.created_at > now - QUOTA_S, JOBS.c.is_system.is_(False))
            ).one()
        if n_begun + n_more <= self.per_hour:
            return
        wait_s = max(1.0, (first or now) + QUOTA_S - now)
        raise QuotaError(
            f"{n_begun} pieces of work were begun within the last hour, and {n_more} more would pass the quota.",
            value=n_begun + n_more,
            bound=f"at most {self.per_hour} an hour",
            remedy=f"Try again in {round(wait_s / 60) or 1} minutes, or raise TONMEISTER_JOB_QUOTA_PER_HOUR.",
        ).after(wait_s)


def check_quota(request: Request) -> None:
    """Raise `QuotaError` if the owner of a request may begin no more jobs: a dependency of routes that begin one."""
    check_quota_for(request, 1)


def check_quota_for(request: Request, n_more: int) -> None:
    """Raise `QuotaError` if the owner of a request may not begin so many pieces of work."""
    quota: JobQuota | None = getattr(request.app.state, "job_quota", None)
    if quota is not None:
        quota.check(owner_of(request), n_more)

"""Whether the server lives, and whether it is ready to work; for Kubernetes, load balancers and people.

``live`` answers as long as the event loop does: whoever asks restarts the server when it fails. ``ready`` looks at what
the work needs: whoever asks sends no requests for as long as it fails.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

import sqlalchemy as sa
from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict

from tonmeister.core.errors import NotReadyError, TonmeisterError
from tonmeister.store.tables import HEARTBEATS

if TYPE_CHECKING:
    from fastapi import FastAPI

    from tonmeister.jobs.workshop import Workshop

_LOG = logging.getLogger(__name__)

BEAT_LIMIT_S = 30.0
LOOK_AGAIN_S = 2.0
"""So often the parts are looked at at most, however often one asks: everybody may."""
WRITE_AGAIN_S = 10.0


class Live(BaseModel):
    """The server answers."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    status: Literal["healthy"] = "healthy"
    timestamp: datetime


class Ready(BaseModel):
    """The server can work."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    status: Literal["ready"] = "ready"
    checks: dict[str, Literal["ok"]]
    """What was looked at: database, migrations, storage, supervisor."""
    timestamp: datetime


class Health:
    """Looks at the parts that the work needs, not more often than makes sense."""

    def __init__(self, workshop: Workshop, look_again_s: float = LOOK_AGAIN_S, write_again_s: float = WRITE_AGAIN_S):
        self._workshop = workshop
        self._look_again_s, self._write_again_s = look_again_s, write_again_s
        self._lock = threading.Lock()
        self._found: dict[str, str] = {}
        self._looked_at = self._written_at = -1e9

    def check(self) -> dict[str, str]:
        """Return "ok" or what is wrong, by part."""
        with self._lock:
            now_s = time.monotonic()
            if now_s - self._looked_at >= self._look_again_s:
                parts: dict[str, Callable[[], str]] = {
                    "database": self._database,
                    "migrations": self._migrations,
                    "supervisor": self._supervisor,
                }
                if now_s - self._written_at >= self._write_again_s or self._found.get("storage") != "ok":
                    parts["storage"] = self._storage
                    self._written_at = now_s
                self._found |= {name: _look(name, part) for name, part in parts.items()}
                self._looked_at = time.monotonic()
            return dict(self._found)

    def _database(self) -> str:
        with self._workshop.database.read() as connection:
            connection.execute(sa.text("select 1")).scalar_one()
        return "ok"

    def _migrations(self) -> str:
        from tonmeister.store.migrate import is_current

        return "ok" if is_current(self._workshop.database) else "the schema is not the one of this version"

    def _storage(self) -> str:
        self._workshop.blobs.check()
        return "ok"

    def _supervisor(self) -> str:
        with self._workshop.database.read() as connection:
            last = connection.execute(sa.select(sa.func.max(HEARTBEATS.c.beat_at))).scalar_one()
            now = self._workshop.database.now(connection)
        if last is None:
            return "no supervisor has shown itself"
        return "ok" if now - last < BEAT_LIMIT_S else f"the last supervisor showed itself {now - last:.0f} s ago"


def _look(name: str, part: Callable[[], str]) -> str:
    try:
        return part()
    except TonmeisterError as error:
        _LOG.warning("Not ready: %s: %s", name, error)
        return error.code
    except Exception:  # noqa: BLE001 - a door: the log tells what, everybody else that
        _LOG.exception("Not ready: %s.", name)
        return "does not answer"


router = APIRouter(tags=["Health"])


@router.get("/health/live", response_model=Live)
@router.get("/health", response_model=Live, include_in_schema=False)
@router.get("/api/health", response_model=Live, name="get_api_health")
async def get_live() -> Live:
    """Tell that the server answers."""
    return Live(timestamp=datetime.now(UTC))


@router.get("/health/ready", response_model=Ready)
@router.get("/ready", response_model=Ready, include_in_schema=False)
def get_ready(request: Request) -> Any:
    """Tell whether the server can work: 503 with what is wrong where it cannot."""
    health: Health = request.app.state.health
    found = health.check()
    wrong = {name: state for name, state in found.items() if state != "ok"}
    if wrong:
        raise NotReadyError(
            "The studio is not ready: " + "; ".join(f"{name}: {state}" for name, state in wrong.items()) + ".",
            field=next(iter(wrong)),
            value=sorted(wrong),
            remedy="Run 'tonmeister doctor' on the server, and see its log.",
        )
    return Ready(checks=dict.fromkeys(sorted(found), "ok"), timestamp=datetime.now(UTC))


def install(app: FastAPI, workshop: Workshop) -> None:
    """Give `router`, which the app holds, something to look at."""
    app.state.health = Health(workshop)

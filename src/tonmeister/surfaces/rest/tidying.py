"""What the server puts in order: half-done uploads and left-over files at its start, copies to listen to."""

from __future__ import annotations

import contextlib
import logging
import shutil
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio.to_thread

from tonmeister.core.errors import TonmeisterError
from tonmeister.surfaces.rest.uploads import adopt

if TYPE_CHECKING:
    from fastapi import FastAPI

    from tonmeister.surfaces.rest.studio import Studio

_LOG = logging.getLogger(__name__)

LEFT_OVER_S = 86400.0
MAX_LISTENING_BYTES = 2 << 30
"""How much of remote storage is kept here to cut segments from."""


def install(app: FastAPI, studio: Studio) -> None:
    """Put things in order when the app starts, and let go of what it holds when it ends."""
    before: Callable[[Any], Any] = app.router.lifespan_context

    @contextlib.asynccontextmanager
    async def live(served: Any) -> AsyncIterator[Any]:
        await anyio.to_thread.run_sync(tidy, studio)
        async with before(served) as state:
            try:
                yield state
            finally:
                app.state.snapshots.close()

    app.router.lifespan_context = live


def tidy(studio: Studio) -> None:
    """Finish uploads that were complete when the server stopped, and remove what was left behind."""
    for folder in (studio.incoming, studio.listening):
        folder.mkdir(parents=True, exist_ok=True)
    oldest = time.time() - LEFT_OVER_S
    for left in studio.incoming.iterdir():
        if left.stat().st_mtime < oldest:  # a younger one may be arriving at another server of this folder
            shutil.rmtree(left, ignore_errors=True)
    for upload in studio.uploads.unattached():
        try:
            adopt(studio, upload)
        except TonmeisterError as error:
            _LOG.warning("The upload %s could not be finished: %s", upload.id, error)


def make_room(folder: Path, max_bytes: int = MAX_LISTENING_BYTES) -> None:
    """Remove the copies that were not listened to for longest, until the rest fits."""
    found = []
    for path in folder.iterdir():
        with contextlib.suppress(FileNotFoundError):
            facts = path.stat()
            found.append((max(facts.st_atime, facts.st_mtime), facts.st_size, path))
    n_bytes = sum(size for _, size, _ in found)
    for _, size, path in sorted(found):
        if n_bytes <= max_bytes:
            return
        path.unlink(missing_ok=True)
        n_bytes -= size

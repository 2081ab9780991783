"""What the routes work with: the services, handed in whole by the composition root."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, Request

from tonmeister.core.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tonmeister.core.capability import Capability, Registry
    from tonmeister.jobs.drafting import Drafts
    from tonmeister.jobs.workshop import Workshop
    from tonmeister.settings import Settings
    from tonmeister.store.assets import Assets
    from tonmeister.store.blobs import Blobs
    from tonmeister.store.database import Database
    from tonmeister.store.idempotency import Idempotency
    from tonmeister.store.presets import Presets
    from tonmeister.store.uploads import Uploads
    from tonmeister.store.versions import Versions

_SECRET_BYTES = 32


@dataclass(frozen=True)
class Studio:
    """The services behind the doors, none of which knows a web framework."""

    workshop: Workshop
    database: Database
    assets: Assets
    versions: Versions
    uploads: Uploads
    presets: Presets
    idempotency: Idempotency
    drafts: Drafts
    blobs: Blobs
    registry: Registry
    settings: Settings
    secret: bytes
    """Signs links to files."""
    version: str
    incoming: Path
    """Where files are kept while they arrive; on the disk of the storage, so that they need not be copied."""
    listening: Path
    """Where files of remote storage are kept while they are listened to."""
    static: Path | None = None
    """The built web page, if there is one."""
    built_in_presets: Callable[[Capability[Any, Any]], Sequence[Mapping[str, Any]]] = lambda _capability: ()
    """The presets that a capability comes with: name, kind, summary, params."""
    schema_revision: str | None = None

    @property
    def max_upload_bytes(self) -> int:
        """The largest file that is taken."""
        return int(self.settings.max_upload_mb * (1 << 20))


def read_secret(data_folder: Path) -> bytes:
    """Return the secret that signs links, made at the first start and readable for the studio's user alone."""
    path = data_folder / "secret"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        found = path.read_bytes()
        if len(found) >= _SECRET_BYTES:
            return found
        raise ParameterError(
            f"The secret in {str(path)!r} is cut short.",
            field="data_folder",
            value=str(path),
            remedy="Delete the file; links that were signed before then work no more.",
        ) from None
    made = secrets.token_bytes(_SECRET_BYTES)
    with os.fdopen(descriptor, "wb") as target:
        target.write(made)
    return made


def owner_of(request: Request) -> str | None:
    """Return whom the request is made for, as the guard of the door has found out."""
    owner: str | None = request.scope.get("state", {}).get("owner")
    return owner


async def _studio(request: Request) -> Studio:
    studio: Studio = request.app.state.studio
    return studio


Door = Annotated[Studio, Depends(_studio)]
"""The services, as a parameter of a route."""

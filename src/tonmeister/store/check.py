"""Whether all that the studio keeps is whole: rows, what they refer to, and the content of every file."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from tonmeister.core.errors import BlobMissingError
from tonmeister.store.assets import part_ids
from tonmeister.store.tables import ASSETS, BLOBS, UPLOADS

if TYPE_CHECKING:
    from tonmeister.store.blobs import Blobs
    from tonmeister.store.database import Database

ORPHAN_S = 86400.0
"""A file without a reference is left alone for so long: it may belong to work that is about to be committed."""


@dataclass(frozen=True)
class CheckReport:
    """What was found."""

    n_assets: int
    n_files: int
    n_bytes: int
    faults: tuple[str, ...]
    """Rows of the database that contradict each other."""
    missing: tuple[str, ...]
    """Hashes that assets name, and no file has."""
    damaged: tuple[str, ...]
    """Hashes of files whose content or size is another."""
    orphans: tuple[str, ...]
    """Files that nothing refers to; the clean-up removes them."""

    @property
    def is_whole(self) -> bool:
        """Tell whether nothing is lost; orphans are no loss."""
        return not (self.faults or self.missing or self.damaged)


def check(
    database: Database,
    blobs: Blobs,
    *,
    with_content: bool = True,
    report: Callable[[float, str], None] = lambda _percent, _message: None,
) -> CheckReport:
    """Check the database and every file; without ``with_content`` only that files are there with the right size."""
    faults = check_database(database)
    stored = {facts.sha256: facts for facts in blobs.every()}
    with database.read() as connection:
        query = sa.select(ASSETS.c.sha256, ASSETS.c.size_bytes)
        named = {row.sha256: row.size_bytes for row in connection.execute(query)}
        n_assets = connection.execute(sa.select(sa.func.count()).select_from(ASSETS)).scalar_one()
    missing, damaged = [], []
    n_bytes = sum(facts.size_bytes for facts in stored.values())
    done_bytes = 0
    for sha256, size_bytes in named.items():
        if sha256 not in stored and not blobs.exists(sha256):
            missing.append(sha256)
        elif sha256 in stored and stored[sha256].size_bytes != size_bytes:
            damaged.append(sha256)
    for sha256, facts in stored.items() if with_content else ():
        report(100.0 * done_bytes / max(1, n_bytes), f"reading {sha256[:12]}…")
        done_bytes += facts.size_bytes
        if sha256 not in damaged and not has_content(blobs, sha256):
            damaged.append(sha256)
    young = time.time() - ORPHAN_S
    orphans = [sha256 for sha256, facts in stored.items() if sha256 not in named and facts.changed_at < young]
    report(100.0, "done")
    return CheckReport(
        n_assets, len(stored), n_bytes, tuple(faults), tuple(missing), tuple(sorted(damaged)), tuple(orphans)
    )


def has_content(blobs: Blobs, sha256: str) -> bool:
    """Read a file and tell whether its content is what its name says; one that is gone meanwhile counts as whole."""
    digest = hashlib.sha256()
    try:
        for piece in blobs.read(sha256):
            digest.update(piece)
    except BlobMissingError:  # removed by a clean-up while we look
        return True
    return digest.hexdigest() == sha256


def check_database(database: Database) -> list[str]:
    """Return what is wrong with the database itself and with references that no foreign key guards."""
    faults: list[str] = []
    with database.read() as connection:
        if database.is_sqlite:
            told = connection.exec_driver_sql("PRAGMA integrity_check(20)").scalars().all()
            faults += [f"SQLite says: {line}" for line in told if line != "ok"]
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
            faults += [f"A row of {row[0]} refers to a row of {row[2]} that is not there." for row in broken[:20]]
        ready = sa.select(ASSETS.c.id, ASSETS.c.prepared).where(ASSETS.c.prepared.is_not(None))
        known_ids = set(connection.execute(sa.select(ASSETS.c.id)).scalars())
        faults += [
            f"Of the asset {asset_id} a part is not there; retry its preparation."
            for asset_id, prepared in connection.execute(ready)
            if not part_ids(prepared) <= known_ids
        ]
    return faults


@dataclass(frozen=True)
class CleanUp:
    """What a clean-up removed."""

    n_files: int
    n_bytes: int


def clean_up(database: Database, blobs: Blobs, *, older_than_s: float = ORPHAN_S) -> CleanUp:
    """Remove files that nothing has referred to for a while, and what is left of uploads that nobody knows.

    A file's row goes first, in a transaction that finds no asset of it: from then on a new asset must put the file
    again, which makes it young, and what is young stays.
    """
    n_files = n_bytes = 0
    before = time.time() - older_than_s
    for facts in blobs.every():
        if facts.changed_at >= before:
            continue
        if not _forget(database, facts.sha256):
            continue
        if blobs.delete(facts.sha256, unless_since=before):
            n_files += 1
            n_bytes += facts.size_bytes
    blobs.clear_coming(older_than_s)
    for upload_id, changed_at in list(blobs.every_upload()):
        if changed_at < before and not _is_known(database, upload_id):
            blobs.drop_upload(upload_id, [])
    return CleanUp(n_files, n_bytes)


def _forget(database: Database, sha256: str) -> bool:
    """Remove a file's row, unless an asset refers to it."""
    try:
        with database.write() as connection:
            if connection.execute(sa.select(ASSETS.c.id).where(ASSETS.c.sha256 == sha256).limit(1)).first():
                return False
            connection.execute(sa.delete(BLOBS).where(BLOBS.c.sha256 == sha256))
    except sa.exc.IntegrityError:  # an asset was added at this moment, by a transaction that we could not see
        return False
    return True


def _is_known(database: Database, upload_id: str) -> bool:
    with database.read() as connection:
        return connection.execute(sa.select(UPLOADS.c.id).where(UPLOADS.c.id == upload_id)).first() is not None

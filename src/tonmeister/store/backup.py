"""Backups: the database first, then the files that it names, so that the worst case is a file that nothing needs.

A folder of backups holds one folder each, named by its time, and ``blobs``, the files of all of them: those are named
by their content, so only what is new is copied.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import shutil
import tempfile
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from tonmeister.core.errors import BackupError, BlobMissingError, ConflictError, DatabaseDamagedError, TonmeisterError
from tonmeister.store import dump
from tonmeister.store.blobs import hash_file, open_blobs
from tonmeister.store.dump import COMING, MANIFEST, Manifest, read_manifest
from tonmeister.store.tables import ASSETS, BLOBS, HEARTBEATS

if TYPE_CHECKING:
    from tonmeister.store.blobs import Blobs
    from tonmeister.store.database import Database

Report = Callable[[float, str], None]
"""Told how far it is (percent) and what is being done."""

DAILY = "studio"
BEFORE_RESTORE = "before-restore"


@dataclass(frozen=True)
class Backup:
    """A backup that was made."""

    folder: Path
    manifest: Manifest
    n_copied: int
    """Files that were new."""
    copied_bytes: int
    n_removed: int
    """Old backups that were removed."""


@dataclass(frozen=True)
class Restored:
    """What a restore did."""

    manifest: Manifest
    n_files: int
    """Files that were put back into storage."""
    restore_point: Path | None
    """The database as it was before; None if it was empty or damaged."""
    aside: Path | None = None
    """The file of a damaged database, which was moved there."""


def _silent(_percent: float, _message: str) -> None:
    return


def backup(
    database: Database,
    blobs: Blobs,
    folder: Path,
    *,
    keep_days: int | None = None,
    version: str = "",
    report: Report = _silent,
) -> Backup:
    """Back up the studio into ``folder`` while it runs; with ``keep_days`` remove older backups afterwards.

    Files that are not in storage, or not as they should be, are named in the manifest as missing.
    """
    folder = folder.resolve()
    with _alone(folder):
        made = _backup(database, blobs, folder, version, report)
        if keep_days is not None:
            made = dataclasses.replace(made, n_removed=remove_old(folder, keep_days))
        report(100.0, "done")
        return made


def _backup(database: Database, blobs: Blobs, folder: Path, version: str, report: Report) -> Backup:
    pool = _pool(folder)
    with dump.coming_folder(folder, DAILY) as place:
        report(0.0, "the database")
        manifest, needed = dump.dump_into(database, place, DAILY, version)
        n_copied = copied_bytes = 0
        missing = []
        for number, (sha256, size_bytes) in enumerate(needed.items()):
            report(100.0 * number / len(needed), f"file {number + 1} of {len(needed)}")
            if pool.exists(sha256) and pool.size(sha256) == size_bytes:
                continue
            if _copy(blobs, pool, sha256, folder):
                n_copied, copied_bytes = n_copied + 1, copied_bytes + size_bytes
            else:
                missing.append(sha256)
        manifest = dataclasses.replace(manifest, blobs=needed, missing=tuple(missing))
        dump.write_manifest(place, manifest)
    return Backup(folder / place.name.removeprefix(COMING), manifest, n_copied, copied_bytes, n_removed=0)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep the folder of backups to oneself; the lock goes with the process that holds it."""
    import fcntl

    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise dump.unwritable(folder, error) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ConflictError(
                f"Another backup or restore is at work in {str(folder)!r}.",
                field="backup_folder",
                value=str(folder),
                remedy="Wait until it is done.",
            ) from None
        yield
    finally:
        os.close(handle)


def every_backup(folder: Path) -> list[Path]:
    """Return the folders of all whole backups, the oldest first."""
    if not folder.is_dir():
        return []
    return sorted(path.parent for path in folder.glob(f"[0-9]*/{MANIFEST}"))


def remove_old(folder: Path, keep_days: int) -> int:
    """Remove backups that are older, but never the last whole one, and files that no backup needs any more."""
    whole = [path for path in every_backup(folder) if read_manifest(path).blobs is not None]
    before = datetime.now(UTC) - timedelta(days=keep_days)
    n_removed = 0
    for path in every_backup(folder):
        if datetime.fromisoformat(read_manifest(path).made_at) < before and path not in whole[-1:]:
            shutil.rmtree(path)
            n_removed += 1
    if n_removed:
        kept: set[str] = set()
        for path in every_backup(folder):
            kept |= set(read_manifest(path).blobs or ())
        pool = _pool(folder)
        for facts in list(pool.every()):
            if facts.sha256 not in kept:
                pool.delete(facts.sha256)
    for path in folder.glob(f"{COMING}*"):  # of backups that died
        if path.stat().st_mtime < time.time() - 86400:
            shutil.rmtree(path, ignore_errors=True)
    return n_removed


def choose_backup(folder: Path, name: str | None) -> Path:
    """Return a backup by name, or the last whole one; raise `BackupError` if there is none."""
    known = every_backup(folder)
    if name is not None:
        for path in known:
            if path.name == name:
                return path
    else:
        whole = [path for path in known if read_manifest(path).blobs is not None]
        if whole:
            return whole[-1]
    names = [path.name for path in known]
    raise BackupError(
        f"There is no backup {name!r} in {str(folder)!r}." if name else f"There is no backup in {str(folder)!r}.",
        field="name",
        value=name,
        bound=names,
        remedy=f"There are: {', '.join(names)}." if names else "Make one with 'tonmeister backup'.",
    )


def verify_backup(place: Path, *, report: Report = _silent) -> Manifest:
    """Read all that a backup holds and compare the hashes; raise `BackupError` if it is not whole."""
    manifest = read_manifest(place)
    sha256, _ = hash_file(place / manifest.database_file)
    if sha256 != manifest.database_sha256:
        raise _damaged(place, f"{manifest.database_file} was changed")
    pool = _pool(place.parent)
    wanted = [sha256 for sha256 in manifest.blobs or {} if sha256 not in manifest.missing]
    for number, sha256 in enumerate(wanted):
        report(100.0 * number / len(wanted), f"checking file {number + 1} of {len(wanted)}")
        try:
            found = hash_file(pool.local(sha256, place))[0]
        except BlobMissingError:
            raise _damaged(place, f"the file {sha256[:12]}… is missing") from None
        if found != sha256:
            raise _damaged(place, f"the file {sha256[:12]}… was changed")
    return manifest


def restore(
    database: Database, blobs: Blobs, folder: Path, name: str | None = None, *, report: Report = _silent
) -> Restored:
    """Put the studio back to a backup. The studio must be stopped.

    The backup is checked first, and the database as it is now becomes a backup of its own; if anything fails after
    that, it is put back, and nothing has changed but for files that nothing refers to. A damaged database cannot be
    backed up: its file is moved aside instead, and back again if anything fails.
    """
    folder = folder.resolve()
    with _alone(folder):
        return _restore(database, blobs, folder, name, report)


def _restore(database: Database, blobs: Blobs, folder: Path, name: str | None, report: Report) -> Restored:
    place = choose_backup(folder, name)
    manifest = verify_backup(place, report=report)
    restore_point, aside = None, None
    try:
        _check_stopped(database)
        restore_point = _restore_point(database, folder)
    except DatabaseDamagedError:
        aside = dump.set_aside(database)
    try:
        report(0.0, "the database")
        dump.load_database(database, place, manifest)
        n_files = _put_back(database, blobs, folder, manifest, report)
    except (TonmeisterError, OSError, sa.exc.SQLAlchemyError) as error:
        if aside is not None:
            dump.take_back(database, aside)
        elif restore_point is None:
            dump.empty_database(database)
        else:
            dump.load_database(database, restore_point, read_manifest(restore_point))
        first = error.message if isinstance(error, TonmeisterError) else str(error)
        raise BackupError(
            f"The backup {place.name!r} could not be restored, and everything is as it was before: {first}",
            field="name",
            value=place.name,
            remedy=error.remedy if isinstance(error, TonmeisterError) else "Choose another backup.",
        ) from error
    report(100.0, "done")
    return Restored(manifest, n_files, restore_point, aside)


def _put_back(database: Database, blobs: Blobs, folder: Path, manifest: Manifest, report: Report) -> int:
    """Migrate what was loaded, put missing files back, and check that nothing refers to what is not there."""
    from tonmeister.store.check import check_database
    from tonmeister.store.migrate import bring_up

    bring_up(database, backups=folder)
    n_files = 0
    pool = _pool(folder)
    wanted = [sha256 for sha256 in manifest.blobs or {} if sha256 not in manifest.missing]
    for number, sha256 in enumerate(wanted):
        report(100.0 * number / len(wanted), f"file {number + 1} of {len(wanted)}")
        n_files += _make_whole(blobs, pool, sha256, folder)
    with database.write() as connection:
        # A row without an asset says that its file is there; after a restore nobody knows.
        used = sa.select(ASSETS.c.sha256)
        connection.execute(sa.delete(BLOBS).where(BLOBS.c.sha256.not_in(used)))
    faults = check_database(database)
    if faults:
        raise BackupError(f"The restored database is not sound: {faults[0]}", field="name", remedy="Choose another.")
    return n_files


def repair(blobs: Blobs, folder: Path, wanted: Iterable[str]) -> list[str]:
    """Put files that are missing or damaged back from the backups, and return the hashes of those that none holds."""
    folder = folder.resolve()
    pool = _pool(folder)
    lost = []
    for sha256 in wanted:
        if not pool.exists(sha256) or hash_file(pool.local(sha256, folder))[0] != sha256:
            lost.append(sha256)
        else:
            _make_whole(blobs, pool, sha256, folder)
    return lost


def _make_whole(blobs: Blobs, pool: Blobs, sha256: str, folder: Path) -> bool:
    """Put a file into storage, unless it is there with the content that its name says; tell whether it was put."""
    from tonmeister.store.check import has_content

    if blobs.exists(sha256):
        if has_content(blobs, sha256):
            return False
        blobs.delete(sha256)
    with _scratch(folder) as scratch:
        copy = scratch / sha256
        shutil.copyfile(pool.local(sha256, scratch), copy)  # the pool's own file must not be shared
        blobs.put(copy, sha256)
    return True


def _restore_point(database: Database, folder: Path) -> Path | None:
    from tonmeister.store.migrate import current_revision

    if current_revision(database) is None:
        if sa.inspect(database.engine).get_table_names():
            raise ConflictError(
                "The database holds tables of another program.",
                field="database_url",
                remedy="Restore into an empty database.",
            )
        return None
    return dump.dump_database(database, folder, BEFORE_RESTORE)


def _check_stopped(database: Database) -> None:
    if not sa.inspect(database.engine).has_table(HEARTBEATS.name):
        return
    with database.read() as connection:
        since = database.now(connection) - 30
        query = sa.select(HEARTBEATS.c.host, HEARTBEATS.c.pid).where(HEARTBEATS.c.beat_at > since)
        alive = connection.execute(query).first()
    if alive is not None:
        raise ConflictError(
            f"The studio is running (process {alive.pid} on {alive.host}).",
            field="database_url",
            value=alive.pid,
            remedy="Stop it, wait half a minute, then restore.",
        )


def _pool(folder: Path) -> Blobs:
    return open_blobs((folder / "blobs").as_uri())


def _copy(source: Blobs, pool: Blobs, sha256: str, folder: Path) -> bool:
    """Copy a file into the pool, if it is there and has the content that its name says."""
    with _scratch(folder) as scratch:
        copy = scratch / f"copy-{uuid.uuid4().hex}"
        try:
            with copy.open("wb") as target:
                for piece in source.read(sha256):
                    target.write(piece)
        except BlobMissingError:
            return False
        if hash_file(copy)[0] != sha256:
            return False
        pool.put(copy, sha256)
        return True


@contextlib.contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix=COMING, dir=folder) as name:
        yield Path(name)


def _damaged(place: Path, what: str) -> BackupError:
    return BackupError(
        f"The backup {place.name!r} is not whole: {what}.",
        field="name",
        value=place.name,
        remedy="Choose another one: 'tonmeister backup --list' names them.",
    )

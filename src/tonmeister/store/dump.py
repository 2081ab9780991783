"""A database as a file and back: SQLite by its backup interface, PostgreSQL by pg_dump and pg_restore.

SQLite's file is never copied as a file: closing such a copy in the same process drops the locks of the others, and what
lies in the write-ahead log is missed.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url

from tonmeister.core.errors import BackupError, ConflictError
from tonmeister.store.blobs import hash_file
from tonmeister.store.database import damaged, telling_damage

if TYPE_CHECKING:
    from tonmeister.store.database import Database

MANIFEST = "manifest.json"
FORMAT = 1
"""Of the manifest; a reader refuses later ones."""

COMING = ".coming-"


@dataclass(frozen=True)
class Manifest:
    """What a backup holds. The files that its database refers to are in ``blobs`` beside it, shared by all backups."""

    label: str
    made_at: str
    version: str
    schema_revision: str | None
    database_kind: str
    database_file: str
    database_sha256: str
    database_size_bytes: int
    blobs: dict[str, int] | None = None
    """Size by hash; None for a backup of the database alone."""
    missing: tuple[str, ...] = ()
    """Hashes of files that were not in storage, or not as they should be."""
    format: int = FORMAT


def dump_database(database: Database, folder: Path, label: str, *, version: str = "") -> Path:
    """Write the database alone into a folder of its own under ``folder``, and return that folder."""
    with coming_folder(folder, label) as place:
        write_manifest(place, dump_into(database, place, label, version)[0])
    return place.parent / place.name.removeprefix(COMING)


@contextlib.contextmanager
def coming_folder(folder: Path, label: str) -> Iterator[Path]:
    """Make a folder that gets its name only once all is in it; of what fails nothing stays."""
    known = [path.name.removeprefix(COMING) for path in folder.glob("*")] if folder.is_dir() else []
    while True:  # names sort by time, so no two may begin alike
        stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%S.%f")[:-3] + "Z"
        if not any(name.startswith(stamp) for name in known):
            break
        time.sleep(0.001)
    name = f"{stamp}-{label}"
    place = folder / f"{COMING}{name}"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        place.mkdir(mode=0o700)
        yield place
        place.rename(folder / name)
        _sync(folder)
    except OSError as error:
        raise unwritable(folder, error) from error
    finally:
        shutil.rmtree(place, ignore_errors=True)


def unwritable(folder: Path, error: OSError) -> BackupError:
    """Return the error for a folder that takes no backup."""
    return BackupError(
        f"The backup cannot be written to {str(folder)!r}: {error.strerror or error}.",
        field="backup_folder",
        value=str(folder),
        remedy="Check that the folder may be written to and has room, or set TONMEISTER_BACKUP_FOLDER.",
    )


def dump_into(database: Database, place: Path, label: str, version: str) -> tuple[Manifest, dict[str, int]]:
    """Write the database into a folder; return its manifest, and size by hash of the files that it refers to."""
    from tonmeister.store.migrate import current_revision

    revision = current_revision(database)
    target = place / ("database.sqlite" if database.is_sqlite else "database.pgdump")
    needed = _dump_sqlite(_sqlite_path(database), target) if database.is_sqlite else _dump_postgres(database, target)
    target.chmod(0o600)
    _sync(target)
    sha256, size_bytes = hash_file(target)
    manifest = Manifest(
        label=label,
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        version=version,
        schema_revision=revision,
        database_kind="sqlite" if database.is_sqlite else "postgresql",
        database_file=target.name,
        database_sha256=sha256,
        database_size_bytes=size_bytes,
    )
    return manifest, needed


def load_database(database: Database, place: Path, manifest: Manifest) -> None:
    """Put a dump in the place of all tables, whole or not at all."""
    kind = "sqlite" if database.is_sqlite else "postgresql"
    if manifest.database_kind != kind:
        raise BackupError(
            f"The backup is of {manifest.database_kind}, and the database is {kind}.",
            field="database_url",
            value=kind,
            bound=manifest.database_kind,
            remedy="Restore into a database of the same kind.",
        )
    if database.is_sqlite:
        _load_sqlite(database, place / manifest.database_file)
    else:
        _load_postgres(database, place / manifest.database_file)


def write_manifest(place: Path, manifest: Manifest) -> None:
    """Write the manifest: the last thing that a backup gets."""
    path = place / MANIFEST
    path.write_text(json.dumps(asdict(manifest), indent=1), encoding="utf-8")
    path.chmod(0o600)
    _sync(path)


def read_manifest(place: Path) -> Manifest:
    """Read a backup's manifest; raise `BackupError` if there is none, or it is of a later version."""
    try:
        values: dict[str, Any] = json.loads((place / MANIFEST).read_text(encoding="utf-8"))
        if values.get("format") != FORMAT:
            raise BackupError(
                f"The backup {place.name!r} is of format {values.get('format')!r}; this version reads {FORMAT}.",
                field="name",
                value=place.name,
                remedy="Restore it with the version that wrote it.",
            )
        return replace(Manifest(**values), missing=tuple(values["missing"]))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise BackupError(
            f"{place.name!r} is not a whole backup: {error}.",
            field="name",
            value=place.name,
            remedy="Choose another one: 'tonmeister backup --list' names them.",
        ) from None


def empty_database(database: Database) -> None:
    """Remove all tables."""
    tables = sa.MetaData()
    tables.reflect(database.engine)
    tables.drop_all(database.engine)


# -- SQLite


def _sqlite_path(database: Database) -> Path:
    return Path(make_url(database.url).database or "")


_FILES = "select distinct sha256, size_bytes from asset order by sha256"


def _dump_sqlite(source: Path, target: Path) -> dict[str, int]:
    close, url = contextlib.closing, f"sqlite:///{source}"
    with (
        telling_damage(url),
        close(sqlite3.connect(source, timeout=30)) as live,
        close(sqlite3.connect(target)) as copy,
    ):
        live.backup(copy)  # in one go: readers and writers of the live one are not held up, thanks to its log
        copy.execute("PRAGMA journal_mode=DELETE")
        fault = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if fault != "ok":
            raise damaged(url, fault)
        return dict(copy.execute(_FILES).fetchall())


def _load_sqlite(database: Database, source: Path) -> None:
    database.close()
    target = _sqlite_path(database)
    target.parent.mkdir(parents=True, exist_ok=True)
    close, address = contextlib.closing, f"{source.resolve().as_uri()}?mode=ro"
    with close(sqlite3.connect(address, uri=True)) as dump, close(sqlite3.connect(target, timeout=30)) as live:
        dump.backup(live)  # one transaction of the live one
        live.execute("PRAGMA journal_mode=WAL")


SET_ASIDE = ".damaged-"


def set_aside(database: Database) -> Path | None:
    """Move a damaged file of SQLite out of the way, with its log, and return where it is now; none without a file.

    Raises `ConflictError` if a program still has it open.
    """
    database.close()
    path = _sqlite_path(database)
    if not path.exists():
        return None
    _check_closed(path)
    stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%S")
    aside = path.with_name(f"{path.name}{SET_ASIDE}{stamp}")
    for ending in ("", "-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            Path(f"{path}{ending}").rename(f"{aside}{ending}")
    return aside


def take_back(database: Database, aside: Path) -> None:
    """Put a file back that was set aside."""
    database.close()
    path = _sqlite_path(database)
    for ending in ("", "-wal", "-shm"):
        Path(f"{path}{ending}").unlink(missing_ok=True)
        with contextlib.suppress(FileNotFoundError):
            Path(f"{aside}{ending}").rename(f"{path}{ending}")


def _check_closed(path: Path) -> None:
    """Raise `ConflictError` if another process has the file open: by the shared lock that SQLite keeps on it."""
    if os.name != "posix":
        return  # elsewhere an open file cannot be moved anyway
    import fcntl

    first_shared, n_shared = 0x40000002, 510  # SQLite's file format: the bytes that readers lock
    with path.open("r+b") as handle:
        try:
            fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB, n_shared, first_shared)
        except OSError:
            raise ConflictError(
                "The studio is running: its database is open in another program.",
                field="database_url",
                value=str(path),
                remedy="Stop it, then restore.",
            ) from None


# -- PostgreSQL


def _program(name: str) -> str:
    """Return the newest of PostgreSQL's programs: an older one refuses a newer server."""
    folders = sorted(
        Path("/usr/lib/postgresql").glob("[0-9]*/bin"), key=lambda path: int(path.parent.name.partition(".")[0])
    )
    for folder in reversed(folders):
        if (folder / name).is_file():
            return str(folder / name)
    found = shutil.which(name)
    if found is None:
        raise BackupError(
            f"The database is PostgreSQL, and its program {name} is not installed here.",
            field="database_url",
            remedy="Install PostgreSQL's client programs (postgresql-client).",
        )
    return found


def _connection(url: URL) -> tuple[list[str], dict[str, str]]:
    """Return what names the database to PostgreSQL's programs; the password goes where other users cannot see it."""
    plain = url.set(drivername="postgresql", password=None).render_as_string()
    password = {"PGPASSWORD": str(url.password)} if url.password else {}
    return [f"--dbname={plain}"], {**os.environ, **password}


def _run(arguments: list[str], environment: dict[str, str], given: str | None = None) -> str:
    done = subprocess.run(  # noqa: S603 - our own words, no shell
        arguments, env=environment, input=given, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        lines = [line for line in done.stderr.strip().splitlines() if line.strip()] or ["no message"]
        raise BackupError(
            f"{Path(arguments[0]).name} failed: {lines[0].strip()}",
            field="database_url",
            remedy="Check the database's address and the rights of its user.",
        )
    return done.stdout


def _dump_postgres(database: Database, target: Path) -> dict[str, int]:
    names, environment = _connection(make_url(database.url))
    with database.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        # pg_dump looks at the same moment as we do.
        snapshot = connection.execute(sa.text("select pg_export_snapshot()")).scalar_one()
        needed = {row.sha256: row.size_bytes for row in connection.execute(sa.text(_FILES))}
        _run(
            [_program("pg_dump"), *names, "--format=custom", "--no-owner", "--no-privileges",
             f"--snapshot={snapshot}", f"--file={target}"],
            environment,
        )  # fmt: skip
    return needed


def _load_postgres(database: Database, source: Path) -> None:
    names, environment = _connection(make_url(database.url))
    script = _run([_program("pg_restore"), "--no-owner", "--no-privileges", "--file=-", str(source)], environment)
    tables = sa.inspect(database.engine).get_table_names()
    database.close()
    quote = database.engine.dialect.identifier_preparer.quote
    drop = f"drop table if exists {', '.join(map(quote, tables))} cascade;\n" if tables else ""
    _run(
        [_program("psql"), *names, "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1",
         "--output=/dev/null", "--file=-"],
        environment,
        drop + script,
    )  # fmt: skip


def _sync(path: Path) -> None:
    if path.is_dir() and os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

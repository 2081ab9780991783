"""One database for all that lasts: SQLite in a file by default, PostgreSQL by its URL, the same code for both."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, make_url

from tonmeister.core.errors import DatabaseDamagedError, ParameterError
from tonmeister.core.extras import how_to_install

BUSY_S = 30.0
"""How long a writer waits for another process's transaction in SQLite."""
LINE: dict[str, Any] = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}
"""A PostgreSQL that is cut off without a word is given up after about 25 s; ``tcp_user_timeout`` is in milliseconds."""


def _to_json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


_JSON: dict[str, Any] = {"json_serializer": _to_json, "json_deserializer": msgspec.json.decode}
"""Results have tens of kilobytes: several times faster than the standard library's, and NaN becomes null."""


class Database:
    """Transactions on the database of the studio.

    SQLite admits one writer at a time, and its waiting is unfair between processes; so writers of one process queue on
    a lock of their own, and there are few processes that write: the server and one supervisor. Work processes never
    open the database.
    """

    def __init__(self, url: str):
        self.url = url
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        self._engine = _sqlite(url) if self.is_sqlite else _postgres(url)
        self._writing = threading.Lock()

    @property
    def engine(self) -> Engine:
        """The engine, for migrations and backups."""
        return self._engine

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a transaction that only reads: a consistent view that blocks nobody."""
        with self._engine.connect() as connection:
            if self.is_sqlite:
                connection.exec_driver_sql("BEGIN")
            yield connection

    @contextlib.contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a transaction that writes; it commits when the block ends well. Keep it short."""
        if not self.is_sqlite:
            with self._engine.begin() as connection:
                yield connection
            return
        with self._writing, self._engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.rollback()
                raise
            connection.commit()

    def now(self, connection: Connection) -> float:
        """Return the time by the database's clock, which all machines share."""
        if self.is_sqlite:
            return time.time()
        return float(connection.execute(sa.text("select extract(epoch from clock_timestamp())::float8")).scalar_one())

    def close(self) -> None:
        """Give all connections back."""
        self._engine.dispose()


def _sqlite(url: str) -> Engine:
    engine = sa.create_engine(
        url, connect_args={"timeout": BUSY_S, "check_same_thread": False}, pool_size=16, max_overflow=32, **_JSON
    )

    @sa.event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        # SQLAlchemy shall not begin transactions of its own: `read` and `write` say which kind.
        connection.isolation_level = None
        # SQLite's own knows only the letters of ASCII.
        connection.create_function("lower", 1, _lower, deterministic=True)
        cursor = connection.cursor()
        with telling_damage(url):
            for pragma in (
                f"busy_timeout={int(BUSY_S * 1000)}",
                "journal_mode=WAL",
                "synchronous=FULL",
                "foreign_keys=ON",
            ):
                cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @sa.event.listens_for(engine, "handle_error")
    def _tell(context: Any) -> None:
        if is_damage(context.original_exception):
            raise damaged(url, context.original_exception) from context.original_exception

    return engine


@contextlib.contextmanager
def telling_damage(url: str) -> Iterator[None]:
    """Raise `DatabaseDamagedError` for what SQLite says of a file that is damaged, or none of its own."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if is_damage(error):
            raise damaged(url, error) from error
        raise


def is_damage(error: BaseException) -> bool:
    """Tell whether SQLite says that the file is damaged, or none of its own."""
    return isinstance(error, sqlite3.DatabaseError) and getattr(error, "sqlite_errorname", "").startswith(
        ("SQLITE_CORRUPT", "SQLITE_NOTADB")
    )


def damaged(url: str, fault: object) -> DatabaseDamagedError:
    """Return the error for a damaged database."""
    file = make_url(url).database
    return DatabaseDamagedError(
        f"The database {file!r} is damaged: {fault}.",
        field="database_url",
        value=file,
        remedy="Stop the studio and bring the last backup back with 'tonmeister restore'.",
    )


def _lower(text: str | None) -> str | None:
    return text.lower() if isinstance(text, str) else text


def _postgres(url: str) -> Engine:
    try:
        import psycopg  # noqa: F401 - asked for early, so that what is missing has a name
    except ImportError:
        from tonmeister.core.errors import MissingPartError

        raise MissingPartError(
            "A PostgreSQL database is configured, but psycopg is not installed.",
            field="database_url",
            remedy=how_to_install("cluster"),
        ) from None
    parsed = make_url(url)
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    return sa.create_engine(parsed, connect_args=dict(LINE), pool_size=8, max_overflow=24, pool_pre_ping=True, **_JSON)


_NETWORK_FILE_SYSTEMS = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "fuse.rclone", "afs", "ceph"}


def check_folder(folder: Path) -> None:
    """Raise `ParameterError` if ``folder`` lies on a network file system, whose locks SQLite cannot trust."""
    mounts = Path("/proc/self/mounts")
    if not mounts.exists():
        return
    best, kind = "", ""
    for line in mounts.read_text(encoding="utf-8", errors="replace").splitlines():
        fields = line.split()
        point = fields[1].replace("\\040", " ")
        if os.path.commonpath([point, str(folder.resolve())]) == point and len(point) >= len(best):
            best, kind = point, fields[2]
    if kind in _NETWORK_FILE_SYSTEMS:
        raise ParameterError(
            f"The data folder {str(folder)!r} lies on a network file system ({kind}): SQLite's locks fail there.",
            field="data_folder",
            value=str(folder),
            bound="a disk of this machine",
            remedy="Choose a local folder, or use PostgreSQL: TONMEISTER_DATABASE_URL=postgresql://…",
        )


def make_id() -> str:
    """Return a UUID of version 7: 48 bits of milliseconds, then random bits; later ones sort later."""
    value = (int(time.time() * 1000) & (1 << 48) - 1) << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(uuid.UUID(int=value))

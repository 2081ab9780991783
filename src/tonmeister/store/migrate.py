"""Bringing a database to the schema of this version: backed up before, in one transaction, never from a newer one."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, make_url

from tonmeister.core.errors import BackupError, SchemaError

if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    from tonmeister.store.database import Database

MIGRATIONS = Path(__file__).parent / "migrations"

_LOCK = 0x746F6E6D  # "tonm": PostgreSQL's advisory lock against two programs that start at once


def bring_up(database: Database, *, backups: Path | None = None) -> None:
    """Create the tables of an empty database, or bring an existing one to the schema of this version.

    An existing one is backed up into ``backups`` first; without such a folder, beside SQLite's file.

    Raises
    ------
    SchemaError
        The database was made by a newer version of the program, or by another program.
    BackupError
        It could not be backed up, so nothing was changed.
    """
    with database.read() as connection:
        current = _revision(connection)
        _check_known(connection, current)
    if current == head_revision():
        return
    if current is not None:
        _back_up(database, current, backups)
    with _migrating(database) as connection:
        now = _revision(connection)  # another process may have been faster
        _check_known(connection, now)
        if now != head_revision():
            _upgrade(connection, "head")


def current_revision(database: Database) -> str | None:
    """Return the revision of a database, or None if it is empty."""
    with database.read() as connection:
        return _revision(connection)


def head_revision() -> str:
    """Return the revision of this version of the program."""
    head = _script().get_current_head()
    assert head is not None
    return head


def is_current(database: Database) -> bool:
    """Tell whether a database has the schema of this version."""
    return current_revision(database) == head_revision()


def revisions() -> list[str]:
    """Return all revisions that there ever were, the first one first."""
    return [script.revision for script in reversed(list(_script().walk_revisions()))]


def upgrade_to(database: Database, revision: str) -> None:
    """Bring a database to one revision of the history, without a backup; for tests of the history."""
    with _migrating(database) as connection:
        _upgrade(connection, revision)


def _revision(connection: Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.execute(sa.text("select version_num from alembic_version")).scalar_one_or_none()
    return revision


def _check_known(connection: Connection, revision: str | None) -> None:
    if revision is None:
        if sa.inspect(connection).has_table("job"):
            raise SchemaError(
                "The database has tables, but does not say of which version.",
                field="database_url",
                remedy="Use an empty database, or bring back a backup with 'tonmeister restore'.",
            )
    elif revision not in revisions():
        raise SchemaError(
            f"The database was made by a newer version of the program: its schema {revision} is not known here.",
            field="database_url",
            value=revision,
            bound=head_revision(),
            remedy="Install that version again, or bring back a backup of this one with 'tonmeister restore'.",
        )


def _back_up(database: Database, current: str, backups: Path | None) -> None:
    from tonmeister.store.dump import dump_database

    folder = backups
    if folder is None and database.is_sqlite:
        folder = Path(make_url(database.url).database or "").parent / "backups"
    if folder is None:
        raise BackupError(
            "The database must be migrated, and there is no folder for a backup before that.",
            field="backup_folder",
            remedy="Set TONMEISTER_BACKUP_FOLDER.",
        )
    dump_database(database, folder, f"before-migration-from-{current}")


@contextlib.contextmanager
def _migrating(database: Database) -> Iterator[Connection]:
    """Hold the one transaction in which all revisions run."""
    if not database.is_sqlite:
        with database.engine.begin() as connection:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
            yield connection
        return
    with database.engine.connect() as connection:
        # Copying a table drops the old one; with foreign keys on, that would delete the rows that refer to it.
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection
            _check_references(connection)
            connection.commit()
        except BaseException:
            connection.rollback()
            raise
        finally:
            connection.exec_driver_sql("PRAGMA foreign_keys=ON")


def _check_references(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if broken:
        raise SchemaError(
            f"After the migration {len(broken)} rows refer to nothing, the first in {broken[0][0]!r}; "
            "nothing was changed.",
            field="database_url",
            remedy="Run 'tonmeister check', and report this.",
        )


def _config(connection: Connection | None = None) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    if connection is not None:
        config.attributes["connection"] = connection
    return config


def _script() -> ScriptDirectory:
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(_config())


def _upgrade(connection: Connection, revision: str) -> None:
    from alembic import command

    command.upgrade(_config(connection), revision)


def differences(database: Database) -> list[Any]:
    """Return how the tables of the program differ from those of a database; for tests."""
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    from tonmeister.store.tables import METADATA

    with database.engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": _has_other_default}
        found: list[Any] = compare_metadata(MigrationContext.configure(connection, opts=options), METADATA)
        return found


def _has_other_default(*given: Any) -> bool:
    """Compare two defaults of a column; Alembic's own comparison takes an empty text for none in SQLite."""
    inspected, _, rendered = given[3:6]
    texts = [None if text is None else text.partition("::")[0].strip("()'") for text in (inspected, rendered)]
    return texts[0] != texts[1]

"""The history of the schema, on both databases."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from tonmeister.core.errors import SchemaError
from tonmeister.store import migrate
from tonmeister.store.database import Database
from tonmeister.store.tables import ASSETS, METADATA


@pytest.fixture
def empty(database_url):
    opened = Database(database_url)
    yield opened
    opened.close()


def test_the_history_leads_to_the_tables_of_the_program(empty):
    assert migrate.current_revision(empty) is None
    assert not migrate.is_current(empty)
    migrate.bring_up(empty)
    assert migrate.differences(empty) == []
    assert migrate.is_current(empty)
    assert set(sa.inspect(empty.engine).get_table_names()) == {*METADATA.tables, "alembic_version"}


def test_differences_are_seen(empty):
    migrate.bring_up(empty)
    with empty.write() as connection:
        connection.execute(sa.text("drop index ix_asset_created_at"))
        connection.execute(sa.text("alter table asset add column extra integer"))
    assert {found[0] for found in migrate.differences(empty)} == {"add_index", "remove_column"}


def test_bringing_up_again_changes_nothing(database, tmp_path):
    migrate.bring_up(database, backups=tmp_path / "backups")
    assert not (tmp_path / "backups").exists()


def test_two_programs_that_start_at_once_make_one_schema(database_url):
    opened = [Database(database_url) for _ in range(3)]
    errors = []

    def start(database):
        try:
            migrate.bring_up(database)
        except Exception as error:  # noqa: BLE001 - told by the assertion
            errors.append(error)

    threads = [threading.Thread(target=start, args=(database,)) for database in opened]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert errors == []
    assert migrate.is_current(opened[0])
    for database in opened:
        database.close()


def test_a_newer_schema_is_refused(database):
    with database.write() as connection:
        connection.execute(sa.text("update alembic_version set version_num = 'r9999'"))
    with pytest.raises(SchemaError, match="newer version") as caught:
        migrate.bring_up(database)
    assert "restore" in (caught.value.remedy or "")


def test_tables_of_unknown_origin_are_refused(empty):
    METADATA.create_all(empty.engine)
    with pytest.raises(SchemaError, match="does not say"):
        migrate.bring_up(empty)


def test_revisions_are_numbered_in_a_row():
    assert migrate.revisions() == [f"r{number:04d}" for number in range(1, len(migrate.revisions()) + 1)]


def test_times_and_sizes_keep_their_precision(database):
    """A 32-bit column would fail for files above 2 GiB; a 32-bit float would lose whole minutes of a time."""
    from tonmeister.store.assets import Assets

    asset = Assets(database).add(
        name="a.wav", sha256="a" * 64, size_bytes=5 << 32, media_type="audio/wav", kind="upload", is_audio=True
    )
    with database.write() as connection:
        connection.execute(sa.update(ASSETS).values(created_at=1795249149.891552))
    back = Assets(database).get(asset.id)
    assert (back.size_bytes, back.created_at) == (5 << 32, 1795249149.891552)


DIES_IN_THE_MIDDLE = """
import os, signal, sys
import sqlalchemy as sa
from tonmeister.store.database import Database
from tonmeister.store.migrate import bring_up

database = Database(sys.argv[1])
seen = []

@sa.event.listens_for(database.engine, "after_cursor_execute")
def count(connection, cursor, statement, *_):
    if statement.lstrip().upper().startswith("CREATE TABLE"):
        seen.append(statement)
    if len(seen) == 8:
        os.kill(os.getpid(), signal.SIGKILL)

bring_up(database)
"""


def test_a_program_killed_while_it_migrates_leaves_the_database_as_it_was(empty, database_url):
    done = subprocess.run(
        [sys.executable, "-c", DIES_IN_THE_MIDDLE, database_url],
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path(migrate.__file__).parents[2])},
    )
    assert done.returncode == -signal.SIGKILL
    assert sa.inspect(empty.engine).get_table_names() == []
    migrate.bring_up(empty)
    assert migrate.is_current(empty)
    assert migrate.differences(empty) == []

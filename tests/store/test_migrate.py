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
from tonmeister.store.tables import ASSETS, JOB_ASSETS, METADATA
from tonmeister.store.versions import Versions


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


def test_what_jobs_know_of_songs_is_kept_as_versions(empty):
    """Masters made before there were versions get theirs: alone, in a batch, on an album."""
    migrate.upgrade_to(empty, "r0001")
    tables = sa.MetaData()
    tables.reflect(empty.engine)
    blob, asset, job, step = (tables.tables[name] for name in ("blob", "asset", "job", "job_step"))

    def add_asset(connection, name, **more):
        connection.execute(
            sa.insert(asset).values(
                id=name, name=name, kind="product", state="ready", sha256="a" * 64, size_bytes=1,
                media_type="audio/wav", is_audio=True, created_at=1.0, revision=0, **more,
            )
        )  # fmt: skip

    def add_job(connection, name, capability, form, params, steps):
        connection.execute(
            sa.insert(job).values(
                id=name, capability=capability, form=form, params=params, is_system=False, state="completed",
                priority=0, progress_percent=100.0, is_cached=False, is_cancel_asked=False, created_at=1.0,
                run_at=1.0, revision=1,
            )
        )  # fmt: skip
        for number, (given, result, files) in enumerate(steps):
            connection.execute(
                sa.insert(step).values(
                    id=f"{name}-{number}", job_id=name, name=str(number), position=number, capability=capability,
                    params=given, after=[], n_waiting_for=0, state="completed", priority=0, run_at=1.0, is_cached=False,
                    progress_percent=100.0, result=result, products=[{"asset_id": file} for file in files],
                    n_attempts=1, n_crashes=0, finished_at=5.0 + number,
                )
            )  # fmt: skip

    with empty.write() as connection:
        connection.execute(sa.insert(blob).values(sha256="a" * 64, size_bytes=1, created_at=1.0))
        for name in ("song", "other"):
            add_asset(connection, name)
        for name in ("master", "report", "one", "two", "cue", "third"):
            add_asset(connection, name, source_id="song")
        single = {"mix": "song", "preset": "warm", "reference": "other"}
        add_job(connection, "j1", "master", "single", single, [(single, {"title": "t"}, ["master", "report", "gone"])])
        add_job(connection, "j1-again", "master", "single", single, [(single, {"title": "t"}, ["master", "report"])])
        record = {"songs": [{"file": "one"}, {"file": "two"}], "cue": "cue"}
        both = {"mixes": ["song", "other"]}
        add_job(connection, "j2", "album", "single", both, [(both, record, ["one", "two", "cue"])])
        items = [({"mix": "other"}, {"title": "third"}, ["third"])]
        add_job(connection, "j3", "master", "batch", {"items": [{"mix": "other"}]}, items)
    migrate.upgrade_to(empty, "r0002")
    migrate.upgrade_to(empty, migrate.revisions()[-1])
    assert migrate.differences(empty) == []
    assets = Versions(empty)
    song = {version.capability: version for version in assets.page("song").items}
    assert (song["master"].params, song["master"].result, song["master"].job_id) == (single, {"title": "t"}, "j1")
    assert [file.id for file in song["master"].files] == ["master", "report"]
    assert song["album"].result == {"file": "one"}
    assert [file.id for file in song["album"].files] == ["one"]
    other = assets.page("other").items
    assert sorted((version.capability, version.files[0].id) for version in other) == [
        ("album", "two"),
        ("master", "third"),
    ]
    with empty.read() as connection:
        taken = connection.execute(sa.select(JOB_ASSETS.c.asset_id, JOB_ASSETS.c.job_id)).all()
    assert set(taken) == {
        ("song", "j1"), ("other", "j1"), ("song", "j1-again"), ("other", "j1-again"),
        ("song", "j2"), ("other", "j2"), ("other", "j3"),
    }  # fmt: skip


def test_midi_files_that_were_taken_for_sound_are_told_as_files_of_notes(empty):
    migrate.upgrade_to(empty, "r0003")
    tables = sa.MetaData()
    tables.reflect(empty.engine)
    blob, asset, job, step, result = (tables.tables[name] for name in ("blob", "asset", "job", "job_step", "result"))
    error = {"code": "FORMAT_UNSUPPORTED", "message": "no sound"}
    wrong = {"size_bytes": 1, "media_type": "audio/sp-midi", "is_audio": True}
    told = [
        {"asset_id": "tune", "name": "Tune.MID", **wrong},
        {"asset_id": "mix", "name": "mix.wav", "size_bytes": 1, "media_type": "audio/wav", "is_audio": True},
    ]
    with empty.write() as connection:
        connection.execute(sa.insert(blob).values(sha256="a" * 64, size_bytes=1, created_at=1.0))
        for name, kind, state in (
            ("Tune.MID", "product", "failed"), ("sent.mid", "upload", "failed"), ("a.mid.wav", "product", "ready"),
        ):  # fmt: skip
            connection.execute(
                sa.insert(asset).values(
                    id=name, name=name, kind=kind, state=state, sha256="a" * 64, size_bytes=1, revision=0,
                    media_type="application/octet-stream", is_audio=False, created_at=1.0,
                    error=error if state == "failed" else sa.null(),
                )
            )  # fmt: skip
        connection.execute(
            sa.insert(job).values(
                id="j", capability="transcribe", form="single", params={}, is_system=False, state="completed",
                priority=0, progress_percent=100.0, is_cached=False, is_cancel_asked=False, created_at=1.0,
                run_at=1.0, revision=1,
            )
        )  # fmt: skip
        for number, products in enumerate((told, None)):
            connection.execute(
                sa.insert(step).values(
                    id=f"s{number}", job_id="j", name=str(number), position=number, capability="transcribe", params={},
                    after=[], n_waiting_for=0, state="completed", priority=0, run_at=1.0, is_cached=False,
                    progress_percent=100.0, result={}, products=products, n_attempts=1, n_crashes=0,
                )
            )  # fmt: skip
        connection.execute(
            sa.insert(result).values(
                key="k", capability="transcribe", result={}, products=told, created_at=1.0, used_at=1.0, n_uses=0
            )
        )
    migrate.upgrade_to(empty, "r0004")
    with empty.read() as connection:
        rows = {row.id: row for row in connection.execute(sa.select(asset))}
        kept = [*connection.execute(sa.select(step.c.products).order_by(step.c.id)).scalars()]
        held = connection.execute(sa.select(result.c.products)).scalar_one()
    mended = rows["Tune.MID"]
    assert (mended.state, mended.media_type, mended.error, mended.revision) == ("ready", "audio/midi", None, 1)
    assert rows["sent.mid"].error == error, "what somebody sent is told as it was"
    assert (rows["a.mid.wav"].media_type, rows["a.mid.wav"].revision) == ("application/octet-stream", 0)
    right = [told[0] | {"media_type": "audio/midi", "is_audio": False}, told[1]]
    assert kept == [right, None]
    assert held == right

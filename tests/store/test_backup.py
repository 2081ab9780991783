"""Backups, restores and checks, on both databases and both storages."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import threading
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from tonmeister.core.errors import AssetMissingError, BackupError, ConflictError, TonmeisterError
from tonmeister.store import migrate
from tonmeister.store.assets import Assets
from tonmeister.store.backup import backup, every_backup, repair, restore, verify_backup
from tonmeister.store.blobs import open_blobs
from tonmeister.store.check import check, clean_up
from tonmeister.store.database import Database
from tonmeister.store.dump import dump_database, read_manifest
from tonmeister.store.tables import ASSETS, BLOBS, HEARTBEATS, UPLOADS
from tonmeister.store.uploads import Uploads


def add(database, blobs, folder, name, content=None):
    """Put a file into storage and the library."""
    path = folder / name
    path.write_bytes(content or name.encode() * 1000)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    blobs.put(path, sha256)
    size_bytes = path.stat().st_size
    path.unlink()
    return Assets(database).add(
        name=name, sha256=sha256, size_bytes=size_bytes, media_type="audio/wav", kind="upload", is_audio=True
    )


def names(database):
    return sorted(asset.name for asset in Assets(database).page().items)


def content(blobs, asset):
    return b"".join(blobs.read(asset.sha256))


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "backups"


@pytest.fixture
def disk(tmp_path):
    return open_blobs((tmp_path / "blobs").as_uri())


def test_what_was_backed_up_comes_back(database, blobs, folder, tmp_path):
    one, two = add(database, blobs, tmp_path, "one"), add(database, blobs, tmp_path, "two")
    Assets(database).change(one.id, tags=["mix"])
    made = backup(database, blobs, folder, version="1.2.3")
    assert (made.n_copied, made.copied_bytes) == (2, 6000)
    assert made.manifest.version == "1.2.3"
    assert made.manifest.schema_revision == migrate.head_revision()
    verify_backup(made.folder)

    add(database, blobs, tmp_path, "later")
    Assets(database).bin(two.id)
    blobs.delete(one.sha256)
    done = restore(database, blobs, folder)
    assert done.n_files == 1
    assert names(database) == ["one", "two"]
    assert Assets(database).get(one.id).tags == ("mix",)
    assert content(blobs, one) == b"one" * 1000
    assert check(database, blobs).is_whole

    # and back to how it was just before
    assert done.restore_point is not None
    restore(database, blobs, folder, done.restore_point.name)
    assert names(database) == ["later", "one"]


def test_files_are_put_back_from_the_backups(sqlite_database, blobs, folder, tmp_path):
    one, two = add(sqlite_database, blobs, tmp_path, "one"), add(sqlite_database, blobs, tmp_path, "two")
    backup(sqlite_database, blobs, folder)
    new = add(sqlite_database, blobs, tmp_path, "new")
    for asset in (one, new):
        blobs.delete(asset.sha256)
    assert repair(blobs, folder, [one.sha256, two.sha256, new.sha256]) == [new.sha256]
    assert check(sqlite_database, blobs).missing == (new.sha256,)
    assert content(blobs, one) == b"one" * 1000


def test_a_restore_replaces_files_that_are_damaged(sqlite_database, disk, folder, tmp_path):
    one = add(sqlite_database, disk, tmp_path, "one")
    backup(sqlite_database, disk, folder)
    path = disk.local(one.sha256, tmp_path)
    path.chmod(0o600)
    path.write_bytes(b"eno" * 1000)
    assert restore(sqlite_database, disk, folder).n_files == 1
    assert content(disk, one) == b"one" * 1000
    assert check(sqlite_database, disk).is_whole


def test_only_new_files_are_copied(sqlite_database, disk, folder, tmp_path):
    add(sqlite_database, disk, tmp_path, "one")
    assert backup(sqlite_database, disk, folder).n_copied == 1
    assert backup(sqlite_database, disk, folder).n_copied == 0
    add(sqlite_database, disk, tmp_path, "two")
    third = backup(sqlite_database, disk, folder)
    assert third.n_copied == 1
    assert len(third.manifest.blobs) == 2
    assert len(every_backup(folder)) == 3


def test_a_backup_is_of_one_moment_and_disturbs_nobody(database, disk, folder, tmp_path):
    """A writer that is in the middle of a transaction neither waits nor gets into the backup."""
    add(database, disk, tmp_path, "one")
    with database.write() as connection:
        connection.execute(sa.update(ASSETS).values(name="half"))
        made = backup(database, disk, folder)
    assert names(database) == ["half"]
    restore(database, disk, folder, made.folder.name)
    assert names(database) == ["one"]


def test_old_backups_go_with_their_files_but_never_the_last(sqlite_database, disk, folder, tmp_path):
    asset = add(sqlite_database, disk, tmp_path, "one")
    first = backup(sqlite_database, disk, folder)
    Assets(sqlite_database).bin(asset.id)
    Assets(sqlite_database).purge(0)
    add(sqlite_database, disk, tmp_path, "two")
    second = backup(sqlite_database, disk, folder)
    for made in (first, second):
        path = made.folder / "manifest.json"
        values = json.loads(path.read_text())
        values["made_at"] = (datetime.now(UTC) - timedelta(days=31)).isoformat()
        path.write_text(json.dumps(values))
    third = backup(sqlite_database, disk, folder, keep_days=32)
    assert third.n_removed == 0
    fourth = backup(sqlite_database, disk, folder, keep_days=30)
    assert fourth.n_removed == 2
    assert every_backup(folder) == [third.folder, fourth.folder]
    assert [facts.sha256 for facts in open_blobs((folder / "blobs").as_uri()).every()] == [
        hashlib.sha256(b"two" * 1000).hexdigest()
    ]
    verify_backup(fourth.folder)


@pytest.mark.parametrize("harm", ["database", "file", "no file", "no manifest", "other format"])
def test_a_damaged_backup_is_refused_before_anything_is_touched(sqlite_database, disk, folder, tmp_path, harm):
    asset = add(sqlite_database, disk, tmp_path, "one")
    made = backup(sqlite_database, disk, folder)
    add(sqlite_database, disk, tmp_path, "two")
    pool = open_blobs((folder / "blobs").as_uri())
    kept = pool.local(asset.sha256, tmp_path)
    if harm == "database":
        (made.folder / made.manifest.database_file).write_bytes(b"SQLite format 3\x00" + b"x" * 5000)
    elif harm == "file":
        kept.unlink()
        kept.write_bytes(b"one" * 999 + b"two")
    elif harm == "no file":
        kept.unlink()
    elif harm == "no manifest":
        (made.folder / "manifest.json").unlink()
    else:
        (made.folder / "manifest.json").write_text('{"format": 99}')
    with pytest.raises(BackupError):
        restore(sqlite_database, disk, folder, made.folder.name)
    assert names(sqlite_database) == ["one", "two"]
    assert len(list(folder.glob("*before-restore*"))) == 0


def test_a_restore_that_fails_half_way_is_undone(database, disk, folder, tmp_path, monkeypatch):
    one = add(database, disk, tmp_path, "one")
    backup(database, disk, folder)
    add(database, disk, tmp_path, "two")
    disk.delete(one.sha256)
    monkeypatch.setattr(type(disk), "put", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(BackupError, match=r"as it was before.*No space left"):
        restore(database, disk, folder)
    assert names(database) == ["one", "two"]
    assert migrate.is_current(database)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_restore_into_an_empty_database(request, kind, disk, folder, tmp_path, monkeypatch):
    database = request.getfixturevalue("sqlite_database" if kind == "sqlite" else "postgres_database")
    url = f"sqlite:///{tmp_path / 'else.db'}" if kind == "sqlite" else request.getfixturevalue("postgres_url")
    add(database, disk, tmp_path, "one")
    backup(database, disk, folder)
    empty, storage = Database(url), open_blobs((tmp_path / "elsewhere").as_uri())
    with monkeypatch.context() as patch:
        patch.setattr(type(storage), "put", lambda *_: (_ for _ in ()).throw(OSError(5, "Input/output error")))
        with pytest.raises(BackupError):
            restore(empty, storage, folder)
    assert migrate.current_revision(empty) is None
    done = restore(empty, storage, folder)
    assert (done.n_files, done.restore_point) == (1, None)
    assert names(empty) == ["one"]
    assert check(empty, storage).is_whole
    empty.close()


def test_a_backup_of_another_kind_is_refused(sqlite_database, postgres_database, disk, folder, tmp_path):
    add(sqlite_database, disk, tmp_path, "one")
    backup(sqlite_database, disk, folder)
    with pytest.raises(BackupError, match="is of sqlite"):
        restore(postgres_database, disk, folder)


def test_a_running_studio_is_not_restored(database, disk, folder):
    backup(database, disk, folder)
    with database.write() as connection:
        now = database.now(connection)
        row = {"id": "s" * 36, "host": "h", "pid": 7, "boot_id": "b", "version": "1", "executor": "local", "n_slots": 1}
        connection.execute(sa.insert(HEARTBEATS).values(**row, n_busy=0, started_at=now, beat_at=now))
    with pytest.raises(ConflictError, match="process 7"):
        restore(database, disk, folder)


def test_without_backups_there_is_nothing_to_restore(sqlite_database, disk, folder):
    with pytest.raises(BackupError, match="There is no backup"):
        restore(sqlite_database, disk, folder)
    with pytest.raises(BackupError, match="'yesterday'"):
        restore(sqlite_database, disk, folder, "yesterday")


def test_a_backup_that_fails_leaves_nothing(sqlite_database, disk, tmp_path, folder, monkeypatch):
    add(sqlite_database, disk, tmp_path, "one")

    def broken(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(disk), "put", broken)
    with pytest.raises(BackupError, match="No space left"):
        backup(sqlite_database, disk, folder)
    assert every_backup(folder) == []
    assert not [path for path in folder.iterdir() if path.name not in ("blobs", ".lock")]


def test_an_existing_database_is_backed_up_before_it_is_migrated(database, folder, monkeypatch):
    """As a later version would find it: its history has one more revision than the database."""
    monkeypatch.setattr(migrate, "head_revision", lambda: "r9999")
    monkeypatch.setattr(migrate, "_upgrade", lambda *_: None)
    migrate.bring_up(database, backups=folder)
    (made,) = every_backup(folder)
    assert read_manifest(made).label == f"before-migration-from-{migrate.revisions()[-1]}"
    monkeypatch.setattr(shutil, "which", lambda _: None)
    monkeypatch.setattr(os, "link", None)  # nothing else may be needed
    verify_backup(made)


# -- check and clean-up


def test_a_check_names_what_is_wrong(database, blobs, tmp_path):
    whole = add(database, blobs, tmp_path, "whole")
    gone, short = add(database, blobs, tmp_path, "gone"), add(database, blobs, tmp_path, "short")
    assert check(database, blobs).is_whole
    blobs.delete(gone.sha256)
    with database.write() as connection:
        connection.execute(sa.update(ASSETS).where(ASSETS.c.id == short.id).values(size_bytes=1))
        connection.execute(
            sa.update(ASSETS).where(ASSETS.c.id == whole.id).values(prepared={"listening": {"file": "f" * 36}})
        )
    report = check(database, blobs)
    assert report.missing == (gone.sha256,)
    assert report.damaged == (short.sha256,)
    assert len(report.faults) == 1
    assert whole.id in report.faults[0]
    assert (report.n_assets, report.n_files, report.is_whole) == (3, 2, False)


def test_a_check_reads_every_file(sqlite_database, disk, tmp_path):
    asset = add(sqlite_database, disk, tmp_path, "song")
    path = disk.local(asset.sha256, tmp_path)
    path.chmod(0o600)
    path.write_bytes(b"gnos" * 1000)
    assert check(sqlite_database, disk, with_content=False).is_whole
    assert check(sqlite_database, disk).damaged == (asset.sha256,)


def test_a_backup_names_files_that_are_not_whole(sqlite_database, disk, folder, tmp_path):
    asset = add(sqlite_database, disk, tmp_path, "song")
    lost = add(sqlite_database, disk, tmp_path, "lost")
    disk.delete(lost.sha256)
    path = disk.local(asset.sha256, tmp_path)
    path.chmod(0o600)
    path.write_bytes(b"gnos" * 1000)
    assert set(backup(sqlite_database, disk, folder).manifest.missing) == {asset.sha256, lost.sha256}
    assert restore(sqlite_database, disk, folder).n_files == 0


def test_files_without_a_reference_go_after_a_while(database, blobs, tmp_path):
    kept, binned = add(database, blobs, tmp_path, "kept"), add(database, blobs, tmp_path, "binned")
    purged = add(database, blobs, tmp_path, "purged")
    Assets(database).bin(purged.id)
    Assets(database).purge(0)
    Assets(database).bin(binned.id)
    assert clean_up(database, blobs).n_files == 0  # too young
    assert check(database, blobs).orphans == ()
    done = clean_up(database, blobs, older_than_s=-60)
    assert (done.n_files, done.n_bytes) == (1, 6000)
    assert {facts.sha256 for facts in blobs.every()} == {kept.sha256, binned.sha256}
    with database.read() as connection:
        assert set(connection.execute(sa.select(BLOBS.c.sha256)).scalars()) == {kept.sha256, binned.sha256}
    with pytest.raises(AssetMissingError):
        Assets(database).get(purged.id)


def test_an_asset_added_during_the_clean_up_keeps_its_file(postgres_database, disk, tmp_path):
    """In PostgreSQL the clean-up does not see an asset of a transaction that is still open; its foreign key does."""
    asset = add(postgres_database, disk, tmp_path, "song")
    Assets(postgres_database).bin(asset.id)
    Assets(postgres_database).purge(0)
    done = []
    thread = threading.Thread(target=lambda: done.append(clean_up(postgres_database, disk, older_than_s=-60)))
    with postgres_database.write() as connection:
        values = {"name": "again", "sha256": asset.sha256, "size_bytes": asset.size_bytes, "media_type": "audio/wav"}
        again = Assets(postgres_database).add(connection, **values, kind="upload", is_audio=True)
        thread.start()
        thread.join(0.5)
        assert thread.is_alive()  # it waits for this transaction
    thread.join(20)
    assert [removed.n_files for removed in done] == [0]
    assert content(disk, again) == b"song" * 1000


def test_what_is_left_of_forgotten_uploads_goes(sqlite_database, blobs):
    uploads = Uploads(sqlite_database, blobs, max_bytes=1000)
    known, forgotten = uploads.create(100, "known"), uploads.create(100, "forgotten")
    for upload in (known, forgotten):
        uploads.write(upload.id, 0, [b"x" * 50])
    assert {upload_id for upload_id, _ in blobs.every_upload()} == {known.id, forgotten.id}
    with sqlite_database.write() as connection:
        connection.execute(sa.delete(UPLOADS).where(UPLOADS.c.id == forgotten.id))
    clean_up(sqlite_database, blobs)  # too young
    assert len(list(blobs.every_upload())) == 2
    clean_up(sqlite_database, blobs, older_than_s=-60)
    assert [upload_id for upload_id, _ in blobs.every_upload()] == [known.id]
    assert uploads.write(known.id, 50, [b"x" * 50]) == 100


def test_one_backup_at_a_time(sqlite_database, disk, folder, tmp_path):
    add(sqlite_database, disk, tmp_path, "one")
    errors = []

    def meanwhile(_percent, _message):
        for work in (backup, restore):
            try:
                work(sqlite_database, disk, folder)
            except ConflictError as error:
                errors.append(error)

    backup(sqlite_database, disk, folder, report=meanwhile)
    assert len(errors) >= 4
    backup(sqlite_database, disk, folder)
    assert len(every_backup(folder)) == 2


def test_a_folder_that_cannot_be_written_is_told(sqlite_database, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(TonmeisterError, match="cannot be written"):
        dump_database(sqlite_database, tmp_path / "file", "x")


def test_a_backup_is_for_its_owner_alone(sqlite_database, disk, folder, tmp_path):
    add(sqlite_database, disk, tmp_path, "one")
    made = backup(sqlite_database, disk, folder, version="1")
    assert [path.stat().st_mode & 0o777 for path in (folder, made.folder)] == [0o700, 0o700]
    files = [path for path in made.folder.iterdir() if path.is_file()]
    assert len(files) >= 2
    assert {path.stat().st_mode & 0o077 for path in files} == {0}

"""Uploads that are cut, resumed, checked and bounded, on both databases and both storages."""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from tonmeister.core.errors import (
    BlobMissingError,
    ChecksumError,
    ChecksumUnknownError,
    ConflictError,
    ParameterError,
    StorageFullError,
    StorageQuotaError,
    UploadGoneError,
    UploadLockedError,
    UploadMissingError,
    UploadOffsetError,
    UploadTooLargeError,
)
from tonmeister.store import upload_stretch
from tonmeister.store.assets import Assets
from tonmeister.store.blobs import open_blobs
from tonmeister.store.database import Database
from tonmeister.store.migrate import bring_up
from tonmeister.store.tables import UPLOADS
from tonmeister.store.uploads import Uploads

SONG = os.urandom(300_000)
SHA256 = hashlib.sha256(SONG).hexdigest()


class CutError(Exception):
    """The client is gone."""


def cut_after(*chunks):
    yield from chunks
    raise CutError


def pieces(content, size=10_000):
    return [content[k : k + size] for k in range(0, len(content), size)]


@pytest.fixture
def uploads(database, blobs):
    return Uploads(database, blobs, max_bytes=1 << 20)


@pytest.fixture
def here(tmp_path):
    """Quick ones for what does not depend on the kind: SQLite and a disk."""
    database = Database(f"sqlite:///{tmp_path / 'tonmeister.db'}")
    bring_up(database)
    made = []

    def make(**given):
        blobs = open_blobs((tmp_path / "blobs").as_uri())
        made.append(Uploads(database, blobs, **{"max_bytes": 1 << 20} | given))
        return made[-1]

    yield make
    database.close()


def set_row(uploads, upload_id, **values):
    with uploads._database.write() as connection:
        connection.execute(sa.update(UPLOADS).where(UPLOADS.c.id == upload_id).values(**values))


def test_an_upload_in_one_go(uploads, blobs):
    upload = uploads.create(len(SONG), "../my/Song.wav", {"filetype": "audio/wav"}, "ann")
    assert (upload.offset_bytes, upload.name, upload.state, upload.is_complete) == (0, "Song.wav", "open", False)
    assert uploads.write(upload.id, 0, pieces(SONG)) == len(SONG)
    assert uploads.head(upload.id).is_complete
    assert [found.id for found in uploads.unattached()] == [upload.id]
    assert uploads.finish(upload.id) == (SHA256, len(SONG))
    assert uploads.finish(upload.id) == (SHA256, len(SONG))
    assert b"".join(blobs.read(SHA256)) == SONG
    asset_id = (
        Assets(uploads._database)
        .add(
            name=upload.name, sha256=SHA256, size_bytes=len(SONG), media_type="audio/wav", kind="upload", is_audio=True
        )
        .id
    )
    uploads.attach(upload.id, asset_id)
    assert (uploads.head(upload.id).state, uploads.head(upload.id).asset_id) == ("finished", asset_id)
    assert uploads.unattached() == []
    with pytest.raises(UploadGoneError, match="finished"):
        uploads.write(upload.id, len(SONG), [b"x"])


def test_a_cut_upload_goes_on_where_it_stands(uploads, database, blobs):
    upload = uploads.create(len(SONG), "song.wav")
    with pytest.raises(CutError):
        uploads.write(upload.id, 0, cut_after(SONG[:70_000], SONG[70_000:100_001]))
    assert uploads.head(upload.id).offset_bytes == 100_001
    with pytest.raises(CutError):
        uploads.write(upload.id, 100_001, cut_after())
    # another server, which has none of the running hashes
    other = Uploads(database, open_blobs(blobs.url), max_bytes=1 << 20)
    assert other.write(upload.id, 100_001, pieces(SONG[100_001:250_000])) == 250_000
    assert uploads.write(upload.id, 250_000, pieces(SONG[250_000:])) == len(SONG)
    assert uploads.finish(upload.id) == (SHA256, len(SONG))
    assert b"".join(blobs.read(SHA256)) == SONG


def test_bytes_that_were_not_committed_are_written_over(uploads, blobs):
    """A server that died left bytes beyond the offset that the database knows."""
    upload = uploads.create(len(SONG), "song.wav")
    uploads.write(upload.id, 0, [SONG[:1000]])
    part = blobs.open_part(upload.id, 1000)
    part.write(b"lost" * 5000)
    part.commit()
    part.close()
    assert uploads.write(upload.id, 1000, pieces(SONG[1000:])) == len(SONG)
    assert uploads.finish(upload.id)[0] == SHA256
    assert b"".join(blobs.read(SHA256)) == SONG


def test_a_checksum_decides_over_all_or_nothing(uploads, blobs):
    upload = uploads.create(len(SONG), "song.wav")
    half = len(SONG) // 2
    uploads.write(upload.id, 0, pieces(SONG[:half]), ("sha1", hashlib.sha1(SONG[:half]).digest()))
    with pytest.raises(ChecksumError):
        uploads.write(upload.id, half, pieces(SONG[half:])[::-1], ("sha256", hashlib.sha256(SONG[half:]).digest()))
    with pytest.raises(CutError):
        uploads.write(upload.id, half, cut_after(SONG[half:]), ("sha256", hashlib.sha256(SONG[half:]).digest()))
    assert uploads.head(upload.id).offset_bytes == half
    uploads.write(upload.id, half, pieces(SONG[half:]), ("sha256", hashlib.sha256(SONG[half:]).digest()))
    assert uploads.finish(upload.id) == (SHA256, len(SONG))
    assert b"".join(blobs.read(SHA256)) == SONG


def test_an_ended_upload_leaves_nothing(uploads, blobs):
    upload = uploads.create(None, "song.wav")
    uploads.write(upload.id, 0, [SONG])
    with uploads._database.read() as connection:
        parts = connection.execute(sa.select(UPLOADS.c.parts)).scalar_one()
    assert b"".join(blobs.read_upload(upload.id, parts, len(SONG))) == SONG
    uploads.terminate(upload.id)
    for work in (uploads.head, uploads.terminate, uploads.finish):
        with pytest.raises(UploadMissingError):
            work(upload.id)
    with pytest.raises(BlobMissingError):
        list(blobs.read_upload(upload.id, parts, len(SONG)))


def test_the_length_may_be_told_later(here):
    uploads = here()
    upload = uploads.create(None, "song.wav")
    uploads.write(upload.id, 0, [SONG[:10]])
    with pytest.raises(ConflictError, match="not complete"):
        uploads.finish(upload.id)
    with pytest.raises(ConflictError):
        uploads.set_length(upload.id, 9)
    assert uploads.set_length(upload.id, 20).length_bytes == 20
    with pytest.raises(ConflictError):
        uploads.set_length(upload.id, 21)
    uploads.write(upload.id, 10, [SONG[10:20]])
    assert uploads.finish(upload.id) == (hashlib.sha256(SONG[:20]).hexdigest(), 20)


def test_an_empty_upload_is_an_empty_file(uploads):
    upload = uploads.create(0, "empty.wav")
    assert uploads.finish(upload.id) == (hashlib.sha256(b"").hexdigest(), 0)


@pytest.mark.parametrize("offset", [0, 9, 11, 1 << 40])
def test_bytes_must_continue_where_it_stands(here, offset):
    uploads = here()
    upload = uploads.create(20, "song.wav")
    uploads.write(upload.id, 0, [SONG[:10]])
    with pytest.raises(UploadOffsetError) as caught:
        uploads.write(upload.id, offset, [b"x"])
    assert caught.value.bound == 10
    assert uploads.head(upload.id).offset_bytes == 10


def test_bounds_are_kept(here):
    uploads = here()
    with pytest.raises(UploadTooLargeError):
        uploads.create((1 << 20) + 1, "song.wav")
    with pytest.raises(ParameterError):
        uploads.create(-1, "song.wav")
    announced = uploads.create(10, "song.wav")
    with pytest.raises(UploadTooLargeError):
        uploads.write(announced.id, 0, [b"12345", b"678901"])
    assert uploads.head(announced.id).offset_bytes == 0
    open_end = uploads.create(None, "song.wav")
    with pytest.raises(UploadTooLargeError):
        uploads.write(open_end.id, 0, [bytes(1 << 19)] * 3)
    with pytest.raises(ChecksumUnknownError, match="md5"):
        uploads.write(announced.id, 0, [b"1"], ("md5", b""))


def test_the_quota_counts_what_is_there_and_what_was_announced(database, tmp_path):
    uploads = Uploads(database, open_blobs((tmp_path / "blobs").as_uri()), max_bytes=1000, quota_bytes=1000)
    Assets(database).add(
        name="a", sha256="a" * 64, size_bytes=300, media_type="audio/wav", kind="upload", is_audio=True, owner="ann"
    )
    uploads.create(500, "song.wav", owner="ann")
    with pytest.raises(StorageQuotaError):
        uploads.create(201, "song.wav", owner="ann")
    uploads.create(200, "song.wav", owner="ann")
    uploads.create(1000, "song.wav", owner="bob")
    uploads.create(1000, "song.wav")
    deferred = uploads.create(None, "song.wav", owner="carl")
    uploads.create(400, "song.wav", owner="carl")
    with pytest.raises(StorageQuotaError):
        uploads.set_length(deferred.id, 601)
    with pytest.raises(UploadTooLargeError):
        uploads.write(deferred.id, 0, [bytes(601)])
    assert uploads.write(deferred.id, 0, [bytes(10)]) == 10
    assert uploads.set_length(deferred.id, 600).length_bytes == 600
    uploads.check_quota("dora", 1000)
    with pytest.raises(StorageQuotaError):
        uploads.check_quota("carl", 1)


def test_one_request_writes_at_a_time(uploads):
    upload = uploads.create(100, "song.wav")
    arrived, go_on = threading.Event(), threading.Event()
    answers = []

    def slowly():
        yield b"a" * 50
        arrived.set()
        go_on.wait(20)
        yield b"b" * 50

    thread = threading.Thread(target=lambda: answers.append(uploads.write(upload.id, 0, slowly())))
    thread.start()
    assert arrived.wait(20)
    for work in (lambda: uploads.write(upload.id, 0, [b"c"]), lambda: uploads.terminate(upload.id)):
        with pytest.raises(UploadLockedError):
            work()
    go_on.set()
    thread.join(20)
    assert answers == [100]
    assert uploads.finish(upload.id)[0] == hashlib.sha256(b"a" * 50 + b"b" * 50).hexdigest()


def test_a_request_that_fell_silent_loses_its_place_and_writes_nothing_more(here):
    uploads = here(lock_s=0.2)
    upload = uploads.create(100, "song.wav")
    arrived, go_on = threading.Event(), threading.Event()
    errors = []

    def hanging():
        yield b"a" * 50
        arrived.set()
        go_on.wait(20)
        yield b"X" * 50

    def work():
        try:
            uploads.write(upload.id, 0, hanging())
        except UploadLockedError as error:
            errors.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    assert arrived.wait(20)
    threading.Event().wait(0.3)
    assert uploads.write(upload.id, 0, [b"b" * 100]) == 100
    go_on.set()
    thread.join(20)
    assert len(errors) == 1
    assert uploads.finish(upload.id)[0] == hashlib.sha256(b"b" * 100).hexdigest()


def test_a_long_request_commits_on_its_way(here, monkeypatch):
    monkeypatch.setattr(upload_stretch, "COMMIT_BYTES", 1000)
    uploads = here()
    upload = uploads.create(5000, "song.wav")
    seen = []

    def chunks():
        for _ in range(5):
            yield bytes(1000)
            seen.append(uploads.head(upload.id).offset_bytes)

    uploads.write(upload.id, 0, chunks())
    assert seen == [1000, 2000, 3000, 4000, 5000]


def test_a_full_disk_keeps_what_was_written(here, monkeypatch):
    uploads = here()
    upload = uploads.create(3000, "song.wav")
    pwrite = os.pwrite

    def nearly_full(handle, content, at):
        if at >= 1500:
            raise OSError(28, "No space left on device")
        return pwrite(handle, content[: 1500 - at], at)

    monkeypatch.setattr(os, "pwrite", nearly_full)
    with pytest.raises(StorageFullError):
        uploads.write(upload.id, 0, pieces(SONG[:3000], 1000))
    assert uploads.head(upload.id).offset_bytes == 1500
    monkeypatch.undo()
    uploads.write(upload.id, 1500, [SONG[1500:3000]])
    assert uploads.finish(upload.id)[0] == hashlib.sha256(SONG[:3000]).hexdigest()


def test_an_upload_that_came_through_one_server_is_not_read_again(here, monkeypatch):
    uploads = here()
    upload = uploads.create(len(SONG), "song.wav")
    uploads.write(upload.id, 0, pieces(SONG[:1000]))
    uploads.write(upload.id, 1000, pieces(SONG[1000:]))

    def read(*_):
        raise AssertionError("it was read again")

    monkeypatch.setattr(uploads._blobs, "read_upload", read)
    assert uploads.finish(upload.id)[0] == SHA256


def test_what_rests_for_too_long_goes(uploads, tmp_path):
    old, young = uploads.create(100, "old.wav"), uploads.create(100, "young.wav")
    uploads.write(old.id, 0, [b"x" * 50])
    set_row(uploads, old.id, expires_at=1.0)
    with pytest.raises(UploadGoneError, match="expired"):
        uploads.head(old.id)
    with pytest.raises(UploadGoneError):
        uploads.write(old.id, 50, [b"x"])
    assert uploads.expire() == 1
    assert uploads.expire() == 0
    with pytest.raises(UploadMissingError):
        uploads.head(old.id)
    assert uploads.head(young.id).offset_bytes == 0
    assert not list(tmp_path.rglob(old.id))


def test_a_finish_that_was_cut_can_be_asked_for_again(uploads, blobs, monkeypatch):
    upload = uploads.create(len(SONG), "song.wav")
    uploads.write(upload.id, 0, [SONG])

    def died(*_):
        raise CutError

    monkeypatch.setattr(uploads, "_update", died)
    with pytest.raises(CutError):
        uploads.finish(upload.id)
    monkeypatch.undo()
    assert uploads.finish(upload.id) == (SHA256, len(SONG))
    assert b"".join(blobs.read(SHA256)) == SONG


SERVER = """
import sys, time
from tonmeister.store import upload_stretch
from tonmeister.store.blobs import open_blobs
from tonmeister.store.database import Database
from tonmeister.store.uploads import Uploads

upload_stretch.COMMIT_BYTES = 50_000
uploads = Uploads(Database(sys.argv[1]), open_blobs(sys.argv[2]), max_bytes=1 << 20, lock_s=0.3)
song = sys.stdin.buffer.read()

def chunks():
    for k in range(0, len(song), 7_000):
        yield song[k:k + 7_000]
        if k > 200_000:
            print("far", flush=True)
            time.sleep(60)

uploads.write(sys.argv[3], 0, chunks())
"""


def test_a_server_killed_in_mid_upload_loses_only_what_was_not_committed(sqlite_database, tmp_path):
    blobs = open_blobs((tmp_path / "blobs").as_uri())
    uploads = Uploads(sqlite_database, blobs, max_bytes=1 << 20, lock_s=0.3)
    upload = uploads.create(len(SONG), "song.wav")
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER, sqlite_database.url, blobs.url, upload.id],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(upload_stretch.__file__).parents[2])},
    )
    with server:
        server.stdin.write(SONG)
        server.stdin.close()
        assert server.stdout.readline() == b"far\n"
        server.kill()
    assert (tmp_path / "blobs" / ".uploads" / upload.id).stat().st_size > 200_000
    offset = uploads.head(upload.id).offset_bytes
    assert 200_000 - 57_000 <= offset <= 208_000
    threading.Event().wait(0.4)  # the dead server's lock
    assert uploads.write(upload.id, offset, pieces(SONG[offset:])) == len(SONG)
    assert uploads.finish(upload.id)[0] == SHA256
    assert b"".join(blobs.read(SHA256)) == SONG


def test_whatever_is_cut_and_sent_again_the_file_comes_out_whole(here):
    """A client that loses its connection, sends wrong bytes and asks for the offset, many times over."""
    uploads, dice = here(), random.Random(7)
    for _ in range(3):
        upload = uploads.create(len(SONG), "song.wav")
        while (offset := uploads.head(upload.id).offset_bytes) < len(SONG):
            stop = min(len(SONG), offset + dice.randrange(1, 40_000))
            given = pieces(SONG[offset:stop], dice.randrange(1, 9_000))
            what = dice.choice(["whole", "whole", "cut", "wrong", "elsewhere", "too much"])
            if what == "whole":
                assert uploads.write(upload.id, offset, given) == stop
            elif what == "cut":
                with pytest.raises(CutError):
                    uploads.write(upload.id, offset, cut_after(*given))
                assert uploads.head(upload.id).offset_bytes == stop
            elif what == "wrong":
                with pytest.raises(ChecksumError):
                    uploads.write(upload.id, offset, given, ("sha256", bytes(32)))
            elif what == "elsewhere":
                with pytest.raises(UploadOffsetError):
                    uploads.write(upload.id, offset + dice.choice([-1, 1, 999]), given)
            else:
                with pytest.raises(UploadTooLargeError):
                    uploads.write(upload.id, offset, [SONG[offset:], b"x"])
        assert uploads.finish(upload.id)[0] == SHA256

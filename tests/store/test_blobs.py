"""Files under their hashes, on a disk and in S3."""

from __future__ import annotations

import errno
import hashlib
import os
import pickle
import threading
import time
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import pytest

from tonmeister.core.errors import BlobMissingError, ParameterError, StorageError, StorageFullError
from tonmeister.store.blobs import hash_file, open_blobs
from tonmeister.store.presign import presign

SONG = bytes(range(256)) * 5000


def written(folder, content=SONG, name="song.wav"):
    path = folder / name
    path.write_bytes(content)
    return path, hashlib.sha256(content).hexdigest()


def test_what_was_put_comes_back(blobs, tmp_path):
    path, sha256 = written(tmp_path)
    assert hash_file(path) == (sha256, len(SONG))
    assert not blobs.exists(sha256)
    blobs.put(path, sha256)
    blobs.put(path, sha256)
    assert blobs.exists(sha256)
    assert blobs.size(sha256) == len(SONG)
    assert b"".join(blobs.read(sha256)) == SONG
    folder = tmp_path / "here"
    folder.mkdir()
    assert blobs.local(sha256, folder).read_bytes() == SONG
    assert blobs.local(sha256, folder).read_bytes() == SONG
    assert [(facts.sha256, facts.size_bytes) for facts in blobs.every()] == [(sha256, len(SONG))]
    assert next(iter(blobs.every())).changed_at == pytest.approx(time.time(), abs=60)
    assert blobs.delete(sha256)
    assert not blobs.delete(sha256)
    assert list(blobs.every()) == []


@pytest.mark.parametrize(
    ("start", "stop"), [(0, 1), (5, 105), (len(SONG) - 3, None), (len(SONG) - 3, len(SONG) + 9), (7, 7), (0, None)]
)
def test_a_range_is_that_range(blobs, tmp_path, start, stop):
    path, sha256 = written(tmp_path)
    blobs.put(path, sha256)
    assert b"".join(blobs.read(sha256, start, stop)) == SONG[start:stop]


def test_an_empty_file_is_a_file(blobs, tmp_path):
    path, sha256 = written(tmp_path, b"")
    blobs.put(path, sha256)
    assert (blobs.size(sha256), b"".join(blobs.read(sha256))) == (0, b"")


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "A" * 64, "a" * 63, "", "a" * 64 + "\n", "a" * 32 + "/" + "b" * 31]
)
def test_a_name_leads_nowhere_else(blobs, tmp_path, name):
    path, _ = written(tmp_path)
    for work in (blobs.size, blobs.exists, blobs.delete, blobs.read, lambda sha256: blobs.put(path, sha256)):
        with pytest.raises(BlobMissingError):
            work(name)
    with pytest.raises(BlobMissingError):
        blobs.local(name, tmp_path)


def test_what_is_missing_is_told_before_the_first_byte(blobs, tmp_path):
    for work in (blobs.size, blobs.read, lambda sha256: blobs.local(sha256, tmp_path)):
        with pytest.raises(BlobMissingError) as caught:
            work("0" * 64)
        assert caught.value.remedy


def test_a_young_blob_outlives_a_clean_up(blobs, tmp_path):
    path, sha256 = written(tmp_path)
    blobs.put(path, sha256)
    assert not blobs.delete(sha256, unless_since=time.time() - 3600)
    assert blobs.exists(sha256)
    assert blobs.delete(sha256, unless_since=time.time() + 3600)
    assert not blobs.exists(sha256)


def test_the_storage_can_be_checked_and_opened_elsewhere(blobs, tmp_path):
    blobs.check()
    path, sha256 = written(tmp_path)
    blobs.put(path, sha256)
    assert open_blobs(pickle.loads(pickle.dumps(blobs.url))).exists(sha256)


@pytest.mark.parametrize("url", ["ftp://there/x", "/just/a/path", "s3://", "file://server/share", "s3://b/p?secret=1"])
def test_other_addresses_are_refused(url):
    with pytest.raises(ParameterError):
        open_blobs(url)


# -- a disk


@pytest.fixture
def disk(tmp_path):
    return open_blobs((tmp_path / "blobs").as_uri())


def test_on_a_disk_a_file_is_not_copied_and_not_writable(disk, tmp_path):
    path, sha256 = written(tmp_path)
    disk.put(path, sha256)
    blob = disk.local(sha256, tmp_path)
    assert blob.stat().st_ino == path.stat().st_ino
    assert blob.stat().st_mode & 0o222 == 0
    path.unlink()
    assert blob.read_bytes() == SONG


def test_a_file_of_another_disk_is_copied(disk, tmp_path, monkeypatch):
    def other_disk(*_):
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", other_disk)
    path, sha256 = written(tmp_path)
    disk.put(path, sha256)
    assert disk.local(sha256, tmp_path).stat().st_ino != path.stat().st_ino
    assert b"".join(disk.read(sha256)) == SONG


def test_a_blob_cut_short_by_a_crash_is_put_anew(disk, tmp_path):
    path, sha256 = written(tmp_path)
    disk.put(path, sha256)
    blob = disk.local(sha256, tmp_path)
    blob.unlink()
    blob.write_bytes(SONG[:100])
    disk.put(path, sha256)
    assert b"".join(disk.read(sha256)) == SONG


def test_a_full_disk_leaves_nothing_behind(disk, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "link", full)
    path, sha256 = written(tmp_path)
    with pytest.raises(StorageFullError):
        disk.put(path, sha256)
    assert not disk.exists(sha256)
    assert list((tmp_path / "blobs" / ".coming").iterdir()) == []


def test_a_folder_that_takes_no_files_is_told(tmp_path):
    (tmp_path / "blobs").write_text("a file where the folder should be")
    with pytest.raises(StorageError, match="does not take files"):
        open_blobs((tmp_path / "blobs").as_uri()).check()


def test_many_writers_of_one_content_make_one_blob(disk, tmp_path):
    files = [written(tmp_path, name=f"{number}.wav") for number in range(8)]
    threads = [threading.Thread(target=disk.put, args=file) for file in files]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [facts.size_bytes for facts in disk.every()] == [len(SONG)]
    assert list((tmp_path / "blobs" / ".coming").iterdir()) == []


def test_leftovers_of_dead_processes_are_removed(disk, tmp_path):
    disk.check()
    (tmp_path / "blobs" / ".coming" / "left").write_bytes(b"x")
    assert disk.clear_coming(older_than_s=86400) == 0
    assert disk.clear_coming(older_than_s=-1) == 1


# -- S3


def test_s3_takes_files_of_many_parts(s3_storage_url, tmp_path):
    content = os.urandom(1 << 20) * 20
    path, sha256 = written(tmp_path, content)
    blobs = open_blobs(s3_storage_url)
    blobs.put(path, sha256)
    assert hash_file(blobs.local(sha256, tmp_path))[0] == sha256


def test_s3_gives_a_link_that_works_without_keys_and_names_the_file(s3_storage_url, tmp_path):
    path, sha256 = written(tmp_path)
    blobs = open_blobs(s3_storage_url)
    blobs.put(path, sha256)
    link = blobs.link(sha256, name='Mein "Lied" – 1/2.wav', media_type="audio/wav", expires_s=60)
    with urlopen(link) as answer:
        assert answer.read() == SONG
        assert answer.headers["content-type"] == "audio/wav"
        assert answer.headers["content-disposition"] == (
            "attachment; filename*=UTF-8''Mein%20%22Lied%22%20%E2%80%93%201%2F2.wav"
        )


def test_links_are_signed_as_amazon_says():
    """moto takes any signature, so ours is compared with botocore's for the same request."""
    import boto3
    from botocore.config import Config

    client = boto3.client(
        "s3", endpoint_url="http://127.0.0.1:9", region_name="eu-central-1", aws_access_key_id="id",
        aws_secret_access_key="se/cret+", config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
    )  # fmt: skip
    given = {"ResponseContentDisposition": "attachment; filename*=UTF-8''a%20b.wav", "ResponseContentType": "audio/x-y"}
    theirs = client.generate_presigned_url(
        "get_object", Params={"Bucket": "bucket", "Key": "studio/ab/c d", **given}, ExpiresIn=60
    )
    client.close()
    query = parse_qs(urlsplit(theirs).query)
    plain = theirs.partition("response-content")[0] + "&".join(
        part for part in theirs.partition("?")[2].split("&") if part.startswith("X-Amz")
    )
    ours = presign(
        plain,
        {name: query[name][0] for name in ("response-content-disposition", "response-content-type")},
        key_id="id",
        secret="se/cret+",
    )
    assert urlsplit(ours).path == urlsplit(theirs).path
    assert parse_qs(urlsplit(ours).query) == query


def test_without_keys_of_our_own_the_server_sends_files_itself(s3_storage_url, tmp_path, monkeypatch):
    path, sha256 = written(tmp_path)
    blobs = open_blobs(s3_storage_url)
    blobs.put(path, sha256)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    assert blobs.link(sha256, name="a.wav", media_type="audio/wav", expires_s=60) is None


def test_an_object_storage_that_does_not_answer_is_told(monkeypatch):
    from servers import free_port

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    blobs = open_blobs(f"s3://bucket/x?endpoint=http://127.0.0.1:{free_port()}&region=us-east-1")
    monkeypatch.setattr(type(blobs), "MAX_RETRIES", 0)
    with pytest.raises(StorageError, match="object storage") as caught:
        blobs.check()
    assert "secret" not in str(caught.value)


def test_a_disk_has_no_links(disk):
    assert disk.link("a" * 64, name="a.wav", media_type="audio/wav", expires_s=60) is None

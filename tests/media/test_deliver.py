"""Delivery: whole or not at all, and never over another file unasked."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

import pytest

from tonmeister.core.errors import OutputExistsError, OutputUnwritableError
from tonmeister.media import deliver as module
from tonmeister.media.deliver import deliver, free_path


def finished(folder: Path, content: bytes = b"sound") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / "temporary"
    path.write_bytes(content)
    return path


@pytest.fixture(params=["same disk", "other disk"])
def temporary(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    folder = tmp_path / "work"
    if request.param == "other disk":
        folder = Path("/dev/shm") / f"tonmeister-test-{os.getpid()}"
        if not Path("/dev/shm").is_dir() or Path("/dev/shm").stat().st_dev == tmp_path.stat().st_dev:
            pytest.skip("there is only one file system")
    path = finished(folder)
    yield path
    path.unlink(missing_ok=True)
    folder.rmdir()


def test_delivers(tmp_path: Path, temporary: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    deliver(temporary, out / "song.wav", overwrite=False)
    assert not temporary.exists()
    assert [path.name for path in out.iterdir()] == ["song.wav"]
    assert (out / "song.wav").read_bytes() == b"sound"


def test_never_replaces_unasked(tmp_path: Path, temporary: Path) -> None:
    (tmp_path / "song.wav").write_bytes(b"old")
    with pytest.raises(OutputExistsError, match="already there"):
        deliver(temporary, tmp_path / "song.wav", overwrite=False)
    assert (tmp_path / "song.wav").read_bytes() == b"old"
    assert temporary.exists()
    deliver(temporary, tmp_path / "song.wav", overwrite=True)
    assert (tmp_path / "song.wav").read_bytes() == b"sound"
    assert {path.name for path in tmp_path.iterdir()} - {"work"} == {"song.wav"}


def test_a_dangling_link_is_taken_too(tmp_path: Path) -> None:
    (tmp_path / "song.wav").symlink_to(tmp_path / "nowhere")
    with pytest.raises(OutputExistsError):
        deliver(finished(tmp_path / "w"), tmp_path / "song.wav", overwrite=False)
    assert free_path(tmp_path / "song.wav").name == "song-2.wav"


def test_of_many_at_once_one_wins(tmp_path: Path) -> None:
    results: list[str] = []

    def attempt(index: int) -> None:
        source = finished(tmp_path / f"w{index}", str(index).encode())
        try:
            deliver(source, tmp_path / "song.wav", overwrite=False)
            results.append("won")
        except OutputExistsError:
            results.append("lost")

    threads = [threading.Thread(target=attempt, args=(index,)) for index in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["lost"] * 7 + ["won"]


@pytest.mark.parametrize("number", [errno.EPERM, errno.ENOTSUP])
def test_without_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def refuse(self: Path, target: Path) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    deliver(finished(tmp_path / "w"), tmp_path / "song.wav", overwrite=False)
    assert (tmp_path / "song.wav").read_bytes() == b"sound"
    with pytest.raises(OutputExistsError):
        deliver(finished(tmp_path / "w"), tmp_path / "song.wav", overwrite=False)


def test_a_full_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(source: object, target: object, length: int) -> None:
        target.write(b"half")  # type: ignore[attr-defined]
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(module.shutil, "copyfileobj", full)
    out = tmp_path / "out"
    out.mkdir()
    source = finished(tmp_path / "w")
    with pytest.raises(OSError, match="No space"):
        module._copy_and_place(source, out / "song.wav", overwrite=False)
    assert list(out.iterdir()) == []
    assert source.exists()
    told = module.unwritable(out / "song.wav", OSError(errno.ENOSPC, "No space left on device"))
    assert isinstance(told, OutputUnwritableError)
    assert "the disk is full" in str(told)


def test_bad_targets_are_named(tmp_path: Path) -> None:
    source = finished(tmp_path / "w")
    with pytest.raises(OutputUnwritableError, match="no folder"):
        deliver(source, tmp_path / "none" / "song.wav", overwrite=True)
    with pytest.raises(OutputExistsError, match="is a folder"):
        deliver(source, tmp_path / "w", overwrite=True)
    with pytest.raises(OutputUnwritableError, match="too long"):
        deliver(source, tmp_path / ("x" * 300 + ".wav"), overwrite=True)
    assert source.exists()


def test_free_path(tmp_path: Path) -> None:
    wanted = tmp_path / "song-master.wav"
    assert free_path(wanted) == wanted
    wanted.touch()
    assert free_path(wanted) == tmp_path / "song-master-2.wav"
    (tmp_path / "song-master-2.wav").touch()
    assert free_path(wanted) == tmp_path / "song-master-3.wav"

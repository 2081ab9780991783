"""A full disk: work waits, says so, and goes on by itself."""

from __future__ import annotations

import time
from dataclasses import replace
from types import SimpleNamespace

import pytest

from tonmeister.store import room


@pytest.fixture
def full(monkeypatch):
    """Have every disk be too small; the function that is given makes room."""
    monkeypatch.setattr(room, "LEAST_FREE_BYTES", 10**18)
    return monkeypatch.undo


def test_work_waits_for_room_says_so_and_goes_on_by_itself(make_bench, full, caplog):
    bench = make_bench()
    disk = f"the disk of {str(bench.settings.data_folder)!r}"  # another studio of this process may tell of its own
    with bench.supervisor():
        job_id = bench.workshop.submit("note", {"number": 1}).id
        deadline = time.monotonic() + 20
        while f"Waits for room on {disk}" not in caplog.text and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(0.5)
        for job in (bench.workshop.job(job_id), *bench.workshop.jobs().items):
            assert job.state == "queued"
            assert "MB are free, work begins with 1000000000000 MB" in job.message
            assert "goes on by itself" in job.message
        full()
        done = bench.wait(job_id)
    assert (done.state, done.steps[0].n_attempts, done.message) == ("completed", 1, "")
    assert caplog.text.count(f"Waits for room on {disk}") == 1
    assert caplog.text.count(f"There is room again on {disk}") == 1


def test_work_that_waits_for_its_turn_says_nothing_of_room(make_bench):
    bench = make_bench()
    job = bench.workshop.submit("note", {"number": 1})
    assert (bench.workshop.job(job.id).state, bench.workshop.job(job.id).message) == ("queued", "")


def test_a_disk_of_temporary_files_counts_too(tmp_path, monkeypatch):
    settings = SimpleNamespace(data_folder=tmp_path, temporary_folder=None)
    assert room.find_shortage(settings) is None
    shortage = room.Shortage(tmp_path, 1_500_000, 100_000_000)
    assert "1.5 MB are free, work begins with 100 MB" in str(shortage)
    assert str(replace(shortage, free_bytes=0)).count("0.0 MB are free") == 1
    monkeypatch.setattr(room, "LEAST_FREE_BYTES", 10**18)
    settings = SimpleNamespace(data_folder=tmp_path / "not" / "made", temporary_folder=tmp_path)
    assert room.find_shortage(settings).folder == tmp_path / "not" / "made"

"""Supervisors and job processes: what is done, what is killed, what is left behind."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tonmeister.jobs.book.rules import Rules
from tonmeister.jobs.records import PlannedStep
from tonmeister.jobs.running.child import without_folder
from tonmeister.jobs.running.supervisor import work_folder
from tonmeister.settings import Settings
from tonmeister.store.assets import Assets

TESTS = Path(__file__).resolve().parent.parent


def family() -> set[int]:
    """The processes that the behaviour "family" starts."""
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if words[:2] == [b"sleep", b"86399"]:
                found.add(int(entry.name))
    return found


def until(is_so, limit_s: float = 60.0) -> float:
    """Wait for something; the limit is only there to end what hangs, whatever else the machine does."""
    began = time.monotonic()
    while time.monotonic() - began < limit_s:
        if is_so():
            return time.monotonic() - began
        time.sleep(0.01)
    raise AssertionError(f"not within {limit_s} s")


def cancel_took_s(bench, job_id: str) -> float:
    """How long it took from the request until the work had ended, by the clock of the table."""
    at = {event.type: event.at for event in bench.workshop.events(job_id=job_id)}
    return at["cancelled"] - at["cancel_asked"]


def last_beat(bench, pid: int) -> float:
    return max((one.beat_at for one in bench.workshop.queue().supervisors if one.pid == pid), default=0.0)


def left(bench) -> list[Path]:
    root = work_folder(bench.settings)
    return list(root.iterdir()) if root.is_dir() else []


def test_work_that_is_alone_may_use_all_cores_and_what_begins_beside_it_its_share(make_bench, tmp_path):
    bench, log = make_bench(n_workers=4, n_job_slots=2), tmp_path / "log"
    with bench.supervisor():
        alone = bench.wait(bench.workshop.submit("note", {"behaviour": "cores"}).id)
        assert alone.result["text"] == "4"
        other = bench.workshop.submit("note", {"behaviour": "wait", "log": str(log)})
        until(log.exists)
        beside = bench.wait(bench.workshop.submit("note", {"behaviour": "cores", "number": 1}).id)
        assert beside.result["text"] == "2"
        bench.workshop.cancel(other.id)
        bench.wait(other.id)


def test_studios_that_share_a_temporary_folder_do_not_sweep_one_another(tmp_path):
    one, other = (Settings(data_folder=tmp_path / name, temporary_folder=tmp_path / "tmp") for name in ("a", "b"))
    assert work_folder(one) == work_folder(one)
    assert work_folder(one).parent == work_folder(other).parent == tmp_path / "tmp"
    assert work_folder(one) != work_folder(other)


def test_work_is_done_and_leaves_nothing_but_its_product(bench):
    with bench.supervisor():
        job = bench.wait(bench.workshop.submit("note", {"text": "la", "number": 3}).id)
        assert job.state == "completed", job.error
        assert bench.text_of(job.result["file"]) == "la 3"
        assert job.steps[0].cpu_s > 0
        assert job.steps[0].peak_memory_bytes > 1 << 20
        percents = [message["data"]["progress_percent"] for message in bench.told if message["type"] == "progress"]
        assert percents[0] == 0.0
        assert percents[-1] == 100.0
        until(lambda: not left(bench))
        assert [found.n_slots for found in bench.workshop.queue().supervisors] == [2]
    assert not bench.workshop.queue().supervisors


def test_a_graph_passes_files_from_step_to_step(bench):
    asset = bench.add_file("end", "end.txt")
    with bench.supervisor():
        job = bench.workshop.submit_steps(
            [
                PlannedStep("a", "note", {"text": "begin", "number": 1}),
                PlannedStep("b", "join", {"first": {"$step": "a", "path": "file"}, "second": asset}),
            ]
        )
        done = bench.wait(job.id)
    assert done.state == "completed", done.error
    assert done.result["steps"]["b"]["text"] == "begin 1+end"


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [("fail", "AUDIO_SILENT"), ("fault", "INTERNAL"), ("die", "JOB_DIED"), ("hungry", "JOB_OUT_OF_MEMORY")],
)
def test_what_goes_wrong_has_a_name(make_bench, behaviour, code):
    bench = make_bench()
    with bench.supervisor():
        job = bench.wait(bench.workshop.submit("note", {"behaviour": behaviour}).id)
    assert (job.state, job.error["code"]) == ("failed", code)
    assert job.error["remedy"]
    assert not left(bench)


def test_errors_tell_no_folder_of_the_server():
    told = {
        "code": "FORMAT_UNSUPPORTED",
        "message": "This is a text file: '/data/tmp/0a1b/nested-2/inputs/0/A song.wav'.",
        "value": "/data/tmp/0a1b/inputs/13/A song.wav",
        "bound": 3,
    }
    assert without_folder(told, "/data/tmp/0a1b") == {
        "code": "FORMAT_UNSUPPORTED",
        "message": "This is a text file: 'A song.wav'.",
        "value": "A song.wav",
        "bound": 3,
    }


@pytest.mark.parametrize("behaviour", ["passing", "die once"])
def test_what_went_wrong_once_is_tried_again(make_bench, tmp_path, behaviour):
    bench = make_bench()
    with bench.supervisor():
        job = bench.wait(bench.workshop.submit("note", {"behaviour": behaviour, "log": str(tmp_path / "log")}).id)
    assert job.state == "completed", job.error
    assert job.steps[0].n_attempts == 2
    assert job.steps[0].n_crashes == (behaviour == "die once")
    assert "retried" in {event.type for event in bench.workshop.events(job_id=job.id)}


@pytest.mark.parametrize(("behaviour", "n_attempts"), [("full", 2), ("huge", 1)])
def test_a_full_disk_is_a_passing_trouble_and_a_file_too_large_is_not(make_bench, behaviour, n_attempts):
    bench = make_bench()
    rules = Rules(max_attempts=2, base_s=0.05, cap_s=0.1)
    with bench.supervisor(rules=rules):
        job = bench.wait(bench.workshop.submit("note", {"behaviour": behaviour}).id)
    assert (job.state, job.error["code"], job.steps[0].n_attempts) == ("failed", "OUTPUT_UNWRITABLE", n_attempts)
    assert not left(bench)


@pytest.mark.parametrize("behaviour", ["wait", "spin", "family"])
def test_cancel_ends_work_within_two_seconds_with_all_that_it_started(make_bench, behaviour):
    bench = make_bench()
    before = family()
    with bench.supervisor():
        job = bench.workshop.submit("note", {"behaviour": behaviour})
        until(lambda: any(found["type"] == "progress" for found in bench.told))
        if behaviour == "family":
            until(lambda: len(family() - before) == 2)
        bench.workshop.cancel(job.id)
        bench.wait(job.id)
        assert cancel_took_s(bench, job.id) < 2.0
        until(lambda: family() == before)
        assert bench.workshop.job(job.id).state == "cancelled"
    assert not left(bench)


def test_work_that_takes_too_long_is_ended(make_bench):
    bench = make_bench(job_timeout_s=0.5)
    with bench.supervisor():
        job = bench.wait(bench.workshop.submit("note", {"behaviour": "spin"}).id)
    assert (job.state, job.error["code"]) == ("failed", "JOB_TIMEOUT")


def test_nested_work_is_a_checkpoint(make_bench, tmp_path):
    bench = make_bench()
    log = tmp_path / "log"
    with bench.supervisor():
        job = bench.wait(bench.workshop.submit("nest", {"number": 1, "log": str(log), "dies": True}).id)
    assert job.state == "completed", job.error
    assert job.steps[0].n_crashes == 1
    assert bench.text_of(job.result["file"]) == "inner 1!"
    assert len(log.read_text().splitlines()) == 1  # the nested work was done once


def test_what_a_step_passes_on_is_there_for_other_work_too(make_bench):
    bench = make_bench()
    with bench.supervisor():
        first = bench.wait(bench.workshop.submit("read_relay", {"number": 1}).id)
        # the relay's result is taken over; the file that it names was made by a step of its own
        other = bench.wait(bench.workshop.submit("read_relay", {"number": 1, "times": 2}).id)
        alone = bench.wait(bench.workshop.submit("relay", {"number": 2}).id)
    assert first.state == other.state == alone.state == "completed", (first.error, other.error, alone.error)
    assert bench.text_of(other.result["file"]) == 2 * bench.text_of(first.result["file"]) == 2 * "relayed 1"
    assert bench.text_of(alone.result["file"]) == "relayed 2"


def test_the_library_and_a_job_draw_the_same_numbers(make_bench, place, scratch):
    import job_studio
    from tonmeister.jobs.runner import Runner
    from tonmeister.settings import Settings

    bench = make_bench()
    with bench.supervisor():
        job = bench.wait(bench.workshop.submit("nest", {"number": 7}).id)
    runner = Runner(Settings(n_workers=1, temporary_folder=scratch), job_studio.REGISTRY.__getitem__)
    here = runner.run_here(job_studio.REGISTRY["nest"], {"number": 7})
    assert here.draw == job.result["draw"]


def test_no_more_than_allowed_of_one_kind_at_once(make_bench, tmp_path):
    bench = make_bench(max_jobs_by_kind={"note": 1})
    with bench.supervisor():
        ids = [bench.workshop.submit("note", {"number": number, "seconds": 0.3}).id for number in range(3)]
        most = 0
        while not all(bench.workshop.job(job_id).is_final for job_id in ids):
            most = max(most, bench.workshop.queue().n_processing)
            time.sleep(0.02)
    assert most == 1


def test_a_stop_gives_the_work_back(make_bench):
    bench = make_bench()
    with bench.supervisor():
        job = bench.workshop.submit("note", {"behaviour": "wait", "seconds": 30})
        bench.wait(job.id, states=("processing",))
    found = bench.workshop.job(job.id)
    assert (found.state, found.steps[0].n_attempts) == ("queued", 0)
    assert not left(bench)


def test_the_fork_server_is_started_again_when_it_dies(make_bench):
    bench = make_bench()
    with bench.supervisor() as supervisor:
        job = bench.workshop.submit("note", {"seconds": 0.7})
        bench.wait(job.id, states=("processing",))
        os.kill(supervisor.crew.forks._process.pid, signal.SIGKILL)
        done = bench.wait(job.id)
    assert done.state == "completed"
    assert done.steps[0].n_crashes == 0


# -- supervisors as processes that are killed


class Workers:
    def __init__(self, bench, tmp_path, lease_s: float | None = None):
        self.order = tmp_path / "order.json"
        given = {
            "role": "work",
            "preparer": bench.preparer,
            "data_folder": str(bench.settings.data_folder),
            "database_url": bench.settings.database_url,
            "lease_s": lease_s or bench.settings.lease_s,
        }
        self.order.write_text(json.dumps(given))
        self.all: list[subprocess.Popen] = []

    def start(self) -> subprocess.Popen:
        process = subprocess.Popen(
            [sys.executable, "-m", "job_worker", self.order],
            env={**os.environ, "PYTHONPATH": str(TESTS)},
            stderr=subprocess.DEVNULL,
        )
        self.all.append(process)
        return process

    def end(self) -> None:
        for process in self.all:
            process.kill()
            process.wait()


@pytest.fixture
def workers(bench, tmp_path):
    found = Workers(bench, tmp_path, lease_s=600.0)
    yield found
    found.end()


def test_a_killed_supervisor_takes_its_jobs_with_it_and_another_takes_over_at_once(bench, workers):
    before = family()
    job = bench.workshop.submit("note", {"behaviour": "family"})
    first = workers.start()
    until(lambda: len(family() - before) == 2)
    first.kill()
    first.wait()
    until(lambda: family() == before)
    workers.start()
    until(lambda: len(family() - before) == 2)  # the dead process was noticed: the lease lasts for ten minutes
    found = bench.workshop.job(job.id)
    assert (found.steps[0].n_attempts, found.steps[0].n_crashes) == (2, 0)
    bench.workshop.cancel(job.id)
    bench.wait(job.id)
    until(lambda: family() == before)


def stop_outside_of_a_transaction(process: subprocess.Popen, bench) -> None:
    """Stop a process while it does not hold the lock of SQLite: nobody could do anything until it goes on."""
    path = bench.database.url.removeprefix("sqlite:///")
    for _ in range(100):
        process.send_signal(signal.SIGSTOP)
        with contextlib.closing(sqlite3.connect(path, timeout=0.3, isolation_level=None)) as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                process.send_signal(signal.SIGCONT)
                time.sleep(0.05)
                continue
            connection.execute("ROLLBACK")
            return
    raise AssertionError("it holds the lock all the time")


def test_a_supervisor_that_slept_loses_to_another_and_nothing_is_committed_twice(make_bench, tmp_path):
    bench = make_bench(lease_s=1.0)
    workers = Workers(bench, tmp_path)
    try:
        job = bench.workshop.submit("note", {"seconds": 1.5, "log": str(tmp_path / "log")})
        first = workers.start()
        bench.wait(job.id, states=("processing",))
        stop_outside_of_a_transaction(first, bench)
        workers.start()
        until(lambda: bench.workshop.job(job.id).steps[0].n_attempts >= 2)
        awake_at = time.time()
        first.send_signal(signal.SIGCONT)
        done = bench.wait(job.id)
        # It beats after it has looked at its leases: by then it has learnt that it lost, and tried what it could.
        until(lambda: awake_at < last_beat(bench, first.pid))
        assert done.state == "completed"
        assert [event.type for event in bench.workshop.events(job_id=job.id)].count("completed") == 1
        assert len(done.products) == 1
    finally:
        workers.end()


def test_a_supervisor_that_slept_alone_goes_on_with_its_work(make_bench, tmp_path):
    bench = make_bench(lease_s=1.0)
    workers = Workers(bench, tmp_path)
    try:
        job = bench.workshop.submit("note", {"seconds": 4.0, "log": str(tmp_path / "log")})
        first = workers.start()
        bench.wait(job.id, states=("processing",))
        first.send_signal(signal.SIGSTOP)
        time.sleep(2.0)
        first.send_signal(signal.SIGCONT)
        done = bench.wait(job.id)
        assert (done.state, done.steps[0].n_attempts) == ("completed", 1)
    finally:
        workers.end()


@pytest.mark.parametrize(("is_killed", "n_attempts"), [(True, 1), (False, 0)])
def test_what_was_begun_counts_where_the_server_died_and_not_where_it_was_stopped(make_bench, is_killed, n_attempts):
    from tonmeister.jobs.running.supervisor_process import SupervisorProcess

    bench = make_bench()
    process = SupervisorProcess(bench.settings, "job_studio:REGISTRY", None)
    process.start()
    supervisor = process._process
    try:
        job = bench.workshop.submit("note", {"behaviour": "wait", "seconds": 30})
        bench.wait(job.id, states=("processing",))
        if is_killed:  # then nobody says a word: the pipe ends
            process._is_stopping.set()
            with socket.socket(fileno=os.dup(process._connection.fileno())) as pipe:
                pipe.shutdown(socket.SHUT_RDWR)
            supervisor.wait(30)
    finally:
        process.stop()
    found = bench.workshop.job(job.id)
    assert (found.state, found.steps[0].n_attempts) == ("queued", n_attempts)
    told = [event.type for event in bench.workshop.events(job_id=job.id)]
    assert ("lease_lost" in told) is is_killed


def test_the_server_starts_a_dead_supervisor_again_and_hears_its_events(make_bench):
    from tonmeister.jobs.running.supervisor_process import SupervisorProcess

    bench = make_bench()
    process = SupervisorProcess(bench.settings, "job_studio:REGISTRY", bench.bus)
    process.start()
    try:
        assert bench.wait(bench.workshop.submit("note", {"number": 1}).id).state == "completed"
        until(lambda: any(told["type"] == "completed" for told in bench.told))
        dead = process.pid
        os.kill(dead, signal.SIGKILL)
        until(lambda: process.pid not in (None, dead))
        assert bench.wait(bench.workshop.submit("note", {"number": 2}).id).state == "completed"
    finally:
        process.stop()
    assert process.pid is None


# -- what becomes of new audio


def test_new_audio_is_prepared(make_bench):
    bench = make_bench(preparer="look")
    with bench.supervisor():
        upload = bench.add_file("la la", "la.wav")
        bad = bench.add_file("broken", "bad.wav")
        assets = Assets(bench.database)
        until(lambda: assets.get(upload).state != "preparing" and assets.get(bad).state != "preparing")
        found = assets.get(upload)
        assert (found.state, found.duration_s, found.integrated_lufs, found.title) == ("ready", 5.0, -14.0, "la la")
        part = assets.get(found.prepared["peaks"])
        assert (part.kind, part.source_id) == ("part", upload)
        assert (assets.get(bad).state, assets.get(bad).error["code"]) == ("failed", "AUDIO_SILENT")
        twin = bench.add_file("la la", "la.wav")
        until(lambda: assets.get(twin).state == "ready")
        assert assets.get(twin).prepared["peaks"] != found.prepared["peaks"]  # each has parts of its own
        song = bench.wait(bench.workshop.submit("song", {"text": "lo"}).id)
        product = song.products[0].asset_id
        until(lambda: assets.get(product).state == "ready")
        assert not bench.workshop.jobs(capability="look").items
        assert bench.workshop.jobs(capability="look", is_system=True).n_total == 4
    assert {"asset_ready", "asset_failed", "asset_added"} <= {told["type"] for told in bench.told}


def test_the_database_away_for_a_while_costs_nothing(tmp_path, postgres):
    """The server is stopped as by a crash while work goes on, and started again."""
    from tonmeister.store.database import Database
    from tonmeister.store.migrate import bring_up

    from .conftest import Bench

    url = postgres.create_database()
    database = Database(url)
    bring_up(database)
    folder = tmp_path / "data"
    folder.mkdir()
    bench = Bench(database, folder)
    with bench.supervisor():
        ids = [bench.workshop.submit("note", {"number": number, "seconds": 0.8}).id for number in range(4)]
        bench.wait(ids[0], states=("processing",))
        restarted = threading.Event()

        def restart() -> None:
            postgres.stop(at_once=True)
            time.sleep(1.0)
            postgres.start()
            restarted.set()

        threading.Thread(target=restart).start()
        assert restarted.wait(30)
        jobs = [bench.wait(job_id) for job_id in ids]
    assert [job.state for job in jobs] == ["completed"] * 4
    completed = [event.job_id for event in bench.workshop.events(limit=5000) if event.type == "completed"]
    assert sorted(completed) == sorted(ids)
    database.close()


def test_a_job_waits_out_a_full_disk_of_its_folder(make_bench, tmp_path):
    """A file system of 2 MB holds the folders of jobs: what does not fit fails by name, then there is room again."""
    small = tmp_path / "small"
    small.mkdir()
    if (
        os.getuid() != 0
        or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=2m", "none", small], capture_output=True, check=False
        ).returncode
    ):
        pytest.skip("a small file system cannot be mounted here")
    try:
        bench = make_bench(temporary_folder=small)
        filler = small / "filler"
        with filler.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"\0" * 4096)
            except OSError:
                pass
        with bench.supervisor(rules=Rules(max_attempts=100, base_s=0.1, cap_s=0.2)):
            job = bench.workshop.submit("note", {"text": "x" * 100})
            until(lambda: any(found["type"] == "retried" for found in bench.told))
            assert bench.workshop.job(job.id).steps[0].error["code"] == "OUTPUT_UNWRITABLE"
            filler.unlink()
            assert bench.wait(job.id).state == "completed"
    finally:
        subprocess.run(["umount", small], check=False)


def test_a_process_that_dies_while_it_waits_for_work_is_no_crash_of_the_work(make_bench):
    bench = make_bench(n_job_slots=1)
    with bench.supervisor() as supervisor:
        until(lambda: any(process.is_ready for process in supervisor.crew.spare))
        os.kill(supervisor.crew.spare[0].pid, signal.SIGSTOP)  # it takes its work in, and says nothing
        stopped = supervisor.crew.spare[0].pid
        job = bench.workshop.submit("note", {"number": 1})
        bench.wait(job.id, states=("processing",))
        os.kill(stopped, signal.SIGKILL)
        done = bench.wait(job.id)
    assert (done.state, done.steps[0].n_crashes, done.steps[0].n_attempts) == ("completed", 0, 2)


def test_a_supervisor_that_is_stopped_does_not_hold_up_the_server(make_bench):
    from tonmeister.jobs.running.supervisor_process import SupervisorProcess

    bench = make_bench()
    process = SupervisorProcess(bench.settings, "job_studio:REGISTRY", bench.bus)
    process.start()
    try:
        assert bench.wait(bench.workshop.submit("note", {"number": 1}).id).state == "completed"
        os.kill(process.pid, signal.SIGSTOP)

        def tell() -> None:
            for number in range(2000):
                told = {"seq": None, "topic": "queue", "id": str(number), "type": "x", "data": {"a": "x" * 500}}
                bench.bus.publish(told)

        teller = threading.Thread(target=tell, daemon=True)
        teller.start()
        teller.join(60)
        assert not teller.is_alive()  # who waited for the other end would wait for ever
        os.kill(process.pid, signal.SIGCONT)
        assert bench.wait(bench.workshop.submit("note", {"number": 2}).id).state == "completed"
    finally:
        process.stop()


def test_the_progress_of_a_job_never_goes_back(make_bench):
    bench = make_bench()
    with bench.supervisor():
        single = bench.workshop.submit("note", {"behaviour": "wait", "seconds": 2.5})
        batch = bench.workshop.submit_batch("note", [{"number": number, "seconds": 0.3} for number in range(4)])
        bench.wait(single.id)
        bench.wait(batch.id)
    for job in (single, batch):
        told = [found for found in bench.told if found["id"] == job.id and found["type"] == "progress"]
        percents = [found["data"]["progress_percent"] for found in told]
        assert percents == sorted(percents)
        assert len(percents) >= 3
    steps = [found["data"]["step"] for found in bench.told if found["type"] == "step_progress"]
    assert set(steps) == {f"item-{number}" for number in range(4)}

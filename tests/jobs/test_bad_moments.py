"""What happens at the worst moment: answers that get lost, two who want the same, a disk or a database that refuses."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import sqlite3
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from tonmeister.core.errors import JobStateError
from tonmeister.jobs.book.rules import Rules
from tonmeister.jobs.running.tasks import remove_jobs
from tonmeister.store.assets import Assets
from tonmeister.store.database import Database
from tonmeister.store.tables import ASSETS, BLOBS

from .conftest import Bench
from .test_queue import TROUBLE, product
from .test_supervisor import until


def types(bench, job_id: str) -> list[str]:
    return [event.type for event in bench.workshop.events(job_id=job_id)]


# -- an answer that is lost


def test_work_that_was_granted_but_nobody_heard_it_is_not_lost(table):
    """The connection broke after the commit: the lease is there, in our name, and we know nothing of it."""
    job = table.workshop.submit("note", {"number": 1})
    unheard, held = table.claim("one"), "another token"
    assert table.queue.reap(table.holder("one"), lambda _: True, held={held}) == 0  # the answer may be on its way
    table.database.at += table.queue.rules.lease_s + 1
    assert table.queue.reap(table.holder("one"), lambda _: True, held={unheard.token}) == 0
    assert table.queue.reap(table.holder("one"), lambda _: True, held={held}) == 1
    assert table.claim("one").job_id == job.id


def test_a_lone_supervisor_does_what_was_granted_unheard(make_bench):
    bench = make_bench(lease_s=1.0)
    with bench.supervisor() as supervisor:
        really, lost = supervisor._claims.claim, threading.Event()

        def granted(*args, **more):
            claim = really(*args, **more)
            if claim is not None and claim.capability == "note" and not lost.is_set():
                lost.set()
                raise sa.exc.OperationalError("commit", {}, Exception("server closed the connection"))
            return claim

        supervisor._claims.claim = granted
        job = bench.wait(bench.workshop.submit("note", {"number": 1}).id)
    assert lost.is_set()
    assert (job.state, job.steps[0].n_attempts) == ("completed", 2)


def test_a_result_that_was_committed_unheard_is_not_committed_again(make_bench):
    bench = make_bench()
    with bench.supervisor() as supervisor:
        really, lost = supervisor.queue.finish, threading.Event()

        def finish(*args, **more):
            done = really(*args, **more)
            if not lost.is_set():
                lost.set()
                raise sa.exc.OperationalError("commit", {}, Exception("server closed the connection"))
            return done

        supervisor.queue.finish = finish
        job = bench.wait(bench.workshop.submit("note", {"number": 1}).id)
    assert (job.state, len(job.products), types(bench, job.id).count("completed")) == ("completed", 1, 1)


def test_what_is_offered_to_a_supervisor_that_ends_is_declined(make_bench):
    bench = make_bench()
    with bench.supervisor(is_claiming=False) as supervisor:
        pass
    assert supervisor.offer("any").result(timeout=1.0) is False


# -- two who want the same


def test_of_two_that_try_again_at_once_one_is_refused(bench):
    job = bench.workshop.submit("note", {"number": 1})
    bench.queue.fail(bench.claim().token, TROUBLE)
    start = threading.Barrier(4)

    def retry(_number: int) -> bool:
        start.wait()
        try:
            bench.workshop.retry(job.id)
        except JobStateError:
            return False
        return True

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(retry, range(4))) == 1
    assert types(bench, job.id).count("retried") == 1
    assert bench.claim().n_attempts == 1
    assert bench.claim() is None


def test_a_cancel_and_a_completion_at_once_leave_one_ending(bench):
    for number in range(12):
        job = bench.workshop.submit("note", {"number": number})
        claim, made, start = bench.claim(), product(number + 1), threading.Barrier(2)

        def finish(claim=claim, made=made, start=start) -> bool:
            start.wait()
            return bench.queue.finish(claim.token, {"text": ""}, [made])

        def cancel(job=job, claim=claim, start=start) -> bool:
            start.wait()
            bench.workshop.cancel(job.id)
            return bench.queue.end_cancelled(claim.token)

        with ThreadPoolExecutor(2) as threads:
            is_finished, is_cancelled = [done.result() for done in (threads.submit(finish), threads.submit(cancel))]
        found = bench.workshop.job(job.id)
        assert is_finished is not is_cancelled
        assert found.state == ("completed" if is_finished else "cancelled")
        assert len([kind for kind in types(bench, job.id) if kind in ("completed", "cancelled")]) == 1
        assert len(found.products) == is_finished


def test_a_job_that_is_tried_again_while_old_ones_are_removed_stays(bench):
    job = bench.workshop.submit("note", {"number": 1})
    bench.queue.fail(bench.claim().token, TROUBLE)
    with ThreadPoolExecutor(1) as threads:
        with bench.ledger.change() as change:
            bench.transitions.retry(change, change.lock_job(job.id))
            removal = threads.submit(remove_jobs, bench.ledger, bench.transitions, -60.0, ["failed"])
            with contextlib.suppress(TimeoutError):
                removal.result(timeout=0.5)  # PostgreSQL passes it over, SQLite waits for us
        assert removal.result(timeout=10) == 0
    assert bench.workshop.job(job.id).state == "queued"
    assert bench.claim().job_id == job.id


def test_a_file_that_comes_back_while_it_is_cleaned_up_is_not_removed(bench):
    from tonmeister.store.check import _forget

    bench.workshop.submit("note", {"number": 1})
    made = product()
    bench.queue.finish(bench.claim().token, {"text": "", "file": made["asset_id"]}, [made])
    with bench.database.write() as connection:
        connection.execute(sa.delete(ASSETS))
    key_of = bench.transitions.earlier.key_of
    with ThreadPoolExecutor(1) as threads:
        with bench.ledger.change() as change:
            job_id = bench.transitions.insert_job(change, _plan(bench))
            forgetting = threads.submit(_forget, bench.database, made["sha256"])
            with contextlib.suppress(TimeoutError):
                forgetting.result(timeout=0.5)
            key_of(change, "note", {"number": 1})
        assert forgetting.result(timeout=10) is False
    job = bench.workshop.job(job_id)
    assert job.is_cached
    with bench.database.read() as connection:
        assert connection.execute(sa.select(BLOBS.c.sha256)).scalars().all() == [made["sha256"]]


def _plan(bench):
    from tonmeister.jobs.plans import plan_single

    return plan_single(bench.workshop.registry, "note", {"number": 1})


# -- a database that refuses or keeps everybody waiting


def test_a_result_that_the_database_never_takes_fails_the_job(make_bench):
    bench = make_bench()
    with bench.supervisor() as supervisor:

        def refuse(*_args, **_more):
            raise sa.exc.DataError("insert", {}, Exception("value too long"))

        supervisor.queue.finish = refuse
        job = bench.wait(bench.workshop.submit("note", {"number": 1}).id)
    assert (job.state, job.error["code"]) == ("failed", "INTERNAL")


def test_a_long_or_odd_name_of_a_product_is_no_trouble(bench):
    asset = bench.add_file("la")
    name = "n" * 180 + "\x07" + "ö" * 120 + ".txt"
    with bench.supervisor():
        job = bench.wait(bench.workshop.submit("join", {"first": asset, "second": asset, "name": name}).id)
    assert job.state == "completed", job.error
    found = Assets(bench.database).get(job.products[0].asset_id).name
    assert found.endswith("ö.txt")
    assert len(found) <= 255


def test_a_database_that_is_locked_for_longer_than_a_lease_costs_no_work(make_bench, tmp_path):
    """Nobody can renew meanwhile; afterwards nobody takes from those that were kept waiting beside it."""
    bench = make_bench(lease_s=2.0)
    log = tmp_path / "log"
    path = bench.database.url.removeprefix("sqlite:///")
    with bench.supervisor(), bench.supervisor():
        ids = [
            bench.workshop.submit("note", {"number": number, "seconds": 7.0, "log": str(log)}).id for number in range(2)
        ]
        until(lambda: log.exists() and len(log.read_text().splitlines()) == 2)
        with contextlib.closing(sqlite3.connect(path, timeout=10.0, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            time.sleep(4.5)
            connection.execute("ROLLBACK")
        jobs = [bench.wait(job_id) for job_id in ids]
    assert [(job.state, job.steps[0].n_attempts) for job in jobs] == [("completed", 1)] * 2


def test_a_disk_that_is_full_when_a_result_is_committed_only_delays_it(tmp_path, empty_sqlite):
    small = tmp_path / "small"
    small.mkdir()
    if (
        os.getuid() != 0
        or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=3m", "none", small], capture_output=True, check=False
        ).returncode
    ):
        pytest.skip("a small file system cannot be mounted here")
    shutil.copy(empty_sqlite, small / "tonmeister.db")
    folder = tmp_path / "data"
    folder.mkdir()
    database = Database(f"sqlite:///{small / 'tonmeister.db'}")
    try:
        bench = Bench(database, folder)
        with bench.supervisor(rules=Rules(lease_s=15.0)) as supervisor:
            troubles = threading.Event()
            really = supervisor.queue.finish

            def finish(*args, **more):
                try:
                    return really(*args, **more)
                except sa.exc.OperationalError:
                    troubles.set()
                    raise

            supervisor.queue.finish = finish
            job = bench.workshop.submit("note", {"behaviour": "wait", "seconds": 1.0, "number": 1})
            bench.wait(job.id, states=("processing",))
            filler = small / "filler"
            with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
                while True:
                    file.write(b"\0" * 512)
            assert troubles.wait(20)
            assert bench.workshop.job(job.id).state == "processing"
            filler.unlink()
            done = bench.wait(job.id)
            assert (done.state, done.steps[0].n_attempts, len(done.products)) == ("completed", 1, 1)
    finally:
        database.close()
        subprocess.run(["umount", small], check=False)


def test_a_database_that_takes_calls_and_says_nothing_is_given_up():
    """As through a line that is cut behind the next switch: without a limit a supervisor would wait for ever."""
    from tonmeister.store import database

    with socket.create_server(("127.0.0.1", 0)) as deaf, pytest.MonkeyPatch.context() as patch:
        patch.setitem(database.LINE, "connect_timeout", 2)  # the least that the library knows
        opened = Database(f"postgresql://nobody@127.0.0.1:{deaf.getsockname()[1]}/nothing")
        with pytest.raises(sa.exc.OperationalError), opened.read():
            pass
        opened.close()

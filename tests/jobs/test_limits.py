"""So many of a kind at once, whoever does them."""

from __future__ import annotations

import itertools
import threading
import time

import pytest
import sqlalchemy as sa

from tonmeister.jobs.book.claims import Claims
from tonmeister.jobs.book.limits import Limits
from tonmeister.jobs.running.tasks import BACK_UP, CLEAN_UP
from tonmeister.store.database import Database
from tonmeister.store.tables import LEASES

from .conftest import Bench
from .test_queue import product


def claims_of(bench, limits: Limits) -> Claims:
    """A supervisor's own way to work: nothing is shared but the database."""
    return Claims(bench.ledger, bench.transitions, bench.queue.rules, limits)


def test_what_one_supervisor_does_counts_for_another(table):
    for number in range(3):
        table.workshop.submit("note", {"number": number})
    one, two = (claims_of(table, Limits({"note": 2})) for _ in range(2))
    first = one.claim(table.holder("one"), table.versions)
    assert two.claim(table.holder("two"), table.versions) is not None
    assert one.claim(table.holder("one"), table.versions) is None
    assert two.claim(table.holder("two"), table.versions) is None
    table.queue.finish(first.token, {"text": ""}, [])
    assert two.claim(table.holder("two"), table.versions) is not None


def test_a_full_kind_is_not_in_the_way_of_others(table):
    asset = table.add_file("la")
    for number in range(20):
        table.workshop.submit("note", {"number": number}, priority=5)
    other = table.workshop.submit("join", {"first": asset, "second": asset})
    claims = claims_of(table, Limits({"note": 1}))
    assert claims.due(4, ["note", "join"])[1][0] == other.steps[0].id
    assert len(claims.due(4, ["note", "join"])) == 2
    note = claims.claim(table.holder(), table.versions)
    assert note.capability == "note"
    assert claims.due(4, ["note", "join"]) == [(other.steps[0].id, 0)]
    waiting = table.workshop.jobs(capability="note", state="queued").items[0]
    step_id = table.workshop.job(waiting.id).steps[0].id
    assert claims.claim(table.holder(), table.versions, step_id=step_id) is None  # named by a message, but full
    assert claims.claim(table.holder(), table.versions).job_id == other.id


def test_the_studio_does_one_task_of_its_own_at_a_time(table):
    tasks = dict.fromkeys((BACK_UP, CLEAN_UP))
    schedules = table.workshop._schedules
    schedules.keep_own({BACK_UP: "0 2 * * *", CLEAN_UP: "0 2 * * *"})
    table.database.at += 86400
    assert len(schedules.enqueue_due()) == 2
    first = table.claims.claim(table.holder("one"), tasks)
    assert table.claims.claim(table.holder("two"), tasks) is None
    table.queue.finish(first.token, {}, [])
    assert table.claims.claim(table.holder("two"), tasks).capability != first.capability


def test_many_that_ask_at_once_get_no_more_than_there_may_be(bench):
    """Each looks before the others have written; only what happens inside the claim can keep the limit."""
    most, n_jobs = 2, 16
    for number in range(n_jobs):
        bench.workshop.submit("note", {"number": number})
    over: list[int] = []
    troubles: list[Exception] = []
    done: list[str] = []
    start = threading.Barrier(5)

    def work(name: str) -> None:
        claims = claims_of(bench, Limits({"note": most}))
        try:
            start.wait()
            until = time.monotonic() + 60
            while len(done) < n_jobs and time.monotonic() < until:
                claim = claims.claim(bench.holder(name), bench.versions)
                if claim is None:
                    continue
                with bench.database.read() as connection:
                    n_held = connection.execute(sa.select(sa.func.count()).select_from(LEASES)).scalar_one()
                if n_held > most:
                    over.append(n_held)
                assert bench.queue.finish(claim.token, {"text": name}, [])
                done.append(claim.job_id)
        except Exception as error:  # noqa: BLE001 - told by the main thread
            troubles.append(error)

    threads = [threading.Thread(target=work, args=(f"s{number}",)) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not troubles
    assert not over
    assert len(done) == len(set(done)) == n_jobs


@pytest.fixture
def limited(any_url, tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    opened = Database(any_url)
    yield Bench(opened, folder, max_jobs_by_kind={"note": 1})
    opened.close()


def test_two_supervisors_keep_one_limit(limited, tmp_path):
    log = tmp_path / "log"
    with limited.supervisor(), limited.supervisor():
        ids = [
            limited.workshop.submit("note", {"number": number, "seconds": 0.2, "log": str(log)}).id
            for number in range(6)
        ]
        jobs = [limited.wait(job_id, limit_s=60) for job_id in ids]
    assert {job.state for job in jobs} == {"completed"}
    assert len(log.read_text().splitlines()) == len(ids)
    stretches = sorted((job.started_at, job.finished_at) for job in jobs)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(stretches))


# -- uploads that are prepared, and what users wait for


def test_uploads_leave_a_slot_to_users_and_are_not_in_the_way_of_what_these_made(make_bench):
    bench = make_bench(preparer="look", n_job_slots=3)
    uploads = [bench.add_file(f"la {number}", f"{number}.wav") for number in range(4)]
    held = [bench.claim() for _ in range(2)]
    assert [claim.params["file"] for claim in held] == uploads[:2]
    assert bench.claim() is None  # the third slot stays free
    job = bench.workshop.submit("song", {"text": "lo"})
    assert bench.claims.due(9, ["look", "song"]) == [(job.steps[0].id, 0)]
    song = bench.claim()
    assert (song.job_id, song.capability) == (job.id, "song")
    made = product(5, "song.wav")
    bench.queue.finish(song.token, {"text": "lo", "draw": 0.0, "file": made["asset_id"]}, [made])
    later = bench.workshop.submit("note", {"number": 1}, priority=100)
    assert len(bench.claims.due(9, ["look", "song", "note"])) == 2
    heard = bench.claim()
    assert (
        heard.params["file"] == made["asset_id"]
    )  # before all that users ask for, and though uploads are at their end
    assert bench.claim().job_id == later.id
    assert bench.claim() is None


def test_a_limit_that_is_named_counts_instead(make_bench):
    bench = make_bench(preparer="look", n_job_slots=2, max_jobs_by_kind={"look": 2})
    for number in range(3):
        bench.add_file(f"la {number}", f"{number}.wav")
    assert [bench.claim() is not None for _ in range(3)] == [True, True, False]


def test_with_one_slot_uploads_wait_for_users(make_bench):
    bench = make_bench(preparer="look", n_job_slots=1)
    bench.add_file("la", "la.wav")
    bench.add_file("lo", "lo.wav")
    job = bench.workshop.submit("note", {"number": 1})
    assert bench.claim().job_id == job.id
    assert bench.claim().capability == "look"
    assert bench.claim() is None


def test_the_slots_of_all_supervisors_count(make_bench):
    bench = make_bench(preparer="look", n_job_slots=2)
    for number in range(5):
        bench.add_file(f"la {number}", f"{number}.wav")
    bench.heartbeats.beat(bench.holder("two"), version="1", executor="local", n_slots=4, n_busy=0)
    assert [bench.claim() is not None for _ in range(4)] == [True, True, True, False]

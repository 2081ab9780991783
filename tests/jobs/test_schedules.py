"""Work at a moment or again and again, and the studio's own tasks."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
import sqlalchemy as sa

from tonmeister.core.errors import NameTakenError, ParameterError, ScheduleMissingError
from tonmeister.jobs.running.tasks import BACK_UP, CLEAN_UP, TASKS, Tasks
from tonmeister.jobs.schedules import Schedules, next_moment
from tonmeister.store.assets import Assets
from tonmeister.store.tables import RESULTS, SCHEDULES

from .test_supervisor import until


def schedules_of(bench) -> Schedules:
    return Schedules(bench.ledger, bench.transitions)


def test_cron_is_read_in_utc():
    noon = dt.datetime(2026, 3, 1, 12, 0, tzinfo=dt.UTC).timestamp()
    assert next_moment("30 2 * * *", noon) - noon == 14.5 * 3600
    assert next_moment("*/5 * * * *", noon) - noon == 300
    for wrong in ("", "every day", "61 * * * *", "* * * *"):
        with pytest.raises(ParameterError, match="five fields"):
            next_moment(wrong, noon)


def test_a_schedule_makes_a_job_each_time_it_is_due(table):
    schedules = schedules_of(table)
    added = table.workshop.add_schedule("hourly", "note", {"number": 1}, cron="0 * * * *", priority=3, owner="ann")
    assert schedules.enqueue_due() == []
    for _ in range(2):
        table.database.at = table.workshop.schedules()[0].next_at
        (job_id,) = schedules.enqueue_due()
        job = table.workshop.job(job_id)
        assert (job.schedule_id, job.priority, job.owner, job.label) == (added.id, 3, "ann", "hourly")
        assert schedules.enqueue_due() == []
    found = table.workshop.schedules()[0]
    assert (found.last_job_id, found.last_at) == (job_id, table.database.at)


def test_moments_that_were_missed_are_made_up_for_once(table):
    table.workshop.add_schedule("hourly", "note", {"number": 1}, cron="0 * * * *")
    table.database.at += 10 * 3600
    assert len(schedules_of(table).enqueue_due()) == 1
    assert table.workshop.schedules()[0].next_at > table.database.at


def test_work_can_be_planned_once(table):
    table.workshop.add_schedule("tomorrow", "note", {"number": 1}, run_at=table.database.at + 100)
    schedules = schedules_of(table)
    assert schedules.enqueue_due() == []
    table.database.at += 101
    assert len(schedules.enqueue_due()) == 1
    table.database.at += 10_000
    assert schedules.enqueue_due() == []
    assert not table.workshop.schedules()[0].is_enabled


def test_a_schedule_can_be_changed_paused_and_removed(table):
    schedules = schedules_of(table)
    added = table.workshop.add_schedule("hourly", "note", {"number": 1}, cron="0 * * * *")
    with pytest.raises(NameTakenError):
        table.workshop.add_schedule("hourly", "note", {"number": 1}, cron="0 * * * *")
    with pytest.raises(ParameterError):
        table.workshop.add_schedule("both", "note", {}, cron="0 * * * *", run_at=1.0)
    with pytest.raises(ParameterError):
        table.workshop.change_schedule(added.id, params={"nummer": 1})
    with pytest.raises(ParameterError):
        table.workshop.change_schedule(added.id, capability="join")
    table.workshop.change_schedule(added.id, is_enabled=False)
    table.database.at += 7200
    assert schedules.enqueue_due() == []
    changed = table.workshop.change_schedule(added.id, is_enabled=True, cron="*/10 * * * *")
    assert 0 < changed.next_at - table.database.at <= 600
    table.workshop.remove_schedule(added.id)
    with pytest.raises(ScheduleMissingError):
        table.workshop.remove_schedule(added.id)
    with pytest.raises(ScheduleMissingError):
        table.workshop.change_schedule(added.id, priority=1)


def test_a_schedule_whose_material_is_gone_goes_on(table):
    asset = table.add_file("la")
    table.workshop.add_schedule("join", "join", {"first": asset, "second": asset}, cron="0 * * * *")
    Assets(table.database).bin(asset)
    table.database.at += 3600
    assert schedules_of(table).enqueue_due() == []
    assert table.workshop.schedules()[0].next_at > table.database.at


def test_several_supervisors_enqueue_each_moment_once(table):
    names = [f"schedule {number}" for number in range(10)]
    for number, name in enumerate(names):
        table.workshop.add_schedule(name, "note", {"number": number}, cron="0 * * * *")
    table.database.at += 3600
    made: list[str] = []
    start = threading.Barrier(4)

    def look() -> None:
        start.wait()
        made.extend(schedules_of(table).enqueue_due())

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == len(set(made)) == len(names)
    assert table.workshop.jobs().n_total == len(names)


def test_the_studio_keeps_schedules_of_its_own(table):
    tasks = Tasks(table.settings, table.ledger, table.transitions)
    schedules = schedules_of(table)
    for _ in range(2):
        schedules.keep_own(tasks.schedules())
    assert {found.name: found.cron for found in schedules.every()} == {CLEAN_UP: "17 3 * * *", BACK_UP: "0 2 * * *"}
    table.database.at += 86400
    assert len(schedules.enqueue_due()) == 2
    assert table.workshop.jobs().n_total == 0
    assert {job.capability for job in table.workshop.jobs(is_system=True).items} == set(TASKS)
    claim = table.claims.claim(table.holder(), dict.fromkeys(TASKS))
    assert claim.capability in TASKS
    assert table.claim() is None
    schedules.keep_own({BACK_UP: "5 4 * * *", CLEAN_UP: None})
    assert [(found.name, found.cron) for found in schedules.every()] == [(BACK_UP, "5 4 * * *")]


def test_the_clean_up_removes_what_has_grown_old(make_bench):
    bench = make_bench(keep_jobs_days=10, keep_results_days=5)
    done = bench.workshop.submit("note", {"number": 1})
    claim = bench.claim()
    bench.queue.finish(claim.token, {"text": ""}, [])
    kept = bench.workshop.submit("note", {"number": 2})
    binned = bench.add_file("la")
    Assets(bench.database).bin(binned)
    with bench.database.write() as connection:
        from tonmeister.store.tables import ASSETS, JOBS

        connection.execute(sa.update(JOBS).where(JOBS.c.id == done.id).values(finished_at=1.0))
        connection.execute(sa.update(RESULTS).values(used_at=1.0))
        connection.execute(sa.update(ASSETS).values(deleted_at=1.0))
    told = Tasks(bench.settings, bench.ledger, bench.transitions).run(CLEAN_UP, {})
    assert (told["n_jobs"], told["n_results"], told["n_assets"]) == (1, 1, 1)
    assert [job.id for job in bench.workshop.jobs().items] == [kept.id]


def test_the_supervisor_does_the_studios_tasks(make_bench):
    bench = make_bench()
    bench.add_file("la")
    with bench.supervisor():
        schedules = schedules_of(bench)
        until(lambda: len(schedules.every()) == 2)
        with bench.database.write() as connection:
            connection.execute(sa.update(SCHEDULES).values(next_at=1.0))
        until(lambda: bench.workshop.jobs(is_system=True).n_total == 2)
        job_ids = {job.capability: job.id for job in bench.workshop.jobs(is_system=True).items}
        jobs = {task: bench.wait(job_id) for task, job_id in job_ids.items()}
    assert {task: job.state for task, job in jobs.items()} == dict.fromkeys(TASKS, "completed"), jobs
    made = bench.settings.resolved_backup_folder / jobs[BACK_UP].result["folder"]
    assert made.is_dir()
    assert jobs[BACK_UP].result["n_copied"] == 1

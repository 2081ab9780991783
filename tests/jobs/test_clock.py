"""Clocks are set, forward and back; summer time comes and goes."""

from __future__ import annotations

import datetime as dt
import itertools
import time

import pytest

from tonmeister.jobs.book.clock import follow_clock
from tonmeister.jobs.book.heartbeats import Heartbeats
from tonmeister.jobs.book.queue import Queue
from tonmeister.jobs.book.rules import Rules
from tonmeister.jobs.running.warden import Warden
from tonmeister.jobs.schedules import Schedules, next_moment

from .test_queue import TROUBLE

YEAR_S = 365 * 86400.0


def test_work_that_is_due_does_not_wait_for_a_clock_that_was_set_back(table):
    job = table.workshop.submit("note", {"number": 1})
    planned = table.workshop.submit("note", {"number": 2}, run_at=table.database.at + 3600)
    table.database.at -= YEAR_S
    assert table.claim() is None
    assert follow_clock(table.ledger, table.queue.rules) == 1
    assert table.claim().job_id == job.id
    assert follow_clock(table.ledger, table.queue.rules) == 0
    assert table.claim() is None
    table.database.at = planned.run_at + 1
    assert table.claim().job_id == planned.id


def test_a_pause_before_another_attempt_is_not_cut_short(table):
    job = table.workshop.submit("note", {"number": 1})
    for _ in range(4):
        table.queue.fail(table.claim().token, TROUBLE, is_transient=True)
        step = table.workshop.job(job.id).steps[0]
        assert follow_clock(table.ledger, table.queue.rules) == 0
        table.database.at = step.run_at
    table.queue.fail(table.claim().token, TROUBLE)


def test_the_work_of_the_dead_is_not_kept_from_others_by_a_clock_that_was_set_back(table):
    job = table.workshop.submit("note", {"number": 1})
    table.claim("one")
    table.database.at -= YEAR_S
    follow_clock(table.ledger, table.queue.rules)
    table.database.at += 5 * table.queue.rules.lease_s
    assert table.queue.reap(table.holder("two"), lambda _: True) == 1
    follow_clock(table.ledger, table.queue.rules)
    assert table.claim("two").job_id == job.id


def test_a_clock_that_leaps_takes_no_work_from_the_living(table, tmp_path):
    rules = Rules(lease_s=60.0)
    queue = Queue(table.ledger, table.transitions, rules)
    other = table.holder("two")
    schedules, heartbeats = Schedules(table.ledger, table.transitions), Heartbeats(table.ledger)
    warden = Warden(other, queue, schedules, heartbeats, tmp_path / "work", lambda _n_busy: None)
    table.workshop.submit("note", {"number": 1})
    claim = table.claim("one")

    def look() -> bool:
        warden._reap_at = 0.0
        return warden.look_around(set(), 0).has_found_work

    assert not look()
    table.database.at += YEAR_S
    assert not look()  # by that clock it ran out long ago, but its holder has not been silent for long
    assert queue.renew({claim.token}) == set()
    table.database.at += YEAR_S
    assert not look()
    warden._seen = {token: (until, at - rules.lease_s / 2) for token, (until, at) in warden._seen.items()}  # silent
    assert look()
    assert table.claim("two") is not None


def test_a_schedule_follows_a_clock_that_was_set_back_far_and_not_one_that_was_set_a_little(table):
    schedules = Schedules(table.ledger, table.transitions)
    table.workshop.add_schedule("nightly", "note", {"number": 1}, cron="0 3 * * *")
    table.database.at = table.workshop.schedules()[0].next_at + 1
    assert len(schedules.enqueue_due()) == 1
    table.database.at -= 5  # before three o'clock again
    schedules.follow_clock()
    assert schedules.enqueue_due() == []
    table.database.at += 10
    assert schedules.enqueue_due() == []
    table.database.at -= YEAR_S
    schedules.follow_clock()
    assert 0 < table.workshop.schedules()[0].next_at - table.database.at <= 86400


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York"])
def test_summer_time_neither_doubles_nor_drops_a_moment(monkeypatch, zone):
    """Cron is read in UTC, so that 2:30 comes once each day, also on the days when local clocks are changed."""
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        moment = dt.datetime(2026, 1, 1, tzinfo=dt.UTC).timestamp()
        found = []
        for _ in range(365):
            moment = next_moment("30 2 * * *", moment)
            found.append(moment)
        assert {after - before for before, after in itertools.pairwise(found)} == {86400.0}
        assert dt.datetime.fromtimestamp(found[0], dt.UTC).hour == 2
    finally:
        monkeypatch.undo()
        time.tzset()

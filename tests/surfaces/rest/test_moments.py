"""Times at the ends of the calendar: refused before anything is kept, and no list is lost to one that is there."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa

from tonmeister.core.errors import ParameterError
from tonmeister.core.moments import MAX_AHEAD_S
from tonmeister.store.tables import JOBS, SCHEDULES
from tonmeister.surfaces.rest.answers import moment

EXTREME = (
    "0001-01-01T00:00:00+14:00",
    "0001-01-01T00:00:00",
    "1969-12-31T23:59:59Z",
    "9999-12-31T23:59:59-14:00",
    "2190-01-01T00:00:00Z",  # no extreme of the calendar, yet nobody plans work for it
)
SCHEDULE = {"name": "once", "capability": "note", "params": {"number": 1}}


def kept(door):
    return door.get("/jobs?system=false").json()["items"], door.get("/schedules").json()["items"]


@pytest.mark.parametrize("time", EXTREME)
def test_no_work_is_planned_for_a_time_at_the_ends_of_the_calendar(door, time):
    before = kept(door)
    asked = [
        ("/jobs/note", {"params": {"number": 1}, "run_at": time}),
        ("/batches/note", {"items": [{"number": 1}], "run_at": time}),
        ("/schedules", SCHEDULE | {"run_at": time}),
    ]
    for place, body in asked:
        details = door.refusal(door.post(place, json=body), 422, details_code(time))
        assert details["field"] == "run_at"
        assert "1970" in details["bound"] or "2200" in details["bound"]
    assert kept(door) == before


def details_code(time: str) -> str:
    return "PARAMETER_INVALID" if time.startswith("2190") else "REQUEST_INVALID"


@pytest.mark.parametrize("time", EXTREME)
def test_a_schedule_is_not_moved_there_either(door, time):
    made = door.post("/schedules", json=SCHEDULE | {"run_at": "2027-01-01T12:00:00+02:00"})
    assert made.status_code == 201, made.text
    assert made.json()["next_at"] == "2027-01-01T10:00:00.000Z"
    place = f"/api/v1/schedules/{made.json()['id']}"
    door.refusal(door.client.patch(place, json={"run_at": time}), 422, details_code(time))
    assert door.get("/schedules").json()["items"][0]["next_at"] == "2027-01-01T10:00:00.000Z"


@pytest.mark.parametrize("time", EXTREME[:4])
def test_jobs_are_not_asked_for_since_then(door, time):
    assert door.refusal(door.get("/jobs", params={"since": time}), 422, "REQUEST_INVALID")["field"] == "since"


def test_a_time_without_an_offset_is_in_utc(door):
    job = door.post("/jobs/note", json={"params": {"number": 1}, "run_at": "2027-06-01T12:00:00"}).json()
    assert job["run_at"] == "2027-06-01T12:00:00.000Z"


def test_every_other_door_to_the_workshop_refuses_them_too(door):
    for time in (-1.0, 1e300, float("inf"), float("nan"), -62135647200.0):
        with pytest.raises(ParameterError, match="ten years"):
            door.studio.workshop.submit("note", {"number": 1}, run_at=time)
        with pytest.raises(ParameterError, match="ten years"):
            door.studio.workshop.add_schedule("x", "note", {"number": 1}, run_at=time)
    assert kept(door) == ([], [])


@pytest.mark.parametrize("time", [-62135647200.0, 253402351199.0, 1e300, MAX_AHEAD_S])
def test_a_list_is_read_whatever_is_in_one_of_its_rows(door, time):
    job = door.post("/jobs/note", json={"params": {"number": 1}}).json()
    made = door.post("/schedules", json=SCHEDULE | {"cron": "0 3 * * *"}).json()
    with door.studio.database.write() as connection:
        connection.execute(sa.update(JOBS).where(JOBS.c.id == job["id"]).values(run_at=time))
        connection.execute(sa.update(SCHEDULES).where(SCHEDULES.c.id == made["id"]).values(next_at=time))
    answers = [door.get("/jobs?limit=7"), door.get(f"/jobs/{job['id']}"), door.get("/schedules")]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert json.loads(answers[1].content)["run_at"] == moment(time)
    assert door.client.post(f"/api/v1/jobs/{job['id']}/cancel").json()["state"] == "cancelled"


def test_what_no_calendar_holds_is_told_as_the_nearest():
    assert moment(1e300) == "9999-12-31T23:59:59.000Z"
    assert moment(-1e300) == "0001-01-01T00:00:00.000Z"


@pytest.mark.parametrize("cron", ["0 0 30 2 *", "0 0 31 4,6 *", "60 * * * *", "* * * *", "\0 * * * *", "9" * 128])
def test_a_cron_that_never_comes_is_refused(door, cron):
    details = door.refusal(door.post("/schedules", json=SCHEDULE | {"cron": cron}), 422, "PARAMETER_INVALID")
    assert details["field"] == "cron"

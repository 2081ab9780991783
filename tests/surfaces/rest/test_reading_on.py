"""Who is told of a change and reads at once is answered with it, also where the bus has not brought it."""

from __future__ import annotations

import time

import sqlalchemy as sa

from tonmeister.store.tables import EVENTS, JOBS


def change(workshop, job_id: str) -> None:
    """Fail a job as another process does, whose messages come late."""
    with workshop.database.write() as connection:
        connection.execute(
            sa.update(JOBS).where(JOBS.c.id == job_id).values(state="failed", revision=JOBS.c.revision + 1)
        )
        data = {"state": "failed", "progress_percent": 0.0, "message": "", "revision": 1}
        connection.execute(sa.insert(EVENTS).values(job_id=job_id, type="failed", data=data, at=time.time()))


def test_answers_kept_from_before_a_change_are_dropped_before_it_is_told(door):
    door.client.app.state.hub._poll_s = 0.05
    paths = ("/jobs/{}", "/jobs?state=failed&limit=5")
    for number in range(3):
        job = door.post("/jobs/note", json={"params": {"number": number}}).json()
        with door.client.websocket_connect("ws://127.0.0.1:8765/api/v1/ws") as socket:
            socket.send_json({"type": "subscribe", "topic": "job", "id": job["id"]})
            assert socket.receive_json()["type"] == "subscribed"
            before = [door.get(path.format(job["id"])) for path in paths]
            change(door.studio.workshop, job["id"])
            told = socket.receive_json()
            assert (told["event"], told["data"]["revision"]) == ("failed", 1)
            after = [door.get(path.format(job["id"])) for path in paths]
        assert after[0].json()["state"] == "failed"
        assert after[0].headers["etag"] != before[0].headers["etag"]
        assert job["id"] in [one["id"] for one in after[1].json()["items"]]

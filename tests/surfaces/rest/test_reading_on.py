"""Who is told of a change and reads at once is answered with it, also where the bus has not brought it."""

from __future__ import annotations

import json
import time

import httpx
import sqlalchemy as sa
from websockets.sync.client import connect

from surfaces.live_server import live_server
from tonmeister.store.tables import EVENTS, JOBS
from tonmeister.surfaces.rest.app import make_app


def change(workshop, job_id: str) -> None:
    """Fail a job as another process does, whose messages come late."""
    with workshop.database.write() as connection:
        connection.execute(
            sa.update(JOBS).where(JOBS.c.id == job_id).values(state="failed", revision=JOBS.c.revision + 1)
        )
        data = {"state": "failed", "progress_percent": 0.0, "message": "", "revision": 1}
        connection.execute(sa.insert(EVENTS).values(job_id=job_id, type="failed", data=data, at=time.time()))


def test_answers_kept_from_before_a_change_are_dropped_before_it_is_told(door):
    jobs = [door.post("/jobs/note", json={"params": {"number": number}}).json()["id"] for number in range(3)]
    app = make_app(door.studio)
    app.state.hub._poll_s = 0.05
    with (
        live_server(app) as port,
        httpx.Client(base_url=f"http://127.0.0.1:{port}/api/v1") as client,
        connect(f"ws://127.0.0.1:{port}/api/v1/ws") as socket,
    ):
        for job in jobs:
            paths = (f"/jobs/{job}", "/jobs?state=failed&limit=5")
            socket.send(json.dumps({"type": "subscribe", "topic": "job", "id": job}))
            assert json.loads(socket.recv(5))["type"] == "subscribed"
            before = [client.get(path) for path in paths]
            change(door.studio.workshop, job)
            told = json.loads(socket.recv(5))
            assert (told["event"], told["data"]["revision"]) == ("failed", 1)
            after = [client.get(path) for path in paths]
            assert [answer.json()["state"] for answer in (before[0], after[0])] == ["queued", "failed"]
            assert after[0].headers["etag"] != before[0].headers["etag"]
            assert job in [one["id"] for one in after[1].json()["items"]]

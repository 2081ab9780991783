"""Whatever is killed in mid-work, nothing is lost and nothing ends twice."""

from __future__ import annotations

import os
import signal

from e2e.browser.studio_api import song
from e2e.studio.doors import Doors, until


def long_job(doors: Doors, seed: int) -> dict:
    """Begin a job of some seconds and wait until it is well under way."""
    job = doors.begin("demo", {"seed": seed, "duration_s": 120})
    found = until(
        lambda: doors.read(f"/jobs/{job['id']}"), lambda job: job["state"] != "queued" and job["progress_percent"] > 0
    )
    assert found["state"] == "processing"
    return found


def check_ended_once(doors: Doors, job_id: str) -> None:
    """See that the job is completed, and its products there, once."""
    job = doors.done(job_id)
    told = doors.happened(job_id)
    assert (told.count("completed"), told[-1]) == (1, "completed")
    assert not {"failed", "cancelled"} & set(told)
    assert sorted(product["name"].rpartition(".")[2] for product in job["products"]) == ["json", "wav"]
    for product in job["products"]:
        assert len(doors.file(product["asset_id"])) == product["size_bytes"]
    assert doors.read("/assets", kind="product", q=job["products"][0]["name"])["n_total"] == 1


def test_the_server_is_killed_in_the_middle_of_a_job(studio, doors):
    content = song(4.0, seed=40)
    upload = doors.open_upload("Cut.wav", len(content))
    assert doors.append(upload, 0, content[:300_000]).status_code == 204
    job = long_job(doors, 601)
    studio.kill()
    studio.start()
    assert doors.offset(upload) == 300_000
    answer = doors.append(upload, 300_000, content[300_000:])
    assert doors.prepared(answer.headers["tonmeister-asset"])["state"] == "ready"
    check_ended_once(doors, job["id"])


def test_the_supervisor_is_killed_in_the_middle_of_a_job(studio, doors):
    job = long_job(doors, 602)
    os.kill(studio.supervisor_pid(), signal.SIGKILL)
    check_ended_once(doors, job["id"])
    assert studio.is_ready()


def test_the_worker_is_killed_in_the_middle_of_a_job(studio, doors):
    if not studio.has_worker:
        return
    job = long_job(doors, 603)
    studio.kill_worker()
    studio.start_worker()
    check_ended_once(doors, job["id"])

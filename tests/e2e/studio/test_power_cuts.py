"""Whatever is killed in mid-work, nothing is lost and nothing ends twice."""

from __future__ import annotations

import os
import signal

from e2e.browser.studio_api import song
from e2e.studio.doors import Doors


def long_job(doors: Doors, seed: int) -> str:
    """Begin a job and wait until it is well under way."""
    job = doors.begin("demo", {"seed": seed, "duration_s": 90})
    assert doors.is_under_way(job["id"])
    return job["id"]


def check_ended_once(doors: Doors, job_id: str, *, n_starts: int) -> None:
    """See that the job was begun so often and is completed, and its products there, once."""
    job = doors.done(job_id)
    told = doors.happened(job_id)
    assert (told.count("started"), told.count("completed"), told[-1]) == (n_starts, 1, "completed")
    assert job["steps"][0]["n_attempts"] == n_starts, "who died in it has begun it all the same"
    assert not {"failed", "cancelled"} & set(told)
    assert sorted(product["name"].rpartition(".")[2] for product in job["products"]) == ["json", "wav"]
    for product in job["products"]:
        assert len(doors.file(product["asset_id"])) == product["size_bytes"]
        assert doors.read("/assets", kind="product", q=product["name"])["n_total"] == 1


def test_the_server_is_killed_in_the_middle_of_a_job(studio, doors):
    content = song(4.0, seed=40)
    upload = doors.open_upload("Cut.wav", len(content))
    assert doors.append(upload, 0, content[:300_000]).status_code == 204
    job_id = long_job(doors, 601)
    studio.kill()
    studio.start()
    assert doors.offset(upload) == 300_000
    answer = doors.append(upload, 300_000, content[300_000:])
    assert doors.prepared(answer.headers["tonmeister-asset"])["state"] == "ready"
    check_ended_once(doors, job_id, n_starts=1 if studio.has_worker else 2)


def test_whoever_does_the_work_is_killed_in_the_middle_of_a_job(studio, doors):
    job_id = long_job(doors, 602)
    os.kill(studio.supervisor_pid(), signal.SIGKILL)
    if studio.has_worker:  # the supervisor only hands the work out there
        studio.kill_worker()
        studio.start_worker()
    check_ended_once(doors, job_id, n_starts=2)
    assert studio.is_ready()

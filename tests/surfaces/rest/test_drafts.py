"""Drafts by the REST door: answered at once out of what a job has kept, and nothing of them stays."""

from __future__ import annotations

import threading

import pytest

from tonmeister.jobs import drafting


@pytest.fixture
def counted(working_door):
    """A text of which the letters were counted by a job."""

    def upload(name: str, content: bytes) -> str:
        asset = working_door.upload(content, name)["id"]
        job = working_door.post("/jobs/count", json={"params": {"file": asset}}).json()
        assert working_door.wait(job["id"])["state"] == "completed"
        return asset

    return upload


def n_of(door, what: str) -> int:
    return door.get(f"/{what}").json()["n_total"]


def draft(door, **params):
    return door.post("/drafts/count", json={"params": params})


def test_a_draft_answers_without_a_job_and_leaves_nothing(working_door, counted):
    asset = counted("banana.txt", b"banana, abracadabra")
    before = n_of(working_door, "jobs"), n_of(working_door, "assets")
    first = draft(working_door, file=asset, letter="b").json()
    assert (first["capability"], first["files"]) == ("count", [])
    assert first["result"] == {"n": 3, "n_read": 1, "file": ""}
    assert 0 <= first["run_s"] < 5
    again = draft(working_door, file=asset, letter="n", as_file=True).json()
    assert again["result"] == {"n": 2, "n_read": 0, "file": "draft-1"}, "what was read is held for the next"
    assert again["files"] == [{"ref": "draft-1", "name": "answer.txt", "media_type": "text/plain", "text": "2"}]
    assert (n_of(working_door, "jobs"), n_of(working_door, "assets")) == before


def test_a_job_gives_the_same(working_door, counted):
    asset = counted("same.txt", b"same as ever")
    job = working_door.post("/jobs/count", json={"params": {"file": asset, "letter": "s"}}).json()
    done = working_door.wait(job["id"])
    assert draft(working_door, file=asset, letter="s").json()["result"]["n"] == done["result"]["n"] == 2


def test_without_the_work_before_it_there_is_no_draft(working_door):
    asset = working_door.upload(b"never counted", "fresh.txt")["id"]
    details = working_door.refusal(draft(working_door, file=asset), 409, "DRAFT_UNPREPARED")
    assert details["value"] == "letters"
    assert "job" in details["remedy"]


def test_who_makes_no_drafts_is_told_with_those_who_do(working_door):
    details = working_door.refusal(working_door.post("/drafts/note", json={"params": {}}), 422, "CHOICE_UNKNOWN")
    assert details["bound"] == ["count"]
    working_door.refusal(working_door.post("/drafts/nobody", json={"params": {}}), 422, "CHOICE_UNKNOWN")


def test_wrong_parameters_and_missing_material_are_told(working_door, counted):
    asset = counted("wrong.txt", b"wrong")
    assert working_door.refusal(draft(working_door, file=asset, letters="b"), 422, "PARAMETER_INVALID")
    assert working_door.refusal(draft(working_door, file="nothing"), 404, "ASSET_NOT_FOUND")
    binary = draft(working_door, file=asset, letter="b", as_file=True)
    assert working_door.refusal(binary, 422, "COMBINATION_UNSUPPORTED")["field"] == "format"


def test_what_takes_too_long_or_is_too_large_is_given_up(working_door, counted, monkeypatch):
    asset = counted("long.txt", b"long")
    monkeypatch.setattr(drafting, "LIMIT_S", 0.1)
    late = working_door.refusal(draft(working_door, file=asset, seconds=0.2), 409, "DRAFT_UNPREPARED")
    assert "0.1 s" in late["bound"]
    monkeypatch.setattr(drafting, "LIMIT_S", 20.0)
    monkeypatch.setattr(drafting, "MAX_FILES_BYTES", 0)
    working_door.refusal(draft(working_door, file=asset, as_file=True), 409, "DRAFT_UNPREPARED")


def test_a_draft_that_failed_is_in_the_way_of_no_other(working_door, counted, monkeypatch):
    asset = counted("again.txt", b"again")
    monkeypatch.setattr(drafting, "LIMIT_S", 0.1)
    working_door.refusal(draft(working_door, file=asset, letter="a", seconds=0.2), 409, "DRAFT_UNPREPARED")
    monkeypatch.setattr(drafting, "LIMIT_S", 20.0)
    answer = draft(working_door, file=asset, letter="a")
    assert answer.status_code == 200, "what the first has held names products that the second must know"
    assert answer.json()["result"]["n"] == 2


def test_one_is_made_at_a_time(working_door, counted, monkeypatch):
    asset = counted("slow.txt", b"slow")
    monkeypatch.setattr(drafting, "WAIT_S", 0.05)
    answers = []
    slow = threading.Thread(target=lambda: answers.append(draft(working_door, file=asset, seconds=1.0)))
    slow.start()
    while not working_door.studio.drafts._turn.locked():
        pass
    working_door.refusal(draft(working_door, file=asset), 503, "NOT_READY")
    slow.join()
    assert answers[0].status_code == 200
    assert draft(working_door, file=asset).status_code == 200


def test_only_a_few_songs_are_held(working_door, counted, monkeypatch):
    monkeypatch.setattr(drafting, "N_HELD", 2)
    assets = [counted(f"{n}.txt", f"song {n}".encode()) for n in range(3)]
    for asset in assets:
        assert draft(working_door, file=asset).json()["result"]["n_read"] == 1
    assert draft(working_door, file=assets[2]).json()["result"]["n_read"] == 0
    assert draft(working_door, file=assets[0]).json()["result"]["n_read"] == 1


def found(door, capability: str, **params):
    return door.post(f"/results/{capability}", json={"params": params})


def test_what_is_done_already_is_looked_up_without_a_job(working_door, counted):
    asset = working_door.upload(b"looked up", "looked.txt")["id"]
    assert found(working_door, "count", file=asset).json() == {"capability": "count", "result": None}
    job = working_door.post("/jobs/count", json={"params": {"file": asset}}).json()
    done = working_door.wait(job["id"])
    n_jobs = n_of(working_door, "jobs")
    assert found(working_door, "count", file=asset).json()["result"] == done["result"]
    assert found(working_door, "count", file=asset, letter="u").json()["result"] is None, "other parameters"
    copy = working_door.upload(b"looked up", "looked.txt")["id"]
    assert found(working_door, "count", file=copy).json()["result"] == done["result"], "the content counts"
    other = working_door.upload(b"looked down", "looked.txt")["id"]
    assert found(working_door, "count", file=other).json()["result"] is None
    assert n_of(working_door, "jobs") == n_jobs
    working_door.client.delete(f"/api/v1/jobs/{job['id']}")
    assert found(working_door, "count", file=asset).json()["result"] == done["result"], "the history may be cleared"


def test_a_result_of_which_a_file_lies_in_the_bin_is_not_found(working_door, counted):
    asset = counted("with file.txt", b"with a file")
    job = working_door.post("/jobs/count", json={"params": {"file": asset, "letter": "i", "as_file": True}}).json()
    made = working_door.wait(job["id"])["result"]["file"]
    ask = {"file": asset, "letter": "i", "as_file": True}
    assert found(working_door, "count", **ask).json()["result"]["file"] == made
    working_door.client.delete(f"/api/v1/assets/{made}")
    assert found(working_door, "count", **ask).json()["result"] is None
    working_door.post(f"/assets/{made}/restore")
    assert found(working_door, "count", **ask).json()["result"]["file"] == made


def test_wrong_asks_for_results_are_refused(working_door, counted):
    asset = counted("refused.txt", b"refused")
    working_door.refusal(found(working_door, "nobody"), 422, "CHOICE_UNKNOWN")
    working_door.refusal(found(working_door, "count", file=asset, letters="b"), 422, "PARAMETER_INVALID")
    working_door.refusal(found(working_door, "count", file="nothing"), 404, "ASSET_NOT_FOUND")

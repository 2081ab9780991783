"""Jobs through the REST door."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime, timedelta

API = "/api/v1"


def note(door, number: int = 1, **more):
    answer = door.post("/jobs/note", json={"params": {"number": number}, **more})
    assert answer.status_code == 202, answer.text
    return answer.json()


def test_a_job_is_begun_followed_and_its_products_fetched(working_door):
    door = working_door
    answer = door.post("/jobs/note", json={"params": {"text": "hear", "number": 7}, "label": "seventh"})
    assert answer.status_code == 202
    job = answer.json()
    assert answer.headers["location"] == f"{API}/jobs/{job['id']}" == job["links"]["self"]
    assert (job["state"], job["label"], job["form"]) == ("queued", "seventh", "single")
    done = door.wait(job["id"])
    assert (done["state"], done["progress_percent"], done["result"]["text"]) == ("completed", 100.0, "hear")
    assert done["wait_s"] >= 0
    assert done["run_s"] > 0
    [product] = done["products"]
    assert product["name"] == "note-7.txt"
    assert door.get(f"/assets/{product['asset_id']}/file").content == b"hear 7"
    packed = door.get(f"/jobs/{job['id']}/products.zip")
    assert packed.headers["content-type"] == "application/zip"
    assert packed.headers["content-disposition"] == 'attachment; filename="seventh (note).zip"'
    with zipfile.ZipFile(io.BytesIO(packed.content)) as archive:
        assert archive.read("note-7.txt") == b"hear 7"
    events = door.get(f"/jobs/{job['id']}/events").json()["items"]
    assert [event["type"] for event in events][:2] == ["created", "started"]
    after = events[1]["seq"]
    assert all(event["seq"] > after for event in door.get(f"/jobs/{job['id']}/events?after={after}").json()["items"])


def test_a_zip_is_named_after_all_its_songs_without_their_endings():
    from tonmeister.surfaces.rest.jobs import _zip_name

    for label, name in (
        ("s3.wav + s2.mp3", "s3 + s2 (mashup).zip"),
        ("Song No. 5.wav", "Song No. 5 (mashup).zip"),
        ("St. Louis Blues", "St. Louis Blues (mashup).zip"),
        (".wav", "wav (mashup).zip"),
    ):
        assert _zip_name(label, "mashup") == name


def test_a_job_that_was_stopped_before_it_made_anything_has_no_zip(working_door):
    job = note(working_door, 72, run_at=(datetime.now(UTC) + timedelta(hours=1)).isoformat())
    working_door.post(f"/jobs/{job['id']}/cancel")
    assert working_door.wait(job["id"])["state"] == "cancelled"
    answer = working_door.get(f"/jobs/{job['id']}/products.zip")
    assert working_door.refusal(answer, 409, "JOB_STATE_UNSUITABLE")["value"] == "cancelled"


def test_the_same_request_is_answered_at_once(working_door):
    first = working_door.wait(note(working_door, 71)["id"])
    again = working_door.post("/jobs/note", json={"params": {"number": 71}})
    assert again.status_code == 200
    assert again.json()["is_cached"] is True
    assert again.json()["result"] == first["result"]


def test_a_failure_is_told_with_code_and_remedy(working_door):
    job = working_door.post("/jobs/note", json={"params": {"behaviour": "fail"}}).json()
    done = working_door.wait(job["id"])
    assert done["state"] == "failed"
    assert done["error"]["code"] == "AUDIO_SILENT"
    assert done["error"]["remedy"] == "Take another."
    assert working_door.post(f"/jobs/{job['id']}/retry").status_code == 202
    assert working_door.wait(job["id"])["state"] == "failed"


def test_a_running_job_is_cancelled(working_door):
    job = working_door.post("/jobs/note", json={"params": {"behaviour": "wait", "seconds": 60}}).json()
    assert working_door.post(f"/jobs/{job['id']}/cancel").status_code == 200
    assert working_door.wait(job["id"], 5.0)["state"] == "cancelled"


def test_a_file_and_the_work_with_it_in_one_request(working_door):
    door = working_door
    other = door.upload(b"end", "end.txt")
    answer = door.post(
        "/jobs/join/upload",
        files={"file": ("begin.txt", b"begin")},
        data={"params": f'{{"second": "{other["id"]}"}}', "label": "both"},
    )
    assert answer.status_code == 202, answer.text
    assert door.wait(answer.json()["id"])["result"]["text"] == "begin+end"
    assert answer.json()["label"] == "both"
    door.refusal(door.post("/jobs/note/upload", files={"file": ("a.txt", b"a")}), 422, "COMBINATION_UNSUPPORTED")
    door.refusal(
        door.post("/jobs/join/upload", files={"file": ("a.txt", b"a")}, data={"params": "[]"}), 422, "PARAMETER_INVALID"
    )
    door.refusal(door.post("/jobs/join/upload", json={}), 415, "CONTENT_TYPE_UNSUPPORTED")
    door.refusal(door.post("/jobs/join/upload", data={"params": "{}"}, files={"x": ("", b"")}), 422, "REQUEST_INVALID")


def test_a_batch_goes_on_after_a_failure(working_door):
    answer = working_door.post(
        "/batches/note",
        json={
            "items": [{"number": 1}, {"behaviour": "fail"}, {"number": 3}],
            "params": {"text": "x"},
            "label": "three",
        },
    )
    assert answer.status_code == 202, answer.text
    done = working_door.wait(answer.json()["id"])
    assert done["form"] == "batch"
    assert [step["state"] for step in done["steps"]] == ["completed", "failed", "completed"]
    assert done["steps"][2]["result"]["text"] == "x"
    assert done["result"]["items"][1]["error"]["code"] == "AUDIO_SILENT"


def test_wrong_requests_are_refused_in_the_envelope(door):
    assert door.refusal(door.post("/jobs/nope", json={}), 422, "CHOICE_UNKNOWN")["bound"]
    details = door.refusal(door.post("/jobs/note", json={"params": {"number": "many"}}), 422, "PARAMETER_INVALID")
    assert details["field"] == "number"
    door.refusal(door.post("/jobs/note", json={"params": {"nmber": 1}}), 422, "PARAMETER_INVALID")
    assert door.refusal(door.post("/jobs/note", json={"prams": {}}), 422, "REQUEST_INVALID")["field"] == "prams"
    cut = door.post("/jobs/note", content=b"{", headers={"content-type": "application/json"})
    assert door.refusal(cut, 422, "REQUEST_INVALID")["field"] == "body"
    door.refusal(door.post("/jobs/note", content=b"{}"), 415, "CONTENT_TYPE_UNSUPPORTED")  # of no kind that is named
    door.refusal(door.post("/jobs/note", json={"params": [], "priority": 1000}), 422, "REQUEST_INVALID")
    door.refusal(door.post("/jobs/join", json={"params": {"first": "x", "second": "y"}}), 404, "ASSET_NOT_FOUND")
    door.refusal(door.get("/jobs/nope"), 404, "JOB_NOT_FOUND")
    door.refusal(door.get("/jobs/0193a5d2-6f3c-7b1e-9c55-0a4f2f6f9d10"), 404, "JOB_NOT_FOUND")
    door.refusal(door.get("/nowhere"), 404, "ROUTE_NOT_FOUND")
    assert door.refusal(door.client.put(f"{API}/jobs"), 405, "METHOD_NOT_ALLOWED")["value"] == "PUT"
    door.refusal(door.get("/jobs?limit=0"), 422, "REQUEST_INVALID")
    door.refusal(door.get("/jobs?state=happy"), 422, "REQUEST_INVALID")
    door.refusal(door.get("/jobs?cursor=!!"), 422, "PARAMETER_INVALID")


def test_a_fault_of_ours_is_told_without_its_inside(door, monkeypatch):
    def fail(*_args, **_more):
        raise ZeroDivisionError("the secret inside")

    monkeypatch.setattr(type(door.studio.workshop), "analytics", fail)
    answer = door.get("/analytics")
    door.refusal(answer, 500, "INTERNAL")
    assert "secret" not in answer.text
    assert answer.headers["request-id"]


def test_pages_lead_through_all_jobs(door):
    made = [note(door, number)["id"] for number in range(7)]
    seen, cursor = [], None
    while True:
        page = door.get("/jobs", params={"limit": 3} | ({"cursor": cursor} if cursor else {})).json()
        assert page["n_total"] == 7
        seen += [job["id"] for job in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == made[::-1]


def test_lists_are_filtered(door):
    first = note(door, 1, label="Harbour")
    note(door, 2, label="Glass")
    door.post(f"/jobs/{first['id']}/cancel")

    def labels(query):
        return [job["label"] for job in door.get(f"/jobs?{query}").json()["items"]]

    assert labels("state=cancelled") == ["Harbour"]
    assert labels("state=queued&state=cancelled") == ["Glass", "Harbour"]
    assert labels("q=harb") == ["Harbour"]
    assert labels("capability=join") == []
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat().replace("+00:00", "Z")
    assert labels(f"since={later}") == []
    assert labels("system=true") == []


def test_a_list_is_never_older_than_the_last_change(door):
    for number in range(5):
        job = note(door, number)
        assert door.get("/jobs?limit=1").json()["items"][0]["id"] == job["id"]
        assert door.get("/queue").json()["n_queued"] == number + 1
        door.post(f"/jobs/{job['id']}/cancel")
        assert door.get(f"/jobs/{job['id']}").json()["state"] == "cancelled"
        note(door, number + 100)


def test_an_unchanged_job_is_not_sent_again(door):
    job = note(door)
    answer = door.get(f"/jobs/{job['id']}")
    tag = answer.headers["etag"]
    assert door.get(f"/jobs/{job['id']}", headers={"if-none-match": tag}).status_code == 304
    door.post(f"/jobs/{job['id']}/cancel")
    changed = door.get(f"/jobs/{job['id']}", headers={"if-none-match": tag})
    assert changed.status_code == 200
    assert changed.headers["etag"] != tag


def test_the_short_way_answers_like_the_route(door):
    job = note(door)
    short = door.get(f"/jobs/{job['id']}")
    long = door.client.request("GET", f"{API}/jobs/{job['id'].upper()}")
    assert long.status_code == 404  # upper case takes the route: ids are lower case
    from tonmeister.surfaces.rest.answers import encode, job_data

    assert short.content == encode(job_data(door.studio.workshop.job(job["id"])))
    first, second = door.get("/jobs?limit=5"), door.get("/jobs?limit=5")
    assert first.content == second.content
    assert first.headers["content-type"] == second.headers["content-type"] == "application/json"


def test_the_same_key_does_nothing_twice(door):
    ask = {"params": {"number": 9}}
    first = door.post("/jobs/note", json=ask, headers={"idempotency-key": "k1"})
    again = door.post("/jobs/note", json=ask, headers={"idempotency-key": "k1"})
    assert again.json()["id"] == first.json()["id"]
    assert again.status_code == first.status_code
    assert again.headers["idempotent-replay"] == "true"
    assert door.get("/jobs").json()["n_total"] == 1
    other = door.post("/jobs/note", json={"params": {"number": 8}}, headers={"idempotency-key": "k1"})
    door.refusal(other, 409, "IDEMPOTENCY_CONFLICT")
    failed = door.post("/jobs/note", json={"params": {"number": "x"}}, headers={"idempotency-key": "k2"})
    assert failed.status_code == 422
    assert door.post("/jobs/note", json=ask, headers={"idempotency-key": "k2"}).status_code == 202


def test_finished_jobs_are_removed(door):
    kept, gone, old = note(door, 1), note(door, 2), note(door, 3)
    for job in (gone, old):
        door.post(f"/jobs/{job['id']}/cancel")
    assert door.client.delete(f"{API}/jobs/{gone['id']}").status_code == 204
    door.refusal(door.get(f"/jobs/{gone['id']}"), 404, "JOB_NOT_FOUND")
    door.refusal(door.client.delete(f"{API}/jobs/{kept['id']}"), 409, "JOB_STATE_UNSUITABLE")
    assert door.post("/jobs/clean-up", json={"older_than_days": 1}).json() == {"n_removed": 0}
    assert door.post("/jobs/clean-up", json={"older_than_days": 0, "states": ["failed"]}).json() == {"n_removed": 0}
    assert door.post("/jobs/clean-up", json={"older_than_days": 0}).json() == {"n_removed": 1}
    assert [job["id"] for job in door.get("/jobs").json()["items"]] == [kept["id"]]


def test_work_for_later_waits(working_door):
    at = datetime.now(UTC) + timedelta(days=1)
    job = working_door.post(
        "/jobs/note", json={"params": {"number": 72}, "run_at": at.isoformat(), "priority": 5}
    ).json()
    assert job["priority"] == 5
    assert abs((datetime.fromisoformat(job["run_at"]) - at).total_seconds()) < 1
    assert working_door.get(f"/jobs/{job['id']}").json()["state"] == "queued"


def test_ids_of_requests_lead_to_jobs(door):
    answer = door.post("/jobs/note", json={"params": {}}, headers={"request-id": "from-a-client"})
    job = door.studio.workshop.job(answer.json()["id"])
    assert job.request_id == "from-a-client" == answer.headers["request-id"]
    assert job.trace["traceparent"].startswith("00-")

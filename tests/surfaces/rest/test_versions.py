"""Versions of a song: what was made of it, whatever becomes of the jobs that made it."""

from __future__ import annotations

from tonmeister.surfaces.rest import models


def join(door, first, second, **more):
    job = door.wait(door.post("/jobs/join", json={"params": {"first": first, "second": second, **more}}).json()["id"])
    assert job["state"] == "completed", job
    return job


def versions(door, asset_id, query=""):
    answer = door.get(f"/assets/{asset_id}/versions{query}")
    assert answer.status_code == 200, answer.text
    models.VersionPage.model_validate(answer.json())
    return answer.json()


def test_a_version_outlives_its_job(working_door):
    door = working_door
    song, other = door.upload(b"one")["id"], door.upload(b"two", "other.txt")["id"]
    job = join(door, song, other)
    (found,) = versions(door, song, "?results=true")["items"]
    assert found["capability"] == "join"
    assert found["params"] == {"first": song, "second": other}
    assert found["result"] == job["result"]
    assert found["job_id"] == job["id"]
    assert [file["asset_id"] for file in found["products"]] == [job["result"]["file"]]
    assert versions(door, other)["items"] == []  # it only served
    assert door.client.delete(f"/api/v1/jobs/{job['id']}").status_code == 204
    (kept,) = versions(door, song, "?results=true")["items"]
    assert kept == {**found, "job_id": None, "links": {**found["links"], "job": None}}
    assert versions(door, song)["items"][0]["result"] is None
    alone = door.client.get(found["links"]["self"]).json()
    models.VersionData.model_validate(alone)
    assert alone == kept


def test_clearing_the_history_takes_no_version_away(working_door):
    door = working_door
    song = door.upload(b"cleared")["id"]
    join(door, song, song)
    assert door.post("/jobs/clean-up", json={"older_than_days": 0}).json()["n_removed"] > 0
    assert door.get(f"/jobs?asset={song}").json()["items"] == []
    assert len(versions(door, song)["items"]) == 1


def test_the_same_work_again_is_the_same_version(working_door):
    door = working_door
    song = door.upload(b"again")["id"]
    for _ in range(2):
        join(door, song, song)
    assert versions(door, song)["n_total"] == 1
    twin = door.upload(b"again")["id"]  # of the same content: the earlier result answers, with the same files
    join(door, twin, twin)
    assert versions(door, twin)["n_total"] == 1
    assert versions(door, twin)["items"][0]["products"] == versions(door, song)["items"][0]["products"]


def test_each_song_of_a_batch_has_its_own_version(working_door):
    door = working_door
    songs = [door.upload(f"batch {n}".encode())["id"] for n in range(3)]
    items = [{"first": song} for song in songs]
    asked = door.post("/batches/join", json={"items": items, "params": {"second": songs[0]}})
    job = door.wait(asked.json()["id"])
    for song, item in zip(songs, job["result"]["items"], strict=True):
        (found,) = versions(door, song, "?results=true")["items"]
        assert found["result"] == item["result"]
        assert found["job_id"] == job["id"]


def test_versions_come_in_pages_the_latest_first(working_door):
    door = working_door
    song = door.upload(b"many")["id"]
    jobs = [join(door, song, song, name=f"{n}.txt")["id"] for n in range(5)]
    first = versions(door, song, "?limit=3")
    second = versions(door, song, f"?limit=3&cursor={first['next_cursor']}")
    assert first["n_total"] == second["n_total"] == 5
    assert second["next_cursor"] is None
    assert [found["job_id"] for page in (first, second) for found in page["items"]] == jobs[::-1]
    assert versions(door, song, "?capability=note")["items"] == []


def test_a_version_goes_with_its_files_and_comes_back_with_them(working_door):
    door = working_door
    song = door.upload(b"binned")["id"]
    made = join(door, song, song)["result"]["file"]
    (found,) = versions(door, song)["items"]
    door.client.delete(f"/api/v1/assets/{made}")
    assert versions(door, song)["n_total"] == 0
    door.refusal(door.client.get(found["links"]["self"]), 404, "VERSION_NOT_FOUND")
    door.post(f"/assets/{made}/restore")
    assert versions(door, song)["items"] == [found]
    door.client.delete(f"/api/v1/assets/{made}")
    door.studio.assets.purge(0.0)
    assert versions(door, song)["n_total"] == 0


def test_versions_of_nothing_are_refused(working_door):
    working_door.refusal(working_door.get("/assets/nope/versions"), 404, "ASSET_NOT_FOUND")
    song = working_door.upload(b"unmade")["id"]
    working_door.refusal(working_door.get(f"/assets/{song}/versions/nope"), 404, "VERSION_NOT_FOUND")


def test_jobs_are_listed_by_the_asset_that_they_take_or_made(working_door):
    door = working_door
    song, other = door.upload(b"listed")["id"], door.upload(b"listed too")["id"]
    job = join(door, song, other)
    for asset in (song, other, job["result"]["file"]):
        found = door.get(f"/jobs?asset={asset}").json()
        assert [one["id"] for one in found["items"]] == [job["id"]]
        assert found["n_total"] == 1
    assert door.get("/jobs?asset=nope").json()["items"] == []

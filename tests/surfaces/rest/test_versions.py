"""Versions of a song: what was made of it, whatever becomes of the jobs that made it."""

from __future__ import annotations

from tonmeister.surfaces.rest import models


def ask_join(door, first, second, base_version=None, **more):
    based = {} if base_version is None else {"base_version": base_version}
    return door.post("/jobs/join", json={"params": {"first": first, "second": second, **more}, **based})


def join(door, first, second, base_version=None, **more):
    answer = ask_join(door, first, second, base_version, **more)
    assert answer.is_success, answer.text
    job = door.wait(answer.json()["id"])
    assert job["state"] == "completed", job
    return job


def newest(door, asset_id):
    return versions(door, asset_id)["items"][0]["id"]


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


def test_what_was_made_from_an_outdated_version_is_refused(working_door):
    door = working_door
    song = door.upload(b"guarded")["id"]
    join(door, song, song, "none", name="0.txt")
    base = newest(door, song)
    n_jobs = door.get("/jobs").json()["n_total"]
    details = door.refusal(ask_join(door, song, song, "none", name="1.txt"), 412, "REVISION_OUTDATED")
    assert (details["field"], details["value"], details["bound"]) == ("base_version", "none", base)
    assert base in details["remedy"]
    assert door.get("/jobs").json()["n_total"] == n_jobs, "no job is left behind"
    join(door, song, song, base, name="1.txt")
    door.refusal(ask_join(door, song, song, base, name="2.txt"), 412, "REVISION_OUTDATED")
    join(door, song, song, name="2.txt")  # who names no version is not asked
    assert versions(door, song)["n_total"] == 3
    beside = door.post("/jobs/note", json={"params": {}, "base_version": base})
    door.refusal(beside, 422, "COMBINATION_UNSUPPORTED")  # a note is made of no song


def test_earlier_work_that_is_kept_again_is_the_newest_version(working_door):
    door = working_door
    song = door.upload(b"back and forth")["id"]
    one = join(door, song, song, "none", name="one.txt")["result"]
    join(door, song, song, newest(door, song), name="two.txt")
    for _ in range(2):  # once more from there, it is the newest already
        job = join(door, song, song, newest(door, song), name="one.txt")
        assert job["is_cached"]
        found = versions(door, song, "?results=true")
        assert [item["params"]["name"] for item in found["items"]] == ["one.txt", "two.txt", "one.txt"]
        assert found["items"][0]["result"] == found["items"][2]["result"] == one


def test_an_earlier_version_is_restored_as_the_newest(working_door):
    door = working_door
    song = door.upload(b"restored")["id"]
    for name in ("one.txt", "two.txt"):
        join(door, song, song, name=name)
    two, one = versions(door, song, "?results=true")["items"]
    place = f"/assets/{song}/versions/{one['id']}/restore"
    door.refusal(door.post(place, json={"base_version": one["id"]}), 412, "REVISION_OUTDATED")
    answer = door.post(place, json={"base_version": two["id"]})
    assert answer.status_code == 200, answer.text
    back = models.VersionData.model_validate(answer.json()).model_dump()
    assert (back["restored_from"], back["params"], back["result"]) == (one["id"], one["params"], one["result"])
    assert [file["asset_id"] for file in back["products"]] == [file["asset_id"] for file in one["products"]]
    found = versions(door, song, "?results=true")["items"]
    assert [item["id"] for item in found] == [back["id"], two["id"], one["id"]]
    assert found[1:] == [two, one], "nothing is lost"
    again = door.post(f"/assets/{song}/versions/{back['id']}/restore").json()
    assert again == found[0], "what is the newest stays so"
    assert versions(door, song)["n_total"] == 3
    door.refusal(door.post(f"/assets/{song}/versions/nope/restore"), 404, "VERSION_NOT_FOUND")
    door.client.delete(f"/api/v1/assets/{one['products'][0]['asset_id']}")
    assert [item["id"] for item in versions(door, song)["items"]] == [two["id"]], "both go with their file"

"""Small things at the door: ranges beyond all bounds, keys as they were sent, names that turn the direction."""

from __future__ import annotations

import pytest

TURNED = "a\u202eb\u2066c\u2069"


def test_a_range_may_end_anywhere_behind_the_file(door):
    asset = door.upload(b"la la", "song.txt")
    answer = door.get(f"/assets/{asset['id']}/file", headers={"range": "bytes=0-99999999999999999999999"})
    assert (answer.status_code, answer.content, answer.headers["content-range"]) == (206, b"la la", "bytes 0-4/5")
    assert door.get(f"/assets/{asset['id']}/file", headers={"range": f"bytes={'9' * 40}-"}).status_code == 416


def test_a_key_that_was_used_is_told_as_it_was_sent(door):
    key = {"idempotency-key": "abc/1"}
    assert door.post("/jobs/note", json={"params": {"number": 1}}, headers=key).status_code == 202
    answer = door.post("/jobs/note", json={"params": {"number": 2}}, headers=key)
    assert door.refusal(answer, 409, "IDEMPOTENCY_CONFLICT")["value"] == "abc/1"


def test_names_and_labels_do_not_turn_the_direction_of_reading(door):
    asset = door.upload(b"la", f"{TURNED}.txt")
    assert asset["name"] == "abc.txt"
    changed = door.client.patch(f"/api/v1/assets/{asset['id']}", json={"name": TURNED, "tags": [TURNED]})
    assert (changed.json()["name"], changed.json()["tags"]) == ("abc", ["abc"])
    assert door.post("/jobs/note", json={"params": {"number": 1}, "label": TURNED}).json()["label"] == "abc"
    assert door.post("/jobs/note", json={"params": {"number": 2}, "label": "\u202e"}).json()["label"] == "note"
    schedule = {"name": TURNED, "capability": "note", "params": {"number": 1}, "cron": "0 3 * * *"}
    assert door.post("/schedules", json=schedule).json()["name"] == "abc"
    preset = {"capability": "note", "name": TURNED, "params": {"text": "x"}}
    assert door.post("/presets", json=preset).json()["name"] == "abc"


def test_a_schedule_names_material_that_is_there(door):
    asset = door.upload(b"la", "song.txt")["id"]
    ask = {"name": "nightly", "capability": "join", "cron": "0 3 * * *"}
    missing = {"first": asset, "second": "nope"}
    door.refusal(door.post("/schedules", json=ask | {"params": missing}), 404, "ASSET_NOT_FOUND")
    made = door.post("/schedules", json=ask | {"params": {"first": asset, "second": asset}})
    assert made.status_code == 201, made.text
    place = f"/api/v1/schedules/{made.json()['id']}"
    door.refusal(door.client.patch(place, json={"params": missing}), 404, "ASSET_NOT_FOUND")


@pytest.mark.parametrize(
    ("place", "field"),
    [("/jobs?q=%00", "q"), ("/assets?q=a%00b", "q"), ("/assets?tag=%00", "tag"), ("/jobs/%00", "job_id")],
)
def test_a_sign_that_no_text_holds_is_refused(door, place, field):
    assert door.refusal(door.get(place), 422, "REQUEST_INVALID")["field"] == field

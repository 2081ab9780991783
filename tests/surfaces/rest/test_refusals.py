"""What is wrong is told at the door, in our words: field, value, bound, remedy."""

from __future__ import annotations

import json

import pytest

UPLOAD = {"file": ("song.wav", b"RIFF")}


def assets_of(door):
    return door.get("/assets").json()["n_total"]


@pytest.mark.parametrize(
    ("capability", "params", "code", "field", "words"),
    [
        ("master", {"preset": "wram"}, "CHOICE_UNKNOWN", "preset", "Did you mean 'warm'?"),
        ("master", {"genre": "rokc"}, "CHOICE_UNKNOWN", "genre", "rock"),
        ("master", {"platform": "spotfy"}, "CHOICE_UNKNOWN", "platform", "spotify"),
        ("master", {"mode": "reference"}, "COMBINATION_UNSUPPORTED", "reference", "reference"),
        ("master", {"isrc": "nonsense"}, "PARAMETER_INVALID", "isrc", "CC-XXX-YY-NNNNN"),
        ("master", {"format": ["mp3"], "sample_rate": 96000}, "COMBINATION_UNSUPPORTED", "sample_rate", "96000"),
        ("master", {"target_lufs": True}, "PARAMETER_INVALID", "target_lufs", "a number"),
        ("master", {"limiter": {"release_ms": False}}, "PARAMETER_INVALID", "limiter.release_ms", "a number"),
        ("master", {"fold_down": 1.5}, "PARAMETER_INVALID", "fold_down", "true or false"),
        ("album", {"barcode": "1234567890123"}, "PARAMETER_INVALID", "barcode", "12 or 13 digits"),
        ("album", {"isrcs": ["nonsense"]}, "PARAMETER_INVALID", "isrcs.0", "CC-XXX-YY-NNNNN"),
        ("album", {"isrcs": ["GBAYE6900531", "GBAYE6900532"]}, "COMBINATION_UNSUPPORTED", "isrcs", "1"),
        ("album", {"join": True, "format": ["mp3"]}, "COMBINATION_UNSUPPORTED", "format", "wav or flac"),
    ],
)
def test_wrong_parameters_are_refused_before_anything_is_kept(mastering_door, capability, params, code, field, words):
    door = mastering_door
    before = assets_of(door), door.get("/jobs").json()["n_total"]
    answer = door.post(f"/jobs/{capability}/upload", files=UPLOAD, data={"params": json.dumps(params)})
    details = door.refusal(answer, 422, code)
    assert details["field"] == field
    assert words in json.dumps(details) + answer.json()["error"]["message"]
    assert (assets_of(door), door.get("/jobs").json()["n_total"]) == before


def test_all_doors_refuse_alike(mastering_door):
    door = mastering_door
    song = door.upload(b"no sound at all", "song.txt")["id"]
    wrong = {"mix": song, "preset": "wram"}
    door.refusal(door.post("/jobs/master", json={"params": wrong}), 422, "CHOICE_UNKNOWN")
    door.refusal(door.post("/batches/master", json={"items": [wrong]}), 422, "CHOICE_UNKNOWN")
    schedule = {"name": "nightly", "capability": "master", "params": wrong, "cron": "0 3 * * *"}
    door.refusal(door.post("/schedules", json=schedule), 422, "CHOICE_UNKNOWN")
    preset = {"capability": "master", "name": "mine", "params": {"preset": "wram"}}
    door.refusal(door.post("/presets", json=preset), 422, "CHOICE_UNKNOWN")
    origin = {"settings": json.dumps({"preset": "wram"})}
    before = assets_of(door)
    door.refusal(
        door.client.post("/api/processing/upload-and-process", files=UPLOAD, data=origin), 422, "CHOICE_UNKNOWN"
    )
    assert assets_of(door) == before


def test_a_preset_may_ask_for_a_reference_that_it_cannot_name(mastering_door):
    preset = {"capability": "master", "name": "like that one", "params": {"mode": "hybrid", "preset": "warm"}}
    assert mastering_door.post("/presets", json=preset).status_code == 201
    preset = {"capability": "master", "name": "like none", "params": {"mode": "hybrid", "preset": "wram"}}
    mastering_door.refusal(mastering_door.post("/presets", json=preset), 422, "CHOICE_UNKNOWN")


def test_material_that_is_not_there_is_told_before_the_file_is_kept(mastering_door):
    before = assets_of(mastering_door)
    answer = mastering_door.post("/jobs/master/upload", files=UPLOAD, data={"params": '{"reference": "nope"}'})
    mastering_door.refusal(answer, 404, "ASSET_NOT_FOUND")
    assert assets_of(mastering_door) == before


PYDANTIC = ("Input should", "Extra inputs", "permitted", "Field required", "String should", "parameter of the address")


@pytest.mark.parametrize(
    ("method", "path", "body", "field", "words"),
    [
        ("GET", "/jobs?limit=0", None, "limit", "at least 1"),
        ("GET", "/jobs?limit=1000", None, "limit", "at most 200"),
        ("GET", "/jobs?limit=many", None, "limit", "a whole number"),
        ("GET", "/jobs?state=happy", None, "state", "Choose one of: queued, processing"),
        ("GET", "/jobs?since=once", None, "since", "a time like"),
        ("GET", "/jobs?system=perhaps", None, "system", "true or false"),
        ("GET", "/jobs?q=" + "a" * 256, None, "q", "at most 255 characters"),
        ("GET", "/assets?sort=colour", None, "sort", "Choose one of: created_at"),
        ("GET", "/assets?kind=uplaod", None, "kind", "Did you mean 'upload'?"),
        ("GET", f"/jobs/{'a' * 65}", None, "job_id", "at most 64 characters"),
        ("POST", "/jobs/note", {"prams": {}}, "prams", "Did you mean 'params'?"),
        ("POST", "/jobs/note", {"priority": 1000}, "priority", "at most 100"),
        ("POST", "/jobs/note", {"params": []}, "params", "a group of parameters"),
        ("POST", "/jobs/note", {"run_at": "soon"}, "run_at", "a time like"),
        ("POST", "/jobs/note", {"label": 5}, "label", "text"),
        ("POST", "/batches/join", {"items": []}, "items", "at least 1 value"),
        ("POST", "/batches/join", {}, "items", "Give a value for items"),
        ("POST", "/jobs/clean-up", {"states": ["queued"]}, "states.0", "completed"),
    ],
)
def test_what_the_framework_finds_is_told_in_our_words(door, method, path, body, field, words):
    answer = door.client.request(method, f"/api/v1{path}", json=body)
    details = door.refusal(answer, 422, "REQUEST_INVALID")
    message = answer.json()["error"]["message"]
    assert details["field"] == field
    assert words in message + " " + details["remedy"]
    assert details["remedy"]
    assert details.get("bound") or "missing" in message
    assert not any(phrase in message + details["remedy"] for phrase in PYDANTIC)


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "image/png"])
def test_a_body_of_another_kind_is_refused_by_its_kind(door, kind):
    answer = door.post("/jobs/note", content=b'{"params": {}}', headers={"content-type": kind})
    assert door.refusal(answer, 415, "CONTENT_TYPE_UNSUPPORTED")["value"] == kind


def test_a_body_that_is_missing_or_no_object_is_told(door):
    json_kind = {"content-type": "application/json"}
    assert "missing" in door.post("/jobs/note", headers=json_kind).json()["error"]["message"]
    for body in (b"[]", b"5", b'"text"', b"null"):
        door.refusal(door.post("/jobs/note", content=body, headers=json_kind), 422, "REQUEST_INVALID")


@pytest.mark.parametrize("params", [{}, {"mix": None}, {"preset": "warm", "reference": "x"}])
def test_a_studio_works_on_what_it_is_given_and_makes_up_nothing(mastering_door, params):
    door = mastering_door
    before = door.get("/jobs").json()["n_total"], door.get("/schedules").json()
    asked = [
        ("/jobs/master", {"params": params}),
        ("/batches/master", {"items": [params]}),
        ("/schedules", {"name": "demo", "capability": "master", "params": params, "cron": "0 3 * * *"}),
    ]
    for place, body in asked:
        answer = door.post(place, json=body)
        assert door.refusal(answer, 422, "PARAMETER_INVALID")["field"] == "mix"
        assert "mix is missing" in answer.json()["error"]["message"]
    assert (door.get("/jobs").json()["n_total"], door.get("/schedules").json()) == before


def test_the_studio_says_that_it_must_be_given(mastering_door):
    [told] = [one for one in mastering_door.get("/capabilities").json()["items"] if one["name"] == "master"]
    assert told["params_schema"]["required"] == ["mix"]
    assert told["params_schema"]["properties"]["mix"]["type"] == "string"
    assert [option["name"] for option in told["options"] if option["is_required"]] == ["mix"]
    schemas = mastering_door.get("/openapi.json").json()["components"]["schemas"]
    assert schemas["MasterParams"]["required"] == ["mix"]
    assert schemas["MasterJobAsk"]["required"] == ["params"]
    assert "required" not in schemas["MasterBatchAsk"]["properties"]["params"]  # each item may name its own


@pytest.mark.parametrize(("query", "name", "remedy"), [("limt=5", "limt", "limit"), ("colour=red", "colour", "kind")])
def test_a_parameter_of_an_address_that_no_route_knows_is_refused(door, query, name, remedy):
    answer = door.client.get(f"/api/v1/assets?{query}")
    door.refusal(answer, 422, "REQUEST_INVALID")
    assert name in answer.json()["error"]["message"]
    assert remedy in answer.text


def test_addresses_of_the_page_keep_their_own_parameters(door):
    assert door.client.get("/?q=heard.wav").status_code == door.client.get("/").status_code


def test_broken_json_is_told_with_its_place(mastering_door):
    door = mastering_door
    answer = door.post("/jobs/master", content=b'{"params": {bad', headers={"content-type": "application/json"})
    details = door.refusal(answer, 422, "REQUEST_INVALID")
    assert (details["field"], details["bound"]) == ("body", "a JSON object")
    assert details["value"] == '{"params": {bad'
    assert "double quotes at character 13" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("place", "body", "field", "words"),
    [
        ("/jobs/master", {"mix": "x", "target_lufs": -9}, "mix", "mix and target_lufs are parameters of master"),
        ("/jobs/master", {"params": {"mix": "x"}, "target_lufs": -9}, "target_lufs", '{"target_lufs": -9}'),
        ("/results/master", {"mix": "x"}, "mix", 'Send {"params": {"mix": "x"}}.'),
        ("/batches/master", {"items": [{"mix": "x"}], "preset": "warm"}, "preset", "inside params"),
        ("/presets", {"capability": "master", "name": "n", "params": {}, "preset": "warm"}, "preset", "inside params"),
    ],
)
def test_parameters_beside_params_are_told_where_they_belong(mastering_door, place, body, field, words):
    answer = mastering_door.post(place, json=body)
    details = mastering_door.refusal(answer, 422, "REQUEST_INVALID")
    assert (details["field"], details["bound"]) == (field, "inside params")
    assert words in answer.json()["error"]["message"] + details["remedy"]


def test_what_no_capability_knows_is_told_as_before(mastering_door):
    answer = mastering_door.post("/jobs/master", json={"parms": {"mix": "x"}})
    assert "Did you mean 'params'?" in mastering_door.refusal(answer, 422, "REQUEST_INVALID")["remedy"]
    assert mastering_door.post("/jobs/nothing", json={"mix": "x"}).status_code in (404, 422)

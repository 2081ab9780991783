"""What all of the REST door has in common: versions, capabilities, presets, schedules, figures, the page."""

from __future__ import annotations

import gzip
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from tonmeister.core.errors import ParameterError
from tonmeister.surfaces.rest.app import make_app
from tonmeister.surfaces.rest.studio import read_secret

API = "/api/v1"
HERE = "http://127.0.0.1:8765"


@pytest.mark.parametrize("wanted", ["1", "v1", "1.0", "2, 1", "*"])
def test_a_version_that_is_spoken(door, wanted):
    answer = door.get("/build", headers={"accept-version": wanted})
    assert answer.status_code == 200
    assert answer.headers["tonmeister-version"] == "1"


@pytest.mark.parametrize("header", ["accept-version", "tonmeister-version"])
def test_a_version_that_is_not_spoken(door, header):
    answer = door.get("/build", headers={header: "2"})
    assert door.refusal(answer, 406, "VERSION_UNSUPPORTED")["bound"] == ["1"]
    assert answer.headers["tonmeister-version"] == "1"


def test_capabilities_are_projected(door):
    answer = door.get("/capabilities")
    assert [one["name"] for one in answer.json()["items"]] == list(door.studio.registry)
    one = door.get("/capabilities/join")
    data = one.json()
    assert data["asset_fields"] == ["first", "second"]
    assert data["params_schema"]["properties"]["name"]["default"] == "joined.txt"
    assert [option["kind"] for option in data["options"]] == ["asset", "asset", "text"]
    assert door.get("/capabilities/join", headers={"if-none-match": one.headers["etag"]}).status_code == 304
    door.refusal(door.get("/capabilities/nope"), 422, "CHOICE_UNKNOWN")


def test_bounds_and_units_reach_forms(mastering_door):
    options = {one["name"]: one for one in mastering_door.get("/capabilities/master").json()["options"]}
    target = options["target_lufs"]
    assert target["unit"] == "LUFS"
    assert target["bounds"] == {"low": -36, "high": -4, "excludes_low": False, "excludes_high": False}
    assert options["mode"]["choices"] == ["adaptive", "reference", "hybrid"]
    assert options["format"]["is_many"]


def test_own_presets(door):
    ask = {"capability": "note", "name": "Quiet", "params": {"text": "hush"}}
    made = door.post("/presets", json=ask)
    assert made.status_code == 201
    assert door.get("/presets?capability=note").json()["own"] == [made.json()]
    door.refusal(door.post("/presets", json=ask), 409, "NAME_TAKEN")
    door.refusal(door.post("/presets", json=ask | {"params": {"txt": 1}}), 422, "PARAMETER_INVALID")
    door.refusal(door.post("/presets", json=ask | {"capability": "nope"}), 422, "CHOICE_UNKNOWN")
    material = {"capability": "join", "name": "j", "params": {"first": "x"}}
    door.refusal(door.post("/presets", json=material), 422, "COMBINATION_UNSUPPORTED")
    assert door.post("/presets", json=material | {"params": {"name": "x.txt"}}).status_code == 201
    assert door.client.delete(f"{API}/presets/{made.json()['id']}").status_code == 204
    door.refusal(door.client.delete(f"{API}/presets/{made.json()['id']}"), 404, "PRESET_NOT_FOUND")


def test_schedules(door):
    ask = {"name": "nightly", "capability": "note", "params": {"text": "x"}, "cron": "0 3 * * *"}
    made = door.post("/schedules", json=ask)
    assert made.status_code == 201, made.text
    schedule = made.json()
    assert schedule["next_at"].endswith("03:00:00.000Z")
    assert schedule in door.get("/schedules").json()["items"]
    place = f"{API}/schedules/{schedule['id']}"
    assert door.client.patch(place, json={"is_enabled": False}).json()["is_enabled"] is False
    door.refusal(door.client.patch(place, json={}), 422, "REQUEST_INVALID")
    assert door.post("/schedules", json=ask | {"name": "x", "cron": "every day"}).status_code == 422
    assert door.client.delete(place).status_code == 204
    door.refusal(door.client.delete(place), 404, "SCHEDULE_NOT_FOUND")


def test_the_settings_hide_secrets(open_door):
    door = open_door(sentry_dsn="https://key@errors.example/1")
    told = door.get("/settings")
    assert "key@" not in told.text
    assert told.json()["limits"]["max_upload_mb"] == 4
    assert told.json()["limits"]["rate_limit_per_minute"] is None
    assert (told.json()["storage"], told.json()["database"]) == ("disk", "sqlite")


def test_analytics_count(working_door):
    working_door.wait(working_door.post("/jobs/note", json={"params": {"number": 801}}).json()["id"])
    found = working_door.get("/analytics?days=1").json()
    assert found["by_kind"]["note"]["by_state"]["completed"] >= 1
    assert found["per_day"][-1]["n_jobs"] >= 1
    working_door.refusal(working_door.get("/analytics?days=0"), 422, "REQUEST_INVALID")


def test_a_studio_without_its_page_names_the_command(door):
    page = TestClient(make_app(replace(door.studio, static=None)), base_url=HERE).get("/")
    assert page.status_code == 200
    assert "python tools/build_web.py" in page.text


@pytest.fixture
def page_client(door, tmp_path):
    folder = tmp_path / "static"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html>studio")
    (folder / ".fingerprint").write_text("x")
    (folder / "assets" / "app-1a2b.js").write_text("let a = 1")
    (folder / "assets" / "app-1a2b.js.gz").write_bytes(gzip.compress(b"let a = 1"))
    (tmp_path / "outside.txt").write_text("unreachable")
    return TestClient(make_app(replace(door.studio, static=folder)), base_url=HERE)


def test_the_page_is_served(page_client):
    assert page_client.get("/").text.endswith("studio")
    assert page_client.get("/jobs/some-id").text.endswith("studio")  # the page itself knows its addresses
    assert page_client.get("/").headers["cache-control"] == "no-cache"
    script = page_client.get("/assets/app-1a2b.js")
    assert script.text == "let a = 1"
    assert script.headers["content-encoding"] == "gzip"
    assert "immutable" in script.headers["cache-control"]
    assert script.headers["content-type"].startswith("text/javascript")
    plain = page_client.get("/assets/app-1a2b.js", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert page_client.head("/").status_code == 200


@pytest.mark.parametrize("path", ["/missing.js", "/api/nowhere", "/health/nowhere"])
def test_what_is_not_there_is_told_in_the_envelope(page_client, path):
    assert page_client.get(path).json()["error"]["code"] == "ROUTE_NOT_FOUND"


@pytest.mark.parametrize(
    "path", ["/../outside.txt", "/%2e%2e/outside.txt", "/.fingerprint", "/assets/..%2f..%2foutside.txt"]
)
def test_nothing_outside_of_the_page_is_served(page_client, path):
    assert "unreachable" not in page_client.get(path).text
    assert page_client.get(path).text != "x"


def test_a_secret_that_is_cut_short_is_refused(tmp_path):
    (tmp_path / "secret").write_bytes(b"short")
    with pytest.raises(ParameterError):
        read_secret(tmp_path)

"""The OpenAPI document: complete, true, and the one in the tree."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from tonmeister import app as composition
from tonmeister.surfaces.rest import models
from tonmeister.surfaces.rest.answers import asset_data, capability_data

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def document() -> dict:
    return composition.openapi()


def operations(document: dict) -> list[tuple[str, str, dict]]:
    return [(path, method, one) for path, methods in document["paths"].items() for method, one in methods.items()]


def test_the_document_in_the_tree_follows_from_the_code(document):
    written = json.loads((ROOT / "docs" / "reference" / "openapi.json").read_text(encoding="utf-8"))
    assert written == json.loads(json.dumps(document)), "run: python tools/build_openapi.py"


def test_the_tool_writes_the_same_bytes():
    sys_path = f"import sys; sys.path.insert(0, {str(ROOT / 'tools')!r}); import build_openapi; "
    done = subprocess.run(
        [sys.executable, "-c", sys_path + "sys.stdout.write(build_openapi.document())"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == (ROOT / "docs" / "reference" / "openapi.json").read_text(encoding="utf-8")


def test_every_operation_is_described(document):
    assert document["openapi"] == "3.1.0"
    tags = {tag["name"] for tag in document["tags"]}
    names = [one["operationId"] for _, _, one in operations(document)]
    assert len(names) == len(set(names))
    for path, method, one in operations(document):
        where = f"{method} {path}"
        assert one["summary"], where
        assert one["description"], where
        assert set(one["tags"]) <= tags, where
        assert one["responses"]["default"]["content"]["application/json"]["schema"]["$ref"].endswith("ErrorEnvelope")
        for status, response in one["responses"].items():
            assert response["description"], where
            for kind, content in response.get("content", {}).items():
                assert content["schema"], (where, status)
                if kind == "application/json":
                    assert content["example"], (where, status)
        for parameter in one.get("parameters", ()):
            assert parameter.get("description"), (where, parameter["name"])
        for kind, content in one.get("requestBody", {}).get("content", {}).items():
            assert content["schema"], where
            assert kind != "application/json" or content["example"], where


def test_examples_are_what_they_are_examples_of(document):
    resolved = {"components": document["components"]}
    for path, method, one in operations(document):
        contents = [response.get("content", {}) for response in one["responses"].values()]
        contents.append(one.get("requestBody", {}).get("content", {}))
        for content in contents:
            body = content.get("application/json")
            if body:
                jsonschema.validate(body["example"], body["schema"] | resolved), (method, path)


def test_references_lead_somewhere(document):
    text = json.dumps(document)
    named = set(re.findall(r'"#/components/schemas/([^"]+)"', text))
    assert named <= set(document["components"]["schemas"])


def test_each_capability_has_an_operation_of_its_own(document):
    for name, capability in composition.registry().items():
        body = document["paths"][f"/api/v1/jobs/{name}"]["post"]["requestBody"]["content"]["application/json"]
        ask = document["components"]["schemas"][body["schema"]["$ref"].rpartition("/")[2]]
        assert ask["properties"]["params"]["$ref"].endswith(capability.params.__name__)
        assert capability.result.__name__ in document["components"]["schemas"]


def test_answers_are_as_described(working_door):
    door = working_door
    job = door.wait(door.post("/jobs/note", json={"params": {"number": 501}}).json()["id"])
    models.JobData.model_validate(job)
    models.JobPage.model_validate(door.get("/jobs?results=true").json())
    models.EventList.model_validate(door.get(f"/jobs/{job['id']}/events").json())
    models.QueueData.model_validate(door.get("/queue").json())
    models.AnalyticsData.model_validate(door.get("/analytics?days=3").json())
    models.SettingsData.model_validate(door.get("/settings").json())
    models.BuildData.model_validate(door.get("/build").json())
    models.CapabilityList.model_validate(door.get("/capabilities").json())
    asset = door.upload()
    models.AssetData.model_validate(asset)
    models.AssetPage.model_validate(door.get("/assets").json())
    models.LinkData.model_validate(door.get(f"/assets/{asset['id']}/link").json())
    models.ErrorEnvelope.model_validate(door.get("/jobs/nope").json())
    models.AssetData.model_validate(json.loads(json.dumps(asset_data(door.studio.assets.get(asset["id"])))))


def test_answers_about_real_capabilities_are_as_described():
    for capability in composition.registry().values():
        data = json.loads(json.dumps(capability_data(capability), default=list))
        models.CapabilityData.model_validate(data)
        for option in data["options"]:
            assert option["text"], (capability.name, option["name"])


def test_the_server_gives_the_document_and_a_page_of_it(mastering_door, document):
    assert mastering_door.get("/openapi.json").json() == json.loads(json.dumps(document))
    page = mastering_door.client.get("/api/docs")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "<script" not in page.text
    assert "style-src 'self'" in page.headers["content-security-policy"]  # or the browser shows it without its style
    assert not re.search(r"(?:href|src)=.?(?:https?:)?//", page.text)
    for path, _, _ in operations(document):
        assert path in page.text
    assert mastering_door.client.get("/api/docs.css").headers["content-type"].startswith("text/css")

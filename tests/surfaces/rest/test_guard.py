"""The whole application behind its checks: no route is left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from surfaces.rest.small_server import TOKEN

OPEN = {"/health", "/health/live", "/health/ready", "/ready", "/api/health", "/api/v1/session", "/{path:path}"}
SIGNED = {"/api/v1/files/{asset_id}"}


def routes(app: Any) -> Iterator[tuple[str, str]]:
    """Yield method and path of everything that the application answers."""
    from fastapi.routing import iter_route_contexts

    for context in iter_route_contexts(app.routes):
        path = getattr(context, "path", None)
        for method in sorted(getattr(context, "methods", None) or {"GET"}):
            if path:
                yield method, path


def filled(path: str) -> str:
    return re.sub(r"{\w+(:path)?}", "1", path)


@pytest.fixture
def guarded(open_door):
    return open_door(shared_token=TOKEN)


def test_every_route_is_guarded_but_those_that_are_meant_to_be_open(guarded):
    found = set(routes(guarded.client.app))
    assert len(found) > 70
    paths = {path for _, path in found}
    assert paths >= OPEN | SIGNED | {"/metrics", "/mcp", "/api/v1/ws", "/api/v1/jobs/{capability}", "/api/upload"}
    for method, path in sorted(found):
        if method == "OPTIONS" or path.startswith("/api/v1/ws") or path == "/ws":
            continue
        query = "?expires=4102444800&signature=made-up" if path in SIGNED else ""
        status = guarded.client.request(method, filled(path) + query).status_code
        if path in OPEN:
            assert status != 401, (method, path)
        elif path in SIGNED:
            assert status == 403, (method, path)
        else:
            assert status == 401, (method, path)


def test_with_the_token_the_doors_open(guarded):
    headers = {"authorization": f"Bearer {TOKEN}"}
    for path in ("/queue", "/jobs", "/capabilities", "/build", "/openapi.json"):
        assert guarded.get(path, headers=headers).status_code == 200
    assert guarded.client.get("/metrics", headers=headers).status_code == 200
    job = guarded.post("/jobs/note", json={"params": {"text": "mine"}}, headers=headers).json()
    assert guarded.studio.workshop.job(job["id"]).owner == "shared"


def test_every_change_is_refused_to_other_sites(door):
    for method, path in sorted(set(routes(door.client.app))):
        if method in ("POST", "PUT", "PATCH", "DELETE"):
            answer = door.client.request(method, filled(path), headers={"origin": "https://evil.example"})
            door.refusal(answer, 403, "ORIGIN_REFUSED")


def test_every_answer_has_an_id_and_the_headers(door):
    for path in ("/", "/api/v1/queue", "/api/v1/nothing", "/api/v1/jobs/none", "/metrics", "/health"):
        headers = door.client.get(path).headers
        for name in ("request-id", "content-security-policy", "x-content-type-options", "referrer-policy"):
            assert name in headers, (path, name)


def test_jobs_carry_request_and_trace(door):
    trace = "0af7651916cd43dd8448eb211c80319c"
    headers = {"request-id": "mine", "traceparent": f"00-{trace}-b7ad6b7169203331-01"}
    job_id = door.post("/jobs/note", json={"params": {"text": "traced"}}, headers=headers).json()["id"]
    job = door.studio.workshop.job(job_id)
    assert job.request_id == "mine"
    assert job.trace["traceparent"][3:35] == trace


def test_the_quota_of_jobs_holds_at_every_door(open_door):
    door = open_door(shared_token=TOKEN, job_quota_per_hour=3)
    headers = {"authorization": f"Bearer {TOKEN}"}
    batch = {"items": [{"number": number} for number in range(4)]}
    details = door.refusal(door.post("/batches/note", json=batch, headers=headers), 429, "QUOTA_EXCEEDED")
    assert details["bound"] == "at most 3 an hour"
    for number in range(3):
        assert door.post("/jobs/note", json={"params": {"number": number}}, headers=headers).status_code == 202
    answer = door.post("/jobs/note", json={"params": {"number": 9}}, headers=headers)
    door.refusal(answer, 429, "QUOTA_EXCEEDED")
    assert 3500 < int(answer.headers["retry-after"]) <= 3600


def test_large_bodies_are_refused_where_no_file_is_expected(door):
    for path in ("/api/v1/jobs/note", "/api/v1/batches/note", "/api/v1/presets", "/mcp", "/api/processing/process"):
        answer = door.client.post(path, content=b"x" * (5 * 2**20), headers={"content-type": "application/json"})
        door.refusal(answer, 413, "BODY_TOO_LARGE")


def test_a_large_file_passes_the_checks(open_door):
    door = open_door(max_upload_mb=16)
    assert door.upload(b"x" * (9 * 2**20), "large.txt")["size_bytes"] == 9 * 2**20

"""HEAD, 405 and headers without end."""

from __future__ import annotations

import json
import socket

import pytest

from surfaces.live_server import live_server
from tonmeister.surfaces.rest.app import document_of, make_app
from tonmeister.surfaces.rest.protocol import MAX_HEAD_BYTES


def test_head_answers_like_get_without_a_body(working_door):
    door = working_door
    job = door.wait(door.post("/jobs/note", json={"params": {"number": 40}}).json()["id"])
    asset = door.upload(b"x" * 3_000_000)["id"]
    for path in (
        "/jobs", f"/jobs/{job['id']}", f"/jobs/{job['id']}/events", f"/jobs/{job['id']}/products.zip", "/queue",
        "/assets", f"/assets/{asset}", f"/assets/{asset}/file", f"/assets/{asset}/versions", "/capabilities",
        "/openapi.json", "/build", "/tags", "/jobs/nope", "/assets/nope/file", "/nope",
    ):  # fmt: skip
        got, head = door.get(path), door.client.head(f"/api/v1{path}")
        assert head.status_code == got.status_code, path
        assert head.content == b"", path
        same = ("content-type", "content-length", "etag", "accept-ranges", "content-disposition")
        assert [head.headers.get(name) for name in same] == [got.headers.get(name) for name in same], path
    assert door.client.head("/health").status_code == 200
    ranged = door.client.head(f"/api/v1/assets/{asset}/file", headers={"range": "bytes=0-9"})
    assert (ranged.status_code, ranged.headers["content-length"]) == (206, "10")


def test_head_does_not_read_the_file(working_door, monkeypatch):
    asset = working_door.upload(b"y" * 3_000_000)["id"]
    n_read = []
    read = working_door.studio.blobs.read

    def counted(*given):
        for piece in read(*given):
            n_read.append(len(piece))
            yield piece

    monkeypatch.setattr(type(working_door.studio.blobs), "read", lambda _self, *given: counted(*given))
    assert working_door.client.head(f"/api/v1/assets/{asset}/file").headers["content-length"] == "3000000"
    assert sum(n_read) <= 1 << 20


def test_every_address_names_all_its_methods(door):
    document = document_of(door.studio.registry, "1")
    for path, operations in document["paths"].items():
        if not path.startswith("/api/"):
            continue
        methods = {method.upper() for method in operations}
        if "GET" in methods:
            methods.add("HEAD")
        concrete = path.replace("{", "").replace("}", "").replace("/seg/n.flac", "/seg/1.flac")
        answer = door.client.request("TRACE", concrete.replace("samples_per_pixel.dat", "256.dat"))
        named = set(answer.headers["allow"].split(", "))
        assert answer.status_code == 405, path
        assert methods <= named, (path, named)
        assert door.refusal(answer, 405, "METHOD_NOT_ALLOWED")["bound"] == answer.headers["allow"].split(", ")


def test_an_address_that_only_takes_post_says_so_to_get(door):
    answer = door.get("/jobs/nope/cancel")
    assert answer.headers["allow"] == "POST"
    door.refusal(answer, 405, "METHOD_NOT_ALLOWED")


def test_what_is_no_address_is_none_whatever_the_method(door):
    for method in ("GET", "POST", "PUT", "DELETE"):
        answer = door.client.request(method, "/api/v1/no/such/thing")
        door.refusal(answer, 404, "ROUTE_NOT_FOUND")
        assert "allow" not in answer.headers
    assert door.client.post("/").headers["allow"] == "GET, HEAD"


@pytest.fixture(scope="module")
def port(working_door):
    with live_server(make_app(working_door.studio)) as number:
        yield number


def talk(port, *parts):
    """Send bytes as they are and return all that comes back."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        for part in parts:
            try:
                line.sendall(part)
            except (BrokenPipeError, ConnectionResetError):
                break
        got = b""
        while piece := line.recv(65536):
            got += piece
        return got


ASK = b"GET /api/v1/build HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n"


def is_refused(got):
    head, _, body = got.partition(b"\r\n\r\n")
    return head.startswith(b"HTTP/1.1 431 ") and json.loads(body)["error"]["code"] == "HEADER_TOO_LARGE"


def test_headers_up_to_the_bound_are_taken(port):
    assert talk(port, ASK + b"x-long: " + b"a" * (MAX_HEAD_BYTES - 300) + b"\r\n\r\n").startswith(b"HTTP/1.1 200 ")


def test_headers_above_the_bound_are_refused_with_the_envelope(port):
    assert is_refused(talk(port, ASK + b"x-long: " + b"a" * MAX_HEAD_BYTES + b"\r\n\r\n"))
    assert is_refused(talk(port, ASK + b"".join(b"x-%d: 1\r\n" % n for n in range(8000)) + b"\r\n"))
    assert is_refused(talk(port, b"GET /api/v1/jobs?q=" + b"a" * MAX_HEAD_BYTES + b" HTTP/1.1\r\nhost: a\r\n\r\n"))


def test_headers_without_an_end_are_not_held_in_memory(port):
    assert is_refused(talk(port, ASK + b"x-long: ", *[b"a" * 10_000] * 500))
    assert is_refused(talk(port, ASK, *[b"x-%d: 1\r\n" % n for n in range(20_000)]))


def test_a_long_head_after_a_good_request_and_one_that_opens_a_socket_are_refused(port):
    good = ASK.replace(b"close", b"keep-alive") + b"\r\n"
    got = talk(port, good, ASK + b"x-long: " + b"a" * MAX_HEAD_BYTES + b"\r\n\r\n")
    assert got.startswith(b"HTTP/1.1 200 ") or not got
    upgrade = b"connection: upgrade\r\nupgrade: websocket\r\nx-long: " + b"a" * MAX_HEAD_BYTES + b"\r\n\r\n"
    assert is_refused(talk(port, ASK.replace(b"connection: close\r\n", b"") + upgrade))


def test_bodies_are_no_headers(port):
    body = b"a" * (MAX_HEAD_BYTES * 3)
    head = b"POST /api/v1/jobs/note HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\ncontent-length: %d\r\n\r\n"
    assert talk(port, head % len(body), body).startswith(b"HTTP/1.1 4")
    assert not is_refused(talk(port, head % len(body) + body))


def test_what_is_no_http_is_told_in_the_envelope(port):
    head, _, body = talk(port, b"GARBAGE\r\n\r\n").partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert json.loads(body)["error"]["code"] == "REQUEST_INVALID"


def test_the_address_of_the_socket_says_what_it_is(door):
    answer = door.get("/ws")
    door.refusal(answer, 426, "REQUEST_INVALID")
    assert answer.headers["upgrade"] == "websocket"


def test_the_studio_s_own_tasks_are_no_capabilities(door):
    for path in ("jobs", "batches"):
        asked = door.post(f"/{path}/studio:clean-up", json={"items": [{}]} if path == "batches" else {})
        door.refusal(asked, 422, "CHOICE_UNKNOWN")
    schedule = {"name": "mine", "capability": "studio:clean-up", "params": {}, "cron": "0 3 * * *"}
    door.refusal(door.post("/schedules", json=schedule), 422, "CHOICE_UNKNOWN")

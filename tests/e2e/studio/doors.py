"""The doors of a studio as these tests use them: REST, tus and the WebSocket."""

from __future__ import annotations

import base64
import hashlib
import json
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
from websockets.sync.client import connect

from e2e.studio_process import Studio

API = "/api/v1"
ENDS = ("completed", "failed", "cancelled")
TUS = {"tus-resumable": "1.0.0"}
CHUNK = {**TUS, "content-type": "application/offset+octet-stream"}


class Doors(httpx.Client):
    """A client of one studio."""

    def __init__(self, studio: Studio):
        super().__init__(base_url=studio.url, timeout=30, transport=httpx.HTTPTransport(retries=3, trust_env=False))
        self.studio = studio

    # -- REST

    def read(self, path: str, **query: Any) -> Any:
        """Return what is there, as JSON."""
        answer = self.get(f"{API}{path}", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def begin(self, capability: str, params: dict[str, Any], **more: Any) -> dict[str, Any]:
        """Begin a job."""
        answer = self.post(f"{API}/jobs/{capability}", json={"params": params, **more})
        assert answer.status_code in (200, 202), answer.text
        return answer.json()

    def add(self, name: str, content: bytes) -> dict[str, Any]:
        """Upload a file in one request."""
        answer = self.post(f"{API}/assets", files={"file": (name, content)})
        assert answer.status_code == 201, answer.text
        assert answer.json()["sha256"] == hashlib.sha256(content).hexdigest()
        return answer.json()

    def add_prepared(self, name: str, content: bytes) -> dict[str, Any]:
        """Upload a file and wait until it can be heard."""
        return self.prepared(self.add(name, content)["id"])

    def prepared(self, asset_id: str) -> dict[str, Any]:
        """Wait until an asset can be heard, or cannot be."""
        return until(lambda: self.read(f"/assets/{asset_id}"), lambda asset: asset["state"] != "preparing")

    def job_in(self, job_id: str, *states: str, limit_s: float = 90.0) -> dict[str, Any]:
        """Wait until a job is in one of these states, or over."""
        return until(lambda: self.read(f"/jobs/{job_id}"), lambda job: job["state"] in (*states, *ENDS), limit_s)

    def done(self, job_id: str) -> dict[str, Any]:
        """Wait until a job is completed."""
        job = self.job_in(job_id, *ENDS)
        assert job["state"] == "completed", job["error"]
        return job

    def happened(self, job_id: str) -> list[str]:
        """Return what has happened to a job, without its progress."""
        items = self.read(f"/jobs/{job_id}/events")["items"]
        return [event["type"] for event in items if event["type"] != "progress"]

    def file(self, asset_id: str) -> bytes:
        """Download a file, from wherever the studio says."""
        answer = self.get(f"{API}/assets/{asset_id}/file", follow_redirects=True)
        assert answer.status_code == 200, answer.text
        return answer.content

    # -- tus

    def open_upload(self, name: str, n_bytes: int) -> str:
        """Begin an upload and return its address."""
        told = f"filename {base64.b64encode(name.encode()).decode()}"
        answer = self.post(f"{API}/uploads", headers={**TUS, "upload-length": str(n_bytes), "upload-metadata": told})
        assert answer.status_code == 201, answer.text
        return answer.headers["location"]

    def offset(self, upload: str) -> int:
        """Return how many bytes of an upload have arrived."""
        answer = self.head(upload, headers=TUS)
        assert answer.status_code == 200
        return int(answer.headers["upload-offset"])

    def append(self, upload: str, offset: int, content: bytes) -> httpx.Response:
        """Send bytes of an upload, and their sum."""
        checksum = f"sha256 {base64.b64encode(hashlib.sha256(content).digest()).decode()}"
        headers = {**CHUNK, "upload-offset": str(offset), "upload-checksum": checksum}
        return self.patch(upload, headers=headers, content=content)

    def append_cut_off(self, upload: str, offset: int, content: bytes, n_sent: int) -> None:
        """Send the first bytes and be cut off, as by a tunnel."""
        address = urlsplit(self.studio.url)
        head = [f"PATCH {upload} HTTP/1.1", f"host: {address.netloc}", f"content-length: {len(content)}"]
        head += [f"{name}: {value}" for name, value in {**CHUNK, "upload-offset": str(offset)}.items()]
        with socket.create_connection((address.hostname, address.port), timeout=10) as wire:
            wire.sendall("\r\n".join([*head, "", ""]).encode() + content[:n_sent])

    # -- WebSocket

    def events(self, job_id: str, limit_s: float = 90.0) -> Iterator[dict[str, Any]]:
        """Listen to a job from its first event to its last."""
        with connect(f"{self.studio.url.replace('http', 'ws', 1)}{API}/ws", proxy=None) as wire:
            wire.send(json.dumps({"type": "subscribe", "topic": "job", "id": job_id, "after": 0}))
            assert json.loads(wire.recv(timeout=10))["type"] == "subscribed"
            kind = None
            while kind not in ENDS:
                message = json.loads(wire.recv(timeout=limit_s))
                assert message["type"] == "event", message
                yield message
                kind = message["event"]

    def is_under_way(self, job_id: str, percent: float = 10.0) -> bool:
        """Wait until so much of a job is done; tell whether it is still being worked at."""
        for event in self.events(job_id):
            if event["data"].get("progress_percent", 0.0) >= percent:
                return event["event"] not in ENDS
        return False


def until(read: Callable[[], Any], is_so: Callable[[Any], bool], limit_s: float = 90.0) -> Any:
    """Read until it is so, and return what was read."""
    end = time.monotonic() + limit_s
    while True:
        found = read()
        if is_so(found):
            return found
        assert time.monotonic() < end, f"it is still: {json.dumps(found)[:2000]}"
        time.sleep(0.05)

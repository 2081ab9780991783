from __future__ import annotations

import contextlib
import json
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

import job_studio
from servers import migrated_sqlite  # noqa: F401 - a fixture
from tonmeister import app as composition
from tonmeister.jobs.book.rules import Rules
from tonmeister.jobs.running.supervisor import Supervisor
from tonmeister.settings import Settings
from tonmeister.surfaces.rest.app import make_app
from tonmeister.surfaces.rest.studio import Studio

HERE = "http://127.0.0.1:8765"
API = "/api/v1"


class Door:
    """A studio over the capabilities of the tests, and a client of its REST door."""

    def __init__(self, studio: Studio, client: TestClient):
        self.studio = studio
        self.client = client

    def get(self, path: str, **more: Any) -> Any:
        return self.client.get(API + path, **more)

    def post(self, path: str, **more: Any) -> Any:
        return self.client.post(API + path, **more)

    def upload(self, content: bytes = b"la la", name: str = "song.txt") -> dict[str, Any]:
        answer = self.post("/assets", files={"file": (name, content)})
        assert answer.status_code == 201, answer.text
        return answer.json()

    def refusal(self, answer: Any, status: int, code: str) -> dict[str, Any]:
        """Check that an answer is the one envelope, and return its details."""
        assert answer.status_code == status, answer.text
        body = answer.json()
        assert set(body) == {"success", "error", "timestamp"}
        assert body["success"] is False
        assert set(body["error"]) == {"code", "message", "details"}
        assert body["error"]["code"] == code
        assert body["error"]["message"]
        return body["error"]["details"]

    def wait(self, job_id: str, limit_s: float = 30.0) -> dict[str, Any]:
        until = time.monotonic() + limit_s
        while time.monotonic() < until:
            job = self.get(f"/jobs/{job_id}").json()
            if job["state"] in ("completed", "failed", "cancelled"):
                return job
            time.sleep(0.02)
        raise AssertionError(json.dumps(job))


def settings_for(folder: Path, **values: Any) -> Settings:
    return Settings(
        **{"data_folder": folder, "n_workers": 2, "n_job_slots": 2, "job_memory_mb": 2048, "max_upload_mb": 4, **values}
    )


@contextlib.contextmanager
def supervised(studio: Studio, source: str, preparer: str | None) -> Iterator[None]:
    """Have a supervisor do the studio's jobs, in a thread."""
    rules = Rules(lease_s=15.0, base_s=0.05, cap_s=0.2)
    supervisor = Supervisor(studio.settings, source, bus=studio.workshop.bus, preparer=preparer, rules=rules)
    stop = threading.Event()
    thread = threading.Thread(target=supervisor.run, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        supervisor.wake()
        thread.join(30)
        assert not thread.is_alive()


@contextlib.contextmanager
def open_studio_at(folder: Path, known: Any, preparer: str | None = None, **values: Any) -> Iterator[Door]:
    """Open a studio and a client of it."""
    settings = settings_for(folder, **values)
    with (
        composition.open_studio(settings, known=known, preparer=preparer) as studio,
        TestClient(make_app(studio), base_url=HERE, client=("127.0.0.1", 50000)) as client,
    ):
        yield Door(studio, client)


@pytest.fixture
def open_door(tmp_path, migrated_sqlite) -> Iterator[Callable[..., Door]]:  # noqa: F811 - the fixture
    """Open a studio of the tests' capabilities with settings of one's choice; nobody does its jobs."""
    (tmp_path / "data").mkdir()
    shutil.copy(migrated_sqlite, tmp_path / "data" / "tonmeister.db")
    with contextlib.ExitStack() as stack:
        yield lambda **values: stack.enter_context(open_studio_at(tmp_path / "data", job_studio.REGISTRY, **values))


@pytest.fixture
def door(open_door) -> Door:
    """A studio whose jobs nobody does."""
    return open_door()


@pytest.fixture(scope="module")
def working_door(tmp_path_factory) -> Iterator[Door]:
    """A studio whose jobs are done; the tests of a module share it."""
    with (
        open_studio_at(tmp_path_factory.mktemp("working"), job_studio.REGISTRY) as door,
        supervised(door.studio, job_studio.SOURCE, None),
    ):
        yield door


@pytest.fixture(scope="package")
def mastering_door(tmp_path_factory) -> Iterator[Door]:
    """A studio of all real capabilities, whose jobs are done."""
    with (
        open_studio_at(tmp_path_factory.mktemp("mastering"), None, composition.PREPARER) as door,
        supervised(door.studio, composition.REGISTRY, composition.PREPARER),
    ):
        yield door

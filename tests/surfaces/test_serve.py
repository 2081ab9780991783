"""``tonmeister serve`` as a process: its first line, its supervisor, its end."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tonmeister import app
from tonmeister.core.errors import ParameterError
from tonmeister.settings import Settings
from tonmeister.surfaces.cli.serve import listen, url_of, work


class Server:
    def __init__(self, process: subprocess.Popen[str], address: str):
        self.process = process
        self.address = address

    def call(self, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.address.rstrip("/") + path, data, {"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def until(self, what, limit_s: float = 30.0) -> Any:
        end = time.monotonic() + limit_s
        while time.monotonic() < end:
            with contextlib.suppress(urllib.error.HTTPError):
                if (found := what()) is not None:
                    return found
            time.sleep(0.1)
        raise AssertionError("it did not happen in time")


def environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TONMEISTER_")}
    return kept | {"TONMEISTER_DATA_FOLDER": str(folder / "data"), "TONMEISTER_N_JOB_SLOTS": "1"}


@contextlib.contextmanager
def serving(folder: Path, *arguments: str) -> Iterator[Server]:
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tonmeister", "serve", "--no-browser", "--port", "0", *arguments],
            env=environment(folder),
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    try:
        assert process.stdout is not None
        yield Server(process, process.stdout.readline().strip())
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_the_studio_starts_works_survives_and_stops(tmp_path):
    with serving(tmp_path) as server:
        assert server.address.startswith("http://127.0.0.1:"), (tmp_path / "log").read_text()
        first = server.until(lambda: next(iter(server.call("/api/v1/queue")["supervisors"]), None))
        assert server.call("/health/ready")["status"] == "ready"
        job = server.call("/api/v1/jobs/presets", {"params": {"kind": "tier"}})
        done = server.until(lambda: _if_done(server, job["id"]))
        assert done["state"] == "completed", done["error"]
        pid = _supervisor_of(server.process.pid)
        os.kill(pid, signal.SIGKILL)

        def another() -> str | None:
            ids = [one["id"] for one in server.call("/api/v1/queue")["supervisors"]]
            return next((found for found in ids if found != first["id"]), None)

        assert server.until(another)
        job = server.call("/api/v1/jobs/presets", {"params": {"kind": "platform"}})
        assert server.until(lambda: _if_done(server, job["id"]))["state"] == "completed"
        pid = _supervisor_of(server.process.pid)
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(20) == 0
        assert not Path(f"/proc/{pid}").exists()
        log = (tmp_path / "log").read_text()
        assert "Traceback" not in log, log


def _if_done(server: Server, job_id: str) -> Any:
    job = server.call(f"/api/v1/jobs/{job_id}")
    return job if job["state"] in ("completed", "failed") else None


def _supervisor_of(pid: int) -> int:
    children = Path(f"/proc/{pid}/task").glob("*/children")
    found = [int(child) for path in children for child in path.read_text().split()]
    return next(child for child in found if b"supervisor_process" in Path(f"/proc/{child}/cmdline").read_bytes())


def test_an_interrupt_stops_it_too(tmp_path):
    with serving(tmp_path, "--no-worker") as server:
        assert server.call("/health/live")["status"] == "healthy"
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(20) == 0
        assert "Traceback" not in (tmp_path / "log").read_text()


def test_a_network_is_refused_without_a_token(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "tonmeister", "serve", "--no-browser", "--host", "0.0.0.0"],
        env=environment(tmp_path),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2
    assert "TONMEISTER_SHARED_TOKEN" in done.stderr


def test_a_port_that_is_taken():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ParameterError, match="taken by another program"):
            listen("127.0.0.1", port, is_asked_for=True)
        with listen("127.0.0.1", port, is_asked_for=False) as other:
            assert port < other.getsockname()[1] <= port + 20


def test_an_address_that_is_not_ours():
    with pytest.raises(ParameterError, match="cannot listen"):
        listen("192.0.2.1", 0, is_asked_for=True)


@pytest.mark.parametrize(
    ("settings", "url"),
    [
        ({"port": 8765}, "http://127.0.0.1:8765/"),
        ({"host": "0.0.0.0", "port": 80}, "http://127.0.0.1:80/"),
        ({"host": "::1", "port": 1}, "http://[::1]:1/"),
        ({"public_url": "https://studio.example"}, "https://studio.example/"),
    ],
)
def test_the_address_that_is_told(settings, url):
    assert url_of(Settings(**settings)) == url


@pytest.mark.parametrize("command", ["serve", "work"])
def test_help_tells_the_options(command):
    done = subprocess.run(
        [sys.executable, "-m", "tonmeister", command, "--help"], capture_output=True, text=True, timeout=30
    )
    assert done.returncode == 0
    assert "--data-folder" in done.stdout


def test_a_worker_alone_makes_its_database_and_stops(tmp_path):
    with (tmp_path / "log").open("w") as log:
        worker = subprocess.Popen(
            [sys.executable, "-m", "tonmeister", "work"],
            env=environment(tmp_path),
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    try:
        assert worker.stdout is not None
        assert worker.stdout.readline().startswith("Working with 1 slots")
        with serving(tmp_path, "--no-worker") as server:
            job = server.call("/api/v1/jobs/presets", {"params": {"kind": "tier"}})
            assert server.until(lambda: _if_done(server, job["id"]))["state"] == "completed"
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(20) == 0
        assert "Traceback" not in (tmp_path / "log").read_text()
    finally:
        worker.kill()
        worker.wait()
        worker.stdout.close()


@pytest.mark.parametrize(
    ("arguments", "named", "not_named"),
    [
        (["serve", "--port", "99999"], "--port is '99999'", "TONMEISTER_PORT"),
        (["serve", "--port", "many"], "--port is 'many'", "TONMEISTER_PORT"),
        (["work", "--slots", "0"], "--slots is '0'", "TONMEISTER_N_JOB_SLOTS"),
    ],
)
def test_a_wrong_option_is_named_as_it_was_given(capsys, tmp_path, monkeypatch, arguments, named, not_named):
    monkeypatch.chdir(tmp_path)
    assert app.main(arguments) == 2
    told = capsys.readouterr().err
    assert named in told
    assert not_named not in told


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="says something to root alone")
def test_work_as_root_says_so_in_our_words(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(signal, "signal", lambda *_: None)

    def supervise(_settings, _stop):
        warnings.warn("You're running the worker with superuser privileges: this is not recommended!", stacklevel=1)

    with warnings.catch_warnings():
        assert work([], supervise=supervise) == 0  # a warning would be an error here
    assert "as root" in capsys.readouterr().err

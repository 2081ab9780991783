"""`tonmeister serve` as a process of its own, for tests through its doors."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Studio:
    """A running studio."""

    url: str
    folder: Path
    process: subprocess.Popen
    log: Path

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/health/ready", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    def log_text(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")


@contextlib.contextmanager
def studio_process(folder: Path, **variables: str) -> Iterator[Studio]:
    """Start a studio with a data folder of its own, wait until it is ready, and stop it in the end."""
    log = folder / "serve.log"
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "TONMEISTER_DATA_FOLDER": str(folder / "data"),
        "TONMEISTER_N_JOB_SLOTS": "2",
        "TONMEISTER_LOG_FORMAT": "json",
        **variables,
    }
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "tonmeister", "serve", "--no-browser", "--port", "0"],
            env=environment, cwd=folder, stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    try:
        yield _wait(folder, process, log)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)
            raise


def _wait(folder: Path, process: subprocess.Popen, log: Path) -> Studio:
    until = time.monotonic() + 90
    while time.monotonic() < until and process.poll() is None:
        if found := re.search(r"^(http://127\.0\.0\.1:\d+)/?$", log.read_text(), re.M):
            studio = Studio(found[1], folder, process, log)
            if studio.is_ready():
                return studio
        time.sleep(0.1)
    raise AssertionError(f"the studio does not start:\n{log.read_text()[-4000:]}")

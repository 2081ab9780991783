"""The studio as processes of its own, for tests by its doors: `tonmeister serve`, and `tonmeister work` beside it."""

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
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

COMMAND = [sys.executable, "-m", "tonmeister"]
START_S = 90.0


PROGRESS = re.compile(r"\S.*: \S.* \(\d+%, \d+ s\)")
"""What a command that takes 10 s or more tells of itself where no terminal is."""


def troubles(stderr: str) -> list[str]:
    """Return the lines on standard error that tell of more than progress."""
    return [line for line in stderr.splitlines() if not PROGRESS.fullmatch(line)]


class Studio:
    """A studio with a data folder of its own; started again, it keeps its port."""

    def __init__(self, folder: Path, variables: Mapping[str, str] | None = None, *, has_worker: bool = False):
        self.folder = folder
        self.log = folder / "serve.log"
        self.url = ""
        self.has_worker = has_worker
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "TONMEISTER_DATA_FOLDER": str(folder / "data"),
            "TONMEISTER_N_JOB_SLOTS": "2",
            "TONMEISTER_LOG_FORMAT": "json",
            **(variables or {}),
        }
        self._server: subprocess.Popen | None = None
        self._worker: subprocess.Popen | None = None
        self._port = "0"

    @property
    def process(self) -> subprocess.Popen:
        """The server."""
        assert self._server is not None
        return self._server

    @property
    def worker(self) -> subprocess.Popen:
        """The worker beside it."""
        assert self._worker is not None
        return self._worker

    def start(self) -> None:
        """Start the server, and the worker if there is none, and wait until both are ready."""
        self._server = self._launch(["serve", "--no-browser", "--port", self._port], self.log)
        try:
            self._await("the server", self.process, self.log, self._is_listening)
            if self.has_worker and self._worker is None:
                self.start_worker()
        except BaseException:
            self.kill_all()
            raise

    def start_worker(self) -> None:
        """Start a worker."""
        log = self.folder / f"work-{time.monotonic_ns()}.log"
        self._worker = self._launch(["work"], log)
        self._await("the worker", self.worker, log, lambda: "Working with" in _read(log))

    def _launch(self, arguments: list[str], log: Path) -> subprocess.Popen:
        with log.open("a") as out:
            return subprocess.Popen(
                [*COMMAND, *arguments],
                env=self.environment, cwd=self.folder, stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip

    def _await(self, what: str, process: subprocess.Popen, log: Path, is_there: Callable[[], bool]) -> None:
        until = time.monotonic() + START_S
        while time.monotonic() < until and process.poll() is None:
            if is_there():
                return
            time.sleep(0.05)
        raise AssertionError(f"{what} does not start:\n{_read(log)[-4000:]}")

    def _is_listening(self) -> bool:
        found = re.findall(r"^(http://127\.0\.0\.1:(\d+))/?$", _read(self.log), re.M)
        if not found:
            return False
        self.url, self._port = found[-1]
        return self.is_ready()

    def is_ready(self) -> bool:
        """Tell whether the server takes requests and all that it needs is there."""
        try:
            with urllib.request.urlopen(f"{self.url}/health/ready", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    def log_text(self) -> str:
        """Return what the server, its supervisor and the workers have written."""
        return "".join(_read(path) for path in [self.log, *sorted(self.folder.glob("work-*.log"))])

    def supervisor_pid(self) -> int:
        """Return the process number of the server's own supervisor."""
        for path in Path(f"/proc/{self.process.pid}/task").glob("*/children"):
            for pid in path.read_text().split():
                if b"supervisor_process" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    return int(pid)
        raise AssertionError("the server has no supervisor")

    def kill(self) -> None:
        """End the server as a power cut does; the worker goes on."""
        self.process.kill()
        self.process.wait(10)

    def kill_worker(self) -> None:
        """End the worker as a power cut does."""
        self.worker.kill()
        self.worker.wait(10)
        self._worker = None

    def stop(self) -> None:
        """Stop everything as an administrator does; raise if it does not stop."""
        running = [one for one in (self._server, self._worker) if one is not None and one.poll() is None]
        for process in running:
            process.send_signal(signal.SIGTERM)
        try:
            for process in running:
                process.wait(30)
        except subprocess.TimeoutExpired:
            self.kill_all()
            raise
        self._worker = None

    def kill_all(self) -> None:
        """End everything at once; a supervisor sees that its server is gone."""
        for process in (self._server, self._worker):
            if process is not None and process.poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait(10)
        self._worker = None

    def run(self, *arguments: str) -> subprocess.CompletedProcess:
        """Run the command line with the settings of this studio."""
        return subprocess.run(
            [*COMMAND, *arguments],
            env=self.environment, cwd=self.folder, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


@contextlib.contextmanager
def studio_process(
    folder: Path, *, has_worker: bool = False, variables: Mapping[str, str] | None = None
) -> Iterator[Studio]:
    """Start a studio with a data folder of its own, wait until it is ready, and stop it in the end."""
    studio = Studio(folder, variables, has_worker=has_worker)
    studio.start()
    try:
        yield studio
    finally:
        studio.stop()

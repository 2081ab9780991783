"""The studio in a real browser: a server of its own for these tests, and Debian's Chromium.

The browser is started here and not by the plugin's fixtures, because those keep an event loop running to the end of
the session, in which other tests could not start one.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]


@dataclass
class Studio:
    """A running server with a data folder of its own."""

    folder: Path
    url: str = ""
    process: subprocess.Popen | None = None
    port: int = 0

    def start(self) -> None:
        """Start `tonmeister serve` and wait until it answers."""
        log = self.folder / "serve.log"
        with log.open("a") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tonmeister", "serve", "--no-browser", "--port", str(self.port)],
                env={
                    **os.environ,
                    "TONMEISTER_DATA_FOLDER": str(self.folder / "data"),
                    "TONMEISTER_N_JOB_SLOTS": "2",
                },
                cwd=self.folder,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        until = time.monotonic() + 60
        while time.monotonic() < until:
            if self.process.poll() is not None:
                break
            found = re.findall(r"^(http://127\.0\.0\.1:(\d+))/?$", log.read_text(), re.M)
            if found and self._answers(found[-1][0]):
                self.url, self.port = found[-1][0], int(found[-1][1])
                return
            time.sleep(0.1)
        self.stop()
        raise RuntimeError(f"The server did not start:\n{log.read_text()[-3000:]}")

    def _answers(self, url: str) -> bool:
        try:
            with urllib.request.urlopen(f"{url}/health/ready", timeout=2) as answer:
                return answer.status == 200
        except OSError:
            return False

    def kill(self) -> None:
        """End the server as a power cut does."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(10)

    def stop(self) -> None:
        """Stop it as Ctrl-C does."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(10)


@dataclass
class Faults:
    """What went wrong in the page; a test names what it provokes."""

    found: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def expect(self, pattern: str) -> None:
        """Let errors pass that this pattern finds."""
        self.expected.append(pattern)

    def left(self) -> list[str]:
        return [fault for fault in self.found if not any(re.search(pattern, fault) for pattern in self.expected)]


@pytest.fixture(scope="package")
def built_page() -> Path:
    """The built page, made anew if its sources changed."""
    with (Path(tempfile.gettempdir()) / "tonmeister-web-build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = subprocess.run(
            [sys.executable, ROOT / "tools" / "build_web.py"], capture_output=True, text=True, check=False
        )
    if done.returncode != 0 and "needs Node" in done.stderr:
        pytest.skip("no Node to build the page with")
    assert done.returncode == 0, done.stdout + done.stderr
    static = ROOT / "src" / "tonmeister" / "static"
    if not (static / "index.html").is_file():
        pytest.skip("built without the page (TONMEISTER_WITHOUT_WEB)")
    return static


@pytest.fixture(scope="package")
def chromium():
    """Debian's Chromium, without a window."""
    executable = next(
        (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
    )
    if executable is None:
        pytest.skip("Chromium is not installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def studio(built_page, tmp_path_factory) -> Iterator[Studio]:
    """A server for all tests of this folder."""
    running = Studio(tmp_path_factory.mktemp("studio"))
    running.start()
    yield running
    running.stop()


@pytest.fixture
def faults() -> Faults:
    """Errors on the console and exceptions in the page."""
    return Faults()


@pytest.fixture
def page(chromium, studio, faults, request):
    """A fresh page (1440 by 900, dark) that fails the test if anything goes wrong in it."""
    context = chromium.new_context(
        base_url=studio.url, viewport={"width": 1440, "height": 900}, color_scheme="dark", accept_downloads=True
    )
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.on(
        "console",
        lambda message: (
            faults.found.append(f"{message.text} ({message.location.get('url', '')})")
            if message.type == "error"
            else None
        ),
    )
    page.on("pageerror", lambda error: faults.found.append(f"exception: {error}"))
    yield page
    left = faults.left()
    context.close()
    assert not left, left


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core."""
    path = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
    if not path.is_file():
        pytest.skip("axe-core is not installed: npm ci in web/")
    return path.read_text(encoding="utf-8")

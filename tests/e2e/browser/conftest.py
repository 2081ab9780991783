"""The studio in a real browser: a server of its own for these tests, and Debian's Chromium.

The browser is started here and not by the plugin's fixtures, because those keep an event loop running to the end of
the session, in which other tests could not start one.
"""

from __future__ import annotations

import fcntl
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from e2e.studio_process import Studio
from e2e.variants import running_studio, variants

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


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "browsed" in metafunc.fixturenames:
        metafunc.parametrize("browsed", variants(metafunc.config, "local"), scope="package")


@pytest.fixture(scope="package")
def studio(browsed, built_page, tmp_path_factory, request) -> Iterator[Studio]:
    """A studio for all tests of this folder; it is another one only if ``--studio`` says so, to save time."""
    with running_studio(browsed, tmp_path_factory.mktemp(browsed), request) as running:
        yield running


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


@pytest.fixture
def recorder(chromium, studio, faults):
    """A page that may run the recorder too, which the studio's own policy on scripts forbids."""
    context = chromium.new_context(base_url=studio.url, viewport={"width": 1440, "height": 900}, bypass_csp=True)
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.on("console", lambda told: faults.found.append(told.text) if told.type == "error" else None)
    page.on("pageerror", lambda error: faults.found.append(f"exception: {error}"))
    yield page
    context.close()
    assert not faults.left(), faults.left()


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core."""
    path = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
    if not path.is_file():
        pytest.skip("axe-core is not installed: npm ci in web/")
    return path.read_text(encoding="utf-8")

"""Fixtures for all tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("where").addoption(
        "--studio",
        choices=("local", "cluster", "both"),
        help="The studio of the tests through its doors: local (SQLite, disk), cluster (PostgreSQL, Redis, Celery, S3) "
        "or both, the default; in the browser the default is local.",
    )
    group = parser.getgroup("how long")
    group.addoption("--fuzz-seconds", type=int, default=40, help="How long requests made from OpenAPI are sent.")
    group.addoption("--damaged-files", type=int, default=36, help="How many damaged audio files are uploaded.")


@pytest.fixture(scope="session")
def shared_audio() -> Path:
    """The folder of real recordings, beside the checkout or where TONMEISTER_SHARED_AUDIO says."""
    folder = Path(os.environ.get("TONMEISTER_SHARED_AUDIO", ROOT.parent / "shared" / "audio"))
    if not (folder / "manifest.csv").is_file():
        pytest.skip("the folder of real recordings (shared/audio) is not here")
    return folder

"""Through the doors only: whole processes, as a person starts them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from e2e.studio_process import COMMAND
from servers import postgres, redis_url, s3_endpoint  # noqa: F401 - fixtures


@pytest.fixture
def place(tmp_path, monkeypatch) -> Path:
    """An empty folder to work in, and a folder of its own for temporary files."""
    scratch, folder = tmp_path / "scratch", tmp_path / "place"
    scratch.mkdir()
    folder.mkdir()
    monkeypatch.setenv("TONMEISTER_TEMPORARY_FOLDER", str(scratch))
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def tonmeister(place) -> Callable[..., subprocess.CompletedProcess]:
    """Run the command line in a process of its own."""

    def run(*arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [*COMMAND, *map(str, arguments)], capture_output=True, text=True, cwd=place, timeout=120, check=False,
            env={**os.environ, "COLUMNS": "120"},
        )  # fmt: skip

    return run

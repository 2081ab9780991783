from __future__ import annotations

from pathlib import Path

import pytest

from sample_studio import find
from tonmeister.jobs.runner import Runner
from tonmeister.settings import Settings

TESTS = Path(__file__).resolve().parent.parent


@pytest.fixture
def place(tmp_path, monkeypatch) -> Path:
    """An empty folder to work in; worker processes find the sample studio."""
    folder = tmp_path / "place"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PYTHONPATH", str(TESTS))
    return folder


@pytest.fixture
def scratch(tmp_path) -> Path:
    """The folder that temporary files go to."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder


@pytest.fixture
def runner(scratch) -> Runner:
    return Runner(Settings(n_workers=2, temporary_folder=scratch), find)


@pytest.fixture
def song(place) -> Path:
    path = place / "in" / "song.txt"
    path.parent.mkdir()
    path.write_text("la la")
    return path

from __future__ import annotations

from pathlib import Path

import pytest

from sample_studio import REGISTRY, find
from tonmeister.core.outline import Outline
from tonmeister.jobs.runner import Runner
from tonmeister.settings import Settings
from tonmeister.surfaces.cli.main import main

TESTS = Path(__file__).resolve().parent.parent


@pytest.fixture
def place(tmp_path, monkeypatch) -> Path:
    """An empty folder to work in with two songs; worker processes find the sample studio."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(TESTS))
    (tmp_path / "a.txt").write_text("la")
    (tmp_path / "b.txt").write_text("lo")
    return tmp_path


@pytest.fixture
def open_runner():
    return lambda: Runner(Settings(n_workers=2), find)


@pytest.fixture
def cli(place, open_runner, capsys):
    """Run the command line over the sample studio; returns exit code, standard output and standard error."""

    def run(*arguments: str) -> tuple[int, str, str]:
        outlines = {name: Outline(name, member.summary, "sample_studio") for name, member in REGISTRY.items()}
        code = main(arguments, outlines=outlines, find=find, open_runner=open_runner, version="1.2.3")
        told = capsys.readouterr()
        return code, told.out, told.err

    return run

"""Steps kept by content between two runs on this machine."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from pathlib import Path

import pytest

import sample_studio
from sample_studio import TWICE, find
from tonmeister.jobs.runner import Runner

TESTS = Path(__file__).resolve().parent.parent


@pytest.fixture
def keeping(runner, tmp_path):
    return Runner(dataclasses.replace(runner.settings, steps_folder=tmp_path / "kept", max_steps_mb=1), find)


@pytest.fixture
def no_copying(monkeypatch):
    def refuse(params, ctx):
        raise AssertionError("the step was done again")

    return lambda: monkeypatch.setattr(sample_studio, "copy", refuse)


def twice(runner, song, **options) -> str:
    return Path(runner.run_here(TWICE, {"source": song}, **options).copies[0]).read_text()


def test_a_step_is_done_once_whatever_the_file_is_called_outside(keeping, song, no_copying, tmp_path, place):
    assert twice(keeping, song) == "la lala la"
    no_copying()
    assert twice(keeping, song) == "la lala la"
    moved = tmp_path / "elsewhere" / Path(song).name
    moved.parent.mkdir()
    moved.write_text("la la")
    assert twice(keeping, moved) == "la lala la"


def test_without_the_setting_nothing_is_kept(runner, song, no_copying):
    twice(runner, song)
    no_copying()
    with pytest.raises(AssertionError, match="again"):
        twice(runner, song)


def test_another_content_is_another_step(keeping, song, no_copying):
    twice(keeping, song)
    Path(song).write_text("do re")
    no_copying()
    with pytest.raises(AssertionError, match="again"):
        twice(keeping, song)


@pytest.mark.parametrize("harm", ["gone", "cut", "entry"])
def test_what_is_damaged_is_done_again(keeping, song, tmp_path, harm):
    twice(keeping, song)
    (kept,) = (tmp_path / "kept" / "files").iterdir()
    (entry,) = (tmp_path / "kept" / "entries").iterdir()
    if harm == "gone":
        kept.unlink()
    elif harm == "cut":
        kept.write_text("la")
    else:
        entry.write_text("{")
    assert twice(keeping, song) == "la lala la"
    assert kept.read_text() == "la la"


def test_a_result_that_the_user_changes_changes_nothing_that_is_kept(keeping, song, no_copying, place):
    made = Path(keeping.run_here(TWICE, {"source": song}).copies[0])
    with made.open("a") as file:
        file.write("mine")
    no_copying()
    assert twice(keeping, song) == "la lala la"


def test_no_more_is_kept_than_allowed_and_the_oldest_goes(keeping, song, tmp_path, no_copying):
    for letter in "abc":
        Path(song).write_text(letter * 200_000)
        twice(keeping, song)
        sizes = [path.stat().st_size for path in (tmp_path / "kept").rglob("*") if path.is_file()]
        assert sum(sizes) <= 1 << 20
    no_copying()
    assert twice(keeping, song) == "c" * 400_000


KILLED = """
import os, sys
import sample_studio
from tonmeister.jobs.runner import Runner
from tonmeister.settings import Settings
from pathlib import Path

def twice(params, ctx):
    ctx.run("copy", {"source": params.source})
    os.kill(os.getpid(), 9)

sample_studio.twice = twice
settings = Settings(n_workers=1, steps_folder=Path(sys.argv[2]), max_steps_mb=1)
Runner(settings, sample_studio.find).run_here(sample_studio.TWICE, {"source": sys.argv[1]})
"""


def test_a_process_that_is_killed_goes_on_after_the_step_it_had_finished(keeping, song, tmp_path, no_copying):
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(song), str(tmp_path / "kept")], cwd=TESTS, check=False, timeout=60
    )
    assert done.returncode == -9
    no_copying()
    assert twice(keeping, song) == "la lala la"

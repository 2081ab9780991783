from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from capabilities.mastering.songs import write
from tonmeister.app import capability
from tonmeister.capabilities.mastering.params import AlbumResult, MasterResult
from tonmeister.jobs.runner import Runner
from tonmeister.settings import Settings

Master = Callable[..., MasterResult]
Album = Callable[..., AlbumResult]


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Runner:
    return Runner(Settings(n_workers=1, temporary_folder=tmp_path_factory.mktemp("scratch")), capability)


@pytest.fixture(scope="module")
def master(runner: Runner, tmp_path_factory: pytest.TempPathFactory) -> Master:
    """Master a file, or sound given as an array; each master goes to a folder of its own."""
    numbers = itertools.count()

    def run(
        mix: Path | np.ndarray, *, sample_rate_in: int = 44100, name: str = "song.wav", **params: Any
    ) -> MasterResult:
        folder = tmp_path_factory.mktemp(f"master{next(numbers)}")
        path = write(folder / "in" / name, mix, sample_rate_in) if isinstance(mix, np.ndarray) else mix
        wanted = {"mix": str(path), "report": False} | params
        result = runner.run_here(capability("master"), wanted, output=f"{folder}/out/")
        assert isinstance(result, MasterResult)
        return result

    return run


@pytest.fixture(scope="module")
def album(runner: Runner, tmp_path_factory: pytest.TempPathFactory) -> Album:
    """Master an album from paths."""
    numbers = itertools.count()

    def run(mixes: list[Path], **params: Any) -> AlbumResult:
        folder = tmp_path_factory.mktemp(f"album{next(numbers)}")
        wanted = {"mixes": [str(path) for path in mixes], "report": False} | params
        result = runner.run_here(capability("album"), wanted, output=f"{folder}/out/")
        assert isinstance(result, AlbumResult)
        return result

    return run


@pytest.fixture(scope="session")
def demo_song(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shortest demo song, unmastered."""
    place = tmp_path_factory.mktemp("demo")
    made = Runner(Settings(n_workers=1, temporary_folder=place), capability).run_here(
        capability("demo"), {"duration_s": 15}, output=f"{place}/demo/"
    )
    return Path(made.mix)  # type: ignore[attr-defined]

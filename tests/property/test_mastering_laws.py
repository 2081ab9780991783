"""Laws of mastering that hold for any song."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest

from capabilities.mastering.songs import Sound, level_dbfs, make_song, peak_dbfs, read, write
from tonmeister.app import capability
from tonmeister.core.errors import CancelledError
from tonmeister.jobs.runner import Runner
from tonmeister.settings import Settings

Master = Callable[..., Path]


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Runner:
    return Runner(Settings(n_workers=1, temporary_folder=tmp_path_factory.mktemp("scratch")), capability)


@pytest.fixture
def master(runner: Runner, tmp_path: Path) -> Master:
    """Master sound and return the folder of what was made."""

    def run(mix: Sound, place: str, **params: Any) -> Path:
        path = write(tmp_path / place / "in" / "song.wav", mix)
        wanted = {"mix": str(path), "report": False} | params
        runner.run_here(capability("master"), wanted, output=f"{tmp_path / place / 'out'}/")
        return tmp_path / place / "out"

    return run


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("level_db", [-26.0, -6.0, 6.0])
def test_the_level_of_the_mix_does_not_matter(master: Master, seed: int, level_db: float) -> None:
    song = make_song(4.0, seed=seed)
    a, b = (
        read(master(mix, place, bit_depth=32, target_lufs=-12.0) / "song-master.wav")
        for place, mix in (("a", song), ("b", (song * 10 ** (level_db / 20)).astype(np.float32)))
    )
    assert level_dbfs(a) > -30
    assert level_dbfs(a - b) < level_dbfs(a) - 100


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_swapping_the_channels_commutes(master: Master, seed: int) -> None:
    song = make_song(4.0, seed=seed)
    a, b = (
        read(master(mix, place, bit_depth=32, target_lufs=-11.0, preset="warm") / "song-master.wav")
        for place, mix in (("a", song), ("b", song[::-1].copy()))
    )
    assert peak_dbfs(a[0] - a[1]) > -30
    assert peak_dbfs(a - b[::-1]) < -100


@pytest.mark.parametrize("seed", [1, 2])
def test_following_a_reference_keeps_the_laws(master: Master, tmp_path: Path, seed: int) -> None:
    """Neither level nor order of the channels matters, also where the width is fitted to the sound."""
    song = make_song(4.0, seed=seed)
    model = make_song(4.0, seed=5)
    middle = model.mean(axis=0)
    reference = write(tmp_path / "ref.wav", (middle + 0.4 * (model - middle)).astype(np.float32))
    plain, soft, swapped = (
        read(master(mix, place, bit_depth=32, reference=str(reference), target_lufs=-14.0) / "song-master.wav")
        for place, mix in (("a", song), ("b", song * np.float32(0.05)), ("c", song[::-1].copy()))
    )
    assert level_dbfs(plain) > -30
    assert level_dbfs(plain - soft) < level_dbfs(plain) - 100
    assert peak_dbfs(plain[0] - plain[1]) > -30
    assert peak_dbfs(plain - swapped[::-1]) < -100


def test_two_runs_give_the_same_files(master: Master) -> None:
    song = make_song(3.0)
    formats = ("wav", "flac", "mp3", "ogg", "opus", "m4a")
    a, b = (
        master(song, place, format=formats, bit_depth=16, saturation={"drive_db": 3}, tier="fine") for place in "ab"
    )
    for suffix in formats:
        first, second = ((folder / f"song-master.{suffix}").read_bytes() for folder in (a, b))
        assert len(first) > 1000
        assert first == second, suffix


def test_cancelling_at_any_moment_leaves_nothing(runner: Runner, tmp_path: Path) -> None:
    mix = write(tmp_path / "in" / "song.wav", make_song(2.0))
    params = {"mix": str(mix), "format": ("wav", "mp3"), "bit_depth": 16, "check_codec": ("mp3-320",)}
    told: list[float] = []
    runner.run_here(
        capability("master"), params, output=f"{tmp_path}/whole/", on_progress=lambda fraction, _: told.append(fraction)
    )
    assert len(list((tmp_path / "whole").iterdir())) == 4
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert len(told) > 12
    scratch = Path(str(runner.settings.temporary_folder))
    for n_steps in range(0, len(told) - 2, max(1, len(told) // 12)):
        cancel = Event()
        steps = itertools.count()

        def stop(
            _fraction: float, _stage: str, n: int = n_steps, event: Event = cancel, steps: Iterator[int] = steps
        ) -> None:
            if next(steps) >= n:
                event.set()

        with pytest.raises(CancelledError):
            runner.run_here(capability("master"), params, output=f"{tmp_path}/out/", on_progress=stop, cancel=cancel)
        left = list((tmp_path / "out").rglob("*")) if (tmp_path / "out").exists() else []
        assert not left, f"after step {n_steps} of {len(told)}"
        assert not list(scratch.iterdir())

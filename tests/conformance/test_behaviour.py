"""Every capability behaves: progress, cancelling, same seed same output, odd material, nothing left after a failure."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import pytest

from conformance.examples import arguments
from tonmeister import app
from tonmeister.core.errors import AudioTooLongError, CancelledError, InputError, TonmeisterError
from tonmeister.jobs.runner import Runner
from tonmeister.settings import Settings

AUDIO = {".wav", ".flac", ".mp3", ".ogg", ".opus", ".m4a", ".aiff"}
MATERIAL = {
    "silence": {"level": 0.0},
    "mono": {"n_channels": 1},
    "one sample": {"duration_s": 1 / 44100},
    "short": {"duration_s": 0.05},
    "half a second": {"duration_s": 0.5},
    "low rate": {"sample_rate": 8000},
    "odd rate": {"sample_rate": 37123, "duration_s": 1.0},
    "high rate": {"sample_rate": 192000, "duration_s": 0.6},
    "5.1": {"n_channels": 6, "duration_s": 1.0},
    "full scale": {"level": 1.0},
}


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file()) if folder.exists() else []


def test_progress_rises_to_one(capability, runner, make_song, tmp_path):
    seen = []
    runner.run_here(
        capability, arguments(capability, make_song("song")), output=f"{tmp_path}/out/",
        on_progress=lambda fraction, stage: seen.append((fraction, stage)),
    )  # fmt: skip
    fractions = [fraction for fraction, _ in seen]
    assert fractions == sorted(fractions)
    assert fractions[0] >= 0.0
    assert fractions[-1] == 1.0
    assert all(stage for _, stage in seen)


def test_the_result_is_data_and_can_be_shown(capability, runner, make_song, tmp_path):
    result = runner.run_here(capability, arguments(capability, make_song("song")), output=f"{tmp_path}/out/")
    assert isinstance(result, capability.result)
    text = result.model_dump_json()
    json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    assert capability.result.model_validate_json(text).model_dump_json() == text
    digest = result.digest()
    assert digest.rows or digest.sentences
    assert all(len(row) == len(digest.columns) and all(isinstance(cell, str) for cell in row) for row in digest.rows)


def test_the_same_work_gives_the_same_sound(capability, runner, make_song, tmp_path):
    given = arguments(capability, make_song("song"))
    for attempt in ("one", "two"):
        runner.run_here(capability, given, output=f"{tmp_path}/{attempt}/")
    first, second = files(tmp_path / "one"), files(tmp_path / "two")
    assert [path.name for path in first] == [path.name for path in second]
    for one, two in zip(first, second, strict=True):
        if one.suffix in AUDIO:
            assert one.read_bytes() == two.read_bytes()


@pytest.mark.parametrize("after_s", [0.0, 0.1, 0.4])
def test_cancelling_ends_it_within_a_second_and_leaves_nothing(capability, lone_runner, make_song, tmp_path, after_s):
    given = arguments(capability, make_song("long", duration_s=8))
    cancel = threading.Event()
    cancelled_at = []

    def stop() -> None:
        cancelled_at.append(time.monotonic())
        cancel.set()

    timer = threading.Timer(after_s, stop)
    timer.start()
    try:
        lone_runner.run_here(capability, given, output=f"{tmp_path}/out/", cancel=cancel)
    except CancelledError:
        assert time.monotonic() - cancelled_at[0] < 1.0
        assert not files(tmp_path / "out")
    finally:
        timer.cancel()
        timer.join()
    assert not files(tmp_path / "scratch")


@pytest.mark.parametrize("kind", MATERIAL)
def test_odd_material_gives_a_result_or_an_error_of_the_tree(capability, runner, make_song, tmp_path, kind):
    song = make_song(kind.replace(" ", "-"), **MATERIAL[kind])
    try:
        result = runner.run_here(capability, arguments(capability, song), output=f"{tmp_path}/out/")
    except TonmeisterError as error:
        assert isinstance(error, InputError), error
        assert error.remedy, error
        assert not files(tmp_path / "out")
    else:
        json.loads(result.model_dump_json(), parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    assert not files(tmp_path / "scratch")


@pytest.mark.parametrize("kind", ["longest"])
def test_the_longest_audio_that_is_accepted_is_a_setting(capability, make_song, tmp_path, kind):
    strict = Runner(Settings(n_workers=1, max_duration_s=1.0), app.capability)
    with pytest.raises(AudioTooLongError):
        strict.run_here(capability, arguments(capability, make_song("song")), output=f"{tmp_path}/out/")
    assert not files(tmp_path / "out")


@pytest.mark.parametrize("kind", ["missing", "empty", "text", "cut"])
def test_bad_material_gives_an_error_of_the_tree_and_leaves_nothing(capability, runner, make_song, tmp_path, kind):
    path = tmp_path / f"{kind}.wav"
    if kind != "missing":
        path.write_bytes({"empty": b"", "text": b"la la la " * 99, "cut": make_song("song").read_bytes()[:30]}[kind])
    with pytest.raises(InputError) as caught:
        runner.run_here(capability, arguments(capability, path), output=f"{tmp_path}/out/")
    assert caught.value.remedy
    assert not files(tmp_path / "out")
    assert not files(tmp_path / "scratch")

"""Many pieces of work in worker processes."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from sample_studio import COPY, CopyResult
from tonmeister.core.errors import AudioSilentError, CancelledError, CombinationError, FileMissingError, InternalError


@pytest.fixture
def songs(place):
    made = []
    for number in range(5):
        path = place / f"song{number}.txt"
        path.write_text(f"la {number}")
        made.append(path)
    return made


def items(songs, **of_one):
    """One item a song; ``of_one`` maps s<number> to its behaviour."""
    return [{"source": str(song), "behaviour": of_one.get(f"s{number}", "copy")} for number, song in enumerate(songs)]


def test_results_keep_the_order_and_a_failing_item_its_place(runner, songs, scratch):
    seen = {}
    answers = runner.run_batch(
        COPY,
        [*items(songs, s1="fail", s3="fault"), {"source": "nowhere.txt"}],
        on_progress=lambda index, fraction, stage: seen.setdefault(index, []).append(fraction),
    )
    assert [type(answer) for answer in answers] == [
        CopyResult, AudioSilentError, CopyResult, InternalError, CopyResult, FileMissingError,
    ]  # fmt: skip
    assert [answers[k].text for k in (0, 2, 4)] == ["la 0", "la 2", "la 4"]
    assert answers[1].remedy == "Take another."
    assert "ZeroDivisionError" in str(answers[3])
    assert seen[0][-1] == 1.0
    assert not list(scratch.iterdir())


def test_a_crash_costs_only_its_own_item(runner, songs, scratch):
    answers = runner.run_batch(COPY, items(songs, s0="crash", s2="crash"))
    assert [isinstance(answer, InternalError) for answer in answers] == [True, False, True, False, False]
    assert "SIGABRT" in str(answers[0])
    assert not list(scratch.iterdir())


def test_two_inputs_of_one_name_get_two_outputs(runner, place):
    for folder in ("a", "b"):
        (place / folder).mkdir()
        (place / folder / "song.txt").write_text(folder)
    answers = runner.run_batch(COPY, [{"source": f"{folder}/song.txt"} for folder in "ab"], output="out/")
    assert sorted(Path(answer.copies[0]).name for answer in answers) == ["song-copy-2.txt", "song-copy.txt"]
    assert [Path(answer.copies[0]).read_text() for answer in answers] == ["a", "b"]


def test_one_file_name_does_not_fit_many_inputs(runner, songs):
    with pytest.raises(CombinationError, match=r"out\.txt/"):
        runner.run_batch(COPY, items(songs), output="out.txt")


@pytest.mark.parametrize("behaviour", ["wait", "stubborn"])
def test_cancelling_ends_all_within_a_second(runner, songs, place, scratch, behaviour):
    cancel = threading.Event()
    begun = set()

    def report(index, fraction, stage):
        begun.add(index)
        if len(begun) == 2:
            cancel.set()

    began = []

    def watch():
        cancel.wait(30)
        began.append(time.monotonic())

    watcher = threading.Thread(target=watch)
    watcher.start()
    with pytest.raises(CancelledError):
        runner.run_batch(
            COPY, [{"source": str(song), "behaviour": behaviour} for song in songs], on_progress=report, cancel=cancel
        )
    ended = time.monotonic()
    watcher.join()
    assert ended - began[0] < 1.0
    assert sorted(path.name for path in place.iterdir()) == [song.name for song in songs]
    assert not list(scratch.iterdir())


def test_workers_share_the_cores_and_calculate_in_one_thread(runner, songs):
    assert runner.run_batch(COPY, []) == []
    assert runner.with_workers(7).settings.n_cores == 7
    assert "OMP_NUM_THREADS" not in os.environ or os.environ["OMP_NUM_THREADS"]

"""Steps side by side: results in order, one mean progress, one failure ends all, a shared step is done once."""

from __future__ import annotations

import threading
import time

import pytest

from tonmeister.core.errors import CancelledError, ParameterError
from tonmeister.jobs.abreast import run_abreast


def test_results_come_in_the_order_of_the_steps():
    def run(name, params, *, tell=None):
        time.sleep(0.05 if name == "slow" else 0)
        return name, params["n"]

    steps = [("slow", {"n": 1}), ("quick", {"n": 2}), ("quick", {"n": 3})]
    assert run_abreast(run, steps, 2, None) == [("slow", 1), ("quick", 2), ("quick", 3)]
    assert run_abreast(run, [], 2, None) == []


def test_as_many_run_at_once_as_there_are_workers():
    running, most, lock = [0], [0], threading.Lock()

    def run(name, params, *, tell=None):
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        time.sleep(0.05)
        with lock:
            running[0] -= 1

    run_abreast(run, [("a", {})] * 6, 3, None)
    assert most[0] == 3


def test_progress_is_the_mean_and_never_falls():
    seen = []

    def run(name, params, *, tell):
        for part in (0.25, 0.5, 1.0):
            tell(part, name)

    run_abreast(run, [("a", {}), ("b", {})], 2, lambda fraction, stage: seen.append(fraction))
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    assert len(seen) == 6


def test_a_failure_ends_the_others_and_is_what_is_raised():
    ended = []

    def run(name, params, *, tell):
        if name == "bad":
            raise ParameterError("No.", remedy="None.")
        try:
            for _ in range(1000):
                tell(0.5, name)
                time.sleep(0.005)
        except CancelledError:
            ended.append(name)
            raise

    with pytest.raises(ParameterError):
        run_abreast(run, [("good", {}), ("bad", {}), ("late", {})], 2, None)
    assert ended == ["good"]


def test_who_cancels_is_heard():
    def tell(fraction, stage):
        raise CancelledError("Enough.")

    with pytest.raises(CancelledError):
        run_abreast(lambda name, params, *, tell: tell(0.5, name), [("a", {}), ("b", {})], 2, tell)


def test_each_result_is_told_as_soon_as_it_is_there():
    told, first = [], threading.Event()

    def run(name, params, *, tell=None):
        if name == "slow":
            assert first.wait(30), "the quick step's result was held back"
        return name

    def each(number, result):
        told.append((number, result))
        first.set()

    run_abreast(run, [("slow", {}), ("quick", {})], 2, None, each)
    assert told == [(1, "quick"), (0, "slow")]

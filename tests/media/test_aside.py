"""Sound heard aside: in order, beside who brings it, its errors told, nothing heard after the end."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from tonmeister.media.aside import MOST_WAITING, Aside


@pytest.mark.parametrize("n_workers", [1, 2])
def test_all_is_heard_in_order(n_workers):
    heard: list[float] = []
    with Aside(lambda block: heard.append(float(block[0, 0])), n_workers) as aside:
        assert aside.is_beside == (n_workers > 1)
        for number in range(50):
            aside.push(np.full((1, 4), number, np.float32))
        aside.finish()
    assert heard == list(range(50))


def test_it_is_heard_in_another_thread_and_no_more_than_a_few_blocks_late():
    go_on, threads = threading.Event(), []

    def hear(block):
        assert go_on.wait(30)
        threads.append(threading.get_ident())

    with Aside(hear, 2) as aside:
        for _ in range(MOST_WAITING):
            aside.push(np.zeros((1, 1), np.float32))
        assert threads == []
        go_on.set()
        aside.push(np.zeros((1, 1), np.float32))
        assert threads
        aside.finish()
    assert len(threads) == MOST_WAITING + 1
    assert threading.get_ident() not in threads


@pytest.mark.parametrize("n_workers", [1, 2])
def test_what_the_listener_raises_reaches_who_brings(n_workers):
    def hear(block):
        raise ValueError("not a number")

    with Aside(hear, n_workers) as aside, pytest.raises(ValueError, match="not a number"):
        aside.push(np.zeros((1, 1), np.float32))
        aside.finish()


def test_after_an_exception_the_rest_is_not_heard():
    begun, go_on, heard = threading.Event(), threading.Event(), []

    def hear(block):
        begun.set()
        assert go_on.wait(30)
        heard.append(block)

    def bring():
        with Aside(hear, 2) as aside:
            for _ in range(3):
                aside.push(np.zeros((1, 1), np.float32))
            assert begun.wait(30)
            threading.Timer(0.05, go_on.set).start()
            raise KeyError

    with pytest.raises(KeyError):
        bring()
    assert len(heard) == 1

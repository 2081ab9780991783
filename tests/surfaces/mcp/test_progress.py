"""Progress to the client of an assistant: nothing noted last is lost, whatever the moment at which the work ends."""

from __future__ import annotations

import asyncio

import pytest

from loops import run_async
from tonmeister.surfaces.mcp.progress import Telling


def test_a_word_on_its_way_when_the_work_ends_is_told_whole():
    told = []

    async def tell(percent, _total, message):
        await asyncio.sleep(0.01)  # the pipe is slow: the work ends while this word is under way
        told.append((percent, message))

    async def work():
        async with Telling(tell) as telling:
            telling.note(100.0, "measure")
            await asyncio.sleep(0.005)

    run_async(work)
    assert told == [(100.0, "measure")]


def test_what_is_noted_just_before_the_end_is_told_last_and_rising():
    told = []

    async def tell(percent, _total, _message):
        told.append(percent)

    async def work():
        async with Telling(tell) as telling:
            for percent in (0.0, 40.0, 30.0, 99.0):
                telling.note(percent, "work")
                await asyncio.sleep(0)
            await asyncio.sleep(0.01)
            telling.note(100.0, "work")

    run_async(work)
    assert told[-1] == 100.0
    assert told == sorted(set(told))


def test_work_that_fails_tells_no_end():
    told = []

    async def tell(percent, _total, _message):
        told.append(percent)

    async def work():
        async with Telling(tell) as telling:
            await asyncio.sleep(0)
            telling.note(50.0, "work")
            raise ValueError("a fault")

    with pytest.raises(ValueError, match="a fault"):
        run_async(work)
    assert told == []

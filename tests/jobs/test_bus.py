"""Messages between processes: quick where the service is there, and no trouble where it is not."""

from __future__ import annotations

import json
import time
from contextlib import closing

import pytest

from servers import Proxy, free_port, running_redis
from tonmeister.core.errors import MissingPartError
from tonmeister.jobs.bus import MAX_MESSAGE_BYTES, LocalBus, encode, open_bus
from tonmeister.jobs.bus_remote import PostgresBus, RedisBus

MESSAGE = {"seq": 1, "topic": "job", "id": "a", "type": "progress", "data": {"state": "processing", "text": "ä"}}


def test_a_listener_hears_until_it_leaves():
    bus = LocalBus()
    heard: list[dict] = []
    leave = bus.subscribe(heard.append)
    bus.publish(MESSAGE)
    leave()
    bus.publish(MESSAGE)
    assert heard == [MESSAGE]


def test_a_listener_that_fails_does_not_hinder_others(caplog):
    bus = LocalBus()
    heard: list[dict] = []

    def fail(_message):
        raise ValueError("no")

    bus.subscribe(fail)
    bus.subscribe(heard.append)
    bus.publish(MESSAGE)
    bus.publish(MESSAGE)
    assert len(heard) == 2
    assert len(caplog.records) == 1


def test_links_carry_what_is_published_but_not_what_came_over_them():
    bus = LocalBus()
    sent: list[dict] = []
    detach = bus.attach(sent.append)
    bus.publish(MESSAGE)
    bus.receive(MESSAGE)
    detach()
    bus.publish(MESSAGE)
    assert sent == [MESSAGE]


def test_a_link_that_is_cut_is_no_trouble():
    def cut(_message):
        raise BrokenPipeError

    bus = LocalBus()
    bus.attach(cut)
    bus.publish(MESSAGE)


def test_large_messages_go_without_their_data():
    large = {**MESSAGE, "data": {"state": "failed", "revision": 3, "text": "x" * MAX_MESSAGE_BYTES}}
    told = json.loads(encode(large))
    assert told == {**MESSAGE, "data": {"state": "failed", "revision": 3, "is_shortened": True}}
    assert json.loads(encode(MESSAGE)) == MESSAGE


def hears(bus, others, limit_s: float = 60.0) -> None:
    """Send numbered messages over ``bus`` until each of the others has heard one within half a second."""
    heard: dict[int, list[dict]] = {index: [] for index in range(len(others))}
    leave = [other.subscribe(heard[index].append) for index, other in enumerate(others)]
    until = time.monotonic() + limit_s
    number = 0
    try:
        while time.monotonic() < until:
            number += 1
            began = time.monotonic()
            bus.publish({**MESSAGE, "seq": number})
            while time.monotonic() - began < 0.5:
                if all(any(message["seq"] == number for message in found) for found in heard.values()):
                    return
                time.sleep(0.002)
    finally:
        for end in leave:
            end()
    raise AssertionError(f"not heard within {limit_s} s: {heard}")


@pytest.mark.parametrize("kind", ["redis", "postgresql"])
def test_messages_reach_other_processes(kind, request):
    if kind == "redis":
        url = request.getfixturevalue("redis_url")
        first, second = RedisBus(url), open_bus(url, "sqlite://")
    else:
        url = request.getfixturevalue("jobs_postgres")
        first, second = PostgresBus(url), open_bus("postgresql", url)
    with closing(first), closing(second):
        hears(first, [first, second])
        hears(second, [first, second])


@pytest.mark.parametrize("kind", ["redis", "postgresql"])
def test_a_bus_finds_its_way_back(kind, request):
    url = request.getfixturevalue("redis_url" if kind == "redis" else "jobs_postgres")
    port = url.partition("127.0.0.1:")[2].partition("/")[0]
    proxy = Proxy(int(port))
    through = url.replace(port, str(proxy.port))
    bus = RedisBus(through) if kind == "redis" else PostgresBus(through)
    other = RedisBus(url) if kind == "redis" else PostgresBus(url)
    with closing(bus), closing(other):
        hears(bus, [other])
        hears(other, [bus])
        proxy.cut()
        for _ in range(100):
            bus.publish(MESSAGE)  # nobody waits, nothing fails
        proxy.mend()
        hears(bus, [other])
        hears(other, [bus])
        proxy.cut()


def test_a_bus_whose_service_is_not_there_costs_nothing():
    bus = RedisBus(f"redis://127.0.0.1:{free_port()}/0")
    began = time.monotonic()
    for _ in range(1000):
        bus.publish(MESSAGE)
    assert time.monotonic() - began < 1.0
    bus.close()


def test_a_bus_over_the_database_needs_postgresql():
    with pytest.raises(MissingPartError, match="another"):
        open_bus("postgresql", "sqlite:///x")


def test_a_server_that_is_started_later_is_found():
    with running_redis() as url:
        bus = RedisBus(url)
        hears(bus, [bus])
        bus.close()

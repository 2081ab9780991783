"""What happens is told over the WebSocket: each event once, in order, whatever the bus does."""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from loops import run_async
from surfaces.live_server import live_server
from surfaces.rest.studio_parts import open_workshop
from tonmeister.store.tables import BLOBS, EVENTS, JOBS
from tonmeister.surfaces.ws import door
from tonmeister.surfaces.ws.client import MAX_WAITING, Client
from tonmeister.surfaces.ws.hub import Hub


@pytest.fixture(scope="module")
def studio(tmp_path_factory):
    with open_workshop(tmp_path_factory.mktemp("studio")) as workshop:
        with workshop.database.write() as connection:
            connection.execute(sa.insert(BLOBS).values(sha256="a" * 64, size_bytes=5, created_at=1.0))
        app = FastAPI()
        app.include_router(door.router)
        hub = door.install(app, workshop, poll_s=0.1)
        with live_server(app) as port:
            yield workshop, hub, port


@pytest.fixture
def workshop(studio):
    return studio[0]


@pytest.fixture
def hub(studio):
    return studio[1]


class Listener:
    def __init__(self, socket):
        self._socket = socket

    def say(self, **message) -> None:
        self._socket.send(json.dumps(message))

    def hear(self, timeout_s: float = 5.0) -> dict:
        return json.loads(self._socket.recv(timeout=timeout_s))

    def ask(self, **message) -> dict:
        self.say(**message)
        return self.hear()

    def hear_nothing(self, wait_s: float = 0.3) -> None:
        with pytest.raises(TimeoutError):
            self.hear(wait_s)


@pytest.fixture
def line(studio):
    @contextmanager
    def open_line():
        with connect(f"ws://127.0.0.1:{studio[2]}/api/v1/ws") as socket:
            yield Listener(socket)

    return open_line


@pytest.fixture
def job(workshop):
    asset = workshop.add_asset("a" * 64, 5, "song.txt")
    return workshop.submit("copy", {"source": asset.id})


def note(workshop, job_id: str, kind: str, **data) -> int:
    """Write an event as another process does, whose bus does not reach this one."""
    with workshop.database.write() as connection:
        return connection.execute(
            sa.insert(EVENTS).values(job_id=job_id, type=kind, data=data, at=time.time()).returning(EVENTS.c.seq)
        ).scalar_one()


def test_a_job_is_followed_to_its_end(workshop, line, job):
    with line() as listener:
        told = listener.ask(type="subscribe", topic="job", id=job.id)
        assert told["type"] == "subscribed"
        assert told["data"]["state"] == "queued"
        workshop.cancel(job.id)
        events = [listener.hear(), listener.hear()]
        assert [event["event"] for event in events] == ["cancel_asked", "cancelled"]
        assert events[1]["data"]["state"] == "cancelled"
        assert {event["id"] for event in events} == {job.id}
        assert told["seq"] < events[0]["seq"] < events[1]["seq"]
        assert listener.ask(type="ping") == {"type": "pong"}


def test_what_was_missed_is_told_again_once_and_in_order(workshop, line, job):
    with line() as first:
        told = first.ask(type="subscribe", topic="job", id=job.id)
    workshop.cancel(job.id)
    with line() as again:
        assert again.ask(type="subscribe", topic="job", id=job.id, after=told["seq"])["type"] == "subscribed"
        assert [again.hear()["event"], again.hear()["event"]] == ["cancel_asked", "cancelled"]
        workshop.retry(job.id)
        assert again.hear()["event"] == "retried"
        again.hear_nothing()


def test_who_missed_too_much_reads_anew(workshop, line, job):
    for number in range(205):
        note(workshop, job.id, "progress", progress_percent=number / 10)
    with line() as listener:
        listener.ask(type="subscribe", topic="job", id=job.id, after=0)
        assert listener.hear() == {"type": "resync_required", "topic": "job", "id": job.id}


def test_events_that_the_bus_loses_or_swaps_are_told_in_order(workshop, line, job):
    with line() as listener:
        listener.ask(type="subscribe", topic="job", id=job.id)
        seqs = [note(workshop, job.id, "progress", state="processing", progress_percent=n) for n in range(4)]
        for n in (2, 1, 3, 3):
            data = {"state": "processing", "progress_percent": n}
            workshop.bus.publish({"seq": seqs[n], "topic": "job", "id": job.id, "type": "progress", "data": data})
        heard = [listener.hear() for _ in range(4)]
        assert [event["seq"] for event in heard] == seqs
        assert [event["data"]["progress_percent"] for event in heard] == [0, 1, 2, 3]
        listener.hear_nothing()


def test_messages_that_were_shortened_are_read_whole(workshop, line, job):
    with line() as listener:
        listener.ask(type="subscribe", topic="job", id=job.id)
        seq = note(workshop, job.id, "failed", state="failed", error={"code": "X", "message": "long"})
        data = {"state": "failed", "is_shortened": True}
        workshop.bus.publish({"seq": seq, "topic": "job", "id": job.id, "type": "failed", "data": data})
        assert listener.hear()["data"]["error"]["message"] == "long"


def test_progress_without_a_number_goes_out_at_once_with_the_time_left(workshop, line, job):
    with line() as listener:
        listener.ask(type="subscribe", topic="job", id=job.id)
        note(workshop, job.id, "started", state="processing")
        assert listener.hear()["event"] == "started"
        time.sleep(0.2)
        data = {"state": "processing", "progress_percent": 20.0, "message": "limiting", "revision": 3}
        workshop.bus.publish({"seq": None, "topic": "job", "id": job.id, "type": "progress", "data": data})
        event = listener.hear()
        assert event["seq"] is None
        assert event["data"] | {"eta_s": 0} == data | {"eta_s": 0}
        assert 0.6 <= event["data"]["eta_s"] <= 20.0


def test_progress_that_the_database_tells_late_is_not_told(workshop, line, job):
    def tell(percent: float) -> None:
        data = {"state": "processing", "progress_percent": percent}
        workshop.bus.publish({"seq": None, "topic": "job", "id": job.id, "type": "progress", "data": data})

    with line() as listener:
        listener.ask(type="subscribe", topic="job", id=job.id)
        tell(30.0)
        late = note(workshop, job.id, "progress", state="processing", progress_percent=20.0)
        note(workshop, job.id, "lease_lost", state="queued", progress_percent=0.0)
        heard = [listener.hear() for _ in range(2)]
        assert [event["event"] for event in heard] == ["progress", "lease_lost"]
        assert heard[1]["seq"] > late
        tell(5.0)  # begun anew
        assert listener.hear()["data"]["progress_percent"] == 5.0


def test_topics_queue_library_and_all_jobs(workshop, line):
    with line() as listener:
        for topic in ("queue", "library", "job"):
            assert listener.ask(type="subscribe", topic=topic)["topic"] == topic
        asset = workshop.add_asset("a" * 64, 5, "other.txt")
        event = listener.hear()
        assert (event["topic"], event["event"], event["id"]) == ("library", "asset_added", asset.id)
        job = workshop.submit("copy", {"source": asset.id})
        heard = {(event["topic"], event["event"], event["id"]): event for event in (listener.hear(), listener.hear())}
        assert set(heard) == {("job", "created", job.id), ("queue", "created", None)}
        assert heard["queue", "created", None]["data"]["job_id"] == job.id
        listener.ask(type="subscribe", topic="job", id=job.id)
        assert listener.ask(type="unsubscribe", topic="queue")["type"] == "unsubscribed"
        workshop.cancel(job.id)
        assert [listener.hear()["event"], listener.hear()["event"]] == ["cancel_asked", "cancelled"]
        listener.hear_nothing()


def test_the_words_of_the_processing_engine(workshop, line, job):
    with line() as listener:
        told = listener.ask(type="subscribe_job_progress", job_id=job.id)
        facts = {"job_id": job.id, "progress": 0.0, "message": "", "status": "queued"}
        assert told == {"type": "job_progress", **facts, "data": facts}
        data = {"state": "processing", "progress_percent": 65.0, "message": "Applying EQ..."}
        workshop.bus.publish({"seq": None, "topic": "job", "id": job.id, "type": "progress", "data": data})
        told = listener.hear()
        assert told["type"] == "job_progress"
        assert told["data"]["progress"] == told["progress"] == 65.0
        assert told["data"]["message"] == "Applying EQ..."


def test_the_words_of_the_transcription_service(workshop, line, job):
    with line() as listener:
        assert listener.ask(type="subscribe:job", job_id=job.id)["type"] == "progress:update"
        with workshop.database.write() as connection:
            connection.execute(sa.update(JOBS).where(JOBS.c.id == job.id).values(state="completed", result={"n": 1}))
        note(workshop, job.id, "completed", state="completed")
        assert listener.hear() == {"type": "job:complete", "job_id": job.id, "result": {"n": 1}}
        assert listener.ask(type="subscribe:job", job_id=job.id)["type"] == "job:complete"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("no json", "REQUEST_INVALID"),
        ("[]", "REQUEST_INVALID"),
        ('{"type":"dance"}', "REQUEST_INVALID"),
        ('{"type":"subscribe","topic":"secrets"}', "REQUEST_INVALID"),
        ('{"type":"subscribe","topic":"job","id":5}', "REQUEST_INVALID"),
        ('{"type":"subscribe","topic":"job","id":"x","after":-1}', "REQUEST_INVALID"),
        ('{"type":"subscribe","topic":"job","id":"x"}', "JOB_NOT_FOUND"),
        ('{"type":"subscribe_job_progress","job_id":"x"}', "JOB_NOT_FOUND"),
    ],
)
def test_what_makes_no_sense_is_told_and_the_line_stays(line, text, code):
    with line() as listener:
        listener._socket.send(text)
        told = listener.hear()
        assert (told["type"], told["error"]["code"]) == ("error", code)
        assert listener.ask(type="ping") == {"type": "pong"}


@pytest.mark.parametrize("message", ["x" * 5000, b"\x00\x01"])
def test_too_much_at_once_ends_the_line(line, message):
    with line() as listener:
        listener._socket.send(message)
        with pytest.raises(ConnectionClosed) as told:
            listener.hear()
        assert told.value.rcvd.code == 1008


def test_a_talker_is_cut_off(line):
    with line() as listener, pytest.raises(ConnectionClosed):
        for _ in range(1200):
            listener.say(type="ping")
        for _ in range(1200):
            listener.hear()


def test_nothing_is_left_when_all_have_gone(workshop, hub, line, job):
    with line() as one, line() as two:
        one.ask(type="subscribe", topic="job", id=job.id)
        two.ask(type="subscribe", topic="queue")
        assert hub.n_connections == 2
        assert len(workshop.bus._listeners._all) == 1
    deadline = time.monotonic() + 5
    while hub.n_connections and time.monotonic() < deadline:
        time.sleep(0.01)
    assert hub.n_connections == 0
    assert hub._listening == {}
    assert workshop.bus._listeners._all == ()


class Lazy:
    """A socket that takes nothing until it is told to."""

    def __init__(self):
        self.taken: list[dict] = []
        self.may_take = asyncio.Event()

    async def send(self, message: dict) -> None:
        await self.may_take.wait()
        self.taken.append(json.loads(message["text"]))


def test_who_reads_too_slowly_reads_anew():
    async def play() -> list[dict]:
        socket = Lazy()
        client = Client(socket)
        client.subscriptions = {("job", "1", "native"), ("queue", None, "native")}
        sending = asyncio.create_task(client.send_all())
        for number in range(MAX_WAITING + 50):
            client.offer(json.dumps({"seq": number}))
            await asyncio.sleep(0)
        socket.may_take.set()
        await asyncio.sleep(0.01)
        sending.cancel()
        assert client.n_dropped >= MAX_WAITING
        return socket.taken

    taken = run_async(play)
    resyncs = [told for told in taken if told.get("type") == "resync_required"]
    assert {(told["topic"], told["id"]) for told in resyncs} == {("job", "1"), ("queue", None)}
    assert taken[-1] == {"seq": MAX_WAITING + 49}
    assert len(taken) < MAX_WAITING


def test_who_takes_nothing_for_long_is_given_up():
    async def play() -> None:
        client = Client(Lazy(), send_timeout_s=0.05)
        sending = asyncio.create_task(client.send_all())
        client.offer("{}")
        await asyncio.sleep(0.01)
        client.end_if_stuck()
        await asyncio.sleep(0.1)
        assert not sending.done()
        client.end_if_stuck()
        await asyncio.gather(sending, return_exceptions=True)
        assert sending.cancelled()

    run_async(play)


def test_the_hub_begins_again_after_everybody_left(workshop, line, job):
    for _ in range(3):
        with line() as listener:
            listener.ask(type="subscribe", topic="job", id=job.id)
            note(workshop, job.id, "progress", state="processing", progress_percent=1.0)
            assert listener.hear()["event"] == "progress"


def test_a_database_that_is_away_for_a_while_is_waited_for(tmp_path, caplog):
    with open_workshop(tmp_path) as workshop:
        app = FastAPI()
        app.include_router(door.router)
        assert isinstance(door.install(app, workshop, poll_s=0.05), Hub)
        with live_server(app) as port, connect(f"ws://127.0.0.1:{port}/ws") as socket:
            listener = Listener(socket)
            listener.ask(type="subscribe", topic="job")
            with workshop.database.write() as connection:
                connection.execute(sa.text("alter table job_event rename to away"))
            time.sleep(0.2)
            with workshop.database.write() as connection:
                connection.execute(sa.text("alter table away rename to job_event"))
            note(workshop, "x", "progress", progress_percent=1.0)
            assert listener.hear()["event"] == "progress"
    assert "cannot be read" in caplog.text

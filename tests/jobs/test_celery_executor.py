"""Celery hands steps out; the leases decide who does them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest

from servers import Proxy, running_rabbitmq, running_redis
from tonmeister.core.errors import ParameterError
from tonmeister.jobs.book.rules import Rules
from tonmeister.jobs.running.celery_executor import QUEUE, TASK, Dispatcher, make_app
from tonmeister.settings import Settings

from .conftest import Bench
from .test_supervisor import cancel_took_s, until

TESTS = Path(__file__).resolve().parent.parent


@contextmanager
def celery_worker(bench: Bench, tmp_path: Path, **more: float):
    order = tmp_path / "order.json"
    order.write_text(
        json.dumps(
            {
                "role": "work",
                "data_folder": str(bench.settings.data_folder),
                "database_url": bench.settings.database_url,
                "executor": "celery",
                "broker_url": bench.settings.broker_url,
                "lease_s": bench.settings.lease_s,
                **more,
            }
        )
    )
    with (tmp_path / "worker.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "job_worker", order],
            env={**os.environ, "PYTHONPATH": str(TESTS)},
            stderr=log,
            stdout=log,
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        finally:
            process.kill()
            process.wait()


@pytest.fixture(params=["redis", "rabbitmq"])
def broker_url(request) -> str:
    """The address of a broker without messages, of both kinds one after the other."""
    if request.param == "redis":
        import redis

        url = request.getfixturevalue("redis_url")
        client = redis.Redis.from_url(url)
        client.flushall()
        client.close()
        return url
    from kombu import Connection

    url = request.getfixturevalue("rabbitmq").url
    with Connection(url) as connection:
        connection.channel().queue_delete(QUEUE)
    return url


@pytest.fixture
def celery_bench(make_bench, broker_url):
    return make_bench(executor="celery", broker_url=broker_url)


def test_work_is_done_by_a_worker_and_cancelled_within_two_seconds(celery_bench, tmp_path):
    bench = celery_bench
    with bench.supervisor(), celery_worker(bench, tmp_path) as worker:
        jobs = [bench.wait(bench.workshop.submit("note", {"number": number}).id) for number in range(3)]
        assert [job.state for job in jobs] == ["completed"] * 3
        spin = bench.workshop.submit("note", {"behaviour": "spin"})
        bench.wait(spin.id, states=("processing",))
        bench.workshop.cancel(spin.id)
        bench.wait(spin.id)
        assert cancel_took_s(bench, spin.id) < 2.0
        long = bench.workshop.submit("note", {"behaviour": "wait", "seconds": 60})
        bench.wait(long.id, states=("processing",))
        worker.terminate()
        assert worker.wait(20) == 0
        assert bench.workshop.job(long.id).state == "queued"  # given back


def test_a_message_that_comes_twice_or_late_does_no_harm(celery_bench, tmp_path):
    bench = celery_bench
    app = make_app(bench.settings)
    log = tmp_path / "log"
    job = bench.workshop.submit("note", {"number": 1, "seconds": 0.3, "log": str(log)})
    for _ in range(5):
        app.send_task(TASK, [job.steps[0].id])
    app.send_task(TASK, ["no such step"])
    with celery_worker(bench, tmp_path):
        assert bench.wait(job.id).state == "completed"
        app.send_task(TASK, [job.steps[0].id])
        other = bench.workshop.submit("note", {"number": 2})
        app.send_task(TASK, [other.steps[0].id])
        assert bench.wait(other.id).state == "completed"
    app.close()
    assert len(log.read_text().splitlines()) == 1
    assert [event.type for event in bench.workshop.events(job_id=job.id)].count("completed") == 1


def test_a_dispatcher_sends_what_is_due_in_order_and_not_too_much(celery_bench):
    bench = celery_bench
    for number in range(10):
        bench.workshop.submit("note", {"number": number}, priority=number)
    dispatcher = Dispatcher(bench.settings, bench.claims)
    assert dispatcher.send_due(["note"], 3) == 6
    assert dispatcher.send_due(["note"], 3) == 0  # on its way
    assert bench.claim().params["number"] == 9
    assert dispatcher.send_due(["note"], 3) == 1
    dispatcher.close()


@pytest.mark.parametrize("kind", ["redis", "rabbitmq"])
def test_a_broker_that_is_cut_off_only_delays(kind, make_bench, tmp_path, request):
    with running_redis() if kind == "redis" else nullcontext(request.getfixturevalue("rabbitmq").url) as url:
        port = url.partition("127.0.0.1:")[2].partition("/")[0]
        proxy = Proxy(int(port))
        bench = make_bench(executor="celery", broker_url=url.replace(port, str(proxy.port)))
        with bench.supervisor(rules=Rules(lease_s=15.0)), celery_worker(bench, tmp_path):
            assert bench.wait(bench.workshop.submit("note", {"number": 1}).id).state == "completed"
            proxy.cut()
            ids = [bench.workshop.submit("note", {"number": number}).id for number in range(2, 5)]
            stop = threading.Event()
            stop.wait(1.5)
            proxy.mend()
            assert [bench.wait(job_id, limit_s=60).state for job_id in ids] == ["completed"] * 3
        proxy.cut()
        completed = [event.job_id for event in bench.workshop.events() if event.type == "completed"]
        assert len(completed) == len(set(completed)) == 4


def test_a_broker_that_loses_patience_with_long_work_does_no_harm(make_bench, tmp_path):
    """RabbitMQ ends the connection of who has not acknowledged for half an hour, and Celery its worker with it."""
    with running_rabbitmq("-rabbit consumer_timeout 4000 -rabbit channel_tick_interval 500") as server:
        bench = make_bench(executor="celery", broker_url=server.url)
        log = tmp_path / "log"
        with bench.supervisor(), celery_worker(bench, tmp_path, hold_s=1.0) as worker:
            long = [{"number": number, "seconds": 8.0, "log": str(log)} for number in range(3)]  # one waits for a slot
            ids = [bench.workshop.submit("note", params).id for params in long]
            jobs = [bench.wait(job_id, limit_s=60) for job_id in ids]
            assert [(job.state, job.steps[0].n_attempts) for job in jobs] == [("completed", 1)] * 3
            assert worker.poll() is None
            assert bench.wait(bench.workshop.submit("note", {"number": 9}).id).state == "completed"
        assert len(log.read_text().splitlines()) == 3
        assert "Unrecoverable" not in (tmp_path / "worker.log").read_text()


def test_celery_without_a_broker_is_refused(tmp_path):
    with pytest.raises(ParameterError, match="no broker"):
        make_app(Settings(data_folder=tmp_path, executor="celery"))


def test_the_workers_are_counted(celery_bench):
    bench = celery_bench
    bench.heartbeats.beat(bench.holder("a"), version="", executor="celery", n_slots=3, n_busy=0)
    bench.heartbeats.beat(bench.holder("b"), version="", executor="celery", n_slots=4, n_busy=0)
    assert bench.heartbeats.n_slots_alive(bench.holder("a")) == 4
    until(lambda: len(bench.workshop.queue().supervisors) == 2)

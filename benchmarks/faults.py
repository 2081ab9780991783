"""Jobs survive faults: random kill -9 and SIGSTOP of supervisors and job processes while hundreds of jobs run.

    python benchmarks/faults.py --jobs 500 --faults 200 --outages 6 --database sqlite|postgresql
        --executor local|celery --broker redis|rabbitmq

Supervisors (or Celery workers) run as processes of their own; what is killed is started again. Meanwhile services go
away, too: PostgreSQL is stopped as by a crash and started again, or its connections are cut; SQLite is locked by
another for seconds; the broker is cut off, and with Redis the bus of events goes over the same line. At the end the
database is asked what became of every job. Printed: jobs lost (no final state), failed, committed twice (two
completions, or two products), finishes refused by the fencing token, how long it took from a fault until a job that it
had hit was under way again (or done), and from the end of an outage until any job was begun.
"""

from __future__ import annotations

import argparse
import atexit
import collections
import contextlib
import dataclasses
import functools
import json
import logging
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TESTS = ROOT / "tests"
sys.path.insert(0, str(TESTS))

LEASE_S = 3.0


@dataclasses.dataclass
class Wish:
    n_jobs: int
    n_faults: int
    database: str
    executor: str
    n_supervisors: int = 2
    seed: int = 7
    pause_s: float = 0.55
    limit_s: float = 1500.0
    n_outages: int = 0
    broker: str = "redis"


@dataclasses.dataclass
class Report:
    wish: Wish
    n_jobs: int
    faults: dict[str, int]
    by_state: dict[str, int]
    n_lost: int
    n_twice: int
    n_refused: int
    n_begun: int
    n_left_folders: int
    recoveries_s: list[float]
    outages: dict[str, int]
    after_outages_s: list[float]
    wall_s: float
    errors: list[str]

    def as_row(self) -> dict[str, Any]:
        def p(percent: float, found_s: list[float] = self.recoveries_s) -> float | None:
            ordered = sorted(found_s)
            return round(ordered[min(len(ordered) - 1, int(len(ordered) * percent))], 2) if ordered else None

        return {
            "database": self.wish.database,
            "executor": self.wish.executor,
            "broker": self.wish.broker if self.wish.executor == "celery" else None,
            "supervisors": self.wish.n_supervisors,
            "jobs": self.n_jobs,
            "faults": dict(sorted(self.faults.items())),
            "n_faults": sum(self.faults.values()),
            "by_state": self.by_state,
            "lost": self.n_lost,
            "committed_twice": self.n_twice,
            "refused_by_token": self.n_refused,
            "begun": self.n_begun,
            "folders_left": self.n_left_folders,
            "hit_jobs": len(self.recoveries_s),
            "recovery_p50_s": p(0.5),
            "recovery_p99_s": p(0.99),
            "outages": dict(sorted(self.outages.items())),
            "after_outage_p50_s": p(0.5, self.after_outages_s),
            "after_outage_p99_s": p(0.99, self.after_outages_s),
            "wall_s": round(self.wall_s, 1),
            "errors": self.errors,
        }


class Worker:
    """A supervisor process (or Celery worker) that is started again whenever it has been killed."""

    def __init__(self, order: Path, log: Path):
        self._order = order
        self._log = log
        self.process = self._launch()
        self.stopped_until: float | None = None

    def _launch(self) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "job_worker", str(self._order)],
                stdout=log,
                stderr=log,
                start_new_session=True,
                env={**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS), str(ROOT / "src")])},
            )

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self.stopped_until = None
        self.process = self._launch()

    def stop(self, until: float) -> None:
        self.process.send_signal(signal.SIGSTOP)
        self.stopped_until = until

    def go_on(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGCONT)
        self.stopped_until = None

    def end(self) -> None:
        self.go_on()
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def fork_server(self) -> int | None:
        return next(iter(children(self.process.pid)), None)

    def jobs(self) -> list[int]:
        server = self.fork_server()
        return [] if server is None else children(server)


def children(pid: int) -> list[int]:
    found: list[int] = []
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            with contextlib.suppress(OSError):
                found += [int(word) for word in (task / "children").read_text().split()]
    return found


def begins(log: Path) -> list[tuple[int, int, float]]:
    if not log.exists():
        return []
    found = []
    for line in log.read_text().splitlines():
        words = line.split()
        if len(words) == 3:
            found.append((int(words[0]), int(words[1]), float(words[2])))
    return found


@dataclasses.dataclass
class Services:
    """What the studio depends on, reached over lines that can be cut; ``own_url`` leads past them."""

    database_url: str
    own_url: str
    broker_url: str | None
    bus_url: str | None
    outages: dict[str, Callable[[float], None]]
    """What can happen, by name: each takes how long, and returns when it is over."""


def cut(proxy: Any, seconds: float) -> None:
    proxy.cut()
    time.sleep(seconds)
    proxy.mend()


def restart(server: Any, seconds: float) -> None:
    server.stop(at_once=True)
    time.sleep(seconds)
    server.start(is_durable=True)


def lock(path: Path, seconds: float) -> None:
    import sqlite3

    with contextlib.closing(sqlite3.connect(path, timeout=30.0, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        time.sleep(seconds)
        connection.execute("ROLLBACK")


@contextlib.contextmanager
def services(wish: Wish, folder: Path) -> Iterator[Services]:
    from servers import Proxy, running_postgres, running_rabbitmq, running_redis

    def line(stack: contextlib.ExitStack, url: str) -> tuple[Any, str]:
        port = url.partition("127.0.0.1:")[2].partition("/")[0]
        proxy = Proxy(int(port))
        stack.callback(proxy.cut)
        return proxy, url.replace(f":{port}/", f":{proxy.port}/")

    with contextlib.ExitStack() as stack:
        path = folder / "tonmeister.db"
        found = Services(f"sqlite:///{path}", f"sqlite:///{path}", None, None, {})
        if wish.database == "postgresql":
            server = stack.enter_context(running_postgres())
            server.stop()
            server.start(is_durable=True)  # what was committed must be there after a crash
            found.own_url = server.create_database()
            proxy, found.database_url = line(stack, found.own_url)
            found.bus_url = "postgresql"
            found.outages["database restarted"] = functools.partial(restart, server)
            found.outages["database and bus cut"] = functools.partial(cut, proxy)
        else:
            found.outages["database locked"] = functools.partial(lock, path)
        if wish.executor == "celery":
            is_redis = wish.broker == "redis"
            url = stack.enter_context(running_redis()) if is_redis else stack.enter_context(running_rabbitmq()).url
            proxy, found.broker_url = line(stack, url)
            if is_redis:
                found.bus_url = found.broker_url
            found.outages["broker and bus cut" if is_redis else "broker cut"] = functools.partial(cut, proxy)
        yield found


def run(wish: Wish) -> Report:
    folder = Path(tempfile.mkdtemp(prefix="tonmeister-faults-"))
    try:
        with services(wish, folder) as found:
            return _run(wish, folder, found)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Outages:
    """Lets services go away one after the other, in a thread: faults go on meanwhile."""

    def __init__(self, ways: dict[str, Callable[[float], None]], n_outages: int, draw: random.Random):
        self._ways = ways
        self._names = [sorted(ways)[number % len(ways)] for number in range(n_outages)]
        self._draw = draw
        self._thread: threading.Thread | None = None
        self._next_at = time.monotonic() + 5.0
        self.n_by_kind: collections.Counter[str] = collections.Counter()
        self.ended_at: list[float] = []

    @property
    def are_over(self) -> bool:
        return not self._names and not self.is_on

    @property
    def is_on(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def look(self) -> None:
        if self.is_on or not self._names or time.monotonic() < self._next_at:
            return
        name = self._names.pop(0)
        self._next_at = time.monotonic() + self._draw.uniform(8.0, 16.0)
        seconds = self._draw.uniform(0.5, 1.5) * LEASE_S
        self._thread = threading.Thread(target=self._do, args=(name, seconds))
        self._thread.start()

    def _do(self, name: str, seconds: float) -> None:
        self._ways[name](seconds)
        self.n_by_kind[name] += 1
        self.ended_at.append(time.time())

    def join(self) -> None:
        if self._thread is not None:
            self._thread.join()


def _run(wish: Wish, folder: Path, found: Services) -> Report:
    import job_studio
    from tonmeister.jobs.bus import LocalBus
    from tonmeister.jobs.workshop import Workshop
    from tonmeister.settings import Settings
    from tonmeister.store.blobs import open_blobs
    from tonmeister.store.database import Database
    from tonmeister.store.migrate import bring_up

    draw = random.Random(wish.seed)
    settings = Settings(
        data_folder=folder,
        database_url=found.own_url,
        n_workers=2,
        n_job_slots=2,
        lease_s=LEASE_S,
        executor=wish.executor,  # type: ignore[arg-type]
        broker_url=found.broker_url,
    )
    database = Database(found.own_url)
    bring_up(database)
    workshop = Workshop(database, open_blobs(settings.resolved_storage_url), job_studio.REGISTRY, settings, LocalBus())
    log, supervisors_log = folder / "begins", folder / "supervisors.log"
    ids: dict[int, str] = {}

    def submit() -> None:
        number = len(ids)
        params = {"number": number, "seconds": round(draw.uniform(0.1, 0.9), 2), "log": str(log)}
        ids[number] = workshop.submit("note", params).id

    for _ in range(wish.n_jobs):
        submit()
    workers = [Worker(order, supervisors_log) for order in orders(found, folder, wish)]
    atexit.register(lambda: [worker.process.kill() for worker in workers])  # also when it is interrupted
    began = time.monotonic()
    faults: collections.Counter[str] = collections.Counter()
    hits: list[tuple[float, int]] = []
    paused: list[tuple[int, float]] = []
    outages = Outages(found.outages, wish.n_outages, random.Random(wish.seed + 1))
    while time.monotonic() - began < wish.limit_s:
        time.sleep(draw.uniform(0.3, 1.7) * wish.pause_s)
        outages.look()
        now = time.monotonic()
        for worker in workers:
            if worker.stopped_until is not None and now > worker.stopped_until:
                worker.go_on()
        for pid, until in list(paused):
            if now > until:
                paused.remove((pid, until))
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)
        is_enough = sum(faults.values()) >= wish.n_faults
        if not outages.is_on:
            status = workshop.queue()
            n_open = status.n_queued + status.n_processing
            if is_enough and outages.are_over and n_open + status.n_waiting == 0:
                break
            if n_open < 8 and not (is_enough and outages.are_over):
                submit()
        if is_enough:
            continue
        fault(draw, draw.choice(workers), log, faults, hits, paused)
    outages.join()
    for worker in workers:
        worker.go_on()
    until = time.monotonic() + 60
    while time.monotonic() < until and (workshop.queue().n_queued + workshop.queue().n_processing):
        time.sleep(0.2)
    wall_s = time.monotonic() - began
    for worker in workers:
        worker.end()
    report = judge(wish, workshop, ids, faults, hits, begins(log), supervisors_log, settings, outages)
    database.close()
    return dataclasses.replace(report, wall_s=wall_s)


def orders(found: Services, folder: Path, wish: Wish) -> Iterator[Path]:
    """Write what each process is told: with Celery one that sends, and the workers."""
    roles = ["work"] * wish.n_supervisors
    if wish.executor == "celery":
        roles.insert(0, "dispatch")
    for number, role in enumerate(roles):
        path = folder / f"order-{number}.json"
        path.write_text(
            json.dumps(
                {
                    "role": role,
                    "data_folder": str(folder),
                    "database_url": found.database_url,
                    "executor": wish.executor,
                    "broker_url": found.broker_url,
                    "bus_url": found.bus_url,
                    "lease_s": LEASE_S,
                }
            )
        )
        yield path


def fault(
    draw: random.Random,
    worker: Worker,
    log: Path,
    faults: collections.Counter[str],
    hits: list[tuple[float, int]],
    paused: list[tuple[int, float]],
) -> None:
    """Do one thing that should not happen, and note which jobs it hit."""
    kind = draw.choice(
        [
            "job killed",
            "job killed",
            "job killed",
            "supervisor killed",
            "supervisor stopped",
            "job stopped",
            "forks killed",
        ]
    )
    jobs = worker.jobs()
    number_of = {pid: number for number, pid, _ in begins(log)}
    busy = [pid for pid in jobs if pid in number_of]
    hit: list[int] = []
    with contextlib.suppress(ProcessLookupError):
        if kind == "supervisor killed":
            worker.kill()
            hit = busy
        elif kind == "supervisor stopped":
            if worker.stopped_until is not None:
                return
            worker.stop(time.monotonic() + draw.uniform(0.5, 2.5) * LEASE_S)
            hit = busy
        elif kind == "forks killed":
            server = worker.fork_server()
            if server is None:
                return
            os.kill(server, signal.SIGKILL)
            hit = busy
        elif not jobs:
            return
        else:
            pid = draw.choice(busy or jobs)
            if kind == "job killed":
                os.kill(pid, signal.SIGKILL)
                hit = [pid] if pid in number_of else []
            else:
                os.kill(pid, signal.SIGSTOP)
                paused.append((pid, time.monotonic() + draw.uniform(0.2, 1.5)))
        faults[kind] += 1
        hits += [(time.time(), number_of[pid]) for pid in hit]


def judge(
    wish: Wish,
    workshop: Any,
    ids: dict[int, str],
    faults: collections.Counter[str],
    hits: list[tuple[float, int]],
    begun: list[tuple[int, int, float]],
    supervisors_log: Path,
    settings: Any,
    outages: Outages,
) -> Report:
    import sqlalchemy as sa

    from tonmeister.store.tables import ASSETS, EVENTS, LEASES

    by_state: collections.Counter[str] = collections.Counter()
    jobs = {number: workshop.job(job_id) for number, job_id in ids.items()}
    for job in jobs.values():
        by_state[job.state] += 1
    with workshop.database.read() as connection:
        completions = collections.Counter(
            connection.execute(sa.select(EVENTS.c.job_id).where(EVENTS.c.type == "completed")).scalars()
        )
        products = collections.Counter(connection.execute(sa.select(ASSETS.c.job_id)).scalars())
        n_leases = connection.execute(sa.select(sa.func.count()).select_from(LEASES)).scalar_one()
    twice = {job_id for job_id in ids.values() if completions[job_id] > 1 or products[job_id] > 1}
    without = {job.id for job in jobs.values() if job.state == "completed" and products[job.id] != 1}
    recoveries = []
    for at, number in hits:
        moments = [moment for other, _, moment in begun if other == number and moment > at]
        if jobs[number].finished_at is not None and jobs[number].finished_at > at:
            moments.append(jobs[number].finished_at)
        if moments:
            recoveries.append(min(moments) - at)
    afters = []
    for ended_at in outages.ended_at:
        later = [moment for _, _, moment in begun if moment > ended_at]
        afters += [min(later) - ended_at] if later else []
    text = supervisors_log.read_text(errors="replace")
    from tonmeister.jobs.running.supervisor import work_folder

    root = work_folder(settings)
    return Report(
        wish=wish,
        n_jobs=len(ids),
        faults=dict(faults),
        by_state=dict(by_state),
        n_lost=sum(not job.is_final for job in jobs.values()) + len(without) + n_leases,
        n_twice=len(twice),
        n_refused=text.count("was refused"),
        n_begun=len(begun),
        n_left_folders=len(list(root.iterdir())) if root.is_dir() else 0,
        recoveries_s=recoveries,
        outages=dict(outages.n_by_kind),
        after_outages_s=afters,
        wall_s=0.0,
        errors=[str(job.error) for job in jobs.values() if job.error],
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--jobs", type=int, default=500)
    parser.add_argument("--faults", type=int, default=200)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--executor", choices=["local", "celery"], default="local")
    parser.add_argument("--outages", type=int, default=6, help="how often a service goes away meanwhile")
    parser.add_argument("--broker", choices=["redis", "rabbitmq"], default="redis")
    parser.add_argument("--supervisors", type=int, default=2)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    logging.basicConfig(level="WARNING")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what it has started ends with it
    wish = Wish(given.jobs, given.faults, given.database, given.executor, given.supervisors, given.seed)
    report = run(dataclasses.replace(wish, n_outages=given.outages, broker=given.broker))
    print(json.dumps(report.as_row(), indent=2))
    is_well = report.n_lost == report.n_twice == 0 and report.by_state.get("completed") == report.n_jobs
    until = time.monotonic() + 5.0
    while threading.active_count() > 1 and time.monotonic() < until:  # lines that were cut
        time.sleep(0.05)
    sys.exit(0 if is_well and threading.active_count() == 1 else 1)


if __name__ == "__main__":
    main()

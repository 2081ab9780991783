from __future__ import annotations

import contextlib
import hashlib
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

import job_studio
from sample_studio import find
from servers import Postgres, postgres, rabbitmq, redis_url  # noqa: F401 - fixtures
from tonmeister.jobs.book.claims import Claims
from tonmeister.jobs.book.heartbeats import Heartbeats
from tonmeister.jobs.book.ledger import Ledger
from tonmeister.jobs.book.limits import Limits
from tonmeister.jobs.book.queue import Queue
from tonmeister.jobs.book.rules import Claim, Holder, Rules
from tonmeister.jobs.book.transitions import Transitions
from tonmeister.jobs.bus import LocalBus
from tonmeister.jobs.keys import comparable
from tonmeister.jobs.runner import Runner
from tonmeister.jobs.running.supervisor import Supervisor
from tonmeister.jobs.running.tasks import TASKS
from tonmeister.jobs.workshop import Workshop
from tonmeister.settings import Settings
from tonmeister.store.assets import Assets
from tonmeister.store.blobs import open_blobs
from tonmeister.store.database import Database
from tonmeister.store.migrate import bring_up
from tonmeister.store.tables import METADATA

TESTS = Path(__file__).resolve().parent.parent


@pytest.fixture
def place(tmp_path, monkeypatch) -> Path:
    """An empty folder to work in; worker processes find the sample studio."""
    folder = tmp_path / "place"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PYTHONPATH", str(TESTS))
    return folder


@pytest.fixture
def scratch(tmp_path) -> Path:
    """The folder that temporary files go to."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder


@pytest.fixture
def runner(scratch) -> Runner:
    return Runner(Settings(n_workers=2, temporary_folder=scratch), find)


@pytest.fixture
def song(place) -> Path:
    path = place / "in" / "song.txt"
    path.parent.mkdir()
    path.write_text("la la")
    return path


class ClockedDatabase(Database):
    """A database whose clock stands still until it is told otherwise."""

    at = 1_800_000_000.0

    def now(self, connection) -> float:
        return self.at


class Bench:
    """The job table with all that works on it, in this process."""

    def __init__(self, database: Database, folder: Path, *, preparer: str | None = None, **settings):
        self.settings = Settings(
            **{
                "data_folder": folder,
                "database_url": database.url,
                "n_workers": 2,
                "n_job_slots": 2,
                "job_memory_mb": 512,
                "lease_s": 15.0,
                **settings,
            }
        )
        self.preparer = preparer
        self.database = database
        self.blobs = open_blobs(self.settings.resolved_storage_url)
        self.bus = LocalBus()
        self.told: list[dict] = []
        self.bus.subscribe(self.told.append)
        self.workshop = Workshop(database, self.blobs, job_studio.REGISTRY, self.settings, self.bus, preparer)
        self.ledger = Ledger(database, self.bus)
        self.transitions = Transitions(job_studio.REGISTRY, preparer)
        rules = Rules(base_s=2.0, cap_s=300.0)
        self.queue = Queue(self.ledger, self.transitions, rules)
        limits = Limits(self.settings.max_jobs_by_kind, TASKS, preparer=preparer, n_slots=self.settings.n_slots)
        self.claims = Claims(self.ledger, self.transitions, rules, limits)
        self.heartbeats = Heartbeats(self.ledger)
        self.versions = {name: comparable("1") for name in job_studio.REGISTRY}

    def holder(self, name: str = "one") -> Holder:
        return Holder(name, "here", "boot", 1)

    def claim(self, name: str = "one", **more) -> Claim | None:
        return self.claims.claim(self.holder(name), self.versions, **more)

    def add_file(self, text: str, name: str = "song.txt") -> str:
        """Put a file into storage and return the id of its asset."""
        file = self.settings.data_folder / f"incoming-{time.monotonic_ns()}"
        file.write_text(text)
        sha256 = hashlib.sha256(text.encode()).hexdigest()
        self.blobs.put(file, sha256)
        return self.workshop.add_asset(sha256, len(text), name).id

    def text_of(self, asset_id: str) -> str:
        asset = Assets(self.database).get(asset_id)
        return b"".join(self.blobs.read(asset.sha256)).decode()

    def wait(self, job_id: str, *, states=("completed", "failed", "cancelled"), limit_s: float = 120.0):
        until = time.monotonic() + limit_s
        while time.monotonic() < until:
            job = self.workshop.job(job_id)
            if job.state in states:
                return job
            time.sleep(0.02)
        raise AssertionError(f"after {limit_s} s: {self.workshop.job(job_id)}")

    @contextlib.contextmanager
    def supervisor(self, **more) -> Iterator[Supervisor]:
        """Have a supervisor work in a thread."""
        rules = more.pop("rules", Rules(lease_s=self.settings.lease_s, base_s=0.05, cap_s=0.2))
        supervisor = Supervisor(
            self.settings, job_studio.SOURCE, bus=self.bus, preparer=self.preparer, rules=rules, **more
        )
        stop = threading.Event()
        thread = threading.Thread(target=supervisor.run, args=(stop,))
        thread.start()
        try:
            yield supervisor
        finally:
            stop.set()
            supervisor.wake()
            thread.join(60)
            assert not thread.is_alive()


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory) -> Path:
    """A database file with all tables, to be copied."""
    path = tmp_path_factory.mktemp("empty") / "tonmeister.db"
    opened = Database(f"sqlite:///{path}")
    bring_up(opened)
    with opened.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    opened.close()
    return path


@pytest.fixture(scope="session")
def jobs_postgres(postgres: Postgres) -> str:  # noqa: F811 - the fixture
    """A PostgreSQL database with all tables for these tests, emptied before each."""
    url = postgres.create_database()
    opened = Database(url)
    bring_up(opened)
    opened.close()
    return url


@pytest.fixture
def sqlite_url(empty_sqlite, tmp_path) -> str:
    """The address of an empty SQLite database with all tables."""
    shutil.copy(empty_sqlite, tmp_path / "tonmeister.db")
    return f"sqlite:///{tmp_path / 'tonmeister.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def any_url(request) -> str:
    """The address of an empty database with all tables, of both kinds one after the other."""
    if request.param == "sqlite":
        return request.getfixturevalue("sqlite_url")
    return request.getfixturevalue("empty_postgres")


@pytest.fixture
def empty_postgres(jobs_postgres) -> str:
    """The address of the PostgreSQL database with all tables, emptied."""
    opened = Database(jobs_postgres)
    with opened.write() as connection:
        names = ", ".join(f'"{table.name}"' for table in METADATA.sorted_tables)
        connection.execute(sa.text(f"truncate {names} restart identity cascade"))
    opened.close()
    return jobs_postgres


def _folder(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


@pytest.fixture
def table(any_url, tmp_path) -> Iterator[Bench]:
    """The job table on both databases, with a clock that stands still."""
    opened = ClockedDatabase(any_url)
    yield Bench(opened, _folder(tmp_path))
    opened.close()


@pytest.fixture
def bench(any_url, tmp_path) -> Iterator[Bench]:
    """The job table on both databases."""
    opened = Database(any_url)
    yield Bench(opened, _folder(tmp_path))
    opened.close()


@pytest.fixture
def make_bench(sqlite_url, tmp_path) -> Iterator[Callable[..., Bench]]:
    """Makes a job table on SQLite with other settings, for what does not depend on the database."""
    opened = Database(sqlite_url)
    folder = _folder(tmp_path)
    yield lambda **more: Bench(opened, folder, **more)
    opened.close()

"""A workshop over an empty database, for the parts of the door that read it."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

import sample_studio
from tonmeister.core.capability import Registry
from tonmeister.jobs.bus import LocalBus
from tonmeister.jobs.running.supervisor import Supervisor
from tonmeister.jobs.workshop import Workshop
from tonmeister.settings import Settings
from tonmeister.store.blobs import open_blobs
from tonmeister.store.database import Database, make_id
from tonmeister.store.migrate import bring_up
from tonmeister.store.tables import HEARTBEATS


@contextmanager
def open_workshop(folder: Path, *, registry: Registry = sample_studio.REGISTRY, **values: Any):
    """Open a workshop whose tables are there and empty."""
    database = Database(f"sqlite:///{folder}/tonmeister.db")
    bring_up(database)
    blobs = open_blobs((folder / "blobs").as_uri())
    try:
        yield Workshop(database, blobs, registry, Settings(data_folder=folder, **values), LocalBus())
    finally:
        database.close()


@contextmanager
def supervised(workshop: Workshop, source: str):
    """Have the workshop's jobs done by a supervisor in a thread."""
    supervisor = Supervisor(workshop.settings, source, bus=workshop.bus)
    stop = threading.Event()
    thread = threading.Thread(target=supervisor.run, args=(stop,))
    thread.start()
    try:
        yield supervisor
    finally:
        stop.set()
        supervisor.wake()
        thread.join(30)
        assert not thread.is_alive()


def beat(database: Database, *, age_s: float = 0.0, n_slots: int = 2, n_busy: int = 0) -> None:
    """Write a supervisor's sign of life."""
    with database.write() as connection:
        now = database.now(connection)
        connection.execute(
            sa.insert(HEARTBEATS).values(
                id=make_id(),
                host="here",
                pid=1,
                boot_id="b",
                version="1",
                executor="local",
                n_slots=n_slots,
                n_busy=n_busy,
                started_at=now - 100,
                beat_at=now - age_s,
            )
        )

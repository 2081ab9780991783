"""What a job costs beside its work: jobs that do nothing, one after the other and all at once.

    python benchmarks/job_overhead.py [--jobs 200] [--database sqlite|postgresql]

One supervisor process with two slots. Printed: milliseconds from the submission to the end of one job when nothing
else is to be done, milliseconds for each of many, and processor time of the supervisor, its fork server and the jobs.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))


def cpu_s(pid: int) -> float:
    """Processor time of a process and of those of its children that are buried."""
    import os

    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(fields[index]) for index in (11, 12, 13, 14)) / os.sysconf("SC_CLK_TCK")


def measure(n_jobs: int, url: str, folder: Path) -> dict[str, Any]:
    import job_studio
    from faults import children
    from tonmeister.jobs.bus import LocalBus
    from tonmeister.jobs.running.supervisor_process import SupervisorProcess
    from tonmeister.jobs.workshop import Workshop
    from tonmeister.settings import Settings
    from tonmeister.store.blobs import open_blobs
    from tonmeister.store.database import Database
    from tonmeister.store.migrate import bring_up

    settings = Settings(data_folder=folder, database_url=url, n_workers=2, n_job_slots=2)
    database = Database(url)
    bring_up(database)
    bus = LocalBus()
    over: dict[str, threading.Event] = {}
    lock = threading.Lock()

    def heed(message: dict[str, Any]) -> None:
        if message["type"] in ("completed", "failed"):
            with lock:
                over.setdefault(message["id"], threading.Event()).set()

    bus.subscribe(heed)
    workshop = Workshop(database, open_blobs(settings.resolved_storage_url), job_studio.REGISTRY, settings, bus)
    process = SupervisorProcess(settings, job_studio.SOURCE, bus)
    process.start()

    def wait(job_id: str) -> None:
        with lock:
            event = over.setdefault(job_id, threading.Event())
        if not event.wait(120):
            raise SystemExit(f"the job {job_id} did not end")

    try:
        for number in range(4):
            wait(workshop.submit("note", {"number": -number - 1}).id)
        time.sleep(0.5)
        alone_ms = []
        for number in range(min(50, n_jobs)):
            began = time.perf_counter()
            wait(workshop.submit("note", {"number": number}).id)
            alone_ms.append(1000 * (time.perf_counter() - began))
            time.sleep(0.05)
        assert process.pid is not None
        pids = [process.pid, *children(process.pid)]
        before = sum(cpu_s(pid) for pid in pids)
        ids = [
            workshop.submit("note", {"number": 10_000 + number}, run_at=time.time() + 3600).id
            for number in range(n_jobs)
        ]
        import sqlalchemy as sa

        from tonmeister.store.tables import STEPS

        with database.write() as connection:  # all become due at one moment
            connection.execute(sa.update(STEPS).where(STEPS.c.job_id.in_(ids)).values(run_at=time.time()))
        began = time.perf_counter()
        for job_id in ids:
            wait(job_id)
        many_s = time.perf_counter() - began
        spent_s = sum(cpu_s(pid) for pid in pids) - before
    finally:
        process.stop()
        database.close()
    alone_ms.sort()
    return {
        "jobs": n_jobs,
        "alone_p50_ms": round(alone_ms[len(alone_ms) // 2], 1),
        "alone_p95_ms": round(alone_ms[int(len(alone_ms) * 0.95)], 1),
        "many_ms_per_job": round(1000 * many_s / n_jobs, 1),
        "cpu_ms_per_job": round(1000 * spent_s / n_jobs, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--jobs", type=int, default=200)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="tonmeister-overhead-"))
    try:
        with contextlib.ExitStack() as stack:
            url = f"sqlite:///{folder / 'tonmeister.db'}"
            if given.database == "postgresql":
                from servers import running_postgres

                url = stack.enter_context(running_postgres()).create_database()
            print(json.dumps({"database": given.database, **measure(given.jobs, url, folder)}, indent=2))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()

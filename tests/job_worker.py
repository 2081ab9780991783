"""A supervisor or Celery worker as a process of its own, to be killed: ``python -m job_worker ORDER.json``."""

from __future__ import annotations

import json
import logging
import signal
import sys
import threading
from pathlib import Path

from job_studio import SOURCE
from tonmeister.jobs.book.rules import Rules
from tonmeister.jobs.running import celery_executor
from tonmeister.jobs.running.supervisor import Supervisor, supervise
from tonmeister.settings import Settings


def main(order: str) -> None:
    given = json.loads(Path(order).read_text())
    role = given.pop("role")
    preparer = given.pop("preparer", None)
    celery_executor.HOLD_S = given.pop("hold_s", celery_executor.HOLD_S)
    logging.basicConfig(level="INFO", format="%(asctime)s %(process)d %(name)s %(message)s")
    settings = Settings(**{"n_workers": 2, "n_job_slots": 2, **given, "data_folder": Path(given["data_folder"])})
    # Deaths are what is tested, so they do not make a job poison here.
    rules = Rules(lease_s=settings.lease_s, max_crashes=1000, max_losses=1000, max_attempts=1000, base_s=0.2, cap_s=1.0)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    if role == "dispatch":
        Supervisor(settings, SOURCE, preparer=preparer, rules=rules).run(stop)
    else:
        supervise(settings, SOURCE, stop, preparer=preparer, rules=rules)


if __name__ == "__main__":
    main(sys.argv[1])

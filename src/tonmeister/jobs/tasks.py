"""The studio's own tasks, done by the supervisor itself: they need the database, which job processes never open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from tonmeister.jobs.plans import STUDIO
from tonmeister.jobs.records import FINAL_STATES
from tonmeister.store.tables import JOBS, RESULTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tonmeister.jobs.ledger import Ledger
    from tonmeister.jobs.transitions import Transitions
    from tonmeister.settings import Settings

CLEAN_UP = STUDIO + "clean-up"
TASKS = (CLEAN_UP,)
_DAY_S = 86400.0
SYSTEM_JOBS_DAYS = 7.0
"""The studio's own jobs are no history that people look at."""


class Tasks:
    """What the studio does for itself, by name."""

    def __init__(self, settings: Settings, ledger: Ledger, transitions: Transitions):
        self._settings = settings
        self._ledger = ledger
        self._transitions = transitions

    def run(self, task: str, params: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        """Do a task, and return what it did as numbers."""
        return {"n_jobs": self.remove_jobs(), "n_results": self.remove_results()}

    def remove_jobs(self) -> int:
        """Remove old jobs, as the settings say; return how many."""
        n_removed = 0
        for is_system, days in ((True, SYSTEM_JOBS_DAYS), (False, self._settings.keep_jobs_days)):
            while days is not None:
                with self._ledger.change() as change:
                    found = list(
                        change.connection.execute(
                            sa.select(JOBS.c.id)
                            .where(
                                JOBS.c.state.in_(FINAL_STATES),
                                JOBS.c.is_system == is_system,
                                JOBS.c.finished_at < change.now - days * _DAY_S,
                            )
                            .limit(100)
                        ).scalars()
                    )
                    for job_id in found:
                        self._transitions.remove_job(change, job_id)
                n_removed += len(found)
                if not found:
                    break
        return n_removed

    def remove_results(self) -> int:
        """Forget results that nobody has asked for again; return how many."""
        days = self._settings.keep_results_days
        if days is None:
            return 0
        with self._ledger.change() as change:
            return change.connection.execute(
                sa.delete(RESULTS).where(RESULTS.c.used_at < change.now - days * _DAY_S)
            ).rowcount

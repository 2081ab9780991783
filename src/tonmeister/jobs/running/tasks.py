"""The studio's own tasks, done by the supervisor itself: they need the database, which job processes never open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from tonmeister.jobs.plans import STUDIO
from tonmeister.jobs.records import FINAL_STATES
from tonmeister.store.tables import EVENTS, JOBS, RESULTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tonmeister.jobs.book.ledger import Ledger
    from tonmeister.jobs.book.transitions import Transitions
    from tonmeister.settings import Settings

CLEAN_UP = STUDIO + "clean-up"
"""Removes what the settings let grow old: jobs, results, the bin, uploads, files that nothing refers to."""
BACK_UP = STUDIO + "back-up"
"""Makes the daily backup and removes old ones."""
TASKS = (CLEAN_UP, BACK_UP)
_CLEAN_UP_CRON = "17 3 * * *"
_DAY_S = 86400.0
SYSTEM_JOBS_DAYS = 7.0
"""The studio's own jobs are no history that people look at."""
EVENTS_DAYS = 30.0
_AT_ONCE = 100


class Tasks:
    """What the studio does for itself, by name."""

    def __init__(self, settings: Settings, ledger: Ledger, transitions: Transitions):
        self._settings = settings
        self._ledger = ledger
        self._transitions = transitions

    def schedules(self) -> dict[str, str | None]:
        """Return when each task is done: cron in UTC."""
        hour, minute = self._settings.backup_at.split(":")
        return {CLEAN_UP: _CLEAN_UP_CRON, BACK_UP: f"{int(minute)} {int(hour)} * * *"}

    def run(self, task: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Do a task, and return what it did as numbers."""
        del params  # none takes any
        return self._back_up() if task == BACK_UP else self._clean_up()

    def _back_up(self) -> dict[str, Any]:
        from tonmeister.store.backup import backup
        from tonmeister.store.blobs import open_blobs

        blobs = open_blobs(self._settings.resolved_storage_url)
        made = backup(
            self._ledger.database,
            blobs,
            self._settings.resolved_backup_folder,
            keep_days=self._settings.backup_keep_days,
        )
        return {
            "folder": made.folder.name,
            "n_copied": made.n_copied,
            "copied_bytes": made.copied_bytes,
            "n_removed": made.n_removed,
        }

    def _clean_up(self) -> dict[str, Any]:
        from tonmeister.store.assets import Assets
        from tonmeister.store.blobs import open_blobs
        from tonmeister.store.check import clean_up
        from tonmeister.store.idempotency import Idempotency
        from tonmeister.store.uploads import Uploads

        settings, database = self._settings, self._ledger.database
        blobs = open_blobs(settings.resolved_storage_url)
        uploads = Uploads(
            database, blobs, max_bytes=settings.max_upload_mb << 20, expiry_s=settings.upload_expiry_h * 3600.0
        )
        n_jobs = remove_jobs(self._ledger, self._transitions, SYSTEM_JOBS_DAYS * _DAY_S, FINAL_STATES, is_system=True)
        if settings.keep_jobs_days is not None:
            n_jobs += remove_jobs(
                self._ledger, self._transitions, settings.keep_jobs_days * _DAY_S, FINAL_STATES, is_system=False
            )
        done = {
            "n_jobs": n_jobs,
            "n_results": self._remove_results(),
            "n_events": self._remove_events(),
            "n_assets": Assets(database).purge(settings.keep_bin_days * _DAY_S),
            "n_uploads": uploads.expire(),
            "n_answers": Idempotency(database).purge(),
        }
        removed = clean_up(database, blobs)  # last: what went before left files that nothing refers to
        return {**done, "n_files": removed.n_files, "n_bytes": removed.n_bytes}

    def _remove_results(self) -> int:
        days = self._settings.keep_results_days
        if days is None:
            return 0
        with self._ledger.change() as change:
            return change.connection.execute(
                sa.delete(RESULTS).where(RESULTS.c.used_at < change.now - days * _DAY_S)
            ).rowcount

    def _remove_events(self) -> int:
        """Forget old events, but never the latest: its number says where readers stand."""
        with self._ledger.change() as change:
            last = change.connection.execute(sa.select(sa.func.max(EVENTS.c.seq))).scalar_one()
            return change.connection.execute(
                sa.delete(EVENTS).where(EVENTS.c.at < change.now - EVENTS_DAYS * _DAY_S, EVENTS.c.seq < (last or 0))
            ).rowcount


def remove_jobs(
    ledger: Ledger,
    transitions: Transitions,
    older_than_s: float,
    states: Sequence[str],
    *,
    is_system: bool | None = None,
) -> int:
    """Remove jobs that have been over for so long; return how many. Few at once: others want to write too."""
    conditions = [] if is_system is None else [JOBS.c.is_system == is_system]
    n_removed = 0
    while True:
        with ledger.change() as change:
            found = list(
                change.connection.execute(
                    sa.select(JOBS.c.id)
                    .where(JOBS.c.state.in_(states), JOBS.c.finished_at < change.now - older_than_s, *conditions)
                    .order_by(JOBS.c.id)
                    .limit(_AT_ONCE)
                    .with_for_update(skip_locked=True)  # one that is tried again at this moment is over no more
                ).scalars()
            )
            for job_id in found:
                transitions.remove_job(change, job_id)
        n_removed += len(found)
        if not found:
            return n_removed

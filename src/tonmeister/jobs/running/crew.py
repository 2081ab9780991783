"""The processes of a supervisor: a fresh one is kept ready for every free slot."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tonmeister.jobs.running.processes import ForkServer

if TYPE_CHECKING:
    from tonmeister.jobs.running.processes import JobProcess

PAUSE_S = 0.5
"""How long to wait before another process is asked for when the last could not begin."""


class Crew:
    """Processes that wait for work, and the fork server that they come from."""

    def __init__(self, forks: ForkServer, n_slots: int):
        self.forks = forks
        self.spare: list[JobProcess] = []
        self._n_slots = n_slots
        self._fork_at = 0.0

    @property
    def is_ready(self) -> bool:
        """Tell whether a process waits for work."""
        return any(process.is_ready for process in self.spare)

    def keep(self, now: float, n_busy: int) -> None:
        """Keep a process ready for every free slot."""
        if self._n_slots == 0 or now < self._fork_at:
            return
        if not self.forks.is_running:
            self.forks.start()
        while len(self.spare) + n_busy < self._n_slots:
            process = self.forks.fork()
            if process.is_cut:
                self._fork_at = now + PAUSE_S
                return
            self.spare.append(process)

    def take(self) -> JobProcess | None:
        """Take a process that waits, if there is one."""
        process = next((process for process in self.spare if process.is_ready), None)
        if process is not None:
            self.spare.remove(process)
        return process

    def bury(self, process: JobProcess) -> bool:
        """Forget a process that has ended while it waited; false if it was none of these."""
        if process not in self.spare:
            return False
        self.spare.remove(process)
        process.close()
        if process.pid is None:
            self._fork_at = time.monotonic() + PAUSE_S
        return True

    def close(self) -> None:
        """End all processes with all that they have started."""
        self.forks.stop()
        for process in self.spare:
            process.close()

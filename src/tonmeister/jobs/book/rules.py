"""Who takes work, what it gets, and when work is tried again."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tonmeister.jobs.keys import AssetFacts

PREPARE_PRODUCT_PRIORITY = 120
"""Above all that users can ask for: a job is of use to them once its product can be listened to."""
PREPARE_UPLOAD_PRIORITY = 20
"""Somebody waits to hear what was uploaded; one slot stays free of uploads (see `Limits`)."""
PREPARE_UPLOAD_LATER_PRIORITY = -1
"""Where there is one slot only, uploads wait for what users have asked for."""


@dataclass(frozen=True)
class Holder:
    """A supervisor: one run of one process on one boot of one machine."""

    id: str
    host: str
    boot_id: str
    pid: int


@dataclass(frozen=True)
class Rules:
    """When work is tried again."""

    lease_s: float = 15.0
    max_attempts: int = 5
    """So often a step with passing troubles is begun at most."""
    max_crashes: int = 2
    """After so many deaths of its process a step is taken for poison."""
    max_losses: int = 20
    """So often a step is begun at most when supervisors get lost with it."""
    base_s: float = 2.0
    cap_s: float = 300.0

    def delay_s(self, n_attempts: int, draw: random.Random) -> float:
        """Return how long to wait after so many attempts: up to twice as long each time, drawn anew for each step."""
        return draw.uniform(0.0, min(self.cap_s, self.base_s * 2.0 ** (n_attempts - 1)))


@dataclass(frozen=True)
class Claim:
    """A step to be done, and the token that proves that it is ours."""

    token: str
    step_id: str
    job_id: str
    name: str
    capability: str
    params: dict[str, Any]
    assets: dict[str, AssetFacts]
    is_system: bool
    owner: str | None
    n_attempts: int
    trace: dict[str, Any] | None
    is_single: bool
    """It is the only step of its job, so that its progress is the job's."""

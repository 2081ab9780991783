"""A step that is being done here, and what its process is told."""

from __future__ import annotations

import dataclasses
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tonmeister.core.language import LanguageRules

if TYPE_CHECKING:
    from tonmeister.jobs.book.rules import Claim
    from tonmeister.jobs.running.processes import JobProcess
    from tonmeister.settings import Settings


@dataclass
class Work:
    """A step that is being done here."""

    claim: Claim
    process: JobProcess | None
    folder: Path
    began_at: float
    deadline: float
    n_threads: int
    """How many cores it may use; a task of the supervisor's own has none of its own."""
    kill_at: float | None = None
    ending: str | None = None
    """Why it is being ended: "cancelled", "lost", "late" or "stopping"."""
    outcome: dict[str, Any] | None = None
    reached: tuple[float, str] = (0.0, "")
    offer: Future[bool] | None = None

    def task(self, settings: Settings, *, asks_model: bool) -> dict[str, Any]:
        """Return what the process is told to do; only work that asks a language model is handed the key to it."""
        return {
            "is": "task",
            "capability": self.claim.capability,
            "params": self.claim.params,
            "assets": {ref: asset_facts(facts) for ref, facts in self.claim.assets.items()},
            "folder": str(self.folder),
            "storage_url": settings.resolved_storage_url,
            "n_workers": self.n_threads,
            "max_duration_s": settings.max_duration_s,
            "links": dataclasses.asdict(settings.link_rules),
            "language": dataclasses.asdict(settings.language_rules if asks_model else LanguageRules()),
            "memory_bytes": settings.job_memory_mb << 20,
            "cpu_s": settings.job_timeout_s * self.n_threads,
        }

    def progress(self, now: float) -> dict[str, Any]:
        """Return the message that tells listeners how far it is."""
        percent, stage = self.reached
        eta_s = None
        if 1.0 <= percent < 100.0:
            eta_s = (now - self.began_at) * (100.0 - percent) / percent
        data = {
            "state": "processing",
            "progress_percent": percent,
            "message": stage,
            "eta_s": eta_s,
            "step": self.claim.name,
            "is_system": self.claim.is_system,
            "capability": self.claim.capability,
        }
        kind = "progress" if self.claim.is_single else "step_progress"
        return {"seq": None, "topic": "job", "id": self.claim.job_id, "type": kind, "data": data}


def asset_facts(facts: Any) -> dict[str, Any] | None:
    """Return the facts of an asset as a message holds them."""
    if facts is None:
        return None
    return {
        "sha256": facts.sha256,
        "name": facts.name,
        "media_type": facts.media_type,
        "size_bytes": facts.size_bytes,
    }


def kept_answer(found: tuple[Any, Any] | None) -> dict[str, Any]:
    """Return an earlier result as the answer to a process that asks for it."""
    return {"result": None, "products": []} if found is None else {"result": found[0], "products": found[1]}

"""What to call each capability with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tonmeister.core.capability import Capability

EXAMPLES: dict[str, dict[str, Any]] = {}
"""Arguments, besides the material, without which a capability cannot run or would take long."""


def arguments(capability: Capability, song: Path) -> dict[str, Any]:
    """Return arguments that run the capability on ``song``, wherever it takes material by position."""
    given = dict(EXAMPLES.get(capability.name, {}))
    assets = capability.asset_fields()
    for number, (name, takes_several) in enumerate(assets.items()):
        if number == 0 or capability.params.model_fields[name].is_required():
            given[name] = [str(song), str(song)] if takes_several else str(song)
    return given

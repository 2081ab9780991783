"""Errors as programs get them from every door: one envelope."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tonmeister.core.errors import TonmeisterError


def envelope(error: TonmeisterError) -> dict[str, Any]:
    """Return ``{"success": false, "error": {"code", "message", "details"}, "timestamp"}``."""
    details = {key: value for key, value in error.details().items() if key not in ("code", "message")}
    return {
        "success": False,
        "error": {"code": error.code, "message": error.message, "details": details},
        "timestamp": datetime.now(UTC).isoformat(timespec="seconds"),
    }

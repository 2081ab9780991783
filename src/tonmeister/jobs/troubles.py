"""Errors that only jobs meet, each worded once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tonmeister.core.errors import (
    AssetMissingError,
    AudioEmptyError,
    AudioUnreadableError,
    CancelledError,
    FormatUnsupportedError,
    JobDiedError,
    JobTimeoutError,
    TonmeisterError,
)

HOPELESS = (FormatUnsupportedError, AudioUnreadableError, AudioEmptyError)
"""Why an upload could not be prepared that every work on it would meet again; other troubles may pass."""


def missing_asset(ref: str) -> AssetMissingError:
    """Return the error for a reference that leads nowhere."""
    return AssetMissingError(
        f"There is no asset {ref!r}.",
        value=ref,
        remedy="Upload the file first, or take it out of the bin; `GET /api/v1/assets` lists what is there.",
    )


def unusable_asset(ref: str, name: str, field: str, error: Mapping[str, Any]) -> TonmeisterError:
    """Return the error for material that is known not to be sound: what it failed with when it was prepared."""
    kind = next(cls for cls in HOPELESS if cls.code == error["code"])
    return kind(
        f"{name} cannot be used: {error['message']}",
        field=field,
        value=ref,
        remedy=error.get("remedy") or "Choose another file.",
    )


def cancelled() -> CancelledError:
    """Return the error that a cancelled job carries."""
    return CancelledError("The work was cancelled.", remedy="Try the job again to get the result.")


def died(reason: str, times: int) -> JobDiedError:
    """Return the error for work whose process did not survive it."""
    return JobDiedError(
        f"The process that did the work died ({reason}; {'once' if times == 1 else f'{times} times'}).",
        value=times,
        remedy="If the machine ran out of memory, run fewer jobs at once; otherwise please report it with the file.",
    )


def late(limit_s: float) -> JobTimeoutError:
    """Return the error for work that took too long."""
    return JobTimeoutError(
        f"The work took longer than the {limit_s:g} s that it may.",
        field="job_timeout_s",
        value=limit_s,
        remedy="Raise TONMEISTER_JOB_TIMEOUT_S, or use shorter material.",
    )

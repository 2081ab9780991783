"""Stretching: another tempo without another pitch, another pitch without another tempo, a drifting take onto a grid."""

from __future__ import annotations

from tonmeister.capabilities.stretching.params import StretchParams, StretchResult
from tonmeister.core.capability import Capability

CAPABILITIES = (
    Capability(
        name="stretch",
        version="3",
        params=StretchParams,
        result=StretchResult,
        function="tonmeister.capabilities.stretching.run:stretch",
        check="tonmeister.capabilities.stretching.wishes:check_stretch",
        is_shared=True,
    ),
)

"""Fetching: bring the sound behind an address of the web into the library, if the one who runs the studio allows it."""

from __future__ import annotations

from tonmeister.capabilities.fetching.params import FetchParams, FetchResult
from tonmeister.core.capability import Capability

CAPABILITIES = (
    Capability(
        name="fetch",
        version="1",
        params=FetchParams,
        result=FetchResult,
        function="tonmeister.capabilities.fetching.run:fetch",
        check="tonmeister.capabilities.fetching.wishes:check_fetch",
        is_repeatable=False,
    ),
)

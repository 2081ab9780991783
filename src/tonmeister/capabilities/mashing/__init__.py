"""Mashing: songs taken apart and put together anew.

``phrases`` and ``hearing`` describe one song on its stems, ``scores`` and ``match`` lay each voice over each backing,
``planning`` makes plans of that; ``plan`` holds the plan, ``params`` the contract.
"""

from __future__ import annotations

from tonmeister.capabilities.mashing.params import PhrasesParams, PhrasesResult
from tonmeister.core.capability import Capability

CAPABILITIES = (
    Capability(
        name="mash_phrases",
        version="1",
        params=PhrasesParams,
        result=PhrasesResult,
        function="tonmeister.capabilities.mashing.phrases:describe_song",
        is_shared=True,
        is_inner=True,
    ),
)

"""Mashing: songs taken apart and put together anew.

``phrases`` and ``hearing`` describe one song on its stems, ``scores`` and ``match`` lay each voice over each backing,
``planning`` makes plans of that, ``rendering`` makes them sound; ``plan`` holds the plan, ``params`` the contract.
"""

from __future__ import annotations

from tonmeister.capabilities.mashing.params import (
    MashPlanParams,
    MashPlanResult,
    MashPreviewParams,
    MashPreviewResult,
    MashTalkParams,
    MashupParams,
    MashupResult,
    MatchParams,
    MatchResult,
    PhrasesParams,
    PhrasesResult,
)
from tonmeister.capabilities.mashing.rendering.params import (
    MashRenderParams,
    MashRenderResult,
    MashSectionParams,
    MashSectionResult,
)
from tonmeister.core.capability import Capability

CAPABILITIES = (
    Capability(
        name="mash_phrases",
        version="6",
        params=PhrasesParams,
        result=PhrasesResult,
        function="tonmeister.capabilities.mashing.phrases:describe_song",
        is_shared=True,
        is_inner=True,
    ),
    Capability(
        name="mash_render",
        version="5",
        params=MashRenderParams,
        result=MashRenderResult,
        function="tonmeister.capabilities.mashing.rendering.render:mash_render",
        is_shared=True,
        is_inner=True,
    ),
    Capability(
        name="mash_section",
        version="5",
        params=MashSectionParams,
        result=MashSectionResult,
        function="tonmeister.capabilities.mashing.rendering.section:mash_section",
        is_shared=True,
        is_inner=True,
    ),
    Capability(
        name="mashup",
        version="9",
        params=MashupParams,
        result=MashupResult,
        function="tonmeister.capabilities.mashing.run:mashup",
        check="tonmeister.capabilities.mashing.run:check_mashup",
        check_language="tonmeister.capabilities.mashing.run:check_language",
        asks_model=True,
    ),
    Capability(
        name="match",
        version="6",
        params=MatchParams,
        result=MatchResult,
        function="tonmeister.capabilities.mashing.match:match",
        is_shared=True,
    ),
    Capability(
        name="mash_preview",
        version="6",
        params=MashPreviewParams,
        result=MashPreviewResult,
        function="tonmeister.capabilities.mashing.run:preview",
        is_shared=True,
        is_inner=True,
        is_passing=True,
    ),
    Capability(
        name="mash_plan",
        version="10",
        params=MashPlanParams,
        result=MashPlanResult,
        function="tonmeister.capabilities.mashing.planning.run:plan_mashup",
        draft="tonmeister.capabilities.mashing.planning.run:draft",
        is_shared=True,
        is_inner=True,
    ),
    Capability(
        name="mash_talk",
        version="9",
        params=MashTalkParams,
        result=MashPlanResult,
        function="tonmeister.capabilities.mashing.planning.run:talk_mashup",
        is_repeatable=False,
        is_inner=True,
        asks_model=True,
    ),
)

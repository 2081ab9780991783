"""Analysing: what song is this? Tempo, beats, metre, key, chords, sections, energy.

``observe`` reads the sound once and keeps what the rest is judged by; ``analyze`` judges. Correcting the tempo or the
first beat by hand judges again and listens to nothing twice.
"""

from __future__ import annotations

from tonmeister.capabilities.analyzing.params import AnalyzeParams, AnalyzeResult, ObserveParams, ObserveResult
from tonmeister.core.capability import Capability

CAPABILITIES = (
    Capability(
        name="analyze",
        version="13",
        params=AnalyzeParams,
        result=AnalyzeResult,
        function="tonmeister.capabilities.analyzing.run:analyze",
        check="tonmeister.capabilities.analyzing.told:check_analyze",
        is_shared=True,
    ),
    Capability(
        name="observe",
        version="5",
        params=ObserveParams,
        result=ObserveResult,
        function="tonmeister.capabilities.analyzing.observing:observe",
        is_shared=True,
        is_inner=True,
    ),
)

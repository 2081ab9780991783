"""Measuring: read a sound file once and tell its loudness, peaks, dynamics, spectrum and stereo image."""

from __future__ import annotations

from tonmeister.capabilities.measuring.params import MeasureParams, MeasureResult
from tonmeister.core.capability import Capability

CAPABILITIES = (
    Capability(
        name="measure",
        version="1",
        params=MeasureParams,
        result=MeasureResult,
        function="tonmeister.capabilities.measuring.run:measure",
    ),
)

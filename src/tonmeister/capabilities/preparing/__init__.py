"""Preparing: make a sound file ready for a studio's library, so that it can be seen, heard and judged at once.

The file is read once and measured; out come its facts, a listening copy that browsers play without decoding the whole,
the waveform at several resolutions and a spectrogram. On a server this is the first thing that happens to an upload,
in a process with limits: nothing else there ever decodes a file from outside.
"""

from __future__ import annotations

from tonmeister.capabilities.preparing.params import PrepareParams, PrepareResult
from tonmeister.core.capability import Capability

CAPABILITIES = (
    Capability(
        name="prepare",
        version="3",
        params=PrepareParams,
        result=PrepareResult,
        function="tonmeister.capabilities.preparing.run:prepare",
        is_inner=True,
    ),
)

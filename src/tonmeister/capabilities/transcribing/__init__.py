"""Transcribing: from a recording to notes, rhythm, a tab that a guitarist would play, and files of it.

The notes come from what `listen` (or, for a single voice, `follow`) has heard, the beats, chords and sections from
`analyze`. All that is slow is kept by the song's content: another tuning, sensitivity or edit costs no second hearing.
"""

from __future__ import annotations

from tonmeister.capabilities.transcribing.params import TranscribeParams, TranscribeResult
from tonmeister.core.capability import Capability

CAPABILITIES = (
    Capability(
        name="transcribe",
        version="14",
        params=TranscribeParams,
        result=TranscribeResult,
        function="tonmeister.capabilities.transcribing.run:transcribe",
        draft="tonmeister.capabilities.transcribing.run:draft",
        check="tonmeister.capabilities.transcribing.wishes:check_transcribe",
        is_shared=True,
    ),
)

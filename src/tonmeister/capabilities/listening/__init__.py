"""Listening: run the note network, or the pitch tracker, over a song, once.

What it hears is kept as posteriors: for every key and every 11.6 ms how sure the network is that it sounds and that it
begins. Analysis finds beats in them, transcription notes, and both may do so again with other settings at no cost.
"""

from __future__ import annotations

from tonmeister.capabilities.listening.params import FollowParams, FollowResult, ListenParams, ListenResult
from tonmeister.core.capability import Capability

CAPABILITIES = (
    Capability(
        name="listen",
        version="2",
        params=ListenParams,
        result=ListenResult,
        function="tonmeister.capabilities.listening.run:listen",
        is_shared=True,
        is_inner=True,
    ),
    Capability(
        name="follow",
        version="3",
        params=FollowParams,
        result=FollowResult,
        function="tonmeister.capabilities.listening.following:follow",
        is_shared=True,
        is_inner=True,
    ),
)

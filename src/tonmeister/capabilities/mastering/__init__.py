"""Mastering: one song, or an album, becomes a record that measures as promised.

The signal flow is in `chain`, the decisions in `targets`, the recipe in `run`; presets, genres and platforms are
data in ``presets.toml``.
"""

from tonmeister.capabilities.mastering.params import (
    AlbumParams,
    AlbumResult,
    MasterParams,
    MasterResult,
    PresetsParams,
    PresetsResult,
)
from tonmeister.core.capability import Capability

MASTER = Capability(
    name="master",
    version="2",
    params=MasterParams,
    result=MasterResult,
    function="tonmeister.capabilities.mastering.run:master",
    check="tonmeister.capabilities.mastering.run:check_master",
)
ALBUM = Capability(
    name="album",
    version="2",
    params=AlbumParams,
    result=AlbumResult,
    function="tonmeister.capabilities.mastering.album:album",
    check="tonmeister.capabilities.mastering.album:check_album",
    parts="songs",
)
PRESETS = Capability(
    name="presets",
    version="1",
    params=PresetsParams,
    result=PresetsResult,
    function="tonmeister.capabilities.mastering.presets:presets",
    is_inner=True,
)
CAPABILITIES = (MASTER, ALBUM, PRESETS)

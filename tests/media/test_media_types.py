"""Every kind of file that is read has a name on the web."""

from __future__ import annotations

import inspect
import re

from tonmeister.media import sniff
from tonmeister.media.media_types import UNKNOWN, media_type_of


def test_every_kind_that_is_told_has_a_media_type():
    text = inspect.getsource(sniff)
    told = set(re.findall(r'Kind\(\s*"\w+"(?: if \w+ else "\w+")?,\s*"(\w+)"', text)) | {"ac3", "eac3"}
    assert {"wav", "mp3", "matroska", "opus", "caf", "adts"} <= told
    assert {kind for kind in told if media_type_of(kind) == UNKNOWN} == set()


def test_a_kind_that_has_no_name_is_just_bytes():
    assert media_type_of("nonsense") == "application/octet-stream"

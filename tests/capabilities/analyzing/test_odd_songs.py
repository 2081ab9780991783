"""Songs that are recorded or corrected in odd ways, and what is told of them."""

from __future__ import annotations

import numpy as np

from capabilities.analyzing.conftest import beat_times, make_song

BPM = 117.3


def test_opposite_channels_are_heard_like_equal_ones(analyze, write):
    song = make_song(beat_times(BPM, 32))
    found, plain = (analyze(write(name, np.stack([song, right]))) for name, right in (("x", -song), ("y", song)))
    assert plain.key is not None
    assert (found.key, found.chords) == (plain.key, plain.chords)
    assert found.tempo == plain.tempo
    assert sum("cancel each other" in warning for warning in found.warnings) == 1
    assert not any("cancel each other" in warning for warning in plain.warnings)

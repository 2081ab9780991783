"""Surround to stereo: the gains of ITU-R BS.775, and one answer for every part of the program."""

from __future__ import annotations

import numpy as np
import pytest

from tonmeister.media.fold import fold_to_stereo, tell_fold

HALF_POWER = 0.5**0.5


@pytest.mark.parametrize(
    ("speaker", "left", "right"),
    [
        ("L", 1, 0),
        ("R", 0, 1),
        ("C", HALF_POWER, HALF_POWER),
        ("LFE", 0, 0),
        ("Ls", HALF_POWER, 0),
        ("Rrs", 0, HALF_POWER),
        ("Cs", 0.5, 0.5),
        ("X7", 0.5, 0.5),
    ],
)
def test_each_speaker_goes_where_the_standard_says(speaker, left, right):
    layout = ("L", "R", speaker) if speaker not in {"L", "R"} else ("L", "R")
    sound = np.zeros((len(layout), 8), np.float32)
    sound[layout.index(speaker)] = 1
    (folded,) = fold_to_stereo(iter([sound]), layout)
    assert folded.dtype == np.float32
    assert folded.flags.c_contiguous
    np.testing.assert_allclose(folded, [[left] * 8, [right] * 8], rtol=1e-6)


def test_where_each_channel_went_is_told():
    assert tell_fold(("L", "R", "C", "LFE", "Ls", "Rs")) == (
        "Folded from 6 channels to stereo by ITU-R BS.775: L to the left; R to the right; C to both sides at -3 dB; "
        "LFE left out; Ls to the left at -3 dB; Rs to the right at -3 dB."
    )
    assert "Lrs, Ls to the left at -3 dB" in tell_fold(("L", "R", "C", "LFE", "Lrs", "Rrs", "Ls", "Rs"))
    assert "X1, X2, X3 to both sides at -6 dB, the standard knowing no place" in tell_fold(("X1", "X2", "X3"))

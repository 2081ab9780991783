"""Warping: anchors land where they should, joins are unheard, bad anchors are refused."""

from __future__ import annotations

import numpy as np
import pytest

from tonmeister.dsp.warp import Anchor, check_anchors, even_anchors, find_joins, warp_pieces

RATE = 8000


def by_interpolation(block, rate):
    n = round(block.shape[1] / rate)
    at = np.arange(n) * rate
    return np.stack([np.interp(at, np.arange(block.shape[1]), row) for row in block]).astype(np.float32)


def test_a_slow_wave_passes_every_join():
    """With a stretch that is exact for slow waves, what comes out is the wave read at the warped times."""
    wave = np.sin(2 * np.pi * 3 * np.arange(4 * RATE) / RATE)[None].astype(np.float32)
    anchors = [Anchor(800, 0), Anchor(9000, 9000), Anchor(17000, 16000), Anchor(30000, 31000)]
    pieces = list(warp_pieces(wave, RATE, anchors, by_interpolation))
    assert [piece.shape[1] for piece in pieces] == [9000, 7000, 15000]
    at = np.interp(np.arange(31000), [a.target_samples for a in anchors], [a.source_samples for a in anchors])
    expected = np.interp(at, np.arange(wave.shape[1]), wave[0])
    made = np.concatenate(pieces, axis=1)[0]
    # within a crossfade the piece before still plays on at its own rate
    assert np.abs(made - expected).max() < 0.03
    assert np.abs(made - expected)[np.r_[100:8900, 9100:15900, 16100:30900]].max() < 2e-3


def test_a_piece_that_keeps_its_rate_is_not_touched():
    noise = np.random.default_rng(0).standard_normal((2, RATE)).astype(np.float32)
    (only,) = warp_pieces(noise, RATE, [Anchor(0, 0), Anchor(RATE, RATE)], lambda *_: pytest.fail("stretched"))
    assert np.array_equal(only, noise)


def test_the_length_is_exact_even_for_short_pieces():
    sound = np.ones((1, RATE), np.float32)
    anchors = [Anchor(0, 0), Anchor(20, 30), Anchor(55, 50), Anchor(RATE, RATE + 11)]
    made = np.concatenate(list(warp_pieces(sound, RATE, anchors, by_interpolation)), axis=1)
    assert made.shape == (1, RATE + 11)
    assert np.abs(made[:, :-20] - 1).max() < 1e-6


@pytest.mark.parametrize(
    "anchors",
    [
        [Anchor(0, 0)],
        [Anchor(0, 0), Anchor(0, 100)],
        [Anchor(0, 0), Anchor(100, 0)],
        [Anchor(0, 0), Anchor(900, 100)],
        [Anchor(0, 0), Anchor(2000, 2000)],
        [Anchor(-1, 0), Anchor(500, 500)],
        [Anchor(0, -1), Anchor(500, 500)],
    ],
)
def test_anchors_that_do_not_hold_are_refused(anchors):
    with pytest.raises(ValueError, match=r"anchors|rate"):
        check_anchors(anchors, 1000)


def test_the_farthest_rates_may_be_rounded_to_samples():
    for n_samples, rate in ((44100, 8.0), (441, 8.0), (4411, 0.125)):
        anchors = even_anchors(n_samples, rate, [])
        check_anchors(anchors, n_samples)


def test_joins_lie_at_onsets():
    sound = np.full((1, 70 * RATE), 1e-3, np.float32)
    hits = [round(at * RATE) for at in (29.1, 30.4, 31.5, 44.0)]
    for hit, level in zip(hits, (0.1, 0.9, 0.2, 1.0), strict=True):
        sound[:, hit : hit + 400] = level
    (join,) = find_joins(sound, RATE, every_s=30, search_s=4)
    assert abs(join - hits[1]) <= 0.006 * RATE
    assert even_anchors(70 * RATE, 2.0, [join])[1] == Anchor(join, round(join / 2))

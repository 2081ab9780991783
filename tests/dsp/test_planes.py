"""Weighted sums of neighbours: against the definition, at every width and number of outputs, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from tonmeister.dsp.planes import sum_taps


def by_definition(x, offsets, weights, bias, n_rows, n_columns, row_step):
    out = np.empty((len(bias), n_rows, n_columns))
    for row in range(n_rows):
        mine = weights[row] if weights.ndim == 3 else weights
        for column in range(n_columns):
            out[:, row, column] = bias + x.reshape(-1)[row * row_step + offsets + column].astype(np.float64) @ mine
    return out


@pytest.mark.parametrize("n_eights", range(1, 13))
@pytest.mark.parametrize("n_out", [1, 3, 4, 6, 8])
@pytest.mark.parametrize("has_own_rows", [False, True])
def test_it_is_the_sum_of_the_definition(n_eights, n_out, has_own_rows):
    random = np.random.default_rng(n_eights + 100 * n_out)
    n_rows, n_taps = 3, 7
    x = random.normal(size=(5, 40 + 8 * n_eights)).astype(np.float32)
    offsets = random.integers(0, 2 * x.shape[1], n_taps)
    shape = (n_rows, n_taps, n_out) if has_own_rows else (n_taps, n_out)
    weights = random.normal(size=shape).astype(np.float32)
    bias = random.normal(size=n_out).astype(np.float32)
    out = np.full((n_out, n_rows, 8 * n_eights + 8), 7.0, np.float32)
    sum_taps(x, offsets, weights, bias, out[..., :-8], row_step=x.shape[1])
    wanted = by_definition(x, offsets, weights, bias, n_rows, 8 * n_eights, x.shape[1])
    assert np.allclose(out[..., :-8], wanted, atol=2e-5)
    assert (out[..., -8:] == 7.0).all()
    sum_taps(x, offsets, weights, bias, out[..., :-8], row_step=x.shape[1], is_rectified=True)
    assert np.allclose(out[..., :-8], np.maximum(wanted, 0.0), atol=2e-5)
    assert (wanted < 0.0).any()


def sound_call(**changed):
    call = {
        "x": np.zeros(100, np.float32),
        "offsets": np.arange(4),
        "weights": np.ones((4, 2), np.float32),
        "bias": np.zeros(2, np.float32),
        "out": np.zeros((2, 3, 16), np.float32),
        "row_step": 40,
        **changed,
    }
    sum_taps(**call)


def test_it_reads_to_the_very_end():
    sound_call(x=np.zeros(3 + 80 + 16, np.float32))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"x": np.zeros(3 + 80 + 15, np.float32)}, "the taps reach from 0 to 99, but x holds 0 to 98"),
        ({"offsets": np.arange(4) - 1}, "the taps reach from -1"),
        ({"row_step": -1}, "the taps reach from -2"),
        ({"weights": np.ones((2, 4), np.float32)}, "weights must have the shape"),
        ({"bias": np.zeros(1, np.float32)}, "weights must have the shape"),
        ({"weights": np.ones((4, 2))}, "weights must be contiguous float32, got float64"),
        ({"x": np.zeros((20, 10), np.float32)[:, ::2]}, "x must be contiguous"),
        ({"offsets": np.arange(4, dtype=np.int32)}, "offsets must be int64"),
        ({"out": np.zeros((2, 3, 12), np.float32)}, "a multiple of 8 columns, got 12"),
        ({"out": np.zeros((2, 0, 16), np.float32)}, "nothing to sum"),
    ],
)
def test_what_does_not_fit_is_refused(changed, message):
    with pytest.raises(ValueError, match=message):
        sound_call(**changed)

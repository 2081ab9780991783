from __future__ import annotations

import math

import numpy as np
import pytest

from tonmeister.dsp.loudness import KWeightedPower
from tonmeister.dsp.stereo import measure_correlation, measure_mono_loss_lu, measure_width_percent, mid_side


def pair(product_of: str) -> np.ndarray:
    left, right = 0.1 * np.random.default_rng(2).standard_normal((2, 48000))
    return np.stack([left, {"equal": left, "opposite": -left, "unrelated": right}[product_of]]).astype(np.float32)


def energies(x: np.ndarray) -> tuple[float, float, float]:
    left, right = x.astype(np.float64)
    return float(left @ left), float(right @ right), float(left @ right)


@pytest.mark.parametrize(
    ("kind", "correlation", "width_percent", "loss_lu"),
    [("equal", 1.0, 0.0, 0.0), ("unrelated", 0.0, 50.0, 3.01), ("opposite", -1.0, 100.0, math.inf)],
)
def test_figures(kind: str, correlation: float, width_percent: float, loss_lu: float) -> None:
    x = pair(kind)
    assert measure_correlation(*energies(x)) == pytest.approx(correlation, abs=0.02)
    assert measure_width_percent(*energies(x)) == pytest.approx(width_percent, abs=1)
    power = KWeightedPower(48000, 2)
    power.push(x)
    assert measure_mono_loss_lu(power.energies(), power.products()[0]) == pytest.approx(loss_lu, abs=0.15)


def test_silence_has_no_figures() -> None:
    assert math.isnan(measure_correlation(0.0, 1.0, 0.0))
    assert math.isnan(measure_width_percent(0.0, 0.0, 0.0))
    assert math.isnan(measure_mono_loss_lu(np.zeros((2, 100)), np.zeros(100)))
    assert measure_width_percent(1.0, 0.0, 0.0) == 50.0


def test_mid_and_side_return_left_and_right() -> None:
    x = pair("unrelated")
    assert 2 * mid_side(mid_side(x)) == pytest.approx(x, abs=1e-7)
    assert np.all(mid_side(pair("equal"))[1] == 0)
    with pytest.raises(ValueError, match=r"\(2, n_samples\)"):
        mid_side(x[:1])

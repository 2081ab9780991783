"""Laws of measuring that hold for any sound."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tonmeister.dsp.meter import Measurement, Meter
from tonmeister.dsp.true_peak import TruePeak

RATE = 8000
LAW = settings(max_examples=25, deadline=None)


@st.composite
def sounds(draw: st.DrawFn) -> np.ndarray:
    """Stereo of 0.5 to 4 s: noise and a tone, with changing level, width and silence."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n = draw(st.integers(RATE // 2, 4 * RATE))
    levels = np.repeat(10 ** rng.uniform(-3, -0.3, n // 1000 + 1), 1000)[:n]
    side = rng.uniform(0, 1)
    mid_part, side_part = rng.standard_normal((2, n)) * 0.2
    tone = 0.5 * np.sin(2 * np.pi * rng.uniform(50, 3900) / RATE * np.arange(n))
    x = levels * (tone + np.stack([mid_part + side * side_part, mid_part - side * side_part]))
    return x.astype(np.float32)


def measured(x: np.ndarray) -> Measurement:
    meter = Meter(RATE, x.shape[0])
    meter.push(x)
    return meter.finish()


@LAW
@given(sounds(), st.sampled_from([0.25, 0.5, 2.0, 4.0]))
def test_gain_moves_levels_and_leaves_relations(x: np.ndarray, gain: float) -> None:
    before, after = measured(x), measured(x * np.float32(gain))
    moved = 20 * np.log10(gain)
    if min(before.integrated_lufs, after.integrated_lufs) > -45:  # far from the absolute gate
        assert after.integrated_lufs - before.integrated_lufs == pytest.approx(moved, abs=1e-6)
        assert after.plr_db == pytest.approx(before.plr_db, abs=1e-6)
    assert after.true_peak_dbtp - before.true_peak_dbtp == pytest.approx(moved, abs=1e-4)
    assert after.rms_dbfs - before.rms_dbfs == pytest.approx(moved, abs=1e-9)
    assert after.correlation == pytest.approx(before.correlation, abs=1e-9)
    assert after.tilt_db_per_octave == pytest.approx(before.tilt_db_per_octave, abs=1e-4)


@LAW
@given(sounds())
def test_exchanging_left_and_right_changes_nothing_else(x: np.ndarray) -> None:
    one, other = measured(x), measured(np.ascontiguousarray(x[::-1]))
    assert one.integrated_lufs == pytest.approx(other.integrated_lufs, abs=1e-9)
    assert one.true_peak_by_channel_dbtp == other.true_peak_by_channel_dbtp[::-1]
    assert one.mono_loss_lu == pytest.approx(other.mono_loss_lu, abs=1e-9)
    assert one.correlation == pytest.approx(other.correlation, abs=1e-9)


@LAW
@given(sounds())
def test_turning_the_polarity_changes_nothing(x: np.ndarray) -> None:
    one, other = measured(x), measured(-x)
    assert one.integrated_lufs == other.integrated_lufs
    assert one.true_peak_by_channel_dbtp == other.true_peak_by_channel_dbtp
    assert one.third_octaves_dbfs == other.third_octaves_dbfs


@LAW
@given(sounds())
def test_orders_between_figures(x: np.ndarray) -> None:
    found = measured(x)
    assert found.true_peak_dbtp >= found.sample_peak_dbfs >= found.rms_dbfs
    assert found.momentary_max_lufs >= found.integrated_lufs - 1e-9
    assert -1 <= found.correlation <= 1
    assert 0 <= found.width_percent <= 100
    assert found.mono_loss_lu > -1e-9
    assert found.leading_silence_s + found.trailing_silence_s <= found.duration_s


@LAW
@given(sounds())
def test_finer_oversampling_never_reads_less(x: np.ndarray) -> None:
    peaks = []
    for oversampling in (2, 4, 8, 16):
        detector = TruePeak(2, oversampling=oversampling)
        detector.push(x)
        peaks.append(detector.finish()[0])
    assert all(np.all(finer >= coarser * (1 - 1e-6)) for coarser, finer in itertools.pairwise(peaks))


@LAW
@given(sounds(), st.lists(st.integers(0, 4 * RATE), max_size=5))
def test_blocks_do_not_matter(x: np.ndarray, cuts: list[int]) -> None:
    meter = Meter(RATE, 2)
    for block in np.split(x, sorted(cuts), axis=1):
        meter.push(np.ascontiguousarray(block))
    parts, whole = meter.finish(), measured(x)
    assert parts.integrated_lufs == whole.integrated_lufs
    assert parts.true_peak_by_channel_dbtp == whole.true_peak_by_channel_dbtp
    assert parts.third_octaves_dbfs == whole.third_octaves_dbfs
    assert np.array_equal(parts.short_term_curve_lufs, whole.short_term_curve_lufs)

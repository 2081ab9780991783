"""Laws of the stages of mastering that hold for any sound and any sensible setting."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tonmeister.dsp.dither import Quantiser
from tonmeister.dsp.dynamics import Curve, DynamicBand, DynamicEq, MultibandCompressor
from tonmeister.dsp.filters import BiquadCascade, peaking, response_db
from tonmeister.dsp.fir import LinearPhaseFilter, linear_phase
from tonmeister.dsp.limiter import Ballistics, apply_nodes, gain_nodes, limited_bins, limiter_cell
from tonmeister.dsp.saturation import Saturator
from tonmeister.dsp.true_peak import TruePeak, true_peak_cells
from tonmeister.dsp.width import StereoWidth

LAW = settings(max_examples=30, deadline=None)
RATES = st.sampled_from([22050, 44100, 48000, 96000])


@st.composite
def sounds(draw: st.DrawFn, max_samples: int = 6000) -> np.ndarray:
    """Stereo of any length: noise and a tone whose level moves between silence and well above full scale."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n = draw(st.integers(1, max_samples))
    level = (
        np.repeat(10 ** rng.uniform(-4, 0.5, n // 300 + 1), 300)[:n]
        * np.repeat(rng.random(n // 300 + 1) > 0.1, 300)[:n]
    )
    tone = np.sin(rng.uniform(0.001, 3.1) * np.arange(n))
    return (level * (tone + 0.3 * rng.standard_normal((2, n)))).astype(np.float32)


@st.composite
def curves(draw: st.DrawFn) -> Curve:
    number = st.floats
    return Curve(
        threshold_db=draw(number(-50, 0)),
        ratio=draw(number(1, 20)),
        knee_db=draw(number(0, 20)),
        range_db=draw(number(0, 24)),
        attack_ms=draw(number(0.5, 100)),
        release_ms=draw(number(5, 1000)),
        makeup_db=draw(number(-6, 6)),
    )


@st.composite
def ballistics(draw: st.DrawFn) -> Ballistics:
    number = st.floats
    return Ballistics(draw(number(0.1, 10)), draw(number(0.1, 20)), draw(number(1, 500)), draw(number(10, 2000)))


def cut(x: np.ndarray, step: int, seed: int) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    inner = np.unique(rng.integers(0, x.shape[1] // step + 1, 6)) * step
    return [part for part in np.split(x, inner, axis=1) if part.shape[1]]


def in_place(process: Callable[[np.ndarray], object], parts: list[np.ndarray]) -> np.ndarray:
    for part in parts:
        process(part)
    return np.concatenate(parts, axis=1)


@LAW
@given(sounds(), RATES, ballistics(), st.floats(0.05, 1.5))
def test_limiter_never_exceeds_its_limit(x: np.ndarray, rate: int, times: Ballistics, limit: float) -> None:
    cell = limiter_cell(rate)
    peak = true_peak_cells(x, cell)
    nodes = gain_nodes(peak, limit, cell, rate, times)
    highest = np.maximum(nodes[:-1], nodes[1:]).astype(np.float64) * peak
    assert highest.max() <= limit * (1 + 2e-7)
    assert (nodes > 0).all()
    assert (nodes <= 1).all()
    y = apply_nodes(x, 0, cell, nodes, 1.0)
    assert np.abs(y).max() <= limit * (1 + 1e-6)


@LAW
@given(sounds(), RATES, ballistics())
def test_true_peak_after_limiting_stays_near_the_limit(x: np.ndarray, rate: int, times: Ballistics) -> None:
    cell = limiter_cell(rate)
    limit = 0.5
    y = apply_nodes(x, 0, cell, gain_nodes(true_peak_cells(x, cell), limit, cell, rate, times), 1.0)
    detector = TruePeak(2, oversampling=8)
    detector.push(y)
    # The gain's own slope bends the waveform between samples; a look-ahead of a tenth of a millisecond bends it most.
    assert detector.finish()[0].max() <= limit * (1.006 if times.lookahead_ms >= 1 else 1.12)


@LAW
@given(sounds(), RATES, ballistics(), st.floats(0.1, 1.0), st.floats(0.1, 1.0))
def test_a_lower_limit_never_gives_more_gain(x: np.ndarray, rate: int, times: Ballistics, a: float, b: float) -> None:
    cell = limiter_cell(rate)
    peak = true_peak_cells(x, cell)
    lower, higher = (gain_nodes(peak, limit, cell, rate, times) for limit in sorted((a, b)))
    assert (lower <= higher + 1e-5).all()


@LAW
@given(sounds(), st.floats(0.1, 1.0))
def test_energy_after_limiting_is_between_none_and_all(x: np.ndarray, limit: float) -> None:
    cell = limiter_cell(48000)
    padded = np.pad(x, ((0, 0), (0, -x.shape[1] % cell)))
    energy = (padded.reshape(2, -1, cell).astype(np.float64) ** 2).sum(axis=(0, 2)).astype(np.float32)
    nodes = gain_nodes(true_peak_cells(x, cell), limit, cell, 48000, Ballistics())
    n_bins = -(-len(energy) * cell // 480)
    after = limited_bins(energy, nodes, cell, 480.0, n_bins)
    before = limited_bins(energy, np.ones_like(nodes), cell, 480.0, n_bins)
    assert (after >= 0).all()
    assert (after <= before * (1 + 1e-9)).all()
    assert np.isclose(before.sum(), energy.sum(dtype=np.float64), rtol=1e-6)


@LAW
@given(
    sounds(),
    RATES,
    st.lists(curves(), min_size=4, max_size=4),
    st.one_of(st.none(), curves()),
    st.booleans(),
    st.integers(),
)
def test_compressor_in_any_setting(
    x: np.ndarray, rate: int, bands: list[Curve], glue: Curve | None, three: bool, seed: int
) -> None:
    def stage() -> MultibandCompressor:
        return MultibandCompressor((120, 800, 5000), bands, glue, rate, three_bands=three)

    whole, gains = x.copy(), stage().process(x.copy())
    stage().process(whole)
    assert np.isfinite(whole).all()
    used = [bands[0], bands[0], *bands[2:]] if three else bands
    deepest = np.array([-curve.range_db for curve in used] + [-glue.range_db if glue else 0.0])
    assert (gains <= 0).all()
    assert (gains >= deepest - 1e-5).all()
    split = stage()
    assert np.array_equal(in_place(split.process, cut(x.copy(), split.cell, abs(seed))), whole)
    swapped = x[::-1].copy()
    stage().process(swapped)
    assert np.allclose(swapped[::-1], whole, rtol=0, atol=1e-6)


@LAW
@given(sounds(), RATES, st.lists(curves(), max_size=4), st.booleans(), st.integers())
def test_dynamic_equaliser_in_any_setting(
    x: np.ndarray, rate: int, each: list[Curve], relative: bool, seed: int
) -> None:
    bands = [DynamicBand(hz, 2.0, curve, relative) for hz, curve in zip((200, 1000, 4000, 9000), each, strict=False)]
    whole = x.copy()
    gains = DynamicEq(bands, rate).process(whole)
    assert np.isfinite(whole).all()
    assert (gains <= 0).all()
    assert all((gains[:, k] >= -curve.range_db - 1e-5).all() for k, curve in enumerate(each))
    split = DynamicEq(bands, rate)
    assert np.array_equal(in_place(split.process, cut(x.copy(), split.cell, abs(seed))), whole)


@LAW
@given(
    sounds(),
    st.lists(st.tuples(st.floats(30, 18000), st.floats(-12, 12), st.floats(0.3, 4)), max_size=11),
    st.integers(),
)
def test_cascade_is_linear_and_independent_of_the_split(
    x: np.ndarray, bells: list[tuple[float, float, float]], seed: int
) -> None:
    sections = np.array([peaking(hz, db, q, 44100) for hz, db, q in bells]).reshape(-1, 5)
    whole = BiquadCascade(sections, 2).process(x.copy())
    cascade = BiquadCascade(sections, 2)
    assert np.array_equal(in_place(cascade.process, cut(x.copy(), 1, abs(seed))), whole)
    # A power of two moves no rounding, but that of numbers too small to be normal.
    quarter = BiquadCascade(sections, 2).process(x * np.float32(0.25))
    assert np.allclose(quarter, whole * np.float32(0.25), rtol=0, atol=4 * np.finfo(np.float32).smallest_subnormal)


@LAW
@given(st.lists(st.tuples(st.floats(30, 18000), st.floats(-12, 12), st.floats(0.3, 4)), min_size=1, max_size=5))
def test_opposite_bells_cancel(bells: list[tuple[float, float, float]]) -> None:
    there = np.array([peaking(hz, db, q, 44100) for hz, db, q in bells])
    back = np.array([peaking(hz, -db, q, 44100) for hz, db, q in bells])
    f = np.geomspace(20, 20000, 50)
    assert np.allclose(response_db(there, f, 44100) + response_db(back, f, 44100), 0, atol=1e-6)


@LAW
@given(sounds(), st.floats(0, 200), st.floats(0, 400), st.floats(-6, 6), st.integers())
def test_width_leaves_mid_and_symmetry(
    x: np.ndarray, width_percent: float, mono_below_hz: float, shelf_db: float, seed: int
) -> None:
    def stage() -> StereoWidth:
        return StereoWidth(width_percent, 48000, mono_below_hz=mono_below_hz, shelf_db=shelf_db)

    whole = stage().process(x.copy())
    top = max(1.0, float(np.abs(whole).max()))
    assert np.allclose(whole.sum(axis=0, dtype=np.float64), x.sum(axis=0, dtype=np.float64), rtol=0, atol=3e-7 * top)
    assert np.array_equal(stage().process(x[::-1].copy())[::-1], whole)
    assert np.array_equal(in_place(stage().process, cut(x.copy(), 1, abs(seed))), whole)


@LAW
@given(sounds(2000), st.floats(-20, 18), st.sampled_from([16, 24, 48]), st.integers())
def test_saturator_is_odd_and_independent_of_the_split(x: np.ndarray, drive_db: float, n_taps: int, seed: int) -> None:
    def through(parts: list[np.ndarray]) -> np.ndarray:
        stage = Saturator(drive_db, 2, n_taps)
        return np.concatenate([*(stage.push(part) for part in parts), stage.finish()], axis=1)

    whole = through([x])
    assert whole.shape == x.shape
    assert np.array_equal(through(cut(x, 1, abs(seed))), whole)
    assert np.array_equal(through([-x]), -whole)


@LAW
@given(sounds(), st.sampled_from([101, 501]), st.integers())
def test_linear_phase_is_independent_of_the_split_and_of_the_direction_of_time(
    x: np.ndarray, n_taps: int, seed: int
) -> None:
    taps = linear_phase(np.array([100.0, 1000.0, 8000.0]), np.array([3.0, -2.0, 1.0]), n_taps, 44100)

    def through(parts: list[np.ndarray]) -> np.ndarray:
        stage = LinearPhaseFilter(taps, 2)
        return np.concatenate([*(stage.push(part) for part in parts), stage.finish()], axis=1)

    whole = through([x])
    assert whole.shape == x.shape
    assert np.array_equal(through(cut(x, 1, abs(seed))), whole)
    top = max(1.0, float(np.abs(x).max()))
    assert np.allclose(through([x[:, ::-1].copy()])[:, ::-1], whole, rtol=0, atol=2e-6 * top)


@LAW
@given(sounds(), st.sampled_from([16, 20, 24]), st.booleans(), st.integers(0, 1000), st.integers())
def test_quantiser_is_near_and_independent_of_the_split(
    x: np.ndarray, bit_depth: int, shaped: bool, noise_seed: int, seed: int
) -> None:
    full = 2 ** (bit_depth - 1)
    stage = Quantiser(bit_depth, 2, seed=noise_seed, shaped=shaped)
    whole = stage.process(x)
    wanted = np.clip(x.astype(np.float64) * full, -full, full - 1)
    assert np.abs(whole - wanted).max() <= (1.5 if not shaped else 1.5 * 9.4)
    n_above = (x.astype(np.float64) * full >= full + 14).sum() + (x.astype(np.float64) * full < -full - 15).sum()
    assert stage.n_clipped_samples >= n_above
    split = Quantiser(bit_depth, 2, seed=noise_seed, shaped=shaped)
    assert np.array_equal(np.concatenate([split.process(part) for part in cut(x, 1, abs(seed))], axis=1), whole)

from __future__ import annotations

import itertools

import numpy as np
import pytest

from dsp import oracles
from tonmeister.dsp.limiter import Ballistics, apply_nodes, gain_nodes, limited_bins, limiter_cell
from tonmeister.dsp.true_peak import TruePeak, true_peak_cells

CEILING = 10 ** (-1 / 20)
MARGIN_DB = 0.04
"""How far below the ceiling mastering aims: white noise up to half the sample rate slips between the 8 positions of the
detector by up to 0.07 dB."""
TIMES = (Ballistics(), Ballistics(1.0, 2.0, 20.0, 100.0), Ballistics(0.1, 0.1, 5.0, 50.0))


def spikes(n: int, seed: int = 9) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return (np.abs(rng.standard_normal(n)) * 10 ** rng.uniform(-1.5, 0.6, n)).astype(np.float32)


def limited(x: np.ndarray, ceiling: float, sample_rate: int, ballistics: Ballistics = TIMES[0]) -> np.ndarray:
    cell = limiter_cell(sample_rate)
    peak = true_peak_cells(x, cell, oversampling=8)
    return apply_nodes(x, 0, cell, gain_nodes(peak, ceiling, cell, sample_rate, ballistics), 1.0)


def highest(x: np.ndarray) -> float:
    detector = TruePeak(x.shape[0], oversampling=16)
    detector.push(x)
    return float(20 * np.log10(detector.finish()[0].max()))


@pytest.mark.parametrize(("sample_rate", "cell"), [(8000, 8), (44100, 16), (48000, 16), (96000, 32), (192000, 64)])
def test_cell(sample_rate: int, cell: int) -> None:
    assert limiter_cell(sample_rate) == cell


@pytest.mark.parametrize("times", TIMES, ids=["usual", "quick", "shortest"])
@pytest.mark.parametrize("n_cells", [0, 1, 2, 30, 3001])
def test_nodes_are_their_definition(kernels: str, n_cells: int, times: Ballistics) -> None:
    peak = spikes(n_cells)
    got = gain_nodes(peak, 0.9, 16, 44100, times)
    plain = (times.lookahead_ms, times.hold_ms, times.release_ms, times.sustain_ms)
    expected = oracles.nodes(peak.astype(np.float64), 0.9, 16, 44100, plain)
    assert got.dtype == np.float32
    assert got == pytest.approx(expected, abs=5e-7)


@pytest.mark.parametrize("times", TIMES, ids=["usual", "quick", "shortest"])
def test_no_cell_exceeds_the_limit(kernels: str, times: Ballistics) -> None:
    for seed in range(20):
        peak = spikes(2000, seed)
        nodes = gain_nodes(peak, 0.9, 16, 44100, times).astype(np.float64)
        assert (nodes > 0).all()
        assert (nodes <= 1).all()
        assert (np.maximum(nodes[:-1], nodes[1:]) * peak).max() <= 0.9 * (1 + 1e-7)


def test_quiet_sound_is_left_alone(kernels: str) -> None:
    peak = spikes(5000).clip(0, 0.9)
    assert (gain_nodes(peak, 0.9000001, 16, 44100, TIMES[0]) == 1).all()
    x = np.random.default_rng(1).uniform(-0.5, 0.5, (2, 1000)).astype(np.float32)
    assert np.array_equal(limited(x, 1.9, 44100), x)


def test_gain_returns_to_one_after_a_peak(kernels: str) -> None:
    peak = np.full(20000, 0.1, np.float32)
    peak[1000] = 4
    nodes = gain_nodes(peak, 1.0, 16, 44100, TIMES[0])
    cells_per_ms = 44.1 / 16
    assert nodes[1000] == pytest.approx(0.25, abs=1e-6)
    assert (nodes[: 1000 - round(4.5 * cells_per_ms)] == 1).all()
    assert nodes[1000 + round(7 * cells_per_ms)] == pytest.approx(0.25, abs=1e-6)
    assert nodes[-1] == 1
    back = nodes[1001:]
    assert (np.diff(back) >= -1e-6).all()


def test_result_may_be_given(kernels: str) -> None:
    peak, out = spikes(100), np.empty(101, np.float32)
    assert gain_nodes(peak, 0.9, 16, 44100, TIMES[0], out) is out
    assert np.array_equal(out, gain_nodes(peak, 0.9, 16, 44100, TIMES[0]))


def test_limit_must_be_positive() -> None:
    with pytest.raises(ValueError, match="limit must be positive"):
        gain_nodes(spikes(3), 0.0, 16, 44100, TIMES[0])


def test_result_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="out"):
        gain_nodes(spikes(30), 0.9, 16, 44100, TIMES[0], np.empty(30, np.float32))
    nodes = np.ones(5, np.float32)
    with pytest.raises(ValueError, match="out"):
        apply_nodes(np.zeros((2, 64), np.float32), 0, 16, nodes, 1.0, np.empty((2, 63), np.float32))


@pytest.mark.parametrize("cell", [8, 16, 32, 64, 12])
@pytest.mark.parametrize("n", [1, 16, 500, 1024])
def test_gain_is_straight_between_nodes(kernels: str, n: int, cell: int) -> None:
    rng = np.random.default_rng(2)
    x = rng.standard_normal((2, n)).astype(np.float32)
    nodes = rng.uniform(0.2, 1, n // cell + 2).astype(np.float32)
    expected = 1.3 * np.interp(np.arange(n) / cell, np.arange(len(nodes)), nodes) * x
    assert apply_nodes(x, 0, cell, nodes, 1.3) == pytest.approx(expected, abs=2e-6)


def test_gain_is_the_same_for_any_split_into_cells(kernels: str) -> None:
    x = np.random.default_rng(3).standard_normal((2, 5003)).astype(np.float32)
    nodes = gain_nodes(spikes(313), 0.9, 16, 44100, TIMES[0])
    whole = apply_nodes(x, 0, 16, nodes, 1.1)
    for seed in range(3):
        parts = [apply_nodes(x[:, p], p.start, 16, nodes, 1.1) for p in oracles.pieces(5003, 16, seed)]
        assert np.array_equal(np.concatenate(parts, axis=1), whole)


def test_wrong_places_are_refused() -> None:
    x, nodes = np.zeros((2, 64), np.float32), np.ones(5, np.float32)
    with pytest.raises(ValueError, match="multiple of 16"):
        apply_nodes(x, 8, 16, nodes, 1.0)
    with pytest.raises(ValueError, match="end before sample 80"):
        apply_nodes(x, 16, 16, nodes, 1.0)


def test_bins_hold_the_energy_after_limiting(kernels: str) -> None:
    rng = np.random.default_rng(5)
    energy, nodes = rng.uniform(0, 1, 1000).astype(np.float32), rng.uniform(0.3, 1, 1001).astype(np.float32)
    bins = limited_bins(energy, nodes, 16, 441.0, 37)
    expected = np.zeros(37)
    for k, (e, a, b) in enumerate(zip(energy, nodes, nodes[1:], strict=False)):
        gain = np.linspace(a, b, 1001)
        expected[min(36, int((k + 0.5) * 16 / 441))] += e * np.trapezoid(gain.astype(np.float64) ** 2, dx=1e-3)
    assert bins == pytest.approx(expected, rel=1e-5)


def bursts(n: int) -> np.ndarray:
    """The worst case for an interpolator: sign(sinc(k + 1/2)), which adds up between its two middle samples."""
    k = np.arange(-n, n)
    burst = np.sign(np.sinc(k + 0.5))
    x = np.zeros(20000)
    x[7000 : 7000 + 2 * n] = burst
    x[14000 : 14000 + 2 * n] = burst
    return np.stack([x, -x]).astype(np.float32)


def quarter(sample_rate: int) -> np.ndarray:
    return np.tile(oracles.sine(sample_rate / 4, 0, 20000, sample_rate, np.pi / 4) * np.float32(2**0.5), (2, 1))


def loud_noise() -> np.ndarray:
    return (4 * 0.3 * np.random.default_rng(11).standard_normal((2, 60000))).astype(np.float32)


@pytest.mark.parametrize("n", [16, 32, 64])
def test_worst_case_is_what_it_should_be(n: int) -> None:
    # The ideal interpolator adds up all of the burst, the detector what lies within 12 samples under its window.
    ideal_db = 20 * np.log10(2 * np.sum(1 / (np.pi * (np.arange(n) + 0.5))))
    assert 5 < highest(bursts(n)) < ideal_db
    assert ideal_db == pytest.approx({16: 9.59, 32: 10.77, 64: 11.82}[n], abs=0.02)


@pytest.mark.parametrize("times", TIMES[:2], ids=["usual", "quick"])
@pytest.mark.parametrize("sample_rate", [44100, 96000])
@pytest.mark.parametrize("signal", ["burst 32", "burst 64", "burst 128", "quarter", "noise"])
def test_true_peak_stays_below_the_ceiling(kernels: str, signal: str, sample_rate: int, times: Ballistics) -> None:
    x = {"quarter": lambda: quarter(sample_rate), "noise": loud_noise}.get(
        signal, lambda: bursts(int(signal.split()[-1]) // 2)
    )()
    assert highest(x) > 2
    assert highest(limited(x, CEILING * 10 ** (-MARGIN_DB / 20), sample_rate, times)) <= -1 + 0.05


@pytest.mark.parametrize("sample_rate", [44100, 48000, 96000])
def test_steady_limiting_of_bass_stays_clean(kernels: str, sample_rate: int) -> None:
    x = oracles.sine(100, 5, 3 * sample_rate, sample_rate)[None]
    y = limited(x, CEILING, sample_rate)[0, sample_rate : 2 * sample_rate].astype(np.float64)
    assert 20 * np.log10(np.sqrt(2 * (y**2).mean())) == pytest.approx(-1, abs=0.1)
    assert oracles.residual_db(y, 100, sample_rate) <= -60


def test_idle_limiter_adds_no_noise_or_distortion(kernels: str) -> None:
    y = limited(oracles.sine(997, -1.1, 96000, 48000)[None], CEILING, 48000)[0, 48000:].astype(np.float64)
    assert oracles.residual_db(y, 997, 48000) <= -140


def test_limiting_keeps_the_stereo_image(kernels: str) -> None:
    x = loud_noise()[:, :8000]
    x[1] = 0.25 * x[0]
    y = limited(x, CEILING, 44100)
    assert y[1] == pytest.approx(0.25 * y[0], abs=1e-6)


def test_gain_before_is_a_lower_limit(kernels: str) -> None:
    peak = spikes(500)
    for gain, limit in itertools.product((0.5, 2.0), (0.4, 0.9)):
        a = gain_nodes(peak * np.float32(gain), limit, 16, 44100, TIMES[0])
        assert a == pytest.approx(gain_nodes(peak, limit / gain, 16, 44100, TIMES[0]), abs=1e-6)

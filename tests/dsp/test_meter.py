from __future__ import annotations

import dataclasses
import json
import math
import subprocess
import sys

import numpy as np
import pytest

from tonmeister.core.measurement import Measurement
from tonmeister.dsp.loudness import KWeightedPower, measure_integrated_lufs, measure_power
from tonmeister.dsp.meter import Meter, measure_least_psr_db
from tonmeister.dsp.stereo import mid_side
from tonmeister.dsp.true_peak import TruePeak


def measured(x: np.ndarray, sample_rate: int = 48000, **options):
    meter = Meter(sample_rate, x.shape[0], **options)
    meter.push(np.ascontiguousarray(x, np.float32))
    return meter.finish()


def music(n_channels: int = 2, seconds: float = 5, sample_rate: int = 48000) -> np.ndarray:
    rng = np.random.default_rng(8)
    n = int(seconds * sample_rate)
    swell = 0.02 + np.abs(np.sin(np.linspace(0, 7, n)))
    x = 0.1 * swell * rng.standard_normal((n_channels, n))
    x[-1] += 0.5 * x[0]
    return x.astype(np.float32)


def sine(frequency_hz: float, amplitude: float, seconds: float = 5, sample_rate: int = 48000) -> np.ndarray:
    return (amplitude * np.sin(2 * np.pi * frequency_hz * np.arange(int(seconds * sample_rate)) / sample_rate))[None]


@pytest.mark.parametrize("n_channels", [1, 2, 3, 6])
@pytest.mark.parametrize("sample_rate", [8000, 44100, 96000])
def test_any_split_gives_the_same_bits(sample_rate: int, n_channels: int) -> None:
    x = music(n_channels, 3.5, sample_rate)
    whole, parts = Meter(sample_rate, n_channels), Meter(sample_rate, n_channels)
    whole.push(x)
    for block in np.split(x, [1, 17, 20000, 20001, 25000], axis=1):
        parts.push(block)
    one, other = (dataclasses.asdict(meter.finish()) for meter in (whole, parts))
    assert np.array_equal(one.pop("short_term_curve_lufs"), other.pop("short_term_curve_lufs"))
    assert {name: repr(value) for name, value in one.items()} == {name: repr(value) for name, value in other.items()}


def test_plain_figures_equal_numpy() -> None:
    x = music()
    x[0] += 0.01
    found = measured(x)
    wide = x.astype(np.float64)
    rms = math.sqrt((wide**2).mean())
    assert found.rms_dbfs == pytest.approx(20 * math.log10(rms), abs=1e-9)
    assert found.sample_peak_by_channel_dbfs == pytest.approx(20 * np.log10(np.abs(wide).max(axis=1)), abs=1e-9)
    assert found.sample_peak_dbfs == max(found.sample_peak_by_channel_dbfs)
    assert found.crest_factor_db == pytest.approx(found.sample_peak_dbfs - found.rms_dbfs)
    assert found.dc_offset_by_channel_dbfs == pytest.approx(20 * np.log10(np.abs(wide.mean(axis=1))), abs=1e-6)
    assert found.correlation == pytest.approx(wide[0] @ wide[1] / np.sqrt((wide[0] @ wide[0]) * (wide[1] @ wide[1])))
    detector = TruePeak(2)
    detector.push(x)
    peaks, _ = detector.finish()
    assert found.true_peak_by_channel_dbtp == pytest.approx(20 * np.log10(peaks), abs=1e-5)
    assert found.plr_db == pytest.approx(found.true_peak_dbtp - found.integrated_lufs)
    assert found.duration_s == pytest.approx(5)
    assert (found.sample_rate, found.n_channels) == (48000, 2)


def test_a_full_scale_sine() -> None:
    found = measured(sine(997, 1.0))
    assert found.integrated_lufs == pytest.approx(-3.01, abs=0.02)
    assert found.rms_dbfs == pytest.approx(-3.01, abs=0.001)
    assert found.crest_factor_db == pytest.approx(3.01, abs=0.001)
    assert found.true_peak_dbtp == pytest.approx(0.0, abs=0.2)  # it begins and ends abruptly
    assert found.range_lu == pytest.approx(0, abs=0.01)
    assert found.psr_db == pytest.approx(3.01, abs=0.2)
    assert math.isnan(found.correlation)
    assert found.correlation_by_band == ()


def test_dual_mono_is_louder_than_mono_by_the_second_loudspeaker() -> None:
    x = sine(997, 0.5)
    assert measured(x, dual_mono=True).integrated_lufs - measured(x).integrated_lufs == pytest.approx(3.0103, abs=1e-3)
    stereo = measured(np.repeat(x, 2, axis=0))
    assert stereo.integrated_lufs == pytest.approx(measured(x, dual_mono=True).integrated_lufs)


def test_mono_loss_equals_measuring_the_fold_down() -> None:
    x = music()
    fold = mid_side(x)[:1]
    power = KWeightedPower(48000, 1)
    power.push(fold)
    loudness = measure_integrated_lufs(2 * measure_power(power.energies()))
    found = measured(x)
    assert found.mono_loss_lu == pytest.approx(found.integrated_lufs - loudness, abs=1e-4)
    assert measured(np.concatenate([x[:1], -x[:1]])).mono_loss_lu == math.inf
    assert measured(np.concatenate([x[:1], x[:1]])).mono_loss_lu == 0


def test_surround_is_weighted_by_loudspeaker() -> None:
    x = np.zeros((6, 48000), np.float32)
    x[3] = sine(997, 0.5, 1)
    assert measured(x).integrated_lufs == -math.inf  # the low-frequency effects do not count
    shuffled = measured(x, layout=("L", "LFE", "C", "R", "Ls", "Rs")).integrated_lufs
    x[4], x[3] = x[3], 0
    assert measured(x).integrated_lufs == pytest.approx(shuffled + 10 * math.log10(1.41), abs=1e-6)


def test_silence_and_nothing() -> None:
    for x in (np.zeros((2, 48000 * 4)), np.zeros((2, 0))):
        found = measured(x)
        assert found.integrated_lufs == found.short_term_max_lufs == found.true_peak_dbtp == found.rms_dbfs == -math.inf
        assert math.isnan(found.range_lu)
        assert math.isnan(found.psr_db)
        assert found.leading_silence_s == found.trailing_silence_s == found.duration_s


def test_silence_at_both_ends() -> None:
    x = np.zeros((2, 96000))
    x[0, 24000:72001] = 0.1
    x[1, 12000:80000] = 10 ** (-75 / 20)  # below what counts as sound
    found = measured(x)
    assert found.leading_silence_s == 0.5
    assert found.trailing_silence_s == pytest.approx((96000 - 72001) / 48000)


def test_true_peak_is_found_where_it_lies() -> None:
    x = 0.1 * music(1, 5)
    x[0, 48000 * 3 + 24000 : 48000 * 3 + 24002] = 0.9
    found = measured(x)
    assert found.true_peak_at_s == pytest.approx(3.5, abs=0.051)


@pytest.mark.parametrize(
    ("clip_at", "expected"), [(0.5, None), (0.2, 0), (2.0, 0)], ids=["clipped", "clipped and then quiet", "intact"]
)
def test_clipped_samples(clip_at: float, expected: int | None) -> None:
    gain = 1.0 if clip_at == 0.2 else 1 / min(clip_at, 1)
    x = (np.clip(sine(500, 1.0, 1), -clip_at, clip_at) * gain).astype(np.float32)
    flat = np.abs(x[0]) == np.abs(x).max()
    n_flat = int(flat.sum()) if expected is None else expected
    assert measured(x).n_clipped_samples == n_flat
    if expected is None:
        assert n_flat > 10000


def test_runs_of_clipped_samples_across_blocks_and_polarities() -> None:
    x = 0.1 * music(1, 3)
    x[0, 32766:32770] = 1.0  # across the border of two inner blocks
    x[0, 63:66] = 1.0
    x[0, 100:102] = 1.0  # too short
    x[0, 200:205] = -0.95
    assert measured(x).n_clipped_samples == 4 + 3 + 5


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_no_number_is_refused(bad: float) -> None:
    x = music()
    x[1, 5] = bad
    with pytest.raises(ValueError, match="finite"):
        measured(x)


def test_wrong_channels_are_refused() -> None:
    with pytest.raises(ValueError, match="1 channels, expected 2"):
        Meter(48000, 2).push(np.zeros((1, 4), np.float32))
    with pytest.raises(ValueError, match="1 to 8"):
        Meter(48000, 9)


def test_least_psr_is_that_of_the_densest_passage() -> None:
    curve = np.concatenate([np.full(50, -20.0), np.full(50, -10.0), np.full(50, -75.0)])
    assert measure_least_psr_db(np.ones(200, np.float32), curve) == pytest.approx(10)
    assert math.isnan(measure_least_psr_db(np.ones(20, np.float32), np.empty(0)))


@pytest.mark.parametrize("x", [music(), music(1), music(6), np.zeros((2, 48000)), np.zeros((1, 10))])
def test_measurement_is_sound_data(x: np.ndarray) -> None:
    figures = Measurement.from_meter(measured(x))
    text = figures.model_dump_json()
    assert "NaN" not in text
    assert "Infinity" not in text
    assert Measurement.model_validate_json(text) == figures
    assert len(figures.bands) == (4 if len(x) == 2 else 0)
    assert figures.true_peak_dbtp is None or figures.true_peak_dbtp >= figures.sample_peak_dbfs


def test_kernels_for_any_processor_measure_the_same() -> None:
    script = """
import dataclasses, json, sys
import numpy as np
from tonmeister.dsp import native
if sys.argv[1] == "base":
    load = native.library
    native.library = lambda: load("base")
from tonmeister.dsp.meter import Meter
rng = np.random.default_rng(8)
meter = Meter(44100, 2)
meter.push((0.1 * rng.standard_normal((2, 160000))).astype(np.float32))
figures = dataclasses.asdict(meter.finish())
figures.pop("short_term_curve_lufs")
print(json.dumps(figures))
"""
    base, fastest = (
        json.loads(subprocess.run([sys.executable, "-c", script, variant], check=True, capture_output=True).stdout)
        for variant in ("base", "fastest")
    )
    assert base.keys() == fastest.keys()
    for name, value in fastest.items():
        assert np.ravel(base[name]) == pytest.approx(np.ravel(value), abs=1e-5), name

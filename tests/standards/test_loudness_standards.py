"""EBU Tech 3341, Tech 3342 and ITU-R BS.1770 / BS.2217: the standards' own signals, within their tolerances."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

from standards.loudness_signals import (
    LOUDNESS_TOLERANCE_LU,
    PEAK_TOLERANCE_DB,
    PROGRAMMES,
    RANGE_TOLERANCE_LU,
    RATES_HZ,
    STEADY_MOMENTARY,
    STEADY_SHORT_TERM,
    Programme,
    live_segments,
    peak_signals,
)
from tonmeister.dsp.loudness import (
    KWeightedPower,
    k_weighting,
    measure_momentary_lufs,
    measure_power,
    measure_short_term_lufs,
)
from tonmeister.dsp.meter import Measurement, Meter
from tonmeister.dsp.true_peak import TruePeak

LOUDNESS = {"abs": LOUDNESS_TOLERANCE_LU}


def metered(programme: Programme, sample_rate: int) -> Measurement:
    meter = Meter(sample_rate, len(programme.gains_db))
    for block in programme.blocks(sample_rate):
        meter.push(block)
    return meter.finish()


def power_of(programme: Programme, sample_rate: int) -> np.ndarray:
    power = KWeightedPower(sample_rate, len(programme.gains_db))
    for block in programme.blocks(sample_rate):
        power.push(block)
    return measure_power(power.energies())


@pytest.mark.parametrize("sample_rate", RATES_HZ)
@pytest.mark.parametrize("programme", PROGRAMMES, ids=lambda programme: programme.name)
def test_programme(programme: Programme, sample_rate: int) -> None:
    found = metered(programme, sample_rate)
    if programme.integrated_lufs is not None:
        assert found.integrated_lufs == pytest.approx(programme.integrated_lufs, **LOUDNESS)
    if programme.momentary_max_lufs is not None:
        assert found.momentary_max_lufs == pytest.approx(programme.momentary_max_lufs, **LOUDNESS)
    if programme.short_term_max_lufs is not None:
        assert found.short_term_max_lufs == pytest.approx(programme.short_term_max_lufs, **LOUDNESS)
    if programme.range_lu is not None:
        assert found.range_lu == pytest.approx(programme.range_lu, abs=RANGE_TOLERANCE_LU)


@pytest.mark.parametrize("sample_rate", RATES_HZ)
def test_a_steady_tone_reads_the_same_all_the_time(sample_rate: int) -> None:
    for programme, level_lufs in zip(PROGRAMMES[:2], (-23, -33), strict=True):
        power = power_of(programme, sample_rate)
        assert measure_short_term_lufs(power) == pytest.approx(level_lufs, **LOUDNESS)
        assert measure_momentary_lufs(power)[10:] == pytest.approx(level_lufs, **LOUDNESS)


@pytest.mark.parametrize("sample_rate", RATES_HZ)
def test_short_term_stays_constant(sample_rate: int) -> None:  # 3341-9
    assert measure_short_term_lufs(power_of(STEADY_SHORT_TERM, sample_rate)) == pytest.approx(-23, **LOUDNESS)


@pytest.mark.parametrize("sample_rate", RATES_HZ)
def test_momentary_stays_constant(sample_rate: int) -> None:  # 3341-12
    momentary = measure_momentary_lufs(power_of(STEADY_MOMENTARY, sample_rate))
    assert momentary[60:] == pytest.approx(-23, **LOUDNESS)  # from 1 s on


@pytest.mark.parametrize("sample_rate", RATES_HZ)
@pytest.mark.parametrize(
    ("window_s", "step_s", "measure_lufs"), [(3.0, 0.15, measure_short_term_lufs), (0.4, 0.02, measure_momentary_lufs)]
)
def test_live_maximum_after_each_segment(window_s, step_s, measure_lufs, sample_rate: int) -> None:  # 3341-11 and 14
    segments = live_segments(window_s, step_s)
    curve = measure_lufs(power_of(Programme("live", list(itertools.chain(*segments))), sample_rate))
    for i in range(20):
        n_windows = round(((i + 1) * 2 * window_s - window_s) * 100) + 1  # those that end within the segments so far
        assert curve[:n_windows].max() == pytest.approx(-38 + i, **LOUDNESS)


@pytest.mark.parametrize("oversampling", [8, 16])
@pytest.mark.parametrize("sample_rate", RATES_HZ)
def test_true_peak(sample_rate: int, oversampling: int) -> None:
    below, above = PEAK_TOLERANCE_DB
    for name, sound, peak_dbtp in peak_signals(sample_rate):
        detector = TruePeak(2, oversampling=oversampling)
        detector.push(sound)
        deviations = 20 * np.log10(detector.finish()[0]) - peak_dbtp
        assert np.all((below <= deviations) & (deviations <= above)), (name, deviations)


def k_curve_db(frequency_hz: float) -> float:
    """The curve of BS.1770's own coefficients for 48 kHz."""
    z = np.exp(-2j * np.pi * frequency_hz / 48000)
    shelf = np.polyval([1.19839281085285, -2.69169618940638, 1.53512485958697], z) / np.polyval(
        [0.73248077421585, -1.69065929318241, 1], z
    )
    high_pass = np.polyval([1, -2, 1], z) / np.polyval([0.99007225036621, -1.99004745483398, 1], z)
    return float(20 * np.log10(abs(shelf * high_pass)))


def test_coefficients_at_48_khz_are_those_of_the_table() -> None:
    table = [
        [1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241, 0.73248077421585],
        [1.0, -2.0, 1.0, -1.99004745483398, 0.99007225036621],
    ]
    assert k_weighting(48000) == pytest.approx(np.array(table), abs=1e-12)


@pytest.mark.parametrize("level_lufs", [-23.0, -24.0])
@pytest.mark.parametrize("frequency_hz", [25, 100, 500, 1000, 2000, 10000])
@pytest.mark.parametrize("sample_rate", RATES_HZ)
def test_tone_at_the_level_that_the_k_curve_maps(sample_rate: int, frequency_hz: int, level_lufs: float) -> None:
    amplitude = 10 ** ((level_lufs + 0.691 - k_curve_db(frequency_hz)) / 20)  # in two channels: 0.5 * 2
    tone = amplitude * np.sin(2 * np.pi * frequency_hz / sample_rate * np.arange(3 * sample_rate))
    meter = Meter(sample_rate, 2)
    meter.push(np.repeat(tone[None], 2, axis=0).astype(np.float32))
    assert meter.finish().integrated_lufs == pytest.approx(level_lufs, **LOUDNESS)


@pytest.mark.parametrize(
    ("file", "level_lufs"), [("1770-2_Comp_AbsGateTest.wav", -69.5), ("1770-2_Comp_RelGateTest.wav", -10.0)]
)
def test_official_gate_files(shared_audio: Path, file: str, level_lufs: float) -> None:
    from tonmeister.media.reader import open_audio

    with open_audio(shared_audio / "loudness" / file) as reader:
        meter = Meter(reader.info.sample_rate, reader.info.n_channels)
        for block in reader.blocks():
            meter.push(block)
    assert meter.finish().integrated_lufs == pytest.approx(level_lufs, **LOUDNESS)

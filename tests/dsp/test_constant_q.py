from __future__ import annotations

import doctest

import numpy as np
import pytest

from tonmeister.dsp import constant_q
from tonmeister.dsp.constant_q import PitchScale, measure_constant_q

SCALE = PitchScale(110.0, 72, 24)


def direct(signal, sample_rate, centre_hz, q, sample):
    """One bin of one frame by its definition."""
    length = q * sample_rate / centre_hz
    places = np.arange(int(np.ceil(sample - length / 2)), int(np.floor(sample + length / 2)) + 1)
    places = places[(places >= 0) & (places < signal.size)]
    window = 0.5 + 0.5 * np.cos(2 * np.pi * (places - sample) / length)
    turning = np.exp(-2j * np.pi * centre_hz * places / sample_rate)
    return abs(np.sum(signal[places] * window * turning)) / (length / 2) * np.sqrt(length)


def test_examples_run():
    assert doctest.testmod(constant_q).failed == 0


@pytest.mark.parametrize(("sample_rate", "hop"), [(44100, 4096), (22050, 2048), (22050, 512)])
def test_bins_are_those_of_the_definition(sample_rate, hop):
    rng = np.random.default_rng(1)
    signal = rng.standard_normal(2 * sample_rate).astype(np.float32)
    bins = measure_constant_q(signal, sample_rate, SCALE, hop)
    assert bins.shape == (1 + signal.size // hop, 72)
    for frame in (0, 3, len(bins) // 2, len(bins) - 1):
        for index in (0, 31, 71):
            expected = direct(signal, sample_rate, float(SCALE.centres_hz[index]), SCALE.q, frame * hop)
            assert bins[frame, index] == pytest.approx(expected, rel=0.02, abs=0.02)


def test_a_sine_on_a_centre_gives_half_the_root_of_the_window():
    sample_rate, centre_hz = 22050, float(SCALE.centres_hz[24])
    tone = np.sin(2 * np.pi * centre_hz * np.arange(2 * sample_rate) / sample_rate).astype(np.float32)
    bins = measure_constant_q(tone, sample_rate, SCALE, 1024)
    middle = bins[len(bins) // 2]
    assert int(middle.argmax()) == 24
    assert middle[24] == pytest.approx(np.sqrt(SCALE.q * sample_rate / centre_hz) / 2, rel=1e-3)


def test_blocks_leave_no_seams():
    sample_rate, hop = 22050, 256
    scale = PitchScale(440.0, 12, 12)
    tone = np.sin(2 * np.pi * 440 * np.arange(12 * sample_rate) / sample_rate).astype(np.float32)
    steady = measure_constant_q(tone, sample_rate, scale, hop)[20:-20, 0]
    assert len(steady) > 600
    assert float(np.ptp(steady)) < 1e-3 * float(steady.mean())


def test_silence_is_silent():
    assert not measure_constant_q(np.zeros(22050, np.float32), 22050, SCALE, 2048).any()


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="shape"):
        measure_constant_q(np.zeros((1, 100), np.float32), 22050, SCALE, 2048)
    with pytest.raises(ValueError, match="half the sample rate"):
        measure_constant_q(np.zeros(100, np.float32), 1500, SCALE, 2048)

from __future__ import annotations

import numpy as np
import pytest

from dsp import oracles
from tonmeister.dsp import filters

RATES = (44100, 48000, 96000, 192000)


def noise(n_channels: int, n: int, seed: int = 1) -> np.ndarray:
    return (0.2 * np.random.default_rng(seed).standard_normal((n_channels, n))).astype(np.float32)


def bells(n: int, sample_rate: int) -> np.ndarray:
    rng = np.random.default_rng(n)
    hz = np.geomspace(40, 15000, n)
    return np.array([filters.peaking(f, g, 1.0, sample_rate) for f, g in zip(hz, rng.uniform(-6, 6, n), strict=True)])


@pytest.mark.parametrize("sample_rate", RATES)
def test_designs_meet_their_definitions(sample_rate: int) -> None:
    at = np.array([1e-3, 1000.0])
    assert filters.response_db(filters.peaking(1000, 5, 2, sample_rate)[None], at, sample_rate) == pytest.approx(
        [0, 5], abs=1e-6
    )
    assert filters.response_db(filters.shelf("low", 1000, 5, sample_rate)[None], at, sample_rate) == pytest.approx(
        [5, 2.5], abs=1e-6
    )
    assert filters.response_db(filters.shelf("high", 1000, 5, sample_rate)[None], at, sample_rate) == pytest.approx(
        [0, 2.5], abs=1e-6
    )
    top = np.array([sample_rate / 2])
    assert filters.response_db(filters.shelf("high", 1000, -5, sample_rate)[None], top, sample_rate) == pytest.approx(
        -5
    )
    assert filters.response(filters.band_pass(1000, 3, sample_rate)[None], at[1:], sample_rate) == pytest.approx(1.0)
    for kind in ("low", "high", "all"):
        expected = oracles.second_order(kind, 1000, sample_rate)
        assert filters.butterworth(kind, 1000, sample_rate) == pytest.approx(expected, abs=1e-12)


def test_response_is_that_of_the_impulse() -> None:
    sections = bells(5, 48000)
    impulse = np.zeros((1, 16384))
    impulse[0, 0] = 1
    spectrum = np.fft.rfft(oracles.cascaded(impulse, sections)[0])
    assert filters.response(sections, np.fft.rfftfreq(16384, 1 / 48000), 48000) == pytest.approx(spectrum, abs=1e-6)


@pytest.mark.parametrize("n_channels", [1, 2])
@pytest.mark.parametrize("n_sections", [0, 1, 2, 3, 5, 8, 9, 12, 17])
def test_cascade_is_the_difference_equation(kernels: str, n_sections: int, n_channels: int) -> None:
    sections = bells(n_sections, 44100) if n_sections else np.zeros((0, 5))
    x = noise(n_channels, 1500)
    y = filters.BiquadCascade(sections, n_channels).process(x.copy())
    assert y.dtype == np.float32
    # Intermediate results rounded to float32 once per eight sections leave no more than this.
    assert y == pytest.approx(oracles.cascaded(x.astype(np.float64), sections), abs=4e-7)


@pytest.mark.parametrize("n_channels", [1, 2])
@pytest.mark.parametrize("n_sections", [1, 2, 7, 8, 11])
def test_cascade_is_the_same_for_any_split(kernels: str, n_sections: int, n_channels: int) -> None:
    sections, x = bells(n_sections, 48000), noise(n_channels, 5000)
    whole = filters.BiquadCascade(sections, n_channels).process(x.copy())
    for seed in range(3):
        cascade = filters.BiquadCascade(sections, n_channels)
        parts = [cascade.process(x[:, part].copy()) for part in oracles.pieces(5000, 1, seed)]
        assert np.array_equal(np.concatenate(parts, axis=1), whole)


def test_channels_do_not_hear_each_other(kernels: str) -> None:
    x = noise(2, 3000)
    both = filters.BiquadCascade(bells(6, 44100), 2).process(x.copy())
    for channel in range(2):
        alone = filters.BiquadCascade(bells(6, 44100), 1).process(x[channel : channel + 1].copy())
        assert np.array_equal(both[channel], alone[0])


def test_cascade_works_inside_a_larger_array(kernels: str) -> None:
    x = noise(2, 3000)
    expected = filters.BiquadCascade(bells(4, 44100), 2).process(x[:, 500:2500].copy())
    filters.BiquadCascade(bells(4, 44100), 2).process(x[:, 500:2500])
    assert np.array_equal(x[:, 500:2500], expected)
    assert np.array_equal(x[:, :500], noise(2, 3000)[:, :500])
    assert np.array_equal(x[:, 2500:], noise(2, 3000)[:, 2500:])


def test_cascade_falls_silent_without_denormal_numbers(kernels: str) -> None:
    cascade = filters.BiquadCascade(bells(8, 44100), 2)
    cascade.process(noise(2, 4096))
    last = np.ones((2, 1), np.float32)
    for _ in range(200):
        last = cascade.process(np.zeros((2, 4096), np.float32))
    assert not last.any()


@pytest.mark.parametrize("sample_rate", RATES)
def test_equaliser_adds_no_noise_or_distortion(kernels: str, sample_rate: int) -> None:
    y = oracles.sine(997, -1, 2 * sample_rate, sample_rate)[None].copy()
    filters.BiquadCascade(bells(10, sample_rate) * 1.0, 1).process(y)
    assert oracles.residual_db(y[0, sample_rate:].astype(np.float64), 997, sample_rate) <= -140


def test_wrong_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match=r"shape \(n, 5\)"):
        filters.BiquadCascade(np.zeros(5), 2)
    with pytest.raises(ValueError, match="1 or 2"):
        filters.BiquadCascade(np.zeros((1, 5)), 3)
    cascade = filters.BiquadCascade(np.zeros((1, 5)), 2)
    with pytest.raises(ValueError, match="channels"):
        cascade.process(np.zeros((1, 16), np.float32))
    with pytest.raises(ValueError, match="float32"):
        cascade.process(np.zeros((2, 16)))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="contiguous"):
        cascade.process(np.zeros((2, 16), np.float32)[:, ::2])


@pytest.mark.parametrize("sample_rate", RATES)
def test_graphic_equaliser_follows_smooth_curves(sample_rate: int) -> None:
    f = np.geomspace(20, 20000, 120)
    octaves = np.log2(f / 20)
    rng = np.random.default_rng(3)
    for _ in range(8):
        # Sums of slow waves over the octaves, scaled to 4 dB: what a tonal match asks for.
        waves = sum(
            rng.standard_normal() * np.cos(np.pi * k * octaves / 10 + rng.uniform(0, 2 * np.pi)) for k in range(1, 4)
        )
        target = 4 * waves / np.abs(waves).max()
        sections, error = filters.fit_graphic_eq(f, target, sample_rate)
        used = f < 0.45 * sample_rate
        assert np.isnan(error[~used]).all()
        assert error[used] == pytest.approx(
            filters.response_db(sections, f[used], sample_rate) - target[used], abs=1e-9
        )
        middle = used & (f >= 30) & (f <= 16000)
        assert np.abs(error[middle]).max() < 0.5


def test_flat_curve_needs_no_section() -> None:
    f = np.geomspace(20, 20000, 60)
    sections, error = filters.fit_graphic_eq(f, np.zeros(60), 48000)
    assert sections.shape == (0, 5)
    assert not error.any()


@pytest.mark.parametrize("n_channels", [1, 2])
@pytest.mark.parametrize("n_sections", [1, 2, 3])
def test_a_cascade_that_is_turned_goes_on_from_what_rings_in_it(kernels: str, n_sections: int, n_channels: int) -> None:
    rng = np.random.default_rng(9)
    sound = rng.standard_normal((n_channels, 1000)).astype(np.float32)
    corners = (300.0, 700.0, 1500.0, 3100.0)
    steps = np.stack(
        [np.stack([filters.butterworth("low", hz * (1 + at), 48000) for at in range(n_sections)]) for hz in corners]
    )
    turned = filters.BiquadCascade(steps[0], n_channels).process_turned(sound.copy(), steps, 256)
    # by the difference equation, its memory kept
    wanted = np.zeros_like(turned, np.float64)
    for channel in range(n_channels):
        ins = sound[channel].astype(np.float64)
        for section in range(n_sections):
            outs, z1, z2 = np.zeros(1000), 0.0, 0.0
            for n, x in enumerate(ins):
                b0, b1, b2, a1, a2 = steps[n // 256, section]
                outs[n] = b0 * x + z1
                z1, z2 = b1 * x - a1 * outs[n] + z2, b2 * x - a2 * outs[n]
            ins = outs
        wanted[channel] = ins
    assert np.abs(turned - wanted).max() < 1e-5
    still = np.broadcast_to(steps[:1], steps.shape)
    assert np.array_equal(
        filters.BiquadCascade(steps[0], n_channels).process_turned(sound.copy(), still, 256),
        filters.BiquadCascade(steps[0], n_channels).process(sound.copy()),
    )


def test_steps_that_do_not_fit_are_refused() -> None:
    sections = filters.butterworth("low", 500.0, 48000)[None]
    cascade, block = filters.BiquadCascade(sections, 2), np.zeros((2, 100), np.float32)
    for steps, step_samples in ((sections[None], 99), (np.zeros((4, 2, 5)), 64), (sections[None], 0)):
        with pytest.raises(ValueError, match="do not fit"):
            cascade.process_turned(block, steps, step_samples)

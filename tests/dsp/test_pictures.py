"""Waveform extremes and the mel spectrogram against plain NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from tonmeister.dsp.pictures import MAX_COLUMNS, N_BANDS, MelSpectrogram, WaveformExtremes


@pytest.mark.parametrize("block", [100, 256, 1000, 70_000])
def test_extremes_are_those_of_each_stretch_however_the_sound_is_cut(block: int) -> None:
    sound = np.random.default_rng(1).normal(size=(2, 300_017)).astype(np.float32)
    extremes = WaveformExtremes(2)
    for start in range(0, sound.shape[1], block):
        extremes.push(sound[:, start : start + block])
    levels = extremes.finish()
    assert [spp for spp, _ in levels] == [256, 1024]
    for spp, points in levels:
        assert len(points) == -(-sound.shape[1] // spp)
        for index in (0, 1, len(points) - 2, len(points) - 1):
            stretch = sound[:, index * spp : (index + 1) * spp]
            np.testing.assert_array_equal(points[index, :, 0], stretch.min(axis=1))
            np.testing.assert_array_equal(points[index, :, 1], stretch.max(axis=1))


def test_no_sound_has_no_points() -> None:
    ((spp, points),) = WaveformExtremes(1).finish()
    assert (spp, points.shape) == (256, (0, 1, 2))


def test_a_tone_lights_the_band_that_it_lies_in() -> None:
    rate = 44_100
    for hz in (110.0, 1000.0, 8000.0):
        spectrogram = MelSpectrogram(rate)
        tone = np.sin(2 * np.pi * hz * np.arange(rate * 2) / rate).astype(np.float32)
        spectrogram.push(np.stack([tone, tone]))
        levels = spectrogram.finish()
        assert levels.shape == (N_BANDS, (2 * rate - 2048) // 1024 + 1)
        mel = 2595 * np.log10(1 + np.array([30.0, hz, 20_000.0]) / 700)
        expected = (mel[1] - mel[0]) / (mel[2] - mel[0]) * (N_BANDS + 1) - 1
        assert abs(int(levels[:, 10].argmax()) - expected) <= 1.5
        assert levels[:, 10].max() == pytest.approx(0, abs=3)


def test_channels_that_cancel_in_mono_are_seen() -> None:
    noise = np.random.default_rng(4).normal(size=(1, 50_000)).astype(np.float32)
    pictures = []
    for sound in (noise, np.concatenate([noise, noise]), np.concatenate([noise, -noise])):
        spectrogram = MelSpectrogram(44_100)
        for part in np.array_split(sound, 7, axis=1):
            spectrogram.push(part)
        pictures.append(spectrogram.finish())
    np.testing.assert_allclose(pictures[1], pictures[0], atol=1e-4)
    np.testing.assert_allclose(pictures[2], pictures[0], atol=1e-4)


def test_one_of_two_channels_is_seen_three_decibels_lower() -> None:
    noise = np.random.default_rng(5).normal(size=(1, 50_000)).astype(np.float32)
    alone, beside = MelSpectrogram(44_100), MelSpectrogram(44_100)
    alone.push(noise)
    beside.push(np.concatenate([noise, 0 * noise]))
    np.testing.assert_allclose(beside.finish(), alone.finish() - 10 * np.log10(2), atol=1e-4)


def test_long_sound_stays_within_the_width_and_keeps_its_course() -> None:
    rate = 8000
    quiet_then_loud = np.concatenate([np.full(1024 * 3000, 0.01), np.full(1024 * 3000, 1.0)]).astype(np.float32)
    noise = np.random.default_rng(2).choice(np.array([-1, 1], np.float32), quiet_then_loud.size)
    spectrogram = MelSpectrogram(rate)
    for part in np.array_split(quiet_then_loud * noise, 37):
        spectrogram.push(part[np.newaxis])
    levels = spectrogram.finish()
    assert MAX_COLUMNS / 2 <= levels.shape[1] <= MAX_COLUMNS
    half = levels.shape[1] // 2
    step = levels[:, half + 20 :].mean() - levels[:, : half - 20].mean()
    assert step == pytest.approx(40, abs=0.5)


def test_averaging_does_not_depend_on_the_blocks() -> None:
    sound = np.random.default_rng(3).normal(size=(1, 1024 * 700)).astype(np.float32)
    pictures = []
    for n_parts in (1, 13):
        spectrogram = MelSpectrogram(44_100, max_columns=300)
        for part in np.array_split(sound, n_parts, axis=1):
            spectrogram.push(part)
        pictures.append(spectrogram.finish())
    np.testing.assert_allclose(pictures[0], pictures[1], atol=1e-3)

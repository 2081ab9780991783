"""The tonal balance moment by moment."""

from __future__ import annotations

import numpy as np
import pytest

from capabilities.mastering.songs import Sound, make_song, with_silence
from tonmeister.capabilities.mastering.moments import MomentMeter, Moments, percentile, steady
from tonmeister.dsp.meter import Meter

RATE = 44100


def listen(sound: Sound, step: int, n_expected: int | None = None, sample_rate: int = RATE) -> Moments:
    meter = MomentMeter(sample_rate, len(sound), sound.shape[1] if n_expected is None else n_expected)
    for start in range(0, sound.shape[1], step):
        meter.push(sound[:, start : start + step])
    return meter.finish()


@pytest.mark.parametrize("n_expected", [None, 0, 256 * 2048 * 7])
def test_moments_do_not_hear_how_sound_is_cut(n_expected: int | None) -> None:
    song = with_silence(make_song(6.0), RATE)
    whole = listen(song, song.shape[1], n_expected)
    assert len(whole.power) > 5
    for step in (777, 2048, 50_001):
        cut = listen(song, step, n_expected)
        assert np.array_equal(cut.power, whole.power)
        assert np.array_equal(cut.held, whole.held)


@pytest.mark.parametrize(("sample_rate", "n_bands"), [(44100, 29), (48000, 30), (96000, 30), (192000, 30)])
@pytest.mark.parametrize("n_channels", [1, 2])
def test_their_mean_is_the_spectrum_of_the_song(sample_rate: int, n_bands: int, n_channels: int) -> None:
    rng = np.random.default_rng(5)
    noise = (0.1 * rng.standard_normal((n_channels, 6 * sample_rate))).astype(np.float32)
    found = listen(noise, 65536, sample_rate=sample_rate)
    assert found.power.shape[1] == n_bands
    meter = Meter(sample_rate, n_channels)
    meter.push(noise)
    told = np.array([db for _, db in meter.finish().third_octaves_dbfs]) + 10 * np.log10(2)
    assert 10 * np.log10(found.power[:, 8:].mean(axis=0)) == pytest.approx(told[8:], abs=0.7)
    whole, wanted = found.power.mean(axis=0).sum(), np.sum(10 ** (told / 10))
    assert whole == pytest.approx(wanted, rel=0.03)


def test_pauses_and_offsets_do_not_count() -> None:
    """The bands of an offset song are those of a plain one from 63 Hz on."""
    song = make_song(3.0)
    plain, paused = listen(song, 65536), listen(np.concatenate([song, np.zeros_like(song)], axis=1), 65536)
    assert len(paused.power) == pytest.approx(len(plain.power), abs=2)
    lifted = listen(song + np.float32(0.2), 65536)
    inside = plain.power[:, 4:].sum(axis=1)
    assert lifted.power[:, 4:].sum(axis=1)[: len(inside)] == pytest.approx(inside, rel=0.05)


def test_a_loud_sound_covers_what_follows() -> None:
    x = np.full((1, 4 * RATE), 1e-2, np.float32) * np.resize([1, -1], 4 * RATE).astype(np.float32)
    x[:, RATE : RATE + 4096] *= 10
    held_db = 10 * np.log10(listen(x, 65536).held)
    assert held_db[:20] == pytest.approx(0, abs=0.01)
    # 20 dB louder for a moment, forgotten by 4.34 dB each 200 ms.
    start = int(np.argmax(held_db))
    assert 17 < held_db[start] < 20
    falls_db = -np.diff(held_db[start : start + 10])
    assert falls_db == pytest.approx(2048 / RATE / 0.2 * 10 / np.log(10), abs=0.02)


def test_a_song_shorter_than_a_frame_is_one_moment() -> None:
    assert listen(make_song(0.02), 100).power.shape == (1, 29)


def test_a_band_pass_hears_its_band() -> None:
    bands_hz = np.array([500.0, 1000.0, 2000.0])
    one = steady(np.array([-200.0, -10.0, -200.0]))
    assert one.heard_db(bands_hz, 1000.0, 1.4, np.zeros(3)) == pytest.approx([0.0], abs=1e-6)
    # At twice the centre the slope is 1 / (1 + (1.5 q)^2).
    beside = steady(np.array([-200.0, -200.0, -10.0]))
    assert beside.heard_db(bands_hz, 1000.0, 1.4, np.zeros(3)) == pytest.approx([-7.33], abs=0.01)
    both = steady(np.array([-200.0, -10.0, -10.0]))
    flat, raised = (both.heard_db(bands_hz, 1000.0, 1.4, np.array([0.0, db, 0.0]))[0] for db in (0.0, 6.0))
    assert raised > flat + 1.0


def test_percentile_is_that_of_numpy() -> None:
    values = np.random.default_rng(1).standard_normal(57)
    for percent in (0, 5, 25, 50, 77.7, 100):
        assert percentile(values, percent) == pytest.approx(np.quantile(values, percent / 100))
    assert percentile(np.array([3.0]), 50) == 3.0

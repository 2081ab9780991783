"""Time and pitch through the engines: lengths, pitch, beats onto a grid, image, the same every time."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from tonmeister.core.errors import MissingPartError
from tonmeister.dsp.warp import Anchor
from tonmeister.engines import stretching

RATE = 44100


def hits(at_s, n_samples, rng) -> np.ndarray:
    t = np.arange(int(0.06 * RATE)) / RATE
    sound = np.zeros(n_samples)
    for number, moment in enumerate(at_s):
        noise = 0.6 * rng.standard_normal(t.size) * np.exp(-t / 0.006)
        start = int(moment * RATE)
        sound[start : start + t.size] += (np.sin(2 * np.pi * 60 * t) * np.exp(-t / 0.03) + noise) * (0.6, 1.0)[
            number % 4 == 0
        ]
    return np.stack([sound, sound]).astype(np.float32) * 0.5


def onsets_ms(sound, at_s) -> np.ndarray:
    """Return how far the sound's onset lies from each moment: where a tenth of the hit's energy has come."""
    energy = np.convolve(sound[0] ** 2, np.ones(64) / 64, "same")
    found = []
    for moment in at_s:
        start = max(0, int((moment - 0.06) * RATE))
        grown = np.cumsum(energy[start : int((moment + 0.06) * RATE)])
        found.append((start + np.searchsorted(grown, 0.1 * grown[-1])) / RATE - moment)
    return np.array(found) * 1000


OURS = ["signalsmith", "vocoder"]


def engines():
    missing = pytest.mark.skipif(shutil.which("rubberband") is None, reason="the program rubberband is not installed")
    return ["signalsmith", "vocoder", pytest.param("rubberband", marks=missing)]


@pytest.mark.parametrize("engine", engines())
def test_a_drifting_take_is_brought_onto_the_grid(engine, tmp_path):
    rng = np.random.default_rng(0)
    gaps = 60 / 118 * (1 + 0.02 * np.sin(np.arange(64) * 2 * np.pi / 32) + rng.normal(0, 0.004, 64))
    played = np.concatenate([[0.5], 0.5 + np.cumsum(gaps)])[:64]
    grid = 0.5 + np.arange(64) * 60 / 124
    take = hits(played, int((played[-1] + 2) * RATE), rng)
    anchors = [Anchor(0, 0), *(Anchor(round(a * RATE), round(b * RATE)) for a, b in zip(played, grid, strict=True))]
    anchors.append(Anchor(take.shape[1], round(grid[-1] * RATE) + take.shape[1] - anchors[-1].source_samples))
    made = stretching.warp(take, RATE, anchors, engine=engine, folder=tmp_path)
    assert made.shape == (2, anchors[-1].target_samples)
    error = onsets_ms(made, grid) - np.median(onsets_ms(take, played))
    print(f"{engine}: mean {error.mean():.2f} ms, sd {error.std():.2f}, max {np.abs(error).max():.2f}")
    assert error.std() <= 1.0
    assert np.abs(error).max() <= 2.0
    assert not list(tmp_path.iterdir())
    # one factor for the whole leaves what the player did
    whole = stretching.stretch(take, RATE, rate=(played[-1] - played[0]) / (grid[-1] - grid[0]))
    shift = round((grid[0] - played[0] * (grid[-1] - grid[0]) / (played[-1] - played[0])) * RATE)
    assert onsets_ms(np.roll(whole, shift, axis=1), grid)[8:-8].std() > 10


@pytest.mark.parametrize("engine", OURS)
@pytest.mark.parametrize("rate", [0.5, 0.93, 1.1, 2.0])
def test_length_and_clicks_scale(rate, engine):
    at_s = np.arange(1, 12) * 0.5
    take = hits(at_s, 7 * RATE, np.random.default_rng(1))
    made = stretching.stretch(take, RATE, rate=rate, engine=engine)
    assert made.shape == (2, round(take.shape[1] / rate))
    assert made.dtype == np.float32
    assert np.std(onsets_ms(made, at_s / rate)) < 1.5


@pytest.mark.parametrize("engine", OURS)
def test_a_long_sound_is_cut_at_onsets_and_joined_unheard(engine):
    at_s = np.arange(1, 260) * 0.5
    take = hits(at_s, 130 * RATE, np.random.default_rng(2))
    told = []
    made = stretching.stretch(take, RATE, rate=1.04, engine=engine, tell=lambda fraction, stage: told.append(fraction))
    assert made.shape == (2, round(take.shape[1] / 1.04))
    assert len(told) >= 4
    assert np.std(onsets_ms(made, at_s / 1.04)) < 1.0
    level = [np.sqrt(np.mean(part**2)) for part in np.array_split(made[0], 40)]
    assert max(level) / min(level) < 1.2


@pytest.mark.parametrize("engine", OURS)
def test_the_image_stays(engine):
    rng = np.random.default_rng(3)
    tone = 0.3 * np.sin(2 * np.pi * 330 * np.arange(2 * RATE) / RATE)
    sound = np.stack([tone + 0.02 * rng.standard_normal(tone.size), 0.5 * tone]).astype(np.float32)
    made = stretching.stretch(sound, RATE, rate=0.9, semitones=3, engine=engine)[:, RATE // 4 : -RATE // 4]
    before = 20 * np.log10(np.std(sound[0]) / np.std(sound[1]))
    assert 20 * np.log10(np.std(made[0]) / np.std(made[1])) == pytest.approx(before, abs=0.3)
    assert np.corrcoef(made)[0, 1] > 0.98


def heard(made, hz) -> tuple[float, float, float]:
    """Return how many cents the strongest tone lies above ``hz``, the level of all else against it, and its own."""
    middle = made[0, RATE // 2 : -RATE // 2]
    n = 1 << 19
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(middle.size), n))
    peak = int(np.argmax(spectrum))
    before, at, after = np.log(spectrum[peak - 1 : peak + 2])
    found_hz = (peak + 0.5 * (before - after) / (before - 2 * at + after)) * RATE / n
    near = spectrum[max(0, peak - 80) : peak + 81]
    rest = 1 - np.sum(near**2) / np.sum(spectrum**2)
    return 1200 * np.log2(found_hz / hz), 10 * np.log10(max(rest, 1e-12)), np.std(middle)


@pytest.mark.parametrize("engine", OURS)
@pytest.mark.parametrize("semitones", [-12.0, -5.0, 0.37, 2.0, 5.0, 12.0])
def test_pitch_is_true_from_the_lowest_to_the_highest_tone(semitones, engine):
    for hz in (40.0, 60.0, 82.4, 110.0, 440.0, 3000.0, 9000.0, 12000.0, 15000.0):
        wanted_hz = hz * 2 ** (semitones / 12)
        if wanted_hz > 20000:
            continue
        tone = (0.3 * np.sin(2 * np.pi * hz * np.arange(3 * RATE) / RATE)).astype(np.float32)[np.newaxis]
        made = stretching.stretch(tone, RATE, semitones=semitones, engine=engine)
        assert made.shape == tone.shape
        off_cents, rest_db, level = heard(made, wanted_hz)
        assert abs(off_cents) < 0.2, hz
        assert rest_db < -35, hz
        assert level == pytest.approx(np.std(tone), rel=0.15 if semitones == 12.0 else 0.05), hz


@pytest.mark.parametrize("engine", OURS)
@pytest.mark.parametrize(("rate", "semitones"), [(0.3, 0.0), (0.5, 7.0), (0.25, 19.0), (3.0, -5.0)])
def test_far_from_the_source_a_tone_stays_a_tone(rate, semitones, engine):
    tone = (0.3 * np.sin(2 * np.pi * 440 * np.arange(6 * RATE if rate > 1 else 2 * RATE) / RATE)).astype(np.float32)
    made = stretching.stretch(tone[np.newaxis], RATE, rate=rate, semitones=semitones, engine=engine)
    assert made.shape == (1, round(tone.size / rate))
    off_cents, rest_db, level = heard(made, 440 * 2 ** (semitones / 12))
    assert abs(off_cents) < 0.2
    assert rest_db < -35
    assert level == pytest.approx(np.std(tone), rel=0.1)


@pytest.mark.parametrize("engine", OURS)
def test_a_small_change_of_speed_is_made_all_along(engine):
    at_s = np.arange(1, 130) * 0.5
    take = hits(at_s, 66 * RATE, np.random.default_rng(7))
    made = stretching.stretch(take, RATE, rate=1.002, engine=engine)
    assert np.abs(onsets_ms(made, at_s / 1.002) - onsets_ms(take, at_s)).max() < 2.0


@pytest.mark.parametrize("engine", OURS)
def test_the_same_every_time(engine):
    sound = hits(np.arange(1, 5) * 0.4, 3 * RATE, np.random.default_rng(5))
    first, second = (stretching.stretch(sound, RATE, rate=1.2, engine=engine) for _ in range(2))
    assert np.array_equal(first, second)


def test_stems_stretched_side_by_side_add_up_to_the_stretch_of_their_sum():
    rng = np.random.default_rng(6)
    drums, tone = hits(np.arange(1, 5) * 0.4, 3 * RATE, rng), hits(np.arange(1, 4) * 0.5, 3 * RATE, rng)
    stems = np.concatenate([drums, tone, drums + tone])
    made = stretching.stretch(stems, RATE, rate=0.91, engine="vocoder")
    np.testing.assert_allclose(made[:2] + made[2:4], made[4:], atol=2e-6)


def test_what_is_out_of_bounds_is_refused():
    sound = np.zeros((2, 100), np.float32)
    for given in ({"rate": 0.1}, {"rate": 9.0}, {"semitones": 25.0}):
        with pytest.raises(ValueError, match=next(iter(given))):
            stretching.stretch(sound, RATE, **given)
    with pytest.raises(ValueError, match="shape"):
        stretching.stretch(np.zeros((3, 100), np.float32), RATE, rate=0.9)


def test_a_missing_program_is_named(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(MissingPartError, match="rubberband") as told:
        stretching.stretch(np.zeros((2, 1000), np.float32), RATE, rate=0.9, engine="rubberband")
    assert "signalsmith" in told.value.remedy

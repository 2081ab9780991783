from __future__ import annotations

import doctest

import numpy as np
import pytest

from tonmeister.dsp import synth

RATES = (44100, 48000, 96000)

TONES = {
    "plucked_string": synth.plucked_string,
    "electric_piano": synth.electric_piano,
    "vibraphone": synth.vibraphone,
    "reed": synth.reed,
    "sung_vowel": lambda *args, **kwargs: synth.sung_vowel("a", *args, **kwargs),
}
DRUMS = {
    "kick": synth.kick,
    "snare": synth.snare,
    "tom": lambda rate, rng: synth.tom(rate, rng, pitch_hz=110.0),
    "hat": lambda rate, rng: synth.cymbal(rate, rng, decay_s=0.1),
    "crash": lambda rate, rng: synth.cymbal(rate, rng, decay_s=2.0),
}


def spectrum_db(sound, sample_rate):
    n = sound.shape[1]
    power = np.abs(np.fft.rfft(sound[0] * np.hanning(n))) ** 2
    return np.fft.rfftfreq(n, 1 / sample_rate), 10 * np.log10(power + 1e-20)


def share_below(sound, sample_rate, limit_hz):
    f = np.fft.rfftfreq(sound.shape[1], 1 / sample_rate)
    power = np.abs(np.fft.rfft(sound[0])) ** 2
    return power[f < limit_hz].sum() / power.sum()


def test_examples_run():
    assert doctest.testmod(synth).failed == 0


def test_horner_gives_the_sum_of_sines():
    rng = np.random.default_rng(0)
    cycles = np.cumsum(rng.uniform(0.001, 0.01, 5000))
    weights = rng.normal(size=9) + 1j * rng.normal(size=9)
    brightness = np.linspace(1.0, 0.2, 5000)
    k = np.arange(1, 10)[:, np.newaxis]
    expected = (
        np.abs(weights)[:, None] * brightness**k * np.sin(2 * np.pi * k * cycles + np.angle(weights)[:, None])
    ).sum(0)
    got = synth.harmonic_tone(cycles, weights, brightness)
    assert got.dtype == np.float32
    assert got.shape == (1, 5000)
    np.testing.assert_allclose(got[0], expected, atol=2e-4)


@pytest.mark.parametrize("weights", [[], np.ones((2, 2))])
def test_a_tone_needs_harmonics(weights):
    with pytest.raises(ValueError, match="weights"):
        synth.harmonic_tone(np.zeros(4), weights)


def test_a_tone_needs_one_line_of_cycles():
    with pytest.raises(ValueError, match="cycles"):
        synth.harmonic_tone(np.zeros((1, 4)), [1.0])


@pytest.mark.parametrize("name", TONES)
@pytest.mark.parametrize("sample_rate", RATES)
@pytest.mark.parametrize("f0_hz", [110.0, 392.0, 987.77])
def test_tones_are_in_tune_and_do_not_alias(name, sample_rate, f0_hz):
    extra = {"scoop_cents": 0.0} if name == "sung_vowel" else {}
    sound = TONES[name](f0_hz, sample_rate // 2, sample_rate, **extra)
    assert sound.shape == (1, sample_rate // 2)
    assert sound.dtype == np.float32
    assert np.isfinite(sound).all()
    assert np.abs(sound).max() < 2.0
    assert sound[0, 0] == 0.0
    # The strongest lines lie on harmonics of the pitch; between them there is nothing.
    f, db = spectrum_db(sound[:, sample_rate // 10 :], sample_rate)
    peak_hz = f[np.argmax(db)]
    harmonic = max(1, round(peak_hz / f0_hz))
    assert peak_hz == pytest.approx(harmonic * f0_hz, abs=4.0)
    assert share_below(sound, sample_rate, f0_hz / 2) < 0.01


@pytest.mark.parametrize("name", TONES)
def test_playing_harder_is_louder(name):
    soft, hard = (TONES[name](220.0, 11025, 44100, velocity=velocity) for velocity in (0.3, 1.0))
    assert np.mean(hard**2) > 4 * np.mean(soft**2)


@pytest.mark.parametrize("name", TONES)
@pytest.mark.parametrize("f0_hz", [0.0, -1.0, 22050.0])
def test_impossible_pitches_are_refused(name, f0_hz):
    with pytest.raises(ValueError, match="f0_hz"):
        TONES[name](f0_hz, 100, 44100)


@pytest.mark.parametrize("name", TONES)
@pytest.mark.parametrize("n_samples", [0, 1, 5])
def test_very_short_tones_are_tones(name, n_samples):
    assert TONES[name](220.0, n_samples, 44100).shape == (1, n_samples)


def test_a_string_decays_as_asked():
    sound = synth.plucked_string(110.0, 88200, 44100, decay_s=3.0)
    # The fundamental alone, by correlation over 100 ms.
    t = np.arange(4410) / 44100
    wave = np.exp(-2j * np.pi * 110.0 * t) * np.hanning(4410)
    early, late = (abs((sound[0, start : start + 4410] * wave).sum()) for start in (4410, 4410 + 44100))
    assert 20 * np.log10(early / late) == pytest.approx(20.0, abs=0.5)


def test_plucking_in_the_middle_silences_even_harmonics():
    f, db = spectrum_db(synth.plucked_string(220.0, 44100, 44100, pluck_position=0.5), 44100)
    level = {k: db[np.argmin(abs(f - 220.0 * k))] for k in (1, 2, 3)}
    assert level[2] < level[3] - 40


@pytest.mark.parametrize("vowel", synth.FORMANTS)
def test_vowels_have_their_formants(vowel):
    """At a low pitch the harmonics trace the mouth: the strongest of them near each of the first formants."""
    f0_hz = 60.0
    sound = synth.sung_vowel(vowel, f0_hz, 44100, 44100, scoop_cents=0.0)[:, :11025]
    f, db = spectrum_db(sound, 44100)
    k = np.arange(1, 70)
    levels = np.array([db[abs(f - number * f0_hz) < 15].max() for number in k])
    # The second formant of u is drowned in the skirt of the first, as it is in a mouth.
    for centre_hz, level_db, _ in synth.FORMANTS[vowel][: 1 if vowel == "u" else 2]:
        window = abs(k * f0_hz - centre_hz) < 2.2 * f0_hz
        found_hz = k[window][np.argmax(levels[window])] * f0_hz
        assert abs(found_hz - centre_hz) <= 1.3 * f0_hz, (vowel, centre_hz, level_db)


def test_vowel_response_peaks_at_the_first_formant():
    f = np.arange(50.0, 4000.0, 1.0)
    for vowel, formants in synth.FORMANTS.items():
        assert f[np.argmax(np.abs(synth.vowel_response(vowel, f)))] == pytest.approx(formants[0][0], abs=25)


def test_unknown_vowels_are_refused():
    with pytest.raises(ValueError, match="vowel must be"):
        synth.sung_vowel("x", 200.0, 100, 44100)


def test_vibrato_swings_around_the_pitch():
    cycles = synth.vibrato_cycles(440.0, 88200, 44100, depth_cents=50.0, rate_hz=5.0, delay_s=0.1)
    assert cycles[0] == 0.0
    cents = 1200 * np.log2(np.diff(cycles) * 44100 / 440.0)
    assert np.abs(cents[:4000]).max() < 1e-6
    assert cents[44100:].max() == pytest.approx(50.0, abs=0.5)
    assert cents[44100:].min() == pytest.approx(-50.0, abs=0.5)


def test_a_fade_begins_and_ends_in_silence():
    ones = np.ones((2, 1000), np.float32)
    out = synth.faded(ones, 1000, 100.0, 200.0)
    assert (ones == 1).all()
    assert out[:, 0].tolist() == [0.0, 0.0]
    assert out[:, -1].tolist() == [0.0, 0.0]
    assert (out[:, 100:800] == 1).all()
    assert np.abs(np.diff(out)).max() < 0.02


@pytest.mark.parametrize("sample_rate", RATES)
def test_noise_fills_its_band(sample_rate):
    noise = synth.shaped_noise(sample_rate, sample_rate, np.random.default_rng(0), low_hz=1000.0, high_hz=4000.0)
    assert np.sqrt(np.mean(noise**2)) == pytest.approx(1.0, abs=1e-3)
    assert share_below(noise, sample_rate, 500.0) < 0.02
    assert share_below(noise, sample_rate, 8000.0) > 0.95


def test_an_empty_band_is_refused():
    with pytest.raises(ValueError, match="low_hz"):
        synth.shaped_noise(100, 44100, np.random.default_rng(0), low_hz=500.0, high_hz=400.0)


@pytest.mark.parametrize("name", DRUMS)
@pytest.mark.parametrize("sample_rate", RATES)
def test_drums_start_and_end_in_silence(name, sample_rate):
    sound = DRUMS[name](sample_rate, np.random.default_rng(1))
    assert sound.dtype == np.float32
    assert sound.shape[0] == 1
    assert abs(sound[0, 0]) < 1e-6
    assert abs(sound[0, -1]) < 1e-3
    # Most of the strike is over in the first tenth of a second, and it begins at once.
    power = np.cumsum(sound[0] ** 2) / np.sum(sound**2)
    assert power[int(0.01 * sample_rate)] > 0.02
    if name != "crash":
        assert power[min(sound.shape[1] - 1, int(0.2 * sample_rate))] > 0.9


@pytest.mark.parametrize("name", DRUMS)
def test_drums_repeat_with_their_seed(name):
    first, second = (DRUMS[name](44100, np.random.default_rng(5)) for _ in range(2))
    assert np.array_equal(first, second)


def test_drums_sound_where_drums_do():
    rng = np.random.default_rng(2)
    assert share_below(synth.kick(44100, rng), 44100, 200.0) > 0.8
    assert share_below(synth.cymbal(44100, rng, decay_s=0.1), 44100, 2000.0) < 0.1
    snare = synth.snare(44100, rng)
    assert 0.3 < share_below(snare, 44100, 600.0) < 0.9

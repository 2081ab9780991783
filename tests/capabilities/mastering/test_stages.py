"""Every stage does what its override is named after, and the chain keeps its laws."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from capabilities.mastering.songs import Sound, band_db, level_dbfs, make_song, peak_dbfs, read, with_silence
from tonmeister.capabilities.mastering.aims import look_up
from tonmeister.capabilities.mastering.chain import Chain
from tonmeister.capabilities.mastering.intake import portrait_of
from tonmeister.capabilities.mastering.params import MasterParams, MasterResult
from tonmeister.capabilities.mastering.targets import make_plan
from tonmeister.dsp.meter import Meter

RATE = 44100
OFF: dict[str, Any] = {
    "amount_percent": 0,
    "eq": {"enabled": False},
    "dynamic_eq": {"enabled": False},
    "compressor": {"enabled": False},
    "glue": {"enabled": False},
    "width": {"enabled": False},
    "saturation": {"drive_db": 0},
    "bit_depth": 32,
    "target_lufs": -24.0,
}

Master = Callable[..., MasterResult]


@pytest.fixture(scope="module")
def song() -> Sound:
    return make_song(5.0)


@pytest.fixture(scope="module")
def sound_of(master: Master, song: Sound) -> Callable[..., Sound]:
    """Master the song with everything off but what is given, and return the sound."""

    def run(mix: Sound | None = None, **params: Any) -> Sound:
        return read(master(song if mix is None else mix, **(OFF | params)).deliverables[0].file)

    return run


@pytest.fixture(scope="module")
def plain(sound_of: Callable[..., Sound]) -> Sound:
    return sound_of()


def bands(sound: Sound, edges_hz: Sequence[float]) -> list[float]:
    return [band_db(sound, RATE, low, high) for low, high in itertools.pairwise(edges_hz)]


@pytest.mark.parametrize("phase", ["minimum", "linear"])
@pytest.mark.parametrize("tilt_db", [-4.0, 4.0])
def test_tilt_turns_the_spectrum(sound_of, plain: Sound, tilt_db: float, phase: str) -> None:
    out = sound_of(eq={"tilt_db": tilt_db, "phase": phase})
    low, high = (band_db(out, RATE, *edges) - band_db(plain, RATE, *edges) for edges in ((80, 125), (8000, 12500)))
    assert high - low == pytest.approx(tilt_db, abs=1.0)


def test_max_gain_bounds_the_equaliser(master: Master, song: Sound) -> None:
    wide = master(song, eq={"max_gain_db": 8.0}, amount_percent=100)
    tight = master(song, eq={"max_gain_db": 1.0}, amount_percent=100)
    assert max(abs(band.gain_db) for band in wide.eq_curve) > 2.0
    assert max(abs(band.gain_db) for band in tight.eq_curve) <= 1.0
    assert not any(band.gain_db for band in master(song, eq={"enabled": False}).eq_curve)


def test_rumble_filter_takes_the_deepest_away(sound_of) -> None:
    t_s = np.arange(5 * RATE) / RATE
    mix = make_song(5.0) + (0.05 * np.sin(2 * np.pi * 12 * t_s)).astype(np.float32)
    left, filtered = sound_of(mix), sound_of(mix, eq={"tilt_db": 0.0, "rumble_hz": 40.0})
    assert band_db(filtered, RATE, 11, 13) < band_db(left, RATE, 11, 13) - 18
    assert band_db(filtered, RATE, 500, 2000) == pytest.approx(band_db(left, RATE, 500, 2000), abs=0.5)


def test_the_de_esser_lowers_hisses_and_nothing_else(sound_of) -> None:
    rng = np.random.default_rng(3)
    noise = np.fft.rfft(rng.standard_normal(5 * RATE))
    hz = np.fft.rfftfreq(5 * RATE, 1 / RATE)
    hiss = np.fft.irfft(noise * ((hz > 5500) & (hz < 8500)), 5 * RATE)
    t_s = np.arange(5 * RATE) / RATE
    on = (t_s % 2.5 > 1.0) & (t_s % 2.5 < 1.02)
    dull = np.fft.rfft(make_song(5.0) * 0.5, axis=1)
    dull[:, hz > 4000] *= 0.1
    mix = (np.fft.irfft(dull, 5 * RATE, axis=1) + 0.12 * hiss * on).astype(np.float32)
    kept = {"amount_percent": 50, "eq": {"enabled": False}}
    off, mild, hard = (
        sound_of(mix, **kept, dynamic_eq={"deess_range_db": db, "resonance_range_db": 0}) for db in (0.0, 2.0, 9.0)
    )
    taken_db = [hiss_db(sound, on) - hiss_db(off, on) for sound in (mild, hard)]
    assert -2.1 < taken_db[0] < -1.0
    assert -9.5 < taken_db[1] < taken_db[0] - 0.8
    assert band_db(hard, RATE, 200, 1000) == pytest.approx(band_db(off, RATE, 200, 1000), abs=0.5)


def noise_between(low_hz: float, high_hz: float, duration_s: float, *, seed: int = 3) -> np.ndarray:
    n = round(duration_s * RATE)
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(n))
    hz = np.fft.rfftfreq(n, 1 / RATE)
    return np.fft.irfft(spectrum * ((hz > low_hz) & (hz < high_hz)), n)


ALONE = {"amount_percent": 50, "eq": {"enabled": False}}


@pytest.mark.parametrize("share_percent", [3, 10, 25])
@pytest.mark.parametrize("hiss_s", [0.06, 0.1])
def test_hisses_are_lowered_however_often_they_come(sound_of, share_percent: int, hiss_s: float) -> None:
    t_s = np.arange(12 * RATE) / RATE
    since_s = t_s % (hiss_s * 100 / share_percent)
    # A hiss swells and fades within 10 ms, as a voice does.
    shape = np.clip(np.minimum(since_s, hiss_s - since_s) / 0.01, 0, 1)
    song = np.fft.rfft(make_song(12.0) * 0.5, axis=1)
    song[:, np.fft.rfftfreq(12 * RATE, 1 / RATE) > 3000] *= 0.1  # its hi-hats are hisses too
    song = np.fft.irfft(song, 12 * RATE, axis=1)
    mix = (song + 0.12 * noise_between(5500, 8500, 12.0) * shape).astype(np.float32)
    off, on = (sound_of(mix, **ALONE, dynamic_eq={"deess_range_db": db, "resonance_range_db": 0}) for db in (0.0, None))
    # Softer hisses leave the loudness to the rest: compared at the level of what no hiss touches.
    on *= 10 ** ((band_db(off, RATE, 200, 1000) - band_db(on, RATE, 200, 1000)) / 20)
    hisses, rest = shape > 0.9, since_s > hiss_s + 0.15
    moved_db = hiss_db(on, hisses) - hiss_db(off, hisses)
    assert -4.1 < moved_db < -2.0
    assert rest.mean() > 0.1
    assert hiss_db(on, rest) == pytest.approx(hiss_db(off, rest), abs=0.3)
    assert level_dbfs(on[:, rest] - off[:, rest]) < level_dbfs(off[:, rest]) - 25


@pytest.mark.parametrize("what", ["tone", "high tone", "noise", "hissing noise", "song over a tone"])
def test_what_is_steady_is_not_watched(sound_of, what: str) -> None:
    t_s = np.arange(6 * RATE) / RATE
    mix = {
        "tone": lambda: 0.1 * np.sin(2 * np.pi * 1000 * t_s),
        "high tone": lambda: 0.1 * np.sin(2 * np.pi * 6800 * t_s),
        "noise": lambda: 0.1 * noise_between(20, 20000, 6.0),
        "hissing noise": lambda: 0.1 * noise_between(5000, 9000, 6.0),
        "song over a tone": lambda: 0.1 * np.sin(2 * np.pi * 630 * t_s) + 0.01 * noise_between(20, 9000, 6.0),
    }[what]()
    stereo = np.repeat(mix[None].astype(np.float32), 2, axis=0)
    off, on = (sound_of(stereo, **ALONE, dynamic_eq={"enabled": enabled}) for enabled in (False, True))
    assert level_dbfs(on) > -40
    # Within the first 100 ms the detectors swing in.
    assert level_dbfs((on - off)[:, RATE // 10 :]) < level_dbfs(off) - 40


def test_what_was_measured_is_what_is_told(master: Master) -> None:
    t_s = np.arange(10 * RATE) / RATE
    hiss = 0.12 * noise_between(5500, 8500, 10.0) * (t_s % 1.0 < 0.1)
    body = 0.1 * noise_between(50, 3000, 10.0, seed=4) + 0.003 * noise_between(3000, 12000, 10.0, seed=5)
    mix = (body + hiss).astype(np.float32)[None]
    steady = (0.1 * noise_between(20, 9000, 10.0)).astype(np.float32)[None]
    for sound, wanted in ((mix, range(6, 16)), (steady, range(1))):
        result = master(sound, **(OFF | ALONE | {"dynamic_eq": {"enabled": True}}))
        (watching,) = [note.text for note in result.notes if note.stage == "de-esser" and "Watches" in note.text]
        found = re.search(r"begins, in (\d+|hardly any)", watching)
        assert found is not None, watching
        assert (0 if found[1] == "hardly any" else int(found[1])) in wanted, watching
        row = next(row for row in result.gain_reduction if row.stage == "de-esser")
        assert (row.max_db > 2) == (len(wanted) > 1)
        worked = [note.text for note in result.notes if note.stage == "de-esser" and "off hisses" in note.text]
        assert bool(worked) == (len(wanted) > 1)


def hiss_db(sound: Sound, on: np.ndarray) -> float:
    return band_db(sound[:, on], RATE, 5500, 8500)


def test_resonance_bands_lower_what_sticks_out(master: Master) -> None:
    t_s = np.arange(5 * RATE) / RATE
    on = t_s % 1.0 < 0.02
    beep = 0.05 * np.sin(2 * np.pi * 2500 * t_s) * on
    mix = make_song(5.0) * np.float32(0.5) + beep.astype(np.float32)
    watching, not_watching = (
        master(mix, target_lufs=-24.0, dynamic_eq={"resonance_range_db": db, "deess_range_db": 0}, bit_depth=32)
        for db in (6.0, 0.0)
    )
    assert any("2500 Hz, which sticks out" in note.text for note in watching.notes)
    assert any(row.stage == "resonance at 2500 Hz" and row.max_db > 2 for row in watching.gain_reduction)
    assert not any(row.stage.startswith("resonance") for row in not_watching.gain_reduction)
    loud, soft = (band_db(read(r.deliverables[0].file)[:, on], RATE, 2300, 2700) for r in (not_watching, watching))
    assert soft < loud - 1.5


def spread_db(sound: Sound) -> float:
    """Return how far the loud and soft 100 ms of a sound lie apart."""
    n = sound.shape[1] // 4410
    levels = np.array([level_dbfs(part) for part in np.split(sound[:, : n * 4410], n, axis=1)])
    return float(np.quantile(levels, 0.95) - np.quantile(levels, 0.2))


def test_a_higher_ratio_compresses_more(master: Master, sound_of, plain: Sound) -> None:
    swells = make_song(6.0) * np.repeat(np.array([1.0, 0.2, 1.0, 0.2], np.float32), RATE * 3 // 2)
    left = sound_of(swells)
    spreads = [
        spread_db(
            sound_of(
                swells,
                compressor={"ratio": ratio, "threshold_db": -6, "range_db": 12, "attack_ms": 5, "release_ms": 40},
            )
        )
        for ratio in (1.2, 1.6, 8.0)
    ]
    assert spread_db(left) > spreads[0] + 0.5
    assert spreads == sorted(spreads, reverse=True)
    assert spreads[0] - spreads[-1] > 2.0


def test_the_range_bounds_the_compressor(master: Master, song: Sound) -> None:
    for allowed_db in (1.0, 4.0):
        result = master(song, compressor={"ratio": 8, "threshold_db": -20, "range_db": allowed_db})
        bands_at_work = [row for row in result.gain_reduction if row.stage.endswith("band")]
        assert len(bands_at_work) == 4
        assert max(row.max_db for row in bands_at_work) == pytest.approx(allowed_db, abs=0.1)


def test_three_bands_move_the_lows_together(master: Master, song: Sound) -> None:
    rows = {
        row.stage: row for row in master(song, compressor={"n_bands": 3, "ratio": 4, "threshold_db": -6}).gain_reduction
    }
    assert rows["low band"].mean_db == pytest.approx(rows["low-mid band"].mean_db, abs=0.01)
    four = {row.stage: row for row in master(song, compressor={"ratio": 4, "threshold_db": -6}).gain_reduction}
    assert abs(four["low band"].mean_db - four["low-mid band"].mean_db) > 0.05


def test_glue_moves_everything_together(master: Master, song: Sound, sound_of, plain: Sound) -> None:
    glued = {"ratio": 4, "threshold_db": -10, "range_db": 6, "attack_ms": 5}
    result = master(song, **(OFF | {"glue": glued}))
    assert next(row for row in result.gain_reduction if row.stage == "glue").max_db > 1.0
    assert master(song, **OFF).gain_reduction[-1].stage == "limiter"
    assert level_dbfs(read(result.deliverables[0].file) - plain) > level_dbfs(plain) - 40


def test_width_zero_is_mono(sound_of, plain: Sound) -> None:
    out = sound_of(width={"width_percent": 0})
    assert peak_dbfs(plain[0] - plain[1]) > -20
    assert peak_dbfs(out[0] - out[1]) < -120


def test_width_scales_the_sides(sound_of, plain: Sound) -> None:
    def side_to_mid_db(sound: Sound) -> float:
        return level_dbfs(sound[0] - sound[1]) - level_dbfs(sound[0] + sound[1])

    for percent in (50.0, 150.0):
        out = sound_of(width={"width_percent": percent, "min_correlation": -1.0})
        moved_db = side_to_mid_db(out) - side_to_mid_db(plain)
        assert moved_db == pytest.approx(20 * np.log10(percent / 100), abs=0.3)


def test_the_correlation_guard_stops_widening(master: Master, song: Sound) -> None:
    free, guarded = (
        master(song, **(OFF | {"width": {"width_percent": 200, "min_correlation": guard}})).after.correlation
        for guard in (-1.0, 0.8)
    )
    assert free < guarded - 0.05
    assert guarded >= 0.79


def test_bass_becomes_mono_below_the_corner(sound_of) -> None:
    t_s = np.arange(5 * RATE) / RATE
    apart = np.stack([np.sin(2 * np.pi * 50 * t_s), np.cos(2 * np.pi * 50 * t_s)]) * 0.1
    mix = make_song(5.0) * np.float32(0.4) + apart.astype(np.float32)
    left, narrow = sound_of(mix), sound_of(mix, width={"width_percent": 100, "mono_below_hz": 200})
    sides = [(sound[:1] - sound[1:]) for sound in (left, narrow)]
    assert band_db(sides[1], RATE, 40, 60) < band_db(sides[0], RATE, 40, 60) - 15
    assert band_db(sides[1], RATE, 1000, 4000) == pytest.approx(band_db(sides[0], RATE, 1000, 4000), abs=2.0)


def test_saturation_adds_harmonics_and_no_aliases(sound_of) -> None:
    t_s = np.arange(3 * RATE) / RATE
    tone = np.repeat((0.25 * np.sin(2 * np.pi * 1000 * t_s))[None].astype(np.float32), 2, axis=0)
    level = {drive: sound_of(tone, saturation={"drive_db": drive}) for drive in (0.0, 6.0, 12.0)}
    third = {drive: band_db(out, RATE, 2950, 3050) - band_db(out, RATE, 950, 1050) for drive, out in level.items()}
    assert third[0.0] < -100
    assert -60 < third[6.0] < third[12.0] < -5


def test_a_slower_release_gives_smoother_gain(master: Master, song: Sound) -> None:
    means = []
    for release_ms in (10.0, 200.0, 800.0):
        limiter = {"release_ms": release_ms, "sustain_ms": 3000.0, "lookahead_ms": 4.0, "hold_ms": 5.0}
        result = master(song, **(OFF | {"target_lufs": -11.0, "limiter": limiter, "max_gain_reduction_db": 24}))
        row = next(row for row in result.gain_reduction if row.stage == "limiter")
        assert row.max_db > 2
        means.append(row.mean_db)
    assert means == sorted(means)
    assert means[-1] > means[0] + 0.1


def test_dither_kinds(sound_of) -> None:
    """Seen in the digital silence between sounds: shaped noise is lower where the ear is keen, and higher above."""
    mix = with_silence(make_song(3.0), RATE, edge_s=1.0)
    silence = slice(round(0.1 * RATE), round(0.9 * RATE))
    flat, shaped, none = (
        sound_of(mix, bit_depth=16, dither={"kind": kind})[:, silence] for kind in ("tpdf", "shaped", "none")
    )
    assert not none.any()
    # The noise of triangular dither and rounding together: a quarter of a step squared.
    assert level_dbfs(flat) == pytest.approx(20 * np.log10(0.5 / 32768), abs=0.3)
    assert band_db(shaped, RATE, 2000, 5000) < band_db(flat, RATE, 2000, 5000) - 6
    assert band_db(shaped, RATE, 15000, 20000) > band_db(flat, RATE, 15000, 20000) + 6


def test_float_output_is_never_dithered(sound_of, plain: Sound) -> None:
    assert np.array_equal(sound_of(dither={"kind": "tpdf"}), plain)


def chain_for(song: Sound, **params: Any) -> Chain:
    meter = Meter(RATE, 2)
    meter.push(song)
    asked = MasterParams(**params)
    choices = look_up(asked)
    return Chain(make_plan(portrait_of(meter.finish(), (0.01, -0.01), (0.01, -0.01)), asked, choices, None, RATE), RATE)


def run_chain(chain: Chain, song: Sound, splits: Sequence[int]) -> Sound:
    out, at = [], 0
    for n in itertools.cycle(splits):
        out += chain.push(song[:, at : at + n].copy())
        at += n
        if at >= song.shape[1]:
            break
    return np.concatenate([*out, *chain.finish()], axis=1)


@pytest.mark.parametrize("tier", ["draft", "standard", "fine"])
@pytest.mark.parametrize("splits", [(1, 7, 4099), (16384,), (100_000,), (65535, 3)])
def test_the_chain_does_not_hear_how_sound_is_cut(song: Sound, tier: str, splits: tuple[int, ...]) -> None:
    params: dict[str, Any] = {"tier": tier, "saturation": {"drive_db": 4}, "preset": "warm"}
    whole = run_chain(chain_for(song, **params), song, (song.shape[1],))
    cut = run_chain(chain_for(song, **params), song, splits)
    assert whole.shape == song.shape
    assert level_dbfs(whole) > -40
    assert np.array_equal(whole, cut)


def test_a_stereo_file_of_equal_channels_stays_so(master: Master) -> None:
    mono = make_song(4.0, n_channels=1)
    for bit_depth in (16, 24, 32):
        one = read(master(mono, bit_depth=bit_depth).deliverables[0].file)
        two = read(master(np.repeat(mono, 2, axis=0), bit_depth=bit_depth).deliverables[0].file)
        assert len(one) == 1
        assert np.array_equal(two[0], two[1])
        assert peak_dbfs(two[0]) > -20


@pytest.mark.parametrize("tier", ["draft", "standard", "fine"])
def test_tiers_and_presets_all_work(master: Master, song: Sound, tier: str) -> None:
    for preset in ("adaptive", "gentle", "warm", "bright", "punchy"):
        result = master(song, preset=preset, tier=tier, target_lufs=-13.0)
        assert result.deliverables[0].within_promise


def test_presets_sound_as_they_are_called(master: Master, song: Sound) -> None:
    balance = {}
    for preset in ("warm", "adaptive", "bright"):
        out = read(master(song, preset=preset, bit_depth=32).deliverables[0].file)
        balance[preset] = band_db(out, RATE, 5000, 14000) - band_db(out, RATE, 100, 800)
    assert balance["warm"] < balance["adaptive"] < balance["bright"]


def test_files_differ_between_songs_with_silent_edges(master: Master) -> None:
    """A cache keyed by what an array prints as would take these for one song."""
    first, second = (with_silence(make_song(3.0, seed=seed), RATE) for seed in (1, 2))
    outs = [Path(master(mix).deliverables[0].file).read_bytes() for mix in (first, second)]
    assert outs[0] != outs[1]
    assert len(outs[0]) == len(outs[1])


@pytest.mark.parametrize("n_bands", [3, 4])
def test_compression_leaves_the_balance_of_the_bands(
    sound_of: Callable[..., Sound], plain: Sound, song: Sound, n_bands: int
) -> None:
    # Bursts in the highs alone: what lowers them would darken the whole, were it not made up for.
    rng = np.random.default_rng(6)
    bursts = np.repeat(rng.random(song.shape[1] // 2205 + 1) < 0.15, 2205)[: song.shape[1]]
    hiss = np.diff(rng.normal(size=(2, song.shape[1] + 1))).astype(np.float32) * bursts * 0.08
    mix = (song + hiss).astype(np.float32)
    open_sound = sound_of(mix)
    pressed = sound_of(mix, compressor={"ratio": 4.0, "threshold_db": 0.0, "range_db": 12.0, "n_bands": n_bands})
    edges = (20.0, 120.0, 700.0, 4500.0, 20000.0)
    change = np.array(bands(pressed, edges)) - np.array(bands(open_sound, edges))
    assert np.ptp(change) < 1.2
    assert np.abs(pressed - open_sound).max() > 0.02, "it did compress"

"""What mastering promises, measured from the written files, and not by our own meter alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from capabilities.mastering.songs import (
    ffmpeg_lufs,
    level_dbfs,
    make_song,
    peak_dbfs,
    read,
    true_peak_dbtp,
    with_silence,
    write,
)
from tonmeister.capabilities.mastering import render
from tonmeister.capabilities.mastering.params import MasterResult

ALL = ("wav", "flac", "mp3", "ogg", "opus", "m4a")
LOSSLESS = {"wav", "flac"}
ALL_OFF = {
    "amount_percent": 0,
    "eq": {"enabled": False},
    "dynamic_eq": {"enabled": False},
    "compressor": {"enabled": False},
    "glue": {"enabled": False},
    "width": {"enabled": False},
    "saturation": {"drive_db": 0},
}
FINE_PEAK_DB = 0.05
"""A 16 times oversampled peak may read 0.04 dB low; the Fourier transform reads it to the last digit."""

Master = Callable[..., MasterResult]


def only(result: MasterResult) -> Path:
    """Return the one file of the result."""
    assert len(result.deliverables) == 1
    return Path(result.deliverables[0].file)


@pytest.mark.parametrize("n_channels", [1, 2])
@pytest.mark.parametrize("sample_rate", [44100, 48000, 96000, 192000])
@pytest.mark.parametrize(("bit_depth", "formats"), [(16, ALL), (24, ("wav", "flac")), (32, ("wav",))])
def test_every_file_keeps_the_promise(
    master: Master, sample_rate: int, n_channels: int, bit_depth: int, formats: tuple[str, ...]
) -> None:
    if bit_depth == 16 and sample_rate == 96000:
        formats = ("wav", "flac")  # the lossy codecs' own rates are the other three
    song = make_song(3.0, sample_rate, n_channels)
    result = master(
        song, sample_rate_in=sample_rate, format=formats, bit_depth=bit_depth, target_lufs=-13.0, ceiling_dbtp=-1.5
    )
    assert len(result.deliverables) == len(formats)
    assert result.target_reached
    for container, told in zip(formats, result.deliverables, strict=True):
        path = Path(told.file)
        sound = read(path)
        assert path.suffix == f".{container}"
        assert told.within_promise
        assert len(sound) == n_channels
        rate = sample_rate if container in LOSSLESS or sample_rate == 44100 else told.sample_rate
        rate = 48000 if container == "opus" else rate
        assert told.sample_rate == rate
        assert sound.shape[1] == told.n_samples == round(song.shape[1] * rate / sample_rate)
        assert told.integrated_lufs == pytest.approx(-13.0, abs=0.1)
        oversampling = 16 if rate <= 48000 else 4
        assert true_peak_dbtp(sound, oversampling=oversampling) <= -1.5 + FINE_PEAK_DB
        assert told.true_peak_dbtp <= -1.5 + 0.005
        if container in LOSSLESS:
            subtype = {16: "PCM_16", 24: "PCM_24", 32: "FLOAT"}[bit_depth]
            assert (soundfile.info(path).subtype, soundfile.info(path).samplerate) == (subtype, rate)


@pytest.mark.parametrize("rumble_hz", [None, 0.0])
def test_a_constant_is_taken_off_and_none_is_added(master: Master, rumble_hz: float | None) -> None:
    song = make_song(4.0)
    lopsided = with_silence(np.where(song > 0, song, 0.7 * song), 44100, edge_s=1.0)
    assert np.abs(lopsided.mean(axis=1)).min() > 10 ** (-50 / 20)
    plain = with_silence(song, 44100, edge_s=1.0)
    # What works on one side of the waveform alone, as a limiter must on this one, cannot but move the mean a little.
    for sound, target, bound_dbfs in ((plain, -14.0, -90), (lopsided, -22.0, -75), (lopsided, -12.0, -70)):
        out = read(only(master(sound, target_lufs=target, bit_depth=24, eq={"rumble_hz": rumble_hz})))
        assert np.abs(out.mean(axis=1)).max() < 10 ** (bound_dbfs / 20)


@pytest.mark.parametrize("n_channels", [1, 2])
def test_ffmpeg_measures_the_same_loudness(master: Master, n_channels: int) -> None:
    song = make_song(6.0, 48000, n_channels)
    result = master(song, sample_rate_in=48000, format=ALL, bit_depth=16, target_lufs=-15.0)
    for told in result.deliverables:
        assert ffmpeg_lufs(told.file) == pytest.approx(-15.0, abs=0.11), told.format


@pytest.mark.parametrize("rate", [44100, 48000, 88200, 96000, 176400, 192000])
def test_the_rate_asked_for_is_the_rate_made(master: Master, rate: int) -> None:
    song = make_song(2.0, 48000)
    result = master(song, sample_rate_in=48000, sample_rate=rate, target_lufs=-14.0)
    told = result.deliverables[0]
    assert soundfile.info(told.file).samplerate == told.sample_rate == rate
    assert told.n_samples == round(song.shape[1] * rate / 48000)
    assert told.within_promise
    sound = read(told.file)
    assert true_peak_dbtp(sound, oversampling=4) <= -1.0 + FINE_PEAK_DB


def test_an_odd_length_is_kept_to_the_sample(master: Master) -> None:
    song = make_song(3.0)[:, : 44100 * 2 + 12347]
    for told in master(song, format=("wav", "flac", "mp3", "ogg", "m4a"), bit_depth=16).deliverables:
        assert read(told.file).shape[1] == song.shape[1], told.format


def test_a_song_that_asks_for_nothing_passes_untouched(master: Master) -> None:
    song = make_song(6.0)
    loudness = master(song, target_lufs=-20.0).before.integrated_lufs
    assert loudness is not None
    result = master(song, target_lufs=round(loudness, 2), ceiling_dbtp=0, bit_depth=32, **ALL_OFF)
    assert peak_dbfs(song) < -1
    assert peak_dbfs(read(only(result)) - song) < -144


def test_a_nearly_loud_enough_song_is_moved_not_passed(master: Master) -> None:
    """The passage without change must not hide a change that was asked for."""
    song = make_song(6.0)
    loudness = master(song, target_lufs=-20.0).before.integrated_lufs
    assert loudness is not None
    result = master(song, target_lufs=loudness + 0.05, ceiling_dbtp=0, bit_depth=32, **ALL_OFF)
    ratio = np.vdot(read(only(result)), song) / np.vdot(song, song)
    assert 20 * np.log10(ratio) == pytest.approx(0.05, abs=0.01)


@pytest.mark.parametrize(("bit_depth", "bound_dbfs"), [(16, -84.2), (24, -132.4), (32, -180.0)])
def test_digital_silence_stays_silence_or_dither(master: Master, bit_depth: int, bound_dbfs: float) -> None:
    sound = with_silence(make_song(4.0), 44100, edge_s=0.5)
    out = read(only(master(sound, bit_depth=bit_depth, target_lufs=-12.0)))
    edge = round(0.5 * 44100)
    middle = sound.shape[1] // 2
    assert peak_dbfs(out[:, : edge - 441]) <= bound_dbfs, "before the first sound"
    # The rumble filter rings on for a while behind the sound, as any high-pass does.
    assert peak_dbfs(out[:, middle + edge // 2 : middle + edge - 441]) <= bound_dbfs, "between the sounds"
    assert peak_dbfs(out[:, -edge // 2 :]) <= bound_dbfs, "after the last sound"
    assert peak_dbfs(out[:, edge : 2 * edge]) > -30


def test_without_dither_silence_is_silence(master: Master) -> None:
    sound = with_silence(make_song(4.0), 44100)
    out = read(only(master(sound, bit_depth=16, dither={"kind": "none"})))
    edge = round(0.25 * 44100)
    assert not out[:, : edge - 441].any()
    assert not out[:, -edge // 2 :].any()


@pytest.mark.parametrize("tier", ["standard", "fine"])
def test_the_first_and_last_samples_are_neither_faded_nor_clicked(master: Master, tier: str) -> None:
    """A tone that is there from the first to the last sample comes out at one level throughout."""
    t_s = np.arange(4 * 44100) / 44100
    tone = np.stack([0.1 * np.cos(2 * np.pi * 1000 * t_s), 0.1 * np.cos(2 * np.pi * 1000 * t_s + 1)])
    out = read(only(master(tone.astype(np.float32), bit_depth=32, tier=tier, target_lufs=-20.0)))
    middle = level_dbfs(out[:, 88200 : 88200 + 882])
    assert level_dbfs(out[:, :441]) == pytest.approx(middle, abs=1.0)
    assert level_dbfs(out[:, -441:]) == pytest.approx(middle, abs=1.0)


def test_an_offset_from_the_first_sample_on_makes_no_thump(master: Master) -> None:
    song = make_song(4.0, level_db=-6)
    out, plain = (
        read(only(master(sound, bit_depth=32, target_lufs=-16.0))) for sound in (song + np.float32(0.05), song)
    )
    assert np.abs(out.mean(axis=1)).max() < 10 ** (-90 / 20)
    start = slice(0, 2205)
    assert peak_dbfs(out[:, start] - plain[:, start]) < -34


@pytest.mark.parametrize("offsets", [(0.15, 0.15), (0.12, -0.12), (0.0, 0.2)])
def test_an_offset_is_no_width(master: Master, tmp_path: Path, offsets: tuple[float, float]) -> None:
    """What the chain takes off changes neither what is said of the width nor what is done to it."""
    song, shift = make_song(5.0, level_db=-8), np.float32(offsets)[:, None]
    wide = make_song(5.0, seed=4, level_db=-8) * np.float32(0.5)
    wide += (wide - wide[::-1]) / 2
    told = []
    for step in (np.float32(0), shift):
        reference = write(tmp_path / "reference.wav", wide + step)
        for params in ({}, {"reference": str(reference)}):
            result = master(song + step, **params)
            told.append([note.text for note in result.notes if note.stage == "width"])
    assert told[:2] == told[2:]
    assert any("against the middle" in text for text in told[1])


def test_a_target_out_of_reach_is_said_to_be(master: Master) -> None:
    song = make_song(5.0)
    kept = {
        "compressor": {"enabled": False},
        "glue": {"enabled": False},
        "saturation": {"drive_db": 0},
        "bit_depth": 32,
    }
    before = read(only(master(song, target_lufs=-30.0, **kept)))
    result = master(song, target_lufs=-5.0, max_gain_reduction_db=2.0, **kept)
    assert not result.target_reached
    assert not result.deliverables[0].within_promise
    assert any("-5.0 LUFS was missed by" in text and "2.0 dB" in text for text in result.warnings)
    after = result.after.integrated_lufs
    assert after is not None
    assert -16 < after < -7
    out = read(only(result))
    assert true_peak_dbtp(out) <= -1.0 + FINE_PEAK_DB
    # The limiting, seen from outside: how the level of 400 ms falls behind its constant share of the level before.
    n = out.shape[1] // 4410
    power = [np.square(x[:, : n * 4410], dtype=np.float64).reshape(2, n, 4410).sum(axis=(0, 2)) for x in (before, out)]
    window = np.ones(4)
    soft, loud = (np.convolve(p, window, "valid") for p in power)
    gain_db = 10 * np.log10(loud / soft)
    heard = soft > soft.max() * 1e-2
    reduction_db = gain_db.max() - gain_db[heard]
    assert 0.5 < np.quantile(reduction_db, 0.95) <= 2.0 + 0.5


def test_more_allowed_limiting_comes_nearer(master: Master) -> None:
    song = make_song(5.0)
    reached = [
        master(song, target_lufs=-5.0, max_gain_reduction_db=allowed).after.integrated_lufs
        for allowed in (0.5, 2.0, 5.0)
    ]
    assert reached == sorted(reached)
    assert reached[-1] - reached[0] > 1.5


@pytest.mark.parametrize("target", [-30.0, -23.0, -14.0, -11.0])
def test_any_reachable_loudness_is_met(master: Master, target: float) -> None:
    result = master(make_song(4.0), target_lufs=target)
    assert result.target_reached
    assert ffmpeg_lufs(only(result)) == pytest.approx(target, abs=0.05)


def test_the_demo_song_keeps_the_promise(master: Master, demo_song: Path) -> None:
    result = master(demo_song, target_lufs=-10.0, format=("flac", "mp3"), bit_depth=16)
    for told in result.deliverables:
        assert told.within_promise
        assert ffmpeg_lufs(told.file) == pytest.approx(-10.0, abs=0.1)
        assert true_peak_dbtp(read(told.file)) <= -1.0 + FINE_PEAK_DB
    assert abs(result.after.plr_db - 9.0) < 0.5
    assert result.before.plr_db > 12


@pytest.mark.parametrize("title", ["stems/lmms_skiessi_c64/drums.ogg"])
def test_real_songs_keep_the_promise(master: Master, shared_audio: Path, title: str) -> None:
    result = master(shared_audio / title, target_lufs=-18.0, format=("wav", "mp3"), bit_depth=16)
    for told in result.deliverables:
        assert told.within_promise, told
        assert true_peak_dbtp(read(told.file)[:, : 60 * told.sample_rate], oversampling=4) <= -1.0 + FINE_PEAK_DB
        assert ffmpeg_lufs(told.file) == pytest.approx(-18.0, abs=0.12)


def test_an_mp3_of_more_than_a_mebibyte_is_whole(master: Master, tmp_path: Path) -> None:
    song = write(tmp_path / "long.wav", np.tile(make_song(5.0), 8))
    told = master(song, format=("mp3",), bitrate_kbps=320, tier="draft").deliverables[0]
    assert Path(told.file).stat().st_size > 1.5 * 2**20
    assert told.within_promise
    assert read(told.file).shape[1] == told.n_samples == 40 * 44100


def test_a_lossy_file_that_no_mending_holds_comes_down_as_a_whole(
    master: Master, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(render, "held_back", lambda premaster, *_: premaster)
    tight = {"target_lufs": -6.0, "ceiling_dbtp": -8.0, "max_gain_reduction_db": 24.0}
    result = master(make_song(3.0), format=["ogg"], bitrate_kbps=48, tier="draft", **tight)
    assert true_peak_dbtp(read(only(result))) <= -8.0 + FINE_PEAK_DB


def test_noise_between_hits_at_the_lowest_tier_is_tried_until_it_holds(master: Master) -> None:
    """Each change of gain gives noise new peaks: two attempts left this song 0.01 dB above the ceiling."""
    seed, rng = 70, np.random.default_rng(70)
    t = np.arange(6 * 44100) / 44100
    tones = sum(np.sin(2 * np.pi * hz * t + seed) for hz in (110.0, 220.0, 277.2, 329.6))
    beat = np.exp(-8 * (t % 0.5))
    sound = np.stack([0.05 * tones + 0.2 * beat * rng.standard_normal(t.size) for _ in range(2)])
    result = master((np.clip(sound, -1, 1) * 32767).astype("<i2").astype(np.float32) / 32768, tier="draft")
    assert result.after.true_peak_dbtp <= -1.0 + render.PEAK_SLACK_DB

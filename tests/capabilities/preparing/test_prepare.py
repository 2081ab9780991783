"""Preparing through the library's door: what comes out shows and plays the very sound that went in."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image

import tonmeister
from tonmeister.capabilities.preparing.run import listening_rate
from tonmeister.core.errors import FormatUnsupportedError


def song(n_channels: int = 2, rate: int = 44_100, n: int = 3 * 44_100 + 5, peak: float = 0.5) -> np.ndarray:
    rng = np.random.default_rng(5)
    sound = rng.normal(size=(n, n_channels)) * np.linspace(0.1, 1, n)[:, np.newaxis]
    return sound / np.abs(sound).max() * peak


def write(path: Path, sound: np.ndarray, rate: int = 44_100, subtype: str = "PCM_16") -> Path:
    soundfile.write(path, sound, rate, subtype=subtype)
    return path


def test_sixteen_bits_stay_as_they_are(tmp_path: Path) -> None:
    path = write(tmp_path / "song.wav", song())
    result = tonmeister.prepare(path, output=f"{tmp_path}/out/")
    before, _ = soundfile.read(path, dtype="int16")
    after, rate = soundfile.read(result.listening.file, dtype="int16")
    np.testing.assert_array_equal(after, before)
    assert (rate, result.listening.bit_depth, result.listening.gain_db) == (44_100, 16, 0)
    assert result.listening.n_samples == len(before)
    assert result.duration_s == pytest.approx(len(before) / 44_100)
    assert result.measurement.integrated_lufs == tonmeister.measure(path).measurement.integrated_lufs


def test_peaks_above_full_scale_get_room_and_the_gain_says_how_much(tmp_path: Path) -> None:
    sound = song(peak=2.5)
    path = write(tmp_path / "hot.wav", sound, subtype="FLOAT")
    result = tonmeister.prepare(path, output=f"{tmp_path}/out/")
    after, _ = soundfile.read(result.listening.file)
    assert result.listening.gain_db == pytest.approx(20 * np.log10(2.5), abs=0.01)
    assert np.abs(after).max() <= 1.0
    np.testing.assert_allclose(after * 10 ** (result.listening.gain_db / 20), sound, atol=2e-6)


def test_the_waveform_is_the_sounds(tmp_path: Path) -> None:
    sound = song()
    result = tonmeister.prepare(write(tmp_path / "song.wav", sound), output=f"{tmp_path}/out/")
    level = result.peaks[0]
    data = Path(level.file).read_bytes()
    version, flags, rate, spp, length, channels = struct.unpack("<iIiiIi", data[:24])
    assert (version, flags, rate, spp, channels) == (2, 1, 44_100, 256, 2)
    assert length == level.n_points == -(-len(sound) // 256)
    points = np.frombuffer(data[24:], np.int8).reshape(length, 2, 2) / 127
    stretch = sound[256 * 100 : 256 * 101]
    assert points[100, :, 0] == pytest.approx(stretch.min(axis=0), abs=1 / 127 + 1e-4)
    assert points[100, :, 1] == pytest.approx(stretch.max(axis=0), abs=1 / 127 + 1e-4)


def test_the_spectrogram_is_a_picture_of_the_song(tmp_path: Path) -> None:
    n = np.arange(44_100 * 4)
    tone = np.where(n < n.size // 2, np.sin(n * 2 * np.pi * 200 / 44_100), np.sin(n * 2 * np.pi * 5000 / 44_100)) * 0.5
    result = tonmeister.prepare(write(tmp_path / "tone.wav", tone), output=f"{tmp_path}/out/")
    grey = np.asarray(Image.open(result.spectrogram).convert("L"), float)
    quarter = grey.shape[1] // 4
    low, high = grey[:, quarter].argmax(), grey[:, 3 * quarter].argmax()
    assert grey.shape[0] == 128
    assert low > high + 30  # low frequencies at the bottom


def test_surround_is_measured_whole_and_heard_in_stereo(tmp_path: Path, shared_audio: Path) -> None:
    result = tonmeister.prepare(shared_audio / "formats" / "surround51.wav", output=f"{tmp_path}/out/")
    assert result.facts.n_channels == 6
    assert result.measurement.n_channels == 6
    assert result.listening.n_channels == soundfile.info(result.listening.file).channels == 2


@pytest.mark.parametrize(
    ("rate", "expected"),
    [(44_100, 44_100), (88_200, 44_100), (11_025, 44_100), (48_000, 48_000), (96_000, 48_000), (8000, 48_000)],
)
def test_browsers_get_one_of_two_rates(rate: int, expected: int) -> None:
    assert listening_rate(rate) == expected


def test_a_file_that_is_no_sound_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "song.wav"
    path.write_bytes(b"not a sound" * 100)
    with pytest.raises(FormatUnsupportedError):
        tonmeister.prepare(path, output=f"{tmp_path}/out/")
    assert not list(tmp_path.glob("out/*"))

"""Short songs made by code, and an independent look at what was made of them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from tonmeister.media.reader import open_audio

Sound = NDArray[np.float32]


def make_song(
    duration_s: float = 4.0, sample_rate: int = 44100, n_channels: int = 2, *, seed: int = 1, level_db: float = 0.0
) -> Sound:
    """Return a small band: a kick on each beat, a hi-hat between, a bass line and a chord that leans to both sides."""
    rng = np.random.default_rng(seed)
    n = round(duration_s * sample_rate)
    t_s = np.arange(n) / sample_rate
    beat_s = 0.5 - 0.02 * (seed % 5)
    since_beat_s = t_s % beat_s
    since_off_s = (t_s + 0.5 * beat_s) % beat_s
    kick = np.sin(2 * np.pi * (55 * since_beat_s + 6 * (1 - np.exp(-since_beat_s / 0.03)))) * np.exp(
        -since_beat_s / 0.09
    )
    # Nothing above 16 kHz, as on records: what lies at half the sample rate is where true-peak meters differ.
    noise = np.fft.rfft(rng.standard_normal(n))
    hz = np.fft.rfftfreq(n, 1 / sample_rate)
    hat = np.fft.irfft(noise * np.clip((16000 - hz) / 2000, 0, 1) * np.clip((hz - 2000) / 6000, 0, 1), n)
    hat *= np.sqrt(sample_rate / 44100) * np.exp(-since_off_s / 0.02)
    root_hz = 55 * 2 ** (((t_s / (2 * beat_s)).astype(int) * 5 + seed) % 12 / 12)
    turn = 2 * np.pi * np.cumsum(root_hz) / sample_rate
    bass = np.sin(turn) + 0.3 * np.sin(2 * turn)
    left = sum(np.sin(k * turn + k) / k for k in (4, 5, 6, 12))
    right = sum(np.sin(k * turn + 2 * k) / k for k in (4, 5, 6, 15))
    swell = 0.6 + 0.4 * np.sin(2 * np.pi * t_s / 3.1)
    middle = 0.33 * kick + 0.12 * bass * swell
    sides = (0.1 * hat + 0.17 * swell * left, 0.08 * np.roll(hat, 31) + 0.17 * swell * right)
    sound = np.stack([middle + side for side in sides])
    if n_channels == 1:
        sound = sound.mean(axis=0, keepdims=True)
    fade = np.minimum(1.0, np.minimum(t_s, t_s[::-1]) / 0.02)
    return (sound * fade * 10 ** (level_db / 20)).astype(np.float32)


def with_silence(sound: Sound, sample_rate: int, *, edge_s: float = 0.25) -> Sound:
    """Return the song with digital silence before, after and in its middle."""
    edge = np.zeros((len(sound), round(edge_s * sample_rate)), np.float32)
    half = sound.shape[1] // 2
    return np.concatenate([edge, sound[:, :half], edge, edge, sound[:, half:], edge], axis=1)


def write(path: Path, sound: Sound, sample_rate: int = 44100, subtype: str = "FLOAT") -> Path:
    """Write a song."""
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, sound.T, sample_rate, subtype=subtype)
    return path


def read(path: Path | str) -> Sound:
    """Read a file: by libsndfile alone where it can, so that our own reader is not its own witness."""
    if Path(path).suffix == ".m4a":
        with open_audio(Path(path)) as reader:
            return np.concatenate(list(reader.blocks()), axis=1)
    with soundfile.SoundFile(path) as file:
        return np.ascontiguousarray(file.read(dtype="float32", always_2d=True).T)


def true_peak_dbtp(sound: Sound, *, oversampling: int = 16) -> float:
    """Return the highest point of the band-limited waveform, by zero padding its Fourier transform."""
    highest = 0.0
    n = sound.shape[1] + 4096
    n += -n % 4096
    for row in sound:
        spectrum = np.fft.rfft(row.astype(np.float64), n)
        spectrum[-1] *= 0.5
        fine = np.fft.irfft(spectrum, n * oversampling) * oversampling
        highest = max(highest, float(np.abs(fine).max()))
    return 20 * np.log10(max(highest, 1e-12))


def level_dbfs(sound: NDArray[np.floating]) -> float:
    """Return the RMS level of what is there, sample by sample."""
    return float(10 * np.log10(np.mean(np.square(sound, dtype=np.float64)) + 1e-30))


def peak_dbfs(sound: NDArray[np.floating]) -> float:
    """Return the level of the largest sample."""
    return float(20 * np.log10(np.max(np.abs(sound), initial=0.0) + 1e-30))


def band_db(sound: Sound, sample_rate: int, low_hz: float, high_hz: float) -> float:
    """Return the level of a band, all channels together."""
    spectrum = np.abs(np.fft.rfft(sound.astype(np.float64), axis=1)) ** 2
    hz = np.fft.rfftfreq(sound.shape[1], 1 / sample_rate)
    inside = (hz >= low_hz) & (hz < high_hz)
    return float(10 * np.log10(2 * spectrum[:, inside].sum() / sound.shape[1] ** 2 / len(sound) + 1e-30))


def find_ffmpeg() -> str:
    """Return FFmpeg's path; where CI=true it must be there."""
    found = shutil.which("ffmpeg")
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail("ffmpeg must be installed where CI=true")
        pytest.skip("ffmpeg is not installed")
    return found


def ffmpeg_lufs(path: Path | str) -> float:
    """Return the integrated loudness by FFmpeg's decoder and its ebur128."""
    filters = "ebur128=metadata=1,ametadata=print:key=lavfi.r128.I:file=-"
    done = subprocess.run(
        [find_ffmpeg(), "-hide_banner", "-v", "error", "-i", str(path), "-af", filters, "-f", "null", "-"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return float(re.findall(r"lavfi\.r128\.I=(\S+)", done.stdout)[-1])

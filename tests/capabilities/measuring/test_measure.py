"""The measure capability through the library's door, on files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

import tonmeister


@pytest.fixture
def tone(tmp_path: Path) -> Path:
    sound = 0.5 * np.sin(2 * np.pi * 997 * np.arange(5 * 48000) / 48000)
    path = tmp_path / "tone.wav"
    soundfile.write(path, np.stack([sound, sound], axis=1), 48000, subtype="PCM_24")
    return path


def test_a_tone_measures_as_it_must(tone: Path) -> None:
    result = tonmeister.measure(tone)
    assert result.name == "tone.wav"
    assert result.measurement.integrated_lufs == pytest.approx(-6.02, abs=0.02)
    assert result.measurement.sample_peak_dbfs == pytest.approx(-6.02, abs=0.01)
    assert result.measurement.mono_loss_lu == 0
    assert (result.file.container, result.file.sample_rate, result.file.bit_depth) == ("wav", 48000, 24)
    assert result.file.layout == ("L", "R")
    assert result.repairs == ()


def test_the_row_has_a_cell_for_each_column(tone: Path) -> None:
    digest = tonmeister.measure(tone).digest()
    row = dict(zip(digest.columns, digest.rows[0], strict=True))
    assert row["file"] == "tone.wav"
    assert row["I LUFS"] == "-6.02"
    assert row["length"] == "0:05.0"
    assert not digest.sentences


def test_what_deserves_a_sentence_gets_one(tmp_path: Path) -> None:
    clipped, silent = tmp_path / "clipped.wav", tmp_path / "silent.wav"
    soundfile.write(clipped, np.clip(2 * np.sin(np.arange(48000) / 20), -1, 1), 48000, subtype="PCM_16")
    soundfile.write(silent, np.zeros((48000, 2)), 48000)
    assert any("clipped" in sentence for sentence in tonmeister.measure(clipped).digest().sentences)
    quiet = tonmeister.measure(silent)
    assert quiet.measurement.integrated_lufs is None
    assert any("no loudness" in sentence for sentence in quiet.digest().sentences)
    assert "–" in quiet.digest().rows[0]


def test_options_reach_the_meter(tmp_path: Path) -> None:
    path = tmp_path / "mono.wav"
    soundfile.write(path, np.sin(np.arange(48000) * np.pi / 2.0001 + 0.7), 48000, subtype="FLOAT")
    plain, dual = tonmeister.measure(path), tonmeister.measure(path, dual_mono=True)
    assert dual.measurement.integrated_lufs - plain.measurement.integrated_lufs == pytest.approx(3.01, abs=0.001)
    fine = tonmeister.measure(path, true_peak_oversampling=16)
    coarse = tonmeister.measure(path, true_peak_oversampling=4)
    assert fine.measurement.true_peak_dbtp > coarse.measurement.true_peak_dbtp


def test_surround_of_a_file_is_weighted(shared_audio: Path) -> None:
    result = tonmeister.measure(shared_audio / "formats" / "surround51.wav")
    assert result.file.layout == ("L", "R", "C", "LFE", "Ls", "Rs")
    assert result.measurement.integrated_lufs == pytest.approx(-10.9, abs=0.06)  # FFmpeg's ebur128
    assert len(result.measurement.true_peak_by_channel_dbtp) == 6

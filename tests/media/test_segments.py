"""Segments of a listening copy join to the sample, at its own rate and at another."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from tonmeister.core.errors import ParameterError
from tonmeister.media.segments import count_segments, cut_segment


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rng = np.random.default_rng(4)
    n = 44_100 * 12 + 777
    sound = np.stack([np.sin(np.arange(n) * 0.05), np.sin(np.arange(n) * 0.031)], axis=1) * 0.5
    path = tmp_path_factory.mktemp("copy") / "copy.flac"
    soundfile.write(path, sound + rng.normal(scale=0.05, size=sound.shape), 44_100, subtype="PCM_24")
    return path


def joined(copy: Path, sample_rate: int | None = None) -> np.ndarray:
    info = soundfile.info(copy)
    rate = sample_rate or info.samplerate
    n_segments = count_segments(round(info.frames * rate / info.samplerate), rate)
    parts = [soundfile.read(io.BytesIO(cut_segment(copy, i, sample_rate=sample_rate))) for i in range(n_segments)]
    assert {part_rate for _, part_rate in parts} == {rate}
    return np.concatenate([part for part, _ in parts])


def test_segments_are_the_file(copy: Path) -> None:
    whole, _ = soundfile.read(copy)
    np.testing.assert_array_equal(joined(copy), whole)


@pytest.mark.parametrize("rate", [48_000, 22_050, 96_000])
def test_segments_at_another_rate_are_the_whole_converted(copy: Path, rate: int) -> None:
    whole, _ = soundfile.read(copy)
    converted = soxr.resample(whole, 44_100, rate, quality="VHQ")
    found = joined(copy, rate)
    n = min(len(found), len(converted))
    assert abs(len(found) - len(converted)) <= 1
    # Rounding to 24 bits once each: no step at the joints, none elsewhere.
    assert np.abs(found[:n] - converted[:n]).max() < 3e-7


@pytest.mark.parametrize("index", [-1, 3])
def test_a_segment_that_is_not_there_is_refused(copy: Path, index: int) -> None:
    with pytest.raises(ParameterError, match="no segment"):
        cut_segment(copy, index)

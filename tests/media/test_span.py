"""Parts of files: the same samples as in the whole, silence outside of it, at another rate too."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile

from tonmeister.core.errors import AudioTooLongError, FileMissingError
from tonmeister.media.reader import open_audio, read_audio
from tonmeister.media.span import read_span

RATE = 44100


@pytest.fixture(params=[("wav", "FLOAT"), ("wav", "PCM_16"), ("flac", "PCM_24"), ("aiff", "PCM_24")], ids="-".join)
def file(request, tmp_path):
    sound = 0.3 * np.random.default_rng(0).standard_normal((2 * RATE, 2)).clip(-3, 3)
    path = tmp_path / f"noise.{request.param[0]}"
    soundfile.write(path, sound, RATE, subtype=request.param[1])
    return path


@pytest.mark.parametrize(("start_s", "stop_s"), [(0.0, 0.5), (0.7, 1.4), (1.5, 2.5), (-0.25, 0.1), (3.0, 3.5), (1, 1)])
def test_a_part_holds_the_samples_of_the_whole(file, start_s, stop_s):
    whole = np.pad(read_audio(file).samples, ((0, 0), (RATE, 2 * RATE)))
    part = read_span(file, start_s, stop_s)
    first = round(start_s * RATE) + RATE
    assert part.sample_rate == RATE
    assert np.array_equal(part.samples, whole[:, first : first + round(stop_s * RATE) - round(start_s * RATE)])


def test_a_part_at_another_rate_lies_where_it_lies_in_the_whole(tmp_path):
    path = tmp_path / "slow.wav"
    at = np.arange(4 * RATE) / RATE
    soundfile.write(path, np.sin(2 * np.pi * 300 * at * (1 + at / 10)), RATE, subtype="FLOAT")
    whole = read_audio(path, sample_rate=48000).samples
    part = read_span(path, 1.111, 2.222, sample_rate=48000).samples
    first = round(1.111 * 48000)
    assert np.abs(part - whole[:, first : first + part.shape[1]]).max() < 0.03  # half a sample of a slow wave


def test_skipping_counts_what_there_was(file):
    with open_audio(file) as reader:
        assert reader.skip(10**9) == 2 * RATE
        assert list(reader.blocks()) == []
        with pytest.raises(ValueError, match="before it reads"):
            reader.skip(1)


def test_what_cannot_be_read_is_told(file, tmp_path):
    with pytest.raises(FileMissingError):
        read_span(tmp_path / "none.wav", 0, 1)
    with pytest.raises(AudioTooLongError):
        read_span(file, 0, 1, max_duration_s=1)

"""Songs whose left and right cancel each other are told from those that are only wide."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from tonmeister.media.polarity import are_opposite, stereo_blocks
from tonmeister.media.reader import open_audio

RATE = 8_000


@pytest.fixture
def write(tmp_path):
    def save(*channels: np.ndarray) -> Path:
        path = tmp_path / "song.wav"
        soundfile.write(path, np.stack(channels).T.astype(np.float32), RATE, subtype="FLOAT")
        return path

    return save


def rustle(seed: int, seconds: float = 3.0) -> np.ndarray:
    return 0.1 * np.random.default_rng(seed).standard_normal(int(seconds * RATE))


@pytest.mark.parametrize(
    ("right", "expected"),
    [
        (lambda left: -left, True),
        (lambda left: -0.8 * left, True),
        (lambda left: -left + 0.1 * rustle(2), True),
        (lambda left: left, False),
        (lambda left: 0 * left, False),
        (lambda left: rustle(2), False),
        (lambda left: -0.5 * left + 0.5 * rustle(2), False),
    ],
    ids=["inverted", "inverted-fainter", "inverted-with-sides", "equal", "one-channel", "unrelated", "wide"],
)
def test_what_cancels_is_told_from_what_is_wide(write, right, expected):
    left = rustle(1)
    assert are_opposite(write(left, right(left)), max_duration_s=60) is expected


def test_silence_before_the_song_decides_nothing(write):
    left = np.concatenate([np.zeros(70 * RATE), rustle(1)])
    assert are_opposite(write(left, -left), max_duration_s=600)
    assert not are_opposite(write(0 * left, 0 * left), max_duration_s=600)


def test_mono_is_never_opposite(write):
    assert not are_opposite(write(rustle(1)), max_duration_s=60)


def test_the_right_channel_is_turned_over_and_else_nothing_changes(write):
    left, right = rustle(1).astype(np.float32), rustle(2).astype(np.float32)
    path = write(left, right)
    for is_opposite, sign in ((True, -1), (False, 1)):
        with open_audio(path) as reader:
            heard = np.concatenate(list(stereo_blocks(reader, 1000, is_opposite=is_opposite)), axis=1)
        np.testing.assert_array_equal(heard, np.stack([left, sign * right]))

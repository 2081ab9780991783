"""Songs whose left and right cancel each other are told from those that are only wide."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from tonmeister.core.errors import CancelledError
from tonmeister.media.polarity import are_opposite, look_ahead, stereo_blocks
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


def test_silence_from_end_to_end_is_known_and_how_long_it_is(write):
    seen: list[int] = []
    outlook = look_ahead(write(np.zeros(5 * RATE)), max_duration_s=60, go_on=lambda: seen.append(1))
    assert (outlook.silent_samples, outlook.is_opposite) == (5 * RATE, False)
    assert len(seen) == 5
    assert look_ahead(write(np.zeros(RATE), np.zeros(RATE)), max_duration_s=60).silent_samples == RATE


@pytest.mark.parametrize("n_channels", [1, 2])
def test_one_sample_that_is_not_zero_is_no_silence(write, n_channels):
    click = np.zeros(5 * RATE)
    click[-1] = 1e-4
    assert look_ahead(write(*[click] * n_channels), max_duration_s=60).silent_samples is None


def test_of_mono_songs_only_the_beginning_is_read(write):
    seen: list[int] = []
    look_ahead(write(rustle(1, 30.0)), max_duration_s=60, go_on=lambda: seen.append(1))
    assert len(seen) == 1


def test_the_look_ahead_ends_when_it_is_told_to(write):
    def stop() -> None:
        raise CancelledError("enough")

    with pytest.raises(CancelledError):
        look_ahead(write(np.zeros(5 * RATE)), max_duration_s=60, go_on=stop)


def test_silence_of_which_not_all_was_numbers_says_so(write):
    hole = np.zeros(RATE)
    hole[7] = np.nan
    (repair,) = look_ahead(write(hole), max_duration_s=60).repairs
    assert "not numbers" in repair

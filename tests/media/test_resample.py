"""Sample rates: exact lengths, no delay, any cut into blocks, tones as they were."""

from __future__ import annotations

import numpy as np
import pytest

from tonmeister.media.resample import resample, resample_blocks

RATES = [(44100, 48000), (48000, 44100), (44100, 192000), (96000, 44100), (11127, 44100), (192000, 48000)]


@pytest.mark.parametrize(("rate_in", "rate_out"), RATES)
@pytest.mark.parametrize("n_samples", [1, 2, 99, 20011])
def test_length_is_exact_and_blocks_do_not_matter(rate_in: int, rate_out: int, n_samples: int) -> None:
    sound = np.random.default_rng(1).normal(0, 0.1, (2, n_samples)).astype(np.float32)
    whole = resample(sound, rate_in, rate_out)
    assert whole.shape == (2, int(n_samples * rate_out / rate_in + 0.5))
    pieces = (sound[:, start : start + 777] for start in range(0, n_samples, 777))
    blocks = list(resample_blocks(pieces, rate_in, rate_out, n_samples=1000))
    assert all(block.shape[1] == 1000 for block in blocks[:-1])
    joined = np.concatenate(blocks, axis=1) if blocks else np.zeros((2, 0), np.float32)
    np.testing.assert_array_equal(joined, whole)


@pytest.mark.parametrize(("rate_in", "rate_out"), RATES)
@pytest.mark.parametrize("quality", ["HQ", "VHQ"])
def test_a_tone_stays_in_place(rate_in: int, rate_out: int, quality: str) -> None:
    n_samples = rate_in
    sound = np.sin(2 * np.pi * 997 * np.arange(n_samples) / rate_in)[None].astype(np.float32)
    got = resample(sound, rate_in, rate_out, quality)[0]  # type: ignore[arg-type]
    expected = np.sin(2 * np.pi * 997 * np.arange(len(got)) / rate_out)
    inner = slice(rate_out // 10, -rate_out // 10)
    assert np.abs(got[inner] - expected[inner]).max() < 2e-5


def test_the_same_rate_changes_nothing() -> None:
    sound = np.random.default_rng(1).normal(0, 0.1, (1, 500)).astype(np.float32)
    np.testing.assert_array_equal(resample(sound, 48000, 48000), sound)
    with pytest.raises(ValueError, match="at least 1 Hz"):
        resample(sound, 0, 48000)

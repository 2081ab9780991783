"""MP3 files of more than one megabyte keep their exact length."""

from __future__ import annotations

import numpy as np

from tonmeister.media.reader import open_audio
from tonmeister.media.writer import AudioWriter, OutputFormat


def test_a_long_mp3_decodes_to_every_sample(tmp_path):
    rate, n_samples = 44100, 44100 * 70 + 17
    path = tmp_path / "long.mp3"
    block = (np.random.default_rng(1).standard_normal((2, n_samples)) * 0.1).astype(np.float32)
    with AudioWriter(path, OutputFormat("mp3", rate, 2, bitrate_kbps=320)) as writer:
        for start in range(0, n_samples, 65536):
            writer.write(block[:, start : start + 65536])
    assert path.stat().st_size > 2.5 * 2**20
    with open_audio(path) as reader:
        assert reader.info.n_samples == n_samples
        assert sum(part.shape[1] for part in reader.blocks()) == n_samples

"""Spools: the same sound from memory and from a file, in bounded memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tonmeister.media.spool import Spool

PIECE = 65536


@settings(max_examples=25, deadline=None)
@given(
    limit_bytes=st.sampled_from([0, 600_000, 1 << 30]),
    lengths=st.lists(st.integers(0, 90_000), min_size=1, max_size=5),
    cuts=st.lists(st.integers(0, 300_000), min_size=2, max_size=6),
    seed=st.integers(0, 99),
)
def test_a_spool_is_an_array(limit_bytes: int, lengths: list[int], cuts: list[int], seed: int) -> None:
    random = np.random.default_rng(seed)
    blocks = [random.normal(0, 0.1, (2, length)).astype(np.float32) for length in lengths]
    model = np.concatenate(blocks, axis=1)
    with Spool(2, limit_bytes=limit_bytes) as spool:
        for block in blocks:
            spool.append(block)
        assert spool.n_samples == model.shape[1]
        assert spool.in_memory == (-(-model.shape[1] // PIECE) * 2 * PIECE * 4 <= limit_bytes)
        for start, stop in zip(sorted(cuts), sorted(cuts)[1:], strict=False):
            np.testing.assert_array_equal(spool.read(start, stop), model[:, start:stop])
        at = min(cuts[0], model.shape[1])
        patch = random.normal(0, 0.1, (2, min(70_000, model.shape[1] - at))).astype(np.float32)
        spool.overwrite(at, patch)
        model[:, at : at + patch.shape[1]] = patch
        np.testing.assert_array_equal(np.concatenate([*spool.blocks(40_001), np.zeros((2, 0))], axis=1), model)
        np.testing.assert_array_equal(
            np.concatenate([*spool.blocks(999_999, start=at), np.zeros((2, 0))], axis=1), model[:, at:]
        )


def test_what_is_read_is_owned() -> None:
    with Spool(1) as spool:
        spool.append(np.ones((1, 10), np.float32))
        spool.read(0, 10)[:] = 5
        assert spool.read(0, 10).max() == 1


def test_wrong_use_is_refused() -> None:
    spool = Spool(2)
    spool.append(np.zeros((2, 5), np.float32))
    for block in (np.zeros((1, 5), np.float32), np.zeros((2, 5)), np.zeros(5, np.float32)):
        with pytest.raises(ValueError, match="float32 of shape"):
            spool.append(block)
    with pytest.raises(ValueError, match="not within"):
        spool.overwrite(3, np.zeros((2, 5), np.float32))
    with pytest.raises(ValueError, match="ascend"):
        spool.read(4, 2)
    with pytest.raises(ValueError, match="at least 1"):
        list(spool.blocks(0))
    with pytest.raises(ValueError, match="at least 1"):
        Spool(0)
    spool.close()
    with pytest.raises(ValueError, match="closed"):
        spool.read(0, 1)


def test_the_file_has_no_name_and_memory_stays_small(tmp_path: Path) -> None:
    script = f"""
import resource, numpy as np
from pathlib import Path
from tonmeister.media.spool import Spool
with Spool(2, limit_bytes=8 << 20, folder=Path({str(tmp_path)!r})) as spool:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    block = np.ones((2, 1 << 16), np.float32)
    for _ in range(400):
        spool.append(block)
    assert not list(Path({str(tmp_path)!r}).iterdir())
    total = sum(float(part.sum()) for part in spool.blocks(1 << 16))
    assert total == 2 * 400 * 65536, total
    print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 30

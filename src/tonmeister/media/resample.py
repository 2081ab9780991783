"""Sample rates, by soxr."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

import numpy as np

from tonmeister.core.audio import Samples
from tonmeister.dsp.pcm import interleave

Quality = Literal["HQ", "VHQ"]


def resample_blocks(
    blocks: Iterable[Samples], rate_in: int, rate_out: int, *, quality: Quality = "VHQ", n_samples: int = 65536
) -> Iterator[Samples]:
    """Yield the sound at ``rate_out`` Hz in blocks: ``round(n * rate_out / rate_in)`` samples, none delayed."""
    return _reblock(_resample(blocks, rate_in, rate_out, quality), n_samples)


def resample(samples: Samples, rate_in: int, rate_out: int, quality: Quality = "VHQ") -> Samples:
    """Return the sound at ``rate_out`` Hz: ``round(n * rate_out / rate_in)`` samples, none delayed."""
    step = 1 << 18
    pieces = (samples[:, start : start + step] for start in range(0, samples.shape[1], step))
    parts = list(_resample(pieces, rate_in, rate_out, quality))
    return np.concatenate(parts, axis=1) if parts else np.zeros((samples.shape[0], 0), np.float32)


def _resample(blocks: Iterable[Samples], rate_in: int, rate_out: int, quality: Quality) -> Iterator[Samples]:
    if min(rate_in, rate_out) < 1:
        raise ValueError(f"rates must be at least 1 Hz, got {rate_in} and {rate_out}")
    if rate_in == rate_out:
        yield from blocks
        return
    import soxr

    stream: soxr.ResampleStream | None = None
    n_in = n_out = 0
    n_channels = 0
    for block in blocks:
        if stream is None:
            n_channels = block.shape[0]
            stream = soxr.ResampleStream(rate_in, rate_out, n_channels, dtype="float32", quality=quality)
        n_in += block.shape[1]
        part = stream.resample_chunk(interleave(block))
        n_out += len(part)
        if len(part):
            yield np.ascontiguousarray(part.T)
    if stream is None:
        return
    # soxr ends within a sample of the true length; half a sample is settled here.
    n_due = (2 * n_in * rate_out + rate_in) // (2 * rate_in) - n_out
    part = stream.resample_chunk(np.zeros((0, n_channels), np.float32), last=True)[: max(n_due, 0)]
    rest = np.zeros((n_channels, max(n_due, 0)), np.float32)
    rest[:, : len(part)] = part.T
    if rest.shape[1]:
        yield rest


def _reblock(blocks: Iterable[Samples], n_samples: int) -> Iterator[Samples]:
    held: list[Samples] = []
    n_held = 0
    for block in blocks:
        held.append(block)
        n_held += block.shape[1]
        if n_held < n_samples:
            continue
        whole = held[0] if len(held) == 1 else np.concatenate(held, axis=1)
        n_whole = n_held - n_held % n_samples
        for start in range(0, n_whole, n_samples):
            yield whole[:, start : start + n_samples].copy()
        held = [whole[:, n_whole:]] if n_held > n_whole else []
        n_held -= n_whole
    if n_held:
        yield np.concatenate(held, axis=1)

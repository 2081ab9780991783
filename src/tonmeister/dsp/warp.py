"""Moving a sound's moments to other times: where to cut, and how to join what was stretched piece by piece.

The stretching itself is handed in as a function, so that this is arithmetic alone.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
StretchFunction = Callable[[Samples, float], Samples]
"""Takes (channels, samples) and a rate (2.0: twice as fast), returns round(samples / rate) samples."""

CONTEXT_S = 0.25
CROSSFADE_S = 0.010
UNHEARD_RATE, UNHEARD_S = 0.003, 0.003
"""A stretch by less than both is left out: the piece is moved as it is, and its end is joined."""


@dataclass(frozen=True)
class Anchor:
    """A moment of the source and the moment that it goes to, both in samples."""

    source_samples: int
    target_samples: int


def check_anchors(anchors: Sequence[Anchor], n_samples: int) -> None:
    """Raise `ValueError` unless there are two or more, rising in both, within the sound, from rates of 1/8 to 8."""
    if len(anchors) < 2:
        raise ValueError(f"a warp needs at least 2 anchors, got {len(anchors)}")
    for before, after in itertools.pairwise(anchors):
        source = after.source_samples - before.source_samples
        target = after.target_samples - before.target_samples
        if source <= 0 or target <= 0:
            raise ValueError(f"anchors must rise in source and target: {before} is followed by {after}")
        # Each of the two is rounded to whole samples.
        if source > 8 * target + 8 or target > 8 * source + 8:
            raise ValueError(f"from {before} to {after} the rate is {source / target:.3f}; it must be 0.125 to 8")
    if anchors[0].source_samples < 0 or anchors[-1].source_samples > n_samples or anchors[0].target_samples < 0:
        raise ValueError(f"anchors must lie within the sound's {n_samples} samples and not before the target's start")


def warp_pieces(
    audio: Samples, sample_rate: int, anchors: Sequence[Anchor], stretch: StretchFunction, *, always: bool = False
) -> Iterator[Samples]:
    """Yield the sound between the first and the last anchor, each anchor at its new time.

    Each piece between two anchors is stretched with a quarter of a second of its surroundings on both sides, and
    joined to the one before by a crossfade of 10 ms that ends where the anchor stands: an onset there keeps its attack.

    Parameters
    ----------
    audio
        Shape (channels, samples).
    sample_rate
        In Hz.
    anchors
        See `check_anchors`. What lies before the first and after the last is context only.
    stretch
        Stretches a piece at a rate; see `StretchFunction`.
    always
        Call ``stretch`` even where the rate is (nearly) 1: it may do more than stretch.

    Yields
    ------
    One piece for each pair of anchors, together ``anchors[-1].target_samples - anchors[0].target_samples`` samples.

    Raises
    ------
    ValueError
        As `check_anchors`.

    Notes
    -----
    Joining before the beat instead of around it: measured on a drum track that drifts by 2 % (see
    ``benchmarks/stretching.py``), where crossfades centred on the beat smear the attack of every kick.
    """
    check_anchors(anchors, audio.shape[1])
    n_fade_most = round(CROSSFADE_S * sample_rate)
    tail: Samples | None = None
    for before, after in itertools.pairwise(anchors):
        n_source = after.source_samples - before.source_samples
        n_lead = before.source_samples * (after.target_samples - before.target_samples) // n_source  # all there is
        n_fade = 0 if tail is None else min(n_fade_most, tail.shape[1], n_lead)
        piece = _piece(audio, sample_rate, before, after, stretch, n_fade, always=always)
        if tail is not None:
            # The end of the piece before gives way to the lead of this one.
            ramp = np.sin(np.linspace(0, np.pi / 2, n_fade, dtype=np.float32)) ** 2
            n_kept = tail.shape[1] - n_fade
            tail[:, n_kept:] = tail[:, n_kept:] * (1 - ramp) + piece[:, :n_fade] * ramp
            yield tail
        tail = piece[:, n_fade:]
    assert tail is not None
    yield tail


def _piece(
    audio: Samples,
    sample_rate: int,
    before: Anchor,
    after: Anchor,
    stretch: StretchFunction,
    n_lead: int,
    *,
    always: bool,
) -> Samples:
    """Return the piece at its new length, preceded by ``n_lead`` samples of what came before it."""
    n_source = after.source_samples - before.source_samples
    n_target = after.target_samples - before.target_samples
    rate = n_source / n_target
    if not always and abs(rate - 1) < UNHEARD_RATE and abs(n_source - n_target) < UNHEARD_S * sample_rate:
        rate = 1.0
    context = max(round(CONTEXT_S * sample_rate), int(np.ceil(n_lead * rate)) + 1)
    start = max(0, before.source_samples - context)
    stop = min(audio.shape[1], max(after.source_samples, before.source_samples + int(n_target * rate) + 1) + context)
    block = np.ascontiguousarray(audio[:, start:stop])
    made = stretch(block, rate) if always or rate != 1.0 else block
    first = round((before.source_samples - start) / rate) - n_lead
    taken = made[:, max(0, first) : first + n_lead + n_target]
    n_missing_before = max(0, -first)
    n_missing_after = n_lead + n_target - n_missing_before - taken.shape[1]
    return np.pad(taken, ((0, 0), (n_missing_before, n_missing_after)))  # the source itself begins or ends there


def find_joins(audio: Samples, sample_rate: int, *, every_s: float = 30.0, search_s: float = 4.0) -> list[int]:
    """Return where a long sound may be cut unheard: at the strongest onset near each multiple of ``every_s``.

    Parameters
    ----------
    audio
        Shape (channels, samples).
    sample_rate
        In Hz.
    every_s, search_s
        How long pieces shall be, and within how much of that an onset is looked for.

    Returns
    -------
    Rising positions in samples, none nearer than half of ``every_s`` to the beginning or the end.
    """
    hop = max(1, round(0.005 * sample_rate))
    n = audio.shape[1]
    joins: list[int] = []
    reach = round(search_s / 2 * sample_rate)
    for centre in range(
        round(every_s * sample_rate), n - round(every_s / 2 * sample_rate), round(every_s * sample_rate)
    ):
        start = max(0, centre - reach)
        part = audio[:, start : centre + reach]
        n_frames = part.shape[1] // hop
        frames = part[:, : n_frames * hop].reshape(part.shape[0], n_frames, hop)
        level_db = 10 * np.log10(np.mean(np.square(frames), axis=(0, 2), dtype=np.float64) + 1e-9)
        rise_db = level_db[4:-1] - np.maximum.reduce([level_db[i : n_frames - 5 + i] for i in range(4)])
        joins.append(start + (int(np.argmax(rise_db)) + 4) * hop)
    return joins


def even_anchors(n_samples: int, rate: float, joins: Sequence[int]) -> list[Anchor]:
    """Return the anchors of a stretch at one rate that is done in pieces cut at ``joins``."""
    positions = [0, *joins, n_samples]
    return [Anchor(position, round(position / rate)) for position in positions]

"""Surround sound folded down to stereo."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from tonmeister.core.audio import Samples

_HALF_POWER = 0.5**0.5
_GAINS = {
    "L": (1.0, 0.0), "R": (0.0, 1.0), "C": (_HALF_POWER, _HALF_POWER), "LFE": (0.0, 0.0),
    "M": (_HALF_POWER, _HALF_POWER),
    "Ls": (_HALF_POWER, 0.0), "Rs": (0.0, _HALF_POWER), "Lrs": (_HALF_POWER, 0.0), "Rrs": (0.0, _HALF_POWER),
    "Cs": (0.5, 0.5),
}  # fmt: skip


def fold_to_stereo(blocks: Iterator[Samples], layout: tuple[str, ...]) -> Iterator[Samples]:
    """Yield the sound as left and right, by the gains of ITU-R BS.775-4, table 2; others go half to each."""
    matrix = np.array([_GAINS.get(speaker, (0.5, 0.5)) for speaker in layout], np.float32).T
    for block in blocks:
        yield np.ascontiguousarray(matrix @ block)


def tell_fold(layout: tuple[str, ...]) -> str:
    """Return where `fold_to_stereo` lets each channel go, and how loud, in a sentence."""
    places: dict[str, list[str]] = {}
    for speaker in layout:
        places.setdefault(_place(speaker), []).append(speaker)
    told = "; ".join(f"{', '.join(names)} {place}" for place, names in places.items())
    return f"Folded from {len(layout)} channels to stereo by ITU-R BS.775: {told}."


def _place(speaker: str) -> str:
    left, right = _GAINS.get(speaker, (0.5, 0.5))
    loudest = max(left, right)
    if not loudest:
        return "left out"
    side = "both sides" if left and right else "the left" if left else "the right"
    level = "" if loudest == 1.0 else f" at {20 * math.log10(loudest):.0f} dB"
    return f"to {side}{level}" + ("" if speaker in _GAINS else ", the standard knowing no place for it")

"""A look ahead: is there any sound, and do left and right cancel each other in mono?

Who hears a song in mono hears one whose sides cancel with the right side turned over; silence need not be heard at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tonmeister.core.audio import Samples
from tonmeister.media.fold import fold_to_stereo
from tonmeister.media.reader import AudioReader, open_audio

CANCELLED = (
    "Left and right cancel each other in mono, as where one of them is inverted: the right one was turned over before "
    "listening."
)
LEAST_LEFT = 0.03
"""What is left in mono of the channels' energy in songs as they are mixed: 1 of equal channels, 0.5 of unrelated ones;
wide mixes keep 0.3 and more, a song with one channel inverted what its own sides have, 0.01 and less as a rule."""
SOUNDING_S = 60.0
"""After so much sound it is known."""
_SOUNDS = 1e-6


@dataclass(frozen=True)
class Outlook:
    """What a look ahead tells of a file.

    ``silent_samples`` is the length of a file in which every sample is zero, None where one is not; ``repairs`` are
    those of such a file, which is read to its end.
    """

    is_opposite: bool
    silent_samples: int | None = None
    repairs: tuple[str, ...] = ()


def look_ahead(path: Path, *, max_duration_s: float, go_on: Callable[[], None] | None = None) -> Outlook:
    """Tell whether a file is silent from end to end, and whether left and right cancel each other; surround is folded.

    The first minute that sounds decides on the sides, the first sample that is not zero on silence: of a mono song
    only what comes before its first sound is read. ``go_on`` is called for every second; the look ends with what it
    raises.
    """
    with open_audio(path, max_duration_s=max_duration_s) as reader:
        both = mono = 0.0
        n_read = n_sounding = 0
        is_silent = True
        for block in stereo_blocks(reader, reader.info.sample_rate):
            if go_on:
                go_on()
            n_read += block.shape[1]
            if is_silent:
                is_silent = not block.any()
                if is_silent:
                    continue
                if reader.info.n_channels < 2:
                    break
            energy = float(np.vdot(block, block)) / 2
            if energy < _SOUNDS * block.shape[1]:
                continue
            middle = block[0] + block[1]
            both += energy
            mono += float(np.vdot(middle, middle)) / 4
            n_sounding += block.shape[1]
            if n_sounding >= SOUNDING_S * reader.info.sample_rate:
                break
        if is_silent:
            return Outlook(False, n_read, reader.repairs)
    return Outlook(n_sounding > 0 and mono < LEAST_LEFT * both)


def are_opposite(path: Path, *, max_duration_s: float) -> bool:
    """Return whether left and right cancel each other, as `look_ahead` finds it."""
    return look_ahead(path, max_duration_s=max_duration_s).is_opposite


def stereo_blocks(reader: AudioReader, n_samples: int, *, is_opposite: bool = False) -> Iterator[Samples]:
    """Yield the sound of at most two channels, the right one turned over if they are opposite."""
    blocks = reader.blocks(n_samples)
    if reader.info.n_channels > 2:
        blocks = fold_to_stereo(blocks, reader.info.layout)
    return turn_right_over(blocks) if is_opposite else blocks


def turn_right_over(blocks: Iterator[Samples]) -> Iterator[Samples]:
    """Yield stereo sound with its right channel inverted."""
    for block in blocks:
        yield block * np.array([[1], [-1]], np.float32)

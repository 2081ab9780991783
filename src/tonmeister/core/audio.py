"""Sound in memory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
"""float32, shape (channels, samples), full scale ±1.0."""


@dataclass(frozen=True)
class Audio:
    """A piece of sound: float32 ``samples`` of shape (channels, samples) at ``sample_rate`` Hz."""

    samples: Samples
    sample_rate: int

    def __post_init__(self) -> None:
        """Refuse any other shape or type."""
        if self.samples.ndim != 2 or self.samples.dtype != np.float32:
            raise ValueError(
                f"samples must be float32 of shape (channels, samples), got {self.samples.dtype} {self.samples.shape}"
            )

    @property
    def n_channels(self) -> int:
        """Number of channels."""
        return int(self.samples.shape[0])

    @property
    def n_samples(self) -> int:
        """Number of samples per channel."""
        return int(self.samples.shape[1])

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.n_samples / self.sample_rate

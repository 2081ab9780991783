"""The bundled network of the draft tier: from the cues of a spectrogram's cells to the share of each stem in them."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tonmeister.dsp.separation_cues import band_centres_hz

STEMS = ("drums", "bass", "other", "vocals")
N_CLOSE, N_WIDE = 32, 40
POOL = (2, 4)
"""Frames and bands that the wide look takes as one."""
DILATIONS = ((1, 1), (2, 2), (4, 4), (2, 8), (1, 1))

REACH_FRAMES = POOL[0] * (sum(time for time, _ in DILATIONS) + 1)
"""Masks of a frame do not depend on cues of frames further away than this."""

_WEIGHTS = Path(__file__).with_name("separation_draft.npz")
_CENTRES_HZ = (50.0, 100.0, 200.0, 400.0, 900.0, 2000.0, 4500.0, 10_000.0)


@functools.cache
def place_cues() -> NDArray[np.float32]:
    """Return what the network is told of a band's place, shape (bands, 9): the pitch, and how near to eight others."""
    octaves = np.log2(np.maximum(band_centres_hz(), 20.0) / 20.0)
    near = [np.exp(-0.5 * (octaves - np.log2(hz / 20.0)) ** 2) for hz in _CENTRES_HZ]
    return np.stack([octaves / 5 - 1, *near], axis=-1).astype(np.float32)


@dataclass(frozen=True)
class DraftNetwork:
    """The weights, and the sha256 of the file they came from."""

    layers: dict[str, NDArray[np.float32]]
    sha256: str

    def masks(self, cues: NDArray[np.float32], tick: Callable[[], None] = lambda: None) -> NDArray[np.float32]:
        """Return the share of each stem in mid and side of every cell.

        Parameters
        ----------
        cues
            Shape (frames, bands, cues), of `tonmeister.dsp.separation_cues.cues`; an even number of frames.
        tick
            Called after each layer; may raise to stop.

        Returns
        -------
        ndarray of float32
            Shape (2, 4, frames, bands): mid and side, then `STEMS`. Over the stems they add up to 1.

        Raises
        ------
        ValueError
            If the number of frames is odd.
        """
        n_frames, n_bands, _ = cues.shape
        if n_frames % POOL[0]:
            raise ValueError(f"the number of frames must be even, got {n_frames}")
        close = self._looked_closely(cues)
        tick()
        around = close.reshape(n_frames // POOL[0], POOL[0], n_bands // POOL[1], POOL[1], N_CLOSE).mean(axis=(1, 3))
        for number, dilation in enumerate(DILATIONS):
            step = _convolved(around, self.layers[f"wide{number}.weight"], dilation)
            step += self.layers[f"wide{number}.bias"]
            np.maximum(step, 0, out=step)
            around = step if number == 0 else around + step
            tick()
        return self._decided(close, around)

    def _looked_closely(self, cues: NDArray[np.float32]) -> NDArray[np.float32]:
        n_frames, n_bands, n_cues = cues.shape
        first = self.layers["close0.weight"]
        place = place_cues() @ first[n_cues:] + self.layers["close0.bias"]
        x: NDArray[np.float32] = (cues.reshape(-1, n_cues) @ first[:n_cues]).reshape(n_frames, n_bands, N_CLOSE)
        x += place
        np.maximum(x, 0, out=x)
        close: NDArray[np.float32] = x.reshape(-1, N_CLOSE) @ self.layers["close1.weight"]
        close += self.layers["close1.bias"]
        np.maximum(close, 0, out=close)
        return close.reshape(n_frames, n_bands, N_CLOSE)

    def _decided(self, close: NDArray[np.float32], around: NDArray[np.float32]) -> NDArray[np.float32]:
        n_frames, n_bands, _ = close.shape
        weight = self.layers["decide0.weight"]
        # The wide look says the same to all cells that it took as one: multiplied once, then handed out.
        said = (around.reshape(-1, N_WIDE) @ weight[N_CLOSE:] + self.layers["decide0.bias"]).reshape(
            n_frames // POOL[0], 1, n_bands // POOL[1], 1, N_CLOSE
        )
        x = close.reshape(-1, N_CLOSE) @ weight[:N_CLOSE]
        x = x.reshape(n_frames // POOL[0], POOL[0], n_bands // POOL[1], POOL[1], N_CLOSE)
        x += said
        np.maximum(x, 0, out=x)
        logits = x.reshape(-1, N_CLOSE) @ self.layers["decide1.weight"]
        logits += self.layers["decide1.bias"]
        shares = logits.T.reshape(2, len(STEMS), n_frames, n_bands)
        told: NDArray[np.float32] = np.exp(shares - shares.max(axis=1, keepdims=True))
        told /= told.sum(axis=1, keepdims=True)
        return told


def _convolved(x: NDArray[np.float32], kernel: NDArray[np.float32], dilation: tuple[int, int]) -> NDArray[np.float32]:
    """Convolve (frames, bands, channels) by a kernel (3, 3, channels in, channels out), the outside being zero."""
    n_frames, n_bands, n_in = x.shape
    time, frequency = dilation
    padded = np.zeros((n_frames + 2 * time, n_bands + 2 * frequency, n_in), np.float32)
    padded[time : time + n_frames, frequency : frequency + n_bands] = x
    out = np.zeros((n_frames * n_bands, kernel.shape[3]), np.float32)
    for row in range(3):
        rows = padded[row * time : row * time + n_frames]
        near = np.concatenate([rows[:, i * frequency : i * frequency + n_bands] for i in range(3)], axis=2)
        out += near.reshape(-1, 3 * n_in) @ kernel[row].reshape(3 * n_in, -1)
    return out.reshape(n_frames, n_bands, -1)


@functools.cache
def load_draft_network(path: Path = _WEIGHTS) -> DraftNetwork:
    """Read the bundled network."""
    data = path.read_bytes()
    with np.load(path) as stored:
        layers = {name: stored[name].astype(np.float32) for name in stored.files}
    return DraftNetwork(layers, hashlib.sha256(data).hexdigest())

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
N_CLOSE, N_WIDE, N_ACROSS = 32, 40, 16
POOL = (2, 4)
"""Frames and bands that the wide look takes as one."""
DILATIONS = ((1, 1), (2, 2), (4, 4), (2, 8), (1, 1))
ACROSS = (1, 3)
"""After which steps of the wide look all bands of a frame are looked at together."""
FAR_AFTER, FAR_POOL = 2, (4, 4)
"""After which step it looks far, and how many of its own cells it then takes as one."""

FRAMES_TOGETHER = POOL[0] * FAR_POOL[0]
"""What is looked at together begins at multiples of this many frames."""
REACH_FRAMES = POOL[0] * (sum(time for time, _ in DILATIONS) + 1) + 4 * FRAMES_TOGETHER
"""Masks of a frame do not depend on cues of frames further away than this."""

_WEIGHTS = Path(__file__).with_name("separation_draft.npz")
_CENTRES_HZ = (50.0, 100.0, 200.0, 400.0, 900.0, 2000.0, 4500.0, 10_000.0)
# What is worked on at a time stays in the processor's cache: four times as fast as whole pieces.
_CHUNK_FRAMES, _CHUNK_STEPS = 16, 32

Tick = Callable[[], None]
Array = NDArray[np.float32]


@functools.cache
def place_cues() -> Array:
    """Return what the network is told of a band's place, shape (bands, 9): the pitch, and how near to eight others."""
    octaves = np.log2(np.maximum(band_centres_hz(), 20.0) / 20.0)
    near = [np.exp(-0.5 * (octaves - np.log2(hz / 20.0)) ** 2) for hz in _CENTRES_HZ]
    return np.stack([octaves / 5 - 1, *near], axis=-1).astype(np.float32)


@dataclass(frozen=True)
class DraftNetwork:
    """The weights, and the sha256 of the file they came from."""

    layers: dict[str, Array]
    sha256: str

    def masks(self, cues: Array, tick: Tick = lambda: None) -> Array:
        """Return the share of each stem in mid and side of every cell.

        Parameters
        ----------
        cues
            Shape (cues, frames, bands), of `tonmeister.dsp.separation_cues.cues`; an even number of frames.
        tick
            Called every few milliseconds of work; may raise to stop.

        Returns
        -------
        ndarray of float32
            Shape (2, 4, frames, bands): mid and side, then `STEMS`. Over the stems they add up to 1.

        Raises
        ------
        ValueError
            If the number of frames is odd.
        """
        _, n_frames, n_bands = cues.shape
        if n_frames % POOL[0]:
            raise ValueError(f"the number of frames must be even, got {n_frames}")
        close = np.empty((n_frames, n_bands, N_CLOSE), np.float32)
        coarse = (n_frames // POOL[0], n_bands // POOL[1])
        around, extra = np.empty((*coarse, N_CLOSE), np.float32), np.empty((*coarse, N_WIDE), np.float32)
        for start in range(0, n_frames, _CHUNK_FRAMES):
            part = slice(start, min(start + _CHUNK_FRAMES, n_frames))
            steps = slice(part.start // POOL[0], part.stop // POOL[0])
            close[part] = self._looked_closely(cues[:, part])
            cut = _cut(close[part])
            around[steps] = cut.mean(axis=2)
            extra[steps] = cut.reshape(*cut.shape[:2], -1) @ self.layers["down.weight"]
            tick()
        around = self._looked_around(around, extra, tick)
        told = np.empty((2, len(STEMS), n_frames, n_bands), np.float32)
        for start in range(0, n_frames, _CHUNK_FRAMES):
            part = slice(start, min(start + _CHUNK_FRAMES, n_frames))
            told[:, :, part] = self._decided(close[part], around[part.start // POOL[0] : part.stop // POOL[0]])
            tick()
        return told

    def _looked_closely(self, cues: Array) -> Array:
        n_cues, n_frames, n_bands = cues.shape
        first = self.layers["close0.weight"]
        place: Array = place_cues() @ first[n_cues:] + self.layers["close0.bias"]
        x: Array = (cues.reshape(n_cues, -1).T @ first[:n_cues]).reshape(n_frames, n_bands, N_CLOSE)
        x += place
        np.maximum(x, 0, out=x)
        close: Array = x.reshape(-1, N_CLOSE) @ self.layers["close1.weight"]
        close += self.layers["close1.bias"]
        np.maximum(close, 0, out=close)
        return close.reshape(n_frames, n_bands, N_CLOSE)

    def _looked_around(self, around: Array, extra: Array, tick: Tick) -> Array:
        for number, dilation in enumerate(DILATIONS):
            step = self._convolved(around, f"wide{number}", dilation, tick)
            if number == 0:
                step += extra
            np.maximum(step, 0, out=step)
            around = step if number == 0 else around + step
            if number in ACROSS:
                self._look_across(around, number)
            if number == FAR_AFTER:
                around += self._looked_far(around, tick)
            tick()
        return around

    def _look_across(self, around: Array, number: int) -> None:
        weight, back = self.layers[f"across{number}.weight"].T, self.layers[f"across{number}.back"].T
        for frame in around:
            across = weight @ frame
            across += self.layers[f"across{number}.bias"][:, None]
            np.maximum(across, 0, out=across)
            frame += back @ across

    def _looked_far(self, around: Array, tick: Tick) -> Array:
        n_frames, n_bands, _ = around.shape
        time, frequency = FAR_POOL
        starts = np.arange(0, n_frames, time), np.arange(0, n_bands, frequency)
        ends = (n_frames, n_bands)
        counts = [np.diff(np.append(one, n)).astype(np.float32) for one, n in zip(starts, ends, strict=True)]
        far: Array = np.add.reduceat(np.add.reduceat(around, starts[0], axis=0), starts[1], axis=1)
        far /= counts[0][:, None, None] * counts[1][None, :, None]
        for number in range(2):
            far = self._convolved(far, f"far{number}", (1, 1), tick)
            np.maximum(far, 0, out=far)
        told = far @ self.layers["far.back"]
        wide: Array = np.repeat(np.repeat(told, time, axis=0)[:n_frames], frequency, axis=1)[:, :n_bands]
        return wide

    def _convolved(self, x: Array, name: str, dilation: tuple[int, int], tick: Tick) -> Array:
        """Convolve (frames, bands, channels) by a kernel (3, 3, channels in, channels out), the outside being zero."""
        kernel = self.layers[f"{name}.weight"]
        n_frames, n_bands, n_in = x.shape
        time, frequency = dilation
        padded = np.zeros((n_frames + 2 * time, n_bands + 2 * frequency, n_in), np.float32)
        padded[time : time + n_frames, frequency : frequency + n_bands] = x
        flat = kernel.reshape(9 * n_in, -1)
        out = np.empty((n_frames, n_bands, kernel.shape[3]), np.float32)
        for start in range(0, n_frames, _CHUNK_STEPS):
            part = slice(start, min(start + _CHUNK_STEPS, n_frames))
            near = np.empty((part.stop - start, n_bands, 9, n_in), np.float32)
            for place in range(9):
                row, column = part.start + place // 3 * time, place % 3 * frequency
                near[:, :, place] = padded[row : row + part.stop - start, column : column + n_bands]
            np.matmul(near.reshape(-1, 9 * n_in), flat, out=out[part].reshape(-1, out.shape[2]))
            tick()
        out += self.layers[f"{name}.bias"]
        return out

    def _decided(self, close: Array, around: Array) -> Array:
        n_frames, n_bands, _ = close.shape
        said = _joined(around @ self.layers["up.weight"])
        x = close.reshape(-1, N_CLOSE) @ self.layers["decide0.weight"]
        x += said.reshape(-1, N_CLOSE)
        x += self.layers["decide0.bias"]
        np.maximum(x, 0, out=x)
        logits = self.layers["decide1.weight"].T @ x.T
        logits += self.layers["decide1.bias"][:, None]
        shares = logits.reshape(2, len(STEMS), n_frames, n_bands)
        shares -= shares.max(axis=1, keepdims=True)
        told: Array = np.exp(shares, out=shares)
        told /= told.sum(axis=1, keepdims=True)
        return told


def _cut(x: Array) -> Array:
    """Turn (frames, bands, channels) into (frames, bands, cells, channels), where many cells are taken as one."""
    n_frames, n_bands, n = x.shape
    parts = x.reshape(n_frames // POOL[0], POOL[0], n_bands // POOL[1], POOL[1], n).transpose(0, 2, 1, 3, 4)
    return parts.reshape(n_frames // POOL[0], n_bands // POOL[1], -1, n)


def _joined(x: Array) -> Array:
    """Turn it back, from (frames, bands, cells times channels)."""
    n_frames, n_bands, _ = x.shape
    parts = x.reshape(n_frames, n_bands, *POOL, -1).transpose(0, 2, 1, 3, 4)
    return parts.reshape(n_frames * POOL[0], n_bands * POOL[1], -1)


@functools.cache
def load_draft_network(path: Path = _WEIGHTS) -> DraftNetwork:
    """Read the bundled network."""
    data = path.read_bytes()
    with np.load(path) as stored:
        layers = {name: stored[name].astype(np.float32) for name in stored.files}
    return DraftNetwork(layers, hashlib.sha256(data).hexdigest())

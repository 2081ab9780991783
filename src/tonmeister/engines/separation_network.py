"""The bundled network of the draft tier: from the cues of a spectrogram's cells to the share of each stem in them."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tonmeister.dsp.planes import LANES, sum_taps
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
# Silence around what the wide look convolves: frames before and after, columns to the left and right.
_AHEAD, _BESIDE = max(time for time, _ in DILATIONS), LANES

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
        around = self._looked_around(_in_rows(around), extra, tick)
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
        """Take rows as `_in_rows` lays them out, and (frames, bands, N_WIDE) to add; return (frames, N_WIDE, bands)."""
        inside = _AHEAD, _AHEAD + len(extra), _BESIDE, _BESIDE + extra.shape[1]
        for number, dilation in enumerate(DILATIONS):
            step = self._convolved(around, extra.shape[1], f"wide{number}", dilation, tick, is_rectified=number > 0)
            if number == 0:
                heard = _inner(step, inside)
                heard += extra.transpose(0, 2, 1)
                np.maximum(heard, 0, out=heard)
                around = step
            else:
                around += step
            if number in ACROSS:
                self._look_across(_inner(around, inside), number)
            if number == FAR_AFTER:
                heard = _inner(around, inside)
                heard += self._looked_far(heard, tick)
            tick()
        return _inner(around, inside)

    def _look_across(self, around: Array, number: int) -> None:
        across = around @ self.layers[f"across{number}.weight"]
        across += self.layers[f"across{number}.bias"]
        np.maximum(across, 0, out=across)
        around += across @ self.layers[f"across{number}.back"]

    def _looked_far(self, around: Array, tick: Tick) -> Array:
        n_frames, _, n_bands = around.shape
        time, frequency = FAR_POOL
        starts = np.arange(0, n_frames, time), np.arange(0, n_bands, frequency)
        ends = (n_frames, n_bands)
        counts = [np.diff(np.append(one, n)).astype(np.float32) for one, n in zip(starts, ends, strict=True)]
        far: Array = np.add.reduceat(np.add.reduceat(around, starts[0], axis=0), starts[1], axis=2)
        far /= counts[0][:, None, None] * counts[1]
        rows = _in_rows(far.transpose(0, 2, 1))
        for number in range(2):
            rows = self._convolved(rows, far.shape[2], f"far{number}", (1, 1), tick, is_rectified=True)
        heard = _inner(rows, (_AHEAD, _AHEAD + far.shape[0], _BESIDE, _BESIDE + far.shape[2]))
        told = self.layers["far.back"].T @ heard
        wide: Array = np.repeat(np.repeat(told, time, axis=0)[:n_frames], frequency, axis=2)[:, :, :n_bands]
        return wide

    def _convolved(
        self, rows: Array, n_bands: int, name: str, dilation: tuple[int, int], tick: Tick, *, is_rectified: bool
    ) -> Array:
        """Convolve rows by a kernel (3, 3, channels in, channels out), the outside being zero; return such rows."""
        kernel, bias = self.layers[f"{name}.weight"], self.layers[f"{name}.bias"]
        n_in, n_out = kernel.shape[2:]
        n_frames, _, width = rows.shape
        time, frequency = dilation
        places = [
            ((_AHEAD + row * time) * n_in + channel) * width + _BESIDE + column * frequency
            for row in (-1, 0, 1)
            for column in (-1, 0, 1)
            for channel in range(n_in)
        ]
        offsets, weights = np.array(places, np.int64), np.ascontiguousarray(kernel.reshape(9 * n_in, n_out))
        out = np.zeros((n_frames, n_out, width), np.float32)
        for start in range(0, n_frames - 2 * _AHEAD, _CHUNK_STEPS):
            stop = min(start + _CHUNK_STEPS, n_frames - 2 * _AHEAD)
            near = rows[start : stop + 2 * _AHEAD]
            part = out[_AHEAD + start : _AHEAD + stop, :, _BESIDE:-_BESIDE].transpose(1, 0, 2)
            sum_taps(near, offsets, weights, bias, part, row_step=n_in * width, is_rectified=is_rectified)
            tick()
        out[:, :, _BESIDE + n_bands :] = 0
        return out

    def _decided(self, close: Array, around: Array) -> Array:
        n_frames, n_bands, _ = close.shape
        said = _joined(around.transpose(0, 2, 1) @ self.layers["up.weight"])
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


def _in_rows(x: Array) -> Array:
    """Lay (frames, bands, channels) out as (frames, channels, bands) for `sum_taps`, with silence around."""
    n_frames, n_bands, n = x.shape
    rows = np.zeros((n_frames + 2 * _AHEAD, n, -(-n_bands // LANES) * LANES + 2 * _BESIDE), np.float32)
    rows[_AHEAD : _AHEAD + n_frames, :, _BESIDE : _BESIDE + n_bands] = x.transpose(0, 2, 1)
    return rows


def _inner(rows: Array, inside: tuple[int, int, int, int]) -> Array:
    """Return the rows without the silence around them."""
    first, last, left, right = inside
    return rows[first:last, :, left:right]


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

"""Beats by a network of the user's own, such as Beat This!: spectrogram in, likelihood of beats and downbeats out.

The seam is the one that Beat This! defines (Foscarin, Schlüter and Widmer, "Beat this! Accurate beat tracking without
DBN postprocessing", ISMIR 2024, and its code): a log-mel spectrogram of 50 frames a second into the network, a logit of
a beat and of a downbeat for each frame out of it, picked by their maxima alone. The network is an ONNX file.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tonmeister.core.errors import FormatUnsupportedError, TonmeisterError
from tonmeister.engines.own_weights import open_onnx, read_stated, run_onnx, tell_licence

Floats = NDArray[np.float32]
Apply = Callable[[Floats], Floats]

RATE_HZ = 22_050
FRAME_SAMPLES, HOP_SAMPLES = 1024, 441
FRAME_S = HOP_SAMPLES / RATE_HZ
N_BANDS = 128
LOWEST_HZ, HIGHEST_HZ = 30.0, 11_000.0
PIECE_FRAMES = 1500
"""Half a minute: what a network that takes any length is given at once."""
BORDER_FRAMES = 6
"""What is left out of a piece on either side: the next piece sees more of it."""
PEAK_REACH = 3
"""A beat is a maximum within so many frames to either side: 70 ms."""
_LOUDER = 1000.0
_HALF = FRAME_SAMPLES // 2
_N_AT_ONCE = 512


@dataclass(frozen=True)
class BeatNetwork:
    """A network ready to run.

    Attributes
    ----------
    name
        What to call it.
    licence
        What its file states of its licence, as a sentence.
    piece_frames
        How many frames it takes at once, at most.
    apply
        From a spectrogram, shape (frames, `N_BANDS`), to logits of beats and downbeats, shape (frames, 2), float32.
    """

    name: str
    licence: str
    piece_frames: int
    apply: Apply


def load_beat_network(path: Path, *, name: str | None = None, n_workers: int = 1) -> BeatNetwork:
    """Load a network.

    Parameters
    ----------
    path
        The ONNX file: one input of shape (1, frames, 128) and two outputs of shape (1, frames), the logits of beats and
        of downbeats, known by the word "downbeat" in a name, otherwise by their order. Check it with
        `own_weights.check_weights` before.
    name
        What people call the file; by default its name.
    n_workers
        How many processor cores it may use.

    Raises
    ------
    FormatUnsupportedError
        If the file is not such a network.
    MissingPartError
        If onnxruntime is not installed.
    """
    shown = name or path.name
    refuse = partial(_unsupported, shown)
    with path.open("rb") as file:
        if not file.read(1).startswith(b"\x08"):  # ONNX has no magic number; first comes the version of its format
            raise refuse("it is no ONNX file")
    session = open_onnx(path, n_workers, refuse)
    inputs, outputs, stated = session.get_inputs(), session.get_outputs(), read_stated(session)
    if len(inputs) != 1 or len(outputs) != 2 or inputs[0].type != "tensor(float)":
        raise refuse(f"it has {len(inputs)} inputs and {len(outputs)} outputs, not one of float32 and two")
    shape = inputs[0].shape
    if len(shape) != 3 or (isinstance(shape[2], int) and shape[2] != N_BANDS):
        raise refuse(f"its input has the shape {shape}")
    length = shape[1] if isinstance(shape[1], int) else None
    if length is not None and length <= 2 * BORDER_FRAMES:
        raise refuse(f"it takes {length} frames at once, fewer than {2 * BORDER_FRAMES + 1}")
    names = sorted((each.name for each in outputs), key=lambda each: "downbeat" in each.lower())
    apply = partial(_apply, session, inputs[0].name, names, length, refuse)
    return BeatNetwork(stated.get("name", Path(shown).stem), tell_licence(stated), length or PIECE_FRAMES, apply)


def _unsupported(name: str, why: str) -> FormatUnsupportedError:
    return FormatUnsupportedError(
        f"{name} is no network that hears beats: {why}.",
        field="beat_model", value=name, bound="an ONNX file from (1, frames, 128) to two logits (1, frames)",
        remedy="Export the network to ONNX with the log-mel spectrogram as input and the logits of beats and downbeats "
        "as outputs.",
    )  # fmt: skip


def _apply(
    session: Any,
    name: str,
    outputs: list[str],
    length: int | None,
    refuse: Callable[[str], TonmeisterError],
    piece: Floats,
) -> Floats:
    n = len(piece)
    padded = np.pad(piece, ((0, (length or n) - n), (0, 0)))
    figures = run_onnx(session, outputs, {name: padded[np.newaxis]}, refuse)
    found = [np.asarray(each, np.float32).reshape(-1) for each in figures]
    if any(len(each) != len(padded) for each in found):
        raise refuse(f"it returned {[len(each) for each in found]} figures for {len(padded)} frames")
    logits = np.column_stack(found)[:n]
    if not np.all(np.isfinite(logits)):
        raise refuse("it returned figures that are not finite")
    return np.asarray(logits)


def mel_bands() -> Floats:
    """Return the triangular bands over the bins of a spectrum, of unit height: float32, shape (513, `N_BANDS`).

    Notes
    -----
    Slaney's scale ("Auditory Toolbox", 1998): even steps of 200/3 Hz below 1 kHz, above that 27 for a factor of 6.4.
    """
    step_hz, knee_hz, per_step = 200 / 3, 1000.0, np.log(6.4) / 27
    knee = knee_hz / step_hz
    mels = np.linspace(LOWEST_HZ / step_hz, knee + np.log(HIGHEST_HZ / knee_hz) / per_step, N_BANDS + 2)
    edges = np.where(mels < knee, mels * step_hz, knee_hz * np.exp(per_step * (mels - knee)))
    hz = np.arange(FRAME_SAMPLES // 2 + 1)[:, np.newaxis] * RATE_HZ / FRAME_SAMPLES
    low, centre, high = edges[:-2], edges[1:-1], edges[2:]
    height = np.minimum((hz - low) / (centre - low), (high - hz) / (high - centre))
    return np.asarray(np.maximum(height, 0), np.float32)


class BeatSpectrogram:
    """The spectrogram that the network takes, streaming.

    Examples
    --------
    >>> spectrogram = BeatSpectrogram()
    >>> len(spectrogram.push(np.zeros(22050, np.float32))) + len(spectrogram.finish())
    51

    Notes
    -----
    Frame ``j`` is centred on sample ``441 * j``; the sound is mirrored at its ends. Magnitudes of a periodic Hann
    window, divided by the root of its length, in bands; ``log(1 + 1000 x)``. Those of the reference within 1e-4.
    """

    def __init__(self) -> None:
        self._bands = mel_bands()
        self._window = (np.hanning(FRAME_SAMPLES + 1)[:-1] / np.sqrt(FRAME_SAMPLES)).astype(np.float32)
        self._held = np.zeros(0, np.float32)
        self._last = np.zeros(0, np.float32)
        self._is_begun = False

    def push(self, mono: Floats) -> Floats:
        """Take sound at `RATE_HZ`, shape (samples,), and return the frames that are whole, shape (frames, bands)."""
        self._held = np.concatenate([self._held, mono])
        self._last = np.concatenate([self._last, mono])[-_HALF - 1 :]
        if not self._is_begun:
            if len(self._held) <= _HALF:
                return np.zeros((0, N_BANDS), np.float32)
            self._held = np.concatenate([self._held[_HALF:0:-1], self._held])
            self._is_begun = True
        return self._cut()

    def finish(self) -> Floats:
        """Return the last frames; sound shorter than half a frame is filled up with silence."""
        lacking = _HALF + 1 - len(self._last)
        before = self.push(np.zeros(lacking, np.float32)) if lacking > 0 else np.zeros((0, N_BANDS), np.float32)
        self._held = np.concatenate([self._held, self._last[-2::-1]])
        return np.concatenate([before, self._cut()])

    def _cut(self) -> Floats:
        n_frames = max(0, (len(self._held) - FRAME_SAMPLES) // HOP_SAMPLES + 1)
        levels = [np.zeros((0, N_BANDS), np.float32)]
        for first in range(0, n_frames, _N_AT_ONCE):
            sound = self._held[
                first * HOP_SAMPLES : (min(n_frames, first + _N_AT_ONCE) - 1) * HOP_SAMPLES + FRAME_SAMPLES
            ]
            frames = np.lib.stride_tricks.sliding_window_view(sound, FRAME_SAMPLES)[::HOP_SAMPLES]
            magnitude = np.abs(np.fft.rfft(frames * self._window, axis=1)).astype(np.float32)
            levels.append(np.log1p(_LOUDER * (magnitude @ self._bands)))
        self._held = self._held[n_frames * HOP_SAMPLES :].copy()
        return np.concatenate(levels)


class BeatHearing:
    """Runs a network over the pieces of a sound, so that memory stays bounded.

    Parameters
    ----------
    network
        From `load_beat_network`.
    tick
        Called before every piece; what it raises ends the work.

    Notes
    -----
    Pieces overlap by their borders, which are left out; the last one is moved back so that it is no shorter than the
    others, and where it overlaps its neighbour, that counts: as the reference does it.
    """

    def __init__(self, network: BeatNetwork, tick: Callable[[], None] = lambda: None) -> None:
        self._network, self._tick = network, tick
        self._spectrogram = BeatSpectrogram()
        self._inner = network.piece_frames - 2 * BORDER_FRAMES
        self._frames = np.zeros((BORDER_FRAMES, N_BANDS), np.float32)
        self._first = -BORDER_FRAMES  # number of the first frame that is held
        self._heard: list[Floats] = []

    def push(self, mono: Floats) -> None:
        """Take sound at `RATE_HZ`, shape (samples,)."""
        self._frames = np.concatenate([self._frames, self._spectrogram.push(mono)])
        while self._n_frames > self._n_heard + self._inner + BORDER_FRAMES:
            self._hear(self._n_heard)
            # the last piece may begin anywhere within the one before it
            n_spent = max(0, self._n_heard - self._inner - BORDER_FRAMES - self._first)
            self._frames, self._first = self._frames[n_spent:], self._first + n_spent

    @property
    def _n_frames(self) -> int:
        return self._first + len(self._frames)

    @property
    def _n_heard(self) -> int:
        return len(self._heard) * self._inner

    def _hear(self, start: int) -> None:
        """Hear a piece whose borders lie before and after ``start`` and what follows."""
        self._tick()
        at = start - BORDER_FRAMES - self._first
        piece = self._frames[at : at + self._network.piece_frames]
        stop = min(self._n_frames - start, self._inner)
        lacking = start + self._inner + BORDER_FRAMES - self._n_frames
        piece = np.pad(piece, ((0, min(max(lacking, 0), BORDER_FRAMES)), (0, 0)))
        self._heard.append(self._network.apply(piece)[BORDER_FRAMES : BORDER_FRAMES + stop])

    def finish(self) -> Floats:
        """Return the logits of all that was pushed, shape (frames, 2): beats and downbeats."""
        self._frames = np.concatenate([self._frames, self._spectrogram.finish()])
        while self._n_frames > self._n_heard + self._inner:
            self._hear(self._n_heard)
        n_before = self._n_heard
        self._hear(max(0, self._n_frames - self._inner))
        last = self._heard.pop()
        rest = self._n_frames - n_before
        return np.concatenate([*self._heard, last[len(last) - rest :]])


def pick_beats(logits: NDArray[np.floating]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return where a network's beats lie and which of them begin bars.

    Parameters
    ----------
    logits
        Of beats and downbeats, shape (frames, 2).

    Returns
    -------
    beats_s, downbeats
        Times of the beats, rising, and indices of those that are downbeats.

    Notes
    -----
    As published: maxima within `PEAK_REACH` frames that are more likely than not; neighbouring maxima are one; each
    downbeat is moved to the nearest beat.
    """
    beats, downbeats = (_peaks(np.asarray(column, np.float64)) for column in logits.T)
    if len(beats) == 0 or len(downbeats) == 0:
        return beats * FRAME_S, np.zeros(0, np.int64)
    nearest = np.abs(beats[np.newaxis] - downbeats[:, np.newaxis]).argmin(axis=1)
    return beats * FRAME_S, np.unique(nearest)


def _peaks(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    if len(logits) == 0:
        return np.zeros(0)
    padded = np.pad(logits, PEAK_REACH, constant_values=-np.inf)
    highest = np.lib.stride_tricks.sliding_window_view(padded, 2 * PEAK_REACH + 1).max(axis=1)
    at = np.flatnonzero((logits == highest) & (logits > 0))
    groups = np.split(at, np.flatnonzero(np.diff(at) > 1) + 1)
    return np.array([group.mean() for group in groups if len(group)])

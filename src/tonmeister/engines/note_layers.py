"""The arithmetic of the Basic Pitch network: one window of sound in, what is heard in it out.

Planes lie with time along their columns, as the kernel wants them, so that the neighbours of a pitch and its partials
are rows further up or down. The eight planes that the network stacks, the spectrum as seen from a tone's own pitch, its
octave below and six partials above, are then one plane read at eight distances. Only those frames are computed that
reach what is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tonmeister.dsp.planes import LANES, sum_taps
from tonmeister.engines.onnx_weights import read_onnx_weights

Floats = NDArray[np.float32]
Weights = Mapping[str, Floats]

WINDOW_SAMPLES = 43_844
N_FRAMES = 172
EDGE_FRAMES = 15
"""Frames at either end of a window that know too little of what is around them, and are not kept."""
N_KEPT = N_FRAMES - 2 * EDGE_FRAMES

_N_PITCHES = 88
_N_ROWS = 264  # of a third of a semitone
_N_BINS = 309
_N_OCTAVES = 9
_N_TAPS = 256
_PER_OCTAVE = 36
_SHIFTS = (-36, 0, 36, 57, 72, 84, 93, 101)  # of the stacked planes, in bins
_BELOW, _ABOVE = 55, 75  # silent rows that the furthest shifts reach
_FLOOR = np.float32(1e-10)

# first frame and number of columns of each plane; what a layer sees to either side narrows the next
_SPECTRUM = (0, 176)
_PARTIALS = (6, 160)
_CONTOUR = (8, 160)
_KEYS = (11, 152)
_NOTE = (14, 144)
_ONSET = (15, 144)
_WIDTH = 168  # of a row in memory: a layer reads some columns past those that it needs

_COSINES, _SINES = "const_fold_opt__655", "const_fold_opt__664"
_HALVING = "const_fold_opt__734"
_LENGTHS = "model_1/cq_t2010v2_1/Sqrt;model_1/cq_t2010v2_1/Sqrt"
_SCALE = "model_1/batch_normalization/FusedBatchNormV3;model_1/batch_normalization/FusedBatchNormV3"
_LAYERS = {  # name of the kernel, beginning of the name of the bias, shape of the kernel: output, input, frame, bin
    "partials": ("const_fold_opt__727", "model_1/re_lu_1/", (8, 8, 3, 39)),
    "contour": ("const_fold_opt__710", "model_1/contours-reduced/", (1, 8, 5, 5)),
    "keys": ("const_fold_opt__738", "model_1/conv2d_2/BiasAdd", (32, 1, 7, 7)),
    "note": ("const_fold_opt__702", "model_1/conv2d_3/BiasAdd", (1, 32, 7, 3)),
    "strikes": ("const_fold_opt__707", "model_1/re_lu_3/", (32, 8, 5, 5)),
    "onset": ("const_fold_opt__680", "model_1/conv2d_5/BiasAdd", (1, 33, 3, 3)),
}


class _Layer(NamedTuple):
    offsets: NDArray[np.int64]
    weights: Floats
    bias: Floats


class _Stacked(NamedTuple):
    """A layer on the stacked planes: rows at the lower edge, those between, rows at the upper edge."""

    parts: tuple[tuple[slice, _Layer], ...]
    row_step: int


@dataclass(frozen=True)
class NoteLayers:
    """The network, ready to hear windows of 43,844 samples at 22,050 Hz."""

    filters: tuple[_Layer, ...]
    halvings: tuple[_Layer, ...]
    lengths: Floats
    scale: float
    shift: float
    partials: _Stacked
    strikes: _Stacked
    contour: _Layer
    keys: _Layer
    note: _Layer
    onset: _Layer

    def hear(self, window: Floats) -> tuple[Floats, Floats, Floats]:
        """Return note, onset (142, 88) and contour (142, 264), each from 0 to 1, of the frames that are kept.

        Parameters
        ----------
        window
            float32, (43844,).

        Notes
        -----
        Source: R. Bittner et al., ICASSP 2022, and the graph of the published file, with which all outputs agree within
        1e-4.
        """
        spectrum = np.zeros((_BELOW + _N_BINS + _ABOVE, _SPECTRUM[1]), np.float32)
        spectrum[_BELOW : _BELOW + _N_BINS] = self._measure_spectrum(window)
        partials = np.zeros((8, _N_ROWS + 4, _WIDTH), np.float32)
        _sum_stacked(spectrum, self.partials, partials[:, 2:-2, : _PARTIALS[1]])
        contour = np.zeros((1, _N_ROWS + 4, _WIDTH), np.float32)
        inside = contour[:, 2:-2, : _CONTOUR[1]]
        sum_taps(partials, *self.contour, inside, row_step=_WIDTH)
        inside[:] = _sigmoid(inside)
        keys = np.zeros((32, _N_PITCHES + 2, _WIDTH), np.float32)
        sum_taps(contour, *self.keys, keys[:, 1:-1, : _KEYS[1]], row_step=3 * _WIDTH, is_rectified=True)
        struck = np.zeros((33, _N_PITCHES + 2, _WIDTH), np.float32)
        note = struck[:1, 1:-1, : _NOTE[1]]
        sum_taps(keys, *self.note, note, row_step=_WIDTH)
        note[:] = _sigmoid(note)
        _sum_stacked(spectrum, self.strikes, struck[1:, 1:-1, : _NOTE[1]])
        onset = np.zeros((1, _N_PITCHES, _ONSET[1]), np.float32)
        sum_taps(struck, *self.onset, onset, row_step=_WIDTH)
        return _kept(note, _NOTE), _kept(_sigmoid(onset), _ONSET), _kept(inside, _CONTOUR)

    def _measure_spectrum(self, window: Floats) -> Floats:
        """Return levels between the window's own lowest (0) and highest (1), scaled as the network learnt them."""
        power = np.empty((_N_OCTAVES * _PER_OCTAVE, _SPECTRUM[1]), np.float32)
        sound = window
        tones = np.empty((2 * _PER_OCTAVE, 1, _SPECTRUM[1]), np.float32)
        for octave, layer in enumerate(self.filters):
            if octave:
                sound = _halve(sound, self.halvings[octave - 1])
            padded = np.pad(sound, _N_TAPS // 2, mode="reflect")
            sum_taps(_comb(padded, _N_TAPS >> octave, _SPECTRUM[1]), *layer, tones)
            np.square(tones, out=tones)
            at = (_N_OCTAVES - 1 - octave) * _PER_OCTAVE
            np.add(tones[:_PER_OCTAVE, 0], tones[_PER_OCTAVE:, 0], out=power[at : at + _PER_OCTAVE])
        power = power[-_N_BINS:] * self.lengths
        level: Floats = np.log(power + _FLOOR) * np.float32(10.0 / np.log(10.0))
        heard = level[:, :N_FRAMES]
        level -= heard.min()
        highest = heard.max()
        if highest > 0.0:
            level /= highest
        level *= np.float32(self.scale)
        level += np.float32(self.shift)
        return level


def load_note_layers(path: Path) -> NoteLayers:
    """Read the network from its ONNX file.

    Parameters
    ----------
    path
        The file `nmp.onnx` of the package basic-pitch 0.4.0.

    Raises
    ------
    ValueError
        If the file holds another network.
    """
    found = read_onnx_weights(path)
    try:
        return _build(found)
    except (KeyError, StopIteration) as error:
        raise ValueError(f"{path.name} does not hold the note network's weights; fetch the models again") from error


def _build(found: Weights) -> NoteLayers:
    kernels = {}
    for layer, (name, beginning, shape) in _LAYERS.items():
        bias = next(array for key, array in found.items() if key.startswith(beginning) and array.shape == shape[:1])
        kernels[layer] = (found[name].reshape(shape), bias)
    tones = np.concatenate([found[_COSINES], found[_SINES]]).reshape(2 * _PER_OCTAVE, _N_TAPS)
    silent = np.zeros(2 * _PER_OCTAVE, np.float32)
    halving = found[_HALVING].reshape(1, _N_TAPS)
    return NoteLayers(
        filters=tuple(
            _comb_layer(tones, silent, hop, _SPECTRUM[1]) for hop in (_N_TAPS >> octave for octave in range(_N_OCTAVES))
        ),
        halvings=tuple(_comb_layer(halving, silent[:1], 2, _whole(n)) for n in _lengths(WINDOW_SAMPLES)[1:]),
        lengths=np.square(found[_LENGTHS].reshape(_N_BINS, 1)),
        scale=float(found[_SCALE][0]),
        shift=float(found[f"{_SCALE}1"][0]),
        partials=_stack(*kernels["partials"], _PARTIALS[0], _N_ROWS, 1),
        strikes=_stack(*kernels["strikes"], _NOTE[0], _N_PITCHES, 3),
        contour=_flat_layer(*kernels["contour"], _N_ROWS + 4),
        keys=_flat_layer(*kernels["keys"], _N_ROWS + 4),
        note=_flat_layer(*kernels["note"], _N_PITCHES + 2),
        onset=_flat_layer(*kernels["onset"], _N_PITCHES + 2),
    )


def _halve(sound: Floats, layer: _Layer) -> Floats:
    n = len(sound) // 2
    out = np.empty((1, 1, _whole(n)), np.float32)
    sum_taps(_comb(np.pad(sound, _N_TAPS // 2 - 1), 2, _whole(n)), *layer, out)
    return out[0, 0, :n]


def _lengths(n_samples: int) -> list[int]:
    """Return how long the sound is at each octave's rate."""
    lengths = [n_samples]
    while len(lengths) < _N_OCTAVES:
        lengths.append(lengths[-1] // 2)
    return lengths


def _whole(n: int) -> int:
    return -(-n // LANES) * LANES


def _comb(sound: Floats, step: int, n_columns: int) -> Floats:
    """Deal samples out to ``step`` rows, so that what lies ``step`` samples apart is side by side."""
    teeth = np.zeros((n_columns + _N_TAPS // step, step), np.float32)
    teeth.reshape(-1)[: len(sound)] = sound
    return np.ascontiguousarray(teeth.T)


def _comb_layer(kernels: Floats, bias: Floats, step: int, n_columns: int) -> _Layer:
    """Return filters (n_out, 256) as sums over what `_comb` dealt out."""
    tap = np.arange(_N_TAPS)
    offsets = tap % step * (n_columns + _N_TAPS // step) + tap // step
    return _Layer(offsets.astype(np.int64), kernels.T.copy(), bias)


def _flat_layer(kernels: Floats, bias: Floats, n_rows: int) -> _Layer:
    """Return a convolution over planes of ``n_rows`` rows, of which the outermost are silent."""
    plane, frame, row = np.meshgrid(*(np.arange(n) for n in kernels.shape[1:]), indexing="ij")
    offsets = (plane * n_rows + row) * _WIDTH + frame
    weights = kernels.reshape(len(kernels), -1).T
    return _Layer(offsets.reshape(-1).astype(np.int64), weights.copy(), bias)


def _stack(kernels: Floats, bias: Floats, first_frame: int, n_rows: int, row_step: int) -> _Stacked:
    """Return a convolution over the stacked planes as sums over the one spectrum.

    A plane ends where the stack does, though the spectrum goes on: at the edges, rows leave out what lies beyond.
    """
    n_out, _, n_frames, n_bins = kernels.shape
    reach = np.arange(n_bins) - (n_bins - row_step) // 2  # as the network pads: the outputs of a stride stay centred
    rows = np.arange(n_rows) * row_step
    is_inside = (rows[:, None] + reach >= 0) & (rows[:, None] + reach < _N_ROWS)
    distances = np.unique(np.add.outer(_SHIFTS, reach))
    weights = np.zeros((n_rows, len(distances), n_frames, n_out), np.float32)
    for plane, shift in enumerate(_SHIFTS):
        for bin_, distance in enumerate(reach):
            at = np.searchsorted(distances, shift + distance)
            weights[:, at] += is_inside[:, bin_, None, None] * kernels[:, plane, :, bin_].T
    columns = first_frame - n_frames // 2 + np.arange(n_frames)
    offsets = np.add.outer((distances + _BELOW) * _SPECTRUM[1], columns).reshape(-1).astype(np.int64)
    by_row = weights.reshape(n_rows, len(offsets), n_out)
    whole = np.flatnonzero(is_inside.all(axis=1))
    first, end = int(whole[0]), int(whole[-1]) + 1
    return _Stacked(
        (
            (slice(0, first), _Layer(offsets, by_row[:first].copy(), bias)),
            (slice(first, end), _Layer(offsets, by_row[first].copy(), bias)),
            (slice(end, n_rows), _Layer(offsets, by_row[end:].copy(), bias)),
        ),
        row_step * _SPECTRUM[1],
    )


def _sum_stacked(spectrum: Floats, stacked: _Stacked, out: Floats) -> None:
    for rows, layer in stacked.parts:
        begun = spectrum.reshape(-1)[rows.start * stacked.row_step :]
        sum_taps(begun, *layer, out[:, rows], row_step=stacked.row_step, is_rectified=True)


def _sigmoid(x: Floats) -> Floats:
    half = np.float32(0.5)
    risen: Floats = half + half * np.tanh(half * x)
    return risen


def _kept(plane: Floats, place: tuple[int, int]) -> Floats:
    first = EDGE_FRAMES - place[0]
    return np.ascontiguousarray(plane[0, :, first : first + N_KEPT].T)

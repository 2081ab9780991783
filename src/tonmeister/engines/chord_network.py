"""The chord network: from sound to the likelihood of chords, eleven times a second, in numpy.

The weights are those of crema 0.2.0 (McFee and Bello, "Structured training for large-vocabulary chord recognition",
ISMIR 2017), as `tools/convert_chord_network.py` unpacks them; `find_model("chord_network.npz")` says where they lie.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tonmeister.dsp.constant_q import PitchScale, measure_constant_q
from tonmeister.music.chords import CHORD_CLASSES

Floats = NDArray[np.float32]

MODEL = "chord_network.npz"
RATES_HZ = (22050, 44100)
FRAME_S = 4096 / 44100

_SCALE = PitchScale(lowest_hz=440.0 * 2.0 ** (-45 / 12), n_bins=252, bins_per_octave=36)  # from C1, seven octaves
_N_BINS = 216  # of one input; the second lies an octave higher
_DYNAMIC_DB = 80.0
_QUIETEST = 1e-5
_EPSILON = 1e-3  # Keras's, in batch normalisation
_N_UNITS = 128
_STEPS_BETWEEN_REPORTS = 512

Weights = Mapping[str, Floats]


@dataclass(frozen=True)
class ChordPosteriors:
    """What the network hears, frame by frame.

    Attributes
    ----------
    classes
        float32, shape (n_frames, 170): probability of each of `tonmeister.music.chords.CHORD_CLASSES`.
    pitch
        float32, shape (n_frames, 12): probability of each pitch class to be part of the chord.
    root, bass
        float32, shape (n_frames, 13): probability of each pitch class from C to be root and lowest tone, then of none.
    frame_s
        Length of a frame; frame k is centred on ``k * frame_s``.
    """

    classes: Floats
    pitch: Floats
    root: Floats
    bass: Floats
    frame_s: float


def load_weights(path: Path) -> Weights:
    """Read the network's weights.

    Parameters
    ----------
    path
        The .npz file.

    Raises
    ------
    ValueError
        If the file holds other arrays than the network's.
    """
    with np.load(path, allow_pickle=False) as archive:
        weights = {name: archive[name] for name in archive.files}
    missing = {"conv2d_1.kernel", "bidirectional_2.forward_gru_2.kernel", "chord_tag.kernel"} - set(weights)
    if missing or weights["chord_tag.kernel"].shape[1] != len(CHORD_CLASSES):
        raise ValueError(f"{path.name} does not hold the chord network's weights; fetch the models again")
    return weights


def hear_chords(
    audio: Floats, sample_rate: int, weights: Weights, *, report: Callable[[float], None] | None = None
) -> ChordPosteriors:
    """Run the network over a sound.

    Parameters
    ----------
    audio
        float32, shape (n_channels, n_samples); channels are averaged.
    sample_rate
        22,050 or 44,100 Hz.
    weights
        From `load_weights`.
    report
        Called with the share of the work that is done; what it raises ends the work.

    Returns
    -------
    ChordPosteriors
        ``1 + n_samples // hop`` frames. A sound that is silent from end to end is no chord (``N``) throughout: the
        network sees levels relative to the loudest tone, and with none it would name one at random.

    Raises
    ------
    ValueError
        If the rate is another, there is no sample, or one is not finite.

    Notes
    -----
    On crema's own features the outputs are those of Keras within 1e-5.
    """
    if sample_rate not in RATES_HZ:
        raise ValueError(f"sample_rate must be one of {RATES_HZ}, got {sample_rate}")
    if audio.ndim != 2 or audio.shape[1] == 0:
        raise ValueError(
            f"audio must have the shape (n_channels, n_samples) with one sample or more, got {audio.shape}"
        )
    tell = report or _say_nothing
    mono = audio.mean(axis=0, dtype=np.float32)
    if not np.all(np.isfinite(mono)):
        raise ValueError("audio must be finite")
    features = measure_features(mono, sample_rate)
    if not features.any():
        return _silence(len(features))
    tell(0.5)
    return run_network(features, weights, report=lambda share: tell(0.5 + 0.5 * share))


def measure_features(mono: Floats, sample_rate: int) -> Floats:
    """Return the network's input: two constant-Q spectra an octave apart, in dB below each one's loudest bin.

    Parameters
    ----------
    mono
        float32, shape (n_samples,).
    sample_rate
        22,050 or 44,100 Hz.

    Returns
    -------
    numpy.ndarray
        float32, shape (n_frames, 216, 2), -80 to 0; 0 throughout where nothing sounds at all.
    """
    hop_samples = round(FRAME_S * sample_rate)
    amplitude = measure_constant_q(mono, sample_rate, _SCALE, hop_samples)
    # The scale of the transform goes with the root of the window's length in samples: brought to that of 44.1 kHz.
    amplitude *= np.float32(np.sqrt(44100 / sample_rate))
    offset = _SCALE.n_bins - _N_BINS
    return np.stack([_to_db(amplitude[:, :_N_BINS]), _to_db(amplitude[:, offset:])], axis=-1)


def _to_db(amplitude: Floats) -> Floats:
    loudest = max(float(amplitude.max()), _QUIETEST)
    db = 20.0 * np.log10(np.maximum(amplitude, np.float32(_QUIETEST)) / np.float32(loudest))
    return np.asarray(np.maximum(db, db.max() - np.float32(_DYNAMIC_DB)), dtype=np.float32)


def run_network(
    features: Floats, weights: Weights, *, report: Callable[[float], None] | None = None
) -> ChordPosteriors:
    """Run the layers.

    Parameters
    ----------
    features
        From `measure_features`.
    weights
        From `load_weights`.
    report
        Called with the share of the work that is done.
    """
    tell = report or _say_nothing
    hidden = _convolve(features, weights)
    hidden = _normalise(_both_ways(hidden, weights, 1, lambda share: tell(0.5 * share)), weights, 4)
    hidden = _both_ways(hidden, weights, 2, lambda share: tell(0.5 + 0.5 * share))
    pitch = np.asarray(1.0 / (1.0 + np.exp(-_dense(hidden, weights, "chord_pitch"))), dtype=np.float32)
    root = _softmax(_dense(hidden, weights, "chord_root"))
    bass = _softmax(_dense(hidden, weights, "chord_bass"))
    joined = _normalise(np.concatenate([hidden, pitch, root, bass], axis=1), weights, 5)
    return ChordPosteriors(_softmax(_dense(joined, weights, "chord_tag")), pitch, root, bass, FRAME_S)


def _silence(n_frames: int) -> ChordPosteriors:
    none = np.zeros((n_frames, 13), dtype=np.float32)
    none[:, 12] = 1.0
    classes = np.zeros((n_frames, len(CHORD_CLASSES)), dtype=np.float32)
    classes[:, CHORD_CLASSES.index("N")] = 1.0
    return ChordPosteriors(classes, np.zeros((n_frames, 12), dtype=np.float32), none, none.copy(), FRAME_S)


def _say_nothing(_share: float) -> None:
    """Take the place of a report that nobody asked for."""


def _convolve(features: Floats, weights: Weights) -> Floats:
    """Suppress what is no steady tone over 5 frames and 5 bins, then find 72 shapes of spectra."""
    kernel = weights["conv2d_1.kernel"][..., 0]
    n_frames, n_bins, _ = features.shape
    normed = _normalise(features, weights, 1)
    channels = [np.pad(normed[..., channel], 2) for channel in (0, 1)]
    sharpened = np.full((n_frames, n_bins), weights["conv2d_1.bias"][0], dtype=np.float32)
    for channel, padded in enumerate(channels):
        for row in range(5):
            for column in range(5):
                sharpened += padded[row : row + n_frames, column : column + n_bins] * kernel[row, column, channel]
    tones = _normalise(np.maximum(sharpened, 0.0)[..., None], weights, 2)[..., 0]
    shapes = tones @ weights["conv2d_2.kernel"][0, :, 0, :] + weights["conv2d_2.bias"]
    return _normalise(np.maximum(shapes, 0.0), weights, 3)


def _both_ways(sequence: Floats, weights: Weights, layer: int, tell: Callable[[float], None]) -> Floats:
    name = f"bidirectional_{layer}"
    onwards = _recur(sequence, weights, f"{name}.forward_gru_{layer}.", lambda share: tell(0.5 * share))
    back = _recur(sequence[::-1], weights, f"{name}.backward_gru_{layer}.", lambda share: tell(0.5 + 0.5 * share))
    return np.concatenate([onwards, back[::-1]], axis=1)


def _recur(sequence: Floats, weights: Weights, name: str, tell: Callable[[float], None]) -> Floats:
    """Run a gated recurrent unit (Cho et al. 2014) with Keras's hard sigmoid, the reset gate before the product."""
    gates = 2 * _N_UNITS
    recurrent = weights[name + "recurrent_kernel"]
    # 0.2 x + 0.5 of the hard sigmoid is folded into the weights of the two gates.
    slope = np.ones(3 * _N_UNITS, dtype=np.float32)
    slope[:gates] = 0.2
    offset = np.zeros(3 * _N_UNITS, dtype=np.float32)
    offset[:gates] = 0.5
    inputs = (sequence @ weights[name + "kernel"] + weights[name + "bias"]) * slope + offset
    to_gates = np.ascontiguousarray(recurrent[:, :gates] * np.float32(0.2))
    to_state = np.ascontiguousarray(recurrent[:, gates:])
    state = np.zeros(_N_UNITS, dtype=np.float32)
    outputs = np.empty((len(sequence), _N_UNITS), dtype=np.float32)
    for step in range(len(sequence)):
        if step % _STEPS_BETWEEN_REPORTS == 0:
            tell(step / len(sequence))
        row = inputs[step]
        gate = state @ to_gates
        gate += row[:gates]
        np.maximum(gate, 0.0, out=gate)
        np.minimum(gate, 1.0, out=gate)
        update = gate[:_N_UNITS]
        candidate = (gate[_N_UNITS:] * state) @ to_state
        candidate += row[gates:]
        np.tanh(candidate, out=candidate)
        state = np.asarray(candidate + update * (state - candidate), dtype=np.float32)
        outputs[step] = state
    return outputs


def _normalise(values: Floats, weights: Weights, layer: int) -> Floats:
    name = f"batch_normalization_{layer}."
    gain = weights[name + "gamma"] / np.sqrt(weights[name + "moving_variance"] + np.float32(_EPSILON))
    return np.asarray(values * gain + (weights[name + "beta"] - weights[name + "moving_mean"] * gain), dtype=np.float32)


def _dense(values: Floats, weights: Weights, name: str) -> Floats:
    return np.asarray(values @ weights[f"{name}.kernel"] + weights[f"{name}.bias"], dtype=np.float32)


def _softmax(values: Floats) -> Floats:
    powers = np.exp(values - values.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float32)

"""Writes small ONNX files, so that tests need no library for it. Field numbers are those of onnx.proto3."""

from __future__ import annotations

import numpy as np


def _varint(value: int) -> bytes:
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def _field(number: int, value: int | str | bytes) -> bytes:
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    data = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def _value(name: str, shape: tuple[int | str, ...]) -> bytes:
    dims = b"".join(_field(1, _field(1 if isinstance(size, int) else 2, size)) for size in shape)
    return _field(1, name) + _field(2, _field(1, _field(1, 1) + _field(2, dims)))


def _tensor(name: str, array: np.ndarray) -> bytes:
    kind = {np.dtype(np.float32): 1, np.dtype(np.int64): 7}[array.dtype]
    dims = b"".join(_field(1, size) for size in array.shape)
    return dims + _field(2, kind) + _field(8, name) + _field(9, array.tobytes())


def _node(kind: str, inputs: list[str], output: str, attributes: dict[str, list[int]]) -> bytes:
    node = b"".join(_field(1, name) for name in inputs) + _field(2, output) + _field(4, kind)
    for name, values in attributes.items():
        node += _field(5, _field(1, name) + b"".join(_field(8, one) for one in values) + _field(20, 7))
    return node


def filter_bank(taps: np.ndarray, n_samples: int, metadata: dict[str, str], *, n_named: int | None = None) -> bytes:
    """Return a network that filters a stereo waveform by ``taps`` (sources, 2, 2, width): one convolution."""
    n_sources, _, _, width = taps.shape
    shape = np.array([1, n_sources, 2, n_samples], np.int64)
    graph = _field(
        1, _node("Conv", ["mix", "taps"], "flat", {"pads": [width // 2, width // 2], "kernel_shape": [width]})
    )
    graph += _field(1, _node("Reshape", ["flat", "shape"], "stems", {}))
    graph += _field(2, "filters")
    graph += _field(5, _tensor("taps", taps.reshape(n_sources * 2, 2, width).astype(np.float32)))
    graph += _field(5, _tensor("shape", shape))
    graph += _field(11, _value("mix", (1, 2, n_samples)))
    graph += _field(12, _value("stems", (1, n_named or n_sources, 2, n_samples)))
    model = _field(1, 8) + _field(7, graph) + _field(8, _field(1, "") + _field(2, 13))
    return model + b"".join(_field(14, _field(1, key) + _field(2, text)) for key, text in metadata.items())


def band_detector(
    weights: dict[str, np.ndarray], threshold: float, metadata: dict[str, str], *, n_frames: int | str = "frames"
) -> bytes:
    """Return a network that weighs the bands of a spectrogram (1, frames, bands): one figure a frame for each output.

    Each output, by its name, is the sum of the bands times its ``weights``, less the threshold.
    """
    n_bands = len(next(iter(weights.values())))
    graph, less = b"", _field(5, _tensor("threshold", np.array([-threshold], np.float32)))
    for name, each in weights.items():
        graph += _field(1, _node("MatMul", ["spectrogram", f"{name} weights"], f"{name} sum", {}))
        graph += _field(1, _node("Add", [f"{name} sum", "threshold"], name, {}))
        less += _field(5, _tensor(f"{name} weights", each.astype(np.float32)))
    graph += _field(2, "bands") + less + _field(11, _value("spectrogram", (1, n_frames, n_bands)))
    graph += b"".join(_field(12, _value(name, (1, n_frames))) for name in weights)
    model = _field(1, 8) + _field(7, graph) + _field(8, _field(1, "") + _field(2, 13))
    return model + b"".join(_field(14, _field(1, key) + _field(2, text)) for key, text in metadata.items())

"""The note network's arithmetic: what it hears is what onnxruntime hears with the same file; files are read whole."""

from __future__ import annotations

import numpy as np
import pytest

from engines.onnx_by_hand import filter_bank
from tonmeister.engines.models import find_model
from tonmeister.engines.note_layers import EDGE_FRAMES, WINDOW_SAMPLES, load_note_layers
from tonmeister.engines.onnx_weights import read_onnx_weights

RATE_HZ = 22_050
OUTPUTS = ("StatefulPartitionedCall:1", "StatefulPartitionedCall:2", "StatefulPartitionedCall:0")


@pytest.fixture(scope="module")
def layers():
    return load_note_layers(find_model("note_network.onnx"))


@pytest.fixture(scope="module")
def session():
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    path = str(find_model("note_network.onnx"))
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def chord() -> np.ndarray:
    t_s = np.arange(WINDOW_SAMPLES) / RATE_HZ
    tones = [(28, 0.0), (52, 0.3), (59, 0.6), (76, 0.9), (103, 1.2)]
    sound = np.zeros(WINDOW_SAMPLES)
    for midi, begin_s in tones:
        hz = 440 * 2 ** ((midi - 69) / 12)
        since_s = np.maximum(t_s - begin_s, 0.0)
        sound += sum(np.sin(2 * np.pi * hz * k * since_s) / k for k in range(1, 5)) * np.exp(-3 * since_s)
    return (0.1 * sound).astype(np.float32)


SOUNDS = {
    "chord": chord(),
    "silence": np.zeros(WINDOW_SAMPLES, np.float32),
    "noise": np.random.default_rng(3).normal(0.0, 0.1, WINDOW_SAMPLES).astype(np.float32),
    "one click": np.eye(1, WINDOW_SAMPLES, 20_000, np.float32)[0],
    "sound, then none": chord() * (np.arange(WINDOW_SAMPLES) < 15_000),
}


@pytest.mark.parametrize("name", SOUNDS)
def test_it_hears_what_onnxruntime_hears(layers, session, name):
    sound = SOUNDS[name].astype(np.float32)
    wanted = session.run(list(OUTPUTS), {"serving_default_input_2:0": sound[None, :, None]})
    for ours, theirs in zip(layers.hear(sound), wanted, strict=True):
        assert np.abs(ours - theirs[0, EDGE_FRAMES:-EDGE_FRAMES]).max() < 1e-4
    assert name != "chord" or layers.hear(sound)[1].max() > 0.5


def test_real_music_too(layers, session, shared_audio):
    from tonmeister.media.reader import read_audio

    sound = read_audio(next((shared_audio / "synth").glob("*/mix.ogg")), sample_rate=RATE_HZ).samples.mean(axis=0)
    for at in range(0, 20 * WINDOW_SAMPLES, 4 * WINDOW_SAMPLES):
        window = np.ascontiguousarray(sound[at : at + WINDOW_SAMPLES], np.float32)
        wanted = session.run(list(OUTPUTS), {"serving_default_input_2:0": window[None, :, None]})
        for ours, theirs in zip(layers.hear(window), wanted, strict=True):
            assert np.abs(ours - theirs[0, EDGE_FRAMES:-EDGE_FRAMES]).max() < 1e-4


def test_weights_come_out_of_a_file_as_they_went_in(tmp_path):
    taps = np.random.default_rng(1).normal(size=(2, 2, 2, 301)).astype(np.float32)
    path = tmp_path / "filters.onnx"
    path.write_bytes(filter_bank(taps, 1000, {"of": "a test"}))
    found = read_onnx_weights(path)
    assert list(found) == ["taps"]
    assert np.array_equal(found["taps"], taps.reshape(4, 2, 301))


def test_another_network_is_refused(tmp_path):
    path = tmp_path / "filters.onnx"
    path.write_bytes(filter_bank(np.zeros((1, 2, 2, 3), np.float32), 100, {}))
    with pytest.raises(ValueError, match=r"filters\.onnx does not hold the note network's weights"):
        load_note_layers(path)


@pytest.mark.parametrize(
    "damage", [lambda whole: whole[:-1000], lambda whole: b"PK\x03\x04" + whole, lambda _: b"\xff"]
)
def test_a_damaged_file_is_refused(tmp_path, damage):
    path = tmp_path / "damaged.onnx"
    path.write_bytes(damage(find_model("note_network.onnx").read_bytes()))
    with pytest.raises(ValueError, match=r"damaged\.onnx"):
        load_note_layers(path)

"""A network of the user's over REST: handed in as material, never read from where a client says."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
import soundfile

from engines.onnx_by_hand import band_detector

RATE = 22_050


@pytest.fixture(scope="module")
def network() -> bytes:
    weights = {"beat": np.full(128, 0.05), "downbeat": np.zeros(128)}
    return band_detector(weights, 1.0, {"name": "sum of bands", "licence": "CC0-1.0"})


@pytest.fixture(scope="module")
def song(tmp_path_factory) -> bytes:
    rng, sound = np.random.default_rng(0), np.zeros(RATE * 9)
    for at_s in np.arange(0.5, 8.8, 0.6):
        at = int(at_s * RATE)
        sound[at : at + 2000] += 0.3 * rng.normal(size=2000) * np.exp(-np.arange(2000) / 300)
    file = tmp_path_factory.mktemp("song") / "clicks.wav"
    soundfile.write(file, sound, RATE)
    return file.read_bytes()


def test_an_uploaded_network_hears_the_beats(mastering_door, network, song):
    pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
    door = mastering_door
    file, model = door.upload(song, "clicks.wav"), door.upload(network, "sum.onnx")
    sha256 = hashlib.sha256(network).hexdigest()
    params = {"file": file["id"], "beat_model": model["id"], "beat_model_sha256": sha256}
    asked = door.post("/jobs/analyze", json={"params": {**params, "accept_weights_licence": True}})
    assert asked.status_code == 202, asked.text
    job = door.wait(asked.json()["id"], 60)
    assert job["state"] == "completed", job
    assert job["result"]["beat_engine"] == "network sum of bands"
    assert job["result"]["beat_model_sha256"] == sha256
    assert job["result"]["tempo"]["tempo_bpm"] == pytest.approx(100, abs=0.5)


def test_a_path_is_no_material(mastering_door, network, song, tmp_path):
    file = mastering_door.upload(song, "clicks.wav")
    model = tmp_path / "sum.onnx"
    model.write_bytes(network)
    params = {"beat_model_sha256": hashlib.sha256(network).hexdigest(), "accept_weights_licence": True}
    for path in (str(model), f"file://{model}", "../sum.onnx"):
        asked = {"params": {"file": file["id"], "beat_model": path, **params}}
        mastering_door.refusal(mastering_door.post("/jobs/analyze", json=asked), 404, "ASSET_NOT_FOUND")

"""The model tier: a network that the test fits itself, a random HTDemucs, licences, hashes, other files."""

from __future__ import annotations

import hashlib
import itertools
import json
from pathlib import Path

import numpy as np
import pytest

from engines.onnx_by_hand import filter_bank
from tonmeister.core.errors import ChecksumError, FormatUnsupportedError, MissingPartError
from tonmeister.engines import separation_model
from tonmeister.engines.own_weights import check_weights
from tonmeister.engines.separation_model import find_licence, load_model, separate_model

SOURCES = ("drums", "bass", "other", "vocals")
SEGMENT = 4410
WIDTH = 129


def band(low: float, high: float, n: int, seed: int) -> np.ndarray:
    """Noise between two frequencies (in cycles a sample), at a place of its own."""
    rng = np.random.default_rng(seed)
    spectrum = np.fft.rfft(rng.normal(size=n))
    f = np.fft.rfftfreq(n)
    mono = np.fft.irfft(spectrum * ((f >= low) & (f < high)), n)
    return (mono * np.array([[rng.uniform(0.4, 1)], [rng.uniform(0.4, 1)]])).astype(np.float32)


@pytest.fixture(scope="module")
def stems() -> np.ndarray:
    edges = (0.0, 0.02, 0.08, 0.2, 0.5)
    return np.stack([band(low, high, 30_000, i) for i, (low, high) in enumerate(itertools.pairwise(edges))])


def overfitted(stems: np.ndarray) -> np.ndarray:
    """Fit one convolution to a song by least squares: it knows this song and no other."""
    mix = stems.sum(axis=0)
    padded = np.pad(mix, ((0, 0), (WIDTH // 2, WIDTH // 2)))
    views = np.lib.stride_tricks.sliding_window_view(padded, WIDTH, axis=1)[:, ::3]
    seen = np.concatenate(list(views), axis=1)
    told = stems.reshape(8, -1)[:, ::3].T
    taps = np.linalg.solve(seen.T @ seen + 1e-3 * np.eye(2 * WIDTH), seen.T @ told)
    return taps.T.reshape(4, 2, 2, WIDTH)


@pytest.fixture(scope="module")
def onnx_file(stems, tmp_path_factory) -> Path:
    pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
    file = tmp_path_factory.mktemp("weights") / "tiny.onnx"
    stated = {"sources": ",".join(SOURCES), "sample_rate": "44100", "licence": "CC0-1.0", "name": "tiny filters"}
    file.write_bytes(filter_bank(overfitted(stems), SEGMENT, stated))
    return file


def joined(model, mix: np.ndarray, block: int = 1000, **given) -> dict[str, np.ndarray]:
    blocks = (mix[:, start : start + block] for start in range(0, mix.shape[1], block))
    pieces = list(separate_model(blocks, model, **given))
    return {name: np.concatenate([piece[name] for piece in pieces], axis=1) for name in model.sources}


def sdr_db(true: np.ndarray, found: np.ndarray) -> float:
    return float(10 * np.log10(np.sum(true**2) / np.sum((true - found) ** 2)))


def test_an_overfitted_network_takes_its_song_apart(onnx_file, stems):
    model = load_model(onnx_file)
    assert (model.sources, model.sample_rate, model.segment_samples) == (SOURCES, 44_100, SEGMENT)
    assert model.name == "tiny filters"
    mix = stems.sum(axis=0)
    found = joined(model, mix)
    for name, true in zip(SOURCES, stems, strict=True):
        assert found[name].shape == true.shape
        assert sdr_db(true, found[name]) > 15 > sdr_db(true, mix)


@pytest.mark.parametrize("n", [1, 100, SEGMENT - 1, SEGMENT, SEGMENT + 1, 3 * SEGMENT, 20_001])
def test_pieces_join_to_the_length_of_the_song(onnx_file, stems, n):
    mix = stems.sum(axis=0)[:, :n]
    found = joined(load_model(onnx_file), mix, block=777)
    assert {one.shape for one in found.values()} == {mix.shape}
    assert all(np.isfinite(one).all() for one in found.values())


def test_how_the_song_comes_in_changes_nothing(onnx_file, stems):
    model, mix = load_model(onnx_file), stems.sum(axis=0)
    one, other = joined(model, mix, 333), joined(model, mix, 30_000)
    for name in SOURCES:
        np.testing.assert_array_equal(one[name], other[name])


def test_a_network_that_hands_the_song_on_gives_it_back_across_all_joints(tmp_path, stems):
    pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
    taps = np.zeros((4, 2, 2, 1))
    taps[:, 0, 0] = taps[:, 1, 1] = 0.25
    file = tmp_path / "quarter.onnx"
    file.write_bytes(filter_bank(taps, SEGMENT, {}))
    model = load_model(file)
    mix = stems.sum(axis=0)
    found = joined(model, mix, level=0.05)
    assert model.sources == separation_model.DEFAULT_SOURCES
    np.testing.assert_allclose(sum(found.values()), mix, atol=1e-5)


def test_it_can_be_stopped(onnx_file, stems):
    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        joined(load_model(onnx_file), stems.sum(axis=0), tick=stop)


def test_the_hash_is_checked(onnx_file):
    right = hashlib.sha256(onnx_file.read_bytes()).hexdigest()
    assert check_weights(onnx_file, right.upper()) == right
    with pytest.raises(ChecksumError, match=right) as caught:
        check_weights(onnx_file, "0" * 64)
    assert caught.value.remedy


def test_licences_are_told_as_far_as_they_are_known(onnx_file, tmp_path):
    assert find_licence(onnx_file, "0" * 64) == "The file states: CC0-1.0"
    assert "only for scientific purposes" in find_licence(tmp_path / "955717e8-8726e21a.th", "8726e21a" + "0" * 56)
    mine = tmp_path / "mine.th"
    mine.write_bytes(b"PK\x03\x04")
    assert find_licence(mine, "0" * 64).startswith("Unknown")
    header = json.dumps({"__metadata__": {"license": "MIT"}}).encode()
    stated = tmp_path / "stated.safetensors"
    stated.write_bytes(len(header).to_bytes(8, "little") + header)
    assert find_licence(stated, "0" * 64) == "The file states: MIT"
    broken = tmp_path / "broken.safetensors"
    broken.write_bytes(b"\x10" + bytes(7) + b"no json at all, not")
    assert find_licence(broken, "0" * 64).startswith("Unknown")


@pytest.mark.parametrize(
    ("name", "data"), [("words.txt", b"la la la"), ("words.onnx", b"\x08\x08la la la"), ("empty.th", b"")]
)
def test_files_that_are_no_network_are_refused(tmp_path, name, data):
    if name.endswith("onnx"):
        pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
    file = tmp_path / name
    file.write_bytes(data)
    with pytest.raises(FormatUnsupportedError, match=name) as caught:
        load_model(file)
    assert caught.value.remedy


def test_a_network_of_another_shape_is_refused(tmp_path):
    pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
    file = tmp_path / "two.onnx"
    file.write_bytes(filter_bank(np.ones((2, 2, 2, 1)), 100, {"sources": "a,b,c"}))
    with pytest.raises(FormatUnsupportedError, match="2 sources and names 3"):
        load_model(file)


def test_without_torch_its_weights_are_refused_by_name(tmp_path, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "torch", None)
    file = tmp_path / "x.th"
    file.write_bytes(b"PK\x03\x04")
    with pytest.raises(MissingPartError, match="torch") as caught:
        load_model(file)
    assert "separate-model" in caught.value.remedy
    assert ".venv/bin/python -m pip install 'demucs-infer" in caught.value.remedy
    assert "'torch" in caught.value.remedy


# --- with the extra separate-model ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def demucs():
    torch = pytest.importorskip("torch", reason="the extra separate-model (torch) is not installed")
    pytest.importorskip("demucs_infer", reason="the extra separate-model (demucs-infer) is not installed")
    from demucs_infer.htdemucs import HTDemucs

    torch.manual_seed(0)
    given = {"sources": list(SOURCES), "channels": 16, "depth": 3, "nfft": 1024, "segment": 1, "samplerate": 44_100}
    given |= {"t_layers": 1, "t_heads": 2, "bottom_channels": 0}
    return HTDemucs, given, HTDemucs(**given).eval()


def saved(demucs, file: Path) -> Path:
    import torch

    kind, given, net = demucs
    if file.suffix == ".th":
        # Published packages name the class by the module of the original library.
        ours, kind.__module__ = kind.__module__, "demucs.htdemucs" if "old" in file.name else kind.__module__
        torch.save({"klass": kind, "args": (), "kwargs": given, "state": net.state_dict()}, file)
        kind.__module__ = ours
    else:
        from safetensors.torch import save_file

        metadata = {"klass": "demucs.htdemucs.HTDemucs", "args": "[]", "kwargs": json.dumps(given)}
        save_file({key: value.contiguous() for key, value in net.state_dict().items()}, file, metadata)
    return file


@pytest.mark.parametrize("name", ["random.th", "old.th", "random.safetensors"])
def test_a_random_htdemucs_runs_as_demucs_runs_it(demucs, tmp_path, name):
    import torch
    from demucs_infer.apply import apply_model

    model = load_model(saved(demucs, tmp_path / name))
    assert (model.sources, model.segment_samples, model.device) == (SOURCES, 44_100, "CPU")
    mix = np.random.default_rng(5).normal(0, 0.2, (2, 100_000)).astype(np.float32)
    found = np.stack(list(joined(model, mix).values()))
    with torch.inference_mode():
        theirs = apply_model(demucs[2], torch.from_numpy(mix)[None], shifts=0, overlap=0.25)[0].numpy()
    # They centre the last, shorter piece between zeros of its own, so the comparison ends before it.
    n = 33_075 * 2
    np.testing.assert_allclose(found[..., :n], theirs[..., :n], atol=1e-4)


def test_a_package_that_would_run_code_is_not_let_in(demucs, tmp_path):
    import torch

    class Bomb:
        def __reduce__(self):
            return (Path.touch, (tmp_path / "boom",))

    file = tmp_path / "bomb.th"
    torch.save({"klass": demucs[0], "args": (), "kwargs": {}, "state": Bomb()}, file)
    with pytest.raises(FormatUnsupportedError):
        load_model(file)
    assert not (tmp_path / "boom").exists()

"""The seam for beat networks: the spectrogram, pieces, peaks, and files that are none; the network is made here."""

from __future__ import annotations

import numpy as np
import pytest

from engines.onnx_by_hand import band_detector, filter_bank
from tonmeister.core.errors import ChecksumError, FormatUnsupportedError
from tonmeister.engines.beat_network import (
    BORDER_FRAMES,
    N_BANDS,
    PIECE_FRAMES,
    RATE_HZ,
    BeatHearing,
    BeatNetwork,
    BeatSpectrogram,
    load_beat_network,
    mel_bands,
    pick_beats,
)
from tonmeister.engines.own_weights import check_weights, hash_weights

FRAMES = PIECE_FRAMES - 2 * BORDER_FRAMES


def spectrogram(sound: np.ndarray, block: int) -> np.ndarray:
    stream = BeatSpectrogram()
    parts = [stream.push(sound[at : at + block]) for at in range(0, len(sound), block)]
    return np.concatenate([*parts, stream.finish()])


def noise(n: int) -> np.ndarray:
    return np.random.default_rng(n).normal(0, 0.2, n).astype(np.float32)


def test_the_spectrogram_is_the_one_that_is_written_down():
    sound = noise(5000)
    padded = np.pad(sound.astype(np.float64), 512, mode="reflect")
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(1024) / 1024)
    for frame in (0, 3, 11):
        magnitude = np.abs(np.fft.rfft(padded[441 * frame :][:1024] * window)) / 32
        expected = np.log1p(1000 * magnitude @ mel_bands())
        np.testing.assert_allclose(spectrogram(sound, 5000)[frame], expected, atol=1e-4)


def test_the_bands_are_those_of_the_reference():
    bands = mel_bands()
    centres_hz = bands.argmax(axis=0) * RATE_HZ / 1024
    assert bands.shape == (513, N_BANDS)
    assert bands.max() <= 1
    # figures of librosa 0.11: mel(sr=22050, n_fft=1024, n_mels=128, fmin=30, fmax=11000, norm=None)
    assert centres_hz[[0, 40, 80, 127]] == pytest.approx([64.6, 1076.7, 3100.8, 10723.5], abs=0.1)
    assert bands.sum() == pytest.approx(502.2057, abs=1e-3)


@pytest.mark.parametrize("n", [1, 400, 513, 441 * 7, 441 * 7 + 440, 50_000])
def test_how_the_sound_comes_in_changes_nothing(n):
    sound = noise(n)
    whole = spectrogram(sound, n)
    assert whole.shape == (1 + max(n, 513) // 441, N_BANDS)
    for block in (1000, 7001):
        np.testing.assert_allclose(spectrogram(sound, block), whole, atol=1e-5)


class Numbers:
    """A network that gives back which frames it was shown, and keeps the sizes of the pieces."""

    def __init__(self, most: int = PIECE_FRAMES):
        self.sizes: list[int] = []
        self.network = BeatNetwork("numbers", "", most, self)

    def __call__(self, piece: np.ndarray) -> np.ndarray:
        self.sizes.append(len(piece))
        return np.column_stack([piece[:, 40], np.full(len(piece), len(self.sizes), np.float32)])


@pytest.mark.parametrize(
    "n_frames", [1, 7, FRAMES - 1, FRAMES, FRAMES + 1, FRAMES + 7, 2 * FRAMES, 2 * FRAMES + 3, 3 * FRAMES + 100]
)
def test_pieces_join_without_gap_or_repeat(n_frames):
    sound = noise(441 * (n_frames - 1) + 440)
    whole = spectrogram(sound, len(sound))
    assert len(whole) == max(n_frames, 2)
    numbers = Numbers()
    hearing = BeatHearing(numbers.network)
    for at in range(0, len(sound), 100_000):
        hearing.push(sound[at : at + 100_000])
    found = hearing.finish()
    np.testing.assert_allclose(found[:, 0], whole[:, 40], atol=1e-5)
    n_pieces = -(-len(whole) // FRAMES)
    assert len(numbers.sizes) == n_pieces
    assert max(numbers.sizes) <= PIECE_FRAMES
    if n_pieces > 1:
        assert set(numbers.sizes) == {PIECE_FRAMES}
        # where the last piece overlaps the one before, that counts
        assert np.array_equal(found[:, 1], 1 + np.arange(len(whole)) // FRAMES)


def test_it_can_be_stopped():
    def stop() -> None:
        raise KeyboardInterrupt

    hearing = BeatHearing(Numbers().network, stop)
    with pytest.raises(KeyboardInterrupt):
        hearing.push(noise(441 * 2000))


def test_peaks_are_picked_as_published():
    logits = np.full((200, 2), -5.0)
    logits[[10, 12, 40], 0] = 2.0, 3.0, 0.5  # 12 outdoes 10, which lies within three frames
    logits[[70, 71], 0] = 1.0  # equal neighbours are one, between them
    logits[[100, 103], 0] = 1.0, 2.0
    logits[130, 0] = -0.1  # less likely than not
    logits[[14, 99, 107], 1] = 1.0, 2.0, 2.5
    beats_s, downbeats = pick_beats(logits)
    np.testing.assert_allclose(beats_s, [0.24, 0.80, 1.41, 2.06])
    assert list(downbeats) == [0, 3]  # both downbeats at the end belong to the beat between them


def test_where_nothing_is_heard_there_are_no_beats():
    beats_s, downbeats = pick_beats(np.full((50, 2), -1.0))
    assert len(beats_s) == len(downbeats) == 0
    assert [len(each) for each in pick_beats(np.zeros((0, 2)))] == [0, 0]


def weights(**bands: int) -> dict[str, np.ndarray]:
    return {name: np.eye(N_BANDS)[band] for name, band in bands.items()}


def written(path, **given):
    path.write_bytes(band_detector(weights(downbeat=3, beat=40), 1.5, {"name": "two bands", "licence": "CC0"}, **given))
    return path


@pytest.mark.parametrize("n_frames", ["frames", 30])
def test_a_network_in_a_file_runs(tmp_path, n_frames):
    pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
    network = load_beat_network(written(tmp_path / "two.onnx", n_frames=n_frames))
    assert (network.name, network.licence) == ("two bands", "The file states: CC0")
    assert network.piece_frames == (30 if n_frames == 30 else PIECE_FRAMES)
    sound = noise(441 * 100)
    hearing = BeatHearing(network)
    hearing.push(sound)
    # outputs are known by their names, whatever their order
    expected = spectrogram(sound, len(sound))[:, [40, 3]] - 1.5
    np.testing.assert_allclose(hearing.finish(), expected, atol=1e-4)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"la la la", "no ONNX file"),
        (b"\x08\x08la la", "onnxruntime refuses it"),
        (filter_bank(np.ones((4, 2, 2, 1)), 100, {}), "1 inputs and 1 outputs"),
        (band_detector({"beat": np.ones(80), "downbeat": np.ones(80)}, 0, {}), "shape"),
        (band_detector(weights(beat=1, downbeat=2), 0, {}, n_frames=12), "fewer than 13"),
    ],
)
def test_files_that_are_no_such_network_are_refused(tmp_path, content, why):
    pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
    file = tmp_path / "other.onnx"
    file.write_bytes(content)
    with pytest.raises(FormatUnsupportedError, match=why) as caught:
        load_beat_network(file, name="theirs.onnx")
    assert caught.value.field == "beat_model"
    assert "theirs.onnx" in str(caught.value)
    assert caught.value.remedy


def test_a_network_that_returns_what_is_no_number_is_refused(tmp_path):
    pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
    file = tmp_path / "nan.onnx"
    file.write_bytes(band_detector(weights(beat=1, downbeat=2), float("nan"), {}))
    with pytest.raises(FormatUnsupportedError, match="not finite"):
        load_beat_network(file).apply(np.zeros((20, N_BANDS), np.float32))


def test_another_hash_is_refused_under_the_name_it_was_stated_by(tmp_path):
    file = tmp_path / "x.onnx"
    file.write_bytes(b"x")
    assert check_weights(file, hash_weights(file).upper(), field="beat_model_sha256") == hash_weights(file)
    with pytest.raises(ChecksumError) as caught:
        check_weights(file, "0" * 64, field="beat_model_sha256")
    assert caught.value.field == "beat_model_sha256"

"""Writing: exact round trips, gapless lossy files, refused combinations, no file left behind a failure."""

from __future__ import annotations

import resource
import struct
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from media.material import quantise, tones, write
from tonmeister.core.errors import CombinationError, OutputUnwritableError
from tonmeister.media import encoders
from tonmeister.media.formats import ALLOWED, CONTAINERS
from tonmeister.media.reader import open_audio, read_audio
from tonmeister.media.writer import AudioWriter, OutputFormat, check_format, encode_file

LOSSY = [
    OutputFormat("mp3", 44100, 2),
    OutputFormat("mp3", 44100, 2, bitrate_kbps=32),
    OutputFormat("mp3", 48000, 1),
    OutputFormat("mp3", 32000, 2, bitrate_kbps=128),
    OutputFormat("mp3", 22050, 2),
    OutputFormat("mp3", 8000, 1),
    OutputFormat("ogg", 44100, 2),
    OutputFormat("ogg", 96000, 1),
    OutputFormat("opus", 48000, 2),
    OutputFormat("opus", 48000, 1, bitrate_kbps=64),
]


def lag(reference: np.ndarray, other: np.ndarray) -> int:
    """How many samples ``other`` comes later."""
    size = 2 * len(reference)
    spectrum = np.fft.rfft(other, size) * np.conj(np.fft.rfft(reference, size))
    at = int(np.argmax(np.fft.irfft(spectrum)))
    return at if at < size // 2 else at - size


@settings(max_examples=60, deadline=None)
@given(
    depth=st.sampled_from([16, 24, 32]),
    n_channels=st.integers(1, 8),
    n_samples=st.integers(1, 700),
    n_block=st.integers(1, 300),
    rate=st.integers(8000, 384000),
    seed=st.integers(0, 999),
)
def test_wav_returns_every_bit(
    tmp_path_factory: pytest.TempPathFactory,
    depth: int,
    n_channels: int,
    n_samples: int,
    n_block: int,
    rate: int,
    seed: int,
) -> None:
    path = tmp_path_factory.getbasetemp() / "law.wav"
    noise = np.random.default_rng(seed).uniform(-1, 1, (n_channels, n_samples)).astype(np.float32)
    expected = write(path, OutputFormat("wav", rate, n_channels, depth), noise, n_block)
    with open_audio(path) as reader:
        info = reader.info
        sound = np.concatenate(list(reader.blocks()), axis=1)
    np.testing.assert_array_equal(sound, expected)
    assert (info.sample_rate, info.bit_depth, info.n_samples) == (rate, depth, n_samples)
    others, other_rate = soundfile.read(path, dtype="float32", always_2d=True)
    assert other_rate == rate
    np.testing.assert_array_equal(others.T, expected)


@pytest.mark.parametrize("depth", [16, 24])
@pytest.mark.parametrize("n_channels", [1, 2, 6])
def test_flac_returns_every_bit(tmp_path: Path, depth: int, n_channels: int) -> None:
    bound = 2 ** (depth - 1)
    whole = np.random.default_rng(1).integers(-bound, bound, (n_channels, 40000)).astype(np.int32)
    whole[:, :2] = [[-bound, bound - 1]]
    with AudioWriter(tmp_path / "x", OutputFormat("flac", 96000, n_channels, depth)) as writer:
        writer.write(whole)
    with open_audio(tmp_path / "x") as reader:
        assert (reader.info.bit_depth, reader.info.codec, reader.info.is_lossy) == (depth, "flac", False)
        sound = np.concatenate(list(reader.blocks()), axis=1)
    np.testing.assert_array_equal((sound * bound).astype(np.int32), whole)


@pytest.mark.parametrize("fmt", LOSSY, ids=str)
def test_lossy_formats_keep_length_and_place(tmp_path: Path, fmt: OutputFormat) -> None:
    n_samples = fmt.sample_rate * 2 + 17
    sound = tones(fmt.n_channels, n_samples, fmt.sample_rate)
    write(tmp_path / "x", fmt, sound)
    with open_audio(tmp_path / "x") as reader:
        info = reader.info
        decoded = np.concatenate(list(reader.blocks()), axis=1)
    assert reader.repairs == ()
    assert (info.container, info.is_lossy, info.bit_depth, info.n_samples) == (fmt.container, True, None, n_samples)
    assert decoded.shape == sound.shape
    assert lag(sound[0], decoded[0]) == 0
    if fmt.kbps >= 64 * fmt.n_channels:
        error = np.sqrt(np.mean((decoded - sound) ** 2) / np.mean(sound**2))
        assert error < 0.12
    if fmt.container == "mp3":
        kbps = (tmp_path / "x").stat().st_size * 8 / (n_samples / fmt.sample_rate) / 1000
        assert kbps == pytest.approx(fmt.kbps, rel=0.12)  # a short file's own head weighs in


def test_mp3_says_its_own_gaps(tmp_path: Path) -> None:
    for n_samples in (1, 1151, 1152, 5000):
        write(tmp_path / "x", OutputFormat("mp3", 44100, 2), tones(2, n_samples))
        data = (tmp_path / "x").read_bytes()
        assert data[36:40] == b"Info"
        n_frames, n_bytes = struct.unpack(">II", data[44:52])
        assert n_bytes == len(data)
        gaps = int.from_bytes(data[36 + 120 + 21 : 36 + 120 + 24], "big")
        assert n_frames * 1152 - (gaps >> 12) - (gaps & 0xFFF) == n_samples
        assert read_audio(tmp_path / "x").n_samples == n_samples


def test_what_is_16_bits_already_is_not_dithered_for_mp3(tmp_path: Path) -> None:
    fine = tones(1, 9000)
    coarse = (quantise(fine, 16) / 32768).astype(np.float32)
    with (tmp_path / "x").open("w+b") as file:
        encoder = encoders.LameEncoder(file, OutputFormat("mp3", 44100, 1))
        np.testing.assert_array_equal(encoder.to_16_bits(coarse), quantise(fine, 16))
        np.testing.assert_array_equal(encoder.to_16_bits(np.zeros((1, 50), np.float32)), 0)
        error = encoder.to_16_bits(fine) - fine * 32768
    assert 0.4 < float(np.std(error)) < 0.6  # TPDF dither and rounding: sqrt(1/4) LSB
    assert abs(float(np.mean(error))) < 0.05


def test_the_same_song_gives_the_same_file(tmp_path: Path) -> None:
    for container in ("wav", "flac", "mp3"):
        depth = None if container == "mp3" else 24
        for name in ("a", "b"):
            write(tmp_path / name, OutputFormat(container, 44100, 2, depth), tones(2, 9000))  # type: ignore[arg-type]
        assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_rf64_beyond_the_limit(tmp_path: Path) -> None:
    fmt = OutputFormat("wav", 44100, 2, 24)
    sound = tones(2, 1001)
    with (tmp_path / "x").open("w+b") as file:
        encoder = encoders.WavEncoder(file, fmt, limit_bytes=4000)
        encoder.write(quantise(sound, 24))
        encoder.finish()
    data = (tmp_path / "x").read_bytes()
    assert data[:4] == b"RF64"
    assert data[12:16] == b"ds64"
    assert struct.unpack("<QQQ", data[20:44]) == (len(data) - 8, 1001 * 6, 1001)
    np.testing.assert_array_equal((read_audio(tmp_path / "x").samples * 2**23).astype(np.int32), quantise(sound, 24))
    assert soundfile.info(tmp_path / "x").frames == 1001


REFUSED = [
    (OutputFormat("flac", 44100, 2, 32), "bit_depth", "16, 24"),
    (OutputFormat("wav", 44100, 2), "bit_depth", "16, 24, 32"),
    (OutputFormat("wav", 44100, 2, 20), "bit_depth", "16, 24, 32"),
    (OutputFormat("mp3", 44100, 2, 16), "bit_depth", "Leave the bit depth out"),
    (OutputFormat("mp3", 96000, 2), "sample_rate", "48000"),
    (OutputFormat("opus", 44100, 2), "sample_rate", "takes 48000 Hz"),
    (OutputFormat("m4a", 192000, 2), "sample_rate", "96000"),
    (OutputFormat("mp3", 44100, 6), "n_channels", "1 to 2"),
    (OutputFormat("wav", 44100, 9, 16), "n_channels", "1 to 8"),
    (OutputFormat("mp3", 44100, 2, bitrate_kbps=300), "bitrate_kbps", "256, 320"),
    (OutputFormat("mp3", 22050, 2, bitrate_kbps=320), "bitrate_kbps", "160"),
    (OutputFormat("m4a", 8000, 1, bitrate_kbps=256), "bitrate_kbps", "16 to 48"),
    (OutputFormat("opus", 48000, 1, bitrate_kbps=300), "bitrate_kbps", "6 to 256"),
    (OutputFormat("wav", 44100, 2, 16, bitrate_kbps=320), "bitrate_kbps", "Leave the bitrate out"),
    (OutputFormat("aac", 44100, 2), "format", "wav, flac"),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("fmt", "field", "told"), REFUSED, ids=lambda value: str(value))
def test_wrong_pairs_are_refused_with_the_right_ones(tmp_path: Path, fmt: OutputFormat, field: str, told: str) -> None:
    with pytest.raises(CombinationError) as error:
        AudioWriter(tmp_path / "x", fmt)
    assert error.value.field == field
    assert told in str(error.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("container", CONTAINERS)
@pytest.mark.parametrize("rate", [44100, 48000, 88200, 96000, 176400, 192000])
def test_every_default_is_allowed(container: str, rate: int) -> None:
    allowed = ALLOWED[container]  # type: ignore[index]
    if rate in allowed.sample_rates:
        for depth in allowed.bit_depths or (None,):
            for n_channels in (1, 2):
                check_format(OutputFormat(container, rate, n_channels, depth))  # type: ignore[arg-type]
    else:
        with pytest.raises(CombinationError):
            check_format(OutputFormat(container, rate, 2, max(allowed.bit_depths, default=None)))  # type: ignore[arg-type]


def test_the_writer_never_quantises(tmp_path: Path) -> None:
    for container in ("wav", "flac"):
        with (
            pytest.raises(ValueError, match="int32"),
            AudioWriter(tmp_path / "x", OutputFormat(container, 44100, 1, 24)) as writer,
        ):  # type: ignore[arg-type]
            writer.write(tones(1, 10))
        with (
            pytest.raises(ValueError, match="within"),
            AudioWriter(tmp_path / "x", OutputFormat(container, 44100, 1, 16)) as writer,
        ):  # type: ignore[arg-type]
            writer.write(np.array([[40000]], np.int32))
    with (
        pytest.raises(ValueError, match="float32"),
        AudioWriter(tmp_path / "x", OutputFormat("wav", 44100, 1, 32)) as writer,
    ):
        writer.write(np.zeros((1, 5), np.int32))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("container", ["wav", "flac", "mp3", "ogg", "opus"])
def test_an_exception_removes_the_file(tmp_path: Path, container: str) -> None:
    fmt = OutputFormat(container, 48000, 1, 16 if container in ("wav", "flac") else None)  # type: ignore[arg-type]
    data = quantise(tones(1, 9000), 16) if fmt.is_quantised else tones(1, 9000)
    with pytest.raises(KeyError), AudioWriter(tmp_path / "x", fmt) as writer:
        writer.write(data)
        raise KeyError
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="no limits on file sizes")
@pytest.mark.parametrize("container", ["wav", "flac", "mp3", "ogg", "opus"])
def test_a_disk_that_takes_no_more_is_told_and_leaves_nothing(tmp_path: Path, container: str) -> None:
    fmt = OutputFormat(container, 48000, 2, 16 if container in ("wav", "flac") else None)  # type: ignore[arg-type]
    sound = np.random.default_rng(0).uniform(-0.5, 0.5, (2, 96000)).astype(np.float32)
    data = quantise(sound, 16) if fmt.is_quantised else sound
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20000, before[1]))
    try:
        with (
            pytest.raises(OutputUnwritableError, match="larger than allowed"),
            AudioWriter(tmp_path / "x", fmt) as writer,
        ):
            writer.write(data)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(OutputUnwritableError, match="no such folder"):
        AudioWriter(tmp_path / "none" / "x.wav", OutputFormat("wav", 44100, 1, 16))


def test_encode_file(tmp_path: Path) -> None:
    expected = write(tmp_path / "m.wav", OutputFormat("wav", 44100, 2, 24), tones(2, 30000))
    seen: list[float] = []
    encode_file(tmp_path / "m.wav", tmp_path / "m.flac", OutputFormat("flac", 44100, 2, 24), progress=seen.append)
    np.testing.assert_array_equal(read_audio(tmp_path / "m.flac").samples, expected)
    assert seen == sorted(seen)
    assert seen[-1] == 1
    encode_file(tmp_path / "m.wav", tmp_path / "m.opus", OutputFormat("opus", 48000, 2))
    assert read_audio(tmp_path / "m.opus").n_samples == round(30000 * 48000 / 44100)
    for fmt in (OutputFormat("flac", 44100, 2, 16), OutputFormat("wav", 48000, 2, 24)):
        with pytest.raises(CombinationError, match="without dither"):
            encode_file(tmp_path / "m.wav", tmp_path / "no", fmt)
    with pytest.raises(CombinationError, match="channels"):
        encode_file(tmp_path / "m.wav", tmp_path / "no", OutputFormat("mp3", 44100, 1))
    assert not (tmp_path / "no").exists()


@pytest.mark.parametrize("container", CONTAINERS)
def test_the_reference_page_tells_what_is_allowed(container: str) -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "formats.md").read_text()
    row = next(line for line in page.splitlines() if line.startswith(f"| `{container}` |"))
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    allowed = ALLOWED[container]  # type: ignore[index]

    def spoken(numbers: Sequence[int]) -> str:
        is_span = isinstance(numbers, range) and len(numbers) > 1
        return f"{numbers[0]} to {numbers[-1]}" if is_span else ", ".join(map(str, numbers))

    assert cells[1:4] == [spoken(allowed.bit_depths), spoken(allowed.sample_rates), spoken(allowed.n_channels)]
    assert cells[5] == (str(allowed.default_kbps) if allowed.default_kbps else "")
    if container != "mp3":
        assert cells[4] == spoken(allowed.bitrates_kbps)

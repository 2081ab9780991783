"""Reading: every format, honest repairs, named errors."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from media.material import decode_in_child, quantise, tones, write
from tonmeister.core import errors
from tonmeister.media.reader import await_sound, open_audio, read_audio
from tonmeister.media.writer import OutputFormat


def wav(
    data: bytes, *, tag: int = 1, n_channels: int = 1, rate: int = 8000, bits: int = 16, width: int = 0,
    claimed: int | None = None, order: str = "<", extra: bytes = b"", size: int | None = None,
) -> bytes:  # fmt: skip
    align = n_channels * (width or -(-bits // 8))
    body = struct.pack(order + "HHIIHH", tag, n_channels, rate, rate * align, align, bits) + extra
    chunks = b"fmt " + struct.pack(order + "I", len(body)) + body
    chunks += b"data" + struct.pack(order + "I", len(data) if claimed is None else claimed) + data
    mark = b"RIFF" if order == "<" else b"RIFX"
    return mark + struct.pack(order + "I", (len(chunks) + 4) if size is None else size) + b"WAVE" + chunks


def save(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("n_block", [1, 7, 1000, 65536])
def test_blocks_are_whole_in_order_and_owned(tmp_path: Path, n_block: int) -> None:
    for container in ("wav", "flac"):
        fmt = OutputFormat(container, 44100, 2, 16)  # type: ignore[arg-type]
        expected = write(tmp_path / "x", fmt, tones(2, 2500))
        with open_audio(tmp_path / "x") as reader:
            blocks = list(reader.blocks(n_block))
        assert all(block.shape == (2, n_block) for block in blocks[:-1])
        assert all(block.dtype == np.float32 and block.flags.owndata and block.flags.writeable for block in blocks)
        np.testing.assert_array_equal(np.concatenate(blocks, axis=1), expected)


def test_a_reader_reads_once(tmp_path: Path) -> None:
    write(tmp_path / "x", OutputFormat("wav", 8000, 1, 16), tones(1, 10))
    with open_audio(tmp_path / "x") as reader:
        list(reader.blocks())
        with pytest.raises(ValueError, match="once"):
            reader.blocks()


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ALAW", "ULAW"])
@pytest.mark.parametrize("kind", ["WAV", "WAVEX", "RF64", "RIFX", "W64", "AIFF", "AIFC_LITTLE", "CAF", "AU"])
def test_agrees_with_libsndfile(tmp_path: Path, kind: str, subtype: str) -> None:
    name = {"RIFX": "WAV", "AIFC_LITTLE": "AIFF"}.get(kind, kind)
    endian = {"RIFX": "BIG", "AIFC_LITTLE": "LITTLE"}.get(kind, "FILE")
    if not soundfile.check_format(name, subtype, endian):
        with pytest.raises(ValueError):
            soundfile.SoundFile(tmp_path / "none", "w", 8000, 2, subtype, endian, name)
        return
    sound = tones(2, 801)
    soundfile.write(tmp_path / "x", sound.T, 44100, subtype, endian, name)
    expected, _ = soundfile.read(tmp_path / "x", dtype="float32", always_2d=True)
    audio = read_audio(tmp_path / "x")
    assert audio.sample_rate == 44100
    np.testing.assert_array_equal(audio.samples, expected.T)


@pytest.mark.parametrize("bits", [4, 5, 8, 12, 16, 20, 24, 31, 36, 45, 53, 64])
def test_odd_depths_are_left_justified(tmp_path: Path, bits: int) -> None:
    width = -(-bits // 8)
    wanted = [-1.0, -0.5, 0.0, 0.5]
    ints = [int(value * 2 ** (8 * width - 1)) + (128 if width == 1 else 0) for value in wanted]
    data = b"".join(value.to_bytes(width, "little", signed=width > 1) for value in ints)
    audio = read_audio(save(tmp_path / "x", wav(data, bits=bits)))
    np.testing.assert_array_equal(audio.samples[0], wanted)


def test_24_bits_in_32_are_found_on_either_side(tmp_path: Path) -> None:
    ints = quantise(tones(1, 300), 24)[0]
    left = (ints << 8).astype("<i4").tobytes()
    right = ints.astype("<i4").tobytes()
    expected = (ints / 2.0**23).astype(np.float32)
    for data in (left, right):
        audio = read_audio(save(tmp_path / "x", wav(data, bits=24, width=4)))
        np.testing.assert_array_equal(audio.samples[0], expected)


def test_surround_comes_in_one_order(tmp_path: Path) -> None:
    sound = tones(6, 400)
    write(tmp_path / "x", OutputFormat("wav", 48000, 6, 32), sound)
    with open_audio(tmp_path / "x") as reader:
        assert reader.info.layout == ("L", "R", "C", "LFE", "Ls", "Rs")
        np.testing.assert_array_equal(np.concatenate(list(reader.blocks()), axis=1), sound)
    # In Vorbis the same six stand as L C R Ls Rs LFE.
    long = tones(6, 48000, 48000)
    soundfile.write(tmp_path / "v", long[[0, 2, 1, 4, 5, 3]].T, 48000, "VORBIS", format="OGG")
    with open_audio(tmp_path / "v") as reader:
        assert reader.info.layout == ("L", "R", "C", "LFE", "Ls", "Rs")
        decoded = np.concatenate(list(reader.blocks()), axis=1)
    peaks = [[int(np.argmax(np.abs(np.fft.rfft(row)))) for row in rows] for rows in (decoded, long)]
    np.testing.assert_allclose(*peaks, atol=10)


def test_the_name_is_not_asked(tmp_path: Path) -> None:
    expected = write(tmp_path / "song.mp3", OutputFormat("flac", 44100, 1, 16), tones(1, 900))
    np.testing.assert_array_equal(read_audio(tmp_path / "song.mp3").samples, expected)
    raw = tmp_path / "song.raw"
    write(raw, OutputFormat("flac", 44100, 1, 16), tones(1, 900))
    with open_audio(raw) as reader:
        assert reader.info.container == "flac"


def test_resamples_on_request(tmp_path: Path) -> None:
    write(tmp_path / "x", OutputFormat("wav", 44100, 2, 32), tones(2, 4411))
    audio = read_audio(tmp_path / "x", sample_rate=48000)
    assert (audio.sample_rate, audio.n_samples) == (48000, round(4411 * 48000 / 44100))


def test_truncation_is_repaired_and_said(tmp_path: Path) -> None:
    path = save(tmp_path / "x", wav(bytes(4001), claimed=16000))
    with open_audio(path) as reader:
        assert sum(block.shape[1] for block in reader.blocks()) == 2000
    assert reader.repairs == (
        "The file ends 0.75 s before its header says; what is there was read.",
        "The last sample is incomplete and was left out.",
    )


@pytest.mark.parametrize("claimed", [0, 0xFFFFFFFF])
def test_a_recording_without_length_is_read_to_its_end(tmp_path: Path, claimed: int) -> None:
    sound = quantise(tones(1, 777), 16).astype("<i2").tobytes()
    with open_audio(save(tmp_path / "x", wav(sound, claimed=claimed))) as reader:
        assert sum(block.shape[1] for block in reader.blocks()) == 777
    assert "does not say how long" in reader.repairs[0]


def test_not_numbers_become_silence_and_are_counted(tmp_path: Path) -> None:
    values = np.array([0.25, np.nan, -np.inf, 0.5], "<f4")
    with open_audio(save(tmp_path / "x", wav(values.tobytes(), tag=3, bits=32))) as reader:
        block = next(reader.blocks())
    np.testing.assert_array_equal(block, [[0.25, 0, 0, 0.5]])
    assert reader.repairs == ("2 of 4 samples were not numbers (NaN or infinite) and became silence.",)
    with pytest.raises(errors.AudioUnreadableError, match="not one of its samples"):
        read_audio(save(tmp_path / "y", wav(np.full(50, np.nan, "<f4").tobytes(), tag=3, bits=32)))


def test_hot_peaks_are_kept_and_said(tmp_path: Path) -> None:
    values = np.array([100.0, 0.0], "<f4")
    with open_audio(save(tmp_path / "x", wav(values.tobytes(), tag=3, bits=32))) as reader:
        assert next(reader.blocks())[0, 0] == 100
    assert reader.repairs == ("Peaks reach +40.0 dBFS, far above full scale; they were kept.",)


def test_damage_in_flac_becomes_silence(tmp_path: Path) -> None:
    expected = write(tmp_path / "x", OutputFormat("flac", 44100, 1, 16), tones(1, 80000))
    data = bytearray((tmp_path / "x").read_bytes())
    middle = len(data) // 2
    data[middle : middle + 40] = bytes(byte ^ 0x55 for byte in data[middle : middle + 40])
    with open_audio(save(tmp_path / "y", bytes(data))) as reader:
        sound = np.concatenate(list(reader.blocks()), axis=1)
    assert sound.shape == expected.shape
    assert "became silence" in reader.repairs[0]
    intact = (sound == expected)[0]
    assert intact[:30000].all()
    assert intact[-20000:].all()


@pytest.mark.parametrize("container", ["flac", "mp3", "ogg", "opus"])
def test_cut_files_give_what_is_left(tmp_path: Path, container: str) -> None:
    depth = 16 if container == "flac" else None
    rate = 48000
    write(tmp_path / "x", OutputFormat(container, rate, 2, depth), tones(2, 6 * rate, rate))  # type: ignore[arg-type]
    data = (tmp_path / "x").read_bytes()
    with open_audio(save(tmp_path / "y", data[: len(data) * 2 // 3])) as reader:
        n_samples = sum(block.shape[1] for block in reader.blocks())
    assert 2 * rate < n_samples < 5 * rate
    assert reader.repairs


HEADER_FAULTS = {
    "zero_rate": (wav(bytes(99), rate=0), errors.SampleRateUnsupportedError),
    "high_rate": (wav(bytes(99), rate=400_000), errors.SampleRateUnsupportedError),
    "no_channels": (wav(bytes(99), n_channels=0), errors.ChannelsUnsupportedError),
    "many_channels": (wav(bytes(99), n_channels=9), errors.ChannelsUnsupportedError),
    "no_bits": (wav(bytes(99), bits=0), errors.AudioUnreadableError),
    "many_bits": (wav(bytes(99), bits=65), errors.AudioUnreadableError),
    "half_float": (wav(bytes(99), tag=3, bits=16), errors.AudioUnreadableError),
    "no_samples": (wav(b""), errors.AudioEmptyError),
    "no_format": (b"RIFF\x0c\0\0\0WAVEdata\x04\0\0\0abcd", errors.AudioUnreadableError),
    "no_data": (wav(b"")[:-8], errors.AudioEmptyError),
    "nothing": (b"", errors.AudioEmptyError),
    "aiff_without_format": (b"FORM\0\0\0\x10AIFFSSND\0\0\0\x0c" + bytes(12), errors.AudioUnreadableError),
    "aiff_rate_infinite": (
        b"FORM\0\0\0\x40AIFFCOMM\0\0\0\x12\0\x01\0\0\0\x04\0\x10\x7f\xff" + b"\xff" * 8 + b"SSND\0\0\0\x10" + bytes(16),
        errors.SampleRateUnsupportedError,
    ),
    "random": (np.random.default_rng(5).bytes(5000), errors.FormatUnsupportedError),
}


@pytest.mark.parametrize("fault", HEADER_FAULTS)
def test_faulty_headers_have_their_error(tmp_path: Path, fault: str) -> None:
    data, error = HEADER_FAULTS[fault]
    with pytest.raises(error, match=r"x\.wav") as told:
        read_audio(save(tmp_path / "x.wav", data))
    assert told.value.remedy


def test_what_is_not_a_readable_file_is_missing(tmp_path: Path) -> None:
    with pytest.raises(errors.FileMissingError, match="There is no file"):
        open_audio(tmp_path / "none.wav")
    with pytest.raises(errors.FileMissingError, match="is a folder"):
        open_audio(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(errors.FileMissingError, match="not a regular file"):
        open_audio(tmp_path / "pipe")
    with pytest.raises(errors.FileMissingError):
        open_audio(Path("a\0b"))
    locked = save(tmp_path / "locked.wav", wav(bytes(10)))
    locked.chmod(0)
    if not os.access(locked, os.R_OK):
        with pytest.raises(errors.FileMissingError, match="may not be read"):
            open_audio(locked)


def test_length_is_bounded_by_header_and_while_decoding(tmp_path: Path) -> None:
    write(tmp_path / "x.wav", OutputFormat("wav", 8000, 1, 16), tones(1, 16000, 8000))
    with pytest.raises(errors.AudioTooLongError, match="longer than 1 s"):
        open_audio(tmp_path / "x.wav", max_duration_s=1)
    write(tmp_path / "x.flac", OutputFormat("flac", 8000, 1, 16), tones(1, 80000, 8000))
    data = bytearray((tmp_path / "x.flac").read_bytes())
    data[21] &= 0xF0
    data[22:26] = bytes(4)  # STREAMINFO: total samples unknown
    endless = save(tmp_path / "y.flac", bytes(data))
    with open_audio(endless, max_duration_s=1) as reader, pytest.raises(errors.AudioTooLongError):
        list(reader.blocks())
    with open_audio(tmp_path / "x.wav", max_duration_s=2) as reader:
        assert reader.info.n_samples == 16000


def test_a_small_file_that_decodes_to_hours_needs_little_memory(tmp_path: Path) -> None:
    with soundfile.SoundFile(tmp_path / "bomb.flac", "w", 8000, 1, "PCM_16", format="FLAC") as file:
        silence = np.zeros(1 << 20, np.int16)
        for _ in range(60):
            file.write(silence)
    assert (tmp_path / "bomb.flac").stat().st_size < 2_000_000
    (facts,) = decode_in_child([tmp_path / "bomb.flac"])
    assert facts["n_samples"] == 60 << 20
    assert facts["rss_mb"] < 120


def test_silence_is_held_back_until_something_sounds(tmp_path: Path) -> None:
    sound = np.concatenate([np.zeros((2, 25_000)), tones(2, 12_000), np.zeros((2, 9_000))], axis=1)
    path, empty = tmp_path / "song.wav", tmp_path / "empty.wav"
    soundfile.write(path, sound.T, 8000, subtype="FLOAT")
    soundfile.write(empty, np.zeros((25_000, 2)), 8000, subtype="FLOAT")

    def silent(n_samples: int) -> errors.TonmeisterError:
        return errors.AudioSilentError(f"{n_samples} samples of silence.")

    with open_audio(path) as reader:
        blocks = list(await_sound(reader.blocks(4000), silent))
    assert {block.shape[1] for block in blocks[:-1]} == {4000}
    np.testing.assert_array_equal(np.concatenate(blocks, axis=1), read_audio(path).samples)
    held: list[int] = []
    with open_audio(empty) as reader, pytest.raises(errors.AudioSilentError, match="25000 samples"):
        list(await_sound(reader.blocks(4000), silent, go_on=lambda: held.append(1)))
    assert len(held) == 7


def test_header_claims_allocate_nothing(tmp_path: Path) -> None:
    write(tmp_path / "x.mp3", OutputFormat("mp3", 44100, 2), tones(2, 44100))
    plain = (tmp_path / "x.mp3").read_bytes()
    huge_tag = save(tmp_path / "tag.mp3", b"ID3\x04\0\0\x7f\x7f\x7f\x7f" + bytes(145) + plain)
    huge_wav = save(tmp_path / "huge.wav", wav(bytes(400), claimed=0xFFFFFFF0))
    facts = decode_in_child([huge_tag, huge_wav])
    assert [fact["n_samples"] for fact in facts] == [44100, 200]
    assert facts[-1]["rss_mb"] < 120


def test_shared_formats(shared_audio: Path) -> None:
    files = sorted((shared_audio / "formats").iterdir())
    for file, facts in zip(files, decode_in_child(files), strict=True):
        if facts["outcome"] == "PART_MISSING":
            continue
        assert facts["outcome"] == "ok", (file, facts)
        assert facts["repairs"] == [], (file, facts)
        assert facts["n_samples"] / facts["rate"] == pytest.approx(2.0, abs=0.05), (file, facts)
        assert facts["promised"] in (None, facts["n_samples"]), (file, facts)


def test_shared_hostile_files(shared_audio: Path) -> None:
    files = sorted(path for path in (shared_audio / "hostile").rglob("*") if path.is_file())
    codes = {cls.code for cls in errors.error_classes()} - {"INTERNAL"}
    for file, facts in zip(files, decode_in_child(files), strict=True):
        assert facts["outcome"] in codes | {"ok"}, (file, facts)
        assert facts["time_s"] < 10, (file, facts)
        assert facts["rss_mb"] < 300, (file, facts)
        assert facts.get("finite", True), (file, facts)
        if facts["outcome"] == "ok":
            assert facts["n_samples"] > 0
        promised = facts.get("promised")
        if promised and promised - facts["n_samples"] > 0.06 * facts["rate"]:
            assert facts["repairs"], (file, facts)

"""AAC and rare formats, in a process of their own."""

from __future__ import annotations

import importlib.util
import os
import signal
import struct
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from media.material import tones
from tonmeister.core.errors import AudioUnreadableError, MissingPartError, OutputUnwritableError
from tonmeister.media import av_link
from tonmeister.media.reader import open_audio, read_audio
from tonmeister.media.writer import AudioWriter, OutputFormat

needs_av = pytest.mark.skipif(importlib.util.find_spec("av") is None, reason="the extra 'aac' is not installed")


@pytest.fixture(scope="module")
def m4a(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("av") / "song.m4a"
    with AudioWriter(path, OutputFormat("m4a", 44100, 2)) as writer:
        sound = tones(2, 4 * 44100 + 17)
        for start in range(0, sound.shape[1], 30000):
            writer.write(sound[:, start : start + 30000])
    return path


@needs_av
@pytest.mark.parametrize(("rate", "n_channels", "kbps"), [(44100, 2, 256), (48000, 1, 64), (96000, 2, None)])
@pytest.mark.parametrize("n_samples", [1, 50_001])
def test_m4a_keeps_length_and_place(
    tmp_path: Path, rate: int, n_channels: int, kbps: int | None, n_samples: int
) -> None:
    sound = tones(n_channels, n_samples, rate)
    with AudioWriter(tmp_path / "x", OutputFormat("m4a", rate, n_channels, bitrate_kbps=kbps)) as writer:
        writer.write(sound)
    with open_audio(tmp_path / "x") as reader:
        info = reader.info
        decoded = np.concatenate(list(reader.blocks()), axis=1)
    assert reader.repairs == ()
    assert (info.container, info.codec, info.is_lossy, info.sample_rate) == ("m4a", "aac", True, rate)
    assert decoded.shape == sound.shape
    if n_samples > 1:
        size = 2 * n_samples
        product = np.fft.rfft(decoded[0], size) * np.conj(np.fft.rfft(sound[0], size))
        assert int(np.argmax(np.fft.irfft(product))) == 0


def box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(body), kind) + body


def find_box(data: bytes, *path: bytes) -> int:
    """Return where the box at the end of ``path`` begins."""
    at, end = 0, len(data)
    for kind in path:
        while at < end and data[at + 4 : at + 8] != kind:
            at += struct.unpack(">I", data[at : at + 4])[0]
        assert at < end, path
        found, at, end = at, at + 8, at + struct.unpack(">I", data[at : at + 4])[0]
    return found


@needs_av
def test_the_length_of_itunes_is_honoured(m4a: Path, tmp_path: Path) -> None:
    n_samples = 4 * 44100 + 17
    data = bytearray(m4a.read_bytes())
    for path in ((b"moov", b"trak", b"edts"), (b"moov", b"udta")):
        at = find_box(data, *path)
        data[at + 4 : at + 8] = b"free"
    gaps = f" 00000000 {1024:08X} {-(n_samples + 1024) % 1024:08X} {n_samples:016X}" + " 00000000" * 8
    names = box(b"mean", bytes(4) + b"com.apple.iTunes") + box(b"name", bytes(4) + b"iTunSMPB")
    item = box(b"----", names + box(b"data", struct.pack(">II", 1, 0) + gaps.encode()))
    handler = box(b"hdlr", bytes(8) + b"mdirappl" + bytes(9))
    extra = box(b"udta", box(b"meta", bytes(4) + handler + box(b"ilst", item)))
    table = find_box(data, b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stco") + 12
    n_chunks = struct.unpack(">I", data[table : table + 4])[0]
    for at in range(table + 4, table + 4 + 4 * n_chunks, 4):
        data[at : at + 4] = struct.pack(">I", struct.unpack(">I", data[at : at + 4])[0] + len(extra))
    moov = find_box(data, b"moov")
    size = struct.unpack(">I", data[moov : moov + 4])[0]
    data[moov : moov + 4] = struct.pack(">I", size + len(extra))
    data[moov + size : moov + size] = extra
    (tmp_path / "x").write_bytes(data)
    audio = read_audio(tmp_path / "x")
    assert audio.n_samples == n_samples
    np.testing.assert_array_equal(audio.samples, read_audio(m4a).samples)


@needs_av
def test_the_process_ends_with_the_reader(m4a: Path) -> None:
    with open_audio(m4a) as reader:
        process = reader._decoder._process.process  # type: ignore[attr-defined]
        next(reader.blocks(100))
        assert process.poll() is None or process.returncode == 0
    with pytest.raises(ProcessLookupError):
        os.kill(process.pid, 0)


@needs_av
def test_a_killed_decoder_is_an_error_or_a_repair(m4a: Path) -> None:
    with open_audio(m4a) as reader:
        os.kill(reader._decoder._process.process.pid, signal.SIGKILL)  # type: ignore[attr-defined]
        time.sleep(0.05)
        n_samples = 0
        try:
            n_samples = sum(block.shape[1] for block in reader.blocks())
        except AudioUnreadableError as error:
            assert "signal 9" in str(error)
        else:
            assert 0 < n_samples < 4 * 44100 + 17
            assert "signal 9" in reader.repairs[0]


@needs_av
def test_a_silent_decoder_is_given_up(m4a: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_audio(m4a) as reader:
        os.kill(reader._decoder._process.process.pid, signal.SIGSTOP)  # type: ignore[attr-defined]
        monkeypatch.setattr(av_link, "PATIENCE_S", 0.2)
        started = time.monotonic()
        try:
            list(reader.blocks())
        except AudioUnreadableError:
            pass
        else:
            assert reader.repairs
        assert time.monotonic() - started < 5


@needs_av
def test_a_file_named_av_in_the_current_folder_is_not_imported(
    m4a: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "av.py").write_text("raise SystemExit(9)")
    monkeypatch.chdir(tmp_path)
    assert read_audio(m4a).n_samples == 4 * 44100 + 17


@needs_av
def test_cut_and_damaged_m4a(m4a: Path, tmp_path: Path) -> None:
    data = m4a.read_bytes()
    (tmp_path / "cut").write_bytes(data[: len(data) // 2])
    with open_audio(tmp_path / "cut") as reader:
        n_samples = sum(block.shape[1] for block in reader.blocks())
    assert 44100 < n_samples < 3 * 44100
    assert any("before its header says" in repair for repair in reader.repairs)
    (tmp_path / "head").write_bytes(data[:300])
    with pytest.raises(AudioUnreadableError):
        read_audio(tmp_path / "head")


@needs_av
def test_a_container_cannot_reach_out(tmp_path: Path) -> None:
    secret = tmp_path / "secret.aac"
    secret.write_bytes(b"secret")
    # An MP4 whose track lies in another file (a data reference) must not open that file.
    url = b"\0\0\0\0" + f"file://{secret}".encode() + b"\0"
    dref = (len(url) + 8).to_bytes(4, "big") + b"url " + url
    path = tmp_path / "x.m4a"
    path.write_bytes(b"\0\0\0\x14ftypM4A \0\0\0\0M4A " + (len(dref) + 8).to_bytes(4, "big") + b"moov" + dref)
    with pytest.raises(Exception, match=r"x\.m4a"):
        read_audio(path)


@needs_av
def test_encoder_failures_leave_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyError), AudioWriter(tmp_path / "x", OutputFormat("m4a", 44100, 1)) as writer:
        writer.write(tones(1, 5000))
        raise KeyError
    assert list(tmp_path.iterdir()) == []
    if Path("/dev/full").exists():
        with pytest.raises(OutputUnwritableError, match="disk is full"):
            full = tmp_path / "full"
            full.symlink_to("/dev/full")
            with AudioWriter(full, OutputFormat("m4a", 44100, 1)) as writer:
                writer.write(tones(1, 200_000))


def test_without_pyav_the_part_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    path = tmp_path / "x.m4a"
    path.write_bytes(b"\0\0\0\x14ftypM4A \0\0\0\0M4A ")
    with pytest.raises(MissingPartError, match=r"pip install --require-hashes -r locks/aac\.txt"):
        open_audio(path)
    with pytest.raises(MissingPartError, match=r"Writing M4A needs PyAV"):
        AudioWriter(tmp_path / "y.m4a", OutputFormat("m4a", 44100, 2))
    assert not (tmp_path / "y.m4a").exists()

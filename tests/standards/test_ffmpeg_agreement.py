"""The meter against FFmpeg's ebur128 on real songs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tonmeister.dsp.meter import Meter
from tonmeister.media.reader import open_audio

SONGS = (
    "songs/trow_acoustic_guitar_arrangement_for_song.mp3",
    "songs/track_10.ogg",
    "songs/Apex_Aleph.ogg",
    "formats/pcm_s24_96k.wav",
)


@pytest.fixture(scope="module")
def ffmpeg() -> str:
    found = shutil.which("ffmpeg")
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail("ffmpeg must be installed where CI=true")
        pytest.skip("ffmpeg is not installed")
    return found


@pytest.mark.parametrize("song", SONGS)
def test_agrees_with_ebur128(ffmpeg: str, shared_audio: Path, tmp_path: Path, song: str) -> None:
    with open_audio(shared_audio / song) as reader:
        sample_rate = reader.info.sample_rate
        sound = np.concatenate(list(reader.blocks()), axis=1)[:, : 60 * sample_rate]
    meter = Meter(sample_rate, sound.shape[0])
    meter.push(sound)
    found = meter.finish()

    copy, log = tmp_path / "copy.wav", tmp_path / "log.txt"
    soundfile.write(copy, sound.T, sample_rate, subtype="FLOAT")
    filters = f"ebur128=peak=true:metadata=1,ametadata=print:file={log}"
    report = subprocess.run(
        [ffmpeg, "-hide_banner", "-nostats", "-i", str(copy), "-af", filters, "-f", "null", "-"],
        capture_output=True,
        text=True,
        check=True,
    ).stderr
    integrated = [float(value) for value in re.findall(r"lavfi\.r128\.I=(\S+)", log.read_text())][-1]
    peak = float(re.findall(r"Peak:\s+(\S+) dBFS", report)[-1])
    assert found.integrated_lufs == pytest.approx(integrated, abs=0.02)
    assert found.true_peak_dbtp == pytest.approx(peak, abs=0.2)  # it prints tenths, rounded towards -inf

"""Small files of every format that takes tags, and tags that try all of them."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from tonmeister.media.tags import CuePoint, Picture, Tags

RATES_HZ = {"opus": 48000}
N_SAMPLES = 24000
SUFFIXES = ("wav", "rf64", "flac", "mp3", "ogg", "opus", "m4a")
_SNDFILE = {
    "wav": ("WAV", "PCM_24"),
    "rf64": ("RF64", "PCM_16"),
    "flac": ("FLAC", "PCM_24"),
    "mp3": ("MP3", "MPEG_LAYER_III"),
    "ogg": ("OGG", "VORBIS"),
    "opus": ("OGG", "OPUS"),
}
_WRITE_M4A = """
import sys, av, numpy as np
for path, flags in zip(sys.argv[1::2], sys.argv[2::2]):
    with av.open(path, "w", format="ipod", options={"movflags": flags} if flags != "-" else {}) as file:
        stream = file.add_stream("aac", rate=44100)
        stream.layout = "stereo"
        noise = np.random.default_rng(5).standard_normal((2, 24000)).astype("float32") * 0.1
        for start in range(0, 23552, 1024):
            block = np.ascontiguousarray(noise[:, start:start + 1024])
            frame = av.AudioFrame.from_ndarray(block, format="fltp", layout="stereo")
            frame.rate, frame.pts = 44100, start
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
"""
_HASH_M4A = """
import sys, av, hashlib
for path in sys.argv[1:]:
    whole = hashlib.sha256()
    with av.open(path) as file:
        for frame in file.decode(audio=0):
            whole.update(frame.to_ndarray().tobytes())
    print(whole.hexdigest())
"""

JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffc0000b080010002001011100") + b"\xff\xd9"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108020000009077"
    "53de0000000c4944415408d763f8cfc000000301010018dd8db00000000049454e44ae426082"
)


def rate_hz(suffix: str) -> int:
    """Return the sample rate of the test file with this suffix."""
    return RATES_HZ.get(suffix, 44100)


def run_av(code: str, *arguments: str) -> str:
    """Run PyAV in a process of its own."""
    if importlib.util.find_spec("av") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("PyAV, which writes the M4A files of these tests, is not installed (extra: aac)")
        pytest.skip("PyAV, which writes the M4A files of these tests, is not installed (extra: aac)")
    return subprocess.run([sys.executable, "-c", code, *arguments], check=True, capture_output=True, text=True).stdout


def make_all(folder: Path) -> dict[str, Path]:
    """Write one small file of each format; ``fast.m4a`` has its movie header before the audio."""
    noise = (np.random.default_rng(5).standard_normal((N_SAMPLES, 2)) * 0.1).astype(np.float32)
    made = {}
    for suffix, (kind, subtype) in _SNDFILE.items():
        made[suffix] = folder / f"song.{suffix}"
        sf.write(made[suffix], noise, rate_hz(suffix), format=kind, subtype=subtype)
    made["m4a"], made["fast.m4a"] = folder / "song.m4a", folder / "song.fast.m4a"
    run_av(_WRITE_M4A, str(made["m4a"]), "-", str(made["fast.m4a"]), "faststart")
    return made


def sound_of(*paths: Path) -> list[str]:
    """Return a hash of the decoded sound of each file."""
    if paths[0].suffix == ".m4a":
        return run_av(_HASH_M4A, *map(str, paths)).split()
    return [hashlib.sha256(sf.read(path, dtype="float32")[0].tobytes()).hexdigest() for path in paths]


def full_tags(sample_rate: int = 44100) -> Tags:
    """Return tags with several values, all scripts, codes, two pictures and two cue points."""
    text = {
        "TITLE": ("Größe – 音楽 🎸",),
        "ARTIST": ("Ada", "Bo"),
        "ALBUM": ("A Day",),
        "ALBUMARTIST": ("Ada",),
        "DATE": ("2024-05-01",),
        "GENRE": ("Rock", "Dub Poetry"),
        "TRACKNUMBER": ("3",),
        "TRACKTOTAL": ("12",),
        "DISCNUMBER": ("1",),
        "DISCTOTAL": ("2",),
        "COMPOSER": ("Cleo",),
        "COMMENT": ("two\nlines",),
        "COPYRIGHT": ("© 2024 Ada",),
        "ISRC": ("GBAYE6900531",),
        "BARCODE": ("4006381333931",),
        "BPM": ("122.5",),
        "INITIALKEY": ("F#m",),
        "LYRICS": ("la la\nlá",),
        "LABEL": ("Own",),
        "PRODUCER": ("Dee", "Eve"),
        "COMPILATION": ("1",),
        "WEBSITE": ("https://example.org/ada",),
        "MUSICBRAINZ_TRACKID": ("e65fb332-0c1e-4172-85e0-59cd37e5669e",),
        "MUSICBRAINZ_ALBUMID": ("9f7a3b1c-0000-4172-85e0-59cd37e5669e",),
        "COMMENT:SOURCE TAPE": ("reel 7",),
        "A NAME OF OUR OWN": ("one", "zwei"),
        "REPLAYGAIN_TRACK_GAIN": ("-6.02 dB",),
    }
    pictures = (Picture(JPEG, "image/jpeg", 3, "front"), Picture(PNG, "image/png", 4, "Rückseite"))
    cue_points = (CuePoint.at_sample(0, sample_rate, "Intro"), CuePoint.at_sample(12345, sample_rate, "Refräng"))
    return Tags(text, pictures, cue_points)

"""Prove that memory stays bounded: the peak of whole `tonmeister master` processes on a song and on an album side.

    python benchmarks/memory.py SONG [--json FILE]

The song is looped to 3 and to 60 minutes of 24-bit 44.1 kHz stereo. The peak is what the operating system says of the
process (ru_maxrss), the children's included one by one. This program stays small and lets a process of its own write
the material, since a child's peak is never below that of the process which starts it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

SAMPLE_RATE = 44100
SONG_S, SIDE_S = 180, 3600
SONG_BOUND_MB, SIDE_BOUND_MB = 300, 700


@dataclass
class Case:
    """One measured process."""

    name: str
    file: str
    duration_s: int
    bound_mb: int
    options: tuple[str, ...] = ()
    max_rss_mb: float = 0.0
    cpu_s: float = 0.0
    wall_s: float = 0.0
    said: str = ""


CASES = (
    Case("3 minutes, WAV", "song.wav", SONG_S, SONG_BOUND_MB),
    Case("3 minutes, WAV, -9 LUFS", "song.wav", SONG_S, SONG_BOUND_MB, ("--target-lufs", "-9")),
    Case("60 minutes, WAV", "side.wav", SIDE_S, SIDE_BOUND_MB),
    Case("60 minutes, WAV, -9 LUFS", "side.wav", SIDE_S, SIDE_BOUND_MB, ("--target-lufs", "-9")),
    Case("60 minutes, WAV to WAV and FLAC", "side.wav", SIDE_S, SIDE_BOUND_MB, ("--format", "wav", "--format", "flac")),
    Case("60 minutes, FLAC", "side.flac", SIDE_S, SIDE_BOUND_MB),
    Case("60 minutes, FLAC, no report", "side.flac", SIDE_S, SIDE_BOUND_MB, ("--no-report",)),
)


def write_material(source: Path, folder: Path) -> None:
    """Write the song over and over, as WAV and as FLAC."""
    import numpy as np
    import soundfile
    import soxr

    from tonmeister.media.reader import read_audio

    audio = read_audio(source)
    sound = audio.samples[:2] if audio.samples.shape[0] > 1 else np.repeat(audio.samples, 2, axis=0)
    if audio.sample_rate != SAMPLE_RATE:
        sound = soxr.resample(sound.T, audio.sample_rate, SAMPLE_RATE, quality="VHQ").T
    frames = np.ascontiguousarray(sound.T)
    for name, duration_s in sorted({(case.file, case.duration_s) for case in CASES}):
        left = duration_s * SAMPLE_RATE
        with soundfile.SoundFile(folder / name, "w", SAMPLE_RATE, 2, subtype="PCM_24") as file:
            while left:
                part = frames[: min(left, len(frames))]
                for start in range(0, len(part), 65536):
                    file.write(part[start : start + 65536])
                left -= len(part)


def run(*command: object) -> tuple[float, float, float, str]:
    """Return peak memory in MB, CPU seconds and wall seconds of a process, and what it said."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    started = time.perf_counter()
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen([str(part) for part in command], stdout=said, stderr=said, env=environment)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall_s = time.perf_counter() - started
        said.seek(0)
        text = said.read()
    if process.returncode:
        sys.exit(f"{command} failed with {process.returncode}:\n{text[-2000:]}")
    scale = 1e6 if sys.platform == "darwin" else 1e6 / 1024
    return used.ru_maxrss / scale, used.ru_utime + used.ru_stime, wall_s, text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("song", type=Path, help="any song")
    parser.add_argument("--material", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    arguments = parser.parse_args()
    if arguments.material:
        write_material(arguments.song, arguments.material)
        return
    print("| process | peak RSS MB | bound MB | CPU s | x real time (CPU) | wall s | LUFS | dBTP |")
    print("|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="memory-") as place:
        folder = Path(place)
        run(sys.executable, __file__, arguments.song, "--material", folder)
        for case in CASES:
            command = ("-m", "tonmeister", "master", folder / case.file, "--json", *case.options)
            output = folder / "masters"
            output.mkdir(exist_ok=True)
            case.max_rss_mb, case.cpu_s, case.wall_s, case.said = run(
                sys.executable, *command, "--output", output, "--overwrite"
            )
            found = json.loads(case.said[case.said.index("{") :])
            figures = found["deliverables"][0]
            print(
                f"| {case.name} | {case.max_rss_mb:.0f} | {case.bound_mb} | {case.cpu_s:.1f} "
                f"| {case.duration_s / case.cpu_s:.0f} | {case.wall_s:.1f} "
                f"| {figures['integrated_lufs']:.2f} | {figures['true_peak_dbtp']:+.2f} |",
                flush=True,
            )
    if arguments.json:
        arguments.json.write_text(json.dumps([asdict(case) for case in CASES], indent=1))
    missed = [case.name for case in CASES if case.max_rss_mb > case.bound_mb]
    if missed:
        sys.exit(f"above the bound: {', '.join(missed)}")


if __name__ == "__main__":
    main()

"""Compare the meter with FFmpeg's ebur128 and with libebur128 (through loudgain) on real songs: figures and speed.

    python benchmarks/meter_agreement.py FOLDER_OR_FILE... [--json FILE]

Each song is decoded once to a WAV file of 32-bit floats, which all three measure. Times are CPU seconds of the whole
process (user and system, children included), smallest of three, with Python's bytecode cached as on any installed
system; "in process" is the meter alone, without reading.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import soundfile

from tonmeister.dsp.meter import Measurement, Meter
from tonmeister.media.reader import read_audio

N_SONGS = 10
N_REPEATS = 3
AGREEMENT_LU = 0.02
ENDINGS = {".wav", ".flac", ".mp3", ".ogg", ".opus", ".aiff"}


def find_songs(places: list[Path]) -> Iterator[Path]:
    for place in places:
        files = sorted(place.rglob("*")) if place.is_dir() else [place]
        yield from (file for file in files if file.suffix.lower() in ENDINGS)


def children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def timed(work: Callable[[], object], clock: Callable[[], float]) -> tuple[object, float]:
    best, answer = float("inf"), None
    for _ in range(N_REPEATS):
        start = clock()
        answer = work()
        best = min(best, clock() - start)
    return answer, best


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    known = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | environment
    return subprocess.run(command, capture_output=True, text=True, check=True, env=known)


def meter(sound: np.ndarray, sample_rate: int) -> Measurement:
    found = Meter(sample_rate, sound.shape[0])
    for start in range(0, sound.shape[1], 65536):
        found.push(sound[:, start : start + 65536])
    return found.finish()


def compare(song: Path, folder: Path) -> dict[str, float | str]:
    audio = read_audio(song)
    copy, log = folder / "copy.wav", folder / "log.txt"
    soundfile.write(copy, audio.samples.T, audio.sample_rate, subtype="FLOAT")
    row: dict[str, float | str] = {"song": song.name, "duration_s": audio.duration_s}

    found, row["meter_s"] = timed(lambda: meter(audio.samples, audio.sample_rate), time.process_time)
    assert isinstance(found, Measurement)
    row |= {"integrated_lufs": found.integrated_lufs, "range_lu": found.range_lu, "peak_dbtp": found.true_peak_dbtp}
    own = (sys.executable, "-m", "tonmeister", "measure", str(copy))
    _, row["measure_s"] = timed(lambda: run(*own, PYTHONPYCACHEPREFIX=str(folder / "bytecode")), children_s)

    chain = f"ebur128=peak=true:metadata=1,ametadata=print:file={log}"
    report = run("ffmpeg", "-hide_banner", "-nostats", "-i", str(copy), "-af", chain, "-f", "null", "-").stderr
    values = dict(re.findall(r"lavfi\.r128\.(I|LRA)=(\S+)", log.read_text()))
    row |= {"ffmpeg_lufs": float(values["I"]), "ffmpeg_lu": float(values["LRA"])}
    row["ffmpeg_dbtp"] = float(re.findall(r"Peak:\s+(\S+) dBFS", report)[-1])
    plain = ("ffmpeg", "-hide_banner", "-nostats", "-i", str(copy), "-af", "ebur128=peak=true", "-f", "null", "-")
    _, row["ffmpeg_s"] = timed(lambda: run(*plain), children_s)

    if shutil.which("loudgain"):
        answer, row["loudgain_s"] = timed(lambda: run("loudgain", "-q", "-O", str(copy)), children_s)
        assert isinstance(answer, subprocess.CompletedProcess)
        heads, cells = (line.split("\t") for line in answer.stdout.splitlines()[:2])
        fields = dict(zip(heads, cells, strict=True))
        row["libebur128_lufs"] = float(fields["Loudness"].split()[0])
        row["libebur128_lu"] = float(fields["Range"].split()[0])
        row["libebur128_dbtp"] = float(fields["True_Peak_dBTP"].split()[0])
    return row


def show(rows: list[dict[str, float | str]]) -> None:
    others = [name for name in ("ffmpeg", "libebur128") if f"{name}_lufs" in rows[0]]
    heads = ["I", *others, "LRA", *others, "TP", *others]
    print("| song | " + " | ".join(heads) + " |")
    print("|---|" + "---|" * len(heads))
    for row in rows:
        cells = [f"{row['integrated_lufs']:.3f}", *(f"{row[f'{name}_lufs']:.3f}" for name in others)]
        cells += [f"{row['range_lu']:.2f}", *(f"{row[f'{name}_lu']:.2f}" for name in others)]
        cells += [f"{row['peak_dbtp']:.2f}", *(f"{row[f'{name}_dbtp']:.2f}" for name in others)]
        print(f"| {str(row['song'])[:40]} | " + " | ".join(cells) + " |")
    worst = max(abs(float(row["integrated_lufs"]) - float(row[f"{name}_lufs"])) for row in rows for name in others)
    print(f"\nLargest difference of integrated loudness: {worst:.4f} LU (bound {AGREEMENT_LU} LU)\n")

    duration_s = sum(float(row["duration_s"]) for row in rows)
    print("| what | CPU s | x real time | ms for 3 minutes |")
    print("|---|---|---|---|")
    names = {
        "meter_s": "meter, in process (all figures)",
        "measure_s": "tonmeister measure, whole process",
        "ffmpeg_s": "ffmpeg ebur128=peak=true (loudness and true peak)",
        "loudgain_s": "loudgain (loudness and true peak)",
    }
    for key, name in names.items():
        if key in rows[0]:
            used_s = sum(float(row[key]) for row in rows)
            print(f"| {name} | {used_s:.2f} | {duration_s / used_s:.0f} | {1000 * used_s / duration_s * 180:.0f} |")
    if worst > AGREEMENT_LU:
        sys.exit("the meters do not agree")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("places", nargs="+", type=Path, help="songs, or folders of songs")
    parser.add_argument("--json", type=Path, help="also write the rows to this file")
    arguments = parser.parse_args()
    songs = list(find_songs(arguments.places))[:N_SONGS]
    if not songs:
        parser.error("no song found")
    with tempfile.TemporaryDirectory() as folder:
        rows = [compare(song, Path(folder)) for song in songs]
    show(rows)
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()

"""Race mastering against real time and, where installed, against Matchering 2 and FFmpeg's loudnorm on one real song.

    python benchmarks/race.py SONG [--matchering PYTHON --reference FILE] [--rounds 3] [--json FILE]

The song is looped to three minutes of 24-bit 44.1 kHz stereo WAV. All entrants take turns (A B C, A B C ...) after one
round that does not count, which fills the disk cache and Python's bytecode. Times are CPU seconds, user and system, of
the whole process with its children, or of the calling process where the work is done within. Every library for linear
algebra is held to one thread. Each output is measured here with true peak 16 times oversampled.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soundfile
import soxr

import tonmeister
from tonmeister.capabilities.mastering.aims import look_up
from tonmeister.capabilities.mastering.intake import Song
from tonmeister.capabilities.mastering.moments import MomentMeter
from tonmeister.capabilities.mastering.params import MasterParams
from tonmeister.capabilities.mastering.render import limited, make_premaster, solve_first
from tonmeister.capabilities.mastering.targets import make_plan
from tonmeister.core.audio import Samples
from tonmeister.dsp.dither import Quantiser
from tonmeister.dsp.meter import Measurement, Meter
from tonmeister.media.decoder import SourceInfo
from tonmeister.media.reader import read_audio
from tonmeister.media.spool import Spool
from tonmeister.media.tags import Tags

ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1")
SAMPLE_RATE = 44100
BLOCK = 65536
TARGETS_LUFS = (-14.0, -9.0)
CEILING_DBTP = -1.0
MATCHERING = """
import sys, time
import matchering
start = time.process_time()
matchering.process(target=sys.argv[1], reference=sys.argv[2], results=[matchering.pcm24(sys.argv[3])])
print("process alone:", time.process_time() - start)
"""


@dataclass
class Turn:
    """What one run took and what it made."""

    cpu_s: float
    wall_s: float
    said: str


@dataclass
class Entrant:
    """One way to master the song."""

    name: str
    run: Callable[[], Turn]
    output: Callable[[], Samples] | None = None
    turns: list[Turn] = field(default_factory=list)
    figures: Measurement | None = None


def child(*command: object, environment: dict[str, str]) -> Turn:
    """Run a process to its end; `os.wait4` tells what it and its own children used."""
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
    return Turn(used.ru_utime + used.ru_stime, wall_s, text)


def within(work: Callable[[], object]) -> Turn:
    """Run work in this process."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return Turn(time.process_time() - cpu, time.perf_counter() - wall, "")


def loop_song(source: Path, target: Path, duration_s: float) -> Samples:
    """Write the song, repeated until it is long enough, as 24-bit stereo WAV, and return its samples."""
    audio = read_audio(source)
    sound = audio.samples[:2] if audio.samples.shape[0] > 1 else np.repeat(audio.samples, 2, axis=0)
    if audio.sample_rate != SAMPLE_RATE:
        sound = soxr.resample(sound.T, audio.sample_rate, SAMPLE_RATE, quality="VHQ").T
    n = round(duration_s * SAMPLE_RATE)
    sound = np.tile(sound, (1, -(-n // sound.shape[1])))[:, :n]
    soundfile.write(target, sound.T, SAMPLE_RATE, subtype="PCM_24")
    return np.ascontiguousarray(soundfile.read(target, dtype="float32", always_2d=True)[0].T)


def measure(sound: Samples, sample_rate: int = SAMPLE_RATE) -> Measurement:
    meter = Meter(sample_rate, sound.shape[0], oversampling=16)
    for start in range(0, sound.shape[1], BLOCK):
        meter.push(sound[:, start : start + BLOCK])
    return meter.finish()


def read_output(path: Path) -> Samples:
    return read_audio(path).samples


def tell_nobody(fraction: float, stage: str) -> None:
    """Take no notice of progress."""


class ArrayChain:
    """The chain on arrays: measure, plan, shape, solve, limit, dither to integers; no file is read or written."""

    def __init__(self, sound: Samples, target_lufs: float):
        self._sound = sound
        self._params = MasterParams(target_lufs=target_lufs, ceiling_dbtp=CEILING_DBTP)
        self.integers: list[np.ndarray] = []

    def __call__(self) -> None:
        sound, params = self._sound, self._params
        self.integers = []
        choices = look_up(params)
        meter, moments = Meter(SAMPLE_RATE, 2), MomentMeter(SAMPLE_RATE, 2, sound.shape[1])
        info = SourceInfo(Path(), "array", "array", SAMPLE_RATE, 2, sound.shape[1], None, ("L", "R"), False)
        with Spool(2) as spool:
            for start in range(0, sound.shape[1], BLOCK):
                block = sound[:, start : start + BLOCK]
                meter.push(block)
                moments.push(block)
                spool.append(block)
            figures, heard = meter.finish(), moments.finish()
            means = tuple(float(mean) for mean in sound.mean(axis=1, dtype=np.float64))
            opening = tuple(float(mean) for mean in sound[:, : SAMPLE_RATE // 50].mean(axis=1))
            song = Song(
                spool=spool, figures=figures, waveform=np.zeros((0, 2), np.float32), info=info, tags=Tags(), repairs=(),
                n_channels=2, sample_rate=SAMPLE_RATE, notes=(), dc=means, opening=opening, moments=heard,
            )  # fmt: skip
            plan = make_plan(song.portrait, params, choices, None, SAMPLE_RATE)
            premaster, _ = make_premaster(song, plan, tell_nobody)
            _, solution = solve_first(premaster, plan, plan.ceiling_dbtp)
            quantiser = Quantiser(24, 2, seed=1)
            self.integers = [quantiser.process(block) for block in limited(song, premaster, solution)]

    def output(self) -> Samples:
        return np.concatenate(self.integers, axis=1).astype(np.float32) / np.float32(2**23)


def loudnorm(ffmpeg: str, source: Path, target: Path, target_lufs: float, environment: dict[str, str]) -> Turn:
    """Two passes of FFmpeg's loudnorm."""
    asked = f"loudnorm=I={target_lufs}:TP={CEILING_DBTP}:LRA=11"
    start = (ffmpeg, "-hide_banner", "-nostats", "-y", "-i", source, "-af")
    first = child(*start, f"{asked}:print_format=json", "-f", "null", "-", environment=environment)
    found = json.loads(re.findall(r"\{[^{}]*\}", first.said)[-1])
    measured = ":".join(
        f"{name}={found[key]}"
        for name, key in (
            ("measured_I", "input_i"), ("measured_TP", "input_tp"), ("measured_LRA", "input_lra"),
            ("measured_thresh", "input_thresh"), ("offset", "target_offset"),
        )
    )  # fmt: skip
    second = child(
        *start, f"{asked}:{measured}:linear=true:print_format=json", "-ar", SAMPLE_RATE, "-c:a", "pcm_s24le", target,
        environment=environment,
    )  # fmt: skip
    kind = json.loads(re.findall(r"\{[^{}]*\}", second.said)[-1])["normalization_type"]
    return Turn(first.cpu_s + second.cpu_s, first.wall_s + second.wall_s, kind)


def line_up(arguments: argparse.Namespace, song: Path, sound: Samples, folder: Path) -> list[Entrant]:
    """Return all entrants."""
    environment = child_environment(folder)
    entrants: list[Entrant] = []

    def own(name: str, target_lufs: float, *extra: str) -> None:
        output = folder / f"own{len(entrants)}.wav"
        command = (
            sys.executable, "-m", "tonmeister", "master", song, "--target-lufs", target_lufs,
            "--ceiling-dbtp", CEILING_DBTP, "--output", output, "--overwrite", "--json", *extra,
        )  # fmt: skip
        entrants.append(Entrant(name, lambda: child(*command, environment=environment), lambda: read_output(output)))

    def library(target_lufs: float) -> None:
        output = folder / f"own{len(entrants)}.wav"

        def work() -> None:
            tonmeister.master(
                str(song), target_lufs=target_lufs, ceiling_dbtp=CEILING_DBTP, report=False, output=output,
                overwrite=True,
            )  # fmt: skip

        entrants.append(
            Entrant(f"tonmeister.master, warm, {target_lufs:g} LUFS", lambda: within(work), lambda: read_output(output))
        )

    def chain(target_lufs: float) -> None:
        work = ArrayChain(sound, target_lufs)
        entrants.append(Entrant(f"chain on arrays, warm, {target_lufs:g} LUFS", lambda: within(work), work.output))

    def ffmpeg(tool: str, target_lufs: float) -> None:
        output = folder / f"loudnorm{len(entrants)}.wav"
        entrants.append(
            Entrant(
                f"FFmpeg loudnorm, two passes, {target_lufs:g} LUFS",
                lambda: loudnorm(tool, song, output, target_lufs, environment),
                lambda: read_output(output),
            )
        )

    for target_lufs in TARGETS_LUFS:
        chain(target_lufs)
        library(target_lufs)
        own(f"`tonmeister master --no-report`, process, {target_lufs:g} LUFS", target_lufs, "--no-report")
        own(f"`tonmeister master`, process, {target_lufs:g} LUFS", target_lufs)
        if tool := shutil.which("ffmpeg"):
            ffmpeg(tool, target_lufs)
    if arguments.matchering:
        reference, output = folder / "reference.wav", folder / "matchering.wav"
        audio = read_audio(arguments.reference)
        soundfile.write(reference, audio.samples.T, audio.sample_rate, subtype="PCM_24")
        command = (arguments.matchering, "-c", MATCHERING, song, reference, output)
        whole = Entrant(
            "Matchering 2, process", lambda: child(*command, environment=environment), lambda: read_output(output)
        )
        entrants.append(whole)
    return entrants


def child_environment(folder: Path) -> dict[str, str]:
    """Return the environment of children: as on an installed system, Python keeps its bytecode (here in ``folder``)."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPYCACHEPREFIX": str(folder / "bytecode")}


def race(entrants: list[Entrant], n_rounds: int) -> None:
    for number in range(n_rounds + 1):
        for entrant in entrants:
            turn = entrant.run()
            if number:
                entrant.turns.append(turn)
            elif entrant.output is not None:
                entrant.figures = measure(entrant.output())
        print(f"round {number} of {n_rounds} done, load {os.getloadavg()[0]:.1f}", file=sys.stderr)


def row(entrant: Entrant, duration_s: float) -> dict[str, float | str]:
    cpu_s = [turn.cpu_s for turn in entrant.turns]
    found: dict[str, float | str] = {
        "entrant": entrant.name,
        "cpu_min_s": min(cpu_s),
        "cpu_median_s": statistics.median(cpu_s),
        "real_time_ratio": duration_s / min(cpu_s),
        "real_time_ratio_median": duration_s / statistics.median(cpu_s),
        "wall_min_s": min(turn.wall_s for turn in entrant.turns),
    }
    if entrant.figures is not None:
        found |= {"integrated_lufs": entrant.figures.integrated_lufs, "peak_dbtp": entrant.figures.true_peak_dbtp}
    alone = [float(hit) for turn in entrant.turns for hit in re.findall(r"process alone: (\S+)", turn.said)]
    if alone:
        found |= {"alone_min_s": min(alone), "real_time_ratio_alone": duration_s / min(alone)}
    if "loudnorm" in entrant.name:
        found["entrant"] = f"{entrant.name} ({entrant.turns[-1].said})"
    return found


def race_batch(songs: list[Path], folder: Path, n_rounds: int) -> dict[str, float]:
    """Master many songs one after the other and on two cores, by turns."""
    environment = child_environment(folder)
    wall_s: dict[int, list[float]] = {1: [], 2: []}
    cpu_s: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(n_rounds):
        for n_jobs in wall_s:
            output = folder / f"batch{n_jobs}"
            output.mkdir(exist_ok=True)
            turn = child(
                sys.executable, "-m", "tonmeister", "master", *songs, "--jobs", n_jobs, "--output", output,
                "--overwrite", environment=environment,
            )  # fmt: skip
            wall_s[n_jobs].append(turn.wall_s)
            cpu_s[n_jobs].append(turn.cpu_s)
            if len([*output.glob("*.wav")]) != len(songs):
                sys.exit(f"the batch with {n_jobs} jobs did not give {len(songs)} masters:\n{turn.said[-2000:]}")
    return {
        "n_songs": len(songs),
        "one_job_wall_s": min(wall_s[1]),
        "two_jobs_wall_s": min(wall_s[2]),
        "one_job_cpu_s": min(cpu_s[1]),
        "two_jobs_cpu_s": min(cpu_s[2]),
        "ratio": min(wall_s[1]) / min(wall_s[2]),
    }


def show(rows: list[dict[str, float | str]], batch: dict[str, float] | None) -> None:
    print("| entrant | CPU s, min | median | x real time (min) | (median) | wall s | LUFS | dBTP (16x) |")
    print("|---|---|---|---|---|---|---|---|")
    for found in rows:
        heard = f"{found['integrated_lufs']:.2f} | {found['peak_dbtp']:+.2f}" if "integrated_lufs" in found else " | "
        print(
            f"| {found['entrant']} | {found['cpu_min_s']:.2f} | {found['cpu_median_s']:.2f} "
            f"| {found['real_time_ratio']:.0f} | {found['real_time_ratio_median']:.0f} | {found['wall_min_s']:.2f} "
            f"| {heard} |"
        )
        if "alone_min_s" in found:
            ratio = found["real_time_ratio_alone"]
            print(f"| … its `process()` alone, without imports | {found['alone_min_s']:.2f} | | {ratio:.0f} | | | | |")
    if batch:
        print(
            f"\nBatch of {batch['n_songs']} songs: {batch['one_job_wall_s']:.1f} s with one job, "
            f"{batch['two_jobs_wall_s']:.1f} s with two, {batch['ratio']:.2f} times as fast "
            f"(CPU {batch['one_job_cpu_s']:.1f} and {batch['two_jobs_cpu_s']:.1f} s)."
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("song", type=Path, help="any song")
    parser.add_argument("--duration-s", type=float, default=180.0, help="length that it is looped or cut to")
    parser.add_argument("--rounds", type=int, default=3, help="rounds that count")
    parser.add_argument("--matchering", type=Path, help="a Python that has Matchering 2, in an environment of its own")
    parser.add_argument("--reference", type=Path, help="the finished song for Matchering")
    parser.add_argument("--only", default="", help="run the entrants whose name holds this text alone")
    parser.add_argument("--batch", nargs="*", type=Path, help="also race these songs with one job and with two")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    arguments = parser.parse_args()
    if not ONE_THREAD.items() <= os.environ.items():
        # Libraries read these when they are loaded, which has happened by now: begin again with them set.
        os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | ONE_THREAD)
    if arguments.matchering and not arguments.reference:
        parser.error("--matchering needs --reference")
    with tempfile.TemporaryDirectory(prefix="race-") as place:
        folder = Path(place)
        song = folder / "song.wav"
        sound = loop_song(arguments.song, song, arguments.duration_s)
        before = measure(sound)
        cores = (
            f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, numpy {np.__version__}"
        )
        print(
            f"{arguments.song.name}, {arguments.duration_s:g} s, {before.integrated_lufs:.2f} LUFS, "
            f"{before.true_peak_dbtp:+.2f} dBTP; {cores}; load {os.getloadavg()[0]:.1f}\n"
        )
        entrants = [entrant for entrant in line_up(arguments, song, sound, folder) if arguments.only in entrant.name]
        race(entrants, arguments.rounds)
        rows = [row(entrant, arguments.duration_s) for entrant in entrants]
        batch = race_batch(arguments.batch, folder, arguments.rounds) if arguments.batch else None
    show(rows, batch)
    if arguments.json:
        arguments.json.write_text(json.dumps({"rows": rows, "batch": batch}, indent=1))


if __name__ == "__main__":
    main()

"""From song to written file: the chain, the limiter, the last step to integers, and measuring what was written."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tonmeister.capabilities.mastering.chain import Chain
from tonmeister.capabilities.mastering.intake import LONG_S, Block, Song, Tell
from tonmeister.capabilities.mastering.overshoots import held_back
from tonmeister.capabilities.mastering.pictures import WaveformSketch
from tonmeister.capabilities.mastering.solve import LoudnessSolver, Premaster, Solution, choose_solver
from tonmeister.capabilities.mastering.targets import Plan
from tonmeister.core.errors import AudioSilentError, VerificationError
from tonmeister.dsp import meter
from tonmeister.dsp.dither import Quantiser
from tonmeister.dsp.limiter import Ballistics, apply_nodes, limiter_cell
from tonmeister.dsp.loudness import KWeightedPower
from tonmeister.dsp.meter import Meter
from tonmeister.dsp.true_peak import TruePeakCells
from tonmeister.media.aside import Aside
from tonmeister.media.reader import open_audio
from tonmeister.media.resample import resample_blocks
from tonmeister.media.writer import AudioWriter, OutputFormat

READ_SAMPLES = 65536
PROMISE_LU = 0.1
PEAK_SLACK_DB = 0.004
"""What float32 arithmetic and reading may add to a peak that lies exactly on the ceiling."""
MAX_GAIN_ABOVE_TARGET_DB = 5.0
N_LOCAL_ATTEMPTS = 6
"""So often a lossy file is mended where it overshoots, before the ceiling comes down for all of it."""
N_LAST_ATTEMPTS = 4
"""So often the ceiling of a file that always overshot comes down by more than it overshot, before we give up."""
UNITY_DB = 0.006
"""A song that is as loud as asked already, to two decimals, passes with a gain of exactly one."""


def make_premaster(song: Song, plan: Plan, tell: Tell, *, n_workers: int = 1) -> tuple[Premaster, Chain]:
    """Run the chain over the spool, in place, and learn what the limiter needs to know."""
    rate, spool = song.sample_rate, song.spool
    cell = limiter_cell(rate)
    chain = Chain(plan, rate)
    power = KWeightedPower(rate, song.n_channels, cell_samples=cell)
    # Cells that stay below this cannot reach the ceiling with any gain that the solver will try first.
    floor_db = plan.ceiling_dbtp - (plan.target_lufs + 18.0) - MAX_GAIN_ABOVE_TARGET_DB
    peaks = TruePeakCells(song.n_channels, cell, floor=10 ** (floor_db / 20.0), oversampling=8)
    found_peaks: list[NDArray[np.float32]] = []
    found_energy: list[NDArray[np.float32]] = []
    at = 0

    def hear(piece: Block) -> None:
        power.push(piece)
        found_energy.append((power.take().sum(axis=0) * cell).astype(np.float32))
        found_peaks.append(peaks.push(piece))

    n = spool.n_samples
    with Aside(hear, n_workers) as aside:

        def keep(piece: Block) -> None:
            nonlocal at
            spool.overwrite(at, piece)
            at += piece.shape[1]
            heard = piece if song.n_channels == 2 else piece[:1]
            aside.push(heard.copy() if aside.is_beside else heard)  # the chain uses its blocks again

        for start in range(0, n, READ_SAMPLES):
            for piece in chain.push(spool.read(start, start + READ_SAMPLES)):
                keep(piece)
            tell(start / n, "shaping")
        for piece in chain.finish():
            keep(piece)
        aside.finish()
    found_peaks.append(peaks.finish())
    if at != n:
        raise VerificationError(f"The chain returned {at} of {n} samples.", field="n_samples", value=at, bound=n)
    peak = np.concatenate(found_peaks)
    energy = np.concatenate(found_energy)
    # The last, shorter cell has a peak but no energy of its own.
    energy = np.concatenate([energy, np.zeros(len(peak) - len(energy), np.float32)])
    premaster = Premaster(peak=peak, energy=energy, cell=cell, sample_rate=rate, n_samples=n)
    if not math.isfinite(premaster.unlimited_lufs):
        raise AudioSilentError(
            "Nothing is left of the song without its DC offset, so there is nothing to bring to a loudness.",
            field="mix",
            remedy="Check the export: it holds a constant voltage and no sound.",
        )
    return premaster, chain


@dataclass(frozen=True)
class Written:
    """A written file and what was measured from it."""

    path: Path
    fmt: OutputFormat
    figures: meter.Measurement
    waveform: NDArray[np.float32]
    n_samples: int
    solution: Solution
    ceiling_dbtp: float
    """The ceiling that the limiter worked with; lower than the promised one where a codec overshoots."""
    n_clipped_samples: int
    first_ceiling_dbtp: float
    """The ceiling that the first attempt worked with."""

    def loudness_error_lu(self, target_lufs: float) -> float:
        """Return measured minus wanted loudness."""
        return self.figures.integrated_lufs - target_lufs


def limited(song: Song, premaster: Premaster, solution: Solution) -> Iterator[Block]:
    """Yield the limited song in float, as many channels as the master has."""
    gain = 10.0 ** (solution.gain_db / 20.0)
    step = READ_SAMPLES - READ_SAMPLES % premaster.cell
    for start in range(0, song.spool.n_samples, step):
        block = song.spool.read(start, start + step)
        yield apply_nodes(block[: song.n_channels], start, premaster.cell, solution.nodes, gain)


def is_shaped(plan: Plan, fmt: OutputFormat) -> bool:
    """Tell whether the dither's noise is shaped: at 24 bits nobody hears it, and the shape is made for two rates."""
    return plan.dither == "shaped" and fmt.bit_depth == 16 and fmt.sample_rate in (44100, 48000)


def write_once(
    song: Song, premaster: Premaster, plan: Plan, solution: Solution, path: Path, fmt: OutputFormat, tell: Tell
) -> int:
    """Write the limited song; return how many samples had to be clipped to integers (0, unless the limiter failed)."""
    n = max(1, song.spool.n_samples)
    blocks = limited(song, premaster, solution)
    if fmt.sample_rate != song.sample_rate:
        blocks = resample_blocks(
            blocks, song.sample_rate, fmt.sample_rate, quality=plan.tier.resampling, n_samples=READ_SAMPLES
        )
    kind = plan.dither or "tpdf"
    quantiser = None
    # Equal channels stay equal: they get the same noise.
    n_noises = 1 if song.figures.width_percent == 0 else song.n_channels
    if fmt.is_quantised:
        assert fmt.bit_depth is not None
        quantiser = Quantiser(fmt.bit_depth, n_noises, seed=1, dither=kind != "none", shaped=is_shaped(plan, fmt))
    done = 0
    with AudioWriter(path, fmt) as writer:
        for block in blocks:
            if quantiser is None:
                writer.write(block)
            else:
                integers = quantiser.process(block[:n_noises])
                writer.write(integers if len(integers) == len(block) else np.repeat(integers, len(block), axis=0))
            done += block.shape[1]
            tell(min(1.0, done * song.sample_rate / fmt.sample_rate / n), "writing")
    return quantiser.n_clipped_samples if quantiser else 0


def measure_file(path: Path, tell: Tell, *, n_workers: int = 1) -> tuple[meter.Measurement, NDArray[np.float32], int]:
    """Measure a file as anyone else would: by decoding it. True peak 16 times oversampled."""
    with open_audio(path) as reader:
        info = reader.info
        expected = info.n_samples or info.n_samples_guessed or 0
        overlapping = expected < LONG_S * info.sample_rate
        found = Meter(info.sample_rate, info.n_channels, layout=info.layout, oversampling=16, overlapping=overlapping)
        sketch = WaveformSketch()
        n = 0
        with Aside(found.push, n_workers) as aside:
            for block in reader.blocks(READ_SAMPLES):
                aside.push(block)
                sketch.push(block)
                n += block.shape[1]
                tell(min(1.0, n / expected) if expected else 0.5, "verifying")
            aside.finish()
        return found.finish(), sketch.finish(), n


First = tuple[Ballistics, Solution]
"""The limiter's way to move and the gain with which the first attempt is written; all formats begin alike."""


def solve_first(premaster: Premaster, plan: Plan, ceiling_dbtp: float) -> First:
    """Choose the limiter's way to move, and solve gain and limiter for the target."""
    solver = choose_solver(premaster, plan.ballistics, ceiling_dbtp, plan.target_lufs, plan.max_gain_reduction_db)
    return solver.ballistics, _solve(solver, plan, plan.target_lufs)


def _solve(solver: LoudnessSolver, plan: Plan, aim_lufs: float) -> Solution:
    solution = solver.solve(aim_lufs, plan.max_gain_reduction_db)
    if abs(solution.gain_db + plan.input_gain_db) <= UNITY_DB and not solution.is_held:
        return solver.at_gain(-plan.input_gain_db)
    return solution


def deliver_master(
    song: Song,
    premaster: Premaster,
    plan: Plan,
    path: Path,
    fmt: OutputFormat,
    tell: Tell,
    *,
    ceiling_dbtp: float | None = None,
    first: First | None = None,
    n_workers: int = 1,
) -> Written:
    """Write the master in one format so that the written file keeps the promise.

    Loudness and ceiling are solved on figures of the premaster; the written file is decoded and measured; what it is
    off by goes back into the next attempt. A lossy codec moves peaks, so the limiter holds back where they overshoot;
    if that does not help, its ceiling is lowered until what decodes from the file stays below the promised ceiling.
    """
    promised = plan.ceiling_dbtp
    ceiling = promised if ceiling_dbtp is None else min(promised, ceiling_dbtp)
    first_ceiling = ceiling
    aim = plan.target_lufs
    n_attempts = plan.tier.n_passes + (4 if fmt.is_lossy else 1)
    written: Written | None = None
    best: Written | None = None
    ballistics, solution = solve_first(premaster, plan, ceiling) if first is None else first
    shaped = premaster
    for attempt in range(n_attempts + N_LAST_ATTEMPTS):
        if attempt >= n_attempts and best is not None:
            break
        if attempt:
            solution = _solve(LoudnessSolver(shaped, ballistics, ceiling), plan, aim)
        share = attempt / n_attempts

        def part(fraction: float, stage: str, share: float = share) -> None:
            tell(min(1.0, share + fraction / n_attempts), stage)

        clipped = write_once(song, premaster, plan, solution, path, fmt, lambda f, s: part(f * 0.5, s))
        figures, waveform, n = measure_file(path, lambda f, s: part(0.5 + f * 0.5, s), n_workers=n_workers)
        written = Written(path, fmt, figures, waveform, n, solution, ceiling, clipped, first_ceiling)
        over_db = figures.true_peak_dbtp - promised
        error = written.loudness_error_lu(plan.target_lufs)
        peak_ok = over_db <= PEAK_SLACK_DB
        if peak_ok and (best is None or abs(error) < abs(best.loudness_error_lu(plan.target_lufs))):
            best = written
        loud_ok = abs(error) <= plan.tier.tolerance_lu or (solution.is_held and error < 0)
        if peak_ok and (loud_ok or (attempt >= plan.tier.n_passes and abs(error) <= PROMISE_LU)):
            break
        if not peak_ok and fmt.is_lossy and attempt < min(N_LOCAL_ATTEMPTS, n_attempts - 1):
            shaped = held_back(shaped, solution, ceiling, path, promised)
            # What an encoder adds changes all over the song with any change: a little room everywhere settles it.
            ceiling -= min(over_db, 0.2) if attempt >= 2 else 0.0
            # More work may ask for a quicker limiter than the first attempt did.
            ballistics = choose_solver(shaped, plan.ballistics, ceiling, aim, plan.max_gain_reduction_db).ballistics
        elif not peak_ok:
            # Noise has new peaks after any change of gain: each further attempt leaves more room.
            ceiling -= over_db + (0.1 if fmt.is_lossy else 0.01 * 2**attempt)
        if not loud_ok:
            aim -= error
    assert written is not None
    if written.figures.true_peak_dbtp - promised > PEAK_SLACK_DB:
        if best is None:
            path.unlink(missing_ok=True)
            raise VerificationError(
                f"The written {fmt.container} file peaks at {written.figures.true_peak_dbtp:.2f} dBTP, "
                f"above the ceiling of {promised:.2f} dBTP.",
                field="ceiling_dbtp",
                value=round(written.figures.true_peak_dbtp, 2),
                bound=promised,
                remedy="Choose a higher bit rate, a lower loudness, or a lossless format."
                if fmt.is_lossy
                else "Choose a lower loudness, or the tier fine.",
            )
        return deliver_again(song, premaster, plan, best, tell, n_workers=n_workers)
    if best is not None and abs(best.loudness_error_lu(plan.target_lufs)) + 1e-9 < abs(
        written.loudness_error_lu(plan.target_lufs)
    ):
        return deliver_again(song, premaster, plan, best, tell, n_workers=n_workers)
    return written


def deliver_again(
    song: Song, premaster: Premaster, plan: Plan, best: Written, tell: Tell, *, n_workers: int = 1
) -> Written:
    """Write the best attempt once more, as a later one overwrote it."""
    clipped = write_once(song, premaster, plan, best.solution, best.path, best.fmt, tell)
    figures, waveform, n = measure_file(best.path, tell, n_workers=n_workers)
    return Written(
        best.path, best.fmt, figures, waveform, n, best.solution, best.ceiling_dbtp, clipped, best.first_ceiling_dbtp
    )


def is_within_promise(written: Written, plan: Plan, n_expected: int) -> bool:
    """Tell whether loudness, true peak and length of the written file are as promised."""
    return (
        math.isfinite(written.figures.integrated_lufs)
        and abs(written.loudness_error_lu(plan.target_lufs)) <= PROMISE_LU
        and written.figures.true_peak_dbtp <= plan.ceiling_dbtp + PEAK_SLACK_DB
        and written.n_samples == n_expected
    )

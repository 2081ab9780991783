"""Codec check: what a lossy codec makes of the master, and the ceiling that keeps it from clipping."""

from __future__ import annotations

from pathlib import Path

from tonmeister.capabilities.mastering.intake import Song, Tell
from tonmeister.capabilities.mastering.params import CodecCheck, CodecName
from tonmeister.capabilities.mastering.render import measure_file, write_once
from tonmeister.capabilities.mastering.solve import LoudnessSolver, Premaster, choose_ballistics
from tonmeister.capabilities.mastering.targets import Plan
from tonmeister.media.formats import ALLOWED, OutputFormat

CONTAINERS = {"aac": "m4a", "mp3": "mp3", "vorbis": "ogg", "opus": "opus"}
FULL_SCALE_DBTP = 0.0
"""A listener's decoder clips above this."""
MAX_ATTEMPTS = 5


def codec_format(name: CodecName, sample_rate: int, n_channels: int) -> OutputFormat:
    """Return the output format that a codec's name stands for."""
    codec, _, kbps = name.partition("-")
    container = CONTAINERS[codec]
    rates = ALLOWED[container].sample_rates  # type: ignore[index]
    rate = sample_rate if sample_rate in rates and sample_rate <= 48000 else 48000
    return OutputFormat(container, rate, n_channels, None, int(kbps) // (1 if n_channels == 2 else 2))  # type: ignore[arg-type]


def check_available(name: CodecName) -> None:
    """Raise `MissingPartError` before any work if the codec is not installed."""
    if name.startswith("aac"):
        from tonmeister.media.av_link import check_installed

        check_installed("Writing AAC")


def lower_for_codecs(
    song: Song, premaster: Premaster, plan: Plan, names: tuple[CodecName, ...], folder: Path, tell: Tell
) -> tuple[Plan, tuple[CodecCheck, ...]]:
    """Encode the master as a trial with each codec, and find the ceiling at which none decodes above full scale.

    Returns the plan unchanged, and for each codec what it measured at last and how far the ceiling had to come down.
    """
    if not names:
        return plan, ()
    checks = []
    lowered = 0.0
    ballistics = choose_ballistics(
        premaster, plan.ballistics, plan.ceiling_dbtp, plan.target_lufs, plan.max_gain_reduction_db
    )
    for index, name in enumerate(dict.fromkeys(names)):
        fmt = codec_format(name, song.sample_rate, song.n_channels)
        trial = folder / f"codec-{name}{ALLOWED[fmt.container].suffix}"

        def told(_fraction: float, _stage: str, index: int = index, name: str = name) -> None:
            tell(index / len(names), f"checking {name}")

        for attempt in range(MAX_ATTEMPTS):
            tell((index + attempt / MAX_ATTEMPTS) / len(names), f"checking {name}")
            solution = LoudnessSolver(premaster, ballistics, plan.ceiling_dbtp - lowered).solve(
                plan.target_lufs, plan.max_gain_reduction_db
            )
            write_once(
                song,
                premaster,
                plan,
                solution,
                trial,
                fmt,
                told,
            )
            figures, _, _ = measure_file(trial, told)
            over_db = figures.true_peak_dbtp - FULL_SCALE_DBTP
            if over_db <= 0 or attempt == MAX_ATTEMPTS - 1:
                break
            lowered += over_db + 0.1
        trial.unlink(missing_ok=True)
        checks.append(
            CodecCheck(
                codec=name,
                integrated_lufs=round(figures.integrated_lufs, 2),
                true_peak_dbtp=round(figures.true_peak_dbtp, 2),
                lowered_db=round(lowered, 2),
            )
        )
    return plan, tuple(checks)

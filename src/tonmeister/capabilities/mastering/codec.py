"""Codec check: what a lossy codec makes of the master, and the ceiling that keeps it from clipping."""

from __future__ import annotations

from pathlib import Path

from tonmeister.capabilities.mastering.intake import Song, Tell
from tonmeister.capabilities.mastering.params import CodecCheck, CodecName
from tonmeister.capabilities.mastering.render import deliver_master, measure_file
from tonmeister.capabilities.mastering.solve import Premaster
from tonmeister.capabilities.mastering.targets import Plan
from tonmeister.dsp.meter import Measurement
from tonmeister.media.formats import ALLOWED, OutputFormat
from tonmeister.media.writer import encode_file

CONTAINERS = {"aac": "m4a", "mp3": "mp3", "vorbis": "ogg", "opus": "opus"}
FULL_SCALE_DBTP = 0.0
"""A listener's decoder clips above this."""
MAX_ATTEMPTS = 5
ROOM_DB = 0.1
"""The next attempt lands this far below full scale, for the codec will not do quite the same again."""
WASTED_DB = 0.5
"""Further below full scale than this, the ceiling came down for a peak that a little less would have spared, too."""


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
    song: Song,
    premaster: Premaster,
    plan: Plan,
    names: tuple[CodecName, ...],
    lossless: OutputFormat,
    folder: Path,
    tell: Tell,
) -> tuple[CodecCheck, ...]:
    """Encode the master as a trial with each codec, and find the ceiling at which none decodes above full scale.

    The trial is made from the very samples of the ``lossless`` master: dither alone can move what a codec makes of a
    peak by tenths of a decibel. Returns for each codec what it measured at last and how far the ceiling had to come
    down.
    """
    checks: list[CodecCheck] = []
    lowered = 0.0
    source = folder / f"codec-source{ALLOWED[lossless.container].suffix}"
    made_for: float | None = None
    for index, name in enumerate(dict.fromkeys(names)):
        fmt = codec_format(name, song.sample_rate, song.n_channels)
        trial = folder / f"codec-{name}{ALLOWED[fmt.container].suffix}"

        def told(_fraction: float, _stage: str, index: int = index, name: str = name) -> None:
            tell(index / len(names), f"checking {name}")

        clipping: float | None = None
        clean: tuple[float, Measurement] | None = None
        for attempt in range(MAX_ATTEMPTS):
            tell((index + attempt / MAX_ATTEMPTS) / len(names), f"checking {name}")
            if made_for != lowered:
                deliver_master(song, premaster, plan, source, lossless, told, ceiling_dbtp=plan.ceiling_dbtp - lowered)
                made_for = lowered
            encode_file(source, trial, fmt, progress=lambda fraction: told(fraction, ""))
            figures, _, _ = measure_file(trial, told)
            over_db = figures.true_peak_dbtp - FULL_SCALE_DBTP
            if over_db <= 0:
                clean = lowered, figures
            else:
                clipping = lowered
            following = next_attempt(lowered, over_db, clipping, None if clean is None else clean[0])
            if following is None or attempt == MAX_ATTEMPTS - 1:
                break
            lowered = following
        if clean is not None:
            lowered, figures = clean
        trial.unlink(missing_ok=True)
        checks.append(
            CodecCheck(
                codec=name,
                integrated_lufs=round(figures.integrated_lufs, 2),
                true_peak_dbtp=round(figures.true_peak_dbtp, 2),
                lowered_db=lowered,
            )
        )
    source.unlink(missing_ok=True)
    return tuple(checks)


def next_attempt(lowered: float, over_db: float, clipping: float | None, clean: float | None) -> float | None:
    """Return how far to lower the ceiling in the next attempt, None where this one will do.

    What a codec adds does not follow the ceiling: one frame of AAC can decode 5 dB higher at one level and as it should
    at the next. So a step that went much too far is taken back as far as nothing clips.
    """
    if clean is None:
        following = lowered + over_db + ROOM_DB
    elif clipping is None or (lowered == clean and -over_db <= WASTED_DB):
        return None
    elif lowered == clean:
        following = max(clipping, clean + over_db) + ROOM_DB
    else:
        following = (clipping + clean) / 2
    # To two decimals, as it will be told: the master itself is made with the figure in the result.
    following = round(following, 2)
    return None if clean is not None and clean - following < ROOM_DB else following

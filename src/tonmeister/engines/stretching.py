"""Time and pitch, each without the other: Signalsmith Stretch, our own vocoder, and Rubber Band's program."""

from __future__ import annotations

import math
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Literal

import numpy as np

from tonmeister.core.audio import Samples
from tonmeister.core.errors import InternalError, MissingPartError
from tonmeister.dsp.vocoder import MOST_CHANNELS, stretch_time
from tonmeister.dsp.warp import Anchor, StretchFunction, check_anchors, even_anchors, find_joins, warp_pieces

Engine = Literal["signalsmith", "vocoder", "rubberband"]
Tell = Callable[[float, str], None]

RATES = (0.125, 8.0)
SEMITONES = (-24.0, 24.0)
BLOCK_S = 0.12
"""Signalsmith's own choice of a block; four steps to each."""
MOST_AT_ONCE, MOST_OF_SEVERAL = 2.0, 1.75
"""Lengthened more, tones turn to hiss, 20 dB below them at 3.3 times: longer is done in several passes of so much."""
_PIECE_S = 30.0
_POLL_S = 0.1


def stretch(
    audio: Samples,
    sample_rate: int,
    *,
    rate: float = 1.0,
    semitones: float = 0.0,
    engine: Engine = "signalsmith",
    folder: Path | None = None,
    tell: Tell | None = None,
) -> Samples:
    """Change tempo and pitch, each without the other, in one pass.

    Parameters
    ----------
    audio
        Shape (1 or 2, samples); up to 16 channels for the vocoder.
    sample_rate
        In Hz.
    rate
        2.0 plays twice as fast; 0.125 to 8.
    semitones
        Up or down; -24 to 24.
    engine
        ``"signalsmith"``; ``"vocoder"``, a fifth of its cost, which turns all channels alike, see
        `tonmeister.dsp.vocoder`; or ``"rubberband"``: the program of that name, which must be installed.
    folder
        Where Rubber Band's files go for the while.
    tell
        Is told how far it has come; may raise to cancel.

    Returns
    -------
    Shape (channels, round(samples / rate)). At rate 1 and 0 semitones it is a copy.

    Raises
    ------
    ValueError
        If a parameter is out of bounds.
    MissingPartError
        If Rubber Band is asked for and not there.

    Source
    ------
    Signalsmith Stretch (MIT) through the package python-stretch, for time alone; the pitch is moved by stretching more
    or less and resampling (libsoxr). Long sounds are cut at onsets, see `tonmeister.dsp.warp.find_joins`, for it takes
    whole pieces only.
    """
    _check(audio, rate, semitones, engine)
    if rate == 1.0 and semitones == 0.0:
        return np.array(audio)
    if engine == "rubberband":
        options = ["--tempo", repr(float(rate)), "--pitch", repr(float(semitones))]
        return _fitted(_rubberband(audio, sample_rate, options, folder, tell), round(audio.shape[1] / rate))
    joins = find_joins(audio, sample_rate, every_s=_PIECE_S) if audio.shape[1] > 2 * _PIECE_S * sample_rate else []
    anchors = even_anchors(audio.shape[1], rate, joins)
    return _joined(
        _told(_pieces(audio, sample_rate, anchors, semitones, engine), len(anchors) - 1, tell), audio, anchors
    )


def warp(
    audio: Samples,
    sample_rate: int,
    anchors: Sequence[Anchor],
    *,
    semitones: float = 0.0,
    engine: Engine = "signalsmith",
    folder: Path | None = None,
    tell: Tell | None = None,
) -> Samples:
    """Bring moments of a performance to other times: beats onto a grid.

    Parameters
    ----------
    audio
        Shape (1 or 2, samples); up to 16 channels for the vocoder.
    sample_rate
        In Hz.
    anchors
        Two or more, see `tonmeister.dsp.warp.check_anchors`. What lies outside of them is left out.
    semitones, engine, folder, tell
        As in `stretch`.

    Returns
    -------
    Shape (channels, samples from the first to the last anchor's target).

    Raises
    ------
    ValueError
        If the anchors or a parameter do not hold.
    MissingPartError
        If Rubber Band is asked for and not there.
    """
    _check(audio, 1.0, semitones, engine)
    check_anchors(anchors, audio.shape[1])
    if engine == "rubberband":
        return _rubberband_warp(audio, sample_rate, anchors, semitones, folder, tell)
    return _joined(
        _told(_pieces(audio, sample_rate, anchors, semitones, engine), len(anchors) - 1, tell), audio, anchors
    )


def is_rubberband_there() -> bool:
    """Tell whether the program is installed."""
    return shutil.which("rubberband") is not None


def _check(audio: Samples, rate: float, semitones: float, engine: Engine) -> None:
    most = MOST_CHANNELS if engine == "vocoder" else 2
    if audio.ndim != 2 or not 1 <= audio.shape[0] <= most:
        raise ValueError(f"audio must have shape (1 to {most}, samples), got {audio.shape}")
    if not RATES[0] <= rate <= RATES[1]:
        raise ValueError(f"rate is {rate}; it must be {RATES[0]} to {RATES[1]}")
    if not SEMITONES[0] <= semitones <= SEMITONES[1]:
        raise ValueError(f"semitones is {semitones}; it must be {SEMITONES[0]} to {SEMITONES[1]}")


def _pieces(
    audio: Samples, sample_rate: int, anchors: Sequence[Anchor], semitones: float, engine: Engine
) -> Iterator[Samples]:
    factor = 2.0 ** (semitones / 12)
    run = _vocoder(sample_rate) if engine == "vocoder" else _signalsmith(sample_rate, factor)
    run = run if semitones == 0.0 else _moved(run, sample_rate, factor)
    return warp_pieces(audio, sample_rate, anchors, run, always=semitones != 0.0)


def _signalsmith(sample_rate: int, factor: float) -> StretchFunction:
    """Return what changes time alone, for a sound whose pitch will then rise by ``factor``."""
    import python_stretch

    # Half-way between a block that is as long as it should be in the source, and one that is so in what is heard.
    step = round(BLOCK_S / 4 * sample_rate * factor**0.5)

    def run(block: Samples, rate: float) -> Samples:
        longer = 1 / rate
        n_passes = 1 if longer < MOST_AT_ONCE + 1e-6 else math.ceil(math.log(longer, MOST_OF_SEVERAL))
        made = block
        for _ in range(n_passes):
            # A seed of its own: the same piece sounds the same in every run.
            engine = python_stretch.Signalsmith.Stretch(1)
            engine.configure(block.shape[0], 4 * step, step)
            engine.timeFactor = rate ** (1 / n_passes)
            made = np.ascontiguousarray(engine.process(made), dtype=np.float32)
        return made

    return run


def _vocoder(sample_rate: int) -> StretchFunction:
    return lambda block, rate: stretch_time(block, sample_rate, rate)


def _moved(stretched: StretchFunction, sample_rate: int, factor: float) -> StretchFunction:
    """Return what also moves the pitch: longer by as much as it is to rise, then played so much faster.

    Signalsmith's own move puts the peaks of the spectrum elsewhere, right to a fraction of a bin only: a tone of 60 Hz
    goes astray by up to 38 cents.
    """
    import soxr

    def run(block: Samples, rate: float) -> Samples:
        longer = stretched(block, rate / factor)
        made = soxr.resample(np.ascontiguousarray(longer.T), factor * sample_rate, sample_rate, "HQ").T
        return _fitted(made, round(block.shape[1] / rate))

    return run


def _told(pieces: Iterator[Samples], n_pieces: int, tell: Tell | None) -> Iterator[Samples]:
    for number, piece in enumerate(pieces, 1):
        if tell is not None:
            tell(number / n_pieces, "stretch")
        yield piece


def _joined(pieces: Iterator[Samples], audio: Samples, anchors: Sequence[Anchor]) -> Samples:
    whole = np.empty((audio.shape[0], anchors[-1].target_samples - anchors[0].target_samples), np.float32)
    n_done = 0
    for piece in pieces:
        whole[:, n_done : n_done + piece.shape[1]] = piece
        n_done += piece.shape[1]
    assert n_done == whole.shape[1]
    return whole


def _fitted(audio: Samples, n_samples: int) -> Samples:
    """Return exactly so many samples: an engine's own count may be off by a few at the end."""
    return np.pad(audio[:, :n_samples], ((0, 0), (0, max(0, n_samples - audio.shape[1]))))


def _rubberband_warp(
    audio: Samples,
    sample_rate: int,
    anchors: Sequence[Anchor],
    semitones: float,
    folder: Path | None,
    tell: Tell | None,
) -> Samples:
    first, last = anchors[0], anchors[-1]
    part = audio[:, first.source_samples : last.source_samples]
    n_target = last.target_samples - first.target_samples
    with tempfile.TemporaryDirectory(dir=folder) as place:
        table = Path(place) / "times.txt"
        table.write_text(
            "".join(
                f"{anchor.source_samples - first.source_samples} {anchor.target_samples - first.target_samples}\n"
                for anchor in anchors
            ),
            encoding="ascii",
        )
        options = ["--timemap", str(table), "--time", repr(n_target / part.shape[1]), "--pitch", repr(float(semitones))]
        return _fitted(_rubberband(part, sample_rate, options, folder, tell), n_target)


def _rubberband(
    audio: Samples, sample_rate: int, options: list[str], folder: Path | None, tell: Tell | None
) -> Samples:
    import soundfile

    program = shutil.which("rubberband")
    if program is None:
        raise MissingPartError(
            "The engine 'rubberband' needs the program rubberband, which is not installed.",
            field="engine",
            value="rubberband",
            bound="signalsmith",
            remedy="Install it (Debian: apt install rubberband-cli), or use the engine 'signalsmith'.",
        )
    with tempfile.TemporaryDirectory(dir=folder) as place:
        source, target, told = Path(place) / "in.wav", Path(place) / "out.wav", Path(place) / "told.txt"
        soundfile.write(source, audio.T, sample_rate, subtype="FLOAT")
        with told.open("wb") as errors:
            process = subprocess.Popen(  # noqa: S603 (the program that was found)
                [program, "--quiet", "--fine", *options, str(source), str(target)],
                stdin=subprocess.DEVNULL, stdout=errors, stderr=errors,
            )  # fmt: skip
            try:
                while process.poll() is None:
                    if tell is not None:
                        tell(0.0, "stretch")
                    time.sleep(_POLL_S)
            finally:
                process.kill()
                process.wait()
        if process.returncode != 0 or not target.is_file():
            words = told.read_text(encoding="utf-8", errors="replace").strip()[-300:]
            raise InternalError(f"Rubber Band ended with code {process.returncode}: {words}", field="engine")
        made, _ = soundfile.read(target, dtype="float32", always_2d=True)
    return np.ascontiguousarray(made.T)

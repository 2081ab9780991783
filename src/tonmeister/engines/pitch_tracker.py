"""SwiftF0: the pitch of a single voice over time, with how sure it is that there is one."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tonmeister.core.errors import ModelMissingError

if TYPE_CHECKING:
    from tonmeister.core.audio import Samples

Floats = NDArray[np.float64]

SAMPLE_RATE = 16_000
"""What the tracker hears, in Hz."""
HOP_SAMPLES = 256
HOP_S = HOP_SAMPLES / SAMPLE_RATE
LOWEST_HZ, HIGHEST_HZ = 46.875, 2093.75
"""A bass guitar's low E (41.2 Hz) is below what it knows."""
_BLOCK_S = 20


_CURVES = ("pitch_hz", "confidence", "level_db", "rises")


@dataclass(frozen=True)
class PitchTrack:
    """Pitch over time.

    Attributes
    ----------
    pitch_hz
        (n_frames,), one every 16 ms; frame k is centred on k * 0.016 s.
    confidence
        (n_frames,), 0 to 1; a voice sounds where it is at least 0.5.
    level_db
        (n_frames,), level of the 32 ms around each frame.
    rises
        How steeply the spectrum rises, every 5 ms (`tonmeister.dsp.strokes`); empty where it was not measured.
    """

    pitch_hz: Floats
    confidence: Floats
    level_db: Floats
    rises: Floats = field(default_factory=lambda: np.zeros(0))

    @property
    def times_s(self) -> Floats:
        """The middle of each frame."""
        return np.asarray(np.arange(len(self.pitch_hz)) * HOP_S, np.float64)

    @property
    def midi(self) -> Floats:
        """Pitch as fractional MIDI numbers."""
        return np.asarray(69.0 + 12.0 * np.log2(np.maximum(self.pitch_hz, 1.0) / 440.0), np.float64)


def track_pitch(
    audio: Samples | Iterable[Samples],
    *,
    low_hz: float = LOWEST_HZ,
    high_hz: float = HIGHEST_HZ,
    progress: Callable[[int], None] | None = None,
) -> PitchTrack:
    """Follow the pitch of a single voice.

    Parameters
    ----------
    audio
        (1, n_samples) at 16 000 Hz, whole or in blocks.
    low_hz, high_hz
        Where to look; what lies outside of 46.9 to 2093.8 Hz is not known.
    progress
        Is told the number of samples followed after every 20 s; what it raises ends the work.

    Returns
    -------
    PitchTrack
        One frame for every 16 ms.

    Raises
    ------
    ValueError
        If the sound is not mono.
    ModelMissingError
        If the package is not installed.

    Notes
    -----
    Source: L. Nieradzik, "SwiftF0: Fast and Accurate Monophonic Pitch Detection", 2025, and the package of that name;
    the network's file lies in it.
    """
    try:
        from swift_f0 import SwiftF0
    except ImportError as error:
        raise ModelMissingError(
            "The pitch tracker swift-f0 is not installed.", value="swift-f0", remedy="Install Tonmeister again."
        ) from error
    stream = SwiftF0(threads=1, spin=False).stream(fmin=low_hz, fmax=high_hz)
    parts: list[Any] = []
    n_samples = 0
    for block in _blocks([audio] if isinstance(audio, np.ndarray) else audio):
        parts.append(stream.push(block, SAMPLE_RATE))
        n_samples += len(block)
        if progress:
            progress(n_samples)
    if n_samples:
        parts.append(stream.flush())

    def joined(name: str) -> Floats:
        return np.concatenate([np.zeros(0), *(getattr(part, name) for part in parts)])

    return PitchTrack(joined("pitch_hz"), joined("confidence"), joined("loudness_db"))


def _blocks(blocks: Iterable[Samples]) -> Iterator[NDArray[np.float32]]:
    for block in blocks:
        if block.ndim != 2 or block.shape[0] != 1:
            raise ValueError(f"the pitch tracker hears mono: (1, n_samples), got {block.shape}")
        step = _BLOCK_S * SAMPLE_RATE
        for start in range(0, block.shape[1], step):
            yield np.asarray(block[0, start : start + step], np.float32)


def save_track(track: PitchTrack, file: Path) -> None:
    """Write a pitch track as an .npz file."""
    with zipfile.ZipFile(file, "w") as archive:
        for name in _CURVES:
            content = BytesIO()
            np.lib.format.write_array(content, getattr(track, name).astype(np.float32), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), content.getbuffer(), zipfile.ZIP_DEFLATED, 1)


def load_track(file: Path) -> PitchTrack:
    """Read a pitch track back."""
    with np.load(file) as stored:
        return PitchTrack(*(stored[name].astype(np.float64) for name in _CURVES))


def segment_voice(track: PitchTrack, *, hold_ms: float = 80.0) -> list[tuple[float, float, float]]:
    """Split a pitch track into notes.

    Parameters
    ----------
    track
        Pitch over time.
    hold_ms
        How long a pitch a semitone away must last to be a note of its own.

    Returns
    -------
    list of tuple
        Beginning and end in seconds, and pitch as a fractional MIDI number.

    Notes
    -----
    Source: the segmentation of the package swift-f0, an exact optimum over all ways to cut the track.
    """
    from swift_f0 import PitchResult, segment_notes

    confidence = np.clip(track.confidence, 0.0, 1.0)
    found = segment_notes(PitchResult(track.times_s, track.pitch_hz, confidence, track.level_db), pitch_hold_ms=hold_ms)
    return [(note.start, note.end, float(69.0 + 12.0 * np.log2(note.pitch_hz / 440.0))) for note in found]

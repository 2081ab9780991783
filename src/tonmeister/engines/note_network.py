"""The Basic Pitch network: which of 88 keys sound, which begin, and how their pitch lies between the keys."""

from __future__ import annotations

import io
import zipfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tonmeister.engines.models import find_model
from tonmeister.engines.note_layers import EDGE_FRAMES, N_KEPT, WINDOW_SAMPLES, NoteLayers, load_note_layers

if TYPE_CHECKING:
    from tonmeister.core.audio import Samples

Floats = NDArray[np.float32]
Codes = tuple[NDArray[np.uint16], NDArray[np.uint16], NDArray[np.uint8]]

SAMPLE_RATE = 22_050
"""What the network hears, in Hz."""
HOP_SAMPLES = 256
N_PITCHES = 88
LOWEST_MIDI = 21
BINS_PER_SEMITONE = 3
CODE = 65535
"""Stored posteriors are whole numbers from 0 to this: in steps of 1/255, neighbouring frames tie and peaks are lost."""

OFF_TUNE_CENTS = 10
"""Songs less far from A = 440 Hz are heard as they are. Of a guitar 20 cents flat the network hears half of the notes,
10 cents flat a tenth fewer; sharp ones it hears down to 30 cents, with more that were not played."""
LEAST_TUNING_CONFIDENCE = 0.3

_STEP = WINDOW_SAMPLES - 2 * EDGE_FRAMES * HOP_SAMPLES
_BATCH = 2  # windows: some 35 ms of work


@dataclass(frozen=True)
class NotePosteriors:
    """What the network heard.

    Attributes
    ----------
    note, onset
        (n_frames, 88) from 0 to 1: that a key sounds, that it begins. Column 0 is MIDI 21.
    contour
        (n_frames, 264): three bins a semitone, column 1 is MIDI 21; empty where it was not asked for.
    duration_s
        Length of the sound.
    slowed
        How many times slower the network heard the sound than it is, so that a song out of tune lies on its keys.
    """

    note: Floats
    onset: Floats
    duration_s: float
    contour: Floats = field(default_factory=lambda: np.zeros((0, N_PITCHES * BINS_PER_SEMITONE), np.float32))
    slowed: float = 1.0

    @property
    def n_frames(self) -> int:
        """Number of frames."""
        return len(self.note)

    @cached_property
    def times_s(self) -> NDArray[np.float64]:
        """The middle of each frame."""
        return frame_times_s(self.n_frames) / self.slowed


def frame_times_s(n_frames: int) -> NDArray[np.float64]:
    """Return the exact times of frames.

    Parameters
    ----------
    n_frames
        How many.

    Returns
    -------
    numpy.ndarray
        Seconds from the beginning of the sound, rising. The distance is 256 samples within a window and 68 where two
        windows meet.

    Notes
    -----
    Source: the windows advance by 36164 samples, of which 142 frames are kept; the published package takes the frames
    for evenly spaced.

    Examples
    --------
    >>> frame_times_s(143)[-1] * SAMPLE_RATE
    np.float64(36164.0)
    """
    window, within = np.divmod(np.arange(n_frames), N_KEPT)
    return np.asarray((window * _STEP + within * HOP_SAMPLES) / SAMPLE_RATE, np.float64)


def count_frames(n_samples: int) -> int:
    """Return how many frames begin within ``n_samples`` of sound: to the very end of it."""
    windows, rest = divmod(n_samples, _STEP)
    return windows * N_KEPT + min(N_KEPT, -(-rest // HOP_SAMPLES))


def rate_in_tune(tuning_cents: float) -> int:
    """Return the rate (Hz) to bring a sound to so that, taken for `SAMPLE_RATE`, it sounds at A = 440 Hz.

    Parameters
    ----------
    tuning_cents
        How far the sound lies from A = 440 Hz.

    Returns
    -------
    int
        To the nearest Hz, 0.04 cents at most from the exact one.

    Examples
    --------
    >>> rate_in_tune(0.0), rate_in_tune(40.0)
    (22050, 22565)
    """
    return round(SAMPLE_RATE * 2 ** (tuning_cents / 1200))


def choose_tuning_cents(tuning_cents: float | None, confidence: float) -> int:
    """Return how far to tune a song for hearing notes, of what is estimated of its tuning: 0 leaves it as it is."""
    if tuning_cents is None or confidence < LEAST_TUNING_CONFIDENCE or abs(tuning_cents) < OFF_TUNE_CENTS:
        return 0
    return round(tuning_cents)


def hear_notes(
    audio: Samples | Iterable[Samples],
    *,
    sample_rate: int = SAMPLE_RATE,
    n_workers: int = 1,
    progress: Callable[[int], None] | None = None,
) -> NotePosteriors:
    """Run the network over a sound.

    Parameters
    ----------
    audio
        (1, n_samples), whole or in blocks; of long sounds only the posteriors are held.
    sample_rate
        Rate of the sound in Hz; the network takes it for 22 050 Hz, and so hears it lower and slower where it is
        higher (`rate_in_tune`). Times are those of the sound all the same.
    n_workers
        How many threads work at once; the result does not depend on it.
    progress
        Is told the number of samples heard after each few windows; what it raises ends the work.

    Returns
    -------
    NotePosteriors
        One frame for every 11.6 ms from the beginning to the end of the sound.

    Raises
    ------
    ValueError
        If the sound is not mono.
    ModelMissingError
        If the network's file was not brought.

    Notes
    -----
    Source: R. Bittner et al., "A Lightweight Instrument-Agnostic Model for Polyphonic Note Transcription and Multipitch
    Estimation", ICASSP 2022; weights of the package basic-pitch 0.4.0. Windows as there; frames keep their exact times
    and the last frames are kept, which that release drops.
    """
    report = progress or (lambda _: None)
    report(0)
    layers = load_note_layers(find_model("note_network.onnx"))
    report(0)  # loading takes a while: a chance to end the work before and after
    heard: deque[Codes] = deque()
    waiting: deque[tuple[int, Future[Any]]] = deque()
    n_samples = 0
    n_done = 0

    def collect() -> None:
        nonlocal n_done
        n_windows, future = waiting.popleft()
        heard.append(future.result())
        n_done += n_windows * _STEP
        report(min(n_done, n_samples))

    blocks = [audio] if isinstance(audio, np.ndarray) else audio
    with ThreadPoolExecutor(max(1, n_workers)) as pool:
        try:
            for batch, n_samples in _batches(blocks):  # noqa: B007 - the last one is the length of the sound
                waiting.append((len(batch), pool.submit(_hear, layers, batch)))
                if len(waiting) > n_workers:
                    collect()
            while waiting:
                collect()
        finally:
            for _, future in waiting:
                future.cancel()
    heard_whole = _join(heard, count_frames(n_samples), n_samples / sample_rate)
    return replace(heard_whole, slowed=sample_rate / SAMPLE_RATE)


def _batches(blocks: Iterable[Samples]) -> Iterator[tuple[Floats, int]]:
    """Yield a few windows at a time, (n, 43844), with the number of samples that came in so far."""
    edge = EDGE_FRAMES * HOP_SAMPLES
    held: Floats = np.zeros(edge, np.float32)
    n_samples = n_windows = 0
    size = WINDOW_SAMPLES + (_BATCH - 1) * _STEP
    for block in blocks:
        if block.ndim != 2 or block.shape[0] != 1:
            raise ValueError(f"the network hears mono: (1, n_samples), got {block.shape}")
        held = np.concatenate([held, np.asarray(block[0], np.float32)])
        n_samples += block.shape[1]
        while len(held) >= size:
            yield _windows(held, _BATCH), n_samples
            n_windows += _BATCH
            held = held[_BATCH * _STEP :]
    n_left = -(-n_samples // _STEP) - n_windows
    for first in range(0, n_left, _BATCH):
        n = min(_BATCH, n_left - first)
        rest = held[first * _STEP :][: WINDOW_SAMPLES + (n - 1) * _STEP]
        yield _windows(np.pad(rest, (0, WINDOW_SAMPLES + (n - 1) * _STEP - len(rest))), n), n_samples


def _windows(samples: Floats, n: int) -> Floats:
    return np.stack([samples[at * _STEP : at * _STEP + WINDOW_SAMPLES] for at in range(n)])


def _hear(layers: NoteLayers, batch: Floats) -> Codes:
    note, onset, contour = (np.concatenate(kind) for kind in zip(*map(layers.hear, batch), strict=True))
    return (
        np.round(note * CODE).astype(np.uint16),
        np.round(onset * CODE).astype(np.uint16),
        np.round(contour * 255).astype(np.uint8),
    )


def _join(heard: deque[Codes], n_frames: int, duration_s: float) -> NotePosteriors:
    """Return the posteriors of all windows; what was joined is let go at once: an hour of them is 200 MB."""
    widths = (N_PITCHES, N_PITCHES, N_PITCHES * BINS_PER_SEMITONE)
    note, onset, contour = (np.empty((n_frames, width), np.float32) for width in widths)
    at = 0
    while heard:
        codes: tuple[NDArray[Any], ...] = heard.popleft()
        until = min(at + len(codes[0]), n_frames)
        for whole, part, most in zip((note, onset, contour), codes, (CODE, CODE, 255), strict=True):
            np.divide(part[: until - at], np.float32(most), out=whole[at:until])
        at = until
    return NotePosteriors(note, onset, duration_s, contour)


def save_posteriors(posteriors: NotePosteriors, notes_file: Path, contour_file: Path) -> None:
    """Write posteriors as two .npz files: notes and onsets for all, the finer contour for those who ask.

    The arrays lie pitch by pitch, (88, n_frames), as a pitch changes little from frame to frame.
    """
    _save(
        notes_file,
        note=_encode(posteriors.note, CODE, np.uint16),
        onset=_encode(posteriors.onset, CODE, np.uint16),
        duration_s=np.array(posteriors.duration_s),
        slowed=np.array(posteriors.slowed),
    )
    _save(contour_file, contour=_encode(posteriors.contour, 255, np.uint8))


def _encode(values: Floats, most: int, kind: type[np.uint16] | type[np.uint8]) -> NDArray[Any]:
    codes = np.empty(values.shape[::-1], kind)
    for start in range(0, len(values), 4096):
        codes[:, start : start + 4096] = np.round(values[start : start + 4096] * np.float32(most)).T
    return codes


def _save(path: Path, **arrays: NDArray[Any]) -> None:
    # what numpy's own function does, at the level that takes a fifth of the time for a tenth more bytes
    with zipfile.ZipFile(path, "w") as archive:
        for name, array in arrays.items():
            content = io.BytesIO()
            np.lib.format.write_array(content, array, allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), content.getbuffer(), zipfile.ZIP_DEFLATED, 1)


def _decode(codes: NDArray[Any], most: int) -> Floats:
    values: Floats = np.divide(codes, np.float32(most), dtype=np.float32)
    return values


def load_posteriors(notes_file: Path, contour_file: Path | None = None) -> NotePosteriors:
    """Read posteriors back, exactly as they were heard; with the contour where its file is given."""
    contour = np.zeros((0, N_PITCHES * BINS_PER_SEMITONE), np.uint8)
    if contour_file is not None:
        with np.load(contour_file) as stored:
            contour = np.ascontiguousarray(stored["contour"].T)
    with np.load(notes_file) as stored:
        note, onset = (np.ascontiguousarray(stored[name].T) for name in ("note", "onset"))
        return NotePosteriors(
            _decode(note, CODE),
            _decode(onset, CODE),
            float(stored["duration_s"]),
            _decode(contour, 255),
            float(stored["slowed"]),
        )

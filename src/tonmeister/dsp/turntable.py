"""What hands do to a record: a filter turned, the platter stopped, a beat caught in a loop."""

from __future__ import annotations

import itertools
import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tonmeister.dsp.fades import rise
from tonmeister.dsp.filters import BiquadCascade, butterworth

Samples = NDArray[np.float32]

_STEP_SAMPLES = 128
_JOINT_S = 0.004


def sweep_filter(
    audio: Samples, sample_rate: int, *, kind: Literal["low", "high"], from_hz: float, to_hz: float, q: float = 0.9
) -> Samples:
    """Turn a low-pass or high-pass evenly over the octaves while a sound plays.

    Parameters
    ----------
    audio
        Shape (1 or 2, samples).
    sample_rate
        In Hz.
    kind
        What passes.
    from_hz, to_hz
        Corner at the beginning and at the end; both are kept below 0.45 of the sample rate.
    q
        Resonance; above 0.71 the corner sings.

    Returns
    -------
    Shape of ``audio``.

    Raises
    ------
    ValueError
        If a corner is not above 0.
    """
    if min(from_hz, to_hz) <= 0:
        raise ValueError(f"a filter cannot be turned from {from_hz} to {to_hz} Hz")
    made = np.ascontiguousarray(audio, np.float32).copy()
    n = made.shape[1]
    top = 0.45 * sample_rate
    octaves = math.log2(min(to_hz, top) / min(from_hz, top))
    cascade = BiquadCascade(butterworth(kind, min(from_hz, top), sample_rate, q)[None], made.shape[0])
    corners_hz = [min(from_hz, top) * 2.0 ** (octaves * start / n) for start in range(0, n, _STEP_SAMPLES)]
    if corners_hz:
        steps = np.stack([butterworth(kind, corner_hz, sample_rate, q)[None] for corner_hz in corners_hz])
        cascade.process_turned(made, steps, _STEP_SAMPLES)
    return made


def stop_platter(audio: Samples, n_stop: int) -> Samples:
    """Stop the platter: in the last ``n_stop`` samples the record slows down evenly to a halt, and its pitch with it.

    Parameters
    ----------
    audio
        Shape (channels, samples).
    n_stop
        How long it takes; at most the sound's length.

    Returns
    -------
    Shape of ``audio``.

    Raises
    ------
    ValueError
        If ``n_stop`` is negative or longer than the sound.
    """
    if not 0 <= n_stop <= audio.shape[1]:
        raise ValueError(f"a sound of {audio.shape[1]} samples cannot stop over {n_stop}")
    made = np.array(audio, np.float32)
    if n_stop < 8:
        return made
    start = audio.shape[1] - n_stop
    time = np.arange(n_stop, dtype=np.float64)
    # Speed falls from 1 to 0, so the place is its integral and half of the sound is heard.
    made[:, start:] = read_at(audio, start + time - time * time / (2.0 * n_stop))
    n_fade = n_stop // 8  # at a halt nothing is heard, neither is a level that stays
    made[:, -n_fade:] *= rise(n_fade, "equal_gain")[::-1]
    return made


def read_at(audio: Samples, places: NDArray[np.float64]) -> Samples:
    """Read a sound between its samples, by cubic interpolation.

    Parameters
    ----------
    audio
        Shape (channels, samples).
    places
        In samples; beyond the sound its ends are repeated.

    Returns
    -------
    Shape (channels, places).

    Source
    ------
    Catmull-Rom spline: through all samples, with the slope of their neighbours.
    """
    whole = np.floor(places).astype(np.int64)
    t = (places - whole).astype(np.float32)
    last = audio.shape[1] - 1
    a, b, c, d = (audio[:, np.clip(whole + step, 0, last)] for step in (-1, 0, 1, 2))
    made: Samples = b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
    return made


def roll_loop(audio: Samples, sample_rate: int, n_beat: int, *, n_beats: int = 4) -> Samples:
    """Catch the last beats in a loop that becomes shorter: the first of them whole, then halves, quarters, eighths.

    Parameters
    ----------
    audio
        Shape (channels, samples); it ends on a beat.
    sample_rate
        In Hz.
    n_beat
        Length of a beat in samples.
    n_beats
        How many beats are replaced: 1 to 8.

    Returns
    -------
    Shape of ``audio``.

    Raises
    ------
    ValueError
        If the sound is shorter than the beats.
    """
    if not 1 <= n_beats <= 8 or n_beat < 64 or n_beats * n_beat > audio.shape[1]:
        raise ValueError(f"{n_beats} beats of {n_beat} samples cannot be rolled in {audio.shape[1]} samples")
    made = np.array(audio, np.float32)
    first = audio.shape[1] - n_beats * n_beat
    n_joint = min(round(_JOINT_S * sample_rate), n_beat // 16)
    fade = rise(n_joint, "equal_gain")
    for beat in range(1, n_beats):
        divisions = 2 ** min(3, 1 + 3 * (beat - 1) // max(1, n_beats - 1))
        edges = [first + beat * n_beat + round(part * n_beat / divisions) for part in range(divisions + 1)]
        for start, stop in itertools.pairwise(edges):
            piece = audio[:, first : first + stop - start].copy()
            # The loop's own lead-in is crossfaded in before the joint: the stroke on it keeps its attack.
            lead = audio[:, max(0, first - n_joint) : first]
            n = lead.shape[1]
            if n:
                ramp = fade[-n:]
                made[:, start - n : start] = made[:, start - n : start] * (1 - ramp) + lead * ramp
            made[:, start:stop] = piece
    if n_joint:
        made[:, -n_joint:] *= fade[::-1]
    return made

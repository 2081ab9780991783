"""What to compare songs by: figures of rhythm, harmony, timbre and dynamics in a fixed order."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from tonmeister.capabilities.analyzing.harmony import Harmony
from tonmeister.capabilities.analyzing.rhythm import BASS, HARMONY
from tonmeister.capabilities.analyzing.timing import Timing
from tonmeister.dsp.onsets import mel_centres_hz, spectral_flux
from tonmeister.dsp.structure import cepstra

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tonmeister.capabilities.analyzing.observing import Features

N_CEPSTRA = 10
NAMES = (
    "tempo", "beat clarity", "is steady", "bars of three", "onsets low", "onsets middle", "onsets presence",
    "onsets high", "harmony changes", "bass changes", "minor", "chords a minute", "no chord", "loudness range",
    "crest", "brightness", "low share", "high share", "centre", "tuned",
    *(f"timbre {n}" for n in range(1, N_CEPSTRA + 1)), "timbre change", "sparseness",
)  # fmt: skip
SCALES = (
    (6.9, 0.4), (0.48, 0.15), (0.8, 0.4), (0.1, 0.3), (0.74, 0.34), (0.45, 0.43), (0.63, 0.43), (1.09, 0.43),
    (0.109, 0.04), (0.121, 0.064), (0.5, 0.5), (11.0, 9.0), (0.12, 0.3), (10.6, 4.6), (8.8, 3.2), (9.3, 0.72),
    (0.48, 0.19), (0.03, 0.02), (0.71, 0.17), (0.51, 0.19), (4.5, 2.0), (0.7, 1.6), (0.7, 0.65), (0.07, 0.69),
    (0.2, 0.64), (0.0, 0.46), (0.2, 0.47), (-0.2, 0.44), (0.2, 0.38), (0.05, 0.31), (0.22, 0.042), (0.02, 0.05),
)  # fmt: skip
"""Middle and spread of each figure over twelve recordings of many kinds; of what is yes or no, set by hand."""


def describe_style(
    features: Features, curves: NDArray[np.float32], timing: Timing, harmony: Harmony
) -> tuple[float, ...]:
    """Return the style vector, one number for each of `NAMES`; empty for silence."""
    raw = measure_style(features, curves, timing, harmony)
    if raw is None:
        return ()
    return tuple(
        round(float(np.clip((value - mean) / spread, -4, 4)), 3)
        for value, (mean, spread) in zip(raw, SCALES, strict=True)
    )


def measure_style(
    features: Features, curves: NDArray[np.float32], timing: Timing, harmony: Harmony
) -> list[float] | None:
    """Return the figures before scaling; None for silence."""
    level = np.maximum(features.level_db.astype(np.float32), -90)
    audible = level.max(axis=1) > -70 if len(level) else np.zeros(0, bool)
    if not audible.any():
        return None
    power = 10 ** (level[audible] / 10)
    total = power.sum(axis=1)
    centres = mel_centres_hz()
    flux = spectral_flux(features.level_db)[audible].mean(axis=0)
    changing = curves[audible][:, [HARMONY, BASS]].mean(axis=0)
    lufs = features.momentary_lufs[features.momentary_lufs > -70]
    spread_lu = float(np.diff(np.percentile(lufs, (10, 95)))[0]) if len(lufs) else 0.0
    shape = cepstra(level[audible], N_CEPSTRA)
    mean_power = power.mean(axis=0)
    shared = (features.centre[audible].astype(np.float32) * power).sum() / max(float(total.sum()), 1e-12)
    n_chords = sum(chord.label != "N" for chord in harmony.chords)
    silent_s = sum(chord.end_s - chord.start_s for chord in harmony.chords if chord.label == "N")
    deviation = features.deviation
    angle = np.exp(2j * np.pi * np.arange(len(deviation)) / len(deviation))
    return [
        math.log2(timing.tempo.tempo_bpm) if timing.tempo else SCALES[0][0],
        timing.clarity,
        float(timing.tempo is not None and timing.tempo.is_steady),
        float(timing.metre is not None and timing.metre.numerator in (3, 6)),
        *(float(value) for value in flux),
        *(float(value) for value in changing),
        float(harmony.key is not None and harmony.key.mode == "minor") if harmony.key else 0.5,
        60.0 * n_chords / features.duration_s,
        silent_s / features.duration_s if harmony.chords else 1.0,
        spread_lu,
        float(10 * np.log10(np.percentile(total, 99) / max(float(np.median(total)), 1e-12))),
        float(np.log2(np.maximum(mean_power @ centres / mean_power.sum(), 1.0))),
        float(mean_power[centres < 200].sum() / mean_power.sum()),
        float(mean_power[centres > 4000].sum() / mean_power.sum()),
        float(shared),
        float(abs((deviation * angle).sum()) / max(float(deviation.sum()), 1e-9)),
        *(float(value) for value in shape.mean(axis=0)),
        float(np.abs(np.diff(shape, axis=0)).mean()) if len(shape) > 1 else 0.0,
        float(np.mean(~audible)),
    ]

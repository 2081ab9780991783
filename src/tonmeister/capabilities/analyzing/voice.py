"""Where a voice may sing: a guess from what lies in the middle of the stereo image, told as the guess it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tonmeister.dsp.onsets import FRAME_S, local_mean, mel_centres_hz

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tonmeister.capabilities.analyzing.observing import Features

VOICE_HZ = (300.0, 3400.0)
LEAST_SHARE_DB = -7.0
"""Below this share of the whole sound nothing in the middle is taken for a voice."""
HIGHEST_CONFIDENCE = 0.4
USUAL_SPREAD_DB = 8.0


@dataclass(frozen=True)
class VoiceCurve:
    """Whether a voice or a lead is guessed to sound, frame by frame; ``is_sung`` is empty where there is no guess."""

    is_sung: NDArray[np.bool_]
    confidence: float

    def share(self, start_s: float, end_s: float) -> float | None:
        """Return the part of the time in which a voice is guessed; None where it cannot be."""
        part = self.is_sung[round(start_s / FRAME_S) : max(round(end_s / FRAME_S), round(start_s / FRAME_S) + 1)]
        return round(float(part.mean()), 2) if len(part) else None


def guess_voice(features: Features) -> VoiceCurve:
    """Guess where a voice sings.

    In most mixes voices lie in the middle and between 300 and 3400 Hz. The share of that in the whole sound is compared
    with the song's own: a lead instrument in the same place passes for a voice, and in mono all is in the middle.
    """
    if not features.is_stereo or len(features.level_db) == 0:
        return VoiceCurve(np.zeros(0, bool), 0.0)
    centres = mel_centres_hz()
    voice = (centres > VOICE_HZ[0]) & (centres < VOICE_HZ[1])
    power = 10 ** (np.maximum(features.level_db.astype(np.float32), -90) / 10)
    middle = (power * np.square(np.maximum(features.centre.astype(np.float32), 0)))[:, voice].sum(axis=1)
    total = power.sum(axis=1)
    n_second = round(1.0 / FRAME_S)
    share_db = 10 * np.log10(
        np.maximum(local_mean(middle, n_second), 1e-9) / np.maximum(local_mean(total, n_second), 1e-9)
    )
    audible = total > 1e-4 * float(np.percentile(total, 95))
    if not audible.any():
        return VoiceCurve(np.zeros(0, bool), 0.0)
    low, high = np.percentile(share_db[audible], (10, 90))
    threshold = max(LEAST_SHARE_DB, 0.5 * float(low + high))
    confidence = HIGHEST_CONFIDENCE * float(np.clip((high - low) / USUAL_SPREAD_DB, 0.1, 1.0))
    return VoiceCurve((share_db > threshold) & audible, round(confidence, 2))

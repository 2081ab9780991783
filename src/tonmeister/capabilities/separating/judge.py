"""What the stems are worth, and what a listener should be told before using them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from tonmeister.capabilities.separating.params import Grade, StemQuality
from tonmeister.engines.separation import Doubt
from tonmeister.engines.separation_network import STEMS

GOOD_SDR_DB = 8.0
FAIR_SDR_DB = 3.0
ABSENT_PERCENT = 0.5
MONO_DB = -45.0
"""A side that lies this far below the mid tells nothing of places."""
ALONE_PERCENT = 97.0

# How the network's own doubt translates into the signal-to-distortion ratio that it reaches, least squares over the
# held-out songs (`benchmarks/separation.py --calibrate`), and how far single stems lie off that line.
SLOPE, OFFSET_DB = 0.81, 1.56
SPREAD_DB = 1.4
MONO_PENALTY_DB = 2.0


@dataclass(frozen=True)
class Mix:
    """What was seen of the song on the way in."""

    mid: float
    side: float
    duration_s: float

    n_samples: int

    @property
    def rms(self) -> float:
        """Level of left and right together."""
        return math.sqrt((self.mid + self.side) / self.n_samples)

    @property
    def is_mono(self) -> bool:
        """Whether left and right are (nearly) the same."""
        return self.side <= self.mid * 10 ** (MONO_DB / 10)


def shares_percent(doubt: Doubt) -> dict[str, float]:
    """Return each stem's part of the energy of all."""
    total = float(doubt.wanted.sum())
    return {name: 100 * float(part) / total if total else 0.0 for name, part in zip(STEMS, doubt.wanted, strict=True)}


def qualities(doubt: Doubt, mix: Mix) -> dict[str, StemQuality]:
    """Return the quality of the four stems and of the instrumental, as the network's doubt tells it."""
    shares = shares_percent(doubt)
    found = {}
    for number, name in enumerate(STEMS):
        found[name] = _quality(float(doubt.wanted[number]), float(doubt.uncertain[number]), shares[name], mix)
    number = STEMS.index("vocals")
    given = float(doubt.wanted[number] + doubt.uncertain[number])
    rest = doubt.mid + doubt.side - 2 * given + float(doubt.wanted[number])
    found["instrumental"] = _quality(rest, float(doubt.uncertain[number]), 100.0 - shares["vocals"], mix)
    return found


def _quality(wanted: float, uncertain: float, share_percent: float, mix: Mix) -> StemQuality:
    if share_percent < ABSENT_PERCENT or wanted <= 0:
        return StemQuality(grade="absent", estimated_sdr_db=None, confidence=0.5)
    ratio_db = 10 * math.log10(wanted / max(uncertain, 1e-4 * wanted))
    sdr_db = SLOPE * ratio_db + OFFSET_DB - (MONO_PENALTY_DB if mix.is_mono else 0.0)
    grade: Grade = "good" if sdr_db >= GOOD_SDR_DB else "fair" if sdr_db >= FAIR_SDR_DB else "poor"
    return StemQuality(grade=grade, estimated_sdr_db=round(sdr_db, 1), confidence=_confidence(sdr_db, mix))


def _confidence(sdr_db: float, mix: Mix) -> float:
    """Trust an estimate less in mono, in short songs, and near the border between two grades."""
    nearest_db = min(abs(sdr_db - GOOD_SDR_DB), abs(sdr_db - FAIR_SDR_DB))
    sure = math.erf(nearest_db / SPREAD_DB / math.sqrt(2))
    return round(float(np.clip(0.3 + 0.5 * sure - (0.2 if mix.is_mono else 0.0), 0.1, 0.9)), 2)


def overall(grades: dict[str, StemQuality]) -> Grade:
    """Return the middle grade of the stems that are there."""
    order: tuple[Grade, ...] = ("poor", "fair", "good")
    there = sorted(order.index(one.grade) for name, one in grades.items() if name in STEMS and one.grade in order)
    return order[there[(len(there) - 1) // 2]] if there else "absent"


def warnings(doubt: Doubt | None, found: dict[str, StemQuality], mix: Mix) -> tuple[str, ...]:
    """Return what to know before using the stems."""
    told = []
    if mix.is_mono:
        told.append(
            "The song is mono: nothing tells voices from instruments by their place, and the vocals stem will hold"
            " parts of the others."
        )
    if doubt is not None:
        shares = shares_percent(doubt)
        loudest = max(shares, key=lambda name: shares[name])
        if shares[loudest] > ALONE_PERCENT:
            told.append(f"Nearly all of the sound went to {loudest}: there may be nothing to take apart.")
        poor = [name for name in STEMS if found[name].grade == "poor"]
        if poor:
            told.append(
                f"Not to be used alone, for the network could not tell {'it' if len(poor) == 1 else 'them'} from the"
                f" rest: {', '.join(poor)}."
            )
    if mix.duration_s < 3.0:
        told.append("The sound is shorter than 3 s: the network has little to go by.")
    return tuple(told)

"""What the stems are worth, and what a listener should be told before using them."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from tonmeister.capabilities.separating.params import Grade, StemQuality
from tonmeister.capabilities.separating.voice import VOICE_ODDS, Ear, judges
from tonmeister.core.units import whole
from tonmeister.engines.separation import Doubt
from tonmeister.engines.separation_network import STEMS

GOOD_SDR_DB = 8.0
FAIR_SDR_DB = 3.0
ABSENT_PERCENT = 0.5
MONO_DB = -45.0
"""A side that lies this far below the mid tells nothing of places."""
ALONE_PERCENT = 97.0

MONO_PENALTY_DB = 2.0
NO_MUSIC = (
    "No music was found: from beginning to end it sounds like steady noise, without a note or a beat. How it was shared"
    " out among the stems means nothing."
)
DEAF = Ear()
"""Nothing was listened to."""


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


def qualities(doubt: Doubt, mix: Mix, ear: Ear = DEAF) -> dict[str, StemQuality]:
    """Return the quality of the four stems and of the instrumental, as the network's doubt and the ear tell it."""
    if ear.is_instrumental:
        doubt = doubt.without_voice()
    shares = shares_percent(doubt)
    sdr_db = {name: _sdr_db(doubt, number, mix) for number, name in enumerate(STEMS)}
    found = {name: _quality(sdr_db[name], shares[name], mix) for name in STEMS}
    number = STEMS.index("vocals")
    wanted = float(doubt.wanted[number])
    rest = doubt.mid + doubt.side - 2 * (wanted + float(doubt.uncertain[number])) + wanted
    # What is wrong in the instrumental is what is wrong in the vocals: all of them, if there is no voice.
    apart_db = 10 * math.log10(max(rest, 1e-12) / max(wanted, 1e-12))
    has_voice = not ear.has_no_voice and sdr_db["vocals"] is not None
    given_db = apart_db + (sdr_db["vocals"] or 0.0) * has_voice if wanted > 0 else None
    found["instrumental"] = _quality(given_db, 100.0 - shares["vocals"], mix)
    if ear.is_noise or ear.is_spoken:
        no_music = StemQuality(grade="poor", estimated_sdr_db=None, confidence=0.7)
        return {name: no_music if one.grade != "absent" else one for name, one in found.items()}
    if ear.is_instrumental:
        sure = round(min(1 / (1 + math.exp(ear.voice_odds or 0.0)), 0.9), 2)
        found["vocals"] = StemQuality(grade="absent", estimated_sdr_db=None, confidence=sure)
        # All of the song: nothing can be wrong in it but that somebody sings after all.
        found["instrumental"] = StemQuality(grade="good", estimated_sdr_db=None, confidence=sure)
        return found
    if found["vocals"].grade != "absent" and ear.voice_odds is not None and ear.voice_odds < VOICE_ODDS:
        sure = 1 / (1 + math.exp(-abs(ear.voice_odds)))
        found["vocals"] = StemQuality(
            grade="absent" if ear.has_no_voice else "poor",
            estimated_sdr_db=None,
            confidence=round(min(sure, 0.9) if ear.has_no_voice else 0.5, 2),
        )
    return found


def _sdr_db(doubt: Doubt, number: int, mix: Mix) -> float | None:
    """Return the estimated ratio of a stem, on the line that `tools/train_stem_judge.py` has fitted."""
    wanted, line = float(doubt.wanted[number]), judges()["sdr"]
    if wanted <= 0:
        return None
    ratio_db = 10 * math.log10(wanted / max(float(doubt.uncertain[number]), 1e-4 * wanted))
    sdr_db: float = line["slope"] * ratio_db + line["offsets_db"][STEMS[number]]
    return sdr_db - (MONO_PENALTY_DB if mix.is_mono else 0.0)


def _quality(sdr_db: float | None, share_percent: float, mix: Mix) -> StemQuality:
    if share_percent < ABSENT_PERCENT or sdr_db is None:
        return StemQuality(grade="absent", estimated_sdr_db=None, confidence=0.5)
    told_db = round(sdr_db, 1)  # the grade is that of the figure which is told
    grade: Grade = "good" if told_db >= GOOD_SDR_DB else "fair" if told_db >= FAIR_SDR_DB else "poor"
    return StemQuality(grade=grade, estimated_sdr_db=told_db, confidence=_confidence(sdr_db, mix))


def _confidence(sdr_db: float, mix: Mix) -> float:
    """Trust an estimate less in mono, in short songs, and near the border between two grades."""
    nearest_db = min(abs(sdr_db - GOOD_SDR_DB), abs(sdr_db - FAIR_SDR_DB))
    sure = math.erf(nearest_db / judges()["sdr"]["spread_db"] / math.sqrt(2))
    return round(float(np.clip(0.3 + 0.5 * sure - (0.2 if mix.is_mono else 0.0), 0.1, 0.9)), 2)


def overall(grades: dict[str, StemQuality]) -> Grade:
    """Return the middle grade of the stems that are there."""
    order: tuple[Grade, ...] = ("poor", "fair", "good")
    there = sorted(order.index(one.grade) for name, one in grades.items() if name in STEMS and one.grade in order)
    return order[there[(len(there) - 1) // 2]] if there else "absent"


def warnings(
    doubt: Doubt | None, found: dict[str, StemQuality], mix: Mix, ear: Ear = DEAF, asked: Collection[str] = STEMS
) -> tuple[str, ...]:
    """Return what to know before using the stems that were asked for."""
    told = []
    heard = doubt.without_voice() if doubt is not None and ear.is_instrumental else doubt
    if mix.is_mono:
        told.append(
            "The song is mono: nothing tells voices from instruments by their place, and the vocals stem will hold"
            " parts of the others."
        )
    if doubt is not None and heard is not None:
        told += _heard(shares_percent(doubt), ear)
        shares = shares_percent(heard)
        loudest = max(shares, key=lambda name: shares[name])
        if shares[loudest] > ALONE_PERCENT and not ear.is_noise:
            told.append(f"Nearly all of the sound went to {loudest}: there may be nothing to take apart.")
        poor = [name for name in STEMS if name in asked and found[name].grade == "poor"]
        if poor and not (ear.is_spoken or ear.is_noise):
            told.append(
                f"Not to be used alone, for the network could not tell {'it' if len(poor) == 1 else 'them'} from the"
                f" rest: {', '.join(poor)}."
            )
    if mix.duration_s < 3.0:
        told.append("The sound is shorter than 3 s: the network has little to go by.")
    return tuple(told)


def _heard(shares: dict[str, float], ear: Ear) -> list[str]:
    if ear.is_spoken:
        return [
            "It sounds like speech, not like music: none of the stems holds the voice as a whole. Use the file itself."
        ]
    no_music = [NO_MUSIC] if ear.is_noise else []
    if shares["vocals"] < ABSENT_PERCENT:
        return no_music
    percent = f"{whole(shares['vocals']) or 'less than 1'} %"
    if ear.is_instrumental:
        return [
            *no_music,
            f"Nobody sings: the {percent} of the sound that went to the vocals stem does not sound like a voice"
            " anywhere. It was put back to the instruments (other, instrumental); the vocals stem is silent.",
        ]
    if ear.is_noise:
        return no_music
    if ear.has_no_voice:
        return [
            f"What the vocals stem holds does not sound like a voice, so there are no vocals: the"
            f" {percent} of the sound that went there are instruments, and other and the instrumental lack them."
        ]
    if ear.is_sparse:
        return [
            f"Most of what the vocals stem holds ({percent} of the sound) does not sound like a voice, but some of it"
            " may be one. Listen to it first: other and the instrumental lack all of it."
        ]
    if ear.is_doubtful:
        why = "the song is too short to tell" if ear.is_brief else "it cannot be told"
        return [f"What the vocals stem holds may be a voice or an instrument: {why}. Listen to it first."]
    return []

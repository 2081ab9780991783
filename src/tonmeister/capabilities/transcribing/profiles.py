"""What is known of an instrument before a note of it is heard."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from tonmeister.capabilities.transcribing.params import Instrument
from tonmeister.engines.note_creation import Decoding
from tonmeister.engines.note_judge import PROPOSALS

_SURE = (0.02, 0.98)


class Profile(BaseModel):
    """An instrument's entry in profiles.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    low_midi: int = Field(ge=0, le=127)
    high_midi: int = Field(ge=0, le=127)
    program: int = Field(ge=0, le=127)
    judge: str = "any"
    tuning: str | None = None
    is_single_voice: bool = False
    n_staves: Literal[1, 2, "by range"] = 1

    def proposals(self, sensitivity_percent: float, low_midi: int | None = None) -> Decoding:
        """Return which notes the judge is asked about: more of them at a high sensitivity."""
        lower = 0.003 * max(sensitivity_percent - 50.0, 0.0)
        return replace(
            PROPOSALS,
            onset_threshold=PROPOSALS.onset_threshold - lower,
            note_threshold=PROPOSALS.note_threshold - 0.5 * lower,
            low_midi=self.low_midi if low_midi is None else min(self.low_midi, low_midi),
            high_midi=self.high_midi,
        )


def least_likely(sensitivity_percent: float) -> float:
    """Return how likely a note must be to be taken: as likely as not at 50 %."""
    return min(max(1.0 - sensitivity_percent / 100.0, _SURE[0]), _SURE[1])


def load_profile(instrument: Instrument) -> Profile:
    """Return the profile of an instrument."""
    entries = tomllib.loads(Path(__file__).with_name("profiles.toml").read_text(encoding="utf-8"))
    return Profile.model_validate(entries[instrument])

"""Whether what a stem holds sounds like a voice, and whether a song sounds like speech, or like no music at all."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from tonmeister.dsp.noise_traits import measure_noise_traits
from tonmeister.dsp.voice_traits import HOP_SAMPLES, NAMES, RATE_HZ, WINDOW_S, measure_voice_traits
from tonmeister.engines.pitch_tracker import track_pitch
from tonmeister.media.reader import open_audio
from tonmeister.media.resample import resample_blocks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tonmeister.core.audio import Samples

NO_VOICE_ODDS, VOICE_ODDS = -1.0, 0.3
"""Mean log odds below which no voice is heard, and from which on one is; between them it is doubtful."""
CERTAIN_ODDS = -1.5
"""Log odds that no stretch of a stem may reach if it is to be put back: real voices behind a loud band reach -1."""
LOUD_DB = -20.0
"""Stretches so far below the loudest say nothing."""
MOST_WINDOWS = 10
SOUNDING_DB = -40.0
"""Where a whole stem is searched for a voice, stretches so far below the loudest hold none that could be missed."""
SPOKEN_VOICED, SPOKEN_HELD, SPOKEN_OFF = 0.35, 0.45, 0.2
"""Speech: voiced for so long, its pitch held for less, and as far from semitones as chance (0.25)."""
NOISE_LINES_DB, NOISE_RISES_DB = 1.4, 2.0
"""Noise: its spectrum has no lines and nothing begins. Each stretch of the real songs looked at has more of one."""
DENIAL_S = 12.0
"""In a song shorter than three stretches no voice is denied: one line may be all that is sung in it."""
_LEAST_S = 1.0


@dataclass(frozen=True)
class Ear:
    """What was heard of the stem of the voice, and of the song."""

    voice_odds: float | None = None
    """Mean log odds that the vocals stem holds a voice; none where it is too short or was not listened to."""
    best_odds: float | None = None
    """Log odds of the stretch of the whole stem that is most like a voice; none where the mean does not ask for it."""
    is_spoken: bool = False
    """Whether the song sounds like somebody who speaks."""
    is_noise: bool = False
    """Whether the song sounds like steady noise, without a note or a beat."""
    is_brief: bool = False
    """Whether there was too little to listen to for saying that nobody sings."""
    is_empty: bool = False
    """Whether hardly anything went to the stem."""

    @property
    def has_no_voice(self) -> bool:
        """Whether what the stem holds does not sound like a voice."""
        return self._lacks_voice and not self.is_sparse

    @property
    def is_sparse(self) -> bool:
        """Whether a stretch here or there sounds like a voice, and most does not."""
        return self._lacks_voice and self.best_odds is not None and self.best_odds >= VOICE_ODDS

    @property
    def is_instrumental(self) -> bool:
        """Whether no stretch of the stem is anything like a voice: then none is lost where it is put back."""
        return self._lacks_voice and not self.is_spoken and self.best_odds is not None and self.best_odds < CERTAIN_ODDS

    @property
    def found(self) -> Literal["heard", "doubtful", "in places", "none"] | None:
        """Return what is to be told of a voice."""
        if self.is_empty:
            return "none"
        if self.voice_odds is None:
            return None
        if self._lacks_voice:
            return "in places" if self.is_sparse else "none"
        return "doubtful" if self.is_doubtful else "heard"

    @property
    def _lacks_voice(self) -> bool:
        return self.voice_odds is not None and self.voice_odds < NO_VOICE_ODDS and (self.is_noise or not self.is_brief)

    @property
    def is_doubtful(self) -> bool:
        """Whether it may be a voice, or not."""
        return self.voice_odds is not None and self.voice_odds < VOICE_ODDS and not self._lacks_voice


@functools.cache
def judges() -> dict[str, Any]:
    """Return what `tools/train_stem_judge.py` has learned."""
    found: dict[str, Any] = json.loads(Path(__file__).with_name("judges.json").read_text(encoding="utf-8"))
    return found


def window_traits(
    sound: NDArray[np.float32], *, hop_windows: float = 1.0, tick: Callable[[], None] = lambda: None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the traits of each window of mono sound at `RATE_HZ`, shape (windows, traits), and its power."""
    length = round(WINDOW_S * RATE_HZ)
    pieces = (sound[np.newaxis, start : start + length] for start in range(0, len(sound), length))
    track = track_pitch(pieces, progress=lambda _: tick())
    traits, power = [], []
    for start in range(0, max(1, len(sound) - length + 1), round(hop_windows * length)):
        part = sound[start : start + length]
        if len(part) >= _LEAST_S * RATE_HZ:
            own = slice(start // HOP_SAMPLES, (start + len(part)) // HOP_SAMPLES)
            traits.append(measure_voice_traits(part, track.midi[own], track.confidence[own]))
            power.append(float(np.mean(part.astype(np.float64) ** 2)))
            tick()
    return np.array(traits).reshape(-1, len(NAMES)), np.array(power)


def window_odds(traits: NDArray[np.float64], model: dict[str, Any]) -> NDArray[np.float64]:
    """Return the log odds that each window holds a voice."""
    apart = np.clip((traits - np.array(model["mean"])) / np.array(model["spread"]), -4, 4)
    return np.asarray(apart @ np.array(model["weights"]) + model["bias"], np.float64)


def estimate_voice_odds(path: Path, tick: Callable[[], None]) -> float | None:
    """Return the mean log odds that the loudest stretches of a file hold a voice; None if it is too short or silent."""
    traits, power = window_traits(_loudest(path, tick), tick=tick)
    if not len(traits) or not power.max():
        return None
    return float(window_odds(traits[power >= power.max() * 10 ** (LOUD_DB / 10)], judges()["voice"]).mean())


def find_best_odds(path: Path, tick: Callable[[], None]) -> float | None:
    """Return the log odds of the stretch of a whole file that is most like a voice; None if it is silent."""
    found: list[tuple[float, float]] = []
    with open_audio(path, max_duration_s=float("inf")) as reader:
        for part, _ in _louder_side(reader.blocks(65536), reader.info.sample_rate, MOST_WINDOWS):
            # each stretch overlaps the next by half: what lies on a border of one is in the middle of another
            traits, power = window_traits(part, hop_windows=0.5, tick=tick)
            if len(traits):
                found += zip(power.tolist(), window_odds(traits, judges()["voice"]).tolist(), strict=True)
    loudest = max((power for power, _ in found), default=0.0)
    if not loudest:
        return None
    return max(odds for power, odds in found if power >= loudest * 10 ** (SOUNDING_DB / 10))


def is_spoken(blocks: Iterator[Samples], sample_rate: int, tick: Callable[[], None]) -> bool:
    """Tell whether a song sounds like somebody who speaks, and nothing else."""
    traits, power = window_traits(_loudest_of(blocks, sample_rate, tick), tick=tick)
    if not len(traits) or not power.max():
        return False
    mean = dict(zip(NAMES, traits[power >= power.max() * 10 ** (LOUD_DB / 10)].mean(axis=0), strict=True))
    return bool(
        mean["voiced"] >= SPOKEN_VOICED and mean["held"] <= SPOKEN_HELD and mean["off the semitone"] >= SPOKEN_OFF
    )


def is_noise(blocks: Iterator[Samples], sample_rate: int, rms: float, tick: Callable[[], None]) -> bool:
    """Tell whether a song with that RMS sounds like steady noise and nothing else; the first note or beat denies it."""
    was_heard = False
    for part, energy in _louder_side(blocks, sample_rate, 1):
        tick()
        if len(part) < _LEAST_S * RATE_HZ or energy / len(part) < rms**2 * 10 ** (LOUD_DB / 10):
            continue
        lines_db, rises_db = measure_noise_traits(part)
        if lines_db > NOISE_LINES_DB or rises_db > NOISE_RISES_DB:
            return False
        was_heard = True
    return was_heard


def _loudest(path: Path, tick: Callable[[], None]) -> NDArray[np.float32]:
    with open_audio(path, max_duration_s=float("inf")) as reader:
        return _loudest_of(reader.blocks(65536), reader.info.sample_rate, tick)


def _loudest_of(blocks: Iterator[Samples], sample_rate: int, tick: Callable[[], None]) -> NDArray[np.float32]:
    """Return the `MOST_WINDOWS` loudest windows of a sound one after the other, mono at `RATE_HZ`."""
    length = round(WINDOW_S * RATE_HZ)
    kept: list[tuple[float, int, NDArray[np.float32]]] = []
    for number, (part, energy) in enumerate(_louder_side(blocks, sample_rate, 1)):
        tick()
        if len(part) == length or not kept:
            kept.append((energy, number, part))
            kept = sorted(kept, key=lambda one: -one[0])[:MOST_WINDOWS]
    return np.concatenate([np.zeros(0, np.float32), *(part for _, _, part in sorted(kept, key=lambda one: one[1]))])


def _louder_side(
    blocks: Iterator[Samples], sample_rate: int, n_windows: int
) -> Iterator[tuple[NDArray[np.float32], float]]:
    """Yield a sound so many windows at a time, mono at `RATE_HZ`, each with its energy.

    Of each piece the louder of mid and side is taken: a voice with opposite channels is all in the side.
    """
    n_samples = n_windows * round(WINDOW_S * RATE_HZ)
    halves = (block * np.float32(0.5) for block in blocks)
    mid_side = (np.stack([half[0] + half[-1], half[0] - half[-1]]) for half in halves)
    for block in resample_blocks(mid_side, sample_rate, RATE_HZ, quality="HQ", n_samples=n_samples):
        energies = np.sum(block.astype(np.float64) ** 2, axis=1)
        louder = int(energies.argmax())
        yield np.asarray(block[louder], np.float32), float(energies[louder])

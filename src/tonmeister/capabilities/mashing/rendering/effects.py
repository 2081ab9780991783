"""The closed list of effects, each at its place in a clip."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from tonmeister.capabilities.mashing.plan import Effect
from tonmeister.core.audio import Samples
from tonmeister.dsp.ducking import pump
from tonmeister.dsp.echoes import echoes, reverberation
from tonmeister.dsp.fades import fade_in
from tonmeister.dsp.turntable import roll_loop, stop_platter, sweep_filter

SWEEP_HZ = (250.0, 18000.0)
SWEEP_Q = 1.1
REVERB_S, REVERB_DB = 1.7, -10.0
DELAY_BEATS, DELAY_FEEDBACK, DELAY_DB = 0.75, 0.4, -8.0
ECHO_BEATS, ECHO_FEEDBACK = 1.0, 0.55
PUMP_DB = 7.0
STOP_BEATS = 2
ROLL_BEATS = 4


@dataclass(frozen=True)
class Place:
    """Where a clip lies in its sound, in samples."""

    start: int
    end: int
    beat: float
    sample_rate: int

    @property
    def n_beats(self) -> int:
        """Whole beats of the clip."""
        return int((self.end - self.start) / self.beat + 1e-6)


def tail_s(effects: Iterable[Effect], beat_s: float) -> float:
    """Return how long effects ring on after a clip's end."""
    lengths = {
        "reverb": REVERB_S + 0.1,
        "delay": 6 * DELAY_BEATS * beat_s,
        "echo_out": 8 * ECHO_BEATS * beat_s,
    }
    return max((lengths.get(effect, 0.0) for effect in effects), default=0.0)


def apply_effect(name: Effect, sound: Samples, place: Place) -> None:
    """Send a clip through an effect, in place; ``sound`` (2, samples) has room for what rings on."""
    _EFFECTS[name](sound, place)


def _sweep_up(sound: Samples, place: Place) -> None:
    sound[:, : place.end] = sweep_filter(
        sound[:, : place.end], place.sample_rate, kind="low", from_hz=SWEEP_HZ[0], to_hz=SWEEP_HZ[1], q=SWEEP_Q
    )


def _sweep_down(sound: Samples, place: Place) -> None:
    sound[:] = sweep_filter(sound, place.sample_rate, kind="low", from_hz=SWEEP_HZ[1], to_hz=SWEEP_HZ[0], q=SWEEP_Q)


def _reverb(sound: Samples, place: Place) -> None:
    wet = reverberation(sound, place.sample_rate, decay_s=REVERB_S)[:, : sound.shape[1]]
    sound += np.float32(10 ** (REVERB_DB / 20)) * wet


def _delay(sound: Samples, place: Place) -> None:
    wet = echoes(
        sound,
        place.sample_rate,
        delay_samples=round(DELAY_BEATS * place.beat),
        feedback=DELAY_FEEDBACK,
        n_samples=sound.shape[1],
    )
    sound += np.float32(10 ** (DELAY_DB / 20)) * wet


def _echo_out(sound: Samples, place: Place) -> None:
    sound[:, place.end :] = 0
    n_beat = round(ECHO_BEATS * place.beat)
    start = max(0, place.end - n_beat)
    last = sound[:, start : place.end].copy()
    fade_in(last, round(0.005 * place.sample_rate))
    sound[:, start:] += echoes(
        last, place.sample_rate, delay_samples=n_beat, feedback=ECHO_FEEDBACK, n_samples=sound.shape[1] - start
    )


def _sidechain(sound: Samples, place: Place) -> None:
    beats = place.start + np.arange(place.n_beats) * place.beat
    if len(beats) >= 2:
        pump(sound, place.sample_rate, beats, depth_db=PUMP_DB)


def _vinyl_stop(sound: Samples, place: Place) -> None:
    n_stop = min(round(STOP_BEATS * place.beat), place.end - place.start)
    sound[:, : place.end] = stop_platter(sound[:, : place.end], n_stop)
    sound[:, place.end :] = 0


def _loop_roll(sound: Samples, place: Place) -> None:
    n_beats = min(ROLL_BEATS, place.n_beats)
    if n_beats >= 1:
        sound[:, : place.end] = roll_loop(sound[:, : place.end], place.sample_rate, int(place.beat), n_beats=n_beats)
    sound[:, place.end :] = 0


_EFFECTS: dict[Effect, Callable[[Samples, Place], None]] = {
    "filter_sweep_up": _sweep_up,
    "filter_sweep_down": _sweep_down,
    "echo_out": _echo_out,
    "reverb": _reverb,
    "delay": _delay,
    "sidechain": _sidechain,
    "vinyl_stop": _vinyl_stop,
    "loop_roll": _loop_roll,
}

"""What the stems of a song sound like, beat by beat."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from tonmeister.dsp.chroma import FRAME_S as PITCH_FRAME_S
from tonmeister.dsp.chroma import PitchLevels, pitch_classes
from tonmeister.dsp.mashability import frame_means
from tonmeister.dsp.onsets import FRAME_S, RATE_HZ, BandLevels, mel_centres_hz, spectral_flux

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tonmeister.core.audio import Samples

STEM_ORDER = ("drums", "bass", "other", "vocals")
BAND_EDGES_HZ = (220.0, 1760.0)
PARTS_PER_BEAT = 4
_FLOOR_DB = -90.0
VOICE_DB = (-20.0, -8.0)
"""A vocal stem so far below the mix is no voice; from the second on it is one."""
LEAST_SONG_VOICE = 0.04
"""Below this a song counts as instrumental."""
SILENT_BELOW_OWN_DB, SILENT_BELOW_SONG_DB = 20.0, 30.0
"""A bar so far below the loud bars of its stem holds what has leaked into it, so far below the song nobody hears it. In
real songs of the draft tier, bars in which the drums pause lie 22 to 70 dB below those in which they play."""
HOLLOW_BELOW_SONG_DB = 20.0
"""Beats in which drums, bass and other together are so far below the song are a hole in it."""


@dataclass(frozen=True)
class StemCurves:
    """Curves on the beats of a song's whole bars.

    Attributes
    ----------
    lead_classes, backing_classes
        Pitch classes of what leads (the voice, where none is the other instruments), and of bass and other: shape
        (bars, beats, 12).
    level_db
        Level of drums, bass, other and voice: shape (bars, beats, 4).
    voice
        From 0 to 1, how far the vocal stem stands in front: shape (bars, beats).
    lead_strokes, backing_strokes
        Rise of low and high bands, four parts a beat: shape (bars, beats * 4, 2).
    lead_bands, backing_bands
        Loudness in three bands: shape (bars, beats, 3).
    """

    lead_classes: NDArray[np.float32]
    backing_classes: NDArray[np.float32]
    level_db: NDArray[np.float32]
    voice: NDArray[np.float32]
    lead_strokes: NDArray[np.float32]
    backing_strokes: NDArray[np.float32]
    lead_bands: NDArray[np.float32]
    backing_bands: NDArray[np.float32]

    def save(self, path: Path) -> None:
        """Write the curves."""
        np.savez(path, allow_pickle=False, **{field.name: getattr(self, field.name) for field in fields(self)})

    @property
    def is_sung(self) -> bool:
        """Whether the song has a voice that can lead."""
        return float(np.mean(self.voice > 0.5)) >= LEAST_SONG_VOICE

    @property
    def sounds(self) -> NDArray[np.bool_]:
        """Whether drums, bass and other sound in a bar: shape (bars, 3)."""
        power = _powers(self.level_db)
        bars_db = 10 * np.log10(power.mean(axis=1)[:, :3])
        loud_db = np.percentile(bars_db, 90, axis=0)
        return np.asarray(
            (bars_db > loud_db - SILENT_BELOW_OWN_DB) & (bars_db > _song_db(power) - SILENT_BELOW_SONG_DB)
        )

    @property
    def is_hollow(self) -> NDArray[np.bool_]:
        """Whether next to nothing of drums, bass and other is heard in a beat: shape (bars, beats)."""
        power = _powers(self.level_db)
        return np.asarray(10 * np.log10(power[..., :3].sum(axis=-1)) < _song_db(power) - HOLLOW_BELOW_SONG_DB)

    @staticmethod
    def load(path: Path) -> StemCurves:
        """Read what `save` wrote."""
        with np.load(path, allow_pickle=False) as kept:
            return StemCurves(**{name: kept[name] for name in kept.files})


def hear_stems(
    blocks: Iterator[tuple[Samples, ...]],
    edges_s: NDArray[np.float64],
    *,
    tuning_cents: float = 0.0,
    lead: Literal["vocals", "other"] = "vocals",
) -> StemCurves:
    """Listen to the stems.

    Parameters
    ----------
    blocks
        Drums, bass, other and vocals at 22.05 kHz, block by block, each of shape (1 or 2, samples).
    edges_s
        Beats of the bars, shape (bars, beats + 1), see `bar_edges`.
    tuning_cents
        Tuning of the song.
    lead
        What leads. Where it is not the voice, there is none: what the vocal stem holds has leaked into it.
    """
    leading, backing = _Ear(), _Ear()
    powers = _Powers()
    for drums, bass, other, vocals in blocks:
        heard = vocals if lead == "vocals" else other
        leading.levels.push(heard)
        leading.pitches.push(heard)
        backing.levels.push(drums + bass + other)
        backing.pitches.push(bass + other)
        powers.push((drums, bass, other, vocals))
    n_bars, n_beats = edges_s.shape[0], edges_s.shape[1] - 1
    beats = _flat(edges_s)
    level_db = 10 * np.log10(np.maximum(frame_means(powers.finish(), FRAME_S, beats), 10 ** (_FLOOR_DB / 10)))
    level_db = _barred(level_db, n_bars, n_beats)
    front, back = leading.finish(), backing.finish()
    return StemCurves(
        lead_classes=_barred(front.classes(beats, tuning_cents), n_bars, n_beats),
        backing_classes=_barred(back.classes(beats, tuning_cents), n_bars, n_beats),
        level_db=level_db,
        voice=_voice(level_db) if lead == "vocals" else np.zeros(level_db.shape[:2], np.float32),
        lead_strokes=front.strokes(edges_s),
        backing_strokes=back.strokes(edges_s),
        lead_bands=_barred(front.bands(beats), n_bars, n_beats),
        backing_bands=_barred(back.bands(beats), n_bars, n_beats),
    )


def _powers(level_db: NDArray[np.float32]) -> NDArray[np.float64]:
    return np.asarray(10 ** (level_db.astype(np.float64) / 10))


def _song_db(power: NDArray[np.float64]) -> float:
    """Return the level of the song as a whole."""
    return float(10 * np.log10(power.sum(axis=-1).mean()))


def _voice(level_db: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how far the vocal stem stands in front of the mix, where the mix itself sounds."""
    mix_db = 10 * np.log10(np.sum(10 ** (level_db / 10), axis=-1))
    top_db = float(np.percentile(mix_db, 95)) if mix_db.size else 0.0
    low, high = VOICE_DB
    beside_mix = np.clip((level_db[..., 3] - mix_db - low) / (high - low), 0, 1)
    beside_top = np.clip((level_db[..., 3] - top_db + 36) / 12, 0, 1)
    return np.asarray(beside_mix * beside_top, np.float32)


def _flat(edges_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the beats of all bars one after the other, and the end of the last."""
    return np.append(edges_s[:, :-1].ravel(), edges_s[-1, -1])


def _barred(values: NDArray[np.floating], n_bars: int, n_beats: int) -> NDArray[np.float32]:
    return np.asarray(values.reshape(n_bars, n_beats, *values.shape[1:]), np.float32)


class _Heard:
    def __init__(self, level_db: NDArray[np.float16], magnitude: NDArray[np.float16]):
        self._level_db, self._magnitude = level_db, magnitude

    def classes(self, beats_s: NDArray[np.float64], tuning_cents: float) -> NDArray[np.float64]:
        """Return the pitch classes of each beat."""
        return frame_means(pitch_classes(self._magnitude, tuning_cents), PITCH_FRAME_S, beats_s)

    def strokes(self, edges_s: NDArray[np.float64]) -> NDArray[np.float32]:
        """Return how much low and high bands rise around each quarter of a beat."""
        groups = spectral_flux(self._level_db)
        flux = np.stack([groups[:, 0], groups[:, 2:].mean(axis=1)], axis=1)
        n_bars, n_beats = edges_s.shape[0], edges_s.shape[1] - 1
        share = np.arange(n_beats * PARTS_PER_BEAT) / PARTS_PER_BEAT
        places = np.stack([np.interp(share, np.arange(n_beats + 1), row) for row in edges_s])
        reach = 0.5 / PARTS_PER_BEAT * np.diff(edges_s, axis=1).mean()
        windows = np.stack([places.ravel() - reach, places.ravel() + reach], axis=1)
        sums = np.concatenate([np.zeros((1, 2)), np.cumsum(flux.astype(np.float64), axis=0)])
        at = np.clip(np.rint(windows / FRAME_S).astype(np.int64), 0, len(flux))
        return np.asarray((sums[at[:, 1]] - sums[at[:, 0]]).reshape(n_bars, -1, 2), np.float32)

    def bands(self, beats_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return loudness in three bands: Stevens' power law for each mel band, mean over those of a band."""
        loudness = 10 ** (0.03 * np.maximum(self._level_db.astype(np.float32), _FLOOR_DB))
        loudness -= 10 ** (0.03 * _FLOOR_DB)
        which = np.searchsorted(BAND_EDGES_HZ, mel_centres_hz())
        grouped = np.stack([loudness[:, which == group].mean(axis=1) for group in range(3)], axis=1)
        return frame_means(grouped, FRAME_S, beats_s)


class _Ear:
    def __init__(self) -> None:
        self.levels, self.pitches = BandLevels(), PitchLevels()

    def finish(self) -> _Heard:
        """Return what was heard."""
        return _Heard(self.levels.finish().level_db, self.pitches.finish().magnitude)


class _Powers:
    """Mean square of each stem every hop, streaming."""

    def __init__(self) -> None:
        self._rest: NDArray[np.float32] = np.zeros((len(STEM_ORDER), 0), np.float32)
        self._found: list[NDArray[np.float32]] = []

    def push(self, stems: tuple[Samples, ...]) -> None:
        """Take sound."""
        squares = np.stack([np.square(stem).mean(axis=0) for stem in stems])
        squares = np.concatenate([self._rest, squares], axis=1)
        hop = round(FRAME_S * RATE_HZ)
        n = squares.shape[1] // hop
        self._found.append(squares[:, : n * hop].reshape(len(STEM_ORDER), n, hop).mean(axis=2).T)
        self._rest = squares[:, n * hop :]

    def finish(self) -> NDArray[np.float32]:
        """Return all of it, shape (frames, stems)."""
        return np.concatenate([*self._found, np.zeros((1, len(STEM_ORDER)), np.float32)])

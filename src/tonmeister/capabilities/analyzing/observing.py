"""What is heard of a song before anything is judged: one pass over the sound, written down as curves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tonmeister.capabilities.analyzing.network import open_network
from tonmeister.capabilities.analyzing.params import ObserveParams, ObserveResult
from tonmeister.core.errors import AudioTooShortError, ModelMissingError
from tonmeister.dsp.chroma import PitchLevels
from tonmeister.dsp.loudness import KWeightedPower, channel_weights, measure_momentary_lufs, measure_power
from tonmeister.dsp.onsets import RATE_HZ, BandLevels
from tonmeister.engines.beat_network import BeatHearing
from tonmeister.engines.chord_network import FRAME_S as CHORD_FRAME_S
from tonmeister.engines.chord_network import MODEL as CHORD_MODEL
from tonmeister.engines.chord_network import Weights, hear_chords, load_weights
from tonmeister.engines.models import find_model
from tonmeister.media.fold import fold_to_stereo, tell_fold
from tonmeister.media.polarity import CANCELLED, look_ahead, turn_right_over
from tonmeister.media.reader import AudioReader, open_audio
from tonmeister.media.resample import resample_blocks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tonmeister.core.audio import Samples
    from tonmeister.core.context import Context
    from tonmeister.engines.beat_network import BeatNetwork

BLOCK_SAMPLES = 1 << 17
LOUDNESS_HOP_S = 0.1
SHORTEST_S = 0.1
CHORD_HOP_SAMPLES = round(CHORD_FRAME_S * RATE_HZ)
CHORD_PIECE_SAMPLES = 2560 * CHORD_HOP_SAMPLES
CHORD_LEAD_SAMPLES = 64 * CHORD_HOP_SAMPLES
"""Six seconds on either side of a piece let the network swing in."""
N_CHORD_CLASSES = 170
SILENCE_S = 10.0
"""So much of silence is heard; what is longer sounds no different."""
N_SILENT_PEAKS = 1000
MOMENT_S = 0.4
"""Length of what momentary loudness is measured in (EBU Tech 3341)."""


_SCALARS: tuple[tuple[str, type], ...] = (
    ("duration_s", float), ("peaks_hop_s", float), ("chord_frame_s", float), ("is_stereo", bool),
)  # fmt: skip


@dataclass(frozen=True)
class Features:
    """Curves over time.

    Attributes
    ----------
    duration_s
        Length of the sound.
    level_db, centre
        Levels of mel bands and what both channels share of them (`tonmeister.dsp.onsets.Levels`).
    pitch, deviation
        Pitch over time and deviations from A = 440 Hz (`tonmeister.dsp.chroma.Pitches`).
    momentary_lufs
        Every `LOUDNESS_HOP_S`.
    lowest, highest, peaks_hop_s
        Outline of the waveform.
    chord_classes, chord_bass, chord_pitch, chord_frame_s
        What the chord network hears (`tonmeister.engines.chord_network.ChordPosteriors`); empty where it is missing.
    beat_logits
        What a network of the user's hears (`tonmeister.engines.beat_network`), shape (frames, 2): beats and downbeats;
        without frames where none was given.
    is_stereo
        Whether there are two channels that differ.
    """

    duration_s: float
    level_db: NDArray[np.float16]
    centre: NDArray[np.float16]
    pitch: NDArray[np.float16]
    deviation: NDArray[np.float64]
    momentary_lufs: NDArray[np.float64]
    lowest: NDArray[np.float32]
    highest: NDArray[np.float32]
    peaks_hop_s: float
    chord_classes: NDArray[np.float16]
    chord_bass: NDArray[np.float16]
    chord_pitch: NDArray[np.float16]
    chord_frame_s: float
    beat_logits: NDArray[np.float32]
    is_stereo: bool

    def save(self, path: Path) -> None:
        """Write the curves."""
        np.savez(path, allow_pickle=False, **{name: np.asarray(value) for name, value in vars(self).items()})

    @staticmethod
    def load(path: Path) -> Features:
        """Read what `save` wrote."""
        with np.load(path, allow_pickle=False) as kept:
            values = {name: kept[name] for name in kept.files}
        for name, kind in _SCALARS:
            values[name] = kind(values[name])
        return Features(**values)


def observe(params: ObserveParams, ctx: Context) -> ObserveResult:
    """Read the sound once and write down its curves."""
    path, name = ctx.fetch(params.file), ctx.label(params.file)
    network = open_network(params, ctx)
    ctx.progress(0.0, "read")
    with open_audio(path, max_duration_s=ctx.max_duration_s) as reader:
        outlook = look_ahead(path, max_duration_s=ctx.max_duration_s, go_on=lambda: ctx.progress(0.0, "read"))
        if outlook.silent_samples is None:
            features = _hear(reader, ctx, network, is_opposite=outlook.is_opposite)
            repairs = reader.repairs
        else:
            features, repairs = _silence(outlook.silent_samples / reader.info.sample_rate), outlook.repairs
        n_channels = reader.info.n_channels
    if features.duration_s < SHORTEST_S:
        raise AudioTooShortError(
            f"{name} lasts {features.duration_s:.3f} s, too short to analyse.",
            field="file",
            value=name,
            bound=f"at least {SHORTEST_S} s",
            remedy="Choose a longer sound.",
        )
    if n_channels > 2:
        repairs = (*repairs, tell_fold(reader.info.layout))
    if outlook.is_opposite:
        repairs = (*repairs, CANCELLED)
    file = ctx.folder / "features.npz"
    features.save(file)
    ref = ctx.publish(file, f"{Path(name).stem}-features.npz", near=params.file)
    ctx.progress(1.0, "done")
    return ObserveResult(
        name=name, duration_s=features.duration_s, n_channels=n_channels, features=ref, repairs=repairs,
        beat_network=network.name if network else None, beat_network_licence=network.licence if network else None,
    )  # fmt: skip


def _hear(reader: AudioReader, ctx: Context, network: BeatNetwork | None, *, is_opposite: bool) -> Features:
    info = reader.info
    power = KWeightedPower(info.sample_rate, info.n_channels)
    outline = _Outline(info.sample_rate)
    blocks = _watched(reader, ctx, power, outline)
    if info.n_channels > 2:
        blocks = fold_to_stereo(blocks, info.layout)
    if is_opposite:
        blocks = turn_right_over(blocks)
    levels, pitches, chords = BandLevels(), PitchLevels(), _Chords(ctx)
    beats = BeatHearing(network, lambda: ctx.progress(_share(reader, outline), "listen to beats")) if network else None
    for block in resample_blocks(blocks, info.sample_rate, RATE_HZ, quality="HQ", n_samples=BLOCK_SAMPLES):
        levels.push(block)
        pitches.push(block)
        chords.push(block)
        if beats is not None:
            beats.push(block.mean(axis=0, dtype=np.float32))
    heard, tones = levels.finish(), pitches.finish()
    weighted = measure_power(power.energies(), channel_weights(info.n_channels, layout=info.layout))
    lowest, highest, hop_s = outline.finish()
    chord_classes, chord_bass, chord_pitch = chords.finish()
    beat_logits = np.zeros((0, 2), np.float32) if beats is None else beats.finish()
    return Features(
        duration_s=outline.n_samples / info.sample_rate,
        level_db=heard.level_db,
        centre=heard.centre,
        pitch=tones.magnitude,
        deviation=tones.deviation,
        momentary_lufs=measure_momentary_lufs(weighted)[::10],
        lowest=lowest,
        highest=highest,
        peaks_hop_s=hop_s,
        chord_classes=chord_classes,
        chord_bass=chord_bass,
        chord_pitch=chord_pitch,
        chord_frame_s=CHORD_FRAME_S,
        beat_logits=beat_logits,
        is_stereo=bool(info.n_channels > 1 and np.mean(heard.centre < 0.999) > 0.2),
    )


def _silence(duration_s: float) -> Features:
    """Return the curves of digital silence, which are the same throughout: but for loudness, of its beginning only."""
    levels, pitches = BandLevels(), PitchLevels()
    beginning = np.zeros((1, round(min(duration_s, SILENCE_S) * RATE_HZ)), np.float32)
    levels.push(beginning)
    pitches.push(beginning)
    heard, tones = levels.finish(), pitches.finish()
    return Features(
        duration_s=duration_s,
        level_db=heard.level_db,
        centre=heard.centre,
        pitch=tones.magnitude,
        deviation=tones.deviation,
        momentary_lufs=np.full(max(0, round((duration_s - MOMENT_S) / LOUDNESS_HOP_S) + 1), -np.inf),
        lowest=np.zeros(N_SILENT_PEAKS, np.float32),
        highest=np.zeros(N_SILENT_PEAKS, np.float32),
        peaks_hop_s=duration_s / N_SILENT_PEAKS,
        chord_classes=np.zeros((0, N_CHORD_CLASSES), np.float16),
        chord_bass=np.zeros((0, 13), np.float16),
        chord_pitch=np.zeros((0, 12), np.float16),
        chord_frame_s=CHORD_FRAME_S,
        beat_logits=np.zeros((0, 2), np.float32),
        is_stereo=False,
    )


def _watched(reader: AudioReader, ctx: Context, power: KWeightedPower, outline: _Outline) -> Iterator[Samples]:
    for block in reader.blocks(BLOCK_SAMPLES):
        power.push(block)
        outline.push(block)
        ctx.progress(_share(reader, outline), "listen")
        yield block


def _share(reader: AudioReader, outline: _Outline) -> float:
    n_expected = reader.info.n_samples or reader.info.n_samples_guessed or 0
    return min(0.95, outline.n_samples / n_expected) if n_expected else 0.5


class _Chords:
    """Runs the chord network over pieces of the sound, so that memory stays bounded."""

    def __init__(self, ctx: Context):
        self._ctx = ctx
        self._held: list[NDArray[np.float32]] = []
        self._n_held = 0
        self._n_lead = 0
        self._heard: list[tuple[NDArray[np.float16], ...]] = []
        try:
            self._weights: Weights | None = load_weights(find_model(CHORD_MODEL))
        except ModelMissingError:
            self._weights = None  # the result says "template"

    def push(self, block: Samples) -> None:
        """Take sound at 22.05 kHz."""
        if self._weights is None:
            return
        self._held.append(block.mean(axis=0, dtype=np.float32))
        self._n_held += block.shape[1]
        if self._n_held >= CHORD_PIECE_SAMPLES + 2 * CHORD_LEAD_SAMPLES:
            self._hear(CHORD_PIECE_SAMPLES + self._n_lead)

    def _hear(self, n_samples: int) -> None:
        """Hear what is held, and keep the frames of its first ``n_samples`` but for the lead."""
        assert self._weights is not None
        sound = np.concatenate(self._held)
        heard = hear_chords(
            sound[np.newaxis], RATE_HZ, self._weights, report=lambda _: self._ctx.progress(0.95, "listen to chords")
        )
        first, stop = self._n_lead // CHORD_HOP_SAMPLES, -(-n_samples // CHORD_HOP_SAMPLES)
        kinds = heard.classes, heard.bass, heard.pitch
        self._heard.append(tuple(kind[first:stop].astype(np.float16) for kind in kinds))
        kept = max(0, n_samples - CHORD_LEAD_SAMPLES)
        self._held, self._n_held = [sound[kept:]], len(sound) - kept
        self._n_lead = n_samples - kept

    def finish(self) -> tuple[NDArray[np.float16], NDArray[np.float16], NDArray[np.float16]]:
        """Return the posteriors of classes, bass and pitch classes."""
        if self._n_held > self._n_lead:
            self._hear(self._n_held)
        empty = tuple(np.zeros((0, n), np.float16) for n in (N_CHORD_CLASSES, 13, 12))
        classes, bass, pitch = (np.concatenate(kind) for kind in zip(empty, *self._heard, strict=True))
        return classes, bass, pitch


class _Outline:
    """Lowest and highest samples of about 1000 stretches, however long the sound."""

    def __init__(self, sample_rate: int, n_most: int = 2000):
        self.n_samples = 0
        self._rate, self._n_each, self._n_most = sample_rate, 256, n_most
        self._lowest, self._highest = np.zeros(0, np.float32), np.zeros(0, np.float32)
        self._rest = np.zeros(0, np.float32), np.zeros(0, np.float32)

    def push(self, block: Samples) -> None:
        """Take the next stretch of sound."""
        self.n_samples += block.shape[1]
        low = np.concatenate([self._rest[0], block.min(axis=0)])
        high = np.concatenate([self._rest[1], block.max(axis=0)])
        n_used = len(low) // self._n_each * self._n_each
        self._rest = low[n_used:], high[n_used:]
        self._lowest = np.concatenate([self._lowest, low[:n_used].reshape(-1, self._n_each).min(axis=1)])
        self._highest = np.concatenate([self._highest, high[:n_used].reshape(-1, self._n_each).max(axis=1)])
        while len(self._lowest) > self._n_most:
            n_pairs = len(self._lowest) // 2
            spare = len(self._lowest) % 2
            if spare:  # an odd stretch goes back to wait for its neighbour
                self._rest = (
                    np.concatenate([np.repeat(self._lowest[-1:], self._n_each), self._rest[0]]),
                    np.concatenate([np.repeat(self._highest[-1:], self._n_each), self._rest[1]]),
                )
            self._lowest = self._lowest[: 2 * n_pairs].reshape(n_pairs, 2).min(axis=1)
            self._highest = self._highest[: 2 * n_pairs].reshape(n_pairs, 2).max(axis=1)
            self._n_each *= 2

    def finish(self) -> tuple[NDArray[np.float32], NDArray[np.float32], float]:
        """Return lowest and highest samples, and the length of a stretch."""
        if len(self._rest[0]):
            self._lowest = np.append(self._lowest, self._rest[0].min())
            self._highest = np.append(self._highest, self._rest[1].max())
        return self._lowest, self._highest, self._n_each / self._rate

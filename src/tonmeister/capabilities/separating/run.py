"""The recipe: read, separate piece by piece, take the rest from the song itself, write, tell."""

from __future__ import annotations

import contextlib
import functools
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tonmeister.capabilities.separating import judge
from tonmeister.capabilities.separating.params import SeparateParams, SeparateResult, Stem, StemQuality
from tonmeister.capabilities.separating.voice import (
    DENIAL_S,
    NO_VOICE_ODDS,
    Ear,
    estimate_voice_odds,
    find_best_odds,
    is_noise,
    is_spoken,
)
from tonmeister.capabilities.separating.ways import DraftWay, ModelWay, Way
from tonmeister.core.errors import AudioSilentError, AudioTooShortError
from tonmeister.dsp.dither import Quantiser
from tonmeister.dsp.meter import Meter
from tonmeister.engines.separation_network import STEMS
from tonmeister.media.fold import fold_to_stereo, tell_fold
from tonmeister.media.formats import OutputFormat
from tonmeister.media.reader import open_audio
from tonmeister.media.resample import resample_blocks
from tonmeister.media.spool import Spool
from tonmeister.media.writer import AudioWriter

if TYPE_CHECKING:
    from tonmeister.core.audio import Samples
    from tonmeister.core.context import Context

SHORTEST_S = 0.5
SILENCE_DBFS = -80.0
SPOKEN_DRUMS_PERCENT = 30.0
"""Nobody speaks alone where so much of the sound is drums."""
_BLOCK_SAMPLES = 65536


def separate(params: SeparateParams, ctx: Context) -> SeparateResult:
    """Separate one song; memory does not grow with its length."""
    ctx.progress(0.0, "read")
    path, name = ctx.fetch(params.file), ctx.label(params.file)
    way: Way = DraftWay() if params.tier == "draft" else ModelWay(params, ctx)
    with contextlib.ExitStack() as stack:
        song = stack.enter_context(_read(path, ctx))
        bench = stack.enter_context(_Bench(params, way, song, ctx))
        bench.work()
        ear = bench.hear()
        if ear.is_instrumental:
            bench.take_back()
        gain_db = bench.deliver_gain_db()
        result = _tell(params, way, song, bench, ear, gain_db, name, ctx)
    ctx.progress(1.0, "done")
    return result


class _Song:
    """The song as it came in: at its own rate, mono or stereo, with what was seen of it."""

    def __init__(
        self, spool: Spool, sample_rate: int, told: tuple[tuple[str, ...], tuple[str, ...]], mid: float, side: float
    ):
        self.spool, self.sample_rate = spool, sample_rate
        self.repairs, self.warnings = told
        self.mix = judge.Mix(mid, side, spool.n_samples / sample_rate, spool.n_samples)

    def __enter__(self) -> _Song:
        return self

    def __exit__(self, *_: object) -> None:
        self.spool.close()

    def stereo_blocks(self) -> Iterator[Samples]:
        """Yield the song as stereo."""
        for block in self.spool.blocks(_BLOCK_SAMPLES):
            yield block if block.shape[0] == 2 else np.repeat(block, 2, axis=0)


def _read(path: Path, ctx: Context) -> _Song:
    with open_audio(path, max_duration_s=ctx.max_duration_s) as reader:
        info = reader.info
        spool = Spool(min(2, info.n_channels), folder=ctx.folder)
        n_expected = info.n_samples or info.n_samples_guessed or 0
        mid = side = peak = 0.0
        blocks: Iterator[Samples] = reader.blocks(_BLOCK_SAMPLES)
        try:
            for block in fold_to_stereo(blocks, info.layout) if info.n_channels > 2 else blocks:
                spool.append(block)
                left, right = block[0].astype(np.float64), block[-1].astype(np.float64)
                mid += float(np.sum((left + right) ** 2)) / 4
                side += float(np.sum((left - right) ** 2)) / 4
                peak = max(peak, float(np.abs(block).max(initial=0.0)))
                ctx.progress(0.08 * min(1.0, spool.n_samples / n_expected) if n_expected else 0.04, "read")
            _check(spool.n_samples / info.sample_rate, peak)
        except BaseException:
            spool.close()
            raise
        folded = (tell_fold(info.layout),) if info.n_channels > 2 else ()
        return _Song(spool, info.sample_rate, (reader.repairs, folded), mid, side)


def _check(duration_s: float, peak: float) -> None:
    if duration_s < SHORTEST_S:
        raise AudioTooShortError(
            f"The song lasts {duration_s:.2f} s; separating needs at least {SHORTEST_S:g} s.",
            field="file", value=duration_s, bound=SHORTEST_S, remedy="Give a longer piece.",
        )  # fmt: skip
    if peak < 10 ** (SILENCE_DBFS / 20):
        raise AudioSilentError(
            f"The song is silent: nothing in it reaches {SILENCE_DBFS:g} dBFS.",
            field="file", bound=SILENCE_DBFS, remedy="Give a file with sound.",
        )  # fmt: skip


@dataclass
class _Track:
    """A stem being written."""

    file: Path
    writer: AudioWriter
    meter: Meter
    energy: float = 0.0
    peak: float = 0.0

    def write(self, block: Samples) -> None:
        """Take a block."""
        block = np.ascontiguousarray(block, np.float32)
        self.writer.write(block)
        self.meter.push(block)
        self.energy += float(np.sum(block.astype(np.float64) ** 2))
        self.peak = max(self.peak, float(np.abs(block).max(initial=0.0)))


class _Bench:
    """Where the stems come together."""

    def __init__(self, params: SeparateParams, way: Way, song: _Song, ctx: Context):
        self.params, self.way, self.song, self.ctx = params, way, song, ctx
        self.n_channels = song.spool.n_channels
        self.lacking = 0.0
        self._n_done = 0
        self._stack = contextlib.ExitStack()
        self.tracks = {name: self._open(name) for name in params.stems}
        self._unasked: AudioWriter | None = None
        if way.doubt is not None and "vocals" in way.needed(params.stems) and "vocals" not in self.tracks:
            # What the rest is worth depends on whether there is a voice.
            fmt = OutputFormat("wav", song.sample_rate, self.n_channels, 32)
            self._unasked = self._stack.enter_context(AudioWriter(ctx.folder / "vocals.wav", fmt))

    def __enter__(self) -> _Bench:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def work(self) -> None:
        """Separate and write."""
        song = self.song
        names = self.way.needed(self.params.stems)
        for block in self._estimates(names):
            self._take(names, block)
        if self._n_done != song.spool.n_samples:
            raise RuntimeError(f"the stems have {self._n_done} samples, the song {song.spool.n_samples}")
        for track in self.tracks.values():
            track.writer.close()
        if self._unasked is not None:
            self._unasked.close()

    def hear(self) -> Ear:
        """Listen to the song, and to what was found of a voice."""
        doubt, ctx, song = self.way.doubt, self.ctx, self.song
        if doubt is None:
            return Ear()
        tick = functools.partial(ctx.progress, 0.9, "listen for a voice")
        shares = judge.shares_percent(doubt)
        odds = best = None
        ear = Ear(
            is_noise=is_noise(song.spool.blocks(_BLOCK_SAMPLES), song.sample_rate, song.mix.rms, tick),
            is_brief=song.mix.duration_s < DENIAL_S,
            is_empty="vocals" in self.way.needed(self.params.stems) and shares["vocals"] < judge.ABSENT_PERCENT,
        )
        if shares["vocals"] >= judge.ABSENT_PERCENT and (self._unasked or "vocals" in self.tracks):
            file = ctx.folder / "vocals.wav"
            odds = estimate_voice_odds(file, tick)
            # Who sings one verse of many is not among the loudest stretches: before anything is denied all is heard.
            best = find_best_odds(file, tick) if odds is not None and odds < NO_VOICE_ODDS else None
        ear = replace(ear, voice_odds=odds, best_odds=best)
        if ear.is_noise or shares["drums"] > SPOKEN_DRUMS_PERCENT:
            return ear
        return replace(ear, is_spoken=is_spoken(song.spool.blocks(_BLOCK_SAMPLES), song.sample_rate, tick))

    def take_back(self) -> None:
        """Give what was taken for a voice back to the instruments: the stems add up to the song as before."""
        voice = self.ctx.folder / "taken.wav"
        (self.ctx.folder / "vocals.wav").rename(voice)
        for name in ("other", "instrumental", "vocals"):
            if name not in self.tracks:
                continue
            old = self.tracks[name].file
            source = voice if name == "vocals" else old.rename(old.with_suffix(".before.wav"))
            track = self._open(name)
            with open_audio(source, max_duration_s=math.inf) as one, open_audio(voice, max_duration_s=math.inf) as two:
                for block, taken in zip(one.blocks(_BLOCK_SAMPLES), two.blocks(_BLOCK_SAMPLES), strict=True):
                    track.write(np.zeros_like(block) if name == "vocals" else block + taken)
                    self.ctx.progress(0.9, "put back what is no voice")
            track.writer.close()
            self.tracks[name] = track

    def _open(self, name: str) -> _Track:
        rate, file = self.song.sample_rate, self.ctx.folder / f"{name}.wav"
        writer = self._stack.enter_context(AudioWriter(file, OutputFormat("wav", rate, self.n_channels, 32)))
        return _Track(file, writer, Meter(rate, self.n_channels, oversampling=4))

    def _take(self, names: tuple[str, ...], block: Samples) -> None:
        """Write what was found of a stretch of the song, short enough to be stopped after it."""
        mix = self.song.spool.read(self._n_done, self._n_done + block.shape[1])
        found = {name: block[2 * i : 2 * i + self.n_channels, : mix.shape[1]] for i, name in enumerate(names)}
        self._write(mix, found)
        self._n_done += mix.shape[1]
        self._report()

    def _heard(self) -> Iterator[Samples]:
        for block in self.song.stereo_blocks():
            self._report()
            yield block

    def _report(self) -> None:
        self.ctx.progress(0.08 + 0.82 * self._n_done / self.song.spool.n_samples, "separate")

    def _estimates(self, names: tuple[str, ...]) -> Iterator[Samples]:
        """Yield what the network finds at the song's rate, the stems' channels below each other, in short stretches."""
        rate, song = self.way.sample_rate, self.song
        heard = resample_blocks(self._heard(), song.sample_rate, rate)
        pieces = self.way.separate(heard, names, self._report, song.mix.rms)
        found = (np.concatenate([piece[name] for name in names]) for piece in pieces)
        short = (part[:, i : i + _BLOCK_SAMPLES] for part in found for i in range(0, part.shape[1], _BLOCK_SAMPLES))
        if song.sample_rate == rate:
            return short
        # A pass through another rate may end a sample early or late: the song's own length decides.
        return _fitted(resample_blocks(short, rate, song.sample_rate), 2 * len(names), song.spool.n_samples)

    def _write(self, mix: Samples, found: dict[str, Samples]) -> None:
        stems = dict(found)
        if "other" not in stems and {"drums", "bass", "vocals"} <= stems.keys():
            stems["other"] = mix - stems["drums"] - stems["bass"] - stems["vocals"]
        elif {"drums", "bass", "other", "vocals"} <= stems.keys():
            rest = mix - sum(stems[name] for name in ("drums", "bass", "other", "vocals"))
            self.lacking += float(np.sum(rest.astype(np.float64) ** 2))
        if "vocals" in stems:
            stems["instrumental"] = mix - stems["vocals"]
        if "percussive" in stems:
            stems["harmonic"] = mix - stems["percussive"]
        for name, track in self.tracks.items():
            track.write(stems[name])
        if self._unasked is not None:
            self._unasked.write(np.ascontiguousarray(stems["vocals"], np.float32))

    def deliver_gain_db(self) -> float:
        """Turn the tracks into the format asked for, and return by how much that changed their level."""
        if self.params.format == "wav":
            return 0.0
        peak = max(track.peak for track in self.tracks.values())
        gain = min(1.0, (1 - 2.0**-22) / peak) if peak else 1.0
        fmt = OutputFormat("flac", self.song.sample_rate, self.n_channels, 24)
        for number, track in enumerate(self.tracks.values()):
            target = track.file.with_suffix(".flac")
            quantiser = Quantiser(24, self.n_channels, seed=number)
            with open_audio(track.file, max_duration_s=math.inf) as reader, AudioWriter(target, fmt) as writer:
                for block in reader.blocks(_BLOCK_SAMPLES):
                    writer.write(quantiser.process(block * np.float32(gain)))
                    self.ctx.progress(0.92 + 0.06 * number / len(self.tracks), "write")
            track.file.unlink()
            track.file = target
            track.peak *= gain
        return round(20 * math.log10(gain), 6)


def _fitted(blocks: Iterator[Samples], n_rows: int, n_samples: int) -> Iterator[Samples]:
    n_left = n_samples
    for block in blocks:
        block = block[:, :n_left]
        n_left -= block.shape[1]
        if block.shape[1]:
            yield block
    if n_left:
        yield np.zeros((n_rows, n_left), np.float32)


def _tell(
    params: SeparateParams, way: Way, song: _Song, bench: _Bench, ear: Ear, gain_db: float, name: str, ctx: Context
) -> SeparateResult:
    doubt = way.doubt
    found = judge.qualities(doubt, song.mix, ear) if doubt is not None else {}
    kept = doubt.without_voice() if doubt is not None and ear.is_instrumental else doubt
    shares = judge.shares_percent(kept) if kept is not None else _shares_of(bench)
    unknown = StemQuality(grade=None, estimated_sdr_db=None, confidence=0.0)
    stems = []
    for number, (stem, track) in enumerate(bench.tracks.items()):
        ctx.progress(0.98 + 0.02 * number / len(bench.tracks), "write")
        measured = track.meter.finish()
        is_by_hand = stem in ("harmonic", "percussive")
        stems.append(
            Stem(
                name=stem,
                file=ctx.publish(track.file, f"{Path(name).stem}-{stem}{track.file.suffix}", near=params.file),
                tier=params.tier,
                model="median filters" if is_by_hand else way.model,
                model_sha256=None if is_by_hand else way.sha256,
                quality=found.get(stem, unknown),
                share_percent=round(_share(stem, shares, track, bench), 2),
                integrated_lufs=_level(measured.integrated_lufs + gain_db),
                peak_dbfs=_level(20 * math.log10(track.peak) if track.peak else -math.inf),
            )
        )
    residual = math.sqrt(bench.lacking / (song.spool.n_samples * bench.n_channels))
    return SeparateResult(
        name=name,
        stems=tuple(stems),
        tier=params.tier,
        model=way.model,
        model_sha256=way.sha256,
        weights_licence=way.licence,
        quality=judge.overall(found) if found else None,
        voice=ear.found,
        is_mono=song.mix.is_mono,
        duration_s=song.mix.duration_s,
        sample_rate=song.sample_rate,
        n_channels=bench.n_channels,
        gain_db=gain_db,
        residual_dbfs=20 * math.log10(residual) if residual > 1e-9 else None,
        warnings=(*song.warnings, *judge.warnings(doubt, found, song.mix, ear, params.stems), *way.warnings),
        repairs=song.repairs,
    )


def _share(stem: str, shares: dict[str, float], track: _Track, bench: _Bench) -> float:
    if stem in shares:
        return shares[stem]
    if stem == "instrumental" and "vocals" in shares:
        return 100.0 - shares["vocals"]
    total = (bench.song.mix.mid + bench.song.mix.side) * bench.n_channels
    return min(100.0, 100.0 * track.energy / total) if total else 0.0


def _shares_of(bench: _Bench) -> dict[str, float]:
    total = sum(track.energy for name, track in bench.tracks.items() if name in STEMS)
    return {name: 100 * track.energy / total for name, track in bench.tracks.items() if total and name in STEMS}


def _level(value: float) -> float | None:
    return round(value, 2) if math.isfinite(value) else None

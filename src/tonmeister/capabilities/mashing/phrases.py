"""The recipe for one song: analyse, separate, listen to the stems, list the phrases."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tonmeister.capabilities.mashing.correcting import TOLD
from tonmeister.capabilities.mashing.grid import bar_edges
from tonmeister.capabilities.mashing.hearing import STEM_ORDER, StemCurves, hear_stems
from tonmeister.capabilities.mashing.params import PhraseRow, PhrasesParams, PhrasesResult, SongCard, SongDoubt
from tonmeister.capabilities.mashing.showing import facts_of
from tonmeister.core.errors import AudioSilentError, BeatMissingError
from tonmeister.dsp.onsets import RATE_HZ
from tonmeister.media.reader import open_audio
from tonmeister.media.resample import resample_blocks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tonmeister.capabilities.mashing.params import Separation
    from tonmeister.core.audio import Samples
    from tonmeister.core.context import Context

FEWEST_BARS = 8
SHORT_S = 15.0
"""Eight bars of four beats at 128 BPM: where less has no beat, its length may be all that is wrong with it."""
MOMENT_S = 0.4
"""What is shorter has no loudness."""
LEAST_TEMPO_CONFIDENCE = 0.1
_BLOCK_SAMPLES = 1 << 17


def describe_song(params: PhrasesParams, ctx: Context) -> PhrasesResult:
    """Describe one song's phrases on its stems."""
    name = ctx.label(params.file)
    ctx.progress(0.0, "analyse")
    told = params.model_dump(include={"file", *TOLD}, exclude_none=True)
    heard = ctx.run("analyze", told, tell=ctx.part(0.0, 0.2))
    check_song(heard, name)
    ctx.progress(0.2, "separate")
    separated = ctx.run("separate", {"file": params.file, **separation_of(params)}, tell=ctx.part(0.2, 0.8))
    stems = {stem.name: stem for stem in separated.stems}
    ctx.progress(0.8, "listen to the stems")
    edges_s = bar_edges(heard.beats_s, heard.downbeats, heard.metre.n_beats_per_bar, heard.duration_s)
    paths = [ctx.fetch(stems[stem].file) for stem in STEM_ORDER]
    curves = _listen(ctx, paths, edges_s, separated, float(heard.tuning_cents or 0.0))
    file = ctx.folder / "phrases.npz"
    curves.save(file)
    result = PhrasesResult(
        song=_card(heard, separated, curves, name, len(edges_s)),
        phrases=list_phrases(heard, curves, edges_s),
        beats_s=heard.beats_s,
        downbeats=heard.downbeats,
        features=ctx.publish(file, f"{Path(name).stem}-phrases.npz", near=params.file),
        **{stem: stems[stem].file for stem in STEM_ORDER},
    )
    ctx.progress(1.0, "done")
    return result


def separation_of(params: Separation) -> dict[str, Any]:
    """Return how songs are to be taken apart, as parameters of `mash_phrases`."""
    given: dict[str, Any] = {"tier": params.tier}
    if params.tier == "model":
        given |= {
            "weights": params.weights,
            "weights_sha256": params.weights_sha256,
            "accept_weights_licence": params.accept_weights_licence,
        }
    return given


def check_sounding(files: Sequence[str], ctx: Context, tell: Callable[[float, str], None]) -> None:
    """Raise `AudioSilentError` if a song is silent: measuring takes moments, taking the others apart takes minutes."""
    steps = [("measure", {"file": file}) for file in files]
    for file, found in zip(files, ctx.run_all(steps, tell=tell), strict=True):
        if found.measurement.sample_peak_dbfs is None or (
            found.measurement.momentary_max_lufs is None and found.measurement.duration_s >= MOMENT_S
        ):
            raise _silent(ctx.label(file))


def _silent(name: str) -> AudioSilentError:
    return AudioSilentError(
        f"{name} is silent: nothing in it is louder than -70 LUFS.",
        field="songs", value=name, bound=-70, remedy="Choose a song that sounds.",
    )  # fmt: skip


def check_song(heard: Any, name: str) -> None:
    """Raise `AudioSilentError` or `BeatMissingError` where a song gives no bars to build with."""
    if all(level is None for level in heard.loudness.momentary_lufs):
        raise _silent(name)
    n_bars = len(heard.downbeats)
    if heard.tempo is None or heard.metre is None or heard.tempo.confidence < LEAST_TEMPO_CONFIDENCE:
        if heard.duration_s < SHORT_S:
            raise BeatMissingError(
                f"{name} lasts {heard.duration_s:.1f} s: too short to find a beat in it. A mashup needs at least "
                f"{FEWEST_BARS} bars of each song.",
                field="songs", value=name, bound=f"at least {FEWEST_BARS} bars", remedy="Choose a longer song.",
            )  # fmt: skip
        raise BeatMissingError(
            f"{name} has no beat that could be followed: it may be speech, or play in free time.",
            field="songs", value=name, remedy="Choose a song with a steady beat, or one that has drums.",
        )  # fmt: skip
    if n_bars < FEWEST_BARS:
        raise BeatMissingError(
            f"{name} has {n_bars} bars with a beat; a mashup needs at least {FEWEST_BARS} of each song.",
            field="songs", value=name, bound=f"at least {FEWEST_BARS} bars", remedy="Choose a longer song.",
        )  # fmt: skip


def _listen(
    ctx: Context, paths: list[Path], edges_s: NDArray[np.float64], separated: Any, tuning_cents: float
) -> StemCurves:
    """Return what leads and what backs; where no voice can be heard, the other instruments lead."""
    voice = next(stem for stem in separated.stems if stem.name == "vocals")
    if voice.quality.grade != "absent" and separated.voice != "in places":
        blocks = _together(paths, ctx.part(0.8, 0.94), separated.duration_s, ctx.max_duration_s)
        curves = hear_stems(blocks, edges_s, tuning_cents=tuning_cents)
        if curves.is_sung:
            return curves
    blocks = _together(paths, ctx.part(0.94, 0.98), separated.duration_s, ctx.max_duration_s)
    return hear_stems(blocks, edges_s, tuning_cents=tuning_cents, lead="other")


def _together(
    paths: list[Path], tell: Callable[[float, str], None], duration_s: float, max_duration_s: float
) -> Iterator[tuple[Samples, ...]]:
    """Yield the stems side by side at 22.05 kHz."""
    with contextlib.ExitStack() as stack:
        readers = [stack.enter_context(open_audio(path, max_duration_s=max_duration_s)) for path in paths]
        streams = [
            resample_blocks(
                reader.blocks(_BLOCK_SAMPLES), reader.info.sample_rate, RATE_HZ, quality="HQ", n_samples=_BLOCK_SAMPLES
            )
            for reader in readers
        ]
        n_done = 0
        for blocks in zip(*streams, strict=True):
            n_done += blocks[0].shape[1]
            tell(min(1.0, n_done / RATE_HZ / duration_s), "listen to the stems")
            yield blocks


def list_phrases(heard: Any, curves: StemCurves, edges_s: NDArray[np.float64]) -> tuple[PhraseRow, ...]:
    """Return the phrases that lie in whole bars, named ``?1``, ``?2`` ...: what letter a song has, nobody knows yet."""
    rows: list[PhraseRow] = []
    n_bars = len(edges_s)
    section_bars = {section.start_bar for section in heard.sections}
    for phrase in heard.phrases:
        if phrase.start_bar is None or phrase.start_bar >= n_bars:
            continue
        stop = min(phrase.start_bar + phrase.n_bars, n_bars)
        section = next((s for s in heard.sections if s.start_s - 0.01 <= phrase.start_s < s.end_s), None)
        rows.append(
            PhraseRow(
                id=f"?{len(rows) + 1}",
                songId="?",
                start_bar=phrase.start_bar,
                n_bars=stop - phrase.start_bar,
                start_s=round(float(edges_s[phrase.start_bar, 0]), 3),
                end_s=round(float(edges_s[stop - 1, -1]), 3),
                label=section.label if section else "section",
                energy_1_10=phrase.energy_1_10,
                vocal_share=round(float(np.mean(curves.voice[phrase.start_bar : stop] > 0.5)), 3),
                loudness_lufs=phrase.loudness_lufs,
                is_on_section=phrase.start_bar in section_bars,
            )
        )
    return tuple(rows)


def _card(heard: Any, separated: Any, curves: StemCurves, name: str, n_bars: int) -> SongCard:
    doubted = {doubt.warning for doubt in heard.doubts}
    return SongCard(
        songId="?",
        **facts_of(heard, name),
        n_bars=n_bars,
        vocal_share=round(float(np.mean(curves.voice > 0.5)), 3),
        stems_grade=separated.quality,
        doubts=tuple(SongDoubt(**doubt.model_dump(exclude={"warning"})) for doubt in heard.doubts),
        # what both say of the file, such as how surround was folded, is told once
        warnings=tuple(text for text in dict.fromkeys((*heard.warnings, *separated.warnings)) if text not in doubted),
    )

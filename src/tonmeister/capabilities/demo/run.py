"""The recipe: compose, play, write, tell the truth."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tonmeister.capabilities.demo.params import DemoChord, DemoParams, DemoResult, DemoSection
from tonmeister.capabilities.demo.render import render
from tonmeister.capabilities.demo.truth import truth_of
from tonmeister.core.audio import Samples
from tonmeister.core.context import Context
from tonmeister.dsp.dither import Quantiser
from tonmeister.media.writer import AudioWriter, OutputFormat
from tonmeister.music.compose import compose
from tonmeister.music.song import STEMS, Stem

SAMPLE_RATE = 44_100
_BIT_DEPTH = 24
_BLOCK_SAMPLES = 1 << 18


def demo(params: DemoParams, ctx: Context) -> DemoResult:
    """Compose the song, play it, and publish mix, stems and truth."""
    ctx.progress(0.0, "compose")
    song = compose(params.seed, tempo_bpm=params.tempo_bpm, key=params.key, duration_s=params.duration_s)
    play = ctx.part(0.02, 0.8)
    sound = render(song, SAMPLE_RATE, lambda fraction: play(fraction, "play"))
    n_samples = next(iter(sound.values())).shape[1]

    write = ctx.part(0.8, 0.98)
    wanted: tuple[Stem, ...] = STEMS if params.stems else ()
    files = {name: ctx.folder / f"{name}.wav" for name in ("mix", *wanted)}
    _write(sound, params.seed, files, lambda start: write(start / n_samples, "write"))
    truth = ctx.folder / "truth.json"
    truth.write_text(json.dumps(truth_of(song, SAMPLE_RATE, n_samples), indent=1) + "\n", encoding="utf-8")

    name = f"demo-song-{params.seed}"
    result = DemoResult(
        mix=ctx.publish(files["mix"], f"{name}.wav"),
        stems={stem: ctx.publish(files[stem], f"{name}-{stem}.wav") for stem in wanted},
        truth=ctx.publish(truth, f"{name}-truth.json"),
        seed=params.seed,
        sample_rate=SAMPLE_RATE,
        duration_s=n_samples / SAMPLE_RATE,
        tempo_bpm=song.tempo_bpm,
        metre=song.metre,
        key=song.key.name,
        groove=song.groove,
        instruments=song.instruments,
        chords=tuple(DemoChord(**asdict(chord)) for chord in song.chords),
        sections=tuple(DemoSection(**asdict(section)) for section in song.sections),
        n_notes=len(song.notes),
    )
    ctx.progress(1.0, "done")
    return result


def _write(sound: dict[Stem, Samples], seed: int, files: dict[str, Path], progress: Callable[[int], None]) -> None:
    """Write the files of those stems that have one, and the mix as the integer sum of all stems."""
    fmt = OutputFormat("wav", SAMPLE_RATE, 2, _BIT_DEPTH)
    with contextlib.ExitStack() as stack:
        writers = {name: stack.enter_context(AudioWriter(file, fmt)) for name, file in files.items()}
        for start, blocks in _quantised(sound, seed):
            progress(start)
            # Each stem is dithered alone and the mix is summed after: so the files add up to the last bit.
            mix: NDArray[np.int32] = np.stack(list(blocks.values())).sum(axis=0, dtype=np.int32)
            writers["mix"].write(mix)
            for stem, block in blocks.items():
                if stem in writers:
                    writers[stem].write(block)


def _quantised(sound: dict[Stem, Samples], seed: int) -> Iterator[tuple[int, dict[Stem, NDArray[np.int32]]]]:
    # The noise depends on the song alone: asking for stems does not change the mix.
    quantisers = {stem: Quantiser(_BIT_DEPTH, 2, seed=seed * len(sound) + i) for i, stem in enumerate(sound)}
    n_samples = next(iter(sound.values())).shape[1]
    for start in range(0, n_samples, _BLOCK_SAMPLES):
        part = slice(start, start + _BLOCK_SAMPLES)
        yield start, {stem: quantisers[stem].process(samples[:, part]) for stem, samples in sound.items()}

"""Songs made up as curves, so that planning can be tested without sound."""

from __future__ import annotations

import numpy as np

from tonmeister.capabilities.mashing.gathering import Gathering, Song
from tonmeister.capabilities.mashing.hearing import StemCurves
from tonmeister.capabilities.mashing.params import PhraseRow, PhrasesResult, SongCard
from tonmeister.capabilities.mashing.planning.costs import Board
from tonmeister.capabilities.mashing.scores import bring_to_slots, choose_folds

CHORDS = ((0, 4, 7), (5, 9, 0), (7, 11, 2), (9, 0, 4))


def curves(
    seed: int,
    *,
    n_bars: int = 40,
    key: int = 0,
    sung: float = 0.7,
    beats: int = 4,
    silent: dict[int, slice] | None = None,
) -> StemCurves:
    """Return a song that goes through four chords, bar by bar, with a voice in part of it.

    ``silent`` are bars in which drums (0), bass (1) or other (2) hold next to nothing.
    """
    rng = np.random.default_rng(seed)
    backing = 0.05 * rng.random((n_bars, beats, 12))
    lead = 0.05 * rng.random((n_bars, beats, 12))
    order = rng.permutation(4)
    for bar in range(n_bars):
        chord = CHORDS[order[bar % 4]]
        for note in chord:
            backing[bar, :, (note + key) % 12] += 1.0
        for beat in range(beats):
            lead[bar, beat, (chord[rng.integers(3)] + key) % 12] += 1.0
    sings = (np.arange(n_bars) // 4) % 10 < round(10 * sung)
    voice = np.repeat(sings[:, np.newaxis].astype(float), beats, axis=1)
    level = np.full((n_bars, beats, 4), -20.0)
    level[..., 3] = np.where(voice > 0, -18.0, -80.0)
    for stem, bars in (silent or {}).items():
        level[bars, :, stem] = -55.0
    strokes = rng.random((n_bars, beats * 4, 2))
    bands = rng.random((n_bars, beats, 3)) + 0.5
    return StemCurves(
        **{name: np.asarray(value, np.float32) for name, value in {
            "lead_classes": lead, "backing_classes": backing, "level_db": level, "voice": voice,
            "lead_strokes": strokes, "backing_strokes": strokes, "lead_bands": bands, "backing_bands": bands[..., ::-1],
        }.items()}
    )  # fmt: skip


def song(
    seed: int, *, name: str = "", bpm: float = 120.0, metre: str = "4/4", **about
) -> tuple[PhrasesResult, StemCurves]:
    heard = curves(seed, **about)
    n_bars = len(heard.voice)
    bar_s = 240 / bpm
    labels = ("intro", "verse", "verse", "chorus", "chorus", "verse", "verse", "chorus", "chorus", "outro")
    rows = tuple(
        PhraseRow(
            id=f"?{n + 1}", songId="?", start_bar=bar, n_bars=4, start_s=bar * bar_s, end_s=(bar + 4) * bar_s,
            label=labels[n % len(labels)], energy_1_10=(3, 5, 5, 8, 9, 4, 6, 9, 10, 2)[n % 10],
            vocal_share=float(heard.voice[bar : bar + 4].mean()), loudness_lufs=-14.0, is_on_section=n % 2 == 1,
        )
        for n, bar in enumerate(range(0, n_bars - 3, 4))
    )  # fmt: skip
    card = SongCard(
        songId="?", name=name or f"song {seed}.wav", duration_s=n_bars * bar_s, tempo_bpm=bpm, tempo_confidence=0.9,
        is_steady=True, metre=metre, n_bars=n_bars, key="C major", camelot="8B", energy_1_10=6,
        vocal_share=float(heard.voice.mean()), stems_grade="fair", warnings=(),
    )  # fmt: skip
    refs = {stem: f"{seed}-{stem}.wav" for stem in ("drums", "bass", "other", "vocals")}
    beats = heard.voice.shape[1]
    described = PhrasesResult(
        song=card, phrases=rows, beats_s=tuple(n * bar_s / beats for n in range(beats * n_bars)),
        downbeats=tuple(range(0, beats * n_bars, beats)), features=f"{seed}.npz", **refs,
    )  # fmt: skip
    return described, heard


def gathering(*songs: tuple[PhrasesResult, StemCurves], n_bars: int = 8) -> Gathering:
    folds = choose_folds([described.song.tempo_bpm for described, _ in songs])
    held = tuple(Song(described, heard, fold) for (described, heard), fold in zip(songs, folds, strict=True))
    materials = tuple(
        bring_to_slots(
            each.described.song, each.described.phrases, each.curves, each.edges_s,
            number=n, fold=each.fold, n_bars=n_bars,
        )
        for n, each in enumerate(held)
    )  # fmt: skip
    return Gathering(held, materials, n_bars, ())


def board(*songs: tuple[PhrasesResult, StemCurves], n_bars: int = 8) -> Board:
    gathered = gathering(*songs, n_bars=n_bars)
    return Board(gathered.materials, gathered.scores())

"""Mashups in figures: does the score know what belongs together?

``python benchmarks/mashup.py self-check [--shared FOLDER] [--synthetic N] [--separated]``: lays leads over backings.
A song's own lead over its own backing must outrank that lead over foreign backings, and over its own when it is moved
in pitch or by bars. The area under the ROC curve says how often it does: 1 always, 0.5 by chance. Synthetic songs are
those of the demo, with their true stems; real songs have the stems of the shared recordings, where a song without a
voice has its guitar or keyboard lead. With ``--separated`` the synthetic songs' mixes are taken apart by the draft tier
first.

``python benchmarks/mashup.py planner``: CPU seconds of the exact programme and of the search that keeps limits of
reuse, on random prices, and how far the search stays above the exact programme's bound.
"""

from __future__ import annotations

import argparse
import csv
import json
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

import tonmeister
from tonmeister.capabilities.mashing.grid import bar_edges
from tonmeister.capabilities.mashing.hearing import STEM_ORDER, StemCurves, hear_stems
from tonmeister.capabilities.mashing.params import PhraseRow, SongCard
from tonmeister.capabilities.mashing.planning.paths import Limits, Prices, find_cheapest, find_path
from tonmeister.capabilities.mashing.scores import Scores, bring_to_slots, choose_folds, score_songs
from tonmeister.dsp.mashability import WEIGHTS
from tonmeister.dsp.onsets import RATE_HZ
from tonmeister.media.reader import read_audio

REAL = {
    "eif_lithium": "vocals",
    "lmms_capdan_reggaetry": "keys",
    "lmms_capdan_twilightarea_originalbyalf42red": "keys",
    "fof_chaos_god": "guitar",
    "fof_metal_madness": "guitar",
}
"""The stem that leads, where there is a backing with pitch besides."""
FIRST_SEED = 501
PHRASE_BARS = 8


def load(path: Path, n_samples: int | None = None) -> np.ndarray:
    sound = read_audio(path, sample_rate=RATE_HZ).samples[:2]
    sound = np.repeat(sound, 2, axis=0) if len(sound) == 1 else sound
    if n_samples is None:
        return sound
    return np.pad(sound, ((0, 0), (0, max(0, n_samples - sound.shape[1]))))[:, :n_samples]


def described(name: str, stems: dict[str, np.ndarray], edges_s: np.ndarray, bpm: float, grade: str) -> tuple:
    blocks = iter([tuple(stems[stem] for stem in STEM_ORDER)])
    curves = hear_stems(blocks, edges_s)
    rows = [
        PhraseRow(
            id=f"?{n}", songId="?", start_bar=bar, n_bars=4, start_s=edges_s[bar, 0], end_s=edges_s[bar + 3, -1],
            label="section", energy_1_10=5, vocal_share=0.5, loudness_lufs=None, is_on_section=False,
        )
        for n, bar in enumerate(range(0, len(edges_s) - 3, 4))
    ]  # fmt: skip
    card = SongCard(
        songId="?", name=name, duration_s=edges_s[-1, -1], tempo_bpm=bpm, tempo_confidence=1, is_steady=True,
        metre="4/4", n_bars=len(edges_s), key=None, camelot=None, energy_1_10=5,
        vocal_share=float(np.mean(curves.voice > 0.5)), stems_grade=grade, warnings=(),
    )  # fmt: skip
    return card, rows, curves, edges_s


def synthetic(n_songs: int, scratch: Path, *, is_separated: bool) -> Iterator[tuple]:
    for seed in range(FIRST_SEED, FIRST_SEED + n_songs):
        made = tonmeister.demo(seed=seed, duration_s=60, stems=True, output=f"{scratch}/{seed}/")
        truth = json.loads(Path(made.truth).read_text())
        beats = [beat["time_s"] for beat in truth["beats"]]
        downs = [n for n, beat in enumerate(beats) if any(abs(beat - down) < 1e-3 for down in truth["downbeats_s"])]
        edges_s = bar_edges(beats, downs, truth["metre"][0] if isinstance(truth["metre"], list) else 4, made.duration_s)
        if is_separated:
            apart = tonmeister.separate(made.mix, output=f"{scratch}/{seed}-apart/")
            stems, grade = {stem.name: load(Path(stem.file)) for stem in apart.stems}, apart.quality or "fair"
        else:
            true = {stem: load(Path(path)) for stem, path in made.stems.items()}
            stems = {"drums": true["drums"], "bass": true["bass"], "other": true["chords"] + true["lead"]}
            stems["vocals"], grade = true["voice"], "good"
        yield described(f"demo {seed}", stems, edges_s, made.tempo_bpm, grade)


def real(folder: Path) -> Iterator[tuple]:
    for name, lead in REAL.items():
        place = folder / "stems" / name
        meta = json.loads((place / "meta.json").read_text())
        found = {path.stem: load(path) for path in sorted(place.glob("*.ogg")) if path.stem != "mix"}
        n_samples = max(sound.shape[1] for sound in found.values())
        found = {stem: np.pad(sound, ((0, 0), (0, n_samples - sound.shape[1]))) for stem, sound in found.items()}
        silence = np.zeros((2, n_samples), np.float32)
        stems = {"vocals": found.pop(lead), "drums": found.pop("drums", silence), "bass": found.pop("bass", silence)}
        stems["other"] = sum(found.values(), silence)
        with (place / "beats.csv").open() as file:
            beats = [(float(row["time_s"]), int(row["beat_in_bar"])) for row in csv.DictReader(file)]
        downs = [n for n, (_, beat) in enumerate(beats) if beat == 1]
        edges_s = bar_edges([time for time, _ in beats], downs, 4, n_samples / RATE_HZ)
        yield described(name, stems, edges_s, meta["bpm"], "good")


def auc(positives: list[float], negatives: list[float]) -> float:
    p, n = np.array(positives)[:, np.newaxis], np.array(negatives)[np.newaxis]
    return float(np.mean((p > n) + 0.5 * (p == n)))


def moved(curves: StemCurves, n_bars: int) -> StemCurves:
    """Return the curves with the lead's moved round by bars, the backing's as they are."""
    turned = {name: np.roll(value, n_bars, axis=0) for name, value in vars(curves).items() if name.startswith("lead_")}
    turned["voice"] = np.roll(curves.voice, n_bars, axis=0)
    return StemCurves(**{**vars(curves), **turned})


def self_check(songs: list[tuple]) -> dict[str, float]:
    folds = choose_folds([card.tempo_bpm for card, *_ in songs])
    materials = [
        bring_to_slots(card, rows, curves, edges_s, number=n, fold=fold, n_bars=PHRASE_BARS)
        for n, ((card, rows, curves, edges_s), fold) in enumerate(zip(songs, folds, strict=True))
    ]
    own: list[float] = []
    own_timeless: list[float] = []
    foreign: list[float] = []
    foreign_timeless: list[float] = []
    foreign_best: list[float] = []
    pitched: list[float] = []
    late: list[float] = []
    for n, material in enumerate(materials):
        leads = [at for at in range(len(material.rows)) if material.can_lead[at]]
        scores = score_songs(material, material)
        own += [scores.total[0, at, at] for at in leads]
        own_timeless += [
            scores.total[0, at, at] - 100 * WEIGHTS["tempo"] * scores.parts["tempo"][0, 0, 0] for at in leads
        ]
        pitched += [scores.total[shift % 12, at, at] for at in leads for shift in (-3, -2, -1, 1, 2, 3)]
        for other in materials:
            if other is not material:
                across = score_songs(material, other)
                foreign += across.total[0, leads].ravel().tolist()
                tempo_points = 100 * WEIGHTS["tempo"] * across.parts["tempo"][0, 0, 0]
                foreign_timeless += (across.total[0, leads].ravel() - tempo_points).tolist()
                foreign_best += across.total[[s % 12 for s in range(-3, 4)]][:, leads].max(axis=0).ravel().tolist()
        card, rows, curves, edges_s = songs[n]
        for n_bars in (1, 2, 3):
            turned = bring_to_slots(
                card, rows, moved(curves, n_bars), edges_s, number=n, fold=folds[n], n_bars=PHRASE_BARS
            )
            shifted: Scores = score_songs(turned, turned)
            late += [shifted.total[0, at, at] for at in range(len(turned.rows)) if turned.can_lead[at]]
    return {
        "n_own": len(own), "own": float(np.mean(own)), "foreign": auc(own, foreign),
        "foreign, tempo left out": auc(own_timeless, foreign_timeless),
        "foreign at its best key": auc(own, foreign_best), "moved in pitch": auc(own, pitched),
        "moved by bars": auc(own, late), "all": auc(own, foreign + pitched + late),
    }  # fmt: skip


def race_planner() -> None:
    for n, n_slots in ((41, 16), (81, 24), (121, 32)):
        rng = np.random.default_rng(n)
        prices = Prices(rng.random((n_slots, n, n)), rng.random((n, n)), rng.random((n, n)))
        groups = np.array([-1, *(at % 2 for at in range(n - 1))])
        most = np.array([n_slots, *[1] * (n - 1)])
        limits = Limits(most, np.full(n, 2), groups, np.array([n_slots // 4, n_slots // 4]))
        began = time.process_time()
        _, bound = find_cheapest(prices)
        exact_s = time.process_time() - began
        began = time.process_time()
        found = find_path(prices, limits)
        limited_s = time.process_time() - began
        over = 100 * (found[1] / bound - 1) if found else float("nan")
        print(
            f"{n}² phrases, {n_slots} slots: exact {exact_s:.2f} s, with limits {limited_s:.2f} s, {over:.1f} % above"
        )


def show(title: str, found: dict[str, float]) -> None:
    figures = ", ".join(f"{name} {value:.3f}" for name, value in found.items() if not name.startswith("n_"))
    print(f"{title}: {found['n_own']:.0f} own pairs; {figures}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["self-check", "planner"])
    parser.add_argument("--shared", type=Path)
    parser.add_argument("--synthetic", type=int, default=8)
    parser.add_argument("--separated", action="store_true")
    options = parser.parse_args()
    if options.what == "planner":
        race_planner()
        return
    with tempfile.TemporaryDirectory() as scratch:
        if options.synthetic:
            songs = list(synthetic(options.synthetic, Path(scratch), is_separated=options.separated))
            show("synthetic", self_check(songs))
        if options.shared:
            show("real", self_check(list(real(options.shared))))


if __name__ == "__main__":
    main()

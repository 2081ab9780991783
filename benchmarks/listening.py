"""All figures of analysis, against recordings whose truth is known.

``python benchmarks/listening.py FOLDER [--renders N] [--guitar-pro FILE ...]``: FOLDER is the folder of shared
recordings. With fluidsynth and its sound font, N made-up band songs are rendered too; Guitar Pro songs that are handed
in are rendered with all their tracks. Songs that the rhythm model was tuned on are marked and counted apart.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soundfile

import band_songs
import tonmeister
from beat_tuning import beat_f
from tonmeister.media.reader import read_audio
from tonmeister.music.theory import parse_chord, parse_key, pitch_class

TUNED_ON = (
    "eif_caesium_multitrack", "eif_lithium", "fof_chaos_god", "fof_metal_madness", "lmms_capdan_reggaetry",
    "lmms_capdan_twilightarea_originalbyalf42red", "lmms_skiessi_c64", "lmms_strictproduction_dearjondoe",
    "d1_rock_peatfire", "d2_waltz_blaenwern", "d3_disco_georgia", "d4_piano_wtc1_prelude1", "d5_guitar_bn1_129_eb",
    "d6_chorale_bwv269", "d7_guitar_carcassi_op60_2", "canon", "fade-to-black", "full-song", "nightwish", "serenade",
)  # fmt: skip
"""What `beat_tuning.py` learnt from; ``--folds`` there tells how they go when left out."""
FIRST_BAND_SEED = 201
"""Seeds from here on were never tuned on."""


@dataclass
class Truth:
    """What is true about a song; what is not known stays empty."""

    name: str
    path: Path
    kind: str
    beats: list[tuple[float, int]] = field(default_factory=list)
    tempo_bpm: float | None = None
    metre: str = ""
    key: str = ""
    chords: list[tuple[float, float, str]] = field(default_factory=list)
    sections: list[tuple[float, float, str]] = field(default_factory=list)

    @property
    def is_tuned_on(self) -> bool:
        """Whether the rhythm model has seen it."""
        return self.name.endswith(TUNED_ON)


LEAST_LOOP_S = 3.0
"""Shorter loops have no tempo for `analyze`."""


def read_lab(path: Path) -> list[tuple[float, float, str]]:
    """Read a file of spans; empty where there is none."""
    if not path.exists():
        return []
    rows = (line.split(None, 2) for line in path.read_text().splitlines() if line.strip())
    return [(float(start), float(end), label.strip()) for start, end, label in rows]


def read_beats(path: Path) -> list[tuple[float, int]]:
    """Read times and places in the bar."""
    with path.open() as file:
        return [(float(row["time_s"]), int(row["beat_in_bar"])) for row in csv.DictReader(file)]


def shared_songs(folder: Path, scratch: Path) -> Iterator[Truth]:
    """Go through the shared songs whose beats are known; stems are added up."""
    for place in sorted([*(folder / "synth").iterdir(), *(folder / "stems").iterdir()]):
        meta = json.loads((place / "meta.json").read_text())
        if not (place / "beats.csv").exists():
            continue
        stems = sorted(path for path in place.glob("*.ogg") if path.stem != "mix")
        path = place / "mix.ogg"
        if not path.exists():
            path = scratch / f"{place.name}.wav"
            add_up(stems, path)
        kind = "full band" if len(stems) > 1 else "solo"
        if place.name.startswith(("d4", "d6")):
            kind = "classical"
        yield Truth(
            place.name, path, kind, read_beats(place / "beats.csv"), meta["bpm"], meta["meter"],
            meta.get("key") or "", read_lab(place / "chords.lab"), read_lab(place / "segments.lab"),
        )  # fmt: skip


def tempo_songs(folder: Path, scratch: Path) -> Iterator[Truth]:
    """Go through what has a known tempo but no annotated beats: a multitrack and loops that last long enough."""
    place = folder / "stems" / "eif_caesium_multitrack"
    path = scratch / f"{place.name}.wav"
    add_up(sorted(place.glob("*.m4a")), path)
    yield Truth(place.name, path, "tempo alone", tempo_bpm=json.loads((place / "meta.json").read_text())["bpm"])
    with (folder / "manifest.csv").open() as file:
        for row in csv.DictReader(file):
            told = re.match(r"([0-9.]+) BPM", row["ground_truth"])
            if told and row["path"].startswith("annotated/") and float(row["duration_s"]) >= LEAST_LOOP_S:
                yield Truth(Path(row["path"]).stem, folder / row["path"], "loop", tempo_bpm=float(told.group(1)))


def add_up(stems: list[Path], path: Path) -> None:
    """Write the sum of stems, scaled where it would clip."""
    parts = [read_audio(stem) for stem in stems]
    rate, n = parts[0].sample_rate, max(part.n_samples for part in parts)
    total = np.zeros((2, n), np.float32)
    for part in parts:
        total[:, : part.n_samples] += part.samples
    soundfile.write(path, (total / max(1.0, float(np.abs(total).max()))).T, rate, subtype="FLOAT")


def band_renders(n: int, scratch: Path) -> Iterator[Truth]:
    """Render made-up band songs."""
    for seed in range(FIRST_BAND_SEED, FIRST_BAND_SEED + n):
        path = scratch / f"band_{seed}.wav"
        song = band_songs.render_song(seed, path)
        tempo = song.tempo_bpm if song.is_steady else None
        yield Truth(
            f"band {seed} {song.groove}", path, "full band", song.beats, tempo, song.metre, song.key, song.chords,
            song.sections,
        )  # fmt: skip
        path.unlink()


def key_score(heard: str, true: str) -> float:
    """Return MIREX's score of a key: 1 right, 0.5 a fifth away, 0.3 relative, 0.2 parallel."""
    one, other = parse_key(heard), parse_key(true)
    a, b = pitch_class(one.tonic), pitch_class(other.tonic)
    if one.mode == other.mode:
        return 1.0 if a == b else 0.5 if (a - b) % 12 in (5, 7) else 0.0
    if (a - b) % 12 == (9 if other.mode == "major" else 3):
        return 0.3
    return 0.2 if a == b else 0.0


def chord_scores(heard: list[tuple[float, float, str]], true: list[tuple[float, float, str]]) -> tuple[float, float]:
    """Return which part of the time root, and root with kind of third, are right (where a triad is annotated)."""
    times = np.arange(0.05, true[-1][1], 0.1)
    right_root = right_kind = known = 0
    for time_s in times:
        a, b = _label_at(heard, time_s), _label_at(true, time_s)
        if not b or b == "N":
            continue
        known += 1
        one, other = parse_chord(a) if a and a != "X" else parse_chord("N"), parse_chord(b)
        if one.root == other.root:
            right_root += 1
            thirds = [(chord.root + 3) % 12 in chord.pitch_classes for chord in (one, other)]
            right_kind += thirds[0] == thirds[1]
    return (right_root / known, right_kind / known) if known else (float("nan"), float("nan"))


def _label_at(spans: list[tuple[float, float, str]], time_s: float) -> str:
    return next((label for start, end, label in spans if start <= time_s < end), "")


def boundary_f(true: list[float], heard: list[float], tolerance_s: float) -> float:
    """Return the F measure of inner boundaries."""
    if not true or not heard:
        return 0.0
    found = np.mean([min(abs(t - h) for h in heard) <= tolerance_s for t in true])
    meant = np.mean([min(abs(t - h) for t in true) <= tolerance_s for h in heard])
    return float(2 * found * meant / max(found + meant, 1e-9))


def judge(truth: Truth) -> dict[str, float | str | bool]:
    """Analyse a song and compare."""
    begun = time.process_time()
    found = tonmeister.analyze(str(truth.path))
    row: dict[str, float | str | bool] = {
        "name": truth.name, "kind": truth.kind, "tuned": truth.is_tuned_on,
        "cpu": time.process_time() - begun, "duration": found.duration_s,
    }  # fmt: skip
    inside = [(at, place) for at, place in truth.beats if at < found.duration_s]
    beats = np.array([at for at, _ in inside])
    downbeats = np.array([at for at, place in inside if place == 1])
    heard = np.array(found.beats_s)
    if truth.beats:
        row["beat"] = beat_f(beats, heard)
        row["downbeat"] = beat_f(downbeats, heard[list(found.downbeats)] if len(heard) else heard)
        if found.placing:
            row["rival told"] = bool(found.placing.alternatives)
            starts = [found.placing.first_beat_s, *(other.first_beat_s for other in found.placing.alternatives)]
            row["a bar told begins right"] = any(np.abs(downbeats - start).min() < 0.07 for start in starts)
    if truth.tempo_bpm:
        row["true bpm"] = truth.tempo_bpm
    if found.tempo:
        row["heard bpm"] = found.tempo.tempo_bpm
    if found.tempo and truth.tempo_bpm:
        ratio = found.tempo.tempo_bpm / truth.tempo_bpm
        factor = min((1 / 3, 1 / 2, 2 / 3, 3 / 4, 1, 4 / 3, 3 / 2, 2, 3), key=lambda k: abs(ratio / k - 1))
        row["octave"], row["factor"] = factor == 1, factor
        row["tempo"] = 100 * abs(ratio / factor - 1)
        row["steady"] = found.tempo.is_steady
    if found.metre and truth.metre:
        row["heard metre"] = f"{found.metre.numerator}/{found.metre.denominator}"
        row["true metre"], row["metre confidence"] = truth.metre, found.metre.confidence
        row["metre"] = row["heard metre"] == truth.metre
        also = [f"{other.numerator}/{other.denominator}" for other in found.metre.alternatives[:1]]
        row["metre or named rival"] = row["metre"] or (found.metre.is_ambiguous and truth.metre in also)
    if truth.key:
        row["key"] = key_score(found.key.name, truth.key) if found.key else 0.0
    if truth.chords:
        spans = [(chord.start_s, chord.end_s, chord.label) for chord in found.chords]
        row["root"], row["majmin"] = chord_scores(spans, truth.chords)
    if len(truth.sections) > 4:
        inner = [start for start, _, _ in truth.sections[1:]]
        cuts = [section.start_s for section in found.sections[1:]]
        row["cuts 0.5 s"], row["cuts 3 s"] = boundary_f(inner, cuts, 0.5), boundary_f(inner, cuts, 3.0)
        times = np.arange(0.5, truth.sections[-1][1], 1.0)
        names = [(section.start_s, section.end_s, section.label) for section in found.sections]
        row["labels"] = float(np.mean([_label_at(names, t) == _label_at(truth.sections, t) for t in times]))
    return row


def mean(rows: list[dict], key: str) -> str:
    """Return the mean of a figure and over how many songs."""
    values = [float(row[key]) for row in rows if key in row and not np.isnan(float(row[key]))]
    return f"{np.mean(values):.3f} ({len(values)})" if values else "–"


def tell(rows: list[dict]) -> None:
    """Print the figures by kind, tuned on and held out."""
    figures = ("beat", "downbeat", "octave", "metre", "key", "root", "majmin", "cuts 0.5 s", "cuts 3 s", "labels")
    print("\nmean (songs)          " + "".join(f"{name:>15}" for name in figures))
    for kind in ("full band", "solo", "classical"):
        for tuned in (True, False):
            part = [row for row in rows if row["kind"] == kind and row["tuned"] == tuned]
            if part:
                name = f"{kind}, {'tuned on' if tuned else 'held out'}"
                print(f"{name:22}" + "".join(f"{mean(part, figure):>15}" for figure in figures))
    tell_tempos(rows)
    tell_metres(rows)
    tell_placing(rows)
    steady = [float(row["tempo"]) for row in rows if row.get("steady") and row["kind"] != "loop"]
    if steady:
        print(
            f"\ntempo of steady songs, octaves aside: median error {np.median(steady):.4f} %, "
            f"greatest {max(steady):.4f} %, within 0.02 % in {np.mean(np.array(steady) <= 0.02):.3f} of {len(steady)}"
        )
    cpu, duration = sum(float(row["cpu"]) for row in rows), sum(float(row["duration"]) for row in rows)
    print(f"whole analysis of a song of three minutes: {180 * cpu / duration:.2f} CPU s")


def tell_tempos(rows: list[dict]) -> None:
    """Print the tempo of every song whose tempo is known."""
    print("\ntempo                        true      heard    factor  error %  told as")
    for row in rows:
        if "true bpm" in row:
            heard = f"{row['heard bpm']:9.3f}" if "heard bpm" in row else "     none"
            off = f"{row['factor']:8.3f} {row['tempo']:8.4f}" if "tempo" in row else " " * 17
            steady = ("steady" if row["steady"] else "not steady") if "steady" in row else "no beat"
            print(f"{row['name'][:26]:26} {row['true bpm']:8.2f}  {heard}  {off}  {steady}")


def tell_metres(rows: list[dict]) -> None:
    """Print how often each metre was told right, or named as the rival of an ambiguous one."""
    for metre in sorted({row["true metre"] for row in rows if "true metre" in row}):
        part = [row for row in rows if row.get("true metre") == metre]
        wrong = ", ".join(f"{row['name']} {row['heard metre']}" for row in part if not row["metre"])
        n_right, n_named = sum(row["metre"] for row in part), sum(row["metre or named rival"] for row in part)
        print(
            f"metre {metre}: {n_right} of {len(part)} right, {n_named} with the named rival; wrong: {wrong or 'none'}"
        )


def tell_placing(rows: list[dict]) -> None:
    """Print how often another place of beats or bars was told, where bars were right and where not."""
    for what, is_so in (("right", lambda row: row["downbeat"] >= 0.8), ("wrong", lambda row: row["downbeat"] < 0.8)):
        part = [row for row in rows if "rival told" in row and is_so(row)]
        n_told, n_named = (sum(bool(row[key]) for row in part) for key in ("rival told", "a bar told begins right"))
        print(f"bars {what} in {len(part)}: a rival told in {n_told}, one of the bars told begins right in {n_named}")


def main() -> None:
    """Analyse all songs and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--renders", type=int, default=0, help="how many band songs to render")
    parser.add_argument("--guitar-pro", type=Path, nargs="*", default=[], help="songs to render with all tracks")
    given = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        songs = [shared_songs(given.folder, Path(folder)), tempo_songs(given.folder, Path(folder))]
        if given.renders and band_songs.can_render():
            songs.append(band_renders(given.renders, Path(folder)))
        if given.guitar_pro and band_songs.can_render():
            from guitar_pro_renders import render_files

            songs.append(Truth(*parts) for parts in render_files(given.guitar_pro, Path(folder)))
        for truth in (truth for source in songs for truth in source):
            row = judge(truth)
            rows.append(row)
            numbers = "  ".join(
                f"{k} {v:.3f}" if isinstance(v, float) else f"{k} {v}" for k, v in row.items() if k != "name"
            )
            print(f"{truth.name:28} {numbers}", flush=True)
    tell(rows)


if __name__ == "__main__":
    main()

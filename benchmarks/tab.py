"""Compare our fingering with that of people, string by string.

    python benchmarks/tab.py FOLDER [--first N] [--json FILE]

FOLDER holds Guitar Pro 3 to 5 files and GuitarSet annotations (.jams); every guitar part of at least 100 notes counts.
The figure is the share of notes on the person's string, over the notes that could lie on more than one; a note that we
leave out counts as wrong. Songs are averaged, each over its parts. Printed are: the style "any" (blind), the style that
fits best, either after the first wrong note of every four bars was locked, the lowest fret, impossible events, CPU
seconds per 1,000 notes, and the time to solve a song again after each lock when they are set one after the other.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tonmeister.media.notation.guitar_pro import read_guitar_pro
from tonmeister.music.fingering import LeftHand
from tonmeister.music.fingering_styles import STYLES
from tonmeister.music.fretboard import TUNINGS, Fretboard, is_reachable
from tonmeister.music.tab import Fingering, Place, PlayedNote

MIN_NOTES = 100
TOGETHER_S = 0.03


@dataclass(frozen=True)
class Part:
    """A guitar part, its human fingering, and where its bars begin."""

    song: str
    name: str
    fretboard: Fretboard
    notes: list[PlayedNote]
    human: list[Place]
    bars_s: list[float]


def read_parts(folder: Path) -> list[Part]:
    """Return the guitar parts of all files of a folder."""
    parts: list[Part] = []
    for path in sorted(folder.iterdir()):
        if path.suffix in (".gp3", ".gp4", ".gp5"):
            parts.extend(read_tabs(path))
        elif path.suffix == ".jams":
            parts.append(read_jams(path))
    return [part for part in parts if len(part.notes) >= MIN_NOTES]


def read_tabs(path: Path) -> list[Part]:
    song = read_guitar_pro(path)
    return [
        Part(
            path.stem,
            f"{path.stem}/{part.name}",
            Fretboard(part.fretboard.tuning, capo=part.fretboard.capo),
            list(part.notes),
            list(part.places),
            list(song.bars_s),
        )
        for part in song.parts
        if part.fretboard.n_strings >= 6 and 24 <= part.program <= 31
    ]


def read_jams(path: Path) -> Part:
    sheet = json.loads(path.read_text("utf-8"))
    tuning = TUNINGS["guitar"]
    found = []
    bars_s = []
    for annotation in sheet["annotations"]:
        if annotation["namespace"] == "note_midi":
            at = int(annotation["annotation_metadata"]["data_source"])  # 0 is the low E string
            for note in annotation["data"]:
                midi = round(note["value"])
                found.append((note["time"], note["time"] + note["duration"], midi, 6 - at, midi - tuning[at]))
        elif annotation["namespace"] == "beat_position":
            bars_s += [beat["time"] for beat in annotation["data"] if beat["value"]["position"] == 1]
    found.sort()
    notes = [PlayedNote(start, stop, midi) for start, stop, midi, _, _ in found]
    human = [Place(string, fret) for _, _, _, string, fret in found]
    return Part("guitarset", f"guitarset/{path.stem}", Fretboard(tuning), notes, human, sorted(bars_s))


def measure_agreement(part: Part, places: list[Place | None], *, without: Mapping[int, Place] | None = None) -> float:
    """Return the share of ambiguous notes on the person's string, locked notes left aside."""
    same = total = 0
    for at, (note, human, place) in enumerate(zip(part.notes, part.human, places, strict=True)):
        if len(part.fretboard.places(note.midi)) > 1 and at not in (without or {}):
            total += 1
            same += place is not None and place.string == human.string
    return same / total if total else 1.0


def count_impossible(part: Part, fingering: Fingering) -> int:
    """Return how many chords no hand could hold, or sound a wrong pitch."""
    chords: list[list[int]] = []
    for at in sorted(range(len(part.notes)), key=lambda at: part.notes[at].onset_s):
        if fingering.places[at] is not None:
            if chords and part.notes[at].onset_s - part.notes[chords[-1][0]].onset_s <= TOGETHER_S:
                chords[-1].append(at)
            else:
                chords.append([at])
    n_bad = 0
    for chord in chords:
        held = [fingering.places[at] for at in chord]
        right = all(
            part.fretboard.midi(place) == part.notes[at].midi for at, place in zip(chord, held, strict=True) if place
        )
        n_bad += not right or not is_reachable([place for place in held if place])
    return n_bad


def find_corrections(part: Part, fingering: Fingering) -> dict[int, Place]:
    """Return what a player would put right: the first wrong note of every four bars."""
    locks: dict[int, Place] = {}
    bars = [*part.bars_s[::4], float("inf")]
    done: set[int] = set()
    for at in sorted(range(len(part.notes)), key=lambda at: part.notes[at].onset_s):
        block = sum(start <= part.notes[at].onset_s + 0.02 for start in bars)
        place, human = fingering.places[at], part.human[at]
        if block not in done and place is not None and place != human and human.fret <= part.fretboard.last_fret:
            locks[at] = human
            done.add(block)
    return locks


def lowest_frets(part: Part) -> list[Place | None]:
    """Return each note at its lowest fret, whatever the others do."""
    return [min(part.fretboard.places(note.midi), key=lambda place: place.fret, default=None) for note in part.notes]


def measure_locks(part: Part, style: str, locks: Mapping[int, Place]) -> list[float]:
    """Return the milliseconds that each solving takes when a player locks one note after the other, from the first."""
    hand = LeftHand(part.notes, part.fretboard, style=style)
    hand.solve()
    so_far: dict[int, Place] = {}
    spent_ms = []
    for at, place in locks.items():
        so_far[at] = place
        start = time.process_time()
        hand.solve(so_far)
        spent_ms.append(1000 * (time.process_time() - start))
    return spent_ms


def measure_part(part: Part) -> dict[str, float]:
    figures: dict[str, float] = {"n_notes": len(part.notes), "lowest": measure_agreement(part, lowest_frets(part))}
    by_style: dict[str, float] = {}
    for style in STYLES:
        start = time.process_time()
        hand = LeftHand(part.notes, part.fretboard, style=style)
        fingering = hand.solve()
        spent_s = time.process_time() - start
        by_style[style] = measure_agreement(part, list(fingering.places))
        locks = find_corrections(part, fingering)
        start = time.process_time()
        corrected = hand.solve(locks)
        first_s = time.process_time() - start
        again_ms = measure_locks(part, style, locks) if style == "any" else []
        agreement = measure_agreement(part, list(corrected.places), without=locks)
        if style == "any":
            figures |= {
                "blind": by_style[style],
                "blind_locked": agreement,
                "n_locks": len(locks),
                "n_left_out": len(fingering.left_out),
                "cpu_s_per_1000_notes": 1000 * spent_s / len(part.notes),
                "first_locked_solve_ms": 1000 * first_s,
                "solve_again_median_ms": statistics.median(again_ms or [0.0]),
                "solve_again_ms": max(again_ms, default=0.0),
            }
        figures["n_impossible"] = (
            figures.get("n_impossible", 0) + count_impossible(part, fingering) + count_impossible(part, corrected)
        )
        if by_style[style] == max(by_style.values()):
            figures |= {"right": by_style[style], "right_locked": agreement}
    return figures | {f"style {name}": value for name, value in by_style.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--first", type=int, default=None, help="only so many notes of each part")
    parser.add_argument("--json", type=Path, default=None)
    asked = parser.parse_args()
    rows: dict[str, dict[str, float]] = {}
    songs: dict[str, list[dict[str, float]]] = defaultdict(list)
    for part in read_parts(asked.folder):
        kept = Part(
            part.song,
            part.name,
            part.fretboard,
            part.notes[: asked.first],
            part.human[: asked.first],
            part.bars_s,
        )
        rows[part.name] = measure_part(kept)
        songs[part.song].append(rows[part.name])
        print(part.name, " ".join(f"{key}={value:.3g}" for key, value in rows[part.name].items()), flush=True)
    shares = ("lowest", "blind", "blind_locked", "right", "right_locked")
    macro = {
        key: statistics.fmean(statistics.fmean(row[key] for row in part_rows) for part_rows in songs.values())
        for key in shares
    }
    n_notes = sum(row["n_notes"] for row in rows.values())
    macro["n_notes"] = n_notes
    macro["n_impossible"] = sum(row["n_impossible"] for row in rows.values())
    macro["n_left_out"] = sum(row["n_left_out"] for row in rows.values())
    macro["cpu_s_per_1000_notes"] = sum(row["cpu_s_per_1000_notes"] * row["n_notes"] for row in rows.values()) / n_notes
    macro["slowest_solve_again_ms"] = max(row["solve_again_ms"] for row in rows.values())
    print("all", " ".join(f"{key}={value:.3g}" for key, value in macro.items()))
    if asked.json:
        asked.json.write_text(json.dumps({"parts": rows, "all": macro}, indent=1), "utf-8")


if __name__ == "__main__":
    main()

"""What the harmony benchmark asks of music21 and mir_eval; run by an interpreter that has both.

PYTHON listening_harmony_peer.py scores SHARED_AUDIO OUT.json    chorales and preludes with their analyses
PYTHON listening_harmony_peer.py chords PAIRS.json               mir_eval's figures for pairs of .lab files
"""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")

# Riemenschneider's numbers 1 to 20, as music21's corpus names them.
CHORALES = (
    "269", "347", "153.1", "86.6", "267", "281", "17.7", "40.8", "248.12-2", "38.6", "41.6", "65.2", "33.6", "184.5",
    "277", "311", "145.5", "318", "351", "302",
)  # fmt: skip


def read_piece(name: str, score: object, analysis: object) -> dict:
    from music21 import roman

    numerals = [
        {
            "start": float(numeral.getOffsetInHierarchy(analysis)),
            "figure": numeral.figure,
            "tonic": numeral.key.tonic.pitchClass,
            "mode": numeral.key.mode,
            "root": numeral.root().pitchClass,
            "tones": sorted({pitch.pitchClass for pitch in numeral.pitches}),
        }
        for numeral in analysis.recurse().getElementsByClass(roman.RomanNumeral)
    ]
    notes = [
        [float(note.offset), float(note.offset) + float(note.quarterLength), pitch.midi]
        for note in score.flatten().notes
        for pitch in note.pitches
    ]
    return {"name": name, "notes": notes, "numerals": numerals, "end": float(score.highestTime)}


def dump_scores(shared: Path) -> list[dict]:
    from music21 import converter, corpus

    pieces = []
    for number, bwv in enumerate(CHORALES, 1):
        analysis = corpus.parse(f"bach/choraleAnalyses/riemenschneider{number:03d}.rntxt")
        pieces.append(read_piece(f"chorale {number}", corpus.parse(f"bach/bwv{bwv}"), analysis))
    for folder in sorted((shared / "scores").glob("wtc1_*")):
        analysis = converter.parse(folder / "analysis.txt", format="romantext")
        pieces.append(read_piece(folder.name, converter.parse(folder / "score.mxl"), analysis))
    return pieces


def read_lab(path: str) -> tuple[list[list[float]], list[str]]:
    times, labels = [], []
    for line in Path(path).read_text().splitlines():
        start, end, label = line.split("\t")
        times.append([float(start), float(end)])
        labels.append(label.strip())
    return times, labels


def score_chords(pairs: list[list[str]]) -> list[dict[str, float]]:
    import mir_eval
    import numpy as np

    figures = []
    for truth, estimate in pairs:
        (truth_s, truth_labels), (heard_s, heard_labels) = read_lab(truth), read_lab(estimate)
        scores = mir_eval.chord.evaluate(np.array(truth_s), truth_labels, np.array(heard_s), heard_labels)
        figures.append({name: float(scores[name]) for name in ("root", "majmin", "sevenths", "seg")})
    return figures


if __name__ == "__main__":
    if sys.argv[1] == "scores":
        Path(sys.argv[3]).write_text(json.dumps(dump_scores(Path(sys.argv[2]))))
    else:
        print(json.dumps(score_chords(json.loads(Path(sys.argv[2]).read_text()))))

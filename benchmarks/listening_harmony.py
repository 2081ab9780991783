"""Compare chords and keys with people's analyses, in scores and in sound.

    python benchmarks/listening_harmony.py SHARED_AUDIO --peer PYTHON [--soundfont FILE.sf2] [--json FILE]

PYTHON is an interpreter that has music21 and mir_eval (they are no dependencies). Scores: the twenty chorales whose
analyses music21 carries and the preludes of SHARED_AUDIO, note by note, one beat a quarter; a chorale whose edition
differs from the analysed one is moved or unfolded to fit, or left out and named. Nothing was tuned on them, and none is
counted in the chord grammar. Sound: the annotated renders of SHARED_AUDIO on their own beats; beside our chords stand
those of the chord network alone, decoded as its authors do (one Viterbi with their transition probability). With a
sound font and fluidsynth, the GuitarSet performance and the chorales are rendered by several instruments as well.
"""

from __future__ import annotations

import argparse
import bisect
import itertools
import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import mido
import numpy as np
import soundfile
import soxr

from tonmeister.capabilities.analyzing.harmony import NOTES_WEIGHT
from tonmeister.engines.chord_network import FRAME_S, MODEL, Weights, hear_chords, load_weights
from tonmeister.engines.models import find_model
from tonmeister.engines.note_network import hear_notes
from tonmeister.music.chords import CHORD_CLASSES, decode_chords
from tonmeister.music.harmony import find_harmony, find_harmony_in_sound
from tonmeister.music.keys import relative_key
from tonmeister.music.tab import PlayedNote
from tonmeister.music.theory import KEY_NAMES, Key, parse_chord, parse_key, pitch_class

NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
SAMPLE_RATE = 22050
FITS = 0.85
STAYS, CHANGES = 0.957154635, 2.53522867e-4  # the authors' transition probabilities
GUITARS, VOICES = (24, 25, 26, 27, 30), (0, 19, 48, 52)
QUARTER_S = 0.75


@dataclass
class Piece:
    """A score with its analysis, by quarters."""

    name: str
    notes: list[PlayedNote]
    numerals: list[dict]
    end: float

    @property
    def beats(self) -> np.ndarray:
        return np.arange(int(np.ceil(self.end)), dtype=float)

    def numeral_at(self, quarter: float) -> dict | None:
        index = bisect.bisect_right([numeral["start"] for numeral in self.numerals], quarter + 1e-6) - 1
        return self.numerals[index] if index >= 0 else None


@dataclass
class Recording:
    """A sound with its truth."""

    name: str
    file: Path
    lab: Path
    beats_s: list[float]
    key: str
    figures: dict = field(default_factory=dict)


def fit(raw: dict) -> Piece | None:
    """Move the score by semitones, or unfold one repeat in the analysis, so that notes and numerals agree."""
    half = np.arange(0.0, raw["end"], 0.5)
    sounding = np.zeros((len(half), 12))
    for start, end, midi in raw["notes"]:
        sounding[(half >= start - 1e-6) & (half < end - 1e-6), midi % 12] += 1
    starts = [numeral["start"] for numeral in raw["numerals"]]
    member = np.zeros((len(half), 12))
    for place, quarter in enumerate(half):
        index = bisect.bisect_right(starts, quarter + 1e-6) - 1
        if index >= 0:
            member[place, raw["numerals"][index]["tones"]] = 1
    agreed, up = max((float((np.roll(sounding, up, 1) * member).sum() / sounding.sum()), up) for up in range(12))
    numerals = raw["numerals"]
    if agreed < FITS:
        agreed, up, numerals = unfold(raw, half, sounding, member)
    shift = up if up <= 6 else up - 12
    notes = [PlayedNote(start, end, midi + shift) for start, end, midi in raw["notes"]]
    return Piece(raw["name"], notes, numerals, raw["end"]) if agreed >= FITS else None


def unfold(raw: dict, half: np.ndarray, sounding: np.ndarray, member: np.ndarray) -> tuple[float, int, list[dict]]:
    straight = np.append(0.0, np.cumsum((sounding * member).sum(axis=1)))
    best = (0.0, 0, 0)
    for late in range(1, len(half)):
        moved = (sounding[late:] * member[:-late]).sum(axis=1)
        rest = np.append(np.cumsum(np.concatenate([np.zeros(late), moved])[::-1])[::-1], 0.0)
        fold = int((straight + rest).argmax())
        best = max(best, (float((straight + rest)[fold] / sounding.sum()), fold, late))
    agreed, fold, late = best
    first = [numeral for numeral in raw["numerals"] if numeral["start"] < fold / 2]
    again = [
        {**numeral, "start": max(numeral["start"] + late / 2, fold / 2)}
        for at, numeral in enumerate(raw["numerals"])
        if at + 1 == len(raw["numerals"]) or raw["numerals"][at + 1]["start"] + late / 2 > fold / 2
    ]
    return agreed, 0, first + again


def judge_score(piece: Piece) -> dict[str, float]:
    began = time.process_time()
    heard = find_harmony(piece.notes, piece.beats, end_s=max(piece.end, float(piece.beats[-1]) + 0.5))
    cpu_s = time.process_time() - began
    n_beats = root = key = both = chord_tones = 0
    for chord in heard.chords:
        for beat in range(chord.start_beat, chord.start_beat + chord.n_beats):
            numeral = piece.numeral_at(beat)
            if numeral is None:
                continue
            home = heard.key_at(beat)
            is_key = (pitch_class(home.tonic), home.mode) == (numeral["tonic"], numeral["mode"])
            is_root = chord.root == numeral["root"]
            tones = (
                {(chord.root + step) % 12 for step in parse_chord(chord.label).intervals} if chord.root >= 0 else set()
            )
            n_beats += 1
            root += is_root
            key += is_key
            both += is_key and is_root
            chord_tones += tones == set(numeral["tones"])
    first = piece.numerals[0]
    is_home = (pitch_class(heard.key.tonic), heard.key.mode) == (first["tonic"], first["mode"])
    counts = {"beats": n_beats, "root": root, "key": key, "degree": both, "chord": chord_tones}
    return {**counts, "global": is_home, "cpu": cpu_s}


def mirex(estimate: str, truth: str) -> float:
    """Weigh an estimate as MIREX does: 1, a fifth above 0.5, relative 0.3, parallel 0.2."""
    ours, right = parse_key(estimate), parse_key(truth)
    up = (pitch_class(ours.tonic) - pitch_class(right.tonic)) % 12
    if ours.mode == right.mode:
        return {0: 1.0, 7: 0.5}.get(up, 0.0)
    if ours.name == relative_key(Key(plain(right), right.mode)).name:
        return 0.3
    return 0.2 if up == 0 else 0.0


def plain(key: Key) -> str:
    return KEY_NAMES[pitch_class(key.tonic) + (12 if key.mode == "minor" else 0)].split()[0]


def recordings(shared: Path) -> Iterator[Recording]:
    for folder in sorted((shared / "synth").iterdir()):
        if not (folder / "chords.lab").is_file():
            continue
        sound = next(folder / name for name in ("mix.ogg", "keys.ogg", "guitar.ogg") if (folder / name).is_file())
        rows = (folder / "beats.csv").read_text().splitlines()[1:]
        beats_s = [float(row.split(",")[0]) for row in rows]
        yield Recording(folder.name, sound, folder / "chords.lab", beats_s, (folder / "key.txt").read_text().strip())


def render(name: str, notes: list[PlayedNote], program: int, soundfont: Path, place: Path) -> Path:
    events = sorted(
        [(note.onset_s, 1, note.midi) for note in notes] + [(note.offset_s - 0.01, 0, note.midi) for note in notes]
    )
    track = mido.MidiTrack([mido.Message("program_change", program=program)])
    now = 0
    for at_s, is_on, midi in events:
        tick = round(at_s * 960)
        track.append(mido.Message("note_on" if is_on else "note_off", note=midi, velocity=88, time=max(tick - now, 0)))
        now = max(tick, now)
    file = mido.MidiFile(ticks_per_beat=480)
    file.tracks.append(track)
    file.save(place / f"{name}.mid")
    sound = place / f"{name}.wav"
    command = [
        "fluidsynth",
        "-ni",
        "-q",
        "-R",
        "0",
        "-C",
        "0",
        "-F",
        str(sound),
        str(soundfont),
        str(place / f"{name}.mid"),
    ]
    subprocess.run(command, check=True, capture_output=True)
    return sound


def rendered(shared: Path, pieces: list[Piece], soundfont: Path, place: Path) -> Iterator[Recording]:
    for jams in sorted((shared / "tabs").glob("guitarset_*.jams")):
        tracks = json.loads(jams.read_text())["annotations"]
        kinds = {kind: [row["data"] for row in tracks if row["namespace"] == kind] for kind in ("note_midi", "chord")}
        notes = [
            PlayedNote(row["time"], row["time"] + row["duration"], round(row["value"]))
            for string in kinds["note_midi"]
            for row in string
        ]
        beats_s = [row["time"] for track in tracks if track["namespace"] == "beat_position" for row in track["data"]]
        key = next(track["data"][0]["value"] for track in tracks if track["namespace"] == "key_mode").replace(":", " ")
        lab = place / f"{jams.stem}.lab"
        write_lab(lab, [(row["time"], row["time"] + row["duration"], row["value"]) for row in kinds["chord"][0]])
        for program in GUITARS:
            name = f"{jams.stem}_{program}"
            yield Recording(name, render(name, notes, program, soundfont, place), lab, beats_s, key)
    for index, piece in enumerate(piece for piece in pieces if piece.name.startswith("chorale")):
        name = piece.name.replace(" ", "_")
        notes = [PlayedNote(note.onset_s * QUARTER_S, note.offset_s * QUARTER_S, note.midi) for note in piece.notes]
        ends = [numeral["start"] for numeral in piece.numerals[1:]] + [piece.end]
        write_lab(
            place / f"{name}.lab",
            [
                (numeral["start"] * QUARTER_S, end * QUARTER_S, label_of(numeral))
                for numeral, end in zip(piece.numerals, ends, strict=True)
            ],
        )
        first = piece.numerals[0]
        sound = render(name, notes, VOICES[index % len(VOICES)], soundfont, place)
        beats_s = (piece.beats * QUARTER_S).tolist()
        yield Recording(name, sound, place / f"{name}.lab", beats_s, f"{NAMES[first['tonic']]} {first['mode']}")


def label_of(numeral: dict) -> str:
    tones = {(tone - numeral["root"]) % 12 for tone in numeral["tones"]}
    if 4 in tones:
        kind = "aug" if 8 in tones and 7 not in tones else "7" if 10 in tones else "maj7" if 11 in tones else "maj"
    elif 3 in tones and 6 in tones:
        kind = "hdim7" if 10 in tones else "dim7" if 9 in tones else "dim"
    else:
        kind = "min7" if {3, 10} <= tones else "min" if 3 in tones else "5"
    return f"{NAMES[numeral['root']]}:{kind}"


def write_lab(path: Path, rows: list[tuple[float, float, str]]) -> None:
    path.write_text("".join(f"{start:.4f}\t{end:.4f}\t{label}\n" for start, end, label in rows))


def hear(item: Recording, weights: Weights, place: Path) -> None:
    """Write our chords and the network's own, and note the key and what both took."""
    sound, sample_rate = soundfile.read(item.file, dtype="float32", always_2d=True)
    mono = soxr.resample(sound.mean(axis=1), sample_rate, SAMPLE_RATE)[None].astype(np.float32)
    began = time.process_time()
    chords = hear_chords(mono, SAMPLE_RATE, weights)
    network_s = time.process_time() - began
    notes = hear_notes(mono)
    duration_s = mono.shape[1] / SAMPLE_RATE
    for kind, weight in (("ours", 0.8), ("as analyzed", NOTES_WEIGHT), ("without notes", 0.0)):
        activity = notes.note if weight else None
        began = time.process_time()
        heard = find_harmony_in_sound(
            chords.classes, chords.bass, FRAME_S, item.beats_s, pitch=chords.pitch, end_s=duration_s,
            activity=activity, activity_times_s=None if activity is None else notes.times_s, notes_weight=weight,
        )  # fmt: skip
        item.figures[f"{kind} cpu"] = (time.process_time() - began) / duration_s
        write_lab(place / f"{item.name}.{kind}.lab", [(c.start_s, c.end_s, c.label) for c in heard.chords])
        item.figures[f"{kind} key"] = mirex(heard.key.name, item.key)
    path, _ = decode_chords(np.log(chords.classes + 1e-12), float(np.log(STAYS / CHANGES)))
    edges = [0, *(np.flatnonzero(np.diff(path)) + 1).tolist(), len(path)]
    rows = [(a * FRAME_S, b * FRAME_S, CHORD_CLASSES[path[a]]) for a, b in itertools.pairwise(edges)]
    write_lab(place / f"{item.name}.network.lab", rows)
    item.figures["network cpu"] = network_s / duration_s


def report_scores(pieces: list[Piece]) -> dict:
    figures = {}
    for kind in ("chorale", "wtc"):
        judged = [judge_score(piece) for piece in pieces if piece.name.startswith(kind)]
        beats = sum(row["beats"] for row in judged)
        shares = {name: sum(row[name] for row in judged) / beats for name in ("root", "chord", "key", "degree")}
        figures[kind] = {
            **shares,
            "pieces": len(judged),
            "beats": beats,
            "global": sum(row["global"] for row in judged),
        }
        cpu_ms = 1e3 * sum(row["cpu"] for row in judged) / beats
        words = ", ".join(f"{name} {share:.3f}" for name, share in shares.items())
        home = figures[kind]["global"]
        print(f"{kind}: {len(judged)} pieces, {beats} beats: {words}, global key {home}, {cpu_ms:.2f} ms a beat")
    return figures


def report_sound(items: list[Recording], peer: Path, place: Path) -> list[dict]:
    kinds = ("ours", "as analyzed", "without notes", "network")
    pairs = [[str(item.lab), str(place / f"{item.name}.{kind}.lab")] for item in items for kind in kinds]
    (place / "pairs.json").write_text(json.dumps(pairs))
    answer = subprocess.run(
        [peer, Path(__file__).with_name("listening_harmony_peer.py"), "chords", place / "pairs.json"],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    scores = iter(json.loads(answer.stdout))
    rows = []
    for item in items:
        row = {"name": item.name, **item.figures, **{kind: next(scores) for kind in kinds}}
        rows.append(row)
        majmin = "  ".join(f"{kind} {row[kind]['majmin']:.3f}" for kind in kinds)
        print(f"{item.name:32s} majmin: {majmin}   key {row['ours key']:.1f}")
    for name in ("root", "majmin", "sevenths", "seg"):
        print(
            f"mean {name}: " + "  ".join(f"{kind} {np.mean([row[kind][name] for row in rows]):.3f}" for kind in kinds)
        )
    print(
        "mean key (MIREX): "
        + "  ".join(f"{kind} {np.mean([row[f'{kind} key'] for row in rows]):.3f}" for kind in kinds[:3])
    )
    print(f"network: {1 / np.mean([row['network cpu'] for row in rows]):.0f} x real time a core")
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shared", type=Path, help="the folder of recordings with manifest.csv")
    parser.add_argument("--peer", type=Path, required=True, help="interpreter with music21 and mir_eval")
    parser.add_argument("--soundfont", type=Path, help="render more with fluidsynth")
    parser.add_argument("--json", type=Path, help="write the figures here as well")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        helper = Path(__file__).with_name("listening_harmony_peer.py")
        subprocess.run([options.peer, helper, "scores", options.shared, place / "scores.json"], check=True)
        raw = json.loads((place / "scores.json").read_text())
        fitted = [fit(piece) for piece in raw]
        left_out = [piece["name"] for piece, found in zip(raw, fitted, strict=True) if found is None]
        pieces = [piece for piece in fitted if piece is not None]
        print(f"left out, score and analysis differ: {', '.join(left_out) or 'none'}")
        figures = {"scores": report_scores(pieces), "left_out": left_out}
        items = list(recordings(options.shared))
        if options.soundfont and shutil.which("fluidsynth"):
            items += rendered(options.shared, pieces, options.soundfont, place)
        weights = load_weights(find_model(MODEL))
        for item in items:
            hear(item, weights, place)
        figures["sound"] = report_sound(items, options.peer, place)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()

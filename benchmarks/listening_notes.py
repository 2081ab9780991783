"""Compare the notes that are heard with those that were played.

    python benchmarks/listening_notes.py FOLDER [--reference PYTHON] [--work FOLDER] [--audio FOLDER] [--fit]

FOLDER holds GuitarSet annotations (.jams) and Guitar Pro files, which fluidsynth renders (its soundfont: --soundfont);
--audio is the folder of real recordings with ground truth. What was rendered and heard is kept under --work. A note is
right if its onset lies within 50 ms and its pitch within 50 cents of one that was played, each counting once
(mir_eval's rule without offsets). Guitars: songs are left out in turn (all renders of one song together) while the
judge is fitted to the others; beside it the judge as shipped, plain thresholds with a ghost filter, and the published
package's notes at its defaults where PYTHON has the package. Beside the songs the judges know plain music of
`note_songs.py`; what that module keeps for trying is scored by kind, and by pitch for the lowest notes. --fit writes
engines/note_judges.py. How far confidence can be believed is shown by ten classes, of left-out notes. Drums alone are
scored at 50 ms by drum: made-up grooves on seven kits, and the stems of the rendered songs in --audio.
"""

from __future__ import annotations

import argparse
import base64
import csv
import json
import statistics
import subprocess
import sys
import textwrap
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import mido
import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_bipartite_matching

from drum_songs import DrumTake, recorded_takes, render_takes, score_strikes
from note_songs import KINDS, TRIED_FROM, make_up
from tab import read_jams, read_tabs
from tonmeister.capabilities.transcribing.hearing import hear_instrument, hear_voice
from tonmeister.capabilities.transcribing.profiles import load_profile
from tonmeister.dsp.drums import DRUMS, find_drum_hits
from tonmeister.dsp.drums import SAMPLE_RATE as DRUM_RATE
from tonmeister.dsp.strokes import measure_rises
from tonmeister.engines.note_creation import Decoding, HeardNote, create_notes
from tonmeister.engines.note_judge import Judge, judge_notes, note_features, unpack_judge
from tonmeister.engines.note_judges import load_judge
from tonmeister.engines.note_network import NotePosteriors, hear_notes, load_posteriors, save_posteriors
from tonmeister.engines.pitch_tracker import PitchTrack, load_track, save_track, track_pitch
from tonmeister.media.notation.guitar_pro import read_guitar_pro
from tonmeister.media.reader import read_audio

FLUIDSYNTH = ("fluidsynth", "-ni", "-q", "-R", "0", "-C", "0", "-g", "0.6", "-r", "44100")
GUITARSET_PROGRAMS = (24, 25, 26, 27)
LONGEST_S = 90.0
N_UNITS, RIDGE, N_STEPS, N_STARTS = 12, 3e-4, 200, 3
# of a made-up piece beside a song; what few songs have weighs as much as they
MADE_UP_WEIGHTS = {kind: 1.0 if kind in ("bass", "choir") else 0.6 for kind in KINDS}
SEEDS_FITTED, SEEDS_TRIED = range(31), range(TRIED_FROM, TRIED_FROM + 10)
GUITARS, LINES = ("guitar", "riff", "strum", "ukulele"), ("bass", "line", "riff")
JUDGED_BY = {"guitar": GUITARS, "line": LINES, "any": ("guitar", "piano", *LINES, *KINDS)}
JUDGES_FILE = Path(__file__).resolve().parents[1] / "src" / "tonmeister" / "engines" / "note_judges.py"
LOW_PITCHES = ((30, 34), (35, 37), (38, 40), (41, 45), (46, 52))
REFERENCE = """
import json, logging, sys, time
logging.disable(logging.CRITICAL)
from basic_pitch import ICASSP_2022_MODEL_PATH
from basic_pitch.inference import Model, predict
model = Model(ICASSP_2022_MODEL_PATH)
for line in sys.stdin:
    began = time.process_time()
    found = predict(line.strip(), model)[2]
    notes = [(float(each[0]), int(each[2])) for each in found]
    sys.stderr.write(json.dumps({"cpu_s": time.process_time() - began, "notes": notes}) + "\\n")
"""

Played = list[tuple[float, float]]


@dataclass
class Item:
    """A recording and the onsets (s) and pitches (MIDI) played in it."""

    name: str
    song: str
    path: Path
    played: Played
    kind: str = "guitar"
    is_rendered: bool = False
    low_midi: int | None = None
    weight: float = 1.0
    heard: NotePosteriors | None = None
    track: PitchTrack | None = None
    duration_s: float = 0.0
    cpu_s: float = 0.0
    proposals: list[HeardNote] = field(default_factory=list)


def score(played: Played, found: Played) -> tuple[float, float, float]:
    """Return F, precision and recall."""
    if not played or not found:
        return 0.0, 0.0, 0.0
    n = int((match(played, found) >= 0).sum())
    precision, recall = n / len(found), n / len(played)
    return (2 * precision * recall / (precision + recall) if n else 0.0), precision, recall


def match(played: Played, found: Played) -> np.ndarray:
    """Return for each note that was played the found one that it is, or -1: as many as can be."""
    one, other = np.array(played), np.array(found)
    near = np.abs(one[:, None, 0] - other[None, :, 0]).round(9) <= 0.05
    same = np.abs(one[:, None, 1] - other[None, :, 1]) <= 0.5
    return maximum_bipartite_matching(csr_matrix(near & same), perm_type="column")


def render_items(folder: Path, work: Path, soundfont: Path) -> list[Item]:
    items = []
    for path in sorted(folder.iterdir()):
        if path.suffix == ".jams":
            notes = [(note.onset_s, note.offset_s, note.midi) for note in read_jams(path).notes]
            parts = [(f"{path.stem}_p{program}", program, notes) for program in GUITARSET_PROGRAMS]
        elif path.suffix in (".gp3", ".gp4", ".gp5"):
            programs = {part.name: part.program for part in read_guitar_pro(path).parts}
            parts = []
            for number, part in enumerate(read_tabs(path)):
                notes = sorted((note.onset_s, note.offset_s, note.midi) for note in part.notes)
                start_s = max(0.0, notes[0][0] - 1.0) if notes else 0.0
                notes = [(on - start_s, off - start_s, midi) for on, off, midi in notes if on < LONGEST_S]
                if len(part.notes) >= 100 and len(notes) >= 80:
                    program = programs[part.name.split("/", 1)[1]]
                    parts.append((f"{path.stem}_{number}_p{program}", program, notes))
        else:
            continue
        for name, program, notes in parts:
            wav = render(notes, program, work / name, soundfont)
            items.append(Item(name, path.stem, wav, [(on, midi) for on, _, midi in notes], is_rendered=True))
    return items


def made_up_items(seeds: Sequence[int], work: Path, soundfont: Path) -> list[Item]:
    """Return plain music of all kinds."""
    items = []
    for kind in KINDS:
        for song in (make_up(kind, seed) for seed in seeds):
            wav = render(song.notes, song.program, work / song.name, soundfont)
            played = [(on, float(midi)) for on, _, midi, _ in song.notes]
            items.append(Item(song.name, song.name, wav, played, kind, True, song.low_midi, MADE_UP_WEIGHTS[kind]))
    return items


def render(
    notes: Sequence[tuple[float, float, int]] | Sequence[tuple[float, float, int, int]],
    program: int,
    base: Path,
    soundfont: Path,
) -> Path:
    wav = base.with_suffix(".wav")
    if wav.exists():
        return wav
    file = mido.MidiFile(ticks_per_beat=960)
    track = mido.MidiTrack([mido.Message("program_change", program=program)])
    file.tracks.append(track)
    events = [(on, 1, midi, *velocity) for on, _, midi, *velocity in notes]
    events += [(max(off, on + 0.03), 0, midi) for on, off, midi, *_ in notes]
    at = 0
    for time_s, is_on, midi, *velocity in sorted(events):
        tick = round(time_s * 1920)  # 120 beats a minute
        kind = "note_on" if is_on else "note_off"
        track.append(mido.Message(kind, note=int(midi), velocity=int((velocity or [96])[0]) * is_on, time=tick - at))
        at = tick
    file.save(base.with_suffix(".mid"))
    command = [*FLUIDSYNTH, "-F", str(wav), str(soundfont), str(base.with_suffix(".mid"))]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return wav


def recorded_items(audio: Path) -> list[Item]:
    """Return the stems with exact notes, and the singing that two people annotated."""
    items = []
    kinds = {"guitar": "guitar", "keys": "piano", "bass": "bass"}
    for folder in sorted((audio / "synth").glob("d*")):
        with (folder / "notes.csv").open() as file:
            rows = list(csv.DictReader(file))
        for stem in sorted({row["stem"] for row in rows} - {"drums"}):
            played = [(float(row["onset_s"]), float(row["midi"])) for row in rows if row["stem"] == stem]
            name = folder.name.split("_")[0]
            items.append(Item(f"{name} {stem}", name, folder / f"{stem}.ogg", played, kinds.get(stem, "line")))
    for annotator in (1, 2):
        folder = audio / "annotated" / "vocadito_1"
        rows = [line.split(",") for line in (folder / f"vocadito_1_notesA{annotator}.csv").read_text().split()]
        sung = [(float(on), 69 + 12 * np.log2(float(hz) / 440)) for on, hz, _ in rows]
        items.append(Item(f"vocadito_1 A{annotator}", "vocadito_1", folder / "vocadito_1.wav", sung, "voice"))
    return items


def hear(item: Item, work: Path) -> None:
    base = work / (item.name.replace(" ", "_").removesuffix("_A1").removesuffix("_A2"))
    files = [base.with_name(f"{base.name}.{kind}.npz") for kind in ("notes", "contour", "pitch")]
    if not files[0].exists():
        sound = read_audio(item.path, sample_rate=22_050).samples.mean(axis=0, keepdims=True)
        began = time.process_time()
        posteriors = hear_notes(sound)
        item.cpu_s = time.process_time() - began
        save_posteriors(posteriors, files[0], files[1])
    item.heard = load_posteriors(files[0])
    item.duration_s = item.heard.duration_s
    if item.kind in ("bass", "voice", "line"):
        if not files[2].exists():
            sound = read_audio(item.path, sample_rate=16_000).samples.mean(axis=0, keepdims=True)
            save_track(replace(track_pitch(sound), rises=measure_rises(sound[0], 16_000)), files[2])
        item.track = load_track(files[2])


def found_by(item: Item, notes: Sequence[HeardNote]) -> Played:
    assert item.heard is not None
    return [(float(item.heard.times_s[each.start]), float(each.midi)) for each in notes]


def fit(items: Sequence[Item]) -> Judge:
    """Fit a judge, every song weighing the same; ridge-penalised, so that units that help little stay small.

    Each start at random ends elsewhere; the judge says the mean of what those of several starts say, which is less
    theirs than the music's.
    """
    tables, labels, weights = [], [], []
    for item in items:
        assert item.heard is not None
        table = note_features(item.heard, item.proposals)
        label = np.zeros(len(table))
        matched = match(item.played, found_by(item, item.proposals))
        label[matched[matched >= 0]] = 1.0
        tables.append(table)
        labels.append(label)
        weights.append(np.full(len(table), item.weight / max(len(table), 1)))
    x, y, w = np.concatenate(tables), np.concatenate(labels), np.concatenate(weights)
    w /= sum(item.weight for item in items)
    mean, spread = x.mean(axis=0), x.std(axis=0) + 1e-3
    z = ((x - mean) / spread).clip(-6, 6).astype(np.float32)
    n = z.shape[1]
    is_bias = np.zeros(n + n * N_UNITS + 2 * N_UNITS + 1, bool)
    is_bias[n + n * N_UNITS : -N_UNITS - 1] = is_bias[-1] = True

    def loss(b: np.ndarray) -> tuple[float, np.ndarray]:
        judge = unpack_judge(np.concatenate([mean, spread, b]).astype(np.float32))
        h = np.tanh(z @ judge.units + judge.unit_bias)
        s = (h @ judge.unit_weight + z @ judge.plain + judge.bias).astype(np.float64)
        off = (w * (1 / (1 + np.exp(-s)) - y)).astype(np.float32)
        back = off[:, None] * judge.unit_weight * (1 - h * h)
        slope = np.concatenate([z.T @ off, (z.T @ back).ravel(), back.sum(axis=0), h.T @ off, [off.sum()]])
        ridge = np.where(is_bias, 0.0, b)
        return float((w * (np.logaddexp(0, s) - y * s)).sum() + RIDGE * ridge @ ridge), slope + 2 * RIDGE * ridge

    found = []
    for start in range(N_STARTS):
        begun = np.random.default_rng(start).normal(0, 0.1, len(is_bias)) * ~is_bias
        begun[:n] = 0.0
        b = minimize(loss, begun, jac=True, method="L-BFGS-B", options={"maxiter": N_STEPS}).x
        found.append(unpack_judge(np.concatenate([mean, spread, b])))
    return mean_judge(found)


def mean_judge(judges: Sequence[Judge]) -> Judge:
    """Return the judge whose scores are the means of those of others that see features on one scale."""
    return Judge(
        judges[0].mean,
        judges[0].spread,
        np.mean([each.plain for each in judges], axis=0),
        np.concatenate([each.units for each in judges], axis=1),
        np.concatenate([each.unit_bias for each in judges]),
        np.concatenate([each.unit_weight for each in judges]) / len(judges),
        float(np.mean([each.bias for each in judges])),
    )


def write_judges(judges: dict[str, Judge]) -> None:
    """Write the judges' weights as a module."""
    lines = []
    for name, judge in judges.items():
        parts = (judge.mean, judge.spread, judge.plain, judge.units.ravel(), judge.unit_bias, judge.unit_weight)
        packed = np.concatenate([*parts, [judge.bias]]).astype("<f4")
        coded = textwrap.wrap(base64.b64encode(packed.tobytes()).decode("ascii"), 110)
        lines += [f'        "{name}": (', *(f'            "{line}"' for line in coded), "        ),"]
    head = JUDGES_FILE.read_text(encoding="utf-8").split("MappingProxyType(", 1)[0]
    text = "\n".join([head + "MappingProxyType(", "    {", *lines, "    }", ")"])
    JUDGES_FILE.write_text(text + "\n", encoding="utf-8")


def judged(item: Item, judge: Judge, least: float = 0.5) -> Played:
    assert item.heard is not None
    sure = judge_notes(item.heard, item.proposals, judge)
    return found_by(item, [each for each, p in zip(item.proposals, sure, strict=True) if p >= least])


def propose(item: Item, instrument: str) -> None:
    assert item.heard is not None
    profile = load_profile(instrument)
    item.proposals = create_notes(item.heard, profile.proposals(50.0, item.low_midi))


def ask_reference(items: Sequence[Item], python: str) -> dict[str, tuple[Played, float]]:
    asked = "".join(f"{item.path}\n" for item in items)
    done = subprocess.run([python, "-c", REFERENCE], input=asked, capture_output=True, text=True, check=True)
    lines = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    return {
        item.name: ([(on, float(midi)) for on, midi in line["notes"]], line["cpu_s"])
        for item, line in zip(items, lines, strict=True)
    }


def profile_of(item: Item) -> str:
    own = {"keys": "piano", "strum": "guitar", "riff": "guitar", "line": "any", "choir": "any"}
    return own.get(item.kind, item.kind)


def measure_plain(items: list[Item]) -> dict[str, dict[str, float]]:
    """Return the figures of plain music by kind: means over its pieces."""
    rows: dict[str, dict[str, float]] = {}
    for kind in dict.fromkeys(item.kind for item in items):
        each = [
            score(item.played, judged(item, load_judge("guitar" if kind in GUITARS else "any")))
            for item in items
            if item.kind == kind
        ]
        rows[kind] = dict(zip(("f", "precision", "recall"), np.mean(each, axis=0).tolist(), strict=True))
    return rows


def measure_low(items: list[Item]) -> dict[str, dict[str, float]]:
    """Return how many of the low notes of guitars are found, by pitch."""
    found: dict[str, list[bool]] = {f"MIDI {low} to {high}": [] for low, high in LOW_PITCHES}
    for item in items:
        matched = match(item.played, judged(item, load_judge("guitar"))) >= 0
        for (_, midi), is_found in zip(item.played, matched.tolist(), strict=True):
            for low, high in LOW_PITCHES:
                if low <= midi <= high:
                    found[f"MIDI {low} to {high}"].append(is_found)
    return {name: {"recall": statistics.fmean(each), "notes": float(len(each))} for name, each in found.items() if each}


def measure_guitars(
    items: list[Item], plain_items: list[Item], reference: dict[str, tuple[Played, float]]
) -> dict[str, dict[str, float]]:
    rows: dict[str, dict[str, float]] = {}
    plain = Decoding(0.65, 0.45, 5, 38, 88, ghost_ratio=0.7)
    for song in sorted({item.song for item in items}):
        judge = judge_without(song, [*items, *plain_items])
        for item in (item for item in items if item.song == song):
            assert item.heard is not None
            f, precision, recall = score(item.played, judged(item, judge))
            rows[item.name] = {
                "left_out": f,
                "precision": precision,
                "recall": recall,
                "shipped": score(item.played, judged(item, load_judge("guitar")))[0],
                "thresholds": score(item.played, found_by(item, create_notes(item.heard, plain)))[0],
            }
            if item.name in reference:
                rows[item.name]["reference"] = score(item.played, reference[item.name][0])[0]
    return rows


def measure_single_voices(items: list[Item]) -> dict[str, dict[str, float]]:
    rows = {}
    for item in items:
        assert item.heard is not None
        assert item.track is not None
        if item.kind == "voice":
            song = hear_voice(item.track, item.heard, 50.0)
            cents = [float(np.nanmedian(song.contours[at].cents)) for at in range(len(song.notes))]
            found = [(note.onset_s, note.midi + c / 100) for note, c in zip(song.notes, cents, strict=True)]
        else:
            profile = load_profile("bass" if item.kind == "bass" else "any")
            song = hear_instrument(item.track, item.heard, profile.proposals(50.0), load_judge("line"), 0.5)
            found = [(note.onset_s, float(note.midi)) for note in song.notes]
        f, precision, recall = score(item.played, found)
        rows[item.name] = {"f": f, "precision": precision, "recall": recall}
    return rows


_LEFT_OUT: dict[str, Judge] = {}


def judge_without(song: str, items: Sequence[Item]) -> Judge:
    """Return the judge fitted to all but one song; kept, as it is asked for twice."""
    if song not in _LEFT_OUT:
        _LEFT_OUT[song] = fit([item for item in items if item.song != song])
    return _LEFT_OUT[song]


def measure_confidence(items: list[Item], plain_items: list[Item]) -> dict[str, dict[str, float]]:
    """Return by class of confidence what left-out notes were said to be, and were: the share that was played."""
    said, was = [], []
    for song in sorted({item.song for item in items}):
        judge = judge_without(song, [*items, *plain_items])
        for item in (item for item in items if item.song == song and item.is_rendered):
            assert item.heard is not None
            matched = match(item.played, found_by(item, item.proposals))
            right = np.zeros(len(item.proposals))
            right[matched[matched >= 0]] = 1.0
            said.append(judge_notes(item.heard, item.proposals, judge))
            was.append(right)
    likely, right = np.concatenate(said), np.concatenate(was)
    classes = np.minimum((10 * likely).astype(int), 9)
    rows = {}
    for at in range(10):
        here = classes == at
        rows[f"{10 * at} to {10 * at + 10} %"] = {
            "said": float(likely[here].mean()),
            "were": float(right[here].mean()),
            "notes": float(here.sum()),
        }
    return rows


def measure_drums(takes: list[DrumTake]) -> dict[str, dict[str, float]]:
    """Return precision, recall and F of each drum by kit and song, from all their strikes together."""
    counts: dict[str, dict[str, list[tuple[int, int, int]]]] = {}
    for take in takes:
        sound = read_audio(take.path, sample_rate=DRUM_RATE).samples.mean(axis=0, keepdims=True)
        hits = find_drum_hits(sound)
        for drum in DRUMS:
            found = score_strikes(take.struck[drum], [hit.time_s for hit in hits if hit.drum == drum])
            counts.setdefault(take.source, {}).setdefault(drum, []).append(found)
    rows: dict[str, dict[str, float]] = {}
    for source, by_drum in counts.items():
        rows[source] = {}
        for drum, each in by_drum.items():
            right, n_found, n_struck = np.sum(each, axis=0).tolist()
            rows[source] |= {
                f"{drum} P": right / max(n_found, 1),
                f"{drum} R": right / max(n_struck, 1),
                f"{drum} F": 2 * right / max(n_found + n_struck, 1),
            }
    return rows


def show(title: str, rows: dict[str, dict[str, float]]) -> dict[str, float]:
    names = list(dict.fromkeys(name for row in rows.values() for name in row))
    print(f"\n{title:<34}" + "".join(f"{name:>11}" for name in names))
    for name, row in rows.items():
        print(f"{name:<34}" + "".join(f"{row[key]:11.3f}" if key in row else " " * 11 for key in names))
    means = {key: statistics.fmean(row[key] for row in rows.values() if key in row) for key in names}
    print(f"{'mean':<34}" + "".join(f"{means[key]:11.3f}" for key in names))
    return means


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--work", type=Path, default=Path("listening-notes"))
    parser.add_argument("--audio", type=Path, default=Path(__file__).resolve().parents[2] / "shared" / "audio")
    parser.add_argument("--soundfont", type=Path, default=Path("/usr/share/sounds/sf2/FluidR3_GM.sf2"))
    parser.add_argument("--reference")
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args(arguments)
    given.work.mkdir(parents=True, exist_ok=True)
    items = [*render_items(given.folder, given.work, given.soundfont), *recorded_items(given.audio)]
    known = made_up_items(SEEDS_FITTED, given.work, given.soundfont)
    tried = made_up_items(SEEDS_TRIED, given.work, given.soundfont)
    for item in (*items, *known, *tried):
        hear(item, given.work)
        propose(item, profile_of(item))
    guitars = [item for item in items if item.kind == "guitar"]
    if given.fit:
        write_judges(
            {name: fit([item for item in (*items, *known) if item.kind in kinds]) for name, kinds in JUDGED_BY.items()}
        )
        return 0
    plain_guitars = [item for item in known if item.kind in GUITARS]
    pack = [item for item in guitars if item.is_rendered]
    reference = ask_reference([*pack, items[-1]], given.reference) if given.reference else {}
    figures = {
        "rendered guitars": show(
            "rendered guitars",
            {
                name: row
                for name, row in measure_guitars(
                    guitars, [item for item in known if item.kind in GUITARS], reference
                ).items()
                if name in {item.name for item in pack}
            },
        ),
        "single voices": show("single voices", measure_single_voices([item for item in items if item.track])),
        "pianos": show(
            "keys",
            {i.name: {"f": score(i.played, judged(i, load_judge("any")))[0]} for i in items if i.kind == "piano"},
        ),
    }
    figures["confidence"] = show("confidence of left-out notes", measure_confidence(guitars, plain_guitars))
    figures["plain music"] = show("plain music by kind, not fitted to", measure_plain(tried))
    figures["low notes"] = show("low guitars, not fitted to", measure_low([i for i in tried if i.kind == "riff"]))
    figures["drum kits"] = show("drums: made-up grooves by kit", measure_drums(render_takes(given.work / "drums")))
    figures["drum stems"] = show("drums: stems of songs", measure_drums(recorded_takes(given.audio)))
    fresh = [item for item in items if item.cpu_s]
    if fresh:
        ratio = sum(item.duration_s for item in fresh) / sum(item.cpu_s for item in fresh)
        print(f"\nnetwork: {ratio:.1f} x real time per core")
    if reference:
        asked = [item for item in items if item.name in reference]
        ratio = sum(item.duration_s for item in asked) / sum(reference[item.name][1] for item in asked)
        print(f"reference, decoding and notes included: {ratio:.1f} x real time per core")
        sung = items[-1]
        print(f"reference on {sung.name}: F {score(sung.played, reference[sung.name][0])[0]:.3f}")
    if given.json:
        given.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

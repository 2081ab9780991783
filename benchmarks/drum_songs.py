"""Drums alone, with every strike known: patterns of `band_songs` on several kits, and the stems of rendered songs.

    python benchmarks/drum_songs.py --work FOLDER [--audio FOLDER] [--write]

fits the drum judge: to the patterns on FluidR3's kits and on kits of `tools/train_separator`, to the stems, and to
noise in which nothing is struck. What it tells of patterns that were left out is printed by kind; --write writes the
weights of all into `tonmeister.dsp.drum_weights`. `listening_notes.py` scores other songs of the same grooves.
"""

from __future__ import annotations

import argparse
import base64
import csv
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import mido
import numpy as np
from scipy.optimize import minimize
from scipy.signal import lfilter

from band_songs import GROOVES, compose, render
from tonmeister.dsp.drums import DRUMS, HOP_SAMPLES, SAMPLE_RATE, measure_strikes
from tonmeister.media.reader import read_audio

KITS = {"standard": 0, "room": 8, "power": 16, "electronic": 24, "808": 25, "jazz": 32, "brush": 40}
"""Kits of FluidR3 by their program."""
NUMBERS = {"kick": (35, 36), "snare": (37, 38, 39, 40), "hat": (42, 44, 46)}
"""Which of General MIDI's drums count as which: rim and clap as snare, pedal and open as hi-hat."""
FITTED_SEED, SCORED_SEED = 9000, 9600
LENGTH_S = 30.0
N_OWN_KITS, N_NOISES, N_FOLDS = 4, 8, 5
N_HIDDEN = 24
RIDGE = 1e-4
WEIGHTS = Path(__file__).resolve().parents[1] / "src" / "tonmeister" / "dsp" / "drum_weights.py"


@dataclass
class DrumTake:
    """A recording of drums, and when each was struck (s); ``source`` is the kit, or the song."""

    source: str
    pattern: str
    path: Path
    struck: dict[str, list[float]]


def sort_strikes(notes: list[tuple[float, int]]) -> dict[str, list[float]]:
    """Return the times by drum."""
    return {drum: sorted(at for at, midi in notes if midi in NUMBERS[drum]) for drum in DRUMS}


def patterns(first_seed: int = SCORED_SEED) -> list[tuple[str, list[tuple[float, int, int]]]]:
    """Return patterns of half a minute, (time s, midi, velocity), from the second section on: one of each groove."""
    made = []
    for at, name in enumerate(GROOVES):
        song = compose(first_seed - first_seed % len(GROOVES) + at)
        assert song.groove == name
        notes = sorted((on, midi, velocity) for on, _, midi, velocity in song.notes[9])
        if notes:
            # the end of a verse, a chorus and a bridge: every drum that the song has
            first = song.sections[2][0] - 0.4 * LENGTH_S
            made.append((name, [(on - first, *rest) for on, *rest in notes if 0 <= on - first < LENGTH_S]))
    return made


def render_takes(work: Path, first_seed: int = SCORED_SEED) -> list[DrumTake]:
    """Render each pattern with each kit; what is there already is taken."""
    work.mkdir(parents=True, exist_ok=True)
    takes = []
    for name, notes in patterns(first_seed):
        for kit, program in KITS.items():
            path = work / f"{name.replace(' ', '-')}_{kit}_{first_seed}.wav"
            if not path.exists():
                midi, partly = path.with_suffix(".mid"), path.with_suffix(".part.wav")
                _write(notes, program, midi)
                render(midi, partly)
                partly.rename(path)  # a run that is broken off leaves no half a take behind
            takes.append(DrumTake(kit, name, path, sort_strikes([(on, midi) for on, midi, _ in notes])))
    return takes


def _write(notes: list[tuple[float, int, int]], program: int, path: Path) -> None:
    file = mido.MidiFile(ticks_per_beat=1000)
    track = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=1_000_000)])
    track.append(mido.Message("program_change", channel=9, program=program))
    events = [(round(1000 * on), 1, midi, velocity) for on, midi, velocity in notes]
    events += [(round(1000 * on) + 80, 0, midi, 0) for on, midi, _ in notes]
    before = 0
    for tick, is_on, midi, velocity in sorted(events):
        kind = "note_on" if is_on else "note_off"
        track.append(mido.Message(kind, channel=9, note=midi, velocity=velocity, time=tick - before))
        before = tick
    file.tracks.append(track)
    file.save(path)


def recorded_takes(audio: Path) -> list[DrumTake]:
    """Return the drum stems of the rendered songs, with their own kit and mixing."""
    takes = []
    for folder in sorted((audio / "synth").glob("d*")):
        with (folder / "notes.csv").open() as file:
            notes = [
                (float(row["onset_s"]), int(row["midi"])) for row in csv.DictReader(file) if row["stem"] == "drums"
            ]
        if notes:
            takes.append(DrumTake(folder.name, folder.name, folder / "drums.ogg", sort_strikes(notes)))
    return takes


def score_strikes(struck: list[float], found: list[float], within_s: float = 0.05) -> tuple[int, int, int]:
    """Return how many strikes are right, found and struck; each is matched once, in order."""
    right = at = 0
    for time_s in sorted(found):
        while at < len(struck) and struck[at] < time_s - within_s:
            at += 1
        if at < len(struck) and struck[at] <= time_s + within_s:
            right, at = right + 1, at + 1
    return right, len(found), len(struck)


@dataclass
class Example:
    """What the judge sees of one take, (n_strikes, n_traits), and which drums each strike was, (n_strikes, 3)."""

    kind: str
    pattern: str
    times_s: np.ndarray
    traits: np.ndarray
    labels: np.ndarray
    struck: dict[str, list[float]]


def examples(work: Path, audio: Path) -> Iterator[Example]:
    """Yield all that the judge is fitted to."""
    for kind, takes in (("kits", render_takes(work, FITTED_SEED)), ("songs", recorded_takes(audio))):
        for take in takes:
            sound = read_audio(take.path, sample_rate=SAMPLE_RATE).samples.mean(axis=0, keepdims=True)
            yield _example(kind, take.pattern, sound, take.struck)
    sys.path.append(str(WEIGHTS.parents[3] / "tools" / "train_separator"))
    import kit

    rng = np.random.default_rng(5)
    made_of = {36, 38, 37, 42, 46, 49, 48, 47, 45, 43}
    for _ in range(N_OWN_KITS):
        for name, notes in patterns(FITTED_SEED):
            played = [(on, midi, velocity / 127) for on, midi, velocity in notes if midi in made_of]
            sound = kit.play(rng, played, round((LENGTH_S + 1) * SAMPLE_RATE), 0.5, heavy=False)
            struck = sort_strikes([(on, midi) for on, midi, _ in played if midi != 37])  # these kits have no rim
            yield _example("own kits", name, sound.mean(axis=0, keepdims=True).astype(np.float32), struck)
    for number in range(N_NOISES):
        noise = rng.standard_normal((1, 10 * SAMPLE_RATE))
        if number % 2:
            noise = lfilter([1.0], [1.0, -0.97], noise)  # darker
        yield _example("noise", f"noise {number}", noise.astype(np.float32) / np.abs(noise).max(), sort_strikes([]))


def _example(kind: str, pattern: str, sound: np.ndarray, struck: dict[str, list[float]]) -> Example:
    strikes, _, traits = measure_strikes(sound)
    times_s = strikes * HOP_SAMPLES / SAMPLE_RATE
    labels = np.zeros((len(times_s), len(DRUMS)))
    for column, drum in enumerate(DRUMS):
        for time_s in struck[drum]:
            nearest = np.abs(times_s - time_s).argmin()
            labels[nearest, column] = abs(times_s[nearest] - time_s) <= 0.05
    return Example(kind, pattern, times_s, traits, labels, struck)


def fit(known: list[Example]) -> tuple[np.ndarray, ...]:
    """Return the weights and biases of both layers: ridge-penalised maximum likelihood."""
    x, y = np.concatenate([each.traits for each in known]), np.concatenate([each.labels for each in known])
    mean, spread = x.mean(axis=0), x.std(axis=0) + 1e-6
    z = ((x - mean) / spread).astype(np.float32)
    shapes = ((x.shape[1], N_HIDDEN), (N_HIDDEN,), (N_HIDDEN, len(DRUMS)), (len(DRUMS),))
    edges = np.cumsum([0, *(int(np.prod(shape)) for shape in shapes)])

    def layers(flat: np.ndarray) -> list[np.ndarray]:
        return [flat[a:b].reshape(shape) for a, b, shape in zip(edges, edges[1:], shapes, strict=False)]

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        first, shift, last, bias = layers(flat.astype(np.float32))
        hidden = np.tanh(z @ first + shift)
        s = hidden @ last + bias
        slope = ((1 / (1 + np.exp(-s)) - y) / len(z)).astype(np.float32)
        back = (slope @ last.T) * (1 - hidden * hidden)
        parts = (z.T @ back + RIDGE * first, back.sum(axis=0), hidden.T @ slope + RIDGE * last, slope.sum(axis=0))
        value = (np.logaddexp(0, s) - y * s).sum() / len(z) + 0.5 * RIDGE * ((first**2).sum() + (last**2).sum())
        return float(value), np.concatenate([part.reshape(-1) for part in parts]).astype(np.float64)

    rng = np.random.default_rng(0)
    begin = np.concatenate([rng.normal(0, 1 / np.sqrt(np.prod(shape[:1])), np.prod(shape)) for shape in shapes])
    found = minimize(loss, begin, jac=True, method="L-BFGS-B", options={"maxiter": 150}).x
    first, shift, last, bias = layers(found)
    return first / spread[:, None], shift - (mean / spread) @ first, last, bias


def judge(weights: tuple[np.ndarray, ...], traits: np.ndarray) -> np.ndarray:
    """Return how likely each strike is each drum."""
    first, shift, last, bias = weights
    return np.asarray(1 / (1 + np.exp(-(np.tanh(traits @ first + shift) @ last + bias))))


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--audio", type=Path, default=Path(__file__).resolve().parents[2] / "shared" / "audio")
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args(arguments)
    known = list(examples(given.work, given.audio))
    names = sorted({each.pattern for each in known})
    counts: dict[tuple[str, str], list[tuple[int, int, int]]] = {}
    for fold in range(N_FOLDS):
        left_out = set(names[fold::N_FOLDS])
        weights = fit([each for each in known if each.pattern not in left_out])
        for each in (each for each in known if each.pattern in left_out):
            likely = judge(weights, each.traits)
            for column, drum in enumerate(DRUMS):
                found = each.times_s[likely[:, column] >= 0.5].tolist()
                counts.setdefault((each.kind, drum), []).append(score_strikes(each.struck[drum], found))
    for (kind, drum), rows in sorted(counts.items()):
        right, n_found, n_struck = np.sum(rows, axis=0).tolist()
        f = 2 * right / max(n_found + n_struck, 1)
        print(f"{kind:9s} {drum:6s} left out: F {f:.3f}, {right} right of {n_found} found, {n_struck} struck")
    if given.write:
        write_weights(fit(known))
    return 0


def write_weights(weights: tuple[np.ndarray, ...]) -> None:
    """Write the module of the weights."""
    flat = np.concatenate([part.reshape(-1) for part in weights]).astype("<f2")
    text = "\n".join(f'    "{line}"' for line in textwrap.wrap(base64.b64encode(flat.tobytes()).decode(), 112))
    WEIGHTS.write_text(
        '"""Weights of the drum judge, as `benchmarks/drum_songs.py --write` fits them; see `drums`."""\n\n'
        f"from __future__ import annotations\n\nN_HIDDEN = {N_HIDDEN}\nFLOAT16 = (\n{text}\n)\n"
        '"""Both layers\' weights and biases, little-endian float16 in base64."""\n',
        encoding="utf-8",
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Fit the styles of `music/fingering_styles.py` to the fingerings of people.

    python benchmarks/tab_tuning.py FOLDER [--epochs 8] [--first 300] [--trust 0.7] [--leave-one-out] [--write]

FOLDER as for benchmarks/tab.py. An averaged structured perceptron (Collins, EMNLP 2002) with a margin: the cheapest
way is compared with the cheapest way that keeps to the person's places (where the hand lies is not known), and the
weights move towards the person's. Few people are in the pack, so the weights go only part of the way (--trust) from
where the search began to what was learnt: that does better on songs not seen. "any" learns from all parts, the other
styles from the parts whose human fingering has their mark. With --leave-one-out every song is also fingered by weights
that never saw it. --write replaces the weights in the source.
"""

from __future__ import annotations

import argparse
import random
import statistics
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tab import Part, read_parts
from tonmeister.music import fingering_styles
from tonmeister.music.fingering import LeftHand
from tonmeister.music.fingering_costs import GRIP_TRAITS, MOVE_TRAITS, N_HURRIED, fold_context, grip_traits, move_traits

N_GRIPS, N_MOVES = len(GRIP_TRAITS), len(MOVE_TRAITS)
DESCRIPTIONS = {
    "any": "Music of which nothing is known.",
    "open": "Chords and pickings with open strings in low positions.",
    "position": "Melodies and stopped chords, the hand resting in a position.",
    "power-chord": "Riffs of fifths and octaves on the low strings.",
}
# where the search begins: what makes a grip hard for anyone
FIRST = {
    "mean_fret": 1.2, "span": 0.8, "stretch": 0.4, "n_fingers_over_2": 0.23, "n_fingers_over_4": 6.0,
    "n_skipped_strings": 0.5, "high_on_low_string": 0.14, "index_offset": 0.1, "n_open": 0.1, "shift": 0.9,
    "shifts": 0.4, "string_distance": 0.08, "shift_at_leisure": 0.02, "n_places_shared": -0.3, "cuts_ringing": 0.1,
    "high_on_extra_string": 0.3,
}  # fmt: skip


class Lesson:
    """A part with the grips that the person may have used."""

    def __init__(self, part: Part):
        self.part = part
        hand = LeftHand(part.notes, part.fretboard)
        self.hand = hand
        self.chords, _ = hand._choose_chords({})
        self.grips = [hand._grips_of(chord, {}) for chord in self.chords]
        self.human = []
        self.wrong = []
        for chord, grips in zip(self.chords, self.grips, strict=True):
            want = tuple(part.human[note] for note in chord.notes)
            right = np.array([voicing == want for voicing in grips.voicings])[grips.voicing]
            self.human.append(right if right.any() else np.ones(len(right), dtype=bool))
            misses = [
                sum(place.string != human.string for place, human in zip(voicing, want, strict=True))
                for voicing in grips.voicings
            ]
            self.wrong.append(np.array(misses, dtype=np.float64)[grips.voicing])
        self._moves: dict[tuple[int, int], np.ndarray] = {}

    def moves(self, at: int) -> np.ndarray:
        key = (id(self.grips[at - 1]), id(self.grips[at]))
        if key not in self._moves:
            self._moves[key] = move_traits(self.grips[at - 1], self.grips[at])
        return self._moves[key]

    def solve(self, weights: np.ndarray, *, margin: float = 0.0, as_human: bool = False) -> list[int]:
        of_grips, of_moves = weights[:N_GRIPS], weights[N_GRIPS:]
        priced: dict[int, tuple[np.ndarray, ...]] = {}
        cost = np.zeros(0)
        back = []
        for at, (chord, grips) in enumerate(zip(self.chords, self.grips, strict=True)):
            price = grips.traits @ fold_context(of_grips, chord.context) - margin * self.wrong[at]
            if as_human:
                price = np.where(self.human[at], price, 1e9)
            if at == 0:
                cost = price
                continue
            traits = self.moves(at)
            if id(traits) not in priced:
                priced[id(traits)] = (
                    np.tensordot(of_moves[:N_HURRIED], traits[:N_HURRIED], 1),
                    np.tensordot(of_moves[N_HURRIED:-1], traits[N_HURRIED:-1], 1),
                    of_moves[-1] * traits[-1],
                )
            hurried, steady, cuts = priced[id(traits)]
            total = cost[:, None] + hurried * chord.hurry + steady + cuts * chord.ringing
            best = total.argmin(axis=0)
            back.append(best)
            cost = total[best, np.arange(len(best))] + price
        path = [int(cost.argmin())]
        for best in reversed(back):
            path.append(int(best[path[-1]]))
        return path[::-1]

    def traits(self, path: Sequence[int]) -> np.ndarray:
        total = np.zeros(N_GRIPS + N_MOVES)
        for at, (chord, grips, grip) in enumerate(zip(self.chords, self.grips, path, strict=True)):
            total[:N_GRIPS] += grip_traits(grips.traits[grip], chord.context)
            if at:
                move = self.moves(at)[:, path[at - 1], grip].copy()
                move[:N_HURRIED] *= chord.hurry
                move[-1] *= chord.ringing
                total[N_GRIPS:] += move
        return total / len(path)

    def agreement(self, weights: np.ndarray) -> float:
        same = total = 0
        for chord, grips, grip in zip(self.chords, self.grips, self.solve(weights), strict=True):
            voicing = grips.voicings[grips.voicing[grip]]
            for note, place in zip(chord.notes, voicing, strict=True):
                if len(self.part.fretboard.places(self.part.notes[note].midi)) > 1:
                    total += 1
                    same += place.string == self.part.human[note].string
        return same / max(1, total)


def mark(part: Part) -> str:
    """Return the style that the person's own fingering shows."""
    chords: dict[float, list[int]] = defaultdict(list)
    for at, note in enumerate(part.notes):
        chords[note.onset_s].append(at)
    fifths = opens = 0
    for chord in chords.values():
        low = min(part.notes[at].midi for at in chord)
        fifths += len(chord) > 1 and {(part.notes[at].midi - low) % 12 for at in chord} in ({0, 7}, {0, 5})
        opens += any(part.human[at].fret == 0 for at in chord)
    if fifths > 0.15 * len(chords):
        return "power-chord"
    return "open" if opens > 0.2 * len(chords) or statistics.median(p.fret for p in part.human) <= 3 else "position"


def fit(lessons: Sequence[Lesson], epochs: int, first: np.ndarray) -> np.ndarray:
    weights, total, n_steps = first.copy(), np.zeros(len(first)), 0
    order = list(lessons)
    draw = random.Random(1)
    n_parts: dict[str, int] = defaultdict(int)
    for lesson in lessons:
        n_parts[lesson.part.song] += 1
    for epoch in range(epochs):
        draw.shuffle(order)
        for lesson in order:
            guess = lesson.solve(weights, margin=0.5)
            human = lesson.solve(weights, as_human=True)
            share = len(lessons) / len(n_parts) / n_parts[lesson.part.song]
            weights = weights - 0.4 * share / (1 + 0.15 * epoch) * (lesson.traits(human) - lesson.traits(guess))
            total, n_steps = total + weights, n_steps + 1
    return total / max(1, n_steps)


def fit_styles(lessons: Sequence[Lesson], epochs: int, trust: float) -> dict[str, np.ndarray]:
    first = np.array([FIRST.get(name, 0.0) for name in (*GRIP_TRAITS, *MOVE_TRAITS)])
    styles = {"any": first + trust * (fit(lessons, epochs, first) - first)}
    for name in list(DESCRIPTIONS)[1:]:
        own = [lesson for lesson in lessons if mark(lesson.part) == name]
        styles[name] = fit(own, epochs, styles["any"]) if own else styles["any"]
    return styles


def by_song(lessons: Sequence[Lesson], values: Sequence[float]) -> float:
    songs: dict[str, list[float]] = defaultdict(list)
    for lesson, value in zip(lessons, values, strict=True):
        songs[lesson.part.song].append(value)
    return statistics.fmean(statistics.fmean(each) for each in songs.values())


def report(title: str, lessons: Sequence[Lesson], styles: Sequence[dict[str, np.ndarray]]) -> None:
    rows = [
        {name: lesson.agreement(weights) for name, weights in own.items()}
        for lesson, own in zip(lessons, styles, strict=True)
    ]
    for lesson, row in zip(lessons, rows, strict=True):
        shares = " ".join(f"{name}={value:.3f}" for name, value in row.items())
        print(f"{title} {lesson.part.name} [{mark(lesson.part)}] {shares}")
    blind = by_song(lessons, [row["any"] for row in rows])
    marked = by_song(lessons, [row[mark(lesson.part)] for lesson, row in zip(lessons, rows, strict=True)])
    best = by_song(lessons, [max(row.values()) for row in rows])
    print(f"{title}: blind {blind:.3f}, style as marked {marked:.3f}, best style {best:.3f}", flush=True)


def source(styles: dict[str, np.ndarray]) -> str:
    """Return the source of the weights."""
    lines = ["# fmt: off"]
    for name, weights in styles.items():
        for kind, values in (("GRIPS", weights[:N_GRIPS]), ("MOVES", weights[N_GRIPS:])):
            lines.append(f"_{name.upper().replace('-', '_')}_{kind} = (")
            row = "   "
            for value in values:
                number = f" {round(float(value), 3) + 0.0},"
                if len(row) + len(number) > 118:
                    lines.append(row)
                    row = "   "
                row += number
            lines += [row, ")"]
    return "\n".join([*lines, "# fmt: on"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--first", type=int, default=300, help="learn from so many notes of each part")
    parser.add_argument("--trust", type=float, default=0.7)
    parser.add_argument("--leave-one-out", action="store_true")
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    parts = read_parts(asked.folder)
    whole = [Lesson(part) for part in parts]
    n = asked.first
    short = [
        Lesson(Part(part.song, part.name, part.fretboard, part.notes[:n], part.human[:n], part.bars_s))
        for part in parts
    ]
    styles = fit_styles(short, asked.epochs, asked.trust)
    report("all", whole, [styles] * len(whole))
    if asked.write:
        path = Path(fingering_styles.__file__)
        text = path.read_text("utf-8")
        head, _, rest = text.partition("# fmt: off")
        names = "".join(
            f'            Style("{name}", "{text}", _{constant}_GRIPS, _{constant}_MOVES),\n'
            for name, text in DESCRIPTIONS.items()
            for constant in [name.upper().replace("-", "_")]
        )
        tail = rest[rest.rindex('"""The styles by name') :]
        path.write_text(
            f"{head}{source(styles)}\n\nSTYLES: Mapping[str, Style] = MappingProxyType(\n    {{\n"
            f"        style.name: style\n        for style in (\n{names}        )\n    }}\n)\n{tail}",
            "utf-8",
        )
    if asked.leave_one_out:
        songs = sorted({part.song for part in parts})
        unseen = {
            song: fit_styles([each for each in short if each.part.song != song], asked.epochs, asked.trust)
            for song in songs
        }
        report("left out", whole, [unseen[lesson.part.song] for lesson in whole])


if __name__ == "__main__":
    main()

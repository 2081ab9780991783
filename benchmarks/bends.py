"""Bends and what passes for them: what is told of each technique that was played, and what is told where none was.

    python benchmarks/bends.py SHARED_AUDIO --soundfont FILE.sf2 [--work FOLDER] [--known] [--fit]

Lines of `bend_songs.py` alone, over a bass and over two ringing strings, by instruments and with shapes of bends that
the rules were not chosen on (--known takes those that they were). They are heard as `transcribe` hears a guitar: as
chords, those alone as a single voice too. A bend is found where the note's onset lies within 80 ms, at its fretted
pitch, and its depth within 50 cents; the other techniques where they stand on either of the notes concerned. Then the
guitars, basses and leads of SHARED_AUDIO on which no string is bent: what is told there is wrong. --fit prints the
weights for `music/glides.py`, fitted to what was known. What was heard is kept under --work.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from bend_songs import KNOWN_SOUNDS, SETTINGS, TRIED_FROM, TRIED_SOUNDS, BendSong, Gesture, make_up, render
from tonmeister.capabilities.transcribing.gliding import follow_ridge, join_chordal, join_line
from tonmeister.capabilities.transcribing.hearing import HeardSong, hear_chords, hear_instrument
from tonmeister.capabilities.transcribing.profiles import least_likely, load_profile
from tonmeister.dsp.strokes import measure_rises
from tonmeister.engines.note_judges import load_judge
from tonmeister.engines.note_network import (
    NotePosteriors,
    hear_notes,
    load_posteriors,
    rate_in_tune,
    save_posteriors,
)
from tonmeister.engines.pitch_tracker import SAMPLE_RATE as TRACKED_HZ
from tonmeister.engines.pitch_tracker import PitchTrack, load_track, save_track, track_pitch
from tonmeister.media.reader import read_audio
from tonmeister.media.resample import resample_blocks
from tonmeister.music.fretboard import Fretboard
from tonmeister.music.glides import find_way
from tonmeister.music.retab import Retab, name_note
from tonmeister.music.tab import PlayedNote, Technique
from tonmeister.music.techniques import find_techniques

N_SONGS = 2
RIDGE = 3.0
CLASSES = (0.5, 0.7, 0.9, 0.97, 1.01)
NEAR_S, NEAR_CENTS = 0.08, 50.0
UNBENT = (
    "synth/d1_*/guitar.ogg",
    "synth/d2_*/guitar.ogg",
    "synth/d3_*/guitar.ogg",
    "synth/d5_*/guitar.ogg",
    "synth/d7_*/guitar.ogg",
    "annotated/loops/latin_guitar*.ogg",
    "songs/trow_acoustic_guitar*.mp3",
    "synth/d*/bass.ogg",
)
TOLD = {"slide": ("slide",), "legato": ("hammer_on", "pull_off"), "vibrato": ("vibrato",)}
"""What should be told of each kind of gesture, beside bends."""


@dataclass(frozen=True)
class Shaped:
    """Notes as they are written, what shapes them, and where they are taken."""

    notes: tuple[PlayedNote, ...]
    techniques: tuple[tuple[Technique, ...], ...]

    def named(self, *names: str) -> Iterator[tuple[PlayedNote, Technique]]:
        for note, shapes in zip(self.notes, self.techniques, strict=True):
            yield from ((note, each) for each in shapes if each.name in names)


@dataclass(frozen=True)
class BendTally:
    """A gesture that was played as a bend or told as one: truth, what was told, and which way it was heard."""

    way: str
    song: BendSong
    gesture: Gesture | None
    told: tuple[PlayedNote, Technique] | None

    @property
    def is_right(self) -> bool:
        return self.gesture is not None and self.gesture.kind in ("bend", "release") and self.told is not None


def hear(path: Path, work: Path, *, is_line: bool) -> tuple[NotePosteriors, PitchTrack | None]:
    """Return what the networks hear of a file; kept in ``work``."""
    notes, contour, track = (
        work / f"{path.parent.name}-{path.stem}.{kind}.npz" for kind in ("notes", "contour", "track")
    )
    if not contour.exists() or (is_line and not track.exists()):
        audio = read_audio(path)
        mono = audio.samples.mean(axis=0, keepdims=True)
        if not contour.exists():
            rate = rate_in_tune(0)
            blocks = resample_blocks(iter([mono]), audio.sample_rate, rate, quality="HQ")
            save_posteriors(hear_notes(blocks, sample_rate=rate, n_workers=1), notes, contour)
        if is_line and not track.exists():
            blocks = list(resample_blocks(iter([mono]), audio.sample_rate, TRACKED_HZ, quality="HQ"))
            rises = measure_rises(np.concatenate(blocks, axis=1)[0], TRACKED_HZ)
            save_track(replace(track_pitch(blocks), rises=rises), track)
    return load_posteriors(notes, contour), load_track(track) if is_line else None


def hear_song(posteriors: NotePosteriors, track: PitchTrack | None) -> HeardSong:
    """Return a guitar's notes as they are before bends are joined; as a single voice where there is a track."""
    profile = load_profile("guitar")
    proposals, least = profile.proposals(50.0, profile.low_midi), least_likely(50.0)
    if track is None:
        return hear_chords(posteriors, proposals, load_judge(profile.judge), least)
    return hear_instrument(track, posteriors, proposals, load_judge("line"), least)


def shape(posteriors: NotePosteriors, track: PitchTrack | None) -> Shaped:
    """Make notes and techniques as `transcribe` does for a guitar."""
    heard = hear_song(posteriors, track)
    heard = join_line(heard, track, posteriors) if track else join_chordal(heard, posteriors)
    bent = {name_note(heard.notes[at]) for at, each in heard.contours.items() if each.bend is not None}
    edited, fingering = Retab(heard.notes, Fretboard()).solve([], bent=bent)
    return Shaped(tuple(edited.notes), find_techniques(edited.notes, fingering, heard.contours))


def match_bends(way: str, song: BendSong, shaped: Shaped) -> list[BendTally]:
    """Lay what is told as bends beside what was played."""
    told = list(shaped.named("bend"))
    tallies = []
    for gesture in song.gestures:
        is_bend = gesture.kind in ("bend", "release")
        mine = [
            each
            for each in told
            if abs(each[0].onset_s - gesture.onset_s) < NEAR_S
            and each[0].midi == gesture.midi
            and abs(each[1].depth_cents - gesture.cents) <= NEAR_CENTS
        ]
        if is_bend:
            tallies.append(BendTally(way, song, gesture, mine[0] if mine else None))
            if mine:
                told.remove(mine[0])
    for each in told:
        inside = [g for g in song.gestures if g.onset_s - NEAR_S <= each[0].onset_s < g.onset_s + g.length_s]
        at = inside[-1] if inside else None
        # told at the wrong pitch, place or depth
        wrong = Gesture(f"{at.kind} told wrong" if at.kind in ("bend", "release") else at.kind, at.onset_s, at.length_s,
                        at.midi, at.cents, at.moved_s, at.shape) if at else None  # fmt: skip
        tallies.append(BendTally(way, song, wrong, each))
    return tallies


def count_others(song: BendSong, shaped: Shaped, counts: Counter[tuple[str, str]]) -> None:
    """Count slides, legato and vibrato that were played, found, and told."""
    for kind, names in TOLD.items():
        told = list(shaped.named(*names))
        for gesture in song.gestures:
            if gesture.kind != kind:
                continue
            counts[kind, "played"] += 1
            end_s = gesture.onset_s + gesture.length_s
            mine = [each for each in told if gesture.onset_s - NEAR_S <= each[0].onset_s <= end_s]
            counts[kind, "found"] += bool(mine)
            counts[kind, "right"] += len(mine)
        counts[kind, "told"] += len(told)


def share(part: int, whole: int) -> str:
    return f"{part / whole:.2f} ({part} of {whole})" if whole else "-"


def report(tallies: list[BendTally], counts: dict[str, Counter[tuple[str, str]]]) -> None:
    for way in sorted({each.way for each in tallies}):
        mine = [each for each in tallies if each.way == way]
        played = [each for each in mine if each.gesture and each.gesture.kind in ("bend", "release")]
        told = [each for each in mine if each.told]
        right = [each for each in played if each.told]
        print(f"{way}: bends precision {share(len(right), len(told))}, recall {share(len(right), len(played))}")
        for name, value in (
            ("cents", lambda each: f"{each.gesture.cents:g}"),
            ("shape", lambda each: each.gesture.shape),
            ("sound", lambda each: str(each.song.sound)),
        ):
            groups: dict[str, list[bool]] = defaultdict(list)
            for each in played:
                groups[value(each)].append(each.told is not None)
            print(
                f"  recall by {name}:", ", ".join(f"{key} {share(sum(g), len(g))}" for key, g in sorted(groups.items()))
            )
        let_go = [each.told[1].is_released for each in right if each.told and each.gesture.kind == "release"]
        held = [each.told[1].is_released for each in right if each.told and each.gesture.kind == "bend"]
        print(f"  told as let go: {share(sum(let_go), len(let_go))} that were, {share(sum(held), len(held))} others")
        false = Counter(each.gesture.kind if each.gesture else "nothing" for each in told if not each.is_right)
        frets = Counter(each.gesture.shape for each in told if each.gesture and each.gesture.kind == "slide")
        print(f"  told wrongly on: {dict(false)}; slides by {dict(frets)}")
        count = counts[way]
        for kind in TOLD:
            precision, recall = (
                (count[kind, "right"], count[kind, "told"]),
                (count[kind, "found"], count[kind, "played"]),
            )
            print(f"  {kind}: precision {share(*precision)}, recall {share(*recall)}")
    print("what is said of how likely a bend is one, and how many are (where a bend is told wrong, too):")
    for low, high in itertools.pairwise(CLASSES):
        said = [(each.told[1].confidence, each.is_right) for each in tallies if each.told]
        inside = [pair for pair in said if low <= pair[0] < high]
        if inside:
            print(f"  {low:.2f} to {high:.2f}: said {statistics.mean(p for p, _ in inside):.2f}, "
                  f"right {share(sum(is_right for _, is_right in inside), len(inside))}")  # fmt: skip


def fit(songs_heard: list[tuple[BendSong, NotePosteriors, PitchTrack | None]]) -> None:
    """Fit how likely a way up is a bend to the traits of all ways that are found, and print the weights."""
    traits, is_bend = [], []
    for song, posteriors, track in songs_heard:
        for heard in [hear_song(posteriors, None)] + ([hear_song(posteriors, track)] if track else []):
            known_until_s = 0.0
            for note in sorted(heard.notes, key=lambda note: note.onset_s):
                way = find_way(*follow_ridge(posteriors, note).heard)
                if way is None or any(
                    each.midi == note.midi and note.onset_s < each.onset_s <= way.start_s for each in heard.notes
                ):
                    continue
                at = next((g for g in reversed(song.gestures) if g.onset_s - NEAR_S <= note.onset_s), song.gestures[0])
                is_near, is_bent = abs(note.onset_s - at.onset_s) < NEAR_S, at.kind in ("bend", "release")
                is_right = (
                    is_near and is_bent and note.midi == at.midi and abs(way.depth_cents - at.cents) <= NEAR_CENTS
                )
                # notes that a bend passes are joined to it; a string that sounds with a bent one is no example; nor is
                # a note that a later bend is taken for, whose own onset was missed
                is_later = any(
                    g.kind in ("bend", "release") and g is not at and g.onset_s < way.start_s < g.onset_s + g.length_s
                    for g in song.gestures
                )
                if not is_right and (
                    note.onset_s < known_until_s or (is_near and is_bent and note.midi != at.midi) or is_later
                ):
                    continue
                known_until_s = at.onset_s + at.length_s if is_right else known_until_s
                traits.append(way.traits)
                is_bend.append(is_right)
    values, truth = np.array(traits), np.array(is_bend)
    middle, spread = values.mean(axis=0), values.std(axis=0)
    scaled = (values - middle) / spread

    def loss(weights: np.ndarray) -> float:
        logit = weights[0] + scaled @ weights[1:]
        return float(np.logaddexp(0, np.where(truth, -logit, logit)).sum() + 0.5 * RIDGE * (weights[1:] ** 2).sum())

    found = minimize(loss, np.zeros(1 + values.shape[1])).x
    slopes = found[1:] / spread
    weights = [found[0] - float(slopes @ middle), *slopes]
    print(f"{len(truth)} ways, {truth.sum()} bends: ({', '.join(f'{weight:.3f}' for weight in weights)})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shared", type=Path)
    parser.add_argument("--soundfont", type=Path, required=True)
    parser.add_argument("--work", type=Path)
    parser.add_argument("--known", action="store_true")
    parser.add_argument("--fit", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as own:
        work = given.work or Path(own)
        work.mkdir(parents=True, exist_ok=True)
        heard = []
        for song in songs(is_known=given.known or given.fit):
            path = render(song, work, given.soundfont)
            heard.append((song, *hear(path, work, is_line=song.setting == "line")))
        if given.fit:
            fit(heard)
            return
        tallies: list[BendTally] = []
        counts: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
        for song, posteriors, track in heard:
            ways = {f"{song.setting} as chords": None} | ({"line as one voice": track} if track else {})
            for way, one in ways.items():
                shaped = shape(posteriors, one)
                tallies += match_bends(way, song, shaped)
                count_others(song, shaped, counts[way])
        report(tallies, counts)
        for pattern in UNBENT:
            for path in sorted(given.shared.glob(pattern)):
                is_line = path.stem in ("bass", "lead")
                posteriors, track = hear(path, work, is_line=is_line)
                shaped = shape(posteriors, track)
                found = [(n.midi, round(n.onset_s, 2), t.depth_cents) for n, t in shaped.named("bend")]
                print(f"{path.relative_to(given.shared)}: {len(shaped.notes)} notes, {len(found)} bends {found or ''}")


def songs(*, is_known: bool) -> Iterator[BendSong]:
    first = 0 if is_known else TRIED_FROM
    for setting in SETTINGS:
        for sound in KNOWN_SOUNDS if is_known else TRIED_SOUNDS:
            for seed in range(first, first + N_SONGS):
                yield make_up(seed, setting, sound)


if __name__ == "__main__":
    main()

from __future__ import annotations

import doctest
import itertools

import numpy as np
import pytest

from tonmeister.music import chords, spelling
from tonmeister.music.chords import (
    CHORD_CLASSES,
    beat_edges,
    class_index,
    decode_chords,
    estimate_chords,
    gather_activity,
    gather_notes,
    smooth_chords,
    weigh_notes,
    weigh_posteriors,
)
from tonmeister.music.tab import PlayedNote
from tonmeister.music.theory import parse_chord

FRAME_S = 0.1


def block(label, start, end, octave=4):
    chord = parse_chord(label)
    low = 12 * (octave - 1) + chord.bass
    upper = [12 * (octave + 1) + (chord.root + interval) % 12 for interval in chord.intervals]
    return [PlayedNote(start, end, midi) for midi in (low, *upper)]


def posteriors(labels, frames_each, sure=0.8):
    rows = []
    for label in labels:
        row = np.full(170, (1 - sure) / 169)
        row[CHORD_CLASSES.index(label)] = sure
        rows += [row] * frames_each
    bass = np.zeros((len(rows), 13))
    bass[:, 12] = 1.0
    return np.array(rows), bass


@pytest.mark.parametrize("module", [chords, spelling])
def test_examples_run(module):
    assert doctest.testmod(module).failed == 0


def test_the_vocabulary_is_whole():
    assert len(CHORD_CLASSES) == len(set(CHORD_CLASSES)) == 170
    assert list(CHORD_CLASSES) == sorted(CHORD_CLASSES)


@pytest.mark.parametrize("label", [label for label in CHORD_CLASSES if label not in ("N", "X")])
def test_every_chord_is_heard_in_its_own_notes(label):
    (span,) = estimate_chords(block(label, 0.0, 2.0), [0.0, 1.0])
    # sixths are sevenths from another root, and symmetrical chords have no root of their own
    heard, played = parse_chord(span.label), parse_chord(label)
    assert heard.pitch_classes == played.pitch_classes
    assert span.bass == played.root


def test_inversions_are_named_by_their_bass():
    spans = estimate_chords(block("C:maj", 0, 1) + block("G:maj/3", 1, 2) + block("A:min/b3", 2, 3), [0.0, 1.0, 2.0])
    assert [span.label for span in spans] == ["C:maj", "G:maj/3", "A:min/b3"]
    assert [span.bass for span in spans] == [0, 11, 0]


def test_a_beat_without_notes_has_no_chord():
    spans = estimate_chords(block("C:maj", 0, 1) + block("F:maj", 2, 3), [0.0, 1.0, 2.0])
    assert [span.label for span in spans] == ["C:maj", "N", "F:maj"]
    assert spans[1].root == spans[1].bass == -1


def test_spans_cover_the_beats_without_gaps():
    beats = np.arange(0.0, 8.0, 0.5)
    notes = [note for at, label in enumerate(("C", "F", "G", "C")) for note in block(label, 2.0 * at, 2.0 * at + 2.0)]
    spans = estimate_chords(notes, beats, end_s=8.2)
    assert spans[0].start_s == 0.0
    assert spans[-1].end_s == 8.2
    assert sum(span.n_beats for span in spans) == len(beats)
    for before, after in itertools.pairwise(spans):
        assert before.end_s == after.start_s
        assert before.start_beat + before.n_beats == after.start_beat


def test_confidence_falls_with_the_evidence():
    clear = estimate_chords(block("C:maj", 0, 2), [0.0, 1.0])[0]
    thin = estimate_chords([PlayedNote(0, 2, 60), PlayedNote(0, 2, 67)], [0.0, 1.0])[0]
    assert thin.root == clear.root == 0
    assert thin.confidence < clear.confidence <= 1.0


def test_notes_are_shared_among_beats_by_length():
    edges = beat_edges([0.0, 1.0, 2.0])
    gathered = gather_notes([PlayedNote(0.5, 2.5, 60), PlayedNote(1.0, 2.0, 48)], edges)
    assert gathered.bass[:, 0].tolist() == pytest.approx([0.5, 1.0, 0.5])
    assert gathered.weights[1, 0] > gathered.weights[0, 0] > 0


def test_the_bass_is_the_lowest_note_at_each_moment():
    gathered = gather_notes(
        [PlayedNote(0, 1, 60), PlayedNote(0, 0.25, 43), PlayedNote(0.5, 0.75, 41)], beat_edges([0.0], 1)
    )
    assert gathered.bass[0, [0, 5, 7]].tolist() == pytest.approx([0.5, 0.25, 0.25])


def test_posteriors_of_notes_are_gathered_like_notes():
    activity = np.zeros((20, 88))
    activity[:10, 60 - 21] = activity[:10, 43 - 21] = 0.9
    activity[10:, 62 - 21] = 0.9
    activity[:, 70 - 21] = 0.1
    gathered = gather_activity(activity, np.arange(20) * 0.1, beat_edges([0.0, 1.0]))
    assert gathered.weights[0].nonzero()[0].tolist() == [0, 7]
    assert gathered.weights[1].nonzero()[0].tolist() == [2]
    assert gathered.bass.argmax(axis=1).tolist() == [7, 2]
    with pytest.raises(ValueError, match="one row"):
        gather_activity(activity, np.arange(19), beat_edges([0.0, 1.0]))


def test_posteriors_become_chords_on_beats():
    classes, bass = posteriors(["C:maj", "A:min", "G:7"], 10)
    bass[10:20, 12], bass[10:20, 0] = 0.1, 0.9
    spans = smooth_chords(classes, bass, FRAME_S, [0.0, 0.5, 1.0, 1.5, 2.0, 2.5])
    assert [(span.label, span.start_s) for span in spans] == [("C:maj", 0.0), ("A:min/b3", 1.0), ("G:7", 2.0)]


def test_a_flicker_is_smoothed_and_a_change_snaps_to_the_beat():
    classes, bass = posteriors(["C:maj", "F:min", "C:maj", "G:maj"], 1)
    classes, bass = np.repeat(classes, [9, 1, 11, 9], axis=0), np.repeat(bass, [9, 1, 11, 9], axis=0)
    spans = smooth_chords(classes, bass, FRAME_S, [0.0, 1.0, 2.0])
    assert [(span.label, span.start_s) for span in spans] == [("C:maj", 0.0), ("G:maj", 2.0)]


def test_an_unknown_chord_is_named_with_doubt():
    classes, bass = posteriors(["X"], 20, sure=0.9)
    (span,) = smooth_chords(classes, bass, FRAME_S, [0.0, 1.0])
    assert span.label != "X"
    assert span.confidence < 0.1


def test_notes_settle_what_the_network_leaves_open():
    row = np.full(170, 0.1 / 168)
    row[[CHORD_CLASSES.index("C:maj"), CHORD_CLASSES.index("C:min")]] = 0.45
    bass = np.zeros((20, 13))
    spans = smooth_chords([row] * 20, bass, FRAME_S, [0.0, 1.0], notes=block("C:min", 0, 2))
    assert [span.label for span in spans] == ["C:min"]


def test_means_over_beats_cut_frames_where_beats_do():
    classes = np.full((4, 170), 1e-9)
    classes[:2, 0] = classes[2:, 1] = 1.0
    evidence = weigh_posteriors(classes, 1.0, np.array([0.0, 1.5, 2.5, 9.0]))
    assert evidence[0, 0] > -1e-3
    assert evidence[1, 0] == pytest.approx(evidence[1, 1])
    assert evidence[2, 1] > -1e-3


def test_viterbi_agrees_with_trying_every_path():
    rng = np.random.default_rng(3)
    evidence = rng.normal(size=(4, 3))
    costs = np.array([0.0, 0.5, 1.0, 0.2])
    paths = np.array(np.meshgrid(*[range(3)] * 4, indexing="ij")).reshape(4, -1).T
    scores = [
        evidence[np.arange(4), path].sum() - costs[1:][np.diff(path) != 0].sum() for path in paths
    ]  # fmt: skip
    path, probability = decode_chords(evidence, costs)
    assert path.tolist() == paths[int(np.argmax(scores))].tolist()
    weights = np.exp(scores)
    expected = [weights[paths[:, beat] == path[beat]].sum() / weights.sum() for beat in range(4)]
    assert probability == pytest.approx(expected)


def test_evidence_of_notes_does_not_depend_on_their_loudness():
    edges = beat_edges([0.0, 1.0])
    soft, loud = (
        weigh_notes(gather_notes([PlayedNote(0, 2, midi, velocity) for midi in (48, 64, 67)], edges))
        for velocity in (30, 120)
    )
    assert soft == pytest.approx(loud)


@pytest.mark.parametrize(("beats", "end"), [([], None), ([1.0], None), ([0.0, 0.0], None), ([[0.0, 1.0]], None)])
def test_beats_must_rise(beats, end):
    with pytest.raises(ValueError, match="beats_s must"):
        beat_edges(beats, end)


def test_labels_find_their_class_however_they_are_spelt():
    for label in CHORD_CLASSES[:-2]:
        (span,) = smooth_chords(*posteriors([label], 10, 0.95), FRAME_S, [0.0], end_s=1.0)
        assert CHORD_CLASSES[class_index(span)] == label

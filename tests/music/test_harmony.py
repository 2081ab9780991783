from __future__ import annotations

import doctest

import numpy as np
import pytest

from tonmeister.music import cadences, chord_grammar, form, harmony, keys, roman, scales, theory_report
from tonmeister.music.cadences import find_modulations
from tonmeister.music.chord_grammar import N_SYMBOLS, symbol_index, symbols_in_keys
from tonmeister.music.chords import CHORD_CLASSES, ChordSpan
from tonmeister.music.form import FormSection, find_loop, plain_figure
from tonmeister.music.harmony import find_harmony, find_harmony_in_sound
from tonmeister.music.harmony_lattice import LatticeCosts, find_path
from tonmeister.music.keys import KeyEstimate, KeySpan, camelot, estimate_key, key_path, relative_key
from tonmeister.music.roman import analyse_chords
from tonmeister.music.scales import suggest_scales
from tonmeister.music.tab import PlayedNote
from tonmeister.music.theory import KEY_NAMES, Key, parse_chord, parse_key, pitch_class
from tonmeister.music.theory_report import describe_harmony


@pytest.mark.parametrize("module", [chord_grammar, cadences, form, harmony, keys, roman, scales, theory_report])
def test_examples_run(module):
    assert doctest.testmod(module).failed == 0


NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")


def spans(labels, n_beats=2):
    found = []
    for at, label in enumerate(labels):
        chord = parse_chord(label)
        start = at * n_beats
        found.append(ChordSpan(start, start + n_beats, start, n_beats, label, chord.root, chord.bass, 0.9))
    return found


def notes(labels, n_beats=2):
    played = []
    for at, label in enumerate(labels):
        chord = parse_chord(label)
        pitches = [36 + chord.bass, *[60 + (chord.root + interval) % 12 for interval in chord.intervals]]
        played += [PlayedNote(at * n_beats, (at + 1) * n_beats, midi) for midi in pitches]
    return played


def hear(labels, n_beats=2):
    return find_harmony(notes(labels, n_beats), np.arange(len(labels) * n_beats))


def figures(labels, key):
    chords = spans(labels)
    return [numeral.figure for numeral in analyse_chords(chords, [parse_key(key)] * len(chords), [1.0] * len(chords))]


def transpose(label, semitones):
    chord = parse_chord(label)
    quality = label.partition(":")[2].partition("/")[0] or "maj"
    return f"{NAMES[(chord.root + semitones) % 12]}:{quality}"


# --- keys


@pytest.mark.parametrize("name", KEY_NAMES)
def test_each_key_is_found_in_its_cadence(name):
    key = parse_key(name)
    steps = (
        ((0, "maj"), (5, "maj"), (7, "7"), (0, "maj"))
        if key.mode == "major"
        else ((0, "min"), (5, "min"), (7, "7"), (0, "min"))
    )
    tonic = KEY_NAMES.index(name) % 12
    found = hear([transpose(f"C:{quality}", tonic + step) for step, quality in steps])
    assert found.key.name == name
    assert [span.name for span in found.key_path] == [name]


def test_flat_and_empty_chroma_is_ambiguous():
    for chroma in (np.zeros(12), np.ones(12)):
        found = estimate_key(chroma)
        assert found.is_ambiguous
        assert found.confidence == pytest.approx(1 / 24)
        assert found.relative_ambiguity == pytest.approx(0.5)


def test_probabilities_of_keys_add_up():
    found = estimate_key([5, 0, 3, 0, 4, 3, 0, 4, 0, 3, 0, 2])
    assert found.confidence + sum(share for _, share in found.alternatives) <= 1.0 + 1e-9
    assert list(found.alternatives) == sorted(found.alternatives, key=lambda pair: -pair[1])
    assert found.relative == "A minor"


@pytest.mark.parametrize("chroma", [np.zeros(11), np.full(12, -1.0), np.full(12, np.nan), np.zeros((2, 2, 12))])
def test_wrong_chroma_is_refused(chroma):
    with pytest.raises(ValueError, match="chroma must"):
        estimate_key(chroma)


def test_relatives_are_each_others():
    for name in KEY_NAMES:
        key = parse_key(name)
        assert relative_key(relative_key(key)).name == name
        assert set(relative_key(key).scale) == set(key.scale)


def test_the_wheel_has_neighbours_a_fifth_apart():
    assert {camelot(parse_key(name)) for name in KEY_NAMES} == {f"{n}{side}" for n in range(1, 13) for side in "AB"}
    for name in KEY_NAMES[:12]:
        key = parse_key(name)
        fifth = Key(KEY_NAMES[(KEY_NAMES.index(name) + 7) % 12].split()[0], "major")
        assert int(camelot(fifth)[:-1]) == int(camelot(key)[:-1]) % 12 + 1
        assert camelot(relative_key(key))[:-1] == camelot(key)[:-1]


def test_settled_chords_have_a_path_of_keys():
    labels = ["C:maj", "F:maj", "G:7", "C:maj"] * 3 + ["D:maj", "G:maj", "A:7", "D:maj"] * 3
    chords = spans(labels, 1)
    chroma = np.array([[float(tone in parse_chord(label).pitch_classes) for tone in range(12)] for label in labels])
    path = key_path(chroma, np.arange(25.0), chords)
    assert [span.name for span in path] == ["C major", "D major"]
    assert abs(path[1].start_beat - 12) <= 1
    with pytest.raises(ValueError, match="chords must cover"):
        key_path(chroma, np.arange(25.0), chords[1:])
    with pytest.raises(ValueError, match="chroma must"):
        key_path(chroma[1:], np.arange(25.0), chords)


# --- chords and keys together


def test_harmony_moves_with_the_music():
    labels = ["C:maj", "A:min", "D:min", "G:7", "C:maj", "F:maj", "G:7", "C:maj"]
    home = hear(labels)
    for semitones in (1, 5, 8):
        away = hear([transpose(label, semitones) for label in labels])
        assert (KEY_NAMES.index(away.key.name) - KEY_NAMES.index(home.key.name)) % 12 == semitones
        assert [(chord.root - semitones) % 12 for chord in away.chords] == [chord.root for chord in home.chords]
        assert away.key.confidence == pytest.approx(home.key.confidence, abs=1e-6)


def test_chords_are_spelt_in_their_key():
    assert [chord.label for chord in hear(["Eb:maj", "Ab:maj", "Bb:7", "Eb:maj"]).chords] == [
        "Eb:maj", "Ab:maj", "Bb:7", "Eb:maj",
    ]  # fmt: skip
    assert [chord.label for chord in hear(["E:maj", "C#:min", "F#:min", "B:7", "E:maj"]).chords] == [
        "E:maj", "C#:min", "F#:min", "B:7", "E:maj",
    ]  # fmt: skip
    assert [chord.label for chord in hear(["A:min", "D:min", "E:7", "A:min"]).chords][2] == "E:7"


def test_a_modulation_is_found_where_it_happens():
    first = ["C:maj", "F:maj", "G:7", "C:maj"] * 2
    labels = first + [transpose(label, 9) for label in first]
    found = hear(labels)
    assert [span.name for span in found.key_path] == ["C major", "A major"]
    assert abs(found.key_path[1].start_beat - 16) <= 2
    assert found.key_at(0).name == "C major"
    assert found.key_at(31).name == "A major"


def test_sound_and_notes_hear_the_same():
    labels = ["G:maj", "C:maj", "D:7", "G:maj"]
    classes = np.full((80, 170), 0.1 / 169)
    for at, label in enumerate(labels):
        classes[20 * at : 20 * at + 20, CHORD_CLASSES.index(label)] = 0.9
    bass = np.zeros((80, 13))
    found = find_harmony_in_sound(classes, bass, 0.1, np.arange(8), downbeats=[0, 4])
    assert [chord.label for chord in found.chords] == labels
    assert found.key.name == "G major"


def test_activity_settles_what_the_network_leaves_open():
    row = np.full(170, 0.1 / 168)
    row[[CHORD_CLASSES.index("C:maj"), CHORD_CLASSES.index("C:min")]] = 0.45
    activity = np.zeros((200, 88))
    activity[:, [36 - 21, 60 - 21, 63 - 21, 67 - 21]] = 0.9
    found = find_harmony_in_sound(
        np.tile(row, (20, 1)), np.zeros((20, 13)), 0.1, [0, 1], activity=activity, activity_times_s=np.arange(200) / 100
    )
    assert [chord.label for chord in found.chords] == ["C:min"]


def test_silence_has_no_chord_and_no_sure_key():
    found = find_harmony([], np.arange(8))
    assert [chord.label for chord in found.chords] == ["N"]
    assert found.key.is_ambiguous
    assert found.key.confidence < 0.2


def test_a_blues_is_at_home_on_its_sevenths():
    bars = ["A:7"] * 4 + ["D:7"] * 2 + ["A:7"] * 2 + ["E:7", "D:7", "A:7", "E:7"]
    found = hear(bars * 2, 4)
    assert found.key.name == "A major"
    assert {span.name for span in found.key_path} == {"A major"}


@pytest.mark.parametrize("n_beats", [2, 4])
@pytest.mark.parametrize(
    ("loop", "key"),
    [
        (["C:maj", "G:maj", "A:min", "F:maj"], "C major"),
        (["A:min", "F:maj", "C:maj", "G:maj"], "C major"),
        (["A:min", "G:maj", "F:maj", "E:maj"], "A minor"),
        (["D:min7", "G:7", "C:maj7", "C:maj7"], "C major"),
        (["D:min7", "G:7"], "D minor"),
    ],
)
def test_the_loop_of_a_song_stays_in_one_key_however_slow(loop, key, n_beats):
    found = hear(loop * 4, n_beats)
    assert [span.name for span in found.key_path] == [key]
    assert found.key.name == key


REST_OF_C = ["C:maj", "F:maj", "G:7", "C:maj"]


@pytest.mark.parametrize(
    ("labels", "home", "expected"),
    [
        (["A:min", "F:maj", "C:maj", "G:maj"] * 4, "A minor", ["A minor"]),  # as long at rest in either
        (["A:min", "F:maj", "C:maj", "G:maj"] * 4, "C major", ["C major"]),
        (["C:maj", "F:maj", "G:7", "C:maj", "A:min"] * 4, "A minor", ["C major"]),  # at home too seldom
        (REST_OF_C * 4, "A minor", ["C major"]),  # never at home
        (REST_OF_C * 4, "F minor", ["C major"]),  # no relative
    ],
)
def test_music_between_relatives_is_read_in_the_key_of_the_whole_where_it_rests_there(labels, home, expected):
    classes = np.full((len(labels) * 4, len(CHORD_CLASSES)), 0.1 / 169)
    classes[np.arange(len(classes)), np.repeat([CHORD_CLASSES.index(label) for label in labels], 4)] = 0.9
    beats_s = np.arange(len(labels) * 2) / 2

    def sounding(home=None):
        return find_harmony_in_sound(classes, np.zeros((len(classes), 13)), 0.25, beats_s, home=home)

    found = sounding(parse_key(home))
    assert [span.name for span in found.key_path] == expected
    assert [chord.root for chord in found.chords] == [chord.root for chord in sounding().chords], "chords stay"


def test_the_whole_is_in_a_key_of_its_path():
    found = hear(["G:maj", "B:maj", "C:maj", "C:min"] * 4, 4)
    assert found.key.name in {span.name for span in found.key_path}
    assert found.key.is_ambiguous


def test_the_path_agrees_with_trying_every_path():
    rng = np.random.default_rng(5)
    grammar = chord_grammar.chord_grammar()
    costs = LatticeCosts(n_candidates=2)
    evidence, key_evidence = rng.normal(size=(3, 170)), rng.normal(size=(3, 24))
    found = find_path(evidence, key_evidence, grammar, costs)
    top = np.argsort(-evidence, axis=1)[:, :2]
    best, chosen = -np.inf, None
    from tonmeister.music.harmony_lattice import _key_moves

    moves = _key_moves(costs)
    symbols = [symbols_in_keys(row) for row in top]
    for states in np.ndindex(*(24, 2) * 3):
        path = list(zip(states[::2], states[1::2], strict=True))
        score = 0.0
        for beat, (key, place) in enumerate(path):
            score += evidence[beat, top[beat, place]] + key_evidence[beat, key]
            symbol = symbols[beat][key, place]
            if beat == 0:
                score += costs.grammar * grammar.alone[key // 12, symbol] + costs.start_at_home * (symbol < 6)
                continue
            before_key, before = path[beat - 1]
            score -= moves[before_key, key]
            same = top[beat, place] == top[beat - 1, before]
            follow = grammar.after[key // 12, symbols[beat - 1][key, before], symbol]
            score += costs.stay if same else costs.change + costs.grammar * follow
        if score > best:
            best, chosen = score, path
    assert [(int(key), int(chord)) for key, chord in zip(found.keys, found.chords, strict=True)] == [
        (key, int(top[beat, place])) for beat, (key, place) in enumerate(chosen)
    ]
    assert found.key_probability.sum(axis=1) == pytest.approx(1.0)


def test_the_grammar_is_made_of_probabilities():
    grammar = chord_grammar.chord_grammar()
    assert np.exp(grammar.alone).sum(axis=1) == pytest.approx(1.0)
    assert np.exp(grammar.after).sum(axis=2) == pytest.approx(1.0)
    tonic, dominant, fourth = symbol_index("0M"), symbol_index("7D"), symbol_index("5M")
    assert grammar.after[0, dominant, tonic] > grammar.after[0, dominant, fourth] + 2
    assert symbols_in_keys(np.array([CHORD_CLASSES.index("N")]))[0, 0] == N_SYMBOLS - 1


# --- what chords do


@pytest.mark.parametrize(
    ("labels", "key", "expected"),
    [
        (["C:maj", "D:min7/b3", "G:7", "C:maj/3"], "C major", ["I", "ii65", "V7", "I6"]),
        (["A:min", "B:hdim7", "E:7/3", "A:min", "F:maj", "G:maj"], "A minor", ["i", "iiø7", "V65", "i", "VI", "VII"]),
        (["C:maj", "D:7", "G:maj", "A:7", "D:min"], "C major", ["I", "V7/V", "V", "V7/ii", "ii"]),
        (["C:maj", "B:dim", "C:maj", "F#:dim7", "G:maj"], "C major", ["I", "viio", "I", "viio7/V", "V"]),
        (["C:maj", "F:min", "Bb:maj", "Ab:maj", "Db:maj"], "C major", ["I", "iv", "bVII", "bVI", "bII"]),
        (["A:min", "G#:dim7", "A:min", "A:maj"], "A minor", ["i", "viio7", "i", "I"]),
        (["C:maj7", "F:maj7", "G:sus4", "G:7/b7", "N"], "C major", ["IM7", "IVM7", "Vsus4", "V42", "N"]),
        (["C:7", "F:7", "C:7", "G:7", "F:7", "C:7"], "C major", ["I7", "IV7", "I7", "V7", "IV7", "I7"]),
        (["E:maj", "G#:min", "C#:min", "A:maj", "B:maj"], "E major", ["I", "iii", "vi", "IV", "V"]),
    ],
)
def test_numerals(labels, key, expected):
    assert figures(labels, key) == expected


def test_functions_and_what_is_borrowed():
    chords = spans(["C:maj", "D:7", "G:maj", "F:min", "C:maj/5", "G:7", "E:7", "F#:min", "N"])
    numerals = analyse_chords(chords, [Key("C", "major")] * 9, [0.5] * 9)
    assert [numeral.function for numeral in numerals] == [
        "tonic", "applied", "dominant", "borrowed", "dominant", "dominant", "applied", "chromatic", "none",
    ]  # fmt: skip
    assert (numerals[1].applied_to, numerals[1].is_resolved) == ("V", True)
    assert (numerals[6].applied_to, numerals[6].is_resolved) == ("vi", False)
    assert all(numeral.confidence == pytest.approx(0.45) for numeral in numerals[:-1])


def test_a_diminished_seventh_is_named_by_the_root_that_leads():
    assert figures(["B:dim7", "C:maj"], "C major") == ["viio7", "I"]
    assert figures(["D:dim7", "C:maj"], "C major") == ["viio65", "I"]
    assert figures(["F:dim7", "A:min"], "A minor") == ["viio42", "i"]
    assert figures(["C:dim7", "G:maj"], "C major") == ["viio43/V", "V"]


def report(labels, *, n_beats=2, sections=(), metre="4/4"):
    found = hear(labels, n_beats)
    downbeats = range(0, len(labels) * n_beats, 4)
    return describe_harmony(
        found.chords, found.key_path, found.key, sections=sections, downbeats=downbeats, metre=metre
    )


def test_cadences_are_told_apart():
    labels = ["C:maj", "F:maj", "G:7", "C:maj", "A:min", "D:min", "G:7", "A:min", "F:maj", "C:maj", "D:min", "G:maj"]
    found = report(labels, n_beats=4)
    kinds = [(cadence.kind, cadence.figures) for cadence in found.cadences]
    assert kinds == [
        ("authentic", ("V7", "I")),
        ("deceptive", ("V7", "vi")),
        ("plagal", ("IV", "I")),
        ("half", ("ii", "V")),
    ]
    assert found.cadences[0].is_perfect
    assert all(0 < cadence.confidence <= 1 for cadence in found.cadences)


def test_a_weak_short_chord_ends_no_phrase():
    assert not [
        cadence for cadence in report(["C:maj", "G:7", "C:maj", "F:maj", "G:maj", "A:min", "F:maj"], n_beats=1).cadences
        if cadence.time_s == 2.0
    ]  # fmt: skip


def test_modulations_name_relation_and_pivot():
    first = ["C:maj", "F:maj", "G:7", "C:maj", "A:min"]
    second = ["D:7", "G:maj", "C:maj", "D:7", "G:maj", "D:7", "G:maj"]
    found = hear(first + second, 4)
    (change,) = find_modulations(found.chords, found.key_path)
    assert (change.before, change.after, change.kind) == ("C major", "G major", "dominant")
    assert change.pivot in (("vi", "ii"), ("I", "IV"))


def test_scales_and_what_to_avoid():
    best = suggest_scales(spans(["C:maj", "F:maj", "G:7", "C:maj"]), Key("C", "major"), 0.8)
    assert best[0].name == "C major"
    assert best[0].coverage == pytest.approx(1.0)
    assert best[0].confidence == pytest.approx(0.72)
    assert ("C:maj", "F", "") in [(note.chord, note.note, note.instead) for note in best[0].avoid]
    minor = suggest_scales(spans(["A:min", "E:7", "A:min", "D:min"]), Key("A", "minor"))
    swaps = [(note.chord, note.note, note.instead) for scale in minor for note in scale.avoid if note.instead]
    assert ("E:7", "G", "G#") in swaps
    assert ("E:7", "A", "G#") not in swaps
    assert suggest_scales(spans(["C:7", "F:7", "C:7", "G:7"]), Key("C", "major"))[0].name == "C blues"
    assert suggest_scales(spans(["D:maj", "C:maj", "G:maj", "D:maj"]), Key("D", "major"))[0].notes[6] == "C"
    assert suggest_scales(spans(["N"]), Key("C", "major")) == []


def test_loops_are_found_and_named():
    loop = find_loop(["vi", "IV", "I", "V"] * 4 + ["IV"])
    assert loop is not None
    assert (loop.figures, loop.n_times) == (("vi", "IV", "I", "V"), 4)
    assert loop.known_as
    assert find_loop(["I", "IV", "V", "ii", "vi", "iii"]) is None
    assert find_loop([]) is None
    assert plain_figure("viio65/V") == "viio/V"


# --- the report


def test_the_report_tells_a_song():
    verse, chorus = ["C:maj", "G:maj", "A:min", "F:maj"] * 3, ["F:maj", "G:maj", "C:maj", "C:maj"] * 2
    sections = [FormSection(0, 24, "verse", "a"), FormSection(24, 40, "chorus", "b"), FormSection(40, 64, "verse", "a")]
    found = report(verse + chorus + verse, sections=sections)
    assert found.key.name == "C major"
    assert found.form is not None
    assert found.form.pattern == "ABA"
    assert [part.loop is not None for part in found.sections] == [True, False, True]
    assert found.sections[0].loop.figures == ("I", "V", "vi", "IV")
    assert "C major" in found.paragraph
    assert "ABA" in found.paragraph
    assert "verse" in found.paragraph
    assert not found.is_doubtful


def test_an_ambiguous_key_is_said_to_be():
    found = report(["C:maj", "A:min"] * 4)
    assert found.key.is_ambiguous == ("ambiguous" in found.paragraph)
    assert found.key.relative_ambiguity > report(["C:maj", "F:maj", "G:7", "C:maj"] * 2).key.relative_ambiguity


def test_without_a_chord_nothing_is_claimed():
    found = find_harmony([], np.arange(4))
    told = describe_harmony(found.chords, found.key_path, found.key)
    assert told.paragraph.startswith("No chord could be heard")
    assert told.confidence == 0
    assert told.is_doubtful
    assert (told.cadences, told.sections, told.loop, told.form) == ((), (), None, None)


def test_doubtful_chords_make_a_doubtful_report():
    chords = [ChordSpan(0, 4, 0, 4, "C:maj", 0, 0, 0.2)]
    found = hear(["C:maj", "C:maj"])
    told = describe_harmony(chords, found.key_path, found.key)
    assert told.is_doubtful
    assert "guess" in told.paragraph


def test_the_paragraph_names_chords_as_it_is_told_to():
    labels = ["C:maj", "A:7", "D:min7", "G:7", "C:maj", "F:min", "C:maj", "A:7", "D:min7", "G:7", "C:maj"]
    chords = [
        ChordSpan(2 * at, 2 * at + 2, 4 * at, 4, label, parse_chord(label).root, parse_chord(label).root, 0.9)
        for at, label in enumerate(labels)
    ]
    found = hear(labels)
    plain = describe_harmony(chords, found.key_path[:1], found.key).paragraph
    named = describe_harmony(chords, found.key_path[:1], found.key, name_chord=lambda label: f"<{label}>").paragraph
    assert "A:7 (" in plain
    assert named.replace("<", "").replace(">", "") == plain
    assert "<A:7> (" in named


def test_the_paragraph_writes_chords_of_scales_as_it_is_told_to():
    chords = spans(["Eb:maj7", "Ab:maj7", "Bb:7", "Eb:maj7"] * 4)
    key = KeyEstimate("Eb", "major", 0.87, False, "C minor", 0.1, (("C minor", 0.1),))
    path = [KeySpan(chords[0].start_s, chords[-1].end_s, 0, chords[-1].start_beat + 4, "Eb", "major", 0.87)]
    told = describe_harmony(chords, path, key, metre="4/4", name_chord=lambda label: label.replace(":", "")).paragraph
    assert told.startswith("The piece is in Eb major (87% sure), in 4/4.")
    assert "over Ebmaj7" in told
    assert ":maj7" not in told


@pytest.mark.parametrize(
    ("weight", "words"),
    [
        (0.33, "ambiguous: Eb major (62%) or, less likely, C minor, which has the same notes. The metre is 4/4."),
        (0.5, "ambiguous: Eb major (62%); C minor, which has the same notes, is nearly as likely. The metre is 4/4."),
    ],
)
def test_a_key_is_nearly_as_likely_only_where_it_is(weight, words):
    chords = spans(["Eb:maj", "Ab:maj", "Bb:maj", "Eb:maj"])
    key = KeyEstimate("Eb", "major", 0.62, True, "C minor", 0.4, (("C minor", weight),))
    path = [KeySpan(0.0, 8.0, 0, 16, "Eb", "major", 0.62)]
    assert words in describe_harmony(chords, path, key, metre="4/4").paragraph


def test_a_report_needs_a_key():
    found = hear(["C:maj"])
    with pytest.raises(ValueError, match="key_path"):
        describe_harmony(found.chords, (), found.key)


def told_of(parts):
    """A song of parts, each a label, group, key and chords of two beats a time; its report."""
    heard, path, marks = [], [], []
    for label, group, key, labels in parts:
        home = parse_key(key)
        first = 2 * len(heard)
        heard += labels
        path.append(
            KeySpan(first / 2, (first + 2 * len(labels)) / 2, first, 2 * len(labels), home.tonic, home.mode, 0.9)
        )
        marks.append(FormSection(first / 2, (first + 2 * len(labels)) / 2, label, group))
    chords = [
        ChordSpan(at, at + 1, 2 * at, 2, label, parse_chord(label).root, parse_chord(label).root, 0.9)
        for at, label in enumerate(heard)
    ]
    return describe_harmony(chords, path, estimate_key(key_chroma(parts[0][2])), sections=marks)


def key_chroma(key):
    return np.roll([5, 0, 3, 0, 4, 3, 0, 4, 0, 3, 0, 3], pitch_class(parse_key(key).tonic)).astype(float)


POP, MINOR = ["C:maj", "F:maj", "G:maj", "C:maj"], ["C:min", "F:min", "Bb:maj", "Eb:maj"]


def test_sections_of_one_name_with_scales_of_their_own_are_told_apart():
    told = told_of([("verse", "a", "C major", POP), ("verse", "b", "C minor", MINOR), ("chorus", "c", "C major", POP)])
    assert "Over verse A and chorus, C major fits" in told.paragraph
    assert "Over verse B, C natural minor fits" in told.paragraph
    unnamed = told_of([("section", "a", "C major", POP), ("section", "b", "C minor", MINOR)])
    assert "Over part A, C major fits" in unnamed.paragraph
    assert "Over part B, C natural minor fits" in unnamed.paragraph
    again = told_of([("verse", "a", "C major", POP * 8), ("verse", "a", "C minor", MINOR * 8)])
    assert "Over verse A at 0:00, C major fits" in again.paragraph
    assert "Over verse A at 0:32, C natural minor fits" in again.paragraph


def test_what_repeats_has_one_scale_however_its_chords_were_heard_each_time():
    blue = ["C:7", "F:7", "C:7", "G:7"]
    told = told_of([("intro", "x", "C major", POP), ("verse", "a", "C major", blue), ("verse", "a", "C major", POP)])
    assert told.sections[1].scales == told.sections[2].scales
    assert told.paragraph.count("Over verse") + told.paragraph.count("and verse") <= 1


def test_scales_of_the_same_notes_are_said_to_be_and_none_is_kept_back():
    relative = ["A:min", "D:min", "E:min", "A:min"]
    told = told_of([("verse", "a", "C major", POP * 2), ("chorus", "b", "A minor", relative)])
    assert "Over verse, C major fits" in told.paragraph
    assert "Over chorus, A natural minor, which has the notes of C major, fits" in told.paragraph
    keys = ("C", "E", "Ab", "Bb")
    many = told_of([(f"verse {key}", key, f"{key} major", [f"{key}:maj"] * (8 - at)) for at, key in enumerate(keys)])
    assert many.paragraph.count(" fits (") == 3
    assert "Other scales fit verse Bb." in many.paragraph

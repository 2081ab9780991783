"""Written music: bars that add up, ties, rests, and nothing lost on the way."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tonmeister.music.fingering import finger
from tonmeister.music.fretboard import Fretboard, is_reachable
from tonmeister.music.note_values import Metre, split_length
from tonmeister.music.quantise import Quantised, TimeMap, quantise
from tonmeister.music.score import Line, write_score
from tonmeister.music.tab import Fingering, Place, PlayedNote

METRES = [Metre(4, 4), Metre(3, 4), Metre(2, 4), Metre(6, 8), Metre(5, 4), Metre(7, 8), Metre(12, 8), Metre(2, 2)]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(METRES), st.sampled_from([1, 2, 4, 6, 8, 12]), st.data())
def test_a_length_is_split_into_values_that_add_up(metre, parts, data):
    n_slots = int(metre.bar_quarters * parts)
    start = data.draw(st.integers(0, n_slots - 1))
    stop = data.draw(st.integers(start + 1, n_slots))
    length = Fraction(stop - start, parts)
    values = split_length(Fraction(start, parts), length, metre)
    assert sum(value.quarters for value in values) == length
    at = Fraction(start, parts)
    for value in values:
        beat = metre.beat_quarters
        crosses = (at // beat) != ((at + value.quarters) // beat) and at % beat and (at + value.quarters) % beat
        assert not crosses  # from off one beat to off another
        at += value.quarters


@pytest.mark.parametrize(
    ("start", "length", "denominators"),
    [(0, 4, [1]), (0, 3, [2]), (0, Fraction(3, 2), [4]), (Fraction(1, 2), 1, [8, 8]), (0, Fraction(7, 2), [2, 8])],
)
def test_common_lengths_look_as_they_are_written(start, length, denominators):
    values = split_length(Fraction(start), Fraction(length), Metre())
    assert [value.denominator for value in values] == denominators


def test_what_cannot_be_written_is_refused():
    with pytest.raises(ValueError, match="end within the bar"):
        split_length(Fraction(3), Fraction(2), Metre())
    with pytest.raises(ValueError, match="cannot be written"):
        split_length(Fraction(0), Fraction(1, 5), Metre())
    with pytest.raises(ValueError, match="metre must be"):
        Metre(4, 3)


def random_song(seed: int, n_notes: int = 60) -> tuple[list[PlayedNote], TimeMap]:
    draw = random.Random(seed)
    time_map = TimeMap(tuple(0.4 + 0.5 * beat + draw.uniform(-0.02, 0.02) for beat in range(64)))
    notes = []
    for _ in range(n_notes):
        place = Fraction(draw.randrange(-4, 160), 4)
        start = time_map.time_s(place)
        notes.append(PlayedNote(start, start + draw.choice([0.1, 0.3, 0.7, 2.5]), draw.randint(40, 76)))
    return sorted({note.onset_s * 1000 + note.midi: note for note in notes}.values(), key=lambda n: n.onset_s), time_map


@pytest.mark.parametrize("metre", [Metre(4, 4), Metre(3, 4), Metre(6, 8), Metre(7, 8), Metre(2, 2), Metre(3, 16)])
@pytest.mark.parametrize("seed", range(3))
def test_bars_add_up_and_heads_are_the_notes(metre, seed):
    notes, time_map = random_song(seed)
    neck = Fretboard()
    fingering = finger(notes, neck)
    quantised = quantise(notes, time_map, metre=metre, smallest="1/32")
    score = write_score("A song", [Line("Guitar", notes, quantised, neck, fingering)], time_map, metre=metre)
    part = score.parts[0]
    assert len(part.bars) == len(score.bars)
    for bar in part.bars:
        at = Fraction(0)
        for beat in bar:
            assert beat.start_quarters == at
            at += beat.value.quarters
        assert at == metre.bar_quarters
    written = [head.note for _, _, head in part.heads]
    assert len(set(written)) == len(written)
    struck: dict[Fraction, list[int]] = {}
    for at, (onset, place) in enumerate(zip(quantised.onsets, fingering.places, strict=True)):
        beside = struck.setdefault(onset, [])
        is_new = notes[at].midi not in {notes[other].midi for other in beside}
        if place is not None and is_new and is_reachable([place, *(fingering.places[other] for other in beside)]):
            beside.append(at)
    assert set(written) == {at for beside in struck.values() for at in beside}
    assert sorted([*written, *part.unwritten]) == list(range(len(notes)))
    origin = min(Fraction(0), *(quantised.onsets[note] for note in written))
    origin -= origin % (metre.bar_quarters / metre.beat_quarters)
    for number, start, head in part.heads:
        place = origin + (number * metre.bar_quarters + start) / metre.beat_quarters
        assert place == quantised.onsets[head.note]
        assert neck.midi(head.place) == head.midi == notes[head.note].midi


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(["1/4", "1/8", "1/16"]), st.sampled_from([(40, 52), (40, 76), (52, 84)]))
def test_a_hand_takes_whatever_is_written_at_one_moment(seed, smallest, compass):
    draw = random.Random(seed)
    time_map = TimeMap(tuple(0.5 * beat for beat in range(20)))
    onsets_s = sorted(draw.uniform(0.0, 8.0) for _ in range(50))  # faster than the page tells apart
    notes = [PlayedNote(at, at + draw.choice([0.05, 0.3, 1.2]), draw.randint(*compass)) for at in onsets_s]
    fingering = finger(notes, Fretboard())
    quantised = quantise(notes, time_map, smallest=smallest)
    part = write_score("A song", [Line("Guitar", notes, quantised, Fretboard(), fingering)], time_map).parts[0]
    for beat in (beat for bar in part.bars for beat in bar):
        assert is_reachable([head.place for head in beat.notes])
        assert len({head.midi for head in beat.notes}) == len(beat.notes)
    written = {head.note for _, _, head in part.heads}
    assert sorted([*written, *part.unwritten]) == list(range(len(notes)))
    for left in part.unwritten:  # nothing is left out without something in its way
        beside = [note for note in written if quantised.onsets[note] == quantised.onsets[left]]
        places = [fingering.places[note] for note in (left, *beside)]
        same = any(notes[note].midi == notes[left].midi for note in beside)
        assert places[0] is None or same or not is_reachable(places)


@pytest.mark.parametrize("neck", [Fretboard(), None])
def test_a_pitch_struck_twice_in_one_place_is_written_once_and_as_long_as_both(neck):
    time_map = TimeMap(tuple(0.5 * beat for beat in range(9)))
    notes = [PlayedNote(0.0, 0.1, 53), PlayedNote(0.06, 1.0, 53), PlayedNote(1.5, 2.0, 60)]
    fingering = Fingering((Place(4, 3), Place(5, 8), Place(3, 5)), (3, 5, 5), (), 0.0, "any") if neck else None
    quantised = quantise(notes, time_map, smallest="1/4")
    assert quantised.onsets[0] == quantised.onsets[1]
    part = write_score("x", [Line("Guitar", notes, quantised, neck, fingering)], time_map).parts[0]
    assert [(number, head.note) for number, _, head in part.heads] == [(0, 0), (0, 2)]
    assert part.unwritten == (1,)
    assert part.bars[0][0].value.denominator == 2  # to the end of the second, two beats on


def test_of_two_that_no_hand_reaches_at_once_the_later_is_not_written():
    time_map = TimeMap(tuple(0.5 * beat for beat in range(9)))
    notes = [PlayedNote(0.0, 0.5, 41), PlayedNote(0.05, 0.5, 57), PlayedNote(0.06, 0.5, 64)]
    fingering = Fingering((Place(6, 1), Place(4, 7), Place(1, 0)), (1, 7, 7), (), 0.0, "any")
    line = Line("Guitar", notes, quantise(notes, time_map, smallest="1/4"), Fretboard(), fingering)
    part = write_score("x", [line], time_map).parts[0]
    assert [head.note for _, _, head in part.heads] == [0, 2]
    assert part.unwritten == (1,)


def test_ties_rests_and_ringing():
    time_map = TimeMap(tuple(0.5 * beat for beat in range(17)))
    notes = [PlayedNote(0.0, 3.0, 40), PlayedNote(1.5, 2.5, 64), PlayedNote(5.0, 5.5, 60)]
    score = write_score("x", [Line("Piano", notes, quantise(notes, time_map))], time_map)
    first, second = score.parts[0].bars[0], score.parts[0].bars[1]
    assert [beat.value.denominator for beat in first] == [2, 4]
    assert first[0].notes[0].rings
    assert first[1].notes[0].continues
    assert second[0].notes[0].is_continued
    assert [bool(beat.notes) for beat in second] == [True, False]
    assert not score.parts[0].bars[2][0].notes


def test_an_upbeat_gets_a_bar_and_chords_find_their_beats():
    time_map = TimeMap(tuple(1.0 + 0.5 * beat for beat in range(16)))
    notes = [PlayedNote(0.5, 0.9, 60), PlayedNote(1.0, 1.4, 64)]
    score = write_score(
        "x",
        [Line("Voice", notes, quantise(notes, time_map))],
        time_map,
        metre=Metre(3, 4),
        chords=[(1.0, "C:maj"), (2.02, "G:7")],
        sections=[(1.0, "Verse")],
    )
    assert [bar.start_s for bar in score.bars] == [-0.5, 1.0]
    assert [(number, start) for number, start, _ in score.parts[0].heads] == [(0, 2), (1, 0)]
    assert score.bars[1].chords == ((Fraction(0), "C:maj"), (Fraction(2), "G:7"))
    assert score.bars[1].section == "Verse"
    assert score.bars[1].tempo_bpm == pytest.approx(120)


def test_an_impossible_key_is_refused():
    with pytest.raises(ValueError, match="n_fifths"):
        write_score("x", [], TimeMap((0.0, 1.0)), n_fifths=8)


def test_notes_that_lie_too_far_apart_are_refused_before_they_fill_the_memory():
    notes = [PlayedNote(0.0, 0.5, 60), PlayedNote(1e6, 1e6 + 1, 62)]
    time_map = TimeMap((0.0, 0.5))
    onsets = (Fraction(0), Fraction(2_000_000))
    placed = Quantised(onsets, tuple(place + 1 for place in onsets), {}, None)
    with pytest.raises(ValueError, match=r"100000 bars.* 500001"):
        write_score("Far", [Line("Far", notes, placed)], time_map)

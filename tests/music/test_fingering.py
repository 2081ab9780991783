"""The way of the left hand: never impossible, always the right pitch, locks kept to the letter."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tonmeister.music.fingering import HandWish, LeftHand, finger
from tonmeister.music.fingering_costs import GRIP_TRAITS, MOVE_TRAITS
from tonmeister.music.fingering_setups import find_setups, plain_necks
from tonmeister.music.fingering_styles import DIFFICULTIES, STYLES, choose_style
from tonmeister.music.fretboard import TUNINGS, Fretboard, is_reachable
from tonmeister.music.tab import LeftOut, Place, PlayedNote


def melody(*pitches: int, step_s: float = 0.25) -> list[PlayedNote]:
    return [PlayedNote(at * step_s, (at + 1) * step_s, midi) for at, midi in enumerate(pitches)]


def chords(*grips: tuple[int, ...], step_s: float = 0.5) -> list[PlayedNote]:
    return [PlayedNote(at * step_s, (at + 1) * step_s, midi) for at, pitches in enumerate(grips) for midi in pitches]


def check(notes: list[PlayedNote], neck: Fretboard, fingering, window_s: float = 0.03) -> None:
    """Every note is taken or listed, sounds its pitch, and every chord can be held."""
    listed = {each.note for each in fingering.left_out}
    assert len(listed) == len(fingering.left_out)
    assert listed == {at for at, place in enumerate(fingering.places) if place is None}
    for note, place in zip(notes, fingering.places, strict=True):
        assert place is None or neck.midi(place) == note.midi
    by_onset: dict[float, list[Place]] = {}
    for note, place in zip(notes, fingering.places, strict=True):
        if place is not None:
            by_onset.setdefault(note.onset_s, []).append(place)
    assert all(is_reachable(places) for places in by_onset.values())


songs = st.lists(
    st.tuples(st.integers(0, 12), st.integers(28, 92), st.integers(1, 127), st.integers(1, 8)), max_size=40
).map(lambda rows: [PlayedNote(at * 0.2, (at + length) * 0.2, midi, loud) for at, midi, loud, length in rows])
necks = st.builds(
    Fretboard, tuning=st.sampled_from(list(TUNINGS.values())), n_frets=st.integers(12, 24), capo=st.integers(0, 5)
)


@settings(max_examples=40, deadline=None)
@given(songs, necks, st.sampled_from(list(STYLES)), st.sampled_from(list(DIFFICULTIES)))
def test_nothing_is_impossible_and_nothing_is_lost(notes, neck, style, difficulty):
    fingering = finger(notes, neck, style=style, difficulty=difficulty)
    check(notes, neck, fingering)
    assert finger(notes, neck, style=style, difficulty=difficulty) == fingering


@settings(max_examples=25, deadline=None)
@given(songs.filter(len), necks, st.randoms(use_true_random=False))
def test_a_lock_is_kept_whatever_it_costs(notes, neck, draw):
    note = draw.randrange(len(notes))
    places = neck.places(notes[note].midi)
    if places:
        locks = {note: draw.choice(places)}
        hand = LeftHand(notes, neck)
        free = hand.solve()
        locked = hand.solve(locks)
        assert locked.places[note] == locks[note]
        check(notes, neck, locked)
        assert hand.solve() == free  # unlocking leaves no trace
        assert LeftHand(notes, neck).solve(locks) == locked  # nor does the order of asking


def test_a_lock_moves_its_surroundings():
    notes = melody(57, 60, 62, 64, 62, 60, 57, 60)
    hand = LeftHand(notes, Fretboard())
    assert max(place.fret for place in hand.solve().places) <= 5
    high = hand.solve({3: Place(3, 9)})
    assert high.places[3] == Place(3, 9)
    assert min(place.fret for place in high.places[2:5]) >= 5


def test_a_choice_holds_for_the_same_chord_later():
    hand = LeftHand(melody(64, 40, 64, 45, 64, step_s=0.5), Fretboard())
    assert hand.solve().places[4] != Place(3, 9)
    assert hand.solve({0: Place(3, 9)}).places[4] == Place(3, 9)


def test_locks_that_cannot_be_held_are_refused():
    notes = chords((45, 64))
    hand = LeftHand(notes, Fretboard())
    with pytest.raises(ValueError, match="sounds MIDI"):
        hand.solve({0: Place(6, 6)})
    with pytest.raises(ValueError, match="cannot be held at once"):
        hand.solve({0: Place(6, 5), 1: Place(5, 19)})
    with pytest.raises(ValueError, match="2 notes"):
        hand.solve({2: Place(1, 0)})
    with pytest.raises(ValueError, match="fret must be"):
        hand.solve({0: Place(6, 99)})


def test_what_is_in_the_way_of_a_lock_is_listed():
    notes = chords((40, 64))
    fingering = LeftHand(notes, Fretboard()).solve({1: Place(5, 19)})
    assert fingering.places == (Place(6, 0), Place(5, 19))
    stuck = LeftHand(chords((41, 64)), Fretboard()).solve({1: Place(5, 19)})
    assert stuck.places == (None, Place(5, 19))
    assert stuck.left_out == (LeftOut(0, "out of reach"),)


def test_reasons_are_told():
    neck = Fretboard()
    assert finger(melody(20), neck).left_out == (LeftOut(0, "out of range"),)
    assert finger(chords((40, 41)), neck).left_out[0].reason == "no string free"
    assert finger(chords((41, 56)), Fretboard(TUNINGS["guitar"][:2])).left_out[0].reason == "out of reach"
    assert finger(chords((40, 40)), neck).left_out[0].reason == "same pitch twice"
    crowded = finger(chords((40, 45, 50, 55, 57, 59, 62, 64)), neck)
    assert len(crowded.left_out) >= 2
    assert crowded.places[0] is not None
    assert crowded.places[7] is not None


def test_bass_and_melody_are_kept_and_the_quiet_go_first():
    loud = [PlayedNote(0, 1, midi, 50 if midi == 59 else 100) for midi in (40, 45, 50, 55, 59, 62, 64)]
    fingering = finger(loud, Fretboard())
    assert fingering.left_out[0].note == 4


def test_easy_is_easier():
    notes = chords((41, 48, 53, 57, 60, 65), (46, 53, 58, 62, 65))
    easy = finger(notes, Fretboard(), difficulty="easy")
    assert {each.reason for each in easy.left_out} == {"simplified"}
    for at in (0, 0.5):
        held = [place for note, place in zip(notes, easy.places, strict=True) if note.onset_s == at and place]
        assert 2 <= len(held) <= 3
    assert not finger(notes, Fretboard()).left_out
    assert max(place.fret for place in finger(melody(64, 69), Fretboard(), difficulty="easy").places) <= 5


def test_a_strum_is_one_chord():
    notes = [PlayedNote(0.012 * at, 1.0, midi) for at, midi in enumerate((40, 47, 52, 56, 59, 64))]
    fingering = finger(notes, Fretboard())
    assert [place.string for place in fingering.places] == [6, 5, 4, 3, 2, 1]


def test_open_position_for_open_chords_and_a_position_for_a_scale_up_there():
    g_major = finger(chords((43, 47, 50, 55, 59, 67)), Fretboard(), style="open")
    assert [place.fret for place in g_major.places] == [3, 2, 0, 0, 0, 3]
    scale = finger(melody(69, 71, 72, 74, 76, 77, 79, 81, step_s=0.12), Fretboard(), style="position")
    stopped = [place.fret for place in scale.places]
    assert min(stopped) >= 5
    assert max(stopped) <= 17


def test_silence_and_no_notes():
    assert finger([], Fretboard()).places == ()
    assert finger(melody(1), Fretboard()).places == (None,)


def test_unknown_words_are_refused():
    with pytest.raises(ValueError, match="style must be one of any, open, position, power-chord"):
        LeftHand([], Fretboard(), style="jazz")
    with pytest.raises(ValueError, match="difficulty must be one of easy, medium, full"):
        LeftHand([], Fretboard(), difficulty="hard")
    with pytest.raises(ValueError, match="at least one"):
        find_setups([], [])


def test_every_style_weighs_every_trait():
    for style in STYLES.values():
        assert len(style.grip_weights) == len(GRIP_TRAITS)
        assert len(style.move_weights) == len(MOVE_TRAITS)


def test_the_capo_that_opens_the_strings_is_found():
    barred = chords((41, 48, 53, 57, 60, 65), (46, 53, 58, 62, 65), (48, 55, 60, 64, 67), (41, 48, 53, 57, 60, 65))
    best = find_setups(barred, [Fretboard(capo=capo) for capo in range(5)])
    assert best[0].fretboard.capo in (1, 3)
    low = melody(38, 45, 50, 38)
    assert find_setups(low, [Fretboard(), Fretboard(TUNINGS["guitar drop D"])])[0].fretboard.tuning[0] == 38


def test_cost_is_that_of_the_cheapest_way_of_all():
    """Beside every way through a short song, tried one by one."""
    draw = random.Random(5)
    for _ in range(3):
        notes = melody(*(draw.randint(50, 70) for _ in range(3)))
        hand = LeftHand(notes, Fretboard())
        found = hand.solve()
        chords_, _ = hand._choose_chords({})
        grips = [hand._grips_of(chord, {}) for chord in chords_]
        ways = {(): 0.0}
        for at, (chord, now) in enumerate(zip(chords_, grips, strict=True)):
            price = hand._way.price(now, chord)
            if at == 0:
                ways = {(grip,): float(price[grip]) for grip in range(len(price))}
            else:
                step = hand._way.step(grips[at - 1], now, chord)
                ways = {
                    (*way, grip): cost + float(step[grip, way[-1]] + price[grip])
                    for way, cost in ways.items()
                    for grip in range(len(price))
                }
        assert min(ways.values()) == pytest.approx(found.cost)


def test_agreement_with_a_player(shared_audio):
    """GuitarSet's player, who plays high on the neck: found by the right style."""
    sheet = json.loads((shared_audio / "tabs" / "guitarset_00_BN1-129-Eb_comp.jams").read_text("utf-8"))
    rows = sorted(
        (
            note["time"],
            note["time"] + note["duration"],
            round(note["value"]),
            6 - int(a["annotation_metadata"]["data_source"]),
        )
        for a in sheet["annotations"]
        if a["namespace"] == "note_midi"
        for note in a["data"]
    )
    notes = [PlayedNote(start, stop, midi) for start, stop, midi, _ in rows]
    fingering = finger(notes, Fretboard(), style="position")
    check(notes, Fretboard(), fingering)
    same = [place is not None and place.string == row[3] for place, row in zip(fingering.places, rows, strict=True)]
    assert sum(same) / len(same) >= 0.85


def test_a_search_ends_when_it_is_told_to():
    class OverError(Exception):
        pass

    def go_on():
        asked.append(1)
        if len(asked) > 20:
            raise OverError

    many = [PlayedNote(0.0, 1.0, midi) for midi in range(40, 100)]
    for ask in (
        lambda: LeftHand(many, Fretboard(), go_on=go_on),
        lambda: LeftHand([], Fretboard()).with_notes(many, go_on=go_on),
        lambda: LeftHand(chords(*((40 + at, 47 + at) for at in range(30))), Fretboard()).solve(go_on=go_on),
        lambda: find_setups(melody(*range(40, 80)), [Fretboard()], go_on=go_on),
    ):
        asked: list[int] = []
        with pytest.raises(OverError):
            ask()


STANDARD = (40, 45, 50, 55, 59, 64)


@pytest.mark.parametrize(
    ("chords", "expected"),
    [
        ([(45,), (52,), (57,), (60,), (64,), (60,), (57,), (52,)] * 4, "open"),
        ([(40, 47, 52), (40,), (43, 50, 55), (40,)] * 8, "any"),
        ([(64,), (66,), (67,), (69,), (71,), (69,), (67,), (66,)] * 4, "any"),
        ([(57,), (60,), (64,), (69,)] * 3, "any"),
        ([], "any"),
    ],
    ids=["arpeggio", "riff", "scale", "too little to tell", "nothing"],
)
def test_a_style_is_found_in_the_notes(chords, expected):
    assert choose_style(chords, STANDARD).name == expected
    assert choose_style(chords, STANDARD[1:5]).name == "any"
    notes = [PlayedNote(0.25 * at, 0.25 * at + 0.2, midi) for at, chord in enumerate(chords) for midi in chord]
    assert LeftHand(notes, Fretboard()).style.name == expected


def test_an_edit_does_not_change_the_style():
    pitches = (45, 52, 57, 60, 64, 60, 57, 52) * 4
    picking = [PlayedNote(0.25 * at, 0.25 * at + 0.2, midi) for at, midi in enumerate(pitches)]
    hand = LeftHand(picking, Fretboard())
    assert hand.with_notes(picking[:8]).style.name == hand.style.name == "open"


def test_of_setups_that_sound_alike_the_plainest_is_compared():
    tunings = [tuning for name, tuning in TUNINGS.items() if name.startswith("guitar") and len(tuning) == 6]
    necks = plain_necks(Fretboard(), tunings, (0, 2, 3, 5, 7))
    sounding = [tuple(string + neck.capo for string in neck.tuning) for neck in necks]
    assert len(set(sounding)) == len(sounding)
    assert set(sounding) == {tuple(s + capo for s in tuning) for tuning in tunings for capo in (0, 2, 3, 5, 7)}
    strung = {(neck.tuning, neck.capo) for neck in necks}
    assert {(TUNINGS["guitar"], 4), (TUNINGS["guitar half step down"], 0), (TUNINGS["guitar drop D"], 1)} <= strung
    # lowered strings under a capo that takes it back are nobody's choice
    assert {capo for tuning, capo in strung if tuning == TUNINGS["guitar half step down"]} == {0}
    assert {capo for tuning, capo in strung if tuning == TUNINGS["guitar drop C"]} == {0}
    own = Fretboard(TUNINGS["guitar half step down"], capo=5)
    assert plain_necks(own, tunings, (0, 5))[0] == own


@pytest.mark.parametrize("step_s", [0.125, 0.25, 0.5])
@pytest.mark.parametrize("line", [(28,) * 8, (23, 23, 28, 28) * 2, (28, 28, 31, 28, 33, 28), (29, 29, 36, 29)])
def test_a_bass_of_five_strings_plays_low_notes_where_one_of_four_does(line, step_s):
    notes = melody(*line, step_s=step_s)
    five = finger(notes, Fretboard(TUNINGS["bass 5 strings"])).places
    usual = [note for note in notes if note.midi >= 28]
    four = iter(finger(usual, Fretboard(TUNINGS["bass"])).places)
    for note, place in zip(notes, five, strict=True):
        assert place == (next(four) if note.midi >= 28 else Place(5, note.midi - 23))


def test_the_low_string_of_a_bass_is_used_high_where_the_player_or_the_hand_is_there():
    neck = Fretboard(TUNINGS["bass 5 strings"])
    riff = melody(*(31, 33, 36, 38, 41, 38, 36, 33) * 2, step_s=0.12)
    assert finger(riff, neck).places[0] == Place(4, 3)
    assert LeftHand(riff, neck).solve({0: Place(5, 8)}).places[0] == Place(5, 8)
    assert LeftHand(riff, neck).solve({}, [HandWish(0.0, 9.0, 6)]).places[0] == Place(5, 8)
    assert finger(melody(28, 33), Fretboard((26, 33, 38, 43))).places[0] == Place(4, 2), "of four strings none is extra"

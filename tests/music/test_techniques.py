"""What shapes a tone, from the pitch of single notes."""

from __future__ import annotations

import math

import pytest

from tonmeister.music.fingering import finger
from tonmeister.music.fretboard import Fretboard
from tonmeister.music.tab import PlayedNote, Technique
from tonmeister.music.techniques import Contour, find_techniques, find_unbent

STEP_S = 0.0116


def contour(cents, start_s: float = 0.0, length_s: float = 0.6, attack: float | None = None) -> Contour:
    times = [start_s + at * STEP_S for at in range(round(length_s / STEP_S))]
    return Contour(tuple(times), tuple(cents(time - start_s) for time in times), attack)


def shapes(one: Contour) -> tuple[Technique, ...]:
    notes = [PlayedNote(0.0, 0.6, 66)]
    return find_techniques(notes, finger(notes, Fretboard()), {0: one})[0]


def test_a_steady_tone_shows_nothing():
    assert shapes(contour(lambda t: 3.0)) == ()
    assert shapes(contour(lambda t: 40.0)) == ()  # out of tune is no bend
    assert shapes(contour(lambda t: math.nan)) == ()


@pytest.mark.parametrize(("rate_hz", "depth"), [(4.5, 25.0), (6.0, 40.0), (7.5, 60.0)])
def test_vibrato_with_its_depth(rate_hz, depth):
    (found,) = shapes(contour(lambda t: depth * math.sin(2 * math.pi * rate_hz * t), length_s=1.2))
    assert found.name == "vibrato"
    assert found.depth_cents == pytest.approx(depth, rel=0.25)


def test_a_tremble_or_a_slow_drift_is_no_vibrato():
    assert shapes(contour(lambda t: 5.0 * math.sin(2 * math.pi * 6 * t), length_s=1.2)) == ()
    assert shapes(contour(lambda t: 30.0 * math.sin(2 * math.pi * 1.0 * t), length_s=1.2)) == ()
    assert shapes(contour(lambda t: 30.0 * math.sin(2 * math.pi * 14.0 * t), length_s=1.2)) == ()


@pytest.mark.parametrize("depth", [100.0, 150.0, 200.0])
def test_a_bend_with_its_depth(depth):
    (found,) = shapes(contour(lambda t: min(depth, depth * max(0.0, t - 0.1) / 0.15)))
    assert found == Technique("bend", depth_cents=depth)


def test_a_bend_that_is_let_go():
    (found,) = shapes(contour(lambda t: 200.0 * max(0.0, min(t / 0.15, 1.0, (0.5 - t) / 0.12))))
    assert found == Technique("bend", depth_cents=200.0, is_released=True)


def test_an_open_string_is_never_bent_and_that_is_told():
    notes = [PlayedNote(0.0, 0.6, 64), PlayedNote(1.0, 1.6, 66)]
    glides = {at: contour(lambda t: min(200.0, 2000.0 * max(0.0, t - 0.1)), 1.0 * at) for at in range(2)}
    fingering = finger(notes, Fretboard())
    assert [place.fret > 0 for place in fingering.places] == [False, True]
    assert [len(each) for each in find_techniques(notes, fingering, glides)] == [0, 1]
    assert find_unbent(fingering, glides) == (0,)


def test_a_jump_to_another_notes_pitch_is_no_bend():
    assert shapes(contour(lambda t: 0.0 if t < 0.2 else 133.0)) == ()


def test_a_single_wild_frame_is_no_bend():
    assert shapes(contour(lambda t: 190.0 if abs(t - 0.3) < STEP_S / 2 else 0.0)) == ()


def two(step: int, before: Contour | None, after: Contour) -> tuple[Technique, ...]:
    notes = [PlayedNote(0.0, 0.5, 60), PlayedNote(0.5, 1.0, 60 + step)]
    fingering = finger(notes, Fretboard(), locks={0: Fretboard().places(60)[1]})
    string = fingering.places[0].string
    place = next(place for place in Fretboard().places(60 + step) if place.string == string)
    fingering = finger(notes, Fretboard(), locks={0: fingering.places[0], 1: place})
    contours = {1: after} | ({0: before} if before else {})
    return find_techniques(notes, fingering, contours)[1]


@pytest.mark.parametrize(("step", "name"), [(2, "hammer_on"), (-2, "pull_off")])
def test_a_step_without_attack_is_legato(step, name):
    soft = contour(lambda t: 0.0, 0.5, 0.5, attack=0.1)
    assert two(step, None, soft) == (Technique(name, from_note=0),)
    struck = contour(lambda t: 0.0, 0.5, 0.5, attack=0.9)
    assert two(step, None, struck) == ()
    unknown = contour(lambda t: 0.0, 0.5, 0.5)
    assert two(step, None, unknown) == ()


def test_a_glide_between_two_frets_is_a_slide_and_no_bend():
    glide = contour(lambda t: 0.0 if t < 0.38 else 500.0 * (t - 0.38) / 0.12, 0.0, 0.5)
    after = contour(lambda t: 0.0, 0.5, 0.5, attack=0.1)
    assert two(5, glide, after) == (Technique("slide", from_note=0),)
    notes = [PlayedNote(0.0, 0.5, 60), PlayedNote(0.5, 1.0, 65)]
    neck = Fretboard()
    locks = {0: neck.places(60)[1], 1: next(p for p in neck.places(65) if p.string == neck.places(60)[1].string)}
    assert find_techniques(notes, finger(notes, neck, locks=locks), {0: glide})[0] == ()


def test_without_contours_nothing_is_claimed():
    notes = [PlayedNote(0.0, 0.5, 60), PlayedNote(0.5, 1.0, 62)]
    assert find_techniques(notes, finger(notes, Fretboard()), {}) == ((), ())


def test_a_contour_needs_as_many_times_as_pitches():
    with pytest.raises(ValueError, match="equally many"):
        Contour((0.0,), ())

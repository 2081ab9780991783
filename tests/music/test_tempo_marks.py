"""Tempo marks: where a reader needs them, and nowhere else."""

from __future__ import annotations

import random

import pytest

from tonmeister.music.tempo_marks import mark_tempi


def bars(tempi):
    return [(mark.bar, round(mark.tempo_bpm)) for mark in mark_tempi(tempi)]


def test_a_steady_tempo_is_marked_once_and_exactly():
    marks = mark_tempi([120.0] * 50)
    assert [(mark.bar, mark.tempo_bpm, mark.is_about) for mark in marks] == [(0, pytest.approx(120.0), False)]


def test_a_change_must_be_felt_and_last():
    assert bars([120] * 8 + [90] + [120] * 8) == [(0, 120)]
    assert bars([120] * 8 + [130, 130] + [120] * 8) == [(0, 120), (8, 130), (10, 120)]
    assert bars([120] * 8 + [126] * 8) == [(0, 120), (8, 126)]


@pytest.mark.parametrize("seed", range(5))
def test_free_playing_is_about_a_tempo(seed):
    draw = random.Random(seed)
    marks = mark_tempi([100 * (1 + draw.uniform(-0.1, 0.1)) for _ in range(60)])
    assert len(marks) == 1
    assert marks[0].is_about
    assert marks[0].is_free
    assert 95 < marks[0].tempo_bpm < 105


def test_no_bars_no_marks_and_no_tempo_of_nothing():
    assert mark_tempi([]) == ()
    with pytest.raises(ValueError, match="above 0"):
        mark_tempi([120, 0])

"""The score knows what belongs together."""

from __future__ import annotations

import numpy as np
import pytest

from capabilities.mashing.boards import board, curves, gathering, song
from tonmeister.capabilities.mashing.grid import bar_edges
from tonmeister.capabilities.mashing.match import best_pairs, rate_songs
from tonmeister.capabilities.mashing.scores import choose_folds, letter_of


def test_own_voices_outrank_foreign_and_moved_ones():
    held = board(*(song(seed, key=seed * 5 % 12) for seed in range(4)))
    own, others = [], []
    for lead in held.materials:
        leads = np.flatnonzero(lead.can_lead)
        scores = held.scores[lead.letter, lead.letter]
        own += [scores.total[0, at, at] for at in leads]
        others += [scores.total[shift, at, at] for at in leads for shift in (1, 2, 3, 9, 10, 11)]
        others += [
            value
            for backing in held.materials
            if backing is not lead
            for value in held.scores[lead.letter, backing.letter].total[0, leads].ravel()
        ]
    area = np.mean(np.array(own)[:, np.newaxis] > np.array(others)[np.newaxis])
    assert area >= 0.9


@pytest.mark.parametrize("key", [1, 2, 11])
def test_the_best_shift_brings_keys_together(key):
    held = gathering(song(1), song(1, key=key, name="other.wav"))
    matches = {match.lead: match for match in rate_songs(held, held.scores(), 3)}
    nearest = (key + 5) % 12 - 5
    assert matches["A"].shift_semitones == nearest
    assert matches["B"].shift_semitones == -nearest
    assert any("semitone" in text for text in matches["A"].recommendations)


def test_a_wider_move_must_be_allowed():
    held = gathering(song(1), song(1, key=2, name="other.wav"))
    assert all(abs(match.shift_semitones) <= 1 for match in rate_songs(held, held.scores(), 1))


def test_a_score_is_the_weighted_sum_of_its_parts():
    held = gathering(song(1), song(2))
    scores = held.scores()
    for pair in best_pairs(held, scores, rate_songs(held, scores, 3))[:5]:
        parts = pair.parts
        total = (
            0.25 * parts.harmony_percent + 0.25 * parts.consonance_percent + 0.15 * parts.rhythm_percent
            + 0.15 * parts.balance_percent + 0.1 * parts.voice_room_percent + 0.1 * parts.tempo_percent
        )  # fmt: skip
        assert pair.score_percent == pytest.approx(total, abs=0.2)


def test_a_backing_that_comes_too_early_is_begun_later():
    described, heard = song(1)
    late = {name: np.roll(value, 1, axis=0) for name, value in vars(heard).items() if name.startswith("backing")}
    other = type(heard)(**{**vars(heard), **late})
    held = gathering((described, heard), (described.model_copy(update={"features": "other"}), other))
    scores = held.scores()["A", "B"]
    assert held.best_offset(scores, 0, 1, 1) == 1
    assert held.best_offset(held.scores()["A", "A"], 0, 1, 1) == 0


def test_songs_without_a_voice_lead_with_their_melody():
    held = gathering(song(1, sung=0.0), song(2))
    assert held.materials[0].lead_stem == "other"
    assert held.materials[0].can_lead.all()


@pytest.mark.parametrize(("tempi", "folds"), [((120, 124), [0, 0]), ((70, 138), [1, 0]), ((90, 100, 190), [0, 0, -1])])
def test_tempi_are_counted_so_that_they_lie_near(tempi, folds):
    found = choose_folds(tempi)
    assert found in (folds, [fold - folds[0] + found[0] for fold in folds])


def test_phrases_keep_their_names_whatever_the_slots():
    for n_bars in (4, 8, 16):
        rows = gathering(song(1), song(2), n_bars=n_bars).materials[1].rows
        assert all(row.id == f"B{row.start_bar // 4 + 1}" for row in rows)
        assert {row.n_bars for row in rows} == {n_bars}


def test_counting_beats_double_or_half_changes_the_bars_that_a_slot_takes():
    held = gathering(song(1, bpm=70), song(2, bpm=138))
    assert [material.factor for material in held.materials] in (["same", "half"], ["double", "same"])
    for material in held.materials:
        assert {row.n_bars for row in material.rows} == {{"half": 16, "same": 8, "double": 4}[material.factor]}
        assert material.lead_classes.shape[1] == 32
        assert material.lead_template.shape[1:] == (64, 2)


def test_letters_go_on_behind_z():
    assert [letter_of(n) for n in (0, 25, 26, 27)] == ["A", "Z", "AA", "AB"]


def test_bars_begin_at_downbeats_and_odd_ones_are_divided_evenly():
    beats = np.arange(14) * 0.5
    edges = bar_edges(beats, [1, 5, 8], 4, 7.0)
    np.testing.assert_allclose(edges[0], [0.5, 1, 1.5, 2, 2.5])
    np.testing.assert_allclose(edges[1], np.linspace(2.5, 4, 5))
    np.testing.assert_allclose(edges[2], [4, 4.5, 5, 5.5, 6])
    assert len(bar_edges(beats, [1, 5, 8], 4, 5.0)) == 2


def test_curves_of_a_song_survive_the_disk(tmp_path):
    heard = curves(1)
    heard.save(tmp_path / "x.npz")
    again = type(heard).load(tmp_path / "x.npz")
    assert all(np.array_equal(getattr(heard, name), getattr(again, name)) for name in vars(heard))


@pytest.mark.parametrize("bpm", [120.0, 62.0])
def test_a_phrase_ends_where_its_bars_end_though_the_analysis_has_longer_ones(bpm):
    described, heard = song(1, bpm=bpm)
    edges_s = 240 / bpm * (np.arange(40)[:, np.newaxis] + np.arange(5) / 4)
    long = described.phrases[0].model_copy(update={"n_bars": 5, "end_s": round(edges_s[5, 0], 3)})
    later = [row.model_copy(update={"start_bar": row.start_bar + 1}) for row in described.phrases[1:9]]
    described = described.model_copy(update={"phrases": (long, *later)})
    held = gathering((described, heard), *(song(seed, bpm=120.0 + seed) for seed in (2, 3)))
    rows = held.materials[0].rows
    assert {row.n_bars for row in rows} == {8 if bpm == 120 else 4}
    for row in rows:
        assert row.end_s == pytest.approx(edges_s[row.start_bar + row.n_bars - 1, -1], abs=1e-3)

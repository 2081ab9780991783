"""What is printed of an analysis: keys, and sections with the chords of their bars."""

from __future__ import annotations

import doctest

import pytest

import tonmeister
from tonmeister.capabilities.analyzing import outline
from tonmeister.capabilities.analyzing.outline import section_bars, tell_bars


@pytest.fixture(scope="module")
def rock(shared_audio):
    return tonmeister.analyze(shared_audio / "synth" / "d1_rock_peatfire" / "mix.ogg")


def test_charts_are_short():
    assert not doctest.testmod(outline).failed
    assert tell_bars(["G", "Am", "F", "%"] * 2) == "G | Am | F | %  ×2"
    assert tell_bars(["%", "%"]) == "% | %", "a bar that goes on is no pattern"
    assert tell_bars([]) == ""


def test_each_bar_has_the_chords_that_sound_in_it(rock, shared_audio):
    """Against the chords that the song was made of, on the bars of its refrain."""
    rows = (shared_audio / "synth" / "d1_rock_peatfire" / "chords.lab").read_text().split("\n")
    truth = [line.split("\t") for line in rows if line]
    names = {"E:min": "Em", "G:maj": "G", "D:maj": "D", "B:min": "Bm"}
    refrain = next(part for part in rock.sections if 32 < part.start_s < 34)
    bars = section_bars(rock, refrain)
    start_s = rock.beats_s[rock.downbeats[refrain.start_bar]]
    bar_s = 4 * 60 / 132
    now = ""
    for at, told in enumerate(bars):
        begin_s, end_s = start_s + at * bar_s - 0.2, start_s + (at + 1) * bar_s - 0.2
        begun = [names[label] for begin, _, label in truth if begin_s <= float(begin) < end_s]
        assert told.split() == (begun or ["%"]), f"bar {at}"
        now = begun[-1] if begun else now
    assert now in ("Em", "G")


def test_all_is_told_in_order(rock):
    digest = rock.digest()
    n_sections = len(rock.sections)
    assert len(rock.key_path) == 1
    assert not any(text.startswith("Keys:") for text in digest.sentences)
    lines = digest.sentences[:n_sections]
    assert [line.split()[0] for line in lines] == [
        f"{int(part.start_s) // 60}:{int(part.start_s) % 60:02d}" for part in rock.sections
    ]
    assert sum(int(line.split(" bar")[0].split()[-1]) for line in lines) == len(rock.downbeats)
    assert digest.sentences[n_sections:] == tuple(f"{rock.name}: {text}" for text in rock.warnings)


def test_a_song_without_beats_or_chords_has_no_chart(rock):
    bare = rock.model_copy(update={"chords": (), "key_path": ()})
    assert section_bars(bare, rock.sections[0]) == ()
    assert all("|" not in line for line in outline.outline(bare))
    loose = rock.sections[0].model_copy(update={"start_bar": None})
    assert section_bars(rock, loose) == ()


def test_keys_are_told_where_there_are_several(rock):
    (span,) = rock.key_path
    there = span.model_copy(update={"end_s": 30.0}), span.model_copy(update={"start_s": 30.0, "key": "G major"})
    first, *_ = outline.outline(rock.model_copy(update={"key_path": there}))
    assert first == "Keys: E minor from 0:00, G major from 0:30"

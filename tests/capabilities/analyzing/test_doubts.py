"""What may be otherwise than it was heard, and what to tell to have it so."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from capabilities.analyzing.conftest import beat_times, make_song
from capabilities.mashing.boards import song
from tonmeister.capabilities.analyzing.doubts import find_doubts
from tonmeister.capabilities.analyzing.params import Metre, MetreAlternative, Tempo
from tonmeister.capabilities.mashing.phrases import _card

NO_KEY = SimpleNamespace(key=None)


def timing(confidence: float = 0.9, metre_confidence: float = 0.9, **rivals):
    tempo = Tempo(
        tempo_bpm=120, confidence=confidence, is_told=False, is_steady=True, error_percent=0.1, scatter_ms=5.0,
        alternatives=rivals.get("tempi", ()),
    )  # fmt: skip
    metre = Metre(
        numerator=4, denominator=4, n_beats_per_bar=4, confidence=metre_confidence, is_ambiguous=False,
        alternatives=rivals.get("metres", ()),
    )  # fmt: skip
    return SimpleNamespace(tempo=tempo, metre=metre, placing=None)


def test_what_is_sure_is_not_doubted():
    rivals = {"tempi": [{"tempo_bpm": 60, "weight": 0.2, "relation": "half"}]}
    assert find_doubts(timing(**rivals), NO_KEY) == ()
    assert find_doubts(SimpleNamespace(tempo=None, metre=None, placing=None), NO_KEY) == ()


@pytest.mark.parametrize(
    ("bpm", "relation", "words"),
    [(240.04, "double", "twice it, 240.0"), (90, "other", "90.0"), (80, "two thirds", "two thirds of it, 80.0")],
)
def test_a_doubtful_tempo_names_its_rival_and_the_option_for_it(bpm, relation, words):
    heard = timing(0.3, tempi=[{"tempo_bpm": bpm, "weight": 0.8, "relation": relation}])
    (doubt,) = find_doubts(heard, NO_KEY)
    assert (doubt.about, doubt.tempo_bpm, doubt.metre, doubt.first_beat_s) == ("tempo", round(bpm, 1), None, None)
    assert doubt.text == f"The tempo is doubtful: 120.0 BPM, or {words} BPM."
    assert doubt.warning == f"{doubt.text.removesuffix('.')} (--tempo-bpm {round(bpm, 1):.1f})."
    (counted,) = find_doubts(heard, NO_KEY, "half")
    assert (counted.text, counted.tempo_bpm, counted.warning) == (doubt.text, None, doubt.text)


def test_a_doubtful_metre_names_its_rival_where_it_has_one():
    rival = MetreAlternative(numerator=6, denominator=8, weight=0.4)
    (doubt,) = find_doubts(timing(metre_confidence=0.5, metres=[rival]), NO_KEY)
    assert (doubt.metre, doubt.warning) == ("6/8", "The metre is doubtful: 4/4 or 6/8 (--metre 6/8).")
    (alone,) = find_doubts(timing(metre_confidence=0.5), NO_KEY)
    assert (alone.metre, alone.warning) == (None, "The metre is doubtful: 4/4.")


def test_an_ambiguous_key_is_told_and_no_option_settles_it():
    rivals = [SimpleNamespace(name="E minor", weight=0.9)]
    key = SimpleNamespace(name="A minor", relative="C major", is_ambiguous=True, alternatives=rivals)
    (doubt,) = find_doubts(timing(), SimpleNamespace(key=key))
    assert (doubt.about, doubt.text, doubt.warning) == ("key", *["The key is ambiguous: A minor or E minor."] * 2)


def test_what_settles_a_doubt_is_what_the_analysis_then_counts(analyze, shared_audio):
    file = shared_audio / "annotated" / "loops" / "loop_garzul.flac"
    found = analyze(file)
    (doubt,) = [doubt for doubt in found.doubts if doubt.about == "tempo"]
    assert doubt.warning in found.warnings
    told = analyze(file, tempo_bpm=doubt.tempo_bpm)
    assert found.tempo.tempo_bpm == pytest.approx(2 * doubt.tempo_bpm, rel=0.01)
    assert told.tempo.tempo_bpm == pytest.approx(doubt.tempo_bpm, rel=0.01)
    assert not any(other.about == "tempo" for other in told.doubts)


def test_a_song_of_a_mashup_has_its_doubts_once(analyze, write):
    heard = analyze(write("placed", make_song(beat_times(117.3, 64))))
    (doubt,) = find_doubts(timing(0.3, tempi=[{"tempo_bpm": 90, "weight": 0.8, "relation": "other"}]), NO_KEY)
    heard = heard.model_copy(update={"doubts": (doubt,), "warnings": (doubt.warning, "The sound is mono.")})
    separated = SimpleNamespace(quality="fair", warnings=("The sound is mono.", "It hums."))
    card = _card(heard, separated, song(1)[1], "song.wav", 16)
    assert card.warnings == ("The sound is mono.", "It hums.")
    assert [(each.text, each.tempo_bpm) for each in card.doubts] == [(doubt.text, 90.0)]

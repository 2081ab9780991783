"""Songs that do not fit together are refused by name; a wish without a language model leaves the plan by rules."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from capabilities.mashing.boards import song
from tonmeister.capabilities.mashing.gathering import are_same
from tonmeister.capabilities.mashing.hearing import StemCurves
from tonmeister.capabilities.mashing.match import match
from tonmeister.capabilities.mashing.params import MashPlanParams, MashTalkParams, MatchParams
from tonmeister.capabilities.mashing.phrases import check_song
from tonmeister.capabilities.mashing.planning.edits import open_section
from tonmeister.capabilities.mashing.planning.run import plan_mashup, talk_mashup
from tonmeister.core.errors import AudioSilentError, BeatMissingError, CombinationError
from tonmeister.core.language import LanguageRules


class Desk:
    """Hands out described songs instead of listening to them."""

    def __init__(self, folder: Path, *songs: Any):
        self.language = LanguageRules()
        self.described = {}
        self.shown: dict[str, Any] = {}
        self.names = []
        for number, (described, heard) in enumerate(songs):
            file = folder / f"{number}.wav"
            file.write_bytes(f"sound of {described.song.name}".encode())
            features = folder / f"{number}.npz"
            heard.save(features)
            self.described[str(file)] = described.model_copy(update={"features": str(features)})
            self.names.append(str(file))

    def fetch(self, ref: str) -> Path:
        return Path(ref)

    def label(self, ref: str) -> str:
        return Path(ref).name

    def progress(self, fraction: float, stage: str) -> None:
        assert 0 <= fraction <= 1

    def part(self, start: float, stop: float) -> Any:
        return lambda fraction, stage: self.progress(start + (stop - start) * fraction, stage)

    def show(self, name: str, found: Any) -> None:
        self.shown[name] = found

    def run_all(self, steps: Any, *, tell: Any = None, each: Any = None) -> list[Any]:
        if {name for name, _ in steps} == {"measure"}:
            sounding = SimpleNamespace(sample_peak_dbfs=-1.0, momentary_max_lufs=-12.0)
            return [SimpleNamespace(measurement=sounding, duration_s=60.0) for _ in steps]
        assert {name for name, _ in steps} == {"mash_phrases"}
        found = [self.described[params["file"]] for _, params in steps]
        for number, song_of in enumerate(found if each else ()):
            each(number, song_of)
        return found


def test_a_collection_of_more_songs_than_a_mashup_has_letters_is_matched_and_shown(tmp_path):
    desk = Desk(tmp_path, *(song(n, name=f"{n}.wav", n_bars=12) for n in range(8)))
    found = match(MatchParams(songs=desk.names), desk)
    assert {each.lead for each in found.matches} <= set("ABCDEFGH")
    assert [each["songId"] for each in desk.shown["stems"]] == list("ABCDEFGH")


def test_a_collection_is_matched(tmp_path):
    desk = Desk(tmp_path, *(song(n, name=f"{n}.wav", key=n % 3, bpm=110 + 9 * n) for n in range(5)))
    found = match(MatchParams(songs=desk.names), desk)
    assert len(found.matches) == 20
    scores = [each.score_percent for each in found.matches]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 100 for score in scores)
    assert {each.lead for each in found.matches} == set("ABCDE")
    assert all(each.recommendations for each in found.matches)
    digest = found.digest()
    assert len(digest.rows) == 20


def other_file_of(given: Any, *, n_later: int = 0, level_db: float = 0.0) -> Any:
    """Return a song as another file of its recording gives it: fainter, a little noisy, its first bars cut off."""
    described, heard = given
    rng = np.random.default_rng(9)
    noisy = {
        name: (value * (1 + 0.02 * rng.standard_normal(value.shape))).astype(np.float32)[n_later:]
        for name, value in vars(heard).items()
    }
    noisy["level_db"] += np.float32(level_db)
    card = described.song.model_copy(update={"name": "other.mp3"})
    kept = tuple(row for row in described.phrases if row.start_bar + row.n_bars <= len(noisy["voice"]))
    return described.model_copy(update={"song": card, "phrases": kept}), StemCurves(**noisy)


@pytest.mark.parametrize("n_later", [0, 2])
def test_one_recording_in_two_files_is_told(tmp_path, n_later):
    one = song(1, name="one.wav")
    desk = Desk(tmp_path, one, song(2, name="two.wav"), other_file_of(one, n_later=n_later, level_db=-4))
    found = match(MatchParams(songs=desk.names), desk)
    told = [text for text in found.warnings if "same recording" in text]
    assert told == ["A (one.wav) and C (other.mp3) are the same recording: a mashup of them is the song over itself."]


def test_songs_that_share_their_chords_are_not_one_recording():
    curves = [song(seed)[1] for seed in range(1, 6)]
    assert not any(are_same(one, other) for n, one in enumerate(curves) for other in curves[n + 1 :])
    assert are_same(curves[0], other_file_of(song(1))[1])


def test_the_same_song_under_two_names_is_refused(tmp_path):
    desk = Desk(tmp_path, song(1, name="x"), song(1, name="x"))
    with pytest.raises(CombinationError, match="same song"):
        match(MatchParams(songs=desk.names), desk)


def test_songs_of_other_metres_are_refused(tmp_path):
    desk = Desk(tmp_path, song(1), song(2, metre="3/4", beats=3))
    with pytest.raises(CombinationError, match=r"3/4"):
        match(MatchParams(songs=desk.names), desk)


def test_phrases_longer_than_a_song_are_refused(tmp_path):
    desk = Desk(tmp_path, song(1), song(2, n_bars=12))
    with pytest.raises(CombinationError, match="no phrase of 16 bars"):
        match(MatchParams(songs=desk.names, n_phrase_bars=16), desk)


def test_a_song_too_short_once_its_bars_count_half_is_refused(tmp_path):
    desk = Desk(tmp_path, song(1, bpm=70), song(2, bpm=138, n_bars=12))
    with pytest.raises(CombinationError, match="12 bars in all, two of which make one here"):
        match(MatchParams(songs=desk.names, n_phrase_bars=8), desk)


def test_without_a_language_model_the_plan_by_rules_stands_and_says_so(tmp_path):
    desk = Desk(tmp_path, song(1), song(2))
    by_rules = plan_mashup(MashPlanParams(songs=desk.names, style="trade"), desk)
    found = talk_mashup(MashTalkParams(songs=desk.names, style="trade", brief="more energy"), desk)
    assert found.plans[0].masterplan == by_rules.plans[0].masterplan
    assert found.plans[0].origin.planner == "rules"
    assert any("No language model is set up" in note for note in found.plans[0].origin.notes)
    assert desk.shown["notes"][0].startswith("No language model is set up"), "before the songs are taken apart"
    assert any("The plan by rules stands." in note for note in found.plans[0].origin.notes)
    assert [text for text in found.warnings if "language model" in text] == [
        note for note in found.plans[0].origin.notes if "language model" in note
    ], "the result itself tells it, not only its plan"
    told = found.digest().sentences
    assert len([text for text in told if "language model" in text]) == 1


def test_a_given_plan_stays_where_nobody_can_be_asked(tmp_path):
    desk = Desk(tmp_path, song(1), song(2))
    plan = plan_mashup(MashPlanParams(songs=desk.names), desk).plans[1]
    found = talk_mashup(MashTalkParams(songs=desk.names, brief="louder", plan=plan), desk)
    assert found.plans[0].masterplan == plan.masterplan
    assert any("stays as it was" in note for note in found.plans[0].origin.notes)
    assert any("stays as it was" in text for text in found.warnings)


@pytest.mark.parametrize("style", ["classic", "megamix"])
@pytest.mark.parametrize("n_phrase_bars", [4, 8, 16])
def test_an_opened_plan_is_completed_in_its_own_slots(tmp_path, style, n_phrase_bars):
    desk = Desk(tmp_path, song(1, n_bars=80), song(2, n_bars=80))
    wishes = {"songs": desk.names, "style": style, "n_phrase_bars": n_phrase_bars}
    plan = plan_mashup(MashPlanParams(**wishes), desk).plans[0]
    done = plan_mashup(MashPlanParams(songs=desk.names, plan=open_section(plan, 1)), desk).plans[0]
    assert done.origin.n_slot_bars == plan.origin.n_slot_bars
    assert done.masterplan.timeline[1].backing != "?"
    assert done.duration_s == pytest.approx(plan.duration_s)


def heard(
    *,
    confidence: float = 0.8,
    n_bars: int = 20,
    has_tempo: bool = True,
    level: float | None = -20.0,
    duration_s: float = 60.0,
) -> Any:
    return SimpleNamespace(
        downbeats=range(n_bars),
        tempo=SimpleNamespace(confidence=confidence) if has_tempo else None,
        metre="4/4",
        loudness=SimpleNamespace(momentary_lufs=(level,) * 9),
        duration_s=duration_s,
    )


@pytest.mark.parametrize("about", [{"has_tempo": False}, {"confidence": 0.01}, {"n_bars": 3}])
def test_what_has_no_bars_to_build_with_is_refused(about):
    with pytest.raises(BeatMissingError, match=r"speech\.wav"):
        check_song(heard(**about), "speech.wav")
    check_song(heard(), "song.wav")


@pytest.mark.parametrize("about", [{"has_tempo": False}, {"confidence": 0.01}])
def test_what_is_short_is_said_to_be_short_and_what_is_long_to_have_no_beat(about):
    with pytest.raises(BeatMissingError, match=r"lasts 5\.0 s: too short"):
        check_song(heard(duration_s=5.0, **about), "jazz.wav")
    with pytest.raises(BeatMissingError, match="speech, or play in free time"):
        check_song(heard(**about), "talk.wav")


def test_silence_is_refused():
    with pytest.raises(AudioSilentError, match=r"silence\.wav"):
        check_song(heard(level=None), "silence.wav")

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
from tonmeister.capabilities.mashing.params import MashPlanParams, MashTalkParams, MatchParams, SongDoubt
from tonmeister.capabilities.mashing.phrases import check_song
from tonmeister.capabilities.mashing.planning.edits import open_section
from tonmeister.capabilities.mashing.planning.run import plan_mashup, talk_mashup
from tonmeister.core.errors import AudioSilentError, BeatMissingError, ChoiceUnknownError, CombinationError
from tonmeister.core.language import LanguageRules


class Desk:
    """Hands out described songs instead of listening to them."""

    def __init__(self, folder: Path, *songs: Any):
        self.language = LanguageRules()
        self.is_taken_apart = False
        self.described = {}
        self.shown: dict[str, Any] = {}
        self.names = []
        for number, (described, heard) in enumerate(songs):
            file = folder / f"{number}.wav"
            file.write_bytes(f"sound of {described.song.name} at {described.song.tempo_bpm} BPM".encode())
            features = folder / f"{number}.npz"
            heard.save(features)
            self.described[str(file)] = described.model_copy(update={"features": str(features)})
            self.names.append(str(file))
        self.counted: dict[tuple[str, str], Any] = {}
        """Songs as they are described where their metre is told."""

    def told(self, number: int, metre: str, given: Any) -> None:
        """Let a song be described otherwise where its metre is told."""
        described, heard = given
        features = Path(f"{self.names[number]}-{metre[0]}.npz")
        heard.save(features)
        self.counted[self.names[number], metre] = described.model_copy(update={"features": str(features)})

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
        found = [self.run(name, params) for name, params in steps]
        for number, song_of in enumerate(found if each else ()):
            each(number, song_of)
        return found

    def run(self, name: str, params: Any, *, tell: Any = None) -> Any:
        file, metre = params["file"], params.get("metre")
        described = self.described[file] if metre is None else self.counted[file, metre]
        if name == "analyze":
            return analysis_of(described)
        assert name == "mash_phrases"
        self.is_taken_apart = True
        return described


def analysis_of(described: Any) -> Any:
    """Return what an analysis says of a song that was made up."""
    card = described.song
    numerator, denominator = map(int, card.metre.split("/"))
    return SimpleNamespace(
        downbeats=described.downbeats,
        tempo=SimpleNamespace(tempo_bpm=card.tempo_bpm, confidence=card.tempo_confidence, is_steady=card.is_steady),
        metre=SimpleNamespace(numerator=numerator, denominator=denominator),
        loudness=SimpleNamespace(momentary_lufs=(-20.0,) * 9),
        key=None,
        duration_s=card.duration_s,
    )


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


def test_songs_of_other_metres_are_refused_before_any_is_taken_apart(tmp_path):
    desk = Desk(tmp_path, song(1), song(2, metre="3/4", beats=3))
    with pytest.raises(CombinationError, match=r"3/4") as caught:
        match(MatchParams(songs=desk.names), desk)
    assert not desk.is_taken_apart
    assert '--corrections \'{"songId": "B", "metre": "4/4"}\'' in str(caught.value.remedy)


def test_two_bars_of_two_beats_make_one_of_four(tmp_path):
    desk = Desk(tmp_path, song(1, n_bars=80, metre="2/4", beats=2, name="march.wav"), song(2))
    desk.told(0, "4/4", song(1, name="march.wav"))
    found = plan_mashup(MashPlanParams(songs=desk.names), desk)
    assert [card.metre for card in found.songs] == ["4/4", "4/4"]
    told = "A (0.wav) is heard in 2/4 and counted in 4/4, as the others are: two of its bars make one."
    assert found.warnings[0] == told
    plan = found.plans[0]
    assert [each.correction and each.correction.metre for each in plan.songs] == ["4/4", None]
    again = plan_mashup(MashPlanParams(songs=desk.names, plan=plan), desk)
    assert again.plans[0].masterplan.timeline == plan.masterplan.timeline
    assert again.plans[0].songs == plan.songs
    assert again.warnings[0] == "A (march.wav) is counted in 4/4, as when the plan was made."


def test_who_tells_the_metre_of_a_song_is_followed(tmp_path):
    desk = Desk(tmp_path, song(1, n_bars=80, metre="2/4", beats=2), song(2))
    desk.told(0, "2/4", song(1, n_bars=80, metre="2/4", beats=2))
    with pytest.raises(CombinationError, match="do not fit"):
        match(MatchParams(songs=desk.names, corrections=[{"songId": "A", "metre": "2/4"}]), desk)
    desk.told(0, "4/4", song(1))
    found = match(MatchParams(songs=desk.names, corrections=[{"songId": "A", "metre": "4/4"}]), desk)
    assert not any("2/4" in text for text in found.warnings)


def test_corrections_that_cannot_be_meant_are_refused(tmp_path):
    desk = Desk(tmp_path, song(1), song(2))
    desk.told(1, "4/4", song(2))
    plan = plan_mashup(MashPlanParams(songs=desk.names, corrections=[{"songId": "B", "metre": "4/4"}]), desk).plans[0]
    for given, more, error in (
        ([{"songId": "C", "metre": "4/4"}], {}, ChoiceUnknownError),
        ([{"songId": "A", "metre": "4/4"}, {"songId": "A", "tempo_bpm": 90}], {}, CombinationError),
        ([{"songId": "A", "metre": "4/4"}], {"plan": plan}, CombinationError),
        ([{"songId": "B", "metre": "3/4"}], {"plan": plan}, CombinationError),
    ):
        with pytest.raises(error) as caught:
            plan_mashup(MashPlanParams(songs=desk.names, corrections=given, **more), desk)
        assert (caught.value.field, bool(caught.value.remedy)) == ("corrections", True)
    again = MashPlanParams(songs=desk.names, plan=plan, corrections=[{"songId": "B", "metre": "4/4"}])
    assert plan_mashup(again, desk).plans[0].songs == plan.songs


def test_a_plan_of_other_songs_is_refused_and_one_in_another_order_tells_the_order(tmp_path):
    names = ("lithium.wav", "happy.mp3", "march.wav")
    songs = [song(n, name=name, bpm=120 + 2 * n) for n, name in enumerate(names)]
    desk = Desk(tmp_path, *songs)
    plan = plan_mashup(MashPlanParams(songs=desk.names[:2]), desk).plans[0]
    # phrases of the three have the same names: nothing but the songs themselves tells them apart
    with pytest.raises(CombinationError) as caught:
        plan_mashup(MashPlanParams(songs=[desk.names[1], desk.names[0]], plan=plan), desk)
    assert "The plan is of lithium (A) and happy (B), but the songs given are happy (A) and lithium (B)." in str(
        caught.value
    )
    assert caught.value.remedy == "Give them in the plan's order: lithium, happy."
    for given in (desk.names[1:], [desk.names[0], desk.names[2]], desk.names, desk.names[2:] + desk.names[:1]):
        with pytest.raises(CombinationError, match=r"The plan is of lithium \(A\) and happy \(B\)") as caught:
            plan_mashup(MashPlanParams(songs=given, plan=plan), desk)
        assert "leave the plan out" in str(caught.value.remedy)


def test_another_file_of_the_same_recording_is_the_plans_song_and_one_of_the_same_name_is_not(tmp_path):
    desk = Desk(tmp_path, song(1, name="one.wav"), song(2, name="two.wav"))
    plan = plan_mashup(MashPlanParams(songs=desk.names), desk).plans[0]
    (tmp_path / "b").mkdir()
    recoded = Desk(tmp_path / "b", song(1, name="other name.mp3"), song(2, name="two.wav"))
    assert plan_mashup(MashPlanParams(songs=recoded.names, plan=plan), recoded).plans[0].songs[0].sha256 != (
        plan.songs[0].sha256
    )
    (tmp_path / "c").mkdir()
    namesake = Desk(tmp_path / "c", song(3, name="one.wav", bpm=133), song(2, name="two.wav"))
    with pytest.raises(CombinationError, match="The plan is of one"):
        plan_mashup(MashPlanParams(songs=namesake.names, plan=plan), namesake)


def test_what_a_mashup_stands_or_falls_with_is_told_with_the_songs_letter_and_a_remedy_that_it_has(tmp_path):
    doubts = (
        SongDoubt(about="tempo", text="The tempo is doubtful: 120.0 BPM, or 90.0 BPM.", tempo_bpm=90),
        SongDoubt(about="metre", text="The metre is ambiguous: 4/4 or 3/4.", metre="3/4"),
        SongDoubt(about="beats", text="Where the beats lie is doubtful: here, or there.", first_beat_s=0.5),
        SongDoubt(about="key", text="The key is ambiguous: F major or A minor."),
    )
    one, two = song(1), song(2, name="two.wav")
    two[0].__dict__["song"] = two[0].song.model_copy(update={"doubts": doubts, "warnings": ("The sound is mono.",)})
    desk = Desk(tmp_path, one, two)
    found = match(MatchParams(songs=desk.names), desk)
    assert [text for text in found.warnings if text.startswith("B (two.wav): ") and " BPM are counted" not in text] == [
        "B (two.wav): the tempo is doubtful: 120.0 BPM, or 90.0 BPM "
        '(--corrections \'{"songId": "B", "tempo_bpm": 90.0}\').',
        'B (two.wav): the metre is ambiguous: 4/4 or 3/4 (--corrections \'{"songId": "B", "metre": "3/4"}\').',
        "B (two.wav): where the beats lie is doubtful: here, or there "
        '(--corrections \'{"songId": "B", "first_beat_s": 0.5}\').',
        "B (two.wav): the key is ambiguous: F major or A minor.",
    ]
    assert found.songs[1].warnings[-1] == "The sound is mono."
    assert len(found.songs[1].warnings) == 5
    assert found.songs[1].warnings[2] == (
        'Where the beats lie is doubtful: here, or there (--corrections \'{"songId": "B", "first_beat_s": 0.5}\').'
    )


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

"""One piece of work in this process: where files go, what is left, what the seed is."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from sample_studio import COPY, TWICE, WEIGH
from tonmeister.core.errors import (
    AudioSilentError,
    CancelledError,
    ChoiceUnknownError,
    CombinationError,
    FileMissingError,
    OutputExistsError,
    OutputUnwritableError,
    ParameterError,
)


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_the_result_lies_beside_the_input_and_never_replaces(runner, song, place, scratch):
    first = runner.run_here(COPY, {"source": song})
    second = runner.run_here(COPY, {"source": song})
    assert first.copies == (str(song.parent / "song-copy.txt"),)
    assert second.copies == (str(song.parent / "song-copy-2.txt"),)
    assert files(place) == ["in/song-copy-2.txt", "in/song-copy.txt", "in/song.txt"]
    assert not list(scratch.iterdir())


def test_files_that_belong_together_share_the_number(runner, song, place):
    (song.parent / "song-copy.txt").write_text("mine")
    result = runner.run_here(COPY, {"source": song, "format": ["txt", "md"], "n_copies": 2})
    assert [Path(copy).name for copy in result.copies] == [
        "song-copy-2.txt", "song-copy-2.md", "song-copy-2-1.txt", "song-copy-2-1.md",
    ]  # fmt: skip
    assert (song.parent / "song-copy.txt").read_text() == "mine"


@pytest.mark.parametrize("output", ["out", "out/", "deep/er/"])
def test_output_names_a_folder(runner, song, place, output):
    if output == "out":
        (place / "out").mkdir()
    result = runner.run_here(COPY, {"source": song}, output=output)
    assert Path(result.copies[0]).samefile(place / output / "song-copy.txt")


@pytest.mark.parametrize("output", ["new", "new/", "deep/er", Path("new"), Path("deep/er")])
def test_a_folder_that_is_not_there_is_made_however_it_is_named(runner, song, place, output):
    result = runner.run_here(COPY, {"source": song}, output=output)
    assert Path(result.copies[0]).samefile(place / output / "song-copy.txt")
    again = runner.run_here(COPY, {"source": song}, output=output)
    assert Path(again.copies[0]).name == "song-copy-2.txt"


@pytest.mark.parametrize("output", ["new", "new/", Path("deep/er")])
def test_so_it_is_for_many_whether_they_make_files_or_not(runner, song, place, output):
    other = song.with_name("other.txt")
    other.write_text("do re")
    for work, names in ((COPY, ["other-copy.txt", "song-copy.txt"]), (WEIGH, ["other-weigh.json", "song-weigh.json"])):
        answers = runner.run_batch(work, [{"source": song}, {"source": other}], output=output)
        assert not [answer for answer in answers if isinstance(answer, Exception)]
        assert set(names) <= set(files(place / output))


def test_a_file_without_a_suffix_is_no_folder(runner, song, place):
    (place / "taken").write_text("mine")
    with pytest.raises(OutputExistsError):
        runner.run_here(WEIGH, {"source": song}, output="taken")
    assert (place / "taken").read_text() == "mine"


def test_output_names_a_file_and_further_formats_take_its_stem(runner, song, place):
    result = runner.run_here(COPY, {"source": song, "format": ["md", "txt"], "n_copies": 2}, output="x.txt")
    assert [Path(copy).name for copy in result.copies] == ["x.md", "x.txt", "x-1.md", "x-1.txt"]


def test_a_taken_output_is_refused_unless_overwriting(runner, song, place):
    taken = place / "x.txt"
    taken.write_text("mine")
    with pytest.raises(OutputExistsError):
        runner.run_here(COPY, {"source": song}, output=taken)
    assert taken.read_text() == "mine"
    runner.run_here(COPY, {"source": song}, output=taken, overwrite=True)
    assert taken.read_text() == "la la"


def test_an_output_that_cannot_be_is_refused_before_the_work_begins(runner, song, place):
    (place / "x.txt").write_text("mine")
    seen = []
    for output, error in (("x.txt", OutputExistsError), ("nowhere/x.txt", OutputUnwritableError)):
        with pytest.raises(error):
            runner.run_here(COPY, {"source": song}, output=output, on_progress=lambda *progress: seen.append(progress))
    assert not seen


def test_overwriting_happens_only_when_the_work_has_succeeded(runner, song, place):
    taken = place / "x.txt"
    taken.write_text("mine")
    with pytest.raises(AudioSilentError):
        runner.run_here(COPY, {"source": song, "behaviour": "publish then fail"}, output=taken, overwrite=True)
    assert taken.read_text() == "mine"


def test_the_input_is_never_replaced(runner, place):
    source = place / "a.txt"
    source.write_text("la")
    with pytest.raises(OutputExistsError):
        runner.run_here(COPY, {"source": source}, output=source, overwrite=True)
    with pytest.raises(OutputExistsError):
        runner.run_here(COPY, {"source": source}, output=place / ".." / place.name / "a.txt", overwrite=True)
    assert source.read_text() == "la"


def test_the_suffix_of_the_output_chooses_the_format(runner, song, place):
    result = runner.run_here(COPY, {"source": song, "loud": True}, output="x.md")
    assert (files(place), result.text) == (["in/song.txt", "x.md"], "LA LA")
    with pytest.raises(CombinationError, match=r"x2\.md.*format is txt"):
        runner.run_here(COPY, {"source": song, "format": ["txt"]}, output="x2.md")


def test_an_output_of_a_kind_that_was_not_made_is_refused(runner, song, place):
    with pytest.raises(CombinationError, match=r"x\.md"):
        runner.run_here(TWICE, {"source": song}, output="x.md")
    with pytest.raises(CombinationError, match=r"x\.wav"):
        runner.run_here(COPY, {"source": song}, output="x.wav")
    assert files(place) == ["in/song.txt"]


@pytest.mark.parametrize(
    ("output", "expected"),
    [("x.json", "x.json"), ("x", "x"), ("new/x", "new/x"), ("out/", "out/song-weigh.json"), (None, None)],
)
def test_work_without_files_writes_its_result_where_an_output_is_named(runner, song, place, output, expected):
    result = runner.run_here(WEIGH, {"source": song}, output=output)
    assert files(place) == sorted(["in/song.txt", *([expected] if expected else [])])
    if expected:
        assert json.loads((place / expected).read_text()) == json.loads(result.model_dump_json())


def test_a_result_replaces_nothing_unasked_and_is_written_as_json_only(runner, song, place):
    (place / "x.json").write_text("mine")
    with pytest.raises(OutputExistsError):
        runner.run_here(WEIGH, {"source": song}, output="x.json")
    assert (place / "x.json").read_text() == "mine"
    runner.run_here(WEIGH, {"source": song}, output="x.json", overwrite=True)
    assert json.loads((place / "x.json").read_text())["n_characters"] == 5
    with pytest.raises(CombinationError, match=r"y\.wav.*no file made is of that kind"):
        runner.run_here(WEIGH, {"source": song}, output="y.wav")
    assert files(place) == ["in/song.txt", "x.json"]


def test_a_failed_piece_leaves_no_file(runner, song, place, scratch):
    with pytest.raises(AudioSilentError):
        runner.run_here(COPY, {"source": song, "behaviour": "publish then fail", "n_copies": 3})
    assert files(place) == ["in/song.txt"]
    assert not list(scratch.iterdir())


def test_cancelling_ends_the_work(runner, song, place, scratch):
    cancel = threading.Event()
    seen = []

    def report(fraction, stage):
        seen.append((fraction, stage))
        if fraction > 0.005:
            cancel.set()

    with pytest.raises(CancelledError):
        runner.run_here(COPY, {"source": song, "behaviour": "wait"}, on_progress=report, cancel=cancel)
    assert seen[0] == (0.0, "reading")
    assert files(place) == ["in/song.txt"]
    assert not list(scratch.iterdir())


def test_progress_ends_at_one(runner, song):
    seen = []
    runner.run_here(COPY, {"source": song}, on_progress=lambda fraction, stage: seen.append(fraction))
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


def test_the_draw_depends_on_the_parameters_not_on_the_path(runner, song):
    other = song.with_name("other.txt")
    other.write_text("la")
    first = runner.run_here(COPY, {"source": song}).draw
    assert runner.run_here(COPY, {"source": other}).draw == first
    assert runner.run_here(COPY, {"source": song, "loud": True}).draw != first


def test_what_a_nested_capability_makes_stays_intermediate(runner, song, place, scratch):
    result = runner.run_here(TWICE, {"source": song})
    assert Path(result.copies[0]).read_text() == "la la" * 2
    assert files(place) == ["in/song.txt", "in/twice.txt"]
    assert not list(scratch.iterdir())


def test_material_of_the_temporary_folder_has_no_place_of_its_own(runner, place):
    source = place / "in" / "away.txt"
    source.parent.mkdir()
    source.write_text("la")
    result = runner.run_here(TWICE, {"source": source})
    assert Path(result.copies[0]) == place / "twice.txt"


@pytest.mark.parametrize("source", ["nowhere.txt", "."])
def test_missing_material_is_named(runner, place, source):
    with pytest.raises(FileMissingError, match=source):
        runner.run_here(COPY, {"source": source})


@pytest.mark.parametrize(
    ("params", "error", "field", "words"),
    [
        ({}, ParameterError, "source", "missing"),
        ({"source": "x", "level_db": 3}, ParameterError, "level_db", "at most 0"),
        ({"source": "x", "edges": {"fade_ms": -1}}, ParameterError, "edges.fade_ms", "at least 0"),
        ({"source": "x", "behavior": "copy"}, ParameterError, "behavior", "Did you mean 'behaviour'"),
        ({"source": "x", "behaviour": "copi"}, ChoiceUnknownError, "behaviour", "Did you mean 'copy'"),
        ({"source": "x", "format": ["mdd"]}, ChoiceUnknownError, "format.0", "Did you mean 'md'"),
        ({"source": "x", "edges": {"curve": "linea"}}, ChoiceUnknownError, "edges.curve", "Did you mean 'linear'"),
        ({"source": "x", "n_copies": "many"}, ParameterError, "n_copies", "whole number from 1 to 9"),
    ],
)
def test_a_wrong_parameter_is_named_with_bound_and_remedy(runner, params, error, field, words):
    with pytest.raises(error, match=words) as caught:
        runner.run_here(COPY, params)
    assert caught.value.field == field
    assert caught.value.remedy

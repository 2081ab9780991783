"""The library door over the sample studio."""

from __future__ import annotations

import inspect

import pytest

from sample_studio import COPY, CopyResult
from tonmeister.core.errors import ChoiceUnknownError, FileMissingError, ParameterError
from tonmeister.surfaces.library import verb


@pytest.fixture
def copy(place, open_runner):
    return verb(COPY, open_runner)


def test_a_call_returns_the_typed_result(copy, place):
    result = copy("a.txt", loud=True, edges={"fade_ms": 1})
    assert isinstance(result, CopyResult)
    assert result.text == "LA"
    assert copy(source=place / "a.txt").copies[0].endswith("a-copy-2.txt")


def test_a_list_is_a_batch(copy):
    answers = copy(["a.txt", "b.txt", "none.txt"], output="out/")
    assert [type(answer) for answer in answers] == [CopyResult, CopyResult, FileMissingError]


def test_one_value_is_enough_where_many_may_be(copy):
    assert copy("a.txt", format="md").copies == copy("a.txt", format=("md",), overwrite=True).copies
    with pytest.raises(ChoiceUnknownError, match="format is 'pdf'"):
        copy("a.txt", format="pdf")


def test_progress_may_be_a_function(copy, capsys):
    seen = []
    copy("a.txt", progress=lambda fraction, stage: seen.append(stage))
    assert seen == ["reading", "telling", "done"]
    seen.clear()
    copy(["a.txt"], progress=lambda index, fraction, stage: seen.append((index, stage)))
    assert (0, "done") in seen
    copy("a.txt", progress=True)
    assert "copy: reading" in capsys.readouterr().err


def test_signature_and_help_come_from_the_declaration(copy):
    signature = inspect.signature(copy)
    assert next(iter(signature.parameters)) == "source"
    assert signature.parameters["level_db"].kind is inspect.Parameter.KEYWORD_ONLY
    assert signature.return_annotation is CopyResult
    assert "Length of the fade at both ends. [0 to 1000 ms; default 5]" in inspect.getdoc(copy)


def test_misuse_is_named(copy):
    with pytest.raises(ParameterError, match="positional"):
        copy("a.txt", "b.txt", "c.txt")
    with pytest.raises(ParameterError, match="twice"):
        copy("a.txt", source="b.txt")
    with pytest.raises(ParameterError, match="behaviour"):
        copy("a.txt", behavior="copy")

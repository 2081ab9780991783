"""Raw values become parameters, and what is wrong with them is said in our words."""

from __future__ import annotations

import enum
import math
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field, model_validator

from tonmeister.core.asset import AssetRef
from tonmeister.core.capability import Params
from tonmeister.core.errors import ChoiceUnknownError, ParameterError
from tonmeister.core.validation import check_params, choices_of


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Point(Params):
    at_s: float = Field(0.0, ge=0)
    names: tuple[str, ...] = ()
    shape: Literal["round", "square"] | None = None


class Wanted(Params):
    mix: AssetRef = "mix"
    others: tuple[AssetRef, ...] = Field((), max_length=2)
    target_lufs: float | None = Field(None, ge=-36, le=-4)
    ratio: float = Field(2.0, gt=1)
    offset_ms: float = 0.0
    n_bands: int = Field(3, ge=1, le=4)
    loud: bool = False
    title: str = "song"
    format: tuple[Literal["wav", "mp3"], ...] = ("wav",)
    colours: list[Colour] | None = None
    depth: Literal[16, 24] | None = None
    crossovers_hz: tuple[float, float, float] | None = None
    gains_db: tuple[Annotated[float, Field(ge=-6, le=6)], ...] = ()
    point: Point = Point()
    points: tuple[Point, ...] = ()
    key: Literal["C", "D"] | Literal["auto"] = "auto"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"format": "mp3"}, ("mp3",)),
        ({"format": ["wav", "mp3"]}, ("wav", "mp3")),
        ({"others": Path("a.wav")}, ("a.wav",)),
        ({"others": "a.wav"}, ("a.wav",)),
        ({"colours": "red"}, [Colour.RED]),
        ({"colours": None}, None),
        ({"gains_db": 3}, (3.0,)),
        ({"points": {"names": "a"}}, (Point(names=("a",)),)),
        ({"points": [{"names": "a"}, Point()]}, (Point(names=("a",)), Point())),
        ({"point": {"names": "a"}}, Point(names=("a",))),
    ],
)
def test_one_value_counts_as_a_list_of_one(given: dict[str, Any], kept: Any) -> None:
    params = check_params(Wanted, given)
    (name,) = given
    assert getattr(params, name) == kept
    assert name in params.model_fields_set


@pytest.mark.parametrize(
    ("given", "field", "message"),
    [
        ({"target_lufs": math.nan}, "target_lufs", "is nan, but must be a number from -36 to -4 LUFS."),
        ({"target_lufs": "nan"}, "target_lufs", "is 'nan', but must be a number from -36 to -4 LUFS."),
        ({"target_lufs": math.inf}, "target_lufs", "is inf, but must be a number from -36 to -4 LUFS."),
        ({"target_lufs": "loud"}, "target_lufs", "is 'loud', but must be a number from -36 to -4 LUFS."),
        ({"target_lufs": -40}, "target_lufs", "is -40, but must be at least -36."),
        ({"ratio": math.nan}, "ratio", "is nan, but must be a number above 1."),
        ({"offset_ms": math.nan}, "offset_ms", "is nan, but must be a number."),
        ({"offset_ms": -math.inf}, "offset_ms", "is -inf, but must be a number."),
        ({"gains_db": [0, math.nan]}, "gains_db.1", "is nan, but must be a number from -6 to 6 dB."),
        ({"gains_db": math.nan}, "gains_db", "is nan, but must be a number from -6 to 6 dB."),
        ({"crossovers_hz": (1, math.nan, 3)}, "crossovers_hz.1", "is nan, but must be a number."),
        ({"crossovers_hz": (1, 2)}, "crossovers_hz", "has 2 values, but takes 3 values."),
        ({"crossovers_hz": (1, 2, 3, 4)}, "crossovers_hz", "has 4 values, but takes 3 values."),
        ({"crossovers_hz": 5}, "crossovers_hz", "is 5, but must be a list of 3 values."),
        ({"others": ("a", "b", "c")}, "others", "has 3 values, but takes at most 2 values."),
        ({"n_bands": 2.5}, "n_bands", "is 2.5, but must be a whole number from 1 to 4."),
        ({"n_bands": "two"}, "n_bands", "is 'two', but must be a whole number from 1 to 4."),
        ({"loud": "perhaps"}, "loud", "is 'perhaps', but must be true or false."),
        ({"title": 3}, "title", "is 3, but must be text."),
        ({"mix": None}, "mix", "is None, but must be text."),
        ({"format": {"mp3": True}}, "format", "is {'mp3': True}, but must be a list of values."),
        ({"depth": "16"}, "depth", "is '16' as text, but its choices are numbers."),
        ({"point": 3}, "point", "is 3, but must be a group of parameters (at_s, names, shape)."),
        ({"points": [{"at_s": "x"}]}, "points.0.at_s", "is 'x', but must be a number at least 0 s."),
    ],
)
def test_what_is_wrong_is_said_in_our_words(given: dict[str, Any], field: str, message: str) -> None:
    with pytest.raises(ParameterError) as caught:
        check_params(Wanted, given)
    assert caught.value.field == field
    assert f"{field} {message}" in str(caught.value)
    assert caught.value.remedy
    assert "Input" not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "field", "choices"),
    [
        ({"format": "mp5"}, "format", ["wav", "mp3"]),
        ({"format": ["wav", "mp5"]}, "format.1", ["wav", "mp3"]),
        ({"colours": "green"}, "colours", ["red", "blue"]),
        ({"depth": 17}, "depth", ["16", "24"]),
        ({"point": {"shape": "flat"}}, "point.shape", ["round", "square"]),
        ({"points": [{}, {"shape": "flat"}]}, "points.1.shape", ["round", "square"]),
    ],
)
def test_choices_are_named(given: dict[str, Any], field: str, choices: list[str]) -> None:
    with pytest.raises(ChoiceUnknownError, match=f"^{field} is ") as caught:
        check_params(Wanted, given)
    assert (caught.value.field, caught.value.bound) == (field, choices)


@pytest.mark.parametrize(
    ("given", "message", "bound"),
    [
        ({"[x": 1}, "There is no parameter '[x'.", list(Wanted.model_fields)),
        ({"": 1}, "There is no parameter ''.", list(Wanted.model_fields)),
        ({"titel": 1}, "Did you mean 'title'?", list(Wanted.model_fields)),
        ({"x": 1}, "The parameters are: mix, others,", list(Wanted.model_fields)),
        ({"point": {"x": 1}}, "The parameters of point are: at_s, names, shape.", ["point.at_s", "point.names"]),
        ({"point": {"nammes": 1}}, "Did you mean 'point.names'?", ["point.at_s", "point.names"]),
        ({"points": [{"x": 1}]}, "The parameters of points.0 are: at_s, names, shape.", ["points.0.at_s"]),
        ({"points": {"x": 1}}, "The parameters of points are: at_s, names, shape.", ["points.at_s"]),
    ],
)
def test_a_wrong_name_gets_those_of_its_own_group(given: dict[str, Any], message: str, bound: list[str]) -> None:
    with pytest.raises(ParameterError) as caught:
        check_params(Wanted, given)
    assert message in str(caught.value)
    assert caught.value.bound[: len(bound)] == bound


def test_further_faults_are_named() -> None:
    with pytest.raises(ParameterError, match=r"1 more field is wrong too: title\."):
        check_params(Wanted, {"loud": "x", "title": 3})


def test_each_further_field_is_named_once_and_of_very_many_the_rest_is_counted() -> None:
    with pytest.raises(ParameterError) as caught:
        check_params(Wanted, {"loud": "x", "title": 3, "n_bands": 2.5, "offset_ms": "soon"})
    for name in ("loud", "title", "n_bands", "offset_ms"):
        assert name in str(caught.value)
    assert "3 more fields are wrong too: " in str(caught.value)
    with pytest.raises(ParameterError) as caught:
        check_params(Wanted, {f"wrong_{n}": n for n in range(30)})
    assert "29 more fields are wrong too: wrong_1, wrong_2," in str(caught.value)
    assert "wrong_8 and 21 others." in str(caught.value)


def test_long_values_are_cut() -> None:
    with pytest.raises(ParameterError) as caught:
        check_params(Wanted, {"offset_ms": "x" * 5000})
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    ("where", "choices"),
    [
        ("format", ["wav", "mp3"]),
        ("format.0", ["wav", "mp3"]),
        ("colours", ["red", "blue"]),
        ("depth", ["16", "24"]),
        ("point.shape", ["round", "square"]),
        ("points.0.shape", ["round", "square"]),
        ("key", ["C", "D", "auto"]),
    ],
)
def test_choices_are_found_whatever_wraps_them(where: str, choices: list[str]) -> None:
    assert choices_of(Wanted, where) == choices


def test_what_takes_anything_has_no_choices() -> None:
    assert choices_of(Wanted, "title") == choices_of(Wanted, "nothing") == choices_of(Wanted, "title.x") == []


class Numbers(Params):
    """Numbers of many kinds."""

    seed: int = 1
    """A whole number."""
    gain_db: float | None = None
    """A number, or none."""
    levels_db: tuple[float, ...] = ()
    """Many numbers."""
    bit_depth: Literal[0, 1, 16] = 16
    """Numbers to choose from."""
    is_loud: bool = False
    """No number."""
    anything: Any = None
    """Whatever there is."""
    either: bool | int = False
    """Takes both."""


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"seed": True}, "seed"),
        ({"gain_db": False}, "gain_db"),
        ({"levels_db": [1.0, True]}, "levels_db.1"),
        ({"levels_db": True}, "levels_db"),
        ({"bit_depth": True}, "bit_depth"),
    ],
)
def test_true_and_false_are_no_numbers(values, field):
    with pytest.raises(ParameterError) as caught:
        check_params(Numbers, values)
    assert caught.value.field == field
    assert "number" in caught.value.message


def test_true_and_false_are_taken_where_they_belong():
    taken = check_params(Numbers, {"is_loud": True, "anything": True, "either": True, "seed": 1, "bit_depth": 1})
    assert (taken.is_loud, taken.anything, taken.either, taken.bit_depth) == (True, True, True, 1)


class Paired(Params):
    one: int = 0
    other: int = 0

    @model_validator(mode="after")
    def _fits(self) -> Paired:
        if self.one > self.other:
            raise ValueError("one is above the other")
        return self


def test_what_a_model_says_of_the_whole_is_a_sentence() -> None:
    with pytest.raises(ParameterError, match=r"^One is above the other\. See the parameter"):
        check_params(Paired, {"one": 1})

"""The tree of errors: data, tables, process borders."""

from __future__ import annotations

import json
import math
import pickle

import pytest

from tonmeister.core import errors
from tonmeister.core.errors import EXIT_CODES, HTTP_STATUS, ChoiceUnknownError, TonmeisterError, error_classes


def test_both_tables_know_every_code_and_no_other():
    codes = {cls.code for cls in error_classes()}
    assert set(EXIT_CODES) == set(HTTP_STATUS) == codes


def test_the_drawing_names_every_class():
    for cls in error_classes():
        assert cls.__name__ in (errors.__doc__ or "")


@pytest.mark.parametrize("cls", error_classes())
def test_errors_cross_process_borders_and_become_data(cls):
    error = cls("It is too loud.", field="level_db", value=math.inf, bound=("quiet", 1.5, None), remedy="Turn it down.")
    back = pickle.loads(pickle.dumps(error))
    assert type(back) is cls
    assert str(back) == "It is too loud. Turn it down."
    assert back.details() == error.details()
    assert json.loads(json.dumps(error.details(), allow_nan=False))["value"] == "inf"
    assert error.details()["bound"] == ["quiet", 1.5, "None"]


def test_absent_parts_are_left_out():
    assert TonmeisterError("Oh.").details() == {"code": "INTERNAL", "message": "Oh."}


def test_the_choice_probably_meant_is_named_once():
    error = ChoiceUnknownError("No 'Wram'.", value="Wram", bound=["warm", "bright"], remedy="Choose one.")
    assert error.remedy == "Did you mean 'warm'? Choose one."
    assert pickle.loads(pickle.dumps(error)).remedy == error.remedy
    assert ChoiceUnknownError("No 'xyz'.", value="xyz", bound=["warm"]).remedy is None

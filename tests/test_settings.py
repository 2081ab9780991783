"""Settings from the environment."""

from __future__ import annotations

import pytest

from tonmeister.core.errors import ParameterError
from tonmeister.settings import Settings, read_settings, usable_cores


def test_defaults():
    assert read_settings({"PATH": "/bin"}) == Settings()
    assert Settings().n_cores == usable_cores() >= 1


def test_values_are_typed(tmp_path):
    settings = read_settings({
        "TONMEISTER_N_WORKERS": "3", "TONMEISTER_MAX_DURATION_S": "60.5", "TONMEISTER_TEMPORARY_FOLDER": str(tmp_path),
        "TONMEISTER_WITHOUT_AAC": "1",
    })  # fmt: skip
    assert settings == Settings(n_workers=3, max_duration_s=60.5, temporary_folder=tmp_path.resolve())
    assert settings.n_cores == 3


def test_an_empty_variable_is_the_default():
    assert read_settings({"TONMEISTER_N_WORKERS": " "}) == Settings()


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("TONMEISTER_N_WORKERS", "0"),
        ("TONMEISTER_N_WORKERS", "two"),
        ("TONMEISTER_MAX_DURATION_S", "-1"),
        ("TONMEISTER_MAX_DURATION_S", "nan"),
        ("TONMEISTER_MAX_DURATION_S", "long"),
        ("TONMEISTER_TEMPORARY_FOLDER", "/no/such/folder"),
        ("TONMEISTER_N_WORKER", "2"),
    ],
)
def test_bad_values_and_unknown_names_are_refused(variable, text):
    with pytest.raises(ParameterError, match=variable) as caught:
        read_settings({variable: text})
    assert caught.value.remedy

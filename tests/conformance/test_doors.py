"""Every capability stands behind every door, with every parameter."""

from __future__ import annotations

import inspect
import json

import pytest

import tonmeister
from conformance.examples import EXAMPLES
from tonmeister import app
from tonmeister.surfaces.cli.parser import command_parser, given_params
from tonmeister.surfaces.options import options_of


def test_in_the_library(capability):
    function = getattr(tonmeister, capability.name)
    assert capability.name in dir(tonmeister)
    assert set(capability.params.model_fields) <= set(inspect.signature(function).parameters)
    for name in capability.params.model_fields:
        assert name in (inspect.getdoc(function) or "")


def test_on_the_command_line(capability, capsys):
    assert app.main(["--help"]) == 0
    assert capability.name in capsys.readouterr().out
    assert app.main([capability.name, "--help"]) == 0
    text = capsys.readouterr().out
    for option in options_of(capability):
        assert (option.metavar if option.is_positional else option.flag) in text


PLACES = {"url": "https://example.org/a.wav"}
"""What to say for inputs that are no files."""


def test_every_default_can_be_said_on_the_command_line(capability):
    words = []
    for option in options_of(capability):
        if option.is_positional:
            # songs of a mashup are two at least
            n_files = 2 if option.is_many else 1
            words += [PLACES.get(option.name, "a.wav")] * n_files if option.is_required else []
        elif option.is_required:
            value = EXAMPLES[capability.name][option.name]
            values = value if option.is_many else [value]
            words += [f"{option.flag}={part if option.kind != 'json' else json.dumps(part)}" for part in values]
        elif option.kind == "flag" and option.default is not None:
            words.append(option.flag if option.default else f"--no-{option.name.replace('_', '-')}")
        elif option.default is not None:
            values = option.default if option.is_many else [option.default]
            words += [f"{option.flag}={getattr(value, 'value', value)}" for value in values if option.kind != "json"]
    given = given_params(command_parser(capability).parse_known_only(words))
    for name in (field for field, many in capability.asset_fields().items() if not many):
        if isinstance(given.get(name), list):
            given[name] = given[name][0]
    needed = {option.path[0]: given[option.path[0]] for option in options_of(capability) if option.is_required}
    assert capability.params.model_validate(given) == capability.params.model_validate(needed)


def test_an_unknown_name_is_told_with_the_known_ones():
    name = next(iter(app.outlines()))
    with pytest.raises(AttributeError, match=name):
        tonmeister.does_not_exist  # noqa: B018


def test_errors_are_told_as_data(capsys):
    name = next(iter(app.outlines()))
    assert app.main([name, "--no-such-option", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["success"] is False

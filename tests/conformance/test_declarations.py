"""What is declared is complete: documented, with units, valid, serialisable, light to import."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
import tomllib
import types
import typing
from pathlib import Path

import pytest
from pydantic import BaseModel

from conformance.examples import EXAMPLES
from tonmeister import app
from tonmeister.core.units import unit_of
from tonmeister.surfaces.cli.main import OWN_COMMANDS
from tonmeister.surfaces.cli.parser import DOOR_OPTIONS
from tonmeister.surfaces.library import RESERVED

ROOT = Path(__file__).resolve().parents[2]

DIMENSIONLESS = (
    *("bit_depth", "confidence", "correlation", "midi", "ratio", "sample_rate", "seed", "share", "velocity", "weight"),
    *("numerator", "denominator", "start_beat", "start_bar", "downbeats", "1_10", "style_vector"),
    *("capo", "fret", "string"),
)
"""Last words of numbers that have no unit; counts begin with ``n_``."""

EXCHANGED = (
    *("targetBPM", "timeSignature", "time_start_sec", "duration_sec", "energy_level"),
    *("source_bar", "cost", "version"),
)
"""Names of a mashup's masterplan, as other programs write them, and of what a plan is judged by."""


def models(*roots: type[BaseModel]) -> list[type[BaseModel]]:
    """Return the models and all that are nested in them."""
    found: list[type[BaseModel]] = []

    def visit(annotation):
        if (
            isinstance(annotation, type)
            and not isinstance(annotation, types.GenericAlias)
            and issubclass(annotation, BaseModel)
        ):
            if annotation not in found:
                found.append(annotation)
                for info in annotation.model_fields.values():
                    visit(info.annotation)
        else:
            for part in typing.get_args(annotation):
                visit(part)

    for root in roots:
        visit(root)
    return found


def is_number(annotation) -> bool:
    if typing.get_origin(annotation) is typing.Annotated:
        return is_number(typing.get_args(annotation)[0])
    if annotation in (int, float):
        return True
    origin = typing.get_origin(annotation)
    if origin in (typing.Union, types.UnionType, tuple, list):
        return any(is_number(part) for part in typing.get_args(annotation))
    return False


def test_every_model_and_field_is_documented(capability):
    missing = [
        f"{model.__name__}.{name}"
        for model in models(capability.params, capability.result)
        for name, info in model.model_fields.items()
        if not (info.description or "").strip().endswith((".", ")"))
    ]
    missing += [model.__name__ for model in models(capability.params, capability.result) if not model.__doc__]
    assert not missing


def test_every_physical_number_names_its_unit(capability):
    unnamed = [
        f"{model.__name__}.{name}"
        for model in models(capability.params, capability.result)
        for name, info in model.model_fields.items()
        if is_number(info.annotation)
        and not name.startswith("n_")
        and unit_of(name) is None
        and name not in EXCHANGED
        and not any(name == word or name.endswith("_" + word) for word in DIMENSIONLESS)
    ]
    assert not unnamed


def test_the_summary_is_one_sentence(capability):
    assert capability.summary.endswith(".")
    assert len(capability.summary) < 100


def test_defaults_are_valid(capability, web):
    needed = {name: ["x.wav", "y.wav"] if many else "x.wav" for name, many in capability.asset_fields().items()}
    needed = {name: value for name, value in needed.items() if capability.params.model_fields[name].is_required()}
    params = capability.params.model_validate(EXAMPLES.get(capability.name, {}) | needed)
    assert capability.params.model_validate(params.model_dump()) == params
    assert capability.params.model_validate_json(params.model_dump_json()) == params


@pytest.mark.parametrize("side", ["params", "result"])
def test_the_schema_is_json(capability, side):
    schema = getattr(capability, side).model_json_schema()
    assert json.loads(json.dumps(schema, allow_nan=False)) == schema


def test_names_do_not_collide(capability):
    rooms = {path.stem for path in (ROOT / "src" / "tonmeister").iterdir()}
    assert capability.name.isidentifier()
    assert capability.name not in rooms | set(OWN_COMMANDS)
    assert not set(capability.params.model_fields) & (set(DOOR_OPTIONS) | set(RESERVED))


def test_the_function_exists(capability):
    assert callable(capability.load())
    if capability.draft is not None:
        assert callable(capability.load_draft())
        assert capability.asset_fields(), "a draft is of material that a job has worked on"


def test_the_folder_tells_its_story(capability):
    folder = ROOT / "src" / Path(*app.outlines()[capability.name].package.split("."))
    assert (folder / "README.md").read_text(encoding="utf-8").startswith("# ")
    for presets in folder.glob("*.toml"):
        assert tomllib.loads(presets.read_text(encoding="utf-8"))


def test_what_is_read_without_importing_is_what_is_declared():
    assert {name: outline.summary for name, outline in app.outlines().items()} == {
        name: declared.summary for name, declared in app.registry().items()
    }


def loaded_by(statement: str) -> set[str]:
    command = [sys.executable, "-c", f"{statement}; import sys; print(*sys.modules)"]
    return set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())


def test_importing_a_declaration_is_light(capability):
    heavy = {"numpy", "soundfile", "soxr", "rich", "av", "scipy", "lameenc"}
    assert not heavy & loaded_by(f"import {app.outlines()[capability.name].package}")


def test_importing_the_package_is_lighter_still():
    assert not {"numpy", "pydantic", "rich", "argparse"} & loaded_by("import tonmeister; dir(tonmeister)")


def test_what_is_said_of_checks_and_parts_is_so(capability):
    if capability.check is not None:
        module, _, name = capability.check.partition(":")
        assert callable(getattr(importlib.import_module(module), name))
    if capability.parts is not None:
        first = next(iter(capability.asset_fields()))
        assert capability.asset_fields()[first], f"{first} does not take many pieces of material"
        assert typing.get_origin(capability.result.model_fields[capability.parts].annotation) in (tuple, list)

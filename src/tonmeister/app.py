"""The composition root: the only place where the rooms are wired together.

Nothing heavy is imported before it is needed, so that ``tonmeister --help`` and ``import tonmeister`` answer at once.
"""

from __future__ import annotations

import functools
import importlib
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tonmeister import __version__
from tonmeister.core.outline import Outline, find_outlines

if TYPE_CHECKING:
    from threading import Event

    from tonmeister.core.capability import Capability, Params, Registry, Result
    from tonmeister.core.errors import TonmeisterError
    from tonmeister.jobs.batch import BatchReport
    from tonmeister.jobs.context import Report
    from tonmeister.jobs.runner import Runner

CAPABILITIES = "tonmeister.capabilities"


@functools.cache
def outlines() -> Mapping[str, Outline]:
    """Return names and summaries of all capabilities, none of which is imported."""
    return find_outlines(CAPABILITIES, Path(__file__).resolve().parent / "capabilities")


def registry() -> Registry:
    """Return all capabilities."""
    from tonmeister.core.capability import find_capabilities

    return find_capabilities(importlib.import_module(CAPABILITIES))


def capability(name: str) -> Capability[Any, Any]:
    """Return one capability, importing no other; raise `ChoiceUnknownError` if there is none of that name."""
    outline = outlines().get(name)
    if outline is None:
        return registry()[name]
    declared = importlib.import_module(outline.package).CAPABILITIES
    found: Capability[Any, Any] = next(member for member in declared if member.name == name)
    return found


def open_runner() -> Runner:
    """Return a runner with the settings of the environment."""
    from tonmeister.jobs.runner import Runner
    from tonmeister.settings import read_settings

    return Runner(read_settings(os.environ, folder=Path.cwd()), capability)


def run_here(
    wanted: str | Capability[Any, Any],
    params: Params | Mapping[str, Any],
    *,
    output: str | Path | None = None,
    overwrite: bool = False,
    on_progress: Report | None = None,
    cancel: Event | None = None,
) -> Result:
    """Run a capability in this process and return its result."""
    found = capability(wanted) if isinstance(wanted, str) else wanted
    return open_runner().run_here(
        found, params, output=output, overwrite=overwrite, on_progress=on_progress, cancel=cancel
    )


def run_batch(
    wanted: str | Capability[Any, Any],
    items: Sequence[Params | Mapping[str, Any]],
    *,
    output: str | Path | None = None,
    overwrite: bool = False,
    on_progress: BatchReport | None = None,
    cancel: Event | None = None,
) -> list[Result | TonmeisterError]:
    """Run a capability on many items in worker processes; an item that fails gives its error in its place."""
    found = capability(wanted) if isinstance(wanted, str) else wanted
    return open_runner().run_batch(
        found, items, output=output, overwrite=overwrite, on_progress=on_progress, cancel=cancel
    )


def openapi() -> dict[str, Any]:
    """Return the OpenAPI document of the server, for which none has to run."""
    from tonmeister.surfaces.rest.app import document_of

    return document_of(registry(), __version__)


@functools.cache
def verb(name: str) -> Callable[..., Any]:
    """Return a capability as a function of the library."""
    from tonmeister.surfaces.library import verb as project

    return project(capability(name), open_runner)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line."""
    from tonmeister.surfaces.cli.main import main as run

    given = sys.argv[1:] if arguments is None else arguments
    return run(given, outlines=outlines(), find=capability, open_runner=open_runner, version=__version__)

"""The library door: ``tonmeister.master("song.wav", preset="warm")``."""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tonmeister.core.errors import ParameterError
from tonmeister.surfaces.options import description_of, options_of
from tonmeister.surfaces.progress import Style, meter

if TYPE_CHECKING:
    from tonmeister.core.capability import Capability
    from tonmeister.jobs.runner import Runner

RESERVED = {
    "output": "A folder or a file name for the result; by default it goes beside the input under a name of its own. "
    "A name without a suffix is a folder, which is made if it is not there; the folder of a file must be there. "
    "Work that makes no files, as analyze, writes its result there as JSON, into a file where nothing has that name.",
    "overwrite": "Replace existing files instead of choosing a free name.",
    "progress": "True shows a bar; a function gets (fraction, stage), for a list of inputs (index, fraction, stage).",
}
"""Keywords that every capability understands besides its own parameters."""


def verb(capability: Capability[Any, Any], open_runner: Callable[[], Runner]) -> Callable[..., Any]:
    """Return the function that runs the capability; a list as its first input runs a batch and returns a list.

    In a batch, an input that fails gives its error in its place instead of a result.
    """
    inputs = [option.path[0] for option in options_of(capability) if option.is_positional]

    def call(
        *args: Any, output: str | Path | None = None, overwrite: bool = False, progress: Any = None, **params: Any
    ) -> Any:
        if len(args) > len(inputs):
            names = ", ".join(inputs) or "none"
            raise ParameterError(
                f"{capability.name} takes {len(inputs)} positional inputs ({names}), got {len(args)}.",
                remedy="Name the others: field=value.",
            )
        for name, value in zip(inputs, args, strict=False):
            if name in params:
                raise ParameterError(f"{name} is given twice.", field=name, remedy="Give it once.")
            params[name] = value
        return _run(capability, open_runner(), params, output=output, overwrite=overwrite, progress=progress)

    call.__name__ = call.__qualname__ = capability.name
    call.__module__ = "tonmeister"
    call.__doc__ = _docstring(capability)
    call.__signature__ = _signature(capability, inputs)  # type: ignore[attr-defined]
    return call


def _run(
    capability: Capability[Any, Any],
    runner: Runner,
    params: dict[str, Any],
    *,
    output: Any,
    overwrite: bool,
    progress: Any,
) -> Any:
    field = capability.batch_field
    inputs = params.get(field) if field else None
    is_batch = isinstance(inputs, list | tuple)
    labels = [os.path.basename(str(part)) for part in inputs] if is_batch and inputs else [capability.name]  # noqa: PTH119
    style: Style = "bar" if progress is True and sys.stderr.isatty() else "lines" if progress is True else "none"
    with meter(labels, style) as display:
        if is_batch:
            assert field is not None and inputs is not None
            items = [params | {field: part} for part in inputs]
            report = progress if callable(progress) else display.show
            return runner.run_batch(capability, items, output=output, overwrite=overwrite, on_progress=report)
        report = progress if callable(progress) else lambda fraction, stage: display.show(0, fraction, stage)
        return runner.run_here(capability, params, output=output, overwrite=overwrite, on_progress=report)


def _signature(capability: Capability[Any, Any], inputs: list[str]) -> inspect.Signature:
    parameters = []
    for name, info in capability.params.model_fields.items():
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD if name in inputs else inspect.Parameter.KEYWORD_ONLY
        default = (
            inspect.Parameter.empty
            if info.is_required()
            else info.get_default(call_default_factory=True, validated_data={})
        )
        parameters.append(inspect.Parameter(name, kind, default=default, annotation=info.annotation))
    reserved = [("output", None), ("overwrite", False), ("progress", None)]
    parameters += [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default) for name, default in reserved
    ]
    parameters.sort(key=lambda parameter: (parameter.kind, parameter.default is not inspect.Parameter.empty))
    return inspect.Signature(parameters, return_annotation=capability.result)


def _docstring(capability: Capability[Any, Any]) -> str:
    lines = [description_of(capability), "", "Parameters", "----------"]
    for option in options_of(capability):
        lines += [option.name, f"    {option.text}" + (f" [{option.facts}]" if option.facts else "")]
    for name, text in RESERVED.items():
        lines += [name, f"    {text}"]
    lines += [
        "",
        "Returns",
        "-------",
        capability.result.__name__,
        f"    {(inspect.getdoc(capability.result) or '').partition(chr(10))[0]}",
    ]
    return "\n".join(lines)

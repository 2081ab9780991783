"""Runs capabilities on this machine: one in this process, many in worker processes."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

from tonmeister.core.errors import CancelledError, CombinationError, TonmeisterError
from tonmeister.jobs.batch import BatchReport, run_in_workers
from tonmeister.jobs.context import LocalContext, Report, work_seed
from tonmeister.jobs.outputs import OutputWish

if TYPE_CHECKING:
    from tonmeister.core.capability import Capability, Params, Result
    from tonmeister.settings import Settings


class Runner:
    """Runs capabilities on this machine.

    Parameters
    ----------
    settings
        The options of the program.
    find
        Gives the capability of a name. A module's function, so that worker processes can be told of it.
    """

    def __init__(self, settings: Settings, find: Callable[[str], Capability[Any, Any]]):
        self.settings = settings
        self.find = find
        self._open: set[LocalContext] = set()

    def with_workers(self, n_workers: int) -> Runner:
        """Return a runner that uses so many cores."""
        return Runner(dataclasses.replace(self.settings, n_workers=n_workers), self.find)

    def run_here(
        self,
        capability: Capability[Any, Any],
        params: Params | Mapping[str, Any],
        *,
        output: str | Path | None = None,
        overwrite: bool = False,
        on_progress: Report | None = None,
        on_delivery: Callable[[Path], None] | None = None,
        cancel: Event | None = None,
    ) -> Result:
        """Run one piece of work in this process; when it fails or is cancelled, no file is left."""
        checked = _checked(capability, params)
        capability.check_early(checked)
        wish = OutputWish(_text(output), overwrite)
        wish.check()
        checked = _with_format_of(wish, checked)
        context = LocalContext(
            self.settings,
            self.find,
            seed=work_seed(capability, checked),
            wish=wish,
            report=on_progress,
            cancel=cancel,
            on_delivery=on_delivery,
        )
        self._open.add(context)
        try:
            with context:
                result: Result = capability.load()(checked, context)
                context.keep_result(capability.name, _first_material(capability, checked), result)
                context.progress(1.0, "done")
                return result
        except KeyboardInterrupt:
            raise CancelledError("The work was cancelled.", remedy="Nothing was left behind; start it again.") from None
        finally:
            self._open.discard(context)

    def run_batch(
        self,
        capability: Capability[Any, Any],
        items: Sequence[Params | Mapping[str, Any]],
        *,
        output: str | Path | None = None,
        overwrite: bool = False,
        on_progress: BatchReport | None = None,
        cancel: Event | None = None,
    ) -> list[Result | TonmeisterError]:
        """Run many pieces of work in as many processes as there are cores, and return their results in order.

        A piece that fails gives its error in its place and the others go on. Cancelling ends all within a second and
        raises `CancelledError`; results that were finished by then stay.
        """
        wish = OutputWish(_text(output), overwrite).for_batch(len(items))
        checked = [_checked(capability, item) for item in items]
        return run_in_workers(
            self.settings, self.find, capability, checked, wish, on_progress=on_progress, cancel=cancel
        )

    def abandon(self) -> None:
        """Remove the traces of all work that goes on in this process, which is about to be ended by force."""
        for context in list(self._open):
            context.abandon(is_failed=True)


def _first_material(capability: Capability[Any, Any], params: Params) -> str | None:
    """Return the first file that work was asked for; None where it takes none."""
    for field, is_list in capability.asset_fields().items():
        value = getattr(params, field)
        if value:
            return str(value[0] if is_list else value)
    return None


def _checked(capability: Capability[Any, Any], params: Params | Mapping[str, Any]) -> Params:
    from tonmeister.core.validation import check_params

    if isinstance(params, capability.params):
        return params  # type: ignore[no-any-return]
    if not isinstance(params, Mapping):
        wanted = capability.params.__name__
        raise TypeError(f"parameters of {capability.name!r} must be a mapping or {wanted}, got {type(params).__name__}")
    checked: Params = check_params(capability.params, params)
    return checked


def _with_format_of(wish: OutputWish, params: Params) -> Params:
    """Let the suffix of a named output file choose the kind of file, where the user has not chosen.

    The convention of the house: a field ``format`` with choices that are suffixes holds the kinds of file to write.
    """
    from tonmeister.core.validation import check_params, choices_of

    model = type(params)
    if wish.file is None or "format" not in model.model_fields:
        return params
    kind, choices = wish.file.suffix.lower().removeprefix("."), choices_of(model, "format")
    chosen = params.format  # type: ignore[attr-defined]
    chosen = [chosen] if isinstance(chosen, str) else list(chosen or ())
    if kind in chosen:
        return params
    if kind not in choices or "format" in params.model_fields_set:
        raise CombinationError(
            f"output is {wish.file.name!r}, but the format is {', '.join(chosen)}.",
            field="output",
            value=str(wish.file),
            bound=choices,
            remedy=f"Give it the suffix of the format, or choose another format: {', '.join(choices)}. "
            "The name of a folder ends in a slash.",
        )
    several = not isinstance(params.format, str)  # type: ignore[attr-defined]
    given = params.model_dump(exclude_unset=True)
    return check_params(model, given | {"format": (kind,) if several else kind})


def _text(output: str | Path | None) -> str | None:
    return None if output is None else str(output)

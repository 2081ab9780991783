"""The one declaration from which every door is projected."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import TYPE_CHECKING, Any, Generic, TypeVar, get_args, get_origin

from pydantic import BaseModel, ConfigDict

from tonmeister.core.errors import ChoiceUnknownError

if TYPE_CHECKING:
    from tonmeister.core.context import Context
    from tonmeister.core.held import Held
    from tonmeister.core.language import LanguageRules


class Params(BaseModel):
    """Base of parameter models: frozen, strict about names; a field's docstring is its help text in every door."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


@dataclass(frozen=True)
class Digest:
    """What a person wants to see of a result: a table row under common headings, and plain sentences.

    Several digests with equal ``columns`` become one table.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    sentences: tuple[str, ...] = ()
    title: str = ""


class Result(BaseModel):
    """Base of result models: frozen data that any door can show or send as JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    def digest(self) -> Digest:
        """Return the result for people; by default all scalar fields, one a row."""
        rows = tuple(
            (name.replace("_", " "), str(value)) for name, value in self if isinstance(value, str | int | float | bool)
        )
        return Digest(columns=("field", "value"), rows=rows)


P = TypeVar("P", bound=Params)
R = TypeVar("R", bound=Result)


@dataclass(frozen=True)
class Capability(Generic[P, R]):
    """One thing that Tonmeister can do.

    Attributes
    ----------
    name
        The verb in every door: ``tonmeister master``, ``tonmeister.master()``, ``POST /jobs/master``.
    version
        Raised whenever the same input gives another result; part of the key under which results are stored.
    params, result
        The models that are the whole public contract. The parameter model's docstring is the help text.
    function
        ``"package.module:function"`` taking ``(params, ctx)``; imported only when the work begins: it may be heavy.
    check
        ``"package.module:function"`` taking ``params``: raises the error that the work would meet because of its
        parameters alone, so that every door can refuse at once. It reads no material and looks for no installed part.
    check_language
        ``"package.module:function"`` taking ``(params, rules)`` with the language model of the settings: raises what
        the work would meet because none is set up, so that a studio whose own processes do the work refuses at once.
    draft
        ``"package.module:function"`` taking ``(params, ctx, held)``: the same work for the same parameters, done in a
        fraction of a second out of what earlier work has kept. A door may ask for it without a job; nothing of it
        stays. What the next draft of the same material will need again goes into ``held``.
    parts
        For a capability whose first parameter takes many pieces of material: the field of the result that holds one
        part for each of them, in their order. Each piece then gets its own part as its version.
    is_shared
        Whether what one piece of work made of the same material serves every other that runs it as a step: true of
        capabilities that draw no random numbers. The others draw theirs by the work that runs them.
    asks_model
        Whether it may ask the language model of the settings: only such work is handed the key.
    is_inner
        Whether other capabilities and the studio's pages use it and people hardly ever do by itself: doors may list it
        apart.
    is_passing
        Whether what it delivers serves the moment, as a preview does: the library keeps it as a part of its material,
        found with that but not listed beside it.
    is_repeatable
        Whether the same parameters and material give the same result; what depends on the world outside does not, and
        is done anew each time.
    """

    name: str
    version: str
    params: type[P]
    result: type[R]
    function: str
    check: str | None = None
    check_language: str | None = None
    draft: str | None = None
    parts: str | None = None
    is_shared: bool = False
    is_repeatable: bool = True
    is_inner: bool = False
    is_passing: bool = False
    asks_model: bool = False

    @property
    def summary(self) -> str:
        """The first line of the parameter model's docstring."""
        return (inspect.getdoc(self.params) or "").partition("\n")[0]

    def load(self) -> Callable[[P, Context], R]:
        """Import and return the function."""
        function: Callable[[P, Context], R] = _named(self.function)
        return function

    def load_draft(self) -> Callable[[P, Context, Held], R]:
        """Import and return the function that makes drafts; the capability must have one."""
        if self.draft is None:
            raise ValueError(f"{self.name} makes no drafts")
        function: Callable[[P, Context, Held], R] = _named(self.draft)
        return function

    def check_early(self, params: P) -> None:
        """Raise the error that the work would meet because of its parameters alone."""
        if self.check is not None:
            _named(self.check)(params)

    def check_model(self, params: P, rules: LanguageRules) -> None:
        """Raise the error that the work would meet because no language model is set up."""
        if self.check_language is not None:
            _named(self.check_language)(params, rules)

    def asset_fields(self) -> dict[str, bool]:
        """Return the names of the fields that take material, each with whether it takes several."""
        found: dict[str, bool] = {}
        for name, info in self.params.model_fields.items():
            if _is_asset(info.annotation, info.metadata):
                found[name] = False
            elif any(_is_asset(arg, ()) for arg in get_args(info.annotation)):
                found[name] = get_origin(info.annotation) in (tuple, list)
        return found

    @property
    def batch_field(self) -> str | None:
        """The first field if it takes one piece of material: a door may then take many and run once for each."""
        first = next(iter(self.params.model_fields), None)
        return first if first is not None and self.asset_fields().get(first) is False else None


def _named(place: str) -> Any:
    module, _, name = place.partition(":")
    return getattr(importlib.import_module(module), name)


def _is_asset(annotation: Any, metadata: Any) -> bool:
    marks = list(metadata) + list(getattr(annotation, "__metadata__", ()))
    return any(getattr(mark, "json_schema", {}) and mark.json_schema.get("format") == "asset" for mark in marks)


@dataclass(frozen=True)
class Registry(Mapping[str, Capability[Any, Any]]):
    """All capabilities by name, in alphabetical order."""

    by_name: dict[str, Capability[Any, Any]] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Capability[Any, Any]:
        """Return the capability, or raise `ChoiceUnknownError` naming those that exist."""
        try:
            return self.by_name[name]
        except KeyError:
            raise ChoiceUnknownError(
                f"There is no capability {name!r}.",
                field="capability",
                value=name,
                bound=list(self.by_name),
                remedy=f"Choose one of: {', '.join(self.by_name)}.",
            ) from None

    def __contains__(self, name: object) -> bool:
        """Tell whether there is such a capability."""
        return name in self.by_name

    def __iter__(self) -> Iterator[str]:
        """Go through the names."""
        return iter(self.by_name)

    def __len__(self) -> int:
        """Count the capabilities."""
        return len(self.by_name)


def find_capabilities(package: ModuleType) -> Registry:
    """Find what the sub-packages of ``package`` declare as ``CAPABILITIES``; the folder is the registration."""
    found: dict[str, Capability[Any, Any]] = {}
    for info in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
        for capability in importlib.import_module(info.name).CAPABILITIES:
            if capability.name in found:
                raise ValueError(f"two folders declare the capability {capability.name!r}")
            found[capability.name] = capability
    return Registry(dict(sorted(found.items())))

"""All that a capability may ask of the world."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy as np

    from tonmeister.core.language import LanguageRules
    from tonmeister.core.links import LinkRules


class Context(Protocol):
    """The world as a capability sees it. Library and command line run it in this process, a server as a job."""

    @property
    def folder(self) -> Path:
        """A folder for temporary files; it vanishes with the work, however that ends."""
        ...

    @property
    def n_workers(self) -> int:
        """How many processor cores this work may use."""
        ...

    @property
    def max_duration_s(self) -> float:
        """The longest audio that may be read."""
        ...

    @property
    def links(self) -> LinkRules:
        """What may be fetched from addresses of the web."""
        ...

    @property
    def language(self) -> LanguageRules:
        """The language model that may be asked; none for capabilities that do not declare that they ask one."""
        ...

    def fetch(self, ref: str) -> Path:
        """Return a readable local file holding the material; raise `FileMissingError` if there is none."""
        ...

    def label(self, ref: str) -> str:
        """Return the name that people know the material by, without folder."""
        ...

    def publish(self, file: Path, name: str, *, near: str | None = None) -> str:
        """Deliver a finished file from `folder` under ``name`` and return the reference of the new material.

        ``near`` is the input that the result belongs to: a local context puts the file beside it where nothing else is
        asked. The file appears whole under its final name or not at all, and never replaces another without permission.
        Publish the main product first: where its name has to change, the names of those that follow change with it.
        """
        ...

    def progress(self, fraction: float, stage: str) -> None:
        """Report how far the work has come (0 to 1) and what it is doing. Raises `CancelledError` when cancelled."""
        ...

    def part(self, start: float, stop: float) -> Callable[[float, str], None]:
        """Return a progress function whose 0 to 1 maps to ``start`` to ``stop`` of this work's progress."""
        ...

    def run(self, name: str, params: Mapping[str, Any], *, tell: Callable[[float, str], None] | None = None) -> Any:
        """Run another capability by name and return its result; ``tell`` takes its progress, as `part` returns it."""
        ...

    def run_all(
        self,
        steps: Sequence[tuple[str, Mapping[str, Any]]],
        *,
        tell: Callable[[float, str], None] | None = None,
        each: Callable[[int, Any], None] | None = None,
    ) -> list[Any]:
        """Run several capabilities side by side, as far as there are cores, and return their results in order.

        ``tell`` takes the mean of their progress, ``each`` the number of a step and its result as soon as that is
        there, one after the other. Where one fails the others end, and its error is raised.
        """
        ...

    def show(self, name: str, found: Any) -> None:
        """Show an intermediate result, a model or JSON data, to whoever follows the work; the last of a name counts."""
        ...

    def random(self, purpose: str) -> np.random.Generator:
        """Return a generator seeded by the work's seed and ``purpose``: the same work draws the same numbers."""
        ...

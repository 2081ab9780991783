"""Every option of the program that is not a parameter of one piece of work: typed, with its default, in one place.

`read_settings` turns the environment into values once, in `tonmeister.app`; from there they are handed down.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from tonmeister.core.errors import ParameterError

PREFIX = "TONMEISTER_"

CHECKOUT_VARIABLES = {
    "TONMEISTER_WITHOUT_AAC": "1 leaves out PyAV (M4A/AAC and other containers) when the checkout is set up.",
    "TONMEISTER_SHARED_AUDIO": "The folder of real recordings; tests that need it are skipped where it is missing.",
    "TONMEISTER_PYTHON": "The Python to set up the checkout with; by default the latest that fits.",
}
"""Variables that the scripts of a checkout read; the program itself does not."""


@dataclass(frozen=True)
class Settings:
    """The options of the program; each is read from the variable ``TONMEISTER_`` and its name in capitals."""

    n_workers: int | None = field(
        default=None, metadata={"help": "How many processor cores the program may use. Default: all that it is given."}
    )
    max_duration_s: float = field(
        default=6 * 3600.0, metadata={"help": "The longest audio that is accepted, in seconds."}
    )
    temporary_folder: Path | None = field(
        default=None,
        metadata={"help": "Where temporary files go while the work lasts. Default: the system's temporary folder."},
    )

    @property
    def n_cores(self) -> int:
        """How many cores the program uses: the setting, or all that this process may run on."""
        return self.n_workers or usable_cores()


def usable_cores() -> int:
    """Return how many processor cores this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read the settings from environment variables; raise `ParameterError` for unknown names and bad values."""
    readers = {"n_workers": _read_workers, "max_duration_s": _read_duration, "temporary_folder": _read_folder}
    variables = {PREFIX + option.name.upper(): option.name for option in fields(Settings)}
    values: dict[str, Any] = {}
    for variable, text in environment.items():
        if not variable.startswith(PREFIX) or variable in CHECKOUT_VARIABLES:
            continue
        if variable not in variables:
            raise ParameterError(
                f"There is no setting {variable}.",
                field=variable,
                value=text,
                bound=sorted(variables),
                remedy=f"Unset it, or use one of: {', '.join(sorted(variables))}.",
            )
        if text.strip():
            values[variables[variable]] = readers[variables[variable]](variable, text.strip())
    return Settings(**values)


def _read_workers(variable: str, text: str) -> int:
    try:
        count = int(text)
    except ValueError:
        count = 0
    if not 1 <= count <= 1024:
        raise ParameterError(
            f"{variable} is {text!r}; it must be a whole number from 1 to 1024.",
            field=variable,
            value=text,
            bound="1 to 1024",
            remedy="Set it to the number of cores to use, or unset it to use all.",
        )
    return count


def _read_duration(variable: str, text: str) -> float:
    try:
        duration_s = float(text)
    except ValueError:
        duration_s = math.nan
    if not 0 < duration_s < math.inf:
        raise ParameterError(
            f"{variable} is {text!r}; it must be a number of seconds above 0.",
            field=variable,
            value=text,
            bound="above 0",
            remedy="Set it to the longest audio to accept, in seconds, for example 21600 for six hours.",
        )
    return duration_s


def _read_folder(variable: str, text: str) -> Path:
    folder = Path(text).expanduser()
    if not folder.is_dir():
        raise ParameterError(
            f"{variable} is {text!r}, which is not a folder.",
            field=variable,
            value=text,
            bound="an existing folder",
            remedy="Create the folder, or unset the variable to use the system's temporary folder.",
        )
    return folder.resolve()

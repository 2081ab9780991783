"""The few commands that are not capabilities."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tonmeister.core.errors import EXIT_CODES, HTTP_STATUS, error_classes
from tonmeister.surfaces.cli.parser import Parser, command_parser
from tonmeister.surfaces.cli.show import print_table

if TYPE_CHECKING:
    from tonmeister.core.capability import Capability


def completion(shell: str, parser: Parser, capabilities: Iterable[Capability[Any, Any]]) -> str:
    """Return the completion script of a shell for all commands with all their options."""
    import shtab

    subparsers = next(action for action in parser._actions if isinstance(action.choices, dict))
    commands: Any = subparsers.choices
    for capability in capabilities:
        command_parser(capability, commands[capability.name], files=shtab.FILE)
    script: str = shtab.complete(parser, shell)
    return script


def errors() -> None:
    """Print the codes of all errors with what they mean."""
    print_table(("code", "exit", "http", "meaning"), error_rows())


def error_rows() -> list[tuple[str, str, str, str]]:
    """Return code, exit code, HTTP status and meaning of every error, in the order of the tree."""
    meanings: dict[str, str] = {}
    for cls in error_classes()[1:]:
        meanings.setdefault(cls.code, (cls.__doc__ or "").partition("\n")[0])
    return [(code, str(EXIT_CODES[code]), str(HTTP_STATUS[code]), meanings[code]) for code in EXIT_CODES]

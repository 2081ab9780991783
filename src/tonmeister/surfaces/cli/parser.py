"""A capability's options as an argparse parser. Values stay text here: only the parameter model judges them."""

from __future__ import annotations

import argparse
import json
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from tonmeister.core.errors import ChoiceUnknownError, FileMissingError, ParameterError

if TYPE_CHECKING:
    from tonmeister.core.capability import Capability
    from tonmeister.surfaces.options import Option

DOOR_OPTIONS: dict[str, str] = {
    "output": "A folder or a file name for the result; by default it goes beside the input under a name of its own. "
    "A name without a suffix is a folder, which is made if it is not there; the folder of a file must be there. "
    "Work that makes no files, as analyze, writes its result there as JSON, into a file where nothing has that name.",
    "overwrite": "Replace existing files instead of choosing a free name.",
    "json": "Print the result alone as JSON on standard output.",
    "params": "Read parameters from a TOML or JSON file; options on the command line win.",
    "jobs": "How many inputs to work on at once; by default one for each processor core.",
    "quiet": "Print nothing but errors: no result, no progress.",
    "verbose": "Print each stage as a line, and the traceback of internal errors. Without it, a terminal shows a bar, "
    "and a file or a pipe gets a line on standard error now and then once the work has taken 10 s.",
}
"""Options that every command has besides those of its capability."""


class Parser(argparse.ArgumentParser):
    """Tells its errors in our own tree, with the choice that was probably meant."""

    def error(self, message: str) -> NoReturn:
        """Raise `ParameterError`."""
        raise ParameterError(f"{message[:1].upper()}{message[1:]}.", remedy=f"See '{self.prog} --help'.")

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        choices = [str(choice) for choice in action.choices or ()]
        if isinstance(value, list):
            for each in value:
                self._check_value(action, each)
            return
        if choices and str(value) not in choices:
            flag = action.option_strings[-1] if action.option_strings else ""
            several = f" Several stand behind one another: {flag} {','.join(choices[:2])}."
            raise ChoiceUnknownError(
                f"{flag} is {value!r}, and there is no such choice."
                if flag
                else f"There is no {action.dest} {value!r}.",
                field=flag or action.dest,
                value=str(value),
                bound=choices,
                remedy=f"Choose one of: {', '.join(choices)}."
                + (several if isinstance(action, _Gather) and len(choices) > 1 else ""),
            )

    def parse_known_only(self, arguments: Sequence[str]) -> argparse.Namespace:
        """Parse, and name an option that is not known together with the one that was probably meant."""
        has_commands = any(isinstance(action, argparse._SubParsersAction) for action in self._actions)
        parse = self.parse_known_args if has_commands else self.parse_known_intermixed_args
        if "--" in arguments and not has_commands:
            # What follows "--" are files, even where a name begins with a dash; intermixed parsing forgets that.
            at = list(arguments).index("--")
            files = [f"./{name}" if name.startswith("-") else name for name in arguments[at + 1 :]]
            arguments = [*arguments[:at], *files]
        options, unknown = parse(arguments)
        if unknown:
            known = [name for action in self._actions for name in action.option_strings if name.startswith("--")]
            name = unknown[0].partition("=")[0]
            raise ChoiceUnknownError(
                f"There is no option {name!r}." if name.startswith("-") else f"There is nothing to do with {name!r}.",
                field=name,
                value=name,
                bound=known,
                remedy=f"See '{self.prog} --help'.",
            )
        return options


def command_parser(
    capability: Capability[Any, Any], parser: Parser | None = None, *, files: Mapping[str, Any] | None = None
) -> Parser:
    """Return the parser of one command; ``files`` marks arguments that shell completion fills with file names."""
    from tonmeister.surfaces.options import description_of, options_of

    if parser is None:
        parser = Parser(
            prog=f"tonmeister {capability.name}",
            description=description_of(capability),
            allow_abbrev=False,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            argument_default=argparse.SUPPRESS,
        )
    options = options_of(capability)
    n_positional = sum(option.is_positional for option in options)
    groups: dict[tuple[str, ...], Any] = {(): parser.add_argument_group(capability.name.replace("_", " "))}
    for option in options:
        if option.path[:-1] not in groups:
            groups[option.path[:-1]] = parser.add_argument_group(".".join(option.path[:-1]).replace("_", " "))
        is_batch = option.path == (capability.batch_field,) and n_positional == 1
        action = _add(
            parser if option.is_positional else groups[option.path[:-1]], option, takes_many=option.is_many or is_batch
        )
        if files and option.kind == "asset":
            action.complete = files
    _add_door_options(parser, files)
    parser.usage = " ".join([f"tonmeister {capability.name} [options]", *_usage(parser)]).replace("%", "%%")
    return parser


def _usage(parser: Parser) -> list[str]:
    """Name the inputs; the options are too many for one line and follow below it."""
    forms = {"+": "{0} [{0} ...]", "*": "[{0} ...]", "?": "[{0}]", None: "{0}"}
    return [forms[action.nargs].format(action.metavar) for action in parser._get_positional_actions()]  # type: ignore[index]


def _add(target: Any, option: Option, *, takes_many: bool) -> Any:
    text = f"{option.text} [{option.facts}]" if option.facts else option.text
    text = text.replace("%", "%%")
    if option.is_positional:
        nargs = ("+" if option.is_required else "*") if takes_many else (None if option.is_required else "?")
        return target.add_argument(option.name, nargs=nargs, metavar=option.metavar, help=text)
    if option.kind == "flag":
        return target.add_argument(option.flag, dest=option.name, action=argparse.BooleanOptionalAction, help=text)
    shared: dict[str, Any] = {
        "dest": option.name,
        "help": text,
        "action": "append" if takes_many else "store",
        "required": option.is_required,
    }
    if option.choices and option.kind == "choice":
        by_text: dict[str, Any] = {str(choice): choice for choice in option.choices}

        def chosen(given: str) -> Any:
            several = [by_text.get(each.strip(), each.strip()) for each in given.split(",")]
            return several if takes_many and len(several) > 1 else by_text.get(given, given)

        if takes_many:
            shared["action"] = _Gather
        return target.add_argument(option.flag, choices=option.choices, type=chosen, **shared)
    if option.kind == "json":
        shared["type"] = lambda given: _json_value(given, option)
        if takes_many:
            shared["action"] = _Gather
    return target.add_argument(option.flag, metavar=option.metavar, **shared)


def _add_door_options(parser: Parser, files: Mapping[str, Any] | None) -> None:
    group = parser.add_argument_group("input and output")
    for name, text in DOOR_OPTIONS.items():
        if name in ("output", "params"):
            action = group.add_argument(f"--{name}", metavar="PATH" if name == "output" else "FILE", help=text)
            if files:
                action.complete = files  # type: ignore[attr-defined]
        elif name == "jobs":
            group.add_argument(f"--{name}", metavar="N", help=text)
        else:
            group.add_argument(f"--{name}", action="store_true", default=False, help=text)


class _Gather(argparse.Action):
    """Gathers the values of an option that may be repeated; a list is all of its members."""

    def __call__(
        self, _parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: Any, _option: str | None = None
    ) -> None:
        before = getattr(namespace, self.dest, None) or []
        setattr(namespace, self.dest, [*before, *(values if isinstance(values, list) else [values])])


def _json_value(text: str, option: Option) -> Any:
    """Return what stands there as JSON, or in the file that it names."""
    begins = text.lstrip()[:1]
    if begins in ("{", "["):
        return _read_json(text, option, f"{option.flag} is not valid JSON", "Correct it")
    if text.lower().endswith(".json") or _is_file(text):
        return _read_json(_read_text(text, option.name), option, f"{text!r} is not valid JSON", "Correct the file")
    try:
        return json.loads(text)
    except ValueError:
        shape = "a list [...] or one {...}" if option.is_many else "{...}"
        raise ParameterError(
            f"{option.flag} is {text!r}, which is neither JSON nor a file.",
            field=option.name,
            value=text,
            bound=f"JSON: {shape}, or a file of it",
            remedy=f"Give {shape} within single quotes, or the name of a file that holds it.",
        ) from None


def _is_file(text: str) -> bool:
    try:
        return Path(text).is_file()
    except (OSError, ValueError):  # longer than names may be, or with signs that none has
        return False


def _read_json(text: str, option: Option, trouble: str, remedy: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise ParameterError(
            f"{trouble}: {error}.",
            field=option.name,
            value=text[:200],
            remedy=f"{remedy}: names and texts stand in double quotes.",
        ) from None


def _read_text(name: str, field: str) -> str:
    try:
        return Path(name).expanduser().read_text(encoding="utf-8")
    except FileNotFoundError:
        raise FileMissingError(
            f"There is no file {name!r}.", field=field, value=name, remedy="Check the path."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise FileMissingError(
            f"The file {name!r} cannot be read: {error}.", field=field, value=name, remedy="Give a text file."
        ) from None


def given_params(options: argparse.Namespace) -> dict[str, Any]:
    """Return the parameters given on the command line and in ``--params``, nested as the model is."""
    values = _read_params_file(options.params) if "params" in options else {}
    door = set(DOOR_OPTIONS)
    for dest, value in vars(options).items():
        if dest in door or value is None or value == []:
            continue
        *above, name = dest.split(".")
        place = values
        for part in above:
            inner = place.get(part)
            place[part] = dict(inner) if isinstance(inner, dict) else {}
            place = place[part]
        place[name] = value
    return values


def _read_params_file(name: str) -> dict[str, Any]:
    path, text = Path(name), _read_text(name, "params")
    try:
        values = json.loads(text) if path.suffix.lower() == ".json" else tomllib.loads(text)
    except ValueError as error:
        kind = "JSON" if path.suffix.lower() == ".json" else "TOML"
        raise ParameterError(
            f"{name!r} is not valid {kind}: {error}.", field="params", value=name, remedy="Correct the file."
        ) from None
    if not isinstance(values, dict):
        raise ParameterError(
            f"{name!r} does not hold named parameters.",
            field="params",
            value=name,
            remedy="Write name = value, one a line.",
        )
    return values

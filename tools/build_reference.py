"""Write the reference pages that follow from the code: commands, errors, settings. A test runs this and compares."""

from __future__ import annotations

import sys
from dataclasses import fields
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from tonmeister import app  # noqa: E402
from tonmeister.core.capability import Capability  # noqa: E402
from tonmeister.core.errors import BATCH_EXIT_CODE, EXIT_CODES, HTTP_STATUS, error_classes  # noqa: E402
from tonmeister.settings import CHECKOUT_VARIABLES, CONFIG_VARIABLE, PREFIX, Settings, shown  # noqa: E402
from tonmeister.surfaces.cli.main import OWN_COMMANDS  # noqa: E402
from tonmeister.surfaces.cli.parser import DOOR_OPTIONS  # noqa: E402
from tonmeister.surfaces.library import RESERVED  # noqa: E402
from tonmeister.surfaces.options import Option, description_of, options_of  # noqa: E402

NOTE = "<!-- Written by tools/build_reference.py; a test compares. -->\n"


def table(columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Return a Markdown table."""
    lines = [columns, tuple("---" for _ in columns), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def cli_page() -> str:
    """Return the page of commands."""
    parts = [NOTE, "# Commands\n\n", "`tonmeister COMMAND --help` tells the same in the terminal.\n\n"]
    parts += [_command(capability) for capability in app.registry().values()]
    parts.append("## Options of every command\n\n")
    parts.append(table(("option", "meaning"), [(f"`--{name}`", text) for name, text in DOOR_OPTIONS.items()]))
    parts.append("\n## In the library\n\nThe same parameters by name, and:\n\n")
    parts.append(table(("keyword", "meaning"), [(f"`{name}=`", text) for name, text in RESERVED.items()]))
    parts.append("\n## Other commands\n\n")
    parts.append(table(("command", "meaning"), [(f"`tonmeister {name}`", text) for name, text in OWN_COMMANDS.items()]))
    return "".join(parts)


def _command(capability: Capability) -> str:
    options = options_of(capability)
    inputs = [
        option.metavar if option.is_required else f"[{option.metavar}]" for option in options if option.is_positional
    ]
    usage = " ".join(["tonmeister", capability.name, *inputs, "[options]"])
    rows = [(_form(option), f"{option.text} {_choices(option)}".strip(), option.facts) for option in options]
    columns = ("parameter", "meaning", "bounds and default")
    return f"## {capability.name}\n\n```\n{usage}\n```\n\n{description_of(capability)}\n\n{table(columns, rows)}\n"


def _form(option: Option) -> str:
    if option.is_positional:
        return f"`{option.metavar}`"
    if option.kind == "flag":
        return f"`{option.flag}` `--no-{option.flag[2:]}`"
    return f"`{option.flag}`"


def _choices(option: Option) -> str:
    return f"One of {', '.join(f'`{choice}`' for choice in option.choices)}." if option.choices else ""


def errors_page() -> str:
    """Return the page of error codes."""
    rows = [
        (f"`{cls.code}`", cls.__name__, str(EXIT_CODES[cls.code]), str(HTTP_STATUS[cls.code]), _first_line(cls))
        for cls in error_classes()[1:]
    ]
    rows.sort(key=lambda row: list(EXIT_CODES).index(row[0].strip("`")))
    return (
        f"{NOTE}# Errors\n\n"
        "Every error has a code that stays the same from version to version. Its message names the field, the value, "
        "the bound and the remedy. On the command line it is one line on standard error, `error [CODE] message "
        "remedy`. With `--json` it is an object on standard output:\n\n"
        "```json\n"
        '{"success": false, "error": {"code": "FILE_NOT_FOUND", "message": "...", "details": {"value": "song.wav", '
        '"remedy": "..."}}, "timestamp": "..."}\n'
        "```\n\n"
        f"{table(('code', 'class', 'exit code', 'HTTP status', 'meaning'), rows)}\n"
        f"Exit code {BATCH_EXIT_CODE}: of several inputs, some failed; each is named at the end with its own error. "
        "Exit code 0: all is done.\n"
    )


def _first_line(cls: type) -> str:
    return (cls.__doc__ or "").partition("\n")[0]


SETTING_GROUPS = {
    "work": "Work",
    "links": "Fetching from addresses",
    "language": "Language model",
    "data": "Data of the studio",
    "jobs": "Jobs of the studio",
    "server": "The server",
}


def settings_page() -> str:
    """Return the page of settings."""
    return (
        f"{NOTE}# Settings\n\n"
        "What is not a parameter of one piece of work is a setting. Settings are read once at the start, each from the "
        "first of these places that has it:\n\n"
        "1. environment variables;\n"
        "2. the file `.env` in the current folder, lines `NAME=value` with the same names;\n"
        f"3. the TOML file that `{CONFIG_VARIABLE}` names, or `tonmeister.toml` in the data folder, with the names in "
        f"small letters and without `{PREFIX}`: `port = 9000`.\n\n"
        f"An unknown name that begins with `{PREFIX}`, or an unknown one in the TOML file, is an error, so that a "
        "misspelt one is noticed. `tonmeister settings` prints what holds and where it comes from, secrets masked.\n\n"
        + "".join(
            f"## {title}\n\n{table(('variable', 'meaning', 'default'), _setting_rows(group))}\n"
            for group, title in SETTING_GROUPS.items()
        )
        + "## Variables of a checkout\n\n"
        "The scripts `./tonmeister` and `./check` and the tests read these; the program does not.\n\n"
        f"{table(('variable', 'meaning'), [(f'`{name}`', text) for name, text in CHECKOUT_VARIABLES.items()])}"
    )


def _setting_rows(group: str) -> list[tuple[str, ...]]:
    defaults = shown(Settings())
    return [
        (
            f"`{PREFIX}{option.name.upper()}`",
            option.metadata["help"],
            defaults[option.name] if option.metadata["default_text"] is None else option.metadata["default_text"],
        )
        for option in fields(Settings)
        if option.metadata["group"] == group
    ]


PAGES = {"cli.md": cli_page, "errors.md": errors_page, "settings.md": settings_page}

if __name__ == "__main__":
    for name, write in PAGES.items():
        (ROOT / "docs" / "reference" / name).write_text(write(), encoding="utf-8")
        print(f"docs/reference/{name}")

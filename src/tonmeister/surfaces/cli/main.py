"""From the words of the command line to an exit code."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from tonmeister.core.errors import BATCH_EXIT_CODE, EXIT_CODES, CancelledError, ParameterError, TonmeisterError
from tonmeister.surfaces.cli.parser import Parser, command_parser, given_params
from tonmeister.surfaces.cli.show import (
    STDOUT,
    flush,
    forget_output,
    names_apart,
    print_digests,
    print_error,
    print_json,
    print_line,
    told_apart,
)
from tonmeister.surfaces.envelope import envelope

if TYPE_CHECKING:
    from tonmeister.core.capability import Capability, Result
    from tonmeister.core.outline import Outline
    from tonmeister.jobs.runner import Runner
    from tonmeister.surfaces.progress import Style

DESCRIPTION = """A music studio on the command line: it masters songs, measures them, and proves what it says.

Start with: tonmeister master song.wav"""

Service = Callable[[Sequence[str]], int]
"""A command that reads its own options and returns the exit code."""

OWN_COMMANDS = {
    "backup": "Back up the studio while it runs: the database, then every file that it names.",
    "check": "Check that all that the studio keeps is whole: rows, references, the content of every file.",
    "completion": "Print the completion script of a shell: bash, zsh or tcsh.",
    "doctor": "Look whether all is there that the studio needs, and say what to do where it is not.",
    "errors": "List the error codes with their exit codes.",
    "mcp": "Let an assistant use the studio on files of this machine (Model Context Protocol).",
    "restore": "Put the studio back to a backup.",
    "serve": "Start the studio on this machine and open it in a browser.",
    "settings": "Print every setting, and where it comes from.",
    "work": "Run jobs for a studio whose database and files are shared.",
}


KEEPING = ("backup", "check", "restore", "settings")
"""Commands that look after what the studio keeps."""


def main(
    arguments: Sequence[str],
    *,
    outlines: Mapping[str, Outline],
    find: Callable[[str], Capability[Any, Any]],
    open_runner: Callable[[], Runner],
    version: str,
    services: Mapping[str, Service] = MappingProxyType({}),
) -> int:
    """Run one command and return the exit code."""
    as_json, verbose = "--json" in arguments, "--verbose" in arguments
    try:
        return _dispatch(list(arguments), outlines, find, open_runner, version, services)
    except TonmeisterError as error:
        return _tell(error, as_json=as_json)
    except KeyboardInterrupt:
        return _tell(CancelledError("The work was cancelled."), as_json=as_json)
    except BrokenPipeError:  # the reader of a pipe has gone: not our fault, and nobody is there to tell
        forget_output()
        return 0
    except Exception as error:  # noqa: BLE001 - the door: whatever happened is told in one line with a code
        from tonmeister.jobs.worker import fault

        if verbose:
            import traceback

            traceback.print_exc()
        return _tell(fault(error), as_json=as_json)


def _tell(error: TonmeisterError, *, as_json: bool) -> int:
    if as_json and error.field != STDOUT:
        import json

        print_line(json.dumps(envelope(error), indent=2, ensure_ascii=False))
    else:
        print_error(error)
    return EXIT_CODES[error.code]


def _dispatch(
    arguments: list[str],
    outlines: Mapping[str, Outline],
    find: Callable[[str], Capability[Any, Any]],
    open_runner: Callable[[], Runner],
    version: str,
    services: Mapping[str, Service],
) -> int:
    name = arguments[0] if arguments else "--help"
    if name in outlines:
        return _run_command(find(name), arguments[1:], open_runner)
    if name in services:
        return services[name](arguments[1:])
    inner = [outline.name for outline in outlines.values() if outline.is_inner]
    parser = top_parser({outline.name: outline.summary for outline in outlines.values()}, inner)
    if name == "--version":
        print_line(f"tonmeister {version}")
        return 0
    if name in ("--help", "-h", "help"):
        if len(arguments) > 1 and arguments[1] in outlines:
            return _run_command(find(arguments[1]), ["--help"], open_runner)
        if len(arguments) > 1 and arguments[1] in services:
            return services[arguments[1]](["--help"])
        print_line(parser.format_help().rstrip())
        return 0
    options = parser.parse_known_only(arguments)
    from tonmeister.surfaces.cli import commands

    if options.command == "completion":
        print_line(commands.completion(options.shell, parser, [find(name) for name in outlines]))
    else:
        commands.errors()
    return 0


def top_parser(summaries: Mapping[str, str], inner: Collection[str] = ()) -> Parser:
    """Return the parser that knows all commands by name; those of capabilities have no options of their own yet.

    ``inner`` names those that are steps of others: known, but not among the commands that are told of.
    """
    parser = Parser(
        prog="tonmeister",
        description=DESCRIPTION,
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=f"Steps of these, which can be done by themselves: {', '.join(inner)}." if inner else None,
    )
    parser.add_argument("--version", action="store_true", help="Print the version.")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands", required=True)
    for name, summary in summaries.items():
        told: dict[str, Any] = {} if name in inner else {"help": summary.replace("%", "%%")}
        commands.add_parser(
            name,
            **told,
            allow_abbrev=False,
            argument_default=argparse.SUPPRESS,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
    for name, summary in OWN_COMMANDS.items():
        own = commands.add_parser(name, help=summary, description=summary, allow_abbrev=False)
        if name == "completion":
            own.add_argument("shell", choices=("bash", "zsh", "tcsh"), help="The shell to complete in.")
        elif name == "mcp":
            from tonmeister.surfaces.cli.assistant import add_mcp_options

            add_mcp_options(own)
        elif name in ("serve", "work"):
            from tonmeister.surfaces.cli.serve import add_serve_options, add_work_options

            (add_serve_options if name == "serve" else add_work_options)(own)
        elif name in KEEPING:
            from tonmeister.surfaces.cli.keeping import add_options

            add_options(own, name)
        elif name == "doctor":
            from tonmeister.surfaces.cli.doctor import add_options as add_doctor_options

            add_doctor_options(own)
    return parser


def _run_command(capability: Capability[Any, Any], arguments: list[str], open_runner: Callable[[], Runner]) -> int:
    try:
        options = command_parser(capability).parse_known_only(arguments)
    except SystemExit as end:  # argparse has printed the help
        return int(end.code or 0)
    params = given_params(options)
    runner = open_runner()
    if "jobs" in options:
        runner = runner.with_workers(_read_jobs(options.jobs))
    batch = _split(capability, params)
    answers = _work(capability, runner, params, batch, options)
    _show(answers, options, as_list=batch is not None, labels=batch)
    if batch is None:
        return 0
    return BATCH_EXIT_CODE if any(isinstance(answer, TonmeisterError) for answer in answers) else 0


def _split(capability: Capability[Any, Any], params: dict[str, Any]) -> list[str] | None:
    """Return the inputs of a batch, or None if it is one piece of work (whose only input is then no list any more)."""
    field = capability.batch_field
    inputs = params.get(field) if field else None
    if field is None or not isinstance(inputs, list):
        return None
    if len(inputs) == 1:
        params[field] = inputs[0]
        return None
    return [str(part) for part in inputs]


def _work(
    capability: Capability[Any, Any],
    runner: Runner,
    params: dict[str, Any],
    batch: list[str] | None,
    options: argparse.Namespace,
) -> Sequence[Result | TonmeisterError]:
    from tonmeister.surfaces.cli.stop import stoppable
    from tonmeister.surfaces.progress import meter

    output = {"output": getattr(options, "output", None), "overwrite": options.overwrite}
    labels = names_apart(batch) if batch else [capability.name]
    with stoppable(runner.abandon) as cancel, meter(labels, _style(options)) as display:
        if batch is None:
            return [
                runner.run_here(
                    capability,
                    params,
                    **output,
                    cancel=cancel,
                    on_progress=lambda part, stage: display.show(0, part, stage),
                )
            ]
        assert capability.batch_field is not None
        items = [params | {capability.batch_field: name} for name in batch]
        return runner.run_batch(capability, items, **output, cancel=cancel, on_progress=display.show)


def _style(options: argparse.Namespace) -> Style:
    if options.quiet:
        return "none"
    if options.verbose:
        return "lines"
    return "bar" if sys.stderr.isatty() else "sparse"


def _show(
    answers: Sequence[Result | TonmeisterError], options: argparse.Namespace, *, as_list: bool, labels: list[str] | None
) -> None:
    if options.json:
        print_json(answers, as_list=as_list)
    elif not options.quiet:
        digests = [None if isinstance(answer, TonmeisterError) else answer.digest() for answer in answers]
        if labels:
            named = zip(digests, labels, names_apart(labels), strict=False)
            digests = [digest and told_apart(digest, *names) for digest, *names in named]
        print_digests([digest for digest in digests if digest])
    flush()
    for label, answer in zip(labels or (), answers, strict=False):
        if isinstance(answer, TonmeisterError):
            print_error(answer, prefix=f"{label}: ")


def _read_jobs(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 1024:
        raise ParameterError(
            f"--jobs is {text!r}; it must be a whole number from 1 to 1024.",
            field="jobs",
            value=text,
            bound="1 to 1024",
            remedy="Give the number of inputs to work on at once.",
        )
    return int(text)

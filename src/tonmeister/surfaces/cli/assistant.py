"""``tonmeister mcp``: the tools for assistants, over standard input and output or over HTTP."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tonmeister.surfaces.cli.parser import Parser

if TYPE_CHECKING:
    import argparse

    from tonmeister.core.capability import Registry
    from tonmeister.jobs.runner import Runner

HTTP_PORT = 8766


def add_mcp_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``mcp``."""
    parser.add_argument(
        "--http", action="store_true", help="Listen on HTTP instead of standard input; needs TONMEISTER_SHARED_TOKEN."
    )
    parser.add_argument("--host", help="The address to listen on. Default: 127.0.0.1, this machine alone.")
    parser.add_argument("--port", type=int, default=HTTP_PORT, help=f"The port to listen on. Default: {HTTP_PORT}.")


def serve_tools(
    arguments: Sequence[str],
    *,
    open_runner: Callable[[], Runner],
    registry: Callable[[], Registry],
    version: str,
) -> int:
    """Serve the tools until the other side goes or the program is told to stop."""
    parser = Parser(
        prog="tonmeister mcp",
        description="Let an assistant use the studio on files of this machine (Model Context Protocol).",
    )
    add_mcp_options(parser)
    try:
        options = parser.parse_known_only(arguments)
    except SystemExit:  # argparse has printed the help
        return 0
    from tonmeister.settings import read_with_sources
    from tonmeister.surfaces.mcp.door import make_http_app, serve_stdio
    from tonmeister.surfaces.mcp.local import LocalDesk
    from tonmeister.surfaces.rest.logs import configure

    settings, _ = read_with_sources(os.environ, folder=Path.cwd())
    if options.host:
        settings = dataclasses.replace(settings, host=options.host)
    configure(settings)
    desk = LocalDesk(open_runner(), registry())
    if not options.http:
        serve_stdio(desk, version)
        return 0
    from tonmeister.surfaces.cli.serve import listen

    with listen(settings.host, options.port, is_asked_for=True) as listener:
        import uvicorn

        from tonmeister.surfaces.rest.protocol import server_config

        uvicorn.Server(server_config(make_http_app(desk, version, settings))).run(sockets=[listener])
    return 0

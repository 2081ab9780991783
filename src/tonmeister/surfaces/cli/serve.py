"""``tonmeister serve``: the whole studio on this machine, and ``tonmeister work``: a supervisor of job processes alone.

The server keeps one supervisor running as a process of its own (`jobs.running.supervisor_process`).
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import errno
import os
import signal
import socket
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tonmeister.core.errors import ParameterError
from tonmeister.surfaces.cli.parser import Parser

if TYPE_CHECKING:
    from tonmeister.settings import Settings
    from tonmeister.surfaces.rest.studio import Studio

_N_PORTS = 20
"""How many ports are tried after the usual one, if it is taken and nobody asked for it."""

_OPTIONS = {
    "TONMEISTER_HOST": "--host",
    "TONMEISTER_PORT": "--port",
    "TONMEISTER_DATA_FOLDER": "--data-folder",
    "TONMEISTER_N_JOB_SLOTS": "--slots",
}
"""Which option goes before which setting."""

_AS_ROOT = (
    "This runs as root, and so do the processes that decode what was uploaded. Give it a user of its own:"
    " a flaw in a decoder then reaches the studio's files and nothing else."
)

OpenStudio = Callable[["Settings"], contextlib.AbstractContextManager["Studio"]]
OpenWorker = Callable[["Studio"], contextlib.AbstractContextManager[None]]
Supervise = Callable[["Settings", threading.Event], None]


def add_serve_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``serve``; each goes before the setting of its name."""
    parser.add_argument("--host", help="The address to listen on. Default: 127.0.0.1, this machine alone.")
    parser.add_argument("--port", help="The port to listen on; 0 takes a free one. Default: 8765.")
    parser.add_argument("--data-folder", metavar="FOLDER", help="Where database and files lie.")
    parser.add_argument("--no-browser", action="store_true", help="Do not open the studio in a browser.")
    parser.add_argument("--no-worker", action="store_true", help="Run no jobs here; `tonmeister work` does.")


def add_work_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``work``."""
    parser.add_argument("--data-folder", metavar="FOLDER", help="Where database and files lie.")
    parser.add_argument("--slots", metavar="N", help="How many jobs to run at once. Default: one for each core.")


def serve(arguments: Sequence[str], *, open_studio: OpenStudio, open_worker: OpenWorker) -> int:
    """Run the server until it is told to stop."""
    parser = Parser(prog="tonmeister serve", description="Start the studio and open it in a browser.")
    add_serve_options(parser)
    options = _parse(parser, arguments)
    if options is None:
        return 0
    given = {
        "TONMEISTER_HOST": options.host,
        "TONMEISTER_PORT": options.port,
        "TONMEISTER_DATA_FOLDER": options.data_folder,
    }
    settings, sources = _read(given)
    from tonmeister.surfaces.rest.security import check_opening

    check_opening(settings)
    listener = listen(settings.host, settings.port, is_asked_for="port" in sources)
    settings = dataclasses.replace(settings, port=listener.getsockname()[1])
    from tonmeister.surfaces.rest.logs import configure

    configure(settings)
    # With Celery as the executor, the supervisor hands the work out instead of doing it.
    with (
        listener,
        open_studio(settings) as studio,
        contextlib.nullcontext() if options.no_worker else open_worker(studio),
    ):
        _run(studio, listener, opens_browser=settings.open_browser and not options.no_browser)
    return 0


def work(arguments: Sequence[str], *, supervise: Supervise) -> int:
    """Run a supervisor until it is told to stop."""
    parser = Parser(prog="tonmeister work", description="Run jobs for a studio whose database and files are shared.")
    add_work_options(parser)
    options = _parse(parser, arguments)
    if options is None:
        return 0
    settings, _ = _read({"TONMEISTER_DATA_FOLDER": options.data_folder, "TONMEISTER_N_JOB_SLOTS": options.slots})
    from tonmeister.surfaces.rest.logs import configure

    configure(settings)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    _tell(f"Working with {settings.n_slots} slots. Ctrl-C stops.")
    if os.name == "posix" and os.geteuid() == 0:
        # Celery says the same in a warning of its own, with words about a serialiser that is not used here.
        warnings.filterwarnings("ignore", message=".*superuser privileges", append=False)
        _tell(_AS_ROOT, sys.stderr)
    supervise(settings, stop)
    return 0


def _parse(parser: Parser, arguments: Sequence[str]) -> argparse.Namespace | None:
    try:
        return parser.parse_known_only(arguments)
    except SystemExit:  # argparse has printed the help
        return None


def _read(given: Mapping[str, str | None]) -> tuple[Settings, Mapping[str, str]]:
    """Return the settings, and where each that was set comes from."""
    from tonmeister.settings import read_with_sources

    environment = {**os.environ, **{name: value for name, value in given.items() if value is not None}}
    try:
        return read_with_sources(environment, folder=Path.cwd())
    except ParameterError as error:
        raise _of_options(error, [name for name, value in given.items() if value is not None]) from None


def _of_options(error: ParameterError, variables: Sequence[str]) -> ParameterError:
    """Return the error in the words of the command line, where an option was given that goes before a setting."""
    message, remedy = error.message, error.remedy
    for variable in variables:
        option = _OPTIONS[variable]
        message, remedy = message.replace(variable, option), remedy and remedy.replace(variable, option)
    return type(error)(message, field=error.field, value=error.value, bound=error.bound, remedy=remedy)


def listen(host: str, port: int, *, is_asked_for: bool) -> socket.socket:
    """Return a listening socket; if the port is taken and nobody asked for it, one of the next ports.

    Raises `ParameterError` if there is none.
    """
    ports = [port] if is_asked_for or port == 0 else list(range(port, min(port + _N_PORTS, 65536)))
    for number in ports:
        try:
            return _bind(host, number)
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise ParameterError(
                    f"The server cannot listen on {host}: {error.strerror or error}.",
                    field="host",
                    value=host,
                    remedy="Name an address of this machine: TONMEISTER_HOST=127.0.0.1.",
                ) from None
            if error.errno == errno.EACCES:
                raise ParameterError(
                    f"The port {number} may not be used: {error.strerror}.",
                    field="port",
                    value=number,
                    bound="1024 to 65535",
                    remedy="Choose a port above 1023.",
                ) from None
    taken = f"The port {port} is" if len(ports) == 1 else f"The ports {ports[0]} to {ports[-1]} are"
    raise ParameterError(
        f"{taken} taken by another program, perhaps another studio.",
        field="port",
        value=port,
        remedy="Choose another (--port 8800), or any free one (--port 0).",
    )


def _bind(host: str, port: int) -> socket.socket:
    family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, kind)
    try:
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(2048)
    except BaseException:
        listener.close()
        raise
    return listener


def _run(studio: Studio, listener: socket.socket, *, opens_browser: bool) -> None:
    import uvicorn

    from tonmeister.surfaces.rest.app import make_app
    from tonmeister.surfaces.rest.protocol import server_config

    config = server_config(make_app(studio))
    address = url_of(studio.settings)

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if not self.should_exit:
                _tell(address)
                _tell("Ctrl-C stops the studio.", sys.stderr)
                if opens_browser:
                    threading.Thread(target=_open_browser, args=(address,), daemon=True).start()

    with contextlib.suppress(KeyboardInterrupt), _quiet_term():
        Server(config).run(sockets=[listener])


@contextlib.contextmanager
def _quiet_term() -> Iterator[None]:
    """Let SIGTERM end the server without a trace: uvicorn sends it to the process again once all is closed."""
    before = signal.signal(signal.SIGTERM, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def url_of(settings: Settings) -> str:
    """Return the address under which a browser on this machine reaches the studio."""
    if settings.public_url:
        return settings.public_url.rstrip("/") + "/"
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.host, settings.host)  # noqa: S104 - recognised, not bound
    if ":" in host and not host.startswith("["):
        host = f"[{host}]"
    return f"http://{host}:{settings.port}/"


def _open_browser(address: str) -> None:
    import webbrowser

    with contextlib.suppress(webbrowser.Error, OSError):
        webbrowser.open(address)


def _tell(line: str, stream: Any = None) -> None:
    print(line, file=stream or sys.stdout, flush=True)

"""The composition root: the only place where the rooms are wired together.

Nothing heavy is imported before it is needed, so that ``tonmeister --help`` and ``import tonmeister`` answer at once.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tonmeister import __version__
from tonmeister.core.outline import Outline, find_outlines

if TYPE_CHECKING:
    from threading import Event

    from tonmeister.core.capability import Capability, Params, Registry, Result
    from tonmeister.core.errors import TonmeisterError
    from tonmeister.jobs.batch import BatchReport
    from tonmeister.jobs.context import Report
    from tonmeister.jobs.runner import Runner
    from tonmeister.settings import Settings
    from tonmeister.surfaces.rest.studio import Studio

CAPABILITIES = "tonmeister.capabilities"

REGISTRY = "tonmeister.app:registry"
"""Where processes of the studio find its capabilities."""

PREPARER = "prepare"
"""The capability that makes each new sound of the library ready to be seen and heard."""


@functools.cache
def outlines() -> Mapping[str, Outline]:
    """Return names and summaries of all capabilities, none of which is imported."""
    return find_outlines(CAPABILITIES, Path(__file__).resolve().parent / "capabilities")


def registry() -> Registry:
    """Return all capabilities."""
    from tonmeister.core.capability import find_capabilities

    return find_capabilities(importlib.import_module(CAPABILITIES))


def capability(name: str) -> Capability[Any, Any]:
    """Return one capability, importing no other; raise `ChoiceUnknownError` if there is none of that name."""
    outline = outlines().get(name)
    if outline is None:
        return registry()[name]
    declared = importlib.import_module(outline.package).CAPABILITIES
    found: Capability[Any, Any] = next(member for member in declared if member.name == name)
    return found


def open_runner() -> Runner:
    """Return a runner with the settings of the environment."""
    from tonmeister.jobs.runner import Runner
    from tonmeister.settings import read_settings

    return Runner(read_settings(os.environ, folder=Path.cwd()), capability)


def run_here(
    wanted: str | Capability[Any, Any],
    params: Params | Mapping[str, Any],
    *,
    output: str | Path | None = None,
    overwrite: bool = False,
    on_progress: Report | None = None,
    cancel: Event | None = None,
) -> Result:
    """Run a capability in this process and return its result."""
    found = capability(wanted) if isinstance(wanted, str) else wanted
    return open_runner().run_here(
        found, params, output=output, overwrite=overwrite, on_progress=on_progress, cancel=cancel
    )


def run_batch(
    wanted: str | Capability[Any, Any],
    items: Sequence[Params | Mapping[str, Any]],
    *,
    output: str | Path | None = None,
    overwrite: bool = False,
    on_progress: BatchReport | None = None,
    cancel: Event | None = None,
) -> list[Result | TonmeisterError]:
    """Run a capability on many items in worker processes; an item that fails gives its error in its place."""
    found = capability(wanted) if isinstance(wanted, str) else wanted
    return open_runner().run_batch(
        found, items, output=output, overwrite=overwrite, on_progress=on_progress, cancel=cancel
    )


def built_in_presets(of: Capability[Any, Any]) -> list[dict[str, Any]]:
    """Return the entries of the catalogue that fit a capability, as the parameters that they stand for."""
    from tonmeister.capabilities.mastering.presets import catalogue

    fields = of.params.model_fields
    return [
        {"name": key, "kind": kind, "title": entry.title, "summary": entry.description, "params": {kind: key}}
        for kind in ("preset", "genre", "platform", "tier")
        if kind in fields
        for key, entry in getattr(catalogue(), kind).items()
    ]


@contextlib.contextmanager
def open_studio(
    settings: Settings, *, known: Registry | None = None, preparer: str | None = PREPARER
) -> Iterator[Studio]:
    """Open database, storage and services of the studio; everything is closed again at the end.

    ``known`` are its capabilities, by default all; ``preparer`` is run on each new sound.
    """
    from tonmeister.jobs.bus import open_bus
    from tonmeister.jobs.drafting import Drafts
    from tonmeister.jobs.workshop import Workshop
    from tonmeister.store.assets import Assets
    from tonmeister.store.blobs import open_blobs
    from tonmeister.store.database import Database, check_folder
    from tonmeister.store.idempotency import Idempotency
    from tonmeister.store.migrate import bring_up, current_revision
    from tonmeister.store.presets import Presets
    from tonmeister.store.uploads import Uploads
    from tonmeister.store.versions import Versions
    from tonmeister.surfaces.rest.studio import Studio, read_secret

    settings.data_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if settings.resolved_database_url.startswith("sqlite"):
        check_folder(settings.data_folder)
    database = Database(settings.resolved_database_url)
    bus = open_bus(settings.bus_url, settings.resolved_database_url)
    try:
        bring_up(database, backups=settings.resolved_backup_folder)
        blobs = open_blobs(settings.resolved_storage_url)
        known = known or registry()
        yield Studio(
            workshop=Workshop(database, blobs, known, settings, bus, preparer=preparer),
            database=database,
            assets=Assets(database),
            versions=Versions(database),
            uploads=Uploads(
                database,
                blobs,
                max_bytes=settings.max_upload_mb << 20,
                quota_bytes=None if settings.upload_quota_mb is None else settings.upload_quota_mb << 20,
                expiry_s=settings.upload_expiry_h * 3600.0,
            ),
            presets=Presets(database),
            idempotency=Idempotency(database),
            drafts=Drafts(database, blobs, known, settings),
            blobs=blobs,
            registry=known,
            settings=settings,
            secret=read_secret(settings.data_folder),
            version=__version__,
            incoming=settings.data_folder / "incoming",
            listening=settings.data_folder / "listening",
            static=Path(__file__).resolve().parent / "static",
            built_in_presets=built_in_presets,
            schema_revision=current_revision(database),
        )
    finally:
        bus.close()
        database.close()


@contextlib.contextmanager
def open_worker(studio: Studio) -> Iterator[None]:
    """Keep a supervisor process running that does the studio's jobs; it is started again whenever it dies."""
    from tonmeister.jobs.bus import LocalBus
    from tonmeister.jobs.running.supervisor_process import SupervisorProcess

    bus = studio.workshop.bus
    process = SupervisorProcess(
        studio.settings,
        REGISTRY,
        bus if isinstance(bus, LocalBus) else None,
        preparer=PREPARER,
        version=__version__,
    )
    process.start()
    try:
        yield
    finally:
        process.stop()


def supervise(settings: Settings, stop: Event) -> None:
    """Do jobs in this process's care until ``stop`` is set."""
    from tonmeister.jobs.running.supervisor import supervise as do_jobs
    from tonmeister.store.database import Database
    from tonmeister.store.migrate import bring_up

    settings.data_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = Database(settings.resolved_database_url)
    try:
        bring_up(database, backups=settings.resolved_backup_folder)  # it may be here before any server
    finally:
        database.close()
    do_jobs(settings, REGISTRY, stop, preparer=PREPARER, version=__version__)


def openapi() -> dict[str, Any]:
    """Return the OpenAPI document of the server, for which none has to run."""
    from tonmeister.surfaces.rest.app import document_of

    return document_of(registry(), __version__)


@functools.cache
def verb(name: str) -> Callable[..., Any]:
    """Return a capability as a function of the library."""
    from tonmeister.surfaces.library import verb as project

    return project(capability(name), open_runner)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line."""
    from tonmeister.surfaces.cli.main import KEEPING
    from tonmeister.surfaces.cli.main import main as run

    given = sys.argv[1:] if arguments is None else arguments
    return run(
        given,
        outlines=outlines(),
        find=capability,
        open_runner=open_runner,
        version=__version__,
        services={
            "doctor": _doctor,
            "mcp": _mcp,
            "serve": _serve,
            "work": _work,
            **{name: functools.partial(_keep, name) for name in KEEPING},
        },
    )


def _doctor(arguments: Sequence[str]) -> int:
    from tonmeister.surfaces.cli.doctor import run
    from tonmeister.surfaces.cli.main import OWN_COMMANDS

    static = Path(__file__).resolve().parent / "static"
    return run(arguments, summary=OWN_COMMANDS["doctor"], version=__version__, static=static)


def _keep(command: str, arguments: Sequence[str]) -> int:
    from tonmeister.surfaces.cli.keeping import run
    from tonmeister.surfaces.cli.main import OWN_COMMANDS

    return run(command, arguments, summary=OWN_COMMANDS[command], version=__version__)


def _mcp(arguments: Sequence[str]) -> int:
    from tonmeister.surfaces.cli.assistant import serve_tools

    return serve_tools(arguments, open_runner=open_runner, registry=registry, version=__version__)


def _serve(arguments: Sequence[str]) -> int:
    from tonmeister.surfaces.cli.serve import serve

    return serve(arguments, open_studio=open_studio, open_worker=open_worker)


def _work(arguments: Sequence[str]) -> int:
    from tonmeister.surfaces.cli.serve import work

    return work(arguments, supervise=supervise)

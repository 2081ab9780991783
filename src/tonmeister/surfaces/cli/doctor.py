"""``tonmeister doctor``: whether all that the studio needs is there, each with what to do where it is not."""

from __future__ import annotations

import argparse
import dataclasses
import importlib.metadata
import importlib.util
import json
import os
import platform
import shutil
import socket
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit
from urllib.request import url2pathname

from tonmeister.core.errors import TonmeisterError
from tonmeister.core.extras import how_to_install
from tonmeister.surfaces.cli.parser import Parser
from tonmeister.surfaces.cli.show import print_line, print_table

if TYPE_CHECKING:
    from tonmeister.settings import Settings

FAILED = 1
"""Exit code when something fails; warnings alone leave it at 0."""

LITTLE_GB, VERY_LITTLE_GB = 5.0, 0.5
OLD_BACKUP_S = 2 * 86400.0


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    part: str
    state: Literal["ok", "warn", "fail"]
    note: str
    remedy: str = ""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("--data-folder", metavar="FOLDER", help="Where database and files lie.")
    parser.add_argument("--json", action="store_true", help="Print the findings as JSON on standard output.")


def run(arguments: Sequence[str], *, summary: str, version: str, static: Path) -> int:
    """Look at everything, print what was found, and return the exit code."""
    parser = Parser(prog="tonmeister doctor", description=summary, allow_abbrev=False)
    add_options(parser)
    try:
        options = parser.parse_known_only(arguments)
    except SystemExit as end:  # argparse has printed the help
        return int(end.code or 0)
    findings = [*_program(version), *_studio(options, static)]
    if options.json:
        print_line(json.dumps([dataclasses.asdict(finding) for finding in findings], indent=2, ensure_ascii=False))
    else:
        print_table(("part", "state", "note"), [(finding.part, finding.state, finding.note) for finding in findings])
        for finding in findings:
            if finding.remedy:
                print_line(f"{finding.part}: {finding.remedy}")
    return FAILED if any(finding.state == "fail" for finding in findings) else 0


def _program(version: str) -> Iterator[Finding]:
    yield Finding("tonmeister", "ok", version)
    is_known = sys.version_info >= (3, 11)
    yield Finding(
        "python",
        "ok" if is_known else "fail",
        f"{platform.python_version()}, {platform.platform(terse=True)}",
        "" if is_known else "Install Python 3.11 or later.",
    )
    yield _kernels()
    for package, use in (
        ("numpy", "arithmetic"),
        ("soundfile", "FLAC, MP3, Ogg, Opus"),
        ("soxr", "sample rates"),
        ("lameenc", "MP3 encoding"),
    ):
        found = _version(package)
        remedy = "" if found else f"Install it: pip install {package}."
        yield Finding(package, "ok" if found else "fail", f"{found or 'missing'}: {use}", remedy)
    av = _version("av")
    yield Finding(
        "av (optional)",
        "ok" if av else "warn",
        f"{av or 'not installed'}: M4A/AAC and other containers, in a process of its own",
        "" if av else how_to_install("aac"),
    )


def _kernels() -> Finding:
    from tonmeister.dsp import native

    try:
        native.library()
    except OSError as error:
        return Finding("kernels", "fail", str(error), "Build them: python tools/build_kernels.py.")
    variant = "avx2" if native.library() is not native.library("base") else "base"
    return Finding("kernels", "ok", f"{variant}, compiled for {platform.machine()}")


def _version(package: str) -> str | None:
    return importlib.metadata.version(package) if importlib.util.find_spec(package) else None


def _studio(options: argparse.Namespace, static: Path) -> Iterator[Finding]:
    from tonmeister.surfaces.cli.keeping import read

    try:
        settings, sources = read(options)
    except TonmeisterError as error:
        yield _failed("settings", error)
        return
    yield Finding("settings", "ok", f"{len(sources)} set, the others at their defaults")
    checks: list[tuple[str, Callable[[Settings], Iterable[Finding]]]] = [
        ("address", _address),
        ("data folder", _data_folder),
        ("database", _database),
        ("storage", _storage),
        ("backups", _backups),
        ("backup folder", _backup_folder),
        ("services", _services),
    ]
    for part, look in checks:
        try:
            yield from look(settings)
        except TonmeisterError as error:
            yield _failed(part, error)
        except OSError as error:
            yield Finding(part, "fail", str(error), "Check the settings: tonmeister settings.")
    is_built = (static / "index.html").is_file()
    yield Finding(
        "web page",
        "ok" if is_built else "warn",
        "built" if is_built else "not built: the server works, the studio in the browser does not",
        "" if is_built else "Build it: python tools/build_web.py.",
    )


def _failed(part: str, error: TonmeisterError) -> Finding:
    return Finding(part, "fail", error.message, error.remedy or "")


def _address(settings: Settings) -> Iterator[Finding]:
    from tonmeister.surfaces.rest.security import check_opening

    check_opening(settings)
    yield Finding("address", "ok", f"{settings.host}, port {settings.port}")


def _data_folder(settings: Settings) -> Iterator[Finding]:
    from tonmeister.store.room import find_shortage

    folder = settings.data_folder
    place = next(path for path in (folder, *folder.parents) if path.exists())
    if not place.is_dir() or not os.access(place, os.W_OK | os.X_OK):
        yield Finding(
            "data folder", "fail", f"{folder} cannot be written to", "Choose another: TONMEISTER_DATA_FOLDER=…"
        )
        return
    yield Finding("data folder", "ok", str(folder) if folder.exists() else f"{folder}, made at the first start")
    free_gb = shutil.disk_usage(place).free / 1e9
    shortage = find_shortage(settings)
    state: Literal["ok", "warn", "fail"] = "ok" if free_gb >= LITTLE_GB else "warn"
    yield Finding(
        "disk space",
        "fail" if free_gb < VERY_LITTLE_GB else state,
        f"{free_gb:.1f} GB free"
        + ("" if shortage is None else f": jobs wait until {shortage.needed_bytes / 1e6:.0f} MB are"),
        "" if state == "ok" else "Free some space: a song takes about ten times its file while it is mastered.",
    )


def _database(settings: Settings) -> Iterator[Finding]:
    import sqlalchemy as sa
    from sqlalchemy.engine import make_url

    from tonmeister.settings import mask_url
    from tonmeister.store import migrate
    from tonmeister.store.database import Database, check_folder

    url = settings.resolved_database_url
    if url.startswith("sqlite"):
        file = Path(make_url(url).database or "")
        check_folder(next(path for path in (file.parent, *file.parent.parents) if path.exists()))
        if not file.exists():
            yield Finding("database", "ok", f"{file}, made at the first start")
            return
    database = Database(url)
    try:
        revision = migrate.current_revision(database)
        if revision is not None and revision not in migrate.revisions():
            yield Finding(
                "database", "fail", f"made by a newer version: schema {revision}", "Install that version again."
            )
        elif revision != migrate.head_revision():
            yield Finding("database", "ok", f"{mask_url(url)}, migrated from {revision or 'nothing'} at the next start")
        else:
            yield Finding("database", "ok", f"{mask_url(url)}, schema {revision}")
    except sa.exc.SQLAlchemyError as error:
        first = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
        yield Finding("database", "fail", f"does not answer: {first}", "Start it, or correct TONMEISTER_DATABASE_URL.")
    finally:
        database.close()
    if (
        not database.is_sqlite
        and shutil.which("pg_dump") is None
        and not list(Path("/usr/lib/postgresql").glob("*/bin/pg_dump"))
    ):
        yield Finding("pg_dump", "fail", "missing: no backup, and so no migration", "Install postgresql-client.")


def _storage(settings: Settings) -> Iterator[Finding]:
    from tonmeister.settings import mask_url
    from tonmeister.store.blobs import open_blobs
    from tonmeister.store.blobs_disk import DiskBlobs

    blobs = open_blobs(settings.resolved_storage_url)
    if isinstance(blobs, DiskBlobs) and not blobs.folder.exists():
        yield Finding("storage", "ok", f"{blobs.folder}, made at the first start")
        return
    blobs.check()
    yield Finding("storage", "ok", mask_url(settings.resolved_storage_url))


def _backups(settings: Settings) -> Iterator[Finding]:
    from datetime import datetime

    from tonmeister.store.backup import every_backup
    from tonmeister.store.dump import read_manifest

    folder = settings.resolved_backup_folder
    manifests = [read_manifest(path) for path in every_backup(folder)]
    whole = [manifest for manifest in manifests if manifest.blobs is not None]
    if not whole:
        yield Finding("backups", "warn", "none yet; the studio makes one every day", "Make one now: tonmeister backup.")
        return
    age_s = time.time() - datetime.fromisoformat(whole[-1].made_at).timestamp()
    is_old = age_s > OLD_BACKUP_S
    yield Finding(
        "backups",
        "warn" if is_old else "ok",
        f"{len(whole)} in {folder}, the last of {whole[-1].made_at}",
        "Make one now: tonmeister backup." if is_old else "",
    )


def _backup_folder(settings: Settings) -> Iterator[Finding]:
    """Tell where backups would be lost together with what they are backups of."""
    folder = settings.resolved_backup_folder
    kept = [settings.data_folder] if settings.resolved_database_url.startswith("sqlite") else []
    if settings.resolved_storage_url.startswith("file"):
        kept.append(Path(url2pathname(urlsplit(settings.resolved_storage_url).path)))
    if any(own in (folder, *folder.parents) for own in (settings.data_folder, *kept)):
        where = "in the studio's own folder"
    elif any(_device(own) == _device(folder) for own in kept):
        where = "on the same disk as the studio"
    else:
        yield Finding("backup folder", "ok", str(folder))
        return
    yield Finding(
        "backup folder",
        "warn",
        f"{where} ({folder}): what destroys the one destroys the other",
        "Name a folder of another disk: TONMEISTER_BACKUP_FOLDER=…",
    )


def _device(path: Path) -> int:
    """Return the disk that a path lies on, or would lie on."""
    return next(place for place in (path, *path.parents) if place.exists()).stat().st_dev


def _services(settings: Settings) -> Iterator[Finding]:
    services = (("broker", settings.broker_url, "BROKER_URL"), ("bus", settings.bus_url, "BUS_URL"))
    for part, url, variable in services:
        if url is None or url == "postgresql":
            continue
        address = urlsplit(url)
        port = address.port or (5672 if address.scheme.startswith("amqp") else 6379)
        try:
            with socket.create_connection((address.hostname or "127.0.0.1", port), timeout=3):
                yield Finding(part, "ok", f"{address.hostname}:{port} answers")
        except OSError as error:
            yield Finding(
                part,
                "fail",
                f"{address.hostname}:{port} does not answer: {error.strerror or error}",
                f"Start it, or correct TONMEISTER_{variable}.",
            )

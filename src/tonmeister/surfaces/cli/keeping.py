"""Commands that look after what the studio keeps: ``backup``, ``restore``, ``check``, ``settings``."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tonmeister.core.errors import EXIT_CODES, FileMissingError
from tonmeister.surfaces.cli.parser import Parser
from tonmeister.surfaces.cli.show import print_line, print_table

if TYPE_CHECKING:
    from tonmeister.settings import Settings
    from tonmeister.store.blobs import Blobs
    from tonmeister.store.database import Database

NOT_WHOLE = EXIT_CODES["CHECKSUM_MISMATCH"]
"""Exit code when something that should be kept is missing or damaged."""


def add_options(parser: argparse.ArgumentParser, command: str) -> None:
    """Add the options of one of these commands."""
    if command == "backup":
        parser.add_argument("--list", action="store_true", help="List the backups that there are.")
    if command == "restore":
        parser.add_argument("name", nargs="?", metavar="NAME", help="Which backup; by default the last whole one.")
    if command in ("backup", "check", "restore"):
        parser.add_argument("--folder", metavar="FOLDER", help="Where backups lie, instead of the setting.")
    if command == "check":
        parser.add_argument("--quick", action="store_true", help="Do not read the files, only look at their sizes.")
        parser.add_argument("--repair", action="store_true", help="Put missing and damaged files back from backups.")
    if command != "settings":
        parser.add_argument("--data-folder", metavar="FOLDER", help="Where database and files lie.")
    parser.add_argument("--json", action="store_true", help="Print the result as JSON on standard output.")


def run(command: str, arguments: Sequence[str], *, summary: str, version: str) -> int:
    """Run one of these commands and return the exit code."""
    parser = Parser(prog=f"tonmeister {command}", description=summary, allow_abbrev=False)
    add_options(parser, command)
    try:
        options = parser.parse_known_only(arguments)
    except SystemExit as end:  # argparse has printed the help
        return int(end.code or 0)
    work: dict[str, Callable[[argparse.Namespace, str], int]] = {
        "backup": _backup,
        "restore": _restore,
        "check": _check,
        "settings": _settings,
    }
    return work[command](options, version)


def read(options: argparse.Namespace) -> tuple[Settings, dict[str, str]]:
    """Return the settings, and where each that was set comes from."""
    from tonmeister.settings import read_with_sources

    given = getattr(options, "data_folder", None)
    environment = {**os.environ, **({"TONMEISTER_DATA_FOLDER": given} if given else {})}
    return read_with_sources(environment, folder=Path.cwd())


def _backup(options: argparse.Namespace, version: str) -> int:
    from tonmeister.store.backup import backup, every_backup
    from tonmeister.store.dump import read_manifest

    settings, _ = read(options)
    folder = _backup_folder(settings, options)
    if options.list:
        known = [(path.name, read_manifest(path)) for path in every_backup(folder)]
        if options.json:
            _print_json([{"name": name, **dataclasses.asdict(manifest)} for name, manifest in known])
        else:
            rows = [
                (name, manifest.version or "–", "–" if manifest.blobs is None else str(len(manifest.blobs)))
                for name, manifest in known
            ]
            print_table(("backup", "version", "files"), rows)
        return 0
    with _opened(settings) as (database, blobs), _shown("backup") as report:
        made = backup(database, blobs, folder, keep_days=settings.backup_keep_days, version=version, report=report)
    manifest = made.manifest
    if options.json:
        _print_json({
            "folder": str(made.folder), "n_files": len(manifest.blobs or ()), "n_copied": made.n_copied,
            "copied_bytes": made.copied_bytes, "n_removed": made.n_removed, "missing": list(manifest.missing),
        })  # fmt: skip
    else:
        print_line(f"Backup: {made.folder}")
        print_line(
            f"The database ({_size(manifest.database_size_bytes)}) and {len(manifest.blobs or ())} files, "
            f"{made.n_copied} of them new ({_size(made.copied_bytes)})."
        )
        if made.n_removed:
            print_line(f"Removed {made.n_removed} backups older than {settings.backup_keep_days} days.")
        for sha256 in manifest.missing:
            print_line(f"Missing or damaged in storage, and so not backed up now: {sha256}")
    return NOT_WHOLE if manifest.missing else 0


def _restore(options: argparse.Namespace, version: str) -> int:
    from tonmeister.store.backup import restore
    from tonmeister.store.blobs import open_blobs
    from tonmeister.store.database import Database

    del version
    settings, _ = read(options)
    settings.data_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = Database(settings.resolved_database_url)
    try:
        with _shown("restore") as report:
            done = restore(
                database,
                open_blobs(settings.resolved_storage_url),
                _backup_folder(settings, options),
                options.name,
                report=report,
            )
    finally:
        database.close()
    point = done.restore_point.name if done.restore_point else None
    aside = str(done.aside) if done.aside else None
    if options.json:
        _print_json(
            {"made_at": done.manifest.made_at, "n_files": done.n_files, "restore_point": point, "set_aside": aside}
        )
        return 0
    print_line(f"The studio is as it was at {done.manifest.made_at}; {done.n_files} files were put back.")
    if aside:
        print_line(f"The damaged database is kept in {aside}")
    if point:
        print_line(f"To go back to how it was just now: tonmeister restore {point}")
    return 0


def _check(options: argparse.Namespace, version: str) -> int:
    from tonmeister.store.backup import repair
    from tonmeister.store.check import check

    del version
    settings, _ = read(options)
    with _opened(settings) as (database, blobs), _shown("check") as report:
        found = check(database, blobs, with_content=not options.quick, report=report)
        if options.repair and (found.missing or found.damaged):
            harmed = {*found.missing, *found.damaged}
            n_lost = len(repair(blobs, _backup_folder(settings, options), sorted(harmed)))
            if not options.json:
                print_line(f"Put back {len(harmed) - n_lost} of {len(harmed)} files.")
            found = check(database, blobs, with_content=not options.quick, report=report)
    if options.json:
        _print_json({**dataclasses.asdict(found), "is_whole": found.is_whole})
        return 0 if found.is_whole else NOT_WHOLE
    print_line(f"{found.n_assets} assets, {found.n_files} files, {_size(found.n_bytes)}.")
    for title, lines in (
        ("Wrong in the database:", found.faults),
        ("Files that assets name and storage lacks:", found.missing),
        ("Files whose content is another:", found.damaged),
    ):
        for number, line in enumerate(lines):
            print_line(line if number else f"{title}\n{line}")
    if found.orphans:
        print_line(f"{len(found.orphans)} files without a reference; the daily clean-up removes them.")
    if found.faults:
        print_line("Bring the database of the last backup back with: tonmeister restore")
    if found.missing or found.damaged:
        print_line("Put files back from the backups with: tonmeister check --repair")
    if found.is_whole:
        print_line("All is whole.")
    return 0 if found.is_whole else NOT_WHOLE


def _settings(options: argparse.Namespace, version: str) -> int:
    from tonmeister.settings import mask_url, shown

    del version
    settings, sources = read(options)
    values = shown(settings)
    values |= {
        "database_url": values["database_url"] or mask_url(settings.resolved_database_url),
        "storage_url": values["storage_url"] or mask_url(settings.resolved_storage_url),
        "backup_folder": values["backup_folder"] or str(settings.resolved_backup_folder),
        "n_job_slots": values["n_job_slots"] or str(settings.n_slots),
        "n_workers": values["n_workers"] or str(settings.n_cores),
    }
    if options.json:
        _print_json({name: {"value": value, "from": sources.get(name, "default")} for name, value in values.items()})
    else:
        print_table(
            ("setting", "value", "from"),
            [(name, value, sources.get(name, "default")) for name, value in values.items()],
        )
    return 0


def _backup_folder(settings: Settings, options: argparse.Namespace) -> Path:
    return Path(options.folder).expanduser().resolve() if options.folder else settings.resolved_backup_folder


@contextlib.contextmanager
def _opened(settings: Settings) -> Iterator[tuple[Database, Blobs]]:
    """Open a studio that exists, of the schema of this version."""
    from sqlalchemy.engine import make_url

    from tonmeister.store.blobs import open_blobs
    from tonmeister.store.database import Database
    from tonmeister.store.migrate import bring_up

    url = settings.resolved_database_url
    file = make_url(url).database
    if url.startswith("sqlite") and not (file and Path(file).is_file()):
        raise FileMissingError(
            f"There is no studio in {str(settings.data_folder)!r}.",
            field="data_folder",
            value=str(settings.data_folder),
            remedy="Start one with 'tonmeister serve', or name its folder with --data-folder.",
        )
    database = Database(url)
    try:
        bring_up(database, backups=settings.resolved_backup_folder)
        yield database, open_blobs(settings.resolved_storage_url)
    finally:
        database.close()


@contextlib.contextmanager
def _shown(label: str) -> Iterator[Callable[[float, str], None]]:
    from tonmeister.surfaces.progress import meter

    with meter([label], "bar" if sys.stderr.isatty() else "none") as display:
        yield lambda percent, message: display.show(0, percent / 100.0, message)


def _print_json(value: Any) -> None:
    print_line(json.dumps(value, indent=2, ensure_ascii=False))


def _size(n_bytes: int) -> str:
    return f"{n_bytes / 1e9:.2f} GB" if n_bytes >= 1e9 else f"{n_bytes / 1e6:.1f} MB"

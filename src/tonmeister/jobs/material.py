"""Which material a job takes, and whose versions its products are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from tonmeister.core.errors import CombinationError
from tonmeister.jobs.keys import asset_refs, texts_within
from tonmeister.jobs.plans import STUDIO
from tonmeister.store.tables import JOB_ASSETS
from tonmeister.store.versions import add_version, check_base

if TYPE_CHECKING:
    from tonmeister.core.capability import Capability, Registry
    from tonmeister.jobs.book.ledger import Change
    from tonmeister.jobs.records import PlannedStep


def note_material(change: Change, registry: Registry, job_id: str, steps: Sequence[PlannedStep]) -> None:
    """Write which assets the steps of a new job take."""
    taken = {
        ref
        for step in steps
        if not step.capability.startswith(STUDIO)
        for ref in asset_refs(registry[step.capability], step.params)
    }
    if taken:
        change.connection.execute(sa.insert(JOB_ASSETS), [{"asset_id": ref, "job_id": job_id} for ref in sorted(taken)])


def songs_of(capability: Capability[Any, Any], params: Mapping[str, Any]) -> list[str]:
    """Return the material that the work is about: what its first parameter for material names.

    Later ones only serve it: the reference of a master is not what is mastered.
    """
    field = next(iter(capability.asset_fields()), None)
    value = params.get(field) if field is not None else None
    return [value] if isinstance(value, str) else list(value or ())


def sources_of(
    capability: Capability[Any, Any],
    params: Mapping[str, Any],
    result: Mapping[str, Any],
    products: Sequence[Mapping[str, Any]],
) -> dict[str, str]:
    """Return for each product the piece of material that it was made from: its own, or else the first."""
    songs = songs_of(capability, params)
    if not songs:
        return {}
    found = {str(product["asset_id"]): songs[0] for product in products}
    for song, _, files in _parts(capability, songs, result, list(found)):
        found |= dict.fromkeys(files, song)
    return found


def note_versions(
    change: Change,
    capability: Capability[Any, Any],
    params: Mapping[str, Any],
    result: Mapping[str, Any],
    products: Sequence[Mapping[str, Any]],
    *,
    job_id: str,
    is_newest: bool = False,
) -> None:
    """Keep what was made as versions of the material, with parameters and result; see `add_version`."""
    songs = songs_of(capability, params)
    file_ids = [str(product["asset_id"]) for product in products]
    parts = list(_parts(capability, songs, result, file_ids))
    for song, part, files in parts or [(song, result, file_ids) for song in dict.fromkeys(songs)]:
        add_version(
            change.connection,
            asset_id=song,
            capability=capability.name,
            params=params,
            result=part,
            job_id=job_id,
            file_ids=files,
            now=change.now,
            is_newest=is_newest,
        )


def check_continues(
    change: Change, capability: Capability[Any, Any], params: Mapping[str, Any], base_version: str | None
) -> None:
    """Raise `RevisionError` if the song has a newer version than the one that this work continues."""
    if base_version is None:
        return
    songs = songs_of(capability, params)
    if len(songs) != 1:
        raise CombinationError(
            f"base_version is for work on one song; {capability.name} takes {len(songs) or 'none'} here.",
            field="base_version",
            value=base_version,
            remedy="Leave base_version out.",
        )
    check_base(change.connection, songs[0], capability.name, base_version)


def _parts(
    capability: Capability[Any, Any], songs: Sequence[str], result: Mapping[str, Any], file_ids: Sequence[str]
) -> Iterator[tuple[str, Mapping[str, Any], list[str]]]:
    """Go through songs, each with its part of the result and the files that this part names."""
    parts = result.get(capability.parts) if capability.parts is not None else None
    if parts is None or len(parts) != len(songs):
        return
    for song, part in zip(songs, parts, strict=True):
        named = set(texts_within(part))
        yield song, part, [file_id for file_id in file_ids if file_id in named]

"""Names of results by their content: the same work on the same material has the same key."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tonmeister.jobs.context import work_seed

if TYPE_CHECKING:
    from tonmeister.core.capability import Capability, Params


@dataclass(frozen=True)
class AssetFacts:
    """What a job must know of an asset to read it."""

    sha256: str
    name: str
    media_type: str
    size_bytes: int


def asset_refs(capability: Capability[Any, Any], params: Mapping[str, Any]) -> list[str]:
    """Return the references to assets in raw parameters, in the order of the fields."""
    found: list[str] = []
    for name in capability.asset_fields():
        value = params.get(name)
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, list | tuple):
            found.extend(item for item in value if isinstance(item, str))
    return found


def content_key(
    capability: Capability[Any, Any], params: Params, facts: Mapping[str, AssetFacts], seed: str | None = None
) -> str:
    """Return the key of the result: SHA-256 over the capability, its version, the parameters, the inputs, the seed.

    An input counts by its content and its name, for names become part of results. Both the parameters given and all
    of them with their defaults count: a capability may treat what was asked for differently from a default. Work that
    cannot be repeated has a new key each time.
    """

    def named(values: dict[str, Any]) -> dict[str, Any]:
        for field in capability.asset_fields():
            value = values.get(field)
            if isinstance(value, str):
                values[field] = _content(facts, value)
            elif isinstance(value, list):
                values[field] = [_content(facts, item) for item in value]
        return values

    material = {
        "capability": capability.name,
        "version": capability.version,
        "given": named(params.model_dump(mode="json", exclude_unset=True)),
        "all": named(params.model_dump(mode="json")),
        "seed": work_seed(capability, params) if seed is None else seed,
    }
    if not capability.is_repeatable:
        material["once"] = secrets.token_hex(16)
    return hashlib.sha256(json.dumps(material, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _content(facts: Mapping[str, AssetFacts], ref: str) -> list[str]:
    return [facts[ref].sha256, facts[ref].name]


def comparable(version: str) -> str:
    """Return a version whose numbers are padded, so that text order is the order of versions."""
    return ".".join(part.zfill(6) for part in version.split("."))


def with_names_replaced(value: Any, names: Mapping[str, str]) -> Any:
    """Return JSON data in which every text that is a key of ``names`` is replaced by its value."""
    if isinstance(value, str):
        return names.get(value, value)
    if isinstance(value, list):
        return [with_names_replaced(item, names) for item in value]
    if isinstance(value, dict):
        return {key: with_names_replaced(item, names) for key, item in value.items()}
    return value


def texts_within(data: Any) -> Iterator[str]:
    """Yield all texts of plain data, however deep they lie."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, Mapping):
        for value in data.values():
            yield from texts_within(value)
    elif isinstance(data, list | tuple):
        for value in data:
            yield from texts_within(value)

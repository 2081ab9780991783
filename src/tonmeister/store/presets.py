"""A user's own named sets of parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from tonmeister.core.errors import NameTakenError, PresetMissingError
from tonmeister.store.database import Database, make_id
from tonmeister.store.names import check_name
from tonmeister.store.tables import PRESETS


@dataclass(frozen=True)
class Preset:
    """Parameters of a capability under a name."""

    id: str
    capability: str
    name: str
    params: dict[str, Any]
    owner: str | None
    created_at: float


class Presets:
    """The presets in a database."""

    def __init__(self, database: Database):
        self._database = database

    def add(self, capability: str, name: str, params: Mapping[str, Any], *, owner: str | None = None) -> Preset:
        """Keep parameters under a name that is free; raise `NameTakenError` if it is not."""
        preset_id, name = make_id(), check_name(name, longest=128)
        try:
            with self._database.write() as connection:
                connection.execute(
                    sa.insert(PRESETS).values(
                        id=preset_id,
                        capability=capability,
                        name=name,
                        params=dict(params),
                        owner=owner,
                        created_at=self._database.now(connection),
                    )
                )
        except IntegrityError:
            raise NameTakenError(
                f"There is a preset {name!r} already.",
                field="name",
                value=name,
                remedy="Choose another name, or delete that preset first.",
            ) from None
        return self.get(preset_id)

    def get(self, preset_id: str) -> Preset:
        """Return a preset; raise `PresetMissingError` if there is none."""
        with self._database.read() as connection:
            row = connection.execute(sa.select(PRESETS).where(PRESETS.c.id == preset_id)).mappings().first()
        if row is None:
            raise _missing(preset_id)
        return _record(row)

    def every(self, capability: str | None = None) -> list[Preset]:
        """Return all presets, or those of one capability, by name."""
        query = sa.select(PRESETS).order_by(PRESETS.c.capability, sa.func.lower(PRESETS.c.name), PRESETS.c.id)
        if capability is not None:
            query = query.where(PRESETS.c.capability == capability)
        with self._database.read() as connection:
            return [_record(row) for row in connection.execute(query).mappings()]

    def remove(self, preset_id: str) -> None:
        """Remove a preset; raise `PresetMissingError` if there is none."""
        with self._database.write() as connection:
            if connection.execute(sa.delete(PRESETS).where(PRESETS.c.id == preset_id)).rowcount != 1:
                raise _missing(preset_id)


def _record(row: Any) -> Preset:
    return Preset(**{name: row[name] for name in Preset.__dataclass_fields__})


def _missing(preset_id: str) -> PresetMissingError:
    return PresetMissingError(
        f"There is no preset {preset_id[:80]!r}.",
        field="preset_id",
        value=preset_id[:80],
        remedy="Ask for the list of presets.",
    )

"""Steps that many tests ask for of the same songs: done once, then delivered anew from what was kept.

Only steps of other work are kept: who tests a capability itself runs it. A step is known by its capability, its
parameters, and name and content of its material; what it delivers is copied into the folder of the work that asks.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from tonmeister.core.capability import Capability
from tonmeister.core.context import Context

STEPS = ("analyze", "separate")
"""What takes long, of the steps that capabilities share."""


@dataclass(frozen=True)
class Kept(Capability[Any, Any]):
    """A capability whose results are kept in a folder."""

    folder: Path = Path()

    def load(self) -> Callable[[Any, Context], Any]:
        """Return a function that does the work, or delivers what it made before."""
        return self._recall

    def _recall(self, params: Any, ctx: Context) -> Any:
        place = self.folder / self._key(params, ctx)
        told = place / "result.json"
        if not told.exists():
            result = super().load()(params, ctx)
            place.mkdir(parents=True, exist_ok=True)
            data, names = _taken(json.loads(result.model_dump_json()), ctx, place)
            told.write_text(json.dumps([data, names]))
            return result
        ctx.progress(0.0, "recall")
        data, names = json.loads(told.read_text())
        refs = {}
        for number, name in enumerate(names):
            file = Path(shutil.copy(place / str(number), ctx.folder / f"kept-{number}"))
            refs[f"kept:{number}"] = ctx.publish(file, name)
        ctx.progress(1.0, "done")
        return self.result.model_validate(_changed(data, lambda text: refs.get(text, text)))

    def _key(self, params: Any, ctx: Context) -> str:
        digest = hashlib.sha256(f"{self.name}/{self.version}/".encode())
        wishes = params.model_dump(mode="json")
        for name in self.asset_fields():
            ref = wishes.pop(name)
            if ref is not None:
                digest.update(ctx.label(ref).encode() + b"/" + ctx.fetch(ref).read_bytes())
        digest.update(json.dumps(wishes, sort_keys=True).encode())
        return digest.hexdigest()


def keep(capability: Capability[Any, Any], folder: Path) -> Capability[Any, Any]:
    """Return the capability, or one that keeps what it does if it is a step that takes long."""
    if capability.name not in STEPS:
        return capability
    return Kept(**{field.name: getattr(capability, field.name) for field in fields(capability)}, folder=folder)


def _taken(data: Any, ctx: Context, place: Path) -> tuple[Any, list[str]]:
    """Copy the files that a result names into ``place``; return it with numbers for them, and their names."""
    names: list[str] = []

    def take(text: str) -> str:
        if not text.startswith("/") or not (path := Path(text)).is_file() or path.parent == ctx.folder:
            return text
        shutil.copy(path, place / str(len(names)))
        names.append(path.name)
        return f"kept:{len(names) - 1}"

    return _changed(data, take), names


def _changed(data: Any, change: Callable[[str], str]) -> Any:
    if isinstance(data, str):
        return change(data)
    if isinstance(data, dict):
        return {name: _changed(value, change) for name, value in data.items()}
    if isinstance(data, list):
        return [_changed(value, change) for value in data]
    return data

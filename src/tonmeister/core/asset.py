"""References to material: a path in the library and on the command line, an asset's id on the server."""

from __future__ import annotations

import os
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema


def _to_text(value: Any) -> Any:
    return os.fspath(value) if isinstance(value, os.PathLike) else value


AssetRef = Annotated[
    str,
    BeforeValidator(_to_text),
    WithJsonSchema({"type": "string", "format": "asset", "minLength": 1}),
]
"""Names one piece of material. What it means is the context's business: `Context.fetch` makes it a readable file."""

"""Write docs/reference/openapi.json, from which the browser studio's client is generated. A test compares."""

from __future__ import annotations

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from tonmeister import app as composition  # noqa: E402

TARGET = ROOT / "docs" / "reference" / "openapi.json"


def document() -> str:
    """Return the OpenAPI document of the server as text."""
    return json.dumps(composition.openapi(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    TARGET.write_text(document(), encoding="utf-8")

"""Write src/tonmeister/__init__.pyi: the library's functions with their types, for editors and type checkers.

The functions are made when they are asked for, so no source says what they take. A test runs this and compares.
"""

from __future__ import annotations

import subprocess
import sys
import types
import typing
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from tonmeister import app  # noqa: E402
from tonmeister.core.capability import Capability  # noqa: E402
from tonmeister.surfaces.options import options_of  # noqa: E402

HEAD = '''"""Written by tools/build_stub.py; a test compares."""

from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from typing import Any, Literal, overload

from tonmeister.core.errors import TonmeisterError
'''
SINGLE = "progress: Callable[[float, str], None] | bool | None = None"
BATCH = "progress: Callable[[int, float, str], None] | bool | None = None"


class Stub:
    """Collects the functions and the models that they name."""

    def __init__(self) -> None:
        self.imports: dict[str, set[str]] = {}

    def name(self, model: type) -> str:
        """Return the name of a model and note that it must be imported."""
        self.imports.setdefault(model.__module__, set()).add(model.__name__)
        return model.__name__

    def type_text(self, annotation: Any) -> str:
        """Return an annotation as a caller may fill it: paths for material, mappings for models, one for many."""
        origin, parts = get_origin(annotation), get_args(annotation)
        if origin is typing.Annotated:
            is_asset = any(getattr(mark, "json_schema", {}).get("format") == "asset" for mark in parts[1:] if mark)
            return "_Asset" if is_asset else self.type_text(parts[0])
        if origin in (typing.Union, types.UnionType):
            return " | ".join(self.type_text(part) for part in parts)
        if origin is Literal:
            return f"Literal[{', '.join(repr(part) for part in parts)}]"
        if origin is tuple and parts[-1] is not Ellipsis:
            return f"tuple[{', '.join(self.type_text(part) for part in parts)}]"
        if origin in (tuple, list):
            item = self.type_text(parts[0])
            return f"{item} | Sequence[{item}]"
        if annotation is type(None):
            return "None"
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            return f"{self.name(annotation)} | Mapping[str, Any]"
        return annotation.__name__ if isinstance(annotation, type) else "Any"

    def function(self, capability: Capability) -> str:
        """Return the definition, or the two overloads where a list as first input makes a batch."""
        result = self.name(capability.result)
        if capability.batch_field is None:
            return self._definition(capability, "", SINGLE, result)
        single = self._definition(capability, "", SINGLE, result)
        batch = self._definition(
            capability, "list[_Asset] | tuple[_Asset, ...]", BATCH, f"list[{result} | TonmeisterError]"
        )
        return f"@overload\n{single}@overload\n{batch}"

    def _definition(self, capability: Capability, first: str, progress: str, result: str) -> str:
        by_position = {option.path[0] for option in options_of(capability) if option.is_positional}
        lines, star = [], False
        fields = capability.params.model_fields.items()
        for name, info in sorted(fields, key=lambda field: field[0] not in by_position):
            if name not in by_position and not star:
                lines.append("*")
                star = True
            annotation = typing.get_type_hints(capability.params, include_extras=True)[name]
            text = first if first and name == capability.batch_field else self.type_text(annotation)
            is_needed = info.is_required() or (first and name == capability.batch_field)
            lines.append(f"{name}: {text}" + ("" if is_needed else " = ..."))
        lines += [] if star else ["*"]
        lines += ["output: str | PathLike[str] | None = None", "overwrite: bool = False", progress]
        return f"def {capability.name}({', '.join(lines)},) -> {result}: ...\n"


def stub_text() -> str:
    """Return the stub, formatted."""
    stub = Stub()
    functions = [stub.function(capability) for capability in app.registry().values()]
    imports = [f"from {module} import {', '.join(sorted(names))}\n" for module, names in sorted(stub.imports.items())]
    text = HEAD + "".join(imports) + "\n_Asset = str | PathLike[str]\n\n__version__: str\n\n" + "\n".join(functions)
    folder = ROOT / "src" / "tonmeister"
    for step in (["check", "--select", "I", "--fix", "--quiet", "--exit-zero"], ["format", "--quiet"]):
        command = [sys.executable, "-m", "ruff", *step, "--stdin-filename", str(folder / "__init__.pyi"), "-"]
        text = subprocess.run(command, input=text, capture_output=True, text=True, check=True, cwd=ROOT).stdout
    return text


if __name__ == "__main__":
    (ROOT / "src" / "tonmeister" / "__init__.pyi").write_text(stub_text(), encoding="utf-8")
    print("src/tonmeister/__init__.pyi")

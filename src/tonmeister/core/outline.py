"""Names and summaries of the capabilities without importing them.

``tonmeister --help``, tab completion of the module and ``import tonmeister`` must answer at once, but importing every
declaration costs a few hundred milliseconds for the models alone. The declarations are therefore read, not run: the
literal ``Capability(name=..., params=...)`` of each folder, and the docstring of its parameter model. The declaration
stays the only owner of both facts.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Outline:
    """What is known of a capability before it is imported: its name, its summary and the package that declares it."""

    name: str
    summary: str
    package: str
    is_inner: bool = False
    """Whether it is a step of others that few ask for by itself."""


def find_outlines(package: str, folder: Path) -> dict[str, Outline]:
    """Read the declarations below ``folder``, the folder of ``package``, ordered as by `find_capabilities`."""
    found: dict[str, Outline] = {}
    for init in sorted(folder.glob("*/__init__.py")):
        for outline in _read(f"{package}.{init.parent.name}", init):
            if outline.name in found:
                raise ValueError(f"two folders declare the capability {outline.name!r}")
            found[outline.name] = outline
    return dict(sorted(found.items()))


def _read(package: str, init: Path) -> Iterator[Outline]:
    tree = ast.parse(init.read_text(encoding="utf-8"))
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and _last_name(call.func) == "Capability":
            given = {keyword.arg: keyword.value for keyword in call.keywords}
            name, params = given.get("name"), given.get("params")
            if not (isinstance(name, ast.Constant) and isinstance(name.value, str) and isinstance(params, ast.Name)):
                raise ValueError(
                    f"{init}: Capability(...) must name its 'name' as a literal and its 'params' as a class"
                )
            inner = given.get("is_inner")
            is_inner = isinstance(inner, ast.Constant) and inner.value is True
            yield Outline(name.value, _summary(tree, params.id, init), package, is_inner)


def _summary(tree: ast.Module, model: str, init: Path) -> str:
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name == model:
            return (ast.get_docstring(node) or "").partition("\n")[0]
        if (
            isinstance(node, ast.ImportFrom)
            and node.module
            and model in {alias.asname or alias.name for alias in node.names}
        ):
            within = node.module.rpartition(f"{init.parent.name}.")[2]
            source = init.parent / f"{within.replace('.', '/')}.py"
            original = next(alias.name for alias in node.names if (alias.asname or alias.name) == model)
            return _summary(ast.parse(source.read_text(encoding="utf-8")), original, source)
    raise ValueError(f"{init}: the parameter model {model!r} is neither defined nor imported there")


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Subscript):
        return _last_name(node.value)
    return node.id if isinstance(node, ast.Name) else ""

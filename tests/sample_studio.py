"""A capability made for tests: small, and as ill-behaved as it is told to be. Worker processes import it by name."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Literal

from pydantic import Field

from tonmeister.core.asset import AssetRef
from tonmeister.core.capability import Capability, Digest, Params, Registry, Result
from tonmeister.core.context import Context
from tonmeister.core.errors import AudioSilentError


class Edges(Params):
    """How the edges are treated."""

    fade_ms: float = Field(default=5.0, ge=0, le=1000)
    """Length of the fade at both ends."""
    curve: Literal["linear", "cosine"] = "cosine"
    """Shape of the fade."""


class CopyParams(Params):
    """Copy a file, and tell how it went.

    A second paragraph.
    """

    source: AssetRef
    """The file to copy."""
    reference: AssetRef | None = None
    """A file to compare with."""
    behaviour: Literal["copy", "fail", "crash", "fault", "wait", "stubborn", "publish then fail"] = "copy"
    """What to do."""
    level_db: float | None = Field(default=None, ge=-60, le=0)
    """Level of the copy; 100% of the original if not given."""
    n_copies: int = Field(default=1, ge=1, le=9)
    """How many copies to make."""
    loud: bool = False
    """Say it in capitals."""
    format: tuple[Literal["txt", "md"], ...] = ("txt",)
    """Kinds of file to write."""
    bit_depth: Literal[16, 24] | None = None
    """Bits."""
    edges: Edges = Edges()
    """Treatment of the edges."""


class CopyResult(Result):
    """What became of the copy."""

    copies: tuple[str, ...]
    """The files made."""
    text: str
    """The content."""
    draw: float
    """A random number."""
    level_db: float | None = None
    """Level of the copy."""

    def digest(self) -> Digest:
        names = " ".join(Path(copy).name for copy in self.copies)
        return Digest(columns=("copies", "draw"), rows=((names, f"{self.draw:.3f}"),), sentences=(f"Wrote {names}.",))


def copy(params: CopyParams, ctx: Context) -> CopyResult:
    ctx.progress(0.0, "reading")
    text = ctx.fetch(params.source).read_text()
    if params.behaviour == "fail":
        raise AudioSilentError("The file is silent.", field="source", value=params.source, remedy="Take another.")
    if params.behaviour == "crash":
        os.abort()
    if params.behaviour == "fault":
        raise ZeroDivisionError("division by zero")
    if params.behaviour == "stubborn":
        (ctx.folder / "left").write_text("")
        time.sleep(30)
    if params.behaviour == "wait":
        for step in range(600):
            ctx.progress(step / 600, "waiting")
            time.sleep(0.05)
    if params.loud:
        text = text.upper()
    copies = []
    stem = Path(ctx.label(params.source)).stem
    for number in range(params.n_copies):
        for suffix in params.format:
            made = ctx.folder / f"made.{suffix}"
            made.write_text(text)
            name = f"{stem}-copy{f'-{number}' if number else ''}.{suffix}"
            copies.append(ctx.publish(made, name, near=params.source))
    if params.behaviour == "publish then fail":
        raise AudioSilentError("The file is silent after all.", remedy="Take another.")
    ctx.progress(0.9, "telling")
    draw = float(ctx.random("draw").random())
    return CopyResult(copies=tuple(copies), text=text, draw=draw, level_db=params.level_db)


class TwiceParams(Params):
    """Copy a copy."""

    source: AssetRef
    """The file to copy."""


def twice(params: TwiceParams, ctx: Context) -> CopyResult:
    first = ctx.run("copy", {"source": params.source})
    assert Path(first.copies[0]).exists()
    made = ctx.folder / "made.txt"
    made.write_text(ctx.fetch(first.copies[0]).read_text() * 2)
    near = first.copies[0] if params.source.endswith("away.txt") else params.source
    return CopyResult(copies=(ctx.publish(made, "twice.txt", near=near),), text=first.text, draw=first.draw)


class Weight(Result):
    """What a file weighs."""

    n_characters: int
    """How long its text is."""

    def digest(self) -> Digest:
        return Digest(sentences=(f"It weighs {self.n_characters}.",))


def weigh(params: TwiceParams, ctx: Context) -> Weight:
    return Weight(n_characters=len(ctx.fetch(params.source).read_text()))


WEIGH = Capability(name="weigh", version="1", params=TwiceParams, result=Weight, function="sample_studio:weigh")
"""Makes no file; not among the commands of the sample studio."""
COPY = Capability(name="copy", version="1", params=CopyParams, result=CopyResult, function="sample_studio:copy")
TWICE = Capability(name="twice", version="1", params=TwiceParams, result=CopyResult, function="sample_studio:twice")
REGISTRY = Registry({"copy": COPY, "twice": TWICE})


def find(name: str) -> Capability:
    return REGISTRY[name]

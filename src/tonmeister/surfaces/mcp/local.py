"""Tools on files of this machine: work is done in this process, as the library does it."""

from __future__ import annotations

import base64
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import anyio
import mcp_types as types
from anyio import to_thread

from tonmeister.core.errors import FileMissingError, InputError, ParameterError
from tonmeister.jobs.media_types import guess_media_type
from tonmeister.surfaces.mcp.server import MAX_READ_BYTES, digest_text
from tonmeister.surfaces.mcp.tools import OUTPUT_FIELDS, tool_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tonmeister.core.capability import Registry
    from tonmeister.jobs.runner import Runner
    from tonmeister.surfaces.mcp.progress import Telling

AT_ONCE = 2
"""So many tools work at the same time; each uses all cores that it may."""

MATERIAL = "The path of a file on this machine."


class LocalDesk:
    """Works on paths. Only files that it has made itself in this session can be read as resources."""

    instructions = (
        "Tonmeister masters and measures music. Its tools work on audio files of this machine and take their paths; "
        "results are written beside the input unless 'output' says otherwise, and never replace a file unasked."
    )

    def __init__(self, runner: Runner, registry: Registry):
        self._runner = runner
        self._registry = registry
        self._limit = anyio.CapacityLimiter(AT_ONCE)
        self._made: dict[str, Path] = {}

    def tools(self) -> list[types.Tool]:
        """Return all capabilities."""
        return [tool_of(capability, material=MATERIAL, more=OUTPUT_FIELDS) for capability in self._registry.values()]

    async def call(
        self, name: str, arguments: dict[str, Any], telling: Telling, _request: Any
    ) -> tuple[dict[str, Any], list[types.ContentBlock]]:
        """Run a capability; when cancelled, it ends at its next sign of progress and leaves nothing behind."""
        capability = self._registry[name]
        output, overwrite = arguments.pop("output", None), arguments.pop("overwrite", False)
        if not (output is None or isinstance(output, str)) or not isinstance(overwrite, bool):
            raise ParameterError(
                "output must be a path and overwrite true or false.", field="output", remedy="Leave them out."
            )
        begun_s = time.time() - 1.0
        cancel = threading.Event()
        made: list[Path] = []

        def work() -> Any:
            return self._runner.run_here(
                capability,
                arguments,
                output=output,
                overwrite=overwrite,
                on_progress=lambda fraction, stage: telling.note(100.0 * fraction, stage),
                on_delivery=made.append,
                cancel=cancel,
            )

        try:
            result = await to_thread.run_sync(work, abandon_on_cancel=True, limiter=self._limit)
        except anyio.get_cancelled_exc_class():
            cancel.set()
            raise
        data = result.model_dump(mode="json")
        blocks: list[types.ContentBlock] = [types.TextContent(type="text", text=digest_text(result))]
        if overwrite:  # files that replace others are put in place at the very end, and only the result names them
            made += [path for path in map(Path, _texts(data)) if path.is_absolute() and _is_since(path, begun_s)]
        blocks += [types.ResourceLink(**self._facts(path)) for path in self._keep(made)]
        return data, blocks

    def _keep(self, made: list[Path]) -> list[Path]:
        for path in made:
            self._made[path.resolve().as_uri()] = path.resolve()
        return made

    def _facts(self, path: Path) -> dict[str, Any]:
        return {
            "uri": path.resolve().as_uri(),
            "name": path.name,
            "mime_type": guess_media_type(path.name),
            "size": path.stat().st_size if path.exists() else None,
        }

    async def resources(self, _cursor: str | None) -> tuple[list[types.Resource], str | None]:
        """Return the files that were made in this session."""
        return [types.Resource(**self._facts(path)) for path in self._made.values() if path.exists()], None

    def templates(self) -> list[types.ResourceTemplate]:
        """Return none: files are named by their results."""
        return []

    async def read(self, uri: str) -> types.TextResourceContents | types.BlobResourceContents:
        """Return the content of a file that was made in this session."""
        path = self._made.get(uri) or self._made.get(Path(unquote(urlsplit(uri).path)).as_uri())
        if path is None or not path.is_file():
            raise FileMissingError(
                f"{uri} was not made in this session.", field="uri", value=uri, remedy="List the resources."
            )
        return await to_thread.run_sync(contents_of, path, uri)


def _texts(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict | list):
        for part in data.values() if isinstance(data, dict) else data:
            yield from _texts(part)


def _is_since(path: Path, moment_s: float) -> bool:
    return len(str(path)) < 4096 and path.is_file() and path.stat().st_ctime >= moment_s


def contents_of(path: Path, uri: str) -> types.TextResourceContents | types.BlobResourceContents:
    """Return a file as the protocol sends it."""
    size = path.stat().st_size
    if size > MAX_READ_BYTES:
        raise InputError(
            f"{path.name} has {size} bytes, too many to be sent here.",
            field="uri",
            value=uri,
            bound=f"at most {MAX_READ_BYTES} bytes",
            remedy="Use the file itself.",
        )
    return as_contents(path.read_bytes(), uri, guess_media_type(path.name))


def as_contents(
    content: bytes, uri: str, media_type: str | None
) -> types.TextResourceContents | types.BlobResourceContents:
    """Return bytes as the protocol sends them: text as it is, all else in base64."""
    is_text = bool(media_type) and (str(media_type).startswith("text/") or media_type in ("application/json",))
    if is_text:
        return types.TextResourceContents(uri=uri, mime_type=media_type, text=content.decode("utf-8", "replace"))
    return types.BlobResourceContents(uri=uri, mime_type=media_type, blob=base64.b64encode(content).decode())

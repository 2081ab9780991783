"""Tools on the library of a server: work is done as jobs, by its supervisors."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import anyio
import mcp_types as types
from anyio import to_thread
from pydantic import Field

from tonmeister.core.capability import Params
from tonmeister.core.errors import InputError, NotFoundError, TonmeisterError, error_classes
from tonmeister.core.validation import check_params
from tonmeister.surfaces.mcp.local import as_contents
from tonmeister.surfaces.mcp.server import MAX_READ_BYTES
from tonmeister.surfaces.mcp.tools import tool_of

if TYPE_CHECKING:
    from tonmeister.jobs.records import Job
    from tonmeister.jobs.workshop import Workshop
    from tonmeister.store.assets import Asset, Assets
    from tonmeister.surfaces.mcp.progress import Telling
    from tonmeister.surfaces.rest.limits import JobQuota

LOOK_AGAIN_S = 1.0
"""The bus tells of progress at once; what it loses is seen in the database so much later at most."""

MATERIAL = "The id of an asset of the studio's library; find_assets lists them."


class FindParams(Params):
    """Find songs and other files in the studio's library by name, title, artist or tag, the latest first."""

    q: str = Field(default="", max_length=255)
    """A part of the name, title or artist."""
    tag: str | None = Field(default=None, max_length=64)
    """Only what carries this tag."""
    limit: int = Field(default=20, ge=1, le=100)
    """How many to return at most."""


FIND = "find_assets"


def _find_tool() -> types.Tool:
    schema = FindParams.model_json_schema()
    text = schema.pop("description")
    found = {"assets": {"type": "array", "items": {"type": "object"}}, "n_total": {"type": "integer"}}
    return types.Tool(
        name=FIND,
        title=text,
        description=text,
        input_schema=schema,
        output_schema={"type": "object", "required": list(found), "properties": found},
        annotations=types.ToolAnnotations(title=text, read_only_hint=True, open_world_hint=False),
    )


class StudioDesk:
    """Works on assets, through the same service as every other door of the server."""

    instructions = (
        "Tonmeister masters and measures music. Its tools work on the studio's library: find_assets gives the ids of "
        "songs, the other tools take them and make new assets, whose files can be read as resources or fetched at "
        "/api/v1/assets/{id}/file."
    )

    def __init__(self, workshop: Workshop, assets: Assets, quota: JobQuota | None = None):
        self._workshop = workshop
        self._assets = assets
        self._quota = quota

    def tools(self) -> list[types.Tool]:
        """Return all capabilities, and the way to find material for them."""
        registry = self._workshop.registry
        return [
            _find_tool(),
            *(tool_of(one, material=MATERIAL, is_material_needed=True) for one in registry.values()),
        ]

    async def call(
        self, name: str, arguments: dict[str, Any], telling: Telling, request: Any
    ) -> tuple[dict[str, Any], list[types.ContentBlock]]:
        """Run a capability as a job and wait for its end; when cancelled, the job is."""
        if name == FIND:
            return await to_thread.run_sync(self._find, arguments)
        owner = request.scope.get("state", {}).get("owner") if request is not None else None

        def begin() -> Job:
            if self._quota is not None:
                self._quota.check(owner)
            _ = self._workshop.registry[name]
            return self._workshop.submit(name, arguments, owner=owner)

        job = await to_thread.run_sync(begin)
        try:
            job = await self._follow(job, telling)
        except anyio.get_cancelled_exc_class():
            with anyio.CancelScope(shield=True):
                await to_thread.run_sync(self._workshop.cancel, job.id)
            raise
        if job.state != "completed":
            raise error_of(job.error or {}, job.state)
        blocks: list[types.ContentBlock] = [types.TextContent(type="text", text=self._digest(job))]
        assets = await to_thread.run_sync(lambda: [self._assets.get(product.asset_id) for product in job.products])
        blocks += [types.ResourceLink(**_facts(asset)) for asset in assets]
        return job.result or {}, blocks

    def _digest(self, job: Job) -> str:
        from tonmeister.surfaces.mcp.server import digest_text

        return digest_text(self._workshop.registry[job.capability].result.model_validate(job.result))

    async def _follow(self, job: Job, telling: Telling) -> Job:
        loop, changed = asyncio.get_running_loop(), asyncio.Event()

        def hear(message: dict[str, Any]) -> None:
            if message.get("topic") != "job" or message.get("id") != job.id:
                return
            data = message["data"]
            if "progress_percent" in data:
                telling.note(float(data["progress_percent"]), str(data.get("message") or data.get("state") or ""))
            if message["type"] != "progress":
                loop.call_soon_threadsafe(changed.set)

        stop = self._workshop.bus.subscribe(hear)
        try:
            while True:
                job = await to_thread.run_sync(self._workshop.job, job.id)
                telling.note(job.progress_percent, job.message or job.state)
                if job.is_final:
                    return job
                try:
                    async with asyncio.timeout(LOOK_AGAIN_S):
                        await changed.wait()
                except TimeoutError:
                    continue
                finally:
                    changed.clear()
        finally:
            stop()

    def _find(self, arguments: dict[str, Any]) -> tuple[dict[str, Any], list[types.ContentBlock]]:
        wanted = check_params(FindParams, arguments)
        page = self._assets.page(q=wanted.q or None, tags=(wanted.tag,) if wanted.tag else (), limit=wanted.limit)
        found = [
            {
                "id": asset.id,
                "name": asset.name,
                "title": asset.title,
                "artist": asset.artist,
                "duration_s": asset.duration_s,
                "integrated_lufs": asset.integrated_lufs,
                "is_audio": asset.is_audio,
                "state": asset.state,
                "kind": asset.kind,
            }
            for asset in page.items
        ]
        lines = [f"{asset['id']}  {asset['name']}" for asset in found] or ["Nothing is found."]
        text = types.TextContent(type="text", text="\n".join(lines))
        return {"assets": found, "n_total": page.n_total}, [text]

    async def resources(self, cursor: str | None) -> tuple[list[types.Resource], str | None]:
        """Return a page of the library."""
        page = await to_thread.run_sync(lambda: self._assets.page(limit=50, cursor=cursor))
        return [types.Resource(**_facts(asset)) for asset in page.items], page.next_cursor

    def templates(self) -> list[types.ResourceTemplate]:
        """Return how assets are named."""
        return [
            types.ResourceTemplate(
                uri_template="tonmeister://assets/{id}",
                name="asset",
                title="A file of the library",
                description="The content of an asset: a song, a master, a report.",
            )
        ]

    async def read(self, uri: str) -> types.TextResourceContents | types.BlobResourceContents:
        """Return the file of an asset."""
        kind, _, asset_id = uri.removeprefix("tonmeister://").partition("/")
        if not uri.startswith("tonmeister://") or kind != "assets" or not asset_id:
            raise NotFoundError(
                f"There is no resource {uri}.", field="uri", value=uri, remedy="Use tonmeister://assets/{id}."
            )
        return await to_thread.run_sync(self._read, asset_id, uri)

    def _read(self, asset_id: str, uri: str) -> types.TextResourceContents | types.BlobResourceContents:
        asset = self._assets.get(asset_id)
        if asset.size_bytes > MAX_READ_BYTES:
            raise InputError(
                f"{asset.name} has {asset.size_bytes} bytes, too many to be sent here.",
                field="uri",
                value=uri,
                bound=f"at most {MAX_READ_BYTES} bytes",
                remedy=f"Fetch it at /api/v1/assets/{asset.id}/file.",
            )
        return as_contents(b"".join(self._workshop.blobs.read(asset.sha256)), uri, asset.media_type)


def _facts(asset: Asset) -> dict[str, Any]:
    return {
        "uri": f"tonmeister://assets/{asset.id}",
        "name": asset.name,
        "title": asset.title,
        "mime_type": asset.media_type,
        "size": asset.size_bytes,
    }


def error_of(details: dict[str, Any], state: str) -> TonmeisterError:
    """Return the error that a job keeps as data."""
    code = details.get("code", "CANCELLED" if state == "cancelled" else "INTERNAL")
    known = {cls.code: cls for cls in reversed(error_classes())}
    parts = {key: details[key] for key in ("field", "value", "bound", "remedy") if key in details}
    cls = known.get(code, TonmeisterError)
    return cls(details.get("message") or f"The job was {state}.", **parts)

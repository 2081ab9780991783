"""The protocol, over whatever desk does the work."""

from __future__ import annotations

import json
import logging
from typing import Any, Protocol

import mcp_types as types
from mcp import MCPError
from mcp.server import Server

from tonmeister.core.errors import ChoiceUnknownError, InternalError, TonmeisterError
from tonmeister.surfaces.envelope import envelope
from tonmeister.surfaces.mcp.progress import Telling

_LOG = logging.getLogger(__name__)

MAX_READ_BYTES = 8 * 2**20
"""Larger resources are not sent through the protocol: they are files, and can be had as such."""


class Desk(Protocol):
    """Does what the tools promise; every method may take its time and raises errors of the tree."""

    instructions: str

    def tools(self) -> list[types.Tool]:
        """Return the tools."""
        ...

    async def call(
        self, name: str, arguments: dict[str, Any], telling: Telling, request: Any
    ) -> tuple[dict[str, Any], list[types.ContentBlock]]:
        """Do the work of a tool: the result as data, and what to show beside it. Ends the work when cancelled."""
        ...

    async def resources(self, cursor: str | None) -> tuple[list[types.Resource], str | None]:
        """Return a page of the resources and the cursor of the next."""
        ...

    def templates(self) -> list[types.ResourceTemplate]:
        """Return how addresses of resources are made."""
        ...

    async def read(self, uri: str) -> types.TextResourceContents | types.BlobResourceContents:
        """Return the content of a resource."""
        ...


Request = Any
"""What the protocol knows of a request: its session, and the HTTP request where there is one."""


def make_server(desk: Desk, version: str) -> Server[Any]:
    """Return the server of the protocol."""

    async def list_tools(_request: Request, _params: Any) -> types.ListToolsResult:
        return types.ListToolsResult(tools=desk.tools())

    async def call_tool(request: Request, params: types.CallToolRequestParams) -> types.CallToolResult:
        try:
            async with Telling(request.session.report_progress) as telling:
                data, blocks = await desk.call(params.name, dict(params.arguments or {}), telling, request.request)
        except TonmeisterError as error:
            return _failed(error)
        except Exception as error:  # noqa: BLE001 - the door: a fault of ours must not end the conversation
            _LOG.exception("A fault while calling %s.", params.name)
            return _failed(InternalError(f"A fault of Tonmeister: {type(error).__name__}.", remedy="Please report it."))
        return types.CallToolResult(content=blocks, structured_content=data)

    async def list_resources(_request: Request, params: Any) -> types.ListResourcesResult:
        found, following = await desk.resources(getattr(params, "cursor", None))
        return types.ListResourcesResult(resources=found, next_cursor=following)

    async def list_templates(_request: Request, _params: Any) -> types.ListResourceTemplatesResult:
        return types.ListResourceTemplatesResult(resource_templates=desk.templates())

    async def read_resource(_request: Request, params: types.ReadResourceRequestParams) -> types.ReadResourceResult:
        try:
            return types.ReadResourceResult(contents=[await desk.read(str(params.uri))])
        except TonmeisterError as error:
            raise MCPError(code=types.INVALID_PARAMS, message=str(error), data=envelope(error)) from None

    return Server(
        "tonmeister",
        version=version,
        title="Tonmeister",
        instructions=desk.instructions,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_list_resources=list_resources,
        on_list_resource_templates=list_templates,
        on_read_resource=read_resource,
    )


def _failed(error: TonmeisterError) -> types.CallToolResult:
    """Tell an error as the result of the tool, so that the assistant sees what is wrong and how to mend it."""
    if isinstance(error, ChoiceUnknownError) and error.field == "capability":
        raise MCPError(code=types.INVALID_PARAMS, message=str(error), data=envelope(error))
    told = json.dumps(envelope(error), ensure_ascii=False)
    return types.CallToolResult(content=[types.TextContent(type="text", text=told)], is_error=True)


def digest_text(result: Any) -> str:
    """Return a result as a person would want to read it."""
    digest = result.digest()
    lines = [digest.title] if digest.title else []
    lines += ["\t".join(row) for row in (digest.columns, *digest.rows)] if digest.rows else []
    return "\n".join([*lines, *digest.sentences]) or "Done."

"""The route of the WebSocket: who comes in has passed the checks of host, token and origin."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING

from fastapi import APIRouter
from starlette.websockets import WebSocket, WebSocketDisconnect

from tonmeister.core.errors import TonmeisterError
from tonmeister.surfaces.ws import messages
from tonmeister.surfaces.ws.client import Client
from tonmeister.surfaces.ws.hub import POLL_S, Hub

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi import FastAPI

    from tonmeister.jobs.workshop import Workshop

_LOG = logging.getLogger(__name__)

MAX_MESSAGE_BYTES = 4096
TOO_MUCH, TOO_SLOW, FAULT = 1008, 1013, 1011
"""Why a connection is closed (RFC 6455)."""

router = APIRouter()


@router.websocket("/api/v1/ws")
@router.websocket("/ws")
async def listen(socket: WebSocket) -> None:
    """Tell a client what happens for as long as it stays."""
    hub: Hub = socket.app.state.hub
    await socket.accept()
    client = Client(socket)
    try:
        await hub.join(client)
        code = await _converse(socket, hub, client)
    finally:
        hub.leave(client)
    if code is not None:
        with contextlib.suppress(RuntimeError, WebSocketDisconnect):
            await socket.close(code)


async def _converse(socket: WebSocket, hub: Hub, client: Client) -> int | None:
    """Hear and speak at the same time; return the code to close with, none if the client has gone."""
    hearing = asyncio.create_task(_hear(socket, hub, client))
    speaking = asyncio.create_task(client.send_all())
    try:
        done, _ = await asyncio.wait((hearing, speaking), return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (hearing, speaking):
            task.cancel()
        await asyncio.gather(hearing, speaking, return_exceptions=True)
    if speaking in done and speaking.cancelled():
        return TOO_SLOW
    if hearing in done and hearing.exception() is None:
        return hearing.result()
    error = next(task.exception() for task in (hearing, speaking) if task in done)
    if isinstance(error, WebSocketDisconnect | RuntimeError | OSError):
        return None  # the line is cut
    _LOG.error("A fault while speaking with a client.", exc_info=error)
    return FAULT


async def _hear(socket: WebSocket, hub: Hub, client: Client) -> int | None:
    while True:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            return None
        text = message.get("text")
        if not client.may_speak() or text is None or len(text) > MAX_MESSAGE_BYTES:
            return TOO_MUCH
        await client.room()
        try:
            await _obey(hub, client, messages.read(text))
        except TonmeisterError as error:
            client.answer(messages.error_text(error))


async def _obey(hub: Hub, client: Client, request: messages.Request) -> None:
    if isinstance(request, messages.Ping):
        client.answer('{"type":"pong"}')
    elif isinstance(request, messages.Subscribe):
        await hub.subscribe(client, request.topic, request.id, request.after)
    elif isinstance(request, messages.Unsubscribe):
        hub.unsubscribe(client, request.topic, request.id)
    elif isinstance(request, messages.SubscribeJobProgress):
        await hub.subscribe(client, "job", request.job_id, None, "job_progress")
    else:
        await hub.subscribe(client, "job", request.job_id, None, "progress:update")


def install(app: FastAPI, workshop: Workshop, poll_s: float = POLL_S, heed: Callable[[int], None] | None = None) -> Hub:
    """Give `router`, which the app holds, something to tell; return it, so that its connections can be counted.

    ``heed`` is called with the number of each event before anybody is told of it.
    """
    app.state.hub = hub = Hub(workshop, poll_s, heed)
    return hub

"""A small app behind the middlewares, and a client of it at an address of one's choice."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, FastAPI, Request, WebSocket
from starlette.testclient import TestClient

from tonmeister.settings import Settings
from tonmeister.surfaces.rest import tokens
from tonmeister.surfaces.rest.errors import add_handlers

HERE = "http://127.0.0.1:8765"
SOCKET = "ws://127.0.0.1:8765/api/v1/ws"
TOKEN = "a-long-shared-token-of-the-studio"


def small_app() -> FastAPI:
    app = FastAPI()
    add_handlers(app)
    app.include_router(tokens.router)
    included = APIRouter(prefix="/things")

    @included.get("/{name}/parts/{part}")
    async def read_part(name: str, part: int) -> dict[str, Any]:
        return {"name": name, "part": part}

    app.include_router(included, prefix="/api/v1")

    @app.get("/api/v1/things/{name}")
    async def read(name: str, request: Request) -> dict[str, Any]:
        return {
            "name": name,
            "owner": getattr(request.state, "owner", None),
            "client": request.client.host if request.client else None,
            "scheme": request.url.scheme,
        }

    @app.post("/api/v1/things")
    @app.post("/api/v1/uploads")
    async def write(request: Request) -> dict[str, int]:
        return {"n_bytes": len(await request.body())}

    @app.get("/api/v1/fault")
    async def fault() -> None:
        raise ZeroDivisionError("a fault")

    @app.get("/api/v1/audio/{name}/seg/{number}.flac")
    @app.get("/health/live")
    @app.get("/page")
    async def page() -> dict[str, str]:
        return {"page": "yes"}

    @app.websocket("/api/v1/ws")
    async def socket(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_json({"owner": websocket.state.owner})
        await websocket.close()

    return app


def client_of(app: FastAPI, url: str = HERE, address: str = "127.0.0.1", **options: Any) -> TestClient:
    return TestClient(app, base_url=url, client=(address, 40000), **options)


def settings(**values: Any) -> Settings:
    return Settings(**values)

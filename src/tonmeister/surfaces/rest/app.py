"""The server's application: routes by resource, over the services that the composition root hands in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Depends, FastAPI, Response

from tonmeister.surfaces.mcp import door as assistants
from tonmeister.surfaces.rest import (
    assets,
    audio,
    batches,
    capabilities,
    compat,
    docs,
    drafts,
    files,
    health,
    jobs,
    limits,
    logs,
    metrics,
    presets,
    schedules,
    security,
    server,
    telemetry,
    tidying,
    tokens,
    uploads,
)
from tonmeister.surfaces.rest.answers import API, answer
from tonmeister.surfaces.rest.errors import add_handlers
from tonmeister.surfaces.rest.hot import HotPaths
from tonmeister.surfaces.rest.methods import Heads
from tonmeister.surfaces.rest.openapi import describe
from tonmeister.surfaces.rest.pages import add_pages
from tonmeister.surfaces.rest.queries import check_names, check_text
from tonmeister.surfaces.rest.snapshots import Snapshots
from tonmeister.surfaces.rest.versions import Versions
from tonmeister.surfaces.ws import door as sockets

if TYPE_CHECKING:
    from tonmeister.core.capability import Registry
    from tonmeister.surfaces.mcp.server import Desk
    from tonmeister.surfaces.rest.studio import Studio

ROUTERS: tuple[APIRouter, ...] = (
    capabilities.router,
    jobs.router,
    batches.router,
    drafts.router,
    drafts.results_router,
    server.router,
    assets.router,
    assets.tags_router,
    files.router,
    uploads.router,
    audio.router,
    presets.router,
    schedules.router,
)
"""By resource, in the order of the documentation; all below `answers.API`."""


def make_app(studio: Studio) -> FastAPI:
    """Return the ASGI application of the studio."""
    app = _routes(studio.version)
    app.state.studio = studio
    app.state.declarations = {}
    add_handlers(app)
    _add_document(app, studio)
    # The first is the innermost: what comes later stands outside of it and sees its answers.
    app.state.snapshots = Snapshots(studio.workshop.bus)
    app.add_middleware(HotPaths, workshop=studio.workshop, snapshots=app.state.snapshots)
    app.add_middleware(Heads, routes=app)
    logs.install_faults(app)
    app.add_middleware(Versions)
    security.install_inner(app, studio.settings)
    limits.install(app, studio.settings, studio.database)
    security.install_outer(app, studio.settings)
    health.install(app, studio.workshop)
    hub = sockets.install(app, studio.workshop, heed=app.state.snapshots.heed)
    metrics.install(app, metrics.Metrics(studio.version, lambda: hub.n_connections), studio.workshop)
    logs.install(app, telemetry.install(app, studio.settings, studio.version, studio.workshop))
    assistants.install(app, lambda: _desk(app, studio), studio.version)
    app.add_middleware(uploads.TusAnswers)
    tidying.install(app, studio)
    add_pages(app, studio.static)
    return app


def _desk(app: FastAPI, studio: Studio) -> Desk:
    """Return what assistants work at."""
    from tonmeister.surfaces.mcp.studio import StudioDesk

    return StudioDesk(studio.workshop, studio.assets, app.state.job_quota)


def document_of(registry: Registry, version: str) -> dict[str, Any]:
    """Return the OpenAPI document, for which no studio is needed."""
    return describe(_routes(version), registry, version)


def _routes(version: str) -> FastAPI:
    app = FastAPI(
        title="Tonmeister",
        version=version,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
        dependencies=[Depends(check_text), Depends(check_names)],
    )
    app.state.parameters = {}  # of each route, once it was asked with some
    for router in ROUTERS:
        app.include_router(router, prefix=API)
    for router in (tokens.router, health.router, metrics.router, compat.router, sockets.router):
        app.include_router(router)
    app.include_router(docs.router)
    return app


def _add_document(app: FastAPI, studio: Studio) -> None:
    """Serve the OpenAPI document, made when first asked for."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = document_of(studio.registry, studio.version)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]

    @app.get(f"{API}/openapi.json", include_in_schema=False)
    def openapi() -> Response:
        return answer(document(), headers={"cache-control": "no-cache"})

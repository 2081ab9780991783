"""The documentation of the interface as a page: it loads nothing from elsewhere and runs no script."""

from __future__ import annotations

import html
import json
from typing import Any

from fastapi import APIRouter, Request, Response

from tonmeister.surfaces.rest.answers import API

router = APIRouter(include_in_schema=False)


@router.get("/api/docs")
def docs(request: Request) -> Response:
    """Return a page that lists all operations; it loads nothing from elsewhere and runs no script."""
    return Response(docs_page(request.app.openapi()), 200, {"cache-control": "no-cache"}, "text/html; charset=utf-8")


def docs_page(document: dict[str, Any]) -> str:
    """Return the OpenAPI document as a page for people."""
    parts = [
        "<!doctype html><html lang=en><head><meta charset=utf-8><title>Tonmeister API</title>"
        '<meta name=viewport content="width=device-width, initial-scale=1">'
        '<link rel=stylesheet href="/api/docs.css"></head><body><main>'
        f"<h1>Tonmeister API {html.escape(document['info']['version'])}</h1>"
        f"<p>{html.escape(document['info']['description'])}</p>"
        f'<p>Machine-readable: <a href="{API}/openapi.json">openapi.json</a> (OpenAPI 3.1).</p>'
    ]
    for tag in document["tags"]:
        parts.append(f"<h2>{html.escape(tag['name'])}</h2><p>{html.escape(tag['description'])}</p>")
        for path, operations in document["paths"].items():
            parts += [
                _operation(method, path, operation)
                for method, operation in operations.items()
                if tag["name"] in operation.get("tags", ())[:1]
            ]
    parts.append("</main></body></html>")
    return "".join(parts)


def _operation(method: str, path: str, operation: dict[str, Any]) -> str:
    rows = "".join(
        f"<tr><td><code>{html.escape(part['name'])}</code><td>{part['in']}"
        f"<td>{html.escape(part.get('description', ''))}"
        for part in operation.get("parameters", ())
    )
    table = f"<table><tr><th>parameter<th>in<th>meaning{rows}</table>" if rows else ""
    body = operation.get("requestBody", {}).get("content", {})
    asked = "".join(
        f"<p>Body (<code>{html.escape(kind)}</code>)</p>{_example(content)}" for kind, content in body.items()
    )
    answers = "".join(
        f"<p>{status}: {html.escape(response['description'])}</p>"
        + "".join(_example(content) for content in response.get("content", {}).values() if status != "default")
        for status, response in operation["responses"].items()
    )
    return (
        f"<details><summary><b>{method.upper()}</b> <code>{html.escape(path)}</code> "
        f"{html.escape(operation.get('summary', ''))}</summary>"
        f"<p>{html.escape(operation.get('description', ''))}</p>{table}{asked}<h3>Answers</h3>{answers}</details>"
    )


def _example(content: dict[str, Any]) -> str:
    if "example" not in content:
        return ""
    return f"<pre>{html.escape(json.dumps(content['example'], indent=2, ensure_ascii=False))}</pre>"


_CSS = """body{font:15px/1.5 system-ui,sans-serif;margin:0;color:#171b24;background:#f4f5f8}
main{max-width:60rem;margin:auto;padding:2rem 1rem}
details{background:#fff;border:1px solid #7a8396;border-radius:8px;margin:.5rem 0;padding:.5rem 1rem}
summary{cursor:pointer}pre{overflow:auto;background:#f0f2f6;padding:.75rem;border-radius:8px}
table{border-collapse:collapse}td,th{text-align:left;vertical-align:top;padding:.15rem .75rem .15rem 0}
@media(prefers-color-scheme:dark){body{color:#e6e9f0;background:#0e1116}a{color:#6ea8ff}
details{background:#14171f;border-color:#707a91}pre{background:#1b1f2a}}
"""


@router.get("/api/docs.css")
def docs_css() -> Response:
    """Return the style of that page."""
    return Response(_CSS, 200, {"cache-control": "no-cache"}, "text/css; charset=utf-8")

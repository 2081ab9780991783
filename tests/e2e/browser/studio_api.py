"""The REST interface as these tests use it beside the browser, and material made by code."""

from __future__ import annotations

import hashlib
import io
import json
import time
import urllib.error
import urllib.request
import uuid
import wave
from collections.abc import Callable
from typing import Any

import numpy as np

CHECK = """async () => {
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const found = await axe.run(document, { runOnly: tags, resultTypes: ["violations"] });
  const where = (one) => one.nodes.slice(0, 4).map((node) => node.html.slice(0, 160)).join(" | ");
  return found.violations.map((one) => `${one.id}: ${one.help}: ${where(one)}`);
}"""
"""What axe-core finds wrong with the page; its source must have been put into it."""


def call(url: str, method: str = "GET", body: Any = None, headers: dict[str, str] | None = None) -> Any:
    """Ask and return the JSON answer."""
    data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
    given = {"content-type": "application/json", **(headers or {})}
    with urllib.request.urlopen(urllib.request.Request(url, data, given, method=method), timeout=30) as answer:
        content = answer.read()
    return json.loads(content) if content else None


def status(url: str, method: str = "GET", headers: dict[str, str] | None = None) -> int:
    """Ask and return the status alone."""
    asked = urllib.request.Request(url, headers=headers or {}, method=method)
    try:
        with urllib.request.urlopen(asked, timeout=30) as got:
            return got.status
    except urllib.error.HTTPError as error:
        return error.code


def add(url: str, name: str, content: bytes) -> dict[str, Any]:
    """Upload a file in one request and return its asset."""
    edge = uuid.uuid4().hex
    head = (
        f'--{edge}\r\ncontent-disposition: form-data; name="file"; filename="{name}"\r\n'
        "content-type: application/octet-stream\r\n\r\n"
    )
    body = head.encode() + content + f"\r\n--{edge}--\r\n".encode()
    return call(f"{url}/api/v1/assets", "POST", body, {"content-type": f"multipart/form-data; boundary={edge}"})


def wait_for(read: Callable[[], Any], is_so: Callable[[Any], bool], seconds: float = 60, page: Any = None) -> Any:
    """Read until it is so, and return what was read; with a page, its routes and events go on meanwhile."""
    until = time.monotonic() + seconds
    while True:
        found = read()
        if is_so(found):
            return found
        assert time.monotonic() < until, f"it is still: {json.dumps(found)[:2000]}"
        if page is None:
            time.sleep(0.1)
        else:
            page.wait_for_timeout(100)


def controlled(page: Any) -> None:
    """Wait until the service worker answers for the page.

    It asks again and again; ``page.wait_for_function`` evaluates text in the page, which the page's policy forbids.
    """
    wait_for(lambda: page.evaluate("navigator.serviceWorker?.controller != null"), bool, page=page)


def song(duration_s: float = 6.0, seed: int = 1) -> bytes:
    """A WAV file with a few chords under noise."""
    rate = 44100
    rng = np.random.default_rng(seed)
    time_s = np.arange(int(duration_s * rate)) / rate
    tones = sum(np.sin(2 * np.pi * hz * time_s + seed) for hz in (110.0, 220.0, 277.2, 329.6))
    beat = np.exp(-8 * (time_s % 0.5))
    left = 0.05 * tones + 0.2 * beat * rng.standard_normal(time_s.size)
    right = 0.05 * tones + 0.2 * beat * rng.standard_normal(time_s.size)
    pcm = (np.clip(np.stack([left, right], axis=1), -1, 1) * 32767).astype("<i2")
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(pcm.tobytes())
    return out.getvalue()


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()

"""Fetching from outside the process that does it: starts it, hears it, ends it."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import re
import select
import signal
import subprocess
import sys
import time
import urllib.parse
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tonmeister.core.errors import LinkFailedError, LinkRefusedError, LinksOffError, MissingPartError
from tonmeister.core.extras import how_to_install

if TYPE_CHECKING:
    from collections.abc import Callable

    from tonmeister.core.links import LinkRules

_MAX_URL_LETTERS = 2000
_PATIENCE_S = 0.2


@dataclass(frozen=True)
class FetchedLink:
    """What was found behind an address.

    Attributes
    ----------
    path
        The file, as it was delivered: nothing is known of its content yet.
    url
        The page or file that it came from.
    title, artist, duration_s, extractor
        What the page said of it, and by which way it was found.
    """

    path: Path
    url: str
    title: str | None
    artist: str | None
    duration_s: float | None
    extractor: str


def check_link(url: str, rules: LinkRules) -> str:
    """Return the address as it will be asked for.

    Raises
    ------
    LinksOffError
        If fetching is switched off.
    LinkRefusedError
        If it is no address of the web, holds a password, or names a host that is not allowed.
    """
    if not rules.is_on:
        raise LinksOffError(
            "Fetching from addresses is switched off here.",
            field="url",
            remedy="Upload the file; or set TONMEISTER_LINKS=on, for material that you hold the rights to.",
        )
    parts, host = urllib.parse.urlsplit(""), None
    with contextlib.suppress(ValueError):
        parts = urllib.parse.urlsplit(url.strip())
        host, _ = parts.hostname, parts.port
    if (
        parts.scheme not in {"http", "https"}
        or not host
        or len(url) > _MAX_URL_LETTERS
        or re.search(r"[\x00-\x20]", url.strip())
    ):
        raise _refused(url, "it is not an address of the web", "http://… or https://…", "Copy the whole address.")
    if parts.username or parts.password:
        raise _refused(url, "it holds a name or a password", "an address without", "Take them out.")
    allowed = rules.hosts
    if allowed and not any(host == one or host.endswith("." + one) for one in allowed):
        raise _refused(
            url, f"the host {host} is not among those allowed", ", ".join(allowed), "Ask the one who runs the studio."
        )
    return urllib.parse.urlunsplit(parts._replace(fragment=""))


def _refused(url: str, why: str, bound: object = None, remedy: str = "Choose another address.") -> LinkRefusedError:
    shown = url if len(url) <= 200 else url[:200] + "…"
    return LinkRefusedError(f"{shown!r} is refused: {why}.", field="url", value=shown, bound=bound, remedy=remedy)


def fetch_link(url: str, rules: LinkRules, folder: Path, tell: Callable[[float, str], None]) -> FetchedLink:
    """Fetch the sound behind an address into ``folder``.

    Parameters
    ----------
    url
        An address that `check_link` lets through.
    rules
        Bounds of size, length, time and reach.
    folder
        An empty folder.
    tell
        Is told how far it has come, at least every 0.2 s; may raise to cancel, which ends the process.

    Raises
    ------
    LinksOffError, LinkRefusedError
        As `check_link`; and if what is found breaks a bound.
    LinkFailedError
        If the address does not answer, or holds nothing that could be fetched.
    MissingPartError
        If yt-dlp is not installed.
    """
    url = check_link(url, rules)
    if importlib.util.find_spec("yt_dlp") is None:
        raise MissingPartError(
            "Fetching from addresses needs yt-dlp, which is not installed.",
            field="url",
            remedy=how_to_install("links"),
        )
    task = {
        "url": url,
        "folder": str(folder),
        "extractors": list(rules.extractors),
        "max_bytes": rules.max_mb << 20,
        "max_duration_s": rules.max_duration_s,
        "max_wait_s": rules.max_wait_s,
        "open_addresses": list(rules.open_addresses),
    }
    message = _converse(task, folder, rules.max_wait_s, tell)
    if "refused" in message:
        raise _refused(url, message["refused"])
    if "failed" in message:
        raise LinkFailedError(
            f"Nothing could be fetched from {url!r}: {message['failed']}.".replace("..", "."),
            field="url",
            value=url,
            remedy="Check the address in a browser, or download the file yourself and upload it.",
        )
    done = message["done"]
    return FetchedLink(
        path=folder / Path(done["file"]).name,
        url=_web_address(done["url"], url),
        title=_words(done["title"]),
        artist=_words(done["artist"]),
        duration_s=float(done["duration_s"]) if done["duration_s"] else None,
        extractor=str(done["extractor"]),
    )


def _web_address(told: Any, asked: str) -> str:
    return told if isinstance(told, str) and told.startswith(("http://", "https://")) else asked


def _words(told: Any) -> str | None:
    text = re.sub(r"[\x00-\x1f\x7f]+", " ", told).strip()[:200] if isinstance(told, str) else ""
    return text or None


def _converse(
    task: dict[str, Any], folder: Path, max_wait_s: float, tell: Callable[[float, str], None]
) -> dict[str, Any]:
    environment = {
        "PATH": os.environ.get("PATH", ""), "HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "TMPDIR": str(folder),
        "YTDLP_NO_PLUGINS": "1", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": _where_we_are(),
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "tonmeister.engines.links.child"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, cwd=folder,
        start_new_session=True,
    )  # fmt: skip
    try:
        assert process.stdin is not None
        process.stdin.write(json.dumps(task).encode() + b"\n")
        process.stdin.close()
        return _hear(process, time.monotonic() + max_wait_s, max_wait_s, tell)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _where_we_are() -> str:
    above = str(Path(__file__).resolve().parents[3])
    return os.pathsep.join(part for part in (above, os.environ.get("PYTHONPATH", "")) if part)


def _hear(
    process: subprocess.Popen[bytes], end: float, max_wait_s: float, tell: Callable[[float, str], None]
) -> dict[str, Any]:
    assert process.stdout is not None
    handle, rest, fraction = process.stdout.fileno(), b"", 0.0
    while True:
        tell(fraction, "fetch")
        if time.monotonic() > end:
            return {"refused": f"it took longer than the {max_wait_s:.0f} s allowed"}
        if not select.select([handle], [], [], _PATIENCE_S)[0]:
            continue
        data = os.read(handle, 65536)
        if not data:
            return {"failed": f"the process that fetches ended without a word (code {process.wait()})"}
        *lines, rest = (rest + data).split(b"\n")
        for line in lines:
            message: dict[str, Any] = json.loads(line)
            if "progress" not in message:
                return message
            fraction = max(fraction, message["progress"] or 0.0)

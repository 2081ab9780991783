"""The process that fetches: guarded before it meets the network, and expected to be killed at any moment.

Run as ``python -I -m tonmeister.engines.links.child`` with one line of JSON on standard input; it answers with lines of
JSON. The guard is an audit hook, which nothing that runs later in the process can take away: every connection that
Python makes is looked at with the very address that it goes to, so that neither a redirect nor a name that resolves
differently the second time leads anywhere else.
"""

from __future__ import annotations

import contextlib
import ipaddress
import json
import os
import resource
import sys
from pathlib import Path
from typing import Any

_ROOM_BYTES = 1 << 20
"""What the file system may take above the size allowed, so that our own count speaks first."""
_CHANGES = ("os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.chmod")
_BLOCKED_MODULES = ("curl_cffi", "pycurl")
"""Ways to the network that the guard cannot see."""


class RefusedError(Exception):
    """Something that the rules forbid."""


def check_address(family_address: Any, open_addresses: frozenset[str]) -> None:
    """Raise `RefusedError` unless the address is public or one of ``open_addresses``.

    Parameters
    ----------
    family_address
        What a socket is asked to connect to: ``(host, port, ...)`` with a numeric host, or a path of the machine.
    open_addresses
        Those allowed all the same, as ``host:port``.
    """
    if not isinstance(family_address, tuple) or len(family_address) < 2:
        raise RefusedError(f"the address {family_address!r} is one of this machine")
    host, port = str(family_address[0]), family_address[1]
    try:
        address: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        raise RefusedError(f"the address {host!r} is not numeric") from None
    inner = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
    teredo = getattr(address, "teredo", None)
    # Addresses that carry another one inside are judged by both.
    for one in (inner or address, address if inner is None else inner, *(teredo or ())):
        if (not one.is_global or one.is_multicast) and f"{inner or address}:{port}" not in open_addresses:
            raise RefusedError(f"the address {inner or address}:{port} is not a public one")


def guard(folder: Path, open_addresses: frozenset[str]) -> list[str]:
    """Forbid this process from here on: other addresses, other programs, writing outside ``folder``.

    Returns the list that each refusal will be added to: what runs here may swallow the exception.
    """
    refusals: list[str] = []
    inside = str(folder.resolve()) + os.sep
    writing = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

    def is_inside(path: str | bytes) -> bool:
        name = os.fsdecode(path)
        return name == os.devnull or (os.path.realpath(name) + os.sep).startswith(inside)

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        try:
            look(event, arguments)
        except RefusedError as refusal:
            refusals.append(str(refusal))
            raise

    def look(event: str, arguments: tuple[Any, ...]) -> None:
        if event in {"socket.connect", "socket.sendto", "socket.sendmsg"}:
            check_address(arguments[1], open_addresses)
        elif event in {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork"}:
            raise RefusedError("another program may not be started")
        elif event == "open":
            path, mode, flags = arguments
            is_write = (flags & writing) if isinstance(flags, int) else (mode and set(mode) & set("wax+"))
            if is_write and isinstance(path, str | bytes) and not is_inside(path):
                raise RefusedError("nothing may be written outside the folder of this fetch")
        elif event in _CHANGES and not all(is_inside(path) for path in arguments[:2] if isinstance(path, str | bytes)):
            raise RefusedError("nothing may be changed outside the folder of this fetch")

    sys.addaudithook(watch)
    return refusals


def limit(max_bytes: int, max_wait_s: float) -> None:
    """Bound what this process may take: bytes in a file, memory, processor time, open files."""
    for kind, most in (
        (resource.RLIMIT_FSIZE, max_bytes + _ROOM_BYTES),
        (resource.RLIMIT_AS, 4 << 30),
        (resource.RLIMIT_CPU, int(max_wait_s) + 5),
        (resource.RLIMIT_NOFILE, 256),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        with contextlib.suppress(ValueError, OSError):  # some systems do not know all of them
            resource.setrlimit(kind, (most, most))


def _say(**message: Any) -> None:
    sys.__stdout__.write(json.dumps(message) + "\n")  # type: ignore[union-attr]
    sys.__stdout__.flush()  # type: ignore[union-attr]


def _options(task: dict[str, Any], folder: Path) -> dict[str, Any]:
    max_bytes = task["max_bytes"]

    def watch(state: dict[str, Any]) -> None:
        got = state.get("downloaded_bytes") or 0
        if got > max_bytes:
            raise RefusedError(f"the file is larger than {max_bytes >> 20} MB")
        total = state.get("total_bytes") or state.get("total_bytes_estimate")
        _say(progress=min(1.0, got / total) if total else None, n_bytes=got)

    def choose(info: dict[str, Any], *, incomplete: bool = False) -> str | None:  # noqa: ARG001 (their signature)
        if info.get("is_live") or info.get("live_status") in {"is_live", "is_upcoming", "post_live"}:
            raise RefusedError("a live stream has no end")
        if (info.get("duration") or 0) > task["max_duration_s"]:
            raise RefusedError(
                f"it lasts {info['duration']:.0f} s, more than the {task['max_duration_s']:.0f} s allowed"
            )
        size = info.get("filesize") or 0
        if size > max_bytes:
            raise RefusedError(f"the file is larger than {max_bytes >> 20} MB")
        return None

    return {
        "quiet": True, "no_warnings": True, "noprogress": True, "noplaylist": True, "playlist_items": "1",
        "format": "bestaudio/best", "outtmpl": str(folder / "sound.%(ext)s"), "allowed_extractors": task["extractors"],
        "match_filter": choose, "progress_hooks": [watch], "socket_timeout": 15, "retries": 2,
        "fragment_retries": 2, "cachedir": False, "restrictfilenames": True, "enable_file_urls": False, "nopart": True,
        "proxy": "", "max_filesize": max_bytes, "fixup": "never", "hls_prefer_native": True,
        "external_downloader": None, "postprocessors": [],
        "writethumbnail": False, "color": "never", "updatetime": False,
    }  # fmt: skip


def fetch(task: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Fetch what the task names into ``folder`` and return what is known of it."""
    import yt_dlp

    with yt_dlp.YoutubeDL(_options(task, folder)) as loader:
        found = loader.extract_info(task["url"], download=True)
        found = loader.sanitize_info(found) or {}
    if found.get("entries"):  # a page with sound on it: the page's own name, the sound's facts
        found = found["entries"][0] | {"title": found.get("title") or found["entries"][0].get("title")}
    files = [path for path in folder.iterdir() if path.is_file()]
    if not files:
        # A size announced above the limit is passed over without a word.
        raise RefusedError("nothing was delivered: there is no sound at this address within the limits")
    title = found.get("title")
    if title and found.get("extractor") in {"html5", "generic"}:
        title = title.removesuffix(" (1)")  # they number the sounds of a page
    return {
        "file": max(files, key=lambda path: path.stat().st_size).name,
        "title": title,
        "artist": found.get("artist") or found.get("uploader"),
        "duration_s": found.get("duration"),
        "extractor": found.get("extractor"),
        "url": found.get("webpage_url") or task["url"],
    }


def main() -> int:
    """Do one task."""
    task = json.loads(sys.stdin.readline())
    folder = Path(task["folder"])
    for name in _BLOCKED_MODULES:
        sys.modules[name] = None  # type: ignore[assignment]
    import yt_dlp  # noqa: F401 (before the guard: what it writes while it is imported is its own)

    limit(task["max_bytes"], task["max_wait_s"])
    refusals = guard(folder, frozenset(task["open_addresses"]))
    try:
        _say(done=fetch(task, folder))
    except RefusedError as error:
        _say(refused=str(error))
    except BaseException as error:  # noqa: BLE001 (the door of this process: everything is told to the other side)
        if refusals or isinstance(_cause(error), RefusedError):
            _say(refused=refusals[0] if refusals else str(_cause(error)))
        else:
            _say(failed=str(error).removeprefix("ERROR: ").removeprefix("[download] ")[:500])
    return 0


def _cause(error: BaseException) -> BaseException:
    """Return what began it: yt-dlp wraps what its hooks raise."""
    told = getattr(error, "exc_info", None)
    inner = error.__cause__ or error.__context__ or (told[1] if isinstance(told, tuple) and len(told) == 3 else None)
    return error if inner is None or inner is error or isinstance(error, RefusedError) else _cause(inner)


if __name__ == "__main__":
    sys.exit(main())

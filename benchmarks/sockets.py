"""WebSockets: 1,000 connections on one server process, and how long a word takes from a job process to its clients.

A job tells its progress ten times a second, and the time of telling with it; the clients compare it with their own
clock, which is the same. What is measured is the whole way: job process, pipe, supervisor, pipe, server, event loop,
WebSocket, client. Server, supervisor, job and clients share the cores of this machine; so the clients are as cheap as
they can be, and the load of the machine is told before and after each case.

Run: python benchmarks/sockets.py [--connections 1000] [--seconds 15] [--pace-s 0.5]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tonmeister.core.capability import Capability, Params, Registry, Result

HERE = Path(__file__).resolve().parent


class TickParams(Params):
    """Tell the time, over and over."""

    seconds: float = 10.0
    """For how long."""
    pace_s: float = 0.11
    """How often; progress goes out ten times a second at most."""
    number: int = 0
    """Tells one run from another."""


class TickResult(Result):
    """How often the time was told."""

    n_told: int
    """How often."""


def tick(params: TickParams, ctx) -> TickResult:
    begun, n_told = time.monotonic(), 0
    while (gone := time.monotonic() - begun) < params.seconds:
        ctx.progress(gone / params.seconds, repr(time.time()))
        n_told += 1
        time.sleep(params.pace_s)
    return TickResult(n_told=n_told)


REGISTRY = Registry({"tick": Capability("tick", "1", TickParams, TickResult, "sockets:tick")})


def serve(folder: Path) -> None:
    """Be the server: the studio's own application, with a supervisor in a process of its own."""
    import socket

    import uvicorn

    from tonmeister import app as composition
    from tonmeister.jobs.bus import LocalBus
    from tonmeister.jobs.running.supervisor_process import SupervisorProcess
    from tonmeister.settings import Settings
    from tonmeister.surfaces.rest.app import make_app
    from tonmeister.surfaces.rest.logs import configure

    settings = Settings(data_folder=folder, n_job_slots=2, n_workers=1, log_level="error")
    configure(settings)
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(2048)
    with composition.open_studio(settings, known=REGISTRY, preparer=None) as studio:
        bus = studio.workshop.bus
        assert isinstance(bus, LocalBus)
        worker = SupervisorProcess(settings, "sockets:REGISTRY", bus)
        worker.start()
        try:
            config = uvicorn.Config(
                make_app(studio), ws="websockets-sansio", log_config=None, access_log=False, ws_ping_interval=20.0
            )
            print(listener.getsockname()[1], flush=True)
            uvicorn.Server(config).run(sockets=[listener])
        finally:
            worker.stop()


def usage(pid: int) -> tuple[float, float]:
    """Return the processor seconds and the resident megabytes of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    rss = int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), rss / 2**20


async def ask(port: int, method: str, path: str, data: dict | None = None) -> dict:
    import httpx

    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
        answer = await client.request(method, path, json=data)
        answer.raise_for_status()
        return answer.json()


async def wait_ready(port: int) -> None:
    import httpx

    for _ in range(600):
        try:
            await ask(port, "GET", "/health/ready")
        except httpx.HTTPError:
            await asyncio.sleep(0.1)
        else:
            return
    raise SystemExit("the server does not become ready")


class Line(asyncio.Protocol):
    """A WebSocket client that can do just enough: short text frames in, one short masked frame out."""

    def __init__(self, port: int, latencies: list[float]):
        self._port, self._latencies = port, latencies
        self._buffer, self._is_open = b"", False
        self.opened = asyncio.get_running_loop().create_future()
        self.subscribed = asyncio.get_running_loop().create_future()
        self.is_closed = False
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        self.transport = transport
        transport.write(
            f"GET /api/v1/ws HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )

    def say(self, message: dict) -> None:
        text = json.dumps(message).encode()
        assert len(text) < 126
        assert self.transport is not None
        self.transport.write(bytes((0x81, 0x80 | len(text), 0, 0, 0, 0)) + text)  # masked with zeros

    def data_received(self, data: bytes) -> None:
        now = time.time()
        self._buffer += data
        if not self._is_open:
            head, found, rest = self._buffer.partition(b"\r\n\r\n")
            if not found:
                return
            assert b" 101 " in head, head
            self._is_open, self._buffer = True, rest
            self.opened.set_result(None)
        while len(self._buffer) >= 2:
            size, start = self._buffer[1], 2
            if size == 126:
                size, start = int.from_bytes(self._buffer[2:4]), 4
            if len(self._buffer) < start + size:
                return
            kind, text = self._buffer[0] & 15, self._buffer[start : start + size]
            self._buffer = self._buffer[start + size :]
            if kind == 1:
                self._take(text, now)
            elif kind == 9 and self.transport is not None:  # ping
                self.transport.write(bytes((0x8A, 0x80, 0, 0, 0, 0)))

    def _take(self, text: bytes, now: float) -> None:
        if b'"subscribed"' in text[:24]:
            self.subscribed.set_result(None)
        elif b'"message":"' in text and b'"seq":null' in text:
            said = text.partition(b'"message":"')[2].partition(b'"')[0]
            self._latencies.append((now - float(said)) * 1000)

    def connection_lost(self, _error: Exception | None) -> None:
        self.is_closed = True


async def open_line(port: int, latencies: list[float]) -> Line:
    loop = asyncio.get_running_loop()
    line = Line(port, latencies)
    await loop.create_connection(lambda: line, "127.0.0.1", port)
    await line.opened
    return line


async def measure(
    port: int, name: str, n_all: int, n_listening: int, seconds: float, pace_s: float, number: int, pid: int
) -> dict:
    """Open ``n_all`` connections, of which ``n_listening`` follow the job, and run it."""
    latencies: list[float] = []
    lines: list[Line] = []
    load = os.getloadavg()[0]
    _, rss_before = usage(pid)
    begun = time.perf_counter()
    for start in range(0, n_all, 50):
        some = range(start, min(start + 50, n_all))
        lines += await asyncio.gather(*[open_line(port, latencies) for _ in some])
    opened_s = time.perf_counter() - begun
    for index, line in enumerate(lines):
        line.say({"type": "subscribe", "topic": "job" if index < n_listening else "library"})
        await line.subscribed
    cpu_open, rss_open = usage(pid)
    params = {"seconds": seconds, "pace_s": pace_s, "number": number}
    await ask(port, "POST", "/api/v1/jobs/tick", {"params": params})
    await asyncio.sleep(seconds + 2)
    cpu_end, _ = usage(pid)
    n_closed = sum(line.is_closed for line in lines)
    for line in lines:
        if line.transport is not None:
            line.transport.abort()
    ordered = sorted(latencies)
    return {
        "case": name,
        "connections": n_all,
        "listening": n_listening,
        "opened_in_s": round(opened_s, 2),
        "kb_per_connection": round((rss_open - rss_before) * 1024 / n_all, 1),
        "events": len(ordered),
        "closed_by_server": n_closed,
        "p50_ms": round(statistics.median(ordered), 1),
        "p95_ms": round(ordered[int(len(ordered) * 0.95)], 1),
        "p99_ms": round(ordered[int(len(ordered) * 0.99)], 1),
        "max_ms": round(ordered[-1], 1),
        "server_cpu_us_per_event": round((cpu_end - cpu_open) * 1e6 / len(ordered)),
        "server_cpu_percent": round(100 * (cpu_end - cpu_open) / (seconds + 2)),
        "load": [round(load, 1), round(os.getloadavg()[0], 1)],
    }


async def main(n_connections: int, seconds: float, pace_s: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [sys.executable, __file__, "--serve", folder],
            stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(HERE)}, start_new_session=True,
        )  # fmt: skip
        try:
            assert process.stdout is not None
            port = int(process.stdout.readline())
            await wait_ready(port)
            print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
            cases = (
                ("one page", 1, 1, 0.11),
                ("one page among many", n_connections, 1, 0.11),
                ("everybody follows", n_connections, n_connections, pace_s),
            )
            for number, (name, n_all, n_listening, pace) in enumerate(cases):
                told = await measure(port, name, n_all, n_listening, seconds, pace, number, process.pid)
                print(json.dumps(told), flush=True)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--connections", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--pace-s", type=float, default=0.5, help="Pause between events where everybody follows.")
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 20_000), hard))
    if options.serve:
        serve(options.serve)
    else:
        asyncio.run(main(options.connections, options.seconds, options.pace_s))

"""Load on the server: job status, job list and a plain endpoint, with 100 clients at once, on this machine's loopback.

Two ways of asking. *Closed*: each client asks again as soon as it has its answer, so that the server is always full;
the latency is then the number of clients over the rate. *Paced*: each client asks at its own steady pace, as pages that
poll do. Both are bounded in time. The clients run in a process of their own, on the same cores as the server.

Run: python benchmarks/load.py [--clients 100] [--seconds 8] [--pace-s 0.5]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.request import Request, urlopen

TOKEN = "a-token-for-the-benchmark-alone"
N_JOBS = 60


class Client:
    """One keep-alive connection."""

    def __init__(self, port: int):
        self._port = port
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def get(self, path: str, headers: str = "") -> tuple[int, bytes, dict[str, str]]:
        if self._writer is None or self._reader is None:
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        self._writer.write(
            f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1:{self._port}\r\n"
            f"authorization: Bearer {TOKEN}\r\n{headers}\r\n".encode()
        )
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        found = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
        body = await self._reader.readexactly(int(found.get("content-length", "0")))
        return int(head[0].split()[1]), body, found

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()


async def drive(port: int, paths: list[str], *, n_clients: int, seconds: float, pace_s: float, tagged: bool) -> list:
    """Ask for ``seconds``; return the latencies in ms, and how many answers had which status."""
    latencies: list[float] = []
    statuses: dict[int, int] = {}
    end = time.perf_counter() + seconds

    async def one(number: int) -> None:
        client = Client(port)
        tags: dict[str, str] = {}
        due = time.perf_counter() + (number / n_clients) * (pace_s or 0.1)
        n_asked = 0
        while time.perf_counter() < end:
            wait_s = due - time.perf_counter()
            if wait_s > 0:
                await asyncio.sleep(wait_s)
            path = paths[(number + n_asked) % len(paths)] if not tagged else paths[number % len(paths)]
            headers = f"if-none-match: {tags[path]}\r\n" if tagged and path in tags else ""
            began = time.perf_counter()
            status, _, found = await client.get(path, headers)
            latencies.append((time.perf_counter() - began) * 1000)
            statuses[status] = statuses.get(status, 0) + 1
            tags[path] = found.get("etag", "")
            n_asked += 1
            due = max(due + pace_s, time.perf_counter()) if pace_s else 0.0
        client.close()

    await asyncio.gather(*(one(number) for number in range(n_clients)))
    return [latencies, statuses]


def start_server(folder: str) -> tuple[subprocess.Popen[str], int]:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("TONMEISTER_")},
        "TONMEISTER_DATA_FOLDER": folder,
        "TONMEISTER_SHARED_TOKEN": TOKEN,
        "TONMEISTER_LOG_LEVEL": "warning",
    }
    server = subprocess.Popen(
        [sys.executable, "-m", "tonmeister", "serve", "--no-browser", "--port", "0"],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None
    return server, int(server.stdout.readline().strip().rstrip("/").rpartition(":")[2])


def call(port: int, path: str, body: object = None) -> dict:
    data = None if body is None else json.dumps(body).encode()
    headers = {"authorization": f"Bearer {TOKEN}", "content-type": "application/json"}
    with urlopen(Request(f"http://127.0.0.1:{port}{path}", data, headers), timeout=30) as answer:
        return json.load(answer)


def prepare(port: int) -> list[str]:
    """Have some jobs done; return their ids."""
    kinds = ("all", "preset", "genre", "platform", "tier")
    ids = [
        call(port, "/api/v1/jobs/presets", {"params": {"kind": kinds[number % 5]}, "label": f"load {number}"})["id"]
        for number in range(N_JOBS)
    ]
    until = time.monotonic() + 60
    while time.monotonic() < until:
        queue = call(port, "/api/v1/queue")
        if queue["n_queued"] + queue["n_processing"] == 0:
            return ids
        time.sleep(0.3)
    raise SystemExit("the jobs were not done within a minute")


def cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--pace-s", type=float, default=0.5)
    options = parser.parse_args()
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {options.clients} clients"
    )
    print(f"{'what':34} {'way':7} {'req/s':>7} {'p50 ms':>7} {'p95 ms':>7} {'p99 ms':>7} {'CPU us/req':>10}  answers")
    with tempfile.TemporaryDirectory() as folder:
        server, port = start_server(folder)
        try:
            ids = prepare(port)
            status = [f"/api/v1/jobs/{job_id}" for job_id in ids]
            cases = [
                ("build (authenticated JSON)", ["/api/v1/build"], False),
                ("job status", status, False),
                ("job status, If-None-Match", status, True),
                ("job list, 20 a page", ["/api/v1/jobs?limit=20"], False),
                ("queue", ["/api/v1/queue"], False),
            ]
            for name, paths, tagged in cases:
                for way, pace_s in (("paced", options.pace_s), ("closed", 0.0)):
                    before, began = cpu_s(server.pid), time.perf_counter()
                    latencies, statuses = asyncio.run(
                        drive(
                            port,
                            paths,
                            n_clients=options.clients,
                            seconds=options.seconds,
                            pace_s=pace_s,
                            tagged=tagged,
                        )
                    )
                    took_s = time.perf_counter() - began
                    cuts = statistics.quantiles(latencies, n=100)
                    cpu_us = (cpu_s(server.pid) - before) / len(latencies) * 1e6
                    print(
                        f"{name:34} {way:7} {len(latencies) / took_s:7.0f} {cuts[49]:7.1f} {cuts[94]:7.1f} "
                        f"{cuts[98]:7.1f} {cpu_us:10.0f}  {statuses}",
                        flush=True,
                    )
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(20)


if __name__ == "__main__":
    main()

"""Decodes the files named on standard input, one JSON line for each: outcome, repairs, samples, time and memory."""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

import numpy as np

from tonmeister.core.errors import TonmeisterError
from tonmeister.media.reader import open_audio

LIMIT_BYTES = 4 << 30


def decode(path: Path) -> dict[str, object]:
    started = time.monotonic()
    facts: dict[str, object] = {"name": path.name, "outcome": "ok"}
    try:
        with open_audio(path) as reader:
            n_samples = 0
            finite = True
            for block in reader.blocks():
                n_samples += block.shape[1]
                finite = finite and bool(np.isfinite(block).all())
            facts |= {
                "n_samples": n_samples,
                "rate": reader.info.sample_rate,
                "promised": reader.info.n_samples,
                "repairs": reader.repairs,
                "finite": finite,
            }
    except TonmeisterError as error:
        facts |= {"outcome": error.code, "message": str(error)}
    return facts | {"time_s": time.monotonic() - started, "rss_mb": peak_rss_mb()}


def peak_rss_mb() -> float:
    """The most memory that this process has held; ru_maxrss would count what its parent held before."""
    status = Path("/proc/self/status")
    if status.exists():
        return next(int(line.split()[1]) / 1024 for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1 << 20)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (LIMIT_BYTES, LIMIT_BYTES))
    for line in sys.stdin.read().splitlines():
        print(json.dumps(decode(Path(line))), flush=True)

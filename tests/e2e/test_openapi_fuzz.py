"""Requests made from the OpenAPI document, right and wrong ones, in sequence too: the server never fails."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from e2e.studio_process import studio_process


def test_no_request_makes_the_server_fail(tmp_path, request):
    seconds = request.config.getoption("--fuzz-seconds")
    with studio_process(tmp_path) as studio:
        done = subprocess.run(
            [
                Path(sys.executable).with_name("st"), "run", f"{studio.url}/api/v1/openapi.json",
                "--checks=not_a_server_error", f"--max-time={seconds}", "--max-examples=20", "--workers=2",
                "--generation-database=none", "--no-color", "--continue-on-failure", "--warnings=off",
            ],
            cwd=tmp_path, capture_output=True, text=True, timeout=seconds * 3 + 120, check=False,
        )  # fmt: skip
        assert studio.process.poll() is None
        assert studio.is_ready()
        log = studio.log_text()
    faults = [line for line in log.splitlines() if '"level":"error"' in line]
    assert "Server error" not in done.stdout, done.stdout[-6000:]
    assert not faults, faults[0][:3000]
    tested = re.search(r"Tested: (\d+)", done.stdout)
    assert tested, done.stdout[-6000:] + done.stderr[-2000:]
    assert int(tested[1]) >= 70
    cases = re.search(r"(\d+) generated", done.stdout)
    assert cases
    assert int(cases[1]) >= 5 * seconds

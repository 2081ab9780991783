"""Damaged audio files are uploaded to a running studio: each is prepared or refused with a reason, nothing crashes."""

from __future__ import annotations

import importlib.util
import re
import time

import httpx
import numpy as np
import soundfile

from e2e.studio_process import Studio, studio_process
from media.material import tones, write
from media.test_fuzz import FORMATS, damage

FAULTS = {"INTERNAL", "JOB_DIED", "JOB_TIMEOUT", "JOB_OUT_OF_MEMORY"}


def originals(folder) -> dict[str, bytes]:
    """Return a short sound in every format."""
    found = {}
    for name, (fmt, _) in FORMATS.items():
        if name != "m4a" or importlib.util.find_spec("av") is not None:
            write(folder / name, fmt, tones(fmt.n_channels, 8000, fmt.sample_rate))
            found[name] = (folder / name).read_bytes()
    soundfile.write(folder / "aiff", tones(2, 8000).T, 44100, "PCM_16", format="AIFF")
    return found | {"aiff": (folder / "aiff").read_bytes()}


def suffix_of(name: str) -> str:
    return "wav" if name.startswith("wav") else name


def prepared(client: httpx.Client, ids: list[str], limit_s: float) -> dict[str, dict]:
    """Wait until no asset is being prepared any more."""
    found: dict[str, dict] = {}
    until = time.monotonic() + limit_s
    while len(found) < len(ids) and time.monotonic() < until:
        for asset_id in ids:
            if asset_id not in found:
                asset = client.get(f"/api/v1/assets/{asset_id}").json()
                if asset["state"] == "preparing":
                    break
                found[asset_id] = asset
        time.sleep(0.05)
    assert len(found) == len(ids), f"{len(ids) - len(found)} of {len(ids)} are still being prepared"
    return found


def crashes(studio: Studio) -> float:
    figures = httpx.get(f"{studio.url}/metrics").text
    return sum(float(number) for number in re.findall(r"^tonmeister_step_crashes_total{.*} (\S+)", figures, re.M))


def test_damaged_files_crash_nothing(tmp_path, request):
    n_files = request.config.getoption("--damaged-files")
    material = originals(tmp_path)
    random = np.random.default_rng(n_files)
    names = list(material)
    with studio_process(tmp_path) as studio, httpx.Client(base_url=studio.url, timeout=60) as client:
        ids, whole = [], []
        for name in names:
            answer = client.post("/api/v1/assets", files={"file": (f"whole.{suffix_of(name)}", material[name])})
            assert answer.status_code == 201, answer.text
            whole.append(answer.json()["id"])
        for number in range(n_files):
            name = names[number % len(names)]
            suffix = suffix_of(name)
            content = damage(material[name], random)
            answer = client.post("/api/v1/assets", files={"file": (f"{number}.{suffix}", content)})
            assert answer.status_code < 500, answer.text
            if answer.status_code == 201:
                ids.append(answer.json()["id"])
            else:
                assert answer.json()["error"]["details"]["remedy"]
        found = prepared(client, [*whole, *ids], 60 + 5 * n_files)
        assert studio.is_ready()
        assert crashes(studio) == 0
        log = studio.log_text()
    failed = {asset_id: asset["error"] for asset_id, asset in found.items() if asset["state"] == "failed"}
    assert not set(whole) & set(failed), failed
    assert len(ids) > n_files * 0.9
    # what is no sound at all any more is not called one
    no_sound = {asset_id for asset_id, error in failed.items() if error["code"] == "FORMAT_UNSUPPORTED"}
    assert {asset_id for asset_id, asset in found.items() if not asset["is_audio"]} == no_sound
    assert 0 < len(failed) < len(ids)
    for error in failed.values():
        assert error["code"] not in FAULTS, error
        assert error["message"]
    assert '"level":"error"' not in log

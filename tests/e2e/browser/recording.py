"""What is heard in the page, to the sample: the player is recorded, and compared with the server's files."""

from __future__ import annotations

import io
import time
import urllib.request

import numpy as np
import soundfile

from e2e.browser.studio_api import call, wait_for

RECORDER = """
registerProcessor("recorder", class extends AudioWorkletProcessor {
  process([input]) {
    if (input.length) this.port.postMessage({ frame: currentFrame, sound: input.map((one) => one.slice()) });
    return true;
  }
});
"""
LISTEN = """async (source) => {
  const { context, node } = tonmeisterPlayer.output;
  await context.audioWorklet.addModule(
    URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
  const recorder = new AudioWorkletNode(context, "recorder", {
    numberOfOutputs: 0, channelCount: 2, channelCountMode: "explicit" });
  globalThis.recorded = [];
  recorder.port.onmessage = ({ data }) => globalThis.recorded.push(data);
  node.connect(recorder);
}"""
TAKE = """() => {
  const blocks = globalThis.recorded;
  globalThis.recorded = [];
  return {
    anchor: tonmeisterPlayer.anchor,
    frames: blocks.map(({ frame }) => frame),
    sound: [0, 1].map((side) => blocks.flatMap(({ sound }) => Array.from(sound[side] ?? new Float32Array(128)))),
  };
}"""


def ready(studio, asset_id: str) -> dict:
    return wait_for(lambda: call(f"{studio.url}/api/v1/assets/{asset_id}"), lambda asset: asset["state"] == "ready")


def read_audio(studio, url: str) -> np.ndarray:
    """Return a sound of the server as (channels, samples)."""
    with urllib.request.urlopen(studio.url + url, timeout=30) as answer:
        frames, _ = soundfile.read(io.BytesIO(answer.read()), dtype="float32", always_2d=True)
    return frames.T


def listening_copy(studio, asset_id: str) -> np.ndarray:
    manifest = call(f"{studio.url}/api/v1/audio/{asset_id}/manifest")
    numbers = range(manifest["n_segments"])
    parts = [read_audio(studio, manifest["segment_url"].replace("{n}", str(n))) for n in numbers]
    return np.concatenate(parts, axis=1)


def state(page) -> dict:
    return page.evaluate("tonmeisterPlayer.snapshot")


def until(page, condition: str, *, arg: object = None, timeout: float = 15_000) -> None:
    """Wait until it holds. The page's policy forbids the driver's own way, which evaluates text in the page."""
    end = time.monotonic() + timeout / 1000
    while not page.evaluate(condition, arg):
        assert time.monotonic() < end, f"never: {condition}"
        time.sleep(0.02)


def play(page) -> None:
    page.get_by_label("Playback").get_by_role("button", name="Play", exact=True).click()
    until(page, "tonmeisterPlayer.snapshot.state === 'playing'")


class LostBlockError(Exception):
    """The recorder was not run for every block, so what it took is no witness of what was heard."""


def recorded(page) -> tuple[dict, int, np.ndarray]:
    """Return what was heard since the last time: anchor, first frame and (2, samples) without a gap."""
    taken = page.evaluate(TAKE)
    if not np.all(np.diff(taken["frames"]) == 128):
        raise LostBlockError
    return taken["anchor"], taken["frames"][0], np.asarray(taken["sound"], dtype=np.float32)


def recorded_whole(take, *, n_tries: int = 8):
    """Return what ``take()`` returns, recording again where a crowded machine left blocks out of the recording."""
    for _ in range(n_tries - 1):
        try:
            return take()
        except LostBlockError:
            continue
    return take()

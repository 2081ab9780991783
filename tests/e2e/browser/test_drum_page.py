"""Drums on the transcription page: drawn with heads, shown where they are struck, written as files of their kind."""

from __future__ import annotations

import io
import wave

import numpy as np

from e2e.browser.studio_api import add, call, wait_for
from tonmeister.dsp import synth

RATE = 44_100
BEAT_S = 0.5
HEADS = """() => {
  // noteheadBlack, noteheadHalf, noteheadWhole and noteheadXBlack of the music font
  return [...document.querySelectorAll(".music svg text")]
    .filter((one) => /[\\ue0a2-\\ue0a4\\ue0a9]/.test(one.textContent))
    .map((one) => ({ head: one.textContent, ...one.getBoundingClientRect().toJSON() }));
}"""


def groove(n_bars: int) -> bytes:
    """Return kick and snare in turn, with a hi-hat on every eighth, as a WAV file."""
    rng = np.random.default_rng(5)
    out = np.zeros(int((4 * n_bars + 2) * BEAT_S * RATE), np.float32)
    for step in range(8 * n_bars):
        strikes = [0.5 * synth.cymbal(RATE, rng, decay_s=0.08)]
        if step % 2 == 0:
            strikes.append(synth.kick(RATE, rng) if step % 4 == 0 else synth.snare(RATE, rng))
        for strike in strikes:
            start = round((0.25 + step * BEAT_S / 2) * RATE)
            out[start : start + strike.shape[1]] += strike[0, : out.size - start]
    file = io.BytesIO()
    with wave.open(file, "wb") as made:
        made.setnchannels(1)
        made.setsampwidth(2)
        made.setframerate(RATE)
        made.writeframes((out / np.abs(out).max() * 0.6 * 32767).astype("<i2"))
    return file.getvalue()


def test_every_drum_has_a_head(page, studio):
    from PIL import Image

    asset = add(studio.url, "groove.wav", groove(4))["id"]
    wait_for(lambda: call(f"{studio.url}/api/v1/assets/{asset}"), lambda one: one["state"] == "ready", 120)
    page.goto(f"/transcribe/{asset}?instrument=drums")
    page.get_by_role("button", name="Transcribe", exact=True).click()
    page.get_by_role("application").wait_for(timeout=180_000)
    page.locator(".music svg .at").first.wait_for(state="attached")
    page.wait_for_timeout(500)
    job = call(f"{studio.url}/api/v1/jobs?asset={asset}&capability=transcribe&results=true&limit=1")["items"][0]
    result = job["result"]
    gone = {note["name"] for note in result["unfingered"]}
    struck = [note["midi"] for note in result["notes"] if note["name"] not in gone]
    assert min(struck.count(36), struck.count(38), struck.count(42)) >= 6
    heads = page.evaluate(HEADS)
    round_ones = [one for one in heads if one["head"] != "\ue0a9"]
    assert len(round_ones) >= struck.count(36) + struck.count(38), "kick and snare are more than stems"
    assert len(heads) - len(round_ones) >= struck.count(42)
    box = page.locator(".stage").bounding_box()
    pixels = np.asarray(Image.open(io.BytesIO(page.screenshot(clip=box))).convert("L"), dtype=np.int16)
    seen = 0
    for one in round_ones:
        x, y = one["x"] + one["width"] / 2 - box["x"], one["y"] + one["height"] / 2 - box["y"]
        if y + 30 > min(pixels.shape[0], page.viewport_size["height"] - box["y"] - 130):
            continue  # below what is in sight
        # a head is a blob within a staff space or two of its text's middle
        near = pixels[int(y) - 14 : int(y) + 14, int(x) - 3 : int(x) + 3]
        seen += np.mean(near.max(axis=1) - np.median(pixels[:4, :4]) > 80) >= 0.2
    assert seen >= 4
    # what cannot be written is told in words
    page.get_by_role("button", name="Export").click()
    page.get_by_role("menuitem", name="Guitar Pro").click()
    page.get_by_text("No gp5 file").wait_for(timeout=60_000)

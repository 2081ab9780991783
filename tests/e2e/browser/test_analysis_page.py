"""A song's analysis on the page: what was found is drawn, and its listener can correct it."""

from __future__ import annotations

import io
import re
import wave

import numpy as np
import pytest

from e2e.browser.guitar_song import LEAD_IN_S, RATE, TEMPO_BPM, guitar_song
from e2e.browser.studio_api import CHECK, add, call, wait_for


@pytest.fixture(scope="module")
def guitar(studio) -> str:
    asset = add(studio.url, "analysed.wav", guitar_song(8))
    wait_for(lambda: call(f"{studio.url}/api/v1/assets/{asset['id']}"), lambda one: one["state"] == "ready", 120)
    return asset["id"]


def latest(studio, asset: str) -> dict:
    return call(f"{studio.url}/api/v1/jobs?asset={asset}&capability=analyze&results=true&limit=1")["items"][0]


def open_analysis(page, asset: str) -> None:
    page.goto(f"/analysis/{asset}")
    page.get_by_role("heading", name="The song over time").wait_for(timeout=120_000)


def done(page, studio, asset: str, is_so) -> dict:
    return wait_for(lambda: latest(studio, asset), lambda job: job["state"] == "completed" and is_so(job), 60, page)[
        "result"
    ]


def test_beats_are_drawn_where_they_are(page, studio, guitar):
    from PIL import Image

    open_analysis(page, guitar)
    result = latest(studio, guitar)["result"]
    assert result["tempo"]["tempo_bpm"] == pytest.approx(TEMPO_BPM, rel=0.01)
    page.get_by_text(f"{result['tempo']['tempo_bpm']:.2f}", exact=True).first.wait_for()
    picture = page.get_by_role("img", name=re.compile("^Waveform with"))
    page.wait_for_timeout(600)
    box = picture.bounding_box()
    pixels = np.asarray(Image.open(io.BytesIO(page.screenshot(clip=box))).convert("RGB"), dtype=np.int16)
    accent = np.array([0xF2, 0xA3, 0x3A])
    # the lower edge, where neither waveform nor figures are
    columns = np.flatnonzero((np.abs(pixels[-8:-2] - accent).max(axis=2) < 70).all(axis=0))
    drawn_s = columns / pixels.shape[1] * result["duration_s"]
    per_pixel_s = result["duration_s"] / pixels.shape[1]
    for beat in result["downbeats"]:
        assert np.min(np.abs(drawn_s - result["beats_s"][beat])) <= 2 * per_pixel_s
    bar_s = 4 * 60 / TEMPO_BPM
    off_s = (np.array([result["beats_s"][beat] for beat in result["downbeats"]]) - LEAD_IN_S + bar_s / 8) % (bar_s / 4)
    assert np.median(np.abs(off_s - bar_s / 8)) < 0.05, "beats lie on the song's beats"


def test_tempo_and_first_beat_are_corrected_by_hand_and_kept(page, studio, guitar):
    open_analysis(page, guitar)
    found = latest(studio, guitar)["result"]
    page.get_by_role("button", name="Half", exact=True).click()
    half = done(page, studio, guitar, lambda job: job["params"].get("tempo_factor") == "half")
    assert half["tempo"]["tempo_bpm"] == pytest.approx(found["tempo"]["tempo_bpm"] / 2, rel=0.02)
    page.reload()
    page.get_by_text(f"{half['tempo']['tempo_bpm']:.2f}", exact=True).first.wait_for(timeout=60_000)
    page.get_by_role("button", name="Back to what was found").click()
    done(page, studio, guitar, lambda job: not job["params"].get("tempo_factor"))
    page.get_by_text(f"{found['tempo']['tempo_bpm']:.2f}", exact=True).first.wait_for()
    page.get_by_label("First beat").fill("1.125")
    page.get_by_label("First beat").press("Tab")
    moved = done(page, studio, guitar, lambda job: job["params"].get("first_beat_s") == 1.125)
    firsts = [moved["beats_s"][beat] for beat in moved["downbeats"]]
    assert min(abs(first - 1.125) for first in firsts) < 0.06
    page.get_by_label("Metre").select_option("3/4")
    waltz = done(page, studio, guitar, lambda job: job["params"].get("metre") == "3/4")
    assert (waltz["metre"]["numerator"], waltz["metre"]["denominator"]) == (3, 4)
    page.get_by_role("button", name="Back to what was found").click()
    page.get_by_role("button", name="Back to what was found").wait_for(state="detached")


def test_a_tempo_out_of_bounds_is_refused_and_a_told_one_is_called_so(page, studio, guitar):
    open_analysis(page, guitar)
    tempo = page.get_by_label("Tempo", exact=True)
    tempo.fill("5")
    tempo.press("Tab")
    page.get_by_text("5 BPM was not used: enter 20 to 400.").wait_for()
    assert tempo.get_attribute("aria-invalid") == "true"
    assert latest(studio, guitar)["params"].get("tempo_bpm") is None
    tempo.fill("20")
    tempo.press("Tab")
    told = done(page, studio, guitar, lambda job: job["params"].get("tempo_bpm") == 20)
    assert told["beat_engine"] == "told"
    page.get_by_text("told by you").wait_for()
    page.get_by_text("beats are counted evenly, wherever onsets lie").first.wait_for()
    assert page.get_by_text("played to a click").count() == 0
    assert page.get_by_text("ms from the beats").count() == 0
    assert page.get_by_text("was not used").count() == 0
    page.get_by_role("button", name="Back to what was found").click()
    page.get_by_role("button", name="Back to what was found").wait_for(state="detached")


def test_a_tempo_is_tapped_to_the_song(page, studio, guitar):
    open_analysis(page, guitar)
    page.get_by_label("Playback").get_by_role("button", name="Play", exact=True).click()
    wait_for(lambda: page.evaluate("tonmeisterPlayer.snapshot.state"), lambda state: state == "playing", 20, page)
    tap = """(beat_s) => new Promise((done) => {
      const press = () => document.querySelector("main").dispatchEvent(
        new KeyboardEvent("keydown", { key: "t", bubbles: true }));
      let n = Math.ceil((tonmeisterPlayer.position_s + 0.2) / beat_s);
      const last = n + 7;
      const watch = () => {
        if (tonmeisterPlayer.position_s >= n * beat_s) { press(); n++; }
        if (n > last) done(true); else setTimeout(watch, 2);
      };
      watch();
    })"""
    page.evaluate(tap, 60 / TEMPO_BPM)
    use = page.get_by_role("button", name=re.compile(r"^Use [\d.]+ and its beat$"))
    use.wait_for()
    tapped = float(re.search(r"[\d.]+", use.inner_text())[0])
    assert tapped == pytest.approx(TEMPO_BPM, rel=0.05)
    use.click()
    result = done(page, studio, guitar, lambda job: job["params"].get("tempo_bpm") is not None)
    assert result["tempo"]["tempo_bpm"] == pytest.approx(TEMPO_BPM, rel=0.05)
    page.get_by_role("button", name="Back to what was found").click()
    page.get_by_role("button", name="Back to what was found").wait_for(state="detached")


def test_arrow_keys_go_from_beat_to_beat(page, studio, guitar):
    open_analysis(page, guitar)
    result = latest(studio, guitar)["result"]
    slider = page.get_by_role("slider", name="Position in the song, by beats")
    slider.focus()
    slider.press("Home")
    slider.press("ArrowRight")
    at_s = page.evaluate("tonmeisterPlayer.position_s")
    assert min(abs(at_s - beat) for beat in result["beats_s"]) < 0.001
    slider.press("Shift+ArrowRight")
    at_s = page.evaluate("tonmeisterPlayer.position_s")
    assert min(abs(at_s - result["beats_s"][beat]) for beat in result["downbeats"]) < 0.001


def even_strikes(bpm: float = 100.0, n: int = 32) -> bytes:
    """Return equal strikes in eighths: nothing tells beats from what lies between them."""
    t = np.arange(int(0.12 * RATE)) / RATE
    strike = 0.4 * np.random.default_rng(0).normal(size=t.size) * np.exp(-30 * t)
    sound = np.zeros(int((n * 30 / bpm + 1) * RATE))
    for at in range(n):
        start = int((0.3 + at * 30 / bpm) * RATE)
        sound[start : start + strike.size] += strike
    file = io.BytesIO()
    with wave.open(file, "wb") as made:
        made.setnchannels(1)
        made.setsampwidth(2)
        made.setframerate(RATE)
        made.writeframes(np.round(sound / np.abs(sound).max() * 0.6 * 32767).astype("<i2").tobytes())
    return file.getvalue()


def test_beats_that_may_lie_elsewhere_are_offered_and_taken_with_one_press(page, studio):
    asset = add(studio.url, "even strikes.wav", even_strikes())["id"]
    wait_for(lambda: call(f"{studio.url}/api/v1/assets/{asset}"), lambda one: one["state"] == "ready", 120)
    open_analysis(page, asset)
    found = done(page, studio, asset, lambda job: "first_beat_s" not in job["params"])
    other = next(one for one in found["placing"]["alternatives"] if one["moves"] == "beats")
    warned = [warning for warning in found["warnings"] if "the beats lie is doubtful" in warning]
    assert f"--first-beat-s {other['first_beat_s']:.3f}" in warned[0]
    page.get_by_text("The beats may lie elsewhere.").wait_for()
    page.get_by_role("button", name=re.compile(rf"^{other['first_beat_s']:.3f} s, .*beats? (later|earlier)$")).click()
    moved = done(page, studio, asset, lambda job: job["params"].get("first_beat_s") == other["first_beat_s"])
    assert min(abs(moved["beats_s"][at] - other["first_beat_s"]) for at in moved["downbeats"]) < 0.005
    assert moved["placing"]["alternatives"] == []
    assert moved["tempo"]["tempo_bpm"] == pytest.approx(found["tempo"]["tempo_bpm"], rel=1e-3)
    page.get_by_text("The beats may lie elsewhere.").wait_for(state="detached")
    page.get_by_role("button", name="Half a beat later").click()
    half_s = moved["placing"]["first_beat_s"] + 30 / found["tempo"]["tempo_bpm"]
    again = done(page, studio, asset, lambda job: job["params"].get("first_beat_s") != other["first_beat_s"])
    assert again["placing"]["first_beat_s"] == pytest.approx(half_s, abs=0.005)


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_the_page_is_readable_by_all(page, studio, guitar, axe, scheme):
    page.emulate_media(color_scheme=scheme)
    open_analysis(page, guitar)
    page.wait_for_timeout(500)
    page.evaluate(axe)
    assert page.evaluate(CHECK) == []
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_timeout(300)
    assert page.evaluate(
        "[document.documentElement.scrollWidth - innerWidth, main.scrollWidth - main.clientWidth]"
    ) == [0, 0]
    assert page.evaluate(CHECK) == []

"""From a song on the disk to a master in the ears and back on the disk, and what the player promises on the way."""

from __future__ import annotations

import io
import json
import re
import struct
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
import soundfile

from e2e.browser.recording import (
    LISTEN,
    RECORDER,
    listening_copy,
    play,
    ready,
    recorded,
    recorded_whole,
    state,
    until,
)
from e2e.browser.studio_api import add, call, song, wait_for


def open_song(page, studio, content: bytes, name: str) -> str:
    asset = add(studio.url, name, content)
    ready(studio, asset["id"])
    page.goto(f"/master/{asset['id']}")
    page.get_by_role("img", name="Waveform of Mix").wait_for()
    until(page, "tonmeisterPlayer.snapshot.state === 'paused'")
    return asset["id"]


def render(page) -> None:
    page.get_by_role("button", name=re.compile("^Render")).click()
    page.get_by_role("heading", name="What changed").wait_for(timeout=90_000)


def test_a_real_song_is_uploaded_mastered_compared_and_downloaded(recorder, studio, shared_audio, tmp_path):
    page = recorder
    page.goto("/")
    page.locator("input[type=file]").first.set_input_files(shared_audio / "songs" / "scott_hamster_haven.mp3")
    found = wait_for(
        lambda: call(f"{studio.url}/api/v1/assets?q=hamster")["items"],
        lambda items: len(items) == 1 and items[0]["state"] == "ready",
    )
    mix_id = found[0]["id"]
    page.goto(f"/master/{mix_id}")
    page.get_by_role("radio", name="Punchy").check()
    page.get_by_role("checkbox", name="FLAC").check()
    render(page)
    until(page, "(mix) => tonmeisterPlayer.snapshot.audible[0] !== mix", arg=mix_id, timeout=60_000)
    master_id = state(page)["audible"][0]
    verdict = page.locator(".verdict").inner_text()
    assert "−14.0 LUFS" in verdict, verdict

    # sound flows, and each side is its file at its gain to the sample
    play(page)
    page.evaluate(LISTEN, RECORDER)
    mix, master = listening_copy(studio, mix_id), listening_copy(studio, master_id)
    loudness = {one: call(f"{studio.url}/api/v1/assets/{one}")["integrated_lufs"] for one in (mix_id, master_id)}
    assert loudness[master_id] == pytest.approx(-14, abs=0.1)
    turned_down_db = loudness[mix_id] - loudness[master_id]
    shown = page.get_by_text(re.compile(r"^−\d+\.\d dB$")).first.inner_text()
    assert float(shown.replace("−", "-").split()[0]) == pytest.approx(turned_down_db, abs=0.06)
    page.evaluate("tonmeisterPlayer.setVolume(1)")
    page.wait_for_timeout(100)  # the volume glides

    def switch() -> tuple[dict, int, np.ndarray]:
        page.keyboard.press("2")
        until(page, "(id) => tonmeisterPlayer.snapshot.audible[0] === id", arg=master_id)
        page.wait_for_timeout(100)
        page.evaluate("globalThis.recorded = []")
        page.wait_for_timeout(400)
        page.keyboard.press("1")
        page.wait_for_timeout(500)
        assert state(page)["audible"] == [mix_id]
        return recorded(page)

    anchor, first, heard = recorded_whole(switch)
    switch_ms = page.evaluate("tonmeisterPlayer.figures.last_switch_ms")
    start = first - anchor["frame"] + anchor["position"]
    n = heard.shape[1]
    as_master = master[:, start : start + n] * 10 ** (turned_down_db / 20)
    as_mix = mix[:, start : start + n]
    is_master = np.abs(heard - as_master).max(axis=0) < 2e-5
    is_mix = np.abs(heard - as_mix).max(axis=0) < 2e-5
    assert is_master[:4410].all(), "the master, turned down by the difference in loudness"
    assert is_mix[-4410:].all(), "the mix, as it is"
    fade = n - int(np.argmax(~is_mix[::-1])) - int(np.argmax(~is_master))
    fade_ms = 1000 * fade / 48000
    print(f"switch: {switch_ms:.1f} ms after the key, fade {fade_ms:.1f} ms")
    assert fade_ms <= 11
    assert switch_ms <= 30

    # unmatched, the master is heard as it was written
    page.keyboard.press("2")
    page.get_by_role("checkbox", name="Match loudness").uncheck()
    page.wait_for_timeout(100)
    assert page.evaluate("(id) => tonmeisterPlayer.gainNow(id)", master_id) == pytest.approx(1)
    page.get_by_label("Playback").get_by_role("button", name="Pause").click()

    # download and export
    page.get_by_role("button", name="Export master").click()
    with page.expect_download() as download:
        page.get_by_role("dialog").get_by_role("link", name="Download", exact=True).first.click()
    download.value.save_as(tmp_path / "master.wav")
    samples, rate = soundfile.read(tmp_path / "master.wav", always_2d=True)
    assert rate == 48000
    assert np.abs(samples).max() <= 10 ** (-1 / 20)
    page.get_by_role("dialog").get_by_role("checkbox", name="MP3").check()
    page.get_by_role("button", name=re.compile("^Export")).last.click()
    page.get_by_role("dialog").get_by_text(re.compile(r"MP3 \d+ kbit/s")).wait_for(timeout=60_000)
    with page.expect_download() as download:
        page.get_by_role("dialog").get_by_role("link", name="Download ZIP").first.click()
    download.value.save_as(tmp_path / "all.zip")
    names = zipfile.ZipFile(tmp_path / "all.zip").namelist()
    assert {Path(name).suffix for name in names} >= {".wav", ".flac", ".html", ".json"}
    # the export is the same master, not another version
    page.keyboard.press("Escape")
    assert page.get_by_role("button", name=re.compile(r"^Hear version")).count() == 1


def test_joints_and_loops_hold_every_sample(recorder, studio):
    page = recorder
    content = song(12.0, seed=5)
    asset_id = open_song(page, studio, content, "joints.wav")
    sound, _ = soundfile.read(io.BytesIO(content), dtype="float32", always_2d=True)
    assert np.array_equal(listening_copy(studio, asset_id), sound.T), "the segments are the file"
    page.evaluate("tonmeisterPlayer.setVolume(1)")
    play(page)
    page.evaluate(LISTEN, RECORDER)

    def play_from(at_s: float, seconds: float, loop: tuple[float, float] | None) -> tuple[dict, int, np.ndarray]:
        page.evaluate("tonmeisterPlayer.pause()")
        page.wait_for_timeout(100)
        page.evaluate(
            "([at, loop]) => { tonmeisterPlayer.setLoop(loop && { start_s: loop[0], end_s: loop[1] });"
            " tonmeisterPlayer.seek(at); globalThis.recorded = []; return tonmeisterPlayer.play(); }",
            [at_s, loop],
        )
        page.wait_for_timeout(seconds * 1000)
        return recorded(page)

    def heard(at_s: float, seconds: float, loop: tuple[float, float] | None = None) -> None:
        anchor, first, got = recorded_whole(lambda: play_from(at_s, seconds, loop))
        positions = np.arange(got.shape[1]) + first - anchor["frame"] + anchor["position"]
        if loop is not None:
            start, end = (round(one * 44100) for one in loop)
            positions = np.where(positions >= end, start + (positions - end) % (end - start), positions)
        steady = np.flatnonzero(np.arange(got.shape[1]) + first >= anchor["frame"] + 300)  # after the 5 ms fade in
        assert steady.size > 44100 * (seconds - 0.6)
        # Chromium turns 16-bit samples into float with 32767 steps above zero and 32768 below
        steps = np.where(got > 0, got * 32767, got * 32768)[:, steady]
        assert np.abs(steps - sound.T[:, positions[steady]] * 32768).max() < 0.01

    heard(4.3, 1.6)  # over the joint at 5 s
    heard(9.4, 3.0, (9.5, 10.25))  # round and round over the joint at 10 s
    heard(0.2, 2.0, (0.3, 0.35))  # a loop of 50 ms
    assert page.evaluate("tonmeisterPlayer.figures.n_stalls") == 0


def test_the_first_sound_comes_within_150_ms(page, studio):
    asset_id = open_song(page, studio, song(20.0, seed=6), "prompt.wav")
    figures, seen = [], []
    for _ in range(3):
        page.goto(f"/master/{asset_id}")
        until(page, "tonmeisterPlayer?.snapshot.state === 'paused'")
        page.wait_for_timeout(500)
        page.evaluate(
            """() => {
              const button = document.querySelector("section[aria-label=Playback] button");
              button.addEventListener("click", () => {
                const pressed = performance.now();
                const data = new Float32Array(2048);
                const look = () => {
                  tonmeisterPlayer.meters?.[0].getFloatTimeDomainData(data);
                  if (data.some((one) => one !== 0)) globalThis.soundAfter = performance.now() - pressed;
                  else setTimeout(look, 4);
                };
                look();
              });
            }"""
        )
        play(page)
        until(page, "globalThis.soundAfter > 0")
        seen.append(page.evaluate("globalThis.soundAfter"))
        figures.append(page.evaluate("tonmeisterPlayer.figures.first_sound_ms"))
    print(
        "first sound:", [round(one) for one in figures], "ms, seen by an analyser after", [round(one) for one in seen]
    )
    assert min(figures) <= 150
    assert min(seen) <= 150


def test_seeking_and_keys(page, studio):
    open_song(page, studio, song(12.0, seed=7), "keys.wav")
    page.locator("#main").click(position={"x": 5, "y": 5})
    page.keyboard.press("Space")
    until(page, "tonmeisterPlayer.snapshot.state === 'playing'")
    media = page.evaluate("[navigator.mediaSession.metadata.title, navigator.mediaSession.playbackState]")
    assert media == ["keys.wav", "playing"]
    page.keyboard.press("ArrowRight")
    until(page, "tonmeisterPlayer.position_s > 5")
    page.keyboard.press("Space")
    until(page, "tonmeisterPlayer.snapshot.state === 'paused'")
    before = page.evaluate("tonmeisterPlayer.position_s")
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("tonmeisterPlayer.position_s") == pytest.approx(before - 5, abs=0.05)
    page.keyboard.press("[")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("]")
    loop = state(page)["loop"]
    assert loop["end_s"] - loop["start_s"] == pytest.approx(5, abs=0.05)
    page.keyboard.press("l")
    assert state(page)["loop"] is None
    slider = page.get_by_role("slider", name="Position in the song")
    slider.focus()
    page.keyboard.press("End")
    page.keyboard.press("Home")
    page.locator('[aria-valuetext="0 seconds of 12 seconds"]').first.wait_for(state="attached")
    page.keyboard.press("+")
    page.keyboard.press("+")
    page.get_by_text(re.compile(r"^0:00.0 to 0:03.0$")).wait_for()
    # at the end it stops, and Play begins anew
    page.evaluate("tonmeisterPlayer.seek(11.8)")
    play(page)
    until(page, "tonmeisterPlayer.snapshot.state === 'ended'")
    play(page)
    assert page.evaluate("tonmeisterPlayer.position_s") < 2


def test_a_sound_that_does_not_come_is_told_and_tried_again(page, studio, faults):
    faults.expect(r"404|ERR_FAILED|Failed to load")
    open_song(page, studio, song(17.0, seed=8), "lost.wav")
    page.route("**/seg/2.flac", lambda route: route.fulfill(status=404, body="gone"))
    page.evaluate("tonmeisterPlayer.seek(9.5)")
    play(page)
    until(page, "tonmeisterPlayer.snapshot.state === 'error'")
    page.get_by_label("Playback").get_by_text("answered 404").wait_for()
    assert page.evaluate("tonmeisterPlayer.position_s") == pytest.approx(10, abs=0.1)
    page.unroute("**/seg/2.flac")
    play(page)
    until(page, "tonmeisterPlayer.position_s > 10.3")


def test_a_reference_begins_anew_and_a_version_is_taken_up_again(page, studio):
    reference = add(studio.url, "reference short.wav", song(4.0, seed=9))
    ready(studio, reference["id"])
    open_song(page, studio, song(9.0, seed=10), "versions.wav")
    render(page)
    page.get_by_role("button", name="Choose").click()
    page.get_by_role("dialog").get_by_role("button", name="reference short.wav").click()
    page.get_by_role("radio", name="Both").click()
    render_again = page.get_by_role("button", name="Render again")
    render_again.click()
    page.get_by_role("button", name="Hear version 2").wait_for(timeout=60_000)
    until(page, "document.querySelectorAll('.lane').length === 3", timeout=60_000)
    page.keyboard.press("3")
    assert state(page)["audible"] == [reference["id"]]
    page.evaluate("tonmeisterPlayer.seek(6)")  # the reference is over by then, and sounds again
    play(page)
    until(
        page,
        "() => { const data = new Float32Array(2048); tonmeisterPlayer.meters[0].getFloatTimeDomainData(data);"
        " return data.some((one) => Math.abs(one) > 0.001); }",
    )
    page.get_by_role("button", name="Hear version 1").click()
    page.get_by_role("radio", name="Master 1").wait_for()
    page.get_by_label("Playback").get_by_text(re.compile("^Master 1")).wait_for()
    page.get_by_role("button", name="Take the settings of version 1").click()
    page.get_by_text("The settings of version 1 are taken over").wait_for()
    assert page.get_by_role("radio", name="Both").count() == 0, "version 1 had no reference"
    # pictures say in words what they show
    for tab, words in (("Loudness", "target"), ("Limiter", "at most"), ("Equaliser", "dB"), ("Spectrum", "thirds")):
        page.get_by_role("radio", name=tab).click()
        label = page.locator(".pictures canvas").get_attribute("aria-label")
        assert words in label, label


def test_a_render_survives_a_reload_and_can_be_cancelled(page, studio, shared_audio):
    content = (shared_audio / "songs" / "trow_acoustic_guitar_arrangement_for_song.mp3").read_bytes()
    open_song(page, studio, content, "reloaded.mp3")
    page.get_by_role("radio", name="Fine").click()
    page.get_by_role("button", name="Render", exact=True).click()
    page.get_by_role("progressbar", name="Rendering").wait_for()
    page.reload()
    page.get_by_role("progressbar", name="Rendering").wait_for()
    page.get_by_role("region", name="Rendering").get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Render", exact=True).wait_for()
    (job,) = call(f"{studio.url}/api/v1/jobs?capability=master&q=reloaded")["items"]
    assert job["state"] == "cancelled"


def test_what_is_refused_says_what_to_do(page, studio):
    open_song(page, studio, song(6.0, seed=11), "refused.wav")
    page.get_by_text("Advanced").click()
    page.get_by_text("True-peak limiter").click()
    release = page.get_by_label(re.compile("^Release"))
    release.last.fill("1")
    release.last.press("Tab")
    page.get_by_text("Not under 5.").wait_for()
    page.locator("aside").get_by_label("Bit depth").select_option("32")
    page.get_by_role("checkbox", name="WAV").click()  # the last format cannot be taken away
    assert page.get_by_role("checkbox", name="WAV").is_checked()
    page.get_by_role("radio", name="Warm").check()
    page.get_by_role("button", name="Keep these settings as a preset").click()
    page.get_by_label("Name of the preset").fill("My vinyl")
    page.keyboard.press("Enter")
    page.get_by_text("My vinyl is kept").wait_for()
    page.reload()
    page.get_by_label("One of your own").select_option("My vinyl")
    assert page.get_by_role("radio", name="Warm").is_checked()


def test_a_batch_names_what_failed(page, studio):
    songs = [add(studio.url, f"batch {n}.wav", song(5.0, seed=20 + n)) for n in range(2)]
    quiet = add(studio.url, "batch silent.wav", silent(5.0))
    for asset in (*songs, quiet):
        ready(studio, asset["id"])
    page.goto(f"/batch?songs={','.join(asset['id'] for asset in (*songs, quiet))}")
    page.get_by_role("row", name=re.compile("batch silent")).wait_for()
    page.get_by_role("button", name="Render all").click()
    page.get_by_role("link", name="Download ZIP").wait_for(timeout=90_000)
    alert = page.get_by_role("alert").inner_text()
    assert "batch silent.wav" in alert
    page.reload()
    page.get_by_role("link", name="Download ZIP").wait_for()
    assert page.get_by_role("link", name="Download", exact=True).count() == 2
    with page.expect_download() as download:
        page.get_by_role("link", name="Download ZIP").click()
    names = zipfile.ZipFile(download.value.path()).namelist()
    assert sum(name.endswith(".wav") for name in names) == 2


def test_an_album_is_put_in_order_and_made(page, studio):
    assets = [add(studio.url, f"album {n}.wav", song(6.0, seed=30 + n)) for n in range(3)]
    for asset in assets:
        ready(studio, asset["id"])
    page.goto(f"/album?songs={','.join(asset['id'] for asset in assets)}")
    handles = page.locator("[data-move=grip]")
    handles.first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert "number 3 of 3" in page.evaluate("document.activeElement.getAttribute('aria-label')")
    handles.nth(1).drag_to(handles.nth(0))
    order = page.locator("ol li .name a").all_inner_texts()
    assert order == ["album 2.wav", "album 1.wav", "album 0.wav"]
    page.get_by_label("Title", exact=True).fill("Three songs")
    for n, field in enumerate(page.get_by_label(re.compile("^ISRC of")).all()[:2]):
        field.fill(f"AT-XYZ-26-0000{n}")
        field.press("Tab")
    page.get_by_text("Give an ISRC to every song, or to none.").wait_for()
    last = page.get_by_label(re.compile("^ISRC of")).last
    last.fill("AT-XYZ-26-00002")
    last.press("Tab")
    page.get_by_role("button", name="Render the record").click()
    page.get_by_role("link", name="Download ZIP").wait_for(timeout=90_000)
    with page.expect_download() as download:
        page.get_by_role("link", name="CUE sheet").click()
    sheet = Path(download.value.path()).read_text(encoding="utf-8")
    assert 'TITLE "Three songs"' in sheet
    assert [line.split()[-1] for line in sheet.splitlines() if "ISRC" in line] == [f"ATXYZ260000{n}" for n in range(3)]


def test_an_hour_scrolls_smoothly(page, studio, faults):
    faults.expect("ERR_FAILED")  # there is no hour of sound
    asset_id = open_song(page, studio, song(6.0, seed=12), "hour.wav")
    rng = np.random.default_rng(1)
    real = call(f"{studio.url}/api/v1/audio/{asset_id}/manifest")
    levels = {}
    for per_pixel in (256, 1024, 4096, 16384):
        n_points = 3600 * 44100 // per_pixel
        high = rng.integers(20, 120, (n_points, 2)).astype(np.int8)
        head = struct.pack("<iIiiIi", 2, 1, 44100, per_pixel, n_points, 2)
        levels[per_pixel] = head + np.stack([-high, high], axis=2).tobytes()
    hour = real | {
        "n_samples": 3600 * 44100,
        "duration_s": 3600.0,
        "n_segments": 720,
        "peaks": [{"samples_per_pixel": one, "url": f"/api/v1/audio/{asset_id}/peaks/{one}.dat"} for one in levels],
    }
    page.route("**/manifest", lambda route: route.fulfill(body=json.dumps(hour), content_type="application/json"))
    page.route("**/seg/*", lambda route: route.abort())
    page.route(
        re.compile(r"/peaks/(\d+)\.dat"),
        lambda route: route.fulfill(body=levels[int(re.search(r"/(\d+)\.dat", route.request.url)[1])]),
    )
    page.reload()
    page.get_by_text("whole song, 1:00:00").wait_for()
    for _ in range(8):
        page.keyboard.press("+")
    page.get_by_text(re.compile(r"^0:00.0 to 0:14")).wait_for()
    lanes = page.get_by_role("slider", name="Position in the waveforms")
    lanes.hover()
    page.wait_for_timeout(500)
    page.evaluate(
        "() => { globalThis.gaps = []; let last = performance.now(); const look = (now) => {"
        " globalThis.gaps.push(now - last); last = now; requestAnimationFrame(look); }; requestAnimationFrame(look); }"
    )
    begun = time.monotonic()
    n_turns = 0
    while time.monotonic() - begun < 2:
        page.mouse.wheel(60, 0)
        n_turns += 1
    gaps = sorted(page.evaluate("globalThis.gaps"))
    middle, p95 = gaps[len(gaps) // 2], gaps[int(len(gaps) * 0.95)]
    print(f"an hour, {n_turns} turns of the wheel: frames {middle:.1f} ms, p95 {p95:.1f} ms")
    assert page.get_by_text(re.compile(r"^0:00.0 to")).count() == 0, "it has scrolled"
    assert middle < 34


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_the_pages_are_accessible_and_fit_a_phone(page, studio, axe, scheme):
    open_song(page, studio, song(6.0, seed=13), f"accessible {scheme}.wav")
    page.emulate_media(color_scheme=scheme)
    render(page)
    page.get_by_text("Advanced").click()
    for address in (page.url, "/batch", "/album", "/master"):
        if address != page.url:
            page.goto(address)
            page.locator("main h1").wait_for()
        page.wait_for_timeout(300)
        page.evaluate(axe)
        found = page.evaluate("axe.run({ resultTypes: ['violations'] })")["violations"]
        assert not found, [(one["id"], [node["target"] for node in one["nodes"]][:4]) for one in found]
        page.set_viewport_size({"width": 390, "height": 844})
        page.wait_for_timeout(200)
        wide = page.evaluate("[document.documentElement.scrollWidth, document.getElementById('main').scrollWidth]")
        assert max(wide) <= 390, address
        page.set_viewport_size({"width": 1440, "height": 900})


def silent(duration_s: float) -> bytes:
    out = io.BytesIO()
    soundfile.write(out, np.zeros((int(duration_s * 44100), 2), np.int16), 44100, format="WAV", subtype="PCM_16")
    return out.getvalue()

"""A song taken apart on its page: separated, heard stem by stem on one clock, practised to, kept."""

from __future__ import annotations

import io
import re
import wave
import zipfile

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
from e2e.browser.studio_api import CHECK, add, call, wait_for

RATE = 44100
BASS_HZ = 82.4
PLAYS_AT = """([speed, semitones]) => {
  const { snapshot } = tonmeisterPlayer;
  return snapshot.state === "playing" && snapshot.speed === speed && snapshot.semitones === semitones;
}"""


def band(duration_s: float = 13.0, *, is_mono: bool = False) -> bytes:
    """Return a WAV file with strokes and a bass in the middle, chords at the sides and a voice that glides."""
    rng = np.random.default_rng(4)
    t_s = np.arange(int(duration_s * RATE)) / RATE
    strokes = np.exp(-30 * (t_s % 0.5)) * rng.standard_normal(t_s.size)
    bass = np.sin(2 * np.pi * BASS_HZ * t_s)
    chord = sum(np.sin(2 * np.pi * hz * t_s) for hz in (329.6, 415.3, 493.9))
    hz = 520 * 2 ** (np.sin(2 * np.pi * 5.5 * t_s) / 30)
    voice = sum(np.sin(n * 2 * np.pi * np.cumsum(hz) / RATE) / n for n in range(1, 6)) * (
        np.sin(2 * np.pi * t_s / 4) > 0
    )
    middle = 0.2 * strokes + 0.2 * bass + 0.08 * voice
    left, right = middle + 0.06 * chord, middle - 0.03 * chord
    if is_mono:
        left = right = (left + right) / 2
    pcm = (np.clip(np.stack([left, right], axis=1), -1, 1) * 32767).astype("<i2")
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(pcm.tobytes())
    return out.getvalue()


def separated(studio, song: str) -> dict:
    """Separate a song with the usual settings; return the result once its stems can be heard."""
    begun = call(f"{studio.url}/api/v1/jobs/separate", "POST", {"params": {"file": song}})
    place = f"{studio.url}/api/v1/jobs/{begun['id']}"
    result = wait_for(lambda: call(place), lambda job: job["state"] == "completed", 180)["result"]
    for stem in result["stems"]:
        ready(studio, stem["file"])
    return result


@pytest.fixture(scope="module")
def apart(studio) -> dict:
    """A song with its four stems, all ready to be heard."""
    song = add(studio.url, "apart.wav", band())
    ready(studio, song["id"])
    result = separated(studio, song["id"])
    stems = {stem["name"]: stem["file"] for stem in result["stems"]}
    return {"song": song["id"], "stems": stems, "result": result}


def open_stems(page, apart: dict) -> None:
    page.goto(f"/stems/{apart['song']}")
    page.get_by_role("group", name="Vocals").wait_for(timeout=60_000)
    until(page, "tonmeisterPlayer.snapshot.audible.length === 4", timeout=30_000)


def strip(page, name: str):
    return page.get_by_role("group", name=name, exact=True)


def set_slider(page, label: str, value: float) -> None:
    page.get_by_role("slider", name=label, exact=True).fill(str(value))


def heard(page, at_s: float, seconds: float) -> tuple[np.ndarray, np.ndarray]:
    """Return what sounds from there on as (2, samples), and which sample of the song each is (at the first speed)."""
    page.evaluate(
        "(at) => { tonmeisterPlayer.pause(); globalThis.recorded = [];"
        " tonmeisterPlayer.seek(at); globalThis.recorded = []; return tonmeisterPlayer.play(); }",
        at_s,
    )
    page.wait_for_timeout(seconds * 1000)
    anchor, first, sound = recorded(page)
    places = np.arange(sound.shape[1]) + first - anchor["frame"]
    steady = places >= 400  # after the 5 ms in which it fades in
    return sound[:, steady], places[steady] + anchor["position"]


def test_a_song_is_separated_on_the_page(page, studio):
    song = add(studio.url, "to separate.wav", band(6.0))
    ready(studio, song["id"])
    page.goto(f"/stems/{song['id']}")
    page.get_by_role("img", name="Waveform of Song").wait_for()
    # the form is that of the capability
    page.get_by_role("checkbox", name="instrumental").check()
    for name in ("drums", "bass", "other"):
        page.get_by_role("checkbox", name=name).uncheck()
    assert page.get_by_label("Weights").count() == 0
    page.get_by_label("Format").select_option("flac")
    page.keyboard.press("Control+Enter")
    page.get_by_role("progressbar", name="Separating").wait_for()
    page.get_by_role("group", name="Instrumental").wait_for(timeout=120_000)
    page.get_by_role("group", name="Vocals").wait_for()
    (job,) = call(f"{studio.url}/api/v1/jobs?asset={song['id']}&capability=separate&results=true")["items"]
    assert job["params"]["format"] == "flac"
    assert {stem["name"] for stem in job["result"]["stems"]} == {"vocals", "instrumental"}
    table = page.get_by_role("region", name="Quality of the stems")
    for stem in job["result"]["stems"]:
        row = table.get_by_role("row", name=re.compile(stem["name"], re.I)).inner_text()
        assert f"{round(stem['share_percent'])} %" in row
        if stem["quality"]["estimated_sdr_db"] is not None:
            assert f"{stem['quality']['estimated_sdr_db']:.1f} dB".replace("-", "−") in row
    assert "Draft stems" in page.locator(".trust").inner_text()
    # a reload comes back to the stems and their settings
    page.reload()
    page.get_by_role("group", name="Instrumental").wait_for(timeout=60_000)
    assert page.get_by_label("Format").input_value() == "flac"


def test_separating_can_be_cancelled(page, studio):
    song = add(studio.url, "to cancel.wav", band(80.0))
    wait_for(lambda: call(f"{studio.url}/api/v1/assets/{song['id']}"), lambda one: one["state"] == "ready", 120)
    page.goto(f"/stems/{song['id']}")
    separate = page.get_by_role("button", name="Separate", exact=True)
    separate.click()
    page.get_by_role("button", name="Cancel").click()
    separate.wait_for(timeout=30_000)
    (job,) = call(f"{studio.url}/api/v1/jobs?asset={song['id']}&capability=separate")["items"]
    assert job["state"] == "cancelled"
    assert page.get_by_role("group", name="Drums").count() == 0


def test_what_is_missing_for_a_network_of_ones_own_is_said(page, apart):
    open_stems(page, apart)
    page.get_by_label("Tier").select_option("model")
    page.get_by_role("button", name=re.compile("^Separate")).last.click()
    page.get_by_text("The model tier needs it.").first.wait_for()
    assert page.get_by_text("The model tier needs it.").count() == 2


def test_the_first_sound_of_four_stems_comes_within_150_ms(page, apart):
    figures = []
    for _ in range(3):
        open_stems(page, apart)
        page.wait_for_timeout(700)
        play(page)
        figures.append(page.evaluate("tonmeisterPlayer.figures.first_sound_ms"))
        page.evaluate("tonmeisterPlayer.pause()")
    print("first sound of four stems:", [round(one) for one in figures], "ms")
    assert min(figures) <= 150


def test_stems_sound_together_to_the_sample(recorder, studio, apart):
    """All stems are the song; one alone, louder and to a side is what arithmetic says; no sample is lost at a joint."""
    page = recorder
    open_stems(page, apart)
    page.evaluate("tonmeisterPlayer.setVolume(1)")
    play(page)
    page.evaluate(LISTEN, RECORDER)
    copies = {name: listening_copy(studio, file) for name, file in apart["stems"].items()}
    whole = listening_copy(studio, apart["song"])
    assert np.abs(sum(copies.values()) - whole).max() < 1e-4, "the stems add up to the song"

    sound, places = recorded_whole(lambda: heard(page, 4.2, 1.6))  # over the joint at 5 s
    assert places[0] < 5 * RATE < places[-1]
    together = sum(copy[:, places] for copy in copies.values())
    assert np.abs(sound - together).max() < 5e-6
    assert page.evaluate("tonmeisterPlayer.figures.n_stalls") == 0

    page.get_by_role("button", name="Solo bass").click()
    set_slider(page, "Gain of bass", -6)
    set_slider(page, "Pan of bass", 50)
    page.wait_for_timeout(200)
    sound, places = recorded_whole(lambda: heard(page, 9.3, 1.5))  # over the joint at 10 s
    left, right = copies["bass"][:, places] * 10 ** (-6 / 20)
    turn = 0.5 * np.pi / 2  # the standard's own law for stereo sound to the right
    expected = np.stack([left * np.cos(turn), right + left * np.sin(turn)])
    assert np.abs(sound - expected).max() < 2e-5

    # the song itself, for comparison
    page.keyboard.press("o")
    until(page, "(id) => tonmeisterPlayer.snapshot.audible[0] === id", arg=apart["song"])
    page.wait_for_timeout(200)
    sound, places = recorded_whole(lambda: heard(page, 2.0, 0.8))
    assert np.abs(sound - whole[:, places]).max() < 3.2e-5  # Chromium's float of 16 bits is half a step off


def test_mute_and_solo_by_key_and_button(page, apart):
    open_stems(page, apart)
    stems = apart["stems"]
    page.get_by_role("button", name="Mute drums").click()
    until(page, "tonmeisterPlayer.snapshot.audible.length === 3")
    assert stems["drums"] not in state(page)["audible"]
    names = list(stems)
    page.locator("#main").click(position={"x": 5, "y": 5})
    page.keyboard.press("2")
    until(page, "(id) => tonmeisterPlayer.snapshot.audible.join() === id", arg=stems[names[1]])
    page.keyboard.press("2")
    strip(page, "Vocals").get_by_role("slider", name="Gain of vocals").focus()
    page.keyboard.press("s")
    until(page, "(id) => tonmeisterPlayer.snapshot.audible.join() === id", arg=stems["vocals"])
    page.keyboard.press("s")
    page.keyboard.press("m")
    until(page, "tonmeisterPlayer.snapshot.audible.length === 2")
    assert page.get_by_role("button", name="Mute vocals").get_attribute("aria-pressed") == "true"
    for name in ("bass", "other"):
        page.get_by_role("button", name=f"Mute {name}").click()
    until(page, "tonmeisterPlayer.snapshot.audible.length === 0")
    # the mix is remembered with the song
    page.reload()
    page.get_by_role("group", name="Vocals").wait_for()
    until(page, "document.querySelectorAll('.toggle[aria-pressed=true]').length === 4", timeout=20_000)
    page.get_by_role("button", name="Reset the mix").click()
    until(page, "tonmeisterPlayer.snapshot.audible.length === 4")


def test_a_part_is_repeated(page, apart):
    open_stems(page, apart)
    page.get_by_label("Loop from").fill("0:04.5")
    page.get_by_label("Loop from").press("Enter")
    page.get_by_label("Loop to").fill("6,2")
    page.get_by_label("Loop to").press("Enter")
    assert state(page)["loop"] == pytest.approx({"start_s": 4.5, "end_s": 6.2}, abs=1e-4)
    page.get_by_label("Loop to").fill("soon")
    page.get_by_label("Loop to").press("Enter")
    assert page.get_by_label("Loop to").input_value() == "0:06.2"
    slider = page.get_by_role("slider", name="Position in the waveforms")
    box = slider.bounding_box()
    page.keyboard.down("Shift")
    page.mouse.move(box["x"] + 0.25 * box["width"], box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 20, steps=4)
    page.mouse.up()
    page.keyboard.up("Shift")
    loop = state(page)["loop"]
    assert [loop["start_s"] / 13, loop["end_s"] / 13] == pytest.approx([0.25, 0.5], abs=0.005)
    page.get_by_role("button", name="Off", exact=True).click()
    assert state(page)["loop"] is None


def peak_hz(sound: np.ndarray, low_hz: float, high_hz: float) -> float:
    mono = sound.mean(axis=0) * np.hanning(sound.shape[1])
    spectrum = np.abs(np.fft.rfft(mono, 1 << 19))
    hz = np.fft.rfftfreq(1 << 19, 1 / RATE)
    spectrum[(hz < low_hz) | (hz > high_hz)] = 0
    return float(hz[spectrum.argmax()])


def test_speed_and_key_change_one_without_the_other(recorder, studio, apart):
    page = recorder
    open_stems(page, apart)
    page.evaluate("tonmeisterPlayer.setVolume(1)")
    play(page)
    page.evaluate(LISTEN, RECORDER)
    page.get_by_role("button", name="75 %").click()
    until(
        page,
        "tonmeisterPlayer.snapshot.state === 'playing' && tonmeisterPlayer.snapshot.speed === 0.75",
        timeout=60_000,
    )

    # slower: stems still add up to the slower song, and the bass has its pitch
    def slow() -> tuple[np.ndarray, np.ndarray]:
        return heard(page, 1.0, 2.0)

    stems, places = recorded_whole(slow)
    page.evaluate("tonmeisterPlayer.pause()")
    page.keyboard.press("o")
    until(page, "tonmeisterPlayer.snapshot.audible.length === 1", timeout=60_000)
    page.wait_for_timeout(300)
    song, song_places = recorded_whole(slow)
    first = max(places[0], song_places[0])
    n = min(places[-1], song_places[-1]) - first
    assert n > RATE
    difference = stems[:, first - places[0] :][:, :n] - song[:, first - song_places[0] :][:, :n]
    assert np.abs(difference).max() < 1e-4
    assert peak_hz(stems, 60, 130) == pytest.approx(BASS_HZ, rel=0.005)
    page.keyboard.press("o")
    page.evaluate("() => { tonmeisterPlayer.pause(); tonmeisterPlayer.seek(0); return tonmeisterPlayer.play(); }")
    until(page, PLAYS_AT, arg=[0.75, 0], timeout=60_000)

    # position runs with the song
    begun = page.evaluate("[tonmeisterPlayer.position_s, performance.now()]")
    page.wait_for_timeout(1000)
    ended = page.evaluate("[tonmeisterPlayer.position_s, performance.now()]")
    assert (ended[0] - begun[0]) / (ended[1] - begun[1]) * 1000 == pytest.approx(0.75, abs=0.06)

    # higher, at the song's own speed; strokes have no pitch to move
    page.get_by_role("button", name="100 %").click()
    page.get_by_role("button", name="+1 semitone").click(click_count=2)
    until(
        page,
        "tonmeisterPlayer.snapshot.state === 'playing' && tonmeisterPlayer.snapshot.semitones === 2",
        timeout=60_000,
    )
    page.get_by_role("button", name="Solo bass").click()
    page.wait_for_timeout(300)
    bass, _ = recorded_whole(lambda: heard(page, 1.0, 2.5))
    assert peak_hz(bass, 60, 130) == pytest.approx(BASS_HZ * 2 ** (2 / 12), rel=0.005)
    page.get_by_role("button", name="Solo bass").click()
    page.get_by_role("button", name="Solo drums").click()
    page.wait_for_timeout(300)
    drums, places = recorded_whole(lambda: heard(page, 1.0, 1.0))
    copy = listening_copy(studio, apart["stems"]["drums"])
    assert np.abs(drums - copy[:, places]).max() < 5e-6


def test_stems_are_downloaded_and_sent_on(page, studio, apart, tmp_path):
    open_stems(page, apart)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download bass").click()
    path = tmp_path / "bass.wav"
    download.value.save_as(path)
    sound, rate = soundfile.read(path, dtype="float32", always_2d=True)
    assert rate == RATE
    with page.expect_download() as download:
        page.get_by_role("button", name="Download all (ZIP)").click()
    whole = tmp_path / "all.zip"
    download.value.save_as(whole)
    with zipfile.ZipFile(whole) as archive:
        read = {name: io.BytesIO(archive.read(name)) for name in archive.namelist()}
    files = {name: soundfile.read(content, dtype="float32")[0] for name, content in read.items()}
    assert len(files) == 4
    assert any(np.array_equal(file, sound) for file in files.values())
    song = soundfile.read(io.BytesIO(band()), dtype="float32")[0]
    assert np.abs(sum(files.values()) - song).max() < 2e-6
    page.get_by_role("link", name="Transcribe bass").click()
    page.wait_for_url(re.compile(f"/transcribe/{apart['stems']['bass']}"))
    wait_for(lambda: page.get_by_label("Instrument", exact=True).input_value(), lambda one: one == "bass", 20, page)


def test_files_are_made_at_the_speed_and_key_that_are_heard(page, studio, apart):
    open_stems(page, apart)
    page.get_by_role("button", name="Mute vocals").click()
    page.get_by_role("button", name="Mute other").click()
    page.get_by_role("button", name="75 %").click()
    page.get_by_role("button", name="−1 semitone").click()
    page.get_by_role("button", name="Make files like this").click()
    page.get_by_role("link", name="see the job").click()
    page.wait_for_url(re.compile("/jobs/"))
    place = f"{studio.url}/api/v1/jobs/{page.url.rsplit('/', 1)[1]}"
    job = wait_for(lambda: call(place), lambda one: one["state"] == "completed", 180, page)
    items = [item["file"] for item in job["params"]["items"]]
    made = dict(zip(items, (step["result"] for step in job["steps"]), strict=True))
    assert set(made) == {apart["stems"]["drums"], apart["stems"]["bass"]}
    for result in made.values():
        assert result["duration_s"] == pytest.approx(13 / 0.75, abs=0.01)
    assert made[apart["stems"]["drums"]]["pitch_semitones"] == 0
    assert made[apart["stems"]["bass"]]["pitch_semitones"] == -1


def test_a_mono_song_is_called_so(page, studio):
    song = add(studio.url, "mono.wav", band(5.0, is_mono=True))
    ready(studio, song["id"])
    assert separated(studio, song["id"])["is_mono"]
    page.goto(f"/stems/{song['id']}")
    page.locator(".trust p").get_by_text("The song is mono").wait_for(timeout=60_000)
    all_of_it = page.get_by_role("list", name="What to know before using the stems")
    assert all_of_it.count() == 0, "one sentence is enough until more is asked for"
    page.get_by_text("What to know before using them").click()
    all_of_it.get_by_text("The song is mono").wait_for()


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_the_page_is_readable_by_all(page, studio, apart, axe, scheme):
    page.emulate_media(color_scheme=scheme)
    open_stems(page, apart)
    page.get_by_role("button", name="Mute drums").click()
    page.get_by_role("button", name="Solo bass").click()
    page.wait_for_timeout(400)
    page.evaluate(axe)
    assert page.evaluate(CHECK) == []
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_timeout(300)
    assert page.evaluate(
        "[document.documentElement.scrollWidth - innerWidth, main.scrollWidth - main.clientWidth]"
    ) == [0, 0]
    assert page.evaluate(CHECK) == []

"""From a recording to a tab on the page: drawn, followed by the cursor, changed by keys, heard, written as files."""

from __future__ import annotations

import io
import re
import statistics
import time
import zipfile
from collections import Counter

import numpy as np
import pytest

from e2e.browser.guitar_song import TEMPO_BPM, guitar_notes, guitar_song
from e2e.browser.studio_api import CHECK, add, call, wait_for

N_BARS = 8
FRAME = """() => new Promise((done) => requestAnimationFrame(() => setTimeout(() => {
  // after all that was asked for this frame has run
  const cursor = document.querySelector(".cursor");
  const { e, f } = new DOMMatrix(getComputedStyle(cursor).transform);
  done({ song_s: tonmeisterPlayer.position_s, shown_s: Number(cursor.dataset.time), x: e, y: f });
}, 0)))"""
SEEN = """() => new Promise((done) => requestAnimationFrame(() => setTimeout(() => {
  // what is drawn in one frame is seen when the next begins
  const shown_s = Number(document.querySelector(".cursor").dataset.time);
  requestAnimationFrame((begin_ms) => done({ song_s: tonmeisterPlayer.positionAt(begin_ms), shown_s }));
}, 0)))"""
NUMBERS = """() => {
  const stage = document.querySelector(".stage").getBoundingClientRect();
  return [...document.querySelectorAll(".music svg text")]
    .filter((one) => /^\\(?\\d+\\)?$/.test(one.textContent) && one.style.font.includes("13px"))
    .map((one) => {
      const box = one.getBoundingClientRect();
      return { fret: one.textContent, x: (box.left + box.right) / 2 - stage.left,
        y: (box.top + box.bottom) / 2 - stage.top };
    });
}"""
RECORDER = """
registerProcessor("recorder", class extends AudioWorkletProcessor {
  process([input]) {
    if (input.length) this.port.postMessage({ frame: currentFrame, sound: input[0].slice() });
    return true;
  }
});
"""
LISTEN = """async (source) => {
  const { context, node } = tonmeisterPlayer.output;
  await context.audioWorklet.addModule(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
  const recorder = new AudioWorkletNode(context, "recorder", { numberOfOutputs: 0 });
  globalThis.recorded = [];
  recorder.port.onmessage = ({ data }) => globalThis.recorded.push(data);
  node.connect(recorder);
}"""


def upload(studio, name: str, content: bytes) -> str:
    asset = add(studio.url, name, content)
    return wait_for(
        lambda: call(f"{studio.url}/api/v1/assets/{asset['id']}"), lambda one: one["state"] == "ready", 120
    )["id"]


def run(studio, params: dict) -> dict:
    job = call(f"{studio.url}/api/v1/jobs/transcribe", "POST", {"params": params})
    done = wait_for(
        lambda: call(f"{studio.url}/api/v1/jobs/{job['id']}"),
        lambda one: one["state"] in ("completed", "failed", "cancelled"),
        240,
    )
    assert done["state"] == "completed", done
    return done


@pytest.fixture(scope="module")
def guitar(studio) -> tuple[str, dict]:
    """A guitar song in the library, with its transcription."""
    asset = upload(studio, "broken chords.wav", guitar_song(N_BARS))
    return asset, run(studio, {"file": asset, "format": ["alphatex"]})["result"]


def latest(studio, asset: str) -> dict:
    jobs = call(f"{studio.url}/api/v1/jobs?asset={asset}&capability=transcribe&results=true&limit=1")["items"]
    return jobs[0]


def open_music(page, asset: str) -> None:
    page.goto(f"/transcribe/{asset}")
    page.get_by_role("application").wait_for(timeout=60_000)
    drawn(page)


def drawn(page) -> None:
    wait_for(lambda: page.locator(".music svg .at").count(), lambda n: n > 0, 60, page)


def settled(page) -> None:
    """Wait until what was changed is solved."""
    note = page.get_by_role("region", name="The chosen note")
    wait_for(lambda: note.get_attribute("aria-busy"), lambda busy: busy != "true", 60, page)


def ink(page, locator) -> np.ndarray:
    """Return how far each pixel of an element differs from the picture's first."""
    from PIL import Image

    shot = Image.open(io.BytesIO(page.screenshot(clip=locator.bounding_box()))).convert("RGB")
    pixels = np.asarray(shot, dtype=np.int16)
    return np.abs(pixels - pixels[0, 0]).max(axis=2)


def test_a_recording_becomes_a_tab_that_is_drawn(page, studio):
    asset = upload(studio, "to be heard.wav", guitar_song(4))
    page.goto(f"/transcribe/{asset}")
    page.get_by_text("Not transcribed yet").wait_for()
    page.get_by_role("button", name="Transcribe", exact=True).click()
    page.get_by_role("application").wait_for(timeout=180_000)
    drawn(page)
    result = latest(studio, asset)["result"]
    heard = {(note["midi"], round(note["onset_s"], 1)) for note in result["notes"]}
    played = {(note.midi, round(note.onset_s, 1)) for note in guitar_notes(4)}
    near = {(midi, round(at + off, 1)) for midi, at in heard for off in (-0.1, 0, 0.1)}
    assert len(played & near) > 0.8 * len(played), "the page shows what was played"

    assert "alphaTab" in page.evaluate(
        "[...document.fonts].filter(({ status }) => status === 'loaded').map(({ family }) => family)"
    )
    frets = sorted(int(one["fret"]) for one in page.evaluate(NUMBERS) if "(" not in one["fret"])
    gone = {note["name"] for note in result["unfingered"]}
    expected = sorted(note["fret"] for note in result["notes"] if note["name"] not in gone)
    assert frets == expected, "every note of the tab is on the page once"
    # a font that is missing draws hollow boxes, and no event tells of it
    clef = ink(page, page.locator(".music svg .at text").first)
    middle = clef[clef.shape[0] // 3 : -clef.shape[0] // 3, clef.shape[1] // 4 : -clef.shape[1] // 4]
    assert np.mean(middle > 60) > 0.05
    assert page.locator(".doubtful").count() >= result["n_doubtful"]


def test_the_cursor_stands_where_the_recording_is(page, studio, guitar):
    asset, _ = guitar
    open_music(page, asset)
    numbers = page.evaluate(NUMBERS)
    for at in (0, 3, 9, 17, 26):
        onset_s = guitar_notes(N_BARS)[at].onset_s
        page.evaluate("(at) => tonmeisterPlayer.seek(at)", onset_s)
        page.wait_for_timeout(120)
        frame = page.evaluate(FRAME)
        assert min(abs(one["x"] - frame["x"]) for one in numbers if one["y"] > frame["y"]) < 6, (at, frame)
    page.evaluate("tonmeisterPlayer.seek(0)")
    page.get_by_label("Playback").get_by_role("button", name="Play", exact=True).click()
    for speed in (1, 0.5):
        page.evaluate("(speed) => tonmeisterPlayer.setSpeed(speed)", speed)
        wait_for(lambda: page.evaluate("tonmeisterPlayer.snapshot.state"), lambda state: state == "playing", 20, page)
        page.wait_for_timeout(1500)
        start, begin = page.evaluate("[tonmeisterPlayer.position_s, performance.now()]")
        frames = [page.evaluate(FRAME) for _ in range(40)]
        stop, end = page.evaluate("[tonmeisterPlayer.position_s, performance.now()]")
        lags_ms = [1000 * (frame["song_s"] - frame["shown_s"]) for frame in frames]
        assert statistics.median(map(abs, lags_ms)) <= 20, lags_ms
        assert statistics.quantiles(map(abs, lags_ms), n=10)[-1] <= 40, lags_ms
        assert (stop - start) / (end - begin) * 1000 == pytest.approx(speed, rel=0.1)
        seen = [page.evaluate(SEEN) for _ in range(40)]
        assert page.evaluate("tonmeisterPlayer.snapshot.state") == "playing"
        off_ms = [1000 * (frame["song_s"] - frame["shown_s"]) for frame in seen]
        assert statistics.median(map(abs, off_ms)) <= 10, off_ms


def n_jobs(studio) -> int:
    return call(f"{studio.url}/api/v1/jobs?limit=1")["n_total"]


def answers(page) -> list[dict]:
    """Gather what the server answers to changes by hand: the parameters asked for, and the result."""
    found: list[dict] = []

    def take(answer) -> None:
        if "/api/v1/drafts/" in answer.url and answer.ok:
            found.append({"params": answer.request.post_data_json["params"], "result": answer.json()["result"]})

    page.on("response", take)
    return found


def edits_of(page, answered: list[dict], n: int) -> list[dict]:
    """Return the changes by hand of the latest answer, as soon as it is one to so many."""
    asked = lambda: answered[-1]["params"].get("edits", []) if answered else []  # noqa: E731
    return wait_for(asked, lambda edits: len(edits) == n, 60, page)


def choose_a_note(page) -> re.Match[str]:
    """Choose a note that the next string down has too, and return its string and fret."""
    music = page.get_by_role("application")
    words = page.get_by_role("region", name="The chosen note").get_by_role("status")
    music.focus()
    for _ in range(40):
        music.press("ArrowRight")
        if re.search(r"string [34], fret ([5-9]|1\d)", words.inner_text()) or "string 3, fret 2" in words.inner_text():
            break
    place = re.search(r"string (\d), fret (\d+)", words.inner_text())
    assert place, words.inner_text()
    return place


def test_keys_change_the_tab_and_take_it_back(page, studio, guitar):
    asset, result = guitar
    open_music(page, asset)
    before, answered = n_jobs(studio), answers(page)
    music = page.get_by_role("application")
    words = page.get_by_role("region", name="The chosen note").get_by_role("status")
    standing = page.get_by_role("region", name="Transcription")
    place = choose_a_note(page)
    music.press("ArrowDown")
    assert f"string {int(place[1]) + 1}" in words.inner_text(), "it shows before the server has solved the rest"
    settled(page)
    [edit] = edits_of(page, answered, 1)
    changed = answered[-1]
    assert (edit["kind"], edit["string"]) == ("place", int(place[1]) + 1)
    moved = next(note for note in changed["result"]["notes"] if note["name"] == edit["note"])
    assert (moved["string"], moved["fret"], moved["is_locked"]) == (edit["string"], edit["fret"], True)
    assert f"string {moved['string']}, fret {moved['fret']}, kept there" in words.inner_text()
    assert page.locator(".locked").count() >= 1
    music.press("Delete")
    settled(page)
    assert [one["kind"] for one in edits_of(page, answered, 2)] == ["place", "delete"]
    assert f"{result['n_notes'] - 1} notes" in standing.inner_text()
    assert "not in the library yet" in standing.inner_text()
    music.press("Control+z")
    music.press("Control+z")
    settled(page)
    assert f"{result['n_notes']} notes" in standing.inner_text()
    assert page.locator(".locked").count() == 0
    page.get_by_role("button", name=re.compile("^Redo")).first.click()
    page.locator(".locked").first.wait_for(state="attached")
    assert n_jobs(studio) == before, "what is changed by hand leaves no jobs behind"
    # what is not kept is there again after a reload, in this browser
    page.reload()
    page.get_by_text("the change by hand").first.wait_for(timeout=30_000)
    assert n_jobs(studio) == before
    page.get_by_role("button", name="Keep", exact=True).click()
    page.get_by_text("has this version").wait_for(timeout=60_000)
    kept = latest(studio, asset)
    assert (kept["state"], kept["params"]["edits"]) == ("completed", [edit])
    assert n_jobs(studio) == before + 1
    page.reload()
    page.get_by_text("the change by hand").first.wait_for(timeout=30_000)
    assert "not in the library yet" not in standing.inner_text()


@pytest.mark.parametrize("pointer", ["mouse", "touch"])
def test_a_press_on_a_note_gives_the_music_the_keys(chromium, studio, guitar, faults, pointer):
    asset, _ = guitar
    context = chromium.new_context(
        base_url=studio.url, viewport={"width": 1280, "height": 800}, has_touch=pointer == "touch"
    )
    page = context.new_page()
    open_music(page, asset)
    words = page.get_by_role("region", name="The chosen note").get_by_role("status")
    stage = page.locator(".stage").bounding_box()
    spot = next(one for one in page.evaluate(NUMBERS) if int(one["fret"].strip("()")) >= 2)
    scrolled = page.evaluate("[document.querySelector('main').scrollTop, document.querySelector('.sheet').scrollTop]")
    press = page.mouse.click if pointer == "mouse" else page.touchscreen.tap
    press(stage["x"] + spot["x"], stage["y"] + spot["y"])
    wait_for(words.inner_text, lambda text: f"fret {spot['fret']}" in text, 20, page)
    assert page.evaluate("document.activeElement.getAttribute('role')") == "application"
    assert scrolled == page.evaluate(
        "[document.querySelector('main').scrollTop, document.querySelector('.sheet').scrollTop]"
    ), "nothing moves under the finger"
    fret = lambda: int(re.search(r"fret (\d+)", words.inner_text())[1])  # noqa: E731
    begin = fret()
    for key, step in (("+", 1), ("=", 1), ("-", -1)):
        before = fret()
        page.keyboard.press(key)
        assert fret() == before + step, key
    place = re.search(r"string (\d)", words.inner_text())[1]  # one of the high strings: another is below it
    page.keyboard.press("Shift+ArrowUp")
    settled(page)
    assert "as asked" in words.inner_text()
    page.keyboard.press("k")
    settled(page)
    page.keyboard.press("ArrowDown")
    assert f"string {place}," not in words.inner_text()
    settled(page)
    while page.get_by_role("button", name=re.compile("^Undo")).first.is_enabled():
        page.keyboard.press("Control+z")
        settled(page)
    assert fret() == begin
    # a button has the focus after a press on it, and the keys go on meaning the note
    page.get_by_role("button", name="Fret higher").click()
    assert fret() == begin + 1
    page.keyboard.press("+")
    assert fret() == begin + 2
    chosen = words.inner_text()
    page.keyboard.press("ArrowRight")
    assert words.inner_text() != chosen
    settled(page)
    page.get_by_role("button", name="75 %", exact=True).click()
    page.keyboard.press("Space")
    wait_for(lambda: page.evaluate("tonmeisterPlayer.snapshot.state"), lambda state: state == "playing", 20, page)
    page.keyboard.press("Space")
    context.close()
    assert faults.found == []


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_the_chosen_note_and_what_is_told_of_it_are_in_sight(page, guitar, width, height):
    asset, _ = guitar
    page.set_viewport_size({"width": width, "height": height})
    open_music(page, asset)
    words = page.get_by_role("region", name="The chosen note").get_by_role("status")
    stage = page.get_by_role("application")
    bottom = page.evaluate("document.querySelector('main').getBoundingClientRect().bottom")
    stage.focus()
    for at in range(48):  # through several systems
        stage.press("ArrowRight")
        if at % 8 == 7:
            page.wait_for_timeout(150)
            told = words.bounding_box()
            assert told["y"] + told["height"] <= bottom, at
            ring = page.locator(".ring").last.bounding_box()
            assert ring["y"] >= 48, at  # below the head of the page
            assert ring["y"] + ring["height"] <= told["y"], at


def test_many_keys_are_taken_back_one_by_one(page, guitar):
    asset, _ = guitar
    open_music(page, asset)
    music = page.get_by_role("application")
    words = page.get_by_role("region", name="The chosen note").get_by_role("status")
    choose_a_note(page)
    frets = [int(re.search(r"fret (\d+)", words.inner_text())[1])]
    for _ in range(3):  # faster than the server answers
        music.press("+")
        frets.append(int(re.search(r"fret (\d+)", words.inner_text())[1]))
    assert frets == list(range(frets[0], frets[0] + 4))
    settled(page)
    for fret in reversed(frets[:-1]):
        music.press("Control+z")
        settled(page)
        assert f"fret {fret}," in words.inner_text()
    for fret in frets[1:]:
        music.press("Control+Shift+z")
        settled(page)
        assert f"fret {fret}," in words.inner_text()


def test_the_hand_is_moved_along_the_neck_and_freed(page, studio, guitar):
    asset, result = guitar
    open_music(page, asset)
    answered = answers(page)
    music = page.get_by_role("application")
    words = page.get_by_role("region", name="The chosen note").get_by_role("status")
    choose_a_note(page)
    before = int(re.search(r"hand at fret (\d+)", words.inner_text())[1])
    for _ in range(6):
        music.press("Shift+ArrowUp")
    settled(page)
    hands = lambda: [one for one in answered[-1]["params"].get("edits", []) if one["kind"] == "hand"]  # noqa: E731
    [wish] = wait_for(hands, lambda found: [one["fret"] for one in found] == [before + 6], 60, page)
    moved = [note for note in answered[-1]["result"]["notes"] if wish["start_s"] <= note["onset_s"] < wish["end_s"]]
    held = {note["name"]: note["hand_fret"] for note in result["notes"]}
    assert statistics.mean(note["hand_fret"] - held[note["name"]] for note in moved) >= 3, "the bar is played higher up"
    assert all(note["midi"] == int(note["name"].split("@")[0]) for note in moved), "and sounds as before"
    assert "as asked" in words.inner_text()
    page.get_by_role("button", name="Free the hand").click()
    settled(page)
    assert f"hand at fret {before}," in words.inner_text()
    music.focus()
    music.press("Control+z")
    settled(page)
    assert "as asked" in words.inner_text()


def test_settings_and_transposition_write_it_anew_without_a_job(page, studio, guitar):
    asset, result = guitar
    open_music(page, asset)
    before, answered = n_jobs(studio), answers(page)
    transpose = page.get_by_role("slider", name="Transpose")
    transpose.focus()
    transpose.press("ArrowRight")
    transpose.press("ArrowRight")
    transpose.blur()
    wait_for(lambda: answered and answered[-1]["result"]["transpose_semitones"], lambda by: by == 2, 60, page)
    settled(page)
    heard = {note["name"]: note["midi"] for note in result["notes"]}
    assert all(
        note["midi"] == heard[note["name"]] + 2 for note in answered[-1]["result"]["notes"] if note["name"] in heard
    )
    wait_for(lambda: page.locator(".stage").get_attribute("aria-busy"), lambda busy: busy == "false", 60, page)
    gone = {note["name"] for note in answered[-1]["result"]["unfingered"]}
    frets = [note["fret"] for note in answered[-1]["result"]["notes"] if note["name"] not in gone]
    drawn(page)
    page.wait_for_timeout(500)
    seen = Counter(int(one["fret"]) for one in page.evaluate(NUMBERS) if "(" not in one["fret"])
    assert seen.total() > 8
    assert seen <= Counter(frets), "what is in sight is what was answered"
    assert page.evaluate("tonmeisterPlayer.snapshot.semitones") == 2, "the recording moves too"
    page.get_by_label("The recording too").uncheck()
    assert page.evaluate("tonmeisterPlayer.snapshot.semitones") == 0
    page.get_by_label("Difficulty").select_option("easy")
    wait_for(lambda: answered[-1]["params"].get("difficulty"), lambda difficulty: difficulty == "easy", 60, page)
    settled(page)
    page.get_by_role("button", name=re.compile("^Undo")).first.click()
    settled(page)
    assert page.get_by_label("Difficulty").input_value() == "full", "settings go with the steps"
    for _ in range(2):  # a step for each press of a key
        page.get_by_role("button", name=re.compile("^Undo")).first.click()
        settled(page)
    page.get_by_text("as played").wait_for()
    assert n_jobs(studio) == before


def test_notes_are_added_and_files_written(page, studio, guitar):
    asset, _ = guitar
    open_music(page, asset)
    answered = answers(page)
    form = page.get_by_role("dialog", name="Add a note")
    for _ in range(2):  # by keys alone; the second time it is there already
        page.get_by_role("application").focus()
        page.keyboard.press("a")
        page.keyboard.type("1")
        form.get_by_label("Fret").fill("12")
        form.get_by_label("Begins at").fill("3.0")
        page.keyboard.press("Enter")
        settled(page)
    page.get_by_role("status").filter(has_text="not followed: already added").or_(
        page.get_by_role("alert").filter(has_text="not followed: already added")
    ).first.wait_for()
    page.get_by_role("application").press("Control+z")
    settled(page)
    wait_for(lambda: len(answered), lambda n: n > 0, 30, page)
    added = answered[-1]["result"]["notes"]
    [note] = [note for note in added if note["name"] == "76@3000"]
    assert (note["string"], note["fret"], note["is_locked"]) == (1, 12, True)
    for _ in range(2):
        page.get_by_role("slider", name="Capo").press("ArrowRight")
    wait_for(lambda: answered[-1]["params"].get("capo"), lambda capo: capo == 2, 60, page)
    settled(page)
    [note] = [note for note in answered[-1]["result"]["notes"] if note["name"] == "76@3000"]
    assert (note["midi"], note["string"], note["fret"]) == (76, 1, 10), "it holds on another neck"
    for text, head in (("Guitar Pro", b"\x18FICHIER GUITAR PRO"), ("MIDI", b"MThd"), ("PDF", b"%PDF")):
        with page.expect_download(timeout=60_000) as download:
            page.get_by_text("Export", exact=True).click()
            page.get_by_role("menuitem", name=re.compile(f"^{text}")).click()
        assert download.value.path().read_bytes().startswith(head), text
    kept = latest(studio, asset)["params"]["edits"][-1]
    assert (kept["kind"], kept["string"], kept.get("fret")) == ("add", 1, None), "what is exported is kept"


def test_files_of_a_transcription_are_no_songs_that_failed(page, studio, guitar):
    asset, _ = guitar
    made = run(studio, {"file": asset, "format": ["alphatex", "midi", "gp5", "json"]})["products"]
    [midi] = [one for one in made if one["name"].endswith(".mid")]
    assert (midi["media_type"], midi["is_audio"]) == ("audio/midi", False)
    kept = call(f"{studio.url}/api/v1/assets/{midi['asset_id']}")
    assert (kept["state"], kept["media_type"], kept["error"]) == ("ready", "audio/midi", None)
    other = add(studio.url, "no sound.wav", b"no sound at all " * 40)["id"]
    wait_for(lambda: call(f"{studio.url}/api/v1/assets/{other}"), lambda one: one["state"] == "failed", 60)
    page.goto("/")
    page.get_by_text("broken chords.wav").first.wait_for()
    page.get_by_role("radio", name=re.compile("Not usable")).click()
    page.get_by_role("row").filter(has_text="no sound.wav").first.wait_for()
    assert ".mid" not in page.locator("main").inner_text()
    assert not [one for one in call(f"{studio.url}/api/v1/assets?state=failed")["items"] if ".mid" in one["name"]]


def test_pictures_of_many_pages_come_all(page, studio):
    asset = upload(studio, "many bars.wav", guitar_song(2 * N_BARS))
    run(studio, {"file": asset, "tempo_bpm": 2 * TEMPO_BPM, "metre": "2/4", "format": ["alphatex"]})
    open_music(page, asset)
    with page.expect_download(timeout=60_000) as download:
        page.get_by_role("button", name="Export").click()
        page.get_by_role("menuitem", name=re.compile("^SVG")).click()
    with zipfile.ZipFile(download.value.path()) as pages:
        pictures = [name for name in pages.namelist() if name.endswith(".svg")]
        assert len(pictures) >= 2
        assert all(b"<svg" in pages.read(name) for name in pictures)


def test_bars_are_repeated_and_counted_in(page, studio, guitar):
    asset, result = guitar
    open_music(page, asset)
    starts = [bar["start_s"] for bar in result["bars"]]
    page.get_by_label("Last bar").fill("3")
    page.get_by_label("Last bar").press("Tab")
    page.get_by_label("First bar").fill("2")
    page.get_by_label("First bar").press("Tab")
    loop = page.evaluate("tonmeisterPlayer.snapshot.loop")
    assert loop["start_s"] == pytest.approx(starts[1], abs=0.01)
    assert loop["end_s"] == pytest.approx(starts[3], abs=0.01)
    assert page.locator(".band").count() == 2
    page.get_by_label("Count in one bar").check()
    page.evaluate("tonmeisterPlayer.setSpeed(0.5)")
    loop = page.evaluate("tonmeisterPlayer.snapshot.loop")
    assert loop["end_s"] == pytest.approx(starts[3], abs=0.01)
    page.evaluate("tonmeisterPlayer.setSpeed(1)")
    page.get_by_label("Playback").get_by_role("button", name="Play", exact=True).click()
    wait_for(lambda: page.evaluate("tonmeisterPlayer.snapshot.state"), lambda state: state == "playing", 20, page)
    assert page.evaluate("tonmeisterPlayer.position_s") == pytest.approx(starts[1], abs=0.02), "it is still counting"
    begin = time.monotonic()
    wait_for(lambda: page.evaluate("tonmeisterPlayer.position_s"), lambda at: at > starts[1] + 0.05, 20, page)
    assert time.monotonic() - begin > 4 * 60 / TEMPO_BPM - 1.0


def test_what_is_written_sounds_where_it_was_played(chromium, studio, guitar, faults):
    asset, _ = guitar
    context = chromium.new_context(base_url=studio.url, viewport={"width": 1440, "height": 900}, bypass_csp=True)
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.on("pageerror", lambda error: faults.found.append(f"exception: {error}"))
    open_music(page, asset)
    page.get_by_role("radiogroup", name="What is heard").get_by_role("radio", name="Tab", exact=True).click()
    page.get_by_label("Playback").get_by_role("button", name="Play", exact=True).click()
    heard = "tonmeisterPlayer.snapshot.audible.includes('synth') && tonmeisterPlayer.snapshot.state === 'playing'"
    wait_for(lambda: page.evaluate(heard), bool, 60, page)
    page.evaluate("(at) => tonmeisterPlayer.seek(at)", 0.0)
    wait_for(lambda: page.evaluate("tonmeisterPlayer.snapshot.state"), lambda state: state == "playing", 20, page)
    page.evaluate(LISTEN, RECORDER)
    page.wait_for_timeout(8000)
    taken = page.evaluate(
        "({ anchor: tonmeisterPlayer.anchor, rate: tonmeisterPlayer.sample_rate,"
        " blocks: recorded.map(({ frame, sound }) => [frame, Math.hypot(...sound) / Math.sqrt(sound.length)]) })"
    )
    context.close()
    frames, levels = (np.array(column) for column in zip(*taken["blocks"], strict=True))
    times_s = (frames - taken["anchor"]["frame"] + taken["anchor"]["position"]) / taken["rate"]
    assert levels.max() > 0.005, "it sounds"
    grid_s = np.arange(times_s[0], times_s[-1], 0.001)
    smooth = np.convolve(np.interp(grid_s, times_s, levels), np.ones(10) / 10, "same")
    rise = np.maximum(0, np.gradient(smooth))
    played_s = np.array([note.onset_s for note in guitar_notes(N_BARS)])
    played_s = played_s[(played_s > times_s[0] + 0.4) & (played_s < times_s[-1] - 0.4)]
    assert played_s.size > 10
    # how much begins to sound at the played notes, if the tab came that much later than the recording
    offsets_s = np.arange(-0.15, 0.15, 0.005)
    gain = [sum(rise[np.searchsorted(grid_s, at + off) :][:5].sum() for at in played_s) for off in offsets_s]
    assert abs(offsets_s[int(np.argmax(gain))]) < 0.025, dict(zip(offsets_s.round(3), gain, strict=True))


def test_a_run_goes_on_through_a_reload_and_ends_when_cancelled(page, studio):
    asset = upload(studio, "long.wav", guitar_song(64))
    page.goto(f"/transcribe/{asset}")
    page.get_by_role("button", name="Transcribe", exact=True).click()
    page.get_by_role("button", name="Cancel", exact=True).wait_for()
    page.reload()
    cancel = page.get_by_role("button", name="Cancel", exact=True)
    cancel.wait_for(timeout=30_000)
    page.get_by_role("progressbar", name="Transcription").first.wait_for()
    cancel.click()
    page.get_by_role("button", name="Transcribe", exact=True).wait_for(timeout=30_000)
    assert latest(studio, asset)["state"] == "cancelled"


def test_several_songs_are_transcribed_at_once(page, studio, guitar):
    asset, _ = guitar
    more = upload(studio, "second of two.wav", guitar_song(3))
    page.goto("/transcribe")
    page.get_by_role("button", name="Songs to transcribe").click()
    picker = page.get_by_role("dialog", name="Songs to transcribe")
    for name in ("broken chords", "second of two"):
        picker.get_by_role("button", name=re.compile(name)).first.click()
    picker.get_by_role("button", name="Done (2)").click()
    page.get_by_role("button", name="Transcribe 2 songs").click()
    page.wait_for_url("**/jobs")
    for one in (asset, more):
        wait_for(lambda one=one: latest(studio, one)["state"], lambda state: state == "completed", 240, page)
        assert {file["format"] for file in latest(studio, one)["result"]["files"]} == {"alphatex"}


def test_silence_is_told_and_nothing_is_made_up(page, studio):
    import wave

    file = io.BytesIO()
    with wave.open(file, "wb") as made:
        made.setnchannels(1)
        made.setsampwidth(2)
        made.setframerate(44100)
        made.writeframes(bytes(2 * 44100 * 3))
    asset = upload(studio, "silence.wav", file.getvalue())
    page.goto(f"/transcribe/{asset}")
    page.get_by_role("button", name="Transcribe", exact=True).click()
    alert = page.get_by_role("alert").filter(has_text="silent")
    alert.wait_for(timeout=60_000)
    assert "nothing to transcribe" in alert.inner_text()
    page.reload()
    page.get_by_role("alert").filter(has_text="silent").wait_for()


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_the_page_is_readable_by_all(page, studio, guitar, axe, scheme):
    asset, _ = guitar
    page.emulate_media(color_scheme=scheme)
    open_music(page, asset)
    page.wait_for_timeout(500)
    page.evaluate(axe)
    assert page.evaluate(CHECK) == []
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_timeout(500)
    assert page.evaluate(
        "[document.documentElement.scrollWidth - innerWidth, main.scrollWidth - main.clientWidth]"
    ) == [0, 0]
    assert page.evaluate(CHECK) == []

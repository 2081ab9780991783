"""What a musician stumbles over: names of any kind, files sent twice, versions that must last, words of other doors."""

from __future__ import annotations

import re

import pytest

from e2e.browser.studio_api import CHECK, add, call, song, wait_for

LONG = "Donaudampfschifffahrtsgesellschaftskapitän" * 5
NAMES = [f"{LONG[:200]}.wav", "שיר ארוך 12.wav", '<img src="x" onerror="alert(1)"> & so on.wav', "\N{GUITAR} emoji.wav"]
WIDTHS = "[document.documentElement.scrollWidth - innerWidth, main.scrollWidth - main.clientWidth]"
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
SENT_BY = """(name) => {
  const box = [...document.querySelectorAll("section[aria-label]")].find((one) => one.ariaLabel === name);
  const { top, bottom } = box.getBoundingClientRect();
  return top >= 0 && bottom <= innerHeight;
}"""


def ready(studio, name: str, duration_s: float, seed: int) -> str:
    asset = add(studio.url, name, song(duration_s, seed))["id"]
    return wait_for(lambda: call(f"{studio.url}/api/v1/assets/{asset}"), lambda one: one["state"] == "ready", 120)["id"]


def mastered(studio, asset_id: str, **params: object) -> dict:
    body = {"params": {"mix": asset_id, "tier": "draft", **params}}
    job = call(f"{studio.url}/api/v1/jobs/master", "POST", body)["id"]
    done = wait_for(lambda: call(f"{studio.url}/api/v1/jobs/{job}"), lambda one: one["finished_at"] is not None, 120)
    assert done["state"] == "completed", done["error"]
    return done


def opened(page, address: str) -> None:
    page.goto(address)
    page.wait_for_load_state("networkidle")
    page.locator("main h1").first.wait_for()


@pytest.mark.parametrize("width", [1440, 390])
def test_names_of_any_kind_keep_to_their_place(page, studio, axe, width):
    ids = [ready(studio, name, 2.0, 600 + n + width) for n, name in enumerate(NAMES)]
    tags = ["T" * 64, "<b>bold</b>", "עברית"]
    call(f"{studio.url}/api/v1/assets/{ids[0]}", "PATCH", {"tags": tags})
    page.set_viewport_size({"width": width, "height": 844})
    page.on("dialog", lambda dialog: pytest.fail(f"a name was run as a script: {dialog.message}"))
    songs = ",".join(ids)
    for address in ("/", f"/master/{ids[0]}", f"/songs/{ids[0]}", f"/batch?songs={songs}", f"/album?songs={songs}"):
        opened(page, address)
        assert page.evaluate(WIDTHS) == [0, 0], address
        assert NAMES[0][:20] in page.locator("main").inner_text(), address
    opened(page, "/")
    assert NAMES[2] in page.locator("main").inner_text(), "shown as it is, not as markup"
    page.evaluate(axe)
    assert page.evaluate(CHECK) == []


def test_an_empty_name_is_refused(page, studio):
    asset = ready(studio, "keeps its name.wav", 1.0, 620)
    opened(page, "/?q=keeps")
    page.get_by_role("button", name="More for keeps its name.wav").click()
    page.get_by_role("menuitem", name="Name and tags").click()
    name = page.get_by_label("Name", exact=True)
    name.fill("   ")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("A file needs a name.").wait_for()
    assert page.evaluate("document.activeElement.labels[0].innerText") == "Name"
    name.fill("new name.wav")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("dialog").wait_for(state="detached")
    assert call(f"{studio.url}/api/v1/assets/{asset}")["name"] == "new name.wav"


def test_a_file_sent_twice_is_told_of(page, studio):
    content = song(0.4, 630)
    first = add(studio.url, "the first.wav", content)["id"]
    opened(page, "/")
    chooser = page.locator("input[type=file]").first
    chooser.set_input_files({"name": "again.wav", "mimeType": "audio/wav", "buffer": content})
    hint = page.get_by_text("Already in the library")
    hint.wait_for()
    assert hint.get_by_role("link", name="the first.wav").get_attribute("href").endswith(first)
    assert call(f"{studio.url}/api/v1/assets?q=again.wav")["n_total"] == 0
    page.get_by_role("button", name="Upload all the same").click()
    wait_for(lambda: call(f"{studio.url}/api/v1/assets?q=again.wav")["n_total"], lambda n: n == 1, page=page)


def test_chosen_songs_go_to_batch_and_album(page, studio):
    ids = {name: ready(studio, f"chosen {name}.wav", 1.0, 640 + n) for n, name in enumerate("abc")}
    opened(page, "/?q=chosen")
    for name in "ca":
        page.get_by_role("checkbox", name=f"Choose chosen {name}.wav").check()
    bar = page.get_by_role("region", name="Chosen songs")
    bar.get_by_text("2 songs chosen").wait_for()
    bar.get_by_role("link", name="Make an album").click()
    page.locator("ol li").nth(1).wait_for()
    assert page.locator("ol li .name a").all_inner_texts() == ["chosen c.wav", "chosen a.wav"]
    page.go_back()
    page.get_by_role("checkbox", name="Choose all that are shown").check()
    page.get_by_role("link", name="Master as a batch").click()
    page.get_by_role("row", name=re.compile("chosen b")).wait_for()
    assert set(page.url.split("songs=")[1].replace("%2C", ",").split(",")) == set(ids.values())


def test_render_its_progress_and_its_errors_stay_in_sight(page, studio):
    good = ready(studio, "in sight.wav", 4.0, 650)
    bad = add(studio.url, "no sound at all.wav", b"This is a letter. " * 90)["id"]
    for width, height in ((1440, 700), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        for address, label in (
            (f"/batch?songs={good},{bad}", "Rendering"),
            (f"/album?songs={good}", "Rendering the record"),
            (f"/master/{good}", "Rendering"),
        ):
            opened(page, address)
            assert page.evaluate(SENT_BY, label), (address, width)
    opened(page, f"/batch?songs={good},{bad}")
    bar = page.get_by_role("region", name="Rendering")
    bar.get_by_role("button", name="Render all").click()
    alert = bar.get_by_role("alert")
    alert.wait_for(timeout=90_000)
    assert "no sound at all.wav" in alert.inner_text()
    assert "Choose a sound file" in alert.inner_text(), "what to do about it"
    assert page.evaluate(SENT_BY, "Rendering")
    bar.get_by_role("link", name="Download ZIP").wait_for()
    opened(page, f"/master/{good}")
    page.get_by_role("radio", name="Warm").check()
    page.keyboard.press("Control+Enter")
    page.get_by_text(re.compile(r"^Master 2 is done: ")).wait_for(timeout=90_000)
    assert page.get_by_role("button", name="Render again").is_visible()


def test_versions_of_a_song_outlast_the_history(page, studio):
    ids = [ready(studio, f"lasting {n}.wav", 4.0, 660 + n) for n in range(2)]
    mastered(studio, ids[0])
    items = [{"mix": one, "tier": "draft", "preset": "warm"} for one in ids]
    batch = call(f"{studio.url}/api/v1/batches/master", "POST", {"items": items})["id"]
    album = call(f"{studio.url}/api/v1/jobs/album", "POST", {"params": {"mixes": ids, "tier": "draft"}})["id"]
    for job in (batch, album):
        done = wait_for(lambda job=job: call(f"{studio.url}/api/v1/jobs/{job}"), lambda one: one["finished_at"], 120)
        assert done["state"] == "completed", done["error"]
    opened(page, f"/master/{ids[0]}")
    hear = page.get_by_role("button", name=re.compile(r"^Hear version"))
    hear.nth(2).wait_for()
    table = page.get_by_role("region", name="Versions").inner_text()
    assert "Warm" in table
    assert "on a record" in table
    page.goto("/jobs")
    page.get_by_role("button", name="Clear the history").click()
    page.get_by_role("dialog").get_by_role("button", name="Clear").click()
    page.get_by_text(re.compile("removed from the history")).wait_for()
    assert call(f"{studio.url}/api/v1/jobs?asset={ids[0]}")["items"] == []
    opened(page, f"/master/{ids[0]}")
    hear.nth(2).wait_for()
    page.get_by_role("button", name="Hear version 1").click()
    page.get_by_role("radio", name="Master 1").wait_for()
    page.get_by_role("button", name="Export master").click()
    dialog = page.get_by_role("dialog")
    with page.expect_download() as download:
        dialog.get_by_role("link", name="Download", exact=True).first.click()
    assert download.value.path().stat().st_size > 100_000
    assert dialog.get_by_role("link", name="Download ZIP").count() == 0, "its job is gone"


def test_the_spectrogram_is_seen_and_told(page, studio, axe):
    asset = ready(studio, "coloured.wav", 8.0, 670)
    for address in (f"/songs/{asset}", f"/master/{asset}"):
        opened(page, address)
        if address.startswith("/master"):
            page.get_by_role("radio", name="Spectrogram").click()
        picture = page.get_by_role("img", name=re.compile(r"^Spectrogram of .*: frequency from 30 Hz to 20 kHz"))
        picture.wait_for()
        n_colours = picture.evaluate(
            """(canvas) => {
              const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
              const seen = new Set();
              for (let i = 0; i < data.length; i += 4) seen.add(data[i] * 65536 + data[i + 1] * 256 + data[i + 2]);
              return seen.size;
            }"""
        )
        assert n_colours > 50
        page.get_by_text("The same in figures").click()
        figures = page.get_by_role("region", name=re.compile("in figures"))
        assert figures.get_by_role("row").count() == 9
        page.evaluate(axe)
        assert page.evaluate(CHECK) == []


def test_pages_speak_of_names_and_controls(page, studio):
    asset = ready(studio, "plain words.wav", 4.0, 680)
    job = mastered(studio, asset)["id"]
    for address in (f"/jobs/{job}", "/jobs", "/tools/master", "/tools/album", "/presets", "/settings", "/analytics"):
        opened(page, address)
        page.wait_for_timeout(300)
        if address.startswith("/jobs/"):
            page.get_by_role("link", name="plain words.wav").wait_for()
        text = page.locator("main").inner_text()
        assert "`" not in text, address
        assert not re.search(r"(^|\s)--[a-z]", text), address
        assert not re.search(r"\btonmeister [a-z]+\b", text), address
        assert not UUID.search(text), (address, UUID.search(text))
    opened(page, "/tools/album")
    assert page.get_by_text("is needed").count() == 0, "nothing is wrong before it was touched"
    page.get_by_role("button", name="Run", exact=True).click()
    page.get_by_text("Mixes is needed.").wait_for()


def test_dialogs_are_readable_by_all(page, studio, axe):
    asset = ready(studio, "dialogs.wav", 4.0, 690)
    mastered(studio, asset)

    def check(what: str) -> None:
        page.get_by_role("dialog").wait_for()
        page.evaluate(axe)
        assert page.evaluate(CHECK) == [], what
        page.keyboard.press("Escape")
        page.get_by_role("dialog").wait_for(state="detached")

    opened(page, "/?q=dialogs")
    page.keyboard.press("Control+k")
    check("palette")
    page.locator("main").focus()
    page.keyboard.press("?")
    check("keys")
    page.get_by_role("button", name="More for dialogs.wav").click()
    page.get_by_role("menuitem", name="Name and tags").click()
    check("tags")
    opened(page, f"/master/{asset}")
    page.get_by_role("button", name="Export master").click()
    check("export")
    page.get_by_role("button", name="Choose", exact=True).click()
    check("reference")
    page.get_by_role("button", name="Keep these settings as a preset").click()
    check("preset")
    opened(page, "/batch")
    page.get_by_role("button", name="Add songs").first.click()
    check("songs")
    opened(page, "/jobs")
    page.get_by_role("button", name="Clear the history").click()
    check("history")


@pytest.mark.parametrize(
    "address", ["/", "/master", "/master/{song}", "/songs/{song}", "/jobs", "/tools", "/presets", "/analytics"]
)
def test_a_server_that_fails_is_told_and_asked_again(page, studio, faults, address):
    faults.expect(r"status of 503|WebSocket")
    place = address.format(song=ready(studio, "asked again.wav", 1.0, 700))
    trouble = '{"success": false, "error": {"code": "DOWN", "message": "The disk is full.", "details": {}}}'
    page.route(
        re.compile(r"/api/v1/(?!ws)"),
        lambda route: route.fulfill(status=503, body=trouble, content_type="application/json"),
    )
    page.goto(place)
    page.get_by_text("The disk is full.").first.wait_for()
    assert page.evaluate(WIDTHS) == [0, 0]
    page.unroute(re.compile(r"/api/v1/(?!ws)"))
    again = page.get_by_role("button", name="Try again").first
    if again.count() == 0:
        page.reload()
    else:
        again.click()
    page.get_by_text("The disk is full.").first.wait_for(state="detached")
    page.locator("main h1").first.wait_for()

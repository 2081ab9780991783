"""Files on their way into the library: cut lines, reloads, pauses, cancelling, and what one does with them then."""

from __future__ import annotations

import re
from urllib.parse import quote

import numpy as np

from e2e.browser.studio_api import add, call, controlled, sha256, song, status, wait_for

PIECE = 8 * 2**20
IS_DRAWN = """(one) => one.getContext("2d")
  .getImageData(0, 0, one.width, one.height).data.some((value) => value > 0)"""


def noise(n_bytes: int, seed: int) -> bytes:
    return np.random.default_rng(seed).bytes(n_bytes)


def choose(page, name: str, content: bytes) -> None:
    """Choose a file; the driver takes larger ones from the disk only, so the page makes it itself."""
    if len(content) < 2**20:
        file = {"name": name, "mimeType": "audio/wav", "buffer": content}
        page.locator("input[type=file]").first.set_input_files(file)
        return
    raise AssertionError("use choose_path")


def choose_path(page, tmp_path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    page.locator("input[type=file]").first.set_input_files(path)


def asset_named(studio, name: str) -> dict | None:
    found = call(f"{studio.url}/api/v1/assets?q={quote(name)}&limit=5")["items"]
    return next((one for one in found if one["name"] == name), None)


def arrived(page, studio, name: str, content: bytes) -> dict:
    asset = wait_for(lambda: asset_named(studio, name), lambda found: found is not None, page=page)
    assert asset["sha256"] == sha256(content)
    assert asset["size_bytes"] == len(content)
    return asset


def test_several_songs_at_once_get_ready_with_waveform_and_loudness(page, studio):
    page.goto("/")
    files = [{"name": f"harbour {n}.wav", "mimeType": "audio/wav", "buffer": song(1.5, seed=n)} for n in range(3)]
    page.locator("input[type=file]").first.set_input_files(files)
    for n in range(3):
        row = page.get_by_role("row", name=re.compile(rf"harbour {n}\.wav"))
        row.get_by_role("button", name=f"Play harbour {n}.wav").wait_for(timeout=60_000)
        assert "0:02" in row.inner_text()
        assert re.search(r"−\d\d\.\d", row.inner_text()), "its loudness"
        canvas = row.locator("canvas")
        wait_for(lambda canvas=canvas: canvas.evaluate(IS_DRAWN), bool, page=page)


def test_dropped_files_are_uploaded(page, studio):
    page.goto("/jobs")
    page.goto("/")
    page.get_by_role("heading", level=1, name="Library").wait_for()
    data = page.evaluate_handle(
        """(bytes) => {
          const data = new DataTransfer();
          data.items.add(new File([new Uint8Array(bytes)], "dropped.wav", { type: "audio/wav" }));
          return data;
        }""",
        list(song(0.2, seed=9)),
    )
    page.dispatch_event("h1", "dragenter", {"dataTransfer": data})
    page.get_by_text("Let go to upload").wait_for()
    page.dispatch_event("h1", "drop", {"dataTransfer": data})
    arrived(page, studio, "dropped.wav", song(0.2, seed=9))


class Line:
    """The page's line to the server, made slow by the browser itself."""

    def __init__(self, page):
        self._session = page.context.new_cdp_session(page)
        self._session.send("Network.enable")

    def set(self, *, upload_mb_s: float | None = None) -> None:
        speed = -1 if upload_mb_s is None else upload_mb_s * 1e6
        self._session.send(
            "Network.emulateNetworkConditions",
            {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": speed},
        )


def offsets_of(page) -> list[int]:
    """Where each piece that is sent from now on begins."""
    found: list[int] = []

    def take(request) -> None:
        if request.method == "PATCH":
            found.append(int(request.headers["upload-offset"]))

    page.on("request", take)
    return found


def begin_slowly(page, tmp_path, name: str, content: bytes) -> Line:
    """Start an upload, and return when a part of it is sent."""
    page.goto("/")
    page.get_by_role("heading", level=1, name="Library").wait_for()
    line = Line(page)
    line.set(upload_mb_s=0.25)
    choose_path(page, tmp_path, name, content)
    bar = page.get_by_role("progressbar", name=f"Upload of {name}")
    wait_for(lambda: int(bar.get_attribute("aria-valuenow")), lambda percent: percent >= 5, page=page)
    return line


def test_a_cut_line_loses_nothing(page, studio, tmp_path, faults):
    faults.expect(r"ERR_CONNECTION|ERR_EMPTY|Failed to load resource|WebSocket connection")
    content = noise(PIECE + 2**20, seed=1)
    line = begin_slowly(page, tmp_path, "cut line.wav", content)
    sent = offsets_of(page)
    studio.kill()
    page.get_by_text("the upload goes on when it is back").wait_for()
    line.set()
    studio.start()
    arrived(page, studio, "cut line.wav", content)
    # what happened meanwhile is told only now
    wait_for(lambda: sent, lambda found: bool(found) and found[-1] >= PIECE, page=page)


def test_an_upload_goes_on_after_the_page_was_closed(page, studio, tmp_path, faults):
    # 423 until the server has seen that the piece on its way is broken off, 409 where that piece came whole after all
    faults.expect(r"status of (423|409)")
    content = noise(PIECE + 2**20, seed=2)
    line = begin_slowly(page, tmp_path, "closed page.wav", content)
    sent = offsets_of(page)
    line.set(upload_mb_s=4)
    wait_for(lambda: len(sent), lambda n: n >= 1, page=page)  # the first piece is there, the second on its way
    line.set(upload_mb_s=0.05)
    page.reload()
    line.set()
    arrived(page, studio, "closed page.wav", content)
    assert sent[-1] >= PIECE, "it goes on where it stopped"
    page.get_by_text("Uploaded ·").wait_for(state="detached")


def test_pause_and_go_on(page, studio, tmp_path, faults):
    faults.expect(r"status of 423")  # as above
    content = noise(3 * 2**20, seed=3)
    line = begin_slowly(page, tmp_path, "paused.wav", content)
    page.get_by_role("button", name="Pause paused.wav").click()
    page.get_by_text("Paused ·").wait_for()
    line.set()
    page.wait_for_timeout(1000)
    assert asset_named(studio, "paused.wav") is None
    page.get_by_role("button", name="Go on with paused.wav").click()
    arrived(page, studio, "paused.wav", content)


def test_cancelling_an_upload_takes_it_off_the_server(page, studio, tmp_path, faults):
    faults.expect(r"status of 423")  # until the server has seen that the piece on its way is broken off
    with page.expect_response(lambda answer: answer.request.method == "POST" and "/uploads" in answer.url) as created:
        line = begin_slowly(page, tmp_path, "unwanted.wav", noise(3 * 2**20, seed=4))
    address = created.value.headers["location"]
    with page.expect_response(lambda answer: answer.request.method == "DELETE" and answer.status == 204):
        page.get_by_role("button", name="Cancel unwanted.wav").click()
    page.get_by_text("unwanted.wav").wait_for(state="detached")
    address = address if address.startswith("http") else studio.url + address
    assert status(address, "HEAD", {"tus-resumable": "1.0.0"}) in (404, 410)
    line.set()
    page.reload()
    page.get_by_role("heading", level=1, name="Library").wait_for()
    assert not page.get_by_text("unwanted.wav").is_visible()


def test_a_file_that_is_no_sound_says_so(page, studio):
    page.goto("/")
    choose(page, "letter.wav", b"Dear Sir or Madam, " * 99)
    shown = page.get_by_role("radio", name=re.compile(r"^Not usable \("))
    shown.wait_for(timeout=60_000)
    row = page.get_by_role("row", name=re.compile(r"letter\.wav"))
    row.wait_for(state="detached")
    shown.click()
    row.get_by_text("cannot be read").wait_for()
    asset = asset_named(studio, "letter.wav")
    reason = row.get_by_text(asset["error"]["message"][:40])
    assert not reason.is_visible(), "the reason is folded"
    row.get_by_text("Why").click()
    reason.wait_for()
    row.get_by_role("button", name="Remove letter.wav").click()
    row.wait_for(state="detached")
    assert asset_named(studio, "letter.wav") is None


def test_a_name_turns_nothing_around_it(page, studio):
    page.goto("/")
    choose(page, "abc\u202egnp.wav", song(0.5, seed=61))
    toast = page.get_by_text("is uploaded and gets prepared")
    toast.wait_for()
    assert toast.locator("bdi").inner_text() == "abcgnp.wav"
    row = page.get_by_role("row", name=re.compile("gnp"))
    row.wait_for()
    isolated = "all => all.map(one => getComputedStyle(one).unicodeBidi)"
    assert set(row.locator("bdi").evaluate_all(isolated)) == {"isolate"}


def test_rename_tag_filter_delete_and_undo(page, studio):
    add(studio.url, "draft.wav", song(0.5, seed=5))
    page.goto("/?q=draft.wav")
    page.get_by_role("button", name="More for draft.wav").click()
    page.get_by_role("menuitem", name="Name and tags").click()
    page.get_by_label("Name", exact=True).fill("final.wav")
    page.get_by_role("combobox", name="Tags").fill("live, 2026")
    page.get_by_role("combobox", name="Tags").press("Enter")
    page.get_by_role("button", name="Save").click()
    page.goto("/?tag=live")
    row = page.get_by_role("row", name=re.compile(r"final\.wav"))
    row.get_by_role("button", name="2026", exact=True).wait_for()
    page.get_by_role("button", name="More for final.wav").click()
    page.get_by_role("menuitem", name="Delete").click()
    row.wait_for(state="detached")
    assert call(f"{studio.url}/api/v1/assets?deleted=true&q=final")["n_total"] == 1
    page.get_by_role("button", name="Undo").click()
    row.wait_for()
    page.goto("/?show=bin&q=final")
    page.get_by_text("Nothing fits these filters").wait_for()


def test_a_song_shared_by_another_program_is_uploaded(page, studio):
    content = song(0.3, seed=21)
    page.goto("/")
    controlled(page)
    landed = page.evaluate(
        """async (bytes) => {
          const form = new FormData();
          form.append("files", new File([new Uint8Array(bytes)], "voice memo ä.wav", { type: "audio/wav" }));
          return (await fetch("/share", { method: "POST", body: form })).url;
        }""",
        list(content),
    )
    assert landed.endswith("/?shared=1")
    page.goto(landed)
    arrived(page, studio, "voice memo ä.wav", content)
    page.wait_for_url(f"{studio.url}/")


def test_a_song_plays_from_the_library(page, studio):
    add(studio.url, "heard.wav", song(4, seed=6))
    page.goto("/?q=heard.wav")
    page.get_by_role("button", name="Play heard.wav").click(timeout=60_000)
    page.get_by_role("button", name="Stop heard.wav").wait_for()
    page.get_by_role("link", name="Jobs", exact=True).first.click()
    page.get_by_role("contentinfo").get_by_text("heard.wav").first.wait_for()

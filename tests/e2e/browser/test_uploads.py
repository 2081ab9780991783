"""Files on their way into the library: cut lines, reloads, pauses, cancelling, and what one does with them then."""

from __future__ import annotations

import re
import time

import numpy as np
from studio_api import add, call, sha256, song, status, wait_for

PIECE = 8 * 2**20
UPLOADS = re.compile(r"/api/v1/uploads/[^/]+$")


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
    found = call(f"{studio.url}/api/v1/assets?q={name}&limit=5")["items"]
    return next((one for one in found if one["name"] == name), None)


def arrived(studio, name: str, content: bytes) -> dict:
    asset = wait_for(lambda: asset_named(studio, name), lambda found: found is not None)
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
        page.wait_for_function(
            "(row) => { const c = row.querySelector('canvas'); return c.getContext('2d')"
            ".getImageData(0, 0, c.width, c.height).data.some((one) => one > 0); }",
            arg=row.element_handle(),
        )


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
        list(song(0.6, seed=9)),
    )
    page.dispatch_event("h1", "dragenter", {"dataTransfer": data})
    page.get_by_text("Let go to upload").wait_for()
    page.dispatch_event("h1", "drop", {"dataTransfer": data})
    arrived(studio, "dropped.wav", song(0.6, seed=9))


def test_a_cut_line_loses_nothing(page, studio, tmp_path, faults):
    faults.expect(r"ERR_FAILED|ERR_CONNECTION|Failed to load resource")
    content = noise(2 * PIECE + 1234, seed=1)
    cuts = []

    def cut(route) -> None:
        if route.request.method == "PATCH" and len(cuts) < 3:
            cuts.append(route.request.headers["upload-offset"])
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route(UPLOADS, cut)
    page.goto("/")
    choose_path(page, tmp_path, "cut line.wav", content)
    arrived(studio, "cut line.wav", content)
    assert len(cuts) == 3


def test_an_upload_goes_on_after_the_page_was_closed(page, studio, tmp_path, faults):
    faults.expect(r"ERR_FAILED|ERR_ABORTED|cannot be read|Failed to load resource")
    content = noise(2 * PIECE + 77, seed=2)
    held = []

    def hold(route) -> None:
        if route.request.method == "PATCH" and int(route.request.headers["upload-offset"]) >= PIECE:
            held.append(route)  # neither answered nor refused: the page is closed meanwhile
        else:
            route.continue_()

    page.route(UPLOADS, hold)
    page.goto("/")
    choose_path(page, tmp_path, "closed page.wav", content)
    wait_for(lambda: len(held), lambda n: (page.wait_for_timeout(50), n >= 1)[1])
    page.unroute(UPLOADS)
    offsets = []
    page.on(
        "request",
        lambda request: offsets.append(int(request.headers["upload-offset"])) if request.method == "PATCH" else None,
    )
    page.reload()
    page.wait_for_function("document.body.innerText.includes('closed page.wav')")
    wait_for(
        lambda: asset_named(studio, "closed page.wav"),
        lambda found: (page.wait_for_timeout(100), found is not None)[1],
    )
    arrived(studio, "closed page.wav", content)
    assert offsets[0] == PIECE, "it goes on where it stopped"


def test_pause_and_go_on(page, studio, tmp_path, faults):
    faults.expect(r"ERR_FAILED|ERR_ABORTED|Failed to load resource")
    content = noise(PIECE + 5, seed=3)
    seen = []

    def slow(route) -> None:
        seen.append(route.request.method)
        time.sleep(0.3)
        route.continue_()

    page.route(UPLOADS, slow)
    page.goto("/")
    choose_path(page, tmp_path, "paused.wav", content)
    page.get_by_role("button", name="Pause paused.wav").click()
    page.get_by_text("Paused ·").wait_for()
    page.wait_for_timeout(700)
    n_before = len(seen)
    page.wait_for_timeout(700)
    assert len(seen) == n_before, "nothing is sent while it is paused"
    assert asset_named(studio, "paused.wav") is None
    page.get_by_role("button", name="Go on with paused.wav").click()
    wait_for(
        lambda: asset_named(studio, "paused.wav"), lambda found: (page.wait_for_timeout(100), found is not None)[1]
    )
    arrived(studio, "paused.wav", content)


def test_cancelling_an_upload_takes_it_off_the_server(page, studio, tmp_path, faults):
    faults.expect(r"ERR_FAILED|ERR_ABORTED|Failed to load resource")
    held = []
    page.route(UPLOADS, lambda route: held.append(route) if route.request.method == "PATCH" else route.continue_())
    page.goto("/")
    with page.expect_response(lambda answer: answer.request.method == "POST" and "/uploads" in answer.url) as created:
        choose_path(page, tmp_path, "unwanted.wav", noise(2 * 2**20, seed=4))
    address = created.value.headers["location"]
    with page.expect_response(lambda answer: answer.request.method == "DELETE") as deleted:
        page.get_by_role("button", name="Cancel unwanted.wav").click()
    assert deleted.value.status == 204
    page.get_by_text("unwanted.wav").wait_for(state="detached")
    address = address if address.startswith("http") else studio.url + address
    assert status(address, "HEAD", {"tus-resumable": "1.0.0"}) in (404, 410)
    page.unroute(UPLOADS)
    page.reload()
    page.get_by_role("heading", level=1, name="Library").wait_for()
    assert not page.get_by_text("unwanted.wav").is_visible()


def test_a_file_that_is_no_sound_says_so(page, studio):
    page.goto("/")
    choose(page, "letter.wav", b"Dear Sir or Madam, " * 99)
    row = page.get_by_role("row", name=re.compile(r"letter\.wav"))
    row.get_by_text("cannot be read").wait_for(timeout=60_000)
    asset = asset_named(studio, "letter.wav")
    assert asset["error"]["message"][:40] in row.inner_text()


def test_rename_tag_filter_delete_and_undo(page, studio):
    add(studio.url, "draft.wav", song(0.5, seed=5))
    page.goto("/?q=draft.wav")
    page.get_by_role("button", name="More for draft.wav").click()
    page.get_by_role("menuitem", name="Name and tags").click()
    page.get_by_label("Name", exact=True).fill("final.wav")
    page.get_by_label("Tags").fill("live, 2026")
    page.get_by_label("Tags").press("Enter")
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


def test_a_song_plays_from_the_library(page, studio):
    add(studio.url, "heard.wav", song(4, seed=6))
    page.goto("/?q=heard.wav")
    page.get_by_role("button", name="Play heard.wav").click(timeout=60_000)
    page.get_by_role("button", name="Stop heard.wav").wait_for()
    page.get_by_role("link", name="Jobs", exact=True).first.click()
    page.get_by_role("contentinfo").get_by_text("heard.wav").first.wait_for()

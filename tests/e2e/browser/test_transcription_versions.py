"""Versions of a transcription on its page: nobody's work is covered unasked, and an earlier one comes back."""

from __future__ import annotations

import contextlib
import re
import sqlite3

import pytest

from e2e.browser.guitar_song import guitar_song
from e2e.browser.studio_api import CHECK, call, wait_for
from e2e.browser.test_transcription_page import choose_a_note, drawn, open_music, run, settled, upload

N_BARS = 4


def versions(studio, asset: str, *, results: bool = False) -> list[dict]:
    found = call(f"{studio.url}/api/v1/assets/{asset}/versions?capability=transcribe&results={str(results).lower()}")
    return found["items"]


@pytest.fixture(scope="module")
def song(studio) -> tuple[str, dict]:
    """A guitar song in the library, with its first transcription."""
    asset = upload(studio, "many hands.wav", guitar_song(N_BARS))
    return asset, run(studio, {"file": asset, "format": ["alphatex"]})["result"]


def n_notes(page) -> int:
    return int(re.search(r"(\d+) notes", page.get_by_role("region", name="Transcription").inner_text())[1])


def delete_a_note(page) -> None:
    choose_a_note(page)
    page.get_by_role("application").press("Delete")
    settled(page)


def keep(page) -> None:
    page.get_by_role("button", name="Keep", exact=True).click()


def kept(page) -> None:
    page.get_by_text("has this version").wait_for(timeout=60_000)


def test_what_somebody_else_kept_meanwhile_is_never_covered_unasked(page, studio, song, faults):
    faults.expect("412")
    asset, result = song
    open_music(page, asset)
    other = page.context.new_page()
    other.set_default_timeout(15_000)
    open_music(other, asset)
    delete_a_note(other)
    keep(other)
    kept(other)
    other.close()
    (theirs, first) = versions(studio, asset)

    # here it is not known yet
    page.get_by_role("slider", name="Transpose").focus()
    page.keyboard.press("ArrowRight")
    page.get_by_text("not in the library yet").wait_for()
    settled(page)
    keep(page)
    asked = page.get_by_role("dialog", name="Kept elsewhere meanwhile")
    asked.wait_for(timeout=60_000)
    assert "1 change by hand" in asked.inner_text()
    assert [one["id"] for one in versions(studio, asset)] == [theirs["id"], first["id"]], "the server has refused"
    asked.get_by_role("button", name="Take the other one").click()
    wait_for(lambda: n_notes(page), lambda n: n == result["n_notes"] - 1, 30, page)
    page.get_by_role("button", name=re.compile("^Undo")).first.click()
    wait_for(lambda: n_notes(page), lambda n: n == result["n_notes"], 30, page)
    keep(page)  # it was taken note of
    kept(page)
    mine = versions(studio, asset)[0]
    assert mine["params"]["transpose_semitones"] == 1
    assert [one["id"] for one in versions(studio, asset)[1:]] == [theirs["id"], first["id"]]

    # asked again, mine goes above
    run(studio, {"file": asset, "difficulty": "easy", "format": ["alphatex"]})
    delete_a_note(page)
    keep(page)
    asked.wait_for(timeout=60_000)
    asked.get_by_role("button", name="Keep mine").click()
    wait_for(lambda: len(versions(studio, asset)), lambda n: n == 5, 60, page)
    assert [len(one["params"].get("edits", [])) for one in versions(studio, asset)] == [1, 0, 0, 1, 0]


def test_an_earlier_version_is_opened_and_restored_by_keys(page, studio, song):
    asset, result = song
    before = versions(studio, asset)
    first = before[-1]
    open_music(page, asset)
    assert n_notes(page) == result["n_notes"] - 1
    button = page.get_by_role("button", name="Versions", exact=True)
    button.focus()
    page.keyboard.press("Enter")
    listed = page.get_by_role("dialog", name="Versions")
    rows = listed.get_by_role("listitem")
    wait_for(rows.count, lambda n: n == len(before), 15, page)
    assert "newest" in rows.first.inner_text()
    assert "shown" in rows.first.inner_text()
    assert "1 change by hand · guitar · +1 semitone" in rows.first.inner_text()
    assert "nothing changed by hand" in rows.last.inner_text()
    page.keyboard.press("Escape")
    assert listed.count() == 0
    assert page.evaluate("document.activeElement.textContent.trim()") == "Versions", "the focus is given back"

    button.press("Enter")
    rows.last.get_by_role("button", name=re.compile("^Open the version")).press("Enter")
    page.get_by_text("not the newest").wait_for()
    drawn(page)
    page.get_by_role("application").press("Control+z")
    wait_for(lambda: page.get_by_text("not the newest").count(), lambda n: n == 0, 15, page)
    page.get_by_role("application").press("Control+Shift+z")
    page.get_by_text("not the newest").wait_for()
    assert [one["id"] for one in versions(studio, asset)] == [one["id"] for one in before], "looking changes nothing"
    button.press("Enter")
    assert "shown" in rows.last.inner_text()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Restore", exact=True).press("Enter")
    page.get_by_text("is the newest now").wait_for()
    back, *rest = versions(studio, asset, results=True)
    assert (back["restored_from"], back["result"]) == (first["id"], result)
    assert [one["id"] for one in rest] == [one["id"] for one in before], "nothing is lost"
    page.reload()
    drawn(page)
    assert n_notes(page) == result["n_notes"]
    assert "not in the library" not in page.get_by_role("region", name="Transcription").inner_text()
    # and from the list, the one that was the newest before
    button.press("Enter")
    assert "brings back" in rows.first.inner_text()
    rows.nth(1).get_by_role("button", name=re.compile("^Restore")).click()
    page.get_by_text("is the newest now").wait_for()
    wait_for(lambda: n_notes(page), lambda n: n == result["n_notes"] - 1, 15, page)
    assert versions(studio, asset)[0]["restored_from"] == before[0]["id"]


@pytest.mark.parametrize("width", [1440, 390])
def test_the_list_of_versions_is_readable_by_all(page, studio, song, axe, width):
    asset, _ = song
    page.set_viewport_size({"width": width, "height": 844})
    open_music(page, asset)
    page.get_by_role("button", name="Versions", exact=True).click()
    dialog = page.get_by_role("dialog", name="Versions")
    dialog.get_by_role("listitem").first.get_by_text("newest").wait_for()
    page.evaluate(axe)
    assert page.evaluate(CHECK) == []
    assert page.evaluate(
        "[document.documentElement.scrollWidth - innerWidth,"
        " document.querySelector('dialog').scrollWidth - document.querySelector('dialog').clientWidth]"
    ) == [0, 0]
    for button in dialog.get_by_role("button").all():
        box = button.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width


def for_another_program(studio, name: str) -> tuple[str, dict, dict]:
    """Return a song whose versions hold nothing that the page draws, an edit of it and its newest result."""
    asset = upload(studio, name, guitar_song(N_BARS))
    hears = {"file": asset, "transpose_semitones": 2}
    edit = {"kind": "delete", "note": run(studio, hears | {"format": ["json"]})["result"]["notes"][0]["name"]}
    return asset, edit, run(studio, hears | {"edits": [edit], "format": ["midi", "gp5", "json"]})["result"]


def test_a_version_without_a_sheet_is_drawn_from_what_was_heard(page, studio):
    asset, _, result = for_another_program(studio, "for another program.wav")
    open_music(page, asset)
    assert n_notes(page) == result["n_notes"]
    assert "not in the library yet" not in page.get_by_role("region", name="Transcription").inner_text()
    page.get_by_text("the change by hand").first.wait_for()
    assert len(versions(studio, asset)) == 2, "looking at it makes no version"


def test_a_version_that_cannot_be_drawn_any_more_is_told_with_its_files(page, studio, faults):
    faults.expect("409")
    database = studio.folder / "data" / "tonmeister.db"
    if not database.is_file():
        pytest.skip("this studio's database is no file")
    asset, edit, result = for_another_program(studio, "long ago for another program.wav")
    with contextlib.closing(sqlite3.connect(database, timeout=30)) as connection, connection:
        connection.execute("delete from result")  # as if it had been tidied away
    page.goto(f"/transcribe/{asset}")
    page.get_by_role("heading", name="Transcribed, with no sheet to show").wait_for(timeout=30_000)
    assert page.get_by_text("Not transcribed yet").count() == 0
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile(r"\.mid$")).click()
    assert download.value.path().read_bytes().startswith(b"MThd")
    page.get_by_role("button", name="Transcribe", exact=True).click()
    page.get_by_role("application").wait_for(timeout=120_000)
    drawn(page)
    assert n_notes(page) == result["n_notes"]
    [newest, *_] = versions(studio, asset)
    assert newest["params"]["transpose_semitones"] == 2
    assert [(one["kind"], one["note"]) for one in newest["params"]["edits"]] == [("delete", edit["note"])]


def test_a_change_of_a_song_heard_long_ago_is_told_waited_for_and_cancelled(page, studio, faults):
    faults.expect("409")
    database = studio.folder / "data" / "tonmeister.db"
    if not database.is_file():
        pytest.skip("this studio's database is no file")
    asset = upload(studio, "heard long ago.wav", guitar_song(32))
    result = run(studio, {"file": asset, "format": ["alphatex"]})["result"]
    with contextlib.closing(sqlite3.connect(database, timeout=30)) as connection, connection:
        connection.execute("delete from result")  # as if by an earlier studio: nothing answers any more
    open_music(page, asset)
    standing = page.get_by_role("region", name="Transcription")
    choose_a_note(page)
    standing.get_by_text("heard anew first").wait_for()
    music = page.get_by_role("application")
    music.press("Delete")
    standing.get_by_text("it is heard anew, once, for your change").wait_for()
    page.get_by_role("progressbar", name="Transcription").first.wait_for()
    standing.get_by_role("button", name="Cancel").click()
    page.get_by_text("the change was taken back").wait_for(timeout=30_000)
    settled(page)
    assert n_notes(page) == result["n_notes"]
    page.reload()  # it was not lost: it is asked for again
    standing.get_by_text("it is heard anew, once, for your change").wait_for(timeout=30_000)
    wait_for(lambda: standing.get_by_role("button", name="Cancel").count(), lambda n: n == 0, 240, page)
    settled(page)
    assert n_notes(page) == result["n_notes"] - 1
    assert "not in the library yet" in standing.inner_text()
    assert len(versions(studio, asset)) == 1, "hearing alone makes no version"
    keep(page)
    kept(page)
    assert [len(one["params"].get("edits", [])) for one in versions(studio, asset)] == [1, 0]

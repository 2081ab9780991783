"""Pages opened while the server is away: each says so, and shows what it is for once the server answers again."""

from __future__ import annotations

import re

import pytest

from e2e.browser.studio_api import add, call, controlled, song, wait_for

AWAY = "The studio server does not answer."
NETWORK = r"ERR_INTERNET_DISCONNECTED|ERR_CONNECTION|ERR_EMPTY|ERR_NETWORK_CHANGED|Failed to load resource|WebSocket"


@pytest.fixture(scope="module")
def song_id(studio) -> str:
    asset = add(studio.url, "away and back.wav", song(3.0, 77))
    wait_for(lambda: call(f"{studio.url}/api/v1/assets/{asset['id']}"), lambda one: one["state"] == "ready", 120)
    call(f"{studio.url}/api/v1/jobs/measure", "POST", {"params": {"file": asset["id"]}, "label": "Known job"})
    return asset["id"]


def heading(page, name):
    return page.get_by_role("heading", name=name).first


PAGES = {
    "/": lambda page: page.get_by_role("row", name=re.compile("away and back")).first,
    "/master": lambda page: page.get_by_role("link", name=re.compile("away and back")).first,
    "/master/ID": lambda page: page.get_by_role("radiogroup", name="Listen to"),
    "/songs/ID": lambda page: heading(page, "All figures"),
    "/transcribe/ID": lambda page: heading(page, re.compile("away and back")),
    "/analysis/ID": lambda page: heading(page, re.compile("away and back")),
    "/stems/ID": lambda page: page.get_by_role("img", name="Waveform of Song"),
    "/batch?songs=ID": lambda page: page.get_by_role("link", name=re.compile("away and back")).first,
    "/album?songs=ID": lambda page: page.get_by_text("away and back").first,
    "/jobs": lambda page: page.get_by_role("row", name=re.compile("Known job")),
    "/analytics": lambda page: heading(page, "By kind"),
    "/tools": lambda page: page.get_by_role("link", name=re.compile("^Measure")).first,
    "/tools/measure?asset=ID": lambda page: page.get_by_role("button", name=re.compile("^Run( for.*)?$")),
    "/presets": lambda page: heading(page, re.compile("Master")),
    "/settings": lambda page: heading(page, "Server"),
}


@pytest.mark.parametrize("path", PAGES)
def test_a_page_opened_without_the_network_recovers_by_itself(page, faults, song_id, path):
    faults.expect(NETWORK)
    page.goto("/settings")
    heading(page, "Settings").wait_for()
    controlled(page)
    page.context.set_offline(True)
    page.goto(path.replace("ID", song_id))
    page.get_by_role("alert").get_by_text(AWAY).wait_for()
    assert not PAGES[path](page).is_visible()
    assert not page.get_by_text("cannot be").is_visible()
    page.context.set_offline(False)
    PAGES[path](page).wait_for()
    assert page.get_by_text(AWAY).count() == 0


def test_a_page_opened_while_the_server_is_stopped_recovers_by_itself(page, studio, faults):
    faults.expect(NETWORK)
    page.goto("/presets")
    heading(page, re.compile("Master")).wait_for()
    controlled(page)
    studio.stop()
    page.goto("/tools")
    page.get_by_role("alert").get_by_text(AWAY).wait_for()
    assert page.get_by_role("button", name="Try again").is_visible()
    studio.start()
    page.get_by_role("link", name=re.compile("^Measure")).first.wait_for(timeout=30_000)
    assert page.get_by_text(AWAY).count() == 0

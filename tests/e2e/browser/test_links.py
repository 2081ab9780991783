"""Fetching a song from a link: only where the studio may, and on the word of who asks."""

from __future__ import annotations

import pytest

from e2e.browser.studio_api import call, wait_for
from e2e.studio_process import studio_process
from engines.links.web_server import web_server


@pytest.fixture
def linked(built_page, tmp_path):
    """A studio that may fetch, and a web server of this machine that it may fetch from."""
    with web_server() as (place, _):
        variables = {"TONMEISTER_LINKS": "on", "TONMEISTER_LINK_OPEN_ADDRESSES": place}
        with studio_process(tmp_path, variables=variables) as studio:
            yield studio, place


def test_a_studio_does_not_fetch_by_itself(page):
    page.goto("/")
    page.get_by_role("button", name="Upload songs").wait_for()
    page.wait_for_load_state("networkidle")
    assert not page.get_by_role("button", name="From a link").is_visible()


def test_a_song_comes_from_a_link(chromium, linked):
    studio, place = linked
    context = chromium.new_context(base_url=studio.url)
    context.set_default_timeout(30_000)
    page = context.new_page()
    page.goto("/")
    page.get_by_role("button", name="From a link").click()
    form = page.get_by_role("dialog", name="From a link")
    form.get_by_label("Address").fill(f"http://{place}/text.wav")
    assert form.get_by_role("button", name="Fetch").is_disabled(), "nobody said that they hold the rights"
    form.get_by_label("I hold the rights").check()
    form.get_by_role("button", name="Fetch").click()
    form.get_by_role("alert").wait_for()
    form.get_by_label("Address").fill(f"http://{place}/song.wav")
    form.get_by_role("button", name="Fetch").click()
    page.get_by_text("is fetched and gets prepared").wait_for()
    page.get_by_role("row").filter(has_text="song").first.wait_for()
    context.close()
    jobs = call(f"{studio.url}/api/v1/jobs?capability=fetch&results=true")["items"]
    done = wait_for(lambda: [job for job in jobs if job["state"] == "completed"], bool)
    assert done[0]["result"]["rights_confirmed_at"]

"""Jobs from their form to their result: live, through a reload and a restart, cancelled, failed, tried again."""

from __future__ import annotations

import re
import time

import pytest

from e2e.browser.studio_api import CHECK, add, call, song, wait_for


def ready_song(studio, name: str, duration_s: float, seed: int) -> str:
    asset = add(studio.url, name, song(duration_s, seed))
    wait_for(lambda: call(f"{studio.url}/api/v1/assets/{asset['id']}"), lambda one: one["state"] == "ready", 120)
    return asset["id"]


def test_the_demo_song_is_one_press_away(page, studio):
    page.goto("/")
    page.get_by_role("button", name="Demo song").click()
    page.get_by_text("The demo song is in the library.").wait_for(timeout=90_000)
    page.get_by_role("row", name=re.compile(r"demo-song")).first.get_by_role(
        "button", name=re.compile("Play")
    ).wait_for(timeout=60_000)


def test_a_form_runs_its_tool_and_survives_a_reload(page, studio):
    page.goto("/tools/demo")
    page.get_by_label("Seed").fill("7")
    tempo = page.get_by_label("Tempo")
    tempo.fill("5")
    tempo.press("Tab")
    page.get_by_text("Must be 60 to 180 BPM.").wait_for()
    page.get_by_role("button", name="Run", exact=True).click()
    assert page.evaluate("document.activeElement.labels?.[0]?.innerText") == "Tempo", "the focus goes to the mistake"
    tempo.fill("120")
    page.get_by_label("Duration").fill("15")
    page.get_by_role("button", name="Run", exact=True).click()
    page.wait_for_url(re.compile(r"job="))
    page.reload()
    outcome = page.get_by_role("region", name="Outcome")
    outcome.get_by_text("done", exact=True).wait_for(timeout=90_000)
    assert tempo.input_value() == "120"
    with page.expect_download() as download:
        outcome.get_by_role("link", name=re.compile(r"\.wav$")).first.click()
    assert download.value.path().stat().st_size > 100_000
    page.get_by_role("button", name="Run", exact=True).click()
    outcome.get_by_text("done at once").wait_for()


def test_one_measures_a_song_chosen_from_the_library(page, studio):
    ready_song(studio, "measured.wav", 2, 11)
    page.goto("/tools/measure")
    page.get_by_role("button", name="File (needed): choose").click()
    page.get_by_role("searchbox", name="Search the library").last.fill("measured")
    page.get_by_role("button", name=re.compile(r"measured\.wav")).click()
    if page.get_by_role("button", name=re.compile(r"^Done \(")).is_visible():
        page.get_by_role("button", name=re.compile(r"^Done \(")).click()
    page.get_by_role("button", name=re.compile(r"^Run( for.*)?$")).click()
    page.get_by_role("region", name="Outcome").get_by_text("LUFS").first.wait_for(timeout=60_000)


def test_a_running_job_is_seen_after_a_reload_and_ends_when_cancelled(page, studio):
    mix = ready_song(studio, "long mix.wav", 150, 12)
    # Many formats, so that there is time to press the button on a fast machine too.
    params = {"mix": mix, "tier": "fine", "format": ["wav", "flac", "mp3", "ogg", "opus"]}
    job = call(f"{studio.url}/api/v1/jobs/master", "POST", {"params": params, "label": "Long mix"})
    page.goto("/jobs")
    row = page.get_by_role("row", name=re.compile("Long mix"))
    row.get_by_text("running").wait_for(timeout=60_000)
    page.reload()
    row.get_by_role("progressbar", name="Progress of Long mix").first.wait_for()
    assert page.get_by_role("link", name="1 job", exact=True).is_visible()
    begin = time.monotonic()
    row.get_by_role("button", name="Cancel Long mix").click()
    row.get_by_text("cancelled", exact=True).wait_for()
    assert time.monotonic() - begin < 8
    assert call(f"{studio.url}/api/v1/jobs/{job['id']}")["state"] == "cancelled"
    row.get_by_role("button", name="Try again: Long mix").wait_for()


def test_a_failure_says_what_to_do_and_can_be_tried_again(page, studio):
    asset = add(studio.url, "no sound.wav", b"not a sound at all " * 50)
    job = call(f"{studio.url}/api/v1/jobs/measure", "POST", {"params": {"file": asset["id"]}, "label": "No sound"})
    failed = wait_for(lambda: call(f"{studio.url}/api/v1/jobs/{job['id']}"), lambda one: one["state"] == "failed")
    page.goto("/jobs?show=failed")
    row = page.get_by_role("row", name=re.compile("No sound"))
    row.locator("summary").last.click()
    assert failed["error"]["message"][:40] in row.inner_text()
    assert failed["error"]["code"] in row.inner_text()
    row.get_by_role("link", name="No sound").click()
    page.get_by_role("alert").get_by_text(failed["error"]["code"]).wait_for()
    page.get_by_role("button", name="Try again: No sound").click()
    wait_for(
        lambda: call(f"{studio.url}/api/v1/jobs/{job['id']}"),
        lambda one: one["state"] == "failed" and one["revision"] > failed["revision"],
    )
    page.get_by_role("alert").get_by_text(failed["error"]["code"]).wait_for()


def test_the_page_comes_back_with_the_server(page, studio, faults):
    faults.expect(r"WebSocket connection|ERR_CONNECTION|ERR_EMPTY|Failed to load resource")
    page.goto("/jobs")
    page.get_by_role("heading", level=1, name="Jobs").wait_for()
    page.wait_for_timeout(500)
    studio.stop()
    page.get_by_text("Reconnecting").wait_for()
    studio.start()
    page.get_by_text("Reconnecting").wait_for(state="detached", timeout=30_000)
    job = call(
        f"{studio.url}/api/v1/jobs/demo", "POST", {"params": {"seed": 99, "duration_s": 15}, "label": "Afterwards"}
    )
    page.get_by_role("row", name=re.compile("Afterwards")).wait_for(timeout=15_000)
    wait_for(lambda: call(f"{studio.url}/api/v1/jobs/{job['id']}"), lambda one: one["state"] == "completed", 90)


@pytest.mark.parametrize("page_of", ["/jobs/{job}", "/tools/master?from={job}", "/?show=all", "/jobs", "/analytics"])
def test_pages_with_something_on_them_are_readable_by_all(page, studio, axe, page_of):
    mix = ready_song(studio, "readable.wav", 4, 31)
    job = call(f"{studio.url}/api/v1/jobs/master", "POST", {"params": {"mix": mix, "tier": "draft"}})
    wait_for(lambda: call(f"{studio.url}/api/v1/jobs/{job['id']}"), lambda one: one["state"] == "completed", 90)
    page.goto(page_of.format(job=job["id"]))
    page.locator("main h1").first.wait_for()
    page.wait_for_load_state("networkidle")
    page.evaluate(axe)
    assert page.evaluate(CHECK) == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate(
        "[document.documentElement.scrollWidth - innerWidth, main.scrollWidth - main.clientWidth]"
    ) == [
        0,
        0,
    ]


def test_own_presets_are_saved_used_and_deleted(page, studio):
    page.goto("/tools/demo")
    page.get_by_label("Tempo").fill("123")
    page.get_by_label("Tempo").press("Tab")
    page.get_by_role("button", name="Save as preset").click()
    page.get_by_role("dialog").get_by_label("Name").fill("Quick one")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    page.get_by_text("The preset Quick one is saved.").wait_for()
    page.goto("/presets")
    page.locator("li", has_text="Quick one").get_by_role("link", name="Use").click()
    page.wait_for_url(re.compile(r"/tools/demo\?preset="))
    filled = "[...document.querySelectorAll('input[type=number]')].some((one) => one.value === '123')"
    wait_for(lambda: page.evaluate(filled), bool, page=page)  # the driver's own waiting offends the page's policy
    page.goto("/presets")
    page.get_by_role("button", name="Delete Quick one").click()
    page.get_by_text("The preset Quick one is deleted.").wait_for()
    assert call(f"{studio.url}/api/v1/presets?capability=demo")["own"] == []

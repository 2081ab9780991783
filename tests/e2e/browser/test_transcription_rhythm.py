"""A song's rhythm, corrected in its analysis: its tab says that it is outdated, and follows."""

from __future__ import annotations

import re

import pytest

from e2e.browser.guitar_song import TEMPO_BPM, guitar_song
from e2e.browser.studio_api import CHECK, call, wait_for
from e2e.browser.test_analysis_page import open_analysis
from e2e.browser.test_transcription_page import drawn, n_jobs, open_music, run, settled, upload
from e2e.browser.test_transcription_versions import keep, kept, versions

N_BARS = 4


@pytest.fixture(scope="module")
def song(studio) -> str:
    """A guitar song in the library, transcribed."""
    asset = upload(studio, "counted otherwise.wav", guitar_song(N_BARS))
    run(studio, {"file": asset, "format": ["alphatex"]})
    return asset


def notice(page):
    return page.get_by_role("status", name="Rhythm of the tab")


def tempo_shown(page) -> float:
    return float(re.search(r"([\d.]+) BPM", page.locator("header").last.inner_text())[1])


def another(page):
    tab = page.context.new_page()
    tab.set_default_timeout(15_000)
    return tab


def test_a_corrected_rhythm_is_told_at_once_and_everywhere_and_followed(page, studio, song):
    open_music(page, song)
    assert tempo_shown(page) == pytest.approx(TEMPO_BPM, rel=0.01)
    analysis = another(page)
    open_analysis(analysis, song)
    page.wait_for_timeout(1000)
    assert notice(page).count() == 0, "looking at the analysis corrects nothing"
    analysis.get_by_role("button", name="Half", exact=True).click()
    notice(page).get_by_text("beats half as fast").wait_for(timeout=30_000)  # live, in the other tab
    page.reload()
    drawn(page)
    notice(page).get_by_text("beats half as fast").wait_for()
    later = another(page)
    open_music(later, song)
    notice(later).wait_for()

    n_before = n_jobs(studio)
    notice(page).get_by_role("button", name="Transcribe with this rhythm").click()
    notice(page).wait_for(state="detached", timeout=60_000)
    settled(page)
    assert tempo_shown(page) == pytest.approx(TEMPO_BPM / 2, rel=0.01)
    assert n_jobs(studio) == n_before, "a draft, no run"
    assert notice(later).count() == 1, "what is not kept is nobody else's"
    keep(page)
    kept(page)
    assert versions(studio, song)[0]["params"]["tempo_factor"] == "half"
    later.reload()
    drawn(later)
    later.wait_for_timeout(1000)
    assert notice(later).count() == 0
    later.close()

    analysis.get_by_role("button", name="Back to what was found").click()
    notice(page).get_by_text("beats neither halved nor doubled").wait_for(timeout=30_000)
    page.get_by_role("button", name="Leave it as it is").click()
    notice(page).wait_for(state="detached")
    page.reload()
    drawn(page)
    notice(page).wait_for()
    page.keyboard.press("Control+z")
    assert tempo_shown(page) == pytest.approx(TEMPO_BPM / 2, rel=0.01), "nothing was changed unasked"
    analysis.close()


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_the_notice_is_readable_by_all(page, studio, song, axe, scheme):
    page.emulate_media(color_scheme=scheme)
    job = call(f"{studio.url}/api/v1/jobs/analyze", "POST", {"params": {"file": song, "metre": "3/4"}})
    wait_for(lambda: call(f"{studio.url}/api/v1/jobs/{job['id']}"), lambda one: one["state"] == "completed", 60)
    open_music(page, song)
    notice(page).get_by_text("3/4").wait_for()
    page.wait_for_timeout(500)
    page.evaluate(axe)
    assert page.evaluate(CHECK) == []
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_timeout(300)
    assert page.evaluate(
        "[document.documentElement.scrollWidth - innerWidth, main.scrollWidth - main.clientWidth]"
    ) == [0, 0]

"""Every page: readable by all, in both themes and on a phone; keys, offline, weight."""

from __future__ import annotations

import gzip
import json
import re

import pytest

from e2e.browser.studio_api import CHECK, controlled

PATHS = [
    "/",
    "/?show=bin",
    "/master",
    "/batch",
    "/album",
    "/jobs",
    "/analytics",
    "/tools",
    "/tools/measure",
    "/tools/master",
    "/presets",
    "/settings",
    "/nothing-here",
]
FOCUSED = "document.activeElement.getAttribute('aria-label') ?? document.activeElement.innerText.trim()"
KEPT = """async () => {
  const paths = async (name) => (await (await caches.open(name)).keys()).map((one) => new URL(one.url).pathname);
  return (await Promise.all((await caches.keys()).map(paths))).flat();
}"""
WIDTHS = "[document.documentElement.scrollWidth - innerWidth, main.scrollWidth - main.clientWidth]"


def settle(page) -> None:
    page.wait_for_load_state("networkidle")
    page.locator("main h1").first.wait_for()


@pytest.mark.parametrize("path", PATHS)
def test_page_is_readable_by_all(page, axe, path):
    page.goto(path)
    settle(page)
    page.evaluate(axe)
    assert page.evaluate(CHECK) == [], "dark, wide"
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 390, "height": 844})
    page.locator("html[data-theme=light]").wait_for()
    assert page.evaluate(WIDTHS) == [0, 0]
    assert page.evaluate(CHECK) == [], "light, phone"


def test_palette_finds_pages_by_name(page):
    page.goto("/")
    settle(page)
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Search or run a command").fill("analytics")
    page.get_by_role("option", name="Go to analytics").wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url("**/analytics")
    assert page.get_by_role("heading", level=1).inner_text() == "Analytics"
    assert not page.get_by_role("dialog").is_visible()


def test_palette_finds_tools_and_commands(page):
    page.goto("/jobs")
    settle(page)
    page.keyboard.press("Control+k")
    box = page.get_by_role("combobox", name="Search or run a command")
    box.fill("dark light")
    page.keyboard.press("Enter")
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    page.keyboard.press("Control+k")
    box.fill("compose")
    page.get_by_role("option", name=re.compile("Compose and synthesise")).click()
    page.wait_for_url("**/tools/demo")


def test_keys_go_to_pages_and_are_listed(page):
    page.goto("/")
    settle(page)
    page.keyboard.press("g")
    page.keyboard.press("j")
    page.wait_for_url("**/jobs")
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keys")
    sheet.get_by_text("Go to library").wait_for()
    page.keyboard.press("Escape")
    sheet.wait_for(state="detached")
    page.get_by_role("searchbox", name="Search jobs").focus()
    page.keyboard.type("gl?")
    assert page.url.split("?")[0].endswith("/jobs"), "keys rest while one types"


def test_everything_is_reached_by_the_tab_key(page):
    page.goto("/")
    settle(page)
    seen = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        seen.add(page.evaluate(FOCUSED))
    for wanted in ("Skip to the page", "Library", "Jobs", "Demo song", "Upload songs", "Search the library", "Order"):
        assert any(wanted in one for one in seen), (wanted, seen)


def test_theme_stays_chosen(page):
    page.goto("/settings")
    page.get_by_role("radio", name="Light").click()
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    assert page.get_by_role("radio", name="Light").is_checked()


def test_back_and_forward(page):
    page.goto("/")
    settle(page)
    page.get_by_role("navigation", name="Main", exact=True).get_by_role("link", name="Presets").click()
    page.get_by_role("heading", level=1, name="Presets").wait_for()
    page.go_back()
    page.get_by_role("heading", level=1, name="Library").wait_for()
    page.go_forward()
    page.get_by_role("heading", level=1, name="Presets").wait_for()


def test_phone_has_a_bar_of_five_and_the_rest_behind_more(page):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/")
    settle(page)
    bar = page.get_by_role("navigation", name="Main, short")
    assert bar.locator("a, button").count() == 5
    bar.get_by_role("button", name="More").click()
    page.get_by_role("link", name="Settings").click()
    page.get_by_role("heading", level=1, name="Settings").wait_for()
    assert bar.get_by_role("button", name="More").get_attribute("aria-expanded") == "false"


def test_fonts_come_from_the_studio(page):
    hosts = set()
    page.on("request", lambda request: hosts.add(re.sub(r"^(\w+://[^/]+).*", r"\1", request.url)))
    page.goto("/")
    settle(page)
    assert page.evaluate("document.fonts.check('14px \"Inter Variable\"')")
    assert {host for host in hosts if not host.startswith(("data:", "blob:"))} == {page.evaluate("location.origin")}


def test_shell_works_without_a_network(page, faults):
    faults.expect(r"ERR_INTERNET_DISCONNECTED|Failed to load resource|WebSocket connection")
    page.goto("/")
    settle(page)
    controlled(page)
    page.context.set_offline(True)
    page.goto("/presets")
    page.get_by_role("heading", level=1, name="Presets").wait_for()
    page.get_by_text("The studio server does not answer.").first.wait_for()
    kept = page.evaluate(KEPT)
    assert "/" in kept
    assert not [path for path in kept if path.startswith("/api")]


def test_the_manifest_can_be_installed(page, studio):
    page.goto("/")
    manifest = page.request.get("/manifest.webmanifest").json()
    assert manifest["display"] == "standalone"
    assert manifest["share_target"]["action"] == "/share"
    for icon in manifest["icons"]:
        answer = page.request.get(icon["src"])
        assert answer.ok, icon
        assert answer.headers["content-type"] == icon["type"]


def test_first_load_keeps_to_its_weight(built_page):
    """At most 120 KB of packed scripts and styles before the library shows."""
    manifest = json.loads((built_page / ".vite" / "manifest.json").read_text())

    def files(key: str, found: set[str]) -> set[str]:
        chunk = manifest[key]
        if chunk["file"] in found:
            return found
        found |= {chunk["file"], *chunk.get("css", [])}
        for following in chunk.get("imports", []):
            files(following, found)
        return found

    entry = next(key for key, chunk in manifest.items() if chunk.get("isEntry"))
    first = files("src/pages/library/Library.svelte", files(entry, set()))
    sizes = {name: len((built_page / name).read_bytes()) for name in first}
    packed = 0
    for name in first:
        twin = built_page / f"{name}.gz"
        if twin.is_file():
            assert gzip.decompress(twin.read_bytes()) == (built_page / name).read_bytes(), name
            packed += twin.stat().st_size
        else:
            packed += sizes[name]
    assert packed <= 120_000, (packed, sizes)

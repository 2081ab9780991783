"""What is packed: the page once, the kernels, no leftovers."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import tarfile
import zipfile
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STATIC = "tonmeister/static/"


def build_web():
    spec = importlib.util.spec_from_file_location("build_web", ROOT / "tools" / "build_web.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def packages(tmp_path_factory) -> tuple[list[str], list[str]]:
    """The names in the source archive and in the wheel."""
    web = build_web()
    if not (web.is_fresh() or web.find_npm()):
        pytest.skip("no Node to build the page with")
    folder = tmp_path_factory.mktemp("packages")
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", folder],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    with tarfile.open(next(folder.glob("*.tar.gz"))) as archive:
        sources = archive.getnames()
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        return sources, wheel.namelist()


def test_nothing_is_packed_twice(packages):
    for names in packages:
        assert not [name for name, n in Counter(names).items() if n > 1]


def test_the_page_is_packed_whole(packages):
    static = ROOT / "src" / "tonmeister" / "static"
    wanted = {path.relative_to(static).as_posix() for path in static.rglob("*") if path.is_file()}
    assert {"index.html", "sw.js", "manifest.webmanifest", "theme.js", "icons/icon-192.png"} <= wanted
    for names in packages:
        assert {name.split(STATIC, 1)[1] for name in names if STATIC in name} == wanted


def test_sources_hold_the_page_s_sources_and_no_modules(packages):
    sources, wheel = packages
    assert any(name.endswith("/web/package-lock.json") for name in sources)
    assert not [name for name in (*sources, *wheel) if "node_modules" in name or "/web/dist/" in name]


def test_the_wheel_holds_the_kernels(packages):
    assert [name for name in packages[1] if "/native/kernels_base" in name]


def test_the_page_s_packages_are_locked_without_a_registry():
    lock = json.loads((ROOT / "web" / "package-lock.json").read_text(encoding="utf-8"))
    wanted = json.loads((ROOT / "web" / "package.json").read_text(encoding="utf-8"))
    for name, package in lock["packages"].items():
        assert "resolved" not in package, name
        assert not name or package["integrity"].startswith("sha512-"), name
    for group in ("dependencies", "devDependencies"):
        for name, version in wanted[group].items():
            assert version[0].isdigit(), f"{name} is not pinned"
            assert lock["packages"][f"node_modules/{name}"]["version"] == version


def test_the_fingerprint_follows_the_sources(tmp_path):
    tool = build_web()
    sources, static = tmp_path / "web", tmp_path / "static"
    for folder in (sources / "src", sources / "node_modules", static):
        folder.mkdir(parents=True)
    (sources / "package.json").write_text("{}")
    before = tool.fingerprint(sources)
    (sources / "node_modules" / "any.js").write_text("1")
    assert tool.fingerprint(sources) == before
    (sources / "src" / "main.ts").write_text("")
    after = tool.fingerprint(sources)
    assert after != before
    assert not tool.is_fresh(sources, static)
    (static / "index.html").write_text("page")
    assert not tool.is_fresh(sources, static)
    (static / tool.STAMP).write_text(after)
    assert tool.is_fresh(sources, static)


def test_the_page_can_be_left_out(monkeypatch, capsys):
    web = build_web()
    monkeypatch.setenv("TONMEISTER_WITHOUT_WEB", "1")
    monkeypatch.setattr(web, "build_web", lambda **_: pytest.fail("it was built"))
    assert web.main() == 0
    assert "left out" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("said", "is_suitable"),
    [("v20.18.9", False), ("v20.19.0", True), ("v21.7.3", False), ("v22.0.0", True), ("none", False)],
)
def test_old_versions_of_node_are_not_taken(tmp_path, said, is_suitable):
    node = tmp_path / "node"
    node.write_text(f"#!/bin/sh\necho {said}\n")
    node.chmod(0o755)
    assert build_web()._is_suitable(str(node)) is is_suitable

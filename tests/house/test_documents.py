"""Documents tell what is so: pages that follow from the code, README and examples that run."""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.examples import MUSIC, make_music
from e2e.songs import write_song
from e2e.studio_process import troubles

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def load_tool(name: str):
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["cli.md", "errors.md", "settings.md"])
def test_the_reference_follows_from_the_code(name):
    written = (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8")
    assert written == load_tool("build_reference").PAGES[name](), "run: python tools/build_reference.py"


def test_the_types_of_the_library_follow_from_the_code():
    written = (ROOT / "src" / "tonmeister" / "__init__.pyi").read_text(encoding="utf-8")
    assert written == load_tool("build_stub").stub_text(), "run: python tools/build_stub.py"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.M | re.S)


LASTING = ("tonmeister serve", "tonmeister work")
"""Commands that end only when told to; the end-to-end tests run them."""
COMMANDS = [
    line
    for block in blocks("sh")
    for line in block.splitlines()
    if line.startswith("tonmeister ") and not line.startswith(LASTING)
]


@pytest.fixture
def place(tmp_path) -> Path:
    for name in ("song", "reference", "one", "two", "three"):
        write_song(tmp_path / f"{name}.wav", duration_s=6 + len(name) / 2)
    return tmp_path


def run(arguments: list[str], place: Path) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=place,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "120"},
    )


def test_the_readme_names_commands():
    assert len(COMMANDS) > 8


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_of_the_readme_runs(line, place):
    if line.split()[1] in MUSIC:
        for seed, name in enumerate(("one", "two", "three"), 1):
            (place / f"{name}.wav").unlink()
            make_music(place / f"{name}.wav", seed=seed, n_bars=16)
    if "--plan" in line:  # takes the plan that the line before it leaves
        before = COMMANDS[COMMANDS.index(line) - 1]
        assert run(["-m", "tonmeister", *shlex.split(before)[1:]], place).returncode == 0
    done = run(["-m", "tonmeister", *shlex.split(line)[1:]], place)
    assert done.returncode == 0, done.stderr
    assert done.stdout
    assert troubles(done.stderr) == []


@pytest.mark.parametrize("number", range(len(blocks("python"))))
def test_the_python_of_the_readme_runs(number, place):
    (place / "program.py").write_text(blocks("python")[number])
    done = run(["program.py"], place)
    assert done.returncode == 0, done.stderr
    assert done.stdout


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "examples").glob("*.py")), ids=lambda path: path.name)
def test_every_example_runs(path, place):
    (place / "notes.txt").write_text("no sound")
    folder = place / "out"
    folder.mkdir()
    for name in ("one.wav", "two.wav", "notes.txt"):
        (place / name).rename(folder / name)
    done = run([str(path), f"{folder}/"], place)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("\n") >= 2
    assert path.name in (ROOT / "docs" / "examples" / "README.md").read_text(encoding="utf-8")


def test_links_between_documents_lead_somewhere():
    pages = [
        page for place in (".", "docs", "src") for page in (ROOT / place).glob("*.md" if place == "." else "**/*.md")
    ]
    links = [
        (page, target)
        for page in pages
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
    ]
    assert links
    assert not [link for link in links if "://" not in link[1] and not (link[0].parent / link[1]).exists()]


def test_decisions_are_numbered_once():
    numbers = [path.name[:4] for path in (ROOT / "docs" / "decisions").glob("*.md")]
    assert all(number.isdigit() for number in numbers)
    assert len(numbers) == len(set(numbers))

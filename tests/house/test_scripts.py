"""The scripts of a checkout, as far as they go without a package index."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ("sh", "cat", "cksum", "mkdir", "rm", "dirname", "sleep", "readlink", "find", "sort", "tr", "xargs")
LIES = '#!/bin/sh\ncase "$*" in *version_info*) exit {suitable};; *ensurepip*) exit {complete};; esac\n'


@pytest.fixture
def checkout(tmp_path) -> Path:
    """The files that the scripts read, in a folder whose name has a space."""
    folder = tmp_path / "a checkout"
    for name in ("tonmeister", "check", "pyproject.toml", "locks", "tools", "web", "src/tonmeister/dsp/native"):
        source, target = ROOT / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("*.so", "__pycache__", "node_modules"))
        else:
            shutil.copy2(source, target)
    return folder


@pytest.fixture
def machine(tmp_path):
    """Run a script where there is nothing but a few standard tools, and a Python as described."""
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    for name in TOOLS:
        found = shutil.which(name)
        assert found
        (bin_folder / name).symlink_to(found)

    def run(
        script: Path, *arguments: str, python: str | None = None, **environment: str
    ) -> subprocess.CompletedProcess:
        if python is not None:
            (bin_folder / "python3").write_text(python)
            (bin_folder / "python3").chmod(0o755)
        return subprocess.run(
            [str(script), *arguments], capture_output=True, text=True, check=False, timeout=60, cwd=bin_folder,
            env={"PATH": str(bin_folder), "HOME": str(bin_folder), **environment},
        )  # fmt: skip

    return run


@pytest.mark.parametrize("script", ["tonmeister", "check"])
@pytest.mark.parametrize(
    ("python", "words"),
    [
        (None, "Python 3.11 or later is needed and was not found"),
        (LIES.format(suitable=1, complete=0), "Python 3.11 or later is needed and was not found"),
        (LIES.format(suitable=0, complete=1), "python3-venv"),
    ],
)
def test_a_missing_old_or_incomplete_python_is_named(checkout, machine, script, python, words):
    done = machine(checkout / script, python=python)
    assert done.returncode == 1
    assert words in done.stderr
    assert done.stdout == ""


def test_a_wrong_choice_of_python_is_named(checkout, machine):
    done = machine(checkout / "tonmeister", TONMEISTER_PYTHON="python9")
    assert done.returncode == 1
    assert "TONMEISTER_PYTHON is 'python9'" in done.stderr


def test_a_ready_checkout_starts_at_once_and_hands_on_the_arguments(checkout, machine, tmp_path):
    prepared = checkout / ".venv" / "bin"
    prepared.mkdir(parents=True)
    for name in ("python", "tonmeister"):
        (prepared / name).write_text('#!/bin/sh\nfor word in "$@"; do echo "<$word>"; done\n')
        (prepared / name).chmod(0o755)
    script = f'ROOT="{checkout}"; . "$ROOT/tools/bootstrap.sh"; checksum run > "$VENV/.stamp-run"'
    subprocess.run(["sh", "-c", script], check=True, env={"PATH": os.environ["PATH"]})
    link = tmp_path / "bin" / "tm"
    link.symlink_to(checkout / "tonmeister")
    assert machine(link, "measure", "my song.wav").stdout == "<measure>\n<my song.wav>\n"
    assert machine(checkout / "tonmeister").stdout == "<serve>\n"
    (checkout / "locks" / "run.txt").write_text("# other locks\n")
    assert "setting up" in machine(checkout / "tonmeister").stderr


def test_a_setup_that_died_does_not_block_the_next(checkout, machine):
    busy = checkout / ".venv" / ".setup"
    busy.mkdir(parents=True)
    (busy / "pid").write_text("999999999")
    assert "was not found" in machine(checkout / "tonmeister").stderr
    assert not busy.exists()


@pytest.mark.parametrize("script", ["tonmeister", "check", ".ci/run", "tools/bootstrap.sh"])
def test_the_scripts_are_posix_shell(script):
    shell = shutil.which("dash") or "sh"
    subprocess.run([shell, "-n", ROOT / script], check=True)
    assert script.endswith(".sh") or os.access(ROOT / script, os.X_OK)


def test_check_runs_every_tool_and_the_tests_last():
    text = (ROOT / "check").read_text(encoding="utf-8")
    order = [text.index(word) for word in ('ruff" check', 'ruff" format', "mypy", "lint-imports", "-m pytest")]
    assert order == sorted(order)

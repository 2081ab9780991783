"""The tree itself: layers, root, addresses, locks."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = (
    "run.txt",
    "dev.txt",
    "aac.txt",
    "cluster.txt",
    "links.txt",
    "planner.txt",
    "telemetry.txt",
    "compiler.txt",
    "node.txt",
)


def tracked() -> list[Path]:
    """Return the files under version control; outside of a clone, those of the folder less what is ignored."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip("this is not a git clone")
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def texts() -> list[tuple[Path, str]]:
    found = []
    for path in tracked():
        content = path.read_bytes()
        if b"\0" not in content:
            found.append((path.relative_to(ROOT), content.decode("utf-8")))
    return found


def test_imports_point_downwards():
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_root_is_short():
    entries = {path.relative_to(ROOT).parts[0] for path in tracked()}
    assert len(entries) <= 15, sorted(entries)


def test_no_address_of_a_registry_and_no_path_of_a_machine():
    # the names are put together here, so that this file is not found by itself
    hosts = [
        ".".join(parts)
        for parts in (("pypi", "org"), ("pythonhosted", "org"), ("registry", "npmjs"), ("deb", "debian"))
    ]
    registry = re.compile("|".join(re.escape(host) for host in hosts), re.I)
    machine = re.compile(r"(?<![\w.])/(?:root|home|work|opt|Users)/\w")
    found = [
        f"{path}:{number}: {line.strip()[:80]}"
        for path, text in texts()
        for number, line in enumerate(text.splitlines(), 1)
        if registry.search(line) or machine.search(line)
    ]
    assert not found


def test_no_binary_file_is_tracked():
    allowed = {".png", ".jpg", ".ico", ".woff2"}
    weights = {ROOT / "src/tonmeister/engines/separation_draft.npz"}  # our own; tools/train_separator makes them
    found = [path for path in tracked() if b"\0" in path.read_bytes() and path.suffix not in allowed]
    assert not set(found) - weights
    assert all(path.stat().st_size < 300_000 for path in weights)


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_is_exact_and_has_hashes(name):
    text = (ROOT / "locks" / name).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    assert lines
    for line in lines:
        assert re.match(r"[a-z0-9._-]+==\S+ ", line), line
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", line), line


def locked(name: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for package, version in re.findall(r"^([a-z0-9._-]+)==([^ ;]+)", (ROOT / "locks" / name).read_text("utf-8"), re.M):
        found.setdefault(package, []).append(version)
    return found


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("run.txt", PROJECT["project"]["dependencies"] + PROJECT["build-system"]["requires"]),
        ("dev.txt", PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["dev"]),
        *(
            (f"{extra}.txt", wanted)
            for extra, wanted in PROJECT["project"]["optional-dependencies"].items()
            if extra != "separate-model"  # which torch fits depends on the machine's processors: no lock holds for all
        ),
    ],
)
def test_the_locks_hold_what_the_project_asks_for(name, wanted):
    from packaging.requirements import Requirement

    have = locked(name)
    for text in wanted:
        requirement = Requirement(text)
        assert any(version in requirement.specifier for version in have.get(requirement.name, [])), text


@pytest.mark.parametrize("name", ["dev.txt", "cluster.txt", "planner.txt", "telemetry.txt"])
def test_the_locks_on_top_have_the_versions_of_the_program(name):
    run, more = locked("run.txt"), locked(name)
    assert {package: more.get(package) for package in run} == run


def test_every_locked_package_has_its_licence_told():
    page = (ROOT / "docs" / "reference" / "third-party.md").read_text(encoding="utf-8")
    told = set(re.findall(r"[a-z0-9][a-z0-9-]+", " ".join(re.findall(r"^\| ([^|]+) \|", page, re.M))))
    assert not {package for name in LOCKS for package in locked(name)} - told


def test_nothing_gpl_is_needed():
    """Asks the installed packages themselves; the optional extra alone may bring GPL parts."""
    from importlib.metadata import PackageNotFoundError, metadata

    for package in locked("run.txt"):
        try:
            facts = metadata(package)
        except PackageNotFoundError:  # meant for another platform
            continue
        licence = " ".join(
            [facts.get("License-Expression") or facts.get("License") or "", *(facts.get_all("Classifier") or [])]
        )
        assert not re.search(r"(?<![LA-Za-z])GPL|Affero|(?<!Lesser )General Public", licence), package


def test_gpl_libraries_are_never_imported():
    forbidden = re.compile(r"^\s*(?:import|from)\s+(mutagen|pedalboard|matchering)\b", re.M)
    elsewhere = re.compile(r"^\s*(?:import|from)\s+av\b", re.M)
    for path in sorted((ROOT / "src").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        assert not forbidden.search(text), path
        assert path.name == "av_process.py" or not elsewhere.search(text), path

"""What is said of optional parts is what a clone has."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tonmeister.core.extras import UNLOCKED, how_to_install

ROOT = Path(__file__).parents[2]
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]


@pytest.mark.parametrize("extra", EXTRAS)
def test_every_extra_can_be_installed_as_told(extra):
    told = how_to_install(extra)
    if extra in UNLOCKED:
        assert list(UNLOCKED[extra]) == EXTRAS[extra]
    else:
        assert f"locks/{extra}.txt" in told
        assert "--hash=" in (ROOT / "locks" / f"{extra}.txt").read_text(encoding="utf-8")
    assert told.endswith(".")


def test_nobody_is_sent_to_a_stranger_s_package():
    told = [*ROOT.glob("src/**/*.py"), *ROOT.glob("src/**/*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "README.md"]
    said = [path for path in told if "tonmeister[" in path.read_text(encoding="utf-8").replace("pip install -e", "")]
    assert said == []

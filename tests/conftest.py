"""Fixtures for all tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared_audio() -> Path:
    """The folder of real recordings, beside the checkout or where TONMEISTER_SHARED_AUDIO says."""
    folder = Path(os.environ.get("TONMEISTER_SHARED_AUDIO", ROOT.parent / "shared" / "audio"))
    if not (folder / "manifest.csv").is_file():
        pytest.skip("the folder of real recordings (shared/audio) is not here")
    return folder

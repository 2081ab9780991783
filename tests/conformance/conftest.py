"""Every capability is found, not listed: what is declared is tested."""

from __future__ import annotations

import wave
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from conformance.examples import EXAMPLES
from conformance.kept import keep
from engines.links.web_server import web_server
from tonmeister import app
from tonmeister.jobs.runner import Runner
from tonmeister.settings import Settings

REGISTRY = app.registry()


def pytest_generate_tests(metafunc):
    if "capability" in metafunc.fixturenames:
        needs_material = "kind" in metafunc.fixturenames
        members = {name: member for name, member in REGISTRY.items() if member.asset_fields() or not needs_material}
        metafunc.parametrize("capability", members.values(), ids=list(members))


@pytest.fixture(scope="session")
def make_song(tmp_path_factory) -> Callable[..., Path]:
    """Write a WAV file: a chord with a beat and a little noise, or silence."""
    folder = tmp_path_factory.mktemp("songs")

    def write(
        name: str, *, duration_s: float = 3.0, sample_rate: int = 44100, n_channels: int = 2, level: float = 0.2
    ) -> Path:
        path = folder / f"{name}.wav"
        if not path.exists():
            t_s = np.arange(round(duration_s * sample_rate)) / sample_rate
            noise = np.random.default_rng(1).uniform(-1, 1, (len(t_s), n_channels))
            detuned = 1 + np.arange(n_channels) / 500
            tone = sum(np.sin(2 * np.pi * hz * t_s[:, None] * detuned) for hz in (110, 277, 659)) / 3
            beat = np.exp(-8 * (2 * t_s % 1))[:, None]
            sound = level * (0.4 * tone + 0.5 * beat * tone + 0.1 * noise)
            with wave.open(str(path), "wb") as file:
                file.setnchannels(n_channels)
                file.setsampwidth(2)
                file.setframerate(sample_rate)
                file.writeframes(np.round(sound * 32767).astype("<i2").tobytes())
        return path

    return write


@pytest.fixture(scope="session")
def web() -> Iterator[str]:
    """Serve a song for those that fetch one."""
    with web_server() as (place, _):
        EXAMPLES["fetch"] = {"url": f"http://{place}/song.wav", "i_hold_the_rights": True}
        yield place


@pytest.fixture(scope="session")
def kept(tmp_path_factory) -> Path:
    """A folder for what steps have made."""
    return tmp_path_factory.mktemp("kept")


@pytest.fixture
def lone_runner(tmp_path, web) -> Runner:
    """A runner that does everything anew."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    return Runner(
        Settings(n_workers=1, temporary_folder=scratch, links=True, link_open_addresses=(web,)), app.capability
    )


@pytest.fixture
def runner(lone_runner, kept) -> Runner:
    """A runner that takes steps which other tests have done of the same songs from there."""
    return Runner(lone_runner.settings, lambda name: keep(app.capability(name), kept))

"""One studio of each kind for all tests of this folder, and its doors."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from e2e.studio.doors import Doors
from e2e.studio_process import Studio
from e2e.variants import running_studio, variants


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "variant" in metafunc.fixturenames:
        metafunc.parametrize("variant", variants(metafunc.config, "both"), scope="session")


@pytest.fixture(scope="session")
def studio(variant: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Studio]:
    """A running studio; nothing went wrong in it that nobody was told of."""
    with running_studio(variant, tmp_path_factory.mktemp(variant), request) as running:
        yield running
    told = running.log_text().splitlines()
    faults = [line for line in told if '"level":"error"' in line or "Traceback" in line]
    # Tests kill the supervisor, of which the server tells.
    assert not [line for line in faults if "The supervisor ended (exit code -9)" not in line], faults


@pytest.fixture
def doors(studio: Studio) -> Iterator[Doors]:
    """The doors of the studio."""
    with Doors(studio) as opened:
        yield opened

"""However many cores there are, the master is the same to the bit."""

from __future__ import annotations

from pathlib import Path

import pytest

from tonmeister.app import capability
from tonmeister.jobs.runner import Runner
from tonmeister.settings import Settings


@pytest.mark.parametrize("name", ["master", "prepare"])
def test_what_is_measured_and_written_is_the_same_on_one_core_and_on_three(
    name: str, demo_song: Path, tmp_path
) -> None:
    found = []
    for n_workers in (1, 3):
        folder = tmp_path / str(n_workers)
        (folder / "scratch").mkdir(parents=True)
        runner = Runner(Settings(n_workers=n_workers, temporary_folder=folder / "scratch"), capability)
        more = {"mix": str(demo_song), "report": False} if name == "master" else {"file": str(demo_song)}
        result = runner.run_here(capability(name), more, output=f"{folder}/out/")
        files = {path.name: path.read_bytes() for path in sorted((folder / "out").iterdir())}
        figures = result.model_dump(mode="json", include={"before", "after", "measurement", "reduction_curve_db"})
        assert files
        found.append((files, figures))
    assert found[0] == found[1]

"""What the studio has in the end is whole, and can be backed up while it works."""

from __future__ import annotations

import json

from e2e.browser.studio_api import song


def test_all_is_whole_and_backed_up(studio, doors):
    kept = doors.add_prepared("Kept.wav", song(1.0, seed=50))
    done = studio.run("backup", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    made = json.loads(done.stdout)
    assert made["n_files"] > 2
    assert made["missing"] == []
    done = studio.run("check", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout)
    assert found["is_whole"]
    assert found["n_assets"] >= doors.read("/assets")["n_total"] > 0
    assert doors.read(f"/assets/{kept['id']}")["state"] == "ready"

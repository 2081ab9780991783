"""Mashups through the command line: a plan that was edited is what is rendered; a process that is killed goes on."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
import soundfile

from conformance.examples import make_music
from e2e.studio_process import COMMAND

WISHES = ("--length-s", "20", "--n-phrase-bars", "4", "--style", "trade", "--json")


@pytest.fixture
def songs(place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    monkeypatch.setenv("TONMEISTER_STEPS_FOLDER", str(tmp_path / "steps"))
    monkeypatch.setenv("TONMEISTER_N_WORKERS", "1")
    one = make_music(place / "one.wav", seed=1)
    return one, make_music(place / "two.wav", seed=2, tempo_bpm=126.0)


def test_a_plan_that_was_edited_is_what_is_rendered(tonmeister, place, songs) -> None:
    first = tonmeister("mashup", *songs, *WISHES, "--output", "first")
    assert first.returncode == 0, first.stderr
    plan = json.loads(next((place / "first").glob("*(plan).json")).read_text())
    timeline = plan["masterplan"]["timeline"]
    assert len(timeline) > 1
    kept = timeline[1]
    kept["layers"][0]["volume_db"] = -9.0
    plan["masterplan"]["timeline"] = [kept]
    plan["masterplan"]["title"] = "Half of it"
    (place / "edited.json").write_text(json.dumps(plan))
    second = tonmeister("mashup", *songs, "--plan", "edited.json", "--json", "--output", "second")
    assert second.returncode == 0, second.stderr
    result = json.loads(second.stdout)
    made = result["plan"]["masterplan"]
    assert made["title"] == "Half of it"
    (section,) = made["timeline"]
    assert (section["start_bar"], section["time_start_sec"]) == (0, 0)
    assert section["layers"][0]["volume_db"] == -9.0
    sound, rate = soundfile.read(place / result["mix"])
    bar_s = 240 / made["global"]["targetBPM"]
    assert len(sound) / rate == pytest.approx(section["n_bars"] * bar_s, abs=2 * bar_s)
    assert abs(sound).max() > 0.01
    measured = json.loads(tonmeister("measure", result["master"], "--json").stdout)["measurement"]
    assert measured["true_peak_dbtp"] <= -0.9
    assert result["integrated_lufs"] == pytest.approx(measured["integrated_lufs"], abs=0.01), "of the file itself"
    assert result["true_peak_dbtp"] == pytest.approx(measured["true_peak_dbtp"], abs=0.02), "by a finer meter"


@pytest.mark.parametrize("at", ["sections", "mastering"])
def test_killed_on_the_way_it_goes_on_behind_what_was_done(tonmeister, place, songs, tmp_path, at) -> None:
    entries = tmp_path / "steps" / "entries"
    words = [*COMMAND, "mashup", *map(str, songs), *WISHES, "--output", "out", "--verbose"]
    process = subprocess.Popen(words, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, env=os.environ)
    assert process.stderr is not None
    least_percent = 70 if at == "sections" else 85
    for line in process.stderr:
        percent = re.search(r"(\d+)\s?%", line)
        if percent and int(percent[1]) >= least_percent:
            process.kill()
            break
    process.stderr.close()
    assert process.wait() == -9
    assert not (place / "out").exists() or not list((place / "out").iterdir())
    before = {entry.name: entry.stat().st_ino for entry in entries.iterdir()}
    assert len(before) >= (6 if at == "sections" else 8)
    done = tonmeister("mashup", *songs, *WISHES, "--output", "out")
    assert done.returncode == 0, done.stderr
    assert (place / json.loads(done.stdout)["master"]).is_file()
    after = {entry.name: entry.stat().st_ino for entry in entries.iterdir()}
    assert {name: after[name] for name in before} == before, "a step that was kept was done again"
    assert len(after) > len(before)

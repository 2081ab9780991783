"""Mashups through the server: an edited plan is what is rendered, and only what the edit touches; whoever is killed in
the middle, what was done stays done."""

from __future__ import annotations

import copy
import io
import os
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from conformance.examples import make_music
from e2e.studio.doors import ENDS, Doors
from e2e.studio_process import Studio, studio_process

WISHES = {"length_s": 30, "n_phrase_bars": 4, "style": "trade"}
LIMIT_S = 240.0


class Kept:
    """Counts how often each step was done, by its key: every one that is done is handed in to be kept."""

    def __init__(self, studio: Studio):
        self._path = studio.folder / "data" / "tonmeister.db"
        with closing(sqlite3.connect(self._path, timeout=30)) as base, base:
            base.execute("CREATE TABLE IF NOT EXISTS test_kept (key TEXT, capability TEXT)")
            # Before the insertion: the second of a key is left out by it, but counted here.
            base.execute(
                "CREATE TRIGGER IF NOT EXISTS test_count BEFORE INSERT ON result BEGIN "
                "INSERT INTO test_kept VALUES (new.key, new.capability); END"
            )

    def read(self) -> Counter[tuple[str, str]]:
        """Return for each step, by key and capability, how often it was done."""
        with closing(sqlite3.connect(self._path, timeout=30)) as base:
            return Counter((str(key), str(name)) for key, name in base.execute("SELECT key, capability FROM test_kept"))

    def names_since(self, before: Counter[tuple[str, str]]) -> Counter[str]:
        """Return which capabilities' steps were done since, and how many of each; none twice."""
        done = self.read() - before
        assert set(done.values()) <= {1}, "a step was done twice"
        assert not set(done) & set(before), "a step that was kept was done again"
        return Counter(name for _, name in done)


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    with studio_process(tmp_path_factory.mktemp("studio")) as running:
        yield running


@pytest.fixture
def doors(studio: Studio) -> Iterator[Doors]:
    with Doors(studio) as opened:
        yield opened


def upload(doors: Doors, folder: Path, *seeds: int) -> list[str]:
    """Upload a song for each seed, in different tempi."""
    made = [make_music(folder / f"song {seed}.wav", seed=seed, tempo_bpm=114 + 6 * at) for at, seed in enumerate(seeds)]
    return [doors.add_prepared(path.name, path.read_bytes())["id"] for path in made]


def done(doors: Doors, params: dict[str, Any]) -> dict[str, Any]:
    """Make a mashup and return the result."""
    job = doors.job_in(doors.begin("mashup", params)["id"], *ENDS, limit_s=LIMIT_S)
    assert job["state"] == "completed", job["error"]
    return dict(job["result"])


def sound_of(doors: Doors, result: dict[str, Any]) -> np.ndarray:
    return soundfile.read(io.BytesIO(doors.file(result["mix"])), dtype="float32")[0]


def differs(one: np.ndarray, other: np.ndarray, section: dict[str, Any], rate: int, *, edge_s: float) -> bool:
    """Tell whether two mixes differ inside of a section, ``edge_s`` off its edges."""
    start = round((section["time_start_sec"] + edge_s) * rate)
    stop = round((section["time_start_sec"] + section["duration_sec"] - edge_s) * rate)
    assert stop > start
    return not np.array_equal(one[start:stop], other[start:stop])


def test_an_edited_plan_is_what_is_rendered_and_no_more_is_done_than_the_edit_touches(studio, doors, tmp_path) -> None:
    songs = upload(doors, tmp_path, 1, 2)
    kept = Kept(studio)
    first = done(doors, {"songs": songs, **WISHES})
    rate, plan = first["sample_rate"], first["plan"]
    timeline = plan["masterplan"]["timeline"]
    assert len(timeline) >= 4
    edited, before = copy.deepcopy(plan), kept.read()
    edited["masterplan"]["timeline"][1]["layers"][0]["volume_db"] = -9.0
    louder = done(doors, {"songs": songs, "plan": edited})
    assert louder["plan"]["masterplan"]["timeline"][1]["layers"][0]["volume_db"] == -9.0
    assert kept.names_since(before) == Counter(
        ["mash_plan", "mash_section", "mash_render", "master", "mashup", *["prepare"] * 2]
    )
    was, now = sound_of(doors, first), sound_of(doors, louder)
    assert was.shape == now.shape
    beat_s = 60 / plan["masterplan"]["global"]["targetBPM"]
    changed = [differs(was, now, section, rate, edge_s=1.5 * beat_s) for section in timeline]
    assert changed == [number == 1 for number in range(len(timeline))]

    # a layer less: the section before it and the one behind may have other edges, no more
    less, before = copy.deepcopy(plan), kept.read()
    less["masterplan"]["timeline"][-1]["layers"].pop()
    fewer = done(doors, {"songs": songs, "plan": less})
    made = fewer["plan"]["masterplan"]["timeline"]
    assert [len(section["layers"]) for section in made] == [
        len(section["layers"]) - (number == len(timeline) - 1) for number, section in enumerate(timeline)
    ]
    names = kept.names_since(before)
    assert 1 <= names.pop("mash_section") <= 2
    assert names == Counter(["mash_plan", "mash_render", "master", "mashup", *["prepare"] * 2])

    # another order: the sections bring their layers along, times follow
    turned, before = copy.deepcopy(plan), kept.read()
    order = turned["masterplan"]["timeline"]
    order[1], order[2] = order[2], order[1]
    other = done(doors, {"songs": songs, "plan": turned})
    made = other["plan"]["masterplan"]["timeline"]
    played = [[(each["songId"], each["stem"], each["source_bar"]) for each in section["layers"]] for section in made]
    wanted = [
        [(each["songId"], each["stem"], each["source_bar"]) for each in timeline[number]["layers"]]
        for number in (0, 2, 1, *range(3, len(timeline)))
    ]
    assert played == wanted
    starts = np.cumsum([0, *(section["n_bars"] for section in made[:-1])])
    assert [section["start_bar"] for section in made] == starts.tolist()
    names = kept.names_since(before)
    assert names.pop("mash_section", 0) <= 4  # the two, and the edges of their neighbours
    assert names == Counter(["mash_plan", "mash_render", "master", "mashup", *["prepare"] * 2])
    # the very same once more is answered at once, and nothing is done
    before = kept.read()
    assert doors.begin("mashup", {"songs": songs, "plan": turned})["is_cached"]
    assert kept.names_since(before) == Counter()


def with_layer(**changes: Any) -> Callable[[dict[str, Any]], None]:
    return lambda plan: plan["masterplan"]["timeline"][0]["layers"][0].update(changes)


def silence(plan: dict[str, Any]) -> None:
    for section in plan["masterplan"]["timeline"]:
        section["layers"] = []


MISTAKES: dict[str, tuple[Callable[[dict[str, Any]], None], dict[str, Any], str]] = {
    "too loud": (with_layer(volume_db=30.0), {}, "plan.masterplan.timeline.0.layers.0.volume_db"),
    "no such effect": (with_layer(effects=["flanger"]), {}, "plan.masterplan.timeline.0.layers.0.effects.0"),
    "a song that is not there": (with_layer(songId="C", phrase=None), {}, "plan"),
    "bars that are not there": (
        with_layer(source_bar=500, phrase=None), {}, "plan.masterplan.timeline.0.layers.0.source_bar",
    ),
    "too slow": (
        lambda plan: plan["masterplan"]["global"].update(targetBPM=60.0), {}, "plan.masterplan.global.targetBPM",
    ),
    "nothing sounds": (silence, {}, "plan.masterplan.timeline"),
    "a wish for another plan": (lambda plan: None, {"style": "medley"}, "style"),
}  # fmt: skip


@pytest.fixture(scope="module")
def planned(studio: Studio, tmp_path_factory: pytest.TempPathFactory) -> tuple[list[str], dict[str, Any]]:
    """Two songs and a plan for them."""
    with Doors(studio) as doors:
        songs = upload(doors, tmp_path_factory.mktemp("songs"), 1, 2)
        job = doors.begin("mash_plan", {"songs": songs, **WISHES})
        found = doors.job_in(job["id"], *ENDS, limit_s=LIMIT_S)
        assert found["state"] == "completed", found["error"]
        return songs, found["result"]["plans"][0]


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistaken_edit_is_refused_with_what_where_how_far_and_what_to_do(studio, doors, planned, mistake) -> None:
    change, more, field = MISTAKES[mistake]
    songs, plan = planned
    edited = copy.deepcopy(plan)
    change(edited)
    answer = doors.post("/api/v1/jobs/mashup", json={"params": {"songs": songs, "plan": edited, **more}})
    if answer.status_code == 422:
        error = answer.json()["error"]
    else:  # what only the songs tell is found by the work itself
        assert answer.status_code in (200, 202), answer.text
        job = doors.job_in(answer.json()["id"], *ENDS, limit_s=LIMIT_S)
        assert job["state"] == "failed"
        error = job["error"]
    details = error.get("details", error)
    assert details["field"] == field, error
    assert error["message"]
    assert details["remedy"]
    assert details["value"] is not None
    if mistake != "a wish for another plan":  # there is no bound to what must be left out
        assert details["bound"] is not None


MOMENTS = (
    # what has been kept when somebody is killed, whom it hits, and what is being done then
    ({"observe": 1}, "server", "analysing"),
    ({"analyze": 2}, "supervisor", "separating"),
    ({"mash_phrases": 2}, "server", "planning"),
    ({"mash_plan": 1}, "supervisor", "rendering"),
    ({"mash_section": 1}, "job", "rendering"),
    ({"mash_render": 1}, "server", "mastering"),
)


def test_whoever_is_killed_at_any_step_no_finished_step_is_done_again(studio, doors, tmp_path) -> None:
    songs = upload(doors, tmp_path, 3, 4)
    kept = Kept(studio)
    before = kept.read()
    job_id = doors.begin("mashup", {"songs": songs, **WISHES})["id"]
    for moment, victim, what in MOMENTS:
        until = time.monotonic() + LIMIT_S
        while any(Counter(name for _, name in kept.read() - before)[name] < n for name, n in moment.items()):
            assert time.monotonic() < until, f"{what}: {doors.read(f'/jobs/{job_id}')}"
            time.sleep(0.002)
        kill(studio, victim)
        job = doors.job_in(job_id, "queued", "processing")
        assert job["state"] not in ENDS, f"{what}: the job was over before anybody could be killed"
    job = doors.job_in(job_id, *ENDS, limit_s=LIMIT_S)
    assert job["state"] == "completed", job["error"]
    names = kept.names_since(before)
    assert (names["observe"], names["analyze"], names["separate"], names["mash_phrases"]) == (2, 2, 2, 2)
    assert (names["mash_plan"], names["mash_render"], names["master"], names["mashup"]) == (1, 1, 1, 1)
    assert names["mash_section"] == len({*map(repr, job["result"]["plan"]["masterplan"]["timeline"])})
    assert doors.happened(job_id).count("started") == len(MOMENTS) + 1
    assert len(doors.file(job["result"]["master"])) > 1 << 20


def kill(studio: Studio, victim: str) -> None:
    """End a process as the kernel does when memory is short, by its number."""
    if victim == "server":
        studio.kill()
        studio.start()
        return
    supervisor = studio.supervisor_pid()
    if victim == "supervisor":
        os.kill(supervisor, signal.SIGKILL)
        return
    (forks,) = children(supervisor)
    busy = max(children(forks), key=cpu_ticks)
    os.kill(busy, signal.SIGKILL)


def children(pid: int) -> list[int]:
    return [int(word) for path in Path(f"/proc/{pid}/task").glob("*/children") for word in path.read_text().split()]


def cpu_ticks(pid: int) -> int:
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(words[11]) + int(words[12])


def test_songs_are_told_as_they_come_then_scores_then_plans(studio, doors, tmp_path) -> None:
    songs = upload(doors, tmp_path, 5, 6)
    job_id = doors.begin("mashup", {"songs": songs, **WISHES, "master": False})["id"]
    assert doors.job_in(job_id, *ENDS, limit_s=LIMIT_S)["state"] == "completed"
    told = [event for event in doors.read(f"/jobs/{job_id}/events")["items"] if event["type"] == "partial"]
    names = [event["data"]["name"] for event in told]
    assert names == ["analyses", "analyses", "stems", "stems", "scores", "plans"]
    facts = [event["data"]["data"] for event in told]
    assert [len(found) for found in facts[:4]] == [1, 2, 1, 2]
    assert [song["songId"] for song in facts[1]] == [song["songId"] for song in facts[3]] == ["A", "B"]
    assert [round(song["tempo_bpm"]) for song in facts[1]] == [114, 120]
    assert all(song["stems_grade"] for song in facts[3])

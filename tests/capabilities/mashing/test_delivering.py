"""What a mashup leaves: stems that add up, clips of a session that lose nothing, a mix in whole numbers."""

from __future__ import annotations

import io
import itertools
import zipfile

import numpy as np
import pytest
import soundfile

from capabilities.mashing.played import RATE, layer, plan_of
from conformance.examples import make_music
from tonmeister import app
from tonmeister.capabilities.mashing.rendering.delivering import project_clips
from tonmeister.capabilities.mashing.rendering.joining import Joiner
from tonmeister.capabilities.mashing.rendering.params import Track
from tonmeister.jobs.runner import Runner
from tonmeister.settings import Settings


def track(song="A", stem="vocals") -> Track:
    return Track(songId=song, stem=stem, file="x.wav")


def test_clips_meet_where_sections_meet_and_reach_out_where_they_do_not():
    plan = plan_of(
        120.0,
        [layer("A", "drums", 0)],
        [layer("A", "vocals", 0)],
        [layer("A", "vocals", 4)],
        [layer("A", "drums", 4)],
        [layer("A", "vocals", 8, effects=("echo_out",))],
    )
    clips = project_clips(plan, track(), 1000.0)
    assert [(clip.start_beats, clip.end_beats) for clip in clips] == [(15.0, 32.0), (32.0, 49.0), (63.0, 88.0)]
    assert [clip.start_beats for clip in project_clips(plan, track(stem="drums"), 1000.0)] == [0.0, 47.0]
    assert project_clips(plan, track("B"), 1000.0) == []


def test_clips_never_overlap():
    plan = plan_of(
        120.0,
        *([layer("A", "vocals", bar, 1, n_offset_bars=bar % 2, effects=("delay",))] for bar in range(6)),
    )
    clips = project_clips(plan, track(), 1000.0)
    assert all(one.end_beats <= other.start_beats for one, other in itertools.pairwise(clips))
    assert all(clip.end_beats > clip.start_beats for clip in clips)


@pytest.mark.parametrize("n_first", [0, 700])
def test_what_is_joined_is_the_sum_of_all(tmp_path, n_first):
    rng = np.random.default_rng(0)
    sounds = [(at, rng.standard_normal((2, n)).astype(np.float32)) for at, n in ((-50, 900), (600, 50), (640, 2000))]
    whole = np.zeros((2, 4000), np.float32)
    for at, sound in sounds:
        whole[:, max(0, at) : at + sound.shape[1]] += sound[:, max(0, -at) :]
    with Joiner(tmp_path / "whole.wav", RATE, n_first=n_first) as joiner:
        for at, sound in sounds:
            joiner.add(at, sound)
        assert joiner.finish(3000) == 3000 - n_first
    made, _ = soundfile.read(tmp_path / "whole.wav", dtype="float32")
    assert np.array_equal(made.T, whole[:, n_first:3000])


def test_joining_ends_where_it_is_told_to(tmp_path):
    with Joiner(tmp_path / "part.wav", RATE, n_first=100, n_last=300) as joiner:
        joiner.add(0, np.ones((2, 1000), np.float32))
        assert joiner.finish(300) == 200


def test_a_joiner_that_fails_leaves_nothing(tmp_path):
    with pytest.raises(RuntimeError), Joiner(tmp_path / "part.wav", RATE):
        raise RuntimeError
    assert not list(tmp_path.iterdir())


def test_a_mashup_with_all_that_it_delivers(tmp_path):
    songs = [str(make_music(tmp_path / f"{seed}.wav", seed=seed)) for seed in (1, 2)]
    seen = []
    result = Runner(Settings(n_workers=2), app.capability).run_here(
        app.capability("mashup"),
        {"songs": songs, "length_s": 20, "n_phrase_bars": 4, "stems": True, "project": True, "format": "flac"},
        output=f"{tmp_path}/out/",
        on_progress=lambda fraction, stage: seen.append(fraction),
    )
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    mix, rate = soundfile.read(result.mix)
    master, _ = soundfile.read(result.master)
    assert len(mix) == len(master) == round(result.duration_s * rate)
    assert result.integrated_lufs == pytest.approx(-14.0, abs=0.15)
    assert result.true_peak_dbtp <= -0.99
    with zipfile.ZipFile(result.stems) as archive:
        stems = [soundfile.read(io.BytesIO(archive.read(name)))[0] for name in archive.namelist()]
    assert all(len(stem) == len(mix) for stem in stems)
    assert np.abs(sum(stems) - mix).max() < 1e-4
    with zipfile.ZipFile(result.project) as archive:
        assert {"project.xml", "metadata.xml"} < set(archive.namelist())
        assert len(archive.namelist()) == 2 + len(stems)
    assert result.digest().rows

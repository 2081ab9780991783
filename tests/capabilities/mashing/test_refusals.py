"""What cannot become a mashup is refused with a reason, before any song is taken apart."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile

from capabilities.mashing.played import layer, plan_of
from conformance.examples import make_music
from tonmeister import app
from tonmeister.core.errors import (
    AudioSilentError,
    AudioTooLongError,
    BeatMissingError,
    ChoiceUnknownError,
    CombinationError,
    FormatUnsupportedError,
    MissingPartError,
    ParameterError,
)
from tonmeister.jobs.runner import Runner
from tonmeister.settings import Settings

RATE = 22050


def write(path, sound) -> str:
    soundfile.write(path, np.stack([sound, sound]).T, RATE)
    return str(path)


def talking(duration_s: float):
    """Syllables of uneven length and distance, voiced by a falling pitch, as somebody who talks makes them."""
    rng = np.random.default_rng(5)
    sound, at = np.zeros(round(duration_s * RATE)), 0.1
    while at < duration_s - 0.6:
        length_s = float(rng.uniform(0.08, 0.3))
        t_s = np.arange(round(length_s * RATE)) / RATE
        hz = float(rng.uniform(90, 160)) * (1 - 0.4 * t_s)
        voice = sum(np.sin(2 * np.pi * n * np.cumsum(hz) / RATE) / n for n in range(1, 12))
        shape = np.sin(np.pi * np.arange(t_s.size) / t_s.size) ** 0.7
        start = round(at * RATE)
        sound[start : start + t_s.size] += 0.1 * shape * (voice + 0.3 * rng.standard_normal(t_s.size))
        at += length_s + float(rng.choice([0.02, 0.05, 0.11, 0.3, 0.7], p=[0.3, 0.3, 0.2, 0.1, 0.1]))
    return sound


def silent(plan):
    """Return the plan without any layer."""
    timeline = tuple(section.model_copy(update={"layers": ()}) for section in plan.masterplan.timeline)
    return plan.model_copy(update={"masterplan": plan.masterplan.model_copy(update={"timeline": timeline})})


@pytest.fixture
def try_with(tmp_path):
    def call(song, **more):
        partner = make_music(tmp_path / "partner.wav", seed=2)
        settings = Settings(n_workers=1, max_duration_s=300)
        return Runner(settings, app.capability).run_here(
            app.capability("mashup"), {"songs": [str(partner), str(song)]} | more, output=f"{tmp_path}/out/"
        )

    yield call
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").iterdir())


@pytest.mark.parametrize(
    ("kind", "error", "words"),
    [
        ("silence", AudioSilentError, "silent"),
        ("speech", BeatMissingError, "no beat"),
        ("five seconds", BeatMissingError, "at least 8"),
        ("itself", CombinationError, "same song"),
        ("noise of bytes", FormatUnsupportedError, "noise of bytes"),
        ("too long", AudioTooLongError, "longer than"),
    ],
)
def test_what_cannot_be_used_is_refused(try_with, tmp_path, kind, error, words):
    path = tmp_path / f"{kind}.wav"
    if kind == "silence":
        write(path, np.zeros(30 * RATE))
    elif kind == "speech":
        write(path, talking(40.0))
    elif kind == "five seconds":
        write(path, soundfile.read(make_music(tmp_path / "m.wav", seed=1))[0][: 5 * RATE, 0])
    elif kind == "itself":
        path.write_bytes(make_music(tmp_path / "partner.wav", seed=2).read_bytes())
    elif kind == "noise of bytes":
        path.write_bytes(np.random.default_rng(0).bytes(5000))
    else:
        write(path, np.zeros(301 * RATE))
    with pytest.raises(error, match=words) as caught:
        try_with(path)
    assert caught.value.remedy


def test_parameters_are_refused_before_anything_is_heard(try_with, tmp_path):
    other = make_music(tmp_path / "other.wav", seed=1)
    for wrong, error in (
        ({"style": "waltz"}, ChoiceUnknownError),
        ({"length_s": 5}, ParameterError),
        ({"lead": "C"}, CombinationError),
        ({"songs": [str(other)] * 2}, CombinationError),
        ({"plan": plan_of(100.0, [layer("C", "drums", 0)])}, CombinationError),
        ({"plan": silent(plan_of(100.0, [layer("A", "drums", 0)]))}, CombinationError),
        ({"plan": plan_of(100.0, [layer("A", "drums", 0)]), "length_s": 60}, CombinationError),
        ({"plan": plan_of(100.0, [layer("A", "drums", 0)]), "target_tempo_bpm": 101}, CombinationError),
        ({"plan": plan_of(100.0, [layer("A", "drums", 0)]), "lead": "A"}, CombinationError),
        ({"planner": "model"}, MissingPartError),
        ({"brief": "more energy in the second half"}, CombinationError),
        ({"master": False, "target_lufs": -9}, CombinationError),
    ):
        with pytest.raises(error):
            try_with(other, **wrong)
    with pytest.raises(ParameterError):
        Runner(Settings(), app.capability).run_here(app.capability("mashup"), {"songs": [str(other)]})


@pytest.mark.parametrize("name", ["mashup", "match"])
def test_silence_is_refused_before_anything_is_analysed(tmp_path, name):
    def find(each):
        assert each not in ("analyze", "separate", "mash_phrases")
        return app.capability(each)

    songs = [str(make_music(tmp_path / "music.wav", seed=1)), write(tmp_path / "silence.wav", np.zeros(30 * RATE))]
    with pytest.raises(AudioSilentError, match=r"silence\.wav is silent"):
        Runner(Settings(n_workers=1), find).run_here(app.capability(name), {"songs": songs}, output=f"{tmp_path}/out/")


def test_tempi_that_have_none_in_common_are_refused_before_any_song_is_taken_apart(tmp_path):
    def find(name):
        assert name != "separate"
        return app.capability(name)

    songs = [
        str(make_music(tmp_path / f"{tempo:g}.wav", seed=n, tempo_bpm=tempo)) for n, tempo in enumerate((100, 126, 159))
    ]
    with pytest.raises(CombinationError, match="too far apart"):
        Runner(Settings(n_workers=1), find).run_here(
            app.capability("mashup"), {"songs": songs}, output=f"{tmp_path}/out/"
        )

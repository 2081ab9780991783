"""Songs made by code for the tests of mashing: their beats are known to the sample."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile

from tonmeister.capabilities.mashing.plan import (
    Layer,
    Masterplan,
    Plan,
    PlanGlobals,
    PlanOrigin,
    PlanSong,
    TimelineSection,
)
from tonmeister.capabilities.mashing.rendering.params import SongGrid

RATE = 44100
STEMS = ("drums", "bass", "other", "vocals")
TONES_HZ = {"bass": 60.0, "other": 500.0, "vocals": 1500.0}


class Song:
    """Drums that click on each beat, tones that are struck with them, a voice that holds a tone."""

    def __init__(self, folder: Path, letter: str, tempo_bpm: float, *, n_bars: int = 16, drift: float = 0.0):
        rng = np.random.default_rng(ord(letter))
        lengths = 60 / tempo_bpm * (1 + drift * np.sin(np.arange(4 * n_bars + 1) / 5))
        self.beats_s = np.round(0.7 + np.concatenate([[0], np.cumsum(lengths)[:-1]]), 4)
        n = round((self.beats_s[-1] + 1.0) * RATE)
        self.letter, self.tempo_bpm, self.duration_s = letter, tempo_bpm, n / RATE
        self.sounds = {stem: np.zeros((2, n), np.float32) for stem in STEMS}
        click = 0.5 * rng.standard_normal(round(0.02 * RATE)) * np.exp(-np.arange(round(0.02 * RATE)) / 150)
        time_s = np.arange(round(0.3 * RATE)) / RATE
        for beat_s in self.beats_s:
            at = round(beat_s * RATE)
            self.sounds["drums"][:, at : at + click.size] += click
            for stem in ("bass", "other"):
                stroke = 0.25 * np.sin(2 * np.pi * TONES_HZ[stem] * time_s) * np.exp(-8 * time_s)
                self.sounds[stem][:, at : at + stroke.size] += stroke
        whole_s = np.arange(n) / RATE
        self.sounds["vocals"] += 0.08 * np.sin(2 * np.pi * TONES_HZ["vocals"] * whole_s)
        folder.mkdir(parents=True, exist_ok=True)
        self.files = []
        for stem in STEMS:
            self.files.append(str(folder / f"{letter}-{stem}.wav"))
            soundfile.write(self.files[-1], self.sounds[stem].T, RATE, subtype="FLOAT")
        self.grid = SongGrid(
            songId=letter,
            name=f"{letter}.wav",
            duration_s=self.duration_s,
            beats_s=tuple(float(at) for at in self.beats_s),
            downbeats=tuple(range(0, len(self.beats_s), 4)),
            is_steady=drift == 0,
            loudness_lufs=-18.0,
        )


def layer(song: str, stem: str, source_bar: int, n_bars: int = 4, **more) -> Layer:
    """Return a layer; the voice leads."""
    role = "lead" if stem == "vocals" else "backing"
    return Layer(songId=song, stem=stem, source_bar=source_bar, n_bars=n_bars, **({"role": role} | more))


def plan_of(tempo_bpm: float, *sections: list[Layer]) -> Plan:
    """Return a plan of sections, each as long as its longest layer."""
    timeline, bar = [], 0
    bar_s = 240 / tempo_bpm
    for layers in sections:
        n_bars = max(each.n_offset_bars + each.n_bars for each in layers)
        backing = next((each.songId for each in layers if each.role == "backing"), layers[0].songId)
        timeline.append(
            TimelineSection(
                time_start_sec=bar * bar_s,
                duration_sec=n_bars * bar_s,
                energy_level=5,
                layers=tuple(layers),
                label="verse",
                start_bar=bar,
                n_bars=n_bars,
                backing=f"{backing}1",
            )
        )
        bar += n_bars
    return Plan(
        creative_vision="A test.",
        masterplan=Masterplan(
            title="Test",
            artistCredits="Nobody",
            global_=PlanGlobals(targetBPM=tempo_bpm, targetKey="none"),
            timeline=tuple(timeline),
        ),
        songs=(
            PlanSong(
                songId="A",
                name="A",
                tempo_bpm=100,
                rate_percent=100,
                shift_semitones=0,
                lead_share_percent=0,
                backing_share_percent=0,
            ),
        ),
        origin=PlanOrigin(planner="hand", style="classic", n_slot_bars=4, cost=0.0),
    )

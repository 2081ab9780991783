"""What to call each capability with."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import Any

import numpy as np

from tonmeister.core.capability import Capability

_BEATS = {"beats_s": [0.25 * beat for beat in range(13)], "downbeats": [0, 4, 8], "is_steady": True}
_LAYERS = [
    {"songId": "A", "stem": stem, "role": role, "source_bar": 0, "n_bars": 2, "effects": [effect]}
    for stem, role, effect in (("drums", "backing", "reverb"), ("vocals", "lead", "delay"))
]
_SECTION = {
    "time_start_sec": 0,
    "duration_sec": 2,
    "start_bar": 0,
    "n_bars": 2,
    "label": "verse",
    "energy_level": 5,
    "backing": "A1",
    "layers": _LAYERS,
}
_SONG = {"songId": "A", "name": "A", "tempo_bpm": 240, "rate_percent": 100, "shift_semitones": 0}
_SHARES = {"lead_share_percent": 50, "backing_share_percent": 50}
_PLAN = {
    "creative_vision": "A test.",
    "masterplan": {
        "title": "Test",
        "artistCredits": "Nobody",
        "global": {"targetBPM": 239, "targetKey": "none"},
        "timeline": [_SECTION],
    },
    "songs": [_SONG | _SHARES],
    "origin": {"planner": "hand", "style": "classic", "n_slot_bars": 4, "cost": 0},
}
_CLIP = {"songId": "A", "stem": "vocals", "role": "lead", "start_s": 0, "end_s": 2}

EXAMPLES: dict[str, dict[str, Any]] = {
    "mash_section": {
        "clips": [_CLIP | {"n_files": [0, 1], "source_s": [0.1, 1.0, 2.6], "target_s": [-0.5, 0.5, 2.5]}],
        "duration_s": 2,
        "beat_s": 0.5,
    },
    "mash_render": {
        "songs": [{"songId": "A", "name": "A", "duration_s": 3, "loudness_lufs": -20, **_BEATS}],
        "plan": _PLAN,
    },
    "mashup": {"length_s": 20, "n_phrase_bars": 4},
    "mash_plan": {"length_s": 20, "n_phrase_bars": 4},
    "mash_talk": {"length_s": 20, "n_phrase_bars": 4},
    "match": {"n_phrase_bars": 4},
    "mash_preview": {"plan": _PLAN, "length_s": 5},
    "stretch": {"speed_percent": 90},
}
"""Arguments, besides the material, without which a capability cannot run or would take long."""

N_FILES = {"mash_render": 4}
"""How many files a capability takes where it takes several and two are not enough."""

MUSIC = ("mash_phrases", "mash_plan", "mash_preview", "mash_talk", "mashup", "match")
"""Capabilities that refuse what has no bars: they get songs that have."""


def arguments(capability: Capability, song: Path) -> dict[str, Any]:
    """Return arguments that run the capability on ``song``, wherever it takes material by position."""
    given = dict(EXAMPLES.get(capability.name, {}))
    files = [str(song)] * N_FILES.get(capability.name, 2)
    if capability.name in MUSIC:
        partner = make_music(song.parent / "partner.wav", seed=2)
        plain = song.exists() and song.stem in ("song", "long")
        files = [str(make_music(song.parent / f"music-{song.stem}.wav", seed=1) if plain else song), str(partner)]
        if capability.name == "mash_preview":  # a plan is of its own songs
            names = {"A": Path(files[0]).name, "B": partner.name}
            songs = [_SONG | _SHARES | {"songId": letter, "name": name} for letter, name in names.items()]
            given["plan"] = _PLAN | {"songs": songs}
    assets = capability.asset_fields()
    for number, (name, takes_several) in enumerate(assets.items()):
        if number == 0 or capability.params.model_fields[name].is_required():
            given[name] = files if takes_several else files[0]
    return given


def make_music(path: Path, *, seed: int, tempo_bpm: float = 120.0, n_bars: int = 11) -> Path:
    """Write twenty seconds of a band: drums, bass, chords that change with the bars, and a tune in the middle."""
    if path.exists():
        return path
    rate = 22050
    rng = np.random.default_rng(seed)
    beat_s = 60 / tempo_bpm
    sound = np.zeros((2, round(n_bars * 4 * beat_s * rate)))

    def add(at_s: float, tone: np.ndarray, left: float = 0.7, right: float = 0.7) -> None:
        start = round(at_s * rate)
        stop = min(start + tone.size, sound.shape[1])
        sound[0, start:stop] += left * tone[: stop - start]
        sound[1, start:stop] += right * tone[: stop - start]

    def struck(midi: float, length_s: float, level: float, decay: float) -> np.ndarray:
        t_s = np.arange(round(length_s * rate)) / rate
        hz = 440 * 2 ** ((midi - 69) / 12)
        return level * sum(np.sin(2 * np.pi * n * hz * t_s) / n for n in (1, 2, 3)) * np.exp(-decay * t_s)

    hit_s = np.arange(round(0.2 * rate)) / rate
    for bar in range(n_bars):
        root = (57, 53, 60, 55)[(bar + seed) % 4]
        for beat in range(4):
            at_s = (4 * bar + beat) * beat_s
            noise = rng.standard_normal(hit_s.size)
            low = np.sin(2 * np.pi * 55 * hit_s + 4 * np.exp(-60 * hit_s)) * np.exp(-20 * hit_s)
            add(at_s, 0.6 * low if beat % 2 == 0 else 0.35 * noise * np.exp(-25 * hit_s))
            add(at_s + beat_s / 2, 0.1 * noise * np.exp(-80 * hit_s))
            add(at_s, struck(root - 24, beat_s, 0.25, 3))
            add(at_s, struck(root + 12 + (0, 4, 7, 4)[beat] + seed, 0.9 * beat_s, 0.16, 1))
        for step, left, right in ((0, 0.9, 0.3), (4, 0.3, 0.9), (7, 0.6, 0.6)):
            add(4 * bar * beat_s, struck(root + step, 4 * beat_s, 0.09, 0.6), left, right)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.round(0.5 * sound.T / np.abs(sound).max() * 32767).astype("<i2").tobytes())
    return path

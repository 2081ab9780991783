"""From the plan to clips: which moments of a song go where."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tonmeister.capabilities.mashing.grid import bar_edges
from tonmeister.capabilities.mashing.plan import Layer, Plan, TimelineSection, check_course
from tonmeister.capabilities.mashing.rendering.params import Clip, Edge, SongGrid
from tonmeister.core.errors import CombinationError
from tonmeister.dsp.warp import UNHEARD_RATE

COMMON_LUFS = -18.0
"""Loudness that each song is brought to, as a whole."""
VOICE_HIGH_PASS_HZ = 120.0
SECOND_BASS_HIGH_PASS_HZ = 160.0
LONG_PIECE_BEATS = 16
"""A steady song is stretched in pieces of so many beats; others beat by beat."""
SLIP_S = 0.0025
"""What is not stretched slips against the grid: before it has slipped by this it is set right."""
FACTORS = {"same": 1.0, "double": 2.0, "half": 0.5}
"""Beats of the plan to one of the song."""
STEM_ORDER = ("drums", "bass", "other", "vocals")


@dataclass(frozen=True)
class Grid:
    """A song's beats by number, beyond its ends too."""

    song: SongGrid
    beats_s: NDArray[np.float64]
    n_beats: int

    @property
    def n_bars(self) -> int:
        """Whole bars."""
        return len(self.beats_s) // self.n_beats

    def at(self, beat: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return where beats lie, counted from the first bar's; before and after they go on as at the ends."""
        known = np.arange(len(self.beats_s), dtype=np.float64)
        inside = np.interp(beat, known, self.beats_s)
        first, last = np.diff(self.beats_s)[[0, -1]]
        inside = np.where(beat < 0, self.beats_s[0] + beat * first, inside)
        beyond = self.beats_s[-1] + (beat - known[-1]) * last
        return np.where(beat > known[-1], beyond, inside)


def grid_of(song: SongGrid, n_beats: int) -> Grid:
    """Return a song's beats as its bars count them."""
    edges = bar_edges(song.beats_s, song.downbeats, n_beats, song.duration_s)
    if not len(edges):
        raise CombinationError(
            f"{song.name} has no bar of {n_beats} beats.",
            field="plan",
            value=song.songId,
            remedy="Plan the mashup without this song.",
        )
    return Grid(song, np.append(edges[:, :-1].ravel(), edges[-1, -1]), n_beats)


def place_section(plan: Plan, number: int, grids: dict[str, Grid], *, split: bool) -> tuple[Clip, ...]:
    """Return the clips of a section, with the indices of their stems in the order of the songs.

    Stems of one song that are treated alike become one clip, unless ``split`` keeps them apart.
    """
    timeline = plan.masterplan.timeline
    section = timeline[number]
    before = timeline[number - 1] if number else None
    after = timeline[number + 1] if number + 1 < len(timeline) else None
    owner = bass_owner(section)
    clips = [
        _clip(
            plan, section, layer, grids, owner, follows=_follows(before, layer), goes_on=_goes_on(section, layer, after)
        )
        for layer in section.layers
    ]
    return tuple(clips) if split else tuple(_merged(clips))


def bass_owner(section: TimelineSection) -> str | None:
    """Return the song whose bass is heard where several have one: that of the backing phrase, else the first."""
    songs = [layer.songId for layer in section.layers if layer.stem == "bass"]
    if not songs:
        return None
    wanted = section.backing[:1]
    return wanted if wanted in songs else songs[0]


def _follows(before: TimelineSection | None, layer: Layer) -> bool:
    """Tell whether a layer goes on from one of the section before."""
    return layer.n_offset_bars == 0 and before is not None and any(_joined(b, before, layer) for b in before.layers)


def _goes_on(section: TimelineSection, layer: Layer, after: TimelineSection | None) -> bool:
    return after is not None and any(a.n_offset_bars == 0 and _joined(layer, section, a) for a in after.layers)


def _joined(first: Layer, section: TimelineSection, second: Layer) -> bool:
    """Tell whether ``second``, at the beginning of the next section, plays on where ``first`` ends."""
    if (first.songId, first.stem, first.shift_semitones, first.tempo_factor) != (
        second.songId,
        second.stem,
        second.shift_semitones,
        second.tempo_factor,
    ):
        return False
    if max(first.fade_out_s, second.fade_in_s) > 0.05 or first.n_offset_bars + first.n_bars != section.n_bars:
        return False
    if {"echo_out", "vinyl_stop", "loop_roll"} & set(first.effects):
        return False
    return first.source_bar + first.n_bars / FACTORS[first.tempo_factor] == second.source_bar


def _clip(
    plan: Plan,
    section: TimelineSection,
    layer: Layer,
    grids: dict[str, Grid],
    owner: str | None,
    *,
    follows: bool,
    goes_on: bool,
) -> Clip:
    held = plan.masterplan.global_
    beat_s, n_beats = 60 / held.targetBPM, held.timeSignature[0]
    if layer.songId not in grids:
        raise CombinationError(
            f"The plan plays song {layer.songId}, which was not given.",
            field="plan",
            value=layer.songId,
            bound=sorted(grids),
            remedy="Give all songs of the plan, in its order.",
        )
    grid = grids[layer.songId]
    factor = FACTORS[layer.tempo_factor]
    start, n_target = layer.n_offset_bars * n_beats, layer.n_bars * n_beats
    if layer.source_bar >= grid.n_bars:
        raise CombinationError(
            f"The plan plays bar {layer.source_bar} of {grid.song.name}, which has {grid.n_bars}.",
            field="plan",
            value=layer.source_bar,
            bound=grid.n_bars,
            remedy="Choose bars that the song has.",
        )
    check_course(layer, "plan", f"{layer.songId} {layer.stem} at bar {section.start_bar}")
    shift = 0 if layer.stem == "drums" else layer.shift_semitones
    source_s, target_beats = _anchors(
        grid, layer.source_bar * n_beats, start, n_target, factor, beat_s, is_moved=shift != 0
    )
    backings = [other.songId for other in section.layers if other.role == "backing"]
    voice = layer.stem == "vocals"
    edge: Edge = "voice" if voice else "cut"
    level = grid.song.loudness_lufs
    return Clip(
        songId=layer.songId,
        stem=layer.stem,
        n_files=(4 * list(grids).index(layer.songId) + STEM_ORDER.index(layer.stem),),
        role=layer.role,
        source_s=tuple(round(float(at), 6) for at in source_s),
        target_s=tuple(round(float(at) * beat_s, 6) for at in target_beats),
        start_s=round(start * beat_s, 6),
        end_s=round((start + n_target) * beat_s, 6),
        shift_semitones=shift,
        gain_db=0.0 if level is None else round(COMMON_LUFS - level, 2),
        volume_db=layer.volume_db,
        is_guest=layer.role == "lead" and bool(backings) and layer.songId not in backings,
        high_pass_hz=VOICE_HIGH_PASS_HZ
        if voice
        else SECOND_BASS_HIGH_PASS_HZ
        if layer.stem == "bass" and layer.songId != owner
        else 0.0,
        fade_in_s=layer.fade_in_s,
        fade_out_s=layer.fade_out_s,
        edge_in="join" if follows else edge,
        edge_out="join" if goes_on else edge,
        automation=layer.automation,
        effects=layer.effects,
    )


def _anchors(
    grid: Grid, first: int, start: float, n_target: int, factor: float, beat_s: float, *, is_moved: bool
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the song's moments and the plan's beats that they go to: one beat more at either end."""
    n_source = n_target / factor
    ends = [-1 / factor, n_source + 1 / factor]
    edges = [0.0, n_source]
    step = 1.0
    if grid.song.is_steady:
        rate = float(grid.at(np.array([first + n_source]))[0] - grid.at(np.array([float(first)]))[0]) / (
            n_target * beat_s
        )
        slip = abs(rate - 1) * beat_s * factor
        step = float(LONG_PIECE_BEATS)
        if 0 < abs(rate - 1) < UNHEARD_RATE and not is_moved:
            step = max(1.0, min(n_source, SLIP_S / slip // 1))
        else:
            edges = []  # the grid is one line: a clip needs no joint where it begins and ends
    inner = np.arange(step, n_source - 0.5, step)
    at = np.unique(np.concatenate([ends, edges, inner]))
    return grid.at(first + at), start + at * factor


def _merged(clips: list[Clip]) -> list[Clip]:
    """Put clips of a song that are treated alike but for their volume together: they are stretched once."""
    groups: dict[str, list[Clip]] = {}
    for clip in clips:
        key = clip.model_dump_json(exclude={"stem", "n_files", "volume_db"})
        groups.setdefault(key, []).append(clip)
    return [_together(group) for group in groups.values()]


def _together(group: list[Clip]) -> Clip:
    volume_db = max(clip.volume_db for clip in group)
    balance_db = tuple(round(clip.volume_db - volume_db, 2) for clip in group)
    return group[0].model_copy(
        update={
            "stem": "+".join(clip.stem for clip in group),
            "n_files": tuple(number for clip in group for number in clip.n_files),
            "balance_db": balance_db if any(balance_db) else (),
            "volume_db": volume_db,
        }
    )

"""Which rules a plan breaks, whoever made it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tonmeister.capabilities.mashing.planning.bands import SMALLEST_SHARE
from tonmeister.core.units import whole
from tonmeister.dsp.mashability import LARGEST_RATIO

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tonmeister.capabilities.mashing.params import SongCard
    from tonmeister.capabilities.mashing.plan import Layer, Plan, TimelineSection

MOST_LEAD_USES = 2
BARS_PER_BAR = {"half": 2.0, "same": 1.0, "double": 0.5}
"""Bars of the song in a bar of the plan."""


def find_violations(plan: Plan, songs: Sequence[SongCard], max_shift_semitones: int = 3) -> tuple[str, ...]:
    """Return the rules that a plan breaks, in words."""
    n_bars = {song.songId: song.n_bars for song in songs}
    voiceless = {song.songId: song.name for song in songs if song.vocal_share == 0}
    found: list[str] = []
    bar = 0
    for number, section in enumerate(plan.masterplan.timeline, start=1):
        where = f"section {number}"
        if section.start_bar != bar or abs(section.time_start_sec - bar * plan.bar_s) > 1e-3:
            found.append(f"{where} begins at bar {section.start_bar}, not where the one before ends (bar {bar})")
        bar += section.n_bars
        found += _of_section(section, where)
        for song in sorted(_sung_by(section) & voiceless.keys()):
            found.append(
                f"{where}: {song} leads with its voice, but none is heard in {voiceless[song]}: let other lead"
            )
        for layer in section.layers:
            found += _of_layer(layer, section, f"{where}: {layer.songId} {layer.stem}", n_bars, max_shift_semitones)
    found += _of_leads(plan)
    heard = {layer.songId for section in plan.masterplan.timeline for layer in section.layers}
    if len(heard) == 1 < len(plan.songs):
        found.append(f"only {heard.pop()} is heard: of the other songs nothing")
    return tuple(found[:64])


def _of_section(section: TimelineSection, where: str) -> Iterator[str]:
    singers = {layer.songId for layer in section.layers if layer.stem == "vocals"}
    if len(singers) > 1 and any(_overlap(a, b) for a, b in _pairs(section, "vocals")):
        yield f"{where}: voices of {' and '.join(sorted(singers))} sing at once"
    if any(_overlap(a, b) for a, b in _pairs(section, "bass")):
        yield f"{where}: two basses at once"
    for stem in ("drums", "other"):
        if any(_overlap(a, b) and _plays_along(a, b) for a, b in _pairs(section, stem)):
            yield f"{where}: {stem} of one song play twice at once, 6 dB louder"
    if not section.layers:
        yield f"{where}: nothing sounds"


def _sung_by(section: TimelineSection) -> set[str]:
    return {layer.songId for layer in section.layers if layer.role == "lead" and layer.stem == "vocals"}


def _pairs(section: TimelineSection, stem: str) -> list[tuple[Layer, Layer]]:
    layers = [layer for layer in section.layers if layer.stem == stem]
    return [(a, b) for n, a in enumerate(layers) for b in layers[n + 1 :]]


def _overlap(a: Layer, b: Layer) -> bool:
    return a.n_offset_bars < b.n_offset_bars + b.n_bars and b.n_offset_bars < a.n_offset_bars + a.n_bars


def _plays_along(a: Layer, b: Layer) -> bool:
    """Tell whether two layers play the same bars of a song at the same time."""
    beginnings = [layer.source_bar - layer.n_offset_bars * BARS_PER_BAR[layer.tempo_factor] for layer in (a, b)]
    return (a.songId, a.tempo_factor) == (b.songId, b.tempo_factor) and beginnings[0] == beginnings[1]


def _of_layer(
    layer: Layer, section: TimelineSection, where: str, n_bars: dict[str, int], max_shift: int
) -> Iterator[str]:
    if layer.songId not in n_bars:
        yield f"{where}: there is no song {layer.songId}"
        return
    if layer.stem == "drums" and layer.shift_semitones:
        yield f"{where}: drums are moved in pitch"
    if abs(layer.shift_semitones) > max_shift and (layer.stem == "vocals" or layer.role == "lead"):
        what = "a voice" if layer.stem == "vocals" else "a lead"
        yield f"{where}: {what} is moved by {layer.shift_semitones:+d} semitones, more than {max_shift}"
    if not 1 / LARGEST_RATIO - 1e-4 <= layer.rate_percent / 100 <= LARGEST_RATIO + 1e-4:
        yield f"{where}: it is played at {layer.rate_percent:.1f} % of its speed"
    if layer.n_offset_bars + layer.n_bars > section.n_bars:
        yield f"{where}: it lasts beyond its section"
    end = layer.source_bar + layer.n_bars * BARS_PER_BAR[layer.tempo_factor]
    if end > n_bars[layer.songId] + 1e-9:
        yield f"{where}: it needs bars up to {end:g}, the song has {n_bars[layer.songId]}"


def _of_leads(plan: Plan) -> Iterator[str]:
    timeline = plan.masterplan.timeline
    leads = [section.lead for section in timeline if section.lead is not None]
    phrases = Counter(leads)
    scarce = len(phrases) * MOST_LEAD_USES < len(leads)
    for name, n in phrases.items():
        if n > MOST_LEAD_USES and not scarce:
            yield f"the lead {name} is used {n} times"
    # Where one song has no lead at all there is nothing to share: its own notes say so.
    songs = Counter(name[0] for name in leads)
    if plan.origin.style != "classic" and len(songs) > 1:
        least = 2 * SMALLEST_SHARE / len(songs)
        for song, n in sorted(songs.items()):
            if n / len(leads) < least - 1 / max(1, len(leads)):
                yield f"{song} leads in {whole(100 * n / len(leads))} % of the time only"

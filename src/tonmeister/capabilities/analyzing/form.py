"""Form: sections, what they may be called, phrases and their energy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from tonmeister.capabilities.analyzing.observing import LOUDNESS_HOP_S, Features
from tonmeister.capabilities.analyzing.params import PhraseFigures, SectionFigures
from tonmeister.capabilities.analyzing.timing import Timing
from tonmeister.capabilities.analyzing.voice import VoiceCurve
from tonmeister.dsp.chroma import FRAME_S as PITCH_FRAME_S
from tonmeister.dsp.onsets import FRAME_S, mel_centres_hz
from tonmeister.dsp.structure import cepstra, compare_sections, find_boundaries, group_sections, novelty, self_likeness

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Label = Literal["intro", "verse", "chorus", "bridge", "outro", "section"]

PHRASE_BARS = 4
UNIT_S = 2.0
"""Length of what takes the place of bars where there are none."""
NOVELTY_REACH = 6
JOINED_BARS = 8
_QUIET_LU = 18.0
_MAX_UNITS = 700


@dataclass(frozen=True)
class Units:
    """Bars, or stretches of two seconds where there are none.

    ``edges_s`` has one more entry than there are units; the first unit begins with the song and the last ends with it.
    """

    edges_s: Floats
    are_bars: bool
    n_beats: int

    @property
    def n(self) -> int:
        """How many there are."""
        return len(self.edges_s) - 1


def make_units(timing: Timing, duration_s: float) -> Units:
    """Return the bars of a song; what comes before the first and after the last belongs to it."""
    if len(timing.downbeats) < 4:
        n = max(1, round(duration_s / UNIT_S))
        return Units(np.linspace(0.0, duration_s, n + 1), are_bars=False, n_beats=0)
    starts = timing.beats_s[timing.downbeats]
    edges = np.append(starts, duration_s)
    if len(starts) > 1 and duration_s - starts[-1] > 1.9 * np.median(np.diff(starts)):
        edges = np.append(starts, [min(duration_s, starts[-1] + np.median(np.diff(starts))), duration_s])
    edges[0] = 0.0
    n_beats = timing.metre.n_beats_per_bar if timing.metre else 4
    return Units(np.asarray(edges), are_bars=True, n_beats=n_beats)


def unit_means(curve: NDArray[np.floating], frame_s: float, edges_s: Floats) -> Floats:
    """Return the mean of a curve over each unit, shape (units, ...); units after its end have its last value."""
    flat = curve.reshape(len(curve), -1).astype(np.float64)
    sums = np.concatenate([np.zeros((1, flat.shape[1])), np.cumsum(flat, axis=0)])
    places = np.rint(edges_s / frame_s).astype(np.int64)
    starts = np.clip(places[:-1], 0, len(flat) - 1)
    stops = np.clip(places[1:], starts + 1, len(flat))
    return np.asarray((sums[stops] - sums[starts]) / np.maximum(stops - starts, 1)[:, np.newaxis])


@dataclass(frozen=True)
class Form:
    """Sections and phrases, each without gaps."""

    sections: tuple[SectionFigures, ...]
    phrases: tuple[PhraseFigures, ...]


def judge_form(
    features: Features, classes: NDArray[np.floating], curves: NDArray[np.float32], timing: Timing, voice: VoiceCurve
) -> Form:
    """Find sections and phrases."""
    units = make_units(timing, features.duration_s)
    likeness = _likeness(features, classes, units)
    step = max(1, -(-units.n // _MAX_UNITS))
    change = novelty(likeness, NOVELTY_REACH)
    bounds, groups = _join(likeness, find_boundaries(change))
    bounds = [at * step for at in bounds]
    energy = _energy(features, curves, units)
    spans = list(zip(bounds, [*bounds[1:], units.n], strict=True))
    energies = [float(np.mean(energy[a:b])) for a, b in spans]
    labels = name_sections(groups, energies, [b - a for a, b in spans], are_bars=units.are_bars)
    sections = tuple(
        SectionFigures(
            start_s=round(float(units.edges_s[a]), 3),
            end_s=round(float(units.edges_s[b]), 3),
            start_bar=a if units.are_bars else None,
            label=label,
            group=_letter(group),
            confidence=round(confidence, 2),
            energy_1_10=_grade(value),
            vocal_share=voice.share(float(units.edges_s[a]), float(units.edges_s[b])),
            vocal_confidence=voice.confidence,
        )
        for (a, b), group, value, (label, confidence) in zip(spans, groups, energies, labels, strict=True)
    )
    phrases = tuple(_phrase(a, b, units, energy, features, voice) for a, b in _phrases(spans, are_bars=units.are_bars))
    return Form(sections, phrases)


def _likeness(features: Features, classes: NDArray[np.floating], units: Units) -> Floats:
    harmony = unit_means(classes, PITCH_FRAME_S, units.edges_s)
    harmony = harmony / np.maximum(np.linalg.norm(harmony, axis=1, keepdims=True), 1e-9)
    level = unit_means(np.maximum(features.level_db, -90), FRAME_S, units.edges_s)
    timbre = cepstra(level)
    loudness = np.convolve(level.mean(axis=1), np.ones(1), mode="same")[:, np.newaxis]
    views = [harmony, timbre, loudness, level]
    step = max(1, -(-units.n // _MAX_UNITS))
    if step > 1:
        n = units.n // step
        views = [view[: n * step].reshape(n, step, -1).mean(axis=1) for view in views]
    return self_likeness(*views)


def _join(likeness: Floats, bounds: list[int]) -> tuple[list[int], list[int]]:
    """Join neighbours of the same kind that are too short to be sections of their own; return bounds and groups."""
    groups = _group(likeness, bounds)
    at = 1
    while at < len(bounds):
        ends = [*bounds[1:], len(likeness)]
        lengths = ends[at - 1] - bounds[at - 1], ends[at] - bounds[at]
        if groups[at] == groups[at - 1] and max(lengths) < JOINED_BARS:
            del bounds[at], groups[at]
        else:
            at += 1
    return bounds, groups


def _group(likeness: Floats, bounds: list[int]) -> list[int]:
    n = len(likeness)
    spans = list(zip(bounds, [*bounds[1:], n], strict=True))
    own = np.array([float(likeness[a:b, a:b].mean()) for a, b in spans])
    return group_sections(compare_sections(likeness, bounds, n), own)


def name_sections(
    groups: list[int], energies: list[float], lengths: list[int], *, are_bars: bool
) -> list[tuple[Label, float]]:
    """Return what each section may be called and how sure that is.

    The chorus is the group that comes back with the most energy, the verse the other one that comes back; what does not
    come back is intro at the beginning, outro at the end and bridge between. Without repetition there are no names.
    """
    n = len(groups)
    if n < 3 or not are_bars:
        return [("section", 0.0)] * n
    inner = {g: [at for at in range(n) if groups[at] == g] for g in set(groups)}
    mean = {g: float(np.average([energies[at] for at in places], weights=[lengths[at] for at in places]))
            for g, places in inner.items()}  # fmt: skip
    repeated = [g for g, places in inner.items() if len(places) > 1]
    if not repeated:
        names: list[tuple[Label, float]] = [("section", 0.0)] * n
        return names
    chorus = max(repeated, key=lambda g: mean[g] + 0.02 * len(inner[g]))
    others = [g for g in repeated if g != chorus]
    verse = max(others, key=lambda g: (len(inner[g]), -min(inner[g]))) if others else None
    gap = mean[chorus] - (mean[verse] if verse is not None else float(np.mean(energies)))
    sure = float(np.clip(0.35 + 2.0 * gap, 0.2, 0.9))
    found: list[tuple[Label, float]] = []
    for at, group in enumerate(groups):
        if at == 0 and (group not in (chorus, verse) or lengths[0] <= 4) and energies[0] <= mean[chorus]:
            found.append(("intro", 0.7))
        elif at == n - 1 and (
            group not in (chorus, verse) or lengths[-1] <= 4 or (found[0][0] == "intro" and group == groups[0])
        ):
            found.append(("outro", 0.7))
        elif group == chorus:
            found.append(("chorus", sure))
        elif group == verse or (verse is None and at < n // 2):
            found.append(("verse", sure if verse is not None else 0.3))
        elif len(inner[group]) == 1:
            found.append(("bridge", 0.5 if at > n // 3 else 0.3))
        else:
            found.append(("verse", 0.3))
    return found


def _letter(group: int) -> str:
    return chr(ord("A") + group) if group < 26 else f"Z{group - 25}"


def _phrases(spans: list[tuple[int, int]], *, are_bars: bool) -> list[tuple[int, int]]:
    """Cut sections into phrases; what is left over at the end of one joins its last phrase."""
    length = PHRASE_BARS if are_bars else 4
    found: list[tuple[int, int]] = []
    for start, stop in spans:
        cuts = list(range(start, stop, length))
        if len(cuts) > 1 and stop - cuts[-1] < length // 2:
            cuts.pop()
        found += zip(cuts, [*cuts[1:], stop], strict=True)
    return found


def _energy(features: Features, curves: NDArray[np.float32], units: Units) -> Floats:
    """Return the energy of each unit, 0 to 1: half loudness, three tenths onsets, two tenths brightness.

    Each is taken beside the song's highest (its 95th percentile): 18 LU quieter, no onsets or two octaves darker is 0.
    """
    lufs = np.maximum(features.momentary_lufs, -70.0)
    loud = unit_means(lufs, LOUDNESS_HOP_S, units.edges_s)[:, 0] if len(lufs) else np.full(units.n, -70.0)
    flux = np.maximum(features.level_db[1:].astype(np.float32) - features.level_db[:-1].astype(np.float32), 0).mean(
        axis=1
    )
    flux = np.append(flux, 0.0) if len(flux) else np.zeros(len(curves))
    audible = features.level_db.max(axis=1) > -70
    onsets = unit_means(np.where(audible, flux, 0.0), FRAME_S, units.edges_s)[:, 0]
    power = 10 ** (unit_means(features.level_db, FRAME_S, units.edges_s) / 10)
    octaves = power @ np.log2(mel_centres_hz()) / np.maximum(power.sum(axis=1), 1e-12)
    loudest, busiest, brightest = (float(np.percentile(x, 95)) for x in (loud, onsets, octaves))
    parts = (
        0.5 * np.clip(1 + (loud - loudest) / _QUIET_LU, 0, 1),
        0.3 * np.clip(onsets / max(busiest, 1e-9), 0, 1),
        0.2 * np.clip(1 + (octaves - brightest) / 2, 0, 1),
    )
    return np.asarray(np.where(loud > -70, sum(parts), 0.0))


def _grade(energy: float) -> int:
    """Return energy from 1 to 10; a third of the highest is 1 already."""
    return int(np.clip(round(1 + 9 * (energy - 0.35) / 0.62), 1, 10))


def _phrase(a: int, b: int, units: Units, energy: Floats, features: Features, voice: VoiceCurve) -> PhraseFigures:
    start_s, end_s = float(units.edges_s[a]), float(units.edges_s[b])
    part = features.momentary_lufs[round(start_s / LOUDNESS_HOP_S) : max(round(end_s / LOUDNESS_HOP_S), 1)]
    audible = part[part > -70]
    return PhraseFigures(
        start_s=round(start_s, 3),
        end_s=round(end_s, 3),
        start_bar=a if units.are_bars else None,
        n_bars=b - a if units.are_bars else 0,
        energy_1_10=_grade(float(np.mean(energy[a:b]))),
        vocal_share=voice.share(start_s, end_s),
        vocal_confidence=voice.confidence,
        loudness_lufs=round(float(10 * np.log10(np.mean(10 ** (audible / 10)))), 1) if len(audible) else None,
    )

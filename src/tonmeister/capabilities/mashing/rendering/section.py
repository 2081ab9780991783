"""The recipe of a section: place its clips on the grid, set their levels, make room for the lead, add effects, sum."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tonmeister.capabilities.mashing.rendering.effects import Place, apply_effect, tail_s
from tonmeister.capabilities.mashing.rendering.params import (
    Clip,
    ClipLevel,
    MashSectionParams,
    MashSectionResult,
)
from tonmeister.core.errors import ChannelsUnsupportedError, CombinationError
from tonmeister.dsp.ducking import duck_band, presence
from tonmeister.dsp.fades import fade_in, fade_out, ride, rise
from tonmeister.dsp.filters import BiquadCascade, butterworth
from tonmeister.dsp.loudness import KWeightedPower, measure_integrated_lufs, measure_power
from tonmeister.dsp.warp import Anchor
from tonmeister.engines.stretching import warp
from tonmeister.media.span import read_span
from tonmeister.media.writer import AudioWriter, OutputFormat

if TYPE_CHECKING:
    from tonmeister.core.audio import Samples
    from tonmeister.core.context import Context

EDGE_S = 0.010
SHORT_FADE_S = 0.05
"""A fade in up to this is a clean edge, not something to be heard: it lies before the first beat."""
VOICE_EDGE_BEATS = 0.5
GUEST_BELOW_LU = 1.5
"""A guest's voice lies so far below the instruments that it sings over."""
MELODY_BELOW_LU = 4.0
"""A guest's melody keeps its level, for it brings half of the sound along, but lies no further below drums and bass."""
MOST_TRIM_DB = 9.0
"""A lead that is further off is not what these bars are made of: raised more, what leaked into it comes along."""
MOST_LEVEL_DB = 12.0
"""A section is not moved further than this: what is so much fainter is hardly there."""
HEARD_LACK_DB = 2.0
"""What is lacking beyond the most is told of from here on: less is hardly heard."""
DUCK_DB = 2.5
_CONTEXT_S = 0.6


@dataclass
class Placed:
    """A clip on the section's timeline."""

    clip: Clip
    sound: Samples
    place: Place
    loudness_lufs: float
    trim_db: float = 0.0
    level_db: float = 0.0
    """What brings the section to its loudness."""
    lacking_db: float = 0.0
    """What it would have had to be moved besides, to match the instruments."""


def mash_section(params: MashSectionParams, ctx: Context) -> MashSectionResult:
    """Render one section."""
    files = [ctx.fetch(ref) for ref in params.stems]
    rate = params.sample_rate
    n_before, n = round(params.beat_s * rate), round(params.duration_s * rate)
    rings_s = max((tail_s(clip.effects, params.beat_s) for clip in params.clips), default=0.0)
    shape = (2, n_before + n + round(max(params.beat_s, rings_s) * rate))
    placed: list[Placed] = []
    for number, clip in enumerate(params.clips):
        ctx.progress(0.8 * number / len(params.clips), f"place {clip.stem} of {clip.songId}")
        placed.append(_place(clip, files, params, shape, n_before, ctx))
    ctx.progress(0.8, "level")
    _match(placed)
    lacking_db = 0.0 if params.level_lufs is None else _reach(placed, params.level_lufs)
    for each in placed:
        _shape_level(each, n_before)
    _make_room(placed, rate)
    for each in placed:
        for name in each.clip.effects:
            ctx.progress(0.85, name.replace("_", " "))
            apply_effect(name, each.sound, each.place)
    ctx.progress(0.9, "write")
    whole = np.zeros(shape, np.float32)
    for each in placed:
        whole += each.sound
    heard = np.flatnonzero(np.abs(whole[:, n_before + n :]).max(axis=0) > 1e-6)
    n_after = int(heard[-1]) + 1 if heard.size else 0
    stop = n_before + n + n_after
    sounds = [whole, *(each.sound for each in placed)] if params.is_split else [whole]
    names = ["section", *(f"clip-{number}" for number in range(1, len(sounds)))]
    refs = [
        ctx.publish(_write(ctx.folder / f"{name}.wav", sound[:, :stop], rate), f"{name}.wav", near=params.stems[0])
        for name, sound in zip(names, sounds, strict=True)
    ]
    result = MashSectionResult(
        sound=refs[0],
        clips=tuple(refs[1:]),
        n_before_samples=n_before,
        n_samples=n,
        n_after_samples=n_after,
        levels=tuple(_level(each) for each in placed),
        warnings=(*_warnings(placed), *_level_warnings(lacking_db)),
    )
    ctx.progress(1.0, "done")
    return result


def _place(
    clip: Clip, files: list[Path], params: MashSectionParams, shape: tuple[int, int], n_before: int, ctx: Context
) -> Placed:
    """Read what the clip plays, and bring its beats onto the section's."""
    rate = params.sample_rate
    from_s = clip.source_s[0] - _CONTEXT_S
    source = _read(clip, files, from_s, clip.source_s[-1] + _CONTEXT_S, rate, ctx)
    first = round(clip.target_s[0] * rate)
    anchors = [
        Anchor(round((moment - from_s) * rate), round(at * rate) - first)
        for moment, at in zip(clip.source_s, clip.target_s, strict=True)
    ]
    try:
        made = warp(source, rate, anchors, semitones=float(clip.shift_semitones), engine="vocoder")
    except ValueError as error:
        raise CombinationError(
            f"The beats of song {clip.songId} cannot be brought onto the grid: {error}.",
            field="clips", value=clip.stem, remedy="Choose other bars of the song, or another tempo.",
        ) from error  # fmt: skip
    sound = np.zeros(shape, np.float32)
    at = n_before + first
    begin, end = max(0, at), min(shape[1], at + made.shape[1])
    sound[:, begin:end] = made[:, begin - at : end - at]
    if clip.high_pass_hz:
        section = butterworth("high", clip.high_pass_hz, rate)
        BiquadCascade(np.stack([section, section]), 2).process(sound)
    sound *= np.float32(10 ** (clip.gain_db / 20))
    place = Place(
        n_before + round(clip.start_s * rate), n_before + round(clip.end_s * rate), params.beat_s * rate, rate
    )
    return Placed(clip, sound, place, _loudness(sound[:, place.start : place.end], rate))


def _read(clip: Clip, files: list[Path], start_s: float, stop_s: float, rate: int, ctx: Context) -> Samples:
    whole = np.zeros((2, round(stop_s * rate) - round(start_s * rate)), np.float32)
    for place, number in enumerate(clip.n_files):
        if number >= len(files):
            raise CombinationError(
                f"A clip asks for file {number}, of {len(files)}.",
                field="clips", value=number, bound=len(files) - 1, remedy="Give all files that the clips are of.",
            )  # fmt: skip
        sound = read_span(files[number], start_s, stop_s, sample_rate=rate, max_duration_s=ctx.max_duration_s)
        if sound.n_channels > 2:
            raise ChannelsUnsupportedError(
                f"A stem has {sound.n_channels} channels; a mashup is stereo.",
                field="stems", value=sound.n_channels, bound=2, remedy="Fold it to stereo first.",
            )  # fmt: skip
        level_db = clip.balance_db[place] if place < len(clip.balance_db) else 0.0
        whole += np.float32(10 ** (level_db / 20)) * sound.samples  # one channel goes to both sides
    return whole


def _loudness(sound: Samples, rate: int) -> float:
    meter = KWeightedPower(rate, sound.shape[0])
    meter.push(np.ascontiguousarray(sound))
    return measure_integrated_lufs(measure_power(meter.energies()))


def _match(placed: list[Placed]) -> None:
    """Set guests' voices to the level of the instruments that they sing over, as both are heard here.

    Instruments that lead stay as loud as their song has them: with drums and bass of another they make a band again,
    and neighbouring sections are as loud as their songs are.
    """
    backings = [each for each in placed if each.clip.role == "backing"]
    guests = [each for each in placed if each.clip.is_guest and math.isfinite(each.loudness_lufs)]
    if not backings or not guests:
        return
    together = _sum(backings)
    for guest in guests:
        under = _loudness(together[:, guest.place.start : guest.place.end], guest.place.sample_rate)
        if math.isfinite(under):
            wanted_db = under - guest.loudness_lufs - (GUEST_BELOW_LU if _sings(guest.clip) else MELODY_BELOW_LU)
            if not _sings(guest.clip):
                wanted_db = max(0.0, wanted_db)
            guest.trim_db = min(MOST_TRIM_DB, max(-MOST_TRIM_DB, wanted_db))
            guest.lacking_db = wanted_db - guest.trim_db
            guest.sound *= np.float32(10 ** (guest.trim_db / 20))


def _reach(placed: list[Placed], level_lufs: float) -> float:
    """Bring all clips together to a loudness; return what is lacking, for silence is not raised without bounds.

    Levels within a song's clips are part of what is heard. That all of a song shall be fainter or louder is a wish on
    top of the section's loudness: nothing makes up for it.
    """
    if not placed:
        return 0.0
    most: dict[tuple[str, str], float] = {}
    for each in placed:
        key = (each.clip.songId, each.clip.role)
        most[key] = max(most.get(key, -math.inf), each.clip.volume_db)
    together = np.zeros_like(placed[0].sound)
    for each in placed:
        beside_db = each.clip.volume_db - most[each.clip.songId, each.clip.role]
        together += np.float32(10 ** (beside_db / 20)) * each.sound
    start, end = min(each.place.start for each in placed), max(each.place.end for each in placed)
    loudness_lufs = _loudness(together[:, start:end], placed[0].place.sample_rate)
    if not math.isfinite(loudness_lufs):
        return 0.0
    wanted_db = level_lufs - loudness_lufs
    gain_db = min(MOST_LEVEL_DB, max(-MOST_LEVEL_DB, wanted_db))
    for each in placed:
        each.level_db = gain_db
        each.sound *= np.float32(10 ** (gain_db / 20))
    return wanted_db - gain_db


def _level_warnings(lacking_db: float) -> list[str]:
    if abs(lacking_db) < HEARD_LACK_DB:
        return []
    word = "faint" if lacking_db > 0 else "loud"
    return [f"It is {abs(lacking_db):.0f} dB {word}er than its energy asks for: so {word} are its phrases."]


def _sings(clip: Clip) -> bool:
    return "vocals" in clip.stem.split("+")


def _shape_level(placed: Placed, n_before: int) -> None:
    """Apply volume, edges, fades and automation."""
    clip, place, sound = placed.clip, placed.place, placed.sound
    sound *= np.float32(10 ** (clip.volume_db / 20))
    n_beat = round(VOICE_EDGE_BEATS * place.beat)
    if clip.fade_in_s > SHORT_FADE_S:
        sound[:, : place.start] = 0
        fade_in(sound[:, place.start : place.end], round(clip.fade_in_s * place.sample_rate))
    else:
        # It ends where the clip begins: the stroke on the first beat keeps its attack.
        n = n_beat if clip.edge_in == "voice" else round(max(EDGE_S, clip.fade_in_s) * place.sample_rate)
        n = min(place.start, n)
        sound[:, : place.start - n] = 0
        sound[:, place.start - n : place.start] *= rise(n, "equal_gain" if clip.edge_in == "join" else "equal_power")
    if clip.fade_out_s > SHORT_FADE_S or clip.edge_out != "voice":
        sound[:, place.end :] = 0
        n = round(max(EDGE_S, clip.fade_out_s) * place.sample_rate)
        fade_out(sound[:, : place.end], n, "equal_gain" if clip.edge_out == "join" else "equal_power")
    else:
        stop = min(sound.shape[1], place.end + n_beat)
        sound[:, stop:] = 0
        fade_out(sound[:, place.end : stop], n_beat)
    if clip.automation:
        at = [n_before + point.time_s * place.sample_rate for point in clip.automation]
        ride(sound, at, [point.gain_db for point in clip.automation])


def _make_room(placed: list[Placed], rate: int) -> None:
    """Let the instruments step aside where a guest sings; a song's own voice has its place in them already."""
    guests = [each for each in placed if each.clip.is_guest]
    if not guests:
        return
    there = presence(_sum(guests), rate)
    for each in placed:
        if each.clip.role == "backing":
            duck_band(each.sound, there, rate, depth_db=DUCK_DB)


def _sum(placed: list[Placed]) -> Samples:
    total = np.zeros_like(placed[0].sound)
    for each in placed:
        total += each.sound
    return total


def _write(path: Path, sound: Samples, rate: int) -> Path:
    with AudioWriter(path, OutputFormat("wav", rate, 2, 32)) as writer:
        writer.write(np.ascontiguousarray(sound))
    return path


def _level(placed: Placed) -> ClipLevel:
    is_heard = math.isfinite(placed.loudness_lufs)
    return ClipLevel(
        songId=placed.clip.songId,
        stem=placed.clip.stem,
        loudness_lufs=round(placed.loudness_lufs + placed.trim_db + placed.level_db, 2) if is_heard else None,
        gain_db=round(placed.clip.gain_db + placed.trim_db + placed.level_db + placed.clip.volume_db, 2),
    )


def _warnings(placed: list[Placed]) -> list[str]:
    told = []
    for each in placed:
        clip = each.clip
        if clip.role == "lead" and not math.isfinite(each.loudness_lufs):
            told.append(f"The {clip.stem} of song {clip.songId} are silent in the bars that lead.")
        elif abs(each.lacking_db) >= HEARD_LACK_DB:
            told.append(_lack(each))
    return told


def _lack(placed: Placed) -> str:
    """Return why a lead is fainter or louder than it should be, and what can be done."""
    clip, lacking_db, trim_db = placed.clip, abs(placed.lacking_db), abs(placed.trim_db)
    what = f"In these bars the {clip.stem} of song {clip.songId} are {lacking_db:.0f} dB"
    if placed.lacking_db > 0:
        return (
            f"{what} fainter than would sit best over the instruments, though raised by {trim_db:.0f} dB: more would "
            "raise what leaked into that stem too. Let another phrase lead, or set their volume by ear."
        )
    return (
        f"{what} louder than would sit best over these quiet instruments, though lowered by {trim_db:.0f} dB: more "
        "would leave a hole where they lead. Choose a louder backing, or set their volume by ear."
    )

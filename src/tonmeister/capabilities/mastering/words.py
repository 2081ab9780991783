"""Results in plain words."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tonmeister.capabilities.mastering.params import AlbumResult, MasterResult, PlatformOutcome
from tonmeister.core.capability import Digest

if TYPE_CHECKING:
    from tonmeister.capabilities.mastering.presets import Platform


def platform_outcome(
    name: str, platform: Platform, integrated_lufs: float, true_peak_dbtp: float, *, is_mono: bool
) -> PlatformOutcome:
    """Say what a platform's normalisation will do to a master of this loudness and peak."""
    target = platform.mono_target_lufs if is_mono and platform.mono_target_lufs is not None else platform.target_lufs
    gain = target - integrated_lufs
    if gain < 0:
        applied = gain if platform.turns_down else 0.0
    elif platform.turns_up == "yes":
        applied = gain
    elif platform.turns_up == "to peak":
        applied = max(0.0, min(gain, platform.ceiling_dbtp - true_peak_dbtp))
    else:
        applied = 0.0
    if platform.untouched is not None:
        where = f"{abs(gain):.1f} dB {'above' if gain < 0 else 'below'}" if abs(gain) > 0.05 else "on"
        text = f"{platform.untouched}; this lies {where} the {target:g} LUFS of {platform.title}."
    elif applied <= -0.05:
        text = f"{platform.title} will turn this down {-applied:.1f} dB."
    elif applied >= 0.05:
        text = f"{platform.title} will turn this up {applied:.1f} dB."
    elif gain < -0.05:
        text = f"{platform.title} will leave this as it is, {-gain:.1f} dB above its reference."
    elif gain > 0.05:
        text = f"{platform.title} will leave this as it is, {gain:.1f} dB below its reference."
    else:
        text = f"{platform.title} will play this as it is."
    asked = platform.ceiling_dbtp
    if platform.loud_ceiling_dbtp is not None and integrated_lufs > platform.target_lufs + 0.05:
        asked = platform.loud_ceiling_dbtp
    if true_peak_dbtp > asked + 0.05:
        text += f" It asks for peaks of at most {asked:g} dBTP; this has {true_peak_dbtp:.1f}."
    return PlatformOutcome(platform=name, gain_db=round(applied, 2), text=text)


def figure(value: float | None, digits: int = 1) -> str:
    """Write a figure, or a dash where there is none."""
    return "–" if value is None or not math.isfinite(value) else f"{value:.{digits}f}"


def master_digest(result: MasterResult) -> Digest:
    """One row of figures before and after, and what was done."""
    before, after = result.before, result.after
    arrow = " → "
    row = (
        result.title,
        f"{figure(before.integrated_lufs)}{arrow}{figure(after.integrated_lufs, 2)}",
        figure(result.target_lufs),
        f"{figure(before.true_peak_dbtp)}{arrow}{figure(after.true_peak_dbtp, 2)}",
        f"{figure(before.range_lu)}{arrow}{figure(after.range_lu)}",
        f"{figure(before.plr_db)}{arrow}{figure(after.plr_db)}",
        "yes" if all(one.within_promise for one in result.deliverables) else "no",
        f"{result.speed.real_time_ratio:.0f}x",
    )
    sentences = [f"{note.stage}: {note.text}" for note in result.notes]
    sentences += [
        f"codec check: {check.codec} decodes to {figure(check.integrated_lufs, 2)} LUFS and "
        f"{figure(check.true_peak_dbtp, 2)} dBTP, ceiling lowered by {check.lowered_db:.1f} dB"
        for check in result.codec_checks
    ]
    sentences += [f"warning: {text}" for text in result.warnings]
    sentences += [
        f"wrote {one.file} ({one.format}, {figure(one.integrated_lufs, 2)} LUFS, {figure(one.true_peak_dbtp, 2)} dBTP)"
        for one in result.deliverables
    ]
    if result.report_html:
        sentences.append(f"report {result.report_html}")
    return Digest(
        columns=("song", "LUFS", "target", "dBTP", "LRA", "PLR", "as promised", "speed"),
        rows=(row,),
        sentences=tuple(sentences),
    )


def album_digest(result: AlbumResult) -> Digest:
    """One row for each song, and where the record lies."""
    rows = tuple(row for song in result.songs for row in master_digest(song).rows)
    sentences = [
        f"record: {figure(result.integrated_lufs, 2)} LUFS as a whole, "
        f"loudest song {figure(result.anchor_lufs, 2)} LUFS"
    ]
    sentences += [f"warning: {song.title}: {text}" for song in result.songs for text in song.warnings]
    sentences += [f"warning: {text}" for text in result.warnings]
    sentences.append(f"CUE sheet {result.cue_sheet}")
    if result.joined:
        sentences.append(f"whole record {result.joined}")
    return Digest(columns=master_digest(result.songs[0]).columns, rows=rows, sentences=tuple(sentences))

"""The recipe of an album: listen to all songs, find the common target, master each song towards it, list them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tonmeister.capabilities.mastering.aims import look_up
from tonmeister.capabilities.mastering.intake import Song
from tonmeister.capabilities.mastering.params import AlbumParams, AlbumResult, MasterResult
from tonmeister.capabilities.mastering.portrait import Note, Portrait
from tonmeister.capabilities.mastering.run import Studio, check_choices, check_formats, choose_format, take_reference
from tonmeister.capabilities.mastering.targets import Plan, make_plan, with_loudness
from tonmeister.core.context import Context
from tonmeister.core.errors import CombinationError, ParameterError
from tonmeister.dsp.loudness import KWeightedPower, measure_integrated_lufs, measure_power
from tonmeister.media.cue_sheet import CueSheet, CueTrack, parse_catalog, write_cue_sheet
from tonmeister.media.formats import ALLOWED
from tonmeister.media.reader import open_audio
from tonmeister.media.tags import CuePoint, Tags, parse_isrc, read_tags, write_tags
from tonmeister.media.writer import AudioWriter

if TYPE_CHECKING:
    from tonmeister.capabilities.mastering.aims import Choices

BLOCK_SAMPLES = 65536


def album(params: AlbumParams, ctx: Context) -> AlbumResult:
    """Master several songs as one record."""
    choices = look_up(params)
    check_formats(params)
    isrcs = _isrcs(params)
    barcode = _barcode(params)
    names = [ctx.label(ref) for ref in params.mixes]
    n = len(names)
    reference = take_reference(params, choices, ctx)
    studio = Studio(params, choices, reference, ctx)
    portraits = _listen(studio, params, names, ctx)
    _check_join(params, portraits)
    record = common_portrait([portrait for portrait, _ in portraits])
    offsets = loudness_offsets([portrait.integrated_lufs for portrait, _ in portraits], params.spread_percent)
    stems = _stems(names)
    songs: list[MasterResult] = []
    for index, ref in enumerate(params.mixes):
        start, stop = 0.25 + 0.65 * index / n, 0.25 + 0.65 * (index + 1) / n

        def tell(fraction: float, stage: str, start: float = start, stop: float = stop, index: int = index) -> None:
            ctx.progress(start + (stop - start) * fraction, f"{index + 1}/{n} {stage}")

        def plan_for(song: Song, index: int = index) -> Plan:
            return _plan_song(song, record, offsets[index], params, choices, reference)

        def tag(tags: Tags, index: int = index) -> Tags:
            return _tagged(tags, params, index, n, isrcs, barcode)

        def publish(file: Path, title: str) -> str:
            # A record lies in one place, wherever its mixes lay: its CUE sheet names the files without folders.
            return ctx.publish(file, title, near=params.mixes[0])

        songs.append(
            studio.master_song(
                ctx.fetch(ref), names[index], plan_for, tell,
                publish,
                stem=stems[index], tag=tag,
            )
        )  # fmt: skip
    files = [ctx.fetch(song.deliverables[0].file) for song in songs]
    rates = [song.deliverables[0].sample_rate for song in songs]
    title = params.title or "album"
    near = params.mixes[0]
    joined = _join(params, songs, files, rates, isrcs, barcode, ctx) if params.join else None
    sheet = _sheet(params, songs, files, isrcs, barcode)
    sheet_file = ctx.folder / "album.cue"
    sheet_file.write_text(write_cue_sheet(sheet), encoding="utf-8")
    ctx.progress(0.98, "listing")
    name = f"{_file_name(title)}{'-songs' if params.join else ''}.cue"
    cue_ref = ctx.publish(sheet_file, name, near=near)
    anchor = max(song.after.integrated_lufs for song in songs if song.after.integrated_lufs is not None)
    ctx.progress(0.99, "listing")
    result = AlbumResult(
        title=params.title,
        songs=tuple(songs),
        cue_sheet=cue_ref,
        joined=joined,
        anchor_lufs=anchor,
        integrated_lufs=round(record_loudness(files), 3),
        warnings=_wide_spread(offsets),
    )
    ctx.progress(1.0, "done")
    return result


WIDE_SPREAD_LU = 6.0


def _wide_spread(offsets_lu: list[float]) -> tuple[str, ...]:
    spread = -min(offsets_lu)
    if spread <= WIDE_SPREAD_LU:
        return ()
    return (
        f"The softest song stays {spread:.1f} LU below the loudest, as in the mixes. If the mixes were not meant to "
        "stand side by side, bring them together with --spread-percent (50 halves the distance).",
    )


def check_album(params: AlbumParams) -> None:
    """Raise what the parameters alone make impossible."""
    check_choices(params)
    _isrcs(params)
    _barcode(params)
    if params.join:
        _check_lossless(params)


def _barcode(params: AlbumParams) -> str | None:
    if not params.barcode:
        return None
    try:
        return parse_catalog(params.barcode)
    except ParameterError as error:
        raise _of_field(error, "barcode", "catalog") from None


def _isrc(text: str, index: int) -> str:
    try:
        return parse_isrc(text)
    except ParameterError as error:
        raise _of_field(error, f"isrcs.{index}", "isrc") from None


def _of_field(error: ParameterError, field: str, general: str) -> ParameterError:
    """Return the error under the name of the parameter that the user gave."""
    message = field + error.message.removeprefix(general)
    return ParameterError(message, field=field, value=error.value, bound=error.bound, remedy=error.remedy)


def _isrcs(params: AlbumParams) -> list[str | None]:
    if params.isrcs and len(params.isrcs) != len(params.mixes):
        raise CombinationError(
            f"There are {len(params.isrcs)} ISRCs for {len(params.mixes)} songs.",
            field="isrcs",
            value=len(params.isrcs),
            bound=len(params.mixes),
            remedy="Give one ISRC for each song, in order, or none.",
        )
    return (
        [_isrc(text, index) for index, text in enumerate(params.isrcs)] if params.isrcs else [None] * len(params.mixes)
    )


def _listen(studio: Studio, params: AlbumParams, names: list[str], ctx: Context) -> list[tuple[Portrait, Song]]:
    """Measure all songs before any is changed: what the record is decides what each becomes."""
    found = []
    for index, ref in enumerate(params.mixes):

        def tell(fraction: float, _stage: str, index: int = index) -> None:
            ctx.progress(0.05 + 0.2 * (index + fraction) / len(names), f"listening to song {index + 1}")

        song = studio.take(ctx.fetch(ref), names[index], tell, keep=False)
        song.spool.close()
        found.append((song.portrait, song))
    return found


def common_portrait(portraits: list[Portrait]) -> Portrait:
    """Return the record's portrait: mean shape and dynamics of its songs, each counting alike whatever its loudness."""
    first = max(portraits, key=lambda one: len(one.bands_hz))
    shapes = np.stack([np.interp(np.log(first.bands_hz), np.log(one.bands_hz), one.shape_db) for one in portraits])
    sides = [one.side_db for one in portraits if math.isfinite(one.side_db)]
    highs = [one.side_high_db for one in portraits if math.isfinite(one.side_high_db)]
    return replace(
        first,
        bands_db=shapes.mean(axis=0),
        integrated_lufs=0.0,
        true_peak_dbtp=float(np.mean([one.plr_db for one in portraits])),
        range_lu=float(np.mean([one.range_lu for one in portraits])),
        side_db=float(np.mean(sides)) if sides else -math.inf,
        side_high_db=float(np.mean(highs)) if highs else -math.inf,
        is_mono=not sides,
    )


def loudness_offsets(loudness_lufs: list[float], spread_percent: float) -> list[float]:
    """Return how far each song stays below the loudest, in LU (0 or negative)."""
    loudest = max(loudness_lufs)
    return [(lufs - loudest) * spread_percent / 100.0 for lufs in loudness_lufs]


def _plan_song(
    song: Song, record: Portrait, offset_lu: float, params: AlbumParams, choices: Choices, reference: Portrait | None
) -> Plan:
    plan = make_plan(song.portrait, params, choices, reference, song.sample_rate, record=record)
    if abs(offset_lu) < 0.01:
        return plan
    note = Note("album", f"Kept {-offset_lu:.1f} LU softer than the loudest song, as in the mixes.")
    return replace(with_loudness(plan, target_lufs=plan.target_lufs + offset_lu), notes=(*plan.notes, note))


def _tagged(tags: Tags, params: AlbumParams, index: int, n: int, isrcs: list[str | None], barcode: str | None) -> Tags:
    fields: dict[str, str] = {"TRACKNUMBER": str(index + 1), "TRACKTOTAL": str(n)}
    if params.title:
        fields["ALBUM"] = params.title
    if params.artist:
        fields["ALBUMARTIST"] = params.artist
        if not tags.first("ARTIST"):
            fields["ARTIST"] = params.artist
    isrc = isrcs[index]
    if isrc:
        fields["ISRC"] = isrc
    if barcode:
        fields["BARCODE"] = barcode
    return tags.with_text(**fields)


def _file_name(title: str) -> str:
    kept = "".join(c if c.isalnum() or c in " -_.,()&'" else "_" for c in title).strip(" .")
    return kept[:120] or "album"


def _stems(names: list[str]) -> list[str]:
    return [f"{index + 1:02d} {Path(name).stem}" for index, name in enumerate(names)]


def _check_join(params: AlbumParams, portraits: list[tuple[Portrait, Song]]) -> None:
    if not params.join:
        return
    rates = {song.sample_rate for _, song in portraits}
    if len(rates) > 1:
        raise CombinationError(
            f"The songs come at {', '.join(str(rate) for rate in sorted(rates))} Hz, but one file has one rate.",
            field="sample_rate",
            value=sorted(rates),
            remedy="Choose the rate with --sample-rate.",
        )
    _check_lossless(params)


def _check_lossless(params: AlbumParams) -> None:
    if ALLOWED[params.format[0]].bit_depths == ():
        raise CombinationError(
            f"join writes a lossless file, but the first format is {params.format[0]}.",
            field="format",
            value=params.format[0],
            remedy="Put wav or flac first.",
        )


def _performance(song: MasterResult, params: AlbumParams, file: Path) -> tuple[str, str]:
    tags = read_tags(file)
    return tags.first("TITLE") or Path(song.title).stem, tags.first("ARTIST") or params.artist or ""


def _sheet(
    params: AlbumParams, songs: list[MasterResult], files: list[Path], isrcs: list[str | None], barcode: str | None
) -> CueSheet:
    tracks = []
    for index, (song, file) in enumerate(zip(songs, files, strict=True)):
        title, performer = _performance(song, params, file)
        tracks.append(
            CueTrack(
                file=Path(song.deliverables[0].file).name,
                title=title,
                performer=performer,
                isrc=isrcs[index],
                index_01_s=0.0,
                pregap_s=params.gap_s if index else 0.0,
            )
        )
    return CueSheet(tracks=tuple(tracks), title=params.title or "", performer=params.artist or "", catalog=barcode)


def _joined_blocks(files: list[Path], n_gap: int, n_channels: int) -> Iterator[NDArray[np.float32]]:
    for index, file in enumerate(files):
        if index and n_gap:
            yield np.zeros((n_channels, n_gap), np.float32)
        with open_audio(file) as reader:
            for block in reader.blocks(BLOCK_SAMPLES):
                yield block if len(block) == n_channels else np.repeat(block, n_channels, axis=0)


def _join(
    params: AlbumParams,
    songs: list[MasterResult],
    files: list[Path],
    rates: list[int],
    isrcs: list[str | None],
    barcode: str | None,
    ctx: Context,
) -> str:
    """Write the record as one file: the masters' own samples, bit for bit, with silence between them."""
    rate = rates[0]
    n_channels = max(song.after.n_channels for song in songs)
    fmt = choose_format(params.format[0], params, rate, n_channels)
    suffix = ALLOWED[fmt.container].suffix
    path = ctx.folder / f"joined{suffix}"
    n_gap = round(params.gap_s * rate)
    scale = float(2 ** ((fmt.bit_depth or 24) - 1))
    with AudioWriter(path, fmt) as writer:
        for block in _joined_blocks(files, n_gap, n_channels):
            # The masters lie on the grid of this bit depth already: scaling back is exact and needs no dither.
            writer.write(np.rint(block.astype(np.float64) * scale).astype(np.int32) if fmt.is_quantised else block)
            ctx.progress(0.93, "joining")
        n_total = writer.n_samples
    points, tracks, at = [], [], 0
    title = _file_name(params.title or "album")
    for index, song in enumerate(songs):
        name, performer = _performance(song, params, files[index])
        n = song.deliverables[0].n_samples
        points.append(CuePoint.at_sample(at, rate, label=name, n_samples=n, isrc=isrcs[index]))
        tracks.append(
            CueTrack(
                file=f"{title}{suffix}", title=name, performer=performer, isrc=isrcs[index],
                index_00_s=(at - n_gap) / rate if index and n_gap else None, index_01_s=at / rate,
            )
        )  # fmt: skip
        at += n + n_gap
    fields = {
        key: value for key, value in (("ALBUM", params.title), ("ARTIST", params.artist), ("BARCODE", barcode)) if value
    }
    tags = Tags(text={key: (value,) for key, value in fields.items()}, pictures=(), cue_points=tuple(points), notes=())
    write_tags(path, tags, sample_rate=rate, n_samples=n_total)
    near = params.mixes[0]
    ref = ctx.publish(path, f"{title}{suffix}", near=near)
    sheet = CueSheet(
        tracks=tuple(replace(track, file=Path(ref).name) for track in tracks),
        title=params.title or "",
        performer=params.artist or "",
        catalog=barcode,
    )
    file = ctx.folder / "joined.cue"
    file.write_text(write_cue_sheet(sheet), encoding="utf-8")
    ctx.publish(file, f"{title}.cue", near=near)
    return ref


def record_loudness(files: list[Path]) -> float:
    """Measure the record as a whole, by the blocks of all songs together (EBU R 128 for programmes in parts)."""
    rows = []
    for file in files:
        with open_audio(file) as reader:
            power = KWeightedPower(reader.info.sample_rate, reader.info.n_channels)
            for block in reader.blocks(BLOCK_SAMPLES):
                power.push(block)
            rows.append(measure_power(power.energies()))
    return measure_integrated_lufs(np.concatenate(rows))

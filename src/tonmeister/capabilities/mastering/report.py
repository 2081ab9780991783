"""The report: one HTML file that proves the master and fetches nothing from elsewhere; a short form for notebooks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib import resources
from itertools import groupby
from pathlib import Path, PurePath
from typing import Any

from tonmeister.capabilities.mastering.params import Deliverable, GainReduction, MasterResult
from tonmeister.capabilities.mastering.pictures import PictureData
from tonmeister.capabilities.mastering.report_svg import (
    clock,
    loudness_picture,
    number,
    plain,
    reduction_picture,
    spectrum_picture,
    waveform_picture,
)
from tonmeister.core.errors import OutputUnwritableError
from tonmeister.core.measurement import Measurement
from tonmeister.core.units import unit_of

ABSENT = "not measurable"
LIMITER = "limiter"

FIGURES: tuple[tuple[str, tuple[tuple[str, str, int], ...]], ...] = (
    (
        "Loudness",
        (
            ("integrated_lufs", "Integrated", 2),
            ("short_term_max_lufs", "Short-term, highest", 2),
            ("momentary_max_lufs", "Momentary, highest", 2),
            ("range_lu", "Loudness range (LRA)", 1),
        ),
    ),
    (
        "Peaks",
        (
            ("true_peak_dbtp", "True peak", 2),
            ("sample_peak_dbfs", "Sample peak", 2),
            ("n_clipped_samples", "Clipped samples", 0),
        ),
    ),
    (
        "Dynamics",
        (
            ("plr_db", "Peak to loudness (PLR)", 1),
            ("psr_db", "Peak to short-term (PSR)", 1),
            ("crest_factor_db", "Crest factor", 1),
            ("rms_dbfs", "RMS level", 1),
        ),
    ),
    (
        "Stereo",
        (
            ("correlation", "Correlation", 2),
            ("width_percent", "Width", 1),
            ("mono_loss_lu", "Mono loss", 2),
        ),
    ),
    (
        "Tone and edges",
        (
            ("tilt_db_per_octave", "Spectral tilt", 2),
            ("noise_floor_dbfs", "Noise floor (estimated)", 1),
            ("leading_silence_s", "Silence at the start", 3),
            ("trailing_silence_s", "Silence at the end", 3),
            ("duration_s", "Length", 3),
        ),
    ),
)
"""Fields of a measurement as the table shows them: field, name, decimals."""


def write_report(path: Path, result: MasterResult, pictures: PictureData) -> None:
    """Write the report as one HTML file; raises `OutputUnwritableError` where that is not possible."""
    try:
        path.write_text(_page(result, pictures), encoding="utf-8", newline="\n")
    except OSError as error:
        raise OutputUnwritableError(
            f"The report {path.name!r} could not be written: {error.strerror or error}.",
            field="report",
            value=path.name,
            remedy="Make room or choose a folder that may be written to, or switch the report off.",
        ) from error


def _page(result: MasterResult, pictures: PictureData) -> str:
    style = resources.files(__package__).joinpath("report.css").read_text(encoding="utf-8")
    title = plain(result.title)
    limiter = next((row for row in result.gain_reduction if row.stage.casefold() == LIMITER), None)
    parts = (
        _head(result),
        _warnings(result),
        _deliverables(result),
        waveform_picture(pictures, result.ceiling_dbtp, result.after.integrated_lufs),
        loudness_picture(pictures, result.target_lufs),
        spectrum_picture(pictures),
        reduction_picture(pictures, _reduction_words(limiter)),
        _figures(result),
        _notes(result),
        _gain_reduction(result),
        _platforms(result),
        _codec_checks(result),
        _speed(result),
        _details(result, pictures),
    )
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        # a song's name must never make the page load or run anything, should a mark ever slip through
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{title} – mastering report</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(part for part in parts if part)
        + "\n</main>\n</body>\n</html>\n"
    )


# What stands at the top


def verdict(result: MasterResult) -> tuple[bool, str]:
    """Return whether everything is as promised, and that in one sentence."""
    n_files, missed = len(result.deliverables), [d for d in result.deliverables if not d.within_promise]
    if not n_files:
        return False, "No file was written, so nothing is proved."
    if not result.target_reached:
        return False, (
            f"Target not reached: {_figure(result.after.integrated_lufs, 2, 'LUFS')} "
            f"instead of {_figure(result.target_lufs, 2, 'LUFS')}."
        )
    if missed:
        names = ", ".join(_name(entry.file) for entry in missed)
        return False, f"{len(missed)} of {n_files} files outside the promise: {names}."
    return True, "Promise kept, measured from the written file." if n_files == 1 else (
        f"Promise kept in all {n_files} files, measured after writing."
    )


def _head(result: MasterResult) -> str:
    is_kept, sentence = verdict(result)
    after = result.after
    peak_kept = after.true_peak_dbtp is not None and after.true_peak_dbtp <= result.ceiling_dbtp
    same_length = abs(after.duration_s - result.before.duration_s) * after.sample_rate < 1
    tiles = (
        _tile("Loudness", after.integrated_lufs, 2, "LUFS", f"target {_figure(result.target_lufs, 2, 'LUFS')}"
              + _distance(after.integrated_lufs, result.target_lufs), result.target_reached),
        _tile("True peak", after.true_peak_dbtp, _peak_digits(after.true_peak_dbtp, result.ceiling_dbtp), "dBTP",
              f"ceiling {_figure(result.ceiling_dbtp, 2, 'dBTP')}, looked for at 16×", peak_kept),
        (
            f'<div class="tile"><dt>Length</dt><dd><b>{clock(after.duration_s, 3)}</b> min:s</dd>'
            f"<dd>{'as the mix' if same_length else f'mix {clock(result.before.duration_s, 3)}'}"
            f"{_mark(same_length, 'exact', 'differs')}</dd></div>"
        ),
    )  # fmt: skip
    origin = [f"{result.mode} mode", f"preset {result.preset}"] + ([f"genre {result.genre}"] if result.genre else [])
    return (
        f'<header><p class="maker">Tonmeister · mastering report</p><h1><bdi>{plain(result.title)}</bdi></h1>'
        f'<p class="origin">{plain(" · ".join(origin))}</p>'
        f'<p class="verdict {"kept" if is_kept else "missed"}">{"✓" if is_kept else "!"} {plain(sentence)}</p>'
        f'<dl class="tiles">{"".join(tiles)}</dl></header>'
    )


def _tile(name: str, value: float | None, n_digits: int, unit: str, promise: str, is_kept: bool) -> str:
    shown = f"<b>{ABSENT}</b>" if value is None else f"<b>{number(value, n_digits)}</b> {unit}"
    return (
        f'<div class="tile"><dt>{name}</dt><dd>{shown}</dd><dd>{promise}{_mark(is_kept, "kept", "missed")}</dd></div>'
    )


def _mark(is_kept: bool, yes: str, no: str) -> str:
    return f' <span class="mark {"kept" if is_kept else "missed"}">{"✓ " + yes if is_kept else "! " + no}</span>'


def _distance(value: float | None, target: float) -> str:
    return "" if value is None else f", {number(value - target, 2, signed=True)} LU"


def _peak_digits(value: float | None, ceiling_dbtp: float) -> int:
    """Return the decimals that show on which side of the ceiling a peak lies: rounding must not hide an overshoot."""
    n_digits = 2
    while value is not None and value > ceiling_dbtp and round(value, n_digits) <= ceiling_dbtp and n_digits < 6:
        n_digits += 1
    return n_digits


def _warnings(result: MasterResult) -> str:
    if not result.warnings:
        return ""
    items = "".join(f"<li>{plain(text)}</li>" for text in result.warnings)
    return f'<section class="warnings"><h2>Please note</h2><ul>{items}</ul></section>'


def _deliverables(result: MasterResult) -> str:
    rows = [_deliverable(entry, result.ceiling_dbtp) for entry in result.deliverables]
    explanation = (
        "Each figure was measured from the written file. The promise: loudness within 0.1 LU of the target, "
        "true peak not above the ceiling, length exact to the sample."
    )
    headings = ("File", "Format", "Rate", "Length", "Loudness", "True peak", "Promise")
    return _section("Written files", explanation, _table(headings, rows, "Written files"))


def _deliverable(entry: Deliverable, ceiling_dbtp: float) -> tuple[str, ...]:
    return (
        f"<bdi>{plain(_name(entry.file))}</bdi>",
        plain(entry.format),
        f"{entry.sample_rate / 1000:g} kHz",
        f"{clock(entry.n_samples / entry.sample_rate, 3)}<small>{entry.n_samples:,} samples</small>",
        _figure(entry.integrated_lufs, 2, "LUFS"),
        _figure(entry.true_peak_dbtp, _peak_digits(entry.true_peak_dbtp, ceiling_dbtp), "dBTP"),
        _mark(entry.within_promise, "kept", "missed").strip(),
    )


def _name(ref: str) -> str:
    """Return a file's own name: a report that is passed on tells nobody's folders."""
    return PurePath(ref).name or ref


# Tables


def _section(title: str, explanation: str, *content: str) -> str:
    said = f"<p>{plain(explanation)}</p>" if explanation else ""
    return f"<section><h2>{plain(title)}</h2>{said}{''.join(content)}</section>"


def _table(
    headings: Sequence[str], rows: Iterable[Sequence[str]], label: str, *, words: frozenset[int] = frozenset()
) -> str:
    """Return a table of cells that are HTML already; the first column names the row, columns in ``words`` hold text."""
    kinds = ["" if i == 0 or i in words else ' class="figure"' for i in range(len(headings))]
    head = "".join(f'<th scope="col"{kind}>{plain(text)}</th>' for text, kind in zip(headings, kinds, strict=True))
    body = "".join(
        f'<tr><th scope="row">{row[0]}</th>'
        + "".join(
            f'<td{kind} data-name="{plain(heading)}">{cell}</td>'
            for heading, cell, kind in zip(headings[1:], row[1:], kinds[1:], strict=True)
        )
        + "</tr>"
        for row in rows
    )
    return (
        f'<div class="scroll" role="region" aria-label="{plain(label)}" tabindex="0"><table class="cards">'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _figure(value: float | None, n_digits: int, unit: str | None = None, *, signed: bool = False) -> str:
    if value is None:
        return ABSENT
    return number(value, n_digits, signed=signed) + (f" {unit}" if unit else "")


def _figures(result: MasterResult) -> str:
    headings = ("Figure", "Mix", "Master", "Change")
    bodies = []
    for group, fields in FIGURES:
        rows = "".join(
            f'<tr><th scope="row">{name}{_unit(field)}<small>{plain(_explanation(field))}</small></th>'
            + "".join(f'<td class="figure">{cell}</td>' for cell in cells)
            + "</tr>"
            for field, name, cells in _figure_cells(result, fields)
        )
        title = f'<tr class="group"><th colspan="4" scope="rowgroup">{group}</th></tr>'
        bodies.append(f"<tbody>{title}{rows}{_dc(group, result)}</tbody>")
    head = "".join(f'<th scope="col"{" class=figure" if i else ""}>{text}</th>' for i, text in enumerate(headings))
    table = (
        '<div class="scroll" role="region" aria-label="Figures before and after" tabindex="0"><table>'
        f"<thead><tr>{head}</tr></thead>{''.join(bodies)}</table></div>"
    )
    return _section("Before and after", _fair_comparison(result), table)


def _figure_cells(
    result: MasterResult, fields: Iterable[tuple[str, str, int]]
) -> Iterable[tuple[str, str, tuple[str, str, str]]]:
    for field, name, n_digits in fields:
        before, after = getattr(result.before, field), getattr(result.after, field)
        change = "–" if before is None or after is None else number(after - before, n_digits, signed=True)
        bounds = [
            "≤ " if field == "noise_floor_dbfs" and measured.noise_floor_confidence < SURE_OF_NOISE else ""
            for measured in (result.before, result.after)
        ]
        shown = [_figure(value, n_digits) for value in (before, after)]
        first, second = (b + text if text != ABSENT else text for b, text in zip(bounds, shown, strict=True))
        yield field, name, (first, second, change)


def _dc(group: str, result: MasterResult) -> str:
    """Return the row of the DC offset: one figure a channel, where absent means exactly zero."""
    if group != "Tone and edges":
        return ""

    def cell(measured: Measurement) -> str:
        values = measured.dc_offset_by_channel_dbfs
        return "<br>".join("none" if value is None else number(value, 1) for value in values) or ABSENT

    return (
        f'<tr><th scope="row">DC offset{_unit("dc_offset_dbfs")}<small>Level of each channel&#x27;s mean</small></th>'
        f'<td class="figure">{cell(result.before)}</td><td class="figure">{cell(result.after)}</td>'
        '<td class="figure">–</td></tr>'
    )


SURE_OF_NOISE = 0.5
"""Below this confidence the quietest frames hold music, and the noise lies somewhere under them."""


def _explanation(field: str) -> str:
    """Return what a figure means: the first part of its description in the model."""
    if field == "noise_floor_dbfs":
        return "Level of the quietest twentieth of the song; ≤ where music never pauses long enough to hear the noise"
    text = Measurement.model_fields[field].description or ""
    return text.split(";")[0].split(". ")[0].rstrip(".").replace(" -", " −")


def _unit(field: str) -> str:
    unit = None if field.startswith("n_") else unit_of(field)
    return f' <span class="in">{unit}</span>' if unit else ""


def _fair_comparison(result: MasterResult) -> str:
    before, after = result.before.integrated_lufs, result.after.integrated_lufs
    if before is None or after is None or abs(after - before) < 0.05:
        return ""
    louder, turned = ("louder", "down") if after > before else ("quieter", "up")
    size = number(abs(after - before), 1)
    return f"The master is {size} LU {louder} than the mix. To compare fairly, turn the master {turned} by {size} dB."


def _notes(result: MasterResult) -> str:
    if not result.notes:
        return ""
    stages = [(stage, list(notes)) for stage, notes in groupby(result.notes, key=lambda note: note.stage)]
    items = "".join(
        f"<div><dt>{plain(stage)}</dt>{''.join(f'<dd>{plain(note.text)}</dd>' for note in notes)}</div>"
        for stage, notes in stages
    )
    return _section("What was done, and why", "", f'<dl class="notes">{items}</dl>')


def _reduction_words(row: GainReduction | None) -> str:
    if row is None:
        return ""
    return (
        f"Deepest {number(row.max_db, 1)} dB, mean {number(row.mean_db, 1)} dB, "
        f"more than 0.5 dB in {number(row.active_percent, 0)} % of the time."
    )


def _gain_reduction(result: MasterResult) -> str:
    if not result.gain_reduction:
        return ""
    rows = [
        (
            plain(row.stage),
            f"{number(row.max_db, 1)} dB",
            f"{number(row.mean_db, 2)} dB",
            f"{_bar(row.active_percent)}{number(row.active_percent, 0)} %",
        )
        for row in result.gain_reduction
    ]
    headings = ("Stage", "Deepest", "Mean", "Time above 0.5 dB")
    return _section("Gain reduction", "How hard each dynamics stage worked.", _table(headings, rows, "Gain reduction"))


def _bar(share_percent: float) -> str:
    return (
        f'<span class="bar" aria-hidden="true"><i style="width:{min(max(share_percent, 0.0), 100.0):.1f}%"></i></span>'
    )


def _platforms(result: MasterResult) -> str:
    if not result.platforms:
        return ""
    rows = [
        (plain(entry.platform), f"{number(entry.gain_db, 1, signed=True)} dB", plain(entry.text))
        for entry in result.platforms
    ]
    table = _table(("Platform", "Gain", "In words"), rows, "Platforms", words=frozenset({2}))
    return _section("On the platforms", "What loudness normalisation will do to this master in playback.", table)


def _codec_checks(result: MasterResult) -> str:
    if not result.codec_checks:
        return ""
    rows = [
        (
            plain(check.codec),
            _figure(check.integrated_lufs, 2, "LUFS"),
            _figure(check.true_peak_dbtp, 2, "dBTP"),
            f"{number(check.lowered_db, 2)} dB" if check.lowered_db else "not needed",
        )
        for check in result.codec_checks
    ]
    table = _table(("Codec", "Loudness", "True peak", "Ceiling lowered by"), rows, "Codec checks")
    return _section("After lossy codecs", "The master was encoded as a trial, decoded and measured.", table)


def _speed(result: MasterResult) -> str:
    speed = result.speed
    return _section(
        "Speed",
        "",
        f"<p><b>{number(speed.real_time_ratio, 0)}×</b> real time by processor time: {number(speed.cpu_s, 2)} s of "
        f"processor time, {number(speed.wall_s, 2)} s from start to the written files.</p>",
    )


# Behind the curtain


def _details(result: MasterResult, pictures: PictureData) -> str:
    facts = [
        ("Mode", plain(result.mode)),
        ("Preset", plain(result.preset)),
        ("Genre asked for", plain(result.genre) if result.genre else "none"),
        ("The mix resembles", _resembles(result)),
        ("Mix", _material(result.before)),
        ("Master", _material(result.after)),
        ("Highest true peak at", _figure(result.after.true_peak_at_s, 1, "s")),
        ("Loudness", "ITU-R BS.1770-5, gated; loudness range by EBU Tech 3342"),
        ("True peak", "16 times oversampled, from the written file"),
    ]
    if result.report_json:
        facts.append(("As data", f"<bdi>{plain(_name(result.report_json))}</bdi>"))
    listed = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in facts)
    return (
        '<section class="details"><h2>Technical details</h2>'
        f'<dl class="facts">{listed}</dl>{_bands(result)}{_spectrum(pictures)}</section>'
    )


def _resembles(result: MasterResult) -> str:
    shares = sorted(result.resembles.items(), key=lambda item: -item[1])
    return (
        ", ".join(f"{plain(name)} {number(100 * share, 0)} %" for name, share in shares) or "none of the genres known"
    )


def _material(measured: Measurement) -> str:
    channels = {1: "mono", 2: "stereo"}.get(measured.n_channels, f"{measured.n_channels} channels")
    return f"{measured.sample_rate / 1000:g} kHz, {channels}, {clock(measured.duration_s, 3)}"


def _bands(result: MasterResult) -> str:
    if not result.after.bands:
        return ""
    mixes = {band.name: band for band in result.before.bands}
    rows = []
    for band in result.after.bands:
        mix = mixes.get(band.name)
        rows.append(
            (
                f"{plain(band.name)}<small>{band.low_hz:g} to {band.high_hz:g} Hz</small>",
                _figure(mix.correlation if mix else None, 2),
                _figure(band.correlation, 2),
                _figure(mix.width_percent if mix else None, 1, "%"),
                _figure(band.width_percent, 1, "%"),
            )
        )
    headings = ("Band", "Correlation, mix", "master", "Width, mix", "master")
    table = _table(headings, rows, "Stereo image by band")
    return f"<details><summary>Stereo image by band</summary>{table}</details>"


def _spectrum(pictures: PictureData) -> str:
    columns: tuple[Any, ...] = (pictures.before_db, pictures.target_db, pictures.after_db, pictures.eq_db)
    hz = pictures.bands_hz.tolist()
    if any(len(column) != len(hz) for column in columns) or not hz:
        return ""

    def cell(value: float, *, signed: bool = True) -> str:
        return number(value, 1, signed=signed) if abs(value) < float("inf") else ABSENT

    rows = [(f"{centre:g} Hz", *(cell(float(column[i])) for column in columns)) for i, centre in enumerate(hz)]
    headings = ("Third of an octave", "Mix", "Target", "Master", "Equaliser")
    table = _table(headings, rows, "Tonal balance in figures, dB")
    return f"<details><summary>Tonal balance in figures (dB)</summary>{table}</details>"


# For notebooks

_NOTEBOOK_STYLE = (
    ".tonmeister-result{max-width:46em}"
    ".tonmeister-result table{border-collapse:collapse;margin:.6em 0;font-variant-numeric:tabular-nums}"
    ".tonmeister-result td,.tonmeister-result th{padding:.2em .8em .2em 0;text-align:left;vertical-align:top;"
    "border-bottom:1px solid rgba(128,128,128,.35);background:none;white-space:normal}"
    ".tonmeister-result td.figure,.tonmeister-result th.figure{text-align:right;white-space:nowrap}"
    ".tonmeister-result .in{font-weight:400;opacity:.7}"
    ".tonmeister-result .title{font-weight:600;font-size:1.15em;overflow-wrap:anywhere}"
)
_NOTEBOOK_FIGURES = 3


def notebook_html(result: MasterResult) -> str:
    """Return the figures before and after, the verdict and the notes as a fragment for a notebook."""
    is_kept, sentence = verdict(result)
    rows = "".join(
        f'<tr><th scope="row">{name}{_unit(field)}</th>' + "".join(f'<td class="figure">{cell}</td>' for cell in cells)
        + "</tr>"
        for _, fields in FIGURES[:_NOTEBOOK_FIGURES]
        for field, name, cells in _figure_cells(result, fields)
    )  # fmt: skip
    head = "".join(f'<th scope="col" class="figure">{name}</th>' for name in ("Mix", "Master", "Change"))
    warnings = "".join(f"<li>{plain(text)}</li>" for text in result.warnings)
    notes = "".join(
        f'<tr><th scope="row">{plain(note.stage)}</th><td>{plain(note.text)}</td></tr>' for note in result.notes
    )
    return (
        f'<div class="tonmeister-result"><style>{_NOTEBOOK_STYLE}</style>'
        f'<div class="title"><bdi>{plain(result.title)}</bdi></div>'
        f"<div>{'✓' if is_kept else '!'} {plain(sentence)} Target {_figure(result.target_lufs, 2, 'LUFS')}, "
        f"ceiling {_figure(result.ceiling_dbtp, 2, 'dBTP')}.</div>"
        + (f"<ul>{warnings}</ul>" if warnings else "")
        + f'<table><thead><tr><th scope="col">Figure</th>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table>" + (f"<table><tbody>{notes}</tbody></table>" if notes else "") + "</div>"
    )

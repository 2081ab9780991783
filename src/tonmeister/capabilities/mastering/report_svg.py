"""The report's pictures: curves as SVG paths, axes and legends as text that keeps its size on any screen.

Each picture is one block of HTML. The SVG inside is stretched over the whole field and holds shapes alone; words stand
beside it, placed in percent, so that they stay readable on a telephone and on paper.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tonmeister.capabilities.mastering.pictures import PictureData

Curve = NDArray[np.float64]

FIELD_WIDTH, FIELD_HEIGHT = 1000, 300
"""Units of the drawing field: about one for each pixel of a large screen."""
WINDOW_S = 3.0
"""Window of the short-term loudness: its first value belongs to the window that ends here."""
LOUDNESS_SPAN_LU = 40.0
SPECTRUM_SPAN_DB = 60.0
BEFORE, AFTER, TARGET, CEILING, EQ, REDUCTION = "before", "after", "target", "ceiling", "eq", "reduction"

_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def plain(text: str) -> str:
    """Return text as it may stand in HTML, in attributes too: markup is escaped, what no page may hold is replaced."""
    return escape(_UNPRINTABLE.sub("\ufffd", text), quote=True)


def number(value: float, n_digits: int, *, signed: bool = False) -> str:
    """Return a figure with a true minus sign and without a negative zero."""
    text = f"{value:{'+' if signed else ''}.{n_digits}f}"
    if not text.strip("+-0."):
        text = text.lstrip("+-")
    return text.replace("-", "−")


def clock(time_s: float, n_digits: int = 0) -> str:
    """Return a time as minutes and seconds, with hours where there are any."""
    whole = round(time_s, n_digits)
    minutes, seconds = divmod(whole, 60)
    width = 2 if n_digits == 0 else 3 + n_digits
    tail = f"{seconds:0{width}.{n_digits}f}"
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours}:{minutes:02d}:{tail}" if hours else f"{minutes}:{tail}"


@dataclass(frozen=True)
class Tick:
    """A mark on an axis; a spare one gives way on small screens."""

    value: float
    text: str
    is_spare: bool = False


@dataclass(frozen=True)
class Axis:
    """One direction of a picture: what its ends stand for, and its marks. The vertical axis begins at the bottom."""

    low: float
    high: float
    ticks: tuple[Tick, ...]
    name: str
    is_log: bool = False

    def share(self, values: Curve | float) -> Curve:
        """Return where values lie, 0 to 1 from the low to the high end; beyond them it goes on by half at most."""
        given = np.asarray(values, dtype=np.float64)
        low, high = (math.log(self.low), math.log(self.high)) if self.is_log else (self.low, self.high)
        scaled = np.log(np.maximum(given, 1e-9)) if self.is_log else given
        return np.asarray(np.clip((scaled - low) / (high - low), -0.5, 1.5))


def linear_axis(low: float, high: float, step: float, name: str, *, signed: bool = False) -> Axis:
    """Return an axis from ``low`` to ``high`` with a mark at each multiple of ``step``."""
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    marks = [i * step for i in range(first, last + 1)]
    return Axis(low, high, tuple(Tick(at, number(at, 0, signed=signed)) for at in marks), name)


def time_axis(duration_s: float) -> Axis:
    """Return the axis of the song's time, with at most nine marks."""
    duration_s = max(duration_s, 0.01)
    steps = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200)
    step = next((step for step in steps if duration_s / step <= 8), duration_s / 4)
    marks = [i * step for i in range(math.floor(duration_s / step + 1e-9) + 1)]
    if step < 1:
        ticks = tuple(Tick(at, f"{at:.2f}".rstrip("0").rstrip("."), i % 2 == 1) for i, at in enumerate(marks))
        return Axis(0, duration_s, ticks, "time in seconds")
    ticks = tuple(Tick(at, clock(at), i % 2 == 1) for i, at in enumerate(marks))
    return Axis(0, duration_s, ticks, "time in minutes:seconds")


def frequency_axis() -> Axis:
    """Return the axis of what can be heard: 20 Hz to 20 kHz."""
    marks = [(20, "20"), (50, "50"), (100, "100"), (200, "200"), (500, "500")]
    marks += [(1000, "1k"), (2000, "2k"), (5000, "5k"), (10000, "10k"), (20000, "20k")]
    spare = (50, 200, 500, 2000, 5000, 20000)
    ticks = tuple(Tick(at, text, at in spare) for at, text in marks)
    return Axis(20, 20000, ticks, "frequency in Hz", is_log=True)


def _curve(values: NDArray[Any]) -> Curve:
    return np.asarray(values, dtype=np.float64)


def _points(x: Curve, y: Curve) -> str:
    return "L".join(f"{a:.1f} {b:.1f}" for a, b in zip(x.tolist(), y.tolist(), strict=True))


def thin(x: Curve, y: Curve, n_columns: int = FIELD_WIDTH) -> tuple[Curve, Curve]:
    """Return a curve with at most two points a column, the lowest and the highest there: no peak is lost."""
    if len(y) <= 2 * n_columns:
        return x, y
    starts = np.linspace(0, len(y), n_columns, endpoint=False).astype(int)
    low, high = np.fmin.reduceat(y, starts), np.fmax.reduceat(y, starts)
    return np.repeat(x[starts], 2), np.stack([low, high], axis=1).ravel()


def curve_path(x_axis: Axis, y_axis: Axis, x: Curve, y: Curve) -> str:
    """Return the path of a curve. It breaks where a value does not exist and leaves the field downwards at silence."""
    x, y = thin(x, y)
    across = FIELD_WIDTH * x_axis.share(x)
    down = FIELD_HEIGHT * (1 - y_axis.share(y))
    known = np.flatnonzero(~np.isnan(y))
    runs = np.split(known, np.flatnonzero(np.diff(known) > 1) + 1) if len(known) else []
    return "".join(f"M{_points(across[run], down[run])}" + ("h.1" if len(run) == 1 else "") for run in runs)


def area_path(x_axis: Axis, y_axis: Axis, x: Curve, low: Curve, high: Curve) -> str:
    """Return the path around everything between two curves."""
    if not len(x):
        return ""
    across = FIELD_WIDTH * x_axis.share(x)
    top, bottom = FIELD_HEIGHT * (1 - y_axis.share(high)), FIELD_HEIGHT * (1 - y_axis.share(low))
    return f"M{_points(across, top)}L{_points(across[::-1], bottom[::-1])}Z"


def level_path(y_axis: Axis, *values: float) -> str:
    """Return straight lines across the field at these values."""
    heights = FIELD_HEIGHT * (1 - y_axis.share(np.array(values)))
    return "".join(f"M0 {height:.1f}H{FIELD_WIDTH}" for height in heights.tolist())


def stripes_path(is_on: NDArray[np.bool_], x_axis: Axis, edges: Curve) -> str:
    """Return upright stripes wherever ``is_on``; part i reaches from ``edges[i]`` to ``edges[i + 1]``."""
    changes = np.flatnonzero(np.diff(np.concatenate([[False], is_on, [False]]).astype(np.int8)))
    at = (FIELD_WIDTH * x_axis.share(edges[changes])).tolist() if len(changes) else []
    return "".join(f"M{a:.1f} 0H{b:.1f}V{FIELD_HEIGHT}H{a:.1f}Z" for a, b in zip(at[::2], at[1::2], strict=True))


@dataclass(frozen=True)
class Shape:
    """One path of a picture: ``kind`` is line, area or stripes, ``role`` what it stands for (a colour and a dash)."""

    kind: str
    role: str
    path: str


def legend(*entries: tuple[str, str, str]) -> str:
    """Return the legend: kind, role and name of each shape."""
    drawing = {
        "line": '<path class="line {role}" d="M0 5H26"/>',
        "area": '<path class="area {role}" d="M0 1H26V9H0Z"/>',
        "stripes": '<path class="stripes {role}" d="M0 0H26V10H0Z"/>',
    }
    items = "".join(
        f'<li><svg class="key" viewBox="0 0 26 10" aria-hidden="true">{drawing[kind].format(role=role)}</svg>'
        f"{plain(name)}</li>"
        for kind, role, name in entries
    )
    return f'<ul class="legend">{items}</ul>'


def plot(x: Axis, y: Axis, shapes: Sequence[Shape], description: str, size: str = "") -> str:
    """Return one field with its axes; ``description`` says in words what a reader would see."""
    grid = "".join(f"M0 {FIELD_HEIGHT * (1 - float(y.share(t.value))):.1f}H{FIELD_WIDTH}" for t in y.ticks)
    grid += "".join(f"M{FIELD_WIDTH * float(x.share(t.value)):.1f} 0V{FIELD_HEIGHT}" for t in x.ticks)
    paths = "".join(f'<path class="{s.kind} {s.role}" d="{s.path}"/>' for s in shapes if s.path)
    marks_y = "".join(f'<span style="top:{100 * (1 - float(y.share(t.value))):.2f}%">{t.text}</span>' for t in y.ticks)
    marks_x = "".join(
        f'<span{" class=spare" if t.is_spare else ""} style="left:{100 * float(x.share(t.value)):.2f}%">{t.text}</span>'
        for t in x.ticks
    )
    return (
        f'<div class="plot {size}" role="img" aria-label="{plain(description)}">'
        f'<p class="unit">{plain(y.name)}</p><div class="y">{marks_y}</div>'
        f'<div class="field"><svg viewBox="0 0 {FIELD_WIDTH} {FIELD_HEIGHT}" preserveAspectRatio="none" '
        f'aria-hidden="true"><path class="grid" d="{grid}"/>{paths}</svg></div>'
        f'<div class="x">{marks_x}</div><p class="unit along">{plain(x.name)}</p></div>'
    )


def figure(title: str, explanation: str, *content: str) -> str:
    """Return a picture under its title."""
    return (
        f"<figure><figcaption><h2>{plain(title)}</h2><p>{plain(explanation)}</p></figcaption>"
        f"{''.join(content)}</figure>"
    )


def _amplitude_axis(top: float) -> Axis:
    marks = [Tick(0.0, "−∞")]
    for level_db in (0, -6):
        height = 10 ** (level_db / 20)
        marks += [Tick(sign * height, number(level_db, 0)) for sign in (1, -1)]
    return Axis(-top, top, tuple(marks), "dBFS")


def waveform_picture(pictures: PictureData, ceiling_dbtp: float, integrated_lufs: float | None) -> str:
    """Draw the waveform before over after, on one scale, with the ceiling and with the loud parts marked."""
    sketches = ((BEFORE, "Mix", pictures.waveform_before), (AFTER, "Master", pictures.waveform_after))
    if not any(len(sketch) for _, _, sketch in sketches):
        return figure("Waveform", "Not measurable: the song holds no samples.")
    x = time_axis(pictures.duration_s)
    top = max(1.0, *(float(np.abs(sketch).max(initial=0.0)) for _, _, sketch in sketches)) * 1.03
    y = _amplitude_axis(top)
    ceiling = 10 ** (ceiling_dbtp / 20)
    loud = _loud_stripes(pictures, integrated_lufs, x)
    fields = []
    for role, name, sketch in sketches:
        peak = float(np.abs(sketch).max(initial=0.0))
        middle = (np.arange(len(sketch)) + 0.5) / max(1, len(sketch)) * pictures.duration_s
        low, high = _curve(sketch[:, 0]), _curve(sketch[:, 1])
        shapes = [
            Shape("stripes", "loud", loud),
            Shape("area", role, area_path(x, y, middle, low, high)),
            Shape("line", CEILING, level_path(y, ceiling, -ceiling)),
        ]
        level = f"{number(20 * math.log10(peak), 1)} dBFS" if peak > 0 else "silence"
        described = (
            f"Waveform of the {name.lower()}, {clock(pictures.duration_s)} long: its highest sample is at {level}. "
            f"The ceiling of {number(ceiling_dbtp, 1)} dBTP is drawn as a line."
        )
        fields.append(f"<h3>{name}</h3>{plot(x, y, shapes, described, size='low')}")
    names = [
        ("area", BEFORE, "mix"),
        ("area", AFTER, "master"),
        ("line", CEILING, f"ceiling {number(ceiling_dbtp, 1)} dBTP"),
    ]
    if loud:
        names.append(("stripes", "loud", "louder than the song as a whole"))
    explanation = "Lowest and highest sample of each moment, mix over master on the same scale."
    return figure("Waveform", explanation, legend(*names), *fields)


def _loudness_times(n: int, hop_s: float, duration_s: float) -> Curve:
    """Return the middle of the window that each short-term value belongs to."""
    return _curve(np.minimum(np.arange(n) * hop_s + WINDOW_S / 2, duration_s))


def _loud_stripes(pictures: PictureData, integrated_lufs: float | None, x: Axis) -> str:
    curve = pictures.loudness_after_lufs
    if integrated_lufs is None or not len(curve):
        return ""
    n_columns = min(len(curve), FIELD_WIDTH // 4)
    starts = np.linspace(0, len(curve), n_columns, endpoint=False).astype(int)
    is_loud = np.fmax.reduceat(_curve(curve), starts) > integrated_lufs
    times = _loudness_times(len(curve), pictures.loudness_hop_s, pictures.duration_s)
    return stripes_path(is_loud, x, np.append(times[starts], times[-1]))


def loudness_picture(pictures: PictureData, target_lufs: float) -> str:
    """Draw the short-term loudness over time, before and after, with the target."""
    curves = ((BEFORE, "mix", pictures.loudness_before_lufs), (AFTER, "master", pictures.loudness_after_lufs))
    heard = np.concatenate([_curve(curve)[np.isfinite(curve)] for _, _, curve in curves])
    if not len(heard):
        return figure("Loudness over time", "Not measurable: short-term loudness needs 3 seconds that are not silent.")
    highest = 5 * math.ceil((max(float(heard.max()), target_lufs) + 0.5) / 5)
    lowest = 5 * math.floor(min(float(heard.min()), target_lufs - 5) / 5)
    is_cut = lowest < highest - LOUDNESS_SPAN_LU
    y = linear_axis(max(lowest, highest - LOUDNESS_SPAN_LU), highest, 5, "LUFS")
    x = time_axis(pictures.duration_s)
    shapes, spans = [], []
    for role, name, curve in curves:
        values = _curve(curve)
        times = _loudness_times(len(values), pictures.loudness_hop_s, pictures.duration_s)
        shapes.append(Shape("line", role, curve_path(x, y, times, values)))
        finite = values[np.isfinite(values)]
        if len(finite):
            spans.append(f"{name} from {number(float(finite.min()), 1)} to {number(float(finite.max()), 1)} LUFS")
    shapes.append(Shape("line", TARGET, level_path(y, target_lufs)))
    target = f"target {number(target_lufs, 1)} LUFS"
    explanation = (
        "Short-term loudness: each point is the loudness of the 3 seconds around it. "
        "The target holds for the whole song."
    )
    if is_cut:
        explanation += f" Passages below {number(y.low, 0)} LUFS leave the picture."
    names = legend(("line", BEFORE, "mix"), ("line", AFTER, "master"), ("line", TARGET, target))
    described = f"Short-term loudness over time: {'; '.join(spans)}; {target}."
    return figure("Loudness over time", explanation, names, plot(x, y, shapes, described))


def spectrum_picture(pictures: PictureData) -> str:
    """Draw the third-octave spectra before, after and aimed at, and the equaliser's curve below."""
    drawn = [(BEFORE, "mix", pictures.before_db), (TARGET, "target", pictures.target_db)]
    drawn += [(AFTER, "master", pictures.after_db)]
    curves = [(role, name, _curve(values)) for role, name, values in drawn if np.isfinite(values).any()]
    if not curves:
        return figure("Tonal balance", "Not measurable: there is no spectrum of silence.")
    hz = _curve(pictures.bands_hz)
    heard = np.concatenate([curve[np.isfinite(curve)] for _, _, curve in curves])
    top = 6 * math.ceil((float(heard.max()) + 1) / 6)
    bottom = max(6 * math.floor((float(heard.min()) - 1) / 6), top - SPECTRUM_SPAN_DB)
    x, y = frequency_axis(), linear_axis(bottom, top, 6 if top - bottom <= 48 else 12, "dB", signed=True)
    shapes = [Shape("line", role, curve_path(x, y, hz, curve)) for role, _, curve in curves]
    names = legend(*(("line", role, name) for role, name, _ in curves))
    described = "Third-octave spectra from 20 Hz to 20 kHz: " + ", ".join(name for _, name, _ in curves) + "."
    explanation = (
        "Level of each third of an octave against the mean from 200 Hz to 5 kHz: the balance of lows, mids and highs."
    )
    return figure("Tonal balance", explanation, names, plot(x, y, shapes, described), _eq_field(hz, pictures, x))


def _eq_field(hz: Curve, pictures: PictureData, x: Axis) -> str:
    gain_db = _curve(pictures.eq_db)
    if not np.isfinite(gain_db).any():
        return '<p class="quiet">The tonal balance stage was off.</p>'
    reach_db = 3.0 * max(1, math.ceil(float(np.nanmax(np.abs(gain_db))) / 3 + 1e-9))
    y = linear_axis(-reach_db, reach_db, 3 if reach_db <= 9 else 6, "dB", signed=True)
    zero = np.zeros_like(gain_db)
    shapes = [
        Shape("area", EQ, area_path(x, y, hz, zero, np.where(np.isfinite(gain_db), gain_db, 0.0))),
        Shape("line", EQ, curve_path(x, y, hz, gain_db)),
    ]
    up, down = int(np.nanargmax(gain_db)), int(np.nanargmin(gain_db))
    described = (
        f"Gain of the equaliser from 20 Hz to 20 kHz: highest {number(float(gain_db[up]), 1, signed=True)} dB at "
        f"{hz[up]:g} Hz, lowest {number(float(gain_db[down]), 1, signed=True)} dB at {hz[down]:g} Hz."
    )
    return f"<h3>What the equaliser did</h3>{plot(x, y, shapes, described, size='low')}"


def reduction_picture(pictures: PictureData, figures: str) -> str:
    """Draw the limiter's gain reduction over time, downwards; ``figures`` says its figures in words."""
    depth_db = _curve(pictures.reduction_db)
    if not np.isfinite(depth_db).any():
        return figure("Limiter", "The limiter's gain reduction is not measurable.")
    reach_db = 3.0 * max(1, math.ceil(float(np.nanmax(depth_db)) / 3 + 1e-9))
    step = 1 if reach_db <= 3 else 3 if reach_db <= 12 else 6
    x, y = time_axis(pictures.duration_s), linear_axis(-reach_db, 0, step, "dB")
    parts = np.arange(len(depth_db)) / max(1, len(depth_db)) * pictures.duration_s
    times, depth_db = thin(parts + 0.5 * pictures.duration_s / max(1, len(depth_db)), depth_db)
    known = np.where(np.isfinite(depth_db), depth_db, 0.0)
    shapes = [
        Shape("area", REDUCTION, area_path(x, y, times, -known, np.zeros_like(known))),
        Shape("line", REDUCTION, curve_path(x, y, times, -depth_db)),
    ]
    described = f"Gain reduction of the limiter over time. {figures}"
    explanation = f"How far the limiter turned the song down at each moment. {figures}"
    return figure("Limiter", explanation, plot(x, y, shapes, described, size="low"))

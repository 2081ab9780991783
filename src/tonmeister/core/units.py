"""The units of physical numbers: the suffix of a field's name says what it is measured in."""

from __future__ import annotations

import math

UNITS: dict[str, str] = {
    "lufs": "LUFS",
    "lu": "LU",
    "dbtp": "dBTP",
    "dbfs": "dBFS",
    "db": "dB",
    "hz": "Hz",
    "khz": "kHz",
    "bpm": "BPM",
    "ms": "ms",
    "s": "s",
    "samples": "samples",
    "semitones": "semitones",
    "cents": "cents",
    "percent": "%",
    "bits": "bits",
    "kbps": "kbit/s",
    "mb": "MB",
    "octaves": "octaves",
    "degrees": "°",
}
"""Unit as people write it, by the suffix of a field's name."""


def unit_of(name: str) -> str | None:
    """Return the unit that a field's name ends in, or None where it names none: ``"release_ms"`` gives ``"ms"``.

    A slope names two units: ``"tilt_db_per_octave"`` gives ``"dB per octave"``; so does ``"samples_per_pixel"``.
    """
    head, per, tail = name.rpartition("_per_")
    if per:
        unit = UNITS.get(head) or unit_of(head)
        return f"{unit} per {tail.replace('_', ' ')}" if unit else None
    stem, _, suffix = name.rpartition("_")
    return UNITS.get(suffix) if stem else None


def whole(value: float) -> int:
    """Return a figure as it is shown to people without decimals, a half upwards: 64.5 is 65, as pages show it too."""
    return math.floor(value + 0.5)

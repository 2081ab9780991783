"""Write docs/reference/presets.md from the mastering catalogue: ``python tools/write_presets_page.py``."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tonmeister.capabilities.mastering.presets import (
    ANCHORS_HZ,
    Catalogue,
    Genre,
    Platform,
    Preset,
    TierSettings,
    catalogue,
)
from tonmeister.core.units import unit_of

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "presets.md"
Entry = Preset | TierSettings | Genre | Platform
TEXTS = {"title", "description", "source"}

INTRODUCTION = """# Presets, genres, platforms and tiers

Everything on this page is data of `src/tonmeister/capabilities/mastering/presets.toml`, its only home; the page is
written by `tools/write_presets_page.py`. Where the genre curves come from, and how far to trust them, is told in
[decision 0005](../decisions/0005-where-the-genre-curves-come-from.md). `tonmeister presets` lists the same in a
terminal.
"""


def compose_page(entries: Catalogue) -> str:
    """Return the whole page as Markdown."""
    parts = [
        INTRODUCTION,
        "## Presets\n",
        "A preset is a character on top of whatever the song or its genre decides.\n",
        *_settings(entries.preset, Preset),
        "## Tiers\n",
        *_settings(entries.tier, TierSettings),
        "## Genres\n",
        "What finished records of a genre measure like.\n",
        *_settings(entries.genre, Genre, without={"tonal_balance_db"}),
        "### Tonal balance\n",
        "Third-octave band levels in dB against the band at 1 kHz.\n",
        _table(
            ["Genre", *(_hertz(frequency) for frequency in ANCHORS_HZ)],
            (
                [f"`{name}`", *(_cell(level) for level in genre.tonal_balance_db)]
                for name, genre in entries.genre.items()
            ),
        ),
        "### Where the figures come from\n",
        *(f"- `{name}`: {genre.source}" for name, genre in entries.genre.items()),
        "",
        "## Platforms\n",
        *_settings(entries.platform, Platform),
        "### Where the figures come from\n",
        *(
            f"- `{name}`: {platform.source}. Read {platform.checked.isoformat()}."
            for name, platform in entries.platform.items()
        ),
    ]
    return "\n".join(parts).rstrip() + "\n"


def _settings(members: Mapping[str, Entry], model: type[Entry], without: Iterable[str] = ()) -> list[str]:
    """Return a table of descriptions, one of figures, and a legend made of the fields' own docstrings."""
    shown = [name for name in model.model_fields if name not in {*TEXTS, "checked", *without}]
    described = _table(
        ["Name", "Title", "What it does"],
        ([f"`{name}`", entry.title, entry.description] for name, entry in members.items()),
    )
    figures = _table(
        ["Name", *(_heading(field) for field in shown)],
        ([f"`{name}`", *(_cell(getattr(member, field)) for field in shown)] for name, member in members.items()),
    )
    legend = [
        f"- **{_heading(field)}**: {model.model_fields[field].description}{_default(model, field)}" for field in shown
    ]
    return [described, figures, *legend, ""]


def _default(model: type[Entry], field: str) -> str:
    info = model.model_fields[field]
    return "" if info.is_required() or info.default in (None, False, {}) else f" Default: {_cell(info.default)}."


def _heading(field: str) -> str:
    unit = unit_of(field)
    words = field.removeprefix("n_").replace("_", " ")
    return f"{words.rpartition(' ')[0]} ({unit})" if unit else words


def _hertz(frequency: float) -> str:
    return f"{frequency / 1000:g} kHz" if frequency >= 1000 else f"{frequency:g} Hz"


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case dict():
            return ", ".join(f"{name} {_cell(number)}" for name, number in value.items())
        case int() | float():
            return f"{value:g}".replace("-", "\N{MINUS SIGN}")
        case _:
            return str(value)


def _table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = list(headings)
    lines = [head, ["---"] * len(head), *(list(row) for row in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + "\n"


if __name__ == "__main__":
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(compose_page(catalogue()), encoding="utf-8")
    print(f"{PAGE.name} written", file=sys.stderr)

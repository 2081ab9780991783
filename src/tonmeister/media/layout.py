"""Which loudspeaker each channel of a file is for."""

from __future__ import annotations

# Bit order of WAVE_FORMAT_EXTENSIBLE's channel mask; files hold their channels in this order.
MASK_SPEAKERS = (
    "L", "R", "C", "LFE", "Lrs", "Rrs", "Lc", "Rc", "Cs", "Ls", "Rs", "Ts", "Tfl", "Tfc", "Tfr", "Tbl", "Tbc", "Tbr",
)  # fmt: skip

SURROUND = ("L", "R", "C", "LFE", "Ls", "Rs")

_DEFAULTS: dict[int, tuple[str, ...]] = {
    1: ("M",),
    2: ("L", "R"),
    3: ("L", "R", "C"),
    4: ("L", "R", "Ls", "Rs"),
    5: ("L", "R", "C", "Ls", "Rs"),
    6: SURROUND,
    7: ("L", "R", "C", "LFE", "Cs", "Ls", "Rs"),
    8: ("L", "R", "C", "LFE", "Lrs", "Rrs", "Ls", "Rs"),
}

# Vorbis I specification, section 4.3.9; Opus (RFC 7845, section 5.1.1.2) takes the same order over.
VORBIS_ORDER: dict[int, tuple[str, ...]] = {
    1: ("M",),
    2: ("L", "R"),
    3: ("L", "C", "R"),
    4: ("L", "R", "Ls", "Rs"),
    5: ("L", "C", "R", "Ls", "Rs"),
    6: ("L", "C", "R", "Ls", "Rs", "LFE"),
    7: ("L", "C", "R", "Ls", "Rs", "Cs", "LFE"),
    8: ("L", "C", "R", "Ls", "Rs", "Lrs", "Rrs", "LFE"),
}

_FFMPEG_NAMES = {
    "FL": "L", "FR": "R", "FC": "C", "LFE": "LFE", "BL": "Lrs", "BR": "Rrs", "FLC": "Lc", "FRC": "Rc", "BC": "Cs",
    "SL": "Ls", "SR": "Rs",
}  # fmt: skip


def default_layout(n_channels: int) -> tuple[str, ...]:
    """Return the speakers that ``n_channels`` channels are for where the file does not say."""
    return _DEFAULTS.get(n_channels) or tuple(f"X{index}" for index in range(1, n_channels + 1))


def from_mask(mask: int, n_channels: int) -> tuple[str, ...]:
    """Return the speakers that a channel mask names; a mask that does not fit the channels is not believed."""
    named = tuple(speaker for bit, speaker in enumerate(MASK_SPEAKERS) if mask >> bit & 1)
    if len(named) != n_channels or n_channels == 1:
        return default_layout(n_channels)
    return _sides(named)


def to_mask(layout: tuple[str, ...]) -> int:
    """Return the channel mask of a layout whose speakers are in mask order, 0 where a speaker has no bit."""
    if layout == ("M",):
        return 1 << MASK_SPEAKERS.index("C")
    if not all(speaker in MASK_SPEAKERS for speaker in layout):
        return 0
    return sum(1 << MASK_SPEAKERS.index(speaker) for speaker in layout)


def from_ffmpeg(names: list[str]) -> tuple[str, ...]:
    """Return the speakers that FFmpeg's channel names mean."""
    if names in (["FC"], ["MONO"]):
        return ("M",)
    named = tuple(_FFMPEG_NAMES.get(name, "") for name in names)
    return _sides(named) if all(named) and len(set(named)) == len(named) else default_layout(len(names))


def _sides(named: tuple[str, ...]) -> tuple[str, ...]:
    """Call the only pair of surround speakers Ls and Rs, whether the file says that it is at the side or behind."""
    if "Ls" in named or "Rs" in named:
        return named
    return tuple({"Lrs": "Ls", "Rrs": "Rs"}.get(speaker, speaker) for speaker in named)


def normal_order(layout: tuple[str, ...]) -> tuple[int, ...] | None:
    """Return where each channel of the house's order (L R C LFE, the rest) stands in ``layout``; None if in place."""
    rank = {speaker: index for index, speaker in enumerate(MASK_SPEAKERS)}
    order = tuple(sorted(range(len(layout)), key=lambda index: rank.get(layout[index], len(rank) + index)))
    return None if order == tuple(range(len(layout))) else order

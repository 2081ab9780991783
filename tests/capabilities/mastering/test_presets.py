"""The mastering catalogue holds together, and its page tells what it says."""

from __future__ import annotations

import importlib.util
import itertools
import math
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest

from tonmeister.capabilities.mastering.params import PresetsParams
from tonmeister.capabilities.mastering.presets import ANCHORS_HZ, Genre, Platform, catalogue, choose, presets
from tonmeister.core.errors import ChoiceUnknownError

ROOT = Path(__file__).resolve().parents[3]

PRESETS = {"adaptive", "gentle", "warm", "bright", "punchy"}
TIERS = {"draft", "standard", "fine"}
GENRES = """
    pop rock indie metal punk hip-hop trap drill rnb soul funk jazz blues classical acoustic folk country
    singer-songwriter house techno trance dnb dubstep edm lofi ambient reggae latin afrobeats highlife world gospel
    soundtrack spoken-word podcast-voice
"""
PLATFORMS = """
    spotify spotify-loud apple-music youtube amazon-music tidal deezer soundcloud podcast ebu-r128 atsc-a85 cd club
"""

every_genre = pytest.mark.parametrize("genre", catalogue().genre.values(), ids=list(catalogue().genre))
every_platform = pytest.mark.parametrize("platform", catalogue().platform.values(), ids=list(catalogue().platform))


def band(genre: str, frequency_hz: float) -> float:
    return catalogue().genre[genre].tonal_balance_db[ANCHORS_HZ.index(frequency_hz)]


def test_the_promised_names_exist() -> None:
    assert set(catalogue().preset) == PRESETS
    assert set(catalogue().tier) == TIERS
    assert set(catalogue().genre) >= set(GENRES.split())
    assert len(catalogue().genre) >= 20
    assert set(catalogue().platform) >= set(PLATFORMS.split())


@pytest.mark.parametrize("kind", ["preset", "genre", "platform", "tier"])
def test_names_are_what_choose_looks_for_and_titles_differ(kind: str) -> None:
    members = getattr(catalogue(), kind)
    for name, member in members.items():
        assert choose(kind, members, f" {name.upper().replace('-', '_')} ") is member
    assert len({member.title for member in members.values()}) == len(members)


def test_a_misspelt_genre_is_answered_with_the_nearest() -> None:
    with pytest.raises(ChoiceUnknownError, match="techno"):
        choose("genre", catalogue().genre, "tekno")


@every_genre
def test_tonal_balance_is_smooth_and_zero_at_1_khz(genre: Genre) -> None:
    levels = genre.tonal_balance_db
    assert levels[ANCHORS_HZ.index(1000.0)] == 0
    lowest, *middle, highest = (abs(right - left) for left, right in itertools.pairwise(levels))
    assert max(middle) <= 9
    assert max(lowest, highest) <= 14, "records end within an octave at 31.5 Hz and 16 kHz, but not at a cliff"


@every_genre
def test_tonal_balance_falls_steadily_above_1_khz(genre: Genre) -> None:
    upper = genre.tonal_balance_db[ANCHORS_HZ.index(1000.0) :]
    steps = [right - left for left, right in itertools.pairwise(upper)]
    assert all(step < 0 for step in steps)
    bends = [later - earlier for earlier, later in itertools.pairwise(steps)]
    assert max(bends) <= 1, "an octave falls clearly less than the one below it"


@every_genre
def test_loudness_peak_and_their_ratio_agree(genre: Genre) -> None:
    assert genre.ceiling_dbtp - genre.target_lufs == pytest.approx(genre.plr_db, abs=1.5)


def test_louder_genres_have_smaller_ratios_of_peak_to_loudness() -> None:
    music = [genre for genre in catalogue().genre.values() if genre.side_db > -20]
    by_loudness = sorted(music, key=lambda genre: genre.target_lufs)
    ratios = [genre.plr_db for genre in by_loudness]
    assert ratios == sorted(ratios, reverse=True)
    assert max(genre.plr_db for genre in music if genre.target_lufs >= -9) <= 8
    assert min(genre.plr_db for genre in music if genre.target_lufs <= -15) >= 14


def test_quiet_genres_keep_their_range() -> None:
    music = [genre for genre in catalogue().genre.values() if genre.side_db > -20]
    loud = [genre for genre in music if genre.target_lufs >= -10]
    quiet = [genre for genre in music if genre.target_lufs <= -14]
    assert max(genre.range_lu for genre in loud) < min(genre.range_lu for genre in quiet)
    assert max(genre.compression_percent for genre in quiet) < min(genre.compression_percent for genre in loud)


def test_every_two_genres_differ_audibly() -> None:
    for (left, a), (right, b) in itertools.combinations(catalogue().genre.items(), 2):
        tone = math.dist(a.tonal_balance_db, b.tonal_balance_db)
        assert tone + abs(a.plr_db - b.plr_db) > 1.5, (left, right, tone)


@pytest.mark.parametrize(
    ("more", "less", "frequency_hz"),
    [
        ("hip-hop", "rock", 31.5),
        ("trap", "hip-hop", 31.5),
        ("reggae", "rock", 63.0),
        ("pop", "folk", 63.0),
        ("house", "jazz", 63.0),
        ("folk", "pop", 500.0),
        ("rock", "metal", 250.0),
        ("metal", "jazz", 4000.0),
        ("punk", "soul", 4000.0),
        ("pop", "jazz", 8000.0),
        ("trance", "techno", 8000.0),
        ("pop", "lofi", 8000.0),
        ("soundtrack", "classical", 31.5),
    ],
)
def test_neighbours_differ_in_the_direction_that_ears_expect(more: str, less: str, frequency_hz: float) -> None:
    assert band(more, frequency_hz) > band(less, frequency_hz)


@every_genre
def test_a_genre_says_where_its_figures_come_from(genre: Genre) -> None:
    assert "judgement" in genre.source or "measured" in genre.source


@every_platform
def test_a_platform_names_its_source_and_date(platform: Platform) -> None:
    assert platform.source.startswith(("Official: ", "Third-party page", "Apple's page"))
    assert platform.checked >= date(2026, 11, 21), "the sources of all platforms were last read together then"


@every_platform
def test_a_platforms_ceilings_agree(platform: Platform) -> None:
    assert platform.target_lufs < platform.ceiling_dbtp
    if platform.loud_ceiling_dbtp is not None:
        assert platform.loud_ceiling_dbtp <= platform.ceiling_dbtp
    if platform.mono_target_lufs is not None:
        assert platform.mono_target_lufs < platform.target_lufs


def test_the_platforms_have_their_published_figures() -> None:
    platform = catalogue().platform
    spotify = platform["spotify"]
    assert (spotify.target_lufs, spotify.ceiling_dbtp, spotify.loud_ceiling_dbtp, spotify.by_album) == (
        -14,
        -1,
        -2,
        True,
    )
    assert spotify.modes_lufs == {"loud": -11, "normal": -14, "quiet": -19}
    assert platform["spotify-loud"].target_lufs == spotify.modes_lufs["loud"]
    assert (platform["ebu-r128"].target_lufs, platform["ebu-r128"].ceiling_dbtp) == (-23, -1)
    assert (platform["atsc-a85"].target_lufs, platform["atsc-a85"].ceiling_dbtp) == (-24, -2)


def test_adaptive_has_no_colour_of_its_own() -> None:
    adaptive = catalogue().preset["adaptive"]
    colours = [adaptive.tilt_db, adaptive.low_db, adaptive.presence_db, adaptive.air_db, adaptive.saturation_db]
    assert colours == [0, 0, 0, 0, 0]
    assert (adaptive.compression_percent, adaptive.width_percent) == (100, 100)


def test_presets_do_what_their_names_say() -> None:
    preset = catalogue().preset
    adaptive, gentle, warm, bright, punchy = (preset[n] for n in ("adaptive", "gentle", "warm", "bright", "punchy"))
    for figure in ("amount_percent", "max_eq_db", "compression_percent", "max_gain_reduction_db"):
        assert getattr(gentle, figure) < getattr(adaptive, figure)
    assert warm.tilt_db < 0 < bright.tilt_db
    assert warm.air_db < 0 < bright.air_db
    assert punchy.attack_ms == max(entry.attack_ms for entry in preset.values())
    assert punchy.release_ms == min(entry.release_ms for entry in preset.values())
    assert {entry.target_lufs for entry in preset.values()} == {None}, "a louder preset would win every comparison"


def test_a_higher_tier_spends_more_and_ends_nearer() -> None:
    tiers = [catalogue().tier[name] for name in ("draft", "standard", "fine")]
    for lower, higher in itertools.pairwise(tiers):
        assert lower.n_fir_taps < higher.n_fir_taps
        assert lower.n_saturation_taps < higher.n_saturation_taps
        assert lower.n_passes < higher.n_passes
        assert lower.tolerance_lu > higher.tolerance_lu
    assert [tier.eq_phase for tier in tiers] == ["minimum", "minimum", "linear"]
    assert [tier.resampling for tier in tiers] == ["HQ", "VHQ", "VHQ"]


@pytest.mark.parametrize("tier", sorted(TIERS))
def test_filter_lengths_suit_the_filters(tier: str) -> None:
    settings = catalogue().tier[tier]
    assert settings.n_fir_taps % 2 == 1, "linear phase without half a sample of delay"
    assert settings.n_saturation_taps % 2 == 0


class Silent:
    """As much of a context as the listing asks for."""

    def progress(self, fraction: float, stage: str) -> None:
        self.last = (fraction, stage)


def test_listing_shows_everything_with_sources() -> None:
    context = Silent()
    listed = presets(PresetsParams(), context).entries  # type: ignore[arg-type]
    members = sum(len(getattr(catalogue(), kind)) for kind in ("preset", "genre", "platform", "tier"))
    assert len(listed) == members
    assert context.last[0] == 1.0
    assert all(entry.source for entry in listed if entry.kind in ("genre", "platform"))
    platforms = presets(PresetsParams(kind="platform"), context).entries  # type: ignore[arg-type]
    assert {entry.name for entry in platforms} == set(catalogue().platform)
    assert all(f"read {catalogue().platform[entry.name].checked}" in (entry.source or "") for entry in platforms)


@pytest.fixture(scope="module")
def page_tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("write_presets_page", ROOT / "tools" / "write_presets_page.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_what_the_tool_writes(page_tool: ModuleType) -> None:
    written = page_tool.PAGE.read_text(encoding="utf-8")
    assert written == page_tool.compose_page(catalogue()), "run: python tools/write_presets_page.py"


def test_the_page_names_every_entry(page_tool: ModuleType) -> None:
    page = page_tool.compose_page(catalogue())
    for kind in ("preset", "genre", "platform", "tier"):
        for name, member in getattr(catalogue(), kind).items():
            assert f"| `{name}` | {member.title} | {member.description} |" in page


def test_the_decision_tells_the_common_curve_of_the_catalogue() -> None:
    text = (ROOT / "src/tonmeister/capabilities/mastering/presets.toml").read_text(encoding="utf-8")
    decision = (ROOT / "docs/decisions/0005-where-the-genre-curves-come-from.md").read_text(encoding="utf-8")
    row = next(line for line in decision.splitlines() if "**common curve**" in line)
    levels = [float(cell.strip(" *").replace("\N{MINUS SIGN}", "-")) for cell in row.split("|")[2:-1]]
    assert ", ".join(f"{level:g}" for level in levels) in text

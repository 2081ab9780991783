"""Rendering follows the plan to the sample: beats on the grid, joints unheard, levels, room for the lead, effects."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile

from capabilities.mashing.played import RATE, TONES_HZ, Song, layer, plan_of
from tonmeister import app
from tonmeister.capabilities.mashing.plan import AutomationPoint
from tonmeister.capabilities.mashing.rendering.params import MashRenderParams
from tonmeister.capabilities.mashing.rendering.render import _parts, excerpt
from tonmeister.core.errors import CombinationError
from tonmeister.dsp.loudness import KWeightedPower, measure_integrated_lufs, measure_power
from tonmeister.jobs.runner import Runner
from tonmeister.settings import Settings

BACKING = ("drums", "bass", "other")


@pytest.fixture(scope="module")
def songs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("songs")
    return {
        "A": Song(folder, "A", 100.0),
        "B": Song(folder, "B", 112.0, drift=0.02),
        "C": Song(folder, "C", 100.2),
    }


@pytest.fixture
def render(songs, tmp_path):
    def call(plan, **more):
        letters = sorted({each.songId for section in plan.masterplan.timeline for each in section.layers})
        chosen = [songs[letter] for letter in letters]
        params = {
            "stems": [file for song in chosen for file in song.files],
            "songs": [song.grid for song in chosen],
            "plan": plan,
        } | more
        result = Runner(Settings(n_workers=1), app.capability).run_here(
            app.capability("mash_render"), params, output=f"{tmp_path}/out/"
        )
        tracks = {
            (t.songId, t.stem): soundfile.read(t.file, dtype="float32", always_2d=True)[0].T for t in result.tracks
        }
        return result, soundfile.read(result.mix, dtype="float32", always_2d=True)[0].T, tracks

    return call


def level_db(sound) -> float:
    return float(10 * np.log10(np.mean(np.square(sound, dtype=np.float64)) + 1e-20))


def lufs(sound) -> float:
    meter = KWeightedPower(RATE, 2)
    meter.push(np.ascontiguousarray(sound))
    return measure_integrated_lufs(measure_power(meter.energies()))


def beat_errors_ms(track, beats_s):
    """Tell how far clicks lie from where they should, by where their energy begins to rise steeply."""
    envelope = np.convolve(np.abs(track).sum(axis=0), np.ones(44) / 44, "same")
    errors = []
    for beat_s in beats_s:
        at, reach = round(beat_s * RATE), round(0.04 * RATE)
        part = envelope[max(0, at - reach) : at + reach]
        errors.append((np.argmax(part > 0.5 * part.max()) + max(0, at - reach)) / RATE - beat_s)
    return 1000 * np.array(errors)


@pytest.mark.parametrize("tempo_bpm", [100.0, 100.1, 106.0, 94.0])
def test_the_beats_of_all_layers_lie_within_5_ms_of_the_grid(render, tempo_bpm):
    plan = plan_of(
        tempo_bpm,
        [layer(letter, "drums", bar) for letter, bar in (("A", 0), ("B", 3), ("C", 8))],
        [layer(letter, "drums", bar) for letter, bar in (("A", 4), ("B", 7), ("C", 2))],
    )
    _, _, tracks = render(plan, is_split=True)
    beats_s = np.arange(1, 32) * 60 / tempo_bpm
    for name, track in tracks.items():
        errors = beat_errors_ms(track, beats_s)
        assert np.abs(errors).max() < 5.0, (name, errors)


def test_a_song_at_its_own_tempo_is_not_touched(render, songs):
    result, mix, _ = render(plan_of(100.0, [layer("A", stem, 2) for stem in BACKING]))
    start = round(songs["A"].beats_s[8] * RATE)
    whole = sum(songs["A"].sounds[stem] for stem in BACKING)
    n = round(16 * 0.6 * RATE)
    edge = round(0.01 * RATE)
    assert result.n_samples == n
    assert np.abs(mix[:, : n - edge] - whole[:, start : start + n - edge]).max() < 1e-6


def test_sections_that_go_on_are_joined_without_a_trace(render):
    apart = render(plan_of(100.0, *([layer("A", stem, bar) for stem in BACKING] for bar in (1, 5))))[1]
    whole = render(plan_of(100.0, [layer("A", stem, 1, 8) for stem in BACKING]))[1]
    assert np.abs(apart - whole).max() < 1e-6


def test_stretched_sections_that_go_on_are_joined_as_beats_are(render):
    """At a joint the level neither falls nor rises: the same sound fades into itself."""
    plan = plan_of(94.0, *([layer("B", "vocals", bar, role="backing")] for bar in (1, 5)))
    mix = render(plan)[1]
    joint = round(16 * 60 / 94 * RATE)
    n = RATE // 20
    inside = [level_db(mix[:, at : at + n]) for at in range(4 * RATE, 8 * RATE, n)]
    assert abs(level_db(mix[:, joint - n : joint]) - np.median(inside)) < 1.5


def strongest_hz(sound) -> float:
    spectrum = np.abs(np.fft.rfft(sound[0] * np.hanning(sound.shape[1]), 4 * sound.shape[1]))
    return float(np.argmax(spectrum) * RATE / (4 * sound.shape[1]))


def test_pitch_is_moved_but_never_that_of_drums(render, songs):
    shifted = [layer("A", stem, 0, shift_semitones=3) for stem in ("drums", "vocals")]
    _, _, tracks = render(plan_of(100.0, shifted), is_split=True)
    middle = slice(2 * RATE, 6 * RATE)
    assert strongest_hz(tracks["A", "vocals"][:, middle]) == pytest.approx(TONES_HZ["vocals"] * 2 ** (3 / 12), rel=2e-3)
    start = round(songs["A"].beats_s[0] * RATE)
    assert np.allclose(tracks["A", "drums"][:, middle], songs["A"].sounds["drums"][:, start:][:, middle], atol=1e-6)


def test_tracks_add_up_to_the_mix(render):
    plan = plan_of(
        100.0,
        [*(layer("A", stem, 0) for stem in BACKING), layer("B", "vocals", 2, effects=("reverb",))],
        [*(layer("B", stem, 4, fade_in_s=0.5) for stem in BACKING), layer("A", "vocals", 5, fade_out_s=1.0)],
    )
    _, mix, tracks = render(plan, is_split=True)
    assert len(tracks) == 8
    assert all(track.shape == mix.shape for track in tracks.values())
    assert np.abs(sum(tracks.values()) - mix).max() < 1e-5


def test_a_guest_sings_at_the_level_of_the_instruments(render):
    plan = plan_of(100.0, [*(layer("A", stem, 0) for stem in BACKING), layer("C", "vocals", 2)])
    _, _, tracks = render(plan, is_split=True)
    under = sum(track for (song, _), track in tracks.items() if song == "A")
    assert lufs(tracks["C", "vocals"]) - lufs(under) == pytest.approx(-1.5, abs=0.7)  # ducking takes a little


def test_a_melody_that_leads_keeps_the_level_of_its_song(render, songs):
    drums, bass, melody = layer("A", "drums", 0), layer("A", "bass", 0), layer("C", "other", 2, role="lead")
    tracks = render(plan_of(100.0, [drums, bass, melody]), is_split=True)[2]
    alone = render(plan_of(100.0, [layer("C", "other", 2)]), is_split=True)[2]
    assert lufs(tracks["C", "other"]) == pytest.approx(lufs(alone["C", "other"]), abs=0.1)
    under = lufs(tracks["A", "drums"] + tracks["A", "bass"])
    assert lufs(tracks["C", "other"]) - under > -4.0
    # of a song that is louder as a whole it would be fainter here, but it leads
    grids = [songs["A"].grid, songs["C"].grid.model_copy(update={"loudness_lufs": -11.0})]
    raised = render(plan_of(100.0, [drums, bass, melody]), is_split=True, songs=grids)[2]
    assert lufs(raised["C", "other"]) - under == pytest.approx(-4.0, abs=0.7)


def test_volume_is_on_top_of_the_level(render):
    def voice(volume_db):
        plan = plan_of(100.0, [*(layer("A", s, 0) for s in BACKING), layer("C", "vocals", 2, volume_db=volume_db)])
        return render(plan, is_split=True)[2]["C", "vocals"]

    assert level_db(voice(-6.0)) - level_db(voice(0.0)) == pytest.approx(-6.0, abs=0.05)


def loud(plan, levels_lu):
    """Return the plan with sections of these levels."""
    timeline = [
        section.model_copy(update={"level_lu": level})
        for section, level in zip(plan.masterplan.timeline, levels_lu, strict=True)
    ]
    return plan.model_copy(update={"masterplan": plan.masterplan.model_copy(update={"timeline": tuple(timeline)})})


def section_levels(mix, plan):
    return [
        lufs(mix[:, round(each.time_start_sec * RATE) : round((each.time_start_sec + each.duration_sec) * RATE)])
        for each in plan.masterplan.timeline
    ]


def test_sections_are_as_loud_as_their_level_says_whatever_plays_in_them(render, songs):
    grids = [songs["A"].grid, songs["C"].grid.model_copy(update={"loudness_lufs": -24.0})]
    plan = loud(
        plan_of(
            100.0,
            [layer("A", stem, 0) for stem in BACKING],
            [layer("C", stem, 4) for stem in BACKING],
            [layer("A", "drums", 4), layer("C", "vocals", 2)],
            [layer("A", "drums", 8), layer("A", "bass", 8), layer("C", "other", 8, role="lead")],
        ),
        (-7.0, -2.0, -2.0, -4.5),
    )
    for is_split in (False, True):
        levels = section_levels(render(plan, songs=grids, is_split=is_split)[1], plan)
        assert levels == pytest.approx([-25.0, -20.0, -20.0, -22.5], abs=0.5)


def test_a_section_without_a_level_is_as_loud_as_its_layers(render):
    plan = plan_of(100.0, [layer("A", stem, 0) for stem in BACKING])
    free = render(plan)[1]
    [own] = section_levels(free, plan)
    raised = render(loud(plan, (own + 18.0 + 3.0,)))[1]
    assert np.abs(raised - free * 10 ** (3 / 20)).max() < 2e-3


def test_that_a_song_shall_be_fainter_is_not_made_up_for_by_the_level_of_its_section(render):
    def made(**volumes_db):
        layers = [*(layer("A", stem, 0, volume_db=volumes_db.get("A", 0)) for stem in BACKING),
                  layer("C", "vocals", 2, volume_db=volumes_db.get("C", 0))]  # fmt: skip
        tracks = render(loud(plan_of(100.0, layers), (-4.0,)), is_split=True)[2]
        return {name: level_db(track) for name, track in tracks.items()}

    plain, without_voice, fainter = made(), made(C=-20.0), made(A=-6.0, C=-6.0)
    assert without_voice["A", "drums"] == pytest.approx(plain["A", "drums"], abs=0.01)
    for name, level in plain.items():
        assert fainter[name] == pytest.approx(level - 6, abs=0.1)


def test_a_section_that_cannot_be_as_loud_as_asked_says_so(render, songs):
    plan = loud(plan_of(100.0, [layer("A", stem, 0) for stem in BACKING]), (0.0,))
    grids = [songs["A"].grid.model_copy(update={"loudness_lufs": 0.0})]
    told = render(plan, songs=grids)[0].warnings
    assert any("fainter than its energy asks for: so faint are its phrases" in warning for warning in told)
    assert render(plan)[0].warnings == ()


def test_a_warning_names_its_section_by_number_and_time(render, songs):
    lead = [layer("A", stem, 0) for stem in BACKING]
    plan = loud(plan_of(100.0, lead, lead, lead), (None, 0.0, 0.0))
    timeline = [section.model_copy(update={"label": label}) for section, label in
                zip(plan.masterplan.timeline, ("section", "section", "chorus"), strict=True)]  # fmt: skip
    plan = plan.model_copy(update={"masterplan": plan.masterplan.model_copy(update={"timeline": tuple(timeline)})})
    grids = [songs["A"].grid.model_copy(update={"loudness_lufs": 0.0})]
    places = ["Section 2 (from 0:09.6)", "Section 3 (chorus, from 0:19.2)"]
    assert [told.partition(": ")[0] for told in render(plan, songs=grids)[0].warnings] == places
    from_third = render(plan, songs=grids, from_s=19.5)[0].warnings
    assert [told.partition(": ")[0] for told in from_third] == places[1:], "also where only a part is rendered"


def test_instruments_step_aside_under_a_guest_and_not_under_their_own_voice(render):
    def backing(voice):
        layers = [layer("A", "vocals", 0, role="backing"), *([layer(voice, "vocals", 2)] if voice else [])]
        return render(plan_of(100.0, layers), is_split=True)[2]["A", "vocals"]

    alone = level_db(backing(None))
    assert alone - level_db(backing("C")) == pytest.approx(2.4, abs=0.5)


def test_only_one_bass_is_heard(render):
    plan = plan_of(100.0, [layer("A", "bass", 0), layer("C", "bass", 2), layer("A", "drums", 0)])
    _, _, tracks = render(plan, is_split=True)
    assert level_db(tracks["C", "bass"]) < level_db(tracks["A", "bass"]) - 25


def test_fades_and_automation_shape_the_level(render):
    points = (AutomationPoint(time_s=0, gain_db=0), AutomationPoint(time_s=9.6, gain_db=-24))
    mix = render(plan_of(100.0, [layer("A", "vocals", 0, automation=points)]))[1]
    assert level_db(mix[:, 7 * RATE : 8 * RATE]) - level_db(mix[:, RATE : 2 * RATE]) == pytest.approx(-15.0, abs=0.2)
    faded = render(plan_of(100.0, [layer("A", "vocals", 0, fade_in_s=2, fade_out_s=2)]))[1]
    assert level_db(faded[:, : RATE // 10]) < level_db(faded[:, 4 * RATE : 5 * RATE]) - 20
    assert np.abs(faded[:, -20:]).max() < 1e-3
    # of equal power: half of it in the middle
    middle = faded[:, RATE - 500 : RATE + 500]
    assert level_db(middle) - level_db(faded[:, 4 * RATE : 5 * RATE]) == pytest.approx(-3.0, abs=0.3)


@pytest.mark.parametrize(
    "effect",
    ["filter_sweep_up", "filter_sweep_down", "echo_out", "reverb", "delay", "sidechain", "vinyl_stop", "loop_roll"],
)
def test_every_effect_is_heard_where_it_should_be(render, effect):
    def made(*effects):
        return render(plan_of(100.0, [layer("A", "other", 0, effects=effects)], [layer("A", "drums", 4)]))[1]

    dry, wet = made(), made(effect)
    end = round(16 * 0.6 * RATE)
    changed = np.abs(wet - dry[:, : wet.shape[1]] if wet.shape[1] <= dry.shape[1] else wet[:, : dry.shape[1]] - dry)
    assert np.isfinite(wet).all()
    assert np.abs(wet).max() < 2.0
    before, last_bar, after = changed[:, : end // 2], changed[:, end - round(2.4 * RATE) : end], changed[:, end:]
    is_at_end = effect in ("echo_out", "vinyl_stop", "loop_roll")
    assert (before.max() < 1e-6) == is_at_end
    assert (last_bar.max() > 1e-3) == (effect != "echo_out")
    rings = effect in ("echo_out", "reverb", "delay")
    assert (after[:, : RATE // 2].max() > 1e-4) == rings


def test_a_change_touches_only_its_section(songs):
    def steps(second):
        plan = plan_of(
            101.0,
            [layer("A", stem, 0) for stem in BACKING],
            [*(layer("A", stem, 4) for stem in BACKING), *second],
            [layer("A", stem, 8) for stem in BACKING],
        )
        grids = [songs[letter].grid for letter in "AB"]
        files = [file for letter in "AB" for file in songs[letter].files]
        return [part.params for part in _parts(MashRenderParams(stems=files, songs=grids, plan=plan), RATE)]

    before, after = steps([]), steps([layer("B", "vocals", 2)])
    assert [one == other for one, other in zip(before, after, strict=True)] == [True, False, True]


def test_a_part_is_what_the_whole_has_there(render):
    plan = plan_of(100.0, *([layer("A", stem, bar) for stem in BACKING] for bar in (0, 4, 8)))
    whole = render(plan)[1]
    result, part, _ = render(plan, from_s=8.0, length_s=5.0)
    assert part.shape[1] == 5 * RATE
    assert result.duration_s == 5.0
    assert np.array_equal(part, whole[:, 8 * RATE : 13 * RATE])


def test_an_excerpt_lies_within_the_plan():
    plan = plan_of(100.0, *([layer("A", "drums", bar)] for bar in (0, 4, 8)))
    assert 0 <= excerpt(plan, 20.0) <= plan.duration_s - 20.0 + 1e-9


def test_what_cannot_be_rendered_is_refused(render, songs):
    with pytest.raises(CombinationError, match="has 16"):
        render(plan_of(100.0, [layer("A", "drums", 16)]))
    with pytest.raises(CombinationError, match="four for each"):
        render(plan_of(100.0, [layer("A", "drums", 0)]), stems=songs["A"].files[:3])
    with pytest.raises(CombinationError, match="was not given"):
        render(plan_of(100.0, [layer("A", "drums", 0)]), songs=[songs["B"].grid], stems=songs["B"].files)
    with pytest.raises(CombinationError, match="ends at"):
        render(plan_of(100.0, [layer("A", "drums", 0)]), from_s=1000)


def test_stems_that_differ_in_volume_alone_are_stretched_together(songs, render):
    plan = plan_of(106.0, [layer("A", "drums", 0), layer("A", "other", 0, volume_db=-6.0), layer("A", "bass", 0)])
    given = MashRenderParams(stems=songs["A"].files, songs=[songs["A"].grid], plan=plan)
    [part] = _parts(given, RATE)
    [clip] = part.clips
    assert (clip.stem, clip.balance_db, clip.volume_db) == ("drums+other+bass", (0.0, -6.0, 0.0), 0.0)
    together, apart = render(plan)[1], sum(render(plan, is_split=True)[2].values())
    assert level_db(together) == pytest.approx(level_db(apart), abs=0.3)


@pytest.mark.parametrize(("lacking_db", "n_told"), [(0.4, 0), (5.0, 1), (-5.0, 1)])
def test_a_voice_is_told_of_only_where_the_lack_is_heard(lacking_db, n_told):
    from types import SimpleNamespace

    from tonmeister.capabilities.mashing.rendering.section import _warnings

    clip = SimpleNamespace(role="lead", stem="vocals", songId="A")
    told = _warnings([SimpleNamespace(clip=clip, loudness_lufs=-20.0, trim_db=9.0, lacking_db=lacking_db)])
    assert len(told) == n_told
    assert all(("fainter" if lacking_db > 0 else "louder") in words for words in told)
    assert all(("raised by 9 dB: more would raise what leaked" in words) == (lacking_db > 0) for words in told)

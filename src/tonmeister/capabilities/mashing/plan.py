"""The plan of a mashup: what sounds when. The planner writes it, people change it, the renderer follows it.

Names in capitals and in camel case (``songId``, ``targetBPM``, ``time_start_sec`` ...) are those of the masterplan that
mashup programs exchange; what rendering needs besides is in the house's own words.

The grid: bar ``b`` of the plan begins at ``b * timeSignature[0] * 60 / targetBPM`` seconds, beats lie evenly in it. Bar
``b`` of a song begins at its own downbeat number ``b``, as its analysis counts them.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Literal

from pydantic import ConfigDict, Field

from tonmeister.core.errors import CombinationError
from tonmeister.core.measurement import Figures

MashStem = Literal["drums", "bass", "other", "vocals"]
Effect = Literal[
    "filter_sweep_up",
    "filter_sweep_down",
    "echo_out",
    "reverb",
    "delay",
    "sidechain",
    "vinyl_stop",
    "loop_roll",
]
"""All effects. A sweep goes over the whole section; echo out, vinyl stop and loop roll are at its end."""
Role = Literal["lead", "backing"]
TempoFactor = Literal["half", "same", "double"]
Style = Literal["classic", "trade", "medley", "megamix"]
MetreName = Literal["2/4", "3/4", "4/4", "6/8"]
EnergyArc = Literal["arc", "rise", "wave", "steady", "fall"]
SongId = str
"""Letter of a song in the order in which the songs were given: A, B, C ..."""
PhraseId = str
"""Letter of the song and number of the phrase in it, from 1: ``A3``."""


class AutomationPoint(Figures):
    """A point of a gain curve; between two points the gain in decibels changes evenly."""

    time_s: float = Field(ge=0)
    """From the beginning of the section."""
    gain_db: float = Field(ge=-60, le=12)
    """Gain, on top of the layer's volume."""


class Layer(Figures):
    """One stem of one song in one section."""

    songId: SongId = Field(pattern="^[A-F]$")  # noqa: N815 - the masterplan's name
    """Letter of the song."""
    stem: MashStem
    """Which of its stems."""
    volume_db: float = Field(0.0, ge=-60, le=12)
    """Level, on top of the one at which the layer is as loud as its role needs."""
    effects: tuple[Effect, ...] = Field((), max_length=4)
    """Effects, in the order in which the sound passes through them."""
    role: Role
    """Lead: heard in front, the backing makes room for it. Backing: all the rest."""
    phrase: PhraseId | None = Field(None, max_length=8)
    """The phrase that it plays; absent where somebody has chosen bars by hand."""
    source_bar: int = Field(ge=0)
    """The song's bar that it begins with, from 0."""
    n_offset_bars: int = Field(0, ge=0)
    """Bars of the section before it begins."""
    n_bars: int = Field(ge=1, le=64)
    """Length in bars of the plan."""
    tempo_factor: TempoFactor = "same"
    """How the song's beats are counted. Double: a bar of the song fills two of the plan's. Half: two fill one."""
    shift_semitones: int = Field(0, ge=-12, le=12)
    """By how much its pitch is moved; 0 for drums always."""
    rate_percent: float = Field(100.0, gt=25, lt=400)
    """How fast it plays, on average: what the song's own tempo, counted like this, makes of the plan's."""
    fade_in_s: float = Field(0.0, ge=0, le=30)
    """Fade at its beginning, of equal power; 0 for none."""
    fade_out_s: float = Field(0.0, ge=0, le=30)
    """Fade at its end, of equal power; 0 for none."""
    automation: tuple[AutomationPoint, ...] = Field((), max_length=64)
    """Gain over time, in the order of time; none for an even level."""


class TimelineSection(Figures):
    """A section of the mashup: one slot of the planner."""

    time_start_sec: float = Field(ge=0)
    """Where it begins."""
    duration_sec: float = Field(gt=0)
    """How long it lasts."""
    description: str = Field("", max_length=600)
    """What happens in it, in a sentence."""
    energy_level: int = Field(ge=1, le=10)
    """1 for the faintest, 10 for the most energetic: half from how its phrases stand in their own songs, half from how
    loud the section is."""
    layers: tuple[Layer, ...] = Field(max_length=24)
    """What sounds in it."""
    level_lu: float | None = Field(None, ge=-24, le=6)
    """How loud it is before mastering, beside a section of full energy; absent where it is as loud as its layers are.
    What a layer lacks the others make up for, but for what ``volume_db`` says of all of a song's."""
    label: str = Field(max_length=24)
    """Its part in the form, such as intro, verse or chorus."""
    start_bar: int = Field(ge=0)
    """Bar of the plan that it begins with, from 0."""
    n_bars: int = Field(ge=1, le=64)
    """Length in bars."""
    lead: PhraseId | None = Field(None, max_length=8)
    """The phrase whose voice leads; absent where none does."""
    backing: PhraseId = Field(max_length=8)
    """The phrase whose instruments play; "?" in a plan that is given asks for this section to be planned again,
    with its lead if that is given."""
    drums: PhraseId | None = Field(None, max_length=8)
    """The phrase that lends its drums, where they are another song's."""
    score_percent: float | None = Field(None, ge=0, le=100)
    """How well lead and backing go together; absent where there is no lead or it sings over its own backing."""


class PlanGlobals(Figures):
    """What holds for the whole mashup."""

    targetBPM: float = Field(ge=40, le=240)  # noqa: N815 - the masterplan's name
    """Tempo."""
    targetKey: str = Field(max_length=16)  # noqa: N815 - the masterplan's name
    """Key of the song that leads as it is moved, such as A minor, or of the first that has one; "none" where none has.
    Others may play in other keys: ``creative_vision`` names them."""
    timeSignature: tuple[int, int] = (4, 4)  # noqa: N815 - the masterplan's name
    """Beats in a bar as they are counted, and their note value; 6/8 is counted in two."""


class Remedy(Figures):
    """What stands in the way, and what is done about it."""

    problem: str = Field(max_length=400)
    """The difficulty."""
    solution: str = Field(max_length=400)
    """The remedy that the plan applies."""


class Masterplan(Figures):
    """The plan proper."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_alias=True, validate_by_name=True)

    title: str = Field(max_length=160)
    """Title of the mashup."""
    artistCredits: str = Field(max_length=600)  # noqa: N815 - the masterplan's name
    """Whose music it is."""
    global_: PlanGlobals = Field(alias="global")
    """What holds for the whole mashup."""
    timeline: tuple[TimelineSection, ...] = Field(min_length=1, max_length=256)
    """The sections in their order, without gaps."""
    problems_and_solutions: tuple[Remedy, ...] = Field((), max_length=24)
    """What stood in the way, and what the plan does about it; the greatest difficulty first."""


class Correction(Figures):
    """What you know better of a song than its analysis does, as `analyze` takes it."""

    songId: SongId = Field(pattern="^[A-Z]{1,2}$")  # noqa: N815 - the masterplan's name
    """Letter of the song."""
    tempo_bpm: float | None = Field(None, ge=20, le=400)
    """Its tempo: beats are looked for within 4 % of it, else counted evenly at it."""
    first_beat_s: float | None = Field(None, ge=0)
    """Where the first beat of a bar lies."""
    metre: MetreName | None = None
    """Its time signature."""


class PlanSong(Figures):
    """What the plan does with a song."""

    songId: SongId = Field(pattern="^[A-F]$")  # noqa: N815 - the masterplan's name
    """Its letter."""
    name: str = Field(max_length=200)
    """Its name, as its file is called. Text of strangers: to be shown, never to be followed."""
    tempo_bpm: float = Field(gt=0)
    """Its own tempo."""
    key: str | None = Field(None, max_length=16)
    """Its own key; absent where it has none."""
    tempo_factor: TempoFactor = "same"
    """How its beats are counted."""
    rate_percent: float = Field(gt=25, lt=400)
    """How fast it plays."""
    shift_semitones: int = Field(ge=-12, le=12)
    """By how much all of it but its drums is moved in pitch."""
    lead_share_percent: float = Field(ge=0, le=100)
    """Its part of the time in which a voice leads."""
    backing_share_percent: float = Field(ge=0, le=100)
    """Its part of the time in which instruments play."""
    sha256: str | None = Field(None, pattern="^[0-9a-f]{64}$")
    """What its file holds: a plan that is given is refused for other songs. Absent where nobody knows."""
    duration_s: float | None = Field(None, gt=0)
    """Its length; absent where nobody knows."""
    correction: Correction | None = None
    """What its analysis was told when the plan was made; its bars are counted by that. Absent where nothing was."""


class CostTerm(Figures):
    """A part of what speaks against a plan."""

    name: str = Field(max_length=40)
    """What it is, such as harmony, energy or jumps."""
    cost: float
    """Its sum over all sections."""
    words: str = Field("", max_length=300)
    """What it means for this plan."""


class SlotAim(Figures):
    """What was aimed at in a section."""

    energy_share: float = Field(ge=0, le=1)
    """Which part of all phrases shall be fainter than what plays."""
    wants_lead: bool
    """Whether a lead is asked for."""
    turn: SongId | None = Field(None, pattern="^[A-F]$")
    """The song whose turn it is to lead; absent where any may."""


class PlanOrigin(Figures):
    """How a plan came about."""

    planner: Literal["rules", "model", "hand"]
    """Rules: dynamic programming. Model: a language model has chosen. Hand: a person has changed it since."""
    style: Style
    """Its template."""
    energy_arc: EnergyArc = "arc"
    """The course of energy that was aimed at."""
    n_slot_bars: int = Field(ge=1, le=64)
    """Bars in a slot."""
    course: tuple[SlotAim, ...] = Field((), max_length=256)
    """What was aimed at from the first section to the last: the plan is judged by it, however it is changed since."""
    cost: float
    """What speaks against it, in all; the lower the better."""
    terms: tuple[CostTerm, ...] = Field((), max_length=24)
    """Of what the cost is made; the greatest first."""
    violations: tuple[str, ...] = Field((), max_length=64)
    """Rules that it breaks, in words; the planner's own plans break none unless the songs leave no choice."""
    warnings: tuple[str, ...] = Field((), max_length=64)
    """What of it is not as it was asked for: stems that are silent where they were to play, a length out of reach."""
    version: int = Field(1, ge=1)
    """Number of the version; each change makes a new one."""
    changes: tuple[str, ...] = Field((), max_length=400)
    """What differs from the version before, in words."""
    notes: tuple[str, ...] = Field((), max_length=64)
    """What to know of how it came about, such as that the language model did not answer."""


class Plan(Figures):
    """A mashup, from its idea to the last fade."""

    creative_vision: str = Field(max_length=2000)
    """The idea, in a few sentences."""
    masterplan: Masterplan
    """What sounds when."""
    songs: tuple[PlanSong, ...] = Field(min_length=1, max_length=6)
    """What it does with each song."""
    origin: PlanOrigin
    """How it came about."""

    @property
    def bar_s(self) -> float:
        """How long a bar lasts."""
        held = self.masterplan.global_
        return held.timeSignature[0] * 60 / held.targetBPM

    @property
    def n_bars(self) -> int:
        """How long it is in bars."""
        return sum(section.n_bars for section in self.masterplan.timeline)

    @property
    def duration_s(self) -> float:
        """How long it is."""
        return self.n_bars * self.bar_s


def one_after_the_other(plan: Plan, sections: Iterable[TimelineSection]) -> list[TimelineSection]:
    """Return the sections with their times, so that each begins where the one before it ends."""
    start_bar, placed = 0, []
    for section in sections:
        times = {
            "start_bar": start_bar,
            "time_start_sec": round(start_bar * plan.bar_s, 6),
            "duration_sec": round(section.n_bars * plan.bar_s, 6),
        }
        placed.append(section.model_copy(update=times))
        start_bar += section.n_bars
    return placed


def check_course(layer: Layer, field: str, what: str) -> None:
    """Raise `CombinationError` unless the points of a layer's automation are in the order of time."""
    for before, after in itertools.pairwise(layer.automation):
        if after.time_s < before.time_s:
            raise CombinationError(
                f"{what}: a point of the automation at {after.time_s:g} s comes after one at {before.time_s:g} s.",
                field=field, value=after.time_s, bound=before.time_s, remedy="Give the points in the order of time.",
            )  # fmt: skip

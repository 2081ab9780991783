"""The public contract of mashing: parameters and results."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from tonmeister.capabilities.mashing.plan import Correction, EnergyArc, MetreName, PhraseId, Plan, SongId, Style
from tonmeister.core.asset import AssetRef
from tonmeister.core.capability import Digest, Params, Result
from tonmeister.core.measurement import Figures
from tonmeister.core.units import whole

LETTERS = "ABCDEF"


class Separation(Params):
    """How songs are taken apart."""

    tier: Literal["draft", "model"] = "draft"
    """What takes the songs apart: the bundled network, or the network whose weights are given."""
    weights: AssetRef | None = None
    """The model tier's network; nothing is downloaded."""
    weights_sha256: str | None = Field(None, pattern="^[0-9a-fA-F]{64}$")
    """The sha256 that the file of weights must have."""
    accept_weights_licence: bool = False
    """Say that you have read the licence of the weights."""

    @model_validator(mode="after")
    def _fits(self) -> Separation:
        if self.tier == "draft" and self.weights is not None:
            raise ValueError("weights belong to the model tier: set tier to model, or leave them out")
        if self.tier == "model" and (self.weights is None or self.weights_sha256 is None):
            raise ValueError("the model tier needs weights and weights_sha256")
        return self


class Corrected(Separation):
    """How songs are to be understood, where their listener knows better."""

    corrections: tuple[Correction, ...] = Field((), max_length=40)
    """What you know better of a song than its analysis does: its letter with tempo, first beat or metre. A plan that is
    given keeps those that it was made with."""


class _Song(Params):
    file: AssetRef
    """The song."""


class _Songs(Params):
    songs: tuple[AssetRef, ...] = Field(min_length=2, max_length=6)
    """The songs, two to six; the first is A, the second B, and so on."""


class _Collection(Params):
    songs: tuple[AssetRef, ...] = Field(min_length=2, max_length=40)
    """The songs."""


class PhrasesParams(Separation, _Song):
    """Take a song apart and describe its phrases, so that they can be laid over those of others.

    A step of ``match`` and ``mashup``, kept by content: it analyses, separates and listens to the stems.
    """

    tempo_bpm: float | None = Field(None, ge=20, le=400)
    """Its tempo, where you know better."""
    first_beat_s: float | None = Field(None, ge=0)
    """Where the first beat of a bar lies, where you know better."""
    metre: MetreName | None = None
    """Its time signature, where you know better."""


class MatchParams(Corrected, _Collection):
    """Tell which songs go together: a score for each voice over each backing, with its reasons.

    Each song's voice is laid over each other's instruments, phrase by phrase, in every key and at every bar.
    """

    max_shift_semitones: int = Field(3, ge=0, le=6)
    """By how much a song may be moved in pitch."""
    n_phrase_bars: Literal[4, 8, 16] = 8
    """Length of the phrases that are compared."""


class Planning(Corrected, _Songs):
    """What a mashup is planned by."""

    style: Style = "classic"
    """Classic: one song's voice over the other's instruments. Trade: they take turns. Medley: song after song, joined.
    Megamix: short pieces of all, with drums of one under the other where the songs change."""
    length_s: float = Field(120.0, ge=20, le=900)
    """About how long; it is made of whole phrases, two at least and one for each song. A plan that differs by more
    than a fifth says so."""
    lead: Literal["A", "B", "C", "D", "E", "F"] | None = None
    """The song whose voice leads; by default the one whose voice fits best. A song without a voice leads with its
    melody: unasked only where songs take turns, or no other has a voice that can lead."""
    energy_arc: EnergyArc = "arc"
    """Course of energy: arc rises to a peak at three quarters and comes down, wave goes up and down."""
    n_phrase_bars: Literal[4, 8, 16] = 8
    """Bars in a slot of the plan; a megamix halves it. Where fewer than three fit into the length, and nothing is said
    here, slots have 4 bars."""
    max_shift_semitones: int = Field(3, ge=0, le=6)
    """By how much a song may be moved in pitch."""
    target_tempo_bpm: float | None = Field(None, ge=40, le=240)
    """Tempo of the mashup; by default the one that stretches the songs least, those of the voices above all."""
    seed: int = Field(0, ge=0, le=2**31 - 1)
    """Another number, another choice among plans that are as good; 0 takes the best."""


class MashPlanParams(Planning):
    """Plan mashups of songs: three different ones, and what speaks against each.

    No sound is made. Give a plan to have it judged anew and completed: sections whose backing is "?" are planned again.
    """

    plan: Plan | None = None
    """A plan to start from; its sections stay as they are but for those whose backing is "?": of these the
    lead is kept where one is given, or a warning says why not."""


class MashTalkParams(Planning):
    """Let a language model plan the mashup, or change a plan by words.

    It sees a table of phrases and answers with their names; rules and costs are those of ``mash_plan``. Where it does
    not answer, or breaks a rule, the plan by rules stands and the result says so.
    """

    brief: str = Field("", max_length=2000)
    """What you wish for, in words: "more energy in the second half, start with the voice of B"."""
    plan: Plan | None = None
    """The plan to change; by default a new one is made."""


class MashupParams(Planning):
    """Make a mashup: take songs apart, see what goes together, plan, render, master.

    Two to six songs in; a finished mix out, with its plan, its clips as stems and the reasons for every choice.
    """

    planner: Literal["rules", "model"] = "rules"
    """Rules plan without help; model asks the language model of the settings."""
    brief: str = Field("", max_length=2000)
    """What you wish for, in words, for the language model; refused where the rules plan, for they read no words."""
    plan: Plan | None = None
    """A plan to render, changed or not: judged anew, its times, speeds and words brought in line with what plays, its
    open sections planned; by default one is made."""
    choice: Literal[1, 2, 3] = 1
    """Which of the three plans to render."""
    previews: bool = False
    """Render 20 s of each of the plans, too."""
    stems: bool = False
    """Deliver the clips of the mashup as a ZIP of stems, too: takes about as long again as rendering."""
    project: bool = False
    """Deliver the mashup as a DAWproject, too."""
    master: bool = True
    """Master the mix."""
    target_lufs: float | None = Field(None, ge=-36, le=-5)
    """Loudness of the master; by default that of mastering."""
    format: Literal["wav", "flac"] = "wav"
    """Format of the mix and the master."""


class MashPreviewParams(Separation, _Songs):
    """Hear a stretch of a plan before the whole of it is rendered; it is not mastered.

    Sections that were rendered already, for a preview or a mashup without stems, are not made anew.
    """

    plan: Plan
    """The plan."""
    from_s: float | None = Field(None, ge=0)
    """Where to begin; by default a little before its most energetic lead."""
    length_s: float = Field(20.0, ge=5, le=60)
    """How long a stretch."""


class SongDoubt(Figures):
    """What the analysis of a song is not sure of, and what to tell of the song to have it otherwise."""

    about: Literal["tempo", "metre", "beats", "bars", "key"]
    """What is doubtful."""
    text: str
    """What was heard, and what it may be instead."""
    tempo_bpm: float | None = None
    """The tempo that a correction tells; absent where it tells something else."""
    first_beat_s: float | None = None
    """The first beat that a correction tells; absent where it tells something else."""
    metre: MetreName | None = None
    """The time signature that a correction tells; absent where it tells something else."""


class SongCard(Figures):
    """What a song brings along."""

    songId: SongId  # noqa: N815 - the masterplan's name
    """Its letter."""
    name: str
    """Its name."""
    duration_s: float
    """Its length."""
    tempo_bpm: float
    """Its tempo."""
    tempo_confidence: float
    """0 to 1."""
    is_steady: bool
    """Whether it was played to a click; where not, its beats are moved one by one."""
    metre: str
    """Its time signature."""
    n_bars: int
    """Its bars."""
    key: str | None
    """Its key; absent where it has none."""
    camelot: str | None
    """Its key on the wheel of DJs, such as 8A; to be shown, not to be judged by."""
    energy_1_10: int
    """Energy of its middle phrase, where 1 is its own faintest and 10 its own most energetic."""
    vocal_share: float
    """Part of its bars in which the vocal stem sounds."""
    stems_grade: str | None
    """How far its stems can be trusted: good, fair, poor or absent; none where nobody knows."""
    doubts: tuple[SongDoubt, ...] = ()
    """What its analysis is not sure of: a mashup stands or falls with it."""
    warnings: tuple[str, ...]
    """What to know before using it; of a mashup's songs the doubts too, each with the correction that settles it."""


class PhraseRow(Figures):
    """A phrase that can be used."""

    id: PhraseId
    """Its name: letter of the song, number in it."""
    songId: SongId  # noqa: N815 - the masterplan's name
    """Letter of the song."""
    start_bar: int
    """Bar of the song that it begins with, from 0."""
    n_bars: int
    """Its length in bars of the song."""
    start_s: float
    """Where it begins in the song."""
    end_s: float
    """Where it ends."""
    label: str
    """The section of the song that it is of."""
    energy_1_10: int
    """1 for the song's faintest phrases, 10 for its most energetic."""
    vocal_share: float
    """Part of its beats in which the vocal stem sounds."""
    loudness_lufs: float | None
    """Loudness of all its stems together; absent in silence."""
    is_on_section: bool
    """Whether a section of the song begins with it."""


class MatchParts(Figures):
    """Of what a score is made: 100 is best."""

    harmony_percent: float
    """How alike the pitch classes go in time: 50 is no relation."""
    consonance_percent: float
    """How little dissonance there is where both sound."""
    rhythm_percent: float
    """How alike low and high strokes fall in the bars."""
    balance_percent: float
    """How evenly both together fill low, middle and high."""
    voice_room_percent: float
    """How little the backing's own voice gets in the way."""
    tempo_percent: float
    """How little the tempi have to be changed."""


class PairScore(Figures):
    """A lead phrase over a backing phrase."""

    lead: PhraseId
    """The phrase whose voice is taken."""
    backing: PhraseId
    """The phrase whose instruments are taken."""
    score_percent: float
    """How well they go together."""
    shift_semitones: int
    """By how much the lead is moved in pitch, against the backing."""
    n_offset_bars: int
    """By how many bars the backing is best begun later than its phrase."""
    parts: MatchParts
    """Of what the score is made."""


class SongMatch(Figures):
    """A song's voice over another's instruments."""

    lead: SongId
    """Letter of the song whose voice is taken."""
    backing: SongId
    """Letter of the song whose instruments are taken."""
    score_percent: float
    """Mean of the best phrases' scores."""
    shift_semitones: int
    """By how much the lead is best moved in pitch, against the backing."""
    tempo_change_percent: float
    """By how much the tempi differ, counted as suits best."""
    parts: MatchParts
    """Of what the score is made."""
    best: PairScore | None
    """The best pair of phrases; absent where a song has none to give."""
    reasons: tuple[str, ...]
    """What the score comes from, in words."""
    warnings: tuple[str, ...]
    """What will be heard of the differences."""
    recommendations: tuple[str, ...]
    """What to do about them."""


class PhrasesResult(Result):
    """A song's phrases and what they sound like."""

    song: SongCard
    """What the song brings along."""
    phrases: tuple[PhraseRow, ...]
    """Its phrases of four bars."""
    beats_s: tuple[float, ...]
    """All its beats."""
    downbeats: tuple[int, ...]
    """Which of the beats begin a bar, as indices from 0."""
    features: AssetRef
    """What its stems sound like beat by beat, as NumPy arrays (.npz)."""
    drums: AssetRef
    """Its drums."""
    bass: AssetRef
    """Its bass."""
    other: AssetRef
    """All that is neither drums nor bass nor voice."""
    vocals: AssetRef
    """Its voices."""


class MatchResult(Result):
    """Which songs go together."""

    songs: tuple[SongCard, ...]
    """The songs."""
    matches: tuple[SongMatch, ...]
    """Every song's voice over every other's instruments; the best first."""
    pairs: tuple[PairScore, ...]
    """The best pairs of phrases."""
    phrases: tuple[PhraseRow, ...]
    """All phrases."""
    warnings: tuple[str, ...]
    """What to know."""

    def digest(self) -> Digest:
        """Return a row for each pair of songs."""
        names = {song.songId: song.name for song in self.songs}
        return Digest(
            title="Which songs go together",
            columns=("lead of", "over", "score", "shift", "why"),
            rows=tuple(
                (
                    f"{match.lead} {names[match.lead]}",
                    f"{match.backing} {names[match.backing]}",
                    str(whole(match.score_percent)),
                    f"{match.shift_semitones:+d}",
                    "; ".join((*match.reasons, *match.warnings)),
                )
                for match in self.matches
            ),
            sentences=self.warnings,
        )


class MashPlanResult(Result):
    """Plans, the best first, and what they were made from."""

    songs: tuple[SongCard, ...]
    """The songs."""
    phrases: tuple[PhraseRow, ...]
    """All phrases that can be used, in the length of a slot."""
    matches: tuple[SongMatch, ...]
    """Every song's voice over every other's instruments; the best first."""
    pairs: tuple[PairScore, ...]
    """The best pairs of phrases."""
    plans: tuple[Plan, ...]
    """The plans; the given one first, where there was one."""
    warnings: tuple[str, ...]
    """What to know."""

    def digest(self) -> Digest:
        """Return a row for each section of the first plan, and what the others are."""
        return plan_digest(self.plans, self.warnings)


class MashupResult(Result):
    """A finished mashup."""

    songs: tuple[SongCard, ...]
    """The songs."""
    phrases: tuple[PhraseRow, ...]
    """All phrases that can be used."""
    matches: tuple[SongMatch, ...]
    """Every song's voice over every other's instruments; the best first."""
    pairs: tuple[PairScore, ...]
    """The best pairs of phrases."""
    plans: tuple[Plan, ...]
    """The plans that there were to choose from."""
    plan: Plan
    """The plan that was rendered."""
    mix: AssetRef
    """The mix before mastering."""
    master: AssetRef | None
    """The mastered mix; absent where it was not asked for."""
    stems: AssetRef | None
    """The clips as a ZIP of stems; absent where it was not asked for."""
    plan_file: AssetRef
    """The plan that was rendered as JSON, to be changed and given back as ``plan``."""
    project: AssetRef | None
    """The DAWproject; absent where it was not asked for."""
    previews: tuple[AssetRef, ...]
    """20 s of each plan, in their order; empty where they were not asked for."""
    duration_s: float
    """Length of the mashup."""
    sample_rate: int
    """Of mix and master, in Hz."""
    integrated_lufs: float | None
    """Loudness of the master, or of the mix where there is no master."""
    true_peak_dbtp: float | None
    """True peak of the master, measured from its file 16 times oversampled, or of the mix where there is no master."""
    warnings: tuple[str, ...]
    """What to know."""

    def digest(self) -> Digest:
        """Return a row for each section."""
        files = [f"{what}: {file}" for what, file in (("mix", self.mix), ("master", self.master)) if file]
        return plan_digest((self.plan,), (*self.warnings, *files))


class MashPreviewResult(Result):
    """A stretch of a mashup."""

    sound: AssetRef
    """The sound, as FLAC."""
    start_s: float
    """Where in the mashup it begins."""
    duration_s: float
    """Its length."""
    warnings: tuple[str, ...]
    """What could not be done as planned."""


def plan_digest(plans: tuple[Plan, ...], sentences: tuple[str, ...]) -> Digest:
    """Return the sections of the first plan as rows, and the others' titles."""
    if not plans:
        return Digest(columns=("at", "section", "what"), rows=(), sentences=sentences)
    from tonmeister.capabilities.mashing.planning.concept import difference

    first = plans[0]
    held = first.masterplan.global_
    return Digest(
        title=f"{first.masterplan.title} – {held.targetBPM:g} BPM",
        columns=("at", "section", "energy", "lead", "backing", "what"),
        rows=tuple(
            (
                f"{int(section.time_start_sec // 60)}:{section.time_start_sec % 60:04.1f}",
                section.label,
                str(section.energy_level),
                section.lead or "–",
                section.backing,
                section.description,
            )
            for section in first.masterplan.timeline
        ),
        # what the plan and the result both tell, such as that no language model was asked, is told once
        sentences=tuple(
            dict.fromkeys(
                (
                    first.creative_vision,
                    *(f"{remedy.problem} {remedy.solution}" for remedy in first.masterplan.problems_and_solutions),
                    *(f"Another plan: {plan.masterplan.title}. {difference(plan, first)}" for plan in plans[1:]),
                    *first.origin.notes,
                    *sentences,
                )
            )
        ),
    )

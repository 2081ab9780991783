"""The public contract of analysing: parameters and results."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from tonmeister.core.asset import AssetRef
from tonmeister.core.capability import Digest, Params, Result
from tonmeister.core.measurement import Figures
from tonmeister.music.form import FormSection

MetreName = Literal["2/4", "3/4", "4/4", "6/8"]
HIGHEST_BPM = 400.0
"""No beats are counted faster, also where they are counted twice as fast as was told or found."""


TempoFactor = Literal["half", "same", "double"]


class AnalyzeParams(Params):
    """Find tempo, beats, metre, key, chords, sections, energy and loudness of a song.

    Everything that is heard comes with a confidence, and what is not there is told as such: a speech has no beat, a
    drum solo no key. Tempo, first beat and metre can be corrected; the rest follows.
    """

    file: AssetRef
    """The sound file."""
    tempo_bpm: float | None = Field(None, ge=20, le=HIGHEST_BPM)
    """Tempo, where you know better: half or twice of what is found counts the same beats so; else beats are looked for
    within 4 % of it, or counted evenly at it, and what was found without it is told."""
    first_beat_s: float | None = Field(None, ge=0)
    """Where the first beat of a bar lies, where you know better."""
    metre: MetreName | None = None
    """Time signature, where you know better."""
    tempo_factor: TempoFactor = "same"
    """Count the beats half or twice as fast as they were found, or as tempo_bpm tells; at most 400 BPM."""
    beat_model: AssetRef | None = None
    """A network of your own that hears the beats, such as Beat This!, as an ONNX file. Nothing is downloaded."""
    beat_model_sha256: str | None = Field(None, pattern="^[0-9a-fA-F]{64}$")
    """The sha256 that this file must have, as its publisher states it."""
    accept_weights_licence: bool = False
    """Say that you have read the licence of the network; without it the work ends by showing what is known of it."""

    @model_validator(mode="after")
    def _fits(self) -> AnalyzeParams:
        _check_model(self.beat_model, self.beat_model_sha256)
        return self


class ObserveParams(Params):
    """Keep of a song what an analysis is made from: onsets, pitch classes, timbre and loudness over time.

    The first step of `analyze`, kept by content, so that corrections need no second reading.
    """

    file: AssetRef
    """The sound file."""
    beat_model: AssetRef | None = None
    """A network of your own that hears the beats too, as an ONNX file."""
    beat_model_sha256: str | None = Field(None, pattern="^[0-9a-fA-F]{64}$")
    """The sha256 that this file must have, as its publisher states it."""
    accept_weights_licence: bool = False
    """Say that you have read the licence of the network."""

    @model_validator(mode="after")
    def _fits(self) -> ObserveParams:
        _check_model(self.beat_model, self.beat_model_sha256)
        return self


def _check_model(model: str | None, sha256: str | None) -> None:
    if model is not None and sha256 is None:
        raise ValueError("beat_model needs beat_model_sha256: state what the publisher of the network states")
    if model is None and sha256 is not None:
        raise ValueError("beat_model_sha256 belongs to beat_model: name the network, or leave it out")


class ObserveResult(Result):
    """What an analysis is made from."""

    name: str
    """Name of the file."""
    duration_s: float
    """Length."""
    n_channels: int
    """Number of channels."""
    features: AssetRef
    """Curves over time, as NumPy arrays (.npz)."""
    beat_network: str | None = None
    """Name of the network that heard beats too; none where none was given."""
    beat_network_licence: str | None = None
    """What is known of its licence."""
    repairs: tuple[str, ...]
    """What was wrong with the file and what was done about it."""

    def digest(self) -> Digest:
        """Return one row, and where the file is."""
        return Digest(
            title="Observed",
            columns=("file", "length"),
            rows=((self.name, clock(self.duration_s)),),
            sentences=(*self.repairs, f"Curves over time: {self.features}"),
        )


class TempoAlternative(Figures):
    """Another tempo that fits."""

    tempo_bpm: float
    """Beats a minute."""
    weight: float
    """How well it fits beside the chosen one, which has 1."""
    relation: str
    """What it is to the chosen one: half, double, two thirds, three halves, third, triple or other."""


class Tempo(Figures):
    """How fast the song is."""

    tempo_bpm: float
    """Beats a minute: of the grid where the song is steady, else the median."""
    confidence: float
    """0 to 1: how far this tempo stands out from all others; 1 where beats were found near the tempo that was told,
    0 where none were and beats are counted evenly at it."""
    is_told: bool
    """Whether the player told it."""
    alternatives: tuple[TempoAlternative, ...]
    """Other tempos that fit, the best first."""
    is_steady: bool
    """Whether all beats lie on one even grid, as in a song played to a click, or counted evenly as told."""
    error_percent: float | None
    """Standard error of the tempo where it is steady."""
    scatter_ms: float | None
    """Median distance of the heard onsets from the beats that they were taken for; absent where beats are counted
    evenly at the tempo that was told, wherever onsets lie."""


class TempoPoint(Figures):
    """Tempo from a moment on."""

    time_s: float
    """When."""
    tempo_bpm: float
    """Beats a minute."""


class MetreAlternative(Figures):
    """Another metre that fits."""

    numerator: int
    """Beats of the time signature in a bar."""
    denominator: int
    """Note value of the time signature's beats."""
    weight: float
    """Probability. 3/4 and 6/8 count the same music at tempos that are three to two."""


class Metre(Figures):
    """How beats make bars."""

    numerator: int
    """Beats of the time signature in a bar."""
    denominator: int
    """Note value of the time signature's beats."""
    n_beats_per_bar: int
    """Beats in a bar as they are counted in ``beats_s``: two in 6/8, the numerator elsewhere."""
    confidence: float
    """0 to 1: how far this metre stands out from the others."""
    is_ambiguous: bool
    """Whether another metre is half as likely or more."""
    alternatives: tuple[MetreAlternative, ...]
    """Other metres that fit, the likeliest first."""


class PlacingAlternative(Figures):
    """Another place where beats or bars may lie, at the same tempo."""

    moves: Literal["beats", "bars"]
    """What would lie elsewhere: all beats, most often by half of one, or only which of them begin the bars."""
    n_beats_later: float
    """How much later the bars would begin, in beats; earlier where it is negative."""
    first_beat_s: float
    """Where a bar would begin, that nearest to the first one now: hand it in as ``first_beat_s`` to have it so."""
    weight: float
    """Probability."""


class Placing(Figures):
    """Where beats and bars lie, at the tempo that was found."""

    first_beat_s: float
    """Where the first whole bar begins."""
    beat_confidence: float
    """0 to 1: how sure the beats lie here rather than between, at this tempo."""
    bar_confidence: float
    """0 to 1: how sure the bars begin on these beats rather than on others."""
    alternatives: tuple[PlacingAlternative, ...]
    """Where else they may well lie, the likeliest first; none where nothing comes near."""


class KeyAlternative(Figures):
    """Another key that fits."""

    name: str
    """Tonic and mode, such as A minor."""
    weight: float
    """Probability."""


class KeyFigures(Figures):
    """The key of the whole song."""

    tonic: str
    """Its first note."""
    mode: Literal["major", "minor"]
    """Its mode."""
    name: str
    """Tonic and mode, such as Eb major."""
    confidence: float
    """Probability of this key."""
    is_ambiguous: bool
    """Whether another key is half as likely or more; most often the relative one, with the same notes."""
    relative: str
    """The key with the same notes in the other mode."""
    alternatives: tuple[KeyAlternative, ...]
    """The next best keys."""


class KeySpan(Figures):
    """A key for a while."""

    start_s: float
    """Beginning."""
    end_s: float
    """End."""
    key: str
    """Tonic and mode."""
    confidence: float
    """Mean probability."""


class ChordFigures(Figures):
    """A chord for a while."""

    start_s: float
    """Beginning."""
    end_s: float
    """End."""
    start_beat: int | None
    """Index of the beat it begins on; absent where no beat was found."""
    label: str
    """The chord in Harte's syntax, such as A:min7 or C:maj/3; N where there is none."""
    bass: str | None
    """The lowest note; absent without a chord."""
    confidence: float
    """Mean probability."""


class SectionFigures(Figures):
    """A section of the form."""

    start_s: float
    """Beginning."""
    end_s: float
    """End."""
    start_bar: int | None
    """Number of the bar it begins with, from 0; absent where no bars were found."""
    label: Literal["intro", "verse", "chorus", "bridge", "outro", "section"]
    """What it may be, judged by repetition and energy; "section" where nothing repeats enough to judge by."""
    group: str
    """Letter shared by sections that sound alike."""
    confidence: float
    """0 to 1, of the label."""
    energy_1_10: int
    """1 for the song's faintest phrases, 10 for its most energetic; see the README for what goes into it."""
    vocal_share: float | None
    """Part of the time in which a voice is guessed to sing or a lead to sound like one."""
    vocal_confidence: float
    """0 to 1: how far ``vocal_share`` is to be trusted."""


class PhraseFigures(Figures):
    """A phrase: four bars as a rule, cut at sections."""

    start_s: float
    """Beginning."""
    end_s: float
    """End."""
    start_bar: int | None
    """Number of the bar it begins with, from 0; absent where no bars were found."""
    n_bars: int
    """Length in bars; 0 where no bars were found."""
    energy_1_10: int
    """1 for the song's faintest phrases, 10 for its most energetic."""
    vocal_share: float | None
    """Part of the time in which a voice is guessed to sing or a lead to sound like one."""
    vocal_confidence: float
    """0 to 1: how far ``vocal_share`` is to be trusted."""
    loudness_lufs: float | None
    """Mean momentary loudness; absent in silence."""


class LoudnessCurve(Figures):
    """Momentary loudness over time."""

    hop_s: float
    """Distance of the points; the first stands for the 0.4 s that begin with the song."""
    momentary_lufs: tuple[float | None, ...]
    """Loudness of 0.4 s each; absent below -70 LUFS."""


class WaveformPeaks(Figures):
    """Outline of the waveform, all channels together; full scale is 100."""

    hop_s: float
    """How long each point stands for."""
    lowest_percent: tuple[float, ...]
    """Lowest samples."""
    highest_percent: tuple[float, ...]
    """Highest samples."""


class Doubt(Figures):
    """What may be otherwise than it was heard, and what to tell the analysis to have it so."""

    about: Literal["tempo", "metre", "beats", "bars", "key"]
    """What is doubtful: how fast, how many beats a bar has, where beats lie, which of them begin bars, or the key."""
    text: str
    """What was heard, and what it may be instead."""
    warning: str
    """The same as it stands in ``warnings``: with the option of the command line that settles it."""
    tempo_bpm: float | None = None
    """The tempo to tell; absent where another tempo is not what settles it."""
    first_beat_s: float | None = None
    """The first beat to tell; absent where it is not what settles it."""
    metre: MetreName | None = None
    """The time signature to tell; absent where it is not what settles it."""


class AnalyzeResult(Result):
    """What song it is."""

    name: str
    """Name of the file."""
    duration_s: float
    """Length."""
    tempo: Tempo | None
    """How fast; absent where no beat was found."""
    tempo_map: tuple[TempoPoint, ...]
    """Tempo over time: one point in a steady song, else one a bar."""
    beats_s: tuple[float, ...]
    """All beats."""
    beat_engine: str
    """What found the beats: "own", "network" and its name, "told" where they were counted evenly as it was told, and
    "none" where no beat was found."""
    beat_model_sha256: str | None
    """Hash of the network's weights; none where no network was given."""
    downbeats: tuple[int, ...]
    """Which of the beats begin a bar, as indices from 0."""
    metre: Metre | None
    """How beats make bars; absent where no beat was found."""
    placing: Placing | None
    """Where beats and bars lie, and where else they may lie; absent where no beat was found, or beats were counted
    evenly at the tempo that was told."""
    tuning_cents: float | None
    """How far the tuning lies from A = 440 Hz; absent where there is no pitch to judge by."""
    tuning_confidence: float
    """0 to 1."""
    key: KeyFigures | None
    """The key of the whole; absent where there is none, as in a drum solo."""
    key_path: tuple[KeySpan, ...]
    """The key over time."""
    chords: tuple[ChordFigures, ...]
    """Chords, changing on beats."""
    chord_engine: str
    """What heard the chords: "network" or "template", the plainer way, with " and notes" where the note network was
    heard as well; "none" where there is no key."""
    sections: tuple[SectionFigures, ...]
    """The form, without gaps."""
    phrases: tuple[PhraseFigures, ...]
    """Phrases, without gaps."""
    loudness: LoudnessCurve
    """Loudness over time."""
    peaks: WaveformPeaks
    """Outline of the waveform."""
    style_vector: tuple[float, ...]
    """What to compare songs by: 32 numbers in a fixed order, each about 0 with a spread of about 1; see the README."""
    doubts: tuple[Doubt, ...] = ()
    """What may be otherwise."""
    warnings: tuple[str, ...]
    """What is doubtful or missing, and why: the doubts too."""

    def digest(self) -> Digest:
        """Return one row of what a musician asks first, then a chart of the sections, and what is doubtful."""
        from tonmeister.capabilities.analyzing.outline import outline

        tempo = f"{self.tempo.tempo_bpm:.2f} BPM" if self.tempo else "–"
        metre = f"{self.metre.numerator}/{self.metre.denominator}" if self.metre else "–"
        tuning = "–" if self.tuning_cents is None else f"{self.tuning_cents:+.0f} cents"
        parts = [
            FormSection(each.start_s, each.end_s, each.label, each.group, each.confidence) for each in self.sections
        ]
        form = " ".join(part.heading for part in parts)
        return Digest(
            title="Analysed",
            columns=("file", "length", "tempo", "metre", "key", "tuning", "form"),
            rows=(
                (
                    self.name,
                    clock(self.duration_s),
                    tempo,
                    metre,
                    self.key.name if self.key else "–",
                    tuning,
                    form or "–",
                ),
            ),
            sentences=(*outline(self), *(f"{self.name}: {warning}" for warning in self.warnings)),
        )


def clock(time_s: float) -> str:
    """Return a time as people read it on a player."""
    minutes, tenths = divmod(round(time_s * 10), 600)
    return f"{minutes}:{tenths / 10:04.1f}"

"""The public contract of transcribing: parameters and result."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from tonmeister.core.asset import AssetRef
from tonmeister.core.capability import Digest, Params, Result
from tonmeister.core.measurement import Figures

N_FOR_SETUPS = 200
"""Notes from the beginning by which tunings and capos are compared."""
HIGHEST_BPM = 400.0
"""No beats are counted faster, also where they are counted twice as fast as was told."""
LONGEST_S = 86_400.0
"""No time may lie later than a day; within a song, what `wishes.check_times` says."""
Instrument = Literal["guitar", "bass", "ukulele", "piano", "voice", "drums", "any"]
FileFormat = Literal["midi", "gp5", "musicxml", "alphatex", "ascii", "chordpro", "json", "svg", "pdf"]
Notation = Literal["tab", "standard", "both"]
MetreName = Literal["2/4", "3/4", "4/4", "6/8"]


class TabEdit(BaseModel):
    """One thing that a player changes by hand; what it does not name is solved again around it."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    kind: Literal["place", "pitch", "delete", "add", "hand"]
    """Lock a note to a string and fret, give it another pitch, delete it, add one, or move the hand for a while."""
    note: str | None = Field(None, max_length=40)
    """Name of the note, as in the result; for "place", "pitch" and "delete"."""
    string: int | None = Field(None, ge=1, le=12)
    """String from 1, the one nearest the floor; for "place", and for "add" if you like: the note then goes to the fret
    of it that sounds its pitch, or anywhere where there is none."""
    fret: int | None = Field(None, ge=0, le=36)
    """Fret from the capo; with a string, for "add" and for "place" without midi only one that sounds the note's pitch;
    or for "hand" the fret under the index finger."""
    start_s: float | None = Field(None, ge=0, le=LONGEST_S)
    """Beginning, within the song; for "add" and "hand"."""
    end_s: float | None = Field(None, ge=0, le=LONGEST_S)
    """End, at most a minute after the song's; for "add" and "hand"."""
    midi: int | None = Field(None, ge=0, le=127)
    """Pitch as in the recording; for "add", "pitch", and for "place" if you like: the note then takes this pitch, on
    that string if it can, also when the neck is strung or the song transposed otherwise."""
    velocity: int = Field(96, ge=1, le=127)
    """How hard the note is struck; for "add"."""


class TranscribeParams(Params):
    """Turn a recording into notes, a tab or score, and files of it.

    Notes, beats and fingering come with what is doubtful or could not be taken. The performance is kept as it was
    played beside the written music.
    """

    file: AssetRef
    """The sound file: a song, or better a stem of it with one instrument."""
    instrument: Instrument = "guitar"
    """Who plays: sets range, thresholds and neck. Voice and bass are heard as single voices; of drums, kick, snare and
    hi-hat are told apart."""
    voices: Literal["auto", "one", "many"] = "auto"
    """Hear a single voice, or chords; the instrument decides where you do not."""
    sensitivity_percent: float = Field(50, ge=0, le=100)
    """How faint a note may be: less gives fewer false notes, more gives fewer missed ones."""
    tuning: str | None = Field(None, max_length=64)
    """A name such as "drop D", or strings such as EADGBE, the lowest first; the usual ones where not given."""
    capo: int = Field(0, ge=0, le=12)
    """Fret that the capo lies on."""
    n_frets: int = Field(22, ge=5, le=36)
    """Frets on the neck."""
    style: Literal["any", "open", "position", "power-chord"] = "any"
    """How the hand likes to play. Where there is no neck, this is refused, as are tuning, capo, n_frets, difficulty and
    the notation "tab"."""
    transpose_semitones: int = Field(0, ge=-12, le=12)
    """How much higher than the recording everything is written."""
    difficulty: Literal["easy", "medium", "full"] = "full"
    """How much is asked of the hand; what an easier tab leaves out is listed."""
    suggest_setups: bool = False
    """Compare tunings and capos, and tell which are easiest; of those that sound alike, the plainest."""
    smallest: Literal["1/4", "1/8", "1/16", "1/32"] = "1/16"
    """The smallest note value to write."""
    triplets: bool = True
    """Whether beats may be divided by three."""
    notation: Notation = "both"
    """What svg, pdf and musicxml files show: tab, standard notation or both. In musicxml with both, the tab is a part
    of its own that is not played."""
    tempo_bpm: float | None = Field(None, ge=20, le=HIGHEST_BPM)
    """Tempo, where you know better."""
    first_beat_s: float | None = Field(None, ge=0, le=LONGEST_S)
    """Where the first beat of a bar lies, within the song, where you know better."""
    metre: MetreName | None = None
    """Time signature, where you know better."""
    tempo_factor: Literal["half", "same", "double"] = "same"
    """Count the beats half or twice as fast as they were found, or as tempo_bpm tells; at most 400 BPM."""
    edits: tuple[TabEdit, ...] = Field((), max_length=5000)
    """What you change by hand, from first to last, by kind: "place" locks a note to a place that sounds its pitch
    (note, string, fret; with midi, it takes that pitch), "pitch" gives it another pitch (note, midi), "delete" takes it
    away (note), "add" adds one (start_s, end_s, midi; string, fret and velocity if you like), "hand" moves the hand for
    a while (start_s, end_s, fret). Notes are named as in the result. For example {"kind": "place", "note": "64@1200",
    "string": 2, "fret": 5}."""
    format: tuple[FileFormat, ...] = ("midi", "gp5", "musicxml", "alphatex", "ascii", "chordpro", "json")
    """Files to write; those that the music cannot be written in are told, not made. MIDI begins when the recording
    does, and each note sounds in it when it was played. A draft makes those alone that are text."""
    title: str | None = Field(None, max_length=200)
    """For the top of the page; where not given, the title in the file's tags, or else its name."""
    artist: str | None = Field(None, max_length=200)
    """For the top of the page."""


class TabNote(Figures):
    """A note as it was played, and where it is written."""

    name: str
    """Stays the same from one transcription of the song to the next, whatever is changed; edits name notes by it."""
    onset_s: float
    """When it begins to sound."""
    offset_s: float
    """When it ends."""
    midi: int
    """Pitch."""
    velocity: int
    """1 (softest) to 127."""
    confidence: float
    """0 to 1: how likely it was played; 1 for those added, or given their pitch, by hand."""
    is_doubtful: bool
    """Whether it is about as likely to be wrong as right, or more; so is all that was heard where neither a beat nor a
    key was found, however much it sounds played."""
    onset_quarters: str
    """Where it is written, in quarters from the first bar, as a fraction such as "7/2"."""
    duration_quarters: str
    """How long it is written, as a fraction."""
    string: int | None
    """String from 1; absent where there is no neck, or no place for it."""
    fret: int | None
    """Fret from the capo."""
    hand_fret: int | None
    """Fret under the index finger."""
    is_locked: bool
    """Whether the player chose the place."""
    techniques: tuple[str, ...]
    """How it is shaped: hammer_on, pull_off, slide, bend or vibrato."""
    bend_confidence: float | None
    """0 to 1: how likely its bend is one, and no slide or note struck anew; absent without a bend."""
    is_bend_doubtful: bool
    """Whether about every third bend that is no surer is none."""


class UnfingeredNote(Figures):
    """A note that no hand could take together with the others."""

    name: str
    """The note."""
    time_s: float
    """When it begins."""
    midi: int
    """Pitch."""
    reason: str
    """Why: out of range, same pitch twice, no string free, out of reach, simplified, string taken at that place; or,
    without a neck, same pitch again too soon to be written."""


class WrittenBar(Figures):
    """A bar of the written music."""

    start_s: float
    """When it begins in the recording."""
    tempo_bpm: float
    """Quarters a minute."""
    section: str
    """Name of a section that begins here, its letter where the name is less than half sure, "section" where it has
    none; empty if none begins."""
    chords: tuple[tuple[str, str], ...]
    """Places in quarters from the bar's beginning, as fractions, with chords in Harte's syntax; none where a single
    line only implies them."""


class SetupFigures(Figures):
    """A way to string up for the song."""

    tuning: str
    """Name of the tuning."""
    capo: int
    """Fret that the capo lies on."""
    cost_ratio: float
    """What the hand's way costs by our weights, beside the chosen neck, which has 1: an order, not a measure."""
    n_left_out: int
    """Notes that it leaves out."""


class NumeralFigures(Figures):
    """A chord, the key that it is heard in, and what it does there."""

    start_s: float
    """Beginning."""
    end_s: float
    """End."""
    label: str
    """The chord in Harte's syntax; N where there is none."""
    key: str
    """The key that it is heard in."""
    figure: str
    """Roman numeral, such as V65/V or bVI."""
    function: str
    """What it does: tonic, subdominant, dominant, applied, borrowed, chromatic or none."""
    applied_to: str
    """The degree that an applied chord (a secondary dominant) leads to; empty otherwise."""
    is_resolved: bool
    """Whether an applied chord is followed by that degree."""
    confidence: float
    """0 to 1."""


class CadenceFigures(Figures):
    """Two chords that end a phrase."""

    time_s: float
    """When the second chord begins."""
    kind: str
    """Authentic (V-I), plagal (IV-I), deceptive (V-vi) or half (to V)."""
    figures: tuple[str, str]
    """Both numerals."""
    is_perfect: bool
    """Whether both chords of an authentic cadence are in root position."""
    confidence: float
    """0 to 1."""


class ModulationFigures(Figures):
    """A change of key."""

    time_s: float
    """When the later key begins."""
    before: str
    """The earlier key."""
    after: str
    """The later key."""
    kind: str
    """How the later key lies to the earlier one."""
    pivot: tuple[str, ...]
    """The chord that belongs to both, as its numeral in each; empty where there is none."""
    confidence: float
    """0 to 1."""


class AvoidedNote(Figures):
    """A note of a scale that rubs with a chord."""

    chord: str
    """The chord."""
    note: str
    """The scale's note, not to be held while the chord sounds."""
    instead: str
    """The chord's own note a semitone away; empty where the note resolves to the tone below."""


class ScaleFigures(Figures):
    """A scale to play over a section."""

    name: str
    """Such as A Dorian."""
    notes: tuple[str, ...]
    """Its notes, from the tonic."""
    confidence: float
    """0 to 1."""
    avoid: tuple[AvoidedNote, ...]
    """Notes to avoid."""


class SectionTheory(Figures):
    """A section's key and what to play over it."""

    start_s: float
    """Beginning."""
    end_s: float
    """End."""
    label: str
    """What it may be, such as verse; "section" where nothing tells, or that would be less than half sure."""
    group: str
    """Letter shared by sections that sound alike."""
    key: str
    """The key that fills most of it."""
    confidence: float
    """0 to 1, of the key."""
    loop: tuple[str, ...]
    """The succession of chords that it turns on, as numerals; empty if there is none."""
    loop_name: str
    """What musicians call it; empty where it has no name."""
    scales: tuple[ScaleFigures, ...]
    """Scales that fit, the best first."""


class TheoryFigures(Figures):
    """What the harmony does."""

    paragraph: str
    """The same in plain language."""
    confidence: float
    """0 to 1: mean over the chords."""
    is_doubtful: bool
    """Whether that is so low that all of this may be wrong."""
    is_implied: bool
    """Whether a single line sounds, so that the chords are guesses at what it implies; no file holds them then."""
    form: str
    """A letter for each section, the same for the same music; empty where no sections are known."""
    chords: tuple[NumeralFigures, ...]
    """Chords with their numerals."""
    cadences: tuple[CadenceFigures, ...]
    """Ends of phrases."""
    modulations: tuple[ModulationFigures, ...]
    """Changes of key."""
    sections: tuple[SectionTheory, ...]
    """What to play over each section."""


class WrittenFile(Figures):
    """A file of the transcription."""

    format: FileFormat
    """What it is."""
    file: AssetRef
    """The file."""


class TranscribeResult(Result):
    """The song as notes, tab and files."""

    name: str
    """Name of the song."""
    instrument: Instrument
    """Who plays."""
    engine: Literal["polyphonic", "monophonic", "drums"]
    """What heard the notes."""
    duration_s: float
    """Length."""
    tempo_bpm: float | None
    """Beats a minute; absent where no beat was found and the bars are counted at 120."""
    tempo_confidence: float
    """0 to 1."""
    key: str | None
    """Tonic and mode; absent where none was found."""
    key_confidence: float
    """0 to 1."""
    time_signature: str
    """Such as 4/4."""
    swing_percent: float | None
    """Where the second of two eighths falls; absent where they are straight."""
    tuning: str | None
    """Open strings, lowest-placed first; absent where there is no neck."""
    capo: int
    """Fret that the capo lies on."""
    transpose_semitones: int
    """How much higher than the recording everything is written: notes, key, chords."""
    n_notes: int
    """How many notes there are."""
    n_doubtful: int
    """How many of them are doubtful."""
    notes: tuple[TabNote, ...]
    """The notes, in order of time."""
    unfingered: tuple[UnfingeredNote, ...]
    """Notes that were heard but are not in the tab or score; MIDI holds them."""
    bars: tuple[WrittenBar, ...]
    """The bars."""
    setups: tuple[SetupFigures, ...]
    """Other tunings and capos, the easiest first, where they were asked for."""
    theory: TheoryFigures | None
    """What the harmony does; absent where there are no beats, chords or key."""
    files: tuple[WrittenFile, ...]
    """The files."""
    warnings: tuple[str, ...]
    """What is doubtful, missing or was not followed, and why."""

    def digest(self) -> Digest:
        """Return one row of what a musician asks first, where the files are, and what is doubtful."""
        where = "score" if self.tuning is None else "tab"
        tempo = "–" if self.tempo_bpm is None else f"{self.tempo_bpm:.1f} BPM"
        return Digest(
            title="Transcribed",
            columns=("file", "instrument", "notes", "doubtful", f"not in the {where}", "tempo", "metre", "key"),
            rows=(
                (
                    self.name,
                    self.instrument,
                    str(self.n_notes),
                    str(self.n_doubtful),
                    str(len(self.unfingered)),
                    tempo,
                    self.time_signature,
                    self.key or "–",
                ),
            ),
            sentences=(
                *(f"{each.format}: {each.file}" for each in self.files),
                *(f"{self.name}: {sentence}" for sentence in self._setup_sentences()),
                *(f"{self.name}: {warning}" for warning in self.warnings),
            ),
        )

    def _setup_sentences(self) -> list[str]:
        """Return each suggested tuning and capo, with what it costs beside the chosen one."""
        told = []
        for place, each in enumerate(self.setups, 1):
            is_own = each.tuning == self.tuning and each.capo == self.capo
            capo = f", capo {each.capo}" if each.capo else ""
            effort = "as chosen" if is_own else f"effort {each.cost_ratio:.2f} times that of the chosen one"
            n_out = f"{each.n_left_out} of the first {min(self.n_notes, N_FOR_SETUPS)} notes left out"
            told.append(f"setup {place}, {each.tuning}{capo}: {effort}, {n_out}.")
        return told

"""What rendering is told and tells: steps of a mashup, each kept by content."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from tonmeister.capabilities.mashing.plan import AutomationPoint, Effect, MashStem, Plan, Role, SongId
from tonmeister.core.asset import AssetRef
from tonmeister.core.capability import Digest, Params, Result
from tonmeister.core.measurement import Figures

Edge = Literal["cut", "join", "voice"]


class Clip(Figures):
    """Stems of one song, to be played together in a section."""

    songId: SongId  # noqa: N815 - the masterplan's name
    """Letter of the song."""
    stem: str
    """What they are called together, such as drums, or bass+other."""
    n_files: tuple[int, ...] = Field(min_length=1)
    """Which of the section's files they lie in, counted from 0."""
    balance_db: tuple[float, ...] = ()
    """Level of each of them, where they differ; the plan's own wish, as ``volume_db`` for all."""
    role: Role
    """Lead, or backing that makes room for it."""
    source_s: tuple[float, ...] = Field(min_length=2)
    """Moments of the song."""
    target_s: tuple[float, ...] = Field(min_length=2)
    """Where they go, from the beginning of the section."""
    start_s: float
    """Where the clip begins in the section."""
    end_s: float
    """Where it ends."""
    shift_semitones: int = 0
    """By how much its pitch is moved."""
    gain_db: float = 0.0
    """What brings its song to the common loudness."""
    volume_db: float = 0.0
    """The plan's own wish, on top."""
    is_guest: bool = False
    """Whether it is a lead over another song's instruments: then its level follows theirs."""
    high_pass_hz: float = Field(0.0, ge=0, le=1000)
    """Below this it gives way; 0 for nowhere."""
    fade_in_s: float = Field(0.0, ge=0)
    """Fade at its beginning."""
    fade_out_s: float = Field(0.0, ge=0)
    """Fade at its end."""
    edge_in: Edge = "cut"
    """How it begins without a fade: cut, join (it goes on from the section before) or voice (half a beat early)."""
    edge_out: Edge = "cut"
    """How it ends without a fade: cut, join or voice (half a beat late)."""
    automation: tuple[AutomationPoint, ...] = ()
    """Gain over time."""
    effects: tuple[Effect, ...] = ()
    """Effects in their order."""


class MashSectionParams(Params):
    """Render one section of a mashup from its clips.

    A step of ``mashup``, kept by content: after a change of the plan only the sections that changed are made anew.
    """

    stems: tuple[AssetRef, ...] = Field(min_length=1)
    """The files that the clips are of."""
    clips: tuple[Clip, ...] = Field(max_length=48)
    """What sounds."""
    duration_s: float = Field(gt=0, le=900)
    """Length of the section."""
    beat_s: float = Field(gt=0.1, lt=3)
    """Length of a beat."""
    n_beats_per_bar: int = Field(4, ge=1, le=16)
    """Beats in a bar."""
    sample_rate: int = Field(44100, ge=22050, le=192000)
    """Of the sound, in Hz."""
    level_lufs: float | None = Field(None, ge=-60, le=0)
    """Loudness that all clips together are brought to, volumes of whole songs, fades and effects aside; absent where
    they stay as loud as they are."""
    is_split: bool = False
    """Deliver each clip by itself, too."""


class ClipLevel(Figures):
    """How loud a clip came out."""

    songId: SongId  # noqa: N815 - the masterplan's name
    """Letter of the song."""
    stem: str
    """What it plays."""
    loudness_lufs: float | None
    """Loudness as placed, before volume, fades and effects; absent in silence."""
    gain_db: float
    """By how much it was moved, volume included."""


class MashSectionResult(Result):
    """A section as sound, with what sounds before its beginning and after its end."""

    sound: AssetRef
    """The section, 32-bit floating point."""
    clips: tuple[AssetRef, ...]
    """Its clips in their order, where they were asked for; they add up to the section."""
    n_before_samples: int
    """What the file holds before the section begins."""
    n_samples: int
    """Length of the section itself."""
    n_after_samples: int
    """What rings on after its end."""
    levels: tuple[ClipLevel, ...]
    """How loud the clips came out."""
    warnings: tuple[str, ...]
    """What could not be done as planned."""

    def digest(self) -> Digest:
        """Return a row for each clip."""
        return Digest(
            title="Section",
            columns=("song", "stem", "LUFS", "gain dB"),
            rows=tuple(
                (
                    level.songId,
                    level.stem,
                    "–" if level.loudness_lufs is None else f"{level.loudness_lufs:.1f}",
                    f"{level.gain_db:+.1f}",
                )
                for level in self.levels
            ),
            sentences=(f"{self.sound}", *self.warnings),
        )


class SongGrid(Figures):
    """What rendering must know of a song."""

    songId: SongId  # noqa: N815 - the masterplan's name
    """Its letter."""
    name: str
    """Its name."""
    duration_s: float
    """Its length."""
    beats_s: tuple[float, ...]
    """Its beats."""
    downbeats: tuple[int, ...]
    """Which of the beats begin a bar."""
    is_steady: bool
    """Whether its beats lie on one even grid."""
    loudness_lufs: float | None
    """Loudness of all its stems together; absent in silence."""


class MashRenderParams(Params):
    """Render a mashup's plan: place the clips, make the sections, join them.

    A step of ``mashup``. The stems are four files for each song, in the order of the songs: drums, bass, other, vocals.
    """

    stems: tuple[AssetRef, ...] = Field(min_length=1)
    """Drums, bass, other and vocals of each song, in the order of the songs."""
    songs: tuple[SongGrid, ...] = Field(max_length=6)
    """The songs."""
    plan: Plan
    """What is to be rendered."""
    from_s: float = Field(0.0, ge=0)
    """Where to begin: for a preview."""
    length_s: float | None = Field(None, gt=0)
    """How much to render; all by default."""
    is_split: bool = False
    """Deliver the tracks by themselves, too."""


class Track(Figures):
    """One stem of one song all through the mashup."""

    songId: SongId  # noqa: N815 - the masterplan's name
    """Letter of the song."""
    stem: MashStem
    """Which of its stems."""
    file: AssetRef
    """The sound; it begins with the mashup."""


class MashRenderResult(Result):
    """A mashup before mastering."""

    mix: AssetRef
    """The mix, 32-bit floating point."""
    tracks: tuple[Track, ...]
    """Its tracks, where they were asked for; they add up to the mix."""
    duration_s: float
    """Length."""
    sample_rate: int
    """In Hz."""
    n_samples: int
    """Length in samples."""
    warnings: tuple[str, ...]
    """What could not be done as planned."""

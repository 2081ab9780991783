"""The public contract of listening: parameters and result."""

from __future__ import annotations

from pydantic import Field

from tonmeister.core.asset import AssetRef
from tonmeister.core.capability import Digest, Params, Result


class ListenParams(Params):
    """Run the note network over a song and keep what it hears.

    Writes two .npz files that analysis and transcription read; people hardly need them by themselves.
    """

    file: AssetRef
    """The song."""
    tuning_cents: float = Field(0, ge=-50, le=50)
    """How far its tuning lies from A = 440 Hz; it is heard as if it were in tune; times stay the song's."""


class ListenResult(Result):
    """Where the posteriors are, and how loud the sound was that they were heard in."""

    name: str
    """Name of the song."""
    duration_s: float
    """Length."""
    posteriors: AssetRef
    """NumPy archive: ``note`` and ``onset``, (88, n_frames), 65535 for certainty, row 0 is MIDI 21."""
    contour: AssetRef
    """NumPy archive: ``contour``, (264, n_frames), three rows a semitone, 255 for certainty."""
    n_frames: int
    """How many frames there are; their times are those of ``engines.note_network.NotePosteriors``."""
    n_onsets: int
    """How many beginnings of notes the network is at least half sure of."""
    peak_dbfs: float | None
    """Highest sample; none in digital silence."""
    repairs: tuple[str, ...]
    """What was wrong with the file and what was done about it."""

    def digest(self) -> Digest:
        """Return one row, and where the files are."""
        return Digest(
            title="Heard",
            columns=("file", "length", "onsets"),
            rows=((self.name, f"{int(self.duration_s // 60)}:{self.duration_s % 60:04.1f}", str(self.n_onsets)),),
            sentences=(*self.repairs, f"Posteriors: {self.posteriors}", f"Contour: {self.contour}"),
        )


class FollowParams(Params):
    """Follow the pitch of a single voice, such as singing, and keep it.

    Writes an .npz file that transcription reads; people hardly need it by itself.
    """

    file: AssetRef
    """The sound file: one voice alone."""


class FollowResult(Result):
    """Where the pitch is kept."""

    name: str
    """Name of the file."""
    pitch: AssetRef
    """NumPy archive: ``pitch_hz``, ``confidence`` and ``level_db``, one value every 16 ms."""
    n_frames: int
    """How many values there are of each."""
    voiced_share: float
    """Part of the time in which a voice is heard."""

    def digest(self) -> Digest:
        """Return one row, and where the file is."""
        return Digest(
            title="Followed",
            columns=("file", "voiced"),
            rows=((self.name, f"{100 * self.voiced_share:.0f} %"),),
            sentences=(f"Pitch: {self.pitch}",),
        )

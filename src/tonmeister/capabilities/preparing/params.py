"""The public contract of preparing: parameters and result."""

from __future__ import annotations

from tonmeister.core.asset import AssetRef
from tonmeister.core.capability import Digest, Params, Result
from tonmeister.core.measurement import Figures, Measurement


class PrepareParams(Params):
    """Make a sound file ready to be seen and heard in a browser.

    Writes a listening copy (FLAC), the waveform at several resolutions (.dat) and a spectrogram (WebP), and measures
    the sound on the way.
    """

    file: AssetRef
    """The sound file."""


class PreparedFacts(Figures):
    """What kind of file it is."""

    container: str
    """Kind of file."""
    media_type: str
    """The kind of file as the web calls it, by its content: the name is not asked."""
    codec: str
    """How the samples are coded."""
    sample_rate: int
    """Sample rate in Hz."""
    n_channels: int
    """Number of channels."""
    layout: tuple[str, ...]
    """The loudspeaker that each channel is for."""
    bit_depth: int | None
    """Bits of a sample, where the codec stores samples."""
    is_lossy: bool
    """Whether the codec changes the sound."""


class ListeningCopy(Figures):
    """A FLAC file to listen to: at most stereo, at 44.1 or 48 kHz."""

    file: AssetRef
    """The file."""
    sample_rate: int
    """Sample rate in Hz."""
    n_channels: int
    """1 or 2; more are folded down by ITU-R BS.775."""
    n_samples: int
    """Length in samples of the copy's rate."""
    segment_samples: int
    """Length in samples of the segments that a server cuts it into; the last is shorter."""
    bit_depth: int
    """16 where the original is lossy or has no more bits, else 24."""
    gain_db: float
    """What a player adds to hear the original's level: above 0 where peaks over full scale needed room."""


class WaveformLevel(Figures):
    """The waveform at one resolution."""

    file: AssetRef
    """Extremes in the layout of BBC audiowaveform's data format, version 2."""
    samples_per_pixel: int
    """Samples of the listening copy that each point stands for."""
    n_points: int
    """How many points there are."""


class PrepareResult(Result):
    """What a studio needs to show and play a sound file."""

    name: str
    """Name of the file."""
    title: str | None
    """Title in the file's tags."""
    artist: str | None
    """Artist in the file's tags."""
    album: str | None
    """Album in the file's tags."""
    isrc: str | None
    """International Standard Recording Code in the file's tags."""
    duration_s: float
    """Length."""
    facts: PreparedFacts
    """What kind of file it is."""
    measurement: Measurement
    """Figures of the original, all channels."""
    listening: ListeningCopy
    """What browsers play."""
    peaks: tuple[WaveformLevel, ...]
    """The waveform, the finest resolution first."""
    spectrogram: AssetRef
    """WebP picture in grey: time to the right, 128 bands of the mel scale upwards, black at -90 dB, white at 0 dB."""
    repairs: tuple[str, ...]
    """What was wrong with the file and what was done about it."""

    def digest(self) -> Digest:
        """Return one row, and where the files are."""
        m = self.measurement
        loudness = "–" if m.integrated_lufs is None else f"{m.integrated_lufs:.2f}"
        return Digest(
            title="Prepared",
            columns=("file", "length", "format", "I LUFS"),
            rows=(
                (
                    self.name,
                    f"{int(self.duration_s // 60)}:{self.duration_s % 60:04.1f}",
                    f"{self.facts.codec}, {self.facts.sample_rate} Hz, {self.facts.n_channels} ch",
                    loudness,
                ),
            ),
            sentences=(
                *self.repairs,
                f"Listening copy: {self.listening.file}",
                f"Waveform: {', '.join(level.file for level in self.peaks)}",
                f"Spectrogram: {self.spectrogram}",
            ),
        )

"""DAWproject: a session that digital audio workstations exchange, XML and sound in one ZIP file.

Written after version 1.0 of the format (github.com/bitwig/dawproject, MIT), whose schemas the tests validate against.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

_EPOCH = (1980, 1, 1, 0, 0, 0)
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
COLOURS = ("#b53bba", "#2f8fd0", "#d98e1f", "#3aa655", "#c94f4f", "#7a6ad8")


@dataclass(frozen=True)
class ProjectClip:
    """A part of a track's sound: it lies where it lies in the sound file."""

    start_beats: float
    end_beats: float
    name: str


@dataclass(frozen=True)
class ProjectTrack:
    """A track with a sound file that begins with the session."""

    name: str
    file: Path
    duration_s: float
    sample_rate: int
    n_channels: int
    clips: tuple[ProjectClip, ...]
    group: int = 0
    """Tracks of a group have a colour in common."""


@dataclass(frozen=True)
class Session:
    """All that a project says."""

    title: str
    artist: str
    comment: str
    tempo_bpm: float
    time_signature: tuple[int, int]
    tracks: Sequence[ProjectTrack]
    markers: Sequence[tuple[float, str]]
    """Beats, and what begins there."""
    version: str
    """Version of the program that writes."""


def write_dawproject(path: Path, session: Session, *, tell: Callable[[float], None] | None = None) -> None:
    """Write a session as a ``.dawproject`` file; ``tell`` is told how much of it is written."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, root in (("project.xml", project_xml(session)), ("metadata.xml", metadata_xml(session))):
            ET.indent(root)
            text = ET.tostring(root, encoding="UTF-8", xml_declaration=True)
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), text, zipfile.ZIP_DEFLATED)
        files = {audio_name(track): track.file for track in session.tracks}
        for number, (name, file) in enumerate(files.items(), 1):
            add_to_zip(archive, file, name)
            if tell is not None:
                tell(number / len(files))


def add_to_zip(archive: zipfile.ZipFile, file: Path, name: str) -> None:
    """Add a file as it is: sound does not become smaller."""
    entry = zipfile.ZipInfo(name, _EPOCH)
    with file.open("rb") as source, archive.open(entry, "w", force_zip64=True) as target:
        while block := source.read(1 << 20):
            target.write(block)


def audio_name(track: ProjectTrack) -> str:
    """Return where in the archive a track's sound lies."""
    return f"audio/{track.file.name}"


class _Ids:
    """Names of elements: each new one is the next."""

    def __init__(self) -> None:
        self._n = 0

    def __call__(self) -> str:
        self._n += 1
        return f"id{self._n}"


def project_xml(session: Session) -> ET.Element:
    """Return ``project.xml``."""
    new = _Ids()
    root = ET.Element("Project", version="1.0")
    _add(root, "Application", name="Tonmeister", version=session.version)
    transport = _add(root, "Transport")
    _add(transport, "Tempo", name="Tempo", id=new(), unit="bpm", min="20", max="666", value=_number(session.tempo_bpm))
    numerator, denominator = session.time_signature
    _add(transport, "TimeSignature", id=new(), numerator=str(numerator), denominator=str(denominator))
    structure, master = _add(root, "Structure"), new()
    track_ids = [_track(structure, track, master, new) for track in session.tracks]
    _master_track(structure, master, new)
    arrangement = _add(root, "Arrangement", id=new())
    lanes = _add(arrangement, "Lanes", id=new(), timeUnit="beats")
    for track, track_id in zip(session.tracks, track_ids, strict=True):
        own = _add(lanes, "Lanes", id=new(), track=track_id)
        clips = _add(own, "Clips", id=new())
        for clip in track.clips:
            _clip(clips, clip, track, session.tempo_bpm, new)
    if session.markers:
        markers = _add(arrangement, "Markers", id=new(), timeUnit="beats")
        for beats, name in session.markers:
            _add(markers, "Marker", time=_number(beats), name=name)
    _add(root, "Scenes")
    return root


def _track(structure: ET.Element, track: ProjectTrack, master: str, new: _Ids) -> str:
    track_id = new()
    element = _add(
        structure, "Track", id=track_id, name=track.name, color=COLOURS[track.group % len(COLOURS)],
        contentType="audio", loaded="true",
    )  # fmt: skip
    channel = _add(
        element, "Channel", id=new(), role="regular", audioChannels=str(track.n_channels), solo="false",
        destination=master,
    )  # fmt: skip
    _mixer(channel, new)
    return track_id


def _master_track(structure: ET.Element, master: str, new: _Ids) -> None:
    element = _add(structure, "Track", id=new(), name="Master", contentType="audio", loaded="true")
    _mixer(_add(element, "Channel", id=master, role="master", audioChannels="2", solo="false"), new)


def _mixer(channel: ET.Element, new: _Ids) -> None:
    _add(channel, "Mute", id=new(), name="Mute", value="false")
    _add(channel, "Pan", id=new(), name="Pan", unit="normalized", min="0", max="1", value="0.5")
    _add(channel, "Volume", id=new(), name="Volume", unit="linear", min="0", max="2", value="1")


def _clip(clips: ET.Element, clip: ProjectClip, track: ProjectTrack, tempo_bpm: float, new: _Ids) -> None:
    element = _add(
        clips, "Clip", time=_number(clip.start_beats), duration=_number(clip.end_beats - clip.start_beats),
        playStart=_number(clip.start_beats), contentTimeUnit="beats", fadeTimeUnit="beats", fadeInTime="0",
        fadeOutTime="0", name=clip.name,
    )  # fmt: skip
    # Two points tie the sound to the tempo: where that is changed, the sound is stretched with it.
    warps = _add(element, "Warps", id=new(), contentTimeUnit="seconds", timeUnit="beats")
    audio = _add(
        warps, "Audio", id=new(), algorithm="stretch", channels=str(track.n_channels),
        sampleRate=str(track.sample_rate), duration=_number(track.duration_s),
    )  # fmt: skip
    _add(audio, "File", path=audio_name(track))
    _add(warps, "Warp", time="0", contentTime="0")
    _add(warps, "Warp", time=_number(track.duration_s * tempo_bpm / 60), contentTime=_number(track.duration_s))


def metadata_xml(session: Session) -> ET.Element:
    """Return ``metadata.xml``."""
    root = ET.Element("MetaData")
    for name, text in (("Title", session.title), ("Artist", session.artist), ("Comment", session.comment)):
        ET.SubElement(root, name).text = _NOT_XML.sub(" ", text)
    return root


def _add(parent: ET.Element, tag: str, **attributes: str) -> ET.Element:
    return ET.SubElement(parent, tag, {name: _NOT_XML.sub(" ", value) for name, value in attributes.items()})


def _number(value: float) -> str:
    return f"{value:.9g}" if abs(value) < 1e5 else f"{value:.6f}"

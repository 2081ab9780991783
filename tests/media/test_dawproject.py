"""A DAWproject holds to the format's own schemas, whatever titles say, and its clips lie where the sound lies."""

from __future__ import annotations

import functools
import io
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import soundfile
import xmlschema

from tonmeister.media.dawproject import ProjectClip, ProjectTrack, Session, write_dawproject

SCHEMAS = Path(__file__).parent / "dawproject"


@functools.cache
def schema_of(name: str) -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(SCHEMAS / name)


def session(folder: Path, title: str = "Harbour & Lights") -> Session:
    files = [folder / "01 A vocals.flac", folder / "02 B drums.flac"]
    for file in files:
        soundfile.write(file, np.zeros((44100, 2)), 44100, subtype="PCM_24")
    clips = (ProjectClip(0.0, 16.0, "A1 vocals"), ProjectClip(31.0, 64.0, title))
    tracks = [
        ProjectTrack(f"{file.stem} – {title}", file, 32.0, 44100, 2, clips, group=7 * number)
        for number, file in enumerate(files)
    ]
    return Session(title, "A & B", "Words.", 120.0, (4, 4), tracks, [(0.0, "intro"), (16.0, title)], "1")


@pytest.mark.parametrize("title", ["Harbour & Lights", "<Clip>\x00\x0b]]>\ud800\U0001f3b5 \"'", ""])
def test_it_holds_to_the_schemas_of_the_format(tmp_path, title):
    path = tmp_path / "song.dawproject"
    write_dawproject(path, session(tmp_path, title))
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        for name, schema in (("project.xml", "Project.xsd"), ("metadata.xml", "MetaData.xsd")):
            schema_of(schema).validate(archive.read(name).decode())


def test_the_schema_finds_what_is_wrong(tmp_path):
    path = tmp_path / "song.dawproject"
    write_dawproject(path, session(tmp_path))
    text = zipfile.ZipFile(path).read("project.xml").decode()
    with pytest.raises(xmlschema.XMLSchemaValidationError):
        schema_of("Project.xsd").validate(text.replace('unit="bpm"', 'unit="bpms"'))


def test_clips_lie_where_their_sound_lies_and_references_hold(tmp_path):
    path, told = tmp_path / "song.dawproject", []
    write_dawproject(path, session(tmp_path), tell=told.append)
    assert told == [0.5, 1.0]
    with zipfile.ZipFile(path) as archive:
        root = ET.fromstring(archive.read("project.xml"))
        names = set(archive.namelist())
        for file in root.iter("File"):
            assert file.get("path") in names
            sound, rate = soundfile.read(io.BytesIO(archive.read(file.get("path"))))
            assert (sound.shape, rate) == ((44100, 2), 44100)
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    for element in root.iter():
        for attribute in ("track", "destination"):
            assert element.get(attribute) is None or element.get(attribute) in ids
    for clip in root.iter("Clip"):
        assert clip.get("time") == clip.get("playStart")
        assert [float(warp.get("time")) for warp in clip.iter("Warp")] == [0.0, 64.0]
    assert [float(clip.get("duration")) for clip in root.iter("Clip")][:2] == [16.0, 33.0]


def test_the_same_session_gives_the_same_file(tmp_path):
    for name in ("one", "two"):
        write_dawproject(tmp_path / name, session(tmp_path))
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()

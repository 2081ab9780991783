"""Masters as files: what the song says about itself survives, and one broken song stops no other."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from e2e.songs import write_song
from e2e.studio_process import troubles
from tonmeister.media.tags import CuePoint, Picture, Tags, read_tags, write_tags

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108020000009077"
    "53de0000000c4944415408d763f8cfc000000301010018dd8db00000000049454e44ae426082"
)
ISRC = "GBAYE6900531"


@pytest.fixture
def tagged_song(place: Path) -> Path:
    write_song(place / "song.wav", duration_s=3.0)
    sound, rate = soundfile.read(place / "song.wav")
    path = place / "song.flac"
    soundfile.write(path, sound, rate, subtype="PCM_16")
    (place / "song.wav").unlink()
    tags = Tags(
        text={
            "TITLE": ("Grüße an die Welt",),
            "ARTIST": ("Ann", "Bob"),
            "ISRC": (ISRC,),
            "DATE": ("2021",),
            "REPLAYGAIN_TRACK_GAIN": ("-3.00 dB",),
        },
        pictures=(Picture(PNG, "image/png"),),
        cue_points=(CuePoint.at_sample(44100, rate, "Verse"),),
    )
    assert write_tags(path, tags, sample_rate=rate, n_samples=len(sound)) == ()
    return path


def test_tags_cover_and_cue_points_survive(tonmeister, place: Path, tagged_song: Path) -> None:
    formats = [word for name in ("wav", "flac", "mp3", "ogg", "opus", "m4a") for word in ("--format", name)]
    done = tonmeister("master", tagged_song, *formats, "--bit-depth", "16", "--json", "--output", "out/")
    assert (done.returncode, troubles(done.stderr)) == (0, [])
    result = json.loads(done.stdout)
    assert len(result["deliverables"]) == 6
    for told in result["deliverables"]:
        path = place / told["file"]
        tags = read_tags(path)
        assert tags.first("TITLE") == "Grüße an die Welt", path.suffix
        assert tags.first("ARTIST") == "Ann", path.suffix
        assert tags.isrc == ISRC, path.suffix
        assert (tags.first("DATE") or "").startswith("2021"), path.suffix
        assert tags.first("REPLAYGAIN_TRACK_GAIN") is None, "that gain is untrue now"
        assert [picture.data for picture in tags.pictures] == [PNG], path.suffix
        if path.suffix in (".wav", ".flac", ".mp3"):
            assert [point.position_at(44100) for point in tags.cue_points] == pytest.approx([44100], abs=50)
            assert tags.cue_points[0].label == "Verse"
    assert (place / result["report_html"]).is_file()
    assert json.loads((place / result["report_json"]).read_text())["title"] == "song.flac"


def test_an_isrc_given_wins(tonmeister, place: Path, tagged_song: Path) -> None:
    done = tonmeister("master", tagged_song, "--isrc", "us-s1z-99-00001", "--quiet", "--no-report")
    assert (done.returncode, done.stdout) == (0, "")
    assert read_tags(place / "song-master.wav").isrc == "USS1Z9900001"


def test_one_broken_song_stops_no_other(tonmeister, place: Path) -> None:
    for name in ("a", "c"):
        write_song(place / f"{name}.wav")
    (place / "b.wav").write_bytes(b"RIFF\x10\0\0\0WAVEnonsense")
    soundfile.write(place / "d.wav", np.zeros((44100, 2)), 44100)
    done = tonmeister("master", "a.wav", "b.wav", "c.wav", "d.wav", "--json", "--no-report", "--output", "out/")
    assert done.returncode == 6
    answers = json.loads(done.stdout)
    assert [answer.get("error", {}).get("code") for answer in answers][::2] == [None, None]
    assert answers[1]["error"]["code"] in ("AUDIO_UNREADABLE", "FORMAT_UNSUPPORTED", "AUDIO_EMPTY")
    assert answers[3]["error"]["code"] == "AUDIO_SILENT"
    assert sorted(path.name for path in (place / "out").iterdir()) == ["a-master.wav", "c-master.wav"]
    assert "b.wav: error [" in done.stderr


def test_a_refused_pair_costs_no_work(tonmeister, place: Path) -> None:
    write_song(place / "song.wav")
    done = tonmeister("master", "song.wav", "--format", "mp3", "--sample-rate", "96000")
    assert done.returncode == 2
    assert "error [COMBINATION_UNSUPPORTED]" in done.stderr
    assert [path.name for path in place.iterdir()] == ["song.wav"]


def test_an_album_from_the_command_line(tonmeister, place: Path) -> None:
    for name in ("a", "b"):
        write_song(place / f"{name}.wav")
    done = tonmeister(
        "album", "a.wav", "b.wav", "--title", "Two", "--join", "--no-report", "--json", "--output", "record/"
    )  # fmt: skip
    assert (done.returncode, troubles(done.stderr)) == (0, [])
    result = json.loads(done.stdout)
    made = sorted(path.name for path in (place / "record").iterdir())
    assert made == ["01 a-master.wav", "02 b-master.wav", "Two-songs.cue", "Two.cue", "Two.wav"]
    assert result["anchor_lufs"] == pytest.approx(-14.0, abs=0.1)

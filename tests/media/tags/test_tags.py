"""Tags, covers, codes and cue points survive from every format to every other, and the sound stays as it was."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import tinytag

from media.tags.material import JPEG, N_SAMPLES, PNG, SUFFIXES, full_tags, make_all, rate_hz, sound_of
from tonmeister.core.errors import FileMissingError, FormatUnsupportedError, OutputUnwritableError, ParameterError
from tonmeister.media.tags import CuePoint, Picture, Tags, read_tags, write_tags
from tonmeister.media.tags.names import BEXT_NAMES, ID3_FRAMES, ID3_ROLES, INFO_CHUNKS, MP4_ATOMS

KINDS = (*SUFFIXES, "fast.m4a")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return make_all(tmp_path_factory.mktemp("songs"))


def tagged(made: dict[str, Path], kind: str, tags: Tags, folder: Path) -> tuple[Path, tuple[str, ...]]:
    path = folder / f"tagged.{kind}"
    shutil.copyfile(made[kind], path)
    return path, write_tags(path, tags, sample_rate=rate_hz(kind), n_samples=N_SAMPLES)


def same_places(found: tuple[CuePoint, ...], wanted: tuple[CuePoint, ...], tolerance_s: float) -> bool:
    return [cue.label for cue in found] == [cue.label for cue in wanted] and all(
        abs(a.position_s - b.position_s) <= tolerance_s for a, b in zip(found, wanted, strict=True)
    )


def ffprobe(path: Path) -> dict[str, Any]:
    if shutil.which("ffprobe") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("ffprobe is not installed")
        pytest.skip("ffprobe is not installed")
    command = ["ffprobe", "-v", "error", "-of", "json", "-show_format", "-show_streams", "-show_chapters", str(path)]
    found: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_written_reads_back_and_the_sound_stays(made: dict[str, Path], kind: str, tmp_path: Path) -> None:
    tags = full_tags(rate_hz(kind))
    path, notes = tagged(made, kind, tags, tmp_path)
    found = read_tags(path)
    assert dict(found.text) == dict(tags.text)
    assert found.notes == ()
    assert [picture.data for picture in found.pictures] == [JPEG, PNG]
    assert [picture.mime for picture in found.pictures] == ["image/jpeg", "image/png"]
    if "m4a" in kind:
        assert notes == ("The types and descriptions of pictures were not kept: M4A has covers only.",)
    else:
        assert notes == ()
        assert found.pictures == tags.pictures
    if kind in ("wav", "rf64", "flac", "m4a", "fast.m4a"):
        assert [cue.position_at(44100) for cue in found.cue_points] == [0, 12345]
    assert same_places(found.cue_points, tags.cue_points, 0.0005)
    before, after = sound_of(made[kind], path)
    assert before == after


@pytest.mark.parametrize("source", SUFFIXES)
def test_from_every_format_to_every_other(made: dict[str, Path], source: str, tmp_path: Path) -> None:
    first, _ = tagged(made, source, full_tags(rate_hz(source)), tmp_path)
    carried = read_tags(first)
    for target in SUFFIXES:
        folder = tmp_path / target
        folder.mkdir()
        path, _ = tagged(made, target, carried, folder)
        found = read_tags(path)
        assert dict(found.text) == dict(carried.text), target
        assert {picture.data for picture in found.pictures} == {JPEG, PNG}, target
        assert found.isrc == "GBAYE6900531"
        assert same_places(found.cue_points, full_tags(rate_hz(source)).cue_points, 0.001), target


@pytest.mark.parametrize("kind", KINDS)
def test_writing_again_replaces_and_does_not_grow(made: dict[str, Path], kind: str, tmp_path: Path) -> None:
    path, _ = tagged(made, kind, full_tags(rate_hz(kind)), tmp_path)
    n_bytes = path.stat().st_size
    write_tags(path, full_tags(rate_hz(kind)), sample_rate=rate_hz(kind), n_samples=N_SAMPLES)
    assert path.stat().st_size == n_bytes
    write_tags(path, Tags({"TITLE": ("Only this",)}), sample_rate=rate_hz(kind), n_samples=N_SAMPLES)
    assert read_tags(path) == Tags({"TITLE": ("Only this",)})
    write_tags(path, Tags(), sample_rate=rate_hz(kind), n_samples=N_SAMPLES)
    assert read_tags(path) == Tags()
    assert sound_of(path) == sound_of(made[kind])
    assert [found.name for found in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("kind", [kind for kind in SUFFIXES if kind != "rf64"])  # which tinytag does not know
def test_tinytag_agrees(made: dict[str, Path], kind: str, tmp_path: Path) -> None:
    path, _ = tagged(made, kind, full_tags(rate_hz(kind)), tmp_path)
    found = tinytag.TinyTag.get(path, image=True)
    assert found.title == "Größe – 音楽 🎸"
    assert found.artist is not None
    assert found.artist.startswith("Ada")
    assert found.album == "A Day"
    assert found.year == "2024-05-01"
    assert found.track == 3
    assert found.composer == "Cleo"
    assert found.images.front_cover is not None
    assert found.images.front_cover.data == JPEG
    if kind != "wav":  # tinytag prefers LIST INFO, which has no place for these
        assert found.albumartist == "Ada"
        assert found.track_total == 12
        assert (found.disc, found.disc_total) == (1, 2)


@pytest.mark.parametrize("kind", KINDS)
def test_ffprobe_agrees(made: dict[str, Path], kind: str, tmp_path: Path) -> None:
    path, _ = tagged(made, kind, full_tags(rate_hz(kind)), tmp_path)
    found = ffprobe(path)
    parts = [found["format"], *(stream for stream in found["streams"] if stream["codec_type"] == "audio")]
    texts = {name.lower(): text for part in parts for name, text in part.get("tags", {}).items()}
    assert texts["title"] == "Größe – 音楽 🎸"
    assert texts["artist"].startswith("Ada")
    assert texts["date"] == "2024-05-01"
    assert texts.get("isrc", texts.get("tsrc")) == "GBAYE6900531"
    assert [stream["codec_name"] for stream in found["streams"] if stream["codec_type"] == "video"] == ["mjpeg", "png"]
    starts_s = [float(chapter["start_time"]) for chapter in found["chapters"]]
    assert starts_s == pytest.approx([0, 12345 / rate_hz(kind)], abs=0.001)
    assert [chapter["tags"]["title"] for chapter in found["chapters"]] == ["Intro", "Refräng"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_cover_of_ten_megabytes(made: dict[str, Path], kind: str, tmp_path: Path) -> None:
    cover = Picture(JPEG + bytes(range(256)) * 40960, "image/jpeg", 3, "")
    path, notes = tagged(made, kind, Tags({"TITLE": ("Big",)}, (cover,)), tmp_path)
    assert notes == ()
    assert read_tags(path).pictures == (cover,)
    assert sound_of(path) == sound_of(made[kind])


def test_flac_says_when_a_picture_is_too_large(made: dict[str, Path], tmp_path: Path) -> None:
    pictures = (Picture(bytes(17 << 20), "image/x-raw", 3, ""), Picture(PNG, "image/png", 3, ""))
    path, notes = tagged(made, "flac", Tags({}, pictures), tmp_path)
    assert len(notes) == 1
    assert "16 MiB" in notes[0]
    assert read_tags(path).pictures == pictures[1:]
    assert sound_of(path) == sound_of(made["flac"])


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_of_an_unknown_kind_is_kept(made: dict[str, Path], kind: str, tmp_path: Path) -> None:
    path, _ = tagged(made, kind, Tags({}, (Picture(b"JXL? " * 9, "image/jxl", 3, ""),)), tmp_path)
    (found,) = read_tags(path).pictures
    assert found.data == b"JXL? " * 9
    assert found.mime == ("" if "m4a" in kind else "image/jxl")


@pytest.mark.parametrize("kind", ["wav", "rf64", "mp3"])
def test_regions_keep_their_length(made: dict[str, Path], kind: str, tmp_path: Path) -> None:
    region = CuePoint.at_sample(4410, 44100, "Solo", n_samples=8820)
    path, notes = tagged(made, kind, Tags({}, (), (region, CuePoint.at_sample(22050, 44100, "Out"))), tmp_path)
    first, second = read_tags(path).cue_points
    assert notes == ()
    assert (first.label, first.position_s, first.duration_s) == ("Solo", 0.1, 0.2)
    assert second.duration_s is None


@pytest.mark.parametrize("kind", ["flac", "ogg", "opus", "m4a"])
def test_lost_lengths_are_told(made: dict[str, Path], kind: str, tmp_path: Path) -> None:
    _, notes = tagged(made, kind, Tags({}, (), (CuePoint(0.1, "Solo", 0.2),)), tmp_path)
    assert any("durations" in note for note in notes)


def test_cue_points_follow_the_sample_rate(made: dict[str, Path], tmp_path: Path) -> None:
    path, notes = tagged(
        made, "wav", Tags({}, (), (CuePoint.at_sample(9600, 96000, "x"), CuePoint(9.0, "late"))), tmp_path
    )
    (found,) = read_tags(path).cue_points
    assert (found.position_samples, found.sample_rate) == (4410, 44100)
    assert notes == ("1 cue points lie outside of the song and were left out.",)


def test_wav_counts_to_32_bits(made: dict[str, Path], tmp_path: Path) -> None:
    path = tmp_path / "song.wav"
    shutil.copyfile(made["wav"], path)
    cues = (CuePoint(0.1, "near"), CuePoint(100_000.0, "far"))
    notes = write_tags(path, Tags({}, (), cues), sample_rate=44100, n_samples=5_000_000_000)
    assert len(notes) == 1
    assert [cue.label for cue in read_tags(path).cue_points] == ["near"]


def test_a_record_in_one_flac_keeps_its_codes(made: dict[str, Path], tmp_path: Path) -> None:
    cues = tuple(CuePoint.at_sample(at, 44100, f"Track {at}", isrc=f"GBAYE69{at:05}") for at in (0, 588, 20000))
    path, notes = tagged(made, "flac", Tags({"BARCODE": ("4006381333931",)}, (), cues), tmp_path)
    assert notes == ()
    assert read_tags(path).cue_points == cues
    _, notes = tagged(made, "mp3", read_tags(path), tmp_path)
    assert notes == ("The ISRCs of single cue points were not kept: only FLAC has a place for them.",)


def test_broadcast_data(made: dict[str, Path], tmp_path: Path) -> None:
    text = {
        "DESCRIPTION": ("d" * 300,),
        "ORIGINATOR": ("Studio",),
        "ORIGINATION_DATE": ("2024-05-01",),
        "TIME_REFERENCE": ("158760000",),
        "TIME_REFERENCE_RATE_HZ": ("44100",),
        "CODING_HISTORY": ("A=PCM,F=44100",),
    }
    path, notes = tagged(made, "wav", Tags(text), tmp_path)
    assert len(notes) == 1
    assert "DESCRIPTION" in notes[0]
    assert dict(read_tags(path).text) == text
    data = path.read_bytes()
    assert data.index(b"bext") < data.index(b"data")
    at = data.index(b"bext") + 8
    assert data[at : at + 257] == b"d" * 256 + b"S"
    assert int.from_bytes(data[at + 338 : at + 346], "little") == 158760000
    assert sound_of(path) == sound_of(made["wav"])
    # One hour from midnight at another rate.
    path, _ = tagged(made, "opus", Tags(text), tmp_path)
    wav, _ = tagged(
        made, "wav", read_tags(path).with_text(TIME_REFERENCE="172800000", TIME_REFERENCE_RATE_HZ="48000"), tmp_path
    )
    data = wav.read_bytes()
    at = data.index(b"bext") + 8
    assert int.from_bytes(data[at + 338 : at + 346], "little") == 158760000


def test_the_same_tags_in_other_words() -> None:
    tags = Tags(
        {"ISRC": ("nonsense", "gb-aye-69-00531"), "R128_TRACK_GAIN": ("1",), "ITUNNORM": ("0",), "TITLE": ("x",)}
    )
    assert tags.isrc == "GBAYE6900531"
    assert set(tags.without_loudness().text) == {"ISRC", "TITLE"}
    changed = tags.with_text(title="y", album_artist=["Ada", "Bo"], ISRC=None)
    assert changed.first("TITLE") == "y"
    assert changed.text["ALBUMARTIST"] == ("Ada", "Bo")
    assert changed.isrc is None
    assert tags.first("TITLE") == "x"
    assert pickle.loads(pickle.dumps(full_tags())) == full_tags()


def test_the_reference_names_every_field() -> None:
    page = (Path(__file__).parents[3] / "docs" / "reference" / "tags.md").read_text(encoding="utf-8")
    names = {*ID3_FRAMES.values(), *MP4_ATOMS.values(), *INFO_CHUNKS.values(), *BEXT_NAMES, *ID3_ROLES}
    assert [name for name in sorted(names) if f"`{name}`" not in page] == []
    for table in (ID3_FRAMES, INFO_CHUNKS):
        for code in table:
            spelt = code if isinstance(code, str) else code.decode("latin-1")
            assert f"`{spelt}`" in page, spelt


def test_texts_that_could_break_a_format(made: dict[str, Path], tmp_path: Path) -> None:
    text = {"TITLE": ("nul\0inside", "x" * 70_000), "EMPTY": ("", "\0"), "NÄME=": ("v",), "TRACKNUMBER": ("A1",)}
    for kind in KINDS:
        path, notes = tagged(made, kind, Tags(text), tmp_path)
        found = read_tags(path)
        assert found.text["TITLE"] == ("nul inside", "x" * 70_000), kind
        assert found.text["TRACKNUMBER"] == ("A1",), kind
        assert "EMPTY" not in found.text
        if kind in ("flac", "ogg", "opus"):
            assert found.text["N_ME_"] == ("v",)
            assert any("ASCII" in note for note in notes)
        else:
            assert found.text["NÄME="] == ("v",)


def test_errors_name_the_file(tmp_path: Path, made: dict[str, Path]) -> None:
    with pytest.raises(FileMissingError, match=r"none\.wav"):
        read_tags(tmp_path / "none.wav")
    with pytest.raises(OutputUnwritableError, match=r"none\.wav"):
        write_tags(tmp_path / "none.wav", Tags(), sample_rate=44100, n_samples=1)
    with pytest.raises(ParameterError, match="0 Hz"):
        write_tags(made["wav"], Tags(), sample_rate=0, n_samples=1)
    aiff = tmp_path / "song.aiff"
    aiff.write_bytes(b"FORM\0\0\0\x04AIFF")
    with pytest.raises(FormatUnsupportedError, match="AIFF"):
        write_tags(aiff, Tags(), sample_rate=44100, n_samples=1)


@pytest.mark.parametrize("head", [b"fLaC", b"OggS" + bytes(40), b"\0\0\0\x08ftyp", b"RIFF\0\0\0\0WAVE"])
def test_a_file_without_sound_is_refused_and_left_alone(head: bytes, tmp_path: Path) -> None:
    path = tmp_path / "broken"
    path.write_bytes(head)
    if head.startswith(b"RIFF"):
        write_tags(path, Tags({"TITLE": ("x",)}), sample_rate=44100, n_samples=0)
        assert read_tags(path).first("TITLE") == "x"
        return
    with pytest.raises(FormatUnsupportedError):
        write_tags(path, Tags({"TITLE": ("x",)}), sample_rate=44100, n_samples=0)
    assert path.read_bytes() == head
    assert [found.name for found in tmp_path.iterdir()] == ["broken"]

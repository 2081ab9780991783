"""A record keeps the relations between its songs, and its papers agree with its files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from capabilities.mastering.songs import make_song, read, with_silence, write
from tonmeister.app import capability
from tonmeister.capabilities.mastering.album import loudness_offsets
from tonmeister.capabilities.mastering.params import AlbumResult
from tonmeister.core.errors import CombinationError, ParameterError
from tonmeister.jobs.runner import Runner
from tonmeister.media.cue_sheet import read_cue_sheet
from tonmeister.media.tags import read_tags

ISRCS = ("GB-AYE-69-00531", "GB-AYE-69-00532", "GB-AYE-69-00533")
LEVELS_DB = (-4.0, -10.0, -7.0)

Album = Callable[..., AlbumResult]


@pytest.fixture(scope="module")
def mixes(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("mixes")
    return [
        write(folder / f"song {k}.wav", with_silence(make_song(4.0, seed=k, level_db=level), 44100))
        for k, level in enumerate(LEVELS_DB, 1)
    ]


def loudness(result: AlbumResult, *, after: bool = True) -> list[float]:
    figures = [song.after if after else song.before for song in result.songs]
    return [one.integrated_lufs for one in figures if one.integrated_lufs is not None]


@pytest.fixture(scope="module")
def record(album: Album, mixes: list[Path]) -> AlbumResult:
    return album(
        mixes, title="Three Songs", artist="The Coders", isrcs=ISRCS, barcode="4006381333931", join=True,
        gap_s=1.5, target_lufs=-13.0, bit_depth=16,
    )  # fmt: skip


def test_the_relations_between_songs_are_kept(record: AlbumResult) -> None:
    before, after = loudness(record, after=False), loudness(record)
    assert max(after) == pytest.approx(-13.0, abs=0.1)
    assert record.anchor_lufs == max(after)
    assert np.subtract(after, max(after)) == pytest.approx(np.subtract(before, max(before)), abs=0.15)
    assert max(before) - min(before) > 3


def test_without_spread_all_are_equally_loud(album: Album, mixes: list[Path]) -> None:
    result = album(mixes, spread_percent=0, target_lufs=-14.0)
    assert loudness(result) == pytest.approx([-14.0] * 3, abs=0.1)
    half = album(mixes, spread_percent=50, target_lufs=-14.0)
    before, after = loudness(half, after=False), loudness(half)
    assert max(after) - min(after) == pytest.approx(0.5 * (max(before) - min(before)), abs=0.15)


def test_offsets_are_arithmetic() -> None:
    assert loudness_offsets([-20.0, -14.0, -17.0], 100) == [-6.0, 0.0, -3.0]
    assert loudness_offsets([-20.0, -14.0, -17.0], 50) == [-3.0, 0.0, -1.5]
    assert loudness_offsets([-20.0, -14.0], 0) == [0.0, 0.0]


def test_the_cue_sheet_lists_the_record(record: AlbumResult) -> None:
    sheet = read_cue_sheet(Path(record.cue_sheet).read_text(encoding="utf-8"))
    assert (sheet.title, sheet.performer, sheet.notes) == ("Three Songs", "The Coders", ())
    assert sheet.catalog == "4006381333931"
    assert [track.isrc for track in sheet.tracks] == [isrc.replace("-", "") for isrc in ISRCS]
    assert [track.pregap_s for track in sheet.tracks] == pytest.approx([0.0, 1.5, 1.5], abs=1 / 75)
    for track, song in zip(sheet.tracks, record.songs, strict=True):
        assert track.file == Path(song.deliverables[0].file).name
        assert (Path(record.cue_sheet).parent / track.file).is_file()


def test_a_record_of_mixes_from_several_folders_lies_in_one(runner: Runner, tmp_path: Path) -> None:
    mixes = [write(tmp_path / f"day {k}" / "mix.wav", make_song(2.0, seed=k)) for k in (1, 2)]
    result = runner.run_here(capability("album"), {"mixes": [str(mix) for mix in mixes], "report": False})
    sheet = Path(result.cue_sheet)
    assert sheet.parent == mixes[0].parent
    tracks = read_cue_sheet(sheet.read_text(encoding="utf-8")).tracks
    assert len({track.file for track in tracks}) == 2
    for track, song in zip(tracks, result.songs, strict=True):
        assert sheet.parent / track.file == Path(song.deliverables[0].file)
        assert (sheet.parent / track.file).is_file()


def test_the_joined_file_is_the_masters_bit_for_bit(record: AlbumResult) -> None:
    assert record.joined is not None
    whole, _ = soundfile.read(record.joined, dtype="int16", always_2d=True)
    gap = round(1.5 * 44100)
    at = 0
    starts = []
    for index, song in enumerate(record.songs):
        if index:
            assert not whole[at : at + gap].any()
            at += gap
        part, _ = soundfile.read(song.deliverables[0].file, dtype="int16", always_2d=True)
        assert part.any()
        assert np.array_equal(whole[at : at + len(part)], part)
        starts.append(at)
        at += len(part)
    assert at == len(whole)
    sheet = read_cue_sheet(Path(record.joined).with_suffix(".cue").read_text(encoding="utf-8"))
    assert {track.file for track in sheet.tracks} == {Path(record.joined).name}
    assert [track.index_01_s for track in sheet.tracks] == pytest.approx([n / 44100 for n in starts], abs=1 / 75)
    assert [point.position_at(44100) for point in read_tags(Path(record.joined)).cue_points] == starts


def test_the_songs_are_tagged(record: AlbumResult) -> None:
    for index, song in enumerate(record.songs):
        tags = read_tags(Path(song.deliverables[0].file))
        assert tags.first("ALBUM") == "Three Songs"
        assert tags.first("ALBUMARTIST") == "The Coders"
        assert tags.first("TRACKNUMBER") == str(index + 1)
        assert tags.isrc == ISRCS[index].replace("-", "")


def test_the_loudness_of_the_whole_lies_among_its_songs(record: AlbumResult) -> None:
    after = loudness(record)
    assert min(after) < record.integrated_lufs < max(after)


def test_mono_and_stereo_join(album: Album, mixes: list[Path], tmp_path: Path) -> None:
    mono = write(tmp_path / "mono.wav", make_song(3.0, n_channels=1))
    result = album([mono, mixes[0]], join=True, gap_s=0, bit_depth=24)
    assert result.joined is not None
    whole = read(result.joined)
    first = read(result.songs[0].deliverables[0].file)
    assert len(first) == 1
    assert np.array_equal(whole[:, : first.shape[1]], np.repeat(first, 2, axis=0))


def test_what_does_not_fit_is_refused_before_work(album: Album, mixes: list[Path], tmp_path: Path) -> None:
    missing = [tmp_path / "a.wav", tmp_path / "b.wav"]
    with pytest.raises(CombinationError, match="3 ISRCs for 2 songs"):
        album(missing, isrcs=ISRCS)
    with pytest.raises(ParameterError, match="not an ISRC"):
        album(missing, isrcs=("GB-AYE-69-00531", "nonsense"))
    with pytest.raises(ParameterError, match="EAN or UPC"):
        album(missing, barcode="4006381333932")
    other = write(tmp_path / "other.wav", make_song(2.0, 48000), 48000)
    with pytest.raises(CombinationError, match="44100, 48000"):
        album([mixes[0], other], join=True)
    with pytest.raises(CombinationError, match="lossless"):
        album(mixes[:2], join=True, format=("mp3",))

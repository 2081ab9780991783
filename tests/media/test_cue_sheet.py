"""CUE sheets: written as the format asks, read back the same, and refused where a code or a time is wrong."""

from __future__ import annotations

import random

import pytest

from tonmeister.core.errors import FormatUnsupportedError, ParameterError
from tonmeister.media.cue_sheet import CueSheet, CueTrack, format_time, parse_catalog, read_cue_sheet, write_cue_sheet
from tonmeister.media.tags.model import find_isrc, parse_isrc

ALBUM = CueSheet(
    (
        CueTrack("01 Dawn.flac", "Dawn", "Ada", isrc="GB-AYE-69-00531"),
        CueTrack("02 Noon.flac", "Noon, again", "Ada", songwriter="Bo", isrc="GBAYE6900532", pregap_s=2.0),
    ),
    title="A Day",
    performer="Ada",
    catalog="4006381333931",
    remarks={"GENRE": "Chamber Music", "DATE": "2024"},
)


def test_a_file_for_each_track() -> None:
    assert write_cue_sheet(ALBUM) == (
        'REM GENRE "Chamber Music"\n'
        "REM DATE 2024\n"
        "CATALOG 4006381333931\n"
        'PERFORMER "Ada"\n'
        'TITLE "A Day"\n'
        'FILE "01 Dawn.flac" WAVE\n'
        "  TRACK 01 AUDIO\n"
        '    PERFORMER "Ada"\n'
        '    TITLE "Dawn"\n'
        "    ISRC GBAYE6900531\n"
        "    INDEX 01 00:00:00\n"
        'FILE "02 Noon.flac" WAVE\n'
        "  TRACK 02 AUDIO\n"
        '    PERFORMER "Ada"\n'
        '    TITLE "Noon, again"\n'
        '    SONGWRITER "Bo"\n'
        "    ISRC GBAYE6900532\n"
        "    PREGAP 00:02:00\n"
        "    INDEX 01 00:00:00\n"
    )


def test_one_file_with_pauses() -> None:
    sheet = CueSheet(
        (
            CueTrack("side a.mp3", "One"),
            CueTrack("side a.mp3", "Two", index_00_s=181.0, index_01_s=183.4),
            CueTrack("side a.mp3", "Three", index_01_s=3700.0),
        )
    )
    text = write_cue_sheet(sheet)
    assert text.count("FILE") == 1
    assert 'FILE "side a.mp3" MP3' in text
    assert "INDEX 00 03:01:00\n    INDEX 01 03:03:30" in text
    assert "INDEX 01 61:40:00" in text
    assert read_cue_sheet(text) == sheet


def test_what_is_written_reads_back() -> None:
    read = read_cue_sheet(write_cue_sheet(ALBUM))
    assert read.title == ALBUM.title
    assert read.catalog == ALBUM.catalog
    assert dict(read.remarks) == dict(ALBUM.remarks)
    assert [track.isrc for track in read.tracks] == ["GBAYE6900531", "GBAYE6900532"]
    assert read.tracks[1].pregap_s == 2.0
    assert read.notes == ()


def test_times_round_to_the_nearest_frame() -> None:
    assert format_time(0.0066) == "00:00:00"
    assert format_time(0.0067) == "00:00:01"
    assert format_time(59.999) == "01:00:00"


def test_quotation_marks_and_line_breaks_do_not_break_lines() -> None:
    text = write_cue_sheet(CueSheet((CueTrack("a.wav", 'He said "no"\nTRACK 99 AUDIO'),)))
    assert read_cue_sheet(text).tracks[0].title == "He said 'no' TRACK 99 AUDIO"


@pytest.mark.parametrize(
    ("track", "field"),
    [
        (CueTrack("a.wav", isrc="GBAYE690053"), "isrc"),
        (CueTrack("a.wav", index_01_s=-1.0), "index_01_s"),
        (CueTrack("a.wav", index_00_s=3.0, index_01_s=2.0), "index_01_s"),
        (CueTrack('a".wav'), "file"),
    ],
)
def test_wrong_tracks_are_refused(track: CueTrack, field: str) -> None:
    with pytest.raises(ParameterError) as caught:
        write_cue_sheet(CueSheet((track,)))
    assert caught.value.field == field
    assert caught.value.remedy


def test_tracks_of_one_file_follow_one_another() -> None:
    with pytest.raises(ParameterError, match="track 2"):
        write_cue_sheet(CueSheet((CueTrack("a.wav", index_01_s=9.0), CueTrack("a.wav", index_01_s=3.0))))


@pytest.mark.parametrize("n_tracks", [0, 100])
def test_a_disc_has_1_to_99_tracks(n_tracks: int) -> None:
    with pytest.raises(ParameterError, match=str(n_tracks)):
        write_cue_sheet(CueSheet(tuple(CueTrack(f"{number}.wav") for number in range(n_tracks))))


def test_codes() -> None:
    assert parse_isrc("ISRC gb-aye-69-00531") == "GBAYE6900531"
    assert find_isrc("US-S1Z-99-00001") == "USS1Z9900001"
    assert parse_catalog("036000291452") == "0036000291452"
    for wrong in ("", "GB-AYE-69-0053", "1BAYE6900531", "GBAYE69X0531", "GBAYE69005311"):
        with pytest.raises(ParameterError):
            parse_isrc(wrong)
    for wrong in ("4006381333932", "12345", "40063813339３1", "abcdefghijklm"):
        with pytest.raises(ParameterError):
            parse_catalog(wrong)


def test_a_pause_at_the_end_of_the_file_before() -> None:
    sheet = read_cue_sheet(
        'FILE "1.wav" WAVE\nTRACK 01 AUDIO\nINDEX 01 00:00:00\nTRACK 02 AUDIO\nTITLE "Two"\nINDEX 00 03:00:00\n'
        'FILE "2.wav" WAVE\nINDEX 01 00:00:00\n'
    )
    assert [(track.file, track.title) for track in sheet.tracks] == [("1.wav", ""), ("2.wav", "Two")]


def test_what_is_not_understood_is_said() -> None:
    sheet = read_cue_sheet(
        "\ufeffCATALOG 123\nFILE a.wav WAVE\r\nTRACK 01 AUDIO\nISRC nonsense\nINDEX 01 00:00:00\nFLAGS DCP\n"
        "WHAT is this\nINDEX 02 00:99:00\nTRACK 02 AUDIO\nTITLE lost\n"
    )
    assert [track.file for track in sheet.tracks] == ["a.wav"]
    assert len(sheet.notes) == 5
    assert "WHAT is this" in " ".join(sheet.notes)


def test_no_sheet() -> None:
    with pytest.raises(FormatUnsupportedError):
        read_cue_sheet("<html></html>")


def test_damaged_sheets_are_read_or_refused() -> None:
    draw = random.Random(7)
    text = write_cue_sheet(ALBUM)
    n_read = 0
    for _ in range(300):
        damaged = list(text)
        for _ in range(draw.randint(1, 8)):
            damaged[draw.randrange(len(damaged))] = chr(draw.randrange(1, 256))
        try:
            n_read += len(read_cue_sheet("".join(damaged)).tracks) > 0
        except FormatUnsupportedError:
            continue
    assert n_read > 200

"""MIDI, read back by mido itself and by our reader."""

from __future__ import annotations

import io
import itertools
from dataclasses import replace

import mido
import pytest

from tonmeister.core.errors import FormatUnsupportedError
from tonmeister.media.notation.midi import read_midi, write_midi
from tonmeister.media.notation.midi_clock import TICKS_PER_QUARTER
from tonmeister.music.tab import PlayedNote


def heard(data: bytes) -> list[tuple[float, float, int, int]]:
    """Onset, offset, pitch and channel by mido's own clock."""
    at, sounding, found = 0.0, {}, []
    for message in mido.MidiFile(file=io.BytesIO(data)):
        at += message.time
        if message.type == "note_on" and message.velocity:
            assert (message.channel, message.note) not in sounding
            sounding[message.channel, message.note] = at
        elif message.type in ("note_on", "note_off"):
            found.append((sounding.pop((message.channel, message.note)), at, message.note, message.channel))
    assert not sounding
    return sorted(found)


def test_the_performance_is_kept(song):
    found = heard(write_midi(song))
    played = sorted(
        (part.notes[head.note].onset_s, part.notes[head.note].offset_s, head.midi, channel)
        for channel, part in enumerate(song.parts)
        for _, _, head in part.heads
    )
    assert [row[2:] for row in found] == [row[2:] for row in played]
    for one, other in zip(found, played, strict=True):
        assert one[:2] == pytest.approx(other[:2], abs=0.0005), "the file begins when the recording does"


def moved(song, by_s: float):
    """The song in a recording that begins so much later (or, below 0, earlier)."""
    bars = tuple(replace(bar, start_s=bar.start_s + by_s) for bar in song.bars)
    parts = tuple(
        replace(
            part,
            notes=tuple(
                replace(note, onset_s=note.onset_s + by_s, offset_s=note.offset_s + by_s) for note in part.notes
            ),
        )
        for part in song.parts
    )
    return replace(song, bars=bars, parts=parts)


def bar_lines(data: bytes) -> tuple[list[float], list[tuple[float, int, int]], list[float], dict[str, float]]:
    """Times of the bar lines as a sequencer counts them, of time signatures, tempi, and of markers."""
    at, tick, metres, tempi, markers = 0.0, 0, [], [], {}
    file = mido.MidiFile(file=io.BytesIO(data))
    quarter = file.ticks_per_beat
    times = {}
    tempo = 500_000
    for message in mido.merge_tracks(file.tracks):
        for step in range(message.time):
            times[tick + step] = at + step * tempo / 1e6 / quarter
        at += message.time * tempo / 1e6 / quarter
        tick += message.time
        if message.type == "set_tempo":
            tempo = message.tempo
            tempi.append(mido.tempo2bpm(tempo))
        elif message.type == "time_signature":
            metres.append((tick, message.numerator, message.denominator))
        elif message.type == "marker":
            markers[message.text] = at
    lines = []
    for (start, n_beats, unit), (stop, *_) in itertools.pairwise([*metres, (tick, 0, 0)]):
        lines += [times[at] for at in range(start, min(stop, tick), 4 * quarter * n_beats // unit)]
    return lines, [(times[start], n_beats, unit) for start, n_beats, unit in metres], tempi, markers


@pytest.mark.parametrize("by_s", [-0.25, -0.249, -0.2, -0.15, 0.0, 0.35, 0.85, 1.733, 2.0, 30.0])
def test_bars_begin_on_their_times_after_a_lead_in_of_their_tempo(song, by_s):
    late = moved(song, by_s)
    data = write_midi(late)
    lines, metres, tempi, markers = bar_lines(data)
    wanted = [bar.start_s for bar in late.bars]
    if wanted[0] <= 0.008:  # too little for a lead-in: the first bar itself begins with the file
        assert len(metres) == 1
        assert lines[1 : len(wanted)] == pytest.approx(wanted[1:], abs=0.0005)
    else:
        n_before = len([line for line in lines if line < wanted[0] - 0.001])
        assert lines[n_before : n_before + len(wanted)] == pytest.approx(wanted, abs=0.0005)
        assert markers["Bar 1"] == pytest.approx(wanted[0], abs=0.0005)
        assert metres[-1][1:] == (4, 4)
        assert n_before >= 1
    assert markers["Verse"] == pytest.approx(max(wanted[0], 0), abs=0.008)
    assert all(20 <= tempo <= 960 for tempo in tempi)
    if by_s > 0.3:
        assert all(70 <= tempo <= 200 for tempo in tempi), "a lead-in goes about as fast as the song"
    onsets = sorted(note.onset_s for note in late.parts[0].notes)
    assert [row[0] for row in heard(data) if row[3] == 0] == pytest.approx(onsets, abs=0.0005)


@pytest.mark.parametrize("by_s", [-0.35, -0.5, -0.65, -1.0, -1.25, -1.9, -2.2, -2.245, -3.0])
def test_a_bar_that_begins_before_the_recording_is_cut_to_its_beats(song, by_s):
    early = moved(song, by_s)
    parts = tuple(
        replace(part, notes=tuple(replace(note, onset_s=max(note.onset_s, 0.0)) for note in part.notes))
        for part in early.parts
    )
    early = replace(early, parts=parts)
    data = write_midi(early)
    lines, metres, tempi, _ = bar_lines(data)
    wanted = [bar.start_s for bar in early.bars if bar.start_s > 0.008]
    assert lines[1 : 1 + len(wanted)] == pytest.approx(wanted, abs=0.0005)
    assert lines[0] == 0
    assert len(metres) <= 2
    assert metres[-1][1:] == (4, 4)
    assert all(60 <= tempo <= 960 for tempo in tempi)
    offsets = sorted(note.offset_s for note in early.parts[2].notes if note.offset_s > 0.01)
    assert sorted(row[1] for row in heard(data) if row[1] > 0.01 and row[3] == 2) == pytest.approx(offsets, abs=0.001)
    on_the_grid = sorted(row[:2] for row in heard(write_midi(early, as_played=False)) if row[3] == 2)
    assert on_the_grid[0][0] >= 0


def test_notes_without_a_place_on_the_page_are_in_the_performance(song):
    first = song.parts[0]
    lost = PlayedNote(0.3, 0.5, 96, 80)
    twice = replace(first.notes[0], onset_s=first.notes[0].onset_s + 1e-5)
    more = replace(first, notes=(*first.notes, lost, twice), unwritten=(len(first.notes), len(first.notes) + 1))
    found = heard(write_midi(replace(song, parts=(more, *song.parts[1:]))))
    assert len(found) == len(heard(write_midi(song))) + 2
    assert any(row[2] == 96 and row[0] == pytest.approx(0.3, abs=0.0005) for row in found)


def test_the_written_grid_on_request(song):
    file = mido.MidiFile(file=io.BytesIO(write_midi(song, as_played=False)))
    assert file.ticks_per_beat == TICKS_PER_QUARTER
    for track, part in zip(file.tracks[1:], song.parts, strict=True):
        tick, starts = 0, []
        for message in track:
            tick += message.time
            if message.type == "note_on" and message.velocity:
                starts.append((tick, message.note))
        lead_in = TICKS_PER_QUARTER // 2  # a quarter of a second at 120 BPM
        assert sorted(starts) == sorted(
            (lead_in + int((number * song.metre.bar_quarters + start) * TICKS_PER_QUARTER), head.midi)
            for number, start, head in part.heads
        )


def test_tempo_metre_key_names_and_sections(song):
    file = mido.MidiFile(file=io.BytesIO(write_midi(song)))
    last = {message.type: message for message in file.tracks[0]}
    assert (last["time_signature"].numerator, last["key_signature"].key) == (4, "G")
    tempi = [round(mido.tempo2bpm(message.tempo)) for message in file.tracks[0] if message.type == "set_tempo"]
    assert tempi == [120, 150]
    assert [message.text for message in file.tracks[0] if message.type == "marker"] == ["Bar 1", "Verse", "Chorus"]
    assert [track.name for track in file.tracks[1:]] == ["Lead guitar", "Bass", "Flute"]


def test_bends_rise_to_their_depth_and_return(song):
    wheel = [
        message.pitch
        for message in mido.MidiFile(file=io.BytesIO(write_midi(song))).tracks[1]
        if message.type == "pitchwheel"
    ]
    assert max(wheel) == pytest.approx(8191 * 2 / 12, abs=2)
    assert wheel[-1] == 0


def test_our_reader_agrees(song, tmp_path):
    path = tmp_path / "song.mid"
    path.write_bytes(write_midi(song))
    read = read_midi(path)
    assert [part.name for part in read.parts] == [part.name for part in song.parts]
    assert [part.program for part in read.parts] == [27, 33, 73]
    assert sum(len(part.notes) for part in read.parts) == len(heard(path.read_bytes()))
    assert read.metre == song.metre
    assert min(note.onset_s for note in read.parts[0].notes) == pytest.approx(0.254, abs=0.0005)


def test_what_is_no_midi_is_refused(tmp_path):
    path = tmp_path / "song.mid"
    for content in (b"", b"MThd", b"RIFF....WAVE", b"MThd\x00\x00\x00\x06\x00\x01\x00\x01\x03\xc0MTrk\x00\x00\xff"):
        path.write_bytes(content)
        with pytest.raises(FormatUnsupportedError, match="cannot be read as MIDI"):
            read_midi(path)


def test_foreign_midi_is_read(shared_audio):
    song = read_midi(shared_audio / "scores" / "nottingham" / "waltzes1.mid")
    assert song.metre.n_beats == 3
    assert sum(len(part.notes) for part in song.parts) > 100

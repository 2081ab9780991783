"""MIDI, read back by mido itself and by our reader."""

from __future__ import annotations

import io

import mido
import pytest

from tonmeister.core.errors import FormatUnsupportedError
from tonmeister.media.notation.midi import TICKS_PER_QUARTER, read_midi, write_midi


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
    first_bar_s = song.bars[0].start_s
    for one, other in zip(found, played, strict=True):
        assert one[:2] == pytest.approx([time - first_bar_s for time in other[:2]], abs=0.002)


def test_the_written_grid_on_request(song):
    file = mido.MidiFile(file=io.BytesIO(write_midi(song, as_played=False)))
    assert file.ticks_per_beat == TICKS_PER_QUARTER
    for track, part in zip(file.tracks[1:], song.parts, strict=True):
        tick, starts = 0, []
        for message in track:
            tick += message.time
            if message.type == "note_on" and message.velocity:
                starts.append((tick, message.note))
        assert sorted(starts) == sorted(
            (int((number * song.metre.bar_quarters + start) * TICKS_PER_QUARTER), head.midi)
            for number, start, head in part.heads
        )


def test_tempo_metre_key_names_and_sections(song):
    file = mido.MidiFile(file=io.BytesIO(write_midi(song)))
    first = {message.type: message for message in reversed(file.tracks[0])}
    assert (first["time_signature"].numerator, first["key_signature"].key) == (4, "G")
    tempi = [round(mido.tempo2bpm(message.tempo)) for message in file.tracks[0] if message.type == "set_tempo"]
    assert tempi == [120, 150]
    assert [message.text for message in file.tracks[0] if message.type == "marker"] == ["Verse", "Chorus"]
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
    assert read.time_map.beats_s[4] == pytest.approx(song.bars[1].start_s - song.bars[0].start_s, abs=0.001)


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

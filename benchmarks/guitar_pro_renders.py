"""Guitar Pro songs rendered with all their tracks, and their beats by the tempo map; repeats are played once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import mido

import band_songs

QUARTER = 960


def render_files(files: Sequence[Path], scratch: Path) -> Iterator[tuple[Any, ...]]:
    """Render each file; yield name, sound file, kind, beats, tempo, metre."""
    import guitarpro

    for file in files:
        song = guitarpro.parse(str(file))
        tempos = _tempos(song)
        midi, wav = scratch / f"{file.stem}.mid", scratch / f"{file.stem}.wav"
        _write_midi(song, tempos, midi)
        band_songs.render(midi, wav)
        beats, metre = _beats(song, tempos)
        yield file.stem, wav, "full band", beats, song.tempo if len(tempos) == 1 else None, metre


def _tempos(song: Any) -> list[tuple[int, float, float]]:
    """Return the tempo map: tick, time, quarters a minute."""
    changes = {}
    for track in song.tracks:
        for measure in track.measures:
            for voice in measure.voices:
                for beat in voice.beats:
                    change = beat.effect.mixTableChange
                    if change and change.tempo and change.tempo.value > 0:
                        changes[beat.start] = change.tempo.value
    found = [(QUARTER, 0.0, float(song.tempo))]
    for tick, tempo in sorted(changes.items()):
        before, time_s, old = found[-1]
        found.append((tick, time_s + (tick - before) / QUARTER * 60 / old, float(tempo)))
    return found


def _beats(song: Any, tempos: list[tuple[int, float, float]]) -> tuple[list[tuple[float, int]], str]:
    def at(tick: float) -> float:
        start, time_s, tempo = next(entry for entry in reversed(tempos) if entry[0] <= tick + 1e-6)
        return time_s + (tick - start) / QUARTER * 60 / tempo

    beats, metres = [], []
    for header in song.measureHeaders:
        over, under = header.timeSignature.numerator, header.timeSignature.denominator.value
        metres.append(f"{over}/{under}")
        step = 1.5 if under == 8 and over % 3 == 0 and over > 3 else 4 / under
        n_beats = round(over * 4 / under / step)
        beats += [(at(header.start + number * step * QUARTER), number + 1) for number in range(n_beats)]
    return beats, max(set(metres), key=metres.count)


def _write_midi(song: Any, tempos: list[tuple[int, float, float]], path: Path) -> None:
    file = mido.MidiFile(ticks_per_beat=QUARTER)
    meta, before = mido.MidiTrack(), 0
    for tick, _, tempo in tempos:
        at = max(0, tick - QUARTER)
        meta.append(mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(tempo), time=at - before))
        before = at
    file.tracks.append(meta)
    channels = iter([*range(9), *range(10, 16)] * 4)
    for track in song.tracks:
        file.tracks.append(_midi_track(track, 9 if track.isPercussionTrack else next(channels)))
    file.save(path)


def _midi_track(track: Any, channel: int) -> mido.MidiTrack:
    tuning = [string.value for string in track.strings]
    notes: list[list[int]] = []
    ringing: dict[int, list[int]] = {}
    for measure in track.measures:
        for voice in measure.voices:
            for beat in voice.beats:
                for note in beat.notes:
                    start = beat.start - QUARTER
                    if note.type.name == "tie":
                        if note.string in ringing:
                            ringing[note.string][1] = start + beat.duration.time
                        continue
                    open_midi = 0 if channel == 9 else tuning[note.string - 1] + track.offset
                    length = 60 if note.type.name == "dead" and channel != 9 else beat.duration.time
                    length = length // 2 if note.effect.palmMute else length
                    ringing[note.string] = [start, start + length, open_midi + note.value, note.velocity]
                    notes.append(ringing[note.string])
    events = [
        (
            0,
            0,
            mido.Message("control_change", channel=channel, control=7, value=min(127, max(30, track.channel.volume))),
        )
    ]
    if channel != 9:
        events.append((0, 0, mido.Message("program_change", channel=channel, program=max(0, track.channel.instrument))))
    for start, stop, midi, velocity in notes:
        if 0 <= midi < 128:
            level = min(127, max(20, velocity))
            events.append((start, 2, mido.Message("note_on", channel=channel, note=midi, velocity=level)))
            events.append((max(start + 20, stop - 5), 1, mido.Message("note_off", channel=channel, note=midi)))
    events.sort(key=lambda event: event[:2])
    out, before = mido.MidiTrack(), 0
    for tick, _, message in events:
        out.append(message.copy(time=tick - before))
        before = tick
    return out

"""Drums in MusicXML: each is an instrument of its own, and Verovio and alphaTab read back what was struck, and when."""

from __future__ import annotations

import base64
import io
import json
import os
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import mido
import pytest

from tonmeister.media.notation.musicxml import write_musicxml
from tonmeister.media.notation.percussion import drum
from tonmeister.music.quantise import TimeMap, quantise
from tonmeister.music.score import Line, Score, write_score
from tonmeister.music.tab import PlayedNote

ROOT = Path(__file__).resolve().parents[3]
READ = """
const alphaTab = require(process.argv[1]);
const data = new Uint8Array(require('fs').readFileSync(process.argv[2]));
const track = alphaTab.importer.ScoreLoader.loadScoreFromBytes(data, new alphaTab.Settings()).tracks[0];
console.log(JSON.stringify(track.staves[0].bars.flatMap((bar, number) => bar.voices.flatMap(voice =>
  voice.beats.flatMap(beat => beat.notes.map(note =>
    [number, beat.playbackStart / 960, track.percussionArticulations[note.percussionArticulation].outputMidiNumber]
))))));
"""


def struck(eighth: int) -> tuple[int, ...]:
    """Kick, snare, both hi-hats, a crash, and at last a cowbell, for which the staff has no place of its own."""
    hats = (46,) if eighth % 8 == 7 else (42,)
    return hats + {0: (36,), 2: (38,)}.get(eighth % 4, ()) + ((49,) if eighth == 0 else (56,) if eighth == 9 else ())


@pytest.fixture(scope="module")
def beat() -> Score:
    tempo_map = TimeMap(tuple(0.25 + 0.5 * number for number in range(13)))
    played = [(tempo_map.time_s(eighth / 2), midi) for eighth in range(24) for midi in struck(eighth)]
    notes = [PlayedNote(at_s, at_s + 0.1, midi, 90) for at_s, midi in played]
    line = Line("Drums", notes, quantise(notes, tempo_map), None, None, [()] * len(notes), 0, True)
    return write_score("Beat", [line], tempo_map)


WANTED = sorted((eighth // 8, eighth % 8 / 2, midi) for eighth in range(24) for midi in struck(eighth))


def test_every_note_names_its_instrument(beat):
    root = ET.fromstring(write_musicxml(beat))
    unpitched = {each.get("id"): int(each.findtext("midi-unpitched")) - 1 for each in root.iter("midi-instrument")}
    names = {each.get("id"): each.findtext("instrument-name") for each in root.iter("score-instrument")}
    assert names == {name: drum(midi).name for name, midi in unpitched.items()}
    assert sorted(unpitched.values()) == [36, 38, 42, 46, 49, 56]
    notes = [note for note in root.iter("note") if note.find("unpitched") is not None]
    assert sorted(unpitched[note.find("instrument").get("id")] for note in notes) == sorted(m for *_, m in WANTED)
    order = [child.tag for child in notes[0]]
    assert order.index("duration") < order.index("instrument") < order.index("voice")
    for note in notes:
        place = drum(unpitched[note.find("instrument").get("id")])
        where = note.findtext("unpitched/display-step") + note.findtext("unpitched/display-octave")
        assert where == place.place
        assert (note.findtext("notehead") == "x") == place.is_crossed
    assert root.find(".//note/pitch") is None


def test_verovio_plays_what_was_struck(beat):
    import verovio

    toolkit = verovio.toolkit()
    assert toolkit.loadData(write_musicxml(beat).decode())
    midi = mido.MidiFile(file=io.BytesIO(base64.b64decode(toolkit.renderToMIDI())))
    found = []
    for track in midi.tracks:
        tick = 0
        for message in track:
            tick += message.time
            if message.type == "note_on" and message.velocity:
                assert message.channel == 9
                quarter = tick / midi.ticks_per_beat
                found.append((int(quarter // 4), quarter % 4, message.note))
    assert sorted(found) == WANTED


def test_alphatab_plays_what_was_struck(beat, tmp_path):
    folder = Path(os.environ.get("TONMEISTER_ALPHATAB", ROOT / "web" / "node_modules" / "@coderline" / "alphatab"))
    node = shutil.which("node")
    if node is None or not (folder / "package.json").is_file():
        pytest.skip("alphaTab or Node is not installed")
    path = tmp_path / "beat.musicxml"
    path.write_bytes(write_musicxml(beat))
    command = [node, "-e", READ, str(folder.resolve()), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    assert sorted(map(tuple, json.loads(done.stdout))) == WANTED

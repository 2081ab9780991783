"""What alphaTab, which draws our tabs in the browser, reads in the files: note for note, by Node, without a screen."""

from __future__ import annotations

import dataclasses
import itertools
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tonmeister.media.notation.alphatex import write_alphatex
from tonmeister.media.notation.guitar_pro import write_guitar_pro
from tonmeister.media.notation.musicxml import write_musicxml
from tonmeister.media.notation.staves import staves_for_programs
from tonmeister.music.fingering import finger
from tonmeister.music.fretboard import TUNINGS, Fretboard
from tonmeister.music.quantise import TimeMap, quantise
from tonmeister.music.score import Line, Score, write_score
from tonmeister.music.tab import PlayedNote

ROOT = Path(__file__).resolve().parents[3]
READ = """
const alphaTab = require(process.argv[1]);
const fs = require('fs');
const out = {};
for (const file of process.argv.slice(2)) {
  const settings = new alphaTab.Settings();
  const data = fs.readFileSync(file);
  let score;
  if (file.endsWith('.atex')) {
    const importer = new alphaTab.importer.AlphaTexImporter();
    importer.initFromString(data.toString(), settings);
    score = importer.readScore();
  } else score = alphaTab.importer.ScoreLoader.loadScoreFromBytes(new Uint8Array(data), settings);
  out[file] = {
    title: score.title,
    sync: score.masterBars.flatMap(bar => (bar.syncPoints || []).map(point => point.syncPointValue.millisecondOffset)),
    parts: score.tracks.map(track => track.staves.flatMap(staff => staff.bars.flatMap((bar, number) =>
      bar.voices.flatMap(voice => voice.beats.flatMap(beat => beat.notes.filter(note => !note.isTieDestination).map(
        note => [number, beat.playbackStart / 960, note.realValue, staff.isStringed ? note.string : 0]))))))
  };
}
console.log(JSON.stringify(out));
"""


@pytest.fixture(scope="module")
def alphatab() -> tuple[str, str]:
    folder = Path(os.environ.get("TONMEISTER_ALPHATAB", ROOT / "web" / "node_modules" / "@coderline" / "alphatab"))
    node = shutil.which("node")
    if node is None or not (folder / "package.json").is_file():
        pytest.skip("alphaTab or Node is not installed")
    return node, str(folder.resolve())


def test_alphatab_reads_every_note(songs, piano, alphatab, tmp_path):
    files = {}
    for name, score in {**songs, "piano": piano}.items():
        for suffix, write in (
            ("atex", lambda score: write_alphatex(score).encode()),
            ("musicxml", write_musicxml),
            ("gp5", write_guitar_pro),
        ):
            if name == "piano" and suffix == "gp5":
                continue  # the format holds fretted parts alone
            path = tmp_path / f"{name}.{suffix}"
            path.write_bytes(write(score))
            files[str(path)] = score
    node, folder = alphatab
    done = subprocess.run([node, "-e", READ, folder, *files], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    read = json.loads(done.stdout)
    for path, score in files.items():
        parts = [part for part in score.parts if part.fretboard or not path.endswith("gp5")]
        assert len(read[path]["parts"]) == len(parts), path
        for found, part in zip(read[path]["parts"], parts, strict=True):
            # alphaTab counts strings from the lowest-placed one
            n = part.fretboard.n_strings if part.fretboard else 0
            wanted = sorted(
                [at, float(start), head.midi, n + 1 - head.place.string if head.place else 0]
                for at, start, head in part.heads
            )
            found = sorted(found)
            assert [[row[0], row[2], row[3]] for row in found] == [[row[0], row[2], row[3]] for row in wanted], path
            assert [row[1] for row in found] == pytest.approx([row[1] for row in wanted], abs=0.01), path
        if path.endswith("atex"):
            assert read[path]["title"] == score.title
            assert read[path]["sync"] == [round(1000 * bar.start_s) for bar in score.bars]


@pytest.mark.parametrize("staves", ["tab", "standard", "both"])
def test_alphatab_reads_every_note_of_each_staff(songs, alphatab, tmp_path, staves):
    files = {}
    for name in ("plain", "capo"):
        shown, looks = staves_for_programs(songs[name], staves)
        path = tmp_path / f"{name}.musicxml"
        path.write_bytes(write_musicxml(shown, looks=looks))
        files[str(path)] = shown
    node, folder = alphatab
    done = subprocess.run([node, "-e", READ, folder, *files], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    for path, found in json.loads(done.stdout).items():
        for rows, part in zip(found["parts"], files[path].parts, strict=True):
            wanted = sorted((bar, head.midi, float(start)) for bar, start, head in part.heads)
            rows = sorted((bar, midi, start) for bar, start, midi, _ in rows)
            assert [row[:2] for row in rows] == [row[:2] for row in wanted], path
            assert [row[2] for row in rows] == pytest.approx([row[2] for row in wanted], abs=0.01), path


DRAW = """
const alphaTab = require(process.argv[1]);
const fs = require('fs');
const out = {};
for (const file of process.argv.slice(2)) {
  const settings = new alphaTab.Settings();
  settings.core.engine = 'svg';
  settings.core.enableLazyLoading = false;
  settings.core.includeNoteBounds = true;
  settings.display.layoutMode = alphaTab.LayoutMode.Horizontal;
  const importer = new alphaTab.importer.AlphaTexImporter();
  importer.initFromString(fs.readFileSync(file).toString(), settings);
  const renderer = new alphaTab.rendering.ScoreRenderer(settings);
  renderer.width = 1000;
  renderer.renderScore(importer.readScore(), [0]);
  out[file] = renderer.boundsLookup.staffSystems.flatMap(system => system.bars.flatMap(bar => bar.bars[0].beats.flatMap(
    beat => (beat.notes || []).map(each => [each.note.realValue, each.noteHeadBounds.y]))));
}
console.log(JSON.stringify(out));
"""


def scale(n_fifths: int, neck: Fretboard | None) -> Score:
    """All twelve tones up and down, one at a time."""
    time_map = TimeMap(tuple(0.5 * beat for beat in range(25)))
    midis = [*range(62, 74), *range(74, 62, -1)]
    notes = [PlayedNote(0.5 * at, 0.5 * at + 0.5, midi) for at, midi in enumerate(midis)]
    line = Line("Part", notes, quantise(notes, time_map), neck, finger(notes, neck) if neck else None, program=73)
    return write_score("Tones", [line], time_map, n_fifths=n_fifths, is_minor=n_fifths == -1)


def test_heads_stand_on_the_lines_that_musicxml_names(alphatab, tmp_path):
    wanted = {}
    for n_fifths, neck in itertools.product(range(-7, 8), (None, Fretboard())):
        score = scale(n_fifths, neck)
        path = tmp_path / f"{n_fifths}-{'any' if neck is None else 'guitar'}.atex"
        path.write_text(write_alphatex(score))
        pitches = ET.fromstring(write_musicxml(score)).iter("pitch")
        wanted[str(path)] = [
            7 * int(pitch.findtext("octave", "")) + "CDEFGAB".index(pitch.findtext("step", "")) for pitch in pitches
        ]
    node, folder = alphatab
    done = subprocess.run([node, "-e", DRAW, folder, *wanted], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    for path, drawn in json.loads(done.stdout).items():
        heights = [y for _, y in drawn]
        step = (max(heights) - min(heights)) / (max(wanted[path]) - min(wanted[path]))
        lines = [min(wanted[path]) + round((max(heights) - y) / step) for y in heights]
        assert lines == wanted[path], path


PRINT = """
const alphaTab = require(process.argv[1]);
const fs = require('fs');
const out = {};
for (const file of process.argv.slice(2)) {
  const settings = new alphaTab.Settings();
  settings.core.engine = 'svg';
  settings.core.enableLazyLoading = false;
  const importer = new alphaTab.importer.AlphaTexImporter();
  importer.initFromString(fs.readFileSync(file).toString(), settings);
  const score = importer.readScore();
  const renderer = new alphaTab.rendering.ScoreRenderer(settings);
  renderer.width = 1000;
  const parts = [];
  renderer.partialRenderFinished.on((part) => parts.push(part.renderResult));
  renderer.renderScore(score, [0]);
  out[file] = { tempo: score.tempo, text: parts.join('') };
}
console.log(JSON.stringify(out));
"""


@pytest.mark.parametrize(
    ("program", "tuning", "lowest", "clef", "plain"),
    [
        (25, "guitar", 52, 0xE052, (0xE050, 73)),
        (33, "bass", 28, 0xE064, (0xE062, 42)),
        (24, "ukulele", 64, 0xE050, (0xE050, 73)),
        (53, None, 50, 0xE052, (0xE050, 73)),
    ],
)
def test_clefs_tell_the_octave_that_sounds(alphatab, tmp_path, program, tuning, lowest, clef, plain):
    """Each is drawn beside the notes that it is written as, in a clef without an octave."""
    plain_clef, plain_program = plain
    is_octave_below = clef != plain_clef
    midis = [lowest + step for step in (0, 2, 3, 5, 7, 8, 10, 12)]
    files = []
    for neck, of, octave in (
        (Fretboard(TUNINGS[tuning]) if tuning else None, program, 0),
        (None, plain_program, 12 * is_octave_below),
    ):
        notes = [PlayedNote(0.5 * at, 0.5 * at + 0.5, midi + octave) for at, midi in enumerate(midis)]
        beats = TimeMap(tuple(0.5 * at for at in range(9)))
        line = Line("Part", notes, quantise(notes, beats), neck, finger(notes, neck) if neck else None, program=of)
        files.append(tmp_path / f"{of}-{octave}.atex")
        files[-1].write_text(write_alphatex(write_score("Clefs", [line], beats)))
    node, folder = alphatab

    def run(program: str) -> list:
        command = [node, "-e", program, folder, *map(str, files)]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
        return list(json.loads(done.stdout).values())

    assert [row[2] for row in sorted(run(READ)[0]["parts"][0])] == midis, "what sounds stays"
    drawn = []
    for made, sign in zip(run(PRINT), (clef, plain_clef), strict=True):
        text = made["text"]
        assert {int(each) for each in re.findall(r"&#(\d+);", text)} & set(range(0xE050, 0xE06D)) == {sign}
        top = float(re.search(r'<rect x="[^"]*" y="([^"]*)"', text)[1])
        drawn.append(
            [float(y) - top for y in re.findall(r'translate\(\S+ ([^)]*)\)" class="at" ><text[^>]*>&#57508;', text)]
        )
    assert len(drawn[0]) == len(midis)
    assert drawn[0] == pytest.approx(drawn[1], abs=0.1)


def test_a_tempo_that_nobody_found_is_played_and_not_drawn(songs, alphatab, tmp_path):
    found = songs["plain"]
    files = {}
    for has_tempo in (True, False):
        path = tmp_path / f"{has_tempo}.atex"
        path.write_text(write_alphatex(dataclasses.replace(found, has_tempo=has_tempo)))
        files[has_tempo] = str(path)
    node, folder = alphatab
    done = subprocess.run(
        [node, "-e", PRINT, folder, *files.values()], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr[-2000:]
    drawn = json.loads(done.stdout)
    mark = f"= {round(found.tempo_marks[0].tempo_bpm)}"
    assert [mark in drawn[files[has_tempo]]["text"] for has_tempo in (True, False)] == [True, False]
    assert drawn[files[False]]["tempo"] == round(found.bars[0].tempo_bpm)

"""What alphaTab, which draws our tabs in the browser, reads in the files: note for note, by Node, without a screen."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tonmeister.media.notation.alphatex import write_alphatex
from tonmeister.media.notation.guitar_pro import write_guitar_pro
from tonmeister.media.notation.musicxml import write_musicxml

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

"""Every figure of analysis and transcription in one run: beats, chords and keys, notes, bends, fingerings.

    python benchmarks/transcription.py SHARED_AUDIO [--pack FOLDER] [--peer PYTHON] [--reference PYTHON] [--renders N]
        [--soundfont FILE.sf2]

Runs `listening.py`, `listening_harmony.py`, `listening_notes.py`, `bends.py` and `tab.py` one after the other and
prints what each prints. SHARED_AUDIO is the folder of shared recordings; --pack a folder of GuitarSet annotations and
Guitar Pro files, by default its `tabs`; --soundfont renders the bends, and more pieces for the chords and the guitars.
--peer is an interpreter with music21 and mir_eval, --reference one with the package basic-pitch: what needs one that
is not given is left out, and the run says so. Ends with 1 where a part failed.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent


def parts_of(given: argparse.Namespace, work: str) -> dict[str, list[str] | None]:
    """Return each part's arguments; none where it cannot run."""
    pack = given.pack or given.shared / "tabs"
    font = ["--soundfont", str(given.soundfont)] if given.soundfont else []
    notes = [str(pack), "--audio", str(given.shared), "--work", work, *font]
    return {
        "listening": [str(given.shared), "--renders", str(given.renders)],
        "listening_harmony": [str(given.shared), "--peer", str(given.peer), *font] if given.peer else None,
        "listening_notes": [*notes, "--reference", str(given.reference)] if given.reference else notes,
        "bends": [str(given.shared), "--work", work, *font] if given.soundfont else None,
        "tab": [str(pack)],
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shared", type=Path)
    parser.add_argument("--pack", type=Path)
    parser.add_argument("--peer", type=Path)
    parser.add_argument("--reference", type=Path)
    parser.add_argument("--soundfont", type=Path)
    parser.add_argument("--renders", type=int, default=3)
    given = parser.parse_args()
    failed = []
    with tempfile.TemporaryDirectory() as work:
        for name, arguments in parts_of(given, work).items():
            if arguments is None:
                lacking = "--peer" if name == "listening_harmony" else "--soundfont"
                print(f"== {name}: left out, {lacking} is not given", flush=True)
                continue
            print(f"== {name}", flush=True)
            began = time.monotonic()
            if subprocess.run([sys.executable, str(HERE / f"{name}.py"), *arguments], check=False).returncode:
                failed.append(name)
            print(f"== {name}: {time.monotonic() - began:.0f} s", flush=True)
    if failed:
        print(f"FAILED: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

"""Measure every file of a folder on all cores; files that are not sound are named and passed over.

Run it with a folder: ``python examples/measure_folder.py music/``
"""

from __future__ import annotations

import sys
from pathlib import Path

import tonmeister
from tonmeister.core.errors import TonmeisterError


def main(folder: str) -> None:
    """Print a line for each file."""
    files = sorted(path for path in Path(folder).iterdir() if path.is_file())
    for path, answer in zip(files, tonmeister.measure(files), strict=True):
        if isinstance(answer, TonmeisterError):
            print(f"{path.name}: {answer.code}")
        else:
            measurement = answer.measurement
            print(f"{path.name}: {measurement.integrated_lufs:.1f} LUFS, {measurement.true_peak_dbtp:.1f} dBTP")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else ".")

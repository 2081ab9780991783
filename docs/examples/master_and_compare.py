"""Compose a song, master it for two platforms, and compare what came out.

Run it with a folder for the results: ``python examples/master_and_compare.py out/``
"""

from __future__ import annotations

import sys

import tonmeister


def main(folder: str) -> None:
    """Write one demo song and two masters into ``folder``, and print a line for each."""
    song = tonmeister.demo(seed=3, duration_s=15, output=folder)
    for platform in ("spotify", "apple-music"):
        master = tonmeister.master(song.mix, platform=platform, tier="draft", report=False, output=folder)
        after = master.after
        print(f"{platform}: {after.integrated_lufs:.1f} LUFS, {after.true_peak_dbtp:.1f} dBTP")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "out/")

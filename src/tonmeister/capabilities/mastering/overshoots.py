"""Where a lossy codec overshoots: the limiter is told to hold back at those places, and only there.

A codec moves a few peaks by several decibels and most by tenths. A lower ceiling for the whole song would pay for the
few with all of its loudness.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from tonmeister.capabilities.mastering.solve import MARGIN_DB, Premaster, Solution
from tonmeister.dsp.limiter import limiter_cell
from tonmeister.dsp.true_peak import TruePeakCells
from tonmeister.media.reader import open_audio

READ_SAMPLES = 65536
REACH_S = 0.012
"""What a codec adds to a peak lies within its frame: half of AAC's 1024 samples to each side."""
ROOM_DB = 0.1
"""The next attempt lands this far below the ceiling, for the codec will not do quite the same again."""


def held_back(
    premaster: Premaster, solution: Solution, limited_to_dbtp: float, path: Path, ceiling_dbtp: float
) -> Premaster:
    """Return the premaster with its peaks raised around every overshoot in the decoded file.

    Parameters
    ----------
    premaster, solution, limited_to_dbtp
        What the file was made with.
    path, ceiling_dbtp
        The file, and what its true peak must not exceed.
    """
    ceiling = 10.0 ** (ceiling_dbtp / 20.0)
    with open_audio(path) as reader:
        rate = reader.info.sample_rate
        cell = limiter_cell(rate)
        cells = TruePeakCells(reader.info.n_channels, cell, floor=ceiling, oversampling=16)
        found = [cells.push(block) for block in reader.blocks(READ_SAMPLES)]
        found.append(cells.finish())
    over = np.concatenate(found) / ceiling
    # A peak of this height would have made the limiter do what it did.
    limit = 10.0 ** ((limited_to_dbtp - MARGIN_DB - solution.gain_db) / 20.0)
    equivalent = limit / np.minimum(solution.nodes[:-1], solution.nodes[1:])
    cells_per_s = premaster.sample_rate / premaster.cell
    peak = premaster.peak.copy()
    for index in np.flatnonzero(over > 1.0):
        at_s = (index + 0.5) * cell / rate
        part = slice(max(0, int((at_s - REACH_S) * cells_per_s)), int((at_s + REACH_S) * cells_per_s) + 1)
        np.maximum(peak[part], equivalent[part] * (over[index] * 10.0 ** (ROOM_DB / 20.0)), out=peak[part])
    return replace(premaster, peak=peak)

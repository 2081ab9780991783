"""Judges of notes by what they know: guitars, or instruments of all kinds.

Fitted by `benchmarks/listening_notes.py --fit` to rendered instruments; the benchmark's README tells how well songs
were judged that had been left out of the fit.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from tonmeister.engines.note_judge import Judge

# fmt: off
JUDGES: Mapping[str, Judge] = MappingProxyType(
    {
        "guitar": Judge(
            (
                4.4342, -3.3211, -1.4301, 3.8492, 0.3667, -0.181, -0.4818, -0.5385, -0.9826, 0.9249, 1.5838, -2.2361,
                -1.5064, -0.6467, 0.1303, -9.6594, -5.0546, -12.6986, -12.2894, -0.55, -2.0237, -15.3099, 7.6426,
                -0.4908, 0.7189, 4.5679, -5.3736, 0.6204, 2.0617, -2.0055, 11.3282, 2.7182, -4.5177, 2.8364, 10.4294,
                -1.8293, -0.9552, -3.8403, 1.5366, 0.6824,
            ),
            -28.0076,
        ),
        "any": Judge(
            (
                0.0787, 5.33, 1.3006, 6.0872, 0.0138, -0.3732, -0.3466, 0.5814, -0.2054, 1.995, 1.9109, -2.293,
                -1.6398, -0.1476, -0.2053, -9.3045, -4.6807, -5.4877, -7.2493, -0.1496, -1.7892, -18.0036, 8.0212,
                -0.2861, 0.8651, 7.7968, -14.0537, 1.5056, -0.8898, 8.7029, -1.4337, 1.2471, -5.9129, 0.4471,
                12.5829, -3.0575, -1.1938, -4.5613, 1.713, -0.7784,
            ),
            -23.9574,
        ),
    }
)
# fmt: on

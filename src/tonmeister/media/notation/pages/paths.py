"""Outlines of SVG as PDF's operators."""

from __future__ import annotations

import re
from collections.abc import Iterator

NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_STEP = re.compile(r"([MmLlHhVvCcSsQqTtZz])([^MmLlHhVvCcSsQqTtZz]*)")


def trace(text: str) -> Iterator[str]:
    """Return an SVG path as PDF's operators: everything but arcs, which Verovio does not draw."""
    if re.search("[Aa]", text):
        raise ValueError("it holds an arc")
    x = y = start_x = start_y = 0.0
    bent = (0.0, 0.0)  # the control point that a smooth curve mirrors
    before = ""
    for name, values in _STEP.findall(text):
        numbers = [float(each) for each in NUMBER.findall(values)]
        step, is_relative = name.upper(), name.islower()
        if step == "Z":
            x, y = start_x, start_y
            yield "h"
            before = step
            continue
        size = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "T": 2}[step]
        for at in range(0, len(numbers) - size + 1, size):
            values_here = numbers[at : at + size]
            if step == "H":
                points = [(values_here[0] + (x if is_relative else 0.0), y)]
            elif step == "V":
                points = [(x, values_here[0] + (y if is_relative else 0.0))]
            else:
                shift = (x, y) if is_relative else (0.0, 0.0)
                points = [
                    (u + shift[0], v + shift[1]) for u, v in zip(values_here[::2], values_here[1::2], strict=True)
                ]
            mirrored = (2 * x - bent[0], 2 * y - bent[1])
            if step in "ST":
                points.insert(0, mirrored if before in ("CS" if step == "S" else "QT") else (x, y))
            if step in "MLHV":
                kind = "m" if step == "M" and at == 0 else "l"
                yield f"{points[0][0]:g} {points[0][1]:g} {kind}"
                if kind == "m":
                    start_x, start_y = points[0]
            else:
                bent = points[-2]
                if step in "QT":
                    end = points[1]
                    points = [
                        (x + 2 / 3 * (bent[0] - x), y + 2 / 3 * (bent[1] - y)),
                        (end[0] + 2 / 3 * (bent[0] - end[0]), end[1] + 2 / 3 * (bent[1] - end[1])),
                        end,
                    ]
                yield " ".join(f"{u:g} {v:g}" for u, v in points) + " c"
            x, y = points[-1]
            before = step

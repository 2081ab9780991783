"""How the optional parts are installed: from the clone's own lock files, whose hashes say what they are.

Tonmeister is on no package index: what bears its name there is somebody else's.
"""

from __future__ import annotations

UNLOCKED: dict[str, tuple[str, ...]] = {"separate-model": ("demucs-infer>=4.4", "safetensors>=0.4", "torch>=2.6")}
"""Extras without a lock file, because their packages differ from machine to machine, with what they consist of."""


def how_to_install(extra: str) -> str:
    """Return the remedy where an optional part is missing, as a sentence."""
    if extra in UNLOCKED:
        wanted = " ".join(f"'{each}'" for each in UNLOCKED[extra])
        return f"In the folder of the clone, for the extra {extra}: .venv/bin/python -m pip install {wanted}."
    return f"In the folder of the clone: .venv/bin/python -m pip install --require-hashes -r locks/{extra}.txt."

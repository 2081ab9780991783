"""The weights of the networks: files that are brought when Tonmeister is built, never while it runs."""

from __future__ import annotations

from pathlib import Path

from tonmeister.core.errors import ModelMissingError

REMEDY = "In a checkout run .venv/bin/python tools/fetch_models.py; otherwise install Tonmeister again."


def find_model(name: str) -> Path:
    """Return the file of a network's weights.

    Parameters
    ----------
    name
        Name of the file, such as ``"note_network.onnx"``.

    Raises
    ------
    ModelMissingError
        If the file was not brought.
    """
    path = Path(__file__).with_name(name)
    if not path.is_file():
        raise ModelMissingError(f"The network's file {name} is missing.", value=name, remedy=REMEDY)
    return path

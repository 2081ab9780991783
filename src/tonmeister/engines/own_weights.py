"""Weights that the user brings: is it the file that was meant, what does it state of itself, and its ONNX network.

Nothing is downloaded, and an ONNX file runs no code: it is a graph of sums.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tonmeister.core.errors import ChecksumError, MissingPartError, TonmeisterError
from tonmeister.core.extras import how_to_install

_UNKNOWN_LICENCE = "Unknown: the file does not state a licence. Ask whoever published it what you may do with it."


def hash_weights(path: Path) -> str:
    """Return the sha256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_weights(path: Path, sha256: str, *, field: str = "weights_sha256") -> str:
    """Return the sha256 of the weights.

    Parameters
    ----------
    path
        The file.
    sha256
        What was stated, in either case.
    field
        The parameter in which it was stated.

    Raises
    ------
    ChecksumError
        If it is not the one that was stated.
    """
    found = hash_weights(path)
    if found != sha256.lower():
        raise ChecksumError(
            f"The weights have the sha256 {found}, not {sha256.lower()}.",
            field=field, value=sha256, bound=found,
            remedy="Get the file again from its publisher, or correct the sha256 if you trust the file.",
        )  # fmt: skip
    return found


def tell_licence(stated: Mapping[str, str]) -> str:
    """Return what a file states of its licence under ``licence`` or ``license``, as a sentence."""
    licence = stated.get("licence") or stated.get("license")
    return f"The file states: {licence}" if licence else _UNKNOWN_LICENCE


def open_onnx(path: Path, n_workers: int, refuse: Callable[[str], TonmeisterError]) -> Any:
    """Open a network in an ONNX file, on a graphics card where onnxruntime finds one.

    Parameters
    ----------
    path
        The file. Check it with `check_weights` before.
    n_workers
        How many processor cores it may use.
    refuse
        Makes the error to raise, of the reason why the file cannot be run.

    Returns
    -------
    onnxruntime.InferenceSession

    Raises
    ------
    MissingPartError
        If onnxruntime is not installed.
    """
    try:
        import onnxruntime
    except ImportError as error:
        raise MissingPartError(
            "Running these weights needs onnxruntime, which is not installed.",
            value="onnxruntime", remedy=how_to_install("run"),
        ) from error  # fmt: skip
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = n_workers, 1
    options.log_severity_level = 3
    usable = onnxruntime.get_available_providers()
    providers = [name for name in ("CUDAExecutionProvider", "CPUExecutionProvider") if name in usable]
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=providers)
    except _refusals() as error:
        raise refuse(_why(error)) from error


def run_onnx(
    session: Any, outputs: list[str], given: Mapping[str, Any], refuse: Callable[[str], TonmeisterError]
) -> list[Any]:
    """Run a network once and return the outputs that are named; where that fails, raise what ``refuse`` makes of it."""
    try:
        return list(session.run(outputs, dict(given)))
    except _refusals() as error:
        raise refuse(_why(error)) from error


def _refusals() -> tuple[type[Exception], ...]:
    from onnxruntime.capi import onnxruntime_pybind11_state as all_errors

    return (
        all_errors.Fail,
        all_errors.InvalidArgument,
        all_errors.InvalidGraph,
        all_errors.InvalidProtobuf,
        all_errors.NoSuchFile,
        all_errors.NotImplemented,
        all_errors.RuntimeException,
    )


def _why(error: Exception) -> str:
    return f"onnxruntime refuses it ({str(error).splitlines()[0][:160]})"


def read_stated(session: Any) -> dict[str, str]:
    """Return what an ONNX file states of itself: name, licence and the like."""
    return dict(session.get_modelmeta().custom_metadata_map)

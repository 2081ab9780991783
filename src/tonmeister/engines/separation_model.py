"""Separation of the model tier: networks whose weights the user has, run by onnxruntime or by torch.

Nothing is downloaded and nothing is unpickled that could run code. A network takes a stereo waveform of a fixed length
and returns one for each source.
"""

from __future__ import annotations

import contextlib
import json
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tonmeister.core.errors import FormatUnsupportedError, MissingPartError
from tonmeister.core.extras import how_to_install
from tonmeister.engines.own_weights import open_onnx, read_stated, tell_licence

Sound = NDArray[np.float32]
Apply = Callable[[Sound], Sound]

DEFAULT_SOURCES = ("drums", "bass", "other", "vocals")
DEFAULT_RATE = 44_100
DEFAULT_SEGMENT_S = 7.8
OVERLAP = 0.25
EXTRA = "separate-model"

# The first eight digits of the sha256 of the published weights, as their file names state them.
_DEMUCS_SHA256 = frozenset(
    {
        "0f06f20e", "db83574e", "3d5dd56b", "70f50cc9", "ae9d2452", "fe698775", "61801ae1", "c1b80bdd",
        "3fd82607", "8778635e", "196e0e1b", "18378783", "a89dd0ee", "e5a9386e", "a905dd85", "4a16d450",
        "592467ce", "b39ce9c9", "03af0aa6", "100d8bf4", "8726e21a", "ba3fe64a", "e57c48e6", "ef3bcb9c",
        "f3cf25b2", "1941ce65", "34c22ccb",
    }
)  # fmt: skip
_DEMUCS_LICENCE = (
    'Weights published with Demucs. Its author: "The model weights are not covered by the MIT license, and are provided'
    ' only for scientific purposes." (github.com/facebookresearch/demucs, issue 327)'
)


@dataclass(frozen=True)
class SeparationModel:
    """A network ready to run.

    Attributes
    ----------
    name
        What to call it.
    sources
        What it returns, in order.
    sample_rate, segment_samples
        What it takes: stereo at this rate, pieces of this length.
    apply
        From (2, segment_samples) to (sources, 2, segment_samples), both float32.
    device
        What it runs on.
    """

    name: str
    sources: tuple[str, ...]
    sample_rate: int
    segment_samples: int
    apply: Apply
    device: str


def find_licence(path: Path, sha256: str) -> str:
    """Return what is known of the licence of weights, without running them."""
    if sha256[:8] in _DEMUCS_SHA256:
        return _DEMUCS_LICENCE
    return tell_licence(_metadata(path))


def _metadata(path: Path) -> dict[str, str]:
    kind = find_kind(path)
    if kind == "safetensors":
        with path.open("rb") as file:
            n_bytes = int.from_bytes(file.read(8), "little")
            if not 2 <= n_bytes <= 100_000_000:
                return {}
            with contextlib.suppress(ValueError):
                return dict(json.loads(file.read(n_bytes)).get("__metadata__", {}))
        return {}
    if kind == "onnx":
        return read_stated(_session(path, 1))
    return {}


def find_kind(path: Path) -> Literal["onnx", "safetensors", "torch"] | None:
    """Return what a file of weights is, by its first bytes: a name may have been lost on the way."""
    with path.open("rb") as file:
        head = file.read(16)
    if head.startswith((b"PK\x03\x04", b"\x80\x02")):
        return "torch"
    if head[8:9] == b"{":
        return "safetensors"
    # ONNX has no magic number; its first field is the version of its own format.
    return "onnx" if head.startswith(b"\x08") else None


def load_model(path: Path, *, name: str | None = None, n_workers: int = 1) -> SeparationModel:
    """Load a network by the kind of its file: ONNX, safetensors or Demucs' own packages.

    Parameters
    ----------
    path
        The weights. Check them with `own_weights.check_weights` before.
    name
        What people call the file; by default its name.
    n_workers
        How many processor cores it may use.

    Raises
    ------
    FormatUnsupportedError
        If the file is not such a network.
    MissingPartError
        If the library that runs it is not installed.
    """
    kind = find_kind(path)
    stem = Path(name or path.name).stem
    if kind == "onnx":
        return _load_onnx(path, stem, n_workers)
    if kind is not None:
        return _load_torch(path, stem, n_workers)
    raise _unsupported(path, "it is neither ONNX nor safetensors nor a package of torch")


def _unsupported(path: Path, why: str) -> FormatUnsupportedError:
    return FormatUnsupportedError(
        f"{path.name} is no network that can be run here: {why}.",
        field="weights", value=path.name,
        remedy="Give an ONNX file that takes a stereo waveform and returns one for each source, or weights of Demucs.",
    )  # fmt: skip


def _session(path: Path, n_workers: int) -> Any:
    return open_onnx(path, n_workers, partial(_unsupported, path))


def _missing(library: str) -> MissingPartError:
    return MissingPartError(
        f"Running these weights needs {library}, which is not installed.",
        field="weights", value=library, remedy=how_to_install(EXTRA),
    )  # fmt: skip


def _load_onnx(path: Path, stem: str, n_workers: int) -> SeparationModel:
    session = _session(path, n_workers)
    inputs, outputs, stated = session.get_inputs(), session.get_outputs(), _metadata(path)
    if len(inputs) != 1 or len(outputs) != 1 or len(inputs[0].shape) != 3 or len(outputs[0].shape) != 4:
        raise _unsupported(
            path, "it must take one waveform (1, 2, samples) and return (1, sources, 2, samples); its transforms inside"
        )
    rate = int(stated.get("sample_rate", DEFAULT_RATE))
    length = inputs[0].shape[2]
    segment = length if isinstance(length, int) else int(stated.get("segment_samples", DEFAULT_SEGMENT_S * rate))
    n_sources = outputs[0].shape[1]
    sources = tuple(stated["sources"].split(",")) if "sources" in stated else DEFAULT_SOURCES
    if isinstance(n_sources, int) and n_sources != len(sources):
        raise _unsupported(path, f"it returns {n_sources} sources and names {len(sources)}")

    def apply(piece: Sound) -> Sound:
        found: Sound = session.run(None, {inputs[0].name: piece[np.newaxis]})[0][0]
        return found

    device = "GPU" if "CUDAExecutionProvider" in session.get_providers() else "CPU"
    return SeparationModel(stated.get("name", stem), sources, rate, segment, apply, device)


def _load_torch(path: Path, stem: str, n_workers: int) -> SeparationModel:
    try:
        import torch
        from demucs_infer.compat import get_torch_arange  # noqa: F401 - makes the classes' old names known
    except ImportError as error:
        raise _missing("torch and demucs-infer") from error
    net = _from_safetensors(path) if find_kind(path) == "safetensors" else _from_package(path)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    net.to(device).eval()
    segment = int(net.segment * net.samplerate)

    def apply(piece: Sound) -> Sound:
        before = torch.get_num_threads()
        torch.set_num_threads(n_workers)
        try:
            with torch.inference_mode():
                found: Sound = net(torch.from_numpy(piece)[None].to(device))[0].cpu().numpy()
        finally:
            torch.set_num_threads(before)
        return found

    name = f"{type(net).__name__} {stem}"
    return SeparationModel(name, tuple(net.sources), int(net.samplerate), segment, apply, device.upper())


def _from_safetensors(path: Path) -> Any:
    from demucs_infer.safetensors import load_safetensors_model

    try:
        return load_safetensors_model(path)
    except ImportError as error:
        raise _missing("safetensors") from error
    except (ValueError, KeyError, TypeError, RuntimeError) as error:
        raise _unsupported(path, str(error)[:160]) from error


def _from_package(path: Path) -> Any:
    """Load what Demucs saves: a class by name, its arguments and its weights; no other object is let in."""
    from fractions import Fraction
    from pickle import UnpicklingError

    import torch
    from demucs_infer.demucs import Demucs
    from demucs_infer.hdemucs import HDemucs
    from demucs_infer.htdemucs import HTDemucs
    from demucs_infer.states import load_model as build

    known = {one.__name__: one for one in (Demucs, HDemucs, HTDemucs)}
    allowed: list[Any] = [Fraction]
    for one in known.values():
        module = one.__module__.rpartition(".")[2]
        allowed += [one, (one, f"demucs.{module}.{one.__name__}")]
    try:
        with torch.serialization.safe_globals(allowed):
            package = torch.load(path, map_location="cpu", weights_only=True)
        if package["klass"] not in known.values():
            raise _unsupported(path, "it holds another kind of network than Demucs")
        return build(package)
    except (UnpicklingError, KeyError, TypeError, ValueError, RuntimeError, EOFError) as error:
        raise _unsupported(path, str(error).splitlines()[0][:160] if str(error) else type(error).__name__) from error


def separate_model(
    blocks: Iterable[Sound], model: SeparationModel, *, level: float = 1.0, tick: Callable[[], None] = lambda: None
) -> Iterator[dict[str, Sound]]:
    """Separate a song in overlapping pieces that fade into each other; memory does not grow with its length.

    Parameters
    ----------
    blocks
        The song at the model's rate, stereo: float32 of shape (2, samples) each.
    model
        The network.
    level
        RMS of the song, which the network gets to hear as 1.
    tick
        Called before every piece; what it raises ends the work.

    Yields
    ------
    dict of ndarray
        Source by name, (2, samples) each; the pieces join to the length of the song.

    Notes
    -----
    Triangular weights and a quarter's overlap, as Demucs does it (Defossez, "Hybrid spectrogram and waveform source
    separation", 2021, and its code).
    """
    n = model.segment_samples
    stride = max(1, math.floor((1 - OVERLAP) * n))
    rise = np.arange(1, n // 2 + 1)
    weight = (np.concatenate([rise, np.arange(n - n // 2, 0, -1)]) / (n - n // 2)).astype(np.float32)
    total = np.zeros((len(model.sources), 2, n), np.float32)
    weights = np.zeros(n, np.float32)
    gain = np.float32(1 / level) if level > 0 else np.float32(1)
    for piece, n_new, is_last in _overlapping(blocks, n, stride):
        tick()
        heard = np.zeros((2, n), np.float32)
        heard[:, : piece.shape[1]] = piece * gain
        found = model.apply(heard)
        if found.shape != total.shape:
            raise ValueError(f"the network returned {found.shape} instead of {total.shape}")
        total += weight * found.astype(np.float32, copy=False)
        weights += weight
        n_out = n_new if is_last else stride
        done = total[:, :, :n_out] / (weights[:n_out] * gain)
        yield dict(zip(model.sources, done, strict=True))
        total = np.concatenate([total[:, :, stride:], np.zeros((*total.shape[:2], stride), np.float32)], axis=2)
        weights = np.concatenate([weights[stride:], np.zeros(stride, np.float32)])


def _overlapping(blocks: Iterable[Sound], n: int, stride: int) -> Iterator[tuple[Sound, int, bool]]:
    """Yield pieces of ``n`` samples that begin every ``stride``, how much of the song is left in them, and the last."""
    held = np.zeros((2, 0), np.float32)
    parts: list[Sound] = []
    n_held = 0
    for block in blocks:
        parts.append(block)
        n_held += block.shape[1]
        # One sample more than a piece is waited for, so that it is known whether another follows.
        while n_held > n:
            held = np.concatenate(parts, axis=1)
            yield held[:, :n], stride, False
            held = held[:, stride:]
            parts, n_held = [held], held.shape[1]
    if n_held:
        held = np.concatenate(parts, axis=1)
        yield held, held.shape[1], True

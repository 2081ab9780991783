"""The compiled kernels (C) and their binding.

`library` loads the variant that the processor can run. Each module of `tonmeister.dsp` that has kernels binds its own
through `bind`; arrays are checked there once, so that C never sees a wrong type, layout or length.
"""

from __future__ import annotations

import ctypes
import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

FOLDER = Path(__file__).resolve().parent
SUFFIX = ".dylib" if sys.platform == "darwin" else ".so"

LONG = ctypes.c_int64
INT = ctypes.c_int32
FLOAT = ctypes.c_float
DOUBLE = ctypes.c_double
POINTER = ctypes.c_void_p


@functools.cache
def library(variant: str | None = None) -> ctypes.CDLL:
    """Load the kernels.

    Parameters
    ----------
    variant
        ``"base"`` or ``"avx2"``; None takes the fastest that this processor runs.

    Raises
    ------
    OSError
        If the kernels were not built (``python tools/build_kernels.py`` builds them in a checkout).
    """
    base = FOLDER / f"kernels_base{SUFFIX}"
    if not base.exists():
        raise OSError(
            f"the compiled kernels are missing: {base.name}; "
            "run 'python tools/build_kernels.py' or install the package again"
        )
    loaded = ctypes.CDLL(str(base))
    if variant == "base":
        return loaded
    fast = FOLDER / f"kernels_avx2{SUFFIX}"
    if fast.exists() and loaded.has_avx2():
        return ctypes.CDLL(str(fast))
    if variant is not None:
        raise OSError(f"this processor cannot run the kernels of variant {variant!r}")
    return loaded


def bind(name: str, *types: Any, result: Any = None) -> Callable[..., Any]:
    """Return the kernel ``name`` with its C argument types declared."""
    kernel = library()[name]
    kernel.argtypes = list(types)
    kernel.restype = result
    return kernel


def address(array: NDArray[Any]) -> int:
    """Return where the array's data begins.

    Raises
    ------
    ValueError
        If the last axis is not contiguous.
    """
    if array.size and array.strides[-1] != array.itemsize:
        raise ValueError("the last axis must be contiguous")
    # Six times as fast as array.ctypes.data, which builds an object for each call.
    place: int = array.__array_interface__["data"][0]
    return place


def planar(x: NDArray[np.float32]) -> tuple[int, int]:
    """Return data address and channel stride (in samples) of float32 sound of shape (channels, samples).

    Raises
    ------
    ValueError
        If ``x`` is not float32, 2-D and contiguous along time.
    """
    if x.dtype != np.float32 or x.ndim != 2:
        raise ValueError(f"sound must be float32 of shape (channels, samples), got {x.dtype} {x.shape}")
    return address(x), x.strides[0] // 4

"""Keeping what C libraries print about damaged files off the user's terminal.

libmpg123 writes to C's standard error with each damaged frame, and libsndfile, through which we reach it, has no switch
for that. Redirecting the file descriptor would silence Python and all other threads too. C's ``stderr`` is a variable
though, and both glibc and Apple's libc let a program set it (glibc manual, "Standard Streams"): while it points to
/dev/null, C code is silent, and all that Python writes still arrives, since it goes to the descriptor. On other systems
nothing is done.
"""

from __future__ import annotations

import ctypes
import functools
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class _Stderr:
    """C's variable, pointed elsewhere for as long as any thread asks for it."""

    def __init__(self, variable: ctypes.c_void_p, nowhere: int) -> None:
        self._variable = variable
        self._original = variable.value
        self._nowhere = nowhere
        self._lock = threading.Lock()
        self._n_askers = 0

    def turn_away(self) -> None:
        with self._lock:
            self._n_askers += 1
            self._variable.value = self._nowhere

    def turn_back(self) -> None:
        with self._lock:
            self._n_askers -= 1
            if not self._n_askers:
                self._variable.value = self._original


_FINDING = threading.Lock()
"""The variable is found once: threads that began at once would each count their own askers, and turn back for all."""


def _find_stderr() -> _Stderr | None:
    with _FINDING:
        return _find_stderr_once()


@functools.cache
def _find_stderr_once() -> _Stderr | None:
    if sys.platform not in ("linux", "darwin"):
        return None
    libc = ctypes.CDLL(None)
    # Elsewhere (musl) the variable is a constant in memory that must not be written.
    if sys.platform == "linux" and not hasattr(libc, "gnu_get_libc_version"):
        return None
    libc.fopen.restype = ctypes.c_void_p
    nowhere = libc.fopen(b"/dev/null", b"w")
    if not nowhere:
        return None
    name = "stderr" if sys.platform == "linux" else "__stderrp"
    return _Stderr(ctypes.c_void_p.in_dll(libc, name), nowhere)


@contextmanager
def hushed() -> Iterator[None]:
    """Keep C libraries silent meanwhile; threads may overlap."""
    stderr = _find_stderr()
    if stderr is None:
        yield
        return
    stderr.turn_away()
    try:
        yield
    finally:
        stderr.turn_back()

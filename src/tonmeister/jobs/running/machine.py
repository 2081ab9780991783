"""This machine as other supervisors see it, and whether a process of it is alive."""

from __future__ import annotations

import os
import socket
import sys
import time
from pathlib import Path

from tonmeister.jobs.book.rules import Holder
from tonmeister.store.database import make_id


def this_holder() -> Holder:
    """Return who we are. Containers may share a name, but not the numbering of their processes: that counts too."""
    host = socket.gethostname()
    space = Path("/proc/self/ns/pid")
    if space.exists():
        host = f"{host}/{space.stat().st_ino}"
    return Holder(id=make_id(), host=host[:128], boot_id=_boot_id(), pid=os.getpid())


def _boot_id() -> str:
    known = Path("/proc/sys/kernel/random/boot_id")
    if known.exists():
        return known.read_text().strip()
    return f"{sys.platform}-{round((time.time() - time.monotonic()) / 60)}"


def is_alive(pid: int) -> bool:
    """Tell whether there is such a process on this machine, and it is not just waiting to be buried."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    state = Path(f"/proc/{pid}/stat")
    try:
        return state.read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    except OSError:
        return not Path("/proc/self").exists()


def steady_s() -> float:
    """Return a clock that goes on while the machine sleeps, where the system has one."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)

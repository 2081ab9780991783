"""What a job process does: take one piece of work from its pipe, do it, hand in the outcome, end.

It trusts nobody with its pipe and nobody trusts it: messages are JSON, for a hostile file may have taken it over. It
never opens the database; it asks the supervisor.
"""

from __future__ import annotations

import contextlib
import errno
import importlib
import json
import os
import queue
import re
import resource
import signal
import sys
import threading
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tonmeister.core.errors import (
    InternalError,
    JobMemoryError,
    OutputUnwritableError,
    StorageError,
    TonmeisterError,
)
from tonmeister.core.language import LanguageRules
from tonmeister.core.links import LinkRules
from tonmeister.jobs.worker import fault

if TYPE_CHECKING:
    from tonmeister.core.capability import Registry

MAX_MESSAGE_BYTES = 64 << 20
"""A result larger than this is a mistake: it belongs into a file."""
MAX_FILE_BYTES = 64 << 30
MAX_OPEN_FILES = 1024
_PASSING = {
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EIO,
    errno.EAGAIN,
    errno.ENOMEM,
    errno.EMFILE,
    errno.ENFILE,
    errno.ETIMEDOUT,
    errno.ECONNREFUSED,
    errno.ECONNRESET,
    errno.EPIPE,
    errno.ESTALE,
}


def load_registry(source: str) -> Registry:
    """Return what "module:function" returns, or "module:NAME" holds: the registry of capabilities."""
    module, _, name = source.partition(":")
    found = getattr(importlib.import_module(module), name)
    registry: Registry = found() if callable(found) else found
    return registry


class Line:
    """The pipe to the supervisor. A thread reads it, so that the supervisor's end is noticed whatever we are doing."""

    def __init__(self, connection: Connection):
        self._connection = connection
        self._lock = threading.Lock()
        self._asking = threading.Lock()
        self._answers: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True, name="line").start()

    def _read(self) -> None:
        with contextlib.suppress(EOFError, OSError, ValueError):
            while True:
                self._answers.put(json.loads(self._connection.recv_bytes(MAX_MESSAGE_BYTES)))
        os.killpg(0, signal.SIGKILL)  # nobody waits for the work any more; end it with all that it has started

    def send(self, message: dict[str, Any]) -> None:
        """Send a message."""
        text = json.dumps(message, separators=(",", ":"), allow_nan=False).encode()
        if len(text) > MAX_MESSAGE_BYTES:
            raise InternalError(
                f"The work's result is {len(text) >> 20} MB of data; at most {MAX_MESSAGE_BYTES >> 20} MB can be kept.",
                remedy="Please report it.",
            )
        with self._lock:
            self._connection.send_bytes(text)

    def receive(self) -> dict[str, Any]:
        """Wait for the next message."""
        return self._answers.get()

    def ask(self, message: dict[str, Any]) -> dict[str, Any]:
        """Send a question and wait for its answer; only one is open at a time."""
        with self._asking:
            self.send(message)
            return self.receive()


def main(descriptor: int, source: str) -> int:
    """Do one piece of work; return the exit code."""
    cancel = threading.Event()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: cancel.set())
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    line = Line(Connection(descriptor))
    registry = load_registry(source)
    task = line.receive()
    line.send({"is": "begun"})
    try:
        limit(task["memory_bytes"], task["cpu_s"])
        line.send({"is": "done", **_work(task, registry, line, cancel)})
    except TonmeisterError as error:
        details = without_folder(error.details(), task["folder"])
        line.send({"is": "failed", "error": details, "is_transient": is_passing(error)})
    except MemoryError:
        line.send({"is": "failed", "error": out_of_memory(task["memory_bytes"]).details(), "is_transient": False})
    except OSError as error:
        line.send({"is": "failed", "error": _of_system(error).details(), "is_transient": is_passing(error)})
    except Exception as error:  # noqa: BLE001 - the door of the process
        import traceback

        traceback.print_exc(file=sys.stderr)
        line.send({"is": "failed", "error": fault(error).details(), "is_transient": False})
    return 0


def _work(task: dict[str, Any], registry: Registry, line: Line, cancel: threading.Event) -> dict[str, Any]:
    from tonmeister.core.validation import check_params
    from tonmeister.jobs.context import work_seed
    from tonmeister.jobs.keys import AssetFacts
    from tonmeister.jobs.store_context import Place, StoreContext
    from tonmeister.store.blobs import open_blobs

    capability = registry[task["capability"]]
    params = check_params(capability.params, task["params"])
    folder = Path(task["folder"])
    os.chdir(folder)
    os.environ["TMPDIR"] = str(folder)
    place = Place(
        registry=registry,
        line=line,
        blobs=open_blobs(task["storage_url"]),
        cancel=cancel,
        n_workers=task["n_workers"],
        max_duration_s=task["max_duration_s"],
        links=LinkRules.of(task["links"]),
        language=LanguageRules.of(task["language"]),
        known={ref: AssetFacts(**facts) for ref, facts in task["assets"].items()},
    )
    context = StoreContext(place, folder, seed=work_seed(capability, params), is_nested=False)
    result = capability.load()(params, context)
    context.check_cancelled()
    own = resource.getrusage(resource.RUSAGE_SELF)
    others = resource.getrusage(resource.RUSAGE_CHILDREN)
    unit = 1 if sys.platform == "darwin" else 1024
    data = json.loads(result.model_dump_json())
    return {
        "result": data,
        "products": [*context.products, *context.passed_on(data)],
        "cpu_s": own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime,
        "peak_memory_bytes": max(own.ru_maxrss, others.ru_maxrss) * unit,
    }


def limit(memory_bytes: int, cpu_s: float) -> None:
    """Bound what this process and those that it starts may use; memory counts from what is mapped already."""
    mapped = 0
    with contextlib.suppress(OSError):
        mapped = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    cpu = int(cpu_s) + 1
    _limit(resource.RLIMIT_AS, memory_bytes + mapped)
    _limit(resource.RLIMIT_CPU, cpu, cpu + 5)
    _limit(resource.RLIMIT_FSIZE, MAX_FILE_BYTES)
    _limit(resource.RLIMIT_NOFILE, MAX_OPEN_FILES)
    _limit(resource.RLIMIT_CORE, 0)


def _limit(kind: int, soft: int, hard: int | None = None) -> None:
    _, ceiling = resource.getrlimit(kind)
    wanted = soft if hard is None else hard
    if ceiling != resource.RLIM_INFINITY:
        wanted = min(wanted, ceiling)
    with contextlib.suppress(ValueError, OSError):  # macOS knows no limit of the address space
        resource.setrlimit(kind, (min(soft, wanted), wanted))


def without_folder(details: dict[str, Any], folder: str) -> dict[str, Any]:
    """Return an error's facts with files called by their names alone: where the work lies is nobody's business."""
    place = re.compile(re.escape(folder) + r"(?:/nested-\d+)*(?:/inputs/\d+|/work)?/")
    return {name: place.sub("", value) if isinstance(value, str) else value for name, value in details.items()}


def is_passing(error: BaseException) -> bool:
    """Tell whether the trouble may be over when the work is tried again: a full disk, a service that is away."""
    if isinstance(error, OutputUnwritableError | StorageError):
        return True
    if isinstance(error, OSError):
        return isinstance(error, ConnectionError | TimeoutError) or error.errno in _PASSING
    return False


def out_of_memory(memory_bytes: int) -> JobMemoryError:
    """Return the error for work that wanted more memory than it may have."""
    return JobMemoryError(
        f"The work needed more than {memory_bytes >> 20} MB of memory.",
        field="job_memory_mb",
        value=memory_bytes >> 20,
        remedy="Raise TONMEISTER_JOB_MEMORY_MB if the machine has more, or use shorter material.",
    )


def _of_system(error: OSError) -> TonmeisterError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return OutputUnwritableError(
            f"The disk does not take what the work wrote: {error.strerror}.",
            remedy="Use shorter material."
            if error.errno == errno.EFBIG
            else "Make room on the disk of the data folder; the work is tried again.",
        )
    return fault(error)

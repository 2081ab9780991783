"""Capabilities for tests of jobs: they do next to nothing, or misbehave as they are told. Job processes import this."""

from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Literal

from tonmeister.core.asset import AssetRef
from tonmeister.core.capability import Capability, Params, Registry, Result
from tonmeister.core.context import Context
from tonmeister.core.errors import AudioSilentError, OutputUnwritableError
from tonmeister.core.held import Held


class NoteParams(Params):
    """Write a note."""

    text: str = ""
    """What to write."""
    number: int = 0
    """Tells one piece of work from another."""
    behaviour: Literal[
        "",
        "cores",
        "fail",
        "fault",
        "passing",
        "die",
        "die once",
        "wait",
        "spin",
        "family",
        "runaway",
        "hungry",
        "full",
        "huge",
    ] = ""
    """What to do."""
    seconds: float = 0.0
    """How long it takes."""
    log: str = ""
    """A file that is told of every begin."""


class NoteResult(Result):
    """What became of the note."""

    text: str
    """The note."""
    draw: float
    """A random number."""
    file: str = ""
    """The note as an asset."""


def note(params: NoteParams, ctx: Context) -> NoteResult:
    if params.log:
        with open(params.log, "a") as log:
            log.write(f"{params.number} {os.getpid()} {time.time()}\n")
    ctx.progress(0.0, "writing")
    began = Path(params.log + ".begun") if params.log else None
    match params.behaviour:
        case "cores":
            params = params.model_copy(update={"text": str(ctx.n_workers)})
        case "fail":
            raise AudioSilentError("The note is silent.", field="text", remedy="Take another.")
        case "fault":
            raise ZeroDivisionError("division by zero")
        case "passing":
            assert began is not None
            if not began.exists():
                began.touch()
                raise OutputUnwritableError("The disk is full.", remedy="Make room.")
        case "die":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "die once":
            assert began is not None
            if not began.exists():
                began.touch()
                os.kill(os.getpid(), signal.SIGKILL)
        case "wait":
            until = time.monotonic() + (params.seconds or 60.0)
            while time.monotonic() < until:
                ctx.progress(1.0 - (until - time.monotonic()) / (params.seconds or 60.0), "waiting")
                time.sleep(0.02)
        case "spin":  # one long call that never looks at anything: SIGTERM is not heard
            sum(range(10**13))
        case "family":
            subprocess.Popen(["sleep", "86399"])
            subprocess.Popen(["sleep", "86399"], start_new_session=True)
            sum(range(10**13))
        case "hungry":
            held = []
            while True:
                held.append(bytearray(64 << 20))
        case "full":
            import errno

            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        case "huge":
            (ctx.folder / "huge").write_bytes(b"")
            with open(ctx.folder / "huge", "r+b") as huge:
                huge.truncate(1 << 62)
    if params.seconds and not params.behaviour:
        time.sleep(params.seconds)
    made = ctx.folder / "note.txt"
    made.write_text(f"{params.text} {params.number}")
    file = ctx.publish(made, f"note-{params.number}.txt")
    ctx.progress(1.0, "written")
    return NoteResult(text=params.text, draw=float(ctx.random("draw").random()), file=file)


class JoinParams(Params):
    """Join two files into one."""

    first: AssetRef
    """The beginning."""
    second: AssetRef
    """The end."""
    name: str = "joined.txt"
    """Name of the result."""


class JoinResult(Result):
    """The joined file."""

    file: str
    """The file."""
    text: str
    """What it holds."""


def join(params: JoinParams, ctx: Context) -> JoinResult:
    text = ctx.fetch(params.first).read_text() + "+" + ctx.fetch(params.second).read_text()
    made = ctx.folder / "joined"
    made.write_text(text)
    return JoinResult(file=ctx.publish(made, params.name), text=text)


class NestParams(Params):
    """Write a note through another capability, and a second file of its own."""

    number: int = 0
    """Tells one piece of work from another."""
    log: str = ""
    """A file that is told of every begin."""
    dies: bool = False
    """Die once after the nested work."""


def nest(params: NestParams, ctx: Context) -> NoteResult:
    inner = ctx.run("note", {"text": "inner", "number": params.number, "log": params.log})
    if params.dies and not Path(params.log + ".died").exists():
        Path(params.log + ".died").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    text = ctx.fetch(inner.file).read_text() + "!"
    made = ctx.folder / "outer.txt"
    made.write_text(text)
    return NoteResult(text=text, draw=inner.draw, file=ctx.publish(made, "outer.txt"))


class ChoirParams(Params):
    """Have several notes written side by side, show each, and wait to be told to end."""

    log: str
    """A file whose existence ends it."""


def choir(params: ChoirParams, ctx: Context) -> NoteResult:
    steps = [("relay", {"number": number}) for number in (1, 2, 3)]
    seen: list[float] = []
    notes = ctx.run_all(steps, tell=lambda fraction, stage: seen.append(fraction))
    ctx.show("first", {"text": "none yet"})
    for name, note in zip(("first", "second"), notes, strict=False):
        ctx.show(name, note)
    while not Path(params.log).exists():
        time.sleep(0.02)
        ctx.progress(0.9, "waiting")
    assert seen == sorted(seen)
    made = ctx.folder / "choir.txt"
    made.write_text(" ".join(ctx.fetch(note.file).read_text() for note in notes))
    return NoteResult(text=made.read_text(), draw=0.0, file=ctx.publish(made, "choir.txt"))


class RelayParams(Params):
    """Give back, as it is, the note that another capability has written."""

    number: int = 0
    """Tells one piece of work from another."""


def relay(params: RelayParams, ctx: Context) -> NoteResult:
    inner: NoteResult = ctx.run("note", {"text": "relayed", "number": params.number})
    return inner


class ReadRelayParams(RelayParams):
    """Read a note that was relayed."""

    times: int = 1
    """How often."""


def read_relay(params: ReadRelayParams, ctx: Context) -> NoteResult:
    found = ctx.run("relay", {"number": params.number})
    made = ctx.folder / "read.txt"
    made.write_text(ctx.fetch(found.file).read_text() * params.times)
    return NoteResult(text="", draw=0.0, file=ctx.publish(made, "read.txt"))


class LookParams(Params):
    """Look at a file, as the preparer of a studio would."""

    file: AssetRef
    """The file."""


class LookResult(Result):
    """What was seen."""

    name: str
    """The file's name."""
    duration_s: float
    """Its length."""
    measurement: dict[str, Any]
    """Its loudness."""
    title: str
    """Its title."""
    artist: str = ""
    """Who made it."""
    peaks: str = ""
    """A part."""


def look(params: LookParams, ctx: Context) -> LookResult:
    text = ctx.fetch(params.file).read_text()
    if "broken" in text:
        raise AudioSilentError("It is broken.", field="file", remedy="Take another.")
    peaks = ctx.folder / "peaks.dat"
    peaks.write_text(text[::-1])
    return LookResult(
        name=ctx.label(params.file),
        duration_s=float(len(text)),
        measurement={"integrated_lufs": -14.0},
        title=text[:20],
        peaks=ctx.publish(peaks, "peaks.dat"),
    )


class SongParams(Params):
    """Make something that is called a song."""

    text: str = "la"
    """The words."""


def song(params: SongParams, ctx: Context) -> NoteResult:
    made = ctx.folder / "song.wav"
    made.write_text(params.text)
    return NoteResult(text=params.text, draw=0.0, file=ctx.publish(made, "song.wav"))


class CountParams(Params):
    """Count the letters of a file."""

    file: AssetRef
    """The file."""
    letter: str = "a"
    """Which."""
    as_file: bool = False
    """Whether the answer is a file too."""
    seconds: float = 0.0
    """How long it takes."""


class CountResult(Result):
    """How many there are."""

    n: int
    """How many."""
    n_read: int
    """How often the file was read for it."""
    file: str = ""
    """The answer as a file."""


class LettersParams(Params):
    """Read the letters of a file."""

    file: AssetRef
    """The file."""


def letters(params: LettersParams, ctx: Context) -> NoteResult:
    made = ctx.folder / "letters"
    made.write_text("".join(sorted(ctx.fetch(params.file).read_text())))
    return NoteResult(text="", draw=0.0, file=ctx.publish(made, "letters.txt"))


def count(params: CountParams, ctx: Context) -> CountResult:
    return draft_count(params, ctx, Held())


def draft_count(params: CountParams, ctx: Context, held: Held) -> CountResult:
    n_read = 0

    def read() -> str:
        nonlocal n_read
        n_read += 1
        return ctx.fetch(made).read_text()

    made = held.take("made", (), lambda: ctx.run("letters", {"file": params.file}).file)
    n = held.take("text", (), read).count(params.letter)
    ctx.fetch(made)
    until = time.monotonic() + params.seconds
    while time.monotonic() < until:
        time.sleep(0.01)
    ctx.progress(0.5, "counted")
    file = ""
    if params.as_file:
        (ctx.folder / "answer").write_bytes(str(n).encode() if params.letter != "b" else b"\xff\x00")
        file = ctx.publish(ctx.folder / "answer", "answer.txt")
    return CountResult(n=n, n_read=n_read, file=file)


def _capability(name: str, params: type[Params], result: type[Result]) -> Capability[Any, Any]:
    return Capability(name=name, version="1", params=params, result=result, function=f"job_studio:{name}")


REGISTRY = Registry(
    {
        "note": _capability("note", NoteParams, NoteResult),
        "join": _capability("join", JoinParams, JoinResult),
        "nest": _capability("nest", NestParams, NoteResult),
        "choir": _capability("choir", ChoirParams, NoteResult),
        "relay": dataclasses.replace(_capability("relay", RelayParams, NoteResult), is_shared=True),
        "read_relay": _capability("read_relay", ReadRelayParams, NoteResult),
        "look": _capability("look", LookParams, LookResult),
        "glance": dataclasses.replace(_capability("look", LookParams, LookResult), name="glance", is_passing=True),
        "song": _capability("song", SongParams, NoteResult),
        "letters": dataclasses.replace(_capability("letters", LettersParams, NoteResult), is_shared=True),
        "count": dataclasses.replace(
            _capability("count", CountParams, CountResult), draft="job_studio:draft_count", is_shared=True
        ),
    }
)
SOURCE = "job_studio:REGISTRY"


def python() -> str:
    return sys.executable

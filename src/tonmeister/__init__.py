"""Tonmeister, an open music studio.

Every capability is a function here, found when it is asked for::

    import tonmeister

    result = tonmeister.master("song.wav", preset="warm")
    figures = tonmeister.measure(["one.flac", "two.mp3"])

``dir(tonmeister)`` lists them, ``help(tonmeister.master)`` tells their parameters. Besides its own parameters each
takes ``output=``, ``overwrite=`` and ``progress=``. Errors are those of `tonmeister.core.errors`.
"""

from __future__ import annotations

from typing import Any

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name.startswith("_"):
        raise AttributeError(f"module 'tonmeister' has no attribute {name!r}")
    import tonmeister.app as app

    if name not in app.outlines():
        known = ", ".join(app.outlines())
        raise AttributeError(f"module 'tonmeister' has no attribute {name!r}; its capabilities are: {known}")

    return app.verb(name)


def __dir__() -> list[str]:
    import tonmeister.app as app

    return sorted([*(name for name in globals() if name.startswith("__")), *app.outlines()])

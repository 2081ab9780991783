"""Names that people give to things: made safe to show, to store and to download under."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from tonmeister.core.errors import ParameterError

MAX_NAME = 255
MAX_TAG = 64
MAX_TAGS = 50

_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_JOINERS = "\u200c\u200d"  # needed inside words of some scripts, and in emoji


def without_hidden(text: str) -> str:
    """Return a text without signs that are not seen, those that turn the direction of reading among them."""
    return "".join(sign for sign in text if sign in _JOINERS or unicodedata.category(sign) not in _HIDDEN)


def clean_name(name: str) -> str:
    """Return the last part of a path as a file name without hidden characters, at most 255 characters, ending kept."""
    name = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    name = without_hidden(name)
    name = re.sub(r"\s+", " ", name).strip().strip(".").strip() if name.strip(". ") else ""
    if len(name) > MAX_NAME:
        stem, dot, ending = name.rpartition(".")
        name = stem[: MAX_NAME - len(ending) - 1] + dot + ending if dot and len(ending) <= 16 else name[:MAX_NAME]
    return name or "untitled"


def check_name(name: str, *, field: str = "name", longest: int = MAX_NAME) -> str:
    """Return a name that somebody typed, tidied; raise `ParameterError` if nothing is left or it is too long."""
    tidy = without_hidden(unicodedata.normalize("NFC", name)).strip()
    if not 1 <= len(tidy) <= longest:
        raise ParameterError(
            f"The {field} has {len(tidy)} characters; it must have from 1 to {longest}.",
            field=field,
            value=tidy[:80],
            bound=f"1 to {longest} characters",
            remedy="Choose another name.",
        )
    return tidy


def check_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Return tags tidied, each once, in their order."""
    tidy = tuple(dict.fromkeys(check_name(tag, field="tag", longest=MAX_TAG) for tag in tags))
    if len(tidy) > MAX_TAGS:
        raise ParameterError(
            f"There are {len(tidy)} tags; at most {MAX_TAGS} fit.",
            field="tags",
            value=len(tidy),
            bound=MAX_TAGS,
            remedy="Take some away.",
        )
    return tidy

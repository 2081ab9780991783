"""Steps kept on disk by content, for command line and library: a repeat or a retry does only what is missing."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tonmeister.jobs.keys import AssetFacts, asset_refs, content_key, texts_within, with_names_replaced

if TYPE_CHECKING:
    from tonmeister.core.capability import Capability, Params

_MARK = "kept-step-file:"


class KeptSteps:
    """Results of steps, and the files that they name, in a folder of the user's own.

    What is kept is copied in and copied out: a result that a user changes afterwards changes nothing here. An entry of
    which anything is missing or of another size is no entry: files come under their content's name, and the entry that
    names them comes last, each whole or not at all.

    Parameters
    ----------
    folder
        Where they are kept; it is made.
    most_bytes
        What was used longest ago goes when there is more.
    """

    def __init__(self, folder: Path, most_bytes: int):
        self._files, self._entries, self._most_bytes = folder / "files", folder / "entries", most_bytes
        for part in (self._files, self._entries):
            part.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._known: dict[tuple[str, int, int], str] = {}

    def key(self, capability: Capability[Any, Any], params: Params, seed: str) -> str | None:
        """Return the key of a step by the content of its inputs, or None where it cannot be repeated or read."""
        if not capability.is_repeatable:
            return None
        facts = {}
        for ref in asset_refs(capability, params.model_dump(mode="json")):
            path = Path(ref).expanduser()
            if not path.is_file():
                return None
            facts[ref] = AssetFacts(self._sha256(path), path.name, "", path.stat().st_size)
        return content_key(capability, params, facts, seed)

    def find(self, key: str, into: Path) -> Any:
        """Return a result as JSON data, its files copied into a folder; None if it is not kept whole."""
        entry = self._entries / f"{key}.json"
        try:
            held = json.loads(entry.read_text(encoding="utf-8"))
            names = {}
            for number, made in enumerate(held["files"]):
                kept = self._files / made["sha256"]
                if kept.stat().st_size != made["size_bytes"]:
                    return None
                place = into / str(number) / made["name"]
                place.parent.mkdir(parents=True)
                shutil.copyfile(kept, place)
                names[f"{_MARK}{number}"] = str(place)
            for used in (entry, *(self._files / made["sha256"] for made in held["files"])):
                os.utime(used)
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return with_names_replaced(held["result"], names)

    def keep(self, key: str, data: Any, within: Path) -> None:
        """Keep a result and the files within a folder that it names; where the disk takes no more, it is left out."""
        with contextlib.suppress(OSError):
            files: list[dict[str, Any]] = []
            names: dict[str, str] = {}
            for ref in dict.fromkeys(texts_within(data)):
                if not ref.startswith(str(within)) or not Path(ref).is_file():
                    continue
                path = Path(ref)
                names[ref] = f"{_MARK}{len(files)}"
                sha256, size_bytes = self._sha256(path), path.stat().st_size
                files.append({"sha256": sha256, "name": path.name, "size_bytes": size_bytes})
                kept = self._files / sha256
                if not kept.is_file() or kept.stat().st_size != size_bytes:
                    self._place(path, kept)
            text = json.dumps({"files": files, "result": with_names_replaced(data, names)})
            entry = within / f"{key}.json"
            entry.write_text(text, encoding="utf-8")
            self._place(entry, self._entries / entry.name)
            entry.unlink()

    def tidy(self) -> None:
        """Remove what was used longest ago until the rest is no larger than allowed."""
        with contextlib.suppress(OSError):
            found = [path for part in (self._files, self._entries) for path in part.iterdir()]
            facts = sorted((path.stat().st_mtime, path.stat().st_size, path) for path in found)
            n_bytes = sum(size for _, size, _ in facts)
            for _, size, path in facts:
                if n_bytes <= self._most_bytes:
                    return
                path.unlink(missing_ok=True)
                n_bytes -= size

    def _place(self, source: Path, final: Path) -> None:
        handle, temporary = tempfile.mkstemp(dir=final.parent)
        os.close(handle)
        try:
            shutil.copyfile(source, temporary)
            Path(temporary).replace(final)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise

    def _sha256(self, path: Path) -> str:
        about = path.stat()
        known = (str(path), about.st_size, about.st_mtime_ns)
        if known not in self._known:
            with path.open("rb") as content:
                self._known[known] = hashlib.file_digest(content, "sha256").hexdigest()
        return self._known[known]

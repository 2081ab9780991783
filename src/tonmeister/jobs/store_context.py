"""The world of a capability in a job: references are ids of assets, results become blobs and assets."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tonmeister.core.errors import FileMissingError
from tonmeister.core.validation import check_params
from tonmeister.jobs.abreast import run_abreast
from tonmeister.jobs.context import nested_seed
from tonmeister.jobs.keys import AssetFacts, asset_refs, content_key, texts_within
from tonmeister.jobs.media_types import guess_media_type, is_audio_type
from tonmeister.jobs.troubles import cancelled
from tonmeister.store.database import make_id

if TYPE_CHECKING:
    import numpy as np

    from tonmeister.core.capability import Registry
    from tonmeister.core.language import LanguageRules
    from tonmeister.core.links import LinkRules
    from tonmeister.jobs.running.child import Line
    from tonmeister.store.blobs import Blobs

MIN_INTERVAL_S = 0.1
"""Progress is told at most so often, unless the stage changes."""


@dataclass
class Place:
    """What a job and the work nested in it share."""

    registry: Registry
    line: Line
    blobs: Blobs
    cancel: threading.Event
    n_workers: int
    max_duration_s: float
    links: LinkRules
    language: LanguageRules
    known: dict[str, AssetFacts]
    files: dict[str, Path] = field(default_factory=dict)
    made: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What this job and its steps have made or taken over from earlier work, by asset."""
    shown: set[str] = field(default_factory=set)
    """Names under which the job itself has shown something."""

    def facts(self, ref: str) -> AssetFacts:
        """Return what is known of an asset; one that the job was not given is asked for."""
        if ref not in self.known:
            found = self.line.ask({"is": "asset", "id": ref})["asset"]
            if found is None:
                raise FileMissingError(f"There is no asset {ref!r}.", value=ref, remedy="Upload the file first.")
            self.known[ref] = AssetFacts(**found)
        return self.known[ref]


class StoreContext:
    """Implements `tonmeister.core.context.Context` for one piece of work of a job."""

    def __init__(
        self,
        place: Place,
        folder: Path,
        *,
        seed: str,
        is_nested: bool,
        tell: Callable[[float, str], None] | None = None,
    ):
        self._place = place
        self._root = folder
        self._seed = seed
        self._is_nested = is_nested
        self._tell = tell
        self._n_nested = 0
        self._lock = threading.Lock()
        self._told_at = 0.0
        self._told_stage: str | None = None
        self.products: list[dict[str, Any]] = []
        for name in ("work", "inputs"):
            (folder / name).mkdir()

    @property
    def folder(self) -> Path:
        """The temporary folder for the capability's own files."""
        return self._root / "work"

    @property
    def n_workers(self) -> int:
        """How many processor cores this work may use."""
        return self._place.n_workers

    @property
    def max_duration_s(self) -> float:
        """The longest audio that may be read."""
        return self._place.max_duration_s

    @property
    def links(self) -> LinkRules:
        """What may be fetched from addresses of the web."""
        return self._place.links

    @property
    def language(self) -> LanguageRules:
        """The language model that may be asked; none where the job's capability does not declare that it asks one."""
        return self._place.language

    def fetch(self, ref: str) -> Path:
        """Return a file with the asset's content, under the asset's name."""
        self.check_cancelled()
        if ref not in self._place.files:
            facts = self._place.facts(ref)
            folder = self._root / "inputs" / str(len(self._place.files))
            folder.mkdir()
            stored = self._place.blobs.local(facts.sha256, folder)
            named = folder / (Path(facts.name).name or "file")
            with contextlib.suppress(OSError):
                named.symlink_to(stored)
            self._place.files[ref] = named if named.exists() else stored
        return self._place.files[ref]

    def label(self, ref: str) -> str:
        """Return the asset's name."""
        return self._place.facts(ref).name

    def publish(self, file: Path, name: str, *, near: str | None = None) -> str:  # noqa: ARG002 - assets lie nowhere
        """Store the file; it becomes an asset when the whole work succeeds. Return the asset's id."""
        self.check_cancelled()
        if Path(name).name != name:
            raise ValueError(f"publish: {name!r} is not a plain file name")
        with file.open("rb") as content:
            sha256 = hashlib.file_digest(content, "sha256").hexdigest()
        size_bytes = file.stat().st_size
        self._place.blobs.put(file, sha256)
        media_type = guess_media_type(name)
        asset_id = make_id()
        self._place.known[asset_id] = AssetFacts(sha256, name, media_type, size_bytes)
        product = {
            "asset_id": asset_id,
            "name": name,
            "sha256": sha256,
            "size_bytes": size_bytes,
            "media_type": media_type,
            "is_audio": is_audio_type(media_type),
        }
        self.products.append(product)
        self._place.made[asset_id] = product
        return asset_id

    def progress(self, fraction: float, stage: str) -> None:
        """Tell how far the work has come; raise `CancelledError` when it is to end."""
        self.check_cancelled()
        if self._is_nested and self._tell is None:
            return
        now = time.monotonic()
        if stage == self._told_stage and now - self._told_at < MIN_INTERVAL_S:
            return
        self._told_at, self._told_stage = now, stage
        if self._tell is not None:
            self._tell(fraction, stage)
            return
        percent = 100.0 * min(1.0, max(0.0, float(fraction)))
        self._place.line.send({"is": "progress", "percent": percent, "stage": stage})

    def part(self, start: float, stop: float) -> Callable[[float, str], None]:
        """Return a progress function for the stretch from ``start`` to ``stop``."""
        return lambda fraction, stage: self.progress(start + (stop - start) * fraction, stage)

    def run(self, name: str, params: Mapping[str, Any], *, tell: Callable[[float, str], None] | None = None) -> Any:
        """Run another capability, or take the result that an earlier attempt or another job left behind."""
        self.check_cancelled()
        capability = self._place.registry[name]
        checked = check_params(capability.params, params)
        facts = {ref: self._place.facts(ref) for ref in asset_refs(capability, checked.model_dump(mode="json"))}
        seed = nested_seed(self._seed, capability, checked)
        key = content_key(capability, checked, facts, seed)
        kept = self._place.line.ask({"is": "find result", "key": key})
        if kept["result"] is not None and all(self._place.blobs.exists(made["sha256"]) for made in kept["products"]):
            self._learn(kept["products"])
            return capability.result.model_validate(kept["result"])
        with self._lock:
            self._n_nested += 1
            folder = self._root / f"nested-{self._n_nested}"
        folder.mkdir()
        nested = StoreContext(self._place, folder, seed=seed, is_nested=True, tell=tell)
        result = capability.load()(checked, nested)
        data = _as_json(result)
        self._place.line.ask(
            {
                "is": "keep result",
                "key": key,
                "capability": name,
                "result": data,
                "products": [*nested.products, *nested.passed_on(data)],
            }
        )
        shutil.rmtree(folder / "work", ignore_errors=True)
        return result

    def run_all(
        self,
        steps: Sequence[tuple[str, Mapping[str, Any]]],
        *,
        tell: Callable[[float, str], None] | None = None,
        each: Callable[[int, Any], None] | None = None,
    ) -> list[Any]:
        """Run several capabilities side by side, as far as there are cores."""
        return run_abreast(self.run, steps, self.n_workers, tell, each)

    def show(self, name: str, found: Any) -> None:
        """Send an intermediate result to the supervisor, which tells it with the job.

        What a step shows under a name that the job itself has shown something under is known already.
        """
        if not self._is_nested:
            self._place.shown.add(name)
        elif name in self._place.shown:
            return
        data = _as_json(found) if hasattr(found, "model_dump_json") else found
        self._place.line.send({"is": "partial", "name": name, "data": data})

    def passed_on(self, data: Any) -> list[dict[str, Any]]:
        """Return what steps have made and this work's result names: it belongs to the result as its own products do."""
        own = {product["asset_id"] for product in self.products}
        named = dict.fromkeys(ref for ref in texts_within(data) if ref in self._place.made and ref not in own)
        return [self._place.made[ref] for ref in named]

    def _learn(self, products: list[dict[str, Any]]) -> None:
        for made in products:
            self._place.made[made["asset_id"]] = made
            self._place.known[made["asset_id"]] = AssetFacts(
                made["sha256"], made["name"], made["media_type"], made["size_bytes"]
            )

    def random(self, purpose: str) -> np.random.Generator:
        """Return a generator seeded by the work and the purpose."""
        import numpy as np

        digest = hashlib.sha256(f"{self._seed}/{purpose}".encode()).digest()
        return np.random.default_rng(int.from_bytes(digest[:16], "big"))

    def check_cancelled(self) -> None:
        """Raise `CancelledError` when the work is to end."""
        if self._place.cancel.is_set():
            raise cancelled()


def _as_json(result: Any) -> Any:
    import json

    return json.loads(result.model_dump_json())

"""Drafts: what a capability answers at once, without a job, out of what earlier work has kept. Nothing of it stays."""

from __future__ import annotations

import contextlib
import hashlib
import tempfile
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from tonmeister.core.errors import ChoiceUnknownError, CombinationError, DraftError, NotReadyError
from tonmeister.core.held import Held
from tonmeister.core.language import LanguageRules
from tonmeister.core.validation import check_params
from tonmeister.jobs.context import nested_seed, work_seed
from tonmeister.jobs.keys import AssetFacts, asset_refs, content_key
from tonmeister.jobs.media_types import guess_media_type
from tonmeister.jobs.troubles import missing_asset
from tonmeister.store.tables import ASSETS, RESULTS

if TYPE_CHECKING:
    import numpy as np

    from tonmeister.core.capability import Capability, Params, Registry, Result
    from tonmeister.core.links import LinkRules
    from tonmeister.settings import Settings
    from tonmeister.store.blobs import Blobs
    from tonmeister.store.database import Database

LIMIT_S = 20.0
"""A draft that takes longer is given up between two of its steps; the first of a song has more to read, and the machine
may be busy."""
WAIT_S = 10.0
"""As long a draft waits for the one before it: they are made one at a time, so that the server stays free to answer."""
MAX_DURATION_S = 15 * 60.0
"""Longer material is worked on by jobs alone, whose memory is their own."""
MAX_FILES_BYTES = 4 << 20
N_HELD = 4
"""Of as many songs something is held for the next draft."""


@dataclass(frozen=True)
class DraftFile:
    """A text that a draft would have delivered as a file; its result names it by ``ref``."""

    ref: str
    name: str
    media_type: str
    text: str


@dataclass(frozen=True)
class Draft:
    """What a capability answered, and what it took."""

    result: Result
    files: tuple[DraftFile, ...]
    run_s: float


class Drafts:
    """Makes drafts in this process, one at a time."""

    def __init__(self, database: Database, blobs: Blobs, registry: Registry, settings: Settings):
        self._database, self._blobs, self._registry, self._settings = database, blobs, registry, settings
        self._turn = threading.Lock()
        self._songs: OrderedDict[tuple[str, ...], _Song] = OrderedDict()

    @property
    def names(self) -> list[str]:
        """The capabilities that make drafts."""
        return [name for name, one in self._registry.items() if one.draft is not None]

    def make(self, name: str, params: Mapping[str, Any]) -> Draft:
        """Return a draft; raise `DraftError` where only a job can do the work."""
        capability = self._registry[name]
        if capability.draft is None:
            raise ChoiceUnknownError(
                f"{name} makes no drafts.", field="capability", value=name, bound=self.names, remedy="Begin a job."
            )
        checked = check_params(capability.params, params)
        capability.check_early(checked)
        given = checked.model_dump(mode="json")
        world = _World(self._database, self._blobs, self._registry)
        facts = [world.facts(ref) for ref in asset_refs(capability, given)]
        key = (name, capability.version, *(part for one in facts for part in (one.sha256, one.name)))
        if not self._turn.acquire(timeout=WAIT_S):
            raise NotReadyError(
                f"Other drafts are being made, and none was over within {WAIT_S:g} s.", remedy="Try again in a moment."
            )
        try:
            song = self._song(key)
            world.known |= song.products
            began = time.monotonic()
            try:
                with DraftContext(world, self._settings, work_seed(capability, checked), began + LIMIT_S) as context:
                    result = capability.load_draft()(checked, context, song.held)
            finally:
                song.products |= world.products  # what is held may name them, also where the draft then failed
            return Draft(result, tuple(context.files), time.monotonic() - began)
        finally:
            self._turn.release()

    def _song(self, key: tuple[str, ...]) -> _Song:
        song = self._songs.pop(key, None) or _Song()
        self._songs[key] = song
        while len(self._songs) > N_HELD:
            self._songs.popitem(last=False)
        return song


@dataclass
class _Song:
    """What is held of some material: values of the capability, and the products of earlier work that it was told of."""

    held: Held = field(default_factory=Held)
    products: dict[str, AssetFacts] = field(default_factory=dict)


class _World:
    """The library and what was kept of earlier work, for one draft."""

    def __init__(self, database: Database, blobs: Blobs, registry: Registry):
        self._database, self.blobs, self.registry = database, blobs, registry
        self.known: dict[str, AssetFacts] = {}
        self.products: dict[str, AssetFacts] = {}

    def facts(self, ref: str) -> AssetFacts:
        if ref not in self.known:
            columns = (ASSETS.c.sha256, ASSETS.c.name, ASSETS.c.media_type, ASSETS.c.size_bytes)
            with self._database.read() as connection:
                row = connection.execute(
                    sa.select(*columns).where(ASSETS.c.id == ref, ASSETS.c.deleted_at.is_(None))
                ).first()
            if row is None:
                raise missing_asset(ref)
            self.known[ref] = AssetFacts(*row)
        return self.known[ref]

    def kept(self, key: str) -> Any:
        """Return an earlier result whose files are still there; None if there is none."""
        with self._database.read() as connection:
            row = connection.execute(
                sa.select(RESULTS.c.result, RESULTS.c.products).where(RESULTS.c.key == key)
            ).first()
        if row is None or not all(self.blobs.exists(made["sha256"]) for made in row.products):
            return None
        for made in row.products:
            self.products[made["asset_id"]] = AssetFacts(
                made["sha256"], made["name"], made["media_type"], made["size_bytes"]
            )
        self.known |= self.products
        return row.result


class DraftContext:
    """Implements `tonmeister.core.context.Context` for a draft: earlier steps are looked up, never done."""

    def __init__(self, world: _World, settings: Settings, seed: str, until: float):
        self._world, self._settings, self._seed, self._until = world, settings, seed, until
        self._open = contextlib.ExitStack()
        self._root: Path | None = None
        self.files: list[DraftFile] = []
        self._n_bytes = 0

    def __enter__(self) -> DraftContext:
        """Begin."""
        return self

    def __exit__(self, *_raised: object) -> None:
        """Remove the temporary folder, if there was one."""
        self._open.close()

    @property
    def folder(self) -> Path:
        """A folder for temporary files."""
        if self._root is None:
            made = tempfile.TemporaryDirectory(prefix="tonmeister-draft-", dir=self._settings.temporary_folder)
            self._root = Path(self._open.enter_context(made))
        return self._root

    @property
    def n_workers(self) -> int:
        """One core: the others are the server's and the jobs'."""
        return 1

    @property
    def max_duration_s(self) -> float:
        """The longest audio that a draft is made of."""
        return min(self._settings.max_duration_s, MAX_DURATION_S)

    @property
    def links(self) -> LinkRules:
        """What may be fetched from addresses of the web."""
        return self._settings.link_rules

    @property
    def language(self) -> LanguageRules:
        """No language model: a draft asks nobody."""
        return LanguageRules()

    def fetch(self, ref: str) -> Path:
        """Return a file with the asset's content."""
        self._check_time()
        return self._world.blobs.local(self._world.facts(ref).sha256, self.folder)

    def label(self, ref: str) -> str:
        """Return the asset's name."""
        return self._world.facts(ref).name

    def publish(self, file: Path, name: str, *, near: str | None = None) -> str:  # noqa: ARG002 - nothing is delivered
        """Keep a text for the answer; return what the result names it by."""
        if Path(name).name != name:
            raise ValueError(f"publish: {name!r} is not a plain file name")
        content = file.read_bytes()
        self._n_bytes += len(content)
        if self._n_bytes > MAX_FILES_BYTES:
            raise DraftError(
                f"The draft has more than {MAX_FILES_BYTES} bytes of files.",
                value=self._n_bytes,
                bound=f"at most {MAX_FILES_BYTES}",
                remedy="Begin a job.",
            )
        try:
            text = content.decode()
        except UnicodeDecodeError:
            raise CombinationError(
                f"A draft holds text alone, and {name} is none.",
                field="format",
                value=name,
                remedy="Ask for another format, or begin a job.",
            ) from None
        ref = f"draft-{len(self.files) + 1}"
        self.files.append(DraftFile(ref, name, guess_media_type(name), text))
        return ref

    def progress(self, fraction: float, stage: str) -> None:  # noqa: ARG002 - nobody is told: it is over at once
        """Give up what takes too long."""
        self._check_time()

    def part(self, start: float, stop: float) -> Callable[[float, str], None]:
        """Return a progress function for a stretch of the work."""
        return lambda fraction, stage: self.progress(start + (stop - start) * fraction, stage)

    def run(
        self,
        name: str,
        params: Mapping[str, Any],
        *,
        tell: Callable[[float, str], None] | None = None,  # noqa: ARG002 - nothing is done that could be told
    ) -> Any:
        """Return what a step of earlier work has left; a draft begins none."""
        self._check_time()
        capability: Capability[Params, Result] = self._world.registry[name]
        checked = check_params(capability.params, params)
        facts = {ref: self._world.facts(ref) for ref in asset_refs(capability, checked.model_dump(mode="json"))}
        seed = nested_seed(self._seed, capability, checked)
        kept = self._world.kept(content_key(capability, checked, facts, seed))
        if kept is None:
            raise DraftError(
                f"The step {name!r} is not done for this song with these parameters.",
                field="params",
                value=name,
                remedy="Begin a job with them; afterwards drafts can be made.",
            )
        return capability.result.model_validate(kept)

    def run_all(
        self,
        steps: Sequence[tuple[str, Mapping[str, Any]]],
        *,
        tell: Callable[[float, str], None] | None = None,  # noqa: ARG002 - nothing is done that could be told
        each: Callable[[int, Any], None] | None = None,
    ) -> list[Any]:
        """Return what several steps of earlier work have left."""
        found = []
        for number, (name, params) in enumerate(steps):
            found.append(self.run(name, params))
            if each is not None:
                each(number, found[-1])
        return found

    def show(self, name: str, found: Any) -> None:
        """Show nothing: a draft is over at once."""

    def random(self, purpose: str) -> np.random.Generator:
        """Return a generator seeded by the work and the purpose."""
        import numpy as np

        digest = hashlib.sha256(f"{self._seed}/{purpose}".encode()).digest()
        return np.random.default_rng(int.from_bytes(digest[:16], "big"))

    def _check_time(self) -> None:
        if time.monotonic() > self._until:
            raise DraftError(
                f"The draft takes longer than the {LIMIT_S:g} s that it may.",
                bound=f"at most {LIMIT_S:g} s",
                remedy="Begin a job.",
            )

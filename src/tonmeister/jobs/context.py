"""The world of a capability on this machine: references are paths, results go beside the input."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Event, Lock
from typing import TYPE_CHECKING, Any

from tonmeister.core.errors import CancelledError, FileMissingError, OutputExistsError, OutputUnwritableError
from tonmeister.jobs.outputs import OutputWish, Placing, make_folder

if TYPE_CHECKING:
    import numpy as np

    from tonmeister.core.capability import Capability, Result
    from tonmeister.core.language import LanguageRules
    from tonmeister.core.links import LinkRules
    from tonmeister.jobs.kept import KeptSteps
    from tonmeister.settings import Settings

_NO_TEXT = re.compile("[\ud800-\udfff]")
"""How Python writes bytes of a file name that are not UTF-8."""

Report = Callable[[float, str], None]
"""Takes progress: the fraction done (0 to 1) and the name of the stage."""


class LocalContext:
    """Implements `tonmeister.core.context.Context` for one piece of work in this process.

    Use it as a context manager: leaving it removes the temporary folder and, if the work failed, every file that it had
    delivered. Files that replace others are put in place only when the work has succeeded.
    """

    def __init__(
        self,
        settings: Settings,
        find: Callable[[str], Capability[Any, Any]],
        *,
        seed: str,
        wish: OutputWish | None = None,
        report: Report | None = None,
        cancel: Event | None = None,
        on_delivery: Callable[[Path], None] | None = None,
        within: LocalContext | None = None,
    ):
        self._settings = settings
        self._find = find
        self._seed = seed
        self._wish = wish or OutputWish()
        self._report = report
        self._cancel = cancel or Event()
        self._on_delivery = on_delivery
        self._placing = Placing(self._wish)
        self._delivered: list[Path] = []
        self._replacing: list[tuple[Path, Path]] = []
        self._root: Path | None = None
        self._outermost = within or self
        self._n_nested = 0
        self._lock = Lock()
        self._doing: dict[str, Lock] = {}
        self._done: dict[str, Any] = {}
        self._kept: KeptSteps | None = within._kept if within is not None else self._open_kept()

    def __enter__(self) -> LocalContext:
        """Open the temporary folder."""
        self._root = Path(tempfile.mkdtemp(prefix="tonmeister-", dir=self._settings.temporary_folder)).resolve()
        (self._root / "work").mkdir()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: Any) -> None:
        """Put replacing files in place or take back what was delivered, and remove the temporary folder."""
        try:
            if kind is None:
                self._finish()
        finally:
            self.abandon(is_failed=kind is not None)

    def _open_kept(self) -> KeptSteps | None:
        """Return where steps are kept between two runs, if the settings name a folder."""
        if self._settings.steps_folder is None:
            return None
        from tonmeister.jobs.kept import KeptSteps

        return KeptSteps(self._settings.steps_folder, self._settings.max_steps_mb << 20)

    def _finish(self) -> None:
        from tonmeister.media.deliver import deliver

        try:
            self._placing.check_complete()
            for temporary, final in self._replacing:
                deliver(temporary, final, overwrite=True)
        except BaseException:
            self.abandon(is_failed=True)
            raise

    def abandon(self, *, is_failed: bool) -> None:
        """Remove the temporary folder, and what was delivered if the work failed; safe to call from another thread."""
        if is_failed:
            while self._delivered:
                self._delivered.pop().unlink(missing_ok=True)
        if self._root is not None:
            shutil.rmtree(self._root, ignore_errors=True)
        if self._kept is not None and self._outermost is self:
            self._kept.tidy()

    @property
    def folder(self) -> Path:
        """The temporary folder for the capability's own files."""
        if self._root is None:
            raise RuntimeError("the context is not open")
        return self._root / "work"

    @property
    def n_workers(self) -> int:
        """How many processor cores this work may use."""
        return self._settings.n_cores

    @property
    def max_duration_s(self) -> float:
        """The longest audio that may be read."""
        return self._settings.max_duration_s

    @property
    def links(self) -> LinkRules:
        """What may be fetched from addresses of the web."""
        return self._settings.link_rules

    @property
    def language(self) -> LanguageRules:
        """The language model that may be asked."""
        return self._settings.language_rules

    def fetch(self, ref: str) -> Path:
        """Return the file that the path names."""
        path = Path(ref).expanduser()
        for temporary, final in self._replacing:
            if path == final:
                return temporary
        if not path.exists():
            raise FileMissingError(f"There is no file {ref!r}.", value=ref, remedy="Check the path and the spelling.")
        if path.is_dir():
            raise FileMissingError(f"{ref!r} is a folder, not a file.", value=ref, remedy="Name the files in it.")
        if not os.access(path, os.R_OK):
            raise FileMissingError(
                f"The file {ref!r} may not be read.", value=ref, remedy="Give yourself the permission to read it."
            )
        if path not in self._placing.inputs:
            self._placing.inputs.append(path)
        return path

    def label(self, ref: str) -> str:
        """Return the file's name; what in it is no text (bytes that are not UTF-8) becomes an underscore."""
        return _NO_TEXT.sub("_", Path(ref).name)

    def publish(self, file: Path, name: str, *, near: str | None = None) -> str:
        """Put the file beside ``near`` or where the user asked for the output, never replacing another unasked."""
        from tonmeister.media.deliver import deliver

        self._check_cancelled()
        if self._wish.folder is not None:
            make_folder(self._wish.folder)
        if Path(name).name != name:
            raise ValueError(f"publish: {name!r} is not a plain file name")
        for final, may_replace in self._placing.candidates(name, self._beside(near)):
            if may_replace and final.exists():
                return self._replace_later(file, name, final)
            try:
                deliver(file, final, overwrite=False)
            except OutputExistsError:
                if self._wish.file is not None:
                    raise
                continue
            self._delivered.append(final)
            if self._on_delivery:
                self._on_delivery(final)
            self._placing.settle(name, final)
            return str(final)
        raise OutputUnwritableError(
            f"Every name like {name!r} is taken.", field="output", value=name, remedy="Tidy up the folder."
        )

    def _replace_later(self, file: Path, name: str, final: Path) -> str:
        assert self._root is not None
        held = self._root / f"replacing-{len(self._replacing)}{final.suffix}"
        file.replace(held)
        self._replacing.append((held, final))
        self._placing.settle(name, final)
        return str(final)

    def keep_result(self, name: str, material: str | None, result: Result) -> None:
        """Write the result as JSON where the user asked for an output and the work made no file of its own.

        It is called after the first piece of ``material`` and the ``name`` of the work.
        """
        if self._wish.path is None or self._delivered or self._replacing:
            return
        self._wish = self._placing.wish = self._wish.for_result()
        if self._wish.is_bare_file and self._wish.file is not None:
            make_folder(self._wish.file.parent)
        file = self.folder / "result.json"
        file.write_text(result.model_dump_json(indent=2) + "\n", encoding="utf-8")
        stem = f"{Path(material).stem}-{name}" if material is not None else name
        # a file that is named without a suffix is that file; under another one it is no JSON, and refused
        suffix = "" if self._wish.file is not None and not self._wish.file.suffix else ".json"
        self.publish(file, f"{stem}{suffix}", near=material)

    def _beside(self, near: str | None) -> Path | None:
        """Return the input to put results beside; material of our own temporary folder has no place of its own."""
        if near is None:
            return None
        path = Path(near).expanduser()
        return None if self._root is not None and path.resolve().is_relative_to(self._root) else path

    def progress(self, fraction: float, stage: str) -> None:
        """Tell how far the work has come; raise `CancelledError` when the user has cancelled."""
        self._check_cancelled()
        if self._report:
            self._report(fraction, stage)

    def part(self, start: float, stop: float) -> Report:
        """Return a progress function for the stretch from ``start`` to ``stop``."""
        return lambda fraction, stage: self.progress(start + (stop - start) * fraction, stage)

    def run(self, name: str, params: Mapping[str, Any], *, tell: Report | None = None) -> Any:
        """Run another capability; what it publishes is intermediate and stays in the temporary folder.

        A step that is shared is done once within this work, whichever capabilities ask for it.
        """
        from tonmeister.core.validation import check_params

        self._check_cancelled()
        capability = self._find(name)
        checked = check_params(capability.params, params)
        if not capability.is_shared:
            return self._run_within(capability, checked, tell)
        key = f"{name}/{checked.model_dump_json()}"
        outermost = self._outermost
        with outermost._lock:
            mine = outermost._doing.setdefault(key, Lock())
        with mine:
            if key not in outermost._done:
                outermost._done[key] = self._run_within(capability, checked, tell)
            return outermost._done[key]

    def run_all(
        self,
        steps: Sequence[tuple[str, Mapping[str, Any]]],
        *,
        tell: Report | None = None,
        each: Callable[[int, Any], None] | None = None,
    ) -> list[Any]:
        """Run several capabilities side by side, as far as there are cores."""
        from tonmeister.jobs.abreast import run_abreast

        return run_abreast(self.run, steps, self.n_workers, tell, each)

    def show(self, name: str, found: Any) -> None:
        """Show nothing: who calls from here waits for the result itself."""

    def _run_within(self, capability: Capability[Any, Any], checked: Any, tell: Report | None) -> Any:
        outermost = self._outermost
        assert outermost._root is not None
        with outermost._lock:
            outermost._n_nested += 1
            store = outermost._root / f"nested-{outermost._n_nested}"
        store.mkdir()
        seed = nested_seed(self._seed, capability, checked)
        key = None if self._kept is None else self._kept.key(capability, checked, seed)
        if self._kept is not None and key is not None:
            found = self._kept.find(key, store)
            if found is not None:
                return capability.result.model_validate(found)
        nested = LocalContext(
            self._settings,
            self._find,
            seed=seed,
            wish=OutputWish(f"{store}/"),
            report=tell,
            cancel=self._cancel,
            within=outermost,
        )
        with nested:
            result = capability.load()(checked, nested)
        if self._kept is not None and key is not None:
            self._kept.keep(key, json.loads(result.model_dump_json()), outermost._root)
        return result

    def random(self, purpose: str) -> np.random.Generator:
        """Return a generator seeded by the work and the purpose."""
        import numpy as np

        digest = hashlib.sha256(f"{self._seed}/{purpose}".encode()).digest()
        return np.random.default_rng(int.from_bytes(digest[:16], "big"))

    def _check_cancelled(self) -> None:
        if self._cancel.is_set():
            raise CancelledError(
                "The work was cancelled.", remedy="Nothing was left behind; start it again to get the result."
            )


def work_seed(capability: Capability[Any, Any], params: Any) -> str:
    """Return the seed of a piece of work: its parameters without the names of files: they are not in the sound."""
    without = set(capability.asset_fields())
    values = params.model_dump(mode="json", exclude=without)
    return f"{capability.name}/{capability.version}/{json.dumps(values, sort_keys=True)}"


def nested_seed(seed: str, capability: Capability[Any, Any], params: Any) -> str:
    """Return the seed of a piece of work that is a step of another with ``seed``."""
    own = work_seed(capability, params)
    return own if capability.is_shared else f"{seed}/{own}"

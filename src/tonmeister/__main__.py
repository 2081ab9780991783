"""``python -m tonmeister`` and the command ``tonmeister``."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line and return the exit code."""
    from tonmeister.app import main as run

    return run()


if __name__ == "__main__":
    sys.exit(main())

"""``python -m tonmeister`` and the command ``tonmeister``."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line and return the exit code."""
    try:
        from tonmeister.app import main as run
    except KeyboardInterrupt:
        # Ctrl-C while the program still loads: nothing has begun.
        return 130
    return run()


if __name__ == "__main__":
    sys.exit(main())

"""Write a revision of the database's schema from the difference between tables.py and the history. Read it after."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from alembic import command  # noqa: E402

from tonmeister.store import migrate  # noqa: E402
from tonmeister.store.database import Database  # noqa: E402


def main() -> int:
    """Write the revision that the arguments describe, as ``versions/r0002_what_it_does.py``."""
    message = " ".join(sys.argv[1:])
    if not message:
        print("usage: python tools/make_migration.py What the revision does")
        return 2
    known = migrate.revisions()
    revision = f"r{len(known) + 1:04d}"
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/history.db")
        if known:
            migrate.upgrade_to(database, "head")
        with database.engine.connect() as connection:
            config = migrate._config(connection)
            config.set_main_option("file_template", f"{revision}_%%(slug)s")
            script = command.revision(config, message, autogenerate=True, rev_id=revision)
        database.close()
    path = Path(script.path)
    text = re.sub(r"^ +# ### .*\n", "", path.read_text(encoding="utf-8"), flags=re.M)
    path.write_text(text, encoding="utf-8")
    subprocess.run([sys.executable, "-m", "ruff", "format", "-q", path], check=True)
    print(path.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())

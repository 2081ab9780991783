"""MIDI files that the studio wrote are told as what they are: they had been taken for sound that could not be read."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "r0004"
down_revision = "r0003"
branch_labels = None
depends_on = None

ENDINGS = (".mid", ".midi")
TYPE = "audio/midi"


def upgrade() -> None:
    """Go to this revision."""
    connection = op.get_bind()
    asset = sa.table(
        "asset",
        *(sa.column(name) for name in ("kind", "name", "state", "media_type", "revision")),
        sa.column("is_audio", sa.Boolean),
        sa.column("error", sa.JSON),
    )
    is_midi = sa.or_(*(sa.func.lower(asset.c.name).like(f"%{ending}") for ending in ENDINGS))
    connection.execute(
        sa.update(asset)
        .where(asset.c.kind != "upload", is_midi)
        .values(state="ready", media_type=TYPE, is_audio=False, error=sa.null(), revision=asset.c.revision + 1)
    )
    _tell_anew(connection, "job_step", "id")
    _tell_anew(connection, "result", "key")


def downgrade() -> None:
    """Go back to the revision before, which reads this as well."""


def _tell_anew(connection: sa.Connection, name: str, key: str) -> None:
    """Correct what is told of products in the history and among the results that are kept."""
    table = sa.table(name, sa.column(key), sa.column("products", sa.JSON))
    is_midi = sa.func.lower(sa.cast(table.c.products, sa.Text)).like("%.mid%")
    for row in connection.execute(sa.select(table.c[key], table.c.products).where(is_midi)).all():
        products = [_told(product) for product in row.products or ()]
        connection.execute(sa.update(table).where(table.c[key] == row[0]).values(products=products))


def _told(product: dict[str, Any]) -> dict[str, Any]:
    is_midi = str(product.get("name", "")).lower().endswith(ENDINGS)
    return {**product, "media_type": TYPE, "is_audio": False} if is_midi else product

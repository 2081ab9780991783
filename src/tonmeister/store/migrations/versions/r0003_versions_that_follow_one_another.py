"""Which version of a song a job continues, and of which version another one is the restoration."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "r0003"
down_revision = "r0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.add_column(sa.Column("base_version", sa.String(length=36), nullable=True))
    with op.batch_alter_table("version", schema=None) as batch_op:
        batch_op.add_column(sa.Column("restored_from", sa.String(length=36), nullable=True))


def downgrade() -> None:
    """Go back to the revision before."""
    with op.batch_alter_table("version", schema=None) as batch_op:
        batch_op.drop_column("restored_from")
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_column("base_version")

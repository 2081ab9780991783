"""Versions of songs, and the material of jobs; both are filled from the jobs that are still in the history."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from tonmeister.store.database import make_id

revision = "r0002"
down_revision = "r0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "job_asset",
        sa.Column("asset_id", sa.String(length=36), nullable=False),
        sa.Column("job_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_job_asset_job_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("asset_id", "job_id", name=op.f("pk_job_asset")),
    )
    with op.batch_alter_table("job_asset", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_job_asset_job_id"), ["job_id"], unique=False)

    op.create_table(
        "version",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("asset_id", sa.String(length=36), nullable=False),
        sa.Column("capability", sa.String(length=64), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("job_id", sa.String(length=36), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], name=op.f("fk_version_asset_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_version")),
    )
    with op.batch_alter_table("version", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_version_asset_id_created_at"), ["asset_id", "created_at"], unique=False)

    op.create_table(
        "version_file",
        sa.Column("version_id", sa.String(length=36), nullable=False),
        sa.Column("asset_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], name=op.f("fk_version_file_asset_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["version_id"], ["version.id"], name=op.f("fk_version_file_version_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("version_id", "asset_id", name=op.f("pk_version_file")),
    )
    with op.batch_alter_table("version_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_version_file_asset_id"), ["asset_id"], unique=False)

    _fill(op.get_bind())


def downgrade() -> None:
    """Go back to the revision before."""
    with op.batch_alter_table("version_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_version_file_asset_id"))

    op.drop_table("version_file")
    with op.batch_alter_table("version", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_version_asset_id_created_at"))

    op.drop_table("version")
    with op.batch_alter_table("job_asset", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_job_asset_job_id"))

    op.drop_table("job_asset")


def _fill(connection: sa.Connection) -> None:
    """Write what the jobs in the history know. The tables are described here as they are at this revision."""
    job = sa.table("job", sa.column("id"), sa.column("params", sa.JSON), sa.column("is_system", sa.Boolean))
    step = sa.table(
        "job_step",
        *(sa.column(name) for name in ("id", "job_id", "capability", "state", "finished_at", "position")),
        *(sa.column(name, sa.JSON) for name in ("params", "result", "products")),
    )
    asset = sa.table("asset", sa.column("id"), sa.column("source_id"))
    job_asset = sa.table("job_asset", sa.column("asset_id"), sa.column("job_id"))
    sources = {row.id: row.source_id for row in connection.execute(sa.select(asset.c.id, asset.c.source_id))}
    for row in connection.execute(sa.select(job.c.id, job.c.params)).all():
        for ref in sorted(set(_texts(row.params)) & sources.keys()):
            connection.execute(sa.insert(job_asset).values(asset_id=ref, job_id=row.id))
    done = (
        sa.select(step)
        .join(job, job.c.id == step.c.job_id)
        .where(step.c.state == "completed", ~job.c.is_system)
        .order_by(step.c.finished_at, step.c.job_id, step.c.position)
    )
    known: set[tuple[str, str]] = set()
    for row in connection.execute(done).all():
        files = [made["asset_id"] for made in row.products or () if made["asset_id"] in sources]
        for song, result, mine in _versions(row, files, sources):
            if song not in sources or not mine or any((song, file) in known for file in mine):
                continue
            known |= {(song, file) for file in mine}
            _write(connection, song, row, result, mine)


def _versions(row: Any, files: list[str], sources: dict[str, str | None]) -> Iterator[tuple[str, Any, list[str]]]:
    """Go through the songs of a step, each with its result and its files."""
    if row.capability == "album":
        for song, result in zip(row.params["mixes"], row.result["songs"], strict=False):
            named = set(_texts(result))
            yield song, result, [file for file in files if file in named]
    elif row.capability == "master":
        if row.params.get("mix"):
            yield row.params["mix"], row.result, files
    else:
        song = next((found for file in files if (found := sources[file])), None)
        if song is not None:
            yield song, row.result, files


def _write(connection: sa.Connection, song: str, row: Any, result: Any, files: list[str]) -> None:
    version = sa.table(
        "version",
        *(sa.column(name) for name in ("id", "asset_id", "capability", "job_id", "created_at")),
        *(sa.column(name, sa.JSON) for name in ("params", "result")),
    )
    version_file = sa.table("version_file", sa.column("version_id"), sa.column("asset_id"), sa.column("position"))
    version_id = make_id()
    connection.execute(
        sa.insert(version).values(
            id=version_id,
            asset_id=song,
            capability=row.capability,
            params=row.params,
            result=result,
            job_id=row.job_id,
            created_at=row.finished_at,
        )
    )
    for position, file in enumerate(dict.fromkeys(files)):
        connection.execute(sa.insert(version_file).values(version_id=version_id, asset_id=file, position=position))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _texts(part)

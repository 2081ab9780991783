"""What Alembic runs: the revisions, on the connection and in the transaction that `tonmeister.store.migrate` holds."""

from __future__ import annotations

from alembic import context

from tonmeister.store.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    # SQLite cannot alter a table in place: batch mode copies it. Its DDL is transactional once we begin ourselves.
    render_as_batch=True,
    transactional_ddl=True,
)
context.run_migrations()

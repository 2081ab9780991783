"""Databases and storages of both kinds."""

from __future__ import annotations

from servers import (  # noqa: F401 - fixtures
    blobs,
    database,
    database_url,
    migrated_postgres,
    migrated_sqlite,
    postgres,
    postgres_database,
    postgres_url,
    s3_endpoint,
    s3_storage_url,
    sqlite_database,
    storage_url,
)

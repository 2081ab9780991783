"""Databases and storages of both kinds."""

from __future__ import annotations

from servers import (  # noqa: F401 - fixtures
    blobs,
    database,
    database_url,
    postgres,
    postgres_url,
    s3_endpoint,
    s3_storage_url,
    storage_url,
)

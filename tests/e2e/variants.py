"""The two ways in which a studio is set up: all in one folder, or on servers of its own."""

from __future__ import annotations

import importlib.util
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from e2e.studio_process import Studio, studio_process
from servers import lacking

VARIANTS = ("local", "cluster")


def variants(config: pytest.Config, default: str) -> list[str]:
    """Return which set-ups ``--studio`` asks for."""
    wanted = config.getoption("--studio") or default
    return [variant for variant in VARIANTS if wanted in (variant, "both")]


@contextmanager
def running_studio(variant: str, folder: Path, request: pytest.FixtureRequest) -> Iterator[Studio]:
    """Run a studio that is set up in this way."""
    if variant == "local":
        with studio_process(folder) as studio:
            yield studio
        return
    with cluster(request) as variables, studio_process(folder, variables=variables, has_worker=True) as studio:
        yield studio


@contextmanager
def cluster(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """Give the settings of a studio on PostgreSQL, Redis, Celery and S3, where it has everything to itself."""
    for package in ("boto3", "celery", "moto", "obstore", "psycopg", "redis"):
        if importlib.util.find_spec(package) is None:
            lacking(f"the package {package} is not installed")
    postgres = request.getfixturevalue("postgres")
    redis_url = request.getfixturevalue("redis_url")
    endpoint = request.getfixturevalue("s3_endpoint")
    database_url = postgres.create_database()
    try:
        yield {
            **{name: value for name, value in os.environ.items() if name.startswith("AWS_")},
            "TONMEISTER_DATABASE_URL": database_url,
            "TONMEISTER_STORAGE_URL": f"s3://{_bucket(endpoint)}/studio?endpoint={endpoint}&region=us-east-1",
            "TONMEISTER_BUS_URL": redis_url,
            "TONMEISTER_BROKER_URL": redis_url,
            "TONMEISTER_EXECUTOR": "celery",
        }
    finally:
        postgres.drop_database(database_url)


def _bucket(endpoint: str) -> str:
    import boto3

    name = f"bucket-{time.monotonic_ns()}"
    client = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1")
    client.create_bucket(Bucket=name)
    client.close()
    return name

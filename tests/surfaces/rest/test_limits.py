"""How often one may ask."""

from __future__ import annotations

import time

import pytest
import sqlalchemy as sa

from surfaces.rest.small_server import HERE, TOKEN, client_of, settings, small_app
from tonmeister.core.errors import QuotaError
from tonmeister.store.database import Database, make_id
from tonmeister.store.tables import JOBS, METADATA, STEPS
from tonmeister.surfaces.rest import limits, security

AWAY = "203.0.113.9"


def served(address: str = AWAY, **values):
    values = {"rate_limit_per_minute": 5} | values
    app = small_app()
    chosen = settings(**values)
    security.install_inner(app, chosen)
    limits.install(app, chosen)
    security.install_outer(app, chosen)
    return client_of(app, HERE, address)


def statuses(client, path: str, n: int = 8, **options) -> list[int]:
    return [client.get(path, **options).status_code for _ in range(n)]


def test_requests_beyond_the_limit_are_refused_with_the_time_to_wait():
    client = served()
    assert statuses(client, "/api/v1/things/a") == [200] * 5 + [429] * 3
    refused = client.get("/api/v1/things/a")
    assert refused.json()["error"]["code"] == "RATE_LIMITED"
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert refused.headers["ratelimit-limit"] == "5"
    assert refused.headers["ratelimit-remaining"] == "0"
    assert refused.headers["x-content-type-options"] == "nosniff"


def test_the_answer_tells_how_many_are_left():
    client = served()
    left = [client.get("/api/v1/things/a").headers["ratelimit-remaining"] for _ in range(5)]
    assert left == ["4", "3", "2", "1", "0"]


def test_addresses_are_counted_apart_and_ipv6_by_its_network():
    assert limits.network_of("2001:db8:1:2::5") == limits.network_of("2001:db8:1:2:ffff::1")
    assert limits.network_of("2001:db8:1:3::5") != limits.network_of("2001:db8:1:2::5")
    assert limits.network_of("::ffff:203.0.113.9") == AWAY
    client = served(trusted_proxies=(AWAY,))
    for last in range(10):
        assert client.get("/api/v1/things/a", headers={"x-forwarded-for": f"198.51.100.{last}"}).status_code == 200
    one = {"x-forwarded-for": "198.51.100.200"}
    assert statuses(client, "/api/v1/things/a", headers=one) == [200] * 5 + [429] * 3


def test_this_machine_is_not_limited_but_what_a_strange_proxy_forwards_is():
    client = served("127.0.0.1")
    assert statuses(client, "/api/v1/things/a", 20) == [200] * 20
    forwarded = {"x-forwarded-for": "198.51.100.7"}
    assert 429 in statuses(client, "/api/v1/things/a", headers=forwarded)


@pytest.mark.parametrize("path", ["/page", "/health/live", "/api/v1/audio/x/seg/1.flac"])
def test_sound_pages_and_health_are_not_counted(path):
    assert statuses(served(), path, 20) == [200] * 20


def test_what_is_counted():
    for path in (
        "/api/v1/jobs",
        "/api/v1/uploads",
        "/mcp",
        "/api/v1/session",
        "/api/v1/assets/x",
        "/api/processing/jobs",
    ):
        assert limits.is_counted(path), path
    for path in ("/api/v1/uploads/x", "/api/v1/assets/x/file", "/api/health", "/assets/index-a1.js", "/metrics"):
        assert not limits.is_counted(path), path


def test_the_token_cannot_be_guessed_by_trying():
    client = served(rate_limit_per_minute=1000, shared_token=TOKEN)
    guesses = [client.post("/api/v1/session", json={"token": f"guess {n}"}).status_code for n in range(12)]
    assert guesses == [401] * 10 + [429] * 2
    right = {"authorization": f"Bearer {TOKEN}"}
    assert client.get("/api/v1/things/a", headers=right).status_code == 429


def test_asking_without_a_token_is_no_guess():
    client = served(rate_limit_per_minute=1000, shared_token=TOKEN)
    assert statuses(client, "/api/v1/things/a", 30) == [401] * 30


def test_a_count_that_does_not_answer_stops_nobody(caplog):
    client = served(bus_url="redis://127.0.0.1:1/0")
    assert statuses(client, "/api/v1/things/a", 7) == [200] * 7
    assert "does not answer" in caplog.text


@pytest.fixture
def database(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/studio.db")
    METADATA.create_all(database.engine)
    yield database
    database.close()


def put_job(database: Database, *, owner: str, age_s: float, n_steps: int = 1, is_system: bool = False) -> None:
    at, job_id = time.time() - age_s, make_id()
    row = {"id": job_id, "capability": "copy", "params": {}, "state": "completed", "run_at": at}
    with database.write() as connection:
        connection.execute(sa.insert(JOBS), [row | {"owner": owner, "created_at": at, "is_system": is_system}])
        connection.execute(
            sa.insert(STEPS),
            [row | {"id": make_id(), "job_id": job_id, "name": f"s{n}", "after": []} for n in range(n_steps)],
        )


def test_jobs_are_counted_in_the_jobs_table(database):
    quota = limits.JobQuota(database, 4)
    put_job(database, owner="shared", age_s=1800, n_steps=3)
    put_job(database, owner="shared", age_s=4000, n_steps=9)
    put_job(database, owner="another", age_s=10, n_steps=9)
    put_job(database, owner="shared", age_s=10, n_steps=9, is_system=True)
    quota.check("shared")
    quota.check(None, 1000)
    with pytest.raises(QuotaError) as told:
        quota.check("shared", 2)
    assert told.value.bound == "at most 4 an hour"
    assert 1700 < told.value.retry_after_s <= 1800
    put_job(database, owner="shared", age_s=0)
    with pytest.raises(QuotaError):
        quota.check("shared")
    limits.JobQuota(database, None).check("shared", 10**6)

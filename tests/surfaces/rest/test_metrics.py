"""The figures for Prometheus."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from prometheus_client.parser import text_string_to_metric_families

from surfaces.rest.small_server import HERE, client_of, small_app
from surfaces.rest.studio_parts import beat, open_workshop
from tonmeister.store.tables import BLOBS, EVENTS, JOBS, STEPS
from tonmeister.surfaces.rest import metrics


@pytest.fixture
def workshop(tmp_path):
    with open_workshop(tmp_path) as workshop:
        yield workshop


@pytest.fixture
def figures(workshop):
    made = metrics.Metrics("1.2.3", count_sockets=lambda: 7)
    made.begin(workshop)
    return made


def read(client) -> dict[tuple[str, tuple], float]:
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def value(found: dict, name: str, **labels: str) -> float:
    return found[(f"tonmeister_{name}", tuple(sorted(labels.items())))]


def served(workshop, figures):
    app = small_app()
    app.include_router(metrics.router)
    metrics.install(app, figures, workshop)
    return client_of(app, HERE)


def end_step(workshop, job, *, state="completed", took_s=2.0, n_crashes=0, is_cached=False, at=1000.0):
    with workshop.database.write() as connection:
        connection.execute(
            sa.update(STEPS)
            .where(STEPS.c.job_id == job.id)
            .values(state=state, started_at=at, finished_at=at + took_s, n_crashes=n_crashes, is_cached=is_cached)
        )
        connection.execute(sa.update(JOBS).where(JOBS.c.id == job.id).values(state=state))
        connection.execute(
            sa.insert(EVENTS).values(job_id=job.id, type=state, data={"capability": job.capability}, at=at)
        )


def note(workshop, kind: str, **data):
    with workshop.database.write() as connection:
        connection.execute(sa.insert(EVENTS).values(job_id="x", type=kind, data=data, at=1.0))


def put_asset(workshop):
    with workshop.database.write() as connection:
        connection.execute(sa.insert(BLOBS).values(sha256="a" * 64, size_bytes=1234, created_at=1.0))
    return workshop.add_asset("a" * 64, 1234, "notes.txt")


def test_requests_are_measured_by_the_template_of_their_route(workshop, figures):
    client = served(workshop, figures)
    for name in ("a", "b", "c"):
        client.get(f"/api/v1/things/{name}")
    client.get("/api/v1/things/a/parts/3")
    client.get("/no/such/page")
    client.request("BREW", "/page")
    found = read(client)
    assert value(found, "http_request_seconds_count", method="GET", route="/api/v1/things/{name}", status="2xx") == 3
    included = "/api/v1/things/{name}/parts/{part}"
    assert value(found, "http_request_seconds_count", method="GET", route=included, status="2xx") == 1
    assert value(found, "http_request_seconds_count", method="GET", route="unmatched", status="4xx") == 1
    assert not [key for key in found if "BREW" in str(key)]
    assert value(found, "websocket_connections") == 7
    assert value(found, "build_info", version="1.2.3") == 1
    assert value(found, "database_up") == 1


def test_the_queue_and_the_storage(workshop, figures):
    asset = put_asset(workshop)
    client = served(workshop, figures)
    workshop.submit("copy", {"source": asset.id})
    beat(workshop.database, n_slots=3, n_busy=1)
    with workshop.database.write() as connection:
        connection.execute(sa.update(STEPS).values(run_at=STEPS.c.run_at - 60))
    found = read(client)
    assert value(found, "queue_depth") == 1
    assert value(found, "queue_steps", capability="copy", state="queued") == 1
    assert value(found, "queue_oldest_wait_seconds", capability="copy") == pytest.approx(60, abs=2)
    assert value(found, "stored_bytes") == 1234
    assert value(found, "supervisors") == 1
    assert value(found, "supervisor_slots", state="free") == 2


def test_ends_of_jobs_are_counted_once(workshop, figures):
    asset = put_asset(workshop)
    client = served(workshop, figures)
    first = workshop.submit("copy", {"source": asset.id})
    end_step(workshop, first, took_s=2.0, n_crashes=1)
    note(workshop, "retried", capability="copy", step="copy")
    note(workshop, "lease_lost", capability="copy")
    for _ in range(2):
        found = read(client)
        assert value(found, "jobs_total", capability="copy", state="completed") == 1
        assert value(found, "step_seconds_count", capability="copy", state="completed") == 1
        assert value(found, "step_seconds_sum", capability="copy", state="completed") == pytest.approx(2.0)
        assert value(found, "step_crashes_total", capability="copy") == 1
        assert value(found, "step_retries_total", capability="copy") == 1
        assert value(found, "lease_losses_total") == 1
    second = workshop.submit("copy", {"source": asset.id, "loud": True})
    end_step(workshop, second, is_cached=True, at=2000.0)
    found = read(client)
    assert value(found, "cache_hits_total", capability="copy") == 1
    assert value(found, "step_seconds_count", capability="copy", state="completed") == 1


def test_what_was_before_the_process_is_not_counted(workshop):
    note(workshop, "completed", capability="copy")
    made = metrics.Metrics("1")
    made.begin(workshop)
    assert not [key for key in read(served(workshop, made)) if key[0] == "tonmeister_jobs_total"]


def test_a_database_that_is_away_is_told(workshop, figures, caplog):
    client = served(workshop, figures)
    with workshop.database.write() as connection:
        connection.execute(sa.text("drop table job_event"))
    assert value(read(client), "database_up") == 0
    assert "does not answer" in caplog.text

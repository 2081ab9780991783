"""Whether the server lives and is ready."""

from __future__ import annotations

import shutil

import pytest
import sqlalchemy as sa

from surfaces.rest.small_server import HERE, client_of, small_app
from surfaces.rest.studio_parts import beat, open_workshop
from tonmeister.store.tables import HEARTBEATS
from tonmeister.surfaces.rest import health


@pytest.fixture
def workshop(tmp_path):
    with open_workshop(tmp_path) as workshop:
        yield workshop


@pytest.fixture
def client(workshop):
    app = small_app()
    app.include_router(health.router)
    app.state.health = health.Health(workshop, look_again_s=0.0, write_again_s=0.0)
    return client_of(app, HERE)


def test_it_lives_without_anything(client):
    for path in ("/health/live", "/health", "/api/health"):
        answer = client.get(path)
        assert answer.status_code == 200


def test_it_is_ready_when_all_parts_answer(client, workshop):
    beat(workshop.database, age_s=29)
    for path in ("/health/ready", "/ready"):
        assert client.get(path).json()["checks"] == {
            "database": "ok",
            "migrations": "ok",
            "storage": "ok",
            "supervisor": "ok",
        }


@pytest.mark.parametrize("age_s", [None, 31.0])
def test_it_is_not_ready_without_a_supervisor(client, workshop, age_s):
    if age_s is not None:
        beat(workshop.database, age_s=age_s)
    answer = client.get("/ready")
    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "NOT_READY"
    assert answer.json()["error"]["details"]["value"] == ["supervisor"]
    beat(workshop.database)
    assert client.get("/ready").status_code == 200


def test_it_is_not_ready_without_storage(client, workshop, tmp_path):
    beat(workshop.database)
    assert client.get("/ready").status_code == 200
    shutil.rmtree(tmp_path / "blobs")
    (tmp_path / "blobs").write_text("a file where the folder was")
    answer = client.get("/ready")
    assert answer.status_code == 503
    assert answer.json()["error"]["details"]["value"] == ["storage"]
    assert str(tmp_path) not in answer.text


def test_it_is_not_ready_without_database_or_schema(client, workshop):
    beat(workshop.database)
    with workshop.database.write() as connection:
        connection.execute(sa.text("update alembic_version set version_num = 'another'"))
    assert "migrations" in client.get("/ready").text
    with workshop.database.write() as connection:
        HEARTBEATS.drop(connection)
    assert "supervisor: does not answer" in client.get("/ready").text


def test_asking_often_does_not_look_often(workshop):
    statements = []
    sa.event.listen(workshop.database.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    watched = health.Health(workshop)
    for _ in range(50):
        watched.check()
    assert statements.count("select 1") == 1

"""Log lines, the ids in them, and the hooks that are off until configured."""

from __future__ import annotations

import io
import json
import logging
import re
import sys
import time

import pytest

import job_studio
from surfaces.rest.small_server import HERE, SOCKET, TOKEN, client_of, settings, small_app
from surfaces.rest.studio_parts import open_workshop, supervised
from tonmeister.core.errors import MissingPartError
from tonmeister.surfaces.rest import logs, security, telemetry


@pytest.fixture
def stream():
    """Where log lines go; afterwards logging is as it was."""
    root = logging.getLogger()
    before = root.handlers, root.level, logging.getLogger("uvicorn.access").disabled
    yield io.StringIO()
    root.handlers, level, logging.getLogger("uvicorn.access").disabled = before
    root.setLevel(level)


def served(stream, **values):
    chosen = settings(**({"log_format": "json"} | values))
    logs.configure(chosen, stream)
    app = small_app()
    logs.install_faults(app)
    security.install(app, chosen)
    logs.install(app)
    return client_of(app, HERE)


def lines(stream: io.StringIO) -> list[dict]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_request_is_one_line_with_its_ids(stream):
    answer = served(stream).get("/api/v1/things/a?signature=secret-of-a-link", headers={"request-id": "mine-1"})
    assert answer.headers["request-id"] == "mine-1"
    (line,) = [line for line in lines(stream) if line["logger"] == "tonmeister.access"]
    assert line["event"] == "GET /api/v1/things/a"
    assert line["status"] == 200
    assert line["request_id"] == "mine-1"
    assert re.fullmatch("[0-9a-f]{32}", line["trace_id"])
    assert line["level"] == "info"
    assert line["client"] == "127.0.0.1"
    assert "secret-of-a-link" not in stream.getvalue()


def test_ids_are_made_where_there_are_none_or_bad_ones(stream):
    client = served(stream)
    made = {client.get("/page", headers={"request-id": bad}).headers["request-id"] for bad in ("", "a b", "x" * 65)}
    assert len(made) == 3
    assert all(re.fullmatch("[0-9a-f]{24}", one) for one in made)


def test_the_trace_of_the_client_goes_on(stream):
    trace = "0af7651916cd43dd8448eb211c80319c"
    served(stream).get("/page", headers={"traceparent": f"00-{trace}-b7ad6b7169203331-01"})
    assert lines(stream)[-1]["trace_id"] == trace


def test_secrets_stay_out_of_the_log(stream):
    client = served(stream, shared_token=TOKEN, log_level="debug")
    client.get("/api/v1/things/a", headers={"authorization": f"Bearer {TOKEN}"})
    client.post("/api/v1/session", json={"token": TOKEN})
    cookie = client.cookies["tonmeister_session"]
    client.get("/api/v1/fault")
    assert TOKEN not in stream.getvalue()
    assert cookie not in stream.getvalue()


@pytest.mark.parametrize("form", ["json", "text"])
def test_tracebacks_show_no_values(stream, form):
    client = served(stream, shared_token=TOKEN, log_format=form)
    client.get("/api/v1/fault", headers={"authorization": f"Bearer {TOKEN}"})
    assert "ZeroDivisionError" in stream.getvalue()
    assert TOKEN not in stream.getvalue()


def test_a_fault_is_logged_whole_and_told_in_short(stream):
    answer = served(stream).get("/api/v1/fault")
    assert answer.status_code == 500
    assert answer.json()["error"]["code"] == "INTERNAL"
    assert "a fault" not in answer.text.replace("A fault", "")
    assert answer.headers["request-id"]
    assert answer.headers["content-security-policy"]
    fault = next(line for line in lines(stream) if line["level"] == "error")
    assert "ZeroDivisionError" in json.dumps(fault)
    assert fault["request_id"] == answer.headers["request-id"]
    assert lines(stream)[-1]["level"] == "warning"


def test_text_keeps_a_line_a_line(stream):
    client = served(stream, log_format="text")
    client.get("/page/x%0Afake=1%1b[31m")
    logging.getLogger("tonmeister.test").warning("name: %s", "a\nb\x1b[2J")
    text = stream.getvalue()
    assert "\x1b" not in text
    assert len(text.splitlines()) == 2
    assert "name: a\\nb" in text


def test_what_is_asked_all_the_time_is_quiet(stream):
    client = served(stream)
    client.get("/health/live")
    client.get("/api/v1/audio/x/seg/1.flac")
    assert lines(stream) == []
    client.get("/api/v1/audio/x")
    assert lines(stream)[0]["status"] == 404


def test_sockets_are_told_when_they_close(stream):
    with served(stream).websocket_connect(SOCKET) as socket:
        socket.receive_json()
    assert lines(stream)[-1]["event"] == "WEBSOCKET /api/v1/ws"
    assert lines(stream)[-1]["status"] == 101


def test_the_servers_own_lines_have_the_same_form(stream):
    served(stream)
    logging.getLogger("uvicorn.error").warning("Started %s", "it")
    logging.getLogger("uvicorn.access").info("not this one")
    (line,) = lines(stream)
    assert (line["event"], line["logger"], line["level"]) == ("Started it", "uvicorn.error", "warning")


def test_lines_about_a_job_carry_its_ids():
    trace = {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}
    assert logs.job_context("j1", "master", trace) == {
        "job_id": "j1",
        "step": "master",
        "trace_id": "0af7651916cd43dd8448eb211c80319c",
    }
    assert logs.job_context("j1", trace={"traceparent": "nonsense"}) == {"job_id": "j1"}


class TestTelemetry:
    def test_it_is_off_by_default(self):
        assert telemetry.open_tracer(settings(), "1") is None
        assert telemetry.open_reports(settings(), "1") is False

    def test_a_missing_package_is_named(self, monkeypatch):
        monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
        monkeypatch.setitem(sys.modules, "sentry_sdk", None)
        with pytest.raises(MissingPartError, match="telemetry"):
            telemetry.open_tracer(settings(otlp_endpoint="http://127.0.0.1:4318"), "1")
        with pytest.raises(MissingPartError, match="telemetry"):
            telemetry.open_reports(settings(sentry_dsn="http://key@127.0.0.1:9/1"), "1")

    def test_spans_of_requests_continue_the_clients_trace(self, stream):
        from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

        exporter = InMemorySpanExporter()
        tracer = telemetry.open_tracer(settings(otlp_endpoint="http://127.0.0.1:4318"), "1", exporter)
        app = small_app()
        logs.install(app, tracer)
        security_free = client_of(app, HERE)
        trace = "0af7651916cd43dd8448eb211c80319c"
        security_free.get("/page", headers={"traceparent": f"00-{trace}-b7ad6b7169203331-01"})
        security_free.get("/api/v1/nothing")
        tracer.close()
        first, second = exporter.get_finished_spans()
        assert first.name == "GET /page"
        assert f"{first.context.trace_id:032x}" == trace
        assert first.attributes["http.response.status_code"] == 200
        assert second.name == "GET unmatched"
        assert tracer.is_ours({"traceparent": f"00-{trace}-0000000000000001-01"})
        assert not tracer.is_ours(None)

    def test_steps_of_own_jobs_become_spans_of_the_requests_trace(self, tmp_path):
        from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

        exporter = InMemorySpanExporter()
        tracer = telemetry.open_tracer(settings(otlp_endpoint="http://127.0.0.1:4318"), "1", exporter)
        span = tracer.begin("POST /api/v1/jobs/note", None)
        with open_workshop(tmp_path, registry=job_studio.REGISTRY, n_job_slots=1) as workshop:
            stop = tracer.follow(workshop)
            with supervised(workshop, job_studio.SOURCE):
                mine = workshop.submit("note", {"behaviour": "fail"}, trace={"traceparent": span.traceparent})
                other = workshop.submit("note", {"number": 2}, trace={"traceparent": f"00-{'a' * 32}-{'b' * 16}-01"})
                until = time.monotonic() + 30
                while time.monotonic() < until and not all(workshop.job(one.id).is_final for one in (mine, other)):
                    time.sleep(0.02)
            stop()
        tracer.close()
        (step,) = exporter.get_finished_spans()
        assert step.name == "step note"
        assert f"{step.context.trace_id:032x}" == span.trace_id
        assert step.attributes["job.id"] == mine.id
        assert step.status.description == "AUDIO_SILENT"
        assert step.end_time > step.start_time

    def test_reports_hold_nothing_private(self):
        event = {
            "request": {
                "url": "http://x/",
                "headers": {"cookie": "c"},
                "cookies": {},
                "query_string": "s",
                "data": "d",
            },
            "server_name": "machine",
            "user": {"ip": "1"},
            "extra": {"sys.argv": ["x"]},
        }
        assert telemetry.scrub(event, {}) == {"request": {"url": "http://x/"}, "extra": {}}

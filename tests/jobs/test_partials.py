"""Intermediate results: told with a job while it is being done, the last of a name, and as events afterwards."""

from __future__ import annotations

import threading
import time
from typing import Any

from tonmeister.core.language import LanguageRules
from tonmeister.core.links import LinkRules
from tonmeister.jobs.store_context import Place, StoreContext


def test_what_was_found_is_told_while_the_work_goes_on(make_bench, tmp_path):
    bench, log = make_bench(), tmp_path / "end"
    with bench.supervisor():
        job_id = bench.workshop.submit("choir", {"log": str(log)}).id
        until = time.monotonic() + 60
        while len(bench.workshop.job(job_id).partials) < 2:
            assert time.monotonic() < until
            time.sleep(0.05)
        found = bench.workshop.job(job_id)
        assert found.state == "processing"
        assert list(found.partials) == ["first", "second"]
        assert found.partials["first"]["text"].startswith("relayed")
        log.touch()
        job = bench.wait(job_id)
    assert job.state == "completed", job.error
    assert job.partials == {}
    assert len(job.result["text"].split()) >= 3
    told = [event.data["name"] for event in bench.workshop.events(job_id=job_id) if event.type == "partial"]
    assert told == ["first", "first", "second"]


def test_a_step_shows_what_the_job_itself_does_not_show(tmp_path):
    sent: list[Any] = []

    class Line:
        def send(self, message):
            sent.append((message["name"], message["data"]))

    place = Place({}, Line(), None, threading.Event(), 1, 60.0, LinkRules(), LanguageRules(), {})
    for name in ("job", "step"):
        (tmp_path / name).mkdir()
    job = StoreContext(place, tmp_path / "job", seed="", is_nested=False)
    step = StoreContext(place, tmp_path / "step", seed="", is_nested=True)
    step.show("stems", [1])
    job.show("stems", [1, 2])
    step.show("stems", [1])
    step.show("notes", ["a"])
    job.show("stems", [1, 2, 3])
    assert sent == [("stems", [1]), ("stems", [1, 2]), ("notes", ["a"]), ("stems", [1, 2, 3])]

"""The job table on both databases: who may do what, and what follows from it."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa

from tonmeister.core.errors import (
    AssetMissingError,
    AudioSilentError,
    InternalError,
    JobMissingError,
    JobStateError,
    ParameterError,
    RevisionError,
)
from tonmeister.jobs.book.rules import Rules
from tonmeister.jobs.records import PlannedStep
from tonmeister.store.assets import Assets
from tonmeister.store.tables import ASSETS, EVENTS, LEASES, RESULTS
from tonmeister.store.versions import Versions

TROUBLE = AudioSilentError("It is silent.", field="text", remedy="Take another.")


def product(number: int = 1, name: str = "note.txt", sha256: str | None = None) -> dict:
    from tonmeister.store.database import make_id

    return {
        "asset_id": make_id(),
        "name": name,
        "sha256": sha256 or f"{number:064x}",
        "size_bytes": 3,
        "media_type": "audio/wav" if name.endswith(".wav") else "text/plain",
        "is_audio": name.endswith(".wav"),
    }


def test_a_job_is_done_once(table):
    job = table.workshop.submit("note", {"number": 1}, label="first")
    assert (job.state, job.label, job.steps[0].state) == ("queued", "first", "queued")
    claim = table.claim()
    assert claim.job_id == job.id
    assert table.claim() is None
    assert table.workshop.job(job.id).state == "processing"
    made = product()
    assert table.queue.finish(claim.token, {"text": "", "draw": 0.5, "file": made["asset_id"]}, [made], cpu_s=1.5)
    done = table.workshop.job(job.id)
    assert (done.state, done.progress_percent, done.result["draw"]) == ("completed", 100.0, 0.5)
    assert [found.asset_id for found in done.products] == [made["asset_id"]]
    asset = Assets(table.database).get(made["asset_id"])
    assert (asset.kind, asset.state, asset.job_id) == ("product", "ready", job.id)
    assert not table.queue.finish(claim.token, {"text": "again"}, [])
    assert [event.type for event in table.workshop.events(job_id=job.id)] == [
        "created",
        "started",
        "asset_added",
        "completed",
    ]
    assert [message["seq"] for message in table.told] == sorted(message["seq"] for message in table.told)


def test_priority_goes_before_age_and_what_is_later_waits(table):
    late = table.workshop.submit("note", {"number": 1}, run_at=table.database.at + 60)
    low = table.workshop.submit("note", {"number": 2}, priority=-1)
    first = table.workshop.submit("note", {"number": 3})
    high = table.workshop.submit("note", {"number": 4}, priority=5)
    assert [table.claim().job_id for _ in range(3)] == [high.id, first.id, low.id]
    assert table.claim() is None
    table.database.at += 61
    assert table.claim().job_id == late.id


def test_only_kinds_that_are_known_and_not_full_are_taken(table):
    table.workshop.submit("note", {"number": 1})
    assert table.claims.claim(table.holder(), {"join": None}) is None
    assert table.claim(without={"note"}) is None
    assert table.claims.claim(table.holder(), {"note": "000000"}) is None  # an older program
    assert table.claims.claim(table.holder(), {"note": "000002"}) is not None


def test_a_lost_lease_keeps_the_old_holder_out(table):
    job = table.workshop.submit("note", {"number": 1})
    old = table.claim("one")
    table.database.at += table.queue.rules.lease_s + 1
    assert table.queue.reap(table.holder("two"), lambda _: True) == 1
    new = table.claim("two")
    assert new.job_id == job.id
    assert new.n_attempts == 2
    assert table.queue.renew([old.token, new.token]) == {old.token}
    assert not table.queue.finish(old.token, {"text": "old"}, [product()])
    assert table.queue.fail(old.token, TROUBLE) == "refused"
    assert table.queue.crash(old.token, "gone") == "refused"
    assert not table.queue.end_cancelled(old.token)
    assert table.queue.finish(new.token, {"text": "new"}, [])
    assert table.workshop.job(job.id).result == {"text": "new"}
    with table.database.read() as connection:
        assert not connection.execute(sa.select(ASSETS)).all()


def test_a_renewed_lease_is_not_reaped(table):
    table.workshop.submit("note", {"number": 1})
    claim = table.claim("one")
    for _ in range(3):
        table.database.at += table.queue.rules.lease_s * 0.9
        assert table.queue.renew([claim.token]) == set()
        assert table.queue.reap(table.holder("two"), lambda _: True) == 0


def test_the_work_of_a_dead_process_of_this_machine_is_taken_at_once(table):
    table.workshop.submit("note", {"number": 1})
    table.claim("one")
    assert table.queue.reap(table.holder("two"), lambda _: True) == 0
    elsewhere = table.holder("two").__class__("two", "elsewhere", "boot", 2)
    assert table.queue.reap(elsewhere, lambda _: False) == 0
    assert table.queue.reap(table.holder("two"), lambda _: False) == 1
    assert table.claim("two") is not None


def test_nobody_reaps_itself(table):
    table.workshop.submit("note", {"number": 1})
    claim = table.claim("one")
    table.database.at += 1000
    assert table.queue.reap(table.holder("one"), lambda _: False, held={claim.token}) == 0
    assert table.queue.renew([claim.token]) == set()


def test_passing_trouble_is_tried_again_ever_later_and_not_for_ever(table):
    job = table.workshop.submit("note", {"number": 1})
    for attempt in range(1, table.queue.rules.max_attempts + 1):
        claim = table.claim()
        assert claim.n_attempts == attempt
        outcome = table.queue.fail(claim.token, TROUBLE, is_transient=True)
        if attempt < table.queue.rules.max_attempts:
            assert outcome == "retried"
            step = table.workshop.job(job.id).steps[0]
            assert step.state == "queued"
            assert table.database.at <= step.run_at <= table.database.at + 2.0 * 2 ** (attempt - 1)
            table.database.at = step.run_at
        else:
            assert outcome == "failed"
    failed = table.workshop.job(job.id)
    assert failed.state == "failed"
    assert failed.error == TROUBLE.details()


def test_lasting_trouble_is_not_tried_again(table):
    job = table.workshop.submit("note", {"number": 1})
    assert table.queue.fail(table.claim().token, TROUBLE) == "failed"
    assert table.workshop.job(job.id).error["code"] == "AUDIO_SILENT"


def test_after_two_deaths_a_job_is_poison(table):
    job = table.workshop.submit("note", {"number": 1})
    assert table.queue.crash(table.claim().token, "signal SIGKILL") == "retried"
    assert table.queue.crash(table.claim().token, "signal SIGKILL") == "failed"
    found = table.workshop.job(job.id)
    assert (found.state, found.error["code"], found.steps[0].n_crashes) == ("failed", "JOB_DIED", 2)


def test_work_given_back_counts_no_attempt(table):
    table.workshop.submit("note", {"number": 1})
    for _ in range(20):
        claim = table.claim()
        assert claim.n_attempts == 1
        table.queue.release([claim.token])


def test_delays_grow_up_to_their_bound():
    class Highest:
        def uniform(self, _low, high):
            return high

    rules = Rules(base_s=2.0, cap_s=30.0)
    assert [rules.delay_s(attempt, Highest()) for attempt in range(1, 7)] == [2, 4, 8, 16, 30, 30]


# -- cancel, retry, delete


def test_cancelling_what_waits_ends_it_at_once(table):
    job = table.workshop.submit("note", {"number": 1})
    assert table.workshop.cancel(job.id).state == "cancelled"
    assert table.claim() is None
    assert table.workshop.cancel(job.id).state == "cancelled"


def test_cancelling_what_is_done_asks_its_holder(table):
    job = table.workshop.submit("note", {"number": 1})
    claim = table.claim()
    assert table.queue.cancelled_among([claim.token]) == set()
    assert table.workshop.cancel(job.id).state == "processing"
    assert table.queue.cancelled_among([claim.token]) == {claim.token}
    assert table.queue.end_cancelled(claim.token)
    assert table.workshop.job(job.id).state == "cancelled"


@pytest.mark.parametrize("way", ["crash", "fail", "reap", "release"])
def test_a_job_that_is_to_be_cancelled_is_not_tried_again(table, way):
    job = table.workshop.submit("note", {"number": 1})
    claim = table.claim()
    table.workshop.cancel(job.id)
    match way:
        case "crash":
            table.queue.crash(claim.token, "x")
        case "fail":
            table.queue.fail(claim.token, TROUBLE, is_transient=True)
        case "release":
            table.queue.release([claim.token])
        case "reap":
            table.database.at += 100
            table.queue.reap(table.holder("two"), lambda _: True)
    assert table.workshop.job(job.id).state == "cancelled"


def test_what_was_finished_before_the_cancel_was_heard_is_kept(table):
    job = table.workshop.submit("note", {"number": 1})
    claim = table.claim()
    table.workshop.cancel(job.id)
    assert table.queue.finish(claim.token, {"text": "done"}, [])
    assert table.workshop.job(job.id).state == "completed"


def test_a_failed_job_is_tried_again_on_request(table):
    job = table.workshop.submit("note", {"number": 1})
    with pytest.raises(JobStateError):
        table.workshop.retry(job.id)
    table.queue.fail(table.claim().token, TROUBLE)
    assert table.workshop.retry(job.id).state == "queued"
    claim = table.claim()
    assert claim.n_attempts == 1
    table.queue.finish(claim.token, {"text": "x"}, [])
    with pytest.raises(JobStateError):
        table.workshop.retry(job.id)


def test_only_what_is_over_can_be_removed(table):
    job = table.workshop.submit("note", {"number": 1})
    with pytest.raises(JobStateError, match="Cancel it first"):
        table.workshop.delete(job.id)
    table.workshop.cancel(job.id)
    table.workshop.delete(job.id)
    with pytest.raises(JobMissingError):
        table.workshop.job(job.id)
    assert [event.type for event in table.workshop.events(job_id=job.id)] == ["deleted"]


def test_old_jobs_are_cleaned_up(table):
    old = table.workshop.submit("note", {"number": 1})
    table.workshop.cancel(old.id)
    table.database.at += 1000
    recent = table.workshop.submit("note", {"number": 2})
    table.workshop.cancel(recent.id)
    open_ = table.workshop.submit("note", {"number": 3})
    assert table.workshop.clean_up(500) == 1
    assert {job.id for job in table.workshop.jobs().items} == {recent.id, open_.id}


# -- results by content


def test_the_same_request_is_answered_at_once(table):
    first = table.workshop.submit("note", {"number": 1})
    made = product()
    claim = table.claim()
    assert table.queue.finish(claim.token, {"text": "", "draw": 0.1, "file": made["asset_id"]}, [made])
    again = table.workshop.submit("note", {"number": 1})
    assert again.id != first.id
    assert (again.state, again.is_cached, again.result["file"]) == ("completed", True, made["asset_id"])
    assert again.products[0].asset_id == made["asset_id"]
    assert table.workshop.submit("note", {"number": 2}).state == "queued"
    assert table.workshop.submit("note", {"number": 1}, run_at=table.database.at + 5).state == "queued"


def test_a_second_request_that_waited_beside_the_first_is_not_done(table):
    table.workshop.submit("note", {"number": 1})
    second = table.workshop.submit("note", {"number": 1})
    table.queue.finish(table.claim().token, {"text": "x", "draw": 0.0}, [])
    assert table.claim() is None
    assert table.workshop.job(second.id).is_cached


def test_a_removed_product_comes_back_from_its_content(table):
    table.workshop.submit("note", {"number": 1})
    made = product()
    table.queue.finish(table.claim().token, {"text": "", "file": made["asset_id"]}, [made])
    Assets(table.database).bin(made["asset_id"])
    again = table.workshop.submit("note", {"number": 1})
    assert again.is_cached
    assert again.result["file"] == again.products[0].asset_id != made["asset_id"]
    assert Assets(table.database).get(again.products[0].asset_id).sha256 == made["sha256"]


def test_a_result_whose_files_are_gone_is_forgotten(table):
    table.workshop.submit("note", {"number": 1})
    made = product()
    table.queue.finish(table.claim().token, {"text": "", "file": made["asset_id"]}, [made])
    from tonmeister.store.tables import BLOBS

    with table.database.write() as connection:
        connection.execute(sa.delete(ASSETS))
        connection.execute(sa.delete(BLOBS))
    assert table.workshop.submit("note", {"number": 1}).state == "queued"
    with table.database.read() as connection:
        assert not connection.execute(sa.select(RESULTS)).all()


def test_inputs_count_by_content_and_name(table):
    first, same = table.add_file("la", "a.txt"), table.add_file("la", "a.txt")
    other_name, other = table.add_file("la", "b.txt"), table.add_file("lo", "a.txt")
    table.workshop.submit("join", {"first": first, "second": first})
    table.queue.finish(table.claim().token, {"file": "x", "text": "y"}, [])
    assert table.workshop.submit("join", {"first": same, "second": first}).is_cached
    assert not table.workshop.submit("join", {"first": other_name, "second": first}).is_cached
    assert not table.workshop.submit("join", {"first": first, "second": other}).is_cached


def test_what_is_not_there_is_refused(table):
    with pytest.raises(AssetMissingError):
        table.workshop.submit("join", {"first": "nothing", "second": "nothing"})
    with pytest.raises(ParameterError):
        table.workshop.submit("note", {"nummer": 1})
    assert not table.workshop.jobs().items


def test_an_asset_that_went_while_the_job_waited_fails_it(table):
    first = table.add_file("la")
    job = table.workshop.submit("join", {"first": first, "second": first})
    Assets(table.database).bin(first)
    assert table.claim() is None
    assert table.workshop.job(job.id).error["code"] == "ASSET_NOT_FOUND"


# -- batches and graphs


def test_a_failed_item_does_not_stop_the_batch(table):
    job = table.workshop.submit_batch("note", [{"number": number} for number in range(3)], label="three")
    claims = [table.claim() for _ in range(3)]
    table.queue.finish(claims[0].token, {"text": "0"}, [])
    table.queue.fail(claims[1].token, TROUBLE)
    assert 30 < table.workshop.job(job.id).progress_percent < 40
    table.queue.finish(claims[2].token, {"text": "2"}, [])
    done = table.workshop.job(job.id)
    assert done.state == "completed"
    assert done.result == {
        "items": [{"result": {"text": "0"}}, {"error": TROUBLE.details()}, {"result": {"text": "2"}}]
    }
    assert table.workshop.retry(job.id).state == "processing"
    table.queue.finish(table.claim().token, {"text": "1"}, [])
    assert table.workshop.job(job.id).result["items"][1] == {"result": {"text": "1"}}


def test_a_batch_of_which_nothing_succeeds_has_failed(table):
    job = table.workshop.submit_batch("note", [{"number": 1}, {"number": 2}])
    for _ in range(2):
        table.queue.fail(table.claim().token, TROUBLE)
    assert table.workshop.job(job.id).state == "failed"


def graph() -> list[PlannedStep]:
    return [
        PlannedStep("a", "note", {"number": 1}),
        PlannedStep("b", "note", {"number": 2}),
        PlannedStep("c", "join", {"first": {"$step": "a", "path": "file"}, "second": {"$step": "b", "path": "file"}}),
        PlannedStep("d", "note", {"number": 4}, after=("c",)),
    ]


def test_steps_wait_for_those_before_them_and_use_their_results(table):
    job = table.workshop.submit_steps(graph(), label="graph")
    first, second = table.claim(), table.claim()
    assert {first.name, second.name} == {"a", "b"}
    assert table.claim() is None
    files = {}
    for number, claim in enumerate((first, second)):
        made = product(number + 1)
        files[claim.name] = made["asset_id"]
        table.queue.finish(claim.token, {"text": claim.name, "file": made["asset_id"]}, [made])
    third = table.claim()
    assert third.params == {"first": files["a"], "second": files["b"]}
    assert set(third.assets) == set(files.values())
    table.queue.finish(third.token, {"file": "x", "text": "joined"}, [])
    table.queue.finish(table.claim().token, {"text": "d"}, [])
    done = table.workshop.job(job.id)
    assert done.state == "completed"
    assert done.result["steps"]["c"]["text"] == "joined"


def test_a_retry_resumes_after_the_last_finished_step(table):
    job = table.workshop.submit_steps(graph())
    table.queue.finish(table.claim().token, {"text": "a", "file": "x"}, [])
    table.queue.fail(table.claim().token, TROUBLE)
    failed = table.workshop.job(job.id)
    assert failed.state == "failed"
    assert {step.name: step.state for step in failed.steps} == {
        "a": "completed",
        "b": "failed",
        "c": "skipped",
        "d": "skipped",
    }
    assert failed.error == TROUBLE.details()
    table.workshop.retry(job.id)
    assert table.claim().name == "b"
    assert table.claim() is None


def test_a_value_that_is_not_in_the_result_fails_the_step(table):
    job = table.workshop.submit_steps(
        [PlannedStep("a", "note", {"number": 1}), PlannedStep("b", "note", {"text": {"$step": "a", "path": "no.such"}})]
    )
    table.queue.finish(table.claim().token, {"text": "a"}, [])
    assert table.claim() is None
    assert "nothing at 'no.such'" in table.workshop.job(job.id).error["message"]


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ([], "1 to 2000"),
        ([PlannedStep("a", "note", {}), PlannedStep("a", "note", {})], "name of its own"),
        ([PlannedStep("a", "note", {}, after=("z",))], "which there is not"),
        ([PlannedStep("a", "note", {}, after=("b",)), PlannedStep("b", "note", {}, after=("a",))], "circle"),
        ([PlannedStep("a", "no such thing", {"x": {"$step": "a"}})], "no such thing"),
    ],
)
def test_steps_that_cannot_be_done_are_refused(table, steps, words):
    with pytest.raises(ParameterError, match=words):
        table.workshop.submit_steps(steps)


def test_cancelling_a_graph_ends_all_of_it(table):
    job = table.workshop.submit_steps(graph())
    claim = table.claim()
    table.workshop.cancel(job.id)
    assert table.claim() is None
    table.queue.end_cancelled(claim.token)
    assert {step.state for step in table.workshop.job(job.id).steps} == {"cancelled"}


# -- many at once


def test_many_supervisors_take_every_job_once(bench):
    n_jobs = 40
    ids = [bench.workshop.submit("note", {"number": number}).id for number in range(n_jobs)]
    taken: list[str] = []
    troubles: list[Exception] = []

    def work(name: str) -> None:
        try:
            misses = 0
            while misses < 20:
                claim = bench.claim(name)
                if claim is None:
                    misses += 1
                    continue
                taken.append(claim.job_id)
                assert bench.queue.finish(claim.token, {"text": name}, [product(len(taken) + 1000)])
        except Exception as error:  # noqa: BLE001 - told by the main thread
            troubles.append(error)

    threads = [threading.Thread(target=work, args=(f"s{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not troubles
    assert sorted(taken) == sorted(ids)
    seqs = [event.seq for event in bench.workshop.events(limit=5000)]
    assert seqs == sorted(set(seqs))


def test_a_batch_is_finished_and_cancelled_from_all_sides_without_a_deadlock(bench):
    job = bench.workshop.submit_batch("note", [{"number": number} for number in range(24)])
    troubles: list[Exception] = []

    def work(name: str) -> None:
        try:
            for _ in range(100):
                claim = bench.claim(name)
                if claim is not None:
                    bench.queue.progress({claim.token: (50.0, "half")})
                    bench.queue.finish(claim.token, {"text": name}, [])
                elif bench.workshop.job(job.id).is_final:
                    return
        except Exception as error:  # noqa: BLE001 - told by the main thread
            troubles.append(error)

    threads = [threading.Thread(target=work, args=(f"s{number}",)) for number in range(3)]
    for thread in threads:
        thread.start()
    bench.workshop.cancel(job.id)
    for thread in threads:
        thread.join()
    assert not troubles
    assert bench.workshop.job(job.id).is_final


# -- assets and their preparation


def test_a_new_asset_is_prepared_by_a_job_of_the_studio(table):
    asset = Assets(table.database).get(table.add_file("la"))
    assert not table.workshop.jobs(is_system=None).items
    assert asset.kind == "upload"


def test_what_serves_the_moment_is_a_part_of_its_material(table):
    assets = Assets(table.database)
    song = table.add_file("la")
    job = table.workshop.submit("glance", {"file": song})
    claim, made = table.claim(), product()
    assert table.queue.finish(claim.token, {"name": "la", "duration_s": 1.0, "peaks": made["asset_id"]}, [made])
    assert [found.asset_id for found in table.workshop.job(job.id).products] == [made["asset_id"]]
    found = assets.get(made["asset_id"])
    assert (found.kind, found.source_id) == ("part", song)
    assert [asset.id for asset in assets.page().items] == [song]
    assert "asset_added" not in {event.type for event in table.workshop.events(job_id=job.id)}


def test_progress_is_written_and_told_until_the_end(table):
    job = table.workshop.submit("note", {"number": 1})
    claim = table.claim()
    table.queue.progress({claim.token: (40.0, "half way")})
    found = table.workshop.job(job.id)
    assert (found.progress_percent, found.message) == (40.0, "half way")
    assert "progress" in {event.type for event in table.workshop.events()}
    table.queue.finish(claim.token, {"text": ""}, [])
    table.queue.progress({claim.token: (41.0, "late")})
    assert table.workshop.job(job.id).progress_percent == 100.0
    with table.database.read() as connection:
        assert not connection.execute(sa.select(EVENTS).where(EVENTS.c.type == "progress")).all()
        assert not connection.execute(sa.select(LEASES)).all()


# -- looking back


def test_jobs_are_listed_by_pages_and_filters(table):
    for number in range(7):
        table.database.at += 1
        table.workshop.submit("note", {"number": number}, label=f"Song {number}", owner="ann" if number % 2 else "bob")
    table.workshop.submit("note", {"number": 99}, is_system=True)
    page = table.workshop.jobs(limit=3)
    assert page.n_total == 7
    labels = [job.label for job in page.items]
    while page.next_cursor:
        page = table.workshop.jobs(limit=3, cursor=page.next_cursor)
        labels += [job.label for job in page.items]
    assert labels == [f"Song {number}" for number in reversed(range(7))]
    assert table.workshop.jobs(owner="ann").n_total == 3
    assert table.workshop.jobs(q="SONG 3").items[0].label == "Song 3"
    assert table.workshop.jobs(q="%").n_total == 0
    assert table.workshop.jobs(state=["failed"]).n_total == 0
    assert table.workshop.jobs(is_system=True).n_total == 1
    assert table.workshop.jobs(since=table.database.at).n_total == 1
    for wrong in ({"state": "done"}, {"limit": 0}, {"cursor": "!"}):
        with pytest.raises(ParameterError):
            table.workshop.jobs(**wrong)


def test_queue_and_analytics_tell_what_became_of_jobs(table):
    for number in range(4):
        table.workshop.submit("note", {"number": number})
    table.workshop.submit("join", {"first": table.add_file("a"), "second": table.add_file("b")})
    table.database.at += 10
    status = table.workshop.queue()
    assert (status.n_queued, status.n_processing, status.oldest_wait_s) == (5, 0, 10.0)
    for number in range(3):
        claim = table.claim()
        table.database.at += 2
        if number < 2:
            table.queue.finish(claim.token, {"text": ""}, [], cpu_s=1.0, peak_memory_bytes=1000)
        else:
            table.queue.fail(claim.token, InternalError("x", remedy="y"))
    table.workshop.submit("note", {"number": 0})
    table.heartbeats.beat(table.holder(), version="1", executor="local", n_slots=2, n_busy=1)
    assert [found.id for found in table.workshop.queue().supervisors] == ["one"]
    assert table.workshop.queue().by_kind["note"] == {"queued": 1, "processing": 0}
    figures = table.workshop.analytics(0.0, table.database.at + 1)
    assert figures.n_jobs == 6
    assert figures.by_state == {"completed": 3, "failed": 1, "queued": 2}
    assert figures.failures_by_code == {"INTERNAL": 1}
    assert figures.n_cached == 1
    assert figures.cache_hit_percent == pytest.approx(100 / 3)
    note = figures.by_kind["note"]
    assert (note.run_p50_s, note.run_p95_s, note.cpu_s, note.peak_memory_bytes) == (2.0, 2.0, 2.0, 1000)
    assert (note.wait_p50_s, note.wait_p95_s) == (12.0, 14.0)
    assert figures.per_day[0]["n_jobs"] == 6


def test_of_two_that_continue_the_same_version_one_comes_too_late(table):
    song = table.add_file("la")
    versions = Versions(table.database)

    def keep(name: str, base: str):
        return table.workshop.submit("join", {"first": song, "second": song, "name": name}, base_version=base)

    def finish(claim, number: int) -> None:
        made = product(number)
        assert table.queue.finish(claim.token, {"file": made["asset_id"], "text": ""}, [made])

    one, two, three = (keep(name, "none") for name in ("one", "two", "three"))
    claims = [table.claim(), table.claim()]
    assert [claim.job_id for claim in claims] == [one.id, two.id]
    for number, claim in enumerate(claims):
        finish(claim, number)
    assert table.workshop.job(one.id).state == "completed"
    late = table.workshop.job(two.id)
    (first,) = versions.page(song).items
    assert (late.state, late.error["code"], late.error["bound"]) == ("failed", "REVISION_OUTDATED", first.id)
    assert late.products == ()
    with pytest.raises(RevisionError, match="newest version"):
        keep("four", "none")
    table.database.at += 1
    again = keep("two", first.id)
    assert (again.state, again.is_cached) == ("completed", True), "what was done is not done twice"
    second, _ = versions.page(song).items
    assert [file.job_id for file in second.files] == [again.id]
    # what waits is refused where earlier work would answer it
    other = table.workshop.submit("join", {"first": song, "second": song, "name": "three"}, priority=5)
    claim = table.claim()
    assert claim.job_id == other.id
    finish(claim, 3)
    assert table.claim() is None
    states = {job.id: job.error and job.error["code"] for job in table.workshop.jobs(capability="join").items}
    assert states[three.id] == "REVISION_OUTDATED"

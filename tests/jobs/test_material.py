"""Whose versions a record's files are."""

from __future__ import annotations

from servers import migrated_sqlite, sqlite_database  # noqa: F401 - fixtures
from tonmeister.capabilities.mastering import ALBUM, MASTER
from tonmeister.jobs.material import songs_of, sources_of
from tonmeister.store.assets import Assets
from tonmeister.store.versions import Versions


def made(*names):
    return [{"asset_id": name} for name in names]


RECORD = {"songs": [{"deliverables": [{"file": "one.wav"}, {"file": "one.mp3"}]}, {"report": "two.html"}], "cue": "cue"}


def test_each_song_of_a_record_is_the_source_of_its_own_files():
    files = made("one.wav", "one.mp3", "two.html", "cue")
    assert sources_of(ALBUM, {"mixes": ["a", "b"]}, RECORD, files) == {
        "one.wav": "a",
        "one.mp3": "a",
        "two.html": "b",
        "cue": "a",
    }


def test_a_reference_is_not_what_is_mastered():
    assert songs_of(MASTER, {"mix": "a", "reference": "r"}) == ["a"]
    assert songs_of(MASTER, {"reference": "r"}) == []  # the demo song is nobody's
    assert sources_of(MASTER, {"reference": "r"}, {}, made("m")) == {}


def test_each_song_of_a_record_has_its_own_version(sqlite_database):  # noqa: F811 - the fixture
    from tonmeister.jobs.book.ledger import Ledger
    from tonmeister.jobs.bus import LocalBus
    from tonmeister.jobs.material import note_versions

    assets = Assets(sqlite_database)
    for name in ("a", "b", "one.wav", "one.mp3", "two.html", "cue"):
        assets.add(
            id=name, name=name, sha256="0" * 64, size_bytes=1, media_type="audio/wav", kind="product", is_audio=True
        )
    params = {"mixes": ["a", "b", "a gone one"]}
    result = {"songs": [*RECORD["songs"], {"file": "cue"}]}
    with Ledger(sqlite_database, LocalBus()).change() as change:
        files = made("one.wav", "one.mp3", "two.html", "cue")
        note_versions(change, ALBUM, params, result, files, job_id="j")
    versions = Versions(sqlite_database)
    (first,), (second,) = versions.page("a").items, versions.page("b").items
    assert ([file.id for file in first.files], first.result) == (["one.wav", "one.mp3"], RECORD["songs"][0])
    assert ([file.id for file in second.files], second.result) == (["two.html"], RECORD["songs"][1])
    assert first.params == second.params == params
    assert not first.has_job

"""The library, presets and idempotency keys, on both databases."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tonmeister.core.errors import (
    AssetMissingError,
    ChoiceUnknownError,
    IdempotencyError,
    NameTakenError,
    ParameterError,
    PresetMissingError,
    RevisionError,
)
from tonmeister.store.assets import Assets, part_ids
from tonmeister.store.idempotency import Idempotency
from tonmeister.store.names import clean_name
from tonmeister.store.presets import Presets
from tonmeister.store.tables import ASSETS, BLOBS, IDEMPOTENCY


@pytest.fixture
def assets(database):
    return Assets(database)


def added(assets, name, sha256="a" * 64, **given):
    values = {"size_bytes": 10, "media_type": "audio/wav", "kind": "upload", "is_audio": True} | given
    facts = {
        key: values.pop(key)
        for key in ("duration_s", "integrated_lufs", "title", "artist", "prepared")
        if key in values
    }
    asset = assets.add(name=name, sha256=sha256, **values)
    if facts:
        with assets._database.write() as connection:
            connection.execute(sa.update(ASSETS).where(ASSETS.c.id == asset.id).values(**facts))
    return assets.get(asset.id)


def names(page):
    return [asset.name for asset in page.items]


def test_an_asset_is_added_with_its_blob(assets):
    asset = added(assets, "C:\\music\\My song.wav", owner="ann")
    assert (asset.name, asset.state, asset.owner, asset.tags, asset.revision) == (
        "My song.wav",
        "preparing",
        "ann",
        (),
        0,
    )
    assert added(assets, "cover.png", kind="product", is_audio=False).state == "ready"
    assert added(assets, "part", kind="part").state == "ready"
    with assets._database.read() as connection:
        assert connection.execute(sa.select(BLOBS.c.sha256)).scalars().all() == ["a" * 64]
    assert set(assets.many([asset.id, "no"])) == {asset.id}


def test_it_is_added_in_the_transaction_of_its_caller(assets):
    with pytest.raises(ZeroDivisionError), assets._database.write() as connection:
        assets.add(
            connection,
            name="a",
            sha256="a" * 64,
            size_bytes=1,
            media_type="x/y",
            kind="upload",
            is_audio=True,
            id="i" * 36,
        )
        raise ZeroDivisionError
    with pytest.raises(AssetMissingError):
        assets.get("i" * 36)


def test_pages_lead_through_the_whole_list_even_while_it_grows(assets):
    made = [added(assets, f"song {number}").id for number in range(7)]
    page = assets.page(limit=3)
    assert page.n_total == 7
    seen = [asset.id for asset in page.items]
    late = added(assets, "late").id
    while page.next_cursor:
        page = assets.page(limit=3, cursor=page.next_cursor)
        seen += [asset.id for asset in page.items]
    assert seen == made[::-1]
    assert assets.page(limit=1).items[0].id == late


@pytest.mark.parametrize(
    "sort", ["name", "-name", "duration_s", "-duration_s", "size_bytes", "created_at", "integrated_lufs"]
)
def test_every_order_is_whole_and_the_same_on_all_pages(assets, sort):
    for name, duration_s, size_bytes in (
        ("Öl", 3.0, 1),
        ("abc", None, 2),
        ("Zug", 3.0, 2),
        ("äpfel", 0.5, 2),
        ("ABC", None, 1),
    ):
        added(assets, name, duration_s=duration_s, integrated_lufs=duration_s, size_bytes=size_bytes)
    whole = assets.page(sort=sort)
    steps, cursor = [], None
    for _ in range(5):
        page = assets.page(sort=sort, limit=1, cursor=cursor)
        steps += names(page)
        cursor = page.next_cursor
    assert cursor is None
    assert steps == names(whole)
    if sort == "name":
        assert steps[:2] in (["abc", "ABC"], ["ABC", "abc"])
    if sort == "-duration_s":
        assert set(steps[:2]) == {"Öl", "Zug"}


def test_search_finds_words_in_any_case_and_takes_signs_as_they_are(assets):
    added(assets, "Über den Wolken.flac", artist="REINHARD", title="Wolken")
    added(assets, "100%_loud.wav")
    assets.change(added(assets, "other.wav").id, tags=["Ärger", "loud"])
    assert names(assets.page(q="ÜBER wolk")) == ["Über den Wolken.flac"]
    assert names(assets.page(q="reinhard")) == ["Über den Wolken.flac"]
    assert names(assets.page(q="100%_")) == ["100%_loud.wav"]
    assert names(assets.page(q="0%l")) == []
    assert names(assets.page(q="ärger")) == ["other.wav"]
    assert sorted(names(assets.page(q="loud"))) == ["100%_loud.wav", "other.wav"]
    assert names(assets.page(q="wolken gewitter")) == []
    assert names(assets.page(q="\\")) == []


def test_filters_say_what_is_listed(assets):
    song = added(assets, "song", owner="ann")
    added(assets, "master", kind="product", source_id=song.id, size_bytes=99)
    added(assets, "peaks", kind="part", is_audio=False)
    added(assets, "cover", kind="product", is_audio=False)
    assert sorted(names(assets.page())) == ["cover", "master", "song"]
    assert names(assets.page(kind="part")) == ["peaks"]
    assert names(assets.page(is_audio=False)) == ["cover"]
    assert names(assets.page(states=("ready",))) == ["cover"]
    assert names(assets.page(owner="ann")) == ["song"]
    assert names(assets.page(source_id=song.id)) == ["master"]


def test_tags_are_kept_tidied_and_counted(assets):
    one, two = added(assets, "one"), added(assets, "two")
    assert assets.change(one.id, tags=[" mix ", "live", "mix"]).tags == ("live", "mix")
    assets.change(two.id, tags=["mix"])
    assert assets.tags() == [("mix", 2), ("live", 1)]
    assert names(assets.page(tags=["mix", "live"])) == ["one"]
    assert assets.change(one.id, tags=[]).tags == ()
    assets.bin(two.id)
    assert assets.tags() == []
    with pytest.raises(ParameterError):
        assets.change(one.id, tags=["x" * 65])
    with pytest.raises(ParameterError):
        assets.change(one.id, tags=[str(number) for number in range(51)])


def test_a_change_needs_the_revision_that_was_read(assets):
    asset = added(assets, "one")
    changed = assets.change(asset.id, name=" two\u202e ", revision=asset.revision)
    assert (changed.name, changed.revision) == ("two", asset.revision + 1)
    with pytest.raises(RevisionError):
        assets.change(asset.id, name="three", revision=asset.revision)
    with pytest.raises(ParameterError):
        assets.change(asset.id, name="\x00 ")
    assert assets.get(asset.id).name == "two"


def test_the_bin_gives_back_until_it_is_emptied(assets):
    asset = added(assets, "one")
    assets.bin(asset.id)
    with pytest.raises(AssetMissingError):
        assets.get(asset.id)
    with pytest.raises(AssetMissingError):
        assets.bin(asset.id)
    assert assets.get(asset.id, with_deleted=True).deleted_at is not None
    assert names(assets.page()) == []
    assert names(assets.page(is_deleted=True)) == ["one"]
    assert assets.purge(3600) == 0
    assets.take_out(asset.id)
    assert assets.get(asset.id).deleted_at is None
    assets.bin(asset.id)
    assert assets.purge(0) == 1
    with pytest.raises(AssetMissingError):
        assets.take_out(asset.id)


def test_parts_go_with_the_last_asset_of_their_content(assets):
    prepared = {"listening": {"file": "p" * 36}, "peaks": [{"file": "q" * 36}], "spectrogram": None, "name": "n" * 36}
    one = added(assets, "one", prepared=prepared)
    added(assets, "p", sha256="b" * 64, kind="part", id="p" * 36, source_id=one.id)
    added(assets, "q", sha256="c" * 64, kind="part", id="q" * 36, source_id=one.id)
    added(assets, "other", sha256="d" * 64, kind="part", id="n" * 36)
    two = added(assets, "one again", prepared=prepared)
    assert part_ids(prepared) == {"p" * 36, "q" * 36}
    assets.bin(one.id)
    assets.purge(0)
    assert assets.get("p" * 36).source_id == two.id
    assets.bin(two.id)
    assets.purge(0)
    assert names(assets.page(kind="part")) == ["other"]


def test_a_part_that_is_heard_by_itself_takes_its_own_parts_along(assets):
    song = added(assets, "song")
    prepared = {"listening": {"file": "q" * 36}}
    added(assets, "preview", sha256="b" * 64, kind="part", id="p" * 36, source_id=song.id, prepared=prepared)
    added(assets, "segments", sha256="c" * 64, kind="part", id="q" * 36, source_id="p" * 36)
    assets.bin(song.id)
    assets.purge(0)
    assert names(assets.page(kind="part")) == []


@pytest.mark.parametrize("cursor", ["nonsense", "W10", "WyJuYW1lIiwxLDJd"])
def test_bad_questions_are_refused(assets, cursor):
    with pytest.raises(ParameterError, match="cursor"):
        assets.page(cursor=cursor)
    with pytest.raises(ChoiceUnknownError, match="sha256"):
        assets.page(sort="sha256")
    with pytest.raises(ParameterError, match="limit"):
        assets.page(limit=501)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("song.wav", "song.wav"),
        ("../../etc/passwd", "passwd"),
        ("a\\b\\c.flac", "c.flac"),
        ("..", "untitled"),
        ("", "untitled"),
        ("\x00\u202egnp.wav", "gnp.wav"),
        ("A\u0308.wav", "Ä.wav"),
        ("x" * 300 + ".wav", "x" * 251 + ".wav"),
        ("  two \n lines.mp3 ", "two lines.mp3"),
    ],
)
def test_names_of_files_are_made_harmless(given, kept):
    assert clean_name(given) == kept


# -- presets and idempotency keys


def test_presets_are_kept_under_free_names(database):
    presets = Presets(database)
    warm = presets.add("master", " Warm ", {"target_lufs": -14})
    presets.add("master", "bright", {})
    presets.add("measure", "Warm", {})
    assert [preset.name for preset in presets.every("master")] == ["bright", "Warm"]
    assert len(presets.every()) == 3
    assert presets.get(warm.id).params == {"target_lufs": -14}
    with pytest.raises(NameTakenError):
        presets.add("master", "Warm", {})
    presets.remove(warm.id)
    for work in (presets.get, presets.remove):
        with pytest.raises(PresetMissingError):
            work(warm.id)


def test_the_same_request_twice_gets_the_same_answer(database):
    keys = Idempotency(database)
    assert keys.begin("key", "hash") is None
    with pytest.raises(IdempotencyError, match="still running"):
        keys.begin("key", "hash")
    keys.finish("key", 202, "body")
    assert keys.begin("key", "hash") == (202, "body")
    with pytest.raises(IdempotencyError, match="another request"):
        keys.begin("key", "other")
    keys.forget("key")
    assert keys.begin("key", "hash") == (202, "body")


def test_a_key_is_free_after_a_failure_a_crash_or_a_day(database):
    keys = Idempotency(database)
    keys.begin("failed", "hash")
    keys.forget("failed")
    assert keys.begin("failed", "hash") is None
    keys.begin("answered", "hash")
    keys.finish("answered", 200, "")
    with database.write() as connection:
        connection.execute(sa.update(IDEMPOTENCY).values(created_at=IDEMPOTENCY.c.created_at - 600))
    assert keys.begin("failed", "other") is None
    assert keys.begin("answered", "hash") == (200, "")
    with database.write() as connection:
        connection.execute(sa.update(IDEMPOTENCY).values(created_at=IDEMPOTENCY.c.created_at - 86400))
    assert keys.begin("answered", "other") is None
    assert keys.purge() == 1
    with pytest.raises(ParameterError):
        keys.begin("k" * 161, "hash")

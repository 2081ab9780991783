"""The library and its files through the REST door."""

from __future__ import annotations

import hashlib
import time
from urllib.parse import parse_qs, urlsplit

import pytest

from tonmeister.surfaces.rest.assets import plain_name
from tonmeister.surfaces.rest.files import disposition, read_range, sign

API = "/api/v1"
CONTENT = bytes(range(256)) * 40


def test_a_file_is_kept_and_given_back(door):
    asset = door.upload(CONTENT, "Häfen & Meer.bin")
    assert asset["name"] == "Häfen & Meer.bin"
    assert asset["sha256"] == hashlib.sha256(CONTENT).hexdigest()
    assert (asset["size_bytes"], asset["kind"]) == (len(CONTENT), "upload")
    answer = door.get(f"/assets/{asset['id']}/file")
    assert answer.content == CONTENT
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["accept-ranges"] == "bytes"
    assert "filename*=UTF-8''H%C3%A4fen%20%26%20Meer.bin" in answer.headers["content-disposition"]
    assert not list(door.studio.incoming.iterdir())


def test_the_same_content_is_stored_once(door):
    first, second = door.upload(CONTENT, "a.bin"), door.upload(CONTENT, "b.bin")
    assert first["id"] != second["id"]
    assert [blob.sha256 for blob in door.studio.blobs.every()] == [first["sha256"]]


@pytest.mark.parametrize(
    ("wanted", "start", "stop"),
    [("bytes=0-9", 0, 10), ("bytes=100-", 100, None), ("bytes=-5", -5, None), ("bytes=10000-99999", 10000, None)],
)
def test_stretches_of_a_file(door, wanted, start, stop):
    asset = door.upload(CONTENT)
    answer = door.get(f"/assets/{asset['id']}/file", headers={"range": wanted})
    assert answer.status_code == 206
    assert answer.content == CONTENT[start:stop]
    first, last = answer.headers["content-range"].removeprefix("bytes ").split("/")[0].split("-")
    assert int(last) - int(first) + 1 == len(answer.content) == int(answer.headers["content-length"])


def test_what_a_range_may_be():
    assert read_range("bytes=0-0", 10) == (0, 1)
    assert read_range("bytes=-20", 10) == (0, 10)
    for ignored in ("bytes=5-2", "bytes=0-1,3-4", "items=0-1", "bytes=-", "bytes=a-b"):
        assert read_range(ignored, 10) is None


def test_a_range_beyond_the_end_is_refused(door):
    asset = door.upload(b"ten bytes!")
    for wanted in ("bytes=10-", "bytes=-0"):
        answer = door.get(f"/assets/{asset['id']}/file", headers={"range": wanted})
        assert door.refusal(answer, 416, "RANGE_UNSATISFIABLE")["bound"] == "0 to 9"
        assert answer.headers["content-range"] == "bytes */10"


def test_files_carry_tags(door):
    asset = door.upload(CONTENT)
    place = f"/assets/{asset['id']}/file"
    tag = door.get(place).headers["etag"]
    assert door.get(place, headers={"if-none-match": tag}).status_code == 304
    assert door.get(place, headers={"if-none-match": f'"x", W/{tag}'}).status_code == 304
    assert door.get(place, headers={"range": "bytes=0-1", "if-range": tag}).status_code == 206
    assert door.get(place, headers={"range": "bytes=0-1", "if-range": '"other"'}).status_code == 200


def test_a_signed_link_works_for_a_while_and_for_one_file(door):
    asset, other = door.upload(b"mine"), door.upload(b"other")
    link = door.get(f"/assets/{asset['id']}/link?expires_s=60").json()
    assert door.client.get(link["url"]).content == b"mine"
    assert door.client.get(link["url"], headers={"range": "bytes=0-1"}).content == b"mi"
    door.refusal(door.client.get(link["url"].replace(asset["id"], other["id"])), 403, "SIGNATURE_INVALID")
    query = parse_qs(urlsplit(link["url"]).query)
    later = link["url"].replace(query["expires"][0], str(int(query["expires"][0]) + 1))
    door.refusal(door.client.get(later), 403, "SIGNATURE_INVALID")
    past = int(time.time()) - 5
    old = f"{API}/files/{asset['id']}?expires={past}&signature={sign(door.studio.secret, asset['id'], past)}"
    assert "expired" in door.client.get(old).json()["error"]["message"]
    door.refusal(
        door.client.get(f"{API}/files/{asset['id']}?expires={past}&signature=%C3%A4"), 403, "SIGNATURE_INVALID"
    )


def test_the_secret_is_made_once_and_for_us_alone(door):
    path = door.studio.settings.data_folder / "secret"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_bytes() == door.studio.secret
    assert len(door.studio.secret) == 32


def test_names_and_tags_are_changed_by_who_has_seen_them(door):
    asset = door.upload()
    place = f"{API}/assets/{asset['id']}"
    tag = door.client.get(place).headers["etag"]
    changed = door.client.patch(place, json={"name": "New.wav", "tags": ["live", "b"]}, headers={"if-match": tag})
    assert changed.status_code == 200
    assert (changed.json()["name"], changed.json()["tags"]) == ("New.wav", ["b", "live"])
    outdated = door.client.patch(place, json={"name": "Newer"}, headers={"if-match": tag})
    door.refusal(outdated, 412, "REVISION_OUTDATED")
    door.refusal(door.client.patch(place, json={"name": "N"}, headers={"if-match": '"x"'}), 412, "REVISION_OUTDATED")
    assert door.client.patch(place, json={"tags": []}, headers={"if-match": "*"}).json()["tags"] == []
    assert door.client.get(place, headers={"if-none-match": changed.headers["etag"]}).status_code == 200
    door.refusal(door.client.patch(place, json={"colour": "red"}), 422, "REQUEST_INVALID")


def test_the_bin_gives_back(door):
    asset = door.upload()
    place = f"{API}/assets/{asset['id']}"
    assert door.client.delete(place).status_code == 204
    assert door.get("/assets").json()["items"] == []
    assert [found["id"] for found in door.get("/assets?deleted=true").json()["items"]] == [asset["id"]]
    assert door.client.get(place).json()["deleted_at"]
    restored = door.client.post(f"{place}/restore")
    assert restored.status_code == 200
    assert restored.json()["deleted_at"] is None
    assert [found["id"] for found in door.get("/assets").json()["items"]] == [asset["id"]]
    door.refusal(door.client.delete(f"{API}/assets/nope"), 404, "ASSET_NOT_FOUND")


def test_the_library_is_searched_and_paged(door):
    for name in ("Harbour.wav", "Glass.wav", "notes.txt"):
        asset = door.upload(name.encode(), name)
    door.client.patch(f"{API}/assets/{asset['id']}", json={"tags": ["text"]})

    def names(query):
        return [found["name"] for found in door.get(f"/assets?{query}").json()["items"]]

    assert names("sort=name") == ["Glass.wav", "Harbour.wav", "notes.txt"]
    assert names("q=harb") == ["Harbour.wav"]
    assert names("tag=text") == ["notes.txt"]
    assert names("audio=true&sort=-name") == ["Harbour.wav", "Glass.wav"]
    assert len(names("sort=-integrated_lufs")) == 3
    assert names(f"sha256={hashlib.sha256(b'Glass.wav').hexdigest()}") == ["Glass.wav"]
    first = door.get("/assets?sort=name&limit=2").json()
    assert first["n_total"] == 3
    assert names(f"sort=name&limit=2&cursor={first['next_cursor']}") == ["notes.txt"]
    assert door.get("/tags").json() == {"items": [{"tag": "text", "n_assets": 1}]}
    door.refusal(door.get("/assets?sort=colour"), 422, "REQUEST_INVALID")


def test_forms_that_are_none_are_refused(door):
    door.refusal(door.post("/assets", content=b"x"), 415, "CONTENT_TYPE_UNSUPPORTED")
    door.refusal(
        door.post("/assets", content=b"x", headers={"content-type": "multipart/form-data"}),
        415,
        "CONTENT_TYPE_UNSUPPORTED",
    )
    kind = {"content-type": "multipart/form-data; boundary=b"}
    door.refusal(door.post("/assets", content=b"nothing of the kind", headers=kind), 422, "REQUEST_INVALID")
    cut = b'--b\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\nhalf'
    door.refusal(door.post("/assets", content=cut, headers=kind), 422, "REQUEST_INVALID")
    door.refusal(door.post("/assets", files={"image": ("a", b"a")}), 422, "REQUEST_INVALID")
    door.refusal(door.post("/assets", files=[("file", ("a", b"a")), ("file", ("b", b"b"))]), 422, "REQUEST_INVALID")
    assert door.get("/assets").json()["n_total"] == 0
    assert not list(door.studio.incoming.iterdir())


def test_a_file_that_is_too_large_is_refused(door):
    large = b"x" * (door.studio.max_upload_bytes + 1)
    door.refusal(door.post("/assets", files={"file": ("a.bin", large)}), 413, "UPLOAD_TOO_LARGE")
    assert not list(door.studio.incoming.iterdir())


def test_names_lose_what_is_no_name():
    assert plain_name("../../etc/passwd") == "passwd"
    assert plain_name("C:\\songs\\a.wav") == "a.wav"
    assert plain_name("a\r\nset-cookie: x\0.wav") == "aset-cookie: x.wav"
    assert plain_name("/") == "file"
    assert plain_name("x" * 300 + ".wav") == "x" * 251 + ".wav"


def test_a_disposition_holds_any_name():
    assert disposition('a"b\\c.wav', "audio/x-wav", is_download=True).startswith('attachment; filename="a_b_c.wav"')
    assert disposition("a.wav", "audio/x-wav", is_download=False) == 'inline; filename="a.wav"'
    assert disposition("a.zip", "application/zip", is_download=False).startswith("attachment")
    assert "\n" not in disposition("a\nb.wav", "audio/x-wav", is_download=False)

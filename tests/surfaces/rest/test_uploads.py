"""Resumable uploads: the protocol tus 1.0 through the door."""

from __future__ import annotations

import base64
import hashlib

import pytest

from tonmeister.surfaces.rest.uploads import EXTENSIONS, read_metadata, write_metadata

API = "/api/v1/uploads"
TUS = {"tus-resumable": "1.0.0"}
CHUNK = TUS | {"content-type": "application/offset+octet-stream"}
CONTENT = b"a song, byte by byte"


def name_of(text: str) -> str:
    return f"filename {base64.b64encode(text.encode()).decode()}"


def begin(door, length: int | None = len(CONTENT), **headers) -> str:
    size = {"upload-defer-length": "1"} if length is None else {"upload-length": str(length)}
    answer = door.client.post(API, headers=TUS | size | {"upload-metadata": name_of("Häfen.wav")} | headers)
    assert answer.status_code == 201, answer.text
    return answer.headers["location"]


def send(door, place: str, offset: int, content: bytes, **headers):
    return door.client.patch(place, content=content, headers=CHUNK | {"upload-offset": str(offset)} | headers)


def test_an_upload_goes_on_where_it_stopped(door):
    place = begin(door)
    first = send(door, place, 0, CONTENT[:7])
    assert (first.status_code, first.headers["upload-offset"]) == (204, "7")
    assert "tonmeister-asset" not in first.headers
    state = door.client.head(place, headers=TUS)
    assert (state.headers["upload-offset"], state.headers["upload-length"]) == ("7", str(len(CONTENT)))
    assert state.headers["cache-control"] == "no-store"
    assert state.headers["upload-expires"].endswith("GMT")
    assert read_metadata(state.headers["upload-metadata"]) == {"filename": "Häfen.wav"}
    last = send(door, place, 7, CONTENT[7:])
    asset = door.get(f"/assets/{last.headers['tonmeister-asset']}").json()
    assert (asset["name"], asset["sha256"]) == ("Häfen.wav", hashlib.sha256(CONTENT).hexdigest())
    told = door.client.get(place).json()
    assert (told["state"], told["asset_id"], told["offset"]) == ("finished", asset["id"], len(CONTENT))


def test_the_abilities_are_told(door):
    answer = door.client.options(API)
    assert answer.status_code == 204
    assert answer.headers["tus-version"] == "1.0.0"
    assert answer.headers["tus-extension"] == EXTENSIONS
    assert int(answer.headers["tus-max-size"]) == door.studio.max_upload_bytes
    assert answer.headers["tus-checksum-algorithm"] == "sha256,sha1"


def test_the_first_bytes_may_come_along(door):
    answer = door.client.post(API, content=CONTENT, headers=CHUNK | {"upload-length": str(len(CONTENT))})
    assert answer.status_code == 201
    assert answer.headers["upload-offset"] == str(len(CONTENT))
    assert door.get(f"/assets/{answer.headers['tonmeister-asset']}/file").content == CONTENT


def test_an_empty_file_is_complete_at_once(door):
    answer = door.client.post(API, headers=TUS | {"upload-length": "0"})
    assert door.get(f"/assets/{answer.headers['tonmeister-asset']}").json()["size_bytes"] == 0


def test_the_length_may_be_told_later(door):
    place = begin(door, None)
    assert send(door, place, 0, CONTENT[:5]).status_code == 204
    assert door.client.head(place, headers=TUS).headers["upload-defer-length"] == "1"
    last = send(door, place, 5, CONTENT[5:], **{"upload-length": str(len(CONTENT))})
    assert last.headers["tonmeister-asset"]


@pytest.mark.parametrize("algorithm", ["sha256", "sha1"])
def test_changed_bytes_are_noticed(door, algorithm):
    place = begin(door)
    digest = base64.b64encode(hashlib.new(algorithm, CONTENT).digest()).decode()
    wrong = send(door, place, 0, b"A" + CONTENT[1:], **{"upload-checksum": f"{algorithm} {digest}"})
    door.refusal(wrong, 460, "CHECKSUM_MISMATCH")
    assert door.client.head(place, headers=TUS).headers["upload-offset"] == "0"
    right = send(door, place, 0, CONTENT, **{"upload-checksum": f"{algorithm} {digest}"})
    assert right.headers["tonmeister-asset"]


def test_what_the_protocol_forbids_is_refused(door):
    place = begin(door)
    door.refusal(send(door, place, 3, b"x"), 409, "UPLOAD_OFFSET")
    refused = door.client.patch(place, content=b"x", headers=TUS | {"upload-offset": "0", "content-type": "text/plain"})
    door.refusal(refused, 415, "CONTENT_TYPE_UNSUPPORTED")
    door.refusal(door.client.patch(place, content=b"x", headers=CHUNK), 422, "REQUEST_INVALID")
    door.refusal(send(door, place, 0, CONTENT + b"more"), 413, "UPLOAD_TOO_LARGE")
    old = door.client.post(API, headers={"upload-length": "5", "tus-resumable": "0.2.2"})
    assert old.status_code == 412
    assert old.headers["tus-version"] == "1.0.0"
    door.refusal(door.client.post(API, headers=TUS), 422, "REQUEST_INVALID")
    both = {"upload-length": "5", "upload-defer-length": "1"}
    door.refusal(door.client.post(API, headers=TUS | both), 422, "REQUEST_INVALID")
    too_long = {"upload-length": str(door.studio.max_upload_bytes + 1)}
    door.refusal(door.client.post(API, headers=TUS | too_long), 413, "UPLOAD_TOO_LARGE")
    door.refusal(
        door.client.post(API, headers=TUS | {"upload-length": "5", "upload-metadata": "filename *"}),
        422,
        "REQUEST_INVALID",
    )
    door.refusal(send(door, place, 0, CONTENT, **{"upload-checksum": "crc32 AAAA"}), 400, "CHECKSUM_UNKNOWN")
    door.refusal(send(door, place, 0, CONTENT, **{"upload-checksum": "sha256 *"}), 422, "REQUEST_INVALID")
    door.refusal(door.client.get(f"{API}/nope"), 404, "UPLOAD_NOT_FOUND")
    assert door.client.head(f"{API}/nope", headers=TUS).status_code == 404


def test_an_ended_upload_is_gone(door):
    place = begin(door)
    send(door, place, 0, CONTENT[:5])
    assert door.client.delete(place, headers=TUS).status_code == 204
    door.refusal(send(door, place, 5, CONTENT[5:]), 404, "UPLOAD_NOT_FOUND")


def test_a_finished_upload_takes_no_more(door):
    place = begin(door)
    send(door, place, 0, CONTENT)
    door.refusal(send(door, place, len(CONTENT), b"x"), 410, "UPLOAD_GONE")


def test_a_piece_that_came_twice_is_told_where_the_finished_upload_stands(door):
    place = begin(door)
    first = send(door, place, 0, CONTENT)
    refused = send(door, place, 5, CONTENT[5:])
    door.refusal(refused, 409, "UPLOAD_OFFSET")
    assert str(len(CONTENT)) in refused.text
    again = send(door, place, len(CONTENT), b"")
    assert again.status_code == 204
    assert again.headers["tonmeister-asset"] == first.headers["tonmeister-asset"]


def test_large_pieces_pass_through_in_order(door):
    content = bytes(range(256)) * 12000
    place = begin(door, len(content))
    half = len(content) // 2
    send(door, place, 0, content[:half])
    answer = send(door, place, half, content[half:])
    assert door.get(f"/assets/{answer.headers['tonmeister-asset']}/file").content == content


def test_pairs_survive_the_way_there_and_back():
    pairs = {"filename": "ä,b c.wav", "type": "audio/wav", "empty": ""}
    assert read_metadata(write_metadata(pairs)) == pairs


def test_every_answer_says_which_version_it_is_of(open_door):
    door = open_door(shared_token="a secret of more than sixteen letters")
    signed = {"authorization": "Bearer a secret of more than sixteen letters"}
    make = signed | TUS | {"upload-length": str(len(CONTENT))}
    place = door.client.post(API, headers=make).headers["location"]
    chunk = signed | CHUNK | {"upload-offset": "0"}
    ended = door.client.post(API, headers=make).headers["location"]
    done = door.client.post(API, headers=make).headers["location"]
    door.client.patch(done, content=CONTENT, headers=chunk)
    sums = {"upload-checksum": "sha256 " + base64.b64encode(bytes(32)).decode()}
    size = str(door.studio.max_upload_bytes + 1)
    refused = {
        201: door.client.post(API, headers=make),
        200: door.client.head(place, headers=signed | TUS),
        204: door.client.delete(ended, headers=signed | TUS),
        400: door.client.patch(place, content=CONTENT, headers=chunk | {"upload-checksum": "crc32 AAAA"}),
        401: door.client.post(API, headers=TUS),
        404: door.client.head(f"{API}/nope", headers=signed | TUS),
        405: door.client.put(place, headers=signed | TUS),
        406: door.client.post(API, headers=make | {"accept-version": "9"}),
        409: door.client.patch(place, content=CONTENT, headers=chunk | {"upload-offset": "3"}),
        410: door.client.patch(done, content=CONTENT, headers=chunk | {"upload-offset": str(len(CONTENT))}),
        412: door.client.post(API, headers=make | {"tus-resumable": "0.2.2"}),
        413: door.client.post(API, headers=make | {"upload-length": size}),
        415: door.client.patch(place, content=CONTENT, headers=chunk | {"content-type": "text/plain"}),
        422: door.client.patch(place, content=CONTENT, headers=signed | CHUNK),
        460: door.client.patch(place, content=CONTENT, headers=chunk | sums),
    }
    with door.studio.uploads._locked(place.rpartition("/")[2]):
        refused[423] = door.client.patch(place, content=CONTENT, headers=chunk)
    assert {status: answer.status_code for status, answer in refused.items()} == {status: status for status in refused}
    for answer in refused.values():
        assert answer.headers.get_list("tus-resumable") == ["1.0.0"]
    assert refused[412].headers["tus-version"] == "1.0.0"
    too_much = door.client.patch(place, content=b"", headers=chunk | {"content-length": str(2**40)})
    assert (too_much.status_code, too_much.headers.get("tus-resumable")) == (413, "1.0.0")
    assert "tus-resumable" not in door.client.get("/api/v1/assets", headers=signed).headers

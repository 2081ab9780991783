"""A song's way through the studio, by its doors alone: in, looked at, mastered, out, and what may go wrong."""

from __future__ import annotations

import hashlib
import io
import re
import shutil
import struct
import subprocess
import time
import zipfile

import httpx
import numpy as np
import pytest
import soundfile

from e2e.browser.studio_api import song
from e2e.studio.doors import API, Doors, until
from servers import lacking


def loudness_lufs(sound: bytes, tmp_path) -> float:
    """Measure a file's integrated loudness by a program that is not ours."""
    program = shutil.which("ffmpeg")
    if program is None:
        lacking("ffmpeg, the second opinion on loudness, is not installed")
    path = tmp_path / hashlib.sha256(sound).hexdigest()
    path.write_bytes(sound)
    filters = "ebur128=metadata=1,ametadata=print:key=lavfi.r128.I:file=-"
    done = subprocess.run(
        [program, "-hide_banner", "-nostdin", "-i", path, "-vn", "-af", filters, "-f", "null", "-"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return float(re.findall(r"lavfi\.r128\.I=(\S+)", done.stdout)[-1])


def check_refused(answer: httpx.Response, status: int, code: str) -> dict:
    """See that an answer is the envelope of this error, with a remedy."""
    told = answer.json()
    assert (answer.status_code, told["success"], told["error"]["code"]) == (status, False, code), answer.text
    assert told["error"]["message"]
    assert told["error"]["details"]["remedy"]
    assert told["timestamp"]
    return told["error"]


def check_playable(doors: Doors, asset: dict, sound: np.ndarray) -> None:
    """See that all that a player needs is there, and that it is this sound, shape (samples, channels)."""
    manifest = doors.read(f"/audio/{asset['id']}/manifest")
    assert manifest["n_samples"] == len(sound)
    assert manifest["n_channels"] == sound.shape[1]
    segments = [doors.get(manifest["segment_url"].replace("{n}", str(n))) for n in range(manifest["n_segments"])]
    assert "immutable" in segments[0].headers["cache-control"]
    heard = np.concatenate([soundfile.read(io.BytesIO(one.content), always_2d=True)[0] for one in segments])
    assert heard.shape == sound.shape
    assert np.abs(heard * 10 ** (manifest["gain_db"] / 20) - sound).max() < 2e-4
    assert doors.get(manifest["segment_url"].replace("{n}", str(manifest["n_segments"]))).status_code == 422
    for level in manifest["peaks"]:
        peaks = doors.get(level["url"]).content
        version, _flags, _rate, samples_per_pixel, n_pixels, n_channels = struct.unpack_from("<iIiiII", peaks)
        assert (version, samples_per_pixel, n_channels) == (2, level["samples_per_pixel"], sound.shape[1])
        assert n_pixels == -(-len(sound) // samples_per_pixel)
    picture = doors.get(manifest["spectrogram_url"])
    assert (picture.content[:4], picture.content[8:12]) == (b"RIFF", b"WEBP")
    assert doors.get(manifest["spectrogram_url"], headers={"if-none-match": picture.headers["etag"]}).status_code == 304
    curve = [value for value in manifest["loudness"]["short_term_lufs"] if value is not None]
    assert max(curve) >= manifest["integrated_lufs"]


def test_a_song_comes_through_a_tunnel_and_is_made_ready(doors):
    content = song(20.0, seed=1)
    half = len(content) // 2
    upload = doors.open_upload("Tunnel.wav", len(content))
    doors.append_cut_off(upload, 0, content, half)
    arrived = until(lambda: doors.offset(upload), lambda offset: offset > 0)
    assert arrived <= half
    check_refused(doors.append(upload, arrived + 1, content[arrived + 1 :]), 409, "UPLOAD_OFFSET")
    answer = doors.append(upload, arrived, content[arrived:])
    assert answer.status_code == 204, answer.text
    asset = doors.prepared(answer.headers["tonmeister-asset"])
    assert (asset["state"], asset["name"], asset["duration_s"]) == ("ready", "Tunnel.wav", 20.0)
    assert asset["sha256"] == hashlib.sha256(content).hexdigest()
    assert doors.file(asset["id"]) == content
    place = f"{API}/assets/{asset['id']}/file"
    part = doors.get(place, headers={"range": "bytes=1000-1999"}, follow_redirects=True)
    assert (part.status_code, part.content) == (206, content[1000:2000])
    check_playable(doors, asset, soundfile.read(io.BytesIO(content), always_2d=True)[0])


def test_a_song_is_mastered_to_its_target_while_one_looks_on(doors, variant, tmp_path):
    content = song(8.0, seed=2)
    answer = doors.post(
        f"{API}/jobs/master/upload",
        files={"file": ("Harbour.wav", content)},
        data={"params": '{"target_lufs": -13, "format": ["wav", "mp3"]}', "label": "Harbour"},
    )
    assert answer.status_code == 202, answer.text
    job = answer.json()
    events = list(doors.events(job["id"]))
    assert events[-1]["event"] == "completed"
    kinds = [event["event"] for event in events]
    assert kinds.count("created") == kinds.count("started") == kinds.count("completed") == 1
    numbers = [event["seq"] for event in events if event["seq"] is not None]
    assert numbers == sorted(set(numbers))
    progress = [event["data"]["progress_percent"] for event in events if "progress_percent" in event["data"]]
    assert progress == sorted(progress)
    assert (progress[0], progress[-1]) == (0.0, 100.0)
    assert len(set(progress)) > 3

    job = doors.read(f"/jobs/{job['id']}")
    assert (job["state"], job["label"], job["is_cached"]) == ("completed", "Harbour", False)
    sounds = {product["name"]: product for product in job["products"] if product["is_audio"]}
    assert sorted(name.rpartition(".")[2] for name in sounds) == ["mp3", "wav"]
    files = {name: doors.file(product["asset_id"]) for name, product in sounds.items()}
    for name, product in sounds.items():
        assert len(files[name]) == product["size_bytes"]
        assert hashlib.sha256(files[name]).hexdigest() == doors.read(f"/assets/{product['asset_id']}")["sha256"]
        assert loudness_lufs(files[name], tmp_path) == pytest.approx(-13.0, abs=0.1)
    with zipfile.ZipFile(io.BytesIO(doors.get(job["links"]["products"]).content)) as archive:
        assert {name: archive.read(name) for name in files} == files
        assert len(archive.namelist()) == len(job["products"])

    name, product = next(iter(sounds.items()))
    link = doors.read(f"/assets/{product['asset_id']}/link", expires_s=60)["url"]
    with httpx.Client(base_url=doors.studio.url, trust_env=False) as stranger:
        given = stranger.get(link)
        if variant == "cluster":
            assert given.status_code == 307
            assert not given.headers["location"].startswith(doors.studio.url)
            given = stranger.get(given.headers["location"])
            assert name in given.headers["content-disposition"]
        assert (given.status_code, given.content) == (200, files[name])
        check_refused(stranger.get(re.sub("signature=.", "signature=x", link)), 403, "SIGNATURE_INVALID")

    master = doors.prepared(product["asset_id"])
    assert (master["state"], master["kind"], master["job_id"]) == ("ready", "product", job["id"])
    assert master["integrated_lufs"] == pytest.approx(-13.0, abs=0.1)

    began = time.monotonic()
    again = doors.post(f"{API}/jobs/master", json={"params": job["params"]})
    assert time.monotonic() - began < 2.0
    assert (again.status_code, again.json()["state"], again.json()["is_cached"]) == (200, "completed", True)
    assert again.json()["result"] == job["result"]
    assert again.json()["id"] != job["id"]


def test_a_real_song_is_sent_in_pieces_and_mastered(doors, shared_audio, tmp_path):
    content = (shared_audio / "songs" / "scott_hamster_haven.mp3").read_bytes()
    upload = doors.open_upload("Hamster Haven.mp3", len(content))
    piece = 600_000
    for start in range(0, len(content), piece):
        answer = doors.append(upload, start, content[start : start + piece])
        assert answer.status_code == 204, answer.text
    asset = doors.prepared(answer.headers["tonmeister-asset"])
    assert asset["state"] == "ready", asset["error"]
    assert asset["duration_s"] == pytest.approx(101.4, abs=0.2)
    manifest = doors.read(f"/audio/{asset['id']}/manifest")
    assert manifest["sample_rate"] == 48000
    last, rate = soundfile.read(
        io.BytesIO(doors.get(manifest["segment_url"].replace("{n}", str(manifest["n_segments"] - 1))).content)
    )
    assert rate == 48000
    assert len(last) == manifest["n_samples"] - (manifest["n_segments"] - 1) * manifest["segment_samples"]
    job = doors.done(
        doors.begin("master", {"mix": asset["id"], "tier": "draft", "target_lufs": -16, "report": False})["id"]
    )
    (product,) = job["products"]
    assert loudness_lufs(doors.file(product["asset_id"]), tmp_path) == pytest.approx(-16.0, abs=0.1)


def test_one_bad_file_stops_no_batch(doors):
    songs = [doors.add(f"Batch {number}.wav", song(3.0, seed=10 + number)) for number in range(2)]
    bad = doors.add("Batch bad.wav", b"RIFF\x24\0\0\0WAVEfmt nonsense")
    items = [{"mix": asset["id"]} for asset in (songs[0], bad, songs[1])]
    answer = doors.post(
        f"{API}/batches/master", json={"items": items, "params": {"tier": "draft", "report": False}, "label": "Three"}
    )
    assert answer.status_code == 202, answer.text
    job = doors.job_in(answer.json()["id"])
    assert [step["state"] for step in job["steps"]] == ["completed", "failed", "completed"]
    results = job["result"]["items"]
    assert [sorted(item) for item in results] == [["result"], ["error"], ["result"]]
    assert results[1]["error"]["remedy"]
    assert all(item["result"]["target_reached"] for item in results[::2])
    assert len(job["products"]) == 2


def test_what_is_wrong_is_told_in_the_envelope(doors):
    broken = doors.add_prepared("Not a song.wav", b"this is no sound at all " * 40)
    assert broken["state"] == "failed"
    assert broken["error"]["remedy"]
    assert broken["error"]["value"] == "Not a song.wav", "no folder of the server is told"
    told = check_refused(doors.get(f"{API}/audio/{broken['id']}/manifest"), 415, "FORMAT_UNSUPPORTED")
    assert told["message"] == broken["error"]["message"]
    told = check_refused(
        doors.post(f"{API}/jobs/measure", json={"params": {"file": broken["id"]}}), 415, broken["error"]["code"]
    )
    assert broken["error"]["message"] in told["message"], "refused before any work, for the same reason"
    nobody = "0193a5d1-0d4e-7c2a-8f1b-52c1e6f0a7b3"
    check_refused(doors.get(f"{API}/jobs/{nobody}"), 404, "JOB_NOT_FOUND")
    check_refused(doors.get(f"{API}/assets/{nobody}"), 404, "ASSET_NOT_FOUND")
    check_refused(doors.post(f"{API}/jobs/measure", json={"params": {"file": nobody}}), 404, "ASSET_NOT_FOUND")
    told = check_refused(
        doors.post(f"{API}/jobs/master", json={"params": {"mix": broken["id"], "target_lufs": 3}}),
        422,
        "PARAMETER_INVALID",
    )
    assert (told["details"]["field"], told["details"]["value"]) == ("target_lufs", 3)
    song_of_one = doors.add("One.wav", song(0.6, seed=20))
    done = doors.done(doors.begin("measure", {"file": song_of_one["id"]})["id"])
    check_refused(doors.post(done["links"]["retry"]), 409, "JOB_STATE_UNSUITABLE")


def test_a_job_is_stopped_at_once_and_begun_anew(doors):
    job = doors.begin("demo", {"seed": 501, "duration_s": 90})
    assert doors.is_under_way(job["id"])
    began = time.monotonic()
    assert doors.post(job["links"]["cancel"]).status_code == 200
    ended = doors.job_in(job["id"], limit_s=10)
    took_s = time.monotonic() - began
    assert ended["state"] == "cancelled"
    assert took_s < 2.0
    assert ended["products"] == []
    answer = doors.post(job["links"]["retry"])
    assert answer.status_code == 202, answer.text
    job = doors.done(job["id"])
    assert job["steps"][0]["n_attempts"] == 1, "what was stopped counts for nothing"
    assert sorted(product["name"].rpartition(".")[2] for product in job["products"]) == ["json", "wav"]
    assert doors.happened(job["id"])[-1] == "completed"


def test_what_is_deleted_comes_back(doors):
    content = song(1.0, seed=30)
    asset = doors.add_prepared("Back again.wav", content)
    place = f"{API}/assets/{asset['id']}"
    assert doors.patch(place, json={"name": "Bin.wav", "tags": ["undone"]}).status_code == 200
    assert [one["id"] for one in doors.read("/assets", tag="undone")["items"]] == [asset["id"]]
    assert doors.delete(place).status_code == 204
    assert doors.read("/assets", tag="undone")["items"] == []
    assert [one["id"] for one in doors.read("/assets", tag="undone", deleted=True)["items"]] == [asset["id"]]
    check_refused(doors.get(f"{place}/link"), 404, "ASSET_NOT_FOUND")
    check_refused(doors.post(f"{API}/jobs/measure", json={"params": {"file": asset["id"]}}), 404, "ASSET_NOT_FOUND")
    assert doors.post(f"{place}/restore").json()["deleted_at"] is None
    assert doors.file(asset["id"]) == content
    assert doors.read("/assets", tag="undone")["items"][0]["name"] == "Bin.wav"

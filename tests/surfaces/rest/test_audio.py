"""A sound from upload to master, through the door alone: what players are given, and what the origins' paths answer."""

from __future__ import annotations

import io
import struct
import time

import numpy as np
import pytest
import soundfile

from e2e.browser.guitar_song import guitar_song

API = "/api/v1"
RATE = 44100
LENGTH_S = 12.0


def song(seed: int = 1) -> bytes:
    """A synthesised song: chords, noise in bursts, stereo; 12 s, 16-bit WAV."""
    draw = np.random.default_rng(seed)
    t = np.arange(int(LENGTH_S * RATE)) / RATE
    chord = sum(np.sin(2 * np.pi * f * t) for f in (110.0, 220.5, 277.2, 329.6)) * 0.08
    beat = draw.standard_normal((2, len(t))) * 0.2 * np.exp(-8 * (t % 0.5))
    sound = (chord + beat).astype(np.float32)
    target = io.BytesIO()
    soundfile.write(target, sound.T, RATE, format="WAV", subtype="PCM_16")
    return target.getvalue()


@pytest.fixture(scope="module")
def prepared(mastering_door):
    """A song of the library that is ready to be played."""
    asset = mastering_door.upload(song(), "Harbour.wav")
    return wait_ready(mastering_door, asset["id"])


def wait_ready(door, asset_id: str):
    until = time.monotonic() + 60
    while time.monotonic() < until:
        asset = door.get(f"/assets/{asset_id}").json()
        if asset["state"] != "preparing":
            return asset
        time.sleep(0.1)
    raise AssertionError(asset)


def test_a_song_is_prepared(mastering_door, prepared):
    assert (prepared["state"], prepared["is_audio"], prepared["error"]) == ("ready", True, None)
    assert prepared["duration_s"] == pytest.approx(LENGTH_S)
    assert -40 < prepared["integrated_lufs"] < 0
    listed = mastering_door.get("/assets?q=harbour").json()["items"][0]
    assert listed["prepared"]["peaks"]
    assert "measurement" not in listed["prepared"]
    assert mastering_door.get("/jobs").json()["n_total"] == 0
    assert mastering_door.get("/jobs?system=true").json()["items"][0]["capability"] == "prepare"


def test_segments_join_to_the_sample(mastering_door, prepared):
    manifest = mastering_door.get(f"/audio/{prepared['id']}/manifest").json()
    assert (manifest["sample_rate"], manifest["n_channels"]) == (RATE, 2)
    assert manifest["n_samples"] == int(LENGTH_S * RATE)
    assert manifest["n_segments"] == 3
    assert manifest["integrated_lufs"] == prepared["integrated_lufs"]
    assert manifest["loudness"]["short_term_lufs"]
    parts = []
    for number in range(manifest["n_segments"]):
        answer = mastering_door.client.get(manifest["segment_url"].replace("{n}", str(number)))
        assert answer.headers["content-type"] == "audio/flac"
        assert "immutable" in answer.headers["cache-control"]
        parts.append(soundfile.read(io.BytesIO(answer.content), dtype="int16", always_2d=True)[0])
    assert [len(part) for part in parts[:2]] == [manifest["segment_samples"]] * 2
    whole = soundfile.read(io.BytesIO(song()), dtype="int16", always_2d=True)[0]
    np.testing.assert_array_equal(np.concatenate(parts), whole)


def test_segments_in_another_rate(mastering_door, prepared):
    place = f"/audio/{prepared['id']}/seg/0.flac"
    answer = mastering_door.get(f"{place}?rate=48000")
    assert soundfile.info(io.BytesIO(answer.content)).frames == 5 * 48000
    tag = answer.headers["etag"]
    assert mastering_door.get(f"{place}?rate=48000", headers={"if-none-match": tag}).status_code == 304
    assert mastering_door.get(place, headers={"if-none-match": tag}).status_code == 200
    mastering_door.refusal(mastering_door.get(f"{place}?rate=12345"), 422, "PARAMETER_INVALID")
    mastering_door.refusal(mastering_door.get(f"/audio/{prepared['id']}/seg/99.flac"), 422, "PARAMETER_INVALID")


def test_waveform_and_spectrogram(mastering_door, prepared):
    manifest = mastering_door.get(f"/audio/{prepared['id']}/manifest").json()
    finest = manifest["peaks"][0]
    data = mastering_door.client.get(finest["url"]).content
    version, _flags, rate, samples_per_pixel, n_points, n_channels = struct.unpack("<iIiiIi", data[:24])
    assert (version, rate, samples_per_pixel) == (2, RATE, finest["samples_per_pixel"])
    assert len(data) == 24 + n_points * n_channels * 2
    assert mastering_door.client.get(manifest["spectrogram_url"]).content[8:12] == b"WEBP"
    mastering_door.refusal(mastering_door.get(f"/audio/{prepared['id']}/peaks/7.dat"), 422, "PARAMETER_INVALID")


def test_what_is_no_sound_says_so(mastering_door):
    asset = wait_ready(mastering_door, mastering_door.upload(b"This is no music at all.", "words.wav")["id"])
    assert asset["state"] == "failed"
    answer = mastering_door.get(f"/audio/{asset['id']}/manifest")
    assert answer.status_code in (415, 422)
    assert answer.json()["error"]["code"] == asset["error"]["code"]


def test_what_is_still_prepared_says_so(door):
    asset = door.upload(song(), "Harbour.wav")
    door.refusal(door.get(f"/audio/{asset['id']}/manifest"), 409, "ASSET_PREPARING")


def test_a_song_is_mastered_and_fetched(mastering_door, prepared):
    answer = mastering_door.post(
        "/jobs/master", json={"params": {"mix": prepared["id"], "preset": "warm", "target_lufs": -14, "tier": "draft"}}
    )
    assert answer.status_code == 202, answer.text
    assert answer.json()["label"] == "Harbour.wav"
    done = mastering_door.wait(answer.json()["id"], 120)
    assert done["state"] == "completed", done["error"]
    master = next(product for product in done["products"] if product["is_audio"])
    content = mastering_door.get(f"/assets/{master['asset_id']}/file?download=true")
    assert content.headers["content-disposition"].startswith("attachment")
    assert soundfile.info(io.BytesIO(content.content)).frames == int(LENGTH_S * RATE)
    asset = wait_ready(mastering_door, master["asset_id"])
    assert asset["kind"] == "product"
    assert asset["job_id"] == done["id"]
    assert asset["integrated_lufs"] == pytest.approx(-14, abs=0.1)


def test_origin_000_upload_start_status(mastering_door):
    """Seed 000: ``POST /api/upload`` with the file in ``audio``, then start, then status, which says ``processing``."""
    client = mastering_door.client
    uploaded = client.post("/api/upload", files={"audio": ("test.wav", song(2), "audio/wav")})
    assert uploaded.status_code == 201
    audio_id = uploaded.json()["audio_id"]
    assert client.get(f"/api/status/{audio_id}").json()["status"] == "uploaded"
    ask = {"genre": "pop", "tier": "draft", "config": {"target_lufs": -12}}
    started = client.post(f"/api/mastering/{audio_id}/start", json=ask)
    assert started.status_code == 202, started.text
    session_id = started.json()["session_id"]
    status = client.get(f"/api/status/{audio_id}").json()
    assert status["status"] == "processing"
    assert status["session_id"] == session_id
    job = mastering_door.wait(session_id, 120)
    assert job["params"]["genre"] == "pop"
    by_session = client.get(f"/api/status/{session_id}").json()
    assert (by_session["status"], by_session["progress"], by_session["audio_id"]) == ("completed", 100.0, audio_id)
    assert client.get(by_session["download_url"]).status_code == 200


def test_origin_000_start_without_a_payload(mastering_door, prepared):
    """Seed 000's test starts with no payload at all: ``$this->post("/api/mastering/{$audioId}/start")``."""
    started = mastering_door.client.post(f"/api/mastering/{prepared['id']}/start")
    assert started.status_code == 202, started.text
    mastering_door.post(f"/jobs/{started.json()['session_id']}/cancel")
    mastering_door.refusal(mastering_door.client.post("/api/mastering/nope/start"), 404, "ASSET_NOT_FOUND")


def test_origin_000_health(mastering_door):
    """Seed 000: ``GET /api/health`` (returns service status); 001: ``{"status":"healthy",...}``."""
    assert mastering_door.client.get("/api/health").json()["status"] == "healthy"


def test_origin_001_upload_and_process(mastering_door):
    """Seed 001: upload and process in one request, job status, download of the processed audio."""
    client = mastering_door.client
    answer = client.post(
        "/api/processing/upload-and-process",
        files={"file": ("song.wav", song(3))},
        data={"settings": '{"mode": "adaptive", "preset": "punchy", "output_format": "flac", "tier": "draft"}'},
    )
    assert answer.status_code == 202, answer.text
    job_id = answer.json()["job_id"]
    mastering_door.wait(job_id, 120)
    job = client.get(f"/api/processing/job/{job_id}").json()
    assert (job["status"], job["progress"], job["error_message"]) == ("completed", 100.0, None)
    content = client.get(f"/api/processing/job/{job_id}/download").content
    assert content[:4] == b"fLaC"


def test_origin_001_process_cancel_and_download_of_nothing(mastering_door, prepared):
    """Seed 001: ``POST /api/processing/process``, ``POST /api/processing/job/{job_id}/cancel``."""
    client = mastering_door.client
    ask = {"asset_id": prepared["id"], "settings": {"preset": "gentle", "bit_depth": 24, "sample_rate": 48000}}
    job_id = client.post("/api/processing/process", json=ask).json()["job_id"]
    assert client.post(f"/api/processing/job/{job_id}/cancel").json()["job_id"] == job_id
    assert mastering_door.wait(job_id)["state"] == "cancelled"
    mastering_door.refusal(client.get(f"/api/processing/job/{job_id}/download"), 409, "CONFLICT")
    wrong = {"asset_id": prepared["id"], "settings": {"input_path": "/etc/passwd"}}
    mastering_door.refusal(client.post("/api/processing/process", json=wrong), 422, "REQUEST_INVALID")


def test_origin_001_presets(mastering_door):
    """Seed 001: ``Returns: 5 presets (Adaptive, Gentle, Warm, Bright, Punchy)``."""
    found = mastering_door.client.get("/api/processing/presets").json()["presets"]
    assert [name.title() for name in found] == ["Adaptive", "Gentle", "Warm", "Bright", "Punchy"]
    assert found["warm"]["settings"] == {"preset": "warm"}
    assert found["warm"]["description"]


def test_origin_001_queue_and_jobs(door):
    """Seed 001: ``{"total_jobs":0,"queued":0,"processing":0,"completed":0,"failed":0,"max_concurrent":2}``."""
    client = door.client
    empty = {"total_jobs": 0, "queued": 0, "processing": 0, "completed": 0, "failed": 0, "max_concurrent": 2}
    assert client.get("/api/processing/queue/status").json() == empty
    job = door.post("/jobs/note", json={"params": {}}).json()
    assert client.get("/api/processing/queue/status").json() == empty | {"total_jobs": 1, "queued": 1}
    listed = client.get("/api/processing/jobs?status=queued").json()
    assert (listed["total"], listed["jobs"][0]["job_id"]) == (1, job["id"])
    door.post(f"/jobs/{job['id']}/cancel")
    assert client.delete("/api/processing/jobs/cleanup").json()["removed"] == 0
    assert client.delete("/api/processing/jobs/cleanup?max_age_hours=0").json()["removed"] == 1


def test_built_in_presets_are_the_catalogue(mastering_door):
    found = mastering_door.get("/presets?capability=master").json()
    kinds = {preset["kind"] for preset in found["built_in"]}
    assert kinds == {"preset", "genre", "platform", "tier"}
    assert found["own"] == []


def test_the_media_type_is_what_the_content_is(mastering_door):
    door = mastering_door
    sound = soundfile.read(io.BytesIO(song(4)), dtype="float32")[0]
    coded = io.BytesIO()
    soundfile.write(coded, sound, RATE, format="MP3")
    disguised = door.upload(coded.getvalue(), "disguised.wav")
    page = door.upload(b"<!doctype html><html><script>alert(1)</script></html>", "page.wav")
    paper = door.upload(b"%PDF-1.7 and so on", "score.pdf")
    found = wait_ready(door, disguised["id"])
    assert (found["state"], found["media_type"], found["is_audio"]) == ("ready", "audio/mpeg", True)
    assert found["prepared"]["facts"]["media_type"] == "audio/mpeg"
    assert door.get(f"/assets/{disguised['id']}/file").headers["content-type"] == "audio/mpeg"
    found = wait_ready(door, page["id"])
    assert (found["state"], found["media_type"], found["is_audio"]) == ("failed", "application/octet-stream", False)
    assert "audio" not in found["links"]
    answer = door.get(f"/assets/{page['id']}/file")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")
    found = wait_ready(door, paper["id"])
    assert (found["state"], found["media_type"], found["is_audio"]) == ("failed", "application/pdf", False)


def test_work_on_what_is_known_to_be_no_sound_is_refused_at_once(mastering_door):
    door = mastering_door
    good = wait_ready(door, door.upload(song(5), "good.wav")["id"])
    bad = wait_ready(door, door.upload(b"<!doctype html><p>no sound at all</p>", "page.wav")["id"])
    assert (good["state"], bad["state"]) == ("ready", "failed")
    n_before = door.get("/jobs").json()["n_total"]
    for capability, field, params in (
        ("mashup", "songs", {"songs": [good["id"], bad["id"]]}),
        ("measure", "file", {"file": bad["id"]}),
    ):
        answer = door.post(f"/jobs/{capability}", json={"params": params})
        found = door.refusal(answer, 415, "FORMAT_UNSUPPORTED")
        assert (found["field"], found["value"]) == (field, bad["id"])
        message = answer.json()["error"]["message"]
        assert message.startswith("page.wav cannot be used: "), message
        assert bad["error"]["message"] in message
        assert found["remedy"]
    assert door.get("/jobs").json()["n_total"] == n_before
    # what is no sound may be material in other fields: as weights it is judged by who reads them
    weights = {"tier": "model", "weights": bad["id"], "weights_sha256": "0" * 64, "accept_weights_licence": True}
    assert door.post("/jobs/separate", json={"params": {"file": good["id"], **weights}}).status_code == 202


def test_a_language_model_that_the_studio_does_not_have_is_told_of_at_once(mastering_door):
    door = mastering_door
    songs = [door.upload(song(seed), f"{seed}.wav")["id"] for seed in (6, 7)]
    params = {"songs": songs, "planner": "model", "brief": "louder"}
    found = door.refusal(door.post("/jobs/mashup", json={"params": params}), 501, "PART_MISSING")
    assert "TONMEISTER_LANGUAGE_KEY" in found["remedy"]
    found = door.refusal(
        door.post("/jobs/mashup", json={"params": params | {"planner": "rules"}}), 422, "COMBINATION_UNSUPPORTED"
    )
    assert found["field"] == "brief"


def test_files_of_notes_are_products_and_never_prepared_as_sound(mastering_door):
    door = mastering_door
    asset = wait_ready(door, door.upload(guitar_song(2), "guitar.wav")["id"])
    formats = ["midi", "gp5", "musicxml", "alphatex", "ascii", "chordpro", "json", "svg", "pdf"]
    job = door.post("/jobs/transcribe", json={"params": {"file": asset["id"], "format": formats}}).json()
    done = door.wait(job["id"], 240)
    assert done["state"] == "completed", done["error"]
    told = {product["name"][product["name"].rfind(".") :]: product for product in done["products"]}
    assert {ending: product["media_type"] for ending, product in told.items()} == {
        ".mid": "audio/midi",
        ".gp5": "application/x-guitar-pro",
        ".musicxml": "application/vnd.recordare.musicxml+xml",
        ".alphatex": "text/plain",
        ".txt": "text/plain",
        ".cho": "text/plain",
        ".json": "application/json",
        ".svg": "image/svg+xml",
        ".pdf": "application/pdf",
    }
    for product in told.values():
        assert product["is_audio"] is False
        kept = door.get(f"/assets/{product['asset_id']}").json()
        assert (kept["state"], kept["is_audio"], kept["error"]) == ("ready", False, None)
        assert kept["media_type"] == product["media_type"]
    assert door.get(f"/assets/{told['.mid']['asset_id']}/file").headers["content-type"] == "audio/midi"


def test_notes_that_are_uploaded_keep_their_type(mastering_door):
    found = wait_ready(mastering_door, mastering_door.upload(b"MThd" + bytes(60), "tune.mid")["id"])
    assert (found["state"], found["media_type"], found["is_audio"]) == ("failed", "audio/midi", False)
    assert "MIDI file, which holds notes and no sound" in found["error"]["message"]

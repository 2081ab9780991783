"""Files on S3: what is played and shown comes from the studio itself, what is downloaded from the storage."""

from __future__ import annotations

import io
import urllib.request

import numpy as np
import pytest
import soundfile

from servers import s3_endpoint, s3_storage_url  # noqa: F401 - fixtures
from surfaces.rest.conftest import open_studio_at, supervised
from tonmeister import app as composition

API = "/api/v1"
RATE = 44100


def song() -> bytes:
    time_s = np.arange(12 * RATE) / RATE
    sound = 0.3 * np.sin(2 * np.pi * 220 * time_s)
    target = io.BytesIO()
    soundfile.write(target, np.stack([sound, 0.7 * sound], axis=1), RATE, format="WAV", subtype="PCM_16")
    return target.getvalue()


@pytest.fixture
def door(tmp_path, s3_storage_url):  # noqa: F811 - the fixture
    opened = open_studio_at(tmp_path, None, composition.PREPARER, storage_url=s3_storage_url, max_upload_mb=64)
    with opened as door, supervised(door.studio, composition.REGISTRY, composition.PREPARER):
        yield door


def test_a_song_on_s3_is_heard_seen_and_downloaded(door):
    content = song()
    asset = door.upload(content, "Lied.wav")
    for job in door.get("/jobs?system=true").json()["items"]:
        door.wait(job["id"], 60.0)
    place = f"{API}/audio/{asset['id']}"
    client = door.client
    manifest = client.get(f"{place}/manifest").json()
    assert manifest["n_segments"] == 3
    pieces = []
    for n in range(manifest["n_segments"]):
        segment = client.get(manifest["segment_url"].replace("{n}", str(n)), follow_redirects=False)
        assert (segment.status_code, segment.headers["content-type"]) == (200, "audio/flac")
        pieces.append(soundfile.read(io.BytesIO(segment.content), dtype="float32", always_2d=True)[0])
    heard = np.concatenate(pieces)
    wanted = soundfile.read(io.BytesIO(content), dtype="float32")[0] * 10 ** (manifest["gain_db"] / 20)
    assert heard.shape == wanted.shape
    np.testing.assert_allclose(heard, wanted, atol=2e-4)
    for url in (*(level["url"] for level in manifest["peaks"]), manifest["spectrogram_url"]):
        shown = client.get(url, follow_redirects=False)
        assert shown.status_code == 200
        assert len(shown.content) == int(shown.headers["content-length"])
    assert [path.name for path in door.studio.listening.iterdir()]  # kept for the next segments

    file = f"{API}/assets/{asset['id']}/file"
    assert client.get(file, follow_redirects=False).content == content
    stretch = client.get(file, headers={"range": "bytes=10-19"}, follow_redirects=False)
    assert (stretch.status_code, stretch.content) == (206, content[10:20])
    head = client.head(f"{file}?download=true", follow_redirects=False)
    assert (head.status_code, head.headers["content-length"]) == (200, str(len(content)))
    for download in (f"{file}?download=true", client.get(f"{API}/assets/{asset['id']}/link").json()["url"]):
        sent = client.get(download, follow_redirects=False)
        assert sent.status_code == 307
        with urllib.request.urlopen(sent.headers["location"]) as answer:
            assert answer.read() == content
            assert "Lied.wav" in answer.headers["content-disposition"]

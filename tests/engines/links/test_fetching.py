"""Fetching from addresses: what is let through, what is refused, and that a process which fetches cannot escape."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from engines.links.web_server import song_bytes, web_server
from tonmeister.core.errors import CancelledError, LinkFailedError, LinkRefusedError, LinksOffError
from tonmeister.core.links import LinkRules
from tonmeister.engines.links.child import RefusedError, check_address
from tonmeister.engines.links.fetching import check_link, fetch_link

pytest.importorskip("yt_dlp")


@pytest.fixture(scope="module")
def elsewhere():
    with web_server() as served:
        yield served


@pytest.fixture(scope="module")
def web(elsewhere):
    with web_server(elsewhere[0]) as served:
        yield served


def rules(place: str, **changes) -> LinkRules:
    return LinkRules(**{"is_on": True, "open_addresses": (place,), "max_wait_s": 60.0, **changes})


def get(url: str, allowed: LinkRules, folder, tell=lambda fraction, stage: None):
    return fetch_link(url, allowed, folder, tell)


def test_a_file_is_fetched_whole(web, tmp_path):
    told = []
    found = get(f"http://{web[0]}/song.wav", rules(web[0]), tmp_path, lambda fraction, stage: told.append(fraction))
    assert found.path.read_bytes() == song_bytes()
    assert found.extractor == "generic"
    assert told == sorted(told)
    assert [path.name for path in tmp_path.iterdir()] == [found.path.name]


def test_a_page_that_plays_a_sound_is_read(web, tmp_path):
    found = get(f"http://{web[0]}/page", rules(web[0]), tmp_path)
    assert found.path.read_bytes() == song_bytes()
    assert found.title == "My song"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]"])
def test_this_machine_is_not_reached(web, tmp_path, host):
    port = web[0].rpartition(":")[2]
    before = len(web[1])
    with pytest.raises(LinkRefusedError) as refused:
        get(f"http://{host}:{port}/song.wav", rules("127.0.0.1:9"), tmp_path)
    assert "not a public one" in refused.value.message
    assert web[1][before:] == []


def test_the_addresses_of_clouds_are_not_reached(tmp_path):
    with pytest.raises(LinkRefusedError, match=r"169\.254\.169\.254:80 is not a public one"):
        get("http://169.254.169.254/latest/meta-data/x.mp3", rules("127.0.0.1:9"), tmp_path)


def test_a_redirect_does_not_lead_elsewhere(web, elsewhere, tmp_path):
    with pytest.raises(LinkRefusedError, match="not a public one"):
        get(f"http://{web[0]}/away.wav", rules(web[0]), tmp_path)
    assert "/away.wav" in web[1]
    assert elsewhere[1] == []


def test_a_stream_without_end_is_stopped_at_the_size_allowed(web, tmp_path):
    with pytest.raises(LinkRefusedError, match="larger than 1 MB"):
        get(f"http://{web[0]}/endless.mp3", rules(web[0], max_mb=1), tmp_path)
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 3 << 20


def test_a_size_above_the_limit_is_not_begun(web, tmp_path):
    with pytest.raises(LinkRefusedError):
        get(f"http://{web[0]}/huge.wav", rules(web[0]), tmp_path)


def test_it_ends_in_time_and_at_once_when_cancelled(web, tmp_path):
    begun = time.monotonic()
    with pytest.raises(LinkRefusedError, match="longer than the 3 s allowed"):
        get(f"http://{web[0]}/slow.wav", rules(web[0], max_wait_s=3.0), tmp_path)
    assert time.monotonic() - begun < 15  # the server itself would hold it for 20 s

    def cancel(fraction, stage):
        raise CancelledError("enough")

    with pytest.raises(CancelledError):
        get(f"http://{web[0]}/slow.wav", rules(web[0]), tmp_path, cancel)


def test_what_is_not_there_is_told(web, tmp_path):
    with pytest.raises(LinkFailedError, match="404"):
        get(f"http://{web[0]}/missing.wav", rules(web[0]), tmp_path)


def test_another_way_of_finding_sound_is_not_taken(web, tmp_path):
    with pytest.raises((LinkRefusedError, LinkFailedError), match=r"(?i)extractor"):
        get(f"http://{web[0]}/song.wav", rules(web[0], extractors=("youtube",)), tmp_path)


def test_it_is_off_by_default():
    with pytest.raises(LinksOffError, match="switched off"):
        check_link("https://example.org/song.wav", LinkRules())


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "ftp://example.org/a.wav", "song.wav", "https://", "https://user:word@example.org/a.wav",
     "https://[::1", "https://example.org:99999/", "https://example.org/a b", "x" * 3000],
)  # fmt: skip
def test_what_is_no_plain_address_of_the_web_is_refused(url):
    with pytest.raises(LinkRefusedError) as refused:
        check_link(url, LinkRules(is_on=True))
    assert refused.value.field == "url"
    assert refused.value.remedy


def test_only_the_hosts_allowed_are_asked():
    allowed = LinkRules(is_on=True, hosts=("example.org",))
    assert check_link("https://music.example.org/a.wav#t=3", allowed) == "https://music.example.org/a.wav"
    for url in ("https://example.org.evil.net/a.wav", "https://notexample.org/a.wav"):
        with pytest.raises(LinkRefusedError, match="not among those allowed"):
            check_link(url, allowed)


@pytest.mark.parametrize(
    "address",
    [
        ("10.0.0.1", 80),
        ("192.168.1.1", 80),
        ("127.0.0.1", 80),
        ("0.0.0.0", 80),
        ("169.254.169.254", 80),
        ("100.64.0.1", 80),
        ("224.0.0.1", 80),
        ("::1", 80, 0, 0),
        ("fe80::1%eth0", 80, 0, 2),
        ("fd00::1", 80, 0, 0),
        ("::ffff:10.0.0.1", 80, 0, 0),
        ("2002:7f00:1::", 80, 0, 0),
        ("example.org", 80),
        "/run/docker.sock",
        b"\0abstract",
    ],
)
def test_only_public_addresses_pass(address):
    with pytest.raises(RefusedError):
        check_address(address, frozenset())


def test_public_addresses_pass():
    for address in (("93.184.216.34", 443), ("2606:2800:220:1:248:1893:25c8:1946", 443, 0, 0)):
        check_address(address, frozenset())
    check_address(("127.0.0.1", 8000), frozenset({"127.0.0.1:8000"}))


def test_the_guard_cannot_be_walked_around(tmp_path):
    """Inside the guarded process: no other program, no file outside, no connection, whatever is tried."""
    program = f"""
import os, pathlib, socket, subprocess, sys
from tonmeister.engines.links.child import guard
here = pathlib.Path({str(tmp_path)!r})
guard(here, frozenset())
tries = {{
    "program": lambda: subprocess.run([sys.executable, "-c", "pass"]),
    "shell": lambda: os.system("true"),
    "outside": lambda: open({str(tmp_path.parent / "outside.txt")!r}, "w"),
    "low": lambda: os.open({str(tmp_path.parent / "outside.txt")!r}, os.O_CREAT | os.O_WRONLY),
    "remove": lambda: os.remove({str(tmp_path.parent / "kept.txt")!r}),
    "connect": lambda: socket.create_connection(("127.0.0.1", 9), 1),
    "connect_ex": lambda: socket.socket().connect_ex(("127.0.0.1", 9)),
    "datagram": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 9)),
    "local": lambda: socket.socket(socket.AF_UNIX).connect("/run/any.sock"),
}}
for name, attempt in tries.items():
    try:
        attempt()
    except Exception as error:
        print(name, type(error).__name__)
    else:
        print(name, "PASSED")
(here / "inside.txt").write_text("allowed")
"""
    (tmp_path.parent / "kept.txt").write_text("kept")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout.split("\n")[:-1] == [
        f"{name} RefusedError"
        for name in ("program", "shell", "outside", "low", "remove", "connect", "connect_ex", "datagram", "local")
    ], done.stderr
    assert (tmp_path / "inside.txt").read_text() == "allowed"
    assert not (tmp_path.parent / "outside.txt").exists()
    assert (tmp_path.parent / "kept.txt").exists()

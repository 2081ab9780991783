"""What libmpg123 says about damaged frames stays off the terminal; what we say arrives."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from media.material import tones, write
from tonmeister.media.writer import OutputFormat

PLAIN = """
import sys, soundfile
soundfile.read(sys.argv[1])
"""
OURS = """
import sys, threading
from pathlib import Path
from tonmeister.media.reader import read_audio

def decode():
    for _ in range(5):
        read_audio(Path(sys.argv[1]))

threads = [threading.Thread(target=decode) for _ in range(3)]
for thread in threads:
    thread.start()
n_lines = 0
while any(thread.is_alive() for thread in threads):
    print("ours", file=sys.stderr)
    n_lines += 1
print(n_lines)
"""
AFTERWARDS = """
import ctypes, sys
from pathlib import Path
from tonmeister.media.reader import read_audio
read_audio(Path(sys.argv[1]))
libc = ctypes.CDLL(None)
stderr = ctypes.c_void_p.in_dll(libc, "stderr")
libc.fputs(b"C speaks again", stderr)
"""


AT_ONCE = """
import sys, threading
from tonmeister.media import hush
sys.setswitchinterval(1e-6)
start, found = threading.Barrier(16), []

def find():
    start.wait()
    found.append(hush._find_stderr())

threads = [threading.Thread(target=find) for _ in range(16)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(len({id(one) for one in found}), len(found))
"""


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    path = tmp_path / "damaged.mp3"
    write(path, OutputFormat("mp3", 44100, 2), tones(2, 44100))
    data = bytearray(path.read_bytes())
    del data[9000:9700]
    path.write_bytes(bytes(data) + b"LYRICSBEGIN" + b"x" * 500)
    return path


def run(script: str, path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True)


@pytest.mark.skipif(sys.platform != "linux", reason="tested where C is glibc")
def test_decoding_is_silent_and_our_words_arrive(damaged: Path) -> None:
    assert "resync" in run(PLAIN, damaged).stderr, "the file must make libmpg123 talk for this test"
    done = run(OURS, damaged)
    n_lines = int(done.stdout)
    assert n_lines > 0
    assert done.stderr == "ours\n" * n_lines


@pytest.mark.skipif(sys.platform != "linux", reason="tested where C is glibc")
def test_c_is_heard_again_afterwards(damaged: Path) -> None:
    assert run(AFTERWARDS, damaged).stderr == "C speaks again"


@pytest.mark.skipif(sys.platform != "linux", reason="tested where C is glibc")
def test_threads_that_begin_at_once_share_one_count(tmp_path: Path) -> None:
    for _ in range(5):
        assert run(AT_ONCE, tmp_path).stdout.split() == ["1", "16"]

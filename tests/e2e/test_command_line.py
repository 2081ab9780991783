"""The command line as a process: speed of the help, clean JSON, Ctrl-C, terminals and pipes."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import resource
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from e2e.conftest import COMMAND
from e2e.songs import write_silence, write_song
from e2e.studio_process import troubles


def test_help_answers_in_under_300_ms(place):
    def cpu_s() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([*COMMAND, "--help"], stdout=subprocess.DEVNULL, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    assert min(cpu_s() for _ in range(5)) < 0.3


def test_help_imports_nothing_heavy(place):
    code = "import sys; from tonmeister.app import main; main(['--help']); sys.stderr.write(' '.join(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stderr.split()
    assert not {"numpy", "pydantic", "rich", "shtab", "soundfile"} & set(loaded)


def test_an_analysis_is_kept_under_the_name_of_its_song(tonmeister, place):
    """Not of what was kept on the way."""
    write_song(place / "song.wav")
    done = tonmeister("analyze", "song.wav", "--output", "out/", "--quiet")
    assert (done.returncode, done.stdout) == (0, "")
    assert [path.name for path in (place / "out").iterdir()] == ["song-analyze.json"]


def test_json_stands_alone_on_standard_output(tonmeister, place):
    write_song(place / "song.wav")
    done = tonmeister("measure", "song.wav", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert isinstance(json.loads(done.stdout), dict)
    done = tonmeister("measure", "song.wav", "missing.wav", "--json")
    answers = json.loads(done.stdout)
    assert done.returncode == 6
    assert answers[1]["error"]["code"] == "FILE_NOT_FOUND"
    assert done.stderr.startswith("missing.wav: error [FILE_NOT_FOUND]")


def test_a_closed_pipe_is_no_error(place):
    write_song(place / "song.wav")
    line = f"{sys.executable} -m tonmeister errors | head -n 1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", line], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split()[0] == "code"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("n_files", [1, 3])
@pytest.mark.parametrize("after_s", [0.05, 0.5])
def test_ctrl_c_stops_within_a_second_and_leaves_nothing(place, tmp_path, number, n_files, after_s):
    songs = [write_silence(place / f"{k}.wav", duration_s=1800) for k in range(n_files)]
    process = subprocess.Popen(
        [*COMMAND, "measure", *songs, "--verbose"], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    process.stderr.readline()  # the first stage has begun
    time.sleep(after_s)
    process.send_signal(number)
    sent = time.monotonic()
    out, err = process.communicate(timeout=10)
    assert time.monotonic() - sent < 1.0
    assert process.returncode == 130
    assert out == ""
    assert "error [CANCELLED]" in err
    assert sorted(path.name for path in place.iterdir()) == [song.name for song in songs]
    assert not list((tmp_path / "scratch").iterdir())


def test_without_a_file_the_demo_song_is_mastered_beside_nothing(tonmeister, place, tmp_path):
    done = tonmeister("master", "--json")
    assert (done.returncode, troubles(done.stderr)) == (0, [])
    result = json.loads(done.stdout)
    made = [Path(deliverable["file"]) for deliverable in result["deliverables"]]
    assert made
    assert all((place / path).is_file() for path in made)
    assert not list((tmp_path / "scratch").iterdir())


def in_a_terminal(arguments: list[str]) -> str:
    """Run the command line in a terminal of its own and return all that it showed."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.update(TERM="xterm-256color", COLUMNS="120")
        os.execv(COMMAND[0], [*COMMAND, *arguments])
    shown = b""
    while select.select([terminal], [], [], 30)[0]:
        try:
            part = os.read(terminal, 65536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        shown += part
    os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    return shown.decode()


def test_a_terminal_gets_a_bar_with_stage_names_and_a_drawn_table(place):
    write_song(place / "song.wav", duration_s=120)
    shown = in_a_terminal(["measure", "song.wav"])
    assert "%" in shown
    assert "━" in shown
    assert "─" in shown
    quiet = in_a_terminal(["measure", "song.wav", "--quiet"])
    assert quiet == ""


def test_the_python_module_runs_a_batch_without_a_guard(place):
    """A script that calls a batch at its top level must not start itself again in the worker processes."""
    write_song(place / "a.wav")
    write_song(place / "b.wav")
    (place / "script.py").write_text("import tonmeister\nprint(len(tonmeister.measure(['a.wav', 'b.wav'])))\n")
    done = subprocess.run([sys.executable, "script.py"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "2\n", "")


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="the processes are looked up in /proc")
def test_workers_of_a_killed_program_end_and_tidy_up(place, tmp_path):
    songs = [write_silence(place / f"{k}.wav", duration_s=1800) for k in range(2)]
    process = subprocess.Popen([*COMMAND, "measure", *songs, "--verbose"], stderr=subprocess.PIPE, text=True)
    process.stderr.readline()
    before = workers_of(process.pid)
    process.kill()
    process.communicate(timeout=10)
    assert before
    deadline = time.monotonic() + 5
    while any(map(is_running, before)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(is_running, before))
    assert not list((tmp_path / "scratch").rglob("tonmeister-*/tonmeister-*"))


def workers_of(pid: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[1]) == pid:
                found.append(int(stat.parent.name))
    return found


def is_running(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def test_a_file_name_that_is_no_text_does_no_harm(tonmeister, place):
    song = place / "song.wav"
    write_song(song)
    song.rename(os.fsdecode(os.fsencode(place) + b"/n\xff.wav"))
    done = tonmeister("measure", os.fsdecode(b"n\xff.wav"), "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["name"] == "n_.wav"

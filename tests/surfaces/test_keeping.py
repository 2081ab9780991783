"""The commands that look after what the studio keeps, and the doctor, as a user runs them."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from servers import free_port
from tonmeister import app
from tonmeister.core.errors import BackupError
from tonmeister.store.assets import Assets
from tonmeister.store.blobs import open_blobs
from tonmeister.store.database import Database
from tonmeister.store.migrate import bring_up


@pytest.fixture
def place(tmp_path, monkeypatch):
    """An empty folder to work in, with the studio's data in ``data``."""
    for name in ("DATABASE_URL", "STORAGE_URL", "BACKUP_FOLDER"):
        monkeypatch.delenv(f"TONMEISTER_{name}", raising=False)
    monkeypatch.setenv("TONMEISTER_DATA_FOLDER", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def studio(place):
    """A studio with one song; returns its hash."""
    folder = place / "data"
    folder.mkdir()
    database, blobs = Database(f"sqlite:///{folder / 'tonmeister.db'}"), open_blobs((folder / "blobs").as_uri())
    bring_up(database)
    song = place / "song.wav"
    song.write_bytes(b"la" * 5000)
    sha256 = hashlib.sha256(song.read_bytes()).hexdigest()
    blobs.put(song, sha256)
    song.unlink()
    Assets(database).add(
        name="song.wav", sha256=sha256, size_bytes=10000, media_type="audio/wav", kind="upload", is_audio=True
    )
    database.close()
    return sha256


@pytest.fixture
def tell(capsys):
    """Run a command; returns exit code, standard output, standard error."""

    def run(*arguments):
        code = app.main(arguments)
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


def test_a_studio_is_backed_up_lost_and_restored(studio, place, tell):
    code, out, _ = tell("backup")
    assert code == 0
    assert "1 files, 1 of them new" in out
    code, out, _ = tell("backup", "--list", "--json")
    (listed,) = json.loads(out)
    assert (code, list(listed["blobs"])) == (0, [studio])
    assert listed["name"] in tell("backup", "--list")[1]

    open_blobs((place / "data" / "blobs").as_uri()).delete(studio)
    code, out, _ = tell("check", "--quick")
    assert code == 3
    assert studio in out
    code, out, err = tell("restore", "--json")
    assert (code, err) == (0, "")
    assert json.loads(out)["n_files"] == 1
    code, out, _ = tell("check")
    assert (code, out) == (0, "1 assets, 1 files, 0.0 MB.\nAll is whole.\n")
    assert "go back" in tell("restore")[1]


def test_check_puts_files_back(studio, place, tell):
    tell("backup", "--folder", str(place / "elsewhere"))
    open_blobs((place / "data" / "blobs").as_uri()).delete(studio)
    code, out, _ = tell("check", "--repair")
    assert code == 3
    assert "Put back 0 of 1" in out
    code, out, _ = tell("check", "--repair", "--folder", str(place / "elsewhere"))
    assert code == 0
    assert "Put back 1 of 1" in out
    assert json.loads(tell("check", "--json")[1])["is_whole"] is True


def test_a_backup_of_a_studio_that_lost_a_file_says_so(studio, place, tell):
    open_blobs((place / "data" / "blobs").as_uri()).delete(studio)
    code, out, _ = tell("backup")
    assert code == 3
    assert studio in out


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["backup"], 3, "There is no studio"),
        (["check"], 3, "There is no studio"),
        (["restore"], 4, "There is no backup"),
        (["restore", "yesterday"], 4, "'yesterday'"),
        (["backup", "--lst"], 2, "--list"),
        (["settings", "extra"], 2, "extra"),
    ],
)
def test_what_cannot_be_done_is_one_line_with_a_remedy(place, tell, arguments, code, words):
    assert tell(*arguments)[0] == code
    _, out, err = tell(*arguments)
    assert out == ""
    assert words in err
    assert err.count("\n") == 1
    assert not (place / "data" / "tonmeister.db").exists() or arguments[0] == "restore"


def test_settings_tell_where_each_comes_from_and_no_secret(place, tell, monkeypatch):
    (place / ".env").write_text("TONMEISTER_PORT=9000\n")
    monkeypatch.setenv("TONMEISTER_SHARED_TOKEN", "opensesame" * 4)
    monkeypatch.setenv("TONMEISTER_DATABASE_URL", "postgresql://ann:opensesame@db/studio")
    code, out, _ = tell("settings", "--json")
    values = json.loads(out)
    assert code == 0
    assert values["port"] == {"value": "9000", "from": str(place / ".env")}
    assert values["host"] == {"value": "127.0.0.1", "from": "default"}
    assert values["shared_token"] == {"value": "***", "from": "environment"}
    assert values["database_url"]["value"] == "postgresql://ann:***@db/studio"
    table = tell("settings")[1]
    assert "opensesame" not in out + table
    assert "rate_limit_per_minute" in table


def states(out):
    return {finding["part"]: finding["state"] for finding in json.loads(out)}


def test_the_doctor_finds_a_studio_that_was_never_started_healthy(place, tell):
    code, out, err = tell("doctor", "--json")
    assert (code, err) == (0, "")
    assert {states(out)[part] for part in ("python", "kernels", "database", "storage", "data folder")} == {"ok"}
    assert not (place / "data").exists()  # it only looks
    assert "made at the first start" in tell("doctor")[1]


def test_the_doctor_looks_at_a_studio(studio, place, tell):
    assert states(tell("doctor", "--json")[1])["backups"] == "warn"
    tell("backup")
    code, out, _ = tell("doctor", "--json")
    assert code == 0
    assert (states(out)["backups"], states(out)["backup folder"]) == ("ok", "warn")


def test_the_doctor_says_where_backups_would_be_lost_with_the_studio(studio, place, tell, monkeypatch):
    def found():
        return next(one for one in json.loads(tell("doctor", "--json")[1]) if one["part"] == "backup folder")

    assert found()["state"] == "warn"  # before the first backup too
    assert "own folder" in found()["note"]
    assert "TONMEISTER_BACKUP_FOLDER" in found()["remedy"]
    monkeypatch.setenv("TONMEISTER_BACKUP_FOLDER", str(place / "elsewhere"))
    assert found()["state"] == "warn"
    assert "same disk" in found()["note"]
    other = Path("/dev/shm")
    if not other.is_dir() or other.stat().st_dev == place.stat().st_dev:
        return
    monkeypatch.setenv("TONMEISTER_BACKUP_FOLDER", str(other / "tonmeister-none"))
    assert found()["state"] == "ok"


def scribble_over(file, offset=0):
    with file.open("r+b") as target:
        target.seek(offset)
        target.write(b"\xa5" * 4096 * 3)


@pytest.mark.parametrize(
    "arguments", [["serve", "--no-browser", "--port", "0"], ["work"], ["check"], ["backup"]], ids=lambda one: one[0]
)
@pytest.mark.parametrize("offset", [0, 4096])
def test_a_damaged_database_is_named_with_the_way_back(studio, place, tell, arguments, offset):
    scribble_over(place / "data" / "tonmeister.db", offset)
    code, out, err = tell(*arguments)
    assert code == 4
    assert "is damaged" in err
    assert "tonmeister restore" in err
    assert "fault" not in err.lower()
    assert "Traceback" not in out + err


def test_the_doctor_names_a_damaged_database(studio, place, tell):
    scribble_over(place / "data" / "tonmeister.db")
    code, out, _ = tell("doctor", "--json")
    (found,) = [one for one in json.loads(out) if one["part"] == "database"]
    assert (code, found["state"]) == (1, "fail")
    assert "damaged" in found["note"]
    assert "tonmeister restore" in found["remedy"]


@pytest.mark.parametrize("offset", [0, 4096])
def test_a_damaged_database_is_brought_back(studio, place, tell, offset):
    file = place / "data" / "tonmeister.db"
    tell("backup")
    scribble_over(file, offset)
    before = file.read_bytes()
    code, out, _ = tell("restore", "--json")
    assert code == 0
    aside = Path(json.loads(out)["set_aside"])
    assert aside.read_bytes() == before  # nothing is thrown away: somebody may want to look at it
    assert tell("check")[:2] == (0, "1 assets, 1 files, 0.0 MB.\nAll is whole.\n")


def test_a_damaged_database_that_cannot_be_brought_back_stays_where_it_was(studio, place, tell, monkeypatch):
    file = place / "data" / "tonmeister.db"
    tell("backup")
    scribble_over(file)
    before = file.read_bytes()

    def refuse(*_):
        raise BackupError("The disk broke.")

    monkeypatch.setattr("tonmeister.store.backup._put_back", refuse)
    code, _, err = tell("restore")
    assert (code, "as it was before" in err) == (4, True)
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.glob("*.damaged*")] == []


@pytest.mark.skipif(os.name != "posix", reason="elsewhere an open file cannot be moved")
def test_a_damaged_database_that_is_open_is_left_alone(studio, place, tell):
    file = place / "data" / "tonmeister.db"
    tell("backup")
    holds = (
        "import sqlite3, sys; held = sqlite3.connect(sys.argv[1]); held.execute('PRAGMA journal_mode=WAL');"
        "held.execute('select count(*) from job').fetchall(); print('open', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holds, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout.readline() == "open\n"
        scribble_over(file)
        code, _, err = tell("restore")
        assert (code, "is running" in err) == (2, True)
        assert file.exists()
        holder.stdin.close()
        holder.wait(10)


def test_the_doctor_names_everything_that_is_wrong_with_its_remedy(place, tell, monkeypatch):
    monkeypatch.setenv("TONMEISTER_HOST", "0.0.0.0")
    monkeypatch.setenv("TONMEISTER_BROKER_URL", f"redis://127.0.0.1:{free_port()}/0")
    monkeypatch.setenv("TONMEISTER_DATABASE_URL", f"postgresql://nobody:hidden@127.0.0.1:{free_port()}/none")
    (place / "blobs").write_text("no folder")
    monkeypatch.setenv("TONMEISTER_STORAGE_URL", (place / "blobs").as_uri())
    code, out, _ = tell("doctor", "--json")
    assert code == 1
    failed = {finding["part"]: finding for finding in json.loads(out) if finding["state"] == "fail"}
    assert {"address", "broker", "database", "storage"} <= set(failed)
    assert all(finding["remedy"] for finding in failed.values())
    assert "hidden" not in out


def test_the_doctor_tells_a_bad_setting(place, tell, monkeypatch):
    monkeypatch.setenv("TONMEISTER_PORTS", "1")
    code, out, _ = tell("doctor")
    assert code == 1
    assert "There is no setting TONMEISTER_PORTS" in out


def test_the_doctor_tells_a_database_of_a_newer_version(studio, place, tell):
    database = Database(f"sqlite:///{place / 'data' / 'tonmeister.db'}")
    with database.write() as connection:
        connection.exec_driver_sql("update alembic_version set version_num = 'r9999'")
    database.close()
    code, out, _ = tell("doctor", "--json")
    assert code == 1
    assert states(out)["database"] == "fail"

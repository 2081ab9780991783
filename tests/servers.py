"""Real servers that tests start themselves, each on a free port of this machine and ended by its own process.

Fixtures are imported by the ``conftest.py`` of the folders that need them. Where a program is missing the tests that
need it are skipped, with the reason; with ``CI=true`` they fail.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

START_S = 40.0


def lacking(reason: str) -> None:
    """Skip, or fail in continuous integration, where everything must be there."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(is_ready: Callable[[], bool], process: subprocess.Popen, what: str, limit_s: float = START_S) -> None:
    """Wait until a server answers; fail if it ends before, or takes too long."""
    until = time.monotonic() + limit_s
    while time.monotonic() < until:
        if process.poll() is not None:
            pytest.fail(f"{what} ended with exit code {process.returncode}")
        if is_ready():
            return
        time.sleep(0.05)
    process.kill()
    pytest.fail(f"{what} did not start within {limit_s} s")


def answers(port: int) -> bool:
    """Tell whether somebody listens."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Proxy:
    """A line to a server that can be cut and mended."""

    def __init__(self, port: int):
        self._target = port
        self._pairs: list[socket.socket] = []
        self._listener: socket.socket | None = None
        self.port = free_port()
        self.mend()

    def mend(self) -> None:
        """Let through again."""
        self._listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def cut(self) -> None:
        """Cut what is connected, and refuse who comes."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for end in self._pairs:
            with closing(end), suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self._pairs = []

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self._target))
            except OSError:  # there is nobody at the other end now
                near.close()
                continue
            self._pairs += [near, far]
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=self._pump, args=(source, sink), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while text := source.recv(65536):
                sink.sendall(text)
        with suppress(OSError):  # who hangs up at one end is heard at the other
            sink.shutdown(socket.SHUT_RDWR)


def postgres_programs() -> Path | None:
    """Return the folder of PostgreSQL's programs, the latest version."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    found = shutil.which("initdb")
    return folders[-1] if folders else Path(found).parent if found else None


class Postgres:
    """A PostgreSQL server with its own folder; it refuses to run as root, so it gets an unprivileged user then."""

    def __init__(self, programs: Path, folder: Path):
        self._programs = programs
        self.folder = folder
        self.port = free_port()
        self._user = pwd.getpwnam("postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name)
        self._process: subprocess.Popen | None = None

    def _as_user(self) -> dict:
        if os.getuid() != 0:
            return {}
        return {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []}

    def init(self) -> None:
        """Make the folder."""
        os.chown(self.folder, self._user.pw_uid, self._user.pw_gid)
        subprocess.run(
            [self._programs / "initdb", "-D", self.folder / "data", "-U", "tonmeister", "--auth=trust", "--no-sync",
             "--encoding=UTF8", "--locale=C.UTF-8"],
            check=True, capture_output=True, cwd=self.folder, **self._as_user(),
        )  # fmt: skip

    def start(self, *, is_durable: bool = False) -> None:
        """Start the server, without waiting for the disk unless that is what is tested."""
        quick = [] if is_durable else ["-c", "fsync=off", "-c", "full_page_writes=off"]
        self._process = subprocess.Popen(
            [self._programs / "postgres", "-D", self.folder / "data", "-p", str(self.port), "-h", "127.0.0.1",
             "-k", "", "-c", "shared_buffers=32MB", "-c", "max_connections=200", *quick],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self.folder, **self._as_user(),
        )  # fmt: skip
        wait_until(self._is_ready, self._process, "PostgreSQL")

    def _is_ready(self) -> bool:
        done = subprocess.run(
            [self._programs / "pg_isready", "-h", "127.0.0.1", "-p", str(self.port), "-q"], check=False
        )
        return done.returncode == 0

    def stop(self, *, at_once: bool = False) -> None:
        """Stop the server: connections are cut; with ``at_once`` as if the machine had crashed."""
        if self._process is not None:
            self._process.send_signal(3 if at_once else 2)  # SIGQUIT: immediate; SIGINT: fast
            self._process.wait(START_S)
            self._process = None

    def create_database(self, template: str | None = None) -> str:
        """Make a database, empty or a copy of the one at the address ``template``, and return its address."""
        import psycopg

        name = f"t{time.monotonic_ns()}"
        like = f" template {template.rpartition('/')[2]} strategy file_copy" if template else ""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"create database {name}{like}")  # names made of digits
        return self.url(name)

    def drop_database(self, url: str) -> None:
        """Remove a database, whoever is connected."""
        import psycopg

        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"drop database if exists {url.rpartition('/')[2]} with (force)")

    def url(self, name: str) -> str:
        """Return the address of a database."""
        return f"postgresql://tonmeister@127.0.0.1:{self.port}/{name}"


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """Run a PostgreSQL server in a folder that vanishes with it."""
    programs = postgres_programs()
    if programs is None:
        lacking("PostgreSQL's programs (initdb, postgres) are not installed")
    # Not in pytest's own folder: that is closed to other users.
    folder = Path(tempfile.mkdtemp(prefix="tonmeister-pg-"))
    try:
        server = Postgres(programs, folder)
        server.init()
        server.start()
        try:
            yield server
        finally:
            server.stop(at_once=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running_redis() -> Iterator[str]:
    """Run a Redis server that keeps nothing, and give its address."""
    program = shutil.which("redis-server")
    if program is None:
        lacking("redis-server is not installed")
    port = free_port()
    process = subprocess.Popen(
        [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", "/"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait_until(lambda: answers(port), process, "Redis")
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait(START_S)


class RabbitMQ:
    """A RabbitMQ server with its own folder and its own port mapper, nothing of which is left behind."""

    PROGRAM = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")

    def __init__(self, folder: Path, arguments: str = ""):
        self.folder = folder
        self.port = free_port()
        self._arguments = arguments
        self.url = f"amqp://guest:guest@127.0.0.1:{self.port}//"
        # It keeps its files to one user; as root the one that the package has made.
        self._user = pwd.getpwnam("rabbitmq") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
        self._mapper_port, self._node_port = free_port(), free_port()
        self._mapper: subprocess.Popen | None = None
        self._process: subprocess.Popen | None = None
        os.chown(folder, self._user.pw_uid, self._user.pw_gid)
        (folder / "rabbitmq.conf").write_text(f"listeners.tcp.1 = 127.0.0.1:{self.port}\n")
        (folder / "plugins").write_text("[].\n")

    def _launch(self, command: list[str]) -> subprocess.Popen:
        as_user = {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []}
        return subprocess.Popen(
            command,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self.folder),
                "LANG": "C.UTF-8",
                "ERL_EPMD_ADDRESS": "127.0.0.1",
                "ERL_EPMD_PORT": str(self._mapper_port),
                "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq.conf"),
                "RABBITMQ_CONF_ENV_FILE": os.devnull,
                "RABBITMQ_DIST_PORT": str(self._node_port),
                "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "plugins"),
                "RABBITMQ_LOG_BASE": str(self.folder),
                "RABBITMQ_LOGS": "-",
                "RABBITMQ_MNESIA_BASE": str(self.folder / "data"),
                "RABBITMQ_NODENAME": f"test{self.port}@localhost",
                "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1 -start_epmd false "
                f"-kernel inet_dist_use_interface {{127,0,0,1}} {self._arguments}",
                "RUNNING_UNDER_SYSTEMD": "true",  # it takes the place of its shell, so that signals reach it
            },
            cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            **(as_user if os.getuid() == 0 else {}),
        )  # fmt: skip

    def start(self) -> None:
        """Start the server; what it was given before is there again."""
        if self._mapper is None:
            self._mapper = self._launch(["epmd", "-port", str(self._mapper_port), "-address", "127.0.0.1"])
        self._process = self._launch([str(self.PROGRAM)])
        wait_until(lambda: answers(self.port), self._process, "RabbitMQ", 3 * START_S)  # Erlang is slow to wake

    def stop(self, *, at_once: bool = False) -> None:
        """Stop the server; with ``at_once`` as if the machine had crashed."""
        if self._process is not None:
            (self._process.kill if at_once else self._process.terminate)()
            try:
                self._process.wait(START_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    def close(self) -> None:
        """Stop the server and its port mapper."""
        self.stop(at_once=True)
        if self._mapper is not None:
            self._mapper.terminate()
            self._mapper.wait(START_S)
            self._mapper = None


@contextmanager
def running_rabbitmq(arguments: str = "") -> Iterator[RabbitMQ]:
    """Run a RabbitMQ server in a folder that vanishes with it; ``arguments`` are Erlang's."""
    if not RabbitMQ.PROGRAM.exists() or shutil.which("epmd") is None:
        lacking("rabbitmq-server is not installed")
    folder = Path(tempfile.mkdtemp(prefix="tonmeister-mq-"))
    try:
        server = RabbitMQ(folder, arguments)
        try:
            server.start()
            yield server
        finally:
            server.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running_s3() -> Iterator[str]:
    """Run moto's S3 server in memory, and give its address."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait_until(lambda: answers(port), process, "moto's S3 server")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(START_S)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server for all tests of a session."""
    with running_postgres() as server:
        yield server


@pytest.fixture
def postgres_url(postgres: Postgres) -> Iterator[str]:
    """The address of an empty PostgreSQL database of this test alone."""
    url = postgres.create_database()
    yield url
    postgres.drop_database(url)


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """The address of a Redis server for all tests of a session."""
    with running_redis() as url:
        yield url


@pytest.fixture(scope="session")
def rabbitmq() -> Iterator[RabbitMQ]:
    """A RabbitMQ server for all tests of a session."""
    with running_rabbitmq() as server:
        yield server


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    """The address of an S3 server for all tests of a session; keys for it are in the environment."""
    with pytest.MonkeyPatch.context() as patch, running_s3() as url:
        patch.setenv("AWS_ACCESS_KEY_ID", "key")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        yield url


@pytest.fixture
def s3_storage_url(s3_endpoint: str) -> str:
    """The storage address of an empty bucket of this test alone."""
    import boto3

    name = f"bucket-{time.monotonic_ns()}"
    client = boto3.client("s3", endpoint_url=s3_endpoint, region_name="us-east-1")
    client.create_bucket(Bucket=name)
    client.close()
    return f"s3://{name}/studio?endpoint={s3_endpoint}&region=us-east-1"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, of both kinds one after the other."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'tonmeister.db'}"
    return request.getfixturevalue("postgres_url")


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with all tables and no rows, to be copied."""
    path = tmp_path_factory.mktemp("template") / "tonmeister.db"
    _bring_up(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def migrated_postgres(postgres: Postgres) -> str:
    """The address of a database with all tables and no rows, to be copied."""
    url = postgres.create_database()
    _bring_up(url)
    return url


def _bring_up(url: str) -> None:
    from tonmeister.store.database import Database
    from tonmeister.store.migrate import bring_up

    opened = Database(url)
    bring_up(opened)
    opened.close()  # nothing of it is left in SQLite's write-ahead log


@pytest.fixture
def sqlite_database(migrated_sqlite: Path, tmp_path: Path):
    """A SQLite database with all tables."""
    from tonmeister.store.database import Database

    shutil.copyfile(migrated_sqlite, tmp_path / "tonmeister.db")
    opened = Database(f"sqlite:///{tmp_path / 'tonmeister.db'}")
    yield opened
    opened.close()


@pytest.fixture
def postgres_database(postgres: Postgres, migrated_postgres: str):
    """A PostgreSQL database with all tables."""
    from tonmeister.store.database import Database

    url = postgres.create_database(migrated_postgres)
    opened = Database(url)
    yield opened
    opened.close()
    postgres.drop_database(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest):
    """A database with all tables, of both kinds one after the other."""
    return request.getfixturevalue("sqlite_database" if request.param == "sqlite" else "postgres_database")


@pytest.fixture(params=["disk", "s3"])
def storage_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty storage, of both kinds one after the other."""
    if request.param == "disk":
        return (tmp_path / "blobs").as_uri()
    return request.getfixturevalue("s3_storage_url")


@pytest.fixture
def blobs(storage_url: str):
    """An empty storage, of both kinds one after the other."""
    from tonmeister.store.blobs import open_blobs

    return open_blobs(storage_url)

"""Settings from the environment."""

from __future__ import annotations

import pickle
from dataclasses import fields

import pytest

from tonmeister.core.errors import CombinationError, FileMissingError, ParameterError
from tonmeister.settings import Settings, read_settings, read_with_sources, shown, usable_cores


def test_defaults():
    assert read_settings({"PATH": "/bin"}) == Settings()
    assert Settings().n_cores == usable_cores() >= 1


def test_values_are_typed(tmp_path):
    settings = read_settings({
        "TONMEISTER_N_WORKERS": "3", "TONMEISTER_MAX_DURATION_S": "60.5", "TONMEISTER_TEMPORARY_FOLDER": str(tmp_path),
        "TONMEISTER_WITHOUT_AAC": "1",
    })  # fmt: skip
    assert settings == Settings(n_workers=3, max_duration_s=60.5, temporary_folder=tmp_path.resolve())
    assert settings.n_cores == 3


def test_an_empty_variable_is_the_default():
    assert read_settings({"TONMEISTER_N_WORKERS": " "}) == Settings()


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("TONMEISTER_N_WORKERS", "0"),
        ("TONMEISTER_N_WORKERS", "two"),
        ("TONMEISTER_MAX_DURATION_S", "-1"),
        ("TONMEISTER_MAX_DURATION_S", "nan"),
        ("TONMEISTER_MAX_DURATION_S", "long"),
        ("TONMEISTER_TEMPORARY_FOLDER", "/no/such/folder"),
        ("TONMEISTER_N_WORKER", "2"),
    ],
)
def test_bad_values_and_unknown_names_are_refused(variable, text):
    with pytest.raises(ParameterError, match=variable) as caught:
        read_settings({variable: text})
    assert caught.value.remedy


def test_every_setting_takes_what_it_prints(tmp_path):
    """What `shown` prints for the defaults and for other values is read back as the same."""
    given = {
        "DATA_FOLDER": str(tmp_path), "DATABASE_URL": "sqlite:////tmp/x.db", "STORAGE_URL": "s3://bucket/studio?region=eu",
        "MAX_JOBS_BY_KIND": "master=1,prepare=2", "CORS_ORIGINS": "https://a.example, https://b.example",
        "OPEN_BROWSER": "no", "BACKUP_AT": "23:59", "EXECUTOR": "Local", "LEASE_S": "2.5", "LOG_FORMAT": "json",
    }  # fmt: skip
    settings = read_settings({f"TONMEISTER_{name}": text for name, text in given.items()})
    assert settings.max_jobs_by_kind == {"master": 1, "prepare": 2}
    assert settings.cors_origins == ("https://a.example", "https://b.example")
    assert (settings.open_browser, settings.executor, settings.log_format) == (False, "local", "json")
    printed = {f"TONMEISTER_{name.upper()}": text for name, text in shown(settings).items()}
    assert read_settings(printed) == settings
    assert pickle.loads(pickle.dumps(settings)) == settings


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("PORT", "65536"), ("PORT", "-1"), ("PORT", "８０８０"), ("OPEN_BROWSER", "maybe"), ("BACKUP_AT", "24:00"),
        ("EXECUTOR", "cloud"), ("MAX_JOBS_BY_KIND", "master"), ("MAX_JOBS_BY_KIND", "master=0"), ("LEASE_S", "inf"),
        ("DATABASE_URL", "mysql://x/y"), ("STORAGE_URL", "/just/a/folder"), ("BUS_URL", "postgres"),
        ("KEEP_BIN_DAYS", "0"), ("DATA_FOLDER", __file__), ("PUBLIC_URL", "studio.example"), ("LOG_LEVEL", "loud"),
    ],
)  # fmt: skip
def test_each_kind_of_value_has_its_bounds(name, text):
    with pytest.raises(ParameterError, match=f"TONMEISTER_{name}") as caught:
        read_settings({f"TONMEISTER_{name}": text})
    assert caught.value.remedy
    assert caught.value.bound


def test_what_does_not_go_together_is_refused():
    with pytest.raises(CombinationError, match="broker"):
        read_settings({"TONMEISTER_EXECUTOR": "celery"})
    with pytest.raises(CombinationError, match="SQLite"):
        read_settings({"TONMEISTER_BUS_URL": "postgresql"})
    postgres = {"TONMEISTER_DATABASE_URL": "postgresql://db/studio", "TONMEISTER_BUS_URL": "postgresql"}
    assert read_settings(postgres).bus_url == "postgresql"


def test_places_follow_the_data_folder(tmp_path):
    settings = Settings(data_folder=tmp_path / "a b")
    assert settings.resolved_database_url == f"sqlite:///{tmp_path}/a b/tonmeister.db"
    assert settings.resolved_storage_url == (tmp_path / "a b" / "blobs").as_uri()
    assert settings.resolved_backup_folder == tmp_path / "a b" / "backups"
    assert Settings(n_workers=3).n_slots == 3
    assert Settings(n_workers=3, n_job_slots=1).n_slots == 1


def test_the_environment_goes_before_the_file_before_the_configuration(tmp_path):
    (tmp_path / ".env").write_text(
        "# ours and others'\nOTHER_PORT=1\nexport TONMEISTER_PORT=1002 # two\nTONMEISTER_HOST='::1'\n"
        f'TONMEISTER_DATA_FOLDER="{tmp_path / "data"}"\nTONMEISTER_WITHOUT_AAC=1\n'
    )
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "tonmeister.toml").write_text(
        'port = 1003\nhost = "h"\nlog_format = "json"\nopen_browser = false\ncors_origins = ["https://a", "https://b"]\n'
        "[max_jobs_by_kind]\nmaster = 2\n"
    )
    settings, sources = read_with_sources({"TONMEISTER_PORT": "1001"}, folder=tmp_path)
    assert (settings.port, settings.host, settings.log_format, settings.open_browser) == (1001, "::1", "json", False)
    assert settings.cors_origins == ("https://a", "https://b")
    assert settings.max_jobs_by_kind == {"master": 2}
    assert sources["port"] == "environment"
    assert sources["host"] == str(tmp_path / ".env")
    assert sources["log_format"] == str(tmp_path / "data" / "tonmeister.toml")
    assert read_settings({"TONMEISTER_PORT": "1001"}) == Settings(port=1001)  # without a folder no file is looked for


def test_another_configuration_file_can_be_named(tmp_path):
    path = tmp_path / "studio.toml"
    path.write_text("port = 1004\n")
    assert read_settings({"TONMEISTER_CONFIG": str(path)}).port == 1004
    with pytest.raises(FileMissingError, match="TONMEISTER_CONFIG"):
        read_settings({"TONMEISTER_CONFIG": str(tmp_path / "none.toml")})


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        (".env", "TONMEISTER_PROT=1\n", "no setting TONMEISTER_PROT"),
        (".env", "TONMEISTER_PORT\n", "no '='"),
        ("tonmeister.toml", "prot = 1\n", "no setting prot"),
        ("tonmeister.toml", "port = \n", "not valid TOML"),
        ("tonmeister.toml", "port = 99999\n", "port in .*tonmeister.toml is '99999'"),
    ],
)
def test_what_is_wrong_in_a_file_is_named_with_the_file(tmp_path, name, content, words):
    (tmp_path / name).write_text(content)
    with pytest.raises(ParameterError, match=words):
        read_settings({"TONMEISTER_DATA_FOLDER": str(tmp_path)}, folder=tmp_path)


def test_secrets_are_not_shown():
    settings = read_settings({
        "TONMEISTER_SHARED_TOKEN": "opensesame", "TONMEISTER_DATABASE_URL": "postgresql://ann:opensesame@db/x",
        "TONMEISTER_SENTRY_DSN": "https://opensesame@sentry/1", "TONMEISTER_BROKER_URL": "amqp://u:opensesame@mq",
        "TONMEISTER_STORAGE_URL": "s3://b/p?secret_key=opensesame",
    })  # fmt: skip
    assert "opensesame" not in repr(settings) + str(shown(settings))
    assert shown(settings)["database_url"] == "postgresql://ann:***@db/x"
    with pytest.raises(ParameterError) as caught:
        read_settings({"TONMEISTER_BROKER_URL": "http://ann:opensesame@mq"})
    assert "opensesame" not in str(caught.value.details())


def test_every_setting_is_documented_and_of_a_group():
    for option in fields(Settings):
        assert option.metadata["help"].endswith((".", ")"))
        assert option.metadata["group"] in ("work", "links", "language", "data", "jobs", "server")

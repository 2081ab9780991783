"""Every option of the program that is not a parameter of one piece of work: typed, with its default, in one place.

`read_settings` turns the environment, a ``.env`` file and a TOML file into values once, in `tonmeister.app`; from
there they are handed down.
"""

# ruff: noqa: RUF009 - `_option` is `dataclasses.field` with our own facts about it
from __future__ import annotations

import math
import os
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

from tonmeister.core.errors import CombinationError, FileMissingError, ParameterError
from tonmeister.core.language import LanguageRules, Provider
from tonmeister.core.links import LinkRules

PREFIX = "TONMEISTER_"

CONFIG_VARIABLE = "TONMEISTER_CONFIG"
"""Names the TOML file; by default ``tonmeister.toml`` in the data folder."""

CHECKOUT_VARIABLES = {
    "TONMEISTER_WITHOUT_AAC": "1 leaves out PyAV (M4A/AAC and other containers) when the checkout is set up.",
    "TONMEISTER_SHARED_AUDIO": "The folder of real recordings; tests that need it are skipped where it is missing.",
    "TONMEISTER_PYTHON": "The Python to set up the checkout with; by default the latest that fits.",
}
"""Variables that the scripts of a checkout read; the program itself does not."""


def default_data_folder() -> Path:
    """Return where the studio keeps its data unless told otherwise: the place for it on this system."""
    if sys.platform == "darwin":
        above = Path.home() / "Library" / "Application Support"
    elif sys.platform == "win32":
        above = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    else:
        above = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return above / "tonmeister"


Reader = Callable[[str, str], Any]


def _option(
    text: str,
    reader: Reader,
    default: Any = None,
    *,
    group: str,
    is_secret: bool = False,
    is_url: bool = False,
    default_text: str | None = None,
    **given: Any,
) -> Any:
    about = {"help": text, "reader": reader, "group": group, "is_secret": is_secret, "is_url": is_url}
    about["default_text"] = default_text
    if "default_factory" not in given:
        given["default"] = default
    return field(metadata=about, repr=not (is_secret or is_url), **given)


def _refuse(name: str, text: str, bound: str, remedy: str) -> ParameterError:
    return ParameterError(
        f"{name} is {text!r}; it must be {bound}.", field=name, value=text, bound=bound, remedy=remedy
    )


def _whole(low: int, high: int, remedy: str = "") -> Reader:
    def read(name: str, text: str) -> int:
        count = int(text) if re.fullmatch(r"-?[0-9]{1,18}", text) else None
        if count is None or not low <= count <= high:
            raise _refuse(
                name, text, f"a whole number from {low} to {high}", remedy or "Correct it, or unset it for the default."
            )
        return count

    return read


def _seconds(remedy: str) -> Reader:
    def read(name: str, text: str) -> float:
        try:
            duration_s = float(text)
        except ValueError:
            duration_s = math.nan
        if not 0 < duration_s < math.inf:
            raise _refuse(name, text, "a number of seconds above 0", remedy)
        return duration_s

    return read


def _existing_folder(name: str, text: str) -> Path:
    folder = Path(text).expanduser()
    if not folder.is_dir():
        raise ParameterError(
            f"{name} is {text!r}, which is not a folder.",
            field=name,
            value=text,
            bound="an existing folder",
            remedy="Create the folder, or unset the variable to use the system's temporary folder.",
        )
    return folder.resolve()


def _folder(name: str, text: str) -> Path:
    folder = Path(text).expanduser().resolve()
    if folder.exists() and not folder.is_dir():
        raise _refuse(name, text, "a folder", "Name a folder; it is made where it is missing.")
    return folder


def _text(_name: str, text: str) -> str:
    return text


def _choice(*choices: str) -> Reader:
    def read(name: str, text: str) -> str:
        if text.lower() not in choices:
            raise _refuse(name, text, f"one of {', '.join(choices)}", "Choose one of them.")
        return text.lower()

    return read


def _flag(name: str, text: str) -> bool:
    words = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    if text.lower() not in words:
        raise _refuse(name, text, "true or false", "Write true or false.")
    return words[text.lower()]


def _names(_name: str, text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _counts(name: str, text: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    for part in _names(name, text):
        kind, _, count = part.partition("=")
        if not re.fullmatch(r"[a-z][a-z0-9_-]*", kind.strip()) or not re.fullmatch(r"[1-9]\d{0,3}", count.strip()):
            raise _refuse(name, text, "capability=number, separated by commas", 'Write it like "master=1,prepare=2".')
        counts[kind.strip()] = int(count)
    return counts


def _clock(name: str, text: str) -> str:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text):
        raise _refuse(name, text, "a time of day in UTC, HH:MM", 'Write it like "02:00".')
    return text


def _url(*schemes: str, words: tuple[str, ...] = ()) -> Reader:
    def read(name: str, text: str) -> str:
        scheme, separator, rest = text.partition("://")
        if text in words or (separator and rest and scheme.partition("+")[0] in schemes):
            return text
        forms = ", ".join([*words, *(f"{scheme}://…" for scheme in schemes)])
        # The value is not repeated: it may hold a password.
        raise ParameterError(
            f"{name} is not an address of a kind that is known here.", field=name, bound=forms, remedy=f"Use: {forms}."
        )

    return read


_MEGABYTES = _whole(1, 1 << 40, "Give a number of megabytes (1 MB is 1,048,576 bytes).")
_DAYS = _whole(1, 36500, "Give a number of days, or unset it.")


@dataclass(frozen=True)
class Settings:
    """The options of the program; each is read from the variable ``TONMEISTER_`` and its name in capitals."""

    n_workers: int | None = _option(
        "How many processor cores the program may use. Default: all that it is given.",
        _whole(1, 1024, "Set it to the number of cores to use, or unset it to use all."),
        group="work",
    )
    max_duration_s: float = _option(
        "The longest audio that is accepted, in seconds.",
        _seconds("Set it to the longest audio to accept, in seconds, for example 21600 for six hours."),
        6 * 3600.0,
        group="work",
    )
    temporary_folder: Path | None = _option(
        "Where temporary files go while the work lasts. Default: the system's temporary folder.",
        _existing_folder,
        group="work",
    )

    steps_folder: Path | None = _option(
        "Where the command line and the library keep the steps of their work by content, such as stems and analyses: a "
        "repeat or a retry then does only what is missing. It is made. Default: nothing is kept between two runs.",
        _folder,
        group="work",
    )
    max_steps_mb: int = _option(
        "How many megabytes of steps are kept there; what was used longest ago goes first.",
        _MEGABYTES,
        10240,
        group="work",
    )

    links: bool = _option(
        "Whether sound may be fetched from addresses of the web, on the word of who asks that they hold the rights.",
        _flag,
        False,
        group="links",
    )
    link_hosts: tuple[str, ...] = _option(
        "The hosts that may be named, with their subdomains, separated by commas. Default: every public host.",
        _names,
        (),
        group="links",
    )
    link_extractors: tuple[str, ...] = _option(
        "How sound may be found behind an address: names of yt-dlp's extractors, separated by commas.",
        _names,
        ("generic", "html5"),
        group="links",
    )
    link_max_mb: int = _option("The largest file that is fetched.", _MEGABYTES, 200, group="links")
    link_max_duration_s: float = _option(
        "The longest sound that is fetched, in seconds.",
        _seconds("Set it to the longest sound to fetch, in seconds."),
        900.0,
        group="links",
    )
    link_max_wait_s: float = _option(
        "How long one fetch may take, in seconds.",
        _seconds("Set it to the longest time that a fetch may take, in seconds."),
        300.0,
        group="links",
    )
    link_open_addresses: tuple[str, ...] = _option(
        "Addresses (host:port) that may be reached although they are not public, such as a server of your own.",
        _names,
        (),
        group="links",
    )

    language_provider: Provider | None = _option(
        "Whose protocol the language model speaks that plans mashups: anthropic, or openai for OpenAI and for servers "
        "of your own such as Ollama, llama.cpp and vLLM. Default: no language model.",
        _choice("anthropic", "openai"),
        group="language",
    )
    language_model: str | None = _option("The name of the language model.", _text, group="language")
    language_base_url: str | None = _option(
        "Where the language model is, such as http://127.0.0.1:11434/v1. Default: the provider's own address.",
        _url("http", "https"),
        group="language",
        is_url=True,
    )
    language_key: str | None = _option(
        "The key of the account with the provider.", _text, group="language", is_secret=True
    )
    language_timeout_s: float = _option(
        "How long one call of the language model may take, in seconds.",
        _seconds("Set it to the longest time that a call may take, in seconds."),
        30.0,
        group="language",
    )

    data_folder: Path = _option(
        "Where the studio keeps its database, its files and its backups.",
        _folder,
        group="data",
        default_factory=default_data_folder,
        default_text="`~/.local/share/tonmeister`, or the system's place for data",
    )
    database_url: str | None = _option(
        "The database: sqlite:///… or postgresql://…. Default: SQLite in the data folder.",
        _url("sqlite", "postgresql"),
        group="data",
        is_url=True,
    )
    storage_url: str | None = _option(
        "Where files lie: file:///folder, or s3://bucket/prefix?endpoint=…&region=… (the keys come from "
        "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or from the machine's role). Default: the folder blobs in the "
        "data folder.",
        _url("file", "s3"),
        group="data",
        is_url=True,
    )
    max_upload_mb: int = _option("The largest file that is accepted, in megabytes.", _MEGABYTES, 2048, group="data")
    upload_quota_mb: int | None = _option(
        "How much one user may have uploaded, open uploads included, in megabytes. Default: no bound.",
        _MEGABYTES,
        group="data",
    )
    upload_expiry_h: int = _option(
        "After how many hours without a byte an open upload is removed.", _whole(1, 8760), 24, group="data"
    )
    keep_bin_days: int = _option(
        "For how many days a deleted asset can be taken out of the bin again.", _DAYS, 30, group="data"
    )
    keep_results_days: int | None = _option(
        "For how many days after its last use a result answers the same request again. Default: for ever.",
        _DAYS,
        group="data",
    )
    keep_jobs_days: int | None = _option(
        "For how many days finished jobs stay in the history. Default: for ever.", _DAYS, group="data"
    )
    backup_folder: Path | None = _option(
        "Where backups go; best another disk. Default: the folder backups in the data folder.", _folder, group="data"
    )
    backup_keep_days: int = _option("For how many days daily backups are kept.", _DAYS, 30, group="data")
    backup_at: str = _option("When the daily backup starts (UTC).", _clock, "02:00", group="data")

    executor: Literal["local", "celery"] = _option(
        "Who runs jobs: processes of this machine's supervisor, or Celery workers.",
        _choice("local", "celery"),
        "local",
        group="jobs",
    )
    broker_url: str | None = _option(
        "Celery's broker: redis://… or amqp://….",
        _url("redis", "rediss", "amqp", "amqps"),
        group="jobs",
        is_url=True,
    )
    bus_url: str | None = _option(
        "How events travel between processes: redis://…, or postgresql for the database's own NOTIFY. Default: a pipe "
        "between the server and its supervisor, and the database.",
        _url("redis", "rediss", words=("postgresql",)),
        group="jobs",
        is_url=True,
    )
    n_job_slots: int | None = _option(
        "How many jobs one supervisor runs at once. Default: one for each core.", _whole(1, 1024), group="jobs"
    )
    max_jobs_by_kind: Mapping[str, int] = _option(
        "How many jobs of one capability run at once, on all supervisors of one database together, like "
        "master=1,prepare=2. Where prepare is not named, uploads that are prepared leave one slot to other work.",
        _counts,
        group="jobs",
        default_factory=dict,
        default_text="",
    )
    job_memory_mb: int = _option(
        "How much memory a job's process may take, in megabytes.", _whole(256, 1 << 30), 8192, group="jobs"
    )
    job_timeout_s: float = _option(
        "How long one step of a job may run, in seconds.",
        _seconds("Give a number of seconds, for example 3600."),
        2 * 3600.0,
        group="jobs",
    )
    lease_s: float = _option(
        "After how many seconds without a sign of life a supervisor's work is given to another.",
        _seconds("Give a number of seconds, for example 15."),
        15.0,
        group="jobs",
    )

    host: str = _option("The address that the server listens on.", _text, "127.0.0.1", group="server")
    port: int = _option(
        "The port that the server listens on; 0 takes a free one.", _whole(0, 65535), 8765, group="server"
    )
    shared_token: str | None = _option(
        "The secret that every request must carry once the server listens on more than this machine.",
        _text,
        group="server",
        is_secret=True,
    )
    cors_origins: tuple[str, ...] = _option(
        "Origins of other web pages that may use the API, separated by commas.",
        _names,
        (),
        group="server",
        default_text="",
    )
    trusted_proxies: tuple[str, ...] = _option(
        "Addresses of proxies whose X-Forwarded-For is believed, separated by commas.",
        _names,
        (),
        group="server",
        default_text="",
    )
    rate_limit_per_minute: int = _option(
        "How many API requests one address may send in a minute once the server listens on more than this machine.",
        _whole(1, 1_000_000),
        100,
        group="server",
    )
    job_quota_per_hour: int | None = _option(
        "How many pieces of work one owner may begin within an hour once a token or accounts guard the server."
        " Default: as many as one likes.",
        _whole(1, 1_000_000),
        group="server",
    )
    public_url: str | None = _option(
        "The address under which people reach the server, where it is not the one that it listens on.",
        _url("http", "https"),
        group="server",
    )
    open_browser: bool = _option(
        "Whether `tonmeister serve` opens the studio in a browser.", _flag, True, group="server"
    )
    log_format: Literal["text", "json"] = _option(
        "How log lines are written.", _choice("text", "json"), "text", group="server"
    )
    log_level: str = _option("What is logged.", _choice("debug", "info", "warning", "error"), "info", group="server")
    sentry_dsn: str | None = _option(
        "Where faults are reported to (Sentry). Default: nowhere.",
        _url("http", "https"),
        group="server",
        is_secret=True,
    )
    otlp_endpoint: str | None = _option(
        "Where traces are sent to (OTLP over HTTP). Default: nowhere.",
        _url("http", "https"),
        group="server",
        is_url=True,
    )

    @property
    def link_rules(self) -> LinkRules:
        """What may be fetched from addresses."""
        return LinkRules(
            is_on=self.links,
            hosts=self.link_hosts,
            extractors=self.link_extractors,
            max_mb=self.link_max_mb,
            max_duration_s=self.link_max_duration_s,
            max_wait_s=self.link_max_wait_s,
            open_addresses=self.link_open_addresses,
        )

    @property
    def language_rules(self) -> LanguageRules:
        """Which language model may be asked."""
        memory = self.data_folder / "language-model.json" if self.data_folder.is_dir() else None
        return LanguageRules(
            provider=self.language_provider,
            model=self.language_model,
            base_url=self.language_base_url,
            key=self.language_key,
            timeout_s=self.language_timeout_s,
            breaker=None if memory is None else str(memory),
        )

    @property
    def n_cores(self) -> int:
        """How many cores the program uses: the setting, or all that this process may run on."""
        return self.n_workers or usable_cores()

    @property
    def n_slots(self) -> int:
        """How many jobs one supervisor runs at once: the setting, or one for each core."""
        return self.n_job_slots or self.n_cores

    @property
    def resolved_database_url(self) -> str:
        """The database: the setting, or SQLite in the data folder."""
        return self.database_url or f"sqlite:///{(self.data_folder / 'tonmeister.db').as_posix()}"

    @property
    def resolved_storage_url(self) -> str:
        """Where files lie: the setting, or a folder in the data folder."""
        return self.storage_url or (self.data_folder / "blobs").as_uri()

    @property
    def resolved_backup_folder(self) -> Path:
        """Where backups go: the setting, or a folder in the data folder."""
        return self.backup_folder or self.data_folder / "backups"


def usable_cores() -> int:
    """Return how many processor cores this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def read_settings(environment: Mapping[str, str], *, folder: Path | None = None) -> Settings:
    """Read the settings; raise `ParameterError` for unknown names and bad values.

    Variables of ``environment`` come first. With a ``folder``, the file ``.env`` in it comes second, and third the TOML
    file that ``TONMEISTER_CONFIG`` names or ``tonmeister.toml`` in the data folder; without, no file is looked for.
    """
    return read_with_sources(environment, folder=folder)[0]


def read_with_sources(environment: Mapping[str, str], *, folder: Path | None = None) -> tuple[Settings, dict[str, str]]:
    """Read the settings, and say for each that was set where it comes from."""
    options = {option.name: option for option in fields(Settings)}
    given: dict[str, tuple[str, str, str]] = {}  # setting: (name as written there, text, source)
    config: tuple[str, Path] | None = None
    for source, variables in (("environment", environment), *_dot_env(folder)):
        for variable, text in variables.items():
            if not variable.startswith(PREFIX) or variable in CHECKOUT_VARIABLES or not text.strip():
                _check_name(variable, text, options)
            elif variable == CONFIG_VARIABLE:
                config = config or (variable, Path(text.strip()).expanduser())
            else:
                _check_name(variable, text, options)
                given.setdefault(variable[len(PREFIX) :].lower(), (variable, text.strip(), source))
    for path in _config_files(config, given, folder):
        for name, text in _toml(path, options).items():
            given.setdefault(name, (f"{name} in {path}", text, str(path)))
    values = {name: options[name].metadata["reader"](written, text) for name, (written, text, _) in given.items()}
    settings = Settings(**values)
    _check_together(settings)
    return settings, {name: source for name, (_, _, source) in given.items()}


def _check_name(variable: str, text: str, options: Mapping[str, Any]) -> None:
    if not variable.startswith(PREFIX) or variable in CHECKOUT_VARIABLES or variable == CONFIG_VARIABLE:
        return
    if variable[len(PREFIX) :].lower() not in options or variable != variable.upper():
        names = sorted(PREFIX + name.upper() for name in options)
        raise ParameterError(
            f"There is no setting {variable}.",
            field=variable,
            value=text,
            bound=names,
            remedy=f"Unset it, or use one of: {', '.join(names)}.",
        )


def _dot_env(folder: Path | None) -> list[tuple[str, dict[str, str]]]:
    """Read the lines of ``.env`` that are ours; others belong to other programs."""
    path = folder / ".env" if folder else None
    if path is None or not path.is_file():
        return []
    variables: dict[str, str] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        words = line.strip().removeprefix("export ").strip()
        if not words.startswith(PREFIX):
            continue
        name, separator, text = words.partition("=")
        if not separator:
            raise ParameterError(
                f"Line {number} of {path} has no '='.",
                field=name,
                value=words,
                remedy="Write NAME=value, one a line.",
            )
        text = text.strip()
        if len(text) >= 2 and text[0] in "\"'" and text.rstrip().endswith(text[0]):
            text = text[1:-1]
        else:
            text = re.split(r"\s#", text, maxsplit=1)[0].rstrip()
        variables[name.strip()] = text
    return [(str(path), variables)]


def _config_files(
    config: tuple[str, Path] | None, given: Mapping[str, tuple[str, str, str]], folder: Path | None
) -> list[Path]:
    if config is not None:
        name, path = config
        if not path.is_file():
            raise FileMissingError(
                f"{name} is {str(path)!r}, which is not a file.",
                field=name,
                value=str(path),
                remedy="Name a TOML file, or unset the variable.",
            )
        return [path.resolve()]
    if folder is None:
        return []
    place = _folder(*given["data_folder"][:2]) if "data_folder" in given else default_data_folder()
    path = place / "tonmeister.toml"
    return [path] if path.is_file() else []


def _toml(path: Path, options: Mapping[str, Any]) -> dict[str, str]:
    import tomllib

    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise ParameterError(
            f"{str(path)!r} is not valid TOML: {error}.", field=str(path), remedy="Correct the file."
        ) from None
    unknown = sorted(set(values) - set(options))
    if unknown:
        raise ParameterError(
            f"There is no setting {unknown[0]} (in {path}).",
            field=unknown[0],
            bound=sorted(options),
            remedy=f"Remove it, or use one of: {', '.join(sorted(options))}.",
        )
    return {name: text for name, value in values.items() if (text := _as_text(value))}


def _as_text(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(str(part) for part in value)
    if isinstance(value, dict):
        return ",".join(f"{name}={part}" for name, part in value.items())
    return str(value).strip()


def _check_together(settings: Settings) -> None:
    if settings.executor == "celery" and settings.broker_url is None:
        raise CombinationError(
            "The executor is celery, but no broker is set.",
            field="broker_url",
            remedy=f"Set {PREFIX}BROKER_URL, for example redis://127.0.0.1:6379/0, or the executor to local.",
        )
    is_sqlite = settings.resolved_database_url.startswith("sqlite")
    if settings.bus_url == "postgresql" and is_sqlite:
        raise CombinationError(
            "The bus is postgresql, but the database is SQLite.",
            field="bus_url",
            remedy=f"Set {PREFIX}DATABASE_URL=postgresql://…, or another bus.",
        )


def shown(settings: Settings) -> dict[str, str]:
    """Return every setting as text that may be shown to anyone: secrets and passwords are masked."""
    values = {}
    for option in fields(Settings):
        value = getattr(settings, option.name)
        if value is None or value == () or value == {}:
            values[option.name] = ""
        elif option.metadata["is_secret"]:
            values[option.name] = "***"
        elif option.metadata["is_url"]:
            values[option.name] = mask_url(value)
        elif isinstance(value, bool):
            values[option.name] = str(value).lower()
        elif isinstance(value, float):
            values[option.name] = f"{value:g}"
        else:
            values[option.name] = _as_text(list(value) if isinstance(value, tuple) else value)
    return values


def mask_url(url: str) -> str:
    """Return an address without the password and the keys in it."""
    url = re.sub(r"(?<=://)([^/@]*?):([^/]*)@", r"\1:***@", url)
    return re.sub(r"((?:password|secret|token|key)[^=&]*=)[^&]*", r"\1***", url, flags=re.I)

"""Every setting of the pipeline, with one line of help each.

A setting is read from the environment (``BAOGAO_`` and its name in capitals); an option of a command takes precedence.
"""

from __future__ import annotations

import contextlib
import dataclasses
import difflib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flows.util.object_storage import Remote, StorageError, place

PREFIX = "BAOGAO_"
RUNNERS = ("local", "dask")
MAY_BE_ZERO = {"workers", "fetch_delay"}
OTHER_NAMES = {"BAOGAO_VERBOSE", "BAOGAO_CHECKOUT", "BAOGAO_CHROMIUM"}
"""Names with our prefix that are no settings: of ``--verbose``, of ``prefect.yaml``, and of the tests of pages."""
TEST_PREFIX = "BAOGAO_TEST_"


class SettingsError(ValueError):
    """A setting is not valid; the message says which, and what is allowed."""


def _setting(default: Any, help_text: str, *, secret: bool = False) -> Any:
    return field(default=default, metadata={"help": help_text}, repr=not secret)


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a run."""

    seeds: Path | Remote = _setting(Path("seeds"), "Folder with the documents, searched with all its subfolders; or s3://BUCKET/FOLDER.")
    data: Path = _setting(Path("data"), "Folder that gets the warehouse, the Parquet files and the reports.")
    rules: Path | None = _setting(None, "Folder of your own rules, merged over those of transforms/lexicon.")
    runner: str = _setting("local", "Where documents are read: `local`, in processes of this machine, or `dask`, on a Dask cluster.")
    dask_address: str = _setting("", "Address of the Dask cluster's scheduler, such as tcp://HOST:8786.")
    store: str = _setting(
        "", "Folder or s3://BUCKET/FOLDER where a cluster stores finished shards, for this data folder alone; else DATA/store."
    )
    workers: int = _setting(0, "Worker processes that read documents; 0 takes one for each processor.")
    batch_bytes: int = _setting(12_000_000, "Bytes of documents in one batch, the unit of work that Prefect sees, at most.")
    document_seconds: float = _setting(120.0, "Seconds that reading one document may take before it fails as `timeout`.")
    document_memory: int = _setting(
        2_000_000_000, "Bytes of memory that reading one document may take before it fails as `out_of_memory` (on Linux)."
    )
    max_file_bytes: int = _setting(200_000_000, "Bytes of the largest file that is read; a larger one fails as `too_large`.")
    ocr: bool = _setting(False, "Recognise the text of scans (needs the extra `ocr`, or Tesseract with chi_sim); `true` or `false`.")
    fetch_seconds: float = _setting(60.0, "Seconds that fetching one document from an address of sources.yml may take.")
    fetch_bytes: int = _setting(50_000_000, "Bytes of the largest document that is fetched from an address.")
    fetch_delay: float = _setting(1.0, "Seconds between two requests to one host; a longer delay in its robots.txt is respected, up to 30.")
    fetch_attempts: int = _setting(3, "How often an address is tried while its server fails.")
    source_folders: str = _setting(
        "", "Folders besides the one around the seeds folder that sources.yml may name, separated as in PATH; `/` allows all."
    )
    user_agent: str = _setting("", "The name of the pipeline for servers and their robots.txt; else baogao and its version.")
    query_seconds: float = _setting(300.0, "Seconds that a query (`baogao query`) may take.")
    query_memory: int = _setting(
        2_000_000_000, "Bytes of memory that a query may take; the rest goes to a temporary folder, up to four times as much."
    )
    keep_generations: int = _setting(2, "Published warehouses that are kept, the newest included, so that readers are not disturbed.")
    keep_checks: int = _setting(100, "Runs whose results of checks stay in the table `checks`, for the trend in the quality report.")
    keep_runs: int = _setting(1000, "Runs that stay in the run log and in the table `runs`.")
    keep_flow_runs: int = _setting(200, "Ended flow runs of a deployment that stay on the Prefect server, with their task runs and logs.")

    alert_url: str = _setting(
        "", "Address (http or https) that gets a JSON message when a run fails, or publishes although a critical check failed.", secret=True
    )
    alert_command: str = _setting("", "Command that gets the same message as its input.", secret=True)

    @property
    def worker_count(self) -> int:
        """The number of worker processes: as set, or one for each processor that this process may use."""
        available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        return self.workers or available

    @property
    def allowed_folders(self) -> tuple[Path, ...]:
        """The folders in ``source_folders``."""
        return tuple(Path(name) for name in self.source_folders.split(os.pathsep) if name)

    @classmethod
    def load(cls, environment: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
        """Settings from the environment, replaced by the ``overrides`` that are not None.

        Raises:
            SettingsError: a value is of the wrong kind or out of range, or a name is not that of a setting.
        """
        environment = os.environ if environment is None else environment
        fields = {item.name: item for item in dataclasses.fields(cls)}
        _require_known(environment, overrides, fields)
        values: dict[str, Any] = {}
        for name, item in fields.items():
            text = environment.get(PREFIX + name.upper())
            if text is not None:
                values[name] = _parse(name, item.default, text)
        values.update({name: value for name, value in overrides.items() if value is not None})
        for name in ("seeds", "data"):
            values |= {name: _place(name, values[name])} if name in values else {}
        if values.get("rules"):
            values["rules"] = Path(os.path.abspath(values["rules"]))  # worker processes have another working directory
        settings = cls(**values)
        settings._check()
        return settings

    def _check(self) -> None:
        self._check_places()
        for item in dataclasses.fields(self):
            value, least = getattr(self, item.name), 0 if item.name in MAY_BE_ZERO else 1
            if isinstance(value, int | float) and not isinstance(value, bool) and value < least:
                raise SettingsError(f"{item.name} is {value}; it must be at least {least}. {item.metadata['help']}")
        if self.alert_url and not self.alert_url.lower().startswith(("https://", "http://")):
            raise SettingsError("alert_url must begin with https:// or http://; it is not shown here, since it may contain a secret.")

    def _check_places(self) -> None:
        if isinstance(self.data, Remote):
            raise SettingsError(
                f"data is {self.data}; the warehouse needs a folder of the file system. Shards can be stored there: `store`."
            )
        if self.runner not in RUNNERS:
            raise SettingsError(f"runner is {self.runner!r}; it must be one of {', '.join(RUNNERS)}.")
        if self.runner == "dask" and not self.dask_address:
            raise SettingsError("The runner dask needs the address of the cluster's scheduler: --address tcp://HOST:8786.")
        if self.rules is not None and not self.rules.is_dir():
            raise SettingsError(f"rules is {self.rules}, and there is no such folder. Name the folder of your own rules, or leave it out.")
        try:
            place(self.store)
        except StorageError as error:
            raise SettingsError(f"store: {error}") from None

    @classmethod
    def describe(cls, environment: Mapping[str, str] | None = None) -> list[tuple[str, str, str]]:
        """Environment variable, value and help of each setting; of a secret only whether it is set."""
        environment = os.environ if environment is None else environment
        described = []
        for item in dataclasses.fields(cls):
            name = PREFIX + item.name.upper()
            value = environment.get(name, "" if item.default is None else str(item.default))
            described.append((name, value if item.repr or not value else "(set, and not shown)", item.metadata["help"]))
        return described


_of_this_run: ContextVar[Settings | None] = ContextVar("settings of this run", default=None)


@contextlib.contextmanager
def settings_of_run(settings: Settings) -> Iterator[None]:
    """Have a flow that is begun within run with these settings, where it would read those of the environment."""
    token = _of_this_run.set(settings)
    try:
        yield
    finally:
        _of_this_run.reset(token)


def flow_settings(seeds: str | None, data: str | None) -> Settings:
    """The settings of :func:`settings_of_run`, else those of the environment; in either case with the folders that are named.

    Raises:
        SettingsError: as :meth:`Settings.load`.
    """
    chosen = _of_this_run.get()
    overrides = {} if chosen is None else {item.name: getattr(chosen, item.name) for item in dataclasses.fields(chosen)}
    return Settings.load(**overrides | {name: folder for name, folder in (("seeds", seeds), ("data", data)) if folder})


def _require_known(environment: Mapping[str, str], overrides: Iterable[str], fields: Iterable[str]) -> None:
    """Refuse names that are not those of settings, and suggest the most similar one.

    Raises:
        SettingsError: a name is not that of a setting.
    """
    known = set(fields)
    for name in overrides:
        if name not in known:
            raise SettingsError(f"There is no setting {name}.{_nearest(name, known)} `baogao settings` lists them all.")
    for variable in environment:
        name = variable.removeprefix(PREFIX).lower()
        is_ours = variable.startswith(PREFIX) and variable not in OTHER_NAMES and not variable.startswith(TEST_PREFIX)
        if is_ours and (name not in known or variable != PREFIX + name.upper()):
            near = _nearest(name, known, lambda setting: PREFIX + setting.upper())
            raise SettingsError(f"The environment has {variable}, which is no setting.{near} `baogao settings` lists them all.")


def _nearest(name: str, known: Iterable[str], shown: Callable[[str], str] = str) -> str:
    """A question that names the most similar setting, if one is similar."""
    near = difflib.get_close_matches(name, sorted(known), n=1)
    return f" Did you mean {shown(near[0])}?" if near else ""


def _place(name: str, value: str | Path | Remote) -> Path | Remote:
    try:
        return place(value) if isinstance(value, str) else value
    except StorageError as error:
        raise SettingsError(f"{name}: {error}") from None


def _parse(name: str, default: Any, text: str) -> Any:
    kind = type(default)
    try:
        if default is None:
            return Path(text) if text else None
        if kind is bool:
            return {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False, "": False}[text.lower()]
        return text if kind is type(Path()) else kind(text)
    except (ValueError, KeyError):
        raise SettingsError(f"{PREFIX}{name.upper()} is {text!r}; it must be a {kind.__name__}.") from None

"""Every setting of the pipeline, one line of help each, and what is asked of Prefect before it is imported.

A setting is read from the environment (``BAOGAO_`` and its name in capitals) and overruled by the command's options.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flows.util.object_storage import Remote, StorageError, place

PREFIX = "BAOGAO_"
RUNNERS = ("local", "dask")
MAY_BE_ZERO = {"workers", "fetch_delay"}


class SettingsError(ValueError):
    """A setting has a value that cannot be meant; the message says which, and what is allowed."""


def _setting(default: Any, help_text: str, *, secret: bool = False) -> Any:
    return field(default=default, metadata={"help": help_text}, repr=not secret)


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a run."""

    seeds: Path | Remote = _setting(Path("seeds"), "Folder with the documents, searched with all its subfolders; or s3://BUCKET/FOLDER.")
    data: Path = _setting(Path("data"), "Folder that gets the warehouse, the Parquet files and the reports.")
    runner: str = _setting("local", "Where documents are read: `local`, in processes of this machine, or `dask`, on a Dask cluster.")
    dask_address: str = _setting("", "Address of the Dask cluster's scheduler, such as tcp://HOST:8786.")
    store: str = _setting(
        "", "Folder or s3://BUCKET/FOLDER where a cluster keeps what it finished, for this data folder alone; else DATA/store."
    )
    workers: int = _setting(0, "Worker processes that read documents; 0 takes one for each processor.")
    batch_bytes: int = _setting(12_000_000, "Bytes of documents in one batch, the unit of work that Prefect sees, at most.")
    document_seconds: float = _setting(120.0, "Seconds that one document may take before it is given up as `timeout`.")
    document_memory: int = _setting(
        2_000_000_000, "Bytes of memory that reading one document may take before it is given up as `out_of_memory` (on Linux)."
    )
    max_file_bytes: int = _setting(200_000_000, "Bytes of the largest file that is read; a larger one fails as `too_large`.")
    ocr: bool = _setting(False, "Recognise the text of scans (needs the extra `ocr`, or Tesseract with chi_sim); `true` or `false`.")
    fetch_seconds: float = _setting(60.0, "Seconds that an address of sources.yml may take to give its document.")
    fetch_bytes: int = _setting(50_000_000, "Bytes of the largest document that is fetched from an address.")
    fetch_delay: float = _setting(1.0, "Seconds between two requests to one host; a longer delay in its robots.txt is kept, up to 30.")
    fetch_attempts: int = _setting(3, "Times that an address is asked while its server is in trouble.")
    source_folders: str = _setting(
        "", "Folders besides the one around the seeds folder that sources.yml may name, separated as in PATH; `/` allows all."
    )
    user_agent: str = _setting("", "How the pipeline names itself to servers and in their robots.txt; else baogao and its version.")
    query_seconds: float = _setting(300.0, "Seconds that a question (`baogao query`) may take.")
    query_memory: int = _setting(
        2_000_000_000, "Bytes of memory that a question may take; what does not fit goes to a temporary folder, up to four times as much."
    )
    keep_generations: int = _setting(2, "Published warehouses kept, the newest included, so that readers are not disturbed.")
    keep_checks: int = _setting(100, "Runs whose results of checks are kept in the table `checks`, for the trend in the quality report.")
    keep_runs: int = _setting(1000, "Runs kept in the ledger and in the table `runs`.")
    keep_flow_runs: int = _setting(200, "Ended flow runs of a deployment kept on the Prefect server, with their task runs and logs.")

    alert_url: str = _setting(
        "", "Address (http or https) that is sent a JSON message when a run fails or publishes what failed a critical check.", secret=True
    )
    alert_command: str = _setting("", "Command that gets the same message as its input.", secret=True)

    @property
    def worker_count(self) -> int:
        """Worker processes in fact: what was asked for, or the processors this process may use."""
        available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        return self.workers or available

    @property
    def allowed_folders(self) -> tuple[Path, ...]:
        """What ``source_folders`` names."""
        return tuple(Path(name) for name in self.source_folders.split(os.pathsep) if name)

    @classmethod
    def load(cls, environment: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
        """Settings from the environment, overruled by ``overrides`` that are not None.

        Raises:
            SettingsError: a value is of the wrong kind or out of range.
        """
        environment = os.environ if environment is None else environment
        values: dict[str, Any] = {}
        for item in dataclasses.fields(cls):
            given = environment.get(PREFIX + item.name.upper())
            if given is not None:
                values[item.name] = _parse(item.name, type(item.default), given)
        values.update({name: value for name, value in overrides.items() if value is not None})
        for name in ("seeds", "data"):
            values |= {name: _place(name, values[name])} if name in values else {}
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
            raise SettingsError("alert_url must begin with https:// or http://; it is not shown here, since it may hold a secret.")

    def _check_places(self) -> None:
        if isinstance(self.data, Remote):
            raise SettingsError(f"data is {self.data}; the warehouse needs a folder of the file system. Shards can be kept there: `store`.")
        if self.runner not in RUNNERS:
            raise SettingsError(f"runner is {self.runner!r}; it must be one of {', '.join(RUNNERS)}.")
        if self.runner == "dask" and not self.dask_address:
            raise SettingsError("The runner dask needs the address of the cluster's scheduler: --address tcp://HOST:8786.")
        try:
            place(self.store)
        except StorageError as error:
            raise SettingsError(f"store: {error}") from None

    @classmethod
    def describe(cls, environment: Mapping[str, str] | None = None) -> list[tuple[str, str, str]]:
        """Environment variable, value and help of each setting. Of one that may hold a secret only whether it is set."""
        environment = os.environ if environment is None else environment
        described = []
        for item in dataclasses.fields(cls):
            name = PREFIX + item.name.upper()
            value = environment.get(name, str(item.default))
            described.append((name, value if item.repr or not value else "(set, and not shown)", item.metadata["help"]))
        return described


def _place(name: str, given: str | Path | Remote) -> Path | Remote:
    try:
        return place(given) if isinstance(given, str) else given
    except StorageError as error:
        raise SettingsError(f"{name}: {error}") from None


def _parse(name: str, kind: type, text: str) -> Any:
    try:
        if kind is bool:
            return {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False, "": False}[text.lower()]
        return text if kind is type(Path()) else kind(text)
    except (ValueError, KeyError):
        raise SettingsError(f"{PREFIX}{name.upper()} is {text!r}; it must be a {kind.__name__}.") from None

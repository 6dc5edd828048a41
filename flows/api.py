"""The project as a library: what ``import baogao`` offers. Commands and library call the same code; nothing is decided here."""

from __future__ import annotations

import contextlib
import importlib.metadata
import io
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from transforms.types import DecodeError, Metric, RawFile

if TYPE_CHECKING:
    import duckdb

__all__ = [
    "BaogaoError",
    "DocumentError",
    "Metric",
    "RunError",
    "RunResult",
    "WarehouseError",
    "__version__",
    "extract",
    "open_warehouse",
    "run",
]
__version__ = importlib.metadata.version("baogao")


class BaogaoError(Exception):
    """What this library raises; the message says what is wrong and what to do."""


class DocumentError(BaogaoError):
    """A file cannot become a document. ``error`` is a short class, as in the table ``failures``: ``stub``, ``no_text`` …"""

    def __init__(self, error: str, message: str) -> None:
        super().__init__(f"{error}: {message}")
        self.error = error


class RunError(BaogaoError):
    """A run did not publish. The warehouse that was published before, if any, stands."""


class WarehouseError(BaogaoError):
    """There is no warehouse, or it cannot be opened."""


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run published.

    ``counts`` holds the columns of the table ``runs``: documents seen, new, changed, removed and failed, metrics, numbers,
    quarantined rows. ``failures`` holds a row (``source_path``, ``error``, ``message``) for each file that could not be read.
    """

    warehouse: Path
    run_id: str
    counts: dict[str, int]
    failures: tuple[dict[str, str], ...]


def extract(path: str | PathLike[str]) -> list[Metric]:
    """The metrics of one file, in the order of its text, without a warehouse.

    Args:
        path: a document in any format that is read (text, HTML, Word, PDF …); the format is found by content.

    Returns:
        One :class:`Metric` for each number that the document states about an indicator: ``value`` is exact, in ``unit`` as
        written; ``char_start`` and ``char_end`` count characters of the document's text.

    Raises:
        DocumentError: the file cannot become a document.
        BaogaoError: ``documents.csv`` beside the file is not valid.
        OSError: the file cannot be read.
    """
    from flows.ingest.keeper_file import keeper_beside
    from transforms.corrections import correct
    from transforms.extract import extract as extract_document
    from transforms.identify.keeper import KeeperError
    from transforms.pipeline import read_document

    file = Path(path)
    try:
        document = read_document(RawFile(file.name, file.read_bytes()), keeper=keeper_beside(file))
    except DecodeError as error:
        raise DocumentError(error.error, error.message) from None
    except KeeperError as error:
        raise BaogaoError(str(error)) from None
    return list(correct(document, extract_document(document)).extraction.metrics)


def run(seeds: str | PathLike[str] = "seeds", data: str | PathLike[str] = "data", **settings: Any) -> RunResult:
    """Run the pipeline once: read what is new or changed in ``seeds`` and publish the warehouse in ``data``.

    Args:
        seeds: a folder with documents, searched with its subfolders.
        data: where warehouse, Parquet files, quality report and site are published.
        settings: any other setting of ``baogao run``, by the name that ``baogao settings`` shows.

    Raises:
        RunError: nothing was published.
    """
    from flows.commands.run import run_once
    from flows.settings import Settings, SettingsError

    said = io.StringIO()
    try:
        chosen = Settings.load(seeds=str(seeds), data=str(data), **settings)
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            code = run_once(chosen, fresh=False, verbose=False)
    except SettingsError as error:
        raise RunError(str(error)) from None
    if code:
        raise RunError(said.getvalue().strip())
    return _result(Path(data))


def _result(data: Path) -> RunResult:
    with contextlib.closing(open_warehouse(data)) as warehouse:
        last = warehouse.sql("FROM runs ORDER BY started_at DESC LIMIT 1")
        row = dict(zip(last.columns, last.fetchall()[0], strict=True))
        failed = warehouse.sql("SELECT source_path, error, message FROM failures ORDER BY source_path")
        failures = tuple(dict(zip(failed.columns, each, strict=True)) for each in failed.fetchall())
    counts = {name: value for name, value in row.items() if isinstance(value, int)}
    return RunResult(data / "warehouse.duckdb", str(row["run_id"]), counts, failures)


def open_warehouse(data: str | PathLike[str] = "data") -> duckdb.DuckDBPyConnection:
    """A read-only connection to the published warehouse of a data folder; it can neither write nor reach other files.

    Raises:
        WarehouseError: there is no warehouse, or it cannot be opened.
    """
    from warehouse.query.guard import QueryError
    from warehouse.query.guard import open_warehouse as opened

    try:
        return opened(Path(data))
    except QueryError as error:
        raise WarehouseError(str(error)) from None

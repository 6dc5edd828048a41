"""Read-only SQL on the published warehouse, for people and for scripts.

The connection cannot write, cannot read or write other files, and cannot have its settings changed; how long a question takes
and how much memory and disk it uses is bounded. What it gives is untrusted text: it is made harmless for terminals and
spreadsheets.
"""

from __future__ import annotations

import contextlib
import csv
import datetime
import io
import json
import math
import re
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, BinaryIO, TypeVar

import duckdb

from transforms.text.sanitize import for_spreadsheet
from warehouse.files import whole

FORMATS = ("table", "csv", "json", "parquet", "xlsx")
FILE_FORMATS = ("parquet", "xlsx")
# For every connection: nothing is fetched from the network, whatever a statement or a file seems to ask for.
OFFLINE = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
CONFIG = {
    "enable_external_access": "false",
    "lock_configuration": "true",
    "python_enable_replacements": "false",
    "http_proxy": "none",  # else it is taken from the environment, password and all, and can be asked for
    **OFFLINE,
}
READING_STATEMENTS = {"SELECT", "EXPLAIN", "MULTI"}  # MULTI: PIVOT, which DuckDB works out in several steps
_EXPLAIN = re.compile(r"\s*explain\b(?:\s*analyze\b|\s*\([^()]*\))?", re.IGNORECASE)
BATCH = 10_000
TABLE_ROWS = 200
CELL_WIDTH = 60
XLSX_ROWS = 1_048_575
XLSX_CELL = 32_767
# C0 and C1 control characters (escape sequences), and characters that change the direction of what follows.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f]")


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one question may take."""

    seconds: float = 300.0
    memory: int = 2_000_000_000
    """Bytes of memory for tables and results in work; what does not fit goes to a temporary folder, up to four times as much."""


class QueryError(Exception):
    """A query that cannot be answered; the message says what is wrong and what to do."""


def run_query(
    data_dir: Path,
    sql: str,
    format: str = "table",  # noqa: A002 (the name of the option)
    output: Path | None = None,
    bounds: Bounds | None = None,
) -> str:
    """Answer one SELECT from the warehouse published in ``data_dir``.

    Args:
        data_dir: the folder given as ``--data``.
        sql: one reading statement (SELECT, WITH, FROM, DESCRIBE, SUMMARIZE, SHOW, PIVOT, EXPLAIN).
        format: ``table`` (for the eye), ``csv``, ``json`` (a list of objects), ``parquet`` or ``xlsx``.
        output: the file to write; without it csv, json and table go to standard output.
        bounds: what it may take.

    Returns:
        A line that says what was done; empty if the answer went to standard output.

    Raises:
        QueryError: no warehouse, not a reading statement, a mistake in the SQL, or an output that cannot be written.
    """
    if format not in FORMATS:
        raise QueryError(f"no format {format}; there are {', '.join(FORMATS)}")
    if format in FILE_FORMATS and output is None:
        raise QueryError(f"{format} is a file format: say where to, with --output FILE.{format}")
    if output is not None:
        _refuse_output(data_dir, output)
    with tempfile.TemporaryDirectory(prefix="baogao-query-") as spill, open_warehouse(data_dir, bounds or Bounds(), spill) as connection:
        answer = _execute(connection, sql)
        if output is None:
            _to_stream(answer, format, sys.stdout)
            return ""
        rows = _to_file(answer, format, output)
    return f"{rows:,} rows written to {output}"


def open_warehouse(data_dir: Path, bounds: Bounds | None = None, spill: str = "") -> duckdb.DuckDBPyConnection:
    """A connection that can only read, and only the published warehouse. ``spill`` is a folder for what does not fit into memory.

    Raises:
        QueryError: there is none, or it cannot be read.
    """
    path = data_dir / "warehouse.duckdb"
    if not path.exists():
        raise QueryError(f"there is no warehouse in {data_dir}; make one with: baogao run --data {data_dir}")
    try:
        return duckdb.connect(str(path), read_only=True, config=dict(CONFIG) | (_limits(bounds, spill) if bounds else {}))
    except duckdb.Error as error:
        raise QueryError(f"{path} cannot be opened: {first_lines(str(error))}") from error


def _limits(bounds: Bounds, spill: str) -> dict[str, Any]:
    return {
        "max_execution_time": str(max(1, int(bounds.seconds * 1000))),
        "memory_limit": f"{bounds.memory}B",
        "temp_directory": spill,
        "max_temp_directory_size": f"{4 * bounds.memory}B",
    }


def first_lines(text: str, count: int = 12) -> str:
    """The first lines of a message, without characters that would act on a terminal."""
    return harmless("\n".join(text.splitlines()[:count]), keep="\n")


def harmless(text: str, keep: str = "") -> str:
    """Text without control characters and direction marks: shown as ``\\x1b`` what a terminal would obey."""

    def written(match: re.Match[str]) -> str:
        character = match.group()
        return character if character in keep else character.encode("unicode_escape").decode()

    text = _UNSAFE.sub(written, text)
    return text if "\n" in keep else text.replace("\n", "⏎").replace("\t", " ")


# the question ------------------------------------------------------------------------------------------------------


def _execute(connection: duckdb.DuckDBPyConnection, sql: str) -> duckdb.DuckDBPyConnection:
    try:
        statements = connection.extract_statements(sql)
    except duckdb.Error as error:
        raise QueryError(f"that is not SQL that DuckDB understands: {first_lines(str(error))}") from None
    if len(statements) != 1:
        raise QueryError(f"one statement at a time, please; there are {len(statements)}")
    _require_reading(connection, statements[0], sql)
    try:
        return _stoppable(connection, lambda: connection.execute(statements[0]))
    except duckdb.CatalogException as error:
        raise QueryError(f"{first_lines(str(error))}\n{_names(connection)}") from None
    except duckdb.PermissionException:
        raise QueryError("the warehouse is for reading: other files, extensions and settings are out of reach of a query") from None
    except duckdb.Error as error:
        raise _told(error) from None


T = TypeVar("T")


def _stoppable(connection: duckdb.DuckDBPyConnection, call: Callable[[], T]) -> T:
    """What a call into DuckDB gives, in a thread of its own: this one hears Ctrl-C, which DuckDB at work often does not.

    Raises:
        KeyboardInterrupt: somebody pressed it; DuckDB has stopped.
    """
    with ThreadPoolExecutor(max_workers=1) as thread:
        answer = thread.submit(call)
        try:
            return answer.result()
        except KeyboardInterrupt:
            connection.interrupt()
            raise


def _told(error: duckdb.Error) -> QueryError:
    """What went wrong while answering, for people."""
    if isinstance(error, duckdb.InterruptException):
        return QueryError("the answer took too long and was given up; ask for less, or raise BAOGAO_QUERY_SECONDS")
    if isinstance(error, duckdb.OutOfMemoryException):
        return QueryError("the answer takes too much memory or temporary disk space; ask for less, or raise BAOGAO_QUERY_MEMORY")
    return QueryError(first_lines(str(error)))


def _require_reading(connection: duckdb.DuckDBPyConnection, statement: duckdb.Statement, sql: str) -> None:
    """Refuse what is no reading statement, and an explanation of one (EXPLAIN ANALYZE runs it)."""
    try:
        kind = statement.type.name
    except ValueError:  # a statement that the Python client has no name for
        kind = "STATEMENT OF THIS KIND"
    if kind == "EXPLAIN" and (head := _EXPLAIN.match(sql)):
        try:
            explained = connection.extract_statements(sql[head.end() :])
        except duckdb.Error as error:
            raise _told(error) from None
        _require_reading(connection, explained[0], "")
    elif kind == "EXPLAIN" or kind not in READING_STATEMENTS:
        raise QueryError(
            f"the warehouse is for reading: {kind.lower().replace('_', ' ')} is not allowed here; use SELECT, DESCRIBE or SUMMARIZE"
        )


def _names(connection: duckdb.DuckDBPyConnection) -> str:
    """The tables and views there are, for people who asked for another."""
    with contextlib.suppress(duckdb.Error):  # where there is no transaction to leave
        connection.rollback()
    rows = connection.execute(
        "select table_name, table_type = 'VIEW' from information_schema.tables where table_schema = 'main' order by 2, 1"
    ).fetchall()
    tables = ", ".join(name for name, is_view in rows if not is_view)
    return f"Tables: {tables}\nViews: {', '.join(name for name, is_view in rows if is_view)}"


# the answer --------------------------------------------------------------------------------------------------------


def _rows(answer: duckdb.DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    try:
        while batch := _stoppable(answer, lambda: answer.fetchmany(BATCH)):
            yield from batch
    except duckdb.Error as error:
        raise _told(error) from None


def _columns(answer: duckdb.DuckDBPyConnection) -> list[str]:
    return [column[0] for column in answer.description or []]


def _to_stream(answer: duckdb.DuckDBPyConnection, kind: str, stream: IO[str]) -> int:
    writers: dict[str, Callable[[duckdb.DuckDBPyConnection, IO[str]], int]] = {"table": _table, "csv": _csv, "json": _json}
    return writers[kind](answer, stream)


def _table(answer: duckdb.DuckDBPyConnection, stream: IO[str]) -> int:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    rows = list(_take(_rows(answer), TABLE_ROWS + 1))
    table = Table(show_edge=False, header_style="bold")
    numeric = [all(isinstance(row[i], int | float | Decimal) or row[i] is None for row in rows) for i in range(len(_columns(answer)))]
    for name, is_numeric in zip(_columns(answer), numeric, strict=True):
        table.add_column(Text(harmless(name)), justify="right" if is_numeric else "left", overflow="fold")
    for row in rows[:TABLE_ROWS]:
        table.add_row(*(Text(_cell(value)) for value in row))
    console = Console(file=stream, highlight=False, width=None if stream.isatty() else 500)
    console.print(table)
    if len(rows) > TABLE_ROWS:
        console.print(f"… only the first {TABLE_ROWS} rows are shown; --format csv or --output FILE gives all of them")
    return len(rows)


def _take(rows: Iterator[tuple[Any, ...]], count: int) -> Iterator[tuple[Any, ...]]:
    for _, row in zip(range(count), rows, strict=False):
        yield row


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:,.15g}" if abs(value) < 1e16 else f"{value:.6e}"
    if isinstance(value, Decimal):
        return f"{value:,}"
    text = harmless(str(value))
    return text if len(text) <= CELL_WIDTH else text[: CELL_WIDTH - 1] + "…"


def _csv(answer: duckdb.DuckDBPyConnection, stream: IO[str]) -> int:
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([for_spreadsheet(harmless(name)) for name in _columns(answer)])
    count = 0
    for row in _rows(answer):
        writer.writerow(["" if value is None else _csv_cell(value) for value in row])
        count += 1
    return count


def _json(answer: duckdb.DuckDBPyConnection, stream: IO[str]) -> int:
    names, count = _columns(answer), 0
    stream.write("[")
    for row in _rows(answer):
        stream.write(",\n " if count else "\n ")
        stream.write(_escaped(json.dumps(dict(zip(names, map(_json_value, row), strict=True)), ensure_ascii=False)))
        count += 1
    stream.write("\n]\n" if count else "]\n")
    return count


def _csv_cell(value: Any) -> Any:
    value = _plain(value)
    if value is None or isinstance(value, bool | int | float | Decimal):
        return value
    return for_spreadsheet(harmless(str(value), keep="\n\t"))


def _escaped(text: str) -> str:
    """JSON with the characters that a terminal would obey written as JSON writes them; it says the same."""
    return _UNSAFE.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, datetime.date | datetime.datetime | datetime.time) else value


def _json_value(value: Any) -> Any:
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else None
    if isinstance(value, list | tuple):
        return [_json_value(each) for each in value]
    if isinstance(value, dict):
        return {str(key): _json_value(each) for key, each in value.items()}
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Decimal):
        return float(value)
    return str(_plain(value))


# files -------------------------------------------------------------------------------------------------------------


def _refuse_output(data_dir: Path, output: Path) -> None:
    if not output.parent.exists():
        raise QueryError(f"there is no folder {output.parent} to write {output.name} to")
    if output.is_dir():
        raise QueryError(f"{output} is a folder; name a file")
    if output.resolve().is_relative_to(data_dir.resolve()):
        raise QueryError(f"{output} lies in the data folder, which only the pipeline writes; choose another place")


def _to_file(answer: duckdb.DuckDBPyConnection, kind: str, output: Path) -> int:
    """Write the answer whole or not at all."""
    with whole(output) as stream:
        if kind == "parquet":
            return _parquet(answer, stream)
        if kind == "xlsx":
            return _xlsx(answer, stream)
        text = io.TextIOWrapper(stream, encoding="utf8", newline="")
        rows = _to_stream(answer, kind, text)
        text.detach()  # which writes what is left; the stream beneath stays open
        return rows


def _parquet(answer: duckdb.DuckDBPyConnection, stream: BinaryIO) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    count = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # DuckDB advises its other interface, which cannot take a checked statement
        reader: Any = answer.to_arrow_reader(BATCH)
    with pq.ParquetWriter(stream, reader.schema, compression="zstd") as writer:
        try:
            while (batch := _stoppable(answer, lambda: next(reader, None))) is not None:
                writer.write_batch(batch)
                count += batch.num_rows
        except duckdb.Error as error:
            raise _told(error) from None
        except (OSError, pa.ArrowException) as error:
            raise QueryError(f"the answer could not be written: {first_lines(str(error))}") from None
    return count


def _xlsx(answer: duckdb.DuckDBPyConnection, stream: BinaryIO) -> int:
    """A spreadsheet in which nothing is a formula or a link, whatever a document says."""
    import xlsxwriter

    names = _columns(answer)
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
               "remove_timezone": True, "default_date_format": "yyyy-mm-dd"}  # fmt: skip
    count = 0
    with xlsxwriter.Workbook(stream, options) as book:
        sheet = book.add_worksheet("query")
        bold = book.add_format({"bold": True})
        for column, name in enumerate(names):
            sheet.write_string(0, column, harmless(name), bold)
        for row in _rows(answer):
            if count == XLSX_ROWS:
                raise QueryError(f"more than {XLSX_ROWS:,} rows do not fit a spreadsheet; use csv or parquet")
            count += 1
            for column, value in enumerate(row):
                _xlsx_cell(sheet, count, column, value)
        sheet.freeze_panes(1, 0)
        if names:
            sheet.autofilter(0, 0, max(count, 1), len(names) - 1)
    return count


def _xlsx_cell(sheet: Any, row: int, column: int, value: Any) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif _is_sheet_number(value):
        sheet.write_number(row, column, value)
    elif isinstance(value, datetime.datetime | datetime.date) and value.year >= 1900:
        sheet.write_datetime(row, column, value)
    else:
        sheet.write_string(row, column, harmless(str(value), keep="\n")[:XLSX_CELL])


def _is_sheet_number(value: Any) -> bool:
    """Whether a spreadsheet can hold the number: its numbers are floats, exact up to fifteen digits."""
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int | Decimal) and abs(float(value)) < 1e15

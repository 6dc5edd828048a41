"""Write the answer to a query: as a table for people, CSV, JSON, Parquet or a spreadsheet.

What an answer contains is untrusted text: it is escaped for terminals, and never a formula in a spreadsheet.
"""

from __future__ import annotations

import csv
import datetime
import io
import json
import math
import warnings
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, BinaryIO

import duckdb

from transforms.text.sanitize import for_spreadsheet
from warehouse.query.guard import QueryError, explain_error, interruptible
from warehouse.query.safe_text import UNSAFE, first_lines, safe_text
from warehouse.query.stata import write_stata
from warehouse.storage.atomic_files import atomic_stream

FORMATS = ("table", "csv", "json", "parquet", "xlsx", "dta")
FILE_FORMATS = ("parquet", "xlsx", "dta")
BOM = "\ufeff"
"""The mark by which Excel knows that a CSV file is UTF-8."""
BATCH = 10_000
TABLE_ROWS = 200
CELL_WIDTH = 60
XLSX_ROWS = 1_048_575
XLSX_CELL = 32_767


def fetch_rows(answer: duckdb.DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of an answer, fetched in batches."""
    try:
        while batch := interruptible(answer, lambda: answer.fetchmany(BATCH)):
            yield from batch
    except duckdb.Error as error:
        raise explain_error(error) from None


def column_names(answer: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the names of an answer's columns."""
    return [column[0] for column in answer.description or []]


def to_stream(answer: duckdb.DuckDBPyConnection, kind: str, stream: IO[str]) -> int:
    """Write the answer as text and return the number of rows written."""
    writers: dict[str, Callable[[duckdb.DuckDBPyConnection, IO[str]], int]] = {"table": _table, "csv": _csv, "json": _json}
    return writers[kind](answer, stream)


def _table(answer: duckdb.DuckDBPyConnection, stream: IO[str]) -> int:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    rows = list(_take(fetch_rows(answer), TABLE_ROWS + 1))
    table = Table(show_edge=False, header_style="bold")
    numeric = [all(isinstance(row[i], int | float | Decimal) or row[i] is None for row in rows) for i in range(len(column_names(answer)))]
    for name, is_numeric in zip(column_names(answer), numeric, strict=True):
        table.add_column(Text(safe_text(name)), justify="right" if is_numeric else "left", overflow="fold")
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
    text = safe_text(str(value))
    return text if len(text) <= CELL_WIDTH else text[: CELL_WIDTH - 1] + "…"


def _csv(answer: duckdb.DuckDBPyConnection, stream: IO[str]) -> int:
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([for_spreadsheet(safe_text(name)) for name in column_names(answer)])
    count = 0
    for row in fetch_rows(answer):
        writer.writerow(["" if value is None else _csv_cell(value) for value in row])
        count += 1
    return count


def _json(answer: duckdb.DuckDBPyConnection, stream: IO[str]) -> int:
    names, count = column_names(answer), 0
    stream.write("[")
    for row in fetch_rows(answer):
        stream.write(",\n " if count else "\n ")
        stream.write(_escaped(json.dumps(dict(zip(names, map(_json_value, row), strict=True)), ensure_ascii=False)))
        count += 1
    stream.write("\n]\n" if count else "]\n")
    return count


def _csv_cell(value: Any) -> Any:
    value = _plain(value)
    if value is None or isinstance(value, bool | int | float | Decimal):
        return value
    return for_spreadsheet(safe_text(str(value), keep="\n\t"))


def _escaped(text: str) -> str:
    """JSON with the characters that a terminal would obey written as JSON writes them; it says the same."""
    return UNSAFE.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


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


def to_file(answer: duckdb.DuckDBPyConnection, kind: str, output: Path, bom: bool = False) -> tuple[int, int]:
    """Write the answer to a file, completely or not at all.

    Args:
        bom: begin a CSV file with the mark by which Excel knows that it is UTF-8.

    Returns:
        The number of rows, and of texts that were cut because the format cannot hold them.
    """
    with atomic_stream(output) as stream:
        if kind == "parquet":
            return _parquet(answer, stream), 0
        if kind == "xlsx":
            return _xlsx(answer, stream)
        if kind == "dta":
            return write_stata(column_names(answer), fetch_rows(answer), stream)
        text = io.TextIOWrapper(stream, encoding="utf8", newline="")
        if bom and kind == "csv":
            text.write(BOM)
        rows = to_stream(answer, kind, text)
        text.detach()  # which writes what is left; the stream beneath stays open
        return rows, 0


def _parquet(answer: duckdb.DuckDBPyConnection, stream: BinaryIO) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    count = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # DuckDB advises its other interface, which cannot take a checked statement
        reader: Any = answer.to_arrow_reader(BATCH)
    with pq.ParquetWriter(stream, reader.schema, compression="zstd") as writer:
        try:
            while (batch := interruptible(answer, lambda: next(reader, None))) is not None:
                writer.write_batch(batch)
                count += batch.num_rows
        except duckdb.Error as error:
            raise explain_error(error) from None
        except (OSError, pa.ArrowException) as error:
            raise QueryError(f"the answer could not be written: {first_lines(str(error))}") from None
    return count


def _xlsx(answer: duckdb.DuckDBPyConnection, stream: BinaryIO) -> tuple[int, int]:
    """A spreadsheet in which nothing is a formula or a link, whatever a document says."""
    import xlsxwriter

    names = column_names(answer)
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
               "remove_timezone": True, "default_date_format": "yyyy-mm-dd"}  # fmt: skip
    count = cut = 0
    with xlsxwriter.Workbook(stream, options) as book:
        sheet = book.add_worksheet("query")
        bold = book.add_format({"bold": True})
        for column, name in enumerate(names):
            sheet.write_string(0, column, safe_text(name), bold)
        for row in fetch_rows(answer):
            if count == XLSX_ROWS:
                raise QueryError(f"more than {XLSX_ROWS:,} rows do not fit a spreadsheet; use csv or parquet")
            count += 1
            for column, value in enumerate(row):
                cut += _xlsx_cell(sheet, count, column, value)
        sheet.freeze_panes(1, 0)
        if names:
            sheet.autofilter(0, 0, max(count, 1), len(names) - 1)
    return count, cut


def _xlsx_cell(sheet: Any, row: int, column: int, value: Any) -> bool:
    """Write one cell; whether its text was cut."""
    if value is None:
        return False
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif _is_sheet_number(value):
        sheet.write_number(row, column, value)
    elif isinstance(value, datetime.datetime | datetime.date) and value.year >= 1900:
        sheet.write_datetime(row, column, value)
    else:
        text = safe_text(str(value), keep="\n")
        sheet.write_string(row, column, text[:XLSX_CELL])
        return len(text) > XLSX_CELL
    return False


def _is_sheet_number(value: Any) -> bool:
    """Whether a spreadsheet can hold the number: its numbers are floats, exact up to fifteen digits."""
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int | Decimal) and abs(float(value)) < 1e15

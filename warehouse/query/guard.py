"""What a query may do: one reading statement, on the published warehouse only, within bounds of time, memory and disk.

The connection cannot write, cannot read or write other files, and its settings are locked.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import duckdb

from warehouse.query.safe_text import first_lines
from warehouse.storage.connections import OFFLINE

CONFIG = {
    "enable_external_access": "false",
    "lock_configuration": "true",
    "python_enable_replacements": "false",
    "http_proxy": "none",  # else it is taken from the environment, with its password, and a query can read it
    **OFFLINE,
}
READING_STATEMENTS = {"SELECT", "EXPLAIN", "MULTI"}  # MULTI: PIVOT, which DuckDB works out in several steps
_EXPLAIN = re.compile(r"\s*explain\b(?:\s*analyze\b|\s*\([^()]*\))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one question may take."""

    seconds: float = 300.0
    memory: int = 2_000_000_000
    """Bytes of memory for tables and results in work; what does not fit goes to a temporary folder, up to four times as much."""


class QueryError(Exception):
    """A query that cannot be answered; the message says what is wrong and what to do."""


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


# Full-width marks (misread by DuckDB as parts of names) and the marks that SQL has for them.
_FULL_WIDTH = {
    "，": ",",
    "（": "(",
    "）": ")",
    "；": ";",
    "‘": "'",
    "’": "'",
    "“": '"',
    "”": '"',
    "＝": "=",
    "＊": "*",
    "＞": ">",
    "＜": "<",
    "\u3000": "a space",
}
_QUOTED = re.compile(
    r"""
    \b[eE]'(?:[^'\\]|\\.|'')*' | '(?:[^']|'')*' | "(?:[^"]|"")*"
    | (?P<tag>\$(?:[A-Za-z_]\w*)?\$).*?(?P=tag) | --[^\n]* | /\*.*?\*/
    """,
    re.VERBOSE | re.DOTALL,
)


def _refuse_full_width(sql: str) -> None:
    """Refuse full-width punctuation outside of quotes and comments: DuckDB takes it for a part of a name, and may answer another query.

    Raises:
        QueryError: there is some.
    """
    bare = _QUOTED.sub(lambda quoted: " " * len(quoted.group()), sql)
    for place, mark in enumerate(bare):
        if mark in _FULL_WIDTH:
            before = sql[max(place - 20, 0) : place]
            shown = "a full-width space" if mark == "\u3000" else f"the full-width mark {mark}"
            raise QueryError(
                f"{shown} stands behind {first_lines(before, 1)!r}; SQL needs {_FULL_WIDTH[mark]} there (in quotes it may stay)"
            )


def execute(connection: duckdb.DuckDBPyConnection, sql: str) -> duckdb.DuckDBPyConnection:
    """Execute one reading statement.

    Raises:
        QueryError: it is not one, it is not valid, or it takes too much.
    """
    _refuse_full_width(sql)
    try:
        statements = connection.extract_statements(sql)
    except duckdb.Error as error:
        raise QueryError(f"that is not SQL that DuckDB understands: {first_lines(str(error))}") from None
    if len(statements) != 1:
        raise QueryError(f"one statement at a time, please; there are {len(statements)}")
    _require_reading(connection, statements[0], sql)
    try:
        return interruptible(connection, lambda: connection.execute(statements[0]))
    except duckdb.CatalogException as error:
        raise QueryError(f"{first_lines(str(error))}\n{_names(connection)}") from None
    except duckdb.PermissionException:
        raise QueryError("the warehouse is for reading: other files, extensions and settings are out of reach of a query") from None
    except duckdb.Error as error:
        raise explain_error(error) from None


T = TypeVar("T")


def interruptible(connection: duckdb.DuckDBPyConnection, call: Callable[[], T]) -> T:
    """Call into DuckDB from a thread of its own, so that Ctrl-C interrupts it: DuckDB at work often does not react.

    Raises:
        KeyboardInterrupt: Ctrl-C was pressed; DuckDB has stopped.
    """
    with ThreadPoolExecutor(max_workers=1) as thread:
        answer = thread.submit(call)
        try:
            return answer.result()
        except KeyboardInterrupt:
            connection.interrupt()
            raise


def explain_error(error: duckdb.Error) -> QueryError:
    """Translate an error of DuckDB for the user."""
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
            raise explain_error(error) from None
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

"""Build a new DuckDB file from the Parquet files of a run, with a comment on every table, view and column."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb

from transforms import schema
from transforms.schema import Table
from warehouse.build.sql import literal, quoted
from warehouse.build.view_files import IndicatorColumns, View, ViewError, column_comment, expand, macros, views
from warehouse.storage.connections import OFFLINE

# DuckDB 1.1 and later read the file, its comments, views and macros; the newer format of 1.5 would be a fifth smaller.
CONFIG = {"storage_compatibility_version": "v1.1.0", **OFFLINE}
MEMORY = "1500MB"
"""Memory of DuckDB during the build; larger sorts and joins spill to disk."""
STORED = "stored"
"""The schema of the materialized views."""


class BuildError(RuntimeError):
    """The warehouse could not be built; the message says from which file or view, and why."""


def build(parquet_dir: Path, target: Path) -> None:
    """Build the warehouse ``target`` from ``parquet_dir/TABLE/*.parquet``.

    A table without files is made without rows. The file is complete, closed and has no write-ahead log beside it when
    this returns; publication is the caller's.

    Raises:
        BuildError: the target exists, a Parquet file does not hold its table, or a view has a mistake.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with atomic_build(target, "the warehouse could not be built"), opened(target) as connection:
        for table in schema.tables().values():
            _load(connection, table, parquet_dir / table.name)
        add_views(connection)


@contextlib.contextmanager
def atomic_build(target: Path, otherwise: str) -> Iterator[None]:
    """Guard the block that makes the warehouse ``target``: after an error the file is removed, and the error begins with ``otherwise``.

    Raises:
        BuildError: the target exists, or the warehouse cannot be made.
    """
    if target.exists():
        raise BuildError(f"{target} exists; a warehouse is built beside the published one, never over it")
    try:
        yield
    except (duckdb.Error, ViewError, BuildError) as error:
        target.unlink(missing_ok=True)
        Path(f"{target}.wal").unlink(missing_ok=True)
        raise BuildError(f"{otherwise}: {error}") from error


@contextlib.contextmanager
def opened(target: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the warehouse for writing; it is closed, without a write-ahead log, at the end."""
    with duckdb.connect(str(target), config={**CONFIG, "memory_limit": MEMORY}) as connection:
        yield connection
        connection.execute("checkpoint")


def _load(connection: duckdb.DuckDBPyConnection, table: Table, folder: Path) -> None:
    columns = ", ".join(f"{quoted(c.name)} {c.duckdb_type}{'' if c.nullable else ' not null'}" for c in table.columns)
    connection.execute(f"create table {quoted(table.name)} ({columns})")
    fill(connection, table, parquet_files(folder))
    connection.execute(f"comment on table {quoted(table.name)} is {literal(table.comment)}")
    for column in table.columns:
        connection.execute(f"comment on column {quoted(table.name)}.{quoted(column.name)} is {literal(column.comment)}")


def parquet_files(folder: Path) -> list[Path]:
    """The files of a table, in order."""
    return sorted(folder.rglob("*.parquet"))


def fill(connection: duckdb.DuckDBPyConnection, table: Table, files: Sequence[Path]) -> None:
    """Add the rows of Parquet files to a table.

    Raises:
        BuildError: a file does not hold rows of the table.
    """
    if files:
        names = ", ".join(quoted(name) for name in table.column_names)
        try:
            connection.execute(
                f"insert into {quoted(table.name)} select {names} from read_parquet(?, union_by_name => false)", [list(map(str, files))]
            )
        except duckdb.Error as error:
            raise BuildError(f"the table {table.name} could not be loaded from {files[0].parent}: {error}") from error


def add_views(connection: duckdb.DuckDBPyConnection) -> None:
    """Make every view and table macro, with comments on them and on the columns of views.

    Raises:
        ViewError: a column of a view is not explained.
    """
    known = indicators(connection)
    for view in views():
        _add_view(connection, expand(view, known))
    for macro in macros():
        _add_macro(connection, macro)


def indicators(connection: duckdb.DuckDBPyConnection) -> list[IndicatorColumns]:
    """The catalogue, as far as views have columns for it."""
    rows = connection.execute("select indicator_id, name_zh, name_en, dimension from indicators").fetchall()
    return [IndicatorColumns(*row) for row in rows]


def _add_view(connection: duckdb.DuckDBPyConnection, view: View) -> None:
    if view.stored_by:
        materialize_view(connection, view)
    sql = f"select * from {stored_table(view)}" if view.stored_by else view.sql
    try:
        connection.execute(f"create view {quoted(view.name)} as {sql}")
    except duckdb.Error as error:
        raise BuildError(f"views/{view.name}.sql: {error}") from error
    connection.execute(f"comment on view {quoted(view.name)} is {literal(view.comment)}")
    _explain(connection, view, quoted(view.name))


def materialize_view(connection: duckdb.DuckDBPyConnection, view: View) -> None:
    """Materialize a view: store its rows as a table that the view selects from. An earlier table is replaced.

    The data never change once the warehouse is built. Ranking millions of readings takes seconds in each query; reading a
    table that is sorted by the usual conditions takes milliseconds.
    """
    table = stored_table(view)
    try:
        connection.execute(f"create schema if not exists {STORED}")
        connection.execute(f"create or replace table {table} as {in_order(view)}")
    except duckdb.Error as error:
        raise BuildError(f"views/{view.name}.sql: {error}") from error
    told = f"The rows of the view {view.name}, as warehouse/views/{view.name}.sql gives them. (视图 {view.name} 的存储结果)"
    connection.execute(f"comment on table {table} is {literal(told)}")
    _explain(connection, view, table)


def stored_table(view: View) -> str:
    """The SQL name of the table with the rows of a materialized view."""
    return f"{STORED}.{quoted(view.name)}"


def in_order(view: View) -> str:
    """The query for the rows of a view in the order in which they are stored."""
    return f"select * from ({_without_comments(view.sql)}) order by {', '.join(map(quoted, view.stored_by))}"


def _explain(connection: duckdb.DuckDBPyConnection, view: View, place: str) -> None:
    """Put a comment on every column of a view, or of the table that holds its rows."""
    columns = [row[0] for row in connection.execute(f"describe {place}").fetchall()]
    unused = set(view.columns) - set(columns)
    if unused:
        raise ViewError(f"views/{view.name}.sql: explains columns that it does not have: {', '.join(sorted(unused))}")
    connection.begin()  # one by one, each would go to the disk by itself
    for column in columns:
        en, zh = column_comment(view, column)
        connection.execute(f"comment on column {place}.{quoted(column)} is {literal(f'{en} ({zh})')}")
    connection.commit()


def _without_comments(sql: str) -> str:
    return "\n".join(line for line in sql.splitlines() if not line.lstrip().startswith("--"))


def _add_macro(connection: duckdb.DuckDBPyConnection, macro: View) -> None:
    try:
        connection.execute(macro.sql)
        columns = [row[0] for row in connection.execute(f"describe from {quoted(macro.name)}('')").fetchall()]
    except duckdb.Error as error:
        raise BuildError(f"macros/{macro.name}.sql: {error}") from error
    if set(columns) != set(macro.columns):
        raise ViewError(f"macros/{macro.name}.sql: gives {', '.join(columns)} and explains {', '.join(macro.columns)}")
    connection.execute(f"comment on macro table {quoted(macro.name)} is {literal(macro.comment)}")

"""The warehouse: a fresh DuckDB file from the Parquet files of a run, with every table, view and column explained."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from transforms import schema
from transforms.schema import Table
from warehouse.query import OFFLINE
from warehouse.views import Indicator as ViewIndicator
from warehouse.views import View, ViewError, column_comment, expand, macros, views

# Files that the command line of DuckDB 1.5 reads as well.
CONFIG = {"storage_compatibility_version": "v1.5.0", **OFFLINE}
MEMORY = "1500MB"
"""What DuckDB may take while it builds; sorting and joining more than that goes by way of the disk."""
STORED = "stored"
"""The schema of the tables that views read whose rows are kept."""


class BuildError(RuntimeError):
    """The warehouse could not be built; the message says from which file or view, and why."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """What changes in a table of which each file holds all rows of some documents."""

    gone: Sequence[Path] = ()
    """Files whose rows are in the table and go."""
    fresh: Sequence[Path] = ()
    """Files whose rows come."""


def build(parquet_dir: Path, target: Path) -> None:
    """Make the warehouse ``target`` from ``parquet_dir/TABLE/*.parquet``.

    A table without files is made without rows. The file is complete, closed and has no write-ahead log beside it when
    this returns; publication is the caller's.

    Raises:
        BuildError: the target exists, a Parquet file does not hold its table, or a view has a mistake.
    """
    if target.exists():
        raise BuildError(f"{target} exists; a warehouse is built beside the published one, never over it")
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with duckdb.connect(str(target), config={**CONFIG, "memory_limit": MEMORY}) as connection:
            for table in schema.tables().values():
                _load(connection, table, parquet_dir / table.name)
            add_views(connection)
            connection.execute("checkpoint")
    except (duckdb.Error, ViewError, BuildError) as error:
        target.unlink(missing_ok=True)
        Path(f"{target}.wal").unlink(missing_ok=True)
        raise BuildError(f"the warehouse could not be built: {error}") from error


def renew(earlier: Path, parquet_dir: Path, target: Path, tables: Iterable[str], exchanges: Mapping[str, Exchange] | None = None) -> None:
    """Make the warehouse ``target`` from an ``earlier`` one of the same code, from which it differs in some tables.

    Args:
        tables: those that are filled anew.
        exchanges: by table, what goes and comes in those that differ in a few documents. With it the stored views are worked out
            anew; without it, none of them may read what differs.

    Raises:
        BuildError: as for :func:`build`.
    """
    if target.exists():
        raise BuildError(f"{target} exists; a warehouse is built beside the published one, never over it")
    try:
        shutil.copyfile(earlier, target)
        with duckdb.connect(str(target), config={**CONFIG, "memory_limit": MEMORY}) as connection:
            for name in tables:
                connection.execute(f"delete from {quoted(name)}")
                _fill(connection, schema.table(name), _files(parquet_dir / name))
            for name, exchange in (exchanges or {}).items():
                _exchange(connection, schema.table(name), exchange)
            if exchanges is not None:
                indicators = _indicators(connection)
                for view in views():
                    if view.stored_by:
                        _store(connection, expand(view, indicators))
            connection.execute("checkpoint")
    except (OSError, duckdb.Error, ViewError, BuildError) as error:
        target.unlink(missing_ok=True)
        Path(f"{target}.wal").unlink(missing_ok=True)
        raise BuildError(f"the warehouse could not be made from {earlier}: {error}") from error


def _load(connection: duckdb.DuckDBPyConnection, table: Table, folder: Path) -> None:
    columns = ", ".join(f"{quoted(c.name)} {c.duckdb_type}{'' if c.nullable else ' not null'}" for c in table.columns)
    connection.execute(f"create table {quoted(table.name)} ({columns})")
    _fill(connection, table, _files(folder))
    connection.execute(f"comment on table {quoted(table.name)} is {literal(table.comment)}")
    for column in table.columns:
        connection.execute(f"comment on column {quoted(table.name)}.{quoted(column.name)} is {literal(column.comment)}")


def _files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.parquet"))


def _fill(connection: duckdb.DuckDBPyConnection, table: Table, files: Sequence[Path]) -> None:
    if files:
        names = ", ".join(quoted(name) for name in table.column_names)
        try:
            connection.execute(
                f"insert into {quoted(table.name)} select {names} from read_parquet(?, union_by_name => false)", [list(map(str, files))]
            )
        except duckdb.Error as error:
            raise BuildError(f"the table {table.name} could not be loaded from {files[0].parent}: {error}") from error


def _exchange(connection: duckdb.DuckDBPyConnection, table: Table, exchange: Exchange) -> None:
    if exchange.gone:
        documents = "select document_id from read_parquet(?, union_by_name => false)"
        connection.execute(f"delete from {quoted(table.name)} where document_id in ({documents})", [list(map(str, exchange.gone))])
    _fill(connection, table, exchange.fresh)


def add_views(connection: duckdb.DuckDBPyConnection) -> None:
    """Make every view and table macro, with comments on them and on the columns of views.

    Raises:
        ViewError: a column of a view is not explained.
    """
    indicators = _indicators(connection)
    for view in views():
        _add_view(connection, expand(view, indicators))
    for macro in macros():
        _add_macro(connection, macro)


def _indicators(connection: duckdb.DuckDBPyConnection) -> list[ViewIndicator]:
    rows = connection.execute("select indicator_id, name_zh, name_en, dimension from indicators").fetchall()
    return [ViewIndicator(*row) for row in rows]


def _add_view(connection: duckdb.DuckDBPyConnection, view: View) -> None:
    if view.stored_by:
        _store(connection, view)
    sql = f"select * from {STORED}.{quoted(view.name)}" if view.stored_by else view.sql
    try:
        connection.execute(f"create view {quoted(view.name)} as {sql}")
    except duckdb.Error as error:
        raise BuildError(f"views/{view.name}.sql: {error}") from error
    connection.execute(f"comment on view {quoted(view.name)} is {literal(view.comment)}")
    _explain(connection, view, quoted(view.name))


def _store(connection: duckdb.DuckDBPyConnection, view: View) -> None:
    """Keep the rows of a view as a table, of which the view is made; those of an earlier warehouse are replaced.

    The data never change once the warehouse is built. Ranking all readings anew for each question takes seconds where there
    are millions; a table in the order in which it is asked takes milliseconds.
    """
    table = f"{STORED}.{quoted(view.name)}"
    order = ", ".join(map(quoted, view.stored_by))
    try:
        connection.execute(f"create schema if not exists {STORED}")
        connection.execute(f"create or replace table {table} as select * from ({_without_comments(view.sql)}) order by {order}")
    except duckdb.Error as error:
        raise BuildError(f"views/{view.name}.sql: {error}") from error
    told = f"The rows of the view {view.name}, as warehouse/views/{view.name}.sql gives them. (视图 {view.name} 的存储结果)"
    connection.execute(f"comment on table {table} is {literal(told)}")
    _explain(connection, view, table)


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


def quoted(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Text as an SQL string; only for the project's own words (``COMMENT ON`` takes no parameters)."""
    return "'" + text.replace("'", "''") + "'"

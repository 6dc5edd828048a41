"""The warehouse from the one before, where few documents changed: their rows exchanged, and the stored views of their regions."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from transforms import schema
from warehouse.build import BuildError, fill, in_order, indicators, opened, parquet_files, quoted, store, stored_table, whole_or_none
from warehouse.views import expand, views

if TYPE_CHECKING:
    from transforms.schema import Table
    from warehouse.views import View

RENEWED = "renewed_regions"
"""The temporary table of the regions whose rows in the stored views are worked out anew."""
OF_METRICS = "metrics"
"""The table that stored views take the rows of a region from."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """What changes in a table of which each file holds all rows of some documents."""

    gone: Sequence[Path] = ()
    """Files whose rows are in the table and go."""
    fresh: Sequence[Path] = ()
    """Files whose rows come."""


def renew(earlier: Path, parquet_dir: Path, target: Path, tables: Iterable[str], exchanges: Mapping[str, Exchange] | None = None) -> None:
    """Make the warehouse ``target`` from an ``earlier`` one of the same code, from which it differs in some tables.

    Args:
        tables: those that are filled anew.
        exchanges: by table, what goes and comes in those that differ in a few documents. With it the stored views are worked out
            anew, for the regions of these documents where that is enough; without it, none of them may read what differs.

    Raises:
        BuildError: as for :func:`warehouse.build.build`.
    """
    with whole_or_none(target, f"the warehouse could not be made from {earlier}"):
        try:
            shutil.copyfile(earlier, target)
        except OSError as error:
            raise BuildError(f"it cannot be copied: {error}") from error
        with opened(target) as connection:
            for name in tables:
                connection.execute(f"delete from {quoted(name)}")
                fill(connection, schema.table(name), parquet_files(parquet_dir / name))
            for name, exchange in (exchanges or {}).items():
                _exchange(connection, schema.table(name), exchange)
            if exchanges is not None:
                _renew_views(connection, exchanges)


def _exchange(connection: duckdb.DuckDBPyConnection, table: Table, exchange: Exchange) -> None:
    if exchange.gone:
        documents = "select document_id from read_parquet(?, union_by_name => false)"
        connection.execute(f"delete from {quoted(table.name)} where document_id in ({documents})", [list(map(str, exchange.gone))])
    fill(connection, table, exchange.fresh)


def _renew_views(connection: duckdb.DuckDBPyConnection, exchanges: Mapping[str, Exchange]) -> None:
    """Work the stored views out anew: whole, or the rows of the regions whose documents changed."""
    known = indicators(connection)
    stored = [expand(view, known) for view in views() if view.stored_by]
    for view in stored:
        if not view.renewed_by:
            store(connection, view)
    _note_regions(connection, exchanges)
    by_region = [view for view in stored if view.renewed_by]
    _look_at_regions_only(connection, {OF_METRICS: "region_code"} | {view.name: view.renewed_by for view in by_region})
    for view in by_region:
        _renew_rows(connection, view)


def _note_regions(connection: duckdb.DuckDBPyConnection, exchanges: Mapping[str, Exchange]) -> None:
    """Keep the regions of the documents that changed, and those that share a series with them under another name or code."""
    files = [str(path) for name in ("documents", OF_METRICS) for path in (*exchanges[name].gone, *exchanges[name].fresh)]
    connection.execute(f"create temp table {RENEWED} (region_code varchar)")
    if not files:
        return
    connection.execute(
        f"""
        insert into {RENEWED}
        with recursive renamed as (
            select region_code, today_code from regions_today where region_code <> today_code
        ),
        family as (
            select region_code from read_parquet(?, union_by_name => true) where region_code is not null
            union
            select unnest([r.region_code, r.today_code]) from family f join renamed r on f.region_code in (r.region_code, r.today_code)
        )
        select region_code from family
        """,
        [files],
    )


def _look_at_regions_only(connection: duckdb.DuckDBPyConnection, columns: Mapping[str, str]) -> None:
    """Put temporary views before tables and views, given with their column of regions, that hold the rows of the noted regions only."""
    (database,) = connection.execute("select current_database()").fetchone() or ("",)
    for name, column in columns.items():
        whole = f"{quoted(database)}.main.{quoted(name)}"
        noted = f"{quoted(column)} in (select region_code from {RENEWED})"
        connection.execute(f"create temp view {quoted(name)} as select * from {whole} where {noted}")


def _renew_rows(connection: duckdb.DuckDBPyConnection, view: View) -> None:
    try:
        connection.execute(f"delete from {stored_table(view)} where {quoted(view.renewed_by)} in (select region_code from {RENEWED})")
        connection.execute(f"insert into {stored_table(view)} {in_order(view)}")
    except duckdb.Error as error:
        raise BuildError(f"views/{view.name}.sql: {error}") from error

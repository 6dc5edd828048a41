"""Update a copy of the previous warehouse where few documents changed: exchange their rows, refresh the stored views of their regions."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from transforms import schema
from warehouse.build.full_build import (
    BuildError,
    atomic_build,
    fill,
    in_order,
    indicators,
    materialize_view,
    opened,
    parquet_files,
    stored_table,
)
from warehouse.build.sql import quoted
from warehouse.build.view_files import expand, views

if TYPE_CHECKING:
    from transforms.schema import Table
    from warehouse.build.view_files import View

RENEWED = "renewed_regions"
"""The temporary table of the regions whose rows in the stored views are refreshed."""
OF_METRICS = "metrics"
"""The table that stored views take the rows of a region from."""
REGION_OF_METRIC = "coalesce(place_code, region_code)"
"""The region whose rows in the stored views a metric goes into: the place named beside the number before the document's own."""


@dataclass(frozen=True, slots=True)
class FileDelta:
    """The change of a table each of whose files has all rows of some documents."""

    removed: Sequence[Path] = ()
    """Files whose rows are in the table and are removed."""
    added: Sequence[Path] = ()
    """Files whose rows are added."""


def update_warehouse(
    earlier: Path, parquet_dir: Path, target: Path, tables: Iterable[str], deltas: Mapping[str, FileDelta] | None = None
) -> None:
    """Make the warehouse ``target`` from an ``earlier`` one of the same code, from which it differs in some tables.

    Args:
        tables: those that are filled anew.
        deltas: by table, what goes and comes in those that differ in a few documents. With it the stored views are worked out
            anew, for the regions of these documents where that is enough; without it, none of them may read what differs.

    Raises:
        BuildError: as for :func:`warehouse.build.full_build.build`.
    """
    with atomic_build(target, f"the warehouse could not be made from {earlier}"):
        try:
            shutil.copyfile(earlier, target)
        except OSError as error:
            raise BuildError(f"it cannot be copied: {error}") from error
        with opened(target) as connection:
            for name in tables:
                connection.execute(f"delete from {quoted(name)}")
                fill(connection, schema.table(name), parquet_files(parquet_dir / name))
            for name, delta in (deltas or {}).items():
                _apply_delta(connection, schema.table(name), delta)
            if deltas is not None:
                _refresh_views(connection, deltas)


def _apply_delta(connection: duckdb.DuckDBPyConnection, table: Table, delta: FileDelta) -> None:
    if delta.removed:
        documents = "select document_id from read_parquet(?, union_by_name => false)"
        connection.execute(f"delete from {quoted(table.name)} where document_id in ({documents})", [list(map(str, delta.removed))])
    fill(connection, table, delta.added)


def _refresh_views(connection: duckdb.DuckDBPyConnection, deltas: Mapping[str, FileDelta]) -> None:
    """Work the stored views out anew: whole, or the rows of the regions whose documents changed."""
    known = indicators(connection)
    stored = [expand(view, known) for view in views() if view.stored_by]
    for view in stored:
        if not view.renewed_by:
            materialize_view(connection, view)
    _note_regions(connection, deltas)
    by_region = [view for view in stored if view.renewed_by]
    _look_at_regions_only(connection, {OF_METRICS: REGION_OF_METRIC} | {view.name: quoted(view.renewed_by) for view in by_region})
    for view in by_region:
        _refresh_rows(connection, view)


def _note_regions(connection: duckdb.DuckDBPyConnection, deltas: Mapping[str, FileDelta]) -> None:
    """Keep the regions of the documents that changed, and those that share a series with them under another name or code."""
    files = {name: [str(path) for path in (*deltas[name].removed, *deltas[name].added)] for name in ("documents", OF_METRICS)}
    connection.execute(f"create temp table {RENEWED} (region_code varchar)")
    for name, region in (("documents", "region_code"), (OF_METRICS, REGION_OF_METRIC)):
        if files[name]:
            changed = f"select distinct {region} from read_parquet(?, union_by_name => true) where {region} is not null"
            connection.execute(f"insert into {RENEWED} {changed}", [files[name]])
    connection.execute(
        f"""
        insert into {RENEWED}
        with recursive renamed as (
            select region_code, today_code from regions_today where region_code <> today_code
        ),
        family as (
            select region_code from {RENEWED}
            union
            select unnest([r.region_code, r.today_code]) from family f join renamed r on f.region_code in (r.region_code, r.today_code)
        )
        select region_code from family where region_code not in (select region_code from {RENEWED})
        """
    )


def _look_at_regions_only(connection: duckdb.DuckDBPyConnection, columns: Mapping[str, str]) -> None:
    """Hide tables and views, given with an SQL expression for the region, behind temporary views of the noted regions' rows."""
    (database,) = connection.execute("select current_database()").fetchone() or ("",)
    for name, column in columns.items():
        whole = f"{quoted(database)}.main.{quoted(name)}"
        noted = f"{column} in (select region_code from {RENEWED})"
        connection.execute(f"create temp view {quoted(name)} as select * from {whole} where {noted}")


def _refresh_rows(connection: duckdb.DuckDBPyConnection, view: View) -> None:
    try:
        connection.execute(f"delete from {stored_table(view)} where {quoted(view.renewed_by)} in (select region_code from {RENEWED})")
        connection.execute(f"insert into {stored_table(view)} {in_order(view)}")
    except duckdb.Error as error:
        raise BuildError(f"views/{view.name}.sql: {error}") from error

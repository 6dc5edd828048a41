"""Published tables, read from a data folder's Parquet files without the warehouse."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from transforms import schema

if TYPE_CHECKING:
    import pyarrow as pa


def read_table(data: Path, name: str, columns: Sequence[str] | None = None) -> pa.Table:
    """A table of the last published run, of which ``data/parquet/NAME/`` holds the files; without rows where there are none."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    wanted = list(columns) if columns else schema.table(name).column_names
    files = sorted((data / "parquet" / name).rglob("*.parquet"))
    target = pa.schema([schema.arrow_schema(name).field(column) for column in wanted])
    if not files:
        return target.empty_table()
    return pa.concat_tables(pq.ParquetFile(file).read(columns=wanted).select(wanted).cast(target) for file in files)


def candidates(data: Path) -> dict[str, pa.Table]:
    """The tables that the gate saw before publication: metrics with those held back, in the order of their documents."""
    import pyarrow as pa

    found = {name: read_table(data, name) for name in ("documents", "numbers", "indicators", "units")}
    metrics, held = read_table(data, "metrics"), read_table(data, "quarantine", schema.table("metrics").column_names)
    _, first = _first_of_each(held)
    joined = pa.concat_tables([metrics.cast(held.schema), held.take(pa.array(first, pa.int64()))])
    return found | {"metrics": joined}


def _first_of_each(held: pa.Table) -> tuple[list[str], list[int]]:
    places: dict[str, int] = {}
    for place, metric in enumerate(held.column("metric_id").to_pylist()):
        places.setdefault(metric, place)
    return list(places), list(places.values())

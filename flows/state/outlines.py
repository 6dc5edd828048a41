"""The outlines of a finished shard: what is stored of each document to find copies of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from transforms.dedupe.copies import Outline, Sketch
from transforms.pipeline import Processed
from transforms.rows import Row
from transforms.types import RECOGNISED
from warehouse.storage.atomic_files import sync

OUTLINES = "outlines"
"""Name of the file in a finished shard that holds what is needed to find copies."""


def outline_row(processed: Processed) -> Row:
    """The outline of a document that was read."""
    document, sketch = processed.document, processed.sketch
    assert document is not None
    assert sketch is not None
    names = ("document_id", "source_path", "format", "region_code", "report_year")
    return {name: document[name] for name in names} | {
        "is_recognised": document["encoding"] == RECOGNISED,
        "metrics": len(processed.metrics),
        "digest": sketch.digest,
        "phrases": sketch.phrases,
        "figures": sketch.figures,
    }


def read_outlines(shard: Path) -> list[Outline]:
    """The outlines of the documents in a finished shard."""
    import pyarrow.parquet as pq

    return [_outline(row) for row in pq.read_table(shard / f"{OUTLINES}.parquet").to_pylist()]


def _outline(row: Mapping[str, Any]) -> Outline:
    sketch = Sketch(row["digest"], tuple(row["phrases"]), tuple(row["figures"]))
    return Outline(sketch=sketch, **{name: row[name] for name in Outline.__slots__ if name != "sketch"})


def write_outlines(rows: Sequence[Row], earlier: Path | None, unchanged: Sequence[str], folder: Path) -> None:
    """Write the outlines of a shard: the new ones, and those of unchanged documents from the earlier work on it."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    text, number = pa.string(), pa.int32()
    types = dict.fromkeys(("document_id", "source_path", "format", "region_code", "digest"), text)
    types |= {"report_year": number, "metrics": number, "is_recognised": pa.bool_()}
    types |= {"phrases": pa.list_(pa.uint32()), "figures": pa.list_(number)}
    table = pa.Table.from_pylist([dict(row) for row in rows], schema=pa.schema(list(types.items())))
    if earlier is not None:
        before = pq.read_table(earlier / f"{OUTLINES}.parquet")
        table = pa.concat_tables([table, before.filter(pc.is_in(before["document_id"], pa.array(list(unchanged), text)))])
    pq.write_table(table.sort_by("document_id"), folder / f"{OUTLINES}.parquet", compression="zstd")
    sync(folder / f"{OUTLINES}.parquet")

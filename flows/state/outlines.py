"""The outlines of a finished shard: what is stored of each document to find copies of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from transforms.dedupe.copies import Outline, Sketch
from transforms.pipeline import Processed
from transforms.rows import Row
from transforms.types import RECOGNISED
from warehouse.storage.atomic_files import sync

if TYPE_CHECKING:
    pass


OUTLINES = "outlines"
"""Name of the file in a finished shard that holds what is needed to find copies."""


def outline_row(made: Processed) -> Row:
    """What is kept of a document to find its copies."""
    document, kept = made.document, made.sketch
    assert document is not None
    assert kept is not None
    names = ("document_id", "source_path", "format", "region_code", "report_year")
    return {name: document[name] for name in names} | {
        "is_recognised": document["encoding"] == RECOGNISED,
        "metrics": len(made.metrics),
        "digest": kept.digest,
        "phrases": kept.phrases,
        "figures": kept.figures,
    }


def _outline(row: Mapping[str, Any]) -> Outline:
    kept = Sketch(row["digest"], tuple(row["phrases"]), tuple(row["figures"]))
    return Outline(sketch=kept, **{name: row[name] for name in Outline.__slots__ if name != "sketch"})


def write_outlines(rows: Sequence[Row], earlier: Path | None, unchanged: Sequence[str], folder: Path) -> None:
    """Write the outlines of a shard: those just made, and those of unchanged documents from the earlier work on it."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    text, number = pa.string(), pa.int32()
    types = dict.fromkeys(("document_id", "source_path", "format", "region_code", "digest"), text)
    types |= {"report_year": number, "metrics": number, "is_recognised": pa.bool_()}
    types |= {"phrases": pa.list_(pa.uint32()), "figures": pa.list_(number)}
    whole = pa.Table.from_pylist([dict(row) for row in rows], schema=pa.schema(list(types.items())))
    if earlier is not None:
        before = pq.read_table(earlier / f"{OUTLINES}.parquet")
        whole = pa.concat_tables([whole, before.filter(pc.is_in(before["document_id"], pa.array(list(unchanged), text)))])
    pq.write_table(whole.sort_by("document_id"), folder / f"{OUTLINES}.parquet", compression="zstd")
    sync(folder / f"{OUTLINES}.parquet")

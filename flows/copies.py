"""Which documents of a run repeat another one, and what that does to the tables.

A copy keeps its row of ``documents``, with ``copy_of`` set, and its rows of ``numbers``, so that its text is accounted for
to the last numeral. It has no rows in ``metrics``: whoever counts or sums there counts a report once. Its numbers of class
``metric`` therefore name no metric (``metric_id`` is null): the metric stands in the document that counts, at a place of its
own, and an id that leads to another text would be worse than none.

Finished shards are not touched: whether a document is a copy depends on all others, and is worked out anew by each run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from transforms.dedupe.copies import Outline, Sketch, find_copies
from transforms.pipeline import Processed
from transforms.rows import Row
from transforms.types import RECOGNISED
from warehouse.files import sync

if TYPE_CHECKING:
    import pyarrow as pa

OUTLINES = "outlines"
"""Name of the file in a finished shard that holds what is needed to find copies."""


@dataclass(frozen=True)
class Copies:
    """The copies among a run's documents."""

    of: Mapping[str, str] = field(default_factory=dict)
    """The document that counts, by each document that repeats it (ids)."""

    shard_of: Mapping[str, str] = field(default_factory=dict)
    """The shard that each copy lies in."""

    @property
    def shards(self) -> frozenset[str]:
        """The shards that hold a copy."""
        return frozenset(self.shard_of.values())

    def within(self, shards: Iterable[str]) -> dict[str, str]:
        """The copies that lie in some of the shards, and the document that each repeats."""
        wanted = frozenset(shards)
        return {document: original for document, original in self.of.items() if self.shard_of.get(document) in wanted}

    def left_out(self, name: str, table: pa.Table) -> pa.Table:
        """Rows of ``documents``, ``metrics`` or ``numbers`` as they are published: copies marked, their metrics left out."""
        import pyarrow as pa
        import pyarrow.compute as pc

        ids = table.column("document_id")
        is_copy = pc.is_in(ids, pa.array(sorted(self.of), pa.string()))
        if not self.of or not pc.any(is_copy).as_py():
            return table
        if name == "metrics":
            return table.filter(pc.invert(is_copy))
        column = "copy_of" if name == "documents" else "metric_id"
        if name == "documents":
            values = pa.array([self.of.get(document) for document in ids.to_pylist()], pa.string())
        else:
            values = pc.if_else(is_copy, pa.scalar(None, pa.string()), table.column(column))
        place = table.schema.get_field_index(column)
        return table.set_column(place, table.schema.field(place), values)


def find(shards: Mapping[str, Path]) -> Copies:
    """The copies among the documents of all finished shards of a run, given by their names."""
    import pyarrow.parquet as pq

    outlines: list[Outline] = []
    shard_of: dict[str, str] = {}
    for shard, folder in shards.items():
        found = [_outline(row) for row in pq.read_table(folder / f"{OUTLINES}.parquet").to_pylist()]
        outlines += found
        shard_of |= {outline.document_id: shard for outline in found}  # members of an archive lie in the archive's shard
    copies = find_copies(outlines)
    return Copies(copies, {document: shard_of[document] for document in copies})


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

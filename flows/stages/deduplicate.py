"""Which documents of a run repeat another one, and what that does to the tables.

A copy keeps its row of ``documents``, with ``copy_of`` set, and its rows of ``numbers``, so that its text is accounted for
to the last numeral. It has no rows in ``metrics``: whoever counts or sums there counts a report once. Its numbers of class
``metric`` therefore name no metric (``metric_id`` is null): the metric stands in the document that counts, at a place of its
own, and an id that leads to another text would be worse than none.

Finished shards are not touched: whether a document is a copy depends on all others, and is worked out anew by each run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from transforms.dedupe.copies import Outline, find_copies

if TYPE_CHECKING:
    import pyarrow as pa
from flows.state.outlines import OUTLINES, _outline


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

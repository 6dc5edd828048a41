"""Find documents that repeat another one, and mark them in the tables.

A copy keeps its row of ``documents``, with ``copy_of`` set, and its rows of ``numbers``, so that every numeral of its text is
accounted for. It has no rows in ``metrics``, so that counts and sums take a report once. Its numbers of class ``metric``
therefore refer to no metric (``metric_id`` is null): the metric belongs to the document that counts.

Finished shards are not changed: whether a document is a copy depends on all others, and is decided anew by each run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from flows.state.outlines import read_outlines
from transforms.dedupe.copies import Outline, find_copies

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Copies:
    """The copies among a run's documents."""

    of: Mapping[str, str] = field(default_factory=dict)
    """The document that counts, by each document that repeats it (ids)."""

    shard_of: Mapping[str, str] = field(default_factory=dict)
    """The shard of each copy."""

    @property
    def shards(self) -> frozenset[str]:
        """The shards that contain a copy."""
        return frozenset(self.shard_of.values())

    def within(self, shards: Iterable[str]) -> dict[str, str]:
        """The copies in some of the shards, and the document that each repeats."""
        wanted = frozenset(shards)
        return {document: original for document, original in self.of.items() if self.shard_of.get(document) in wanted}

    def mark(self, name: str, table: pa.Table) -> pa.Table:
        """Rows of ``documents``, ``metrics`` or ``numbers`` as they are published: copies marked, their metrics removed."""
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


def find_copies_in(shards: Mapping[str, Path]) -> Copies:
    """The copies among the documents of all finished shards of a run, which are given by name and folder."""
    outlines: list[Outline] = []
    shard_of: dict[str, str] = {}
    for shard, folder in shards.items():
        found = read_outlines(folder)
        outlines += found
        shard_of |= {outline.document_id: shard for outline in found}  # members of an archive are in the archive's shard
    copies = find_copies(outlines)
    return Copies(copies, {document: shard_of[document] for document in copies})

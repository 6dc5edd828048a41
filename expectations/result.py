"""The result of validation: checks, quarantined rows, flags, and the reasons that stop publication."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass
class ValidationResult:
    """The result of validating a run or a part of it.

    Attributes:
        checks: rows of ``checks``, one per expectation.
        quarantine: rows of ``quarantine``: a failing metric's columns, once for each critical expectation that it failed.
        flags: rows of ``flags``: a metric, a warning that it failed, and why.
        stop_reasons: why nothing may be published; empty if it may.
        warnings: what deserves attention although it does not stop publication.
        results: Great Expectations' own results, one for each suite and table, as JSON values.
    """

    run_id: str
    checks: list[dict[str, Any]]
    quarantine: pa.Table
    flags: list[dict[str, Any]] = field(default_factory=list)
    stop_reasons: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    results: list[dict[str, Any]] = field(default_factory=list)

    @property
    def publishable(self) -> bool:
        """Whether nothing stops the publication."""
        return not self.stop_reasons

    @property
    def marks(self) -> dict[str, str]:
        """``quality_flags`` of the metrics that are marked: the names of the warnings, joined by ``; ``."""
        names: dict[str, list[str]] = {}
        for flag in self.flags:
            names.setdefault(flag["metric_id"], []).append(flag["expectation"])
        return {metric: "; ".join(dict.fromkeys(found)) for metric, found in names.items()}

    def quarantine_filter(self) -> QuarantineFilter:
        """Return the filter that turns candidate metrics into those that may be published."""
        import pyarrow as pa

        marks = self.marks
        quarantined = self.quarantine.column("metric_id").combine_chunks().unique()
        return QuarantineFilter(quarantined, pa.array(list(marks), pa.string()), pa.array(list(marks.values()), pa.string()))


@dataclass(frozen=True)
class QuarantineFilter:
    """Removes quarantined metrics and sets ``quality_flags`` on the others."""

    quarantined: pa.Array
    """Ids of the metrics to remove."""
    flagged: pa.Array
    """Ids of the metrics with warnings."""
    names: pa.Array
    """For each of ``flagged`` the names of its warnings."""

    def shard_fingerprints(self, metrics: Sequence[pa.ChunkedArray]) -> list[str]:
        """Describe what the filter does to the metrics of each shard, as one text; empty where they are published unchanged.

        Args:
            metrics: for each shard the ids of its metrics.
        """
        import pyarrow as pa
        import pyarrow.compute as pc

        # All shards at once: each lookup hashes the flags of a whole run.
        ids = pa.chunked_array([chunk for shard in metrics for chunk in shard.chunks], pa.string())
        names, removed = self._names(ids), pc.is_in(ids, value_set=self.quarantined).combine_chunks()
        described, start = [], 0
        for shard in metrics:
            described.append(_describe(shard, names.slice(start, len(shard)), removed.slice(start, len(shard))))
            start += len(shard)
        return described

    def _names(self, ids: pa.ChunkedArray) -> pa.Array:
        import pyarrow.compute as pc

        return self.names.take(pc.index_in(ids.combine_chunks(), value_set=self.flagged))

    def __call__(self, metrics: pa.Table) -> pa.Table:
        """Return the metrics that may be published, ``quality_flags`` set."""
        import pyarrow.compute as pc

        kept = metrics.filter(pc.invert(pc.is_in(metrics.column("metric_id"), value_set=self.quarantined)))
        place = kept.schema.get_field_index("quality_flags")
        return kept.set_column(place, kept.schema.field(place), self._names(kept.column("metric_id")))


def _describe(ids: pa.ChunkedArray, names: pa.Array, removed: pa.Array) -> str:
    import pyarrow.compute as pc

    if names.null_count == len(names) and not pc.any(removed).as_py():
        return ""
    rows = zip(ids.to_pylist(), names.to_pylist(), removed.to_pylist(), strict=True)
    return "\n".join(f"{metric} {'held' if is_removed else name}" for metric, name, is_removed in rows if is_removed or name)

"""The Parquet files of a new generation: finished shards as they are, except for what validation quarantines or flags.

A shard whose metrics, and what validation says of them, are those of the published generation is linked from there, so that a run
writes only what changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from expectations.result import QuarantineFilter
from flows.run import PlannedRun
from flows.stages.check_history import save_checks, write_checks
from flows.stages.dimensions import dimension_rows
from flows.stages.validate import ReusedResult, Validated
from flows.state.planning import ShardPlan
from warehouse.storage.atomic_files import link_or_copy

if TYPE_CHECKING:
    import pyarrow as pa

    from warehouse.build.incremental_build import FileDelta

OF_DOCUMENTS = ("documents", "metrics", "numbers")
OF_ALL = (*OF_DOCUMENTS, "quarantine", "flags", "indicators", "units", "regions", "fiscal_items")
"""The tables that follow from the documents, rules and code."""
THREADS = 4
"""Reading, sorting and compressing release the interpreter."""


def write_tables(run: PlannedRun, validated: Validated, parquet: Path) -> dict[str, str]:
    """Write the tables of a run that was validated into the folder ``parquet`` of its generation.

    Returns:
        By shard whose metrics were filtered or flagged: a hash of what its file was made from.
    """
    from warehouse.storage.parquet import write_table

    writer = _ShardWriter(run, validated, validated.result.quarantine_filter(), parquet)
    with ThreadPoolExecutor(THREADS) as threads:
        findings = writer.quarantine_filter.shard_fingerprints(list(threads.map(partial(_metric_ids, run), run.plan.shards)))
        digests = dict(threads.map(writer.write, run.plan.shards, findings))
    write_table("quarantine", validated.result.quarantine, parquet / "quarantine/part-0.parquet")
    write_table("flags", validated.result.flags, parquet / "flags/part-0.parquet")
    write_checks(run, parquet)
    for name, rows in dimension_rows().items():
        write_table(name, rows, parquet / name / "part-0.parquet")
    return {shard: digest for shard, digest in digests.items() if digest}


def _metric_ids(run: PlannedRun, item: ShardPlan) -> pa.ChunkedArray:
    from warehouse.storage.parquet import read_table

    return read_table("metrics", run.folder.shard_store / item.key / "metrics.parquet", ["metric_id"]).column("metric_id")


@dataclass(frozen=True, slots=True)
class _ShardWriter:
    """Writes the tables of shards into a generation."""

    run: PlannedRun
    validated: Validated
    quarantine_filter: QuarantineFilter
    parquet: Path

    def write(self, item: ShardPlan, findings: str) -> tuple[str, str]:
        """Write the three tables of a shard.

        Args:
            item: the shard.
            findings: a fingerprint of what validation says of its metrics; empty if nothing.

        Returns:
            The shard, and a hash of what its metrics were made from if they had to be written, else nothing.
        """
        source = self.run.folder.shard_store / item.key
        if item.shard in self.validated.copies.shards:
            self._write_with_copies(item, source)
            return item.shard, ""
        for name in ("documents", "numbers"):
            link_or_copy(source / f"{name}.parquet", self._target(name, item))
        if not findings:
            link_or_copy(source / "metrics.parquet", self._target("metrics", item))
            return item.shard, ""
        digest = hashlib.sha256(f"{item.key}\0{findings}".encode()).hexdigest()
        self._write_metrics(item, source, digest)
        return item.shard, digest

    def _target(self, name: str, item: ShardPlan) -> Path:
        return self.parquet / name / f"part-{item.shard}.parquet"

    def _write_with_copies(self, item: ShardPlan, source: Path) -> None:
        from warehouse.storage.parquet import read_table, write_table

        for name in OF_DOCUMENTS:
            table = self.validated.copies.mark(name, read_table(name, source / f"{name}.parquet"))
            write_table(name, self.quarantine_filter(table) if name == "metrics" else table, self._target(name, item))

    def _write_metrics(self, item: ShardPlan, source: Path, digest: str) -> None:
        from warehouse.storage.parquet import read_table, write_table

        published = self.run.folder.published
        digests: Mapping[str, str] = (self.run.folder.manifest() or {}).get("cleaned", {})
        before = published / "parquet/metrics" / f"part-{item.shard}.parquet" if published else None
        if before is not None and digest == digests.get(item.shard) and before.is_file():
            link_or_copy(before, self._target("metrics", item))
        else:
            write_table("metrics", self.quarantine_filter(read_table("metrics", source / "metrics.parquet")), self._target("metrics", item))


def file_deltas(before: Path, now: Path) -> dict[str, FileDelta] | None:
    """By table, the files in which the Parquet folders of two generations differ; None if they differ in most."""
    found = {name: _file_delta(before / name, now / name) for name in OF_DOCUMENTS}
    files = sum(1 for name in OF_DOCUMENTS for _ in (now / name).glob("*.parquet"))
    changed = sum(max(len(delta.removed), len(delta.added)) for delta in found.values())
    return found if 2 * changed <= files else None


def _file_delta(before: Path, now: Path) -> FileDelta:
    from warehouse.build.incremental_build import FileDelta

    old, new = ({path.name: path for path in folder.glob("*.parquet")} for folder in (before, now))
    same = {name for name in old.keys() & new.keys() if old[name].samefile(new[name])}
    removed, added = ([path for name, path in sorted(files.items()) if name not in same] for files in (old, new))
    return FileDelta(removed, added)


def reuse_tables(run: PlannedRun, reused: ReusedResult, parquet: Path) -> dict[str, str]:
    """Link the tables of the published generation, and write its checks as those of this run.

    Returns:
        As :func:`write_tables`.
    """
    from warehouse.storage.parquet import read_table

    for name in OF_ALL:
        for source in sorted((reused.generation / "parquet" / name).glob("*.parquet")):
            link_or_copy(source, parquet / name / source.name)
    checks = read_table("checks", reused.generation / f"parquet/checks/{reused.run_id}.parquet").to_pylist()
    save_checks(run, [check | {"run_id": run.run_id} for check in checks])
    write_checks(run, parquet)
    digests: dict[str, str] = (run.folder.manifest() or {}).get("cleaned", {})
    return digests

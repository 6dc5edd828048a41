"""The Parquet files of a new generation: finished shards as they are, but for what the gate holds back or marks.

A shard whose metrics, and what the gate says of them, are those of the published generation is linked from there, so that a run
writes what changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from expectations.result import QuarantineFilter, ValidationResult
from flows.run import Run
from flows.stages.check_history import keep_checks, lay_out_checks
from flows.stages.dimensions import dimension_rows
from flows.state.planning import ShardPlan
from warehouse.storage.atomic_files import link_or_copy

if TYPE_CHECKING:
    import pyarrow as pa

    from warehouse.build.incremental_build import FileDelta


OF_DOCUMENTS = ("documents", "metrics", "numbers")
OF_ALL = (*OF_DOCUMENTS, "quarantine", "flags", "indicators", "units", "regions", "fiscal_items")
"""The tables that follow from the documents, rules and code."""
THREADS = 4
"""Reading, sorting and compressing all let go of the interpreter."""


def lay_out(run: Run, verdict: ValidationResult, parquet: Path) -> None:
    """The tables of a run that was checked, into the folder ``parquet`` of its generation."""
    from warehouse.storage.parquet import write_table

    assert run.plan is not None
    earlier = run.folder.manifest() or {}
    written: Mapping[str, str] = earlier.get("cleaned", {})
    published = run.folder.published
    quarantine_filter = verdict.quarantine_filter()
    with ThreadPoolExecutor(THREADS) as threads:
        said = quarantine_filter.shard_fingerprints(list(threads.map(partial(_metric_ids, run), run.plan.shards)))

        def one(item: ShardPlan, said: str) -> tuple[str, str]:
            before = published / "parquet/metrics" / f"part-{item.shard}.parquet" if published and item.shard in written else None
            return item.shard, _lay_out_shard(run, item, quarantine_filter, said, parquet, before, written.get(item.shard, ""))

        run.cleaned = {shard: digest for shard, digest in threads.map(one, run.plan.shards, said) if digest}
    write_table("quarantine", verdict.quarantine, parquet / "quarantine/part-0.parquet")
    write_table("flags", verdict.flags, parquet / "flags/part-0.parquet")
    lay_out_checks(run, parquet)
    for name, rows in dimension_rows().items():
        write_table(name, rows, parquet / name / "part-0.parquet")


def _metric_ids(run: Run, item: ShardPlan) -> pa.ChunkedArray:
    from warehouse.storage.parquet import read_table

    return read_table("metrics", run.folder.store / item.key / "metrics.parquet", ["metric_id"]).column("metric_id")


def _lay_out_shard(
    run: Run,
    item: ShardPlan,
    quarantine_filter: QuarantineFilter,
    said: str,
    parquet: Path,
    before: Path | None,
    digest_before: str,
) -> str:
    """The three tables of a shard; a hash of what its metrics were made from where they had to be written, else nothing."""
    from warehouse.storage.parquet import read_table, write_table

    source, target = run.folder.store / item.key, {name: parquet / name / f"part-{item.shard}.parquet" for name in OF_DOCUMENTS}
    if item.shard in run.copies.shards:
        for name in OF_DOCUMENTS:
            whole = run.copies.left_out(name, read_table(name, source / f"{name}.parquet"))
            write_table(name, quarantine_filter(whole) if name == "metrics" else whole, target[name])
        return ""
    for name in ("documents", "numbers"):
        link_or_copy(source / f"{name}.parquet", target[name])
    metrics = source / "metrics.parquet"
    if not said:
        link_or_copy(metrics, target["metrics"])
        return ""
    digest = hashlib.sha256(f"{item.key}\0{said}".encode()).hexdigest()
    if before is not None and digest == digest_before and before.is_file():
        link_or_copy(before, target["metrics"])
    else:
        write_table("metrics", quarantine_filter(read_table("metrics", metrics)), target["metrics"])
    return digest


def exchanges(before: Path, now: Path) -> dict[str, FileDelta] | None:
    """By table, the files in which the Parquet folders of two generations differ; None where they differ in most."""
    found = {name: _exchange(before / name, now / name) for name in OF_DOCUMENTS}
    files = sum(1 for name in OF_DOCUMENTS for _ in (now / name).glob("*.parquet"))
    changed = sum(max(len(exchange.removed), len(exchange.added)) for exchange in found.values())
    return found if 2 * changed <= files else None


def _exchange(before: Path, now: Path) -> FileDelta:
    from warehouse.build.incremental_build import FileDelta

    old, new = ({path.name: path for path in folder.glob("*.parquet")} for folder in (before, now))
    same = {name for name in old.keys() & new.keys() if old[name].samefile(new[name])}
    gone, fresh = ([path for name, path in sorted(files.items()) if name not in same] for files in (old, new))
    return FileDelta(gone, fresh)


def carry_over(run: Run, generation: Path, run_id: str, parquet: Path) -> None:
    """The tables of the published generation, that of the run ``run_id``, and its checks as those of this run."""
    from warehouse.storage.parquet import read_table

    run.checks_from = run_id
    run.cleaned = (run.folder.manifest() or {}).get("cleaned", {})
    for name in OF_ALL:
        for source in sorted((generation / "parquet" / name).glob("*.parquet")):
            link_or_copy(source, parquet / name / source.name)
    checks = read_table("checks", generation / f"parquet/checks/{run_id}.parquet").to_pylist()
    keep_checks(run, [check | {"run_id": run.run_id} for check in checks])
    lay_out_checks(run, parquet)

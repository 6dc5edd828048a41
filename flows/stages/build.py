"""Build the new generation aside: its Parquet files, and the warehouse from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from flows.run import BuiltGeneration, CheckSummary, FailedCheck, PlannedRun
from flows.stages.table_files import OF_DOCUMENTS, file_deltas, reuse_tables, write_tables
from flows.stages.validate import ReusedResult, Validation
from flows.state.source_files import IngestFailure, failure_row
from transforms import schema

if TYPE_CHECKING:
    from warehouse.build.incremental_build import FileDelta

OF_RUNS = ("runs", "checks", "failures")
"""The tables on runs: they alone differ where no document changed."""
MAX_INCREMENTAL_BUILDS = 20
"""Warehouses made in a row from the one before. Each leaves free space in the file, which a full build does not have."""


def build_generation(run: PlannedRun, validation: Validation) -> BuiltGeneration:
    """Write the Parquet files of the new generation and build its warehouse from them, aside."""
    from warehouse.storage.datapackage import write_datapackage
    from warehouse.storage.parquet import write_table

    path = run.folder.new_generation()
    parquet = path / "parquet"
    if isinstance(validation, ReusedResult):
        digests, copies = reuse_tables(run, validation, parquet), 0
    else:
        digests, copies = write_tables(run, validation, parquet), len(validation.copies.of)
    failures = _write_failures(run, parquet)
    documents, counts = _counts(run, parquet, len(failures))
    finished_at = run.context.end_time()
    earlier_runs = run.folder.run_log.table_rows(run.settings.keep_runs)[:-1]  # the last one is this one, still at work in the log
    this_run = run.context.row(run.run_id, "published", counts, finished_at)
    write_table("runs", [*earlier_runs, this_run], parquet / "runs/part-0.parquet")
    write_datapackage(parquet)
    incremental_builds = _build_warehouse(run, path, validation)
    checks = _check_summary(run, parquet, validation)
    return BuiltGeneration(path, finished_at, documents, copies, counts, failures, checks, digests, incremental_builds)


def _write_failures(run: PlannedRun, parquet: Path) -> tuple[IngestFailure, ...]:
    from warehouse.storage.parquet import read_table, write_table

    shards = [run.folder.shard_store / item.key / "failures.parquet" for item in run.plan.shards]
    rows = read_table("failures", shards).to_pylist()
    not_read = (*run.inventory.failures, *run.inventory.stale)
    rows += [failure_row(item.source_path, None, item.error, item.message, run.run_id) for item in not_read]
    write_table("failures", rows, parquet / "failures/part-0.parquet")
    return tuple(IngestFailure(row["source_path"], row["error"], row["message"]) for row in rows)


def _counts(run: PlannedRun, parquet: Path, failures: int) -> tuple[int, dict[str, int]]:
    """The documents in the warehouse, and the counts of the run."""
    import pyarrow.parquet as pq

    from warehouse.storage.parquet import read_table

    rows = {name: sum(pq.read_metadata(path).num_rows for path in (parquet / name).glob("*.parquet")) for name in OF_DOCUMENTS}
    quarantined = len(read_table("quarantine", parquet / "quarantine", ["metric_id"]).column("metric_id").unique())
    made = {"documents_failed": failures, "metrics": rows["metrics"], "numbers": rows["numbers"], "quarantined": quarantined}
    return rows["documents"], run.counts | made


def _check_summary(run: PlannedRun, parquet: Path, validation: Validation) -> CheckSummary:
    from warehouse.storage.parquet import read_table

    checks = read_table("checks", parquet / f"checks/{run.run_id}.parquet").to_pylist()
    failed = tuple(
        FailedCheck(row["suite"], row["expectation"], row["severity"], row["rows_failed"]) for row in checks if not row["passed"]
    )
    return CheckSummary(len(checks), failed, validation.run_id if isinstance(validation, ReusedResult) else None)


def _build_warehouse(run: PlannedRun, path: Path, validation: Validation) -> int:
    """Build the warehouse, from the published one if most of that stays; how many were built so in a row."""
    from warehouse.build.full_build import BuildError, build
    from warehouse.build.incremental_build import update_warehouse

    published, changes = run.folder.published, _changes(run, path, validation)
    if published is not None and changes is not None:
        try:
            update_warehouse(published / "warehouse.duckdb", path / "parquet", path / "warehouse.duckdb", changes.tables, changes.deltas)
        except BuildError as error:  # the published file may be damaged; the Parquet files are complete
            run.context.journal.problems.append(f"{error}. It was built anew.")
        else:
            return changes.incremental_builds
    build(path / "parquet", path / "warehouse.duckdb")
    return 0


@dataclass(frozen=True, slots=True)
class _Changes:
    """What to change in the published warehouse to make it the new one."""

    tables: tuple[str, ...]
    """The tables that are filled anew."""
    deltas: Mapping[str, FileDelta] | None
    """By table, the files that differ; None if no document changed."""
    incremental_builds: int


def _changes(run: PlannedRun, path: Path, validation: Validation) -> _Changes | None:
    """What to change in the published warehouse; None if it cannot be the base of the new one, or differs in most files."""
    published, manifest = run.folder.published, run.folder.manifest() or {}
    builds = int(manifest.get("renewals", 0))
    if published is None:
        return None
    if isinstance(validation, ReusedResult):
        return _Changes(OF_RUNS, None, builds)
    if run.context.full_refresh or manifest.get("code") != run.code or builds >= MAX_INCREMENTAL_BUILDS:
        return None
    deltas = file_deltas(published / "parquet", path / "parquet")
    tables = tuple(name for name in schema.tables() if name not in OF_DOCUMENTS)
    return None if deltas is None else _Changes(tables, deltas, builds + 1)

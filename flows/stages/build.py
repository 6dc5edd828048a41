"""Build the new generation aside: its Parquet files, and the warehouse from them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from expectations.result import ValidationResult
from flows.run import FailedCheck, Failure, Run
from flows.stages.table_files import OF_DOCUMENTS, carry_over, exchanges, lay_out
from flows.stages.validate import Carried
from flows.state import fingerprints
from flows.state.planning import ShardPlan
from flows.state.source_files import Scan
from flows.workers.worker import failure_row

OF_RUNS = ("runs", "checks", "failures")
"""The tables that tell of runs: all that differs where no document changed."""
RENEWALS = 20
"""Warehouses made in a row from the one before. What goes leaves room behind in the file, which the next one built is free of."""


def _paths(run: Run, shards: list[ShardPlan], name: str) -> list[Path]:
    return [run.folder.store / item.key / f"{name}.parquet" for item in shards]


def load(run: Run, found: Scan, verdict: ValidationResult | Carried) -> Path:
    """Lay out the Parquet files of the new generation and build its warehouse from them, aside."""
    from warehouse.build.full_build import build
    from warehouse.storage.datapackage import write_datapackage
    from warehouse.storage.parquet import read_table, write_table

    built = run.folder.new_generation()
    parquet = built / "parquet"
    if isinstance(verdict, Carried):
        carry_over(run, verdict.generation, verdict.run_id, parquet)
    else:
        lay_out(run, verdict, parquet)
    failures = read_table("failures", _paths(run, list(run.plan.shards) if run.plan else [], "failures")).to_pylist()
    failures += [failure_row(item.source_path, None, item.error, item.message, run.run_id) for item in (*found.unreadable, *found.kept)]
    write_table("failures", failures, parquet / "failures/part-0.parquet")
    run.failures = tuple(Failure(row["source_path"], row["error"], row["message"]) for row in failures)
    _count(run, parquet)
    run.finish()
    earlier_runs = run.folder.run_rows(run.settings.keep_runs)[:-1]  # the last one is this one, still at work in the ledger
    write_table("runs", [*earlier_runs, run.row("published")], parquet / "runs/part-0.parquet")
    write_datapackage(parquet)
    if not _renewed(run, built, verdict):
        build(parquet, built / "warehouse.duckdb")
    return built


def _renewed(run: Run, built: Path, verdict: ValidationResult | Carried) -> bool:
    """Make the warehouse from the published one where most of that stays; whether it could be."""
    from transforms import schema
    from warehouse.build.full_build import BuildError
    from warehouse.build.incremental_build import update_warehouse

    published, earlier = run.folder.published, run.folder.manifest() or {}
    renewals, changed = int(earlier.get("renewals", 0)), None
    tables: Sequence[str] = OF_RUNS
    if published is None:
        return False
    if not isinstance(verdict, Carried):
        if run.fresh or earlier.get("code") != fingerprints.code_hash() or renewals >= RENEWALS:
            return False
        changed = exchanges(published / "parquet", built / "parquet")
        if changed is None:
            return False
        tables, renewals = [name for name in schema.tables() if name not in OF_DOCUMENTS], renewals + 1
    try:
        update_warehouse(published / "warehouse.duckdb", built / "parquet", built / "warehouse.duckdb", tables, changed)
    except BuildError as error:  # whatever became of the published file, the Parquet files are whole
        run.problems.append(f"{error}. It was built anew.")
        return False
    run.renewals = renewals
    return True


def _count(run: Run, parquet: Path) -> None:
    import pyarrow.parquet as pq

    from warehouse.storage.parquet import read_table

    counts = {
        name: sum(pq.read_metadata(path).num_rows for path in (parquet / name).glob("*.parquet"))
        for name in ("documents", "metrics", "numbers", "quarantine")
    }
    run.documents = counts["documents"]
    held = len(read_table("quarantine", parquet / "quarantine", ["metric_id"]).column("metric_id").unique())
    run.counts |= {
        "documents_failed": len(run.failures),
        "metrics": counts["metrics"],
        "numbers": counts["numbers"],
        "quarantined": held,
    }
    checks: list[dict[str, Any]] = read_table("checks", parquet / f"checks/{run.run_id}.parquet").to_pylist()
    run.checks = len(checks)
    run.failed_checks = tuple(
        FailedCheck(row["suite"], row["expectation"], row["severity"], row["rows_failed"]) for row in checks if not row["passed"]
    )

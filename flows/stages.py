"""What the flow does between the finished shards and the published warehouse."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from expectations.gate import Verdict
from flows.checking import keep_checks
from flows.copies import find
from flows.layout import OF_DOCUMENTS, carry_over, exchanges, lay_out
from flows.publish import DataFolderError, json_value
from flows.run import FailedCheck, Failure, Rejected, Run, code_hash
from flows.shards import mirror, shards_at
from flows.store import Scan, ShardPlan, manifest_of
from flows.worker import failure_row
from warehouse.files import link_or_copy

OF_RUNS = ("runs", "checks", "failures")
"""The tables that tell of runs: all that differs where no document changed."""
RENEWALS = 20
"""Warehouses made in a row from the one before. What goes leaves room behind in the file, which the next one built is free of."""


@dataclass(frozen=True, slots=True)
class Carried:
    """The verdict of the published generation, whose documents, rules and code are those of this run."""

    generation: Path
    run_id: str


def check(run: Run, found: Scan) -> Verdict | Carried:
    """Hold the candidate tables against the expectations, in parts that fit into memory.

    Where nothing at all changed since the last publication its verdict holds: the same rows under the same checks.

    Raises:
        Rejected: a check stops the publication.
    """
    assert run.plan is not None
    run.folder.require_held()
    earlier = run.folder.manifest()
    if run.folder.published and earlier and run.plan.is_unchanged and not run.fresh and earlier.get("code") == code_hash():
        return Carried(run.folder.published, earlier["run_id"])
    from flows import gating

    with gating.judging(run) as judges:
        run.copies = find({item.shard: run.folder.store / item.key for item in run.plan.shards})
        verdict = gating.check(run, judges)
    keep_checks(run, verdict.checks)
    if not verdict.publishable:
        raise Rejected("A check stopped the publication:\n" + "\n".join(f"  {reason}" for reason in verdict.stop_reasons))
    return verdict


def _paths(run: Run, shards: list[ShardPlan], name: str) -> list[Path]:
    return [run.folder.store / item.key / f"{name}.parquet" for item in shards]


def load(run: Run, found: Scan, verdict: Verdict | Carried) -> Path:
    """Lay out the Parquet files of the new generation and build its warehouse from them, aside."""
    from warehouse.build import build
    from warehouse.package import write_datapackage
    from warehouse.parquet import read_table, write_table

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


def _renewed(run: Run, built: Path, verdict: Verdict | Carried) -> bool:
    """Make the warehouse from the published one where most of that stays; whether it could be."""
    from transforms import schema
    from warehouse.build import BuildError
    from warehouse.renewal import renew

    published, earlier = run.folder.published, run.folder.manifest() or {}
    renewals, changed = int(earlier.get("renewals", 0)), None
    tables: Sequence[str] = OF_RUNS
    if published is None:
        return False
    if not isinstance(verdict, Carried):
        if run.fresh or earlier.get("code") != code_hash() or renewals >= RENEWALS:
            return False
        changed = exchanges(published / "parquet", built / "parquet")
        if changed is None:
            return False
        tables, renewals = [name for name in schema.tables() if name not in OF_DOCUMENTS], renewals + 1
    try:
        renew(published / "warehouse.duckdb", built / "parquet", built / "warehouse.duckdb", tables, changed)
    except BuildError as error:  # whatever became of the published file, the Parquet files are whole
        run.problems.append(f"{error}. It was built anew.")
        return False
    run.renewals = renewals
    return True


def _count(run: Run, parquet: Path) -> None:
    import pyarrow.parquet as pq

    from warehouse.parquet import read_table

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


def report(built: Path, verdict: Verdict | Carried) -> None:
    """Write the reports that are published with the warehouse: data quality with Great Expectations' pages, and the site."""
    from warehouse.quality_report import write_quality_report
    from warehouse.site import write_site

    for name in ("quality", "site"):  # of an attempt before this one
        shutil.rmtree(built / name, ignore_errors=True)
    pages = built / "quality/gx"
    if isinstance(verdict, Carried):
        shutil.copytree(verdict.generation / "quality/gx", pages, copy_function=_link, dirs_exist_ok=True)
    else:
        from expectations.data_docs import write_data_docs

        write_data_docs(verdict.results, pages)
    write_quality_report(built / "warehouse.duckdb", built / "quality")
    # Pages of documents that did not change are those of the published site.
    write_site(built / "warehouse.duckdb", built / "site", built.parents[1] / "published" / "site")


def _link(source: str, target: str) -> None:
    link_or_copy(Path(source), Path(target))


def publish(run: Run, found: Scan, built: Path) -> None:
    """Publish the generation, enter the run in the ledger as published, and tidy up."""
    assert run.plan is not None
    if built.exists():
        extra = {"code": code_hash(), "cleaned": run.cleaned, "renewals": run.renewals, "run": run.row("published")}
        manifest = manifest_of(run.run_id, run.plan, found) | extra
        (built / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False, default=json_value), encoding="utf8")
    run.published = run.folder.publish(built, run.run_id)
    try:
        run.folder.record(run.row("published"))
        run.folder.collect_garbage(run.settings.keep_generations)
        run.folder.trim_ledger(run.settings.keep_runs)
    except (OSError, DataFolderError) as error:  # readers have the new warehouse: no reason to call the run failed
        run.problems.append(f"published, but not all was tidied up behind it, which the next run does: {error}")
    try:
        mirror(shards_at(run.shard_place), run.folder.store)
    except OSError as error:  # the run is published: what is left behind costs room, or work that is done already
        run.problems.append(f"{run.shard_place} was not tidied up: {error}")

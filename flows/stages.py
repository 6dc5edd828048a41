"""What the flow does between the finished shards and the published warehouse."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from expectations.gate import Verdict
from flows.checking import keep_checks, lay_out_checks
from flows.copies import find
from flows.dimensions import dimension_rows
from flows.publish import link_or_copy, now
from flows.run import FailedCheck, Failure, Rejected, Run, code_hash
from flows.store import Scan, ShardPlan, manifest_of
from flows.worker import failure_row

if TYPE_CHECKING:
    import pyarrow as pa


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
    earlier = run.folder.manifest()
    if run.folder.published and earlier and run.plan.is_unchanged and not run.fresh and earlier.get("code") == code_hash():
        return Carried(run.folder.published, earlier["run_id"])
    from flows import gating

    run.copies = find({item.shard: run.folder.store / item.key for item in run.plan.shards})
    verdict = gating.check(run)
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
        _carry_over(run, verdict, parquet)
    else:
        _lay_out(run, verdict, parquet)
    failures = read_table("failures", _paths(run, list(run.plan.shards) if run.plan else [], "failures")).to_pylist()
    failures += [failure_row(item.source_path, None, item.error, item.message, run.run_id) for item in (*found.unreadable, *found.kept)]
    write_table("failures", failures, parquet / "failures/part-0.parquet")
    run.failures = tuple(Failure(row["source_path"], row["error"], row["message"]) for row in failures)
    _count(run, parquet)
    run.finished_at = now()
    earlier_runs = run.folder.run_rows(run.settings.keep_runs)[:-1]  # the last one is this one, still at work in the ledger
    write_table("runs", [*earlier_runs, run.row("published")], parquet / "runs/part-0.parquet")
    write_datapackage(parquet)
    build(parquet, built / "warehouse.duckdb")
    return built


def _lay_out(run: Run, verdict: Verdict, parquet: Path) -> None:
    """The tables of a run that was checked: shards as they are, but for metrics that are held back or marked."""
    import pyarrow as pa

    from warehouse.parquet import read_table, write_table

    assert run.plan is not None
    touched = pa.array({*verdict.quarantine.column("metric_id").to_pylist(), *verdict.marks}, pa.string())
    for item in run.plan.shards:
        for name in ("documents", "metrics", "numbers"):
            source, target = run.folder.store / item.key / f"{name}.parquet", parquet / name / f"part-{item.shard}.parquet"
            if item.shard in run.copies.shards:
                whole = run.copies.left_out(name, read_table(name, source))
                write_table(name, verdict.clean(whole) if name == "metrics" else whole, target)
            elif name == "metrics":
                _write_clean(verdict, source, target, touched)
            else:
                link_or_copy(source, target)
    write_table("quarantine", verdict.quarantine, parquet / "quarantine/part-0.parquet")
    write_table("flags", verdict.flags, parquet / "flags/part-0.parquet")
    lay_out_checks(run, parquet)
    for name, rows in dimension_rows().items():
        write_table(name, rows, parquet / name / "part-0.parquet")


def _write_clean(verdict: Verdict, source: Path, target: Path, touched: pa.Array) -> None:
    import pyarrow.compute as pc

    from warehouse.parquet import read_table, write_table

    ids = read_table("metrics", source, ["metric_id"]).column("metric_id")
    if len(touched) and pc.any(pc.is_in(ids, touched)).as_py():
        write_table("metrics", verdict.clean(read_table("metrics", source)), target)
    else:
        link_or_copy(source, target)


def _carry_over(run: Run, carried: Carried, parquet: Path) -> None:
    """The tables of the published generation, and its checks as those of this run."""
    from warehouse.parquet import read_table

    run.checks_from = carried.run_id
    for name in ("documents", "metrics", "numbers", "quarantine", "flags", "indicators", "units", "regions"):
        for source in sorted((carried.generation / "parquet" / name).glob("*.parquet")):
            link_or_copy(source, parquet / name / source.name)
    checks = read_table("checks", carried.generation / f"parquet/checks/{carried.run_id}.parquet").to_pylist()
    keep_checks(run, [check | {"run_id": run.run_id} for check in checks])
    lay_out_checks(run, parquet)


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
        manifest = manifest_of(run.run_id, run.plan, found) | {"code": code_hash()}
        (built / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False), encoding="utf8")
    run.published = run.folder.publish(built, run.run_id)
    run.folder.record(run.row("published"))
    run.folder.collect_garbage(run.settings.keep_generations)
    run.folder.trim_ledger(run.settings.keep_runs)

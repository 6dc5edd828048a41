"""What the flow does between the finished shards and the published warehouse. (Gate and build: stand-ins until theirs land.)"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flows.publish import link_or_copy, now
from flows.run import Failure, Run
from flows.store import Scan, manifest_of
from flows.worker import failure_row


@dataclass
class Verdict:
    """Stand-in."""

    checks: list[dict[str, Any]] = field(default_factory=list)


def check(run: Run, found: Scan) -> Verdict:
    """Stand-in."""
    return Verdict()


def _shard_files(run: Run, name: str) -> list[tuple[str, Path]]:
    assert run.plan is not None
    return [(item.shard, run.folder.store / item.key / f"{name}.parquet") for item in run.plan.shards]


def load(run: Run, found: Scan, verdict: Verdict) -> Path:
    """Lay out the Parquet files of the new generation and build its warehouse."""
    import duckdb

    from warehouse.parquet import read_table, write_table

    built = run.folder.new_generation()
    for name in ("documents", "metrics", "numbers"):
        for shard, path in _shard_files(run, name):
            link_or_copy(path, built / "parquet" / name / f"part-{shard}.parquet")
    failures = read_table("failures", [path for _, path in _shard_files(run, "failures")]).to_pylist()
    failures += [failure_row(item.source_path, None, item.error, item.message, run.run_id) for item in found.unreadable]
    write_table("failures", failures, built / "parquet/failures/part-0.parquet")
    run.failures = tuple(Failure(row["source_path"], row["error"], row["message"]) for row in failures)
    counts = {
        name: read_table(name, [p for _, p in _shard_files(run, name)], ["document_id"]).num_rows
        for name in ("documents", "metrics", "numbers")
    }
    run.documents = counts.pop("documents")
    run.counts |= counts | {"documents_failed": len(failures)}
    run.finished_at = now()
    write_table("runs", [*run.folder.run_rows(run.settings.keep_runs)[:-1], run.row("published")], built / "parquet/runs/part-0.parquet")
    with duckdb.connect(str(built / "warehouse.duckdb")) as connection:
        for name in ("documents", "metrics", "numbers", "failures", "runs"):
            connection.execute(f"CREATE TABLE {name} AS FROM read_parquet('{built}/parquet/{name}/*.parquet')")
        connection.execute("CHECKPOINT")
    return built


def report(run: Run, built: Path) -> None:
    """Stand-in."""


def publish(run: Run, found: Scan, built: Path) -> None:
    """Publish the generation, enter the run in the ledger as published, and tidy up."""
    assert run.plan is not None
    if built.exists():
        manifest = json.dumps(manifest_of(run.run_id, run.plan, found), ensure_ascii=False)
        (built / "manifest.json").write_text(manifest, encoding="utf8")
    run.published = run.folder.publish(built, run.run_id)
    run.folder.record(run.row("published"))
    run.folder.collect_garbage(run.settings.keep_generations)
    run.folder.trim_ledger(run.settings.keep_runs)

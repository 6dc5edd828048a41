"""The tables of a run as a whole: all its documents, and those of the last published run, validated against each other."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.run import PlannedRun
from flows.stages.deduplicate import Copies

if TYPE_CHECKING:
    import pyarrow as pa

    from expectations.result import ValidationResult


def validate_whole_run(run: PlannedRun, copies: Copies) -> ValidationResult:
    """Validate all documents of the run, and compare them with the last published run."""
    from expectations.gate import validate_run
    from expectations.inputs import RunInput
    from warehouse.storage.parquet import read_table

    shards = [run.folder.shard_store / item.key for item in run.plan.shards]

    def of_run(name: str, columns: tuple[str, ...]) -> pa.Table:
        return copies.mark(name, read_table(name, [shard / f"{name}.parquet" for shard in shards], columns))

    return validate_run(
        RunInput(run.run_id, of_run("documents", RunInput.DOCUMENTS), of_run("metrics", RunInput.METRICS), **_published(run))
    )


def _published(run: PlannedRun) -> dict[str, Any]:
    """What :class:`~expectations.inputs.RunInput` needs of the last published run; nothing if there is none that can be read.

    The metrics of unchanged shards are left out: they are those of this run.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    from expectations.inputs import RunInput
    from warehouse.storage.parquet import TableError, read_table

    if run.folder.published is None:
        return {}
    changed = _changed_shards(run)
    unchanged = {f"part-{item.shard}.parquet" for item in run.plan.shards if item.shard not in changed}
    parquet = run.folder.published / "parquet"
    compared = sorted(path for path in (parquet / "metrics").glob("*.parquet") if path.name not in unchanged)
    try:
        documents = read_table("documents", parquet / "documents", RunInput.DOCUMENTS)
        metrics = read_table("metrics", compared, RunInput.BEFORE)
        quarantined = read_table("quarantine", parquet / "quarantine", ("metric_id", *RunInput.BEFORE))
    except TableError:  # published by a version with other tables: there is nothing to compare with
        return {}
    ids = read_table("documents", [shard / "documents.parquet" for shard in changed.values()], ("document_id",)).column("document_id")
    quarantined = quarantined.filter(pc.is_in(quarantined.column("document_id"), value_set=ids.combine_chunks()))
    once = quarantined.group_by(quarantined.column_names).aggregate([]).select(list(RunInput.BEFORE))
    return {
        "before_documents": documents,
        "before_metrics": pa.concat_tables([metrics, once.cast(metrics.schema)]),
        "read_again": frozenset(ids.to_pylist()),
    }


def _changed_shards(run: PlannedRun) -> dict[str, Path]:
    """The folders of the shards that were read in this run, or are not those of the published generation."""
    published: Mapping[str, str] = (run.folder.manifest() or {}).get("shards", {})
    todo = {item.shard for item in run.plan.todo}
    return {
        item.shard: run.folder.shard_store / item.key
        for item in run.plan.shards
        if item.shard in todo or published.get(item.shard) != item.key
    }

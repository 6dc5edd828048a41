"""The tables that are validated for the run as a whole: those of all documents, and of the last published run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flows.run import Run

if TYPE_CHECKING:
    import pyarrow as pa

    from expectations.result import ValidationResult


def check_whole(run: Run) -> ValidationResult:
    """Hold all documents of the run, and the last published run beside them, against the expectations between reports and runs."""
    from expectations.gate import validate_run
    from expectations.inputs import RunInput
    from warehouse.storage.parquet import read_table

    assert run.plan is not None
    shards = [run.folder.store / item.key for item in run.plan.shards]

    def of_run(name: str, columns: tuple[str, ...]) -> pa.Table:
        return run.copies.left_out(name, read_table(name, [shard / f"{name}.parquet" for shard in shards], columns))

    return validate_run(
        RunInput(run.run_id, of_run("documents", RunInput.DOCUMENTS), of_run("metrics", RunInput.METRICS), **_published(run))
    )


def _published(run: Run) -> dict[str, Any]:
    """What :class:`~expectations.frames.RunInput` holds of the last published run; nothing where there is none that can be read.

    Of shards that were not worked on since, the rows are those of this run.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    from expectations.inputs import RunInput
    from warehouse.storage.parquet import TableError, read_table

    if run.folder.published is None or run.plan is None:
        return {}
    before: Mapping[str, str] = (run.folder.manifest() or {}).get("shards", {})
    todo = {item.shard for item in run.plan.todo}
    again = {
        item.shard: run.folder.store / item.key for item in run.plan.shards if item.shard in todo or before.get(item.shard) != item.key
    }
    carried = {f"part-{item.shard}.parquet" for item in run.plan.shards if item.shard not in again}
    parquet = run.folder.published / "parquet"
    compared = sorted(path for path in (parquet / "metrics").glob("*.parquet") if path.name not in carried)
    try:
        documents = read_table("documents", parquet / "documents", RunInput.DOCUMENTS)
        metrics = read_table("metrics", compared, RunInput.BEFORE)
        held = read_table("quarantine", parquet / "quarantine", ("metric_id", *RunInput.BEFORE))
    except TableError:  # published by a version with other tables: there is nothing to compare with
        return {}
    ids = read_table("documents", [shard / "documents.parquet" for shard in again.values()], ("document_id",)).column("document_id")
    held = held.filter(pc.is_in(held.column("document_id"), value_set=ids.combine_chunks()))
    once = held.group_by(held.column_names).aggregate([]).select(list(RunInput.BEFORE))
    return {
        "before_documents": documents,
        "before_metrics": pa.concat_tables([metrics, once.cast(metrics.schema)]),
        "read_again": frozenset(ids.to_pylist()),
    }

"""The run as a whole at the gate: held against the last published run and the baselines, and its results kept, run by run.

checks/RUN_ID.parquet      the rows of ``checks`` of a run, those of a rejected one too; published with every later run
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.run import Run
from transforms import schema
from warehouse.files import link_or_copy

if TYPE_CHECKING:
    import pyarrow as pa

    from expectations.gate import Verdict

CHECKS = "checks"


def check_whole(run: Run) -> Verdict:
    """Hold all documents of the run, and the last published run beside them, against the expectations between reports and runs."""
    from expectations.frames import RunInput
    from expectations.gate import validate_run
    from warehouse.parquet import read_table

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

    from expectations.frames import RunInput
    from warehouse.parquet import TableError, read_table

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


def keep_checks(run: Run, checks: list[dict[str, Any]]) -> None:
    """Keep the results of this run in the data folder, and no more runs than the setting ``keep_checks`` says."""
    from warehouse.parquet import write_table

    folder = run.folder.root / CHECKS
    folder.mkdir(exist_ok=True)
    write_table(CHECKS, checks, folder / f"{run.run_id}.parquet")
    for old in sorted(folder.glob("run-*.parquet"))[: -run.settings.keep_checks]:
        old.unlink(missing_ok=True)


def lay_out_checks(run: Run, parquet: Path) -> None:
    """The results of all runs kept, as the table ``checks`` of the new generation."""
    import pyarrow.parquet as pq

    wanted = schema.table(CHECKS).column_names
    for kept in sorted((run.folder.root / CHECKS).glob("run-*.parquet")):
        if tuple(pq.read_schema(kept).names) != tuple(wanted):
            continue  # kept by a version whose table had other columns
        link_or_copy(kept, parquet / CHECKS / kept.name)

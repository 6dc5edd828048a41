"""The run as a whole at the gate: held against the last published run and the baselines, and its results kept, run by run.

checks/RUN_ID.parquet      the rows of ``checks`` of a run, those of a rejected one too; published with every later run
"""

from __future__ import annotations

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
        RunInput(
            run.run_id, of_run("documents", RunInput.DOCUMENTS), of_run("metrics", RunInput.METRICS), *_published(run.folder.published)
        )
    )


def _published(generation: Path | None) -> tuple[pa.Table | None, pa.Table | None]:
    """Documents and metrics (those held back among them) of the last published run; None where there is none that can be read."""
    import pyarrow as pa

    from expectations.frames import RunInput
    from warehouse.parquet import TableError, read_table

    if generation is None:
        return None, None
    parquet = generation / "parquet"
    try:
        documents = read_table("documents", parquet / "documents", RunInput.DOCUMENTS)
        metrics, held = (read_table(name, parquet / name, RunInput.BEFORE) for name in ("metrics", "quarantine"))
    except TableError:  # published by a version with other tables: there is nothing to compare with
        return None, None
    held = held.group_by(list(RunInput.BEFORE)).aggregate([]).select(list(RunInput.BEFORE))
    return documents, pa.concat_tables([metrics.cast(held.schema), held])


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

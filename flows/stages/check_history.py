"""The run as a whole at the gate: held against the last published run and the baselines, and its results kept, run by run.

checks/RUN_ID.parquet      the rows of ``checks`` of a run, those of a rejected one too; published with every later run
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.run import Run
from transforms import schema
from warehouse.storage.atomic_files import link_or_copy

if TYPE_CHECKING:
    pass


CHECKS = "checks"


def keep_checks(run: Run, checks: list[dict[str, Any]]) -> None:
    """Keep the results of this run in the data folder, and no more runs than the setting ``keep_checks`` says."""
    from warehouse.storage.parquet import write_table

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

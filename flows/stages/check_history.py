"""The results of checks, saved run by run in the data folder, those of a rejected run too, and published with every later run.

checks/RUN_ID.parquet      the rows of the table ``checks`` of a run
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flows.run import PlannedRun
from transforms import schema
from warehouse.storage.atomic_files import link_or_copy

CHECKS = "checks"


def save_checks(run: PlannedRun, checks: list[dict[str, Any]]) -> None:
    """Save the results of a run, and remove those of runs before the last ``keep_checks``."""
    from warehouse.storage.parquet import write_table

    folder = run.folder.root / CHECKS
    folder.mkdir(exist_ok=True)
    write_table(CHECKS, checks, folder / f"{run.run_id}.parquet")
    for old in sorted(folder.glob("run-*.parquet"))[: -run.settings.keep_checks]:
        old.unlink(missing_ok=True)


def write_checks(run: PlannedRun, parquet: Path) -> None:
    """Write the table ``checks`` of a new generation: the saved results of all runs."""
    import pyarrow.parquet as pq

    wanted = schema.table(CHECKS).column_names
    for saved in sorted((run.folder.root / CHECKS).glob("run-*.parquet")):
        if tuple(pq.read_schema(saved).names) != tuple(wanted):
            continue  # saved by a version whose table had other columns
        link_or_copy(saved, parquet / CHECKS / saved.name)

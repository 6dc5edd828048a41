"""Partitions of a run that are validated one by one, so that the memory needed is bounded, and none that was validated before.

The result on a partition depends on its shards, on the copies among its documents, on code and rules; it is saved under a hash of these:

verdicts/KEY/    the result on a partition (:mod:`expectations.result_store`), those that the last run used

In a run of several partitions, processes of their own validate these (:mod:`flows.stages.validation_pool`) while the run as a
whole is validated here.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from flows.run import PlannedRun
from flows.stages.deduplicate import Copies
from flows.stages.run_tables import validate_whole_run
from flows.stages.validation_pool import Partition, ValidationPool, ValidationPoolError
from flows.state.planning import ShardPlan

if TYPE_CHECKING:
    from expectations.result import ValidationResult

RESULTS = "verdicts"
PARTITION_ROWS = 150_000
"""About how many rows of ``numbers`` are validated at once: this bounds the memory of validation."""


def validate_in_partitions(run: PlannedRun, copies: Copies, pool: ValidationPool) -> ValidationResult:
    """Validate the candidate tables of a run, by partition and as a whole.

    Raises:
        ValidationPoolError: a process died, or a result is missing.
        GateError: an expectation was lost or could not be evaluated.
    """
    from expectations.gate import combine
    from expectations.result_store import load_result

    folder, partitions = _folder(run), partitions_of(run, copies)
    results: dict[str, ValidationResult | None] = {item.key: load_result(folder / item.key, run.run_id) for item in partitions}
    todo = [item for item in partitions if results[item.key] is None]
    pool.submit(todo)
    whole = validate_whole_run(run, copies)
    pool.wait()
    results |= {item.key: load_result(folder / item.key, run.run_id) for item in todo}
    _remove_unused(folder, results)
    missing = [key for key, result in results.items() if result is None]
    if missing:
        raise ValidationPoolError(f"The results on {len(missing)} parts of the run are missing. Is {folder} full, or was it cleared?")
    return combine([*(result for result in results.values() if result is not None), whole])


@contextlib.contextmanager
def validation_pool(run: PlannedRun) -> Iterator[ValidationPool]:
    """The pool for a run: processes if there are several partitions, which start at once for those that changed."""
    groups = _groups(run)
    several = len(groups) > 1 and run.settings.worker_count > 1  # in a small run a process takes longer to start than to validate
    with ValidationPool(_folder(run), run.settings.worker_count if several else 0, run.settings.rules) as pool:
        pool.start(_changed(run, groups))
        yield pool


def _changed(run: PlannedRun, groups: Sequence[Sequence[ShardPlan]]) -> int:
    """How many of these groups of shards differ from what was published by the same code and rules."""
    published = run.folder.manifest() or {}
    before: Mapping[str, str] = published.get("shards", {}) if published.get("code") == run.code else {}
    return sum(any(before.get(item.shard) != item.key for item in items) for items in groups)


def _folder(run: PlannedRun) -> Path:
    return run.folder.root / RESULTS


def partitions_of(run: PlannedRun, copies: Copies) -> list[Partition]:
    """The shards in so many equal groups that each has about :data:`PARTITION_ROWS` rows.

    Groups follow the names of the shards, and there are 1, 2, 4, … of them, so that they stay the same while documents come and go.
    """
    return [_partition(run, copies, items) for items in _groups(run)]


def _groups(run: PlannedRun) -> list[list[ShardPlan]]:
    import pyarrow.parquet as pq

    rows = sum(pq.read_metadata(run.folder.shard_store / item.key / "numbers.parquet").num_rows for item in run.plan.shards)
    groups = 1
    while groups < 256 and rows > groups * PARTITION_ROWS:
        groups *= 2
    grouped: dict[int, list[ShardPlan]] = {}
    for item in run.plan.shards:
        grouped.setdefault(int(item.shard, 16) * groups // 256, []).append(item)
    return list(grouped.values())


def _partition(run: PlannedRun, copies: Copies, items: Sequence[ShardPlan]) -> Partition:
    within = copies.within(item.shard for item in items)
    content = json.dumps([run.code, [item.key for item in items], sorted(within.items())])
    folders = tuple(str(run.folder.shard_store / item.key) for item in items)
    return Partition(hashlib.sha256(content.encode()).hexdigest()[:32], run.run_id, folders, within)


def _remove_unused(folder: Path, used: Mapping[str, object]) -> None:
    if folder.is_dir():
        for path in folder.iterdir():
            if path.name not in used:
                shutil.rmtree(path, ignore_errors=True)

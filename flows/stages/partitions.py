"""The candidate tables at the gate, in parts that fit into memory: several at once, and none that was judged before.

A part's verdict depends on its shards, on the copies among its documents and on the code; it is kept under a hash of these:

verdicts/KEY/    the verdict on a part (:mod:`expectations.result_store`), those that the last run used

In a run of more than one part, processes of their own judge those (:mod:`flows.stages.validation_pool`) while the run as a
whole is judged here.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from flows.run import Run
from flows.stages.run_inputs import check_whole
from flows.stages.validation_pool import JudgeError, Judges, Part
from flows.state import fingerprints
from flows.state.planning import ShardPlan

if TYPE_CHECKING:
    from expectations.result import ValidationResult


VERDICTS = "verdicts"
PART_ROWS = 150_000
"""Rows of ``numbers`` that are judged at once, about: what bounds the memory of the gate."""


def check(run: Run, judges: Judges) -> ValidationResult:
    """Hold the candidate tables of a run against the expectations, in parts and as a whole.

    Raises:
        JudgeError: a process that judges died, or a verdict is not there.
        GateError: an expectation was lost on the way or could not be evaluated.
    """
    from expectations.gate import combine
    from expectations.result_store import load_result

    folder, whole = _folder(run), parts(run)
    verdicts: dict[str, ValidationResult | None] = {part.key: load_result(folder / part.key, run.run_id) for part in whole}
    todo = [part for part in whole if verdicts[part.key] is None]
    judges.begin(todo)
    between = check_whole(run)
    judges.end()
    verdicts |= {part.key: load_result(folder / part.key, run.run_id) for part in todo}
    _tidy(folder, verdicts)
    lost = [key for key, verdict in verdicts.items() if verdict is None]
    if lost:
        raise JudgeError(f"Verdicts on {len(lost)} parts of the run were not there when they were needed. Is {folder} full or cleared?")
    return combine([*(verdict for verdict in verdicts.values() if verdict is not None), between])


@contextlib.contextmanager
def judging(run: Run) -> Iterator[Judges]:
    """Who judges the parts of a run: processes where there are several parts, which make themselves ready from now on."""
    groups = _groups(run)
    several = len(groups) > 1 and run.settings.worker_count > 1  # in a small run a process would take longer to start than to judge
    with Judges(_folder(run), run.settings.worker_count if several else 0) as judges:
        judges.call(_changed(run, groups))
        yield judges


def _changed(run: Run, groups: Sequence[Sequence[ShardPlan]]) -> int:
    """How many of these groups of shards were not published as they are, by the code of now."""
    published = run.folder.manifest() or {}
    before: Mapping[str, str] = published.get("shards", {}) if published.get("code") == fingerprints.code_hash() else {}
    return sum(any(before.get(item.shard) != item.key for item in items) for items in groups)


def _folder(run: Run) -> Path:
    return run.folder.root / VERDICTS


def parts(run: Run) -> list[Part]:
    """The shards in so many equal groups that each has about :data:`PART_ROWS` rows.

    Groups follow the names of the shards, and there are 1, 2, 4, … of them, so that they stay the same while documents come and go.
    """
    code = fingerprints.code_hash()
    return [_part(run, items, code) for items in _groups(run)]


def _groups(run: Run) -> list[list[ShardPlan]]:
    import pyarrow.parquet as pq

    assert run.plan is not None
    rows = sum(pq.read_metadata(run.folder.store / item.key / "numbers.parquet").num_rows for item in run.plan.shards)
    groups = 1
    while groups < 256 and rows > groups * PART_ROWS:
        groups *= 2
    grouped: dict[int, list[ShardPlan]] = {}
    for item in run.plan.shards:
        grouped.setdefault(int(item.shard, 16) * groups // 256, []).append(item)
    return list(grouped.values())


def _part(run: Run, items: Sequence[ShardPlan], code: str) -> Part:
    copies = run.copies.within(item.shard for item in items)
    told = json.dumps([code, [item.key for item in items], sorted(copies.items())])
    folders = tuple(str(run.folder.store / item.key) for item in items)
    return Part(hashlib.sha256(told.encode()).hexdigest()[:32], run.run_id, folders, copies)


def _tidy(folder: Path, used: Mapping[str, object]) -> None:
    if folder.is_dir():
        for path in folder.iterdir():
            if path.name not in used:
                shutil.rmtree(path, ignore_errors=True)

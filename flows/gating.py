"""The candidate tables at the gate, in parts that fit into memory: several at once, and none that was judged before.

A part's verdict depends on its shards, on the copies among its documents and on the code; it is kept under a hash of these:

verdicts/KEY/    the verdict on a part (:mod:`expectations.verdicts`), those that the last run used

In a run of more than one part, processes of their own judge those (``python -m flows.gating``) while the run as a whole
is judged here.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.checking import check_whole
from flows.copies import Copies
from flows.dimensions import dimension_rows
from flows.lifeline import end_with
from flows.run import Run, code_hash
from flows.store import ShardPlan

if TYPE_CHECKING:
    from expectations.gate import Verdict

VERDICTS = "verdicts"
PART_ROWS = 150_000
"""Rows of ``numbers`` that are judged at once, about: what bounds the memory of the gate."""


class GatingError(RuntimeError):
    """A process that judges died; the message says what it said last."""


@dataclass(frozen=True, slots=True)
class Part:
    """Shards that are judged together."""

    key: str
    run_id: str
    shards: tuple[str, ...]
    """Their folders."""
    copies: Mapping[str, str]
    """The copies among their documents, and the document that each repeats."""


def check(run: Run) -> Verdict:
    """Hold the candidate tables of a run against the expectations, in parts and as a whole.

    Raises:
        GatingError: a process that judges died.
        GateError: an expectation was lost on the way or could not be evaluated.
    """
    from expectations.gate import combine
    from expectations.verdicts import kept

    folder, whole = run.folder.root / VERDICTS, parts(run)
    verdicts: dict[str, Verdict | None] = {part.key: kept(folder / part.key, run.run_id) for part in whole}
    todo = [part for part in whole if verdicts[part.key] is None]
    workers = run.settings.worker_count
    if todo and len(whole) > 1 and workers > 1:  # in a small run a process would take longer to start than to judge
        with _judging(todo, folder, workers):
            between = check_whole(run)
    else:
        judge(todo, folder)
        between = check_whole(run)
    verdicts |= {part.key: kept(folder / part.key, run.run_id) for part in todo}
    _tidy(folder, verdicts)
    lost = [key for key, verdict in verdicts.items() if verdict is None]
    if lost:
        raise GatingError(f"Verdicts on {len(lost)} parts of the run were not there when they were needed. Is {folder} full or cleared?")
    return combine([*(verdict for verdict in verdicts.values() if verdict is not None), between])


def parts(run: Run) -> list[Part]:
    """The shards in so many equal groups that each has about :data:`PART_ROWS` rows.

    Groups follow the names of the shards, and there are 1, 2, 4, … of them, so that they stay the same while documents come and go.
    """
    import pyarrow.parquet as pq

    assert run.plan is not None
    rows = sum(pq.read_metadata(run.folder.store / item.key / "numbers.parquet").num_rows for item in run.plan.shards)
    groups = 1
    while groups < 256 and rows > groups * PART_ROWS:
        groups *= 2
    grouped: dict[int, list[ShardPlan]] = {}
    for item in run.plan.shards:
        grouped.setdefault(int(item.shard, 16) * groups // 256, []).append(item)
    code = code_hash()
    return [_part(run, items, code) for items in grouped.values()]


def _part(run: Run, items: Sequence[ShardPlan], code: str) -> Part:
    copies = run.copies.within(item.shard for item in items)
    told = json.dumps([code, [item.key for item in items], sorted(copies.items())])
    folders = tuple(str(run.folder.store / item.key) for item in items)
    return Part(hashlib.sha256(told.encode()).hexdigest()[:32], run.run_id, folders, copies)


def judge(todo: Iterable[Part], folder: Path) -> None:
    """Judge parts and keep the verdicts."""
    from expectations.frames import GateInput
    from expectations.gate import validate
    from expectations.verdicts import keep
    from warehouse.parquet import read_table, to_table

    dimensions = {name: to_table(name, rows, candidate=True) for name, rows in dimension_rows().items() if name != "regions"}
    for part in todo:
        copies = Copies(part.copies)
        tables = {
            name: copies.left_out(name, read_table(name, [Path(shard) / f"{name}.parquet" for shard in part.shards]))
            for name in ("documents", "metrics", "numbers")
        }
        keep(validate(GateInput(part.run_id, **tables, **dimensions)), folder / part.key)


@contextlib.contextmanager
def _judging(todo: Sequence[Part], folder: Path, count: int) -> Iterator[None]:
    """Within it processes judge the parts; at its end they have."""
    count = min(count, len(todo))
    lifelines: list[int] = []
    processes = [_process([asdict(part) for part in todo[turn::count]], folder, lifelines) for turn in range(count)]
    try:
        yield
        for process in processes:
            said = process.communicate()[1].decode(errors="replace").strip()
            if process.returncode:
                last = said.splitlines()[-1] if said else f"nothing (code {process.returncode})"
                raise GatingError(f"A process that checks the numbers died; the last thing it said: {last}\nIs there memory left?")
    finally:
        for process in processes:
            process.kill()
            process.wait()
        for end in lifelines:
            os.close(end)


def _process(jobs: list[dict[str, Any]], folder: Path, lifelines: list[int]) -> subprocess.Popen[bytes]:
    theirs, ours = os.pipe()
    lifelines.append(ours)
    process = subprocess.Popen(
        [sys.executable, "-m", "flows.gating", str(folder), str(theirs)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        pass_fds=(theirs,),
        cwd=Path(__file__).resolve().parent.parent,
    )
    os.close(theirs)
    assert process.stdin is not None
    process.stdin.write(json.dumps(jobs).encode())
    process.stdin.close()
    process.stdin = None
    return process


def _tidy(folder: Path, used: Mapping[str, object]) -> None:
    if folder.is_dir():
        for path in folder.iterdir():
            if path.name not in used:
                shutil.rmtree(path, ignore_errors=True)


def _parts_given() -> Iterator[Part]:
    for told in json.load(sys.stdin):
        yield Part(told["key"], told["run_id"], tuple(told["shards"]), told["copies"])


if __name__ == "__main__":
    end_with(int(sys.argv[2]))
    judge(_parts_given(), Path(sys.argv[1]))

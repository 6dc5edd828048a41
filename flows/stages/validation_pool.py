"""Processes that judge parts of a run (``python -m flows.stages.validation_pool``), several at once; none outlives the run.

A process is told its parts when they are known; until then it imports what judging takes, which takes seconds.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from expectations.gx_runner.runner import import_great_expectations
from flows.stages.deduplicate import Copies
from flows.stages.dimensions import dimension_rows
from flows.util.parent_death import end_with


class JudgeError(RuntimeError):
    """A part was not judged; the message says why."""


@dataclass(frozen=True, slots=True)
class Part:
    """Shards that are judged together."""

    key: str
    run_id: str
    shards: tuple[str, ...]
    """Their folders."""
    copies: Mapping[str, str]
    """The copies among their documents, and the document that each repeats."""


def judge(todo: Iterable[Part], folder: Path) -> None:
    """Judge parts and keep the verdicts in ``folder``, each under its key."""
    from expectations.gate import validate
    from expectations.inputs import GateInput
    from expectations.result_store import save_result
    from warehouse.storage.parquet import read_table, to_table

    dimensions = {name: to_table(name, rows, candidate=True) for name, rows in dimension_rows().items() if name in ("indicators", "units")}
    for part in todo:
        copies = Copies(part.copies)
        tables = {
            name: copies.left_out(name, read_table(name, [Path(shard) / f"{name}.parquet" for shard in part.shards]))
            for name in ("documents", "metrics", "numbers")
        }
        save_result(validate(GateInput(part.run_id, **tables, **dimensions)), folder / part.key)


class Judges:
    """So many processes at most; without any, this one judges. At the end of the block they are gone."""

    def __init__(self, folder: Path, most: int) -> None:
        self._folder, self._most = folder, most
        self._lifelines: list[int] = []
        self._processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Judges:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stderr):
                if stream is not None:
                    with contextlib.suppress(BrokenPipeError):
                        stream.close()
        for end in self._lifelines:
            os.close(end)

    def call(self, parts: int) -> None:
        """Have as many processes as so many parts need; they make themselves ready."""
        while len(self._processes) < min(self._most, parts):
            self._processes.append(self._process())

    def _process(self) -> subprocess.Popen[bytes]:
        theirs, ours = os.pipe()
        self._lifelines.append(ours)
        process = subprocess.Popen(
            [sys.executable, "-m", "flows.stages.validation_pool", str(self._folder), str(theirs)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            pass_fds=(theirs,),
            cwd=Path(__file__).resolve().parents[2],
        )
        os.close(theirs)
        return process

    def begin(self, todo: Sequence[Part]) -> None:
        """Have these parts judged, beside what is done until :meth:`end`."""
        self.call(len(todo))
        if not self._processes:
            judge(todo, self._folder)
        for turn, process in enumerate(self._processes):
            told = json.dumps([asdict(part) for part in todo[turn :: len(self._processes)]])
            assert process.stdin is not None
            with contextlib.suppress(BrokenPipeError):  # it died, and its code will say so
                process.stdin.write(told.encode())
                process.stdin.close()
            process.stdin = None

    def end(self) -> None:
        """Wait until all are judged.

        Raises:
            JudgeError: a process died; the message has the last thing it said.
        """
        for process in self._processes:
            said = process.communicate()[1].decode(errors="replace").strip()
            if process.returncode:
                last = said.splitlines()[-1] if said else f"nothing (code {process.returncode})"
                raise JudgeError(f"A process that checks the numbers died; the last thing it said: {last}\nIs there memory left?")


def _told() -> Iterator[Part]:
    for told in json.load(sys.stdin):
        yield Part(told["key"], told["run_id"], tuple(told["shards"]), told["copies"])


if __name__ == "__main__":
    end_with(int(sys.argv[2]))
    import_great_expectations()
    judge(_told(), Path(sys.argv[1]))

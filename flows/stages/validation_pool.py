"""Processes that validate partitions of a run, several at once: ``python -m flows.stages.validation_pool``.

A process starts importing what validation needs, which takes seconds, and gets its partitions when they are known. No process
outlives the run.
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
from flows.state.own_rules import use_rules
from flows.util.parent_death import exit_with_parent


class ValidationPoolError(RuntimeError):
    """A partition was not validated; the message says why."""


@dataclass(frozen=True, slots=True)
class Partition:
    """Shards that are validated together."""

    key: str
    run_id: str
    shards: tuple[str, ...]
    """Their folders."""
    copies: Mapping[str, str]
    """The copies among their documents, and the document that each repeats."""


def validate_partitions(partitions: Iterable[Partition], folder: Path) -> None:
    """Validate partitions and save each result in ``folder`` under the partition's key."""
    from expectations.gate import validate
    from expectations.inputs import GateInput
    from expectations.result_store import save_result
    from warehouse.storage.parquet import read_table, to_table

    dimensions = {name: to_table(name, rows, candidate=True) for name, rows in dimension_rows().items() if name in ("indicators", "units")}
    for partition in partitions:
        copies = Copies(partition.copies)
        tables = {
            name: copies.mark(name, read_table(name, [Path(shard) / f"{name}.parquet" for shard in partition.shards]))
            for name in ("documents", "metrics", "numbers")
        }
        save_result(validate(GateInput(partition.run_id, **tables, **dimensions)), folder / partition.key)


class ValidationPool:
    """At most ``limit`` processes that validate; with a limit of 0 this process validates. They end with the block."""

    def __init__(self, folder: Path, limit: int, rules: Path | None = None) -> None:
        self._folder, self._limit, self._rules = folder, limit, rules
        self._processes: list[subprocess.Popen[bytes]] = []
        self._pipes: list[int] = []

    def __enter__(self) -> ValidationPool:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stderr):
                if stream is not None:
                    with contextlib.suppress(BrokenPipeError):
                        stream.close()
        for pipe in self._pipes:
            os.close(pipe)

    def start(self, partitions: int) -> None:
        """Start as many processes as so many partitions need."""
        while len(self._processes) < min(self._limit, partitions):
            self._processes.append(self._process())

    def _process(self) -> subprocess.Popen[bytes]:
        theirs, ours = os.pipe()
        self._pipes.append(ours)
        process = subprocess.Popen(
            [sys.executable, "-m", "flows.stages.validation_pool", str(self._folder), str(theirs), str(self._rules or "")],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            pass_fds=(theirs,),
            cwd=Path(__file__).resolve().parents[2],
        )
        os.close(theirs)
        return process

    def submit(self, partitions: Sequence[Partition]) -> None:
        """Have these partitions validated, beside what else is done until :meth:`wait`."""
        self.start(len(partitions))
        if not self._processes:
            validate_partitions(partitions, self._folder)
        for turn, process in enumerate(self._processes):
            work = json.dumps([asdict(partition) for partition in partitions[turn :: len(self._processes)]])
            assert process.stdin is not None
            with contextlib.suppress(BrokenPipeError):  # the process died, and its exit code will say so
                process.stdin.write(work.encode())
                process.stdin.close()
            process.stdin = None

    def wait(self) -> None:
        """Wait until all are validated.

        Raises:
            ValidationPoolError: a process died; the message has the last line that it wrote.
        """
        for process in self._processes:
            output = process.communicate()[1].decode(errors="replace").strip()
            if process.returncode:
                last = output.splitlines()[-1] if output else f"nothing (code {process.returncode})"
                raise ValidationPoolError(f"A process that checks the numbers died; its last line: {last}\nIs there memory left?")


def _partitions_from_stdin() -> Iterator[Partition]:
    for item in json.load(sys.stdin):
        yield Partition(item["key"], item["run_id"], tuple(item["shards"]), item["copies"])


if __name__ == "__main__":
    exit_with_parent(int(sys.argv[2]))
    use_rules(Path(sys.argv[3]) if sys.argv[3] else None)
    import_great_expectations()
    validate_partitions(_partitions_from_stdin(), Path(sys.argv[1]))

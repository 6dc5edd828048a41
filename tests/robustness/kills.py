"""Kill the pipeline again and again, while analysts read, and see whether anything is lost.

    python -m tests.robustness.kills --kills 250 --commands 20

Runs are killed (SIGKILL) at named point (:mod:`tests.robustness.points`), before the step and after it, and at moments
drawn by lot; alone, so that workers are left behind, or with their workers. After each kill the published generation must be
whole and of one run; now and then a run goes to its end, and what it publishes must be what a run from nothing publishes.
``--commands`` of the kills are of ``baogao run`` itself, with its Prefect server.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flows.state.data_folder import DataFolder
from tests.conftest import BAOGAO, REPOSITORY, clean_environment, query, report
from tests.robustness.readers import check_generation, published
from tests.robustness.zygote import Order, Outcome, Zygote, kill_group, left_of
from transforms.schema import tables

PLACES = ("密云区", "房山区", "顺义区", "怀柔区")
READERS = 2
GROUPS = ("claim", "load", "publish", "publish", "garbage")
COMPARED_EVERY = 3
"""Of the runs that go to their end, those that are compared with a run from nothing."""
FINISHED_EVERY = 30
"""Kills after which a run is left to go to its end."""
QUICK = 24
"""Of these, the kills of runs without changes, which take over the published warehouse and take little time."""


@dataclass
class Tally:
    """What was tried and what came of it."""

    tried: Counter[str] = field(default_factory=Counter)
    killed: Counter[str] = field(default_factory=Counter)
    points: set[str] = field(default_factory=set)
    """The distinct points at which a run died."""
    finished: int = 0
    compared: int = 0
    wrong: list[str] = field(default_factory=list)
    passes: Counter[str] = field(default_factory=Counter)
    reader_errors: list[str] = field(default_factory=list)
    orphans: int = 0
    """Runs whose workers outlived them at first."""

    def lines(self) -> Iterator[str]:
        """The tally as a table."""
        yield f"{'where':<16}{'tried':>8}{'killed':>8}"
        for group in sorted(self.tried):
            yield f"{group:<16}{self.tried[group]:>8}{self.killed[group]:>8}"
        yield f"{'all':<16}{self.tried.total():>8}{self.killed.total():>8}"
        yield f"distinct points: {len(self.points)}"
        yield f"runs that went to their end: {self.finished}, of them compared with a run from nothing: {self.compared}"
        yield f"runs killed without their workers: {self.orphans}"
        yield "reader passes: " + (", ".join(f"{name} {count:,}" for name, count in sorted(self.passes.items())) or "none")
        yield f"reader errors: {len(self.reader_errors)}; states and runs that were wrong: {len(self.wrong)}"
        yield from (f"  {line}" for line in [*self.reader_errors, *self.wrong][:40])


class Stage:
    """Folders, readers and runs of one go."""

    def __init__(self, folder: Path, seed: int, zygote: Zygote) -> None:
        self.folder, self.lot, self.tally, self.zygote = folder, random.Random(seed), Tally(), zygote
        self.seeds, self.data = folder / "seeds", folder / "data"
        self.environment = {"BAOGAO_WORKERS": "2", "TMPDIR": str(folder / "tmp")}
        for path in (self.seeds, folder / "tmp"):
            path.mkdir(parents=True, exist_ok=True)
        self._turn = seed * 100
        if not any(self.seeds.iterdir()):
            for _ in PLACES:
                self.change()
        self.full: Counter[str] = Counter()
        self.quick: Counter[str] = Counter()
        self.seconds = 1.0

    def change(self) -> None:
        """Change one document; now and then take one away or bring it back."""
        self._turn += 1
        place = PLACES[self._turn % len(PLACES)]
        file = self.seeds / f"{self._turn % len(PLACES)}.txt"
        if self._turn % 9 == 8 and file.exists():
            file.unlink()
        else:
            file.write_text(report(f"地区生产总值增长 {self._turn % 9}.{self._turn % 7}%", place), encoding="utf8")

    def order(self, **more: Any) -> Order:
        values = {"seeds": str(self.seeds), "data": str(self.data), "outcome": str(self.folder / "outcome.json")}
        return Order(**{**values, "environment": self.environment, **more})

    # what is looked at

    def look(self, what: str, data: Path | None = None) -> None:
        """See whether what is published is whole, and of one run."""
        try:
            generation = published(data or self.data)
            if generation:
                check_generation(generation)
        except Exception as error:
            self.tally.wrong.append(f"{what}: {type(error).__name__}: {error}"[:500])

    def finish(self, what: str, *, compare: bool = False) -> Outcome:
        """Let a run go to its end and see whether it made what a run from nothing makes."""
        outcome = self.zygote.run(self.order())
        self.tally.finished += outcome.exit == 0
        self.look(f"the run after {what}")
        if outcome.exit:
            self.tally.wrong.append(f"the run after {what} ended with {outcome.exit}: {outcome.error} {outcome.message}"[:500])
        else:
            self.tally.wrong += [f"after {what}: {line}" for line in leftovers(self.data)]
            if compare:
                self._compare(what)
        return outcome

    def _compare(self, what: str) -> None:
        afresh = self.folder / "afresh"
        shutil.rmtree(afresh, ignore_errors=True)
        outcome = self.zygote.run(self.order(data=str(afresh)))
        if outcome.exit or everything(afresh) != everything(self.data):
            self.tally.wrong.append(f"the run after {what} did not make what a run from nothing makes")
        self.tally.compared += 1

    # what is killed

    def learn(self) -> None:
        """Runs to their end, for the points they pass: one with changes, one with nothing to read. Once for a folder is enough."""
        self.finish("nothing")
        notes = self.folder / "points.json"
        if not notes.exists():
            self.change()
            whole, quick = self.finish("nothing"), self.finish("nothing")
            notes.write_text(json.dumps([whole.points, quick.points, whole.seconds]), encoding="utf8")
        full, quick, self.seconds = json.loads(notes.read_text(encoding="utf8"))
        self.full, self.quick = Counter(full), Counter(quick)

    def at_point(self, group: str, *, quick: bool) -> None:
        """A run killed at a point of that group, drawn by lot."""
        counts = self.quick if quick else self.full
        label = self.lot.choice(sorted(label for label in counts if group_of(label) == group))
        number = self.lot.choice([1, counts[label], self.lot.randint(1, counts[label])])
        when = self.lot.choice(["before", "after"])
        if not quick:
            self.change()
        pid = self.zygote.start(order := self.order(fault="kill", point=label, number=number, when=when))
        self._follow(pid, order, f"{group}{', quick' if quick else ''}", f"{when} {label} ({number})")
        self.tally.points.add(f"{when} {label}")

    def at_moment(self) -> None:
        """A run killed at a moment drawn by lot."""
        self.change()
        pid = self.zygote.start(order := self.order())
        moment = self.lot.uniform(0, self.seconds)
        time.sleep(moment)
        alone = self.lot.random() < 0.5
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL) if alone else kill_group(pid)
        self._follow(pid, order, "moment", f"{moment:.2f} s")

    def _follow(self, pid: int, order: Order, group: str, what: str) -> None:
        outcome = self.zygote.wait(pid, order)
        self.tally.tried[group] += 1
        self.tally.killed[group] += outcome.exit == -signal.SIGKILL
        if outcome.exit not in (0, -signal.SIGKILL):
            self.tally.wrong.append(f"{what}: ended with {outcome.exit}: {outcome.error} {outcome.message}"[:500])
        self.look(what)
        if self.lot.random() < 0.5:  # the next run begins at once, beside whatever is left of this one
            self.tally.orphans += 1
        elif left := left_of(pid):
            self.tally.wrong.append(f"{what}: {len(left)} processes outlive their run")
            kill_group(pid)

    def first_publication(self, kills: int) -> None:
        """Runs on an empty folder killed around their first publication: readers see nothing, or everything."""
        steps = sorted({label for label in self.full if group_of(label) == "publish"} | {"replace site", "symlink .link-parquet"})
        for number in range(kills):
            data = self.folder / f"first-{number}"
            shutil.copytree(self.data / "store", data / "store")
            when, label = self.lot.choice(["before", "after"]), steps[number % len(steps)]
            order = self.order(data=str(data), fault="kill", point=label, number=1, when=when)
            with reading(data, self.tally, 1):
                outcome = self.zygote.run(order)
            self.tally.tried["first"] += 1
            self.tally.killed["first"] += outcome.exit == -signal.SIGKILL
            self.tally.points.add(f"{when} {label} (first)")
            self.look(f"first publication, {when} {label}", data)
            shutil.rmtree(data)

    def command(self) -> None:
        """``baogao run`` killed at a moment drawn by lot, its Prefect server and workers left behind."""
        self.change()
        environment = clean_environment(PREFECT_HOME=str(self.folder / "prefect"), **self.environment)
        run = subprocess.Popen(
            [BAOGAO, "run", "--seeds", self.seeds, "--data", self.data],
            env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True, cwd=REPOSITORY,
        )  # fmt: skip
        moment = self.lot.uniform(0, self.seconds * 2 + 8)
        try:
            code = run.wait(moment)
        except subprocess.TimeoutExpired:
            run.kill()
            code = run.wait()
        self.tally.tried["command"] += 1
        self.tally.killed["command"] += code == -signal.SIGKILL
        self.look(f"baogao run, {moment:.1f} s")
        if left := left_of(run.pid):
            self.tally.wrong.append(f"baogao run, {moment:.1f} s: {len(left)} processes outlive it")


def group_of(label: str) -> str:
    """Where in a run a point lies."""
    place = label.partition(" ")[2]
    if place.startswith(("generations/RUN/", "store/KEY")) or label.startswith(("rename generations/NEW", "rename store/NEW")):
        return "garbage"
    if place.startswith(("generations/NEW/quality", "generations/NEW/site")):
        return "report"
    if place.startswith("generations/NEW/manifest") or label in (
        "sync_all", "rename generations/RUN", "fsync generations", "unlink .link-published", "symlink .link-published", "replace published",
        "fsync .",
    ):  # fmt: skip
        return "publish"
    if place.startswith(("generations/NEW/parquet", "checks")) or label.startswith(("duckdb", "write_table")):
        return "load"
    return "garbage" if label.startswith(("unlink generations/NEW", "rmdir", "unlink store")) else "claim"


def everything(data: Path) -> dict[str, list[tuple[Any, ...]]]:
    """The rows that follow from the documents, without what a run is called and when it was."""
    wanted = ("documents", "metrics", "numbers", "quarantine", "flags", "failures", "indicators", "units", "regions")
    shown = {
        name: ", ".join(f'"{column}"' for column in tables()[name].column_names if column not in ("run_id", "ingested_at"))
        for name in wanted
    }
    return {name: query(data, f"SELECT {columns} FROM {name} ORDER BY ALL") for name, columns in shown.items()}


def leftovers(data: Path) -> Iterator[str]:
    """What a run that went to its end must not leave: half-made things, too much that is old, a ledger that does not agree."""
    for path in data.rglob(".*"):
        if path.name != ".lock":
            yield f"{path.relative_to(data)} is left"
    folder = DataFolder(data)
    generations = sorted(path.name for path in folder.generations.iterdir())
    if len(generations) > 2:
        yield f"{len(generations)} generations are kept"
    statuses = {run["run_id"]: run.get("status") for run in folder.run_log.runs()}
    if list(statuses) != sorted(statuses):
        yield "the ledger is not in the order of the runs"
    for name in generations:
        if statuses.get(name) != "published":
            yield f"{name} was published, and the ledger says {statuses.get(name)}"


@contextlib.contextmanager
def reading(data: Path, tally: Tally, count: int = READERS) -> Iterator[None]:
    """Within it analysts read; what they saw is added to the tally."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="readers-")))
        readers = []
        for number in range(count):
            command = [sys.executable, "-m", "tests.robustness.readers", str(data), str(folder / str(number))]
            readers.append(subprocess.Popen(command, stdin=subprocess.PIPE, cwd=REPOSITORY))
        try:
            yield
        finally:
            for reader in readers:
                assert reader.stdin
                reader.stdin.close()
            for reader in readers:
                reader.wait(60)
            for path in sorted(folder.iterdir()):
                seen = json.loads(path.read_text(encoding="utf8"))
                tally.passes.update(seen["passes"])
                tally.reader_errors += seen["errors"]
            if len(list(folder.iterdir())) != count:
                tally.reader_errors.append("a reader did not report")


def go(
    stage: Stage,
    kills: int,
    commands: int,
    first: int,
    seconds: float,
    *,
    compare: bool = True,
    every: int = FINISHED_EVERY,
    quick: int = QUICK,
) -> None:
    """So many kills in all, or as many as the time allows. ``compare``: at least one run is compared with a run from nothing."""
    deadline = time.monotonic() + seconds
    stage.learn()
    stage.first_publication(first)
    with reading(stage.data, stage.tally):
        for number in range(kills - first - commands):
            if time.monotonic() > deadline:
                break
            turn = number % every
            if turn < quick:  # only after a run that went to its end is nothing left to read
                stage.at_point(stage.lot.choice(GROUPS), quick=True)
            elif turn % 2:
                stage.at_moment()
            else:
                stage.at_point(stage.lot.choice((*GROUPS, "report")), quick=False)
            if turn == every - 1:
                stage.finish(f"kill {number + 1}", compare=number // every % COMPARED_EVERY == 0)
        for _ in range(commands):
            if time.monotonic() < deadline:
                stage.command()
        stage.change()
        stage.finish("the last kill", compare=compare and stage.tally.compared == 0)


def main() -> None:
    """Kill, print the tally, and end with 1 where anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=250)
    parser.add_argument("--commands", type=int, default=0, help="kills that are of `baogao run` itself")
    parser.add_argument("--first", type=int, default=0, help="kills that are of first publications")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=60.0, help="no kill is begun later than that")
    parser.add_argument("--folder", type=Path, help="work here and leave it, to go on from another time")
    parser.add_argument("--json", type=Path, help="file for the tally")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kills-") as passing:
        zygote = Zygote()
        stage = Stage(options.folder or Path(passing), options.seed, zygote)
        go(stage, options.kills, options.commands, options.first, options.minutes * 60, compare=options.folder is None)
        zygote.stop()
    tally = stage.tally
    print("\n".join(tally.lines()))
    if options.json:
        told = {name: sorted(value) if isinstance(value, set) else value for name, value in tally.__dict__.items()}
        options.json.write_text(json.dumps(told, ensure_ascii=False), encoding="utf8")
    sys.exit(bool(tally.wrong or tally.reader_errors))


if __name__ == "__main__":
    main()

"""Does ``baogao serve`` stay as it is, run after run? ``python -m tests.robustness.service --runs 500``.

A real server, a real ``baogao serve``, and one run after the other on its deployment, each with other documents in the seeds
folder (or, with ``--in-process``, runs in this process, which cost less). Prints memory, open files, the size of Prefect's
database and of the data folder every so many runs, and what each of them grows by a run in the second half. May be stopped and
continued at any time.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from flows.commands.serve import server_command, server_environment
from flows.orchestration.server import answers
from tests.conftest import BAOGAO, REPOSITORY, clean_environment, report

AHEAD = 2
"""Runs that are scheduled before those before them have ended, so that the next one begins at once."""
PATIENCE = 1200.0
"""Seconds after which something that does not happen will not: many, since the machine may have other work."""
PLACES = [f"第{number}区" for number in range(1, 13)]
TABLES = ("flow_run", "flow_run_state", "task_run", "task_run_state", "log", "events", "event_resources", "artifact", "artifact_collection")
# What is kept is kept for less time than by default, so that a test of an hour sees it go.
SMALL = {
    "BAOGAO_KEEP_FLOW_RUNS": "25",
    "BAOGAO_KEEP_RUNS": "25",
    "BAOGAO_KEEP_CHECKS": "10",
    "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": "PT10M",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_LOOP_SECONDS": "60",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ORPHAN_CLEANUP_LOOP_SECONDS": "300",
    "PREFECT_RUNNER_POLL_FREQUENCY": "1",
    "PREFECT_UI_ENABLED": "false",
    "BAOGAO_WORKERS": "1",
}


@dataclass
class Sample:
    """How things stand after so many runs; sizes in bytes."""

    runs: int
    seconds: float
    serve_rss: int
    serve_files: int
    server_rss: int
    server_files: int
    processes: int
    database: int
    database_used: int
    data: int
    data_files: int
    ledger: int
    temporary: int
    rows: dict[str, int]


class Service:
    """A server and ``baogao serve`` on a folder of their own."""

    def __init__(self, root: Path) -> None:
        self.root, self.home, self.seeds, self.data = root, root / "home", root / "seeds", root / "data"
        self.temporary = root / "tmp"
        for folder in (self.home, self.seeds, self.temporary):
            folder.mkdir(parents=True, exist_ok=True)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        self.api_url = f"http://127.0.0.1:{self._port}/api"
        self.processes: list[subprocess.Popen[bytes]] = []

    @contextlib.contextmanager
    def running(self, *, serve: bool = True) -> Iterator[None]:
        """Within it both are at work, or the server only."""
        environment = clean_environment(PREFECT_HOME=str(self.home), TMPDIR=str(self.temporary), **SMALL)
        command = [str(BAOGAO), "serve", "--cron", "0 0 1 1 *", "--seeds", str(self.seeds), "--data", str(self.data)]
        try:
            self._start("server", server_command("127.0.0.1", self._port), {**server_environment(), **environment})
            _until(PATIENCE, lambda: answers(self.api_url, seconds=30))
            if serve:
                self._start("serve", command, {**environment, "PREFECT_API_URL": self.api_url})
            yield
        finally:
            for process in reversed(self.processes):
                _end(process)

    def _start(self, name: str, command: list[str], environment: dict[str, str]) -> None:
        log = (self.root / f"{name}.log").open("ab")
        # In one group with us, so that all of it can be paused.
        self.processes.append(subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=REPOSITORY))

    def change(self, chance: random.Random) -> None:
        """Add, change or remove a document."""
        place = chance.choice(PLACES)
        path = self.seeds / f"{place}.txt"
        if path.exists() and chance.random() < 0.3 and len(list(self.seeds.glob("*.txt"))) > 3:
            path.unlink()
            return
        fresh = self.seeds / ".fresh"
        fresh.write_text(report(f"地区生产总值增长 {chance.uniform(0, 9):.1f}%", place), encoding="utf8")
        os.replace(fresh, path)

    def sample(self, runs: int, began: float) -> Sample:
        """Look at everything."""
        server, serve = ([psutil.Process(process.pid) for process in self.processes] + [psutil.Process()])[:2]
        database = self.home / "prefect.db"
        sizes = [path.lstat() for path in self.data.rglob("*")]
        each = {(status.st_dev, status.st_ino): status.st_blocks * 512 for status in sizes}
        rows, used = _rows(database)
        return Sample(
            runs=runs,
            seconds=time.time() - began,
            serve_rss=_rss(serve),
            serve_files=serve.num_fds(),
            server_rss=_rss(server),
            server_files=sum(process.num_fds() for process in (server, *server.children(recursive=True))),
            processes=1 + len(serve.children(recursive=True)),
            database=sum(path.stat().st_size for path in self.home.glob("prefect.db*")),
            database_used=used,
            data=sum(each.values()),
            data_files=len(sizes),
            temporary=len(list(self.temporary.iterdir())),
            ledger=(self.data / "runs.jsonl").stat().st_size if (self.data / "runs.jsonl").exists() else 0,
            rows=rows,
        )


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process and all that it started."""
    everything = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)] if process.poll() is None else []
    for end in (psutil.Process.terminate, psutil.Process.kill):
        for each in everything:
            with contextlib.suppress(psutil.NoSuchProcess):
                end(each)
        _, everything = psutil.wait_procs(everything, timeout=8)


def _rss(process: psutil.Process) -> int:
    """Memory of a process, without the runs it has started."""
    return int(process.memory_info().rss)


def _rows(database: Path) -> tuple[dict[str, int], int]:
    """Rows of each table, and bytes of the pages in use."""
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=60)) as connection:
        rows = {table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TABLES}
        pages, free, size = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size"))
    return rows, (pages - free) * size


def _until(seconds: float, happened: Any) -> Any:
    """Wait for something, for so many seconds in which this process was not paused."""
    left, last = seconds, time.monotonic()
    while left > 0:
        if answer := happened():
            return answer
        time.sleep(0.2)
        now = time.monotonic()
        left, last = left - min(now - last, 1.0), now
    raise TimeoutError(f"it did not happen within {seconds} s")


def endure(service: Service, runs: int, every: int, changes: float, chance: random.Random) -> Iterator[Sample]:
    """Have so many runs made; how things stand after the first and after every so many.

    Args:
        changes: the share of runs before which a document is added, changed or removed.
    """
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
    from prefect.settings import temporary_settings

    began = time.time()
    for _ in range(5):
        service.change(chance)
    with temporary_settings({"api.url": service.api_url, "home": service.home}), get_client(sync_client=True) as client:
        deployment = _until(PATIENCE, lambda: next(iter(client.read_deployments()), None))
        waiting: list[Any] = []
        done = 0
        while done < runs:
            while len(waiting) < AHEAD and done + len(waiting) < runs:
                waiting.append(client.create_flow_run_from_deployment(deployment.id).id)

            def ended() -> list[Any]:
                found = client.read_flow_runs(flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=waiting)))
                return [run for run in found if run.state is not None and run.state.is_final()]

            for run in _until(PATIENCE, ended):
                waiting.remove(run.id)
                done += 1
                if not run.state.is_completed():
                    print(f"run {done}: {run.state.name}: {run.state.message}", flush=True)
                if chance.random() < changes:
                    service.change(chance)
                if done == 1 or done % every == 0:
                    yield service.sample(done, began)


def endure_here(service: Service, runs: int, every: int, changes: float, chance: random.Random) -> Iterator[Sample]:
    """The same with runs in this process, which costs each a fraction."""
    os.environ.update(SMALL)
    from prefect.settings import temporary_settings

    from flows.pipeline import pipeline

    began = time.time()
    for _ in range(5):
        service.change(chance)
    with temporary_settings({"api.url": service.api_url, "home": service.home, "flows.heartbeat_frequency": 30}):
        for done in range(1, runs + 1):
            pipeline(str(service.seeds), str(service.data))
            if chance.random() < changes:
                service.change(chance)
            if done == 1 or done % every == 0:
                yield service.sample(done, began)


HEADING = (
    f"{'runs':>5} {'min':>5} {'serve MB':>9} {'files':>6} {'server MB':>9} {'files':>6} {'db MB':>7} {'in use':>7} {'data MB':>8} "
    f"{'files':>6} {'ledger kB':>9} {'tmp':>4}  rows"
)


def line(sample: Sample) -> str:
    """A row of the table."""
    rows = " ".join(f"{name}={count}" for name, count in sample.rows.items())
    return (
        f"{sample.runs:>5} {sample.seconds / 60:>5.1f} {sample.serve_rss / 1e6:>9.1f} {sample.serve_files:>6} "
        f"{sample.server_rss / 1e6:>9.1f} {sample.server_files:>6} {sample.database / 1e6:>7.1f} {sample.database_used / 1e6:>7.1f} "
        f"{sample.data / 1e6:>8.2f} {sample.data_files:>6} {sample.ledger / 1e3:>9.1f} {sample.temporary:>4}  {rows}"
    )


def slopes(samples: list[Sample]) -> str:
    """What each figure grows by a run, by least squares over the second half."""
    half = samples[len(samples) // 2 :]
    if len(half) < 2:
        return "too few samples for slopes"
    middle = sum(sample.runs for sample in half) / len(half)
    spread = sum((sample.runs - middle) ** 2 for sample in half)
    names = [item.name for item in dataclasses.fields(Sample) if item.name not in ("runs", "seconds", "rows", "processes")]
    found = {name: sum((sample.runs - middle) * getattr(sample, name) for sample in half) / spread for name in names}
    return f"by a run, from {half[0].runs} to {half[-1].runs}: " + ", ".join(f"{name} {value:+.1f}" for name, value in found.items())


def main() -> None:
    """Run the long form."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--runs", type=int, default=500)
    options.add_argument("--every", type=int, default=25)
    options.add_argument("--changes", type=float, default=1.0, help="share of runs before which a document changes")
    options.add_argument("--in-process", action="store_true", help="runs in this process instead of by baogao serve")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--folder", type=Path, help="where to work; else a folder that is removed in the end")
    chosen = options.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with tempfile.TemporaryDirectory() as temporary:
        service = Service(chosen.folder or Path(temporary))
        samples: list[Sample] = []
        print(HEADING, flush=True)
        try:
            runs_of = endure_here if chosen.in_process else endure
            with service.running(serve=not chosen.in_process):
                for sample in runs_of(service, chosen.runs, chosen.every, chosen.changes, random.Random(chosen.seed)):
                    samples.append(sample)
                    print(line(sample), flush=True)
                    with (service.root / "samples.jsonl").open("a") as record:
                        record.write(json.dumps(dataclasses.asdict(sample)) + "\n")
        finally:
            print(slopes(samples), flush=True)


if __name__ == "__main__":
    main()

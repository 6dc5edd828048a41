"""A Dask cluster of this machine, for the tests and for measuring: a scheduler and workers in processes of their own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

START_SECONDS = 60.0


@dataclass
class Cluster:
    """A running scheduler, and its workers by their names."""

    folder: Path
    environment: Mapping[str, str]
    address: str = ""
    workers: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start_worker(self, name: str) -> None:
        """Start a worker with one thread, which no nanny starts anew when it dies."""
        options = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(self.folder / name))
        self.workers[name] = self._start(name, "worker", self.address, "--host", "127.0.0.1", "--name", name, *options)

    def _start(self, name: str, *arguments: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{name}.log").open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "dask", *arguments],
                env=dict(self.environment),
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
            )


@contextmanager
def cluster(folder: Path, environment: Mapping[str, str], workers: int = 2) -> Iterator[Cluster]:
    """A cluster that ends with the block. Its processes' words are in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    made = Cluster(folder, environment)
    file = folder / "scheduler.json"
    scheduler = made._start("scheduler", "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file))
    try:
        made.address = _address(file, scheduler)
        for number in range(workers):
            made.start_worker(f"worker-{number}")
        yield made
    finally:
        for process in (*made.workers.values(), scheduler):
            process.send_signal(signal.SIGKILL)
            process.wait()


def _address(file: Path, scheduler: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert scheduler.poll() is None, file.with_suffix(".log").read_text()
        try:
            return str(json.loads(file.read_text())["address"])
        except (OSError, ValueError):
            time.sleep(0.1)
    raise AssertionError("the scheduler did not start")

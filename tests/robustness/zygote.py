"""Runs of the pipeline by the dozen: one process imports everything once and forks a child for each run.

The child runs the real body of the flow, with its real worker processes; only Prefect's part is left out: tasks are called as
functions, and tried again as Prefect would, at once. ``python -m tests.robustness.zygote`` speaks JSON lines; :class:`Zygote`
is the other side.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import as_completed as completed
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.conftest import REPOSITORY, clean_environment
from tests.robustness.ordinary import become_ordinary

HEAVY = (
    "duckdb",
    "great_expectations",
    "pandas",
    "pyarrow.parquet",
    "pyarrow.pandas_compat",
    "expectations.gx_runner.data_docs",
    "expectations.gx_runner.runner",
    "expectations.frames",
    "expectations.gate",
    "flows.pipeline",
    "warehouse.build.full_build",
    "warehouse.storage.datapackage",
    "warehouse.storage.parquet",
    "warehouse.reports.quality_report",
    "warehouse.site",
)


@dataclass(frozen=True)
class Order:
    """One run, and what is to befall it."""

    seeds: str
    data: str
    outcome: str
    """File that gets what became of it."""
    environment: dict[str, str] = field(default_factory=dict)
    fault: str = ""
    """``kill`` itself, ``remove`` the data folder, or ``pause`` until told; at the point below."""
    point: str = ""
    number: int = 0
    when: str = "before"
    clock: float = 0.0
    """Seconds by which the run's clock is off."""
    file_bytes: int = 0
    """The largest file that the run may write (RLIMIT_FSIZE)."""
    without: tuple[str, ...] = ()
    """What the file system cannot do: ``link``, ``symlink``."""
    ordinary: bool = False
    """Whether permissions hold for the run, though it is root's."""


@dataclass
class Outcome:
    """What became of a run."""

    exit: int
    """As of ``os.waitstatus_to_exitcode``: below nought for a signal."""
    published: str = ""
    message: str = ""
    error: str = ""
    points: list[str] = field(default_factory=list)
    seconds: float = 0.0


class Zygote:
    """The process that forks, seen from outside."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.robustness.zygote"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=clean_environment(OPENBLAS_NUM_THREADS="1", PYTHONFAULTHANDLER="1"),
            cwd=REPOSITORY,
        )

    def _ask(self, what: dict[str, Any]) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(what).encode() + b"\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def start(self, order: Order) -> int:
        """Fork a run, which leads a process group of its own; its process id."""
        Path(order.outcome).unlink(missing_ok=True)
        return int(self._ask({"start": order.__dict__}))

    def wait(self, pid: int, order: Order) -> Outcome:
        """Wait for a run to end."""
        code = int(self._ask({"wait": pid}))
        with contextlib.suppress(OSError, ValueError):
            return Outcome(code, **json.loads(Path(order.outcome).read_text(encoding="utf8")))
        return Outcome(code)

    def run(self, order: Order) -> Outcome:
        """A run from its start to its end."""
        return self.wait(self.start(order), order)

    def stop(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(30)


def kill_group(pid: int) -> None:
    """Kill a run together with its workers."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def left_of(group: int, seconds: float = 20.0) -> list[int]:
    """The processes of a run that are still there when they have had time to end."""
    import psutil

    deadline = time.monotonic() + seconds
    while True:
        left = []
        for process in psutil.process_iter():
            with contextlib.suppress(ProcessLookupError, psutil.Error):
                if os.getpgid(process.pid) == group and process.status() != psutil.STATUS_ZOMBIE:
                    left.append(process.pid)
        if not left or time.monotonic() > deadline:
            return left
        time.sleep(0.05)


# ---- the forked side


def main() -> None:
    """Take orders until the other side goes."""
    _import_everything()
    logging.disable(logging.WARNING)
    orders, answers = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(2, 1)
    with os.fdopen(orders, "rb") as lines:
        for line in iter(lines.readline, b""):
            what = json.loads(line)
            if "start" in what:
                answer = os.fork()
                if not answer:
                    os.close(answers)
                    _child(Order(**what["start"]))
            else:
                answer = os.waitstatus_to_exitcode(os.waitpid(what["wait"], 0)[1])
            os.write(answers, json.dumps(answer).encode() + b"\n")


def _import_everything() -> None:
    for name in HEAVY:
        importlib.import_module(name)
    from flows.stages.dimensions import dimension_rows
    from flows.state.fingerprints import code_hash
    from warehouse.build.view_files import macros, views

    for work_out_once in (code_hash, dimension_rows, views, macros):
        work_out_once()


def _child(order: Order) -> None:
    os.setpgid(0, 0)
    os.environ.update(order.environment)
    code, said = 1, Outcome(1)
    began = time.monotonic()
    try:
        points = _prepare(order)
        said.points = points.seen
        said.published = run_here(order)
        code = 0
    except BaseException as error:
        said.message, said.error = str(error), type(error).__name__
        if os.environ.get("SHOW"):
            import traceback

            traceback.print_exc()
    finally:
        said.seconds = time.monotonic() - began
        told = {name: value for name, value in said.__dict__.items() if name != "exit"}
        with contextlib.suppress(OSError):
            Path(order.outcome).write_text(json.dumps(told), encoding="utf8")
        os._exit(code)


def _prepare(order: Order) -> Any:
    """Arrange what is to befall this process."""
    from tests.robustness.points import Points

    def watch(label: str, number: int, when: str) -> None:
        if order.fault and (label, number, when) == (order.point, order.number, order.when):
            _befall(order)

    if order.file_bytes:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (order.file_bytes, order.file_bytes))
    for name in order.without:
        _forbid(name)
    if order.ordinary:
        become_ordinary()
    if order.clock:
        _shift_clock(order.clock)
    points = Points(Path(order.data), watch)
    points.install()
    return points


def _befall(order: Order) -> None:
    if order.fault == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif order.fault == "remove":
        shutil.rmtree(order.data)
    elif order.fault == "pause":
        Path(f"{order.outcome}.paused").touch()
        while Path(f"{order.outcome}.paused").exists():
            time.sleep(0.02)


def _forbid(name: str) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise OSError(1, os.strerror(1))

    setattr(os, name, refuse)


def _shift_clock(seconds: float) -> None:
    from datetime import timedelta

    from flows.util import moments

    real = moments.now
    moments.now = lambda: real() + timedelta(seconds=seconds)


def run_here(order: Order) -> str:
    """The flow's body without Prefect, in this process; the id of the run that was published."""
    from prefect import Task

    from flows import pipeline
    from flows.workers import reading

    with ThreadPoolExecutor(4) as pool:
        modules: tuple[Any, ...] = (pipeline, reading)
        for module in modules:
            for name, value in list(vars(module).items()):
                if isinstance(value, Task):
                    setattr(module, name, _Plain(value))
            module.record_or_note_failure = lambda *_, **__: None
            module.opaque = lambda value: value
            module.as_completed = completed
            module.task_threads = lambda count: _Threads(pool)
        run: Any = modules[0].pipeline.fn(order.seeds, order.data)
    assert threading.current_thread() is threading.main_thread()
    return str(run.run_id)


class _Threads:
    """A task runner that runs tasks as functions."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self._pool = pool

    def __enter__(self) -> _Threads:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def submit(self, task: _Plain, parameters: dict[str, Any]) -> Any:
        return self._pool.submit(task, **parameters)


class _Plain:
    """A task as a function, tried again where Prefect would try it again."""

    def __init__(self, task: Any) -> None:
        self._task = task

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        for _ in range(self._task.retries):
            with contextlib.suppress(OSError):
                return self._task.fn(*arguments, **named)
        return self._task.fn(*arguments, **named)


if __name__ == "__main__":
    main()

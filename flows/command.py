"""``baogao run``: a run in this process, told to a person."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from flows.orchestrator import ServerError, drain, server_for_run
from flows.progress import STAGES, Step, listen
from flows.settings import Settings, prepare_prefect

if TYPE_CHECKING:
    from flows.run import Run


def run_once(settings: Settings, *, fresh: bool, verbose: bool) -> int:
    """Run the pipeline once and say what became of it; the exit code."""
    prepare_prefect(quiet=not verbose)
    if verbose:
        os.environ["BAOGAO_VERBOSE"] = "1"
    with _progress() as show:
        listen(show)
        outcome = _run(settings, fresh)
    return _tell(outcome, verbose)


def _run(settings: Settings, fresh: bool) -> Run | BaseException:
    try:
        with server_for_run() as server, _without_garbage_collection() as collect_again:
            from flows.pipeline import pipeline

            collect_again()
            if server is not None:
                server.wait()
            state = pipeline(str(settings.seeds), str(settings.data), fresh, return_state=True)
            if server is not None:
                drain(str(state.state_details.flow_run_id) if state.state_details.flow_run_id else None)
            outcome: Run | BaseException = state.result(raise_on_failure=False)
            return outcome
    except (ServerError, OSError) as error:
        return error


@contextlib.contextmanager
def _without_garbage_collection() -> Iterator[Any]:
    """Imports make no garbage worth looking for; without the search they take a sixth less."""
    gc.disable()
    try:
        yield gc.enable
    finally:
        gc.enable()


def _tell(outcome: Run | BaseException, verbose: bool) -> int:
    from flows.cli import STYLES
    from flows.summary import printable, summary_lines

    if not isinstance(outcome, BaseException):
        for kind, line in summary_lines(outcome):
            click.secho(line, **STYLES[kind])
        return 0
    click.secho(f"Not published: {printable(str(outcome)) or type(outcome).__name__}", fg="red", err=True)
    if verbose:
        import traceback

        traceback.print_exception(outcome)
    return 1


@contextlib.contextmanager
def _progress() -> Iterator[Any]:
    """Something that shows steps: a live bar on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda step: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Starting", total=None, rate="")
        began, stage, lock = time.monotonic(), "", threading.Lock()

        def show(step: Step) -> None:
            nonlocal began, stage
            with lock:
                if step.stage != stage:
                    bar.reset(task, description=STAGES[step.stage], total=step.total, rate="")
                    began, stage = time.monotonic(), step.stage
                seconds = time.monotonic() - began
                rate = f"{step.done:,}/{step.total:,}, {step.done / seconds:.0f} a second" if step.total and step.done and seconds else ""
                bar.update(task, completed=step.done, total=step.total, rate=rate)

        yield show

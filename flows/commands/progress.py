"""The progress bar of ``baogao run``: live on a terminal, nothing elsewhere."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from flows.util.progress import STAGES, Step

if TYPE_CHECKING:
    pass


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

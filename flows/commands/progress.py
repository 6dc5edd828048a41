"""The progress bar of ``baogao run``: live on a terminal, nothing elsewhere."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from flows.util.progress import STAGES, Step

if TYPE_CHECKING:
    from rich.progress import Progress


@contextlib.contextmanager
def progress_bar() -> Iterator[Callable[[Step], None]]:
    """A function that shows steps: a live bar on a terminal, nothing elsewhere."""
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
        yield _Bar(bar)


class _Bar:
    def __init__(self, bar: Progress) -> None:
        self._bar, self._task = bar, bar.add_task("Starting", total=None, rate="")
        self._began, self._stage, self._lock = time.monotonic(), "", threading.Lock()

    def __call__(self, step: Step) -> None:
        with self._lock:
            if step.stage != self._stage:
                self._bar.reset(self._task, description=STAGES[step.stage], total=step.total, rate="")
                self._began, self._stage = time.monotonic(), step.stage
            seconds = time.monotonic() - self._began
            rate = f"{step.done:,}/{step.total:,}, {step.done / seconds:.0f} a second" if step.total and step.done and seconds else ""
            self._bar.update(self._task, completed=step.done, total=step.total, rate=rate)

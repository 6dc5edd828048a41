"""Progress of a run: steps, reported to whoever listens (a terminal, a clock, nobody)."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

STAGES = {
    "fetch": "Asking the sources, by host",
    "scan": "Looking for documents",
    "read": "Reading documents",
    "check": "Checking the numbers",
    "load": "Building the warehouse",
    "report": "Writing the reports",
    "publish": "Publishing",
}


@dataclass(frozen=True, slots=True)
class Step:
    """A stage of the run, and how many documents of it are done; ``total`` is None where it is not known."""

    stage: str
    done: int = 0
    total: int | None = None


_listeners: list[Callable[[Step], None]] = []


def listen(listener: Callable[[Step], None]) -> None:
    """Call ``listener`` with every step from now on, from whichever thread reports it."""
    _listeners.append(listener)


class StageClock:
    """The seconds of each stage of a run, measured from the steps that are reported."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._stage, self._began = "", time.monotonic()

    def __call__(self, step: Step) -> None:
        """Take notice of a step; a new stage ends the one before."""
        if step.stage != self._stage:
            self.turn(step.stage)

    def turn(self, stage: str = "") -> None:
        """End the current stage, and begin ``stage``."""
        now = time.monotonic()
        if self._stage:
            self.seconds[self._stage] = round(self.seconds.get(self._stage, 0.0) + now - self._began, 3)
        self._stage, self._began = stage, now


@contextlib.contextmanager
def stage_clock() -> Iterator[StageClock]:
    """A clock that listens to the steps within the block."""
    clock = StageClock()
    _listeners.append(clock)
    try:
        yield clock
    finally:
        clock.turn()
        _listeners.remove(clock)


def report_progress(stage: str, done: int = 0, total: int | None = None) -> None:
    """Report to the listeners where the run is."""
    for listener in _listeners:
        listener(Step(stage, done, total))

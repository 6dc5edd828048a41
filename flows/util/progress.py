"""What a run says of itself while it works, to whoever listens: a terminal, or nobody."""

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
    """A stage of the run, and how much of it is done, in documents; ``total`` is None where it cannot be said."""

    stage: str
    done: int = 0
    total: int | None = None


_listeners: list[Callable[[Step], None]] = []


def listen(listener: Callable[[Step], None]) -> None:
    """Have every step from now on told to ``listener``, from whichever thread takes it."""
    _listeners.append(listener)


class StageClock:
    """Seconds that each stage of a run took, as the steps that are told say."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._stage, self._began = "", time.monotonic()

    def __call__(self, step: Step) -> None:
        """A step is taken; a new stage ends the one before."""
        if step.stage != self._stage:
            self.turn(step.stage)

    def turn(self, stage: str = "") -> None:
        """End the stage that is at work, and begin ``stage``."""
        now = time.monotonic()
        if self._stage:
            self.seconds[self._stage] = round(self.seconds.get(self._stage, 0.0) + now - self._began, 3)
        self._stage, self._began = stage, now


@contextlib.contextmanager
def stage_clock() -> Iterator[StageClock]:
    """A clock that hears the steps within the block."""
    clock = StageClock()
    _listeners.append(clock)
    try:
        yield clock
    finally:
        clock.turn()
        _listeners.remove(clock)


def tell(stage: str, done: int = 0, total: int | None = None) -> None:
    """Tell the listeners where the run is."""
    for listener in _listeners:
        listener(Step(stage, done, total))

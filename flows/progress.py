"""What a run says of itself while it works, to whoever listens: a terminal, or nobody."""

from __future__ import annotations

from collections.abc import Callable
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


def tell(stage: str, done: int = 0, total: int | None = None) -> None:
    """Tell the listeners where the run is."""
    for listener in _listeners:
        listener(Step(stage, done, total))

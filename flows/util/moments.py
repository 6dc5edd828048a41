"""Time, at one place: tests shift the clock here."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """The time in UTC."""
    return datetime.now(UTC)


def json_value(value: object) -> str:
    """A moment as JSON takes it."""
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} does not go into the ledger")

"""The clock, at one place: tests shift it here."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """The time in UTC."""
    return datetime.now(UTC)


def json_value(value: object) -> str:
    """A moment in JSON, for ``json.dumps(…, default=json_value)``."""
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no form in JSON")

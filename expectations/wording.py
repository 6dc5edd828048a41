"""How values are written in reasons and results."""

from __future__ import annotations

from typing import Any


def display_value(value: Any, most: int = 80) -> str:
    """Format a value for people; truncate a text of more than ``most`` characters."""
    if value is None or value != value or str(value) == "<NA>":
        return "nothing"
    if isinstance(value, float):
        return f"{value:.15g}"
    text = str(value)
    return text if len(text) <= most else text[: most - 1] + "…"

"""Text that nobody vouches for, made so that no program takes it for more than text."""

from __future__ import annotations

from typing import Any

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet takes for the beginning of a formula, the wide forms included, which some of them take too."""


def for_spreadsheet(value: Any) -> Any:
    """A value for a cell of a CSV file: text that would be a formula gets an apostrophe before it; numbers stay numbers."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value

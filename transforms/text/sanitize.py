"""Text that nobody vouches for, made so that no program takes it for more than text."""

from __future__ import annotations

import re
from typing import Any

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet takes for the beginning of a formula, the wide forms included, which some of them take too."""


# Control characters (line breaks and terminal escapes among them) and those that change the direction of what follows.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def visible(name: str) -> str:
    """The name of a file on one line, with what is not seen in it, or acts on what shows it, written as an escape: ``\\x1b``."""
    return _UNSEEN.sub(lambda found: found.group().encode("unicode_escape").decode("ascii"), name)


def for_spreadsheet(value: Any) -> Any:
    """A value for a cell of a CSV file: text that would be a formula gets an apostrophe before it; numbers stay numbers."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value

"""The part of the year that a number is of: Q1, H1, M06, M01-M11; nothing for whole years."""

from __future__ import annotations

import re

from transforms.lexicon import pattern
from transforms.numbers.numerals import parse

_NAMED = pattern("part_of_the_year")
_WHOLE_YEAR = pattern("whole_year_again")
_MONTHS = 12
_HALF = 6
_MONTHS_OF_A_QUARTER = 3


def sub_period(text: str, at: int) -> str | None:
    """The part of the year named last before a number at ``at``, in its clauses up to ；; None for a whole year."""
    start = max(text.rfind(stop, 0, at) for stop in "；。") + 1
    found = None
    for found in _NAMED.finditer(text, start, at):  # noqa: B007  (the last one is wanted)
        pass
    if found is None or _WHOLE_YEAR.search(text, found.end(), at):
        return None
    return _code(found)


def _code(found: re.Match[str]) -> str | None:
    if found["half"]:
        return "H1" if found["first_half"] else "H2"
    if found["quarter"]:
        return f"Q{int(parse(found['quarter']))}"
    if found["quarters"]:
        return _months(int(parse(found["quarters"])) * _MONTHS_OF_A_QUARTER)
    if found["last_month"] or found["first_months"]:
        return _months(int(parse(found["last_month"] or found["first_months"])))
    month = int(parse(found["month"]))
    return f"M{month:02d}" if 1 <= month < _MONTHS or (month == _MONTHS and not found["end"]) else None


def _months(last: int) -> str | None:
    """January to ``last``; the half year by its own name, and nothing for the whole year."""
    if last == _HALF:
        return "H1"
    return f"M01-M{last:02d}" if 2 <= last < _MONTHS else "M01" if last == 1 else None

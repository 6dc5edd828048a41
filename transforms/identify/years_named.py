"""The years that a text speaks of, and whether it looks back on them or ahead."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from transforms.lexicon import pattern

_YEAR = re.compile(r"(?<!\d)((?:19[4-9]|20\d)\d)年(?!代)")
_PAST = pattern("tells_of_a_past_year")
_FUTURE = pattern("speaks_of_a_year_ahead")
_AHEAD_BEFORE = pattern("ahead_before_a_year")
_PAST_BEFORE = pattern("past_before_a_year")
BEHIND = 28
"""Characters behind a year that are searched for what is said of it, up to the end of the clause."""
_STOP = re.compile(r"[。；、\n]|(?:19|20)\d\d年")


@dataclass(frozen=True, slots=True)
class YearsNamed:
    """How often a text looks back on each year and ahead to it, and how often it names it at all."""

    past: Counter[int]
    future: Counter[int]
    named: Counter[int]

    def last_past(self, least: float = 2) -> int | None:
        """The last year that the text looks back on at least ``least`` times and a quarter as often as on the one it most often does."""
        if not self.past:
            return None
        least = max(least, 0.25 * max(self.past.values()))
        often = [year for year, times in self.past.items() if times >= least and times > self.future[year] / 2]
        return max(often) if often else None

    def most_ahead(self) -> int | None:
        """The year that the text most often looks ahead to, of those that it does not look back on more often."""
        ahead = {year: times for year, times in self.future.items() if times > self.past[year]}
        return max(ahead, key=lambda year: (ahead[year], -year)) if ahead else None


def years_named(body: str, review_end: int) -> YearsNamed:
    """Count the years of a plain text; behind ``review_end`` none is looked back on: plans name years as well as if they were past."""
    past: Counter[int] = Counter()
    future: Counter[int] = Counter()
    named: Counter[int] = Counter()
    for found in _YEAR.finditer(body):
        year = int(found.group(1))
        named[year] += 1
        behind = _STOP.split(body[found.end() : found.end() + BEHIND], maxsplit=1)[0]
        before = body[max(0, found.start() - 3) : found.start()]
        ahead, done = _FUTURE.search(behind), _PAST.search(behind)
        if _AHEAD_BEFORE.search(before) or (ahead and (not done or ahead.end() < done.end())):
            future[year] += 1
        elif found.start() < review_end and (done or _PAST_BEFORE.search(before)):
            past[year] += 1
    return YearsNamed(past, future, named)

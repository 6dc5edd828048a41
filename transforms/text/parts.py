"""The parts of a report and the years each is about."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from transforms.lexicon import pattern
from transforms.numbers.numerals import parse

ROLES = ("front", "review_year", "review_term", "present", "plan_year", "plan_term", "glossary")
"""What a part does: greetings and titles, the review of a year or a term, the state as it is, plans, explanations of terms."""

_SPAN_OF_YEARS = pattern("span_of_years")
_COUNTED_YEARS = pattern("counted_years")
_PLAN_NAME = pattern("plan_name")
_HEADING_YEAR = pattern("heading_year")
_YEARS_OF_A_TERM = 5
_SINCE = pattern("since_year")
_FIVE_YEARS = pattern("term_of_five_years")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a report: what its numbers are about where they do not say so themselves."""

    role: str
    first_year: int | None
    last_year: int | None

    @property
    def is_plan(self) -> bool:
        return self.role.startswith("plan")

    @property
    def is_term(self) -> bool:
        return self.role.endswith("term")


@functools.lru_cache(64)
def plan_span(name: str) -> tuple[int, int]:
    """First and last year of a five-year plan by its number: 十四 (“十四五”) is 2021 to 2025."""
    ordinal = int(parse(name))
    first = {1: 1953, 2: 1958}.get(ordinal, 1981 + 5 * (ordinal - 6))
    return first, first + 4


def plan_number(found: re.Match[str]) -> str:
    """The number of a five-year plan in a match of ``plan_name``: 十四 in 十四五 and in 第十四个五年规划."""
    return found["short"] or found["long"]


def part_of(role: str, said: str, report: int | None) -> Part:
    """The years of a part: those that its heading ``said`` names, else those that its role has in a report of that year."""
    if report is None:
        return Part(role, None, None)
    if role == "review_term":
        return Part(role, *_reviewed_term(said, report))
    if role == "plan_term":
        return Part(role, *_planned_term(said, report))
    named = {int(found[1]) for found in _HEADING_YEAR.finditer(said)}
    usual = report if role == "plan_year" else report - 1
    near = sorted(year for year in named if abs(year - usual) <= 1)
    year = near[0] if len(named) == 1 and near else usual
    return Part(role, year, year)


def counts_years_anew(part: Part, opened_by: str, said: str) -> bool:
    """Whether an opening counts the years of a review (七年来) whose heading named no years (成立以来的工作)."""
    if part.role != "review_term" or _COUNTED_YEARS.search(said) is None:
        return False
    return not any(words.search(opened_by) for words in (_SPAN_OF_YEARS, _SINCE, _PLAN_NAME, _COUNTED_YEARS, _FIVE_YEARS))


def _term_length(said: str) -> int:
    counted = _COUNTED_YEARS.search(said)
    return int(parse(counted[1] or counted[2])) if counted else _YEARS_OF_A_TERM


def _reviewed_term(said: str, report: int) -> tuple[int, int]:
    span = _SPAN_OF_YEARS.search(said)
    if span and int(span[1]) < int(span[2]) <= report:
        return int(span[1]), int(span[2])
    since = _SINCE.search(said)
    if since and report - 10 <= int(since[1]) < report - 1:
        return int(since[1]), report - 1
    for named in _PLAN_NAME.finditer(said):
        first, last = plan_span(plan_number(named))
        if report - 12 <= first < report:
            return first, min(last, report - 1)
    return report - _term_length(said), report - 1


def _planned_term(said: str, report: int) -> tuple[int, int]:
    span = _SPAN_OF_YEARS.search(said)
    if span and int(span[2]) >= report:
        return int(span[1]), int(span[2])
    for named in _PLAN_NAME.finditer(said):
        first, last = plan_span(plan_number(named))
        if last >= report:
            return first, last
    return report, report + _term_length(said) - 1

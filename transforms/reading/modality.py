"""Whether a number is told as done or aimed at: what its part of the report implies, overridden by the words near it.

The words are data: ``lexicon/modality.yml``.
"""

from __future__ import annotations

import re

from transforms.lexicon import check_keys, derived, load, pattern
from transforms.reading.mentions import Mention
from transforms.reading.time_expressions import Calendar
from transforms.text.parts import Part

_KEYS = frozenset({"id", "where", "pattern", "yes", "no"})
_STANDING = pattern("standing_people")
_A_PEOPLE = 10**8
"""People from which they are a whole people."""
_PLACES = ("near", "sentence", "behind", "any")


@derived
def _pattern(group: str, where: str) -> re.Pattern[str]:
    """The words of a group that are looked for at one place, as one pattern; one that never fits where there are none."""
    patterns = []
    for entry in load("modality.yml")[group]:
        check_keys("modality.yml", entry, _KEYS, frozenset({"id", "where", "pattern"}))
        if entry["where"] == where:
            patterns.append(f"(?:{entry['pattern']})")
    return re.compile("|".join(patterns) or r"(?!)")


def is_preliminary(sentence: str) -> bool:
    """Whether a sentence calls its numbers preliminary (初步预计, 初步核算)."""
    return _pattern("preliminary", "any").search(sentence) is not None


def is_standing(text: str, mention: Mention) -> bool:
    """Whether a number is the whole people (六亿人民): the state as it is, wherever it is told."""
    quantity = mention.quantity
    return quantity.value >= _A_PEOPLE and _STANDING.match(text, quantity.bound_end) is not None


def modality_of(text: str, mention: Mention, part: Part, years: tuple[int | None, int | None], calendar: Calendar) -> tuple[str, str]:
    """``actual`` or ``target``, and the rule that decided. ``years``: the first and last year for which the number holds."""
    first_year, last_year = years
    clause_start = max(text.rfind(stop, 0, mention.quantity.start) + 1 for stop in "。；")
    before = text[clause_start : mention.quantity.start]
    near = before.rsplit("，", 1)[-1]
    report = calendar.report
    if is_standing(text, mention) and not _pattern("target", "near").search(near):
        return "actual", "modality.standing"
    if part.is_plan:
        if report is not None and last_year is not None and last_year < report <= (part.first_year or 0):
            return "actual", "modality.past_year"
        if _pattern("done", "near").search(near) and not _pattern("target", "near").search(near):
            return "actual", "modality.done_word"
        return "target", "modality.plan_part"
    if _pattern("target", "behind").match(text, mention.quantity.bound_end):
        reached = _pattern("reached_task", "sentence").search(before)
        return ("actual", "modality.task_reached") if reached else ("target", "modality.task_behind")
    straddles = first_year is not None and last_year is not None and first_year < last_year and first_year < (report or 0)
    if report is not None and last_year is not None and last_year >= report and not straddles:
        begun = last_year == report and _pattern("begun", "sentence").search(before) and not _pattern("target", "near").search(near)
        return ("actual", "modality.begun") if begun else ("target", "modality.coming_year")
    return ("target", "modality.target_word") if _pattern("target", "near").search(near) else ("actual", "modality.review_part")

"""Which years a number holds for: what the sentence says of time, else what the part of the report implies."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import deque
from dataclasses import dataclass

from transforms.lexicon import pattern
from transforms.numbers.numerals import parse
from transforms.reading.time_expressions import Event, full_year
from transforms.text.parts import Part, plan_span

_BASE = pattern("base_year")
_CAGR = pattern("yearly_average")
_OF_A_PLAN = pattern("of_a_plan")
_WHOLE = pattern("whole_span")
_SINCE_START = pattern("since_its_start")
_OF_BASE = pattern("of_the_base")
_BASIS_OF = pattern("on_the_basis_of")
_AGAINST_LAST_YEAR = pattern("against_last_year")
_ADDED_UP = pattern("added_up")
_IN_A_ROW = pattern("in_a_row")
_HELD_BELOW = pattern("held_below")
_TO_BE_KEPT = pattern("to_be_kept")


@dataclass(frozen=True, slots=True)
class Told:
    """What decides a mention's period besides the times named."""

    statistic: str
    starts_from: bool
    """The number is the A of 由 A 提高到 B."""
    reached: bool
    """A level that is reached or held, not an amount done over the time."""
    left: str
    clause_start: int
    stock: bool = False
    """``reached`` only because it is a stock by its name: a span that is named still holds."""
    flow: bool = False
    """An amount of money spent or invested: a span named in its own clause holds for all of it."""
    folds: bool = False
    """翻番: growth over the whole span that a plan or term has."""


_Period = tuple[int | None, int | None, str]


def period(told: Told, at: int, named: list[Event], part: Part, text: str) -> _Period:
    """First and last year of a number at ``at``, and the rule that decided."""
    before = holding(at, named, text)
    governing = before[-1] if before else None
    of_base = _OF_BASE.search(told.left) if told.statistic == "level" else None
    if of_base is not None and (year := _year_of_base(of_base, governing, part)) is not None:
        return year, year, "period.of_base"
    base = _base_year(text, at, governing, part)
    if told.starts_from:
        if base is not None and (governing is None or base < governing.last):
            return base, base, "period.from_base"
        return _period_of_start(told, governing, part)
    cagr = _CAGR.search(told.left) is not None
    if cagr and (inside := _span_compared(told, at, named)) is not None:
        return inside.first, inside.last, "period.span_compared"
    return (
        _period_since_base(told, base, governing, part)
        or _period_added_up(told, governing, part)
        or _period_of_average(told, cagr, before, part)
        or (_period_of_event(told, governing, cagr) if governing is not None else _period_of_part(told, cagr, part, text))
    )


def _span_compared(told: Told, at: int, named: list[Event]) -> Event | None:
    """The span whose own average a number is, where the sentence only compares with it (超过1953年到1978年平均每年 A)."""
    inside = [event for event in named if event.compared and event.kind in ("span", "between") and told.clause_start <= event.at < at]
    return inside[-1] if inside else None


def _period_since_base(told: Told, base: int | None, governing: Event | None, part: Part) -> _Period | None:
    """A change against a year that is named (比1952年增长68%) holds from the year after it."""
    if base is None or told.statistic == "level":
        return None
    end = governing.last if governing and governing.last > base else part.last_year
    return (base + 1, end, "period.base") if end is not None and end > base else None


def _period_added_up(told: Told, governing: Event | None, part: Part) -> _Period | None:
    """What is added up (累计) within a term is of the whole term where the only year is named for another clause."""
    if governing is None or governing.kind != "year" or governing.at >= told.clause_start or not part.is_term:
        return None
    return (part.first_year, part.last_year, "period.added_up") if _ADDED_UP.search(told.left) else None


def _year_of_base(found: re.Match[str], governing: Event | None, part: Part) -> int | None:
    """The year of a level that is only compared with: 比1952年的 A 增长, 比上年的 A, 比现有的 A."""
    if found["year"]:
        return full_year(found["year"])
    if found["now"]:
        return part.first_year - 1 if part.is_plan and part.first_year else part.last_year
    year = governing.last if governing is not None else part.last_year
    return year - 1 if year is not None else None


def _period_of_average(told: Told, cagr: bool, before: list[Event], part: Part) -> _Period | None:
    """A yearly average or a doubling holds for the span that is named, or for that of the part, beside a single year."""
    governing = before[-1] if before else None
    if governing is None or part.first_year is None or part.last_year is None:
        return None
    if cagr and governing.kind == "year":
        spans = [event for event in before if event.kind in ("span", "between")]
        if spans and spans[-1].last >= governing.last - 1:
            return _period_of_event(told, spans[-1], cagr)
        if part.is_term:
            return part.first_year, part.last_year, "period.cagr"
    if told.folds and part.is_term and governing.last == part.last_year:
        return part.first_year, part.last_year, "period.fold"
    return None


def _period_of_part(told: Told, cagr: bool, part: Part, text: str) -> _Period:
    """What the part of the report implies where the sentence names no time."""
    first, last = part.first_year, part.last_year
    if first is None or last is None:
        return None, None, "period.unknown"
    if part.role == "plan_year" and cagr and _OF_A_PLAN.search(text):
        return first, first + 4, "period.plan_cagr"
    if not part.is_term:
        return first, last, "period.part"
    if told.statistic in ("growth_rate", "change") and not cagr and not part.is_plan and _AGAINST_LAST_YEAR.search(told.left):
        return last, last, "period.last_of_term"
    if told.statistic == "level" and not cagr and part.is_plan and _HELD_BELOW.search(told.left):
        return first, last, "period.term"
    kept = part.is_plan and _TO_BE_KEPT.search(told.left) is not None
    if (told.reached or kept) and not cagr and told.statistic in ("level", "multiple"):
        return last, last, "period.reached"
    return first, last, "period.term"


def holding(at: int, named: list[Event], text: str) -> list[Event]:
    """The times named before a number that hold for it; the last one governs."""
    before = [event for event in named[: bisect_left([e.at for e in named], at)] if not event.compared]
    return [event for event in before if _still_holds(event, text, at)]


def _still_holds(event: Event, text: str, at: int) -> bool:
    """Whether a time named before a number still holds at it: not out of its bracket, a run of years not past its ；."""
    between = text[event.end : at]
    if event.kind in ("span", "between", "run") and _BASIS_OF.search(between):
        return False  # 在“十三五”年均增长5%的基础上: holds within that clause
    if event.kind == "now" and any(stop in between for stop in "；。"):
        return False
    if event.kind == "run" and event.at > 6 and "；" in between:
        return False
    if event.kind == "run" and "，" in between and _IN_A_ROW.match(text, event.at):
        return False  # 连续8年全国第一，…: a run of years is of its clause
    closed = between.find("）")
    return closed < 0 or "（" in between[:closed]


def _period_of_event(told: Told, event: Event, cagr: bool) -> _Period:
    """The years of the time that governs; the end of a span where a level was reached in it."""
    if event.kind == "between" and told.statistic in ("growth_rate", "change") and event.last > event.first:
        return event.first + 1, event.last, "period.between"
    if (
        event.kind in ("span", "between", "run")
        and told.reached
        and not told.stock
        and told.statistic == "level"
        and not cagr
        and not _WHOLE.search(told.left)
        and not (told.flow and event.at >= told.clause_start)
    ):
        return event.last, event.last, "period.span_reached"
    return event.first, event.last, f"period.{event.kind}"


def _period_of_start(told: Told, governing: Event | None, part: Part) -> tuple[int | None, int | None, str]:
    if governing is not None and governing.kind == "year" and governing.at >= told.clause_start:
        return governing.first, governing.last, "period.from_named"
    if governing is not None:
        year = governing.first - 1
        if governing.kind == "between":
            year = governing.first
        elif part.first_year is not None and (part.is_plan or (part.is_term and governing.last == part.last_year)):
            year = min(year, part.first_year - 1)
        return year, year, "period.from_event"
    if part.first_year is None:
        return None, None, "period.unknown"
    return part.first_year - 1, part.first_year - 1, "period.from"


def _base_year(text: str, at: int, governing: Event | None, part: Part) -> int | None:
    """The year that a growth rate or change compares with where the sentence names it before the number."""
    found = next(iter(deque(_BASE.finditer(text, max(0, at - 160), at), maxlen=1)), None)
    if found is None:
        return None
    # 与1998年相比 at the head of a sentence holds for all of it, 比1998年 for its clause.
    whole_sentence = text[found.end() : found.end() + 2] == "相比" or text[found.end() : found.end() + 1] == "，"
    governing_year = governing.last if governing is not None else part.last_year
    if governing is not None and governing.at > found.end() and not whole_sentence:
        return None  # a time named since then begins anew
    if not whole_sentence and (at - found.end() > 34 or any(stop in text[found.end() : at] for stop in "。；")):
        return None
    if found["year"]:
        return full_year(found["year"])
    if found["ago"] and governing_year is not None:
        return governing_year - int(parse(found["ago"]))
    if found["plan"]:
        return plan_span(found["plan"].strip("“”").removesuffix("五"))[1]
    return None


def basis_over(basis: str | None, statistic: str, first: int | None, last: int | None) -> str | None:
    """What a change compares with, once its years are known: over several years it is the beginning of the period."""
    if basis not in ("yoy", "vs_base_year") or statistic not in ("growth_rate", "change") or first is None or last is None:
        return basis
    return "over_period" if last > first else "yoy"

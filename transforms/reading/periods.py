"""Which years a number holds for: what the sentence says of time, else what the part of the report implies."""

from __future__ import annotations

import functools
import re
from bisect import bisect_left
from collections import deque
from dataclasses import dataclass

from transforms.lexicon import pattern
from transforms.numbers.numerals import parse
from transforms.text.normalized_view import fold
from transforms.text.parts import Part, plan_span
from transforms.types import Document

_YEAR = r"(?:(?:19|20)\d\d|[一二][〇零一二三四五六七八九]{3})"
_EVENTS = re.compile(
    rf"(?P<span_from>{_YEAR})年?[—－–\-~～至到]+(?P<span_to>{_YEAR}|[〇零一二三四五六七八九]{{2}}|\d\d)年(?!均)"
    rf"|(?P<year>{_YEAR})年(?P<since>[^，。；\d]{{0,6}}?(?:以来|起(?!步|点)))?"
    r"|(?P<short>[五六七八九][〇零一二三四五六七八九])年(?![多来间期均])"
    r"|[“\"]?(?P<plan>十?[一二三四五六七八九]|十|二十)五[”\"]?(?P<plan_end>末)?(?P<plan_word>时期|期间|规划|计划|以来|期末|末)?"
    r"|(?P<before_last>前年)|(?P<last>去年|上年(?!结转|结余)|上一年|上年度|刚刚过去的一年|过去(?:的)?一年)|(?P<this>今年|新的一年)|(?P<next>明年)"
    r"|(?P<term>五年来|过去(?:的)?五年|这五年|五年间|五年累计|五年共|五年新增|五年年均|五年平均|(?<=[，。；])五年(?=[^规计前后])|^五年(?=[^规计前后])|本届政府以来|任期内)"
    r"|(?P<future>今后五年|未来五年|五年内)"
    r"|(?:近|过去|最近|这|前|连续)?(?P<count>[一两二三四五六七八九十]{1,2}|\d{1,2})年(?P<span_word>来|间|时间|累计|共|年均|平均|新增|内|以来)"
    r"|(?:连续|近|过去|这|前)(?P<run>[一两二三四五六七八九十]{1,2}|\d{1,2})年"
)
_COMPARED = pattern("compared_year")
_BETWEEN = pattern("between_years")
_BASE = pattern("base_year")
_RECORD = pattern("record")
_RANK = pattern("rank_of_years")
_EXCEEDED = pattern("exceeded_years")
_CAGR = pattern("yearly_average")
_OF_A_PLAN = pattern("of_a_plan")
_WHOLE = pattern("whole_span")


@dataclass(frozen=True, slots=True)
class Event:
    """A time named at a place of a sentence. ``compared``: only what a number is compared with."""

    at: int
    end: int
    first: int
    last: int
    kind: str
    compared: bool


@dataclass(frozen=True, slots=True)
class Calendar:
    """The years that the words of time of a document count from."""

    report: int | None
    this: int | None
    last: int | None

    @staticmethod
    @functools.lru_cache(maxsize=256)
    def of(plan_year: int | None, doc_type: str) -> Calendar:
        """In a communiqué 本年 is the year of its data and 上年 the one before; in a report 今年 is the year it plans."""
        if plan_year is None:
            return Calendar(None, None, None)
        this = plan_year - 1 if doc_type == "statistical_communique" else plan_year
        return Calendar(plan_year, this, this - 1)


_PLANNED = pattern("planned_year")
_DATA = pattern("data_year")
_REVIEWED = pattern("reviewed_year")


def planned_year(document: Document) -> int | None:
    """The year that a document plans, the one after the year it reviews.

    Mostly the year it was given in; a report given in December plans the next one, a communiqué's data are those of
    the year that its title names.
    """
    identity = document.identity
    head = "".join(fold(document.text[:1500]).split())
    if identity.doc_type == "statistical_communique":
        named = _DATA.search("".join(fold(identity.title or "").split())) or _DATA.search(head)
        return int(named[1]) + 1 if named else identity.report_year
    if identity.doc_type in ("budget_report", "plan_report"):
        named = _PLANNED.search(head)
        if named:
            return int(named[1])
    year = identity.report_year
    if year is None:
        return None
    reviewed = [int(found[1]) for found in _REVIEWED.finditer(fold(document.text))]
    if reviewed and max(reviewed) == year:
        return year + 1
    return year + 1 if _looks_ahead(document, year) else year


def _looks_ahead(document: Document, year: int) -> bool:
    """Whether a report of the year's last weeks speaks of the next one (it reviews the year it was given in)."""
    delivered = document.identity.delivered_on
    if delivered is not None:
        return delivered.month >= 11 and f"{year + 1}" in document.text
    if year >= 1990:
        return False
    chinese = str.maketrans("0123456789", "〇一二三四五六七八九")
    counts = [
        sum(document.text.count(f"{form}年") for form in {str(y), str(y).translate(chinese), str(y).translate(chinese).replace("〇", "零")})
        for y in (year, year + 1)
    ]
    return counts[1] >= 5 and counts[1] * 2 >= counts[0]


def _number(text: str) -> int:
    return int(parse(text))


def _full(year: str) -> int:
    number = _number(year)
    return number if number > 1000 else 1900 + number


def events(text: str, calendar: Calendar, part: Part) -> list[Event]:
    """The times that a sentence names, in order."""
    found: list[Event] = []
    for match in _EVENTS.finditer(text):
        years = _years(match, calendar, part)
        if years is None:
            continue
        if match["run"] and (_RANK.match(text, match.end()) or _EXCEEDED.search(text[max(0, match.start() - 4) : match.start()])):
            continue  # 连续五年居首位, 超过去3年总和: a rank or a comparison
        if match["since"] and _RECORD.search(text[match.end() : match.end() + 14]):
            continue  # 自2014年以来首次: says how rare it is, not for which years it holds
        compared = _COMPARED.search(text[max(0, match.start() - 4) : match.start()]) is not None and not match["count"]
        if match["last"] and text[match.start() - 1 : match.start()] in ("由", "从"):
            compared = False
        kind = "between" if match["span_from"] and _BETWEEN.search(text[max(0, match.start() - 1) : match.end()]) else years[2]
        found.append(Event(match.start(), match.end(), years[0], years[1], kind, compared))
    return found


_Span = tuple[int, int, str]
_LOOKING_BACK = ("五年来", "过去五年", "过去的五年", "这五年", "本届政府以来")
_LONGEST_RUN = 60


def _years(match: re.Match[str], calendar: Calendar, part: Part) -> _Span | None:
    """First and last year of a time that is named, and its kind: ``year``, ``span``, or ``run`` (近三年)."""
    named = _named_years(match, part)
    if named is not None or match["plan"]:
        return named
    if calendar.report is None or calendar.last is None or calendar.this is None:
        return None
    return _relative_year(match, calendar.last, calendar.this, part) or _counted_years(match, calendar.report, part)


def _named_years(match: re.Match[str], part: Part) -> _Span | None:
    """Years that are told by their number, or by a five-year plan."""
    if match["span_from"]:
        first, last = _full(match["span_from"]), _number(match["span_to"])
        return first, last if last > 1000 else first // 100 * 100 + last, "span"
    if match["year"] or match["short"]:
        year = _full(match["year"] or match["short"])
        goes_on = match["since"] and part.last_year is not None and year < part.last_year
        return (year, part.last_year, "span") if goes_on and part.last_year else (year, year, "year")
    if match["plan"]:
        first, last = plan_span(match["plan"])
        if match["plan_end"] or match["plan_word"] in ("末", "期末"):
            return last, last, "year"
        return (first, last, "span") if match["plan_word"] in ("时期", "期间", "以来") else None
    return None


def _relative_year(match: re.Match[str], last: int, this: int, part: Part) -> _Span | None:
    """去年, 今年 and the like. 上年 is the year before the one that a review is about, 去年 the one before the report's own."""
    reviews = part.last_year is not None and not part.is_plan
    year_before = part.last_year - 1 if (match["last"] or "").startswith("上") and reviews and part.last_year else last
    for group, year in (("before_last", last - 1), ("last", year_before), ("this", this), ("next", this + 1)):
        if match[group]:
            return year, year, "year"
    return None


def _counted_years(match: re.Match[str], report: int, part: Part) -> _Span | None:
    """Spans told by their length: 五年来, 今后五年, 近三年, 两年新增."""
    reviewed = part.last_year if part.last_year and not part.is_plan else report - 1
    if match["term"]:
        if part.is_plan and match["term"] not in _LOOKING_BACK:
            return part.first_year or report, part.last_year if part.is_term and part.last_year else report + 4, "span"
        return reviewed - 4, reviewed, "span"
    if match["future"]:
        return report, report + 4, "span"
    count = _number(match["count"] or match["run"])
    if not 2 <= count <= _LONGEST_RUN:
        return None
    if part.is_plan and not match["span_word"] and match.group().startswith(("连续", "过去", "前")):
        return report - count, report - 1, "run"
    if part.is_plan and match["span_word"] not in ("来", "以来", "间"):
        return report, report + count - 1, "span"
    return reviewed - count + 1, reviewed, "run"


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
    folds: bool = False
    """翻番: growth over the whole span that a plan or term has."""


_Period = tuple[int | None, int | None, str]


def period(told: Told, at: int, named: list[Event], part: Part, text: str) -> _Period:
    """First and last year of a number at ``at``, and the rule that decided."""
    before = holding(at, named, text)
    governing = before[-1] if before else None
    base = _base_year(text, at, governing.last if governing else part.last_year)
    if told.starts_from:
        if base is not None and (governing is None or base < governing.last):
            return base, base, "period.from_base"
        return _period_of_start(told, governing, part)
    cagr = _CAGR.search(told.left) is not None
    return (
        _period_since_base(told, base, governing, part)
        or _period_of_average(told, cagr, before, part)
        or (_period_of_event(told, governing, cagr) if governing is not None else _period_of_part(told, cagr, part, text))
    )


def _period_since_base(told: Told, base: int | None, governing: Event | None, part: Part) -> _Period | None:
    """A change against a year that is named (比1952年增长68%) holds from the year after it."""
    if base is None or told.statistic == "level":
        return None
    end = governing.last if governing and governing.last > base else part.last_year
    return (base + 1, end, "period.base") if end is not None and end > base else None


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
    if told.reached and not cagr and told.statistic == "level":
        return last, last, "period.reached"
    return first, last, "period.term"


def holding(at: int, named: list[Event], text: str) -> list[Event]:
    """The times named before a number that hold for it; the last one governs."""
    before = [event for event in named[: bisect_left([e.at for e in named], at)] if not event.compared]
    return [event for event in before if _still_holds(event, text, at)]


def _still_holds(event: Event, text: str, at: int) -> bool:
    """Whether a time named before a number still holds at it: not out of its bracket, a run of years not past its ；."""
    between = text[event.end : at]
    if event.kind == "run" and event.at > 6 and "；" in between:
        return False
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
    ):
        return event.last, event.last, "period.span_reached"
    return event.first, event.last, f"period.{event.kind}"


def _period_of_start(told: Told, governing: Event | None, part: Part) -> tuple[int | None, int | None, str]:
    if governing is not None and governing.kind == "year" and governing.at >= told.clause_start:
        return governing.first, governing.last, "period.from_named"
    if governing is not None:
        year = governing.first - 1
        return year, year, "period.from_event"
    if part.first_year is None:
        return None, None, "period.unknown"
    return part.first_year - 1, part.first_year - 1, "period.from"


def _base_year(text: str, at: int, governing_year: int | None) -> int | None:
    """The year that a growth rate or change compares with where the sentence names it before the number."""
    found = next(iter(deque(_BASE.finditer(text, max(0, at - 160), at), maxlen=1)), None)
    if found is None:
        return None
    # 与1998年相比 at the head of a sentence holds for all of it, 比1998年 for its clause.
    whole_sentence = text[found.end() : found.end() + 2] == "相比"
    if not whole_sentence and (at - found.end() > 34 or any(stop in text[found.end() : at] for stop in "。；")):
        return None
    if found["year"]:
        return _full(found["year"])
    if found["ago"] and governing_year is not None:
        return governing_year - _number(found["ago"])
    if found["plan"]:
        return plan_span(found["plan"].strip("“”").removesuffix("五"))[1]
    return None

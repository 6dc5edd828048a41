"""Times that a sentence names: years, spans, five-year plans, words of time, and which of them are only compared with."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, replace

from transforms.lexicon import pattern
from transforms.numbers.numerals import parse
from transforms.text.parts import Part, plan_span

_YEAR = r"(?:(?:19|20)\d\d|[一二][〇零一二三四五六七八九]{3})"
_EVENTS = re.compile(
    rf"(?P<span_from>{_YEAR})年?[—－–\-~～至到]+(?P<span_to>{_YEAR}|[〇零一二三四五六七八九]{{2}}|\d\d)年(?!均)"
    rf"|(?P<year>{_YEAR})年(?P<since>(?:[^，。；\d]{{0,16}}?以来|[^，。；\d]{{0,6}}?起(?!步|点)))?"
    r"|(?P<short>[五六七八九][〇零一二三四五六七八九])年(?![多来间期均])"
    r"|[“\"]?(?P<plan>十?[一二三四五六七八九]|十|二十)五[”\"]?(?P<plan_end>末)?(?P<plan_word>时期|期间|规划|计划|以来|期末|末)?"
    r"|第(?P<plan_long>[一二三四五六七八九十]{1,2})个五年(?:计划|规划)?(?P<plan_long_word>时期|期间|期末|末|内)"
    r"|(?<=列入)第(?P<plan_listed>[一二三四五六七八九十]{1,2})个五年(?:计划|规划)"
    r"|(?P<now>目前|截至目前|截止目前|至今|现已|如今)(?!为止的|的|[，]?我)"
    r"|(?P<century>(?<!实现了)(?<!实现了到)本世纪末)"
    r"|(?P<before_last>前年)|(?P<last>去年|上年(?!结转|结余)|上一年|上年度|刚刚过去的一年|过去(?:的)?一年)|(?P<this>今年|新的一年)|(?P<next>明年)"
    r"|(?P<term>五年来|过去(?:的)?五年|这五年|五年间|五年累计|五年共|五年新增|五年年均|五年平均|(?<=[，。；])五年(?=[^规计前后])|^五年(?=[^规计前后])|本届政府以来|任期内)"
    r"|(?P<future>今后五年|未来五年|五年内)"
    r"|(?:近|过去|最近|这|前|连续)?(?P<count>[一两二三四五六七八九十]{1,3}|\d{1,2})年(?P<span_word>来|间|时间|累计|共|年均|平均|新增|内|以来)"
    r"|(?:连续|近|过去|这|前)(?P<run>[一两二三四五六七八九十]{1,2}|\d{1,2})年"
)
_COMPARED = pattern("compared_year")
_LEVEL_OF = pattern("level_of_a_year")
_BETWEEN = pattern("between_years")
_RECORD = pattern("record")
_RANK = pattern("rank_of_years")
_EXCEEDED = pattern("exceeded_years")
_SINCE_START = pattern("since_its_start")
_GOES_ON = pattern("goes_on_with_time")
_WITHIN = pattern("within_years")


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
    def of(plan_year: int | None, doc_type: str, ahead: bool = False) -> Calendar:
        """In a communiqué 本年 is the year of its data and 上年 the one before; in a report 今年 is the year it plans.

        ``ahead``: the report plans the year after the one it was given in, and calls that one 明年.
        """
        if plan_year is None:
            return Calendar(None, None, None)
        this = plan_year - 1 if ahead or doc_type == "statistical_communique" else plan_year
        return Calendar(plan_year, this, this - 1)


def _number(text: str) -> int:
    return int(parse(text))


def full_year(year: str) -> int:
    """A year as a number; one of two digits (七八年) is of the twentieth century."""
    number = _number(year)
    return number if number > 1000 else 1900 + number


def events(text: str, calendar: Calendar, part: Part) -> list[Event]:
    """The times that a sentence names, in order."""
    found: list[Event] = []
    for match in _EVENTS.finditer(text):
        years = _years(match, calendar, part)
        if years is None:
            continue
        if found and match["count"] and found[-1].kind in ("span", "between") and match.start() - found[-1].end <= 1:
            continue  # 1953年到1978年的二十六年间: the length of the span before it
        if match["run"] and (_RANK.match(text, match.end()) or _EXCEEDED.search(text[max(0, match.start() - 4) : match.start()])):
            continue  # 连续五年居首位, 超过去3年总和: a rank or a comparison
        if (match["since"] or match["count"]) and _RECORD.search(text[match.end() : match.end() + 14]):
            continue  # 自2014年以来首次: says how rare it is, not for which years it holds
        compared = _COMPARED.search(text[max(0, match.start() - 4) : match.start()]) is not None and not match["count"]
        compared = compared or _LEVEL_OF.match(text, match.end()) is not None
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
    if match["now"]:
        reviewed = part.last_year if not part.is_plan else calendar.last
        return (reviewed, reviewed, "now") if reviewed is not None else None
    if calendar.report is None or calendar.last is None or calendar.this is None:
        return None
    if match["century"]:
        end = (calendar.report + 99) // 100 * 100
        return end, end, "year"
    return _relative_year(match, calendar.last, calendar.this, part) or _counted_years(match, calendar.report, part)


def _named_years(match: re.Match[str], part: Part) -> _Span | None:
    """Years that are told by their number, or by a five-year plan."""
    if match["span_from"]:
        first, last = full_year(match["span_from"]), _number(match["span_to"])
        return first, last if last > 1000 else first // 100 * 100 + last, "span"
    if match["year"] or match["short"]:
        year = full_year(match["year"] or match["short"])
        goes_on = (match["since"] or _SINCE_START.match(match.string, match.end())) and part.last_year is not None and year < part.last_year
        return (year, part.last_year, "span") if goes_on and part.last_year else (year, year, "year")
    if match["plan_long"] or match["plan_listed"]:
        first, last = plan_span(match["plan_long"] or match["plan_listed"])
        return (last, last, "year") if match["plan_long_word"] in ("期末", "末") else (first, last, "span")
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


def inherited(named: list[Event], carried: Event | None, text: str, part: Part) -> list[Event]:
    """The times of a sentence, with that of the sentence before it where this one goes on with it.

    其中 and 同期 go on with what was said, and so does a review of a year with an earlier year.
    Within a term so does a sentence whose only years are those it compares with
    (是2005年的两倍), and 五年内 behind a span of five years names that span.
    """
    if carried is None:
        return named
    own = [event for event in named if not event.compared]
    earlier = _is_earlier_year(carried, part) and not (own and own[0].at <= 1)
    if earlier or (not own and (_GOES_ON.match(text) or (named and part.is_term and carried.kind != "run"))):
        return [replace(carried, at=0, end=0), *named]
    length = carried.last - carried.first + 1
    return [
        replace(event, first=carried.first, last=carried.last)
        if event.kind in ("run", "span") and length > 1 and event.last - event.first + 1 == length and _WITHIN.match(text, event.at)
        else event
        for event in named
    ]


def _is_earlier_year(carried: Event, part: Part) -> bool:
    """Whether a time is a year before the one that a review is about: it holds until another one is named."""
    reviews = part.role == "review_year" and part.last_year is not None
    return reviews and carried.kind == "year" and carried.at <= 1 and part.last_year is not None and carried.last < part.last_year


def handed_on(named: list[Event]) -> Event | None:
    """The time that the next sentence may go on with: that with which a sentence begins, else the last one it names.

    What a sentence only compares with is none, and a year with which it begins gives way to a later year that it comes to
    (在1992年快速增长的基础上，1993年…).
    """
    own = [event for event in named if not event.compared]
    if not own:
        return None
    opening = next((event for event in own if event.at <= 1), own[-1])
    overtaken = opening.kind == own[-1].kind == "year" and own[-1].last > opening.last
    return own[-1] if overtaken else opening

"""From a text to its sentences, each knowing the part of the report it stands in.

Lines broken by a page's width are joined to paragraphs, headings found and nested, parts of the report told apart by
their headings and openings (``lexicon/sections.yml``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from transforms.lexicon import check_keys, derived_up_to, load, pattern
from transforms.numbers.numerals import NUMERAL_CHARACTERS
from transforms.text.normalized_view import View, view

TABLE_MARK = "｜"
"""Parts the cells of a table's row in the text (see :mod:`transforms.decode`)."""

MAX_SENTENCE = 700
"""Characters after which a sentence is cut at the last comma, so that no text takes more than linear time."""
MAX_NUMERALS = 150
"""Numerals after which it is cut as well: no sentence of a report has half as many, and each takes its time."""


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


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, its view and where it stands. ``first`` tells that it begins a paragraph."""

    view: View
    part: Part
    section: str
    first: bool
    paragraph: int
    is_heading: bool = False
    is_table: bool = False
    because: tuple[str, str] = ("default", "")
    """What decided the part: default, heading or opening, and its words."""

    @property
    def text(self) -> str:
        return self.view.text


@dataclass(frozen=True, slots=True)
class _Rule:
    role: str
    heading: re.Pattern[str] | None
    paragraph: re.Pattern[str] | None
    no_heading: re.Pattern[str] | None


_NUMBERING = (
    (0, re.compile(r"第[一二三四五六七八九十]+(?:部分|章|编)")),
    (1, re.compile(r"[一二三四五六七八九十]{1,3}[、.．](?![一二三四五六七八九十])")),
    (2, re.compile(r"[（(][一二三四五六七八九十]{1,3}[）)]")),
    (3, re.compile(r"\d{1,2}(?:[、．]|\.(?!\d))(?=[^\d])")),
    (4, re.compile(r"[（(]\d{1,2}[）)]|[①-⑳]")),
    (5, re.compile(r"——|－－|--|—(?=[^—])")),
)
_NUMBERS = tuple("第一二三四五六七八九十（(0123456789—－-①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳")
"""What a heading number begins with."""
_PLAIN = 6
_NUMERAL_RUN = re.compile(rf"[0-9{NUMERAL_CHARACTERS}半]+")
_TERMINATOR = re.compile(r"[。！？!?]+[”’』」）)》]*")
_ENDS_OPEN = tuple("，、《（“(,：—")
_OPENS_CLOSED = tuple("》）”，、。；)：")
_WIDE = re.compile(r"[^\x00-\xff]")
_PLAN_NAME = re.compile(r"(?<![一二三四五六七八九十])(十?[一二三四五六七八九]|十|二十)五(?![年个])")
_SPAN_OF_YEARS = re.compile(r"((?:19|20)\d\d)年?[—－–\-~～至到]+((?:19|20)\d\d)年")
_LOOKS_BACK = pattern("looks_back")
_OPENS_WITH_PLAN = pattern("opens_with_plan")
_NAMES_A_PART = pattern("names_a_part")
_YEAR_NAMED = re.compile(r"(?:19|20)\d\d年")
_CHINESE = {c: i for i, c in enumerate("零一二三四五六七八九十")}
_COUNTED_YEARS = re.compile(r"(?:过去|这|近|前|今后|未来)(?:的)?([三四五])年|([三四])年来")

Lines = list[tuple[int, int]]


def plan_span(name: str) -> tuple[int, int]:
    """First and last year of a five-year plan by its number: 十四 (“十四五”) is 2021 to 2025."""
    ordinal = 20 if name == "二十" else sum(_CHINESE[c] for c in name)
    first = {1: 1953, 2: 1958}.get(ordinal, 1981 + 5 * (ordinal - 6))
    return first, first + 4


def _pattern(text: str | None, report: int | None) -> re.Pattern[str] | None:
    if text is None:
        return None
    years = {"{report}": str(report or "0000"), "{last}": str((report or 1) - 1), "{plan}": "十?[一二三四五六七八九]五"}
    for placeholder, year in years.items():
        text = text.replace(placeholder, year)
    return re.compile(text)


@derived_up_to(256)
def _rules(report: int | None) -> tuple[_Rule, ...]:
    allowed = frozenset({"role", "heading", "paragraph", "no_heading", "yes", "no"})
    rules = []
    for entry in load("sections.yml"):
        check_keys("sections.yml", entry, allowed, frozenset({"role"}))
        parts = (_pattern(entry.get(key), report) for key in ("heading", "paragraph", "no_heading"))
        rules.append(_Rule(entry["role"], *parts))
    return tuple(rules)


def _role_of_plan(said: str, report: int | None) -> str | None:
    """What a named five-year plan tells: reviewed, or begun and not ended in the report's year."""
    named = _PLAN_NAME.search(said)
    if not named or report is None:
        return None
    if _YEAR_NAMED.search(said[: named.start()]):
        return None  # 2025年预算收支情况及“十四五”回顾: the year comes first
    first, last = plan_span(named[1])
    if last < report or (last == report and _LOOKS_BACK.search(said)):
        return "review_term"
    return "plan_term" if last > report and first >= report - 1 and not _LOOKS_BACK.search(said) else None


def role_of_heading(heading: str, report: int | None) -> str | None:
    """The part of a report that a heading opens, None where it does not tell."""
    planned = _role_of_plan(heading, report)
    if planned:
        return planned
    for rule in _rules(report):
        if rule.heading and rule.heading.search(heading) and not (rule.no_heading and rule.no_heading.search(heading)):
            return rule.role
    return None


def role_of_opening(paragraph: str, report: int | None) -> str | None:
    """The part of a report that a paragraph's first words open, None where they do not tell."""
    opening = paragraph[:40]
    if not _TERMINATOR.search(paragraph):
        return None  # a title or date line
    if _OPENS_WITH_PLAN.match(opening):
        return _role_of_plan(opening, report)
    for rule in _rules(report):
        if rule.paragraph and rule.paragraph.search(opening):
            return rule.role
    return None


def part_of(role: str, said: str, report: int | None) -> Part:
    """The years of a part: those its heading names, else those that its role has in a report of that year."""
    if report is None:
        return Part(role, None, None)
    span = _SPAN_OF_YEARS.search(said)
    named = _PLAN_NAME.search(said)
    counted = _COUNTED_YEARS.search(said)
    length = _CHINESE[counted.group(1) or counted.group(2)] if counted else 5
    if role == "review_term":
        if span:
            return Part(role, int(span[1]), int(span[2]))
        if named and plan_span(named[1])[0] < report:
            return Part(role, plan_span(named[1])[0], min(plan_span(named[1])[1], report))
        return Part(role, report - length, report - 1)
    if role == "plan_term":
        if span:
            return Part(role, int(span[1]), int(span[2]))
        if named and plan_span(named[1])[1] >= report:
            return Part(role, *plan_span(named[1]))
        return Part(role, report, report + length - 1)
    if role == "plan_year":
        return Part(role, report, report)
    return Part(role, report - 1, report - 1)


def _width(line: str) -> int:
    return len(line) + len(_WIDE.findall(line))


def _lines(text: str) -> Lines:
    """Offsets of the lines that hold more than white space."""
    found, start = [], 0
    for line in text.splitlines(keepends=True):
        if line.strip():
            found.append((start, start + len(line.rstrip("\r\n"))))
        start += len(line)
    return found


def _wrap_width(line_widths: Iterable[int]) -> int | None:
    """The width at which lines were broken, in half-width columns; None where a line is a paragraph."""
    widths = sorted(line_widths)
    if len(widths) < 8:
        return None
    full = widths[int(len(widths) * 0.9)]
    near = sum(1 for w in widths if w >= 0.88 * full)
    return full if full <= 140 and near >= 0.4 * len(widths) else None


def numbering(text: str) -> tuple[int, int] | None:
    """Level and length of the heading number that ``text`` begins with: 一、 is 1, （一） 2, 1. 3; None for none."""
    if not text.startswith(_NUMBERS):
        return None
    for level, mark in _NUMBERING:
        found = mark.match(text)
        if found:
            return level, found.end()
    return None


def _joins(text: str, line: tuple[int, int], following: tuple[int, int], width: int | None, columns: int) -> bool:
    """Whether a line of so many columns goes on in the next one."""
    this, after = text[line[0] : line[1]].strip(), text[following[0] : following[1]]
    head = after.strip()
    if TABLE_MARK in this or TABLE_MARK in head:
        return False
    if this.endswith(_ENDS_OPEN) and not (this.endswith(("：", "——")) and not width) and not numbering(head):
        return not (after.startswith("　　") and this.endswith("："))
    if head.startswith(_OPENS_CLOSED):
        return True
    if width is None or numbering(head) or after.startswith("　　"):
        return False
    return columns >= 0.86 * width and not (this.endswith(("。", "！", "？")) and columns < 0.95 * width)


def paragraphs(text: str) -> list[tuple[int, int]]:
    """Offsets of the paragraphs of a text."""
    lines = _lines(text)
    widths = [_width(text[start:end].strip()) for start, end in lines]
    width = _wrap_width(widths)
    found: list[tuple[int, int]] = []
    for at, line in enumerate(lines):
        if at and _joins(text, lines[at - 1], line, width, widths[at - 1]):
            found[-1] = (found[-1][0], line[1])
        else:
            found.append(line)
    return found


def _longest_end(text: str, start: int, end: int) -> int:
    """Where a sentence ends at the latest: ``end``, unless it has more characters or numerals than any that is meant."""
    limit = min(end, start + MAX_SENTENCE)
    if limit - start <= 2 * MAX_NUMERALS:
        return limit
    too_many = next(islice(_NUMERAL_RUN.finditer(text, start, limit), MAX_NUMERALS, None), None)
    return too_many.start() if too_many else limit


def _sentence_ends(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for end in [m.end() for m in _TERMINATOR.finditer(text)] + [len(text)]:
        while (limit := _longest_end(text, start, end)) < end:
            comma = max(text.rfind("，", start, limit), text.rfind("；", start, limit))
            cut = comma + 1 if comma > start else limit
            yield start, cut
            start = cut
        if end > start:
            yield start, end
        start = end


def _heading_length(text: str) -> tuple[int, int]:
    """Level and length of the heading that a paragraph is or begins with; length 0 for none."""
    numbered = numbering(text)
    first_stop = _TERMINATOR.search(text)
    first_end = first_stop.start() if first_stop else len(text)
    if numbered:
        limit = 60 if numbered[0] <= 2 else 36
        if first_end <= limit and (first_stop is None or "，" not in text[:first_end] or numbered[0] <= 2):
            return numbered[0], first_stop.end() if first_stop else len(text)
        return numbered[0], 0
    if first_stop is None and len(text) <= 30 and not re.search(r"[，；,;：:|]|\d(?:%|[万亿]?元)|(?:^来源|^时间|^\d)", text):
        return _PLAIN, len(text)
    return _PLAIN, 0


def _slice(source: View, start: int, end: int) -> View:
    return View(source.text[start:end], source.origin[start:end])


def sentences(text: str, report_year: int | None, doc_type: str = "work_report", first_part: Part | None = None) -> Iterator[Sentence]:
    """The sentences of a text in order, headings and table rows included, with the part of the report each is in."""
    part = first_part or part_of("review_year", "", report_year)
    because = ("default", "")
    fixed = doc_type == "statistical_communique"
    stack: list[tuple[int, str]] = []
    settled = False
    for index, (start, end) in enumerate(paragraphs(text)):
        source = view(text, start, end)
        if not source.text:
            continue
        if TABLE_MARK in source.text:
            yield Sentence(view(text, start, end, keep_gaps=True), part, _path(stack), True, index, is_table=True, because=because)
            continue
        level, length = _heading_length(source.text)
        if length:
            heading = source.text[:length]
            stack = [(lv, h) for lv, h in stack if lv < level] + [(level, heading.rstrip("。"))]
            role = role_of_heading(heading, report_year)
            if role and (not fixed or role == "glossary") and (level <= 1 or _NAMES_A_PART.search(heading)):
                part, because = part_of(role, heading, report_year), ("heading", heading)
                settled = part.is_plan and level <= 1
            yield Sentence(_slice(source, 0, length), part, _path(stack[:-1]), True, index, is_heading=True, because=because)
        body = source.text[length:]
        role = role_of_opening(body, report_year) if body and not fixed else None
        here = part_of(role, body[:40], report_year) if role else part
        opens = ("opening", body[:40]) if role else because
        if role == "review_year" and part.role == "review_term" and body.startswith(str(part.last_year)):
            here, opens = part, because  # a year named within the review of a term is the sentence's, not the part's
        if not (settled and here.role == "review_year"):  # 去年… within a chapter of plans tells of last year in its paragraph alone
            part, because = here, opens
        for number, (a, b) in enumerate(_sentence_ends(body)):
            yield Sentence(_slice(source, length + a, length + b), here, _path(stack), number == 0, index, because=opens)


def _path(stack: list[tuple[int, str]]) -> str:
    return " › ".join(heading for _, heading in stack)

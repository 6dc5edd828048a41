"""From a text to its sentences, each knowing the part of the report and the headings it stands under."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from transforms.numbers.numerals import NUMERAL_CHARACTERS
from transforms.text.headings import TERMINATOR, heading_length
from transforms.text.normalized_view import View, view
from transforms.text.paragraphs import TABLE_MARK, paragraphs
from transforms.text.part_path import DEFAULT, Decided, Paragraph, decide_parts
from transforms.text.parts import Part

MAX_SENTENCE = 700
"""Characters after which a sentence is cut at the last comma, so that no text takes more than linear time."""
MAX_NUMERALS = 150
"""Numerals after which it is cut as well: no sentence of a report has half as many, and each takes its time."""

_NUMERAL_RUN = re.compile(rf"[0-9{NUMERAL_CHARACTERS}半]+")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, its view and where it stands. ``first`` tells that it begins a paragraph."""

    view: View
    section: str
    first: bool
    paragraph: int
    is_heading: bool = False
    is_table: bool = False
    decided: Decided = DEFAULT
    """The part of the report it stands in, the year that the report plans, and why."""

    @property
    def text(self) -> str:
        return self.view.text

    @property
    def part(self) -> Part:
        return self.decided.part


def sentences(text: str, report_year: int | None, doc_type: str = "work_report") -> Iterator[Sentence]:
    """The sentences of a text in order, headings and table rows included, with the part of the report each is in.

    Args:
        text: the document's text; offsets of the views count in it.
        report_year: the year that the report plans, the one after the year it reviews.
        doc_type: the kind of document; a communiqué has no plans.
    """
    read = _paragraphs(text)
    stack: list[tuple[int, str]] = []
    for (index, paragraph), decided in zip(read, decide_parts([each for _, each in read], report_year, doc_type), strict=True):
        source, length = paragraph.view, paragraph.heading
        if paragraph.is_table:
            yield Sentence(source, _path(stack), True, index, is_table=True, decided=decided)
            continue
        if length:
            heading = source.text[:length].rstrip("。")
            stack = [(level, words) for level, words in stack if level < paragraph.level] + [(paragraph.level, heading)]
            yield Sentence(_slice(source, 0, length), _path(stack[:-1]), True, index, is_heading=True, decided=decided)
        for number, (a, b) in enumerate(_sentence_ends(source.text[length:])):
            yield Sentence(_slice(source, length + a, length + b), _path(stack), number == 0, index, decided=decided)


def _paragraphs(text: str) -> list[tuple[int, Paragraph]]:
    """The paragraphs that hold words, each with its turn among all."""
    found = []
    for index, (start, end) in enumerate(paragraphs(text)):
        if TABLE_MARK in text[start:end]:
            found.append((index, Paragraph(view(text, start, end, keep_gaps=True), 0, 0, is_table=True)))
            continue
        source = view(text, start, end)
        if source.text:
            found.append((index, Paragraph(source, *heading_length(source.text))))
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
    for end in [m.end() for m in TERMINATOR.finditer(text)] + [len(text)]:
        while (limit := _longest_end(text, start, end)) < end:
            comma = max(text.rfind("，", start, limit), text.rfind("；", start, limit))
            cut = comma + 1 if comma > start else limit
            yield start, cut
            start = cut
        if end > start:
            yield start, end
        start = end


def _slice(source: View, start: int, end: int) -> View:
    return View(source.text[start:end], source.origin[start:end])


def _path(stack: list[tuple[int, str]]) -> str:
    return " › ".join(heading for _, heading in stack)

"""Paragraphs of a text: lines that a page's width has broken are joined."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from transforms.lexicon import pattern
from transforms.text.headings import numbering

TABLE_MARK = "｜"
"""Parts the cells of a table's row in the text (see :mod:`transforms.decode`)."""

Span = tuple[int, int]
"""Offsets of the first character and behind the last one."""

_ENDS_OPEN = tuple("，、《（“(,：—")
_OPENS_CLOSED = tuple("》）”，、。；)：")
_WIDE = re.compile(r"[^\x00-\xff]")
_ENDS_IN_NUMERAL = re.compile(r"[0-9０-９][.．]?$")
_OPENS_WITH_UNIT = pattern("opens_with_unit")
_INDENT = "　　"
_LONGEST_LINE = 1500
"""Characters from which a line may be several paragraphs that a page has run together."""
_GAP = re.compile(r"(?<=\S)\s{2,}(?=\S)")
_WIDE_SPACES = re.compile("[\u2002\u2003\u3000]{2}| {4}|\u00a0{4}")
"""Gaps within a line that are the indent of a paragraph's first line."""
_CHAPTER = re.compile(r"(?<=[。！])(?:[一二三四五六七八九十]{1,2}、|（[一二三四五六七八九十]{1,2}）)")
_FEWEST_LINES = 8
"""Lines below which no width at which lines were broken can be told."""
_WIDEST_PAGE = 140
"""Columns of the widest page; longer lines are paragraphs."""


def paragraphs(text: str) -> list[Span]:
    """Offsets of the paragraphs of a text."""
    lines = _lines(text)
    widths = [_width(text[start:end].rstrip()) for start, end in lines]
    width = _wrap_width(widths)
    found: list[Span] = []
    for at, line in enumerate(lines):
        if at and _joins(text, lines[at - 1], line, width, widths[at - 1]):
            found[-1] = (found[-1][0], line[1])
        else:
            found.append(line)
    return found


def _width(line: str) -> int:
    return len(line) + len(_WIDE.findall(line))


def _lines(text: str) -> list[Span]:
    """Offsets of the lines that hold more than white space."""
    found: list[Span] = []
    start = 0
    for line in text.splitlines(keepends=True):
        if line.strip():
            end = start + len(line.rstrip("\r\n"))
            found.extend(_run_together(text, start, end) if end - start > _LONGEST_LINE else [(start, end)])
        start += len(line)
    return found


def _run_together(text: str, start: int, end: int) -> list[Span]:
    """The paragraphs of a line that holds several: parted by the gap of an indented first line, or by a chapter's number."""
    if TABLE_MARK in text[start:end]:
        return [(start, end)]
    indents = [gap.start() for gap in _GAP.finditer(text, start, end) if _WIDE_SPACES.search(gap.group())]
    cuts = sorted({start, *indents, *(chapter.start() for chapter in _CHAPTER.finditer(text, start, end)), end})
    return [(a, b) for a, b in pairwise(cuts) if text[a:b].strip()]


def _wrap_width(line_widths: Iterable[int]) -> int | None:
    """The width at which lines were broken, in half-width columns; None where a line is a paragraph."""
    widths = sorted(line_widths)
    if len(widths) < _FEWEST_LINES:
        return None
    full = widths[int(len(widths) * 0.9)]
    near = sum(1 for w in widths if w >= 0.88 * full)
    return full if full <= _WIDEST_PAGE and near >= 0.4 * len(widths) else None


def _joins(text: str, line: Span, following: Span, width: int | None, columns: int) -> bool:
    """Whether a line of so many columns goes on in the next one."""
    this, after = text[line[0] : line[1]].strip(), text[following[0] : following[1]]
    head = after.strip()
    if TABLE_MARK in this or TABLE_MARK in head:
        return False
    if this.endswith(_ENDS_OPEN) and not (this.endswith(("：", "——")) and not width) and not numbering(head):
        return not (after.startswith(_INDENT) and this.endswith("："))
    if head.startswith(_OPENS_CLOSED):
        return True
    if numbering(head) or after.startswith(_INDENT):
        return False
    if width is None:
        return _ENDS_IN_NUMERAL.search(this) is not None and _OPENS_WITH_UNIT.match(head) is not None and len(this) > 12
    return columns >= 0.86 * width and not (this.endswith(("。", "！", "？")) and columns < 0.95 * width)

"""Headings: which paragraphs are one or begin with one, and on which level."""

from __future__ import annotations

import re

from transforms.lexicon import pattern

PLAIN = 6
"""Level of a heading without a number."""
CHAPTER = 1
"""Level of the chapters of a report (一、); deeper ones divide them."""

_NUMBERING = (
    (0, re.compile(r"第[一二三四五六七八九十]+(?:部分|章|编)")),
    (1, re.compile(r"[一二三四五六七八九十]{1,3}[、.．](?![一二三四五六七八九十])")),
    (2, re.compile(r"[（(][一二三四五六七八九十]{1,3}[）)]")),
    (3, re.compile(r"\d{1,2}(?:[、．]|\.(?!\d))(?=[^\d])")),
    (4, re.compile(r"[（(]\d{1,2}[）)]|[①-⑳]")),
    (5, re.compile(r"——|－－|--|—(?=[^—])")),
)  # the forms of the numbers themselves are grammar, not wording
_NUMBERS = tuple("第一二三四五六七八九十（(0123456789—－-①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳")
"""What a heading number begins with."""
_LONGEST = {0: 60, 1: 60, 2: 60, 3: 36, 4: 36, 5: 36}
"""Characters up to which a numbered line is a heading, by level."""
_LONGEST_PLAIN = 30
TERMINATOR = re.compile(r"[。！？!?]+[”’』」）)》]*")
_NO_HEADING = pattern("no_plain_heading")


def numbering(text: str) -> tuple[int, int] | None:
    """Level and length of the heading number that ``text`` begins with: 一、 is 1, （一） 2, 1. 3; None for none."""
    if not text.startswith(_NUMBERS):
        return None
    for level, mark in _NUMBERING:
        found = mark.match(text)
        if found:
            return level, found.end()
    return None


def heading_length(text: str) -> tuple[int, int]:
    """Level and length of the heading that a paragraph is or begins with; length 0 for none."""
    numbered = numbering(text)
    first_stop = TERMINATOR.search(text)
    first_end = first_stop.start() if first_stop else len(text)
    if numbered:
        level = numbered[0]
        if first_end <= _LONGEST[level] and (first_stop is None or "，" not in text[:first_end] or level <= 2):
            return level, first_stop.end() if first_stop else len(text)
        return level, 0
    if first_stop is None and len(text) <= _LONGEST_PLAIN and not _NO_HEADING.search(text):
        return PLAIN, len(text)
    return PLAIN, 0

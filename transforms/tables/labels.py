"""What names the rows of a table, and how they stand under one another."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from transforms.lexicon import pattern
from transforms.tables.columns import Role
from transforms.tables.grid import Slot, squeeze
from transforms.tables.layout import is_spanning

_LABEL_OF_WHICH = pattern("label_of_which")
_ROW_TOTAL = pattern("row_total")

_CODE_BEFORE = re.compile(r"(\d{3,9})[\s_\-—]*(?=[^\d.,%年])")
_LEVELS = (
    (1, re.compile(r"[一二三四五六七八九十]{1,3}[、.．]")),
    (2, re.compile(r"[（(][一二三四五六七八九十]{1,3}[）)]")),
    (3, re.compile(r"\d{1,2}[、.．](?!\d)")),
    (4, re.compile(r"[（(]\d{1,2}[）)]|[①-⑳]")),
)


@dataclass(frozen=True, slots=True)
class RowLabel:
    """A row's name with what stands beside and above it (see :class:`~transforms.tables.model.TableRow`)."""

    text: str
    parents: tuple[str, ...]
    depth: int
    code: str
    unit: str


def labels_of(rows: Sequence[Sequence[Slot]], names: Sequence[int], roles: Sequence[Role]) -> Iterator[RowLabel]:
    """The label of each row. ``names`` are the columns that hold no values."""
    stack: list[tuple[int, str]] = []
    columns = [c for c in names if roles[c] is Role.LABEL]
    numbered = False
    for row in rows:
        beside = [squeeze(row[c].text) for c in names if roles[c] is Role.CODE]
        code = "".join(filter(str.isdigit, beside))
        words = [text for text in beside if text and not text.isdigit()]
        texts = list(dict.fromkeys([*words, *(squeeze(row[c].text) for c in columns if row[c].text)]))
        unit = next((row[c].text for c in names if roles[c] is Role.UNIT and row[c].text), "")
        text = texts[-1] if texts else ""
        before = _CODE_BEFORE.match(text)
        if before and not code:
            code = before[1]
        indent = next((row[c].indent for c in columns if row[c].text), 0)
        level, numbered = _level(text, indent, code, numbered)
        if is_spanning(row) and text:
            level = 0
        stack = [(deep, name) for deep, name in stack if deep < level]
        yield RowLabel(text, (*(name for _, name in stack), *texts[:-1]), len(stack), code, unit)
        if text:
            stack.append((level, text))


def _level(text: str, indent: int, code: str, numbered: bool) -> tuple[int, bool]:
    """How deep a row stands among its neighbours, and whether numbered rows have been seen (rows without a number stand below them)."""
    if _ROW_TOTAL.match(text):
        return 1, numbered  # centred perhaps: its indent says nothing
    of_which = 1 if _LABEL_OF_WHICH.match(text) else 0
    for level, mark in _LEVELS:
        if mark.match(text):
            return 10 * level + indent, True
    if code:
        return 10 * len(code) + of_which, numbered
    return (50 if numbered else 5) + indent + of_which, numbered

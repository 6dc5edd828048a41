"""The numbers of a table's row.

Decoding writes a row as one line, each cell with its column's heading: ``粮食｜产量（万吨）：211.28｜比上年增长（%）：-0.4``.
A number's unit stands in its column's heading, in a cell of its own (单位：万吨) or in a line above the table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from transforms.lexicon import pattern
from transforms.numbers.numerals import parse
from transforms.numbers.units import find_unit, unit_of
from transforms.reading import catalogue
from transforms.text.normalized_view import SEPARATOR
from transforms.text.segment import TABLE_MARK

_VALUE = re.compile(r"[-—－]?\d{1,3}(?:,\d{3})+(?:\.\d+)?%?|[-—－]?\d+(?:\.\d+)?%?")
_IN_BRACKETS = re.compile(r"[（(]([^（）()]*)[）)]$")
_UNIT_CELL = re.compile(r"^(?:计量|计算|数量)?单位$")
_UNIT_LINE = re.compile(r"单位[:：]([^，。；\s（）()]{1,8})")
_GROWTH = pattern("column_growth")
_POINTS = re.compile(r"百分点")
_SHARE = pattern("column_share")
_RATE = pattern("column_rate")
_GENERIC = pattern("column_generic")
_PLANNED = pattern("column_planned")
_YEAR = re.compile(r"((?:19|20)\d\d)年")
_SCALES = {"万": Decimal(10**4), "亿": Decimal(10**8), "千": Decimal(1000), "百": Decimal(100), "十": Decimal(10)}
MOST_SCALES = 3
"""Scales before a measure word that are read (百万元)."""
LONGEST_NAME = 700
"""Characters after which the first cell of a row is no name: each number of the row has it in its own."""
_ROW_LEAD = pattern("row_lead")
_TOTAL = pattern("row_total")


@dataclass(frozen=True, slots=True)
class Cell:
    """A number of a row with what its headings say. ``start`` and ``end`` are places in the row's line."""

    start: int
    end: int
    indicator: str
    statistic: str
    value: Decimal
    unit: str | None
    planned: bool
    year: int | None


def _unit(said: str) -> tuple[str | None, Decimal]:
    """The measure word that a heading names, and the scale before it (万吨: 吨, 10000)."""
    said = said.strip()
    scale = Decimal(1)
    for _ in range(MOST_SCALES):
        if not said or unit_of(said) is not None or said[0] not in _SCALES:
            break
        scale *= _SCALES[said[0]]
        said = said[1:]
    found = find_unit(said, 0) if said else None
    return (None if found is None else {"个百分点": "百分点"}.get(found, found)), scale


def unit_line(text: str) -> str:
    """The unit that a line above a table gives for all of it (单位：亿元); empty where it gives none."""
    found = _UNIT_LINE.search(text)
    return found[1] if found else ""


def _fields(line: str) -> list[tuple[int, int, str]]:
    """The cells of a line: place, end and text."""
    out, start = [], 0
    for part in line.split(TABLE_MARK):
        out.append((start, start + len(part), part))
        start += len(part) + 1
    return out


def _name(row: str, column: str, caption: str, statistic: str) -> str:
    row = _IN_BRACKETS.sub("", _ROW_LEAD.sub("", row.replace(SEPARATOR, ""))).strip()
    subject = catalogue.last_named(caption, len(caption))
    plain_column = _YEAR.sub("", column).strip()
    if _TOTAL.match(row):
        return subject or row
    if statistic in ("growth_rate", "change") or _GENERIC.match(plain_column) or not plain_column:
        return f"{row}{subject}" if subject and statistic == "growth_rate" and subject not in row and "产量" not in caption else row
    if _SHARE.search(plain_column):
        return f"{row}{plain_column}" if plain_column.endswith(("比重", "占比")) else f"{row}比重"
    return row if plain_column in row else f"{row}{plain_column}"


def _statistic(column: str, unit: str | None) -> str:
    if unit == "百分点" or _POINTS.search(column):
        return "change"
    if unit in ("%", None) and _GROWTH.search(column) and not _RATE.search(column):
        return "growth_rate"
    if _GROWTH.search(column) and unit not in ("%", None):
        return "change"
    return "level"


def cells(line: str, caption: str, table_unit: str) -> Iterator[Cell]:
    """The numbers of a row's line. ``caption`` and ``table_unit`` are what stands above the table."""
    fields = _fields(line)
    row = fields[0][2]
    if len(row) > LONGEST_NAME or ":" in row or "：" in row or not re.search(r"[\u4e00-\u9fffA-Za-z]", row):
        return
    row_unit = next((text.split("：", 1)[1] for _, _, text in fields[1:] if "：" in text and _UNIT_CELL.match(text.split("：", 1)[0])), "")
    bracket = _IN_BRACKETS.search(row)
    row_unit = row_unit or (bracket[1] if bracket and _unit(bracket[1])[0] else "")
    unit_of_all = _unit(row_unit) if row_unit else _unit(table_unit)
    for start, _, text in fields[1:]:
        column, mark, value = text.rpartition("：")
        if not mark or not _VALUE.fullmatch(value) or _UNIT_CELL.match(column):
            continue
        yield _cell(start + len(column) + 1, value, row, column, unit_of_all, caption)


def _cell(at: int, value: str, row: str, column: str, unit_of_all: tuple[str | None, Decimal], caption: str) -> Cell:
    bracket = _IN_BRACKETS.search(column)
    own, scale = _unit(bracket[1]) if bracket else (None, Decimal(1))
    heading = column[: bracket.start()] if bracket and own else column
    percent = value.endswith("%") or "%" in column
    if own is None and percent:
        own, scale = "%", Decimal(1)
    if own is None and not _GROWTH.search(heading) and not _SHARE.search(heading):
        own, scale = unit_of_all
    elif own is None:
        own = "%"
    statistic = _statistic(heading, own)
    negative = value[0] in "-—－"
    number = parse(value.strip("-—－%")) * scale
    year = _YEAR.search(heading) or _YEAR.search(caption)
    return Cell(
        at,
        at + len(value),
        _name(row, heading, caption, statistic),
        statistic,
        -number if negative else number,
        own,
        _PLANNED.search(heading) is not None,
        int(year[1]) if year else None,
    )

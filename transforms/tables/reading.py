"""The tables of a document, read as the walk through its text comes to their rows."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right

from transforms.numbers.classify import Decision
from transforms.numbers.units import unit_of
from transforms.reading import catalogue
from transforms.reading.confidence import confidence
from transforms.tables.cells import CellReading, read_table
from transforms.tables.meanings import Context
from transforms.tables.model import Table, TableRow
from transforms.tables.names import UNKNOWN
from transforms.text.sentences import Sentence
from transforms.types import Document, Metric

_LONGEST_SERIAL = 3
_YEAR = re.compile(r"(?:19|20)\d\d")


class TableRows:
    """Finds the numbers of a table's row by its place in the text. A table is read when its first row is asked for."""

    def __init__(self, document: Document | None = None, report_year: int | None = None) -> None:
        self._tables: tuple[Table, ...] = document.decoded.tables if document is not None else ()
        self._starts = sorted({table.char_start for table in self._tables})
        self._region_code = document.identity.region_code if document is not None else None
        self._region = (document.identity.region or "") if document is not None else ""
        self._report_year = report_year
        self._read: set[int] = set()
        self._cells: list[CellReading] = []
        self._places: list[int] = []
        rows = [row for table in self._tables for row in table.rows]
        self._rows: list[TableRow] = sorted(rows, key=lambda row: row.char_start)
        self._row_starts = [row.char_start for row in self._rows]

    def cells(self, start: int, end: int, sentence: Sentence) -> list[CellReading]:
        """The numbers of the tables in ``text[start:end]``, in order; ``sentence`` is the first of the row."""
        at = bisect_right(self._starts, start) - 1
        if at < 0:
            return []
        if self._starts[at] not in self._read:
            self._read.add(self._starts[at])
            self._add(self._starts[at], sentence)
        return self._cells[bisect_left(self._places, start) : bisect_left(self._places, end)]

    def _add(self, start: int, sentence: Sentence) -> None:
        part = sentence.part
        context = Context(part.first_year, part.last_year, part.is_plan, self._report_year, self._region_code)
        for table in self._tables:
            if table.char_start == start:
                self._cells.extend(read_table(table, context))
        # A cell that spans two tables side by side is one number: it is of the first.
        first = {(cell.char_start, cell.char_end): cell for cell in reversed(self._cells)}
        self._cells = sorted(first.values(), key=lambda cell: cell.char_start)
        self._places = [cell.char_start for cell in self._cells]

    def decision(self, start: int, end: int, text: str) -> Decision:
        """The class of a number of a row that no metric has: a code, the row's number, or part of a label or heading."""
        at = bisect_right(self._row_starts, start) - 1
        digits = "".join(text[start:end].split())
        if at >= 0 and start < self._rows[at].char_end:
            row = self._rows[at]
            if row.code and digits in row.code:
                return Decision("reference", "table.code")
            if digits.isdigit() and len(digits) <= _LONGEST_SERIAL and not row.label.startswith(digits):
                return Decision("ordinal", "table.serial")
            if _YEAR.fullmatch(digits) and any(cell.char_start <= start < cell.char_end for cell in row.cells):
                return Decision("date", "table.year")
        return Decision("specification", "table.heading")

    def metric(self, cell: CellReading, sentence: Sentence, written: str, region: str) -> Metric:
        """The metric of a cell."""
        known = unit_of(cell.unit)
        dimension = known.dimension if known else None
        headline = cell.scope == "whole" and cell.place is None
        indicator_id = (
            catalogue.match(_without_region(cell.indicator, region).removesuffix("合计"), cell.statistic, dimension) if headline else None
        )
        return Metric(
            char_start=cell.char_start,
            char_end=cell.char_end,
            indicator=cell.indicator,
            indicator_id=indicator_id,
            statistic=cell.statistic,
            value=cell.value,
            unit=cell.unit,
            modality=cell.modality,
            is_preliminary=cell.is_preliminary,
            basis=cell.basis,
            period_start=cell.year,
            period_end=cell.year,
            place=cell.place,
            place_code=cell.place_code,
            scope=cell.scope,
            section=_section(sentence.section, cell.title),
            sentence=written,
            table_id=str(cell.table),
            table_row=cell.table_row,
            table_column=cell.table_column,
            rule=cell.rule,
            confidence=confidence(_features(cell)),
        )


def _section(headings: str, title: str) -> str:
    """The headings above a cell, the title of its table last."""
    if not title or title in headings:
        return headings
    return f"{headings} › {title}" if headings else title


def _features(cell: CellReading) -> list[str]:
    """What lessens the confidence of a cell."""
    found = [cell.evidence]
    if cell.indicator == UNKNOWN:
        found.append("name.missing")
    return found if cell.year is not None else [*found, "period.unknown"]


def _without_region(name: str, region: str) -> str:
    """A name without the document's own place before it."""
    return name.removeprefix(region) if region and len(name) > len(region) + 1 else name

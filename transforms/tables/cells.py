"""The numbers of a table: what each cell measures, when, where, and whether it was done or planned."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from transforms.lexicon import derived_up_to, pattern
from transforms.tables.account import Account, account_of
from transforms.tables.checks import Row, Verdict, column_total, judge, row_totals
from transforms.tables.grid import squeeze
from transforms.tables.headings import SCALES, Kind, Measure, Status, heading, is_measure, measure_of, status_of
from transforms.tables.meanings import Column, Context, columns_of, proofs_of
from transforms.tables.model import Table, TableCell, TableRow
from transforms.tables.names import indicator_name, label_year
from transforms.tables.places import Place, place_named
from transforms.tables.values import Value, printed, value_of

_HEADING_COUNTS = pattern("heading_counts")
_ACCOUNT_NAMES = pattern("account_names")
_HEADING_TOTAL = pattern("heading_total")
_HEADING_DURATION = pattern("heading_duration")
_HEADING_DATES = pattern("heading_dates")
_LABEL_STATUS = pattern("label_status")

_YEAR = re.compile(r"(?:19|20)\d\d")
_IN_BRACKETS = re.compile(r"[（(]([^（）()]*)[）)]")
_LONGEST_UNIT = 8
_LEAST_TITLES = 3
_LONGEST_PAGE = 3
_TABLE_TITLE = pattern("table_title")


@dataclass(frozen=True, slots=True)
class CellReading:
    """A number of a table with all that its headings say. Fields as those of :class:`~transforms.types.Metric`."""

    char_start: int
    char_end: int
    indicator: str
    statistic: str
    value: Decimal
    unit: str | None
    modality: str
    is_preliminary: bool
    basis: str | None
    year: int | None
    place: str | None
    place_code: str | None
    scope: str
    table: int
    title: str
    """The table's title."""
    table_row: str
    table_column: str
    evidence: str = "table.cell"
    """The feature of confidence (``confidence.yml``) that the table's arithmetic gives it."""

    @property
    def rule(self) -> str:
        """The rule that the metric and its number are of: a cell that contradicts its row has one of its own."""
        return "table.broken" if self.evidence == "table.broken" else "table.cell"


def read_table(table: Table, context: Context) -> Iterator[CellReading]:
    """The numbers of a table in the order of the text."""
    if _is_contents(table):
        return
    headings = [heading(path) for path in table.columns]
    account = account_of(table)
    numbers = [{cell.column: printed(value) for cell in row.cells if (value := value_of(cell.text)) is not None} for row in table.rows]
    columns = columns_of(table, headings, account, context, numbers)
    verdict = judge(proofs_of(columns, numbers), _sums(table, columns, numbers))
    above = Measure(None)
    for at, row in enumerate(table.rows):
        own = _row_measure(row)
        above = own if own.unit is not None else above
        for cell in row.cells:
            found = _reading(
                table, row, cell, columns[cell.column], account, context, above if own.unit is None and not table.unit else own
            )
            if found is not None:
                yield replace(found, evidence=_evidence(columns[cell.column], (at, cell.column), verdict))


def _is_contents(table: Table) -> bool:
    """Whether a table is a list of tables with their pages."""
    labels = [row.label for row in table.rows if row.label]
    titles = sum(_TABLE_TITLE.search(label) is not None for label in labels)
    pages = [cell.text for row in table.rows for cell in row.cells]
    return titles >= _LEAST_TITLES and titles >= 0.6 * len(labels) and all(text.isdigit() and len(text) <= _LONGEST_PAGE for text in pages)


def _sums(table: Table, columns: Sequence[Column], numbers: Sequence[Row]) -> list[tuple[int, frozenset[int]]]:
    """The sums that hold: of the rows below a row, of the columns beside a total."""
    depths = [row.depth for row in table.rows]
    levels = [at for at, column in enumerate(columns) if column.kind is Kind.LEVEL and not column.is_percent]
    found = [(at, rows) for at in levels for rows in row_totals(numbers, depths, at)]
    total = next((at for at in levels if _HEADING_TOTAL.fullmatch(columns[at].heading.path[-1] if columns[at].heading.path else "")), None)
    if total is not None:
        parts = [at for at in levels if at > total]
        rows = column_total(numbers, total, parts)
        found += [(at, rows) for at in (total, *parts) if rows]
    return found


def _evidence(column: Column, place: tuple[int, int], verdict: Verdict) -> str:
    """The feature of confidence that arithmetic and headings give a cell."""
    if place in verdict.broken:
        return "table.broken"
    if not column.heading.path:
        return "table.no_heading"
    return "table.proved" if place in verdict.proved else "table.cell"


def _measure(table: Table, column: Column, value: Value, row_measure: Measure) -> Measure:
    """The unit of a cell: its own, its column's, its row's or the table's."""
    if value.measure.unit is not None:
        return value.measure
    if column.kind is Kind.POINTS:
        return Measure("百分点")
    if column.is_percent:
        return Measure("%")
    if column.heading.path and _HEADING_DURATION.search(column.heading.path[-1]):
        return Measure("年")
    if column.heading.measure is not None:
        return column.heading.measure
    if row_measure.unit is not None:
        return row_measure
    counted = _unit_of_thing(column.thing)
    if counted is not None:
        return Measure(counted or None)
    return table_measure(table.unit)


@derived_up_to(512)
def table_measure(said: str) -> Measure:
    """The unit of a caption's 单位：; of several (万元、%) the first that is no percentage."""
    found = [measure_of(part) for part in re.split(r"[、，,/和;；]", said) if part]
    whole = measure_of(said)
    named = [m for m in found if m.unit is not None]
    if "/" in said and whole.unit is not None:
        return whole
    return next((m for m in named if m.unit != "%"), named[0] if named else whole)


def _unit_of_thing(thing: str) -> str | None:
    """The unit that the counted thing implies (户数: 户); empty where it has another than the table's; None where it says none."""
    found = _HEADING_COUNTS.search(thing)
    if found is None:
        return None
    word = found[0].removesuffix("数").removesuffix("量")
    return word if measure_of(word).unit == word else ""


def _row_measure(row: TableRow) -> Measure:
    if row.unit:
        known = table_measure(row.unit)
        return known if known.unit is not None else _unknown_unit(squeeze(row.unit))
    for said in reversed(_IN_BRACKETS.findall(row.label)):
        found = measure_of(said)
        if is_measure(said):
            return found
    return Measure(None)


def _unknown_unit(said: str) -> Measure:
    """A unit that no list knows (万重量箱), as written behind its scale."""
    scale = Decimal(1)
    while len(said) > 1 and said[0] in SCALES:
        scale, said = scale * SCALES[said[0]], said[1:]
    return Measure(said or None, scale) if len(said) <= _LONGEST_UNIT and not any(map(str.isdigit, said)) else Measure(None)


def _reading(
    table: Table, row: TableRow, cell: TableCell, column: Column, account: Account, context: Context, row_measure: Measure
) -> CellReading | None:
    value = value_of(cell.text)
    if value is None or not (row.label or column.heading.path) or _is_year(cell, column):
        return None
    measure = _measure(table, column, value, row_measure)
    place = _place(row, column, account)
    statistic = column.statistic
    if statistic == "change" and measure.unit == "%":
        statistic = "growth_rate"
    if statistic == "growth_rate" and measure.unit == "百分点":
        statistic = "change"
    status, year = _row_says(row, column, account)
    name = indicator_name(row, column.kind, (column.thing, column.side), account, place)
    return CellReading(
        cell.char_start + value.start,
        cell.char_start + value.end,
        name,
        statistic,
        value.number * measure.scale,
        measure.unit,
        status.modality,
        status.is_preliminary,
        _basis(column, statistic),
        year,
        None if place is None or place.is_total else place.name,
        _code(place, context),
        place.scope if place is not None else account.scope,
        table.number,
        table.title,
        row.label,
        " / ".join(column.heading.path),
    )


def _is_year(cell: TableCell, column: Column) -> bool:
    """Whether a cell is a date: a year under a heading of years (到期年度)."""
    path = column.heading.path
    return bool(path) and _HEADING_DATES.search(path[-1]) is not None and _YEAR.fullmatch(squeeze(cell.text)) is not None


def _row_says(row: TableRow, column: Column, account: Account) -> tuple[Status, int | None]:
    """Plan and year, where the row names them itself (2025年预计债务限额) and its column does not."""
    own = next((found for label in (row.label, *reversed(row.parents)) if (found := label_year(label)) is not None), None)
    status, year = column.status, column.year
    if own is not None and column.heading.year is None:
        year = own
    said = _LABEL_STATUS.search(row.label) if column.heading.status is None else None
    if said is not None:
        status = status_of(said[0]) or status
    if column.heading.status is None and "预计" in row.label and status.modality == "actual":
        status = replace(status, is_preliminary=True)
    return status, year


def _basis(column: Column, statistic: str) -> str | None:
    if statistic == "growth_rate":
        return "vs_plan" if "预算" in _ACCOUNT_NAMES.sub("", column.heading.compares_with) else "yoy"
    return column.status.basis if statistic == "level" and column.kind is Kind.LEVEL else None


def _place(row: TableRow, column: Column, account: Account) -> Place | None:
    if column.place is not None and not column.place.is_total:
        return column.place
    if account.rows_are_places:
        for label in (row.label, *reversed(row.parents)):
            found = place_named(label)
            if found is not None:
                return found
    return column.place


def _code(place: Place | None, context: Context) -> str | None:
    """The code of a place, by the document's own region where several places have the name."""
    if place is None or not place.codes:
        return None
    codes = dict.fromkeys(place.codes)
    if len(codes) == 1:
        return next(iter(codes))
    own = (context.region_code or "").rstrip("0")
    near = [code for code in codes if own and code.startswith(own[:4])] or [code for code in codes if own and code.startswith(own[:2])]
    return near[0] if len(near) == 1 else None

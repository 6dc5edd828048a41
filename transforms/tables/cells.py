"""The numbers of a table: what each cell measures, when, where, and whether it was done or planned."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from transforms.lexicon import derived_up_to, pattern
from transforms.numbers.numerals import parse
from transforms.tables.account import Account, account_of
from transforms.tables.grid import squeeze
from transforms.tables.headings import SCALES, Heading, Kind, Measure, Status, heading, measure_of
from transforms.tables.model import Table, TableCell, TableRow
from transforms.tables.names import indicator_name
from transforms.tables.places import Place, place_named
from transforms.text.normalized_view import fold

_HEADING_COUNTS = pattern("heading_counts")
_ACCOUNT_NAMES = pattern("account_names")

_VALUE = re.compile(r"([-−－—+▲△]?)([（(]?)([-−－]?)(\d[\d,， .]*)(%|‰)?([）)]?)(.*)")
_YEAR = re.compile(r"((?:19|20)\d\d)年")
_IN_BRACKETS = re.compile(r"[（(]([^（）()]*)[）)]")
_MINUS = "-−－—▲△"
_LARGEST_RATE = Decimal(1000)
_LONGEST_UNIT = 8


@dataclass(frozen=True, slots=True)
class Context:
    """What a document says of its tables where they do not say it themselves."""

    first_year: int | None
    last_year: int | None
    is_plan: bool
    report_year: int | None
    region_code: str | None = None


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
    table_row: str
    table_column: str


@dataclass(frozen=True, slots=True)
class _Column:
    """A heading with what its neighbours and the table add to it."""

    heading: Heading
    statistic: str
    year: int | None
    status: Status
    is_percent: bool
    thing: str
    """What its numbers count; a comparison has that of the figure it compares."""
    place: Place | None
    side: str


def read_table(table: Table, context: Context) -> Iterator[CellReading]:
    """The numbers of a table in the order of the text."""
    headings = [heading(path) for path in table.columns]
    account = account_of(table, headings)
    columns = _columns(table, headings, account, context)
    for row in table.rows:
        for cell in row.cells:
            found = _reading(table, row, cell, columns[cell.column], account, context)
            if found is not None:
                yield found


def _columns(table: Table, headings: Sequence[Heading], account: Account, context: Context) -> list[_Column]:
    columns: list[_Column] = []
    for at, said in enumerate(headings):
        statistic, is_percent = _statistic(table, at, said)
        status = said.status or account.status or _status_of_year(said, account, context)
        year = said.year
        if year is None and said.is_last_year and (base := account.year(status) or context.last_year):
            year = base - 1
        column = _Column(said, statistic, year, status, is_percent, said.thing, said.place, said.side or account.side)
        if said.kind in (Kind.COMPARISON, Kind.OF_LAST_YEAR, Kind.POINTS, Kind.COMPLETION, Kind.SHARE) and said.status is None:
            column = _of_neighbour(column, columns)
        if column.year is None:
            column = replace(column, year=account.year(column.status) or _own_year(column.status, context))
        columns.append(column)
    return columns


def _status_of_year(said: Heading, account: Account, context: Context) -> Status:
    """Plan or execution, where no word says it: a year before the report's is over."""
    year = said.year or (account.years[-1] if account.years else None)
    if year is not None and context.report_year is not None and year < context.report_year:
        return Status("actual")
    return Status("target" if context.is_plan else "actual")


def _own_year(status: Status, context: Context) -> int | None:
    if context.is_plan or status.modality == "actual" or context.report_year is None:
        return context.last_year
    return context.report_year if (context.last_year or 0) <= context.report_year else context.last_year


def _of_neighbour(column: _Column, before: Sequence[_Column]) -> _Column:
    """A comparison holds for the latest figure on its left, of the same place and thing where there are several."""
    levels = [c for c in before if c.heading.kind is Kind.LEVEL]
    if column.year is not None:
        levels = [c for c in levels if c.year == column.year] or []
    same = [c for c in levels if c.heading.path[:-1] == column.heading.path[:-1]] or levels
    if not same:
        return column
    if column.heading.kind is Kind.COMPLETION:
        done = [c for c in same if c.status.modality == "actual"]
        same = done or same
    latest = max((c.year or 0) for c in same)
    of = [c for c in same if (c.year or 0) == latest][-1]
    beside = before[-1]
    thing = column.thing or (beside.thing if beside.thing in (of.thing, "") or beside.heading.path[:-1] == column.heading.path[:-1] else "")
    return replace(
        column,
        year=column.year or of.year,
        status=of.status,
        thing=thing,
        place=column.place or beside.place,
        side=column.side or beside.side,
    )


def _statistic(table: Table, at: int, said: Heading) -> tuple[str, bool]:
    """The statistic of a column, and whether its numbers are percentages."""
    if said.kind is Kind.POINTS:
        return "change", False
    if said.kind in (Kind.COMPLETION, Kind.OF_LAST_YEAR, Kind.SHARE):
        return "level", True
    if said.kind is Kind.COMPARISON:
        if said.is_percent:
            return "growth_rate", True
        if said.measure is not None or said.is_amount:
            return "change", False
        return ("growth_rate", True) if _looks_like_rates(table, at) else ("change", False)
    return "level", said.is_percent


def _looks_like_rates(table: Table, at: int) -> bool:
    """Whether the numbers of a comparison that says neither amount nor % can be rates: with decimals, none of them large."""
    texts = [cell.text for row in table.rows for cell in row.cells if cell.column == at]
    values = [abs(v.number) for text in texts if (v := value_of(text)) is not None]
    decimals = sum("." in text or "．" in text for text in texts)
    money = [cell.text for row in table.rows for cell in row.cells if cell.column != at]
    money_decimals = sum("." in text for text in money) > len(money) / 2
    if not values:
        return True
    return max(values) < _LARGEST_RATE and (
        (decimals >= len(values) / 2 and not (money_decimals and table.unit.startswith("亿"))) or "增长" in "".join(table.columns[at])
    )


@dataclass(frozen=True, slots=True)
class Value:
    """A cell's number: its sign worked out, its own unit, and its place in the cell's text."""

    number: Decimal
    measure: Measure
    start: int
    end: int


@derived_up_to(16384)
def value_of(text: str) -> Value | None:
    """The number of a cell, None where the cell has none."""
    folded = fold(text)
    lead = len(folded) - len(folded.lstrip())
    found = _VALUE.fullmatch(folded.strip())
    if found is None:
        return None
    sign, opened, inner, digits, percent, closed, rest = found.groups()
    digits = digits.rstrip(" .,，")
    plain = digits.replace(",", "").replace("，", "").replace(" ", "")
    if plain.count(".") > 1 or bool(opened) != bool(closed):
        return None
    own = measure_of(rest.strip("（）() ")) if rest.strip() else Measure(None)
    if rest.strip() and own.unit is None:
        return None
    negative = (sign in _MINUS and sign != "") or inner != "" or bool(opened)
    number = parse(plain)
    measure = Measure("‰" if percent == "‰" else "%") if percent else own
    end = lead + (found.end(6) if closed else found.end(5) if percent else found.start(4) + len(digits))
    if rest.strip():
        end = lead + len(folded.strip())
    return Value(-number if negative else number, measure, lead, end)


def _measure(table: Table, row: TableRow, column: _Column, value: Value, row_measure: Measure) -> Measure:
    """The unit of a cell: its own, its column's, its row's or the table's."""
    if value.measure.unit is not None:
        return value.measure
    if column.heading.kind is Kind.POINTS:
        return Measure("百分点")
    if column.is_percent:
        return Measure("%")
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
        if found.unit is not None and _is_all(said, found):
            return found
    return Measure(None)


def _unknown_unit(said: str) -> Measure:
    """A unit that no list knows (万重量箱), as written behind its scale."""
    scale = Decimal(1)
    while len(said) > 1 and said[0] in SCALES:
        scale, said = scale * SCALES[said[0]], said[1:]
    return Measure(said or None, scale) if len(said) <= _LONGEST_UNIT and not any(map(str.isdigit, said)) else Measure(None)


def _is_all(said: str, found: Measure) -> bool:
    """Whether a text is nothing but a unit (万人; not 个体户)."""
    rest = said.strip()
    while rest and found.unit and rest != found.unit and rest[0] in "万亿千百十":
        rest = rest[1:]
    return rest in (found.unit, "", "个百分点", "％") or rest == f"{found.unit}数"


def _reading(table: Table, row: TableRow, cell: TableCell, column: _Column, account: Account, context: Context) -> CellReading | None:
    value = value_of(cell.text)
    if value is None or not (row.label or column.heading.path):
        return None
    measure = _measure(table, row, column, value, _row_measure(row))
    place = _place(row, column, account)
    statistic = column.statistic
    if statistic == "change" and measure.unit == "%":
        statistic = "growth_rate"
    if statistic == "growth_rate" and measure.unit == "百分点":
        statistic = "change"
    status, year = _row_says(row, column, account)
    name = indicator_name(row, column.heading, (column.thing, column.side), account, place)
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
        row.label,
        " / ".join(column.heading.path),
    )


def _row_says(row: TableRow, column: _Column, account: Account) -> tuple[Status, int | None]:
    """Plan and year, where the row names them itself (2025年预计债务限额) and its column does not."""
    years = next((found for label in (row.label, *reversed(row.parents)) if (found := _YEAR.findall(label))), [])
    status, year = column.status, column.year
    if years and column.heading.year is None:
        year = int(years[-1])
    if column.heading.status is None and "预计" in row.label and status.modality == "actual":
        status = replace(status, is_preliminary=True)
    return status, year


def _basis(column: _Column, statistic: str) -> str | None:
    if statistic == "growth_rate":
        return "vs_plan" if "预算" in _ACCOUNT_NAMES.sub("", column.heading.compares_with) else "yoy"
    return column.status.basis if statistic == "level" and column.heading.kind is Kind.LEVEL else None


def _place(row: TableRow, column: _Column, account: Account) -> Place | None:
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

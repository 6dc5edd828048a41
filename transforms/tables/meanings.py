"""What each column of a table measures: its heading, with what the title, its neighbours and the arithmetic of its numbers add."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from transforms.lexicon import pattern
from transforms.tables.account import Account
from transforms.tables.checks import Proof, Relation, Row, prove
from transforms.tables.headings import Heading, Kind, Status
from transforms.tables.model import Table
from transforms.tables.places import Place
from transforms.tables.values import value_of

_GROWS = pattern("heading_grows")

_LARGEST_RATE = 1000
_SURE_ROWS = 3


@dataclass(frozen=True, slots=True)
class Context:
    """What a document says of its tables where they do not say it themselves."""

    first_year: int | None
    last_year: int | None
    is_plan: bool
    report_year: int | None
    region_code: str | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A heading with what its neighbours and the table add to it."""

    heading: Heading
    kind: Kind
    statistic: str
    year: int | None
    status: Status
    is_percent: bool
    thing: str
    """What its numbers count; a comparison has that of the figure it compares."""
    place: Place | None
    side: str


def columns_of(table: Table, headings: Sequence[Heading], account: Account, context: Context, rows: Sequence[Row]) -> list[Column]:
    """The meaning of each column. ``rows`` are the table's numbers."""
    levels = [at for at, said in enumerate(headings) if said.kind is Kind.LEVEL and not said.is_percent]
    proofs = {at: proof for at, said in enumerate(headings) if (proof := _proof(said, at, levels, rows)) is not None}
    columns: list[Column] = []
    for at, said in enumerate(headings):
        column = _column(table, at, said, proofs.get(at), account, context)
        if column.kind is not Kind.LEVEL and said.status is None:
            column = _of_proof(column, columns, proofs.get(at)) or _of_neighbour(column, columns)
        if column.year is None:
            column = replace(column, year=account.year(column.status) or _own_year(column.status, context))
        columns.append(column)
    return columns


def proofs_of(columns: Sequence[Column], rows: Sequence[Row]) -> list[Proof]:
    """The columns that follow from others, by the kinds they are read as."""
    levels = [at for at, column in enumerate(columns) if column.kind is Kind.LEVEL and not column.is_percent]
    found = (_proof(column.heading, at, levels, rows) for at, column in enumerate(columns))
    return [proof for proof in found if proof is not None]


def _proof(said: Heading, at: int, levels: Sequence[int], rows: Sequence[Row]) -> Proof | None:
    relations = _relations(said)
    return prove(rows, at, levels, relations) if relations and len(levels) > 1 else None


def _relations(said: Heading) -> tuple[Relation, ...]:
    """How the numbers under a heading may follow from others."""
    if said.kind is Kind.COMPARISON:
        if said.is_percent:
            return (Relation.GROWTH,)
        return (Relation.CHANGE,) if said.measure is not None else (Relation.CHANGE, Relation.GROWTH)
    return (Relation.RATIO,) if said.kind in (Kind.COMPLETION, Kind.OF_LAST_YEAR) else ()


def _column(table: Table, at: int, said: Heading, proof: Proof | None, account: Account, context: Context) -> Column:
    statistic, is_percent = _statistic(table, at, said, proof)
    past = Status("actual") if said.is_last_year else None
    status = said.status or past or account.status or _status_of_year(said, account, context)
    year = said.year
    if year is None and said.is_last_year and (base := account.year(status) or context.last_year):
        year = base - 1
    return Column(said, said.kind, statistic, year, status, is_percent, said.thing, said.place, said.side or account.side)


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


def _of_proof(column: Column, before: Sequence[Column], proof: Proof | None) -> Column | None:
    """A comparison with time, plan, thing and place of the figure that its numbers follow from."""
    if proof is None or len(proof.holds) < _SURE_ROWS or proof.this >= len(before):
        return None
    of = before[proof.this]
    if column.year is not None and column.year != of.year:
        return None
    return replace(
        column,
        year=of.year,
        status=of.status,
        thing=column.thing or of.thing,
        place=column.place or of.place,
        side=column.side or of.side,
    )


def _of_neighbour(column: Column, before: Sequence[Column]) -> Column:
    """A comparison holds for the latest figure on its left, of the same place and thing where there are several."""
    levels = [c for c in before if c.kind is Kind.LEVEL]
    if column.year is not None:
        levels = [c for c in levels if c.year == column.year]
    same = [c for c in levels if c.heading.path[:-1] == column.heading.path[:-1]] or levels
    if not same:
        return column
    if column.kind is Kind.COMPLETION:
        same = [c for c in same if c.status.modality == "actual"] or same
    latest = max((c.year or 0) for c in same)
    of = [c for c in same if (c.year or 0) == latest][-1]
    beside = before[-1]
    shares = beside.thing in (of.thing, "") or beside.heading.path[:-1] == column.heading.path[:-1]
    return replace(
        column,
        year=column.year or of.year,
        status=of.status,
        thing=column.thing or (beside.thing if shares else ""),
        place=column.place or beside.place,
        side=column.side or beside.side,
    )


def _statistic(table: Table, at: int, said: Heading, proof: Proof | None) -> tuple[str, bool]:
    """The statistic of a column, and whether its numbers are percentages."""
    if said.kind is Kind.POINTS:
        return "change", False
    if said.kind in (Kind.COMPLETION, Kind.OF_LAST_YEAR, Kind.SHARE):
        return "level", True
    if said.kind is Kind.COMPARISON:
        if proof is not None:
            return ("growth_rate", True) if proof.relation is Relation.GROWTH else ("change", False)
        if said.is_percent:
            return "growth_rate", True
        if said.measure is not None or said.is_amount:
            return "change", False
        return ("growth_rate", True) if _looks_like_rates(table, at) else ("change", False)
    return "level", said.is_percent


def _looks_like_rates(table: Table, at: int) -> bool:
    """Whether the numbers of a comparison that says neither amount nor % can be rates: with decimals, none of them large."""
    own = [cell.text for row in table.rows for cell in row.cells if cell.column == at]
    values = [abs(float(value.number)) for text in own if (value := value_of(text)) is not None]
    if not values:
        return True
    if max(values) >= _LARGEST_RATE:
        return False
    others = [cell.text for row in table.rows for cell in row.cells if cell.column != at]
    money_has_decimals = sum("." in text for text in others) > len(others) / 2 and table.unit.startswith("亿")
    decimals = sum("." in text or "．" in text for text in own) >= len(values) / 2
    return (decimals and not money_has_decimals) or _GROWS.search("".join(table.columns[at])) is not None

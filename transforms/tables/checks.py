"""What adds up in a table: differences, percentages, totals of rows and columns.

A relation that holds in most rows of a column shows that its heading was read right; the rows in which it does not hold contradict
themselves in print, or a number of theirs was misread. Every test allows for the rounding of what is printed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from itertools import permutations

Row = Mapping[int, "Printed"]
"""The numbers of a row by their column."""
_MOST_TRIED = 40
"""Rows on which a pair of columns is tried."""
_MOST_LEVELS = 6
"""Columns of figures left of a comparison that are tried, nearest first."""
_LEAST_ROWS = 2
_MOST_OFF = 0.3
"""Share of rows that may contradict a relation which holds."""
_MOST_PARTS = 60


@dataclass(frozen=True, slots=True)
class Printed:
    """A number as printed: its value and half a unit of its last place."""

    value: float
    half: float


class Relation(Enum):
    """How a column follows from two others, this and base."""

    GROWTH = "growth"
    CHANGE = "change"
    RATIO = "ratio"


@dataclass(frozen=True, slots=True)
class Proof:
    """A column that follows from two others, and in which rows it does and does not."""

    column: int
    this: int
    base: int
    relation: Relation
    holds: frozenset[int]
    fails: frozenset[int]

    @property
    def share(self) -> float:
        """Share of the rows with all three numbers in which the relation holds."""
        return len(self.holds) / (len(self.holds) + len(self.fails))


@dataclass(slots=True)
class Verdict:
    """The cells, by row and column, that something shows to be right, and those that contradict the others of their row."""

    proved: set[tuple[int, int]] = field(default_factory=set)
    broken: set[tuple[int, int]] = field(default_factory=set)


def fits(relation: Relation, of: Printed, this: Printed, base: Printed) -> bool | None:
    """Whether ``of`` follows from ``this`` and ``base`` within the rounding of all three; None where it cannot be said."""
    if relation is Relation.CHANGE:
        return abs(this.value - base.value - of.value) <= this.half + base.half + of.half + 1e-9 * abs(this.value)
    if base.value == 0 or abs(base.value) <= base.half:
        return None
    ratio = this.value / base.value
    expected = 100 * (ratio - 1) if relation is Relation.GROWTH else 100 * ratio
    slack = 100 * (this.half + abs(ratio) * base.half) / (abs(base.value) - base.half)
    return abs(expected - of.value) <= slack + of.half * 1.01 + 1e-6


def prove(rows: Sequence[Row], column: int, levels: Sequence[int], relations: Sequence[Relation]) -> Proof | None:
    """The pair of ``levels`` and the relation from which a column follows best; None where none holds in most rows.

    Of pairs that hold alike the nearest to the column comes first.
    """
    near = sorted(levels, key=lambda level: (level > column, abs(level - column)))[:_MOST_LEVELS]
    with_column = [at for at, row in enumerate(rows) if column in row]
    tried = with_column[:_MOST_TRIED]
    best: Proof | None = None
    for relation in relations:
        for this, base in permutations(near, 2):
            proof = _test(rows, tried, column, this, base, relation)
            if proof is not None and (best is None or (proof.share, len(proof.holds)) > (best.share, len(best.holds))):
                best = proof
    if best is None or best.share < 1 - _MOST_OFF:
        return None
    return _test(rows, with_column, column, best.this, best.base, best.relation)


def _test(rows: Sequence[Row], tried: Sequence[int], column: int, this: int, base: int, relation: Relation) -> Proof | None:
    holds: set[int] = set()
    fails: set[int] = set()
    for at in tried:
        row = rows[at]
        if this not in row or base not in row:
            continue
        fit = fits(relation, row[column], row[this], row[base])
        if fit is not None:
            (holds if fit else fails).add(at)
        if len(fails) > _LEAST_ROWS and len(fails) > len(holds) and len(tried) <= _MOST_TRIED:
            return None
    if len(holds) < _LEAST_ROWS:
        return None
    return Proof(column, this, base, relation, frozenset(holds), frozenset(fails))


def column_total(rows: Sequence[Row], total: int, parts: Sequence[int]) -> frozenset[int]:
    """The rows in which one column is the sum of others; empty where that is so in less than most rows."""
    holds: set[int] = set()
    fails: set[int] = set()
    for at, row in enumerate(rows):
        there = [row[part] for part in parts if part in row]
        if total in row and len(there) > 1:
            (holds if adds_up(row[total], there) else fails).add(at)
    return frozenset(holds) if len(holds) >= max(_LEAST_ROWS, 2 * len(fails)) else frozenset()


def adds_up(total: Printed, parts: Sequence[Printed]) -> bool:
    """Whether a total is the sum of its parts within the rounding of all of them."""
    return abs(total.value - sum(part.value for part in parts)) <= total.half + sum(part.half for part in parts) + 1e-9 * abs(total.value)


def row_totals(rows: Sequence[Row], depths: Sequence[int], column: int) -> Iterator[frozenset[int]]:
    """The rows of each sum in a column: a row and those directly below it in the tree of labels whose sum it is."""
    for at in range(len(rows)):
        if column not in rows[at]:
            continue
        parts = list(_children(depths, at))
        numbers = [rows[part][column] for part in parts if column in rows[part]]
        if len(numbers) > 1 and adds_up(rows[at][column], numbers):
            yield frozenset({at, *parts})


def _children(depths: Sequence[int], parent: int) -> Iterator[int]:
    found = 0
    direct: int | None = None
    for at in range(parent + 1, len(depths)):
        if depths[at] <= depths[parent] or found > _MOST_PARTS:
            return
        direct = depths[at] if direct is None else direct
        if depths[at] <= direct:
            found += 1
            yield at


def judge(proofs: Sequence[Proof], sums: Sequence[tuple[int, frozenset[int]]]) -> Verdict:
    """What relations and sums say of each cell. ``sums`` are a column and the rows whose cells in it are summands or totals.

    Where a relation fails in a row, the column that follows from the two others is broken; so are these unless something else proves them.
    """
    verdict = Verdict()
    for column, rows in sums:
        verdict.proved |= {(row, column) for row in rows}
    for proof in proofs:
        verdict.proved |= {(row, column) for row in proof.holds for column in (proof.column, proof.this, proof.base)}
    for proof in proofs:
        cells = {(row, column) for row in proof.fails for column in (proof.column, proof.this, proof.base)}
        verdict.broken |= {cell for cell in cells if cell not in verdict.proved}
    return verdict

"""What adds up in a table, and what contradicts itself."""

from __future__ import annotations

import pytest

from tests.tables.support import cells, metrics
from transforms.tables.checks import Printed, Relation, adds_up, column_total, fits, prove, row_totals


def rows(*numbers: tuple[float, ...]) -> list[dict[int, Printed]]:
    return [{at: Printed(value, 0.5 if float(value).is_integer() else 0.05) for at, value in enumerate(row)} for row in numbers]


@pytest.mark.parametrize(
    ("relation", "of", "fit"),
    [
        (Relation.GROWTH, Printed(10.0, 0.05), True),
        (Relation.GROWTH, Printed(10.4, 0.05), False),
        (Relation.GROWTH, Printed(-10.0, 0.05), False),
        (Relation.CHANGE, Printed(100, 0.5), True),
        (Relation.CHANGE, Printed(103, 0.5), False),
        (Relation.RATIO, Printed(110.0, 0.05), True),
        (Relation.RATIO, Printed(10.0, 0.05), False),
    ],
)
def test_a_relation_allows_for_rounding_only(relation: Relation, of: Printed, fit: bool) -> None:
    assert fits(relation, of, Printed(1100, 0.5), Printed(1000, 0.5)) is fit


def test_nothing_can_be_said_of_growth_from_nothing() -> None:
    assert fits(Relation.GROWTH, Printed(3, 0.5), Printed(5, 0.5), Printed(0, 0.5)) is None


def test_the_pair_that_holds_is_found_with_the_rows_that_contradict_it() -> None:
    table = rows((1000, 900, 1100, 10.0), (2000, 500, 1000, -50.0), (300, 400, 330, 10.0), (400, 1, 400, 8.0))
    proof = prove(table, 3, [0, 1, 2], [Relation.CHANGE, Relation.GROWTH])
    assert proof is not None
    assert (proof.this, proof.base, proof.relation) == (2, 0, Relation.GROWTH)
    assert (proof.holds, proof.fails) == ({0, 1, 2}, {3})


def test_numbers_that_follow_from_nothing_prove_nothing() -> None:
    assert prove(rows((1, 2, 50.0), (7, 3, 1.0), (5, 9, 4.0)), 2, [0, 1], [Relation.GROWTH, Relation.CHANGE]) is None


def test_totals_of_rows_and_columns() -> None:
    table = rows((10, 4, 6), (20, 15, 5), (7, 3, 4))
    assert column_total(table, 0, [1, 2]) == {0, 1, 2}
    assert column_total(rows((10, 4, 7), (20, 15, 9)), 0, [1, 2]) == frozenset()
    assert adds_up(Printed(10, 0.5), [Printed(4, 0.5), Printed(5, 0.5)])
    sums = list(row_totals(rows((10,), (4,), (6,), (9,)), [0, 1, 1, 0], 0))
    assert sums == [{0, 1, 2}]


def test_a_comparison_without_unit_is_what_its_numbers_show() -> None:
    above = "2026年收入预算表\n单位：万元"
    amount = metrics(
        above, cells(["项目", "2025年执行数", "2026年预算数", "比上年增减"], ["甲", "30", "35", "5"], ["乙", "60", "50", "-10"])
    )
    rate = metrics(
        above, cells(["项目", "2025年执行数", "2026年预算数", "比上年增减"], ["甲", "40", "44", "10"], ["乙", "60", "45", "-25"])
    )
    assert {(m.statistic, m.unit) for m in amount["-10"]} == {("change", "元")}
    assert {(m.statistic, m.unit) for m in rate["-25"]} == {("growth_rate", "%")}


def test_what_contradicts_its_row_is_trusted_less_than_what_is_proved() -> None:
    grid = cells(
        ["项目", "2025年执行数", "2026年预算数", "比上年增长%"],
        ["甲", "100", "110", "10.0"],
        ["乙", "200", "190", "-5.0"],
        ["丙", "400", "420", "5.0"],
        ["丁", "800", "880", "1.0"],
    )
    found = metrics("2026年收入预算表\n单位：万元", grid)
    assert found["110"][0].confidence > 0.98 > 0.8 > found["880"][0].confidence
    assert (found["110"][0].rule, found["880"][0].rule) == ("table.cell", "table.broken")

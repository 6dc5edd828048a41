"""Numbers of one report that do not agree: each fault is marked in the rows of its claim, with the numbers; good reports are not."""

from __future__ import annotations

import pytest

from expectations.gate import validate
from expectations.result import ValidationResult
from expectations.suites import expectations
from tests.expectations.planted import change, growth, level, metrics_of, reports
from tests.made_rows import Row

pytestmark = pytest.mark.xdist_group("great_expectations")

Y = {"period_start": 2022, "period_end": 2022}
BEFORE = {"period_start": 2021, "period_end": 2021}
GDP, REVENUE, TRADE = (
    {"indicator": "地区生产总值", "indicator_id": "gdp"},
    {"indicator": "税收收入", "indicator_id": "tax_revenue"},
    {"indicator": "进出口总额", "indicator_id": "total_trade"},
)
RATE = {"indicator": "城镇化率", "indicator_id": "urbanization_rate"}
SHARES = [{"indicator": f"第{n}产业增加值占地区生产总值比重"} for n in "一二三"]


def sectors(primary: float, secondary: float, tertiary: float, total: float) -> tuple[str, list[Row]]:
    text = f"地区生产总值{total}亿元，第一产业{primary}亿元，第二产业{secondary}亿元，第三产业{tertiary}亿元。"
    names = ["gdp", "primary_industry_value_added", "secondary_industry_value_added", "tertiary_industry_value_added"]
    values = (total, primary, secondary, tertiary)
    return text, [level(f"{v}亿元", v * 1e8, "元", indicator=n, indicator_id=n) for n, v in zip(names, values, strict=True)]


def from_to(a: float, b: float, word: str = "提高", behind: str = "", *more: Row) -> tuple[str, list[Row]]:
    text = f"城镇化率由{a}%{word}到{b}%{behind}。"
    return text, [level(f"{a}%", a, "%", **RATE, **BEFORE), level(f"{b}%", b, "%", **RATE, **Y), *more]


def points(value: float) -> Row:
    return change(f"{abs(value)}个百分点", value, "百分点", **RATE)


def rise(total: float, more: float, rate: float) -> tuple[str, list[Row]]:
    text = f"税收收入{total}亿元，增加{more}亿元，增长{rate}%。"
    return text, [
        level(f"{total}亿元", total * 1e8, "元", **REVENUE),
        change(f"{more}亿元", more * 1e8, "元", **REVENUE),
        growth(f"{rate}%", rate, **REVENUE),
    ]


def two_years(before: float, now: float, rate: float, words: str = "") -> tuple[str, list[Row]]:
    text = f"上年税收收入{before}亿元。今年{words}{now}亿元，增长{rate}%。"
    rows = [
        level(f"{before}亿元", before * 1e8, "元", **REVENUE, **BEFORE),
        level(f"{now}亿元", now * 1e8, "元", **REVENUE),
        growth(f"{rate}%", rate, **REVENUE),
    ]
    return text, rows


def trade(total: float, exports: float, imports: float) -> tuple[str, list[Row]]:
    text = f"进出口总额{total}亿元，其中出口{exports}亿元，进口{imports}亿元。"
    rows = [level(f"{total}亿元", total * 1e8, "元", **TRADE)]
    rows += [level(f"{v}亿元", v * 1e8, "元", indicator=n, indicator_id=n) for n, v in (("exports", exports), ("imports", imports))]
    return text, rows


def people(total: float, urban: float, rural: float) -> tuple[str, list[Row]]:
    text = f"常住人口{total}万人，城镇人口{urban}万人，乡村人口{rural}万人。"
    names = (("常住人口", "population", total), ("城镇人口", None, urban), ("乡村人口", None, rural))
    return text, [level(f"{v}万人", v * 1e4, "人", indicator=n, indicator_id=i) for n, i, v in names]


def ratio(a: float, b: float, c: float) -> tuple[str, list[Row]]:
    return f"三次产业结构为{a}:{b}:{c}。", [level(str(v), v, "%", **names) for v, names in zip((a, b, c), SHARES, strict=True)]


def told_shares(a: float, b: float, c: float) -> tuple[str, list[Row]]:
    text = f"一、二、三产业比重分别为{a}%、{b}%和{c}%。"
    return text, [level(f"{v}%", v, "%", **names) for v, names in zip((a, b, c), SHARES, strict=True)]


def cell(rule: str) -> tuple[str, list[Row]]:
    place = {"table_id": "t1", "table_row": "税收收入", "table_column": "比上年增长", "rule": rule}
    return "税收收入｜110亿元｜10.0%", [growth("10.0%", 10.0, **REVENUE, **place)]


def part(total: float, of_it: float, between: str = "") -> tuple[str, list[Row]]:
    text = f"发放贷款{total}亿元{between}，其中小微企业{of_it}亿元。"
    return text, [
        level(f"{total}亿元", total * 1e8, "元", indicator="贷款"),
        level(f"{of_it}亿元", of_it * 1e8, "元", indicator="小微企业贷款"),
    ]


def per_head(gdp: float, population: float, head: int) -> tuple[str, list[Row]]:
    text = f"地区生产总值{gdp}亿元，常住人口{population}万人，人均{head}元。"
    rows = [
        level(f"{gdp}亿元", gdp * 1e8, "元", **GDP),
        level(f"{population}万人", population * 1e4, "人", indicator="人口", indicator_id="population"),
    ]
    return text, [*rows, level(f"{head}元", head, "元", indicator="人均", indicator_id="gdp_per_capita")]


def incomes(everyone: int, urban: int, rural: int) -> tuple[str, list[Row]]:
    text = f"居民收入{everyone}元，城镇居民{urban}元，农村居民{rural}元。"
    names = (("disposable_income", everyone), ("urban_disposable_income", urban), ("rural_disposable_income", rural))
    return text, [level(f"{v}元", v, "元", indicator=n, indicator_id=n) for n, v in names]


# name: (the report, the expectation that marks it, how many of its rows, what the reason says)
FAULTS: dict[str, tuple[tuple[str, list[Row]], str, int, str]] = {
    "a digit of the secondary sector turned": (sectors(20.1, 158.2, 188.7, 349.0), "parts_make_the_total", 4,
                                              "20.1亿元 + 158.2亿元 + 188.7亿元 is 367亿"),
    "the total slipped by ten": (sectors(20.1, 158.2, 188.7, 36.7), "parts_make_the_total", 4, "not 36.7亿元"),
    "a sector in 万 for 亿": (sectors(20.1, 0.01582, 188.7, 367.0), "parts_make_the_total", 4, "not 367.0亿元"),
    "exports of another year": (trade(100.0, 72.5, 38.4), "parts_make_the_total", 3, "72.5亿元 + 38.4亿元 is 110.9亿"),
    "urban and rural exceed all": (people(52.8, 35.4, 27.4), "parts_make_the_total", 3, "not 52.8万人"),
    "shares of more than all": (told_shares(10.6, 29.3, 70.1), "parts_make_the_total", 3, "is 110"),
    "shares in a row that miss a tenth": (ratio(5.8, 31.6, 52.6), "shares_in_a_row_make_the_whole", 3, "make 90, not 100"),
    "rises downwards": (from_to(58.2, 56.1), "from_to_moves_the_way_it_says", 2, "goes the other way"),
    "falls upwards": (from_to(58.2, 60.1, "下降"), "from_to_moves_the_way_it_says", 2, "58.2%下降到60.1%"),
    "a decimal point lost": (from_to(5.82, 60.1, "提高", "，提高1.9个百分点", points(1.9)),
                             "from_to_agrees_with_the_change", 3, "is 54.28 pp, not 1.9个百分点"),
    "the change of another rate": (from_to(58.2, 60.1, "提高", "，提高2.9个百分点", points(2.9)),
                                   "from_to_agrees_with_the_change", 3, "is 1.9 pp, not 2.9个百分点"),
    "the sign of a change lost": (from_to(60.1, 58.2, "下降", "，下降1.9个百分点", points(1.9)),
                                  "from_to_agrees_with_the_change", 3, "is -1.9 pp"),
    "an increase of another size": (rise(110.0, 20.0, 10.0), "increase_agrees_with_growth", 3, "is 22.22%, not 10.0%"),
    "growth slipped by ten": (rise(110.0, 10.0, 1.0), "increase_agrees_with_growth", 3, "not 1.0%"),
    "a cell that its row contradicts": (cell("table.broken"), "table_agrees_with_itself", 1,
                                        "税收收入 (比上年增长) does not agree with the other numbers of its row"),
    "growth from last year's level": (two_years(100.0, 112.0, 8.0), "level_agrees_with_last_years", 3, "to 112.0亿元 is 12%"),
    "the sign of growth lost": (two_years(112.0, 100.0, 10.7), "level_agrees_with_last_years", 3, "not 10.7%"),
    "a part above its total": (part(30.0, 45.0),
                               "part_is_no_more_than_its_total", 2, "45.0亿元 小微企业贷款 is more than the 30.0亿元"),
    "a total in 万 for 亿": (part(0.03, 4.5), "part_is_no_more_than_its_total", 2, "more than the 0.03亿元"),
    "a population in 万 for 亿": (per_head(367.0, 5.28, 69500), "per_head_agrees_with_total_and_population", 3, "a head, not 69500元"),
    "GDP per head of another place": (per_head(367.0, 52.8, 128000), "per_head_agrees_with_total_and_population", 3, "is 6.95"),
    "all above both": (incomes(60000, 55000, 30000), "all_lies_between_its_parts", 3, "does not lie between 30000元 and 55000元"),
    "urban and rural changed places": (incomes(45000, 30000, 55000), "all_lies_between_its_parts", 3, "45000元 for all"),
}  # fmt: skip
GOOD: dict[str, tuple[str, list[Row]]] = {
    "sectors": sectors(20.1, 158.2, 188.7, 367.0),
    "sectors rounded": sectors(20.1, 158.2, 188.7, 367.1),
    "trade": trade(110.9, 72.5, 38.4),
    "urban and rural": people(52.8, 35.4, 17.4),
    "shares rounded": ratio(5.8, 41.6, 52.5),
    "told shares": told_shares(10.6, 19.3, 70.1),
    "rises": from_to(58.2, 60.1, "提高", "，提高1.9个百分点", points(1.9)),
    "falls": from_to(60.1, 58.2, "下降", "，下降1.9个百分点", points(-1.9)),
    "an increase": rise(110.0, 10.0, 10.0),
    "two years": two_years(100.0, 112.0, 12.0),
    "comparable scope": two_years(100.0, 112.0, 8.0, "同口径"),
    "two years of different things": two_years(10.0, 112.0, 12.0),
    "an average year": from_to(50.0, 60.0, "提高", "，年均提高2.0个百分点", points(2.0)),
    "growth of the level before": rise(541.0, 294.0, 54.3),
    "a cell of a table": cell("table.cell"),
    "a part": part(45.0, 30.0),
    "a part behind its growth": part(45.0, 30.0, "，增长5%"),
    "two sentences": part(30.0, 45.0, "。增长较快"),
    "per head": per_head(367.0, 52.8, 69500),
    "per head of a growing city": per_head(367.0, 56.0, 69500),
    "incomes": incomes(45000, 55000, 30000),
}  # fmt: skip


@pytest.fixture(scope="module")
def verdict() -> ValidationResult:
    planted = {name: spec[0] for name, spec in FAULTS.items()} | GOOD
    return validate(reports(*((name, text, metrics_of(name, text, *rows)) for name, (text, rows) in planted.items())))


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_marked_with_the_numbers_that_disagree(verdict: ValidationResult, name: str) -> None:
    (_, rows), expectation, count, said = FAULTS[name]
    found = [flag for flag in verdict.flags if flag["document_id"] == name and flag["expectation"] == expectation]
    assert {flag["metric_id"] for flag in found} == {f"{name}/{number}" for number in range(1, len(rows) + 1)}
    assert len(found) == count
    assert all(said in flag["reason"] for flag in found), found[0]["reason"]


@pytest.mark.parametrize("name", GOOD)
def test_numbers_that_agree_are_not_marked(verdict: ValidationResult, name: str) -> None:
    assert [flag for flag in verdict.flags if flag["document_id"] == name] == []


def test_rules_apply_to_the_good_reports(verdict: ValidationResult) -> None:
    checked = {
        check["expectation"]: check["rows_checked"] - check["rows_failed"] for check in verdict.checks if check["suite"] == "arithmetic"
    }
    assert min(checked.values()) > 0, checked


def test_every_rule_of_arithmetic_has_a_fault_planted_for_it() -> None:
    assert {each.id for each in expectations() if each.suite == "arithmetic"} == {spec[1] for spec in FAULTS.values()}

"""What a cell of a table measures."""

from __future__ import annotations

from tests.tables.support import cells, metrics, tables
from transforms.tables.grid import Cell
from transforms.types import Metric


def fact(metric: Metric) -> str:
    sign = "*" if metric.is_preliminary else ""
    return f"{metric.indicator} {metric.statistic} {metric.value.normalize():f} {metric.unit} {metric.modality}{sign} {metric.period_start}"


HEADINGS = [
    [
        Cell("项目", rows=2),
        Cell("2025年预算数", rows=2),
        Cell("2025年执行数", rows=2),
        Cell("完成预算%", rows=2),
        Cell("比2024年决算数增减", columns=2),
    ],
    ["金额", "%"],
]


def test_plan_execution_completion_change_and_growth() -> None:
    found = metrics(
        "表1 2025年全县一般公共预算收入执行情况表\n单位：万元",
        cells(*HEADINGS, ["一、税收收入", "4,000", "4,100", "102.5", "-127", "-3.0"], ["收入合计", "5,000", "5,200", "104.0", "3", "0.1"]),
    )
    assert fact(found["4,000"][0]) == "税收收入 level 40000000 元 target 2025"
    assert fact(found["4,100"][0]) == "税收收入 level 41000000 元 actual 2025"
    assert fact(found["102.5"][0]) == "税收收入占预算比重 level 102.5 % actual 2025"
    assert fact(found["-127"][0]) == "税收收入 change -1270000 元 actual 2025"
    assert fact(found["-3.0"][0]) == "税收收入 growth_rate -3 % actual 2025"
    assert fact(found["5,200"][0]) == "一般公共预算收入合计 level 52000000 元 actual 2025"


def test_two_tables_side_by_side_are_two() -> None:
    found = tables(
        "2025年收支平衡表",
        cells(["收入", "金额", "支出", "金额"], ["上级补助", "10", "教育", "7"], ["合计", "10", "合计", "7"]),
    )
    assert [[row.label for row in table.rows] for table in found] == [["上级补助", "合计"], ["教育", "合计"]]


def test_a_table_that_goes_on_keeps_headings_and_unit() -> None:
    found = metrics(
        "2026年县本级支出预算表\n单位：万元",
        cells(["项目", "2026年预算数"], ["教育支出", "11"]),
        cells(["项目", "2026年预算数"], ["卫生健康支出", "12"]),
        cells(["农林水支出", "13"], ["住房保障支出", "14"]),
        between="— 5 —",
    )
    assert fact(found["12"][0]) == "卫生健康支出 level 120000 元 target 2026"
    assert fact(found["13"][0]) == "农林水支出 level 130000 元 target 2026"


def test_places_as_columns_and_as_rows_are_no_part_of_the_name() -> None:
    columns = metrics(
        "2026年对下转移支付预算表\n单位：万元", cells(["项目", "合计", "洛阳市", "开封市"], ["均衡性转移支付", "30", "12", "18"])
    )
    rows = metrics("2025年全省转移支付补助情况表\n单位：万元", cells(["地区", "2025年执行数"], ["洛阳市", "12"], ["开封市", "18"]))
    assert fact(columns["12"][0]) == "均衡性转移支付 level 120000 元 target 2026"
    assert rows["18"][0].indicator == "转移支付补助"


def test_codes_and_serial_numbers_are_no_metrics() -> None:
    found = metrics(
        "2026年支出预算表\n单位：元",
        cells(["序号", "科目编码", "科目名称", "预算数"], ["1", "20101", "人大事务", "500"], ["2", "20102", "政协事务", "600"]),
    )
    assert sorted(found) == ["500", "600"]


def test_growth_holds_for_the_latest_figure_beside_it() -> None:
    found = metrics(
        "三公经费预算表\n单位：万元", cells(["项目", "2026年预算数", "2025年预算数", "同比增长（%）"], ["公务接待费", "8", "10", "-20.0"])
    )
    assert fact(found["-20.0"][0]) == "公务接待费 growth_rate -20 % target 2026"


def test_expected_execution_is_preliminary() -> None:
    found = metrics("2025年收入表\n单位：亿元", cells(["项目", "2025年预计执行数"], ["增值税", "8.5"], ["契税", "3"]))
    assert fact(found["8.5"][0]) == "增值税 level 850000000 元 actual* 2025"


def test_a_total_among_the_codes_is_a_label() -> None:
    rows = [["201", "一般公共服务", "700"], ["20101", "人大事务", "500"], ["20102", "政协事务", "150"], ["20103", "统计信息事务", "50"]]
    grid = cells(["科目编码", "科目名称", "预算数"], *rows, ["205", "教育", "300"], [Cell("合计", columns=2), "1000"])
    found = metrics("2026年一般公共预算支出表\n单位：元", grid)
    assert sorted(found) == ["1000", "150", "300", "50", "500", "700"]
    assert found["1000"][0].indicator == "一般公共预算支出"


def test_a_list_of_tables_with_their_pages_holds_no_figures() -> None:
    titles = [["表1 2026年全市收入预算表", "12"], ["表2 2026年全市支出预算表", "13"], ["表3 2026年政府债务情况表", "15"]]
    assert metrics("目录", cells(["名称", "页码"], *titles)) == {}


def test_the_halves_of_a_table_on_facing_pages_share_title_and_unit() -> None:
    left = cells(["项目", "洛阳市"], ["合计", "31"], ["税收返还", "11"], ["专项转移支付", "20"])
    right = cells(["项目", "开封市"], ["合计", "42"], ["税收返还", "12"], ["专项转移支付", "30"])
    found = metrics("2026年税收返还和转移支付预算表", left, right, between="— 5 —\n单位：万元")
    assert fact(found["31"][0]) == "税收返还和转移支付 level 310000 元 target 2026"
    assert fact(found["42"][0]) == "税收返还和转移支付 level 420000 元 target 2026"


def test_a_cell_that_spans_two_tables_side_by_side_is_one_number() -> None:
    found = metrics(
        "表1 2026年县级收支预算表\n单位：万元",
        cells(
            ["收入", "预算数", "支出", "预算数"],
            ["税收收入", "4,000", "教育支出", "2,100"],
            ["非税收入", "600", "卫生健康支出", "900"],
            ["年末结余", Cell("1,600", columns=3)],
        ),
    )
    assert len(found["1,600"]) == 1


def test_a_year_before_a_word_is_no_amount() -> None:
    found = metrics("表1 2026年项目绩效目标表\n单位：万元", cells(["项目", "预算数", "说明"], ["道路养护", "300", "2026年度目标"]))
    assert set(found) == {"300"}


def test_a_grand_total_is_not_the_account_and_a_total_of_it_is() -> None:
    found = metrics(
        "表1 2025年全县一般公共预算收支执行情况表\n单位：万元",
        cells(
            ["收入", "2025年执行数", "支出", "2025年执行数"],
            ["税收收入", "700", "教育支出", "650"],
            ["本年收入合计", "910", "本年支出合计", "850"],
            ["上级补助收入", "400", "上解支出", "460"],
            ["收入总计", "1,310", "支出总计", "1,311"],
        ),
    )
    assert found["1,310"][0].indicator == "一般公共预算收入总计"
    assert found["1,311"][0].indicator == "一般公共预算支出总计"
    assert found["1,310"][0].indicator_id is None
    assert found["910"][0].indicator == "一般公共预算收入合计"
    assert found["910"][0].indicator_id == "general_public_budget_revenue"


def test_the_year_of_a_project_is_part_of_its_name() -> None:
    grid = cells(["项目名称", "金额"], ["2023-2025年清河镇排水项目", "310"], ["城北热电2025年管网改造", "320"], ["2024年末债务余额", "330"])
    found = metrics("2026年政府投资表\n单位：万元", grid)
    assert found["310"][0].indicator.startswith("2023-2025年清河镇排水项目")
    assert found["320"][0].indicator.startswith("城北热电2025年管网改造")
    assert [found[number][0].period_start for number in ("310", "320")] == [2026, 2026]
    assert found["330"][0].period_start == 2024


def test_brackets_in_a_label_are_a_unit_only_where_they_hold_a_measure() -> None:
    grid = cells(["项目", "2026年预算数"], ["社区（村）运转经费", "210"], ["自然资源补助（桥头）", "220"], ["粮食收购（万吨）", "230"])
    found = metrics("2026年支出预算表\n单位：万元", grid)
    assert fact(found["210"][0]) == "社区（村）运转经费 level 2100000 元 target 2026"
    assert fact(found["220"][0]) == "自然资源补助（桥头） level 2200000 元 target 2026"
    assert fact(found["230"][0]) == "粮食收购 level 2300000 吨 target 2026"


def test_terms_are_years_and_years_are_dates() -> None:
    grid = cells(["债券名称", "金额", "期限", "到期年度"], ["第一批专项债券", "500", "15", "2040"], ["第二批专项债券", "600", "20", "2045"])
    found = metrics("2025年政府债券发行表\n单位：万元", grid)
    assert found["15"][0].unit == "年"
    assert sorted(found) == ["15", "20", "500", "600"]


def test_a_title_with_an_account_drawn_up_for_others_names_it() -> None:
    found = metrics("2026年全市一般公共预算收入表（代编）\n单位：万元", cells(["项目", "预算数"], ["税收收入", "70"], ["收入合计", "90"]))
    assert found["90"][0].indicator == "一般公共预算收入合计"
    assert found["90"][0].indicator_id == "general_public_budget_revenue"


def test_repayments_in_the_budget_are_targets_and_a_balance_is_actual() -> None:
    grid = cells(["项目", "金额"], ["年初余额", "500"], ["债务还本预算数", "60"], ["债务付息预算数", "30"])
    found = metrics("2025年政府债务还本付息情况表\n单位：万元", grid)
    assert [found[number][0].modality for number in ("500", "60", "30")] == ["actual", "target", "target"]


def test_a_kind_of_place_in_the_brackets_of_a_heading_is_no_unit() -> None:
    found = metrics("表1 2026年债务限额表\n单位：万元", cells(["项目", "全市（县、区）", "粮食产量（万吨）"], ["合计", "23,665", "12"]))
    assert (found["23,665"][0].value, found["23,665"][0].unit) == (236_650_000, "元")
    assert (found["12"][0].value, found["12"][0].unit) == (120_000, "吨")

"""Tables in plain text, and cells that pack several numbers."""

from __future__ import annotations

from tests.tables.support import cells, metrics
from transforms.decode import decode
from transforms.tables.aligned_text import aligned_tables
from transforms.types import RawFile

TABLE = "指标      绝对数（万吨）    比上年增长（%）\n粮食      26.3      1.2\n#夏粮     9.1       -0.5\n蔬菜\t120.4\t3.3"


def test_columns_parted_by_blanks_or_tabs_are_a_table_and_no_character_moves() -> None:
    text = f"某区统计公报\n{TABLE}\n以上数据为初步统计。"
    found, grids = aligned_tables(text)
    assert len(found) == len(text)
    assert [found[a:b] for (row, _), (a, b) in grids[0].spans.items() if row == 2] == ["#夏粮", "9.1", "-0.5"]
    tables = decode(RawFile("a.txt", text.encode())).tables
    assert [table.columns for table in tables] == [(("绝对数（万吨）",), ("比上年增长（%）",))]


def test_prose_and_lists_are_no_tables() -> None:
    for text in (
        "　　一、工作回顾\n　　粮食产量26.3万吨。\n　　蔬菜产量120万吨。\n",
        "姓名   张某\n单位   某局\n电话   某处\n",
        "2021   5\n2022   6\n2023   7\n",
    ):
        assert aligned_tables(text) == (text, [])


def test_a_cell_of_several_lines_is_several_rows() -> None:
    grid = cells(["项目", "2025年执行数", "2026年预算数"], ["增值税\n契税\n房产税", "10\n20\n30", "11\n22\n33"])
    found = metrics("2026年收入预算表\n单位：万元", grid)
    assert {number: found[number][0].indicator for number in ("11", "22", "33")} == {"11": "增值税", "22": "契税", "33": "房产税"}


def test_a_label_over_two_lines_is_one_row() -> None:
    grid = cells(["项目", "2026年预算数"], ["其他税收\n收入", "10"], ["契税", "12"])
    assert metrics("2026年收入预算表\n单位：万元", grid)["10"][0].indicator == "其他税收收入"

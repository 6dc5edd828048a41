"""Tables as text: each cell with its headings."""

from __future__ import annotations

from tests.decode.makers import PARAGRAPH, page
from transforms.decode import decode
from transforms.tables.grid import Cell, grid, is_data, is_number, to_lines
from transforms.types import RawFile


def lines(*rows: list[str]) -> list[str]:
    return list(to_lines([list(row) for row in rows]).lines)


def test_headings_units_and_captions() -> None:
    table = grid(
        [
            [Cell("表1 2025年客货运输", columns=4)],
            [Cell("单位：万吨", columns=4)],
            [Cell("指标"), Cell("单位"), Cell("绝对数"), Cell("比上年增长（%）")],
            [Cell("货物运输总量"), Cell("万吨"), Cell("2837.74"), Cell("-6.6")],
            [Cell("  公路"), Cell("万吨"), Cell(""), Cell("-6.0")],
        ]
    )
    assert list(to_lines(table).lines) == [
        "表1 2025年客货运输",
        "单位：万吨",
        "指标｜单位｜绝对数｜比上年增长（%）",
        "货物运输总量｜单位：万吨｜绝对数：2837.74｜比上年增长（%）：-6.6",
        "公路｜单位：万吨｜比上年增长（%）：-6.0",
    ]


def test_headings_of_two_levels_and_merged_cells() -> None:
    table = grid(
        [
            [Cell("指标", rows=2), Cell("2024年", columns=2), Cell("2025年", columns=2)],
            [Cell("绝对数"), Cell("增长%"), Cell("绝对数"), Cell("增长%")],
            [Cell("粮食"), Cell("10.1"), Cell("2"), Cell("11"), Cell("3.5")],
        ]
    )
    assert to_lines(table).lines[-1] == "粮食｜2024年 绝对数：10.1｜2024年 增长%：2｜2025年 绝对数：11｜2025年 增长%：3.5"


def test_row_headings_of_two_columns() -> None:
    table = grid(
        [
            [Cell("类别"), Cell("项目"), Cell("数量")],
            [Cell("教育", rows=2), Cell("新建学校"), Cell("3")],
            [Cell("新增学位"), Cell("1200")],
        ]
    )
    assert to_lines(table).lines[1:] == ("教育 新建学校｜数量：3", "教育 新增学位｜数量：1200")


def test_a_table_set_twice_side_by_side() -> None:
    table = (["行业", "增长（%）"] * 2, ["总计", "9.9", "信息", "100.7"], ["采矿业", "83.7", "房地产业", "-22.3"])
    assert lines(*table)[1:] == ["总计｜增长（%）：9.9", "采矿业｜增长（%）：83.7", "信息｜增长（%）：100.7", "房地产业｜增长（%）：-22.3"]


def test_years_are_headings() -> None:
    assert lines(["指标", "2024年", "2025年"], ["粮食", "10", "11"])[-1] == "粮食｜2024年：10｜2025年：11"
    assert lines(["指标", "2024", "2025"], ["粮食", "10", "11"])[-1] == "粮食｜2024：10｜2025：11"


def test_headings_are_carried_to_a_part_without_them() -> None:
    part = to_lines([["油料", "12.97"], ["棉花", "0.003"]], ("产品", "产量（万吨）"))
    assert part.lines == ("油料｜产量（万吨）：12.97", "棉花｜产量（万吨）：0.003")


def test_a_lone_heading_over_the_second_column_is_no_caption() -> None:
    assert lines(["", "比上年增长（%）"], ["合计", "5.8"]) == ["合计｜比上年增长（%）：5.8"]


def test_numbers_and_words() -> None:
    assert all(map(is_number, ["1", "-6.6", "１２．５％", "1,234.5", "—", "7.24‰"]))
    assert not any(map(is_number, ["万吨", "2025年末", "比上年增长%", "一"]))


def test_layout_is_no_data() -> None:
    assert not is_data([["", PARAGRAPH * 9, ""]])
    assert not is_data([["一列"], ["两行"]])
    assert is_data([["指标", "数"], ["粮食", "1"]])


def test_spans_that_ask_for_too_much_are_bounded() -> None:
    cells = sum(len(row) for row in grid([[Cell("1", 9999, 9999), Cell("2")]] * 3000, limit=10_000))
    assert cells <= 50_000


def test_html_table_and_layout_table() -> None:
    table = (
        "<table><tr><td><table border=1><caption>表2</caption><tr><th rowspan=2>指标</th><th colspan=2>2025年</th></tr>"
        "<tr><th>产量</th><th>增长%</th></tr><tr><td>粮食</td><td>12.6<br>万吨</td><td>-0.4</td></tr></table></td></tr></table>"
    )
    decoded = decode(RawFile("x", page(f"<p>{PARAGRAPH * 6}</p>{table}<p>{PARAGRAPH}</p>")))
    assert decoded.text.split("\n")[-4:] == [
        "表2",
        "指标｜2025年 产量｜2025年 增长%",
        "粮食｜2025年 产量：12.6万吨｜2025年 增长%：-0.4",
        PARAGRAPH,
    ]

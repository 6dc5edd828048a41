"""Tables as text: what stands where."""

from __future__ import annotations

from tests.decode.makers import PARAGRAPH, page
from tests.tables.support import cells, decoded
from transforms.decode import decode
from transforms.tables.grid import Cell, fill, is_data, is_number
from transforms.types import RawFile


def test_a_table_is_written_row_by_row() -> None:
    source = decoded(
        "某县概况",
        cells(
            [Cell("表1 2025年客货运输", columns=4)],
            [Cell("单位：万吨", columns=4)],
            ["指标", "单位", "绝对数", "比上年增长（%）"],
            ["货物运输总量", "万吨", "2837.74", "-6.6"],
            ["  公路", "万吨", "", "-6.0"],
            [Cell("其他", columns=4)],
        ),
    )
    assert source.text.split("\n") == [
        "某县概况",
        "表1 2025年客货运输",
        "单位：万吨",
        "指标｜单位｜绝对数｜比上年增长（%）",
        "货物运输总量｜万吨｜2837.74｜-6.6",
        "公路｜万吨｜｜-6.0",
        "其他｜",
    ]


def test_a_merged_cell_is_written_once_and_every_cell_knows_its_place() -> None:
    source = decoded(
        "",
        cells(
            [Cell("指标", rows=2), Cell("2024年", columns=2), Cell("2025年", columns=2)],
            ["绝对数", "增长%", "绝对数", "增长%"],
            ["粮食", "10.1", "2", "11", "3.5"],
        ),
    )
    assert source.text.split("\n")[1:] == ["指标｜2024年｜｜2025年", "｜绝对数｜增长%｜绝对数｜增长%", "粮食｜10.1｜2｜11｜3.5"]
    for table in source.tables:
        for row in table.rows:
            assert [source.text[c.char_start : c.char_end] for c in row.cells] == [c.text for c in row.cells] == ["10.1", "2", "11", "3.5"]


def test_numbers_and_words() -> None:
    assert all(map(is_number, ["1", "-6.6", "１２．５％", "1,234.5", "—", "7.24‰", "（12）", "▲3.2"]))
    assert not any(map(is_number, ["万吨", "2025年末", "比上年增长%", "一"]))


def test_layout_is_no_data() -> None:
    assert not is_data(fill(cells(["", PARAGRAPH * 9, ""])))
    assert not is_data(fill(cells(["一列"], ["两行"])))
    assert is_data(fill(cells(["指标", "数"], ["粮食", "1"])))


def test_spans_that_ask_for_too_much_are_bounded() -> None:
    filled = fill([[Cell("1", 9999, 9999), Cell("2")]] * 3000, limit=10_000)
    assert sum(map(len, filled)) <= 50_000


def test_html_table_and_layout_table() -> None:
    table = (
        "<table><tr><td><table border=1><caption>表2</caption><tr><th rowspan=2>指标</th><th colspan=2>2025年</th></tr>"
        "<tr><th>产量</th><th>增长%</th></tr><tr><td>粮食</td><td>12.6<br>万吨</td><td>-0.4</td></tr></table></td></tr></table>"
    )
    source = decode(RawFile("x", page(f"<p>{PARAGRAPH * 6}</p>{table}<p>{PARAGRAPH}</p>")))
    assert source.text.split("\n")[-5:] == ["表2", "指标｜2025年", "｜产量｜增长%", "粮食｜12.6万吨｜-0.4", PARAGRAPH]
    assert [table.columns for table in source.tables] == [(("2025年", "产量"), ("2025年", "增长%"))]

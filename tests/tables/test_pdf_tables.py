"""Tables of PDF pages: the grid of each kind of table, drawn for the test."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from transforms.decode import decode
from transforms.decode.pdf_open import open_pdf
from transforms.decode.pdf_page import read_page
from transforms.decode.pdf_segments import segments_of
from transforms.tables.grid import fill
from transforms.tables.model import Table
from transforms.tables.pdf_tables import find_tables
from transforms.types import RawFile

Draw = Callable[[Any], None]
HEAD = ["项目", "2024年", "2025年", "增长%"]
ROWS = [HEAD, ["税收收入", "1,200", "1,320", "10.0"], ["非税收入", "300", "270", "-10.0"], ["合计", "1,500", "1,590", "6.0"]]
X = (60, 230, 330, 430)
ENDS = (220, 320, 420, 520)


def pdf_of(*pages: Draw) -> bytes:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen import canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    out = io.BytesIO()
    sheet = canvas.Canvas(out, pagesize=(595, 842))
    for draw in pages:
        sheet.setFont("STSong-Light", 10)
        draw(sheet)
        sheet.showPage()
    sheet.save()
    return out.getvalue()


def write(rows: Sequence[Sequence[str]], top: float = 700, pitch: float = 20, drop: float = 0) -> Draw:
    """Rows of text, labels at the left and numbers at the right of their columns, numbers ``drop`` points lower."""

    def draw(sheet: Any) -> None:
        for i, row in enumerate(rows):
            for column, text in enumerate(row):
                y = top - pitch * i
                if column and any(c.isdigit() for c in text) and not text.endswith("年"):
                    sheet.drawRightString(ENDS[column], y - drop, text)
                elif text:
                    sheet.drawString(X[column], y, text)

    return draw


def rule(xs: Sequence[float], ys: Sequence[float]) -> Draw:
    """Vertical rules at ``xs`` and horizontal ones at ``ys``, over the whole table."""

    def draw(sheet: Any) -> None:
        for x in xs:
            sheet.line(x, min(ys), x, max(ys))
        for y in ys:
            sheet.line(55, y, 525, y)

    return draw


def both(*parts: Draw) -> Draw:
    def draw(sheet: Any) -> None:
        for part in parts:
            part(sheet)

    return draw


def grids(data: bytes) -> list[list[list[str]]]:
    """The texts of the tables of the first page, merged cells filled in."""
    document = open_pdf(data)
    try:
        page = read_page(document[0])
    finally:
        document.close()
    return [[[slot.text for slot in row] for row in fill(table.rows)] for table in find_tables(segments_of(page), page.rules)]


def tables(data: bytes) -> tuple[Table, ...]:
    return decode(RawFile("a.pdf", data)).tables


LINES = [716 - 20 * i for i in range(5)]
SIDES = (55, 225, 325, 425, 525)


@pytest.mark.parametrize(
    "draw",
    [
        both(write(ROWS), rule(SIDES, LINES)),
        both(write(ROWS), rule(SIDES[1:-1], (716, 696, 636))),
        both(write(ROWS, drop=3), rule(SIDES[1:-1], (716, 696, 636))),
        both(write(ROWS), rule((), (716, 696, 636))),
        write(ROWS),
        write(ROWS, drop=3),
    ],
    ids=["closed", "open", "open, digits lower", "three lines", "no rules", "no rules, digits lower"],
)
def test_the_same_table_however_it_is_ruled(draw: Draw) -> None:
    assert grids(pdf_of(draw)) == [ROWS]


def test_headings_of_two_levels_and_labels_of_several_rows() -> None:
    def draw(sheet: Any) -> None:
        for x, y, text in [(70, 680, "项目"), (300, 700, "全市"), (240, 675, "2024年"), (340, 675, "2025年")]:
            sheet.drawString(x, y, text)
        for i, (label, first, second) in enumerate([("小计", "9", "7"), ("城镇", "5", "4"), ("农村", "4", "3")]):
            y = 655 - 20 * i
            sheet.drawString(140, y, label)
            sheet.drawRightString(320, y, first)
            sheet.drawRightString(420, y, second)
        sheet.drawString(70, 635, "人口")
        for y in (716, 668, 608):
            sheet.line(55, y, 425, y)
        for y in (648, 628):
            sheet.line(130, y, 425, y)
        sheet.line(225, 692, 425, 692)
        for x in (55, 225, 425):
            sheet.line(x, 608, x, 716)
        sheet.line(325, 608, 325, 692)
        sheet.line(130, 608, 130, 668)

    assert grids(pdf_of(draw)) == [
        [
            ["项目", "项目", "全市", "全市"],
            ["项目", "项目", "2024年", "2025年"],
            ["人口", "小计", "9", "7"],
            ["人口", "城镇", "5", "4"],
            ["人口", "农村", "4", "3"],
        ]
    ]


@pytest.mark.parametrize("at", [0, 6, 12], ids=["first line", "middle", "last line"])
def test_a_label_over_two_lines_is_one_row(at: float) -> None:
    def draw(sheet: Any) -> None:
        write([HEAD, ["税收收入", "1,200", "1,320", "10.0"]])(sheet)
        sheet.drawString(60, 650, "国有土地使用权出让收入安排的支出")
        sheet.drawString(60, 638, "和对应专项债务支出")
        write([["", "77", "88", "14.3"]], top=650 - at)(sheet)
        write([["非税收入", "300", "270", "-10.0"]], top=610)(sheet)
        rule(SIDES[1:-1], (716, 696, 600))(sheet)

    assert grids(pdf_of(draw))[0][2:] == [
        ["国有土地使用权出让收入安排的支出和对应专项债务支出", "77", "88", "14.3"],
        ["非税收入", "300", "270", "-10.0"],
    ]


def test_a_row_of_a_label_alone_stays_a_row() -> None:
    rows = [HEAD, ["一、本级收入"], ["税收收入", "1,200", "1,320", "10.0"], ["非税收入", "300", "270", "-10.0"]]
    grid = grids(pdf_of(both(write(rows), rule(SIDES[1:-1], (716, 696, 636)))))[0]
    assert [row[0] for row in grid] == ["项目", "一、本级收入", "税收收入", "非税收入"]


def test_a_number_that_wraps_in_its_cell_is_one_number() -> None:
    def draw(sheet: Any) -> None:
        write([*ROWS[:3], ["收入合计"]])(sheet)
        for column, (first, second) in enumerate([("308,37", "2"), ("325,16", "6"), ("10", "")], 1):
            sheet.drawRightString(ENDS[column], 643, first)
            sheet.drawRightString(ENDS[column], 633, second)
        rule(SIDES, (716, 696, 676, 656, 626))(sheet)

    assert grids(pdf_of(draw))[0][3] == ["收入合计", "308,372", "325,166", "10"]


def test_what_is_indented_begins_with_blanks() -> None:
    def draw(sheet: Any) -> None:
        write([HEAD, ["税收收入", "1", "2", "3"]])(sheet)
        sheet.drawString(80, 660, "增值税")
        write([["", "1", "2", "3"]], top=660)(sheet)
        rule(SIDES, (716, 696, 676, 650))(sheet)

    table = tables(pdf_of(draw))[0]
    assert [(row.label, row.depth) for row in table.rows] == [("税收收入", 0), ("增值税", 1)]


def test_a_table_goes_on_over_pages_with_or_without_its_headings() -> None:
    first = both(write(ROWS[:3]), rule(SIDES, LINES[:4]), lambda sheet: sheet.drawString(230, 740, "2025年收入表"))
    for again in (False, True):
        rows = ROWS[:1] * again + ROWS[3:]
        second = both(write(rows, top=780), rule(SIDES, [796 - 20 * i for i in range(len(rows) + 1)]))
        found = tables(pdf_of(first, second))
        assert [[row.label for row in table.rows] for table in found] == [["税收收入", "非税收入", "合计"]]
        assert [row.page for row in found[0].rows] == [1, 1, 2]


def test_tables_side_by_side_are_two() -> None:
    left = [["项目", "预算数"], ["税收收入", "12"], ["非税收入", "3"], ["收入合计", "15"]]
    right = [["项目", "预算数"], ["教育支出", "7"], ["卫生支出", "8"], ["支出合计", "15"]]
    rows = [[*a, *b] for a, b in zip(left, right, strict=True)]
    found = tables(pdf_of(both(write(rows), rule(SIDES, LINES))))
    assert [[(row.label, row.cells[0].text) for row in table.rows] for table in found] == [
        [("税收收入", "12"), ("非税收入", "3"), ("收入合计", "15")],
        [("教育支出", "7"), ("卫生支出", "8"), ("支出合计", "15")],
    ]


@pytest.mark.parametrize("angle", [90, -90])
def test_a_table_set_sideways(angle: int) -> None:
    def draw(sheet: Any) -> None:
        sheet.translate(297, 421)
        sheet.rotate(angle)
        sheet.translate(-297, -660)
        both(write(ROWS), rule(SIDES, LINES))(sheet)

    assert grids(pdf_of(draw)) == [ROWS]


def test_rules_within_a_form_part_a_table() -> None:
    def draw(sheet: Any) -> None:
        sheet.beginForm("lines")
        rule(SIDES, LINES)(sheet)
        sheet.endForm()
        sheet.setFont("STSong-Light", 10)
        write([ROWS[0], ["税收收入", "1,200", "", "10.0"], *ROWS[2:]])(sheet)
        sheet.doForm("lines")

    assert grids(pdf_of(draw))[0][1] == ["税收收入", "1,200", "", "10.0"]


def test_prose_and_lists_are_no_tables() -> None:
    prose = ["全区粮食产量12万吨，增长3%。", "肉类产量3万吨，增长5%。", "水果产量5万吨，增长7%。"]
    contents = [("第一章 综合", "1"), ("第二章 农业", "3"), ("第三章 工业", "5"), ("第四章 贸易", "9")]

    def draw(sheet: Any) -> None:
        for i, line in enumerate(prose):
            sheet.drawString(60, 700 - 20 * i, line)
        for i, (name, page) in enumerate(contents):
            sheet.drawString(60, 500 - 20 * i, name)
            sheet.drawRightString(520, 500 - 20 * i, page)

    assert grids(pdf_of(draw)) == []


def test_columns_that_go_on_to_the_right_on_the_next_page_have_their_labels() -> None:
    rows = [["", "甲区", "乙区", "丙区"], *(["", f"{i}1", f"{i}2", f"{i}3"] for i in (1, 2, 3))]
    left, right = both(write(ROWS), rule(SIDES, LINES)), both(write(rows), rule(SIDES[1:], LINES))
    found = tables(pdf_of(left, right))
    assert [[(row.label, [cell.text for cell in row.cells]) for row in table.rows] for table in found[1:]] == [
        [("税收收入", ["11", "12", "13"]), ("非税收入", ["21", "22", "23"]), ("合计", ["31", "32", "33"])]
    ]

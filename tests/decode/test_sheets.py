"""Spreadsheets: numbers as they show, hidden parts left out, texts in a column as documents."""

from __future__ import annotations

import io
from typing import Any

import pytest
import xlsxwriter

from tests.decode.makers import PARAGRAPH, odf
from transforms.decode import decode
from transforms.decode.archive import is_archive, members
from transforms.decode.number_format import shown
from transforms.types import DecodeError, RawFile


@pytest.mark.parametrize(
    ("value", "pattern", "text"),
    [
        (0.153073611743377, "0.0%", "15.3%"),
        (1234567.891, "#,##0.00", "1,234,567.89"),
        (1234567.891, "General", "1234567.891"),
        (182506.58999999997, "General", "182506.59"),
        (-1234, "#,##0_ ;[Red]\\-#,##0\\ ", "-1,234"),
        (-1234, "#,##0;(#,##0)", "(1,234)"),
        (0, '#,##0;-#,##0;"—"', "—"),
        (0, "#,##0;-#,##0;", ""),
        (12345678, "#,##0.00,,", "12.35"),
        (3, "00", "03"),
        (2.5, "0.##", "2.5"),
        (3, "0.0_);[Red]\\(0.0\\)", "3.0"),
        (5, '0"万元"', "5万元"),
        (46037, 'yyyy"年"m"月"d"日"', "2026年1月15日"),
        (46037, "yyyy-mm-dd;@", "2026-01-15"),
        (46037.5, "h:mm", "12:00"),
        (0.5, "@", "0.5"),
        (1e300, "0.00%", None),
        (float("nan"), "General", ""),
    ],
)
def test_numbers_as_they_show(value: float, pattern: str, text: str | None) -> None:
    assert text is None or shown(value, pattern) == text


def workbook(fill: Any) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        fill(book)
    return out.getvalue()


def accounts(book: Any) -> None:
    sheet = book.add_worksheet("收支")
    percent, number, indented = (
        book.add_format({"num_format": "0.0%"}),
        book.add_format({"num_format": "#,##0"}),
        book.add_format({"indent": 1}),
    )
    sheet.merge_range(0, 0, 0, 2, "2025年某县一般公共预算收入执行情况表")
    sheet.write(1, 2, "单位：万元")
    sheet.write_row(2, 0, ["项目", "执行数", "增长%", "打印"])
    sheet.write_row(3, 0, ["税收收入"])
    sheet.write(3, 1, 28755.4, number)
    sheet.write(3, 2, 0.15307, percent)
    sheet.write(3, 3, "是")
    sheet.write(4, 0, "增值税", indented)
    sheet.write(4, 1, 11867, number)
    sheet.write(4, 2, "#DIV/0!")
    sheet.write_row(5, 0, ["隐藏的行", 999, 1])
    sheet.set_row(5, None, None, {"hidden": True})
    sheet.set_column(3, 3, None, None, {"hidden": True})
    other = book.add_worksheet("隐藏的工作表")
    other.write_row(0, 0, ["项目", "数"])
    other.write_row(1, 0, ["不可见", 777])
    other.hide()


def test_xlsx() -> None:
    decoded = decode(RawFile("x", workbook(accounts)))
    assert decoded.format == "xlsx"
    assert decoded.text.split("\n")[:3] == ["2025年某县一般公共预算收入执行情况表", "单位：万元", "项目｜执行数｜增长%"]
    assert "税收收入｜28,755｜15.3%" in decoded.text
    assert not {"999", "777", "打印"} & set(decoded.text.replace("｜", "\n").split("\n"))
    (table,) = decoded.tables
    assert (table.unit, [row.depth for row in table.rows]) == ("万元", [0, 1])


def test_areas_that_are_printed() -> None:
    def fill(book: Any) -> None:
        sheet = book.add_worksheet()
        for i, row in enumerate([["项目", "执行数", "增长%"], ["税收收入", 1, 2], ["非税收入", 3, 4]]):
            sheet.write_row(i, 0, row)
        sheet.write(1, 5, "核对12345")
        sheet.print_area(0, 0, 2, 2)

    assert "12345" not in decode(RawFile("x", workbook(fill))).text


def test_ods() -> None:
    row = "<table:table-row{}>{}</table:table-row>"
    cell = "<table:table-cell><text:p>{}</text:p></table:table-cell>"
    body = (
        '<table:table table:name="一"><table:table-column/><table:table-column table:number-columns-repeated="2"/>'
        + row.format(
            "", "".join(map(cell.format, ("项目", "执行数", "增长%"))) + '<table:table-cell table:number-columns-repeated="16000"/>'
        )
        + row.format("", "".join(map(cell.format, ("税收收入", "28,755", "15.3%"))))
        + row.format(' table:visibility="collapse"', "".join(map(cell.format, ("隐藏", "999", "1%"))))
        + row.format(' table:number-rows-repeated="1048000"', "<table:table-cell/>")
        + "</table:table>"
    )
    decoded = decode(RawFile("x", odf(body, "spreadsheet")))
    assert (decoded.format, decoded.text) == ("ods", "项目｜执行数｜增长%\n税收收入｜28,755｜15.3%")


def test_csv_of_figures() -> None:
    decoded = decode(RawFile("x", '指标,2022年,2023年\n地区生产总值（亿元）,"1,201.5",1300\n粮食产量（万吨）,12,13\n'.encode("gb18030")))
    assert (decoded.format, decoded.encoding) == ("csv", "gb18030")
    assert decoded.text.split("\n")[1] == "地区生产总值（亿元）｜1,201.5｜1300"


@pytest.mark.parametrize("text", ["收入,支出\n", "全年增长5%,其中一产3%,二产6%。\n另一行。\n", "甲,乙\n一行,\n另一行没有\n"])
def test_texts_with_commas_are_texts(text: str) -> None:
    assert decode(RawFile("x", (text + PARAGRAPH * 3).encode())).format == "txt"


def test_a_column_of_texts_is_documents() -> None:
    text = (PARAGRAPH + "\n") * 12
    data = (
        "地区,年份,标题,全文\n" + "".join(f'某县,{year},某县{year}年政府工作报告,"{text}"\n' for year in (2021, 2022)) + "某县,2023,缺,\n"
    )
    found = list(members(RawFile("合集.csv", data.encode("utf-8-sig"))))
    assert [member.source_path for member in found] == ["合集.csv!/1 某县2021年政府工作报告.txt", "合集.csv!/2 某县2022年政府工作报告.txt"]
    assert decode(found[0]).text.startswith("某县2021年政府工作报告\n2023年")

    def fill(book: Any) -> None:
        sheet = book.add_worksheet()
        for i, row in enumerate([["年份", "标题", "正文"], [2021, "某县政府工作报告", text], [2022, "某县计划报告", text]]):
            sheet.write_row(i, 0, row)

    raw = RawFile("合集.xlsx", workbook(fill))
    assert is_archive(raw)
    assert [member.source_path for member in members(raw)] == ["合集.xlsx!/1 某县政府工作报告.txt", "合集.xlsx!/2 某县计划报告.txt"]
    assert not is_archive(RawFile("x", workbook(accounts)))


def test_what_is_no_workbook() -> None:
    with pytest.raises(DecodeError) as caught:
        decode(RawFile("x", workbook(accounts)[:-30]))
    assert caught.value.error == "broken"

"""The list of divisions and what is derived from it."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from transforms.identify.places import mentions
from transforms.identify.regions import (
    at,
    by_name,
    current,
    english_names,
    level_of,
    parent_code,
    province_of,
    region_rows,
    regions,
    short_name,
)
from transforms.schema import table


def test_rows_fit_their_table() -> None:
    rows, columns = region_rows(), table("regions")
    assert {tuple(row) for row in rows} == {columns.column_names}
    keys = [tuple(row[name] for name in columns.key) for row in rows]
    assert len(keys) == len(set(keys))
    codes = {row["region_code"] for row in rows}
    assert {row["parent_code"] for row in rows} - {None} <= codes
    assert {row["successor_code"] for row in rows} - {None} <= codes
    assert {row["region_level"] for row in rows} <= set(columns["region_level"].values)
    assert all(len(code) == 6 and code.isdigit() for code in codes)
    assert [row["region"] for row in rows if row["valid_from"] and row["valid_to"] and row["valid_from"] > row["valid_to"]] == []


def test_how_many_there_are() -> None:
    now = [region for region in regions() if region.until == 9999]
    count = {level: sum(region.level == level for region in now) for level in ("nation", "province", "prefecture", "county")}
    assert (count["nation"], count["province"]) == (1, 34)
    assert 330 <= count["prefecture"] <= 340
    assert 2830 <= count["county"] <= 2860


def test_parents_levels_and_provinces() -> None:
    assert [parent_code(code) for code in ("100000", "110000", "110118", "440306", "440300", "429004", "500112")] == [
        None,
        "100000",
        "110000",
        "440300",
        "440000",
        "420000",
        "500000",
    ]
    assert [level_of(code) for code in ("100000", "650000", "653200", "110118")] == ["nation", "province", "prefecture", "county"]
    assert [province_of(code) for code in ("100000", "440306", "540102")] == [None, "广东省", "西藏自治区"]


def test_renamed_places_are_followed_to_today_and_merged_ones_are_not() -> None:
    today = {
        name: current(by_name()[name][0])
        for name in ("密云县", "襄樊市", "清苑县", "坪山新区", "崇明县", "郫县", "哲里木盟", "卢湾区", "渝北区")
    }
    assert {name: (region.code, region.name) for name, region in today.items()} == {
        "密云县": ("110118", "密云区"),
        "襄樊市": ("420600", "襄阳市"),
        "清苑县": ("130608", "清苑区"),
        "坪山新区": ("440310", "坪山区"),
        "崇明县": ("310151", "崇明区"),
        "郫县": ("510117", "郫都区"),
        "哲里木盟": ("150500", "通辽市"),
        "卢湾区": ("310103", "卢湾区"),
        "渝北区": ("500112", "渝北区"),
    }
    assert all(current(current(region)) == current(region) for region in regions())


def test_a_code_at_a_time() -> None:
    assert [getattr(at("420600", year), "name", None) for year in (2005, 2015, None)] == ["襄樊市", "襄阳市", "襄阳市"]
    assert at("999999") is None


def test_short_names() -> None:
    names = ("密云区", "内蒙古自治区", "广西壮族自治区", "延边朝鲜族自治州", "和田地区", "前郭尔罗斯蒙古族自治县", "易县", "香港特别行政区")
    assert [short_name(name) for name in names] == ["密云", "内蒙古", "广西", "延边", "和田", "前郭尔罗斯", "易", "香港"]


def test_names_in_a_text() -> None:
    assert [(m.name, m.is_full) for m in mentions("深圳市宝安区和襄阳的工作，雄安新区容城县")] == [
        ("深圳市", True),
        ("宝安区", True),
        ("襄阳", False),
        ("容城县", True),
    ]
    assert [m.name for m in mentions("市委和县委完成县城建设，文化和平安建设，新区建设")] == []
    assert [m.name for m in mentions("马鞍山市和县")] == ["马鞍山市", "和县"]


def test_loading_is_fast() -> None:
    code = (
        "import time, transforms.identify.places as p; start = time.perf_counter(); list(p.mentions('密云区'));"
        "print(time.perf_counter() - start)"
    )
    seconds = min(float(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout) for _ in range(3))
    assert seconds < 0.5, "the list of divisions and their names take 0.05 s to load"


@pytest.mark.parametrize(
    ("name", "english"),
    [
        ("全国", "China"), ("重庆市", "Chongqing"), ("陕西省", "Shaanxi"), ("山西省", "Shanxi"), ("西藏自治区", "Tibet"),
        ("内蒙古自治区", "Inner Mongolia"), ("长沙市", "Changsha"), ("厦门市", "Xiamen"), ("六安市", "Lu'an"), ("蚌埠市", "Bengbu"),
        ("亳州市", "Bozhou"), ("呼和浩特市", "Hohhot"), ("朝阳区", "Chaoyang District"), ("大城县", "Daicheng County"),
        ("大埔县", "Dabu County"), ("黄埔区", "Huangpu District"), ("乐清市", "Yueqing"), ("乐山市", "Leshan"),
        ("长子县", "Zhangzi County"), ("番禺区", "Panyu District"), ("单县", "Shan County"), ("台州市", "Taizhou"),
        ("铅山县", "Yanshan County"), ("东阿县", "Dong'e County"), ("万柏林区", "Wanbailin District"), ("浦东新区", "Pudong New Area"),
        ("恩施土家族苗族自治州", "Enshi Tujia and Miao Autonomous Prefecture"), ("鄂温克族自治旗", "Evenki Autonomous Banner"),
    ],
)  # fmt: skip
def test_english_names_are_those_in_use(name: str, english: str) -> None:
    assert english_names()[name] == english


def test_every_division_has_an_english_name_and_no_name_is_of_none() -> None:
    names = {region.name for region in regions()}
    assert set(english_names()) == names
    for name, english in english_names().items():
        assert re.fullmatch(r"[A-Z][A-Za-züÜ', ]+", english), name


def test_the_divisions_of_2025_and_2026() -> None:
    assert [by_name()[name][-1].code for name in ("两江新区", "岑岭县", "草湖市")] == ["500157", "653132", "659013"]
    gone = at("500112")
    assert gone is not None
    assert (gone.until, gone.successor, gone.is_renamed) == (2025, "500157", False)
    assert english_names()["岑岭县"] == "Cenling County"

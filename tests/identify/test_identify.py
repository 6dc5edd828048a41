"""What a document is, from the ways in which reports say it."""

from __future__ import annotations

from datetime import date

import pytest

from transforms.identify import identify
from transforms.identify.congresses import congress_year, number
from transforms.types import Decoded, Identity

REVIEW = "\n一、{0}年工作回顾\n{0}年，全面完成任务。\n二、{1}年工作安排\n{1}年，要完成任务。"


def told(text: str, path: str = "doc_001.txt", title: str | None = None) -> Identity:
    return identify(Decoded(text, "txt", title=title), path)


PLACES = [
    ("政府工作报告\n——2011年1月10日在襄阳市第十五届人民代表大会第六次会议上\n", "襄阳市", "420600", 2011),
    (
        "政府工作报告\n各位代表：\n现在，我代表襄樊市人民政府向大会报告工作，请予审议。" + REVIEW.format(2008, 2009),
        "襄阳市",
        "420600",
        2009,
    ),
    ("各位代表：\n现在，我代表密云县人民政府，向大会报告政府工作，请予审议。" + REVIEW.format(2013, 2014), "密云区", "110118", 2014),
    ("2014年坪山新区工作报告\n同志们：\n我代表坪山新区管委会作工作报告。", "坪山区", "440310", 2014),
    ("政府工作报告\n2003年4月7日\n各位委员：\n现在，我代表清苑县人民政府向大会报告工作。", "清苑区", "130608", 2003),
    ("关于崇明县2014年国民经济和社会发展计划执行情况与2015年国民经济和社会发展计划草案的报告\n", "崇明区", "310151", 2015),
    ("卢湾区2009年国民经济和社会发展统计公报\n上海市卢湾区统计局\n", "卢湾区", "310103", 2010),
    ("中华人民共和国2023年国民经济和社会发展统计公报\n国家统计局\n2024年2月29日\n", "全国", "100000", 2024),
    (
        "关于2023年中央和地方预算执行情况与2024年中央和地方预算草案的报告\n——2024年3月5日在第十四届全国人民代表大会第二次会议上\n",
        "全国",
        "100000",
        2024,
    ),
    (
        "关于安徽省2024年预算执行情况和2025年预算草案的报告\n——2025年1月18日在安徽省第十四届人民代表大会第三次会议上\n",
        "安徽省",
        "340000",
        2025,
    ),
    ("政府工作报告\n——2022年1月6日在昆山市第十八届人民代表大会第一次会议上\n", "昆山市", "320583", 2022),
    ("延边朝鲜族自治州2020年政府工作报告\n", "延边朝鲜族自治州", "222400", 2020),
    ("政府工作报告\n2013年1月27日在北京市密云县第十五届人民代表大会第三次会议上\n", "密云区", "110118", 2013),
    ("天津市滨海新区2021年政府工作报告\n", "滨海新区", "120116", 2021),
    ("深圳市宝安区2022年政府工作报告\n", "宝安区", "440306", 2022),
    ("２０１０年政府工作报告\n——在平顶山市第八届人民代表大会第三次会议上\n", "平顶山市", "410400", 2010),
    ("阿拉善盟行政公署工作报告\n现在，我代表盟行政公署向大会报告工作。" + REVIEW.format(2018, 2019), "阿拉善盟", "152900", 2019),
    ("和县人民政府工作报告\n——2021年1月11日在和县第十七届人民代表大会第五次会议上\n", "和县", "340523", 2021),
    ("2023年城关区国民经济和社会发展统计公报\n兰州市城关区统计局\n", "城关区", "620102", 2024),
    ("朝阳区2022年政府工作报告\n各位代表：在北京市委领导下，首都北京的工作，服务北京冬奥。", "朝阳区", "110105", 2022),
    ("朝阳区2022年政府工作报告\n各位代表：在长春市委领导下，吉林振兴，长春发展。", "朝阳区", "220104", 2022),
]


@pytest.mark.parametrize(("text", "region", "code", "year"), PLACES)
def test_place_and_year(text: str, region: str, code: str, year: int) -> None:
    identity = told(text)
    assert (identity.region, identity.region_code, identity.report_year) == (region, code, year)


def test_a_renamed_place_is_noted() -> None:
    assert "襄樊市" in told(PLACES[1][0]).warnings[-1]
    assert told(PLACES[0][0]).warnings == ()
    assert "黄浦区" in told(PLACES[6][0]).warnings[-1]


def test_level_and_province() -> None:
    assert [(i.region_level, i.province) for text in (PLACES[7], PLACES[9], PLACES[11], PLACES[14]) for i in [told(text[0])]] == [
        ("nation", None),
        ("province", "安徽省"),
        ("prefecture", "吉林省"),
        ("county", "广东省"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "政府工作报告\n各位代表：\n现在，我代表县人民政府向大会作报告。我县经济平稳，我县工业增长，全县完成。" + REVIEW.format(2015, 2016),
        "我区经济平稳，我区工业增长，全区完成，区委领导，区委要求。" + REVIEW.format(2015, 2016),
    ],
)
def test_a_place_that_is_not_named_is_not_guessed(text: str) -> None:
    identity = told(text)
    assert (identity.region, identity.region_code, identity.region_level, identity.report_year) == (None, None, "county", 2016)
    assert "left open" in identity.warnings[-1]


def test_a_name_of_several_places_is_not_guessed() -> None:
    identity = told("朝阳区2022年政府工作报告\n各位代表：过去一年工作。")
    assert (identity.region, identity.region_code) == (None, None)
    assert "220104" in identity.warnings[-1]


def test_the_file_name_is_used_where_the_text_is_silent_and_only_there() -> None:
    silent = "各位代表：我县经济平稳，我县工业增长，全县完成。" + REVIEW.format(2015, 2016)
    assert told(silent, "county_易县_2018.txt").region == "易县"
    assert told(PLACES[0][0], "county_易县_2018.txt").region == "襄阳市"
    assert told("各位代表：我县经济平稳。", "易县_2018.txt").report_year == 2018


@pytest.mark.parametrize("year", [1011, 1948, 2988])
def test_a_year_that_no_report_is_of_is_noted_and_not_told(year: int) -> None:
    text = f"密云区政府工作报告\n{year}年1月9日在密云区第三届人民代表大会第二次会议上\n各位代表：\n现在，我代表区人民政府作工作报告。\n"
    found = identify(Decoded(text=text, format="txt"), "")
    assert found.report_year is None
    assert "cannot be told" in " ".join(found.warnings)


def test_a_place_told_by_how_often_it_is_named() -> None:
    text = "各位代表：现在，我代表县人民政府报告工作。易县经济平稳，易县旅游，在保定市委领导下，易县将。全县完成，我县完成，今天的易县。"
    assert told(text + REVIEW.format(2017, 2018)).region_code == "130633"


def test_a_town() -> None:
    identity = told("某镇政府工作报告\n各位代表：现在，我代表双流镇人民政府向大会作政府工作报告。" + REVIEW.format(2019, 2020))
    assert (identity.region, identity.region_level, identity.region_code) == ("双流镇", "township", None)


KINDS = [
    ("2025年某市国民经济和社会发展统计公报\n", "statistical_communique"),
    ("2025年某市国民经济和社会发展\n统计公报\n某市统计局\n", "statistical_communique"),
    ("关于某市2025年预算执行情况与2026年预算草案的报告\n", "budget_report"),
    ("关于2024年财政决算（草案）的报告\n", "budget_report"),
    ("关于某市2025年国民经济和社会发展计划执行情况与2026年计划草案的报告\n", "plan_report"),
    ("政府工作报告\n——2026年1月5日在某市人民代表大会上\n", "work_report"),
    ("各位代表：\n现在，我代表县人民政府，向大会作工作报告，请予审议。一般公共财政预算收入完成。\n", "work_report"),
    ("关于开展植树活动的通知\n各单位：请于三月前完成植树。\n", "other"),
]


@pytest.mark.parametrize(("text", "kind"), KINDS)
def test_kind(text: str, kind: str) -> None:
    identity = told(text)
    assert identity.doc_type == kind
    assert any("kind" in warning for warning in identity.warnings) == (kind == "other")


def test_title_is_put_together_and_freed_of_marks() -> None:
    assert told(KINDS[1][0]).title == "2025年某市国民经济和社会发展统计公报"
    assert told("某市统计公报[1]\n").title == "某市统计公报"
    assert (
        told("关于某市 2025 年预算执行情况和\n2026 年预算草案的报告\n——2026 年 1 月\n").title
        == "关于某市2025年预算执行情况和2026年预算草案的报告"
    )
    assert told("各位代表：\n我代表国务院作政府工作报告。").title is None
    assert told("正文\n", title="某市政府工作报告").title == "某市政府工作报告"


NATIONAL = [
    (
        "各位代表：\n现在，我受国务院的委托，向全国人民代表大会报告政府工作。\n从去年三月第五届全国人民代表大会第一次会议到我们这次会议。",
        1979,
    ),
    ("各位代表：\n我代表国务院报告工作。\n第八届全国人民代表大会第一次会议以来的五年，我国各族人民努力。", 1998),
    ("五年来，我国各族人民努力。第二届全国人民代表大会第一次会议以来的五年，我国建设。" + "我国工业发展，我国农业发展。" * 8, 1964),
    ("政府工作报告\n——在第六届全国人民代表大会第三次会议上\n国务院总理\n", 1985),
    ("各位代表：\n我代表国务院作报告。\n一、１９９３年国内工作的回顾和１９９４年工作的基本方针\n", 1994),
    ("各位代表：\n我代表国务院作报告。\n一、二〇一一年工作回顾\n", 2012),
]


@pytest.mark.parametrize(("text", "year"), NATIONAL)
def test_national_reports_without_a_date(text: str, year: int) -> None:
    identity = told(text)
    assert (identity.region, identity.report_year) == ("全国", year)


def test_congresses() -> None:
    assert [congress_year(*session) for session in ((1, 1), (3, 1), (5, 2), (14, 2), (3, 2), (99, 1))] == [
        1954,
        1964,
        1979,
        2024,
        None,
        None,
    ]
    assert [number(text) for text in ("五", "十", "十四", "二十", "二十一", "12", "１", "x")] == [5, 10, 14, 20, 21, 12, 1, 0]


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("各位代表：\n一、过去一年工作回顾\n2021年是重要的一年。一年来，2021年完成任务。", 2022),
        ("同志们：\n地区生产总值从2015年2694亿元增长到2020年3847亿元。今年上半年增长，2020年收入，2015年收入。到2025年，要达到。", 2021),
        ("各位代表：\n2008年，要完成。2007年，全县完成20亿元。2007年取得成绩。2008年目标增长12%。", 2008),
    ],
)
def test_year_from_what_the_text_speaks_of_is_marked(text: str, year: int) -> None:
    identity = told(text)
    assert identity.report_year == year
    assert any("inferred" in warning for warning in identity.warnings)


def test_day_and_speaker() -> None:
    cases = {
        "政府工作报告\n——2026年2月3日在上海市人民代表大会上\n来源：某报\n时间：2026-02-09\n上海市市长 龚 正\n各位代表：": (
            date(2026, 2, 3),
            "龚正",
        ),
        "2025年某省政府工作报告\n——2025年1月15日王小明市长在某市人民代表大会上\n": (date(2025, 1, 15), "王小明"),
        "政府工作报告\n2024年3月5日在第十四届全国人民代表大会第二次会议上\n国务院总理　\n李　强\n各位代表：": (date(2024, 3, 5), "李强"),
        "2026年政府工作报告\n时间：2026-02-09\n各位代表：\n一、2025年工作回顾": (None, None),
        "某市2025年国民经济和社会发展统计公报\n2026-04-20　出处：某市统计局\n初步核算": (date(2026, 4, 20), None),
        "关于某市2025年预算执行情况的报告\n——二〇二六年一月五日在某市人民代表大会上\n某市财政局": (date(2026, 1, 5), None),
    }
    assert {text: (i.delivered_on, i.speaker) for text in cases for i in [told(text)]} == cases

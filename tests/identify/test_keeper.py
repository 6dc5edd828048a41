"""What the keeper of a collection says of its documents: how it is read, which documents it is of, and what follows from it."""

from __future__ import annotations

from datetime import date

import pytest

from tests.conftest import report
from transforms.explain.identity import explain_identity
from transforms.identify import identify
from transforms.identify.keeper import Keeper, KeeperError, fingerprint, read_keeper
from transforms.types import Decoded, Identity, RawFile, Statement

HEADER = "file,region,report_year,doc_type,title,url,publisher,published_on\n"


def keeper(*lines: str) -> Keeper:
    return read_keeper(HEADER + "\n".join(lines), "documents.csv")


def identity(text: str, says: Statement) -> Identity:
    return identify(Decoded(text, "txt"), "doc_001.txt", says)


def test_csv_and_yaml_say_the_same() -> None:
    written = keeper('a.txt,密云区,2023,work_report,"报告, 全文",https://gov.example/a?b=1#c,县政府,2023-01-09').of("a.txt")
    listed = read_keeper(
        "documents:\n  - file: a.txt\n    region: 110118\n    report_year: 2023\n    doc_type: work_report\n    title: 报告, 全文\n"
        "    url: https://gov.example/a?b=1#c\n    publisher: 县政府\n    published_on: 2023-01-09\n",
        "documents.yml",
    ).of("a.txt")
    assert (
        written
        == listed
        == Statement("110118", 2023, "work_report", "报告, 全文", "https://gov.example/a?b=1#c", "县政府", date(2023, 1, 9))
    )


def test_files_are_matched_by_path_and_base_name_and_the_most_specific_entry_counts() -> None:
    said = keeper("b/x.txt,,2003,,,,,", "x.txt,,2002,,,,乙,", "*.txt,,2001,,甲,,甲,", "archive.zip,,,,,,丙,")
    assert said.of("b/x.txt") == Statement(report_year=2003, title="甲", publisher="乙")
    assert said.of("c/x.txt") == Statement(report_year=2002, title="甲", publisher="乙")
    assert said.of("c/y.txt") == Statement(report_year=2001, title="甲", publisher="甲")
    assert said.of("archive.zip!/in/x.txt") == Statement(report_year=2002, title="甲", publisher="乙")
    assert said.of("archive.zip!/y.pdf") == Statement(publisher="丙")
    assert said.of("y.pdf") is None


def test_a_name_in_brackets_is_a_name() -> None:
    assert keeper("[2023]报告.txt,,2023,,,,,").of("[2023]报告.txt") == Statement(report_year=2023)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("110118", "110118"),
        ("110228", "110118"),
        ("密云县", "110118"),
        ("北京市朝阳区", "110105"),
        ("辽宁省朝阳市", "211300"),
        ("全国", "100000"),
    ],
)
def test_a_region_is_given_by_code_or_name_of_today_or_earlier(given: str, code: str) -> None:
    assert keeper(f"a,{given},,,,,,").entries[0].says.region_code == code


@pytest.mark.parametrize(
    ("text", "name", "message"),
    [
        ("file,yaer\na,2020\n", "documents.csv", r"documents\.csv, line 1: unknown column 'yaer'; allowed are file, region"),
        ("region\n密云区\n", "documents.csv", "line 1: the column `file` is missing"),
        ("file,title,title\n", "documents.csv", "line 1: column title is there twice"),
        ("file,title\n\na,b,c\n", "documents.csv", "line 3: 3 cells for 2 columns"),
        ('file,title\na,"b\n', "documents.csv", "not valid CSV"),
        (HEADER + ",密云区,,,,,,\n", "documents.csv", "line 2: `file` is empty"),
        (HEADER + "a,,1948,,,,,\n", "documents.csv", "line 2: report_year '1948' is no year from 1949 to 2100"),
        (HEADER + "a,,二〇二三,,,,,\n", "documents.csv", "is no year from 1949"),
        (HEADER + "a,,,speech,,,,\n", "documents.csv", "unknown doc_type 'speech'; allowed are work_report, statistical_communique"),
        (HEADER + "a,某某区,,,,,,\n", "documents.csv", "region '某某区' is no division"),
        (HEADER + "a,999999,,,,,,\n", "documents.csv", "region '999999' is no code"),
        (HEADER + "a,朝阳区,,,,,,\n", "documents.csv", "several places of the name 朝阳区: 110105, 220104"),
        (HEADER + "a,,,,,gov.example,,\n", "documents.csv", "must begin with http"),
        (HEADER + "a,,,,,,,2023年1月\n", "documents.csv", "published_on '2023年1月' is no day"),
        ("- file: a\n", "documents.yml", r"documents\.yml, line 1: the file holds one list, `documents:`"),
        ("documents:\n- file: [a]\n", "documents.yml", r"line 2: an entry has keys with one value each"),
        ("documents:\n- file: a\n- file: b\n  jahr: 1\n", "documents.yml", "line 3: unknown column 'jahr'"),
        ("documents: {", "documents.yml", r"documents\.yml is not valid YAML"),
    ],
)
def test_what_is_not_valid_is_named_with_file_and_line(text: str, name: str, message: str) -> None:
    with pytest.raises(KeeperError, match=message):
        read_keeper(text, name)


def test_what_the_keeper_says_beats_what_is_inferred_and_is_told() -> None:
    says = Statement("110111", 2019, "other", "某报告", "https://gov.example", "县政府", date(2019, 2, 1))
    found = identity(report(), says)
    assert (found.region_code, found.report_year, found.doc_type, found.title) == ("110111", 2019, "other", "某报告")
    assert (found.region, found.province, found.region_level) == ("房山区", "北京市", "county")
    assert (found.url, found.publisher, found.published_on) == ("https://gov.example", "县政府", date(2019, 2, 1))
    assert found.confidence == 1.0
    assert found.identified_by == " ".join(f"{what}: its keeper says so." for what in ("Kind", "Region", "Year", "Title"))


def test_what_the_text_clearly_says_against_it_is_a_warning_and_no_reason_to_set_its_numbers_aside() -> None:
    later = report("2022年完成投资 3 亿元，2022年新增就业 300 人，2022年建成学校 3 所，2022年修路 8 公里")
    found = identity(later, Statement("110111", 2019))
    assert found.contradictions == ()
    assert any("says that its region is 房山区 (110111), but the text speaks for 密云区 (110118)" in note for note in found.warnings)
    assert any("says that its year is 2019, but the text speaks for 2023" in note for note in found.warnings)
    assert any("looks back on 2022" in note for note in found.warnings)


def test_what_the_text_says_too_is_no_warning_and_what_is_not_said_is_inferred() -> None:
    plain = identify(Decoded(report(), "txt"), "doc_001.txt")
    found = identity(report(), Statement(report_year=2023))
    assert found.warnings == plain.warnings
    assert (found.region_code, found.doc_type, found.title) == (plain.region_code, plain.doc_type, plain.title)
    assert found.confidence is not None
    assert plain.confidence is not None
    assert plain.confidence <= found.confidence <= 1


def test_the_table_of_evidence_shows_what_the_keeper_says_and_what_speaks_against_it() -> None:
    table = explain_identity(RawFile("doc_001.txt", report().encode()), Statement(report_year=2019))
    assert "year: 2019, 100.0% sure" in table
    assert "its keeper says so" in table
    assert "  2023: " in table


def test_a_fingerprint_is_of_what_is_said_not_of_where_it_stands() -> None:
    one, two = keeper("a,,2001,,,,,"), keeper("b,,2001,,,,,", "a,,2001,,,,,")
    assert fingerprint(one.entries) == fingerprint(two.entries[1:])
    assert fingerprint(one.entries) != fingerprint(keeper("a,,2002,,,,,").entries)
    assert fingerprint(()) == ""

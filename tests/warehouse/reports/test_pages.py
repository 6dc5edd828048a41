"""The quality report and its summary: complete, offline, and safe whatever a document says."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from tests.made_rows import GROWTH, TEXT, Row, row
from tests.warehouse.conftest import write_tables
from warehouse.build.full_build import build
from warehouse.reports.quality_report import FAILURES_SHOWN, GROUP_ROWS, PAGES, ROWS_SHOWN, verdict, write_quality_report
from warehouse.reports.quality_text import quality_text
from warehouse.reports.report_data import marked, number_text, percent_text, spans
from warehouse.site import write_site

EVIL = "<script>alert(1)</script>\x1b[2J</article>"
NEXT: Row = {"document_id": "d2", "report_year": 2024}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    metrics = [
        row("metrics", quality_flags="reading_is_sure", confidence=0.4),
        row("metrics", GROWTH, metric_id="t", value=5, value_std=5, modality="target", period_start=2023, period_end=2023),
        row("metrics", GROWTH, NEXT, metric_id="a", value=5.5, value_std=5.5, period_start=2023, period_end=2023),
    ]
    numbers = [row("numbers"), row("numbers", {"char_start": 0, "char_end": 5, "text": "2022年", "class": "date", "metric_id": None})]
    documents = [row("documents", text=TEXT + EVIL, title=EVIL, warnings=EVIL), row("documents", NEXT, file_name=EVIL)]
    held = [row("metrics", metric_id="q", sentence=EVIL + "367\n亿元", indicator=EVIL) | {"expectation": "value_is_finite", "reason": EVIL}]
    checks = [
        row("checks", passed=False, rows_failed=1),
        row("checks", expectation="reading_is_sure", severity="warning", passed=False, rows_failed=1, suite="plausibility"),
    ]
    failures = [{"source_path": EVIL, "error": "no_text", "message": f"Needs OCR. {EVIL}", "run_id": "r"}]
    write_tables(
        folder / "parquet", metrics, documents=documents, numbers=numbers, quarantine=held, checks=checks, failures=failures,
        runs=[row("runs"), row("runs", run_id="run-000002-00000000", metrics=3, documents_new=0, documents_changed=1)],
    )  # fmt: skip
    build(folder / "parquet", folder / "warehouse.duckdb")
    (folder / "quality" / "gx").mkdir(parents=True)
    (folder / "quality" / "gx" / "index.html").touch()
    write_quality_report(folder / "warehouse.duckdb", folder / "quality")
    write_site(folder / "warehouse.duckdb", folder / "site")
    return folder


def pages(data: Path) -> dict[str, str]:
    return {str(page.relative_to(data)): page.read_text(encoding="utf8") for page in data.rglob("*.html")}


def test_page_runs_nothing_that_a_document_says_and_loads_nothing(data: Path) -> None:
    text = pages(data)["quality/index.html"]
    assert "<script>alert" not in text
    assert "\x1b" not in text
    assert not re.search(r"https?://|<link|<img|@import|url\(", text)


def test_every_link_between_pages_leads_somewhere(data: Path) -> None:
    for target in re.findall(r'href="([^"#?]+)(?:[?#][^"]*)?"', pages(data)["quality/index.html"]):
        assert (data / "quality" / target).resolve().exists(), target


def test_quality_report_says_what_failed_and_where(data: Path) -> None:
    text = pages(data)["quality/index.html"]
    assert "1 quarantined, 1 marked, 1 file(s) failed" in text
    assert "1 行被隔离，1 行有标记，1 个文件失败" in text
    assert "<mark>367\n亿元</mark>" in text
    assert "Needs OCR." in text
    assert 'href="../site/document.html?id=d1&amp;year=2023#n11"' in text
    assert 'href="gx/index.html"' in text
    plain = re.sub(r"<(?!/?b>)[^>]*>", " ", text)
    assert re.search(r"变更 +changed +<b>1</b>", plain)
    assert re.search(r"指标 +metrics +<b>\+2</b>", plain)
    assert "指标须有数值。" in text


def test_thousands_of_marked_rows_are_spread_over_pages_and_the_first_stays_light(tmp_path: Path) -> None:
    count = ROWS_SHOWN * (PAGES + 1)
    metrics = [
        row("metrics", metric_id=f"m{i:05}", quality_flags="reading_is_sure", sentence="一" * 300 + "367亿元。") for i in range(count)
    ]
    failures = [{"source_path": f"{i}.txt", "error": "empty", "message": "Nothing.", "run_id": "r"} for i in range(2 * FAILURES_SHOWN)]
    write_tables(tmp_path / "parquet", metrics, failures=failures)
    build(tmp_path / "parquet", tmp_path / "warehouse.duckdb")
    text = write_quality_report(tmp_path / "warehouse.duckdb", tmp_path / "quality").read_text(encoding="utf8")
    assert len(text.encode()) < 1_000_000
    assert sorted(path.name for path in tmp_path.glob("quality/flagged-*.html")) == sorted(f"flagged-{i}.html" for i in range(1, PAGES + 1))
    assert text.count("<mark>") == GROUP_ROWS
    assert f"Only the first {ROWS_SHOWN * PAGES:,} rows are listed" in text
    assert f"({count:,})" in text
    assert f"Only the first {FAILURES_SHOWN:,} rows are listed" in text
    assert f"({len(failures):,})" in text


def test_rows_are_grouped_by_check_and_by_document_with_counts(tmp_path: Path) -> None:
    metrics = [row("metrics", metric_id=f"a{i}", quality_flags="reading_is_sure", document_id="many") for i in range(3)]
    metrics += [row("metrics", metric_id="b", quality_flags="reading_is_sure; count_is_whole", document_id="few")]
    documents = [row("documents", document_id=name, file_name=f"{name}.txt", title=None) for name in ("many", "few")]
    checked: Row = {"expectation": "reading_is_sure", "severity": "warning", "rows_checked": 100, "passed": False}
    checks = [row("checks", checked, rows_failed=failed, run_id=f"run-00000{run}-00000000") for run, failed in ((1, 9), (2, 4))]
    write_tables(tmp_path / "parquet", metrics, documents=documents, checks=checks)
    build(tmp_path / "parquet", tmp_path / "warehouse.duckdb")
    text = write_quality_report(tmp_path / "warehouse.duckdb", tmp_path / "quality").read_text(encoding="utf8")
    plain = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", text))
    assert re.search(r"reading_is_sure · 4 行 rows · 2 份文档 documents · 4%", plain)
    assert re.search(r"count_is_whole · 1 行 rows · 1 份文档 documents", plain)
    assert text.index('<details id="reading_is_sure">') < text.index('<details id="count_is_whole">')
    assert "many.txt 3 · few.txt 1" in plain
    assert re.search(r"few.txt few.txt 2 count_is_whole 1 · reading_is_sure 1", plain)
    assert text.index('class="verdict') < text.index('id="marked"') < text.index('id="by-document"')
    assert '<svg class="line"' in text


def test_of_equal_numbers_in_a_sentence_the_one_that_is_meant_is_marked(tmp_path: Path) -> None:
    sentence = "甲镇增长5%，乙镇增长5%，丙镇增长5%。"
    metrics = [row("metrics", metric_id="m", quality_flags="x", sentence=sentence, number_text="5%", char_start=sentence.index("，丙") - 2)]
    write_tables(tmp_path / "parquet", metrics, documents=[row("documents", text=sentence)])
    build(tmp_path / "parquet", tmp_path / "warehouse.duckdb")
    text = write_quality_report(tmp_path / "warehouse.duckdb", tmp_path / "quality").read_text(encoding="utf8")
    assert "乙镇增长<mark>5%</mark>，丙镇" in text


def test_summary_begins_with_the_verdict_and_is_safe_for_a_terminal(data: Path) -> None:
    text = quality_text(data)
    assert text.startswith("PASSED WITH OPEN POINTS  Published, with open points: 1 quarantined")
    assert "\x1b" not in text
    assert "Documents  2 (1 changed)" in text
    assert "critical  value_is_finite: 1 of 1 rows" in text
    assert "no_text: Needs OCR." in text
    assert str(data / "quality" / "index.html") in text


COUNTS = {"quarantined": 0, "flagged": 0, "failures": 0}
CHECK: Row = {"passed": True, "severity": "critical", "scope": "table", "expectation": "x"}


@pytest.mark.parametrize(
    ("counts", "checks", "level"),
    [
        (COUNTS, [CHECK], "good"),
        (COUNTS, [], "fair"),
        (COUNTS | {"failures": 1}, [CHECK], "fair"),
        (COUNTS, [CHECK | {"passed": False}], "bad"),
        (COUNTS | {"flagged": 1}, [CHECK | {"passed": False, "severity": "warning"}], "fair"),
    ],
)
def test_verdict(counts: Row, checks: list[Row], level: str) -> None:
    assert verdict(counts, checks).level == level


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0, "0%"),
        (0.0004, "<0.01%"),
        (0.034, "0.03%"),
        (1.25, "1.2%"),
        (4.0, "4%"),
        (0.1, "0.1%"),
        (12.4, "12%"),
        (99.0, "99%"),
        (99.7, ">99%"),
        (100.0, "100%"),
    ],
)
def test_share_is_written_without_an_exponent_and_only_all_is_all(share: float, text: str) -> None:
    assert percent_text(share) == text


def test_share_and_query_of_a_group_are_those_of_its_table(tmp_path: Path) -> None:
    count = GROUP_ROWS + 1
    flagged = [row("metrics", metric_id=f"m{i}", quality_flags="reading_is_sure") for i in range(count)]
    stopped = [row("metrics", metric_id=f"q{i}") | {"expectation": "value_is_finite", "reason": "no value"} for i in range(count)]
    checks = [
        row("checks", expectation="reading_is_sure", severity="warning", passed=False, rows_failed=count, rows_checked=count),
        row("checks", expectation="value_is_finite", passed=False, rows_failed=count, rows_checked=count),
    ]
    write_tables(tmp_path / "parquet", flagged, quarantine=stopped, checks=checks)
    build(tmp_path / "parquet", tmp_path / "warehouse.duckdb")
    write_quality_report(tmp_path / "warehouse.duckdb", tmp_path / "quality")
    groups = dict(re.findall(r'<details id="(\w+)">(.*?)</details>', pages(tmp_path)["quality/index.html"], re.DOTALL))
    assert "from quarantine where expectation = 'value_is_finite'" in unescape(groups["value_is_finite"])
    assert "from metrics where quality_flags like '%reading_is_sure%'" in unescape(groups["reading_is_sure"])
    assert all("100%" in text.partition("</summary>")[0] for text in groups.values())


def test_number_is_found_in_its_sentence_over_a_line_break() -> None:
    assert marked("完成36\n7亿元。", "367亿元") == ("完成", "36\n7亿元", "。")
    assert marked("完成。", "367亿元") == ("完成。", "", "")
    assert marked("完成。", None) == ("完成。", "", "")


def test_text_is_cut_at_its_numbers_and_nothing_is_lost() -> None:
    numbers = [{"char_start": 1, "char_end": 2}, {"char_start": 1, "char_end": 3}, {"char_start": 4, "char_end": 5}]
    pieces = list(spans("a1bc2", numbers))
    assert "".join(piece for piece, _ in pieces) == "a1bc2"
    assert [piece for piece, number in pieces if number] == ["1", "2"]


@pytest.mark.parametrize(
    ("value", "high", "text"),
    [(36.7e9, None, "367亿"), (1.26e14, None, "126万亿"), (2.5, None, "2.5"), (4.5, 5.0, "4.5–5"), (-8.1, None, "-8.1"), (None, None, "")],
)
def test_values_are_written_for_people(value: float | None, high: float | None, text: str) -> None:
    assert number_text(value, high) == text

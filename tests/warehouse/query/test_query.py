"""A query answers, in every format, and can do nothing but read the warehouse."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.made_rows import row
from tests.warehouse.conftest import write_tables
from warehouse.build.full_build import build
from warehouse.query.guard import QueryError
from warehouse.query.run import run_query

EVIL = '=cmd|"/c calc"!A1'
ESCAPE = "\x1b[31mred\x1b[0m \u202egnp.exe"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    documents = [row("documents", title=EVIL, file_name=ESCAPE)]
    metrics = [row("metrics"), row("metrics", metric_id="m2", value=2.5, unit=None, indicator="+1+1")]
    write_tables(folder / "parquet", metrics, documents=documents)
    build(folder / "parquet", folder / "warehouse.duckdb")
    return folder


def said(data: Path, sql: str, kind: str, capsys: pytest.CaptureFixture[str]) -> str:
    assert run_query(data, sql, kind) == ""
    return capsys.readouterr().out


def test_csv(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = said(data, "select metric_id, value, unit, is_preliminary, sentence from metrics order by 1", "csv", capsys)
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0] == ["metric_id", "value", "unit", "is_preliminary", "sentence"]
    assert rows[1][:4] == ["m1", "36700000000.0", "元", "false"]
    assert rows[2][:4] == ["m2", "2.5", "", "false"]


def test_json(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = said(
        data, "select metric_id, value, unit, 1.5::decimal(4,2) d, [1, null] l, 'nan'::double n from metrics order by 1", "json", capsys
    )
    assert json.loads(text)[1] == {"metric_id": "m2", "value": 2.5, "unit": None, "d": 1.5, "l": [1, None], "n": None}
    assert json.loads(said(data, "from metrics where false", "json", capsys)) == []


def test_table_shows_text_without_obeying_it(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = said(data, "select file_name, '[bold]x[/bold]' markup, 36700000000.0 value from documents", "table", capsys)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert r"\x1b[31mred" in text
    assert "[bold]x[/bold]" in text
    assert "36,700,000,000" in text


def test_long_answers_say_that_they_are_cut(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = said(data, "select * from range(1000)", "table", capsys)
    assert "only the first 200 rows are shown" in text
    assert "\n 199" in text or "199" in text.splitlines()[-2]


def test_parquet(data: Path, tmp_path: Path) -> None:
    message = run_query(data, "select metric_id, value from metrics order by 1", "parquet", tmp_path / "x.parquet")
    assert message == f"2 rows written to {tmp_path / 'x.parquet'}"
    assert pq.read_table(tmp_path / "x.parquet").to_pylist()[1] == {"metric_id": "m2", "value": 2.5}


def test_xlsx_has_numbers_as_numbers_and_nothing_as_a_formula(data: Path, tmp_path: Path) -> None:
    sql = "select title, value, 'https://x.example' link, {'a': 1} s, date '1850-01-01' old, date '2023-01-05' d from documents, metrics"
    run_query(data, sql, "xlsx", tmp_path / "x.xlsx")
    with zipfile.ZipFile(tmp_path / "x.xlsx") as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        names = book.namelist()
    assert "<f>" not in sheet
    assert "<hyperlink" not in sheet
    assert "=cmd|" in sheet
    assert "<v>36700000000</v>" in sheet
    assert not [name for name in names if "external" in name.lower() or ("rels" in name and "sheet" in name)]


READING = [
    "describe metrics", "summarize metrics", "show tables", "from headline", "pivot metrics on modality using count(*)",
    "with a as (select 1) from a", "explain select 1", "values (1)",
]  # fmt: skip


@pytest.mark.parametrize("sql", READING)
def test_reading_statements_of_every_kind(data: Path, sql: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert len(said(data, sql, "csv", capsys)) > 3


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        (
            "select count(*)，modality from metrics group by all",
            r"full-width mark ， stands behind 'select count\(\*\)'; SQL needs , there",
        ),
        ("select 1；", "full-width mark ； .* SQL needs ; there"),
        ("select count（*） from metrics", "full-width mark （"),
        ("select ‘a’", "full-width mark ‘ .* SQL needs ' there"),
        ("select 'it''s' ，2", "full-width mark ，"),
        ("select *\u3000from metrics", "full-width space"),
    ],
)
def test_full_width_punctuation_is_an_error_that_says_so(data: Path, sql: str, message: str) -> None:
    with pytest.raises(QueryError, match=message):
        run_query(data, sql)


@pytest.mark.parametrize(
    "sql",
    [
        "select '，（'",
        'select 1 as "数，值"',
        "select $$，；$$",
        "select 1 -- 甲，乙",
        "select /* ； */ 1",
        "select e'\\'，'",
        "select 1 as 数值",
    ],
)
def test_full_width_punctuation_in_quotes_and_comments_stays(data: Path, sql: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert len(said(data, sql, "csv", capsys)) > 3


def test_stata_file_has_types_labels_and_names_that_stata_takes(data: Path, tmp_path: Path) -> None:
    import pandas as pd

    sql = """select indicator, value, is_preliminary, 9876543210 large, null nothing, date '2023-01-05' d,
        timestamp '2023-01-05 10:00:00' t, repeat('增', 1000) long,
        1 "a name that is far too long for a variable of Stata", 2 "2nd" from metrics order by value desc"""
    message = run_query(data, sql, "dta", tmp_path / "x.dta")
    assert message.startswith(f"2 rows written to {tmp_path / 'x.dta'}; 2 texts were cut")
    found = pd.read_stata(tmp_path / "x.dta", iterator=True)
    labels, frame = found.variable_labels(), found.read()
    assert list(frame.columns)[-2:] == ["a_name_that_is_far_too_long_for_", "_2nd"]
    assert labels["a_name_that_is_far_too_long_for_"] == "a name that is far too long for a variable of Stata"
    assert frame["value"].tolist() == [36.7e9, 2.5]
    assert frame["large"].tolist() == [9876543210] * 2
    assert str(frame["d"][0])[:10] == "2023-01-05"
    assert str(frame["t"][0]) == "2023-01-05 10:00:00"
    assert frame["_long"][0] == "增" * 681


def test_csv_begins_with_a_mark_for_excel_where_that_is_wanted(data: Path, tmp_path: Path) -> None:
    for bom in (True, False):
        run_query(data, "select indicator from metrics", "csv", tmp_path / "x.csv", bom=bom)
        assert (tmp_path / "x.csv").read_bytes().startswith(b"\xef\xbb\xbf") is bom


def test_spreadsheet_that_cuts_a_text_says_so(data: Path, tmp_path: Path) -> None:
    assert "; 1 texts were cut" in run_query(data, "select repeat('a', 40000)", "xlsx", tmp_path / "x.xlsx")
    assert "texts were" not in run_query(data, "select repeat('a', 30000)", "xlsx", tmp_path / "x.xlsx")


def test_mistakes_are_explained(data: Path, tmp_path: Path) -> None:
    with pytest.raises(QueryError, match=r"(?s)metrix.*Tables: .*metrics.*Views: .*headline"):
        run_query(data, "select * from metrix")
    with pytest.raises(QueryError, match="valeu"):
        run_query(data, "select valeu from metrics")
    with pytest.raises(QueryError, match="not SQL that DuckDB understands"):
        run_query(data, "selec 1")
    with pytest.raises(QueryError, match=r"no warehouse in .*baogao run"):
        run_query(tmp_path, "select 1")
    with pytest.raises(QueryError, match="no format yaml"):
        run_query(data, "select 1", "yaml")
    with pytest.raises(QueryError, match=r"--output FILE\.xlsx"):
        run_query(data, "select 1", "xlsx")


def test_output_never_touches_the_data_folder(data: Path, tmp_path: Path) -> None:
    before = (data / "warehouse.duckdb").read_bytes()
    for output in (data / "warehouse.duckdb", data / "new.csv", tmp_path / ".." / data.name / "x.csv"):
        with pytest.raises(QueryError, match="data folder"):
            run_query(data, "select 1", "csv", output)
    assert (data / "warehouse.duckdb").read_bytes() == before
    with pytest.raises(QueryError, match="there is no folder"):
        run_query(data, "select 1", "csv", tmp_path / "none" / "x.csv")


def test_failed_query_leaves_the_old_file(data: Path, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("old")
    with pytest.raises(QueryError, match="Could not convert"):
        run_query(data, "select cast(indicator as int) from metrics", "csv", tmp_path / "x.csv")
    assert (tmp_path / "x.csv").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["x.csv"]

"""A query does nothing but read the warehouse, within bounds, whatever the SQL (``attacks.yml``); and its answers are only text."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest
import yaml

from tests.conftest import BAOGAO
from tests.made_rows import row
from tests.warehouse.conftest import write_tables
from transforms.text.sanitize import FORMULA_STARTS
from warehouse.build.full_build import build
from warehouse.query.guard import Bounds, QueryError
from warehouse.query.run import run_query

ATTACKS = yaml.safe_load(Path(__file__).with_name("attacks.yml").read_text(encoding="utf8"))
SMALL = Bounds(seconds=1, memory=100_000_000)
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
TEXTS = ["=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\uff1d1+1", '=cmd|"/c calc"!A1', "\x1b]0;title\x07", "\x9b31m",
         "[red]x[/red]", "\u202ex"]  # fmt: skip


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    write_tables(folder / "parquet", [row("metrics")], documents=[row("documents")])
    build(folder / "parquet", folder / "warehouse.duckdb")
    return folder


@pytest.fixture
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that is worked in: nothing may be there afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HTTP_PROXY", "http://user:secret@proxy.example:1")
    return tmp_path


@pytest.mark.parametrize(
    ("kind", "sql"), [(kind, sql) for kind in ("statement", "reach", "many") for sql in ATTACKS[kind]], ids=lambda value: str(value)[:60]
)
def test_what_does_not_read_is_refused(data: Path, outside: Path, kind: str, sql: str) -> None:
    before = (data / "warehouse.duckdb").read_bytes()
    said = {"statement": "the warehouse is for reading", "many": "one statement at a time", "reach": "."}
    attack = sql.replace("STOLEN", str(outside / "stolen")).replace("WAREHOUSE", str(data / "warehouse.duckdb"))
    with pytest.raises(QueryError, match=said[kind]):
        run_query(data, attack, "json", bounds=SMALL)
    assert list(outside.iterdir()) == []
    assert (data / "warehouse.duckdb").read_bytes() == before
    assert sorted(path.name for path in data.iterdir()) == ["parquet", "warehouse.duckdb"]


@pytest.mark.parametrize("sql", ATTACKS["harmless"])
def test_what_is_answered_gives_nothing_away(data: Path, outside: Path, sql: str, capsys: pytest.CaptureFixture[str]) -> None:
    before = (data / "warehouse.duckdb").read_bytes()
    run_query(data, sql, "csv", bounds=SMALL)
    assert "secret" not in capsys.readouterr().out
    assert (data / "warehouse.duckdb").read_bytes() == before
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize("sql", ATTACKS["endless"])
@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_what_never_ends_is_ended(data: Path, outside: Path, sql: str, form: str) -> None:
    with pytest.raises(QueryError, match=r"took too long|too much memory"):
        run_query(data, sql, form, outside / "answer", bounds=SMALL)
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize(
    "sql",
    [
        "select sleep_ms(600000)",
        "select len(list_sort(range(200000000)))",
        "select length(a) + length(b) from (select repeat('x', 4000000000) a, repeat('y', 4000000000) b)",
    ],
)
def test_what_the_database_does_not_bound_the_process_does(data: Path, tmp_path: Path, sql: str) -> None:
    environment = {**os.environ, "BAOGAO_QUERY_SECONDS": "1", "BAOGAO_QUERY_MEMORY": "200000000"}
    asked = subprocess.run([str(BAOGAO), "query", sql, "--data", str(data), "--format", "csv"], env=environment, cwd=tmp_path,
                           capture_output=True, text=True, timeout=120, check=False)  # fmt: skip
    assert asked.returncode == 1
    assert re.search("memory|allocat|BAOGAO_QUERY_SECONDS", asked.stderr), asked.stderr
    assert "Traceback" not in asked.stderr


def test_no_name_of_the_program_is_a_table(data: Path) -> None:
    import pandas as pd

    frame = pd.DataFrame({"secret": [1]})
    with pytest.raises(QueryError, match="frame does not exist"):
        run_query(data, "from frame")
    assert len(frame) == 1


def values(texts: list[str]) -> str:
    """The texts as rows of SQL."""
    return ", ".join(f"({i}, '{text}')" for i, text in enumerate(text.replace("'", "''") for text in texts))


def test_csv_holds_no_formula_and_no_control_character(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_query(data, f"""select t as "=1+1\x1b[31m", -5 as number from (values {values(TEXTS)}) v(i, t) order by i""", "csv")
    text = capsys.readouterr().out
    assert CONTROLS.search(text) is None
    head, *rows = csv.reader(io.StringIO(text))
    assert head[0].startswith("'=")
    assert all(not cell.startswith(FORMULA_STARTS) for cell, _ in rows)
    assert {number for _, number in rows} == {"-5"}


def test_json_says_the_same_without_control_characters(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_query(data, f"select t from (values {values(TEXTS)}) v(i, t) order by i", "json")
    text = capsys.readouterr().out
    assert CONTROLS.search(text) is None
    assert [each["t"] for each in json.loads(text)] == TEXTS


def test_a_table_shows_markup_and_control_characters_as_text(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_query(data, f"""select t as "[red]\x1b" from (values {values(TEXTS)}) v(i, t) order by i""", "table")
    text = capsys.readouterr().out
    assert CONTROLS.search(text) is None
    assert "[red]x[/red]" in text


def test_messages_hold_no_control_character(data: Path) -> None:
    for sql in ('from "\x1b[31m"', "select \x1b[31m", "select cast('\x1b[31m' as int)"):
        with pytest.raises(QueryError) as refusal:
            run_query(data, sql)
        assert CONTROLS.search(str(refusal.value)) is None


def _hears_ctrl_c() -> None:
    """What a shell starts in the background ignores Ctrl-C, and so does all that it starts: the tests may be among it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_a_question_can_be_interrupted(data: Path, tmp_path: Path) -> None:
    asked = subprocess.Popen([str(BAOGAO), "query", "select count(*) from range(10000000000000)", "--data", str(data)], cwd=tmp_path,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=_hears_ctrl_c)  # fmt: skip
    try:
        # At work: more of the processor than starting takes, beside a warehouse that is open.
        busy = psutil.Process(asked.pid)
        while not any(file.path.endswith(".duckdb") for file in busy.open_files()):
            time.sleep(0.1)
        began = sum(busy.cpu_times()[:2])
        while sum(busy.cpu_times()[:2]) < began + 2:
            time.sleep(0.1)
        asked.send_signal(signal.SIGINT)
        said = asked.communicate(timeout=60)[1]
    finally:
        asked.kill()
    assert (asked.returncode, said.strip()) == (130, "Stopped.")

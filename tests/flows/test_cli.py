"""The program: exit codes, messages, what it imports, and a run without any server."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from flows.cli import main
from tests.conftest import BAOGAO, REPOSITORY, clean_environment, query, report

Program = Callable[..., subprocess.CompletedProcess[str]]
with_prefect = pytest.mark.xdist_group("prefect")


@pytest.mark.parametrize(
    "arguments",
    [["run", "--nonsense"], ["serve"], ["serve", "--cron", "bad"], ["extract"], ["query"], ["query", "SELECT 1", "--format", "xlsx"],
     ["nonsense"], ["run", "--workers", "0"], ["extract", "x", "--format", "pdf"], ["serve", "--cron", "0 6 * * *", "--timezone", "Moon"]],
)  # fmt: skip
def test_wrong_usage_is_exit_2_with_a_hint(arguments: list[str]) -> None:
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2
    assert "Error" in result.output


def test_a_setting_of_the_environment_that_cannot_be_meant_is_wrong_usage() -> None:
    result = CliRunner().invoke(main, ["run"], env={"BAOGAO_WORKERS": "many"})
    assert result.exit_code == 2
    assert "BAOGAO_WORKERS" in result.output


@pytest.mark.parametrize("command", ["run", "serve", "extract", "query", "quality"])
def test_help_teaches_with_examples(command: str) -> None:
    text = CliRunner().invoke(main, [command, "--help"]).output
    assert text.count(f"baogao {command}") >= 2


def test_every_setting_is_listed() -> None:
    result = CliRunner().invoke(main, ["settings"])
    assert "BAOGAO_DOCUMENT_SECONDS=120.0" in result.output


HEAVY = "{'prefect', 'great_expectations', 'pandas'} & set(sys.modules)"


@pytest.mark.parametrize("arguments", [["--help"], ["extract", "seeds/miyun_2023.txt", "--format", "jsonl"]])
def test_what_needs_no_prefect_does_not_import_it(arguments: list[str]) -> None:
    code = f"import sys; from flows.cli import main\ntry: main({arguments!r})\nexcept SystemExit: print({HEAVY}, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=REPOSITORY, check=True)
    assert done.stderr.strip() == "set()"


def test_extract_writes_each_format_and_names_what_it_cannot_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(report(), encoding="utf8")
    (tmp_path / "empty.txt").touch()
    for form in ("jsonl", "csv", "table"):
        result = CliRunner().invoke(main, ["extract", str(tmp_path / "a.txt"), "--format", form])
        assert result.exit_code == 0, result.output
        assert "5.2" in result.stdout
    lines = CliRunner().invoke(main, ["extract", str(tmp_path / "a.txt")]).stdout.splitlines()
    text = report()
    for line in lines:
        row = json.loads(line)
        assert "".join(text[row["char_start"] : row["char_end"]].split()) == row["number_text"]
    result = CliRunner().invoke(main, ["extract", *(str(tmp_path / name) for name in ("gone.txt", "empty.txt", "a.txt", "."))])
    assert result.exit_code == 1
    assert len(result.stdout.splitlines()) == len(lines)
    for name in ("gone.txt", "empty.txt"):
        assert name in result.stderr


def test_a_file_name_cannot_act_on_the_terminal(tmp_path: Path) -> None:
    name = "a\x1b[31m\n\u202eb.txt"
    (tmp_path / name).touch()
    result = CliRunner().invoke(main, ["extract", str(tmp_path / name)])
    assert "\x1b" not in result.stderr
    assert "\\x1b[31m\\n\\u202eb.txt" in result.stderr


def test_query_without_a_warehouse_says_what_to_do(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["query", "SELECT 1", "--data", str(tmp_path)])
    assert result.exit_code == 1
    assert "baogao run" in result.stderr


@with_prefect
def test_run_query_and_failures_by_exit_code(baogao: Program, seeds: Path, data: Path, tmp_path: Path) -> None:
    (seeds / "empty.txt").touch()
    done = baogao("run", "--seeds", seeds, "--data", data)
    assert done.returncode == 0, done.stderr
    for words in (
        "Published run-000001-",
        "2 in the warehouse, of 3 files",
        "a.txt, b.txt, empty.txt",
        "empty.txt: empty: ",
        "checks",
        "warehouse.duckdb",
    ):
        assert words in done.stdout
    assert "\x1b" not in done.stdout + done.stderr
    assert done.stderr == ""

    again = baogao("run", "--seeds", seeds, "--data", data)
    assert "as in run-000001-" in again.stdout
    asked = baogao("query", "SELECT count(*) AS n FROM documents", "--data", data, "--format", "json")
    assert json.loads(asked.stdout) == [{"n": 2}]
    assert baogao("query", "SELECT nonsense", "--data", data).returncode == 1
    assert baogao("query", "DROP TABLE documents", "--data", data).returncode == 1

    (tmp_path / "nothing").mkdir()
    for folder in (tmp_path / "gone", tmp_path / "nothing", seeds / "a.txt"):
        refused = baogao("run", "--seeds", folder, "--data", data)
        assert refused.returncode == 1
        assert "Not published" in refused.stderr
        assert str(folder) in refused.stderr
        assert "Traceback" not in refused.stderr
    assert query(data, "SELECT count(*) FROM documents") == [(2,)]


@with_prefect
def test_a_killed_run_leaves_the_old_warehouse_and_the_next_completes(baogao: Program, seeds: Path, data: Path, server: object) -> None:
    assert baogao("run", "--seeds", seeds, "--data", data).returncode == 0
    before = query(data, "SELECT * FROM metrics ORDER BY ALL")
    for number in range(30):
        (seeds / f"more{number}.txt").write_text(report(f"财政收入增长 {number}.5%") * 40, encoding="utf8")
    command = [str(BAOGAO), "run", "--seeds", str(seeds), "--data", str(data)]
    process = subprocess.Popen(command, env=server.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # type: ignore[attr-defined]
    deadline = time.monotonic() + 60
    while len(list((data / "store").iterdir())) < 6 and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert query(data, "SELECT * FROM metrics ORDER BY ALL") == before
    assert baogao("run", "--seeds", seeds, "--data", data).returncode == 0
    assert query(data, "SELECT count(*) FROM documents") == [(32,)]
    assert query(data, "SELECT status FROM runs ORDER BY run_id") == [("published",), ("failed",), ("published",)]
    assert not list((data / "generations").glob(".unfinished*"))


@pytest.mark.xdist_group("without-server")
def test_a_run_needs_no_server_and_leaves_a_record_and_no_process(seeds: Path, data: Path, tmp_path: Path) -> None:
    home = tmp_path / "prefect"
    environment = clean_environment(PREFECT_HOME=str(home), HOME=str(tmp_path))
    command = [str(BAOGAO), "run", "--seeds", str(seeds), "--data", str(data)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=tmp_path, timeout=240)
    assert done.returncode == 0, done.stderr
    assert done.stderr == "", "nothing of the orchestrator on the screen"
    assert "Published" in done.stdout
    with duckdb.connect(str(data / "warehouse.duckdb"), read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM documents").fetchall() == [(2,)]
    import sqlite3

    with sqlite3.connect(home / "prefect.db") as connection:
        assert connection.execute("SELECT state_type FROM flow_run").fetchall() == [("COMPLETED",)]
        assert {row[0] for row in connection.execute("SELECT state_type FROM task_run")} == {"COMPLETED"}
        assert connection.execute("SELECT count(*) >= 6 FROM task_run").fetchone() == (1,)
    import psutil

    left = [process.cmdline() for process in psutil.process_iter() if str(home) in process_home(process)]
    assert not left


def process_home(process: object) -> str:
    import psutil

    try:
        return str(process.environ().get("PREFECT_HOME", ""))  # type: ignore[attr-defined]
    except psutil.Error:
        return ""

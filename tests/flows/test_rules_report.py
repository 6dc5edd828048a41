"""``baogao rules`` counts what each rule did, and names those that did nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from flows.cli import main
from flows.commands.rules import report

REPORT = "某县政府工作报告\n2023年1月5日\n一、2022年工作回顾\n过去一年，地区生产总值增长5.2%，新建幼儿园3所。全市排名第四。\x1b[31m\n" * 3


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "inside").mkdir()
    (tmp_path / "a.txt").write_text(REPORT, encoding="utf8")
    (tmp_path / "inside" / "b.txt").write_text(REPORT + "居全国前三。\n", encoding="utf8")
    (tmp_path / "c.bin").write_bytes(b"\0\1\2" * 50)
    return tmp_path


def test_uses_and_documents_are_counted(folder: Path) -> None:
    made = report([folder / "a.txt", folder / "inside" / "b.txt", folder / "c.bin"])
    assert (made.documents, made.unreadable) == (2, 1)
    assert (made.used["ordinal.th"].uses, len(made.used["ordinal.th"].documents)) == (6, 2)
    assert made.used["ordinal.front"].uses == 1
    assert "ordinal.front" in made.of_one_document()
    assert "ordinal.th" not in made.of_one_document()
    assert "date.clock" in made.dead()
    assert "ordinal.th" not in made.dead()
    assert "[四]" in made.used["ordinal.th"].example
    assert made.used["indicator.subject"].uses >= 6


def test_the_command(folder: Path) -> None:
    told = CliRunner().invoke(main, ["rules", str(folder)])
    assert told.exit_code == 0, told.output
    assert "2 documents, 1 files that are none" in told.output
    assert "in one document only:" in told.output
    assert "\x1b" not in told.output
    assert CliRunner().invoke(main, ["rules", str(folder / "c.bin")]).exit_code == 1
    assert CliRunner().invoke(main, ["rules", str(folder / "none")]).exit_code == 2

"""The data dictionary says what the tables and views are, and is up to date."""

from __future__ import annotations

from pathlib import Path

import pytest

from transforms import schema
from warehouse import dictionary
from warehouse.build.view_files import views


def test_committed_dictionary_is_up_to_date() -> None:
    assert dictionary.FILE.read_text(encoding="utf8") == dictionary.dictionary(), "run: python -m warehouse.dictionary"


def test_dictionary_names_every_table_view_and_column() -> None:
    text = dictionary.dictionary()
    for table in schema.tables().values():
        assert f"### {table.name} · {table.zh}\n" in text
        for column in table.columns:
            assert f"| `{column.name}` |" in text
    for view in views():
        assert f"### {view.name} · " in text
    assert "One of `exact`, `approx`, `lower`, `upper`, `range`." in text


def test_check_tells_when_it_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(dictionary, "FILE", tmp_path / "DICTIONARY.md")
    assert dictionary.main(["--check"]) == 1
    assert "run: python -m warehouse.dictionary" in capsys.readouterr().err
    assert dictionary.main([]) == 0
    assert dictionary.main(["--check"]) == 0

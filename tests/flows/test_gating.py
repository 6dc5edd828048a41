"""Parts of a run at the gate: judged once, in processes where there are several, with the same verdict as in one piece."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from flows.stages import partitions, validation_pool
from tests.conftest import query, report
from tests.flows.test_incremental import FIGURES, PLACES, one_run


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    folder = tmp_path / "seeds"
    folder.mkdir()
    for number, place in enumerate(PLACES):
        (folder / f"{number}.txt").write_text(report(f"{FIGURES[number]}，森林覆盖率达到 130%", place), encoding="utf8")
    return folder


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The parts that were judged in this process."""
    seen: list[str] = []
    real = validation_pool.validate_partitions

    def validate(todo: Any, folder: Path) -> None:
        todo = list(todo)
        seen.extend(part.key for part in todo)
        real(todo, folder)

    monkeypatch.setattr(validation_pool, "validate_partitions", validate)
    return seen


def checks(data: Path, run_id: str) -> list[tuple[Any, ...]]:
    return query(data, "SELECT suite, expectation, rows_checked, rows_failed, passed FROM checks WHERE run_id = ? ORDER BY ALL", run_id)


def test_in_parts_the_verdict_is_that_on_the_whole(seeds: Path, tmp_path: Path, judged: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    whole, _ = one_run(seeds, tmp_path / "whole")
    assert len(judged) == 1
    monkeypatch.setattr(partitions, "PARTITION_ROWS", 10)
    parts, _ = one_run(seeds, tmp_path / "parts")
    assert len(judged) > 2
    found, wanted = checks(tmp_path / "parts", parts.run_id), checks(tmp_path / "whole", whole.run_id)
    of_documents = [row for row in found if row[2] == next(other[2] for other in wanted if other[:2] == row[:2])]
    assert len(of_documents) > 80  # the dimensions and the numbers of tables are looked at once in each part
    assert [row[:2] + row[3:] for row in found] == [row[:2] + row[3:] for row in wanted]
    flags = "SELECT metric_id, expectation, reason FROM flags ORDER BY ALL"
    assert query(tmp_path / "parts", flags) == query(tmp_path / "whole", flags) != []


def test_only_the_part_of_a_changed_document_is_judged_again(
    seeds: Path, tmp_path: Path, judged: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(partitions, "PARTITION_ROWS", 10)
    one_run(seeds, tmp_path / "data")
    first = set(judged)
    judged.clear()
    (seeds / "0.txt").write_text(report("地区生产总值增长 6.1%", PLACES[0]), encoding="utf8")
    one_run(seeds, tmp_path / "data")
    assert len(judged) == 1
    kept = {path.name for path in (tmp_path / "data/verdicts").iterdir()}
    assert judged[0] in kept
    assert len(kept & first) == len(first) - 1 == len(kept) - 1


def test_processes_judge_as_this_one_does(seeds: Path, tmp_path: Path, judged: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partitions, "PARTITION_ROWS", 60)
    here, _ = one_run(seeds, tmp_path / "here")
    assert judged
    judged.clear()
    there, _ = one_run(seeds, tmp_path / "there", workers=2)
    assert not judged
    assert checks(tmp_path / "there", there.run_id) == checks(tmp_path / "here", here.run_id)


def test_a_process_that_dies_ends_the_run_with_its_last_words(seeds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partitions, "PARTITION_ROWS", 60)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (tmp_path / "great_expectations.py").write_text("raise SystemExit('no memory left')")
    with pytest.raises(validation_pool.ValidationPoolError, match="no memory left"):
        one_run(seeds, tmp_path / "data", workers=2)
    assert not list((tmp_path / "data").glob("warehouse*"))

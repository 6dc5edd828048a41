"""Hostile files among good ones, read by worker processes as a run reads them: each ends with its class, and costs nobody else."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import report
from tests.robustness import hostile
from tests.robustness.hostile import FILES, NAMES, Outcome, outcome_of, put_names, put_places, read
from transforms.rows import document_id

GOOD = {
    "good/a.txt": report(),
    "good/b.txt": report("固定资产投资增长 3.1%", "房山区"),
    "good/c.txt": report("粮食产量 12.5 万吨", "延庆区"),
}
SMALL = {name: file for name, file in FILES.items() if file.small}


def put_good(folder: Path) -> None:
    for name, text in GOOD.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf8")


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A folder with everything hostile in it, and what must become of what is no document."""
    folder = tmp_path_factory.mktemp("hostile") / "seeds"
    put_good(folder)
    for name, file in SMALL.items():
        (folder / name).write_bytes(file.make(file.small))
    put_names(folder)
    return folder, put_places(folder)


@pytest.fixture(scope="module")
def outcome(places: tuple[Path, dict[str, str]], tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return read(places[0], tmp_path_factory.mktemp("store"), seconds=120, memory=1_000_000_000)


@pytest.mark.xdist_group("hostile")
@pytest.mark.parametrize("name", SMALL)
def test_a_hostile_file_ends_with_its_class(outcome: Outcome, name: str) -> None:
    said = outcome_of(name, outcome)
    assert said in SMALL[name].outcomes
    stands = any(row["source_path"].split("!/")[0] == name for row in outcome.tables["documents"])
    assert stands == (said == "ok") or name.endswith(".zip")  # what an archive gave before it failed stands


@pytest.mark.xdist_group("hostile")
def test_what_is_no_document_is_named(outcome: Outcome, places: tuple[Path, dict[str, str]]) -> None:
    assert {name: outcome.failures.get(name) for name in places[1]} == places[1]
    assert "SECRET" not in str(outcome.tables)
    assert not any("loop/again" in row["source_path"] for row in outcome.tables["documents"])


@pytest.mark.xdist_group("hostile")
def test_names_stand_in_the_tables_so_that_they_can_be_shown(outcome: Outcome, places: tuple[Path, dict[str, str]]) -> None:
    there = {row["source_path"] for row in outcome.tables["documents"]}
    paths = [*there, *outcome.failures]
    assert all(character >= " " and not "\x7f" <= character <= "\x9f" for path in paths for character in path)
    assert not any(mark in path for path in paths for mark in "\u202e\u2028")
    kept = sum((places[0] / os.fsdecode(name)).exists() for name in NAMES)
    assert sum("号" in row["text"] for row in outcome.tables["documents"] if row["text"].rstrip().endswith("个。")) >= kept > 10
    assert len(there) == len(outcome.tables["documents"])


@pytest.mark.xdist_group("hostile")
def test_the_other_documents_come_out_as_without_them(outcome: Outcome, tmp_path: Path) -> None:
    put_good(tmp_path / "seeds")
    alone = read(tmp_path / "seeds", tmp_path / "store", workers=1)
    assert alone.failures == {}
    ids = {document_id(name) for name in GOOD}

    def rows(made: Outcome, name: str) -> list[dict[str, Any]]:
        found = [row for row in made.tables[name] if row["document_id"] in ids]
        return sorted(found, key=lambda row: row["document_id"])  # shards are finished in any order, the rows in them are not

    for name in ("documents", "metrics", "numbers"):
        assert rows(outcome, name) == rows(alone, name)
        assert rows(alone, name)


def test_the_full_sizes_are_larger() -> None:
    assert {name for name, file in FILES.items() if not file.small} == {"many members.zip", "100 MB.html", "line of 50 million.txt"}
    assert {"too_large", "broken", "unsupported"} >= hostile.REFUSED

"""A description of the documents in the seeds folder: its way into the tables, what a change of it costs, and what stops a run."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from flows.ingest import inventory
from flows.ingest.keeper_file import described, load_keeper, unmatched, with_addresses
from flows.state.source_files import Inventory
from flows.workers import pool
from tests.conftest import query, report
from transforms.identify.keeper import Keeper, KeeperError

pytestmark = pytest.mark.xdist_group("prefect")
COLUMNS = "file,region,report_year,url,publisher,published_on\n"


@pytest.fixture
def worked_on(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The source paths that workers were given since it was last cleared."""
    seen: list[str] = []
    real = pool.WorkerPool.work

    def work(self: pool.WorkerPool, job: Any, *more: Any) -> Any:
        seen.extend(source_path for source_path, _, _ in job.files)
        return real(self, job, *more)

    monkeypatch.setattr(pool.WorkerPool, "work", work)
    return seen


def say(seeds: Path, *lines: str) -> None:
    (seeds / "documents.csv").write_text("\ufeff" + COLUMNS + "\n".join(lines) + "\n", encoding="utf8")


def test_what_is_said_is_in_the_tables_and_a_change_of_it_reads_those_documents_anew(
    run: Callable[..., Any], seeds: Path, data: Path, worked_on: list[str]
) -> None:
    with zipfile.ZipFile(seeds / "c.zip", "w") as archive:
        archive.writestr("in.txt", report("粮食产量 1.3 万吨", "怀柔区"))
    say(seeds, "a.txt,房山区,2022,https://gov.example/a,县政府,2022-02-01", "in.txt,,,https://gov.example/in,,", "z*.txt,,2001,,,")
    published = run()
    columns = "source_path, region_code, report_year, url, publisher, CAST(published_on AS VARCHAR)"
    assert query(data, f"SELECT {columns} FROM documents ORDER BY source_path") == [
        ("a.txt", "110111", 2022, "https://gov.example/a", "县政府", "2022-02-01"),
        ("b.txt", "110111", 2023, None, None, None),
        ("c.zip!/in.txt", "110116", 2023, "https://gov.example/in", None, None),
    ]
    assert query(data, "SELECT DISTINCT region_code, report_year FROM metrics WHERE document_id IN (SELECT document_id FROM documents "
                       "WHERE source_path = 'a.txt')") == [("110111", 2022)]  # fmt: skip
    assert query(data, "SELECT identified_by FROM documents WHERE source_path = 'a.txt'")[0][0].count("its keeper says so") == 2
    assert [note for note in published.problems if "'z*.txt'" in note and "line 4" in note]
    assert not [note for note in published.problems if "in.txt" in note or "a.txt" in note]

    worked_on.clear()
    run()
    assert worked_on == []
    (seeds / "c.zip").unlink()
    say(seeds, "b.txt,,,https://gov.example/b,,", "a.txt,房山区,2022,https://gov.example/a,县政府,2022-02-01")
    run()
    assert worked_on == ["b.txt"]
    (seeds / "documents.csv").unlink()
    assert set(run().plan.changed) == {"a.txt", "b.txt"}
    assert query(data, "SELECT region_code, report_year, url FROM documents ORDER BY source_path") == [
        ("110118", 2023, None),
        ("110111", 2023, None),
    ]


def test_a_description_that_is_not_valid_stops_the_run_before_it_reads(
    baogao: Callable[..., CompletedProcess[str]], seeds: Path, data: Path
) -> None:
    say(seeds, "a.txt,某某区,,,,")
    done = baogao("run", "--seeds", seeds, "--data", data)
    assert done.returncode == 1
    assert "documents.csv, line 2: region '某某区' is no division" in done.stderr
    assert not (data / "warehouse.duckdb").exists()


def test_extract_looks_for_a_description_beside_the_file(baogao: Callable[..., CompletedProcess[str]], seeds: Path) -> None:
    say(seeds, "a.txt,,2019,,,")
    assert '"report_year": 2019' in baogao("extract", seeds / "a.txt").stdout
    assert "year: 2019" in baogao("extract", seeds / "a.txt", "--explain", "identity").stdout
    say(seeds, "a.txt,,19,,,")
    refused = baogao("extract", seeds / "a.txt")
    assert refused.returncode == 1
    assert "documents.csv, line 2: report_year '19'" in refused.stderr


def test_there_is_one_description_in_utf8(seeds: Path) -> None:
    assert load_keeper(seeds) == Keeper()
    (seeds / "documents.csv").write_bytes("file,title\na,报告\n".encode("gbk"))
    with pytest.raises(KeeperError, match="not in UTF-8"):
        load_keeper(seeds)
    (seeds / "documents.yml").write_text("documents: []")
    with pytest.raises(KeeperError, match=r"documents\.csv and documents\.yml"):
        load_keeper(seeds)


def test_only_the_description_in_the_seeds_folder_itself_is_no_document(seeds: Path) -> None:
    say(seeds, "a.txt,,2019,,,")
    (seeds / "sub").mkdir()
    say(seeds / "sub", "x,,,,,")
    found = inventory.scan(seeds, 10**6)
    assert [file.source_path for file in found.files] == ["a.txt", "b.txt", "sub/documents.csv"]
    a, b, _ = described(found, load_keeper(seeds)).files
    assert a.version.startswith(a.sha256 + "+")
    assert b.version == b.sha256


def test_a_fetched_document_has_its_address_unless_its_keeper_says_another() -> None:
    keeper = with_addresses(Keeper(), {"web/gov.example/a.txt": "https://gov.example/a.txt"})
    says = keeper.of("web/gov.example/a.txt")
    assert says is not None
    assert says.url == "https://gov.example/a.txt"
    assert keeper.of("web/gov.example/b.txt") is None
    assert list(unmatched(keeper, Inventory((), ()), Path())) == []

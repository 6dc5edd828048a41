"""A report that is there in several files counts once, in every table and view."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import query, report
from tests.decode.makers import docx_of, html_of, pdf_of, set_in_lines, zip_of
from tests.decode.test_formats import LINES, SEED, paragraphs
from transforms.pipeline import process
from transforms.types import RawFile

pytestmark = pytest.mark.xdist_group("prefect")
Runner = Callable[..., Any]
FORMATS: dict[str, Callable[[], bytes]] = {
    "txt": SEED.read_bytes,
    "html": lambda: html_of(LINES),
    "docx": lambda: docx_of(LINES),
    "pdf": lambda: pdf_of(LINES),
}
PLACES = {"metric_id", "document_id", "char_start", "char_end", "page"}


def test_one_report_in_four_formats_has_the_same_metrics() -> None:
    """Whatever the format, every field of every metric is the same but for where the number stands in the file's text."""
    rows = {form: _rows(form, make()) for form, make in FORMATS.items() if form != "pdf"}
    assert len(rows["txt"]) > 100
    for form, found in rows.items():
        assert found == rows["txt"], form
    # Pages are set in paragraphs, whose lines go on to the margin.
    set_as_pages = pdf_of(set_in_lines(paragraphs()), justified=True)
    assert _rows("pdf", set_as_pages) == _rows("txt", "\n".join(paragraphs()).encode())


def _rows(form: str, data: bytes) -> list[dict[str, Any]]:
    made = process(RawFile(f"x.{form}", data), run_id="r", ingested_at=datetime(2026, 1, 1, tzinfo=UTC), pipeline_version="v")
    assert made.document is not None
    assert made.document["format"] == form
    return [{name: value for name, value in row.items() if name not in PLACES} for row in made.metrics]


def test_four_formats_and_one_counts(run: Runner, seeds: Path, data: Path) -> None:
    run()
    before = query(data, "SELECT count(*) FROM metrics") + query(data, "SELECT count(*) FROM numbers")
    for form, make in FORMATS.items():
        (seeds / f"seed_{form}.{form}").write_bytes(make())
    summary = run()
    found = dict(query(data, "SELECT d.source_path, o.source_path FROM documents d LEFT JOIN documents o ON o.document_id = d.copy_of"))
    counted = "seed_docx.docx"
    others = {f"seed_{form}.{form}" for form in FORMATS} - {counted}
    assert found == dict.fromkeys(others, counted) | dict.fromkeys(("a.txt", "b.txt", counted))
    assert summary.built.copies == 3

    metrics = dict(query(data, "SELECT d.source_path, count(*) FROM metrics JOIN documents d USING (document_id) GROUP BY ALL"))
    assert metrics.keys() == {"a.txt", "b.txt", counted}
    held = query(data, "SELECT DISTINCT d.source_path FROM quarantine JOIN documents d USING (document_id)")
    assert {name for (name,) in held} <= metrics.keys()
    assert query(data, "SELECT count(*) FROM metrics")[0][0] == before[0][0] + metrics[counted]
    ledger = query(
        data,
        "SELECT d.source_path, count(*) FILTER (n.class = 'metric') > 100, count(n.metric_id) FROM numbers n "
        "JOIN documents d USING (document_id) WHERE d.copy_of IS NOT NULL GROUP BY ALL",
    )
    assert sorted(ledger) == [(name, True, 0) for name in sorted(others)]
    assert query(data, "SELECT count(*) FROM checks WHERE NOT passed AND suite IN ('ledger', 'references')") == [(0,)]
    assert query(data, "SELECT count(*), count(DISTINCT (region_code, year, indicator_id, statistic, modality)) FROM headline")[0][0] > 0


def test_when_the_one_that_counts_goes_another_takes_its_place(run: Runner, seeds: Path, data: Path, tmp_path: Path) -> None:
    for name in ("copy1.txt", "copy2.txt"):
        (seeds / name).write_text(report(), encoding="utf8")
    run()
    copies = "SELECT source_path FROM documents WHERE copy_of IS NOT NULL ORDER BY 1"
    assert query(data, copies) == [("copy1.txt",), ("copy2.txt",)]
    metrics = query(data, "SELECT count(*) FROM metrics")
    (seeds / "a.txt").unlink()
    run()
    assert query(data, copies) == [("copy2.txt",)]
    assert query(data, "SELECT count(*) FROM metrics") == metrics
    (seeds / "copy2.txt").write_text(report("地区生产总值增长 9.9%"), encoding="utf8")
    run()
    assert query(data, copies) == []
    run(data=str(tmp_path / "afresh"))
    names = "SELECT d.source_path, m.* EXCLUDE (run_id) FROM metrics m JOIN documents d USING (document_id) ORDER BY ALL"
    assert query(data, names) == query(tmp_path / "afresh", names)


def test_members_of_archives_are_copies_too(run: Runner, seeds: Path, data: Path) -> None:
    for turn in range(8):  # in shards of their archives' names, not of their own
        (seeds / f"z{turn}.zip").write_bytes(zip_of(("in/report.txt", (report() + "\n" * turn).encode())))
    run()
    copies = query(data, "SELECT source_path FROM documents WHERE copy_of IS NOT NULL ORDER BY 1")
    assert copies == [(f"z{turn}.zip!/in/report.txt",) for turn in range(8)]
    assert query(data, "SELECT count(*) FROM metrics JOIN documents USING (document_id) WHERE copy_of IS NOT NULL") == [(0,)]

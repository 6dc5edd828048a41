"""The data-quality report: what was checked, what failed, where exactly, and what to do. Made from the warehouse alone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from warehouse.reading import Record, connect, marked, records, write_page

ROWS_SHOWN = 500
"""Rows listed of each kind; the warehouse has all of them, and the page says so."""
DOCUMENTS_SHOWN = 30
CHANGES = (("documents_new", "new", "新增"), ("documents_changed", "changed", "变更"), ("documents_removed", "removed", "移除"))


@dataclass(frozen=True)
class Verdict:
    """The state of the published data in one word and one line."""

    level: str
    """``good``, ``fair`` (rows are marked or held back, files failed) or ``bad`` (a check that stops publication failed)."""
    en: str
    zh: str


def write_quality_report(warehouse: Path, folder: Path) -> Path:
    """Write ``folder/index.html`` from the warehouse.

    Great Expectations' own pages are linked where ``folder/gx/index.html`` exists, documents where the site has them.

    Returns:
        The page written.
    """
    with connect(warehouse) as connection:
        facts = quality_facts(connection)
    facts["has_gx"] = (folder / "gx" / "index.html").exists()
    return write_page(folder, "index.html", "quality.html.j2", **facts)


def quality_facts(connection: duckdb.DuckDBPyConnection, rows: int = ROWS_SHOWN) -> dict[str, Any]:
    """Everything that the report and the summary say, as plain values."""
    runs = records(connection, "select * from runs order by run_id desc limit 30")
    run = runs[0] if runs else {}
    run_id = run.get("run_id", "")
    checks = records(
        connection,
        "from checks where run_id = (select max(run_id) from checks) order by passed, severity, rows_failed desc, suite, expectation",
    )
    counts = records(
        connection,
        """select (select count(*) from documents) as documents, (select count(*) from metrics) as metrics,
        (select count(*) from numbers) as numbers, (select count(distinct metric_id) from quarantine) as quarantined,
        (select count(*) from metrics where quality_flags is not null) as flagged, (select count(*) from failures) as failures,
        (select avg(confidence) from metrics) as confidence""",
    )[0]
    failures = records(connection, "select * from failures order by error, source_path")
    return {
        "run": run,
        "run_id": run_id,
        "runs": runs,
        "previous": next((each for each in runs[1:] if each["status"] == "published"), None),
        "changes": [(run.get(column) or 0, en, zh) for column, en, zh in CHANGES],
        "counts": counts,
        "verdict": verdict(counts, checks),
        "checks": checks,
        "suites": _suites(checks),
        "summary": records(connection, "select * from quality_summary where run_id = (select max(run_id) from checks) order by suite"),
        "quarantined": _with_sentence(records(connection, QUARANTINED, [rows])),
        "flagged": _with_sentence(records(connection, FLAGGED, [rows])),
        "failures": failures,
        "documents": records(connection, DOUBTFUL, [DOCUMENTS_SHOWN]),
        "notes": records(connection, NOTES),
        "meaning": {check["expectation"]: check for check in checks},
    }


QUARANTINED = """
select q.*, d.file_name, coalesce(d.title, d.file_name) as document
from quarantine q left join documents d using (document_id)
order by d.file_name, q.char_start, q.metric_id, q.expectation limit ?
"""
FLAGGED = """
select m.*, d.file_name, coalesce(d.title, d.file_name) as document
from metrics m join documents d using (document_id)
where m.quality_flags is not null
order by m.confidence, d.file_name, m.char_start limit ?
"""
NOTES = "select document_id, file_name, warnings from documents where warnings is not null order by file_name limit 200"
DOUBTFUL = """
select d.document_id, d.file_name, coalesce(d.title, d.file_name) as document, d.region, d.report_year, count(m.metric_id) as metrics,
       avg(m.confidence) as confidence, count(*) filter (where m.confidence < 0.7) as doubtful, count(m.quality_flags) as flagged
from documents d left join metrics m using (document_id)
group by all
order by confidence nulls first, d.file_name limit ?
"""


def verdict(counts: Record, checks: list[Record]) -> Verdict:
    """The verdict on published data, from the counts and the checks of the last run."""
    if not checks:
        return Verdict("fair", "Nothing was checked yet.", "尚未检查。")
    stopped = [check for check in checks if not check["passed"] and check["severity"] == "critical" and check["scope"] == "table"]
    if stopped:
        names = ", ".join(check["expectation"] for check in stopped)
        return Verdict("bad", f"A check that stops publication failed: {names}.", f"有阻止发布的检查未通过：{names}。")
    parts = [
        (counts["quarantined"], "quarantined", "行被隔离"),
        (counts["flagged"], "marked", "行有标记"),
        (counts["failures"], "file(s) failed", "个文件失败"),
    ]
    open_points = [(count, en, zh) for count, en, zh in parts if count]
    if not open_points:
        return Verdict("good", f"All {len(checks)} checks passed.", f"全部 {len(checks)} 项检查通过。")
    en = ", ".join(f"{count:,} {word}" for count, word, _ in open_points)
    zh = "，".join(f"{count:,} {word}" for count, _, word in open_points)
    return Verdict("fair", f"Published, with open points: {en}.", f"已发布，尚有待查：{zh}。")


def _suites(checks: list[Record]) -> list[tuple[str, list[Record]]]:
    names = sorted({check["suite"] for check in checks}, key=lambda name: (name == "schema", name))
    return [(name, [check for check in checks if check["suite"] == name]) for name in names]


def _with_sentence(rows: list[Record]) -> list[Record]:
    for row in rows:
        row["before"], row["number"], row["behind"] = marked(row["sentence"] or "", row["number_text"])
    return rows

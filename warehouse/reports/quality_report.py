"""The data-quality report: what was checked, what failed, where exactly, and what to do. Made from the warehouse alone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from warehouse.reports.report_data import Record, marked, records, write_page
from warehouse.storage.connections import connect

GROUP_ROWS = 50
"""Rows of each check on the first page."""
GROUP_DOCUMENTS = 20
"""Documents listed for each check."""
ROWS_SHOWN = 250
"""Rows on each further page."""
PAGES = 20
"""Further pages of each kind; the warehouse has all rows, and the page says so."""
FAILURES_SHOWN = 500
MEMORY = "600MB"
"""What DuckDB may hold while the report is made."""
DOCUMENTS_SHOWN = 30
CHANGES = (("documents_new", "new", "新增"), ("documents_changed", "changed", "变更"), ("documents_removed", "removed", "移除"))


@dataclass(frozen=True)
class QualityStatus:
    """The state of the published data in one word and one line."""

    level: str
    """``good``, ``fair`` (rows are marked or held back, files failed) or ``bad`` (a check that stops publication failed)."""
    en: str
    zh: str


def write_quality_report(warehouse: Path, folder: Path) -> Path:
    """Write ``folder/index.html`` from the warehouse, and further pages where more rows are held back or marked than it shows.

    Great Expectations' own pages are linked where ``folder/gx/index.html`` exists, documents where the site has them.

    Returns:
        The first page.
    """
    with connect(warehouse) as connection:
        connection.execute(f"set memory_limit = '{MEMORY}'")
        facts = quality_facts(connection, ROWS_SHOWN * PAGES)
        for kind in ("quarantined", "flagged"):
            facts[f"{kind}_groups"] = check_groups(connection, kind, facts["meaning"])
        facts["by_document"] = records(connection, BY_DOCUMENT, [DOCUMENTS_SHOWN])
    for kind in ("quarantined", "flagged"):
        rows, total, groups = facts[kind], facts["counts"][kind], facts[f"{kind}_groups"]
        folded = any(group["count"] > len(group["rows"]) for group in groups)
        pages = {f"{kind}-{start // ROWS_SHOWN + 1}.html": start for start in range(0, len(rows) if folded else 0, ROWS_SHOWN)}
        for name, start in pages.items():
            shown = {"kind": kind, "rows": rows[start : start + ROWS_SHOWN], "first": start + 1, "total": total, "pages": list(pages)}
            write_page(folder, name, "quality_rows.html.j2", run_id=facts["run_id"], meaning=facts["meaning"], **shown)
        facts |= {f"{kind}_pages": list(pages), f"{kind}_listed": len(rows) if folded else total}
    facts["has_gx"] = (folder / "gx" / "index.html").exists()
    return write_page(folder, "index.html", "quality.html.j2", **facts)


def quality_facts(connection: duckdb.DuckDBPyConnection, rows: int = ROWS_SHOWN) -> dict[str, Any]:
    """Everything that the report and the summary say, as plain values."""
    known = standing(connection)
    run, runs, checks = known["run"], known["runs"], known["checks"]
    return {
        **known,
        "previous": next((each for each in runs[1:] if each["status"] == "published"), None),
        "changes": [(run.get(column) or 0, en, zh) for column, en, zh in CHANGES],
        "suites": _suites(checks),
        "trend": trend(records(connection, TREND)),
        "summary": records(connection, "select * from quality_summary where run_id = (select max(run_id) from checks) order by suite"),
        "quarantined": _quarantined(connection, rows),
        "flagged": _flagged(connection, rows),
        "failures": records(connection, "select * from failures order by error, source_path limit ?", [FAILURES_SHOWN]),
        "documents": records(connection, DOUBTFUL, [DOCUMENTS_SHOWN]),
        "notes": records(connection, NOTES),
        "meaning": {check["expectation"]: check for check in checks},
    }


def standing(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """How the published data stand: the last runs, counts, the checks and the verdict."""
    runs = records(connection, "select * from runs order by run_id desc limit 30")
    checks = records(connection, CHECKS)
    counts = records(
        connection,
        """select (select count(*) from documents) as documents, (select count(*) from metrics) as metrics,
        (select count(*) from numbers) as numbers, (select count(distinct metric_id) from quarantine) as quarantined,
        (select count(*) from metrics where quality_flags is not null) as flagged, (select count(*) from failures) as failures,
        (select avg(confidence) from metrics) as confidence""",
    )[0]
    run = runs[0] if runs else {}
    return {
        "run": run,
        "run_id": run.get("run_id", ""),
        "runs": runs,
        "counts": counts,
        "checks": checks,
        "verdict": verdict(counts, checks),
    }


CHECKS = """
with last as (select max(run_id) as run_id from checks),
earlier as (select max(run_id) as run_id from checks where run_id < (select run_id from last))
select c.*, e.rows_failed as failed_before
from checks c
left join checks e on e.run_id = (select run_id from earlier) and e.suite = c.suite and e.expectation = c.expectation
where c.run_id = (select run_id from last)
order by c.passed, c.severity, c.rows_failed desc, c.suite, c.expectation
"""
TREND = """
select run_id, any_value(r.status) as status, any_value(r.finished_at) as finished_at, any_value(r.documents_seen) as documents,
       any_value(r.metrics) as metrics, any_value(r.quarantined) as quarantined,
       coalesce(sum(c.rows_failed) filter (where c.severity = 'warning' and c.scope = 'row'), 0)::bigint as marks,
       count(*) filter (where not c.passed) as failed, count(*) as checks
from checks c left join runs r using (run_id)
group by run_id order by run_id desc limit 30
"""
QUARANTINED = """
with held as (
    select metric_id, list({'expectation': expectation, 'reason': reason} order by expectation) as reasons from quarantine group by all
),
once as (select * from quarantine qualify row_number() over (partition by metric_id order by expectation) = 1)
select m.*, h.reasons, d.file_name, coalesce(d.title, d.file_name) as document
from once m join held h using (metric_id) left join documents d using (document_id)
order by d.file_name, m.char_start, m.metric_id limit ?
"""
FLAGGED = """
with said as (
    select metric_id, list({'expectation': expectation, 'reason': reason} order by expectation) as reasons from flags group by all
)
select m.*, s.reasons, d.file_name, coalesce(d.title, d.file_name) as document
from metrics m join documents d using (document_id) left join said s using (metric_id)
where m.quality_flags is not null
order by m.confidence, d.file_name, m.char_start, m.metric_id limit ?
"""
QUARANTINE_REASONS = """
select q.* exclude (run_id) from quarantine q
"""
FLAG_REASONS = """
select m.*, e.expectation, f.reason
from metrics m, (select unnest(string_split(m.quality_flags, '; ')) as expectation) e
left join (select metric_id, expectation, any_value(reason) as reason from flags group by all) f
    on f.metric_id = m.metric_id and f.expectation = e.expectation
where m.quality_flags is not null
"""
GROUPS = """
select expectation, count(*) as count, count(distinct document_id) as documents
from failing group by all order by count(*) desc, expectation
"""
GROUPED_ROWS = """
select f.*, d.file_name, coalesce(d.title, d.file_name) as document
from failing f left join documents d using (document_id)
qualify row_number() over (partition by f.expectation order by d.file_name, f.char_start, f.metric_id) <= ?
order by f.expectation, d.file_name, f.char_start, f.metric_id
"""
GROUP_BY_DOCUMENT = """
select f.expectation, f.document_id, any_value(d.report_year) as report_year, any_value(d.file_name) as file_name, count(*) as count
from failing f left join documents d using (document_id)
group by f.expectation, f.document_id
qualify row_number() over (partition by f.expectation order by count(*) desc, f.document_id) <= ?
order by count(*) desc, f.document_id
"""
HISTORY = """
select expectation, list(rows_failed order by run_id) as failed
from checks where run_id in (select distinct run_id from checks order by run_id desc limit 30) group by expectation
"""
BY_DOCUMENT = """
with failing as (
    select document_id, metric_id, unnest(string_split(quality_flags, '; ')) as expectation from metrics where quality_flags is not null
    union all
    select document_id, metric_id, expectation from quarantine
),
counted as (select document_id, expectation, count(*) as n from failing group by all)
select c.document_id, any_value(d.report_year) as report_year, any_value(d.file_name) as file_name,
       any_value(coalesce(d.title, d.file_name)) as document, sum(c.n)::bigint as count,
       list({'expectation': c.expectation, 'count': c.n} order by c.n desc, c.expectation) as checks
from counted c left join documents d using (document_id)
group by c.document_id order by sum(c.n) desc, c.document_id limit ?
"""
NOTES = "select document_id, report_year, file_name, warnings from documents where warnings is not null order by file_name limit 200"
DOUBTFUL = """
select d.document_id, d.file_name, coalesce(d.title, d.file_name) as document, d.region, d.report_year, count(m.metric_id) as metrics,
       avg(m.confidence) as confidence, count(*) filter (where m.confidence < 0.7) as doubtful, count(m.quality_flags) as flagged
from documents d left join metrics m using (document_id)
where d.copy_of is null
group by all
order by confidence nulls first, d.file_name limit ?
"""


def check_groups(connection: duckdb.DuckDBPyConnection, kind: str, meaning: dict[str, Record]) -> list[Record]:
    """Group the quarantined or flagged rows by check, those that concern most rows first.

    Returns:
        For each check its ``expectation``, ``count`` of rows and ``documents``, ``share`` of the rows checked (percent, None where that is
        not known), ``history`` (a line of its failed rows over the last runs), ``by_document`` (the documents with most of its rows), and
        the first :data:`GROUP_ROWS` ``rows``.
    """
    failing = QUARANTINE_REASONS if kind == "quarantined" else FLAG_REASONS
    groups = records(connection, f"with failing as ({failing}) {GROUPS}")
    rows = _with_sentence(connection, records(connection, f"with failing as ({failing}) {GROUPED_ROWS}", [GROUP_ROWS]))
    documents = records(connection, f"with failing as ({failing}) {GROUP_BY_DOCUMENT}", [GROUP_DOCUMENTS])
    history = {each["expectation"]: each["failed"] for each in records(connection, HISTORY)}
    for group in groups:
        name = group["expectation"]
        checked = meaning[name]["rows_checked"] if name in meaning else 0
        group["share"] = 100 * group["count"] / checked if checked else None
        group["history"] = points([float(value or 0) for value in history.get(name, [])]) if len(history.get(name, [])) > 1 else ""
        group["by_document"] = [each for each in documents if each["expectation"] == name]
        group["rows"] = [row for row in rows if row["expectation"] == name]
        for row in group["rows"]:
            row["reasons"] = [{"expectation": name, "reason": row["reason"] or ""}]
    return groups


def _quarantined(connection: duckdb.DuckDBPyConnection, rows: int) -> list[Record]:
    return _with_sentence(connection, records(connection, QUARANTINED, [rows]))


def _flagged(connection: duckdb.DuckDBPyConnection, rows: int) -> list[Record]:
    found = _with_sentence(connection, records(connection, FLAGGED, [rows]))
    for row in found:
        row["reasons"] = row["reasons"] or [{"expectation": name, "reason": ""} for name in row["quality_flags"].split("; ")]
    return found


def trend(runs: list[Record]) -> dict[str, Any]:
    """Of the last runs (newest first) what the report draws: for each measure its values, oldest first, as points of a line."""
    told = runs[::-1]
    lines = []
    for name, zh, en in TRENDS:
        values = [float(run[name] or 0) for run in told if run["status"] == "published" or name in ("marks", "failed")]
        lines.append({"name": name, "zh": zh, "en": en, "values": values, "points": points(values)})
    return {"runs": told, "lines": lines}


TRENDS = (
    ("metrics", "指标", "metrics"),
    ("quarantined", "隔离", "quarantined"),
    ("marks", "标记", "marks"),
    ("failed", "未通过的检查", "checks failed"),
)
WIDTH, HEIGHT = 150, 36


def points(values: list[float]) -> str:
    """The points of a line through the values, for a drawing of :data:`WIDTH` by :data:`HEIGHT` that begins at nought."""
    top = max(values, default=0.0) or 1.0
    step = WIDTH / max(len(values) - 1, 1)
    return " ".join(f"{i * step:.1f},{HEIGHT - 2 - (HEIGHT - 4) * value / top:.1f}" for i, value in enumerate(values))


def verdict(counts: Record, checks: list[Record]) -> QualityStatus:
    """The verdict on published data, from the counts and the checks of the last run."""
    if not checks:
        return QualityStatus("fair", "Nothing was checked yet.", "尚未检查。")
    stopped = [check for check in checks if not check["passed"] and check["severity"] == "critical" and check["scope"] == "table"]
    if stopped:
        names = ", ".join(check["expectation"] for check in stopped)
        return QualityStatus("bad", f"A check that stops publication failed: {names}.", f"有阻止发布的检查未通过：{names}。")
    parts = [
        (counts["quarantined"], "quarantined", "行被隔离"),
        (counts["flagged"], "marked", "行有标记"),
        (counts["failures"], "file(s) failed", "个文件失败"),
    ]
    open_points = [(count, en, zh) for count, en, zh in parts if count]
    if not open_points:
        return QualityStatus("good", f"All {len(checks)} checks passed.", f"全部 {len(checks)} 项检查通过。")
    en = ", ".join(f"{count:,} {word}" for count, word, _ in open_points)
    zh = "，".join(f"{count:,} {word}" for count, _, word in open_points)
    return QualityStatus("fair", f"Published, with open points: {en}.", f"已发布，尚有待查：{zh}。")


def _suites(checks: list[Record]) -> list[tuple[str, list[Record]]]:
    names = sorted({check["suite"] for check in checks}, key=lambda name: (name == "schema", name))
    return [(name, [check for check in checks if check["suite"] == name]) for name in names]


LEAD = 60
"""Characters right before a number that tell which one of its sentence it is."""
TEXTS = 200
"""Texts that are held in memory at once."""


def _with_sentence(connection: duckdb.DuckDBPyConnection, rows: list[Record]) -> list[Record]:
    """Rows with their sentence in three parts. Where the sentence has the number more than once, the text says which is meant."""
    unsure: dict[str, list[Record]] = {}
    for row in rows:
        row["lead"] = ""
        if row["document_id"] and _squeezed(row["sentence"]).count(_squeezed(row["number_text"])) != 1:
            unsure.setdefault(row["document_id"], []).append(row)
    ids = sorted(unsure)
    for start in range(0, len(ids), TEXTS):
        some = ids[start : start + TEXTS]
        ask = "select document_id, text from documents where document_id between ? and ? and document_id in (select unnest(?))"
        for name, text in connection.execute(ask, [some[0], some[-1], some]).fetchall():
            for row in unsure[name]:
                row["lead"] = text[max(row["char_start"] - LEAD, 0) : row["char_start"]]
    for row in rows:
        row["before"], row["number"], row["behind"] = marked(row["sentence"] or "", row["number_text"], row["lead"])
    return rows


def _squeezed(text: str | None) -> str:
    return "".join((text or "").split())

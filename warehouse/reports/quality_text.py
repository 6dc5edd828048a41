"""The data-quality summary as text, for ``baogao quality``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from warehouse.query.guard import open_warehouse
from warehouse.query.safe_text import safe_text
from warehouse.reports.quality_report import quality_facts

LISTED = 10
MARKS = {"good": "PASSED", "fair": "PASSED WITH OPEN POINTS", "bad": "FAILED"}


def quality_text(data_dir: Path) -> str:
    """The quality of the published data in some lines of plain text, the verdict first.

    Raises:
        QueryError: there is no warehouse in ``data_dir``.
    """
    with open_warehouse(data_dir) as connection:
        facts = quality_facts(connection, LISTED)
    lines = [*_head(facts), *_checks(facts), *_quarantined(facts), *_failures(facts), *_doubtful(facts)]
    lines += ["", f"Report  {data_dir / 'quality' / 'index.html'}"]
    return "\n".join(safe_text(line) for line in lines)


def _head(facts: dict[str, Any]) -> list[str]:
    counts, run = facts["counts"], facts["run"]
    finished = run.get("finished_at")
    when = f", {finished:%Y-%m-%d %H:%M} UTC" if finished else ""
    changed = ", ".join(f"{count:,} {en}" for count, en, _ in facts["changes"] if count) or "nothing changed"
    return [
        f"{MARKS[facts['verdict'].level]}  {facts['verdict'].en} {facts['verdict'].zh}",
        "",
        f"Run        {facts['run_id']}{when}",
        f"Documents  {counts['documents']:,} ({changed})",
        f"Metrics    {counts['metrics']:,}, {counts['quarantined']:,} quarantined, {counts['flagged']:,} marked",
        f"Numbers    {counts['numbers']:,}",
        f"Failures   {counts['failures']:,}",
    ]


def _checks(facts: dict[str, Any]) -> list[str]:
    passed = sum(check["passed"] for check in facts["checks"])
    lines = ["", f"Checks     {passed} of {len(facts['checks'])} passed"]
    for check in facts["checks"]:
        if not check["passed"]:
            lines.append(f"  {check['severity']:8}  {check['expectation']}: {check['rows_failed']:,} of {check['rows_checked']:,} rows")
            lines.append(f"            {check['description']} {check['description_zh']}")
            lines += [f"            {line}" for line in (check["details"] or "").splitlines()]
    return lines


def _quarantined(facts: dict[str, Any]) -> list[str]:
    if not facts["quarantined"]:
        return []
    lines = ["", f'Quarantined (the first {LISTED}; all of them: baogao query "from quarantine")']
    for row in facts["quarantined"][:LISTED]:
        lines.append(f"  {row['file_name']} at {row['char_start']}: {row['number_text']} {row['indicator']}")
        lines += [f"    {each['reason']}" for each in row["reasons"]]
    return lines


def _failures(facts: dict[str, Any]) -> list[str]:
    lines = ["", "Files that failed"] if facts["failures"] else []
    lines += [f"  {row['source_path']}  {row['error']}: {row['message']}" for row in facts["failures"][:LISTED]]
    more = facts["counts"]["failures"] - LISTED
    return [*lines, f'  … and {more:,} more: baogao query "from failures"'] if more > 0 else lines


def _doubtful(facts: dict[str, Any]) -> list[str]:
    rows = [row for row in facts["documents"] if row["doubtful"] or row["metrics"] == 0][:5]
    lines = ["", "Least sure documents"] if rows else []
    for row in rows:
        sure = (
            "no metrics"
            if row["metrics"] == 0
            else f"confidence {row['confidence']:.2f}, {row['doubtful']:,} of {row['metrics']:,} below 0.7"
        )
        lines.append(f"  {row['file_name']}  {sure}")
    return lines

"""The reading site: the documents, each with its numbers marked, and the catalogue's figures as tables. From the warehouse alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from warehouse.reading import Record, connect, records, spans, write_page

DETAILS = (
    ("indicator", "指标 indicator"), ("indicator_id", "目录 catalogue"), ("statistic", "统计量 statistic"), ("shown", "数值 value"),
    ("standard", "标准数值 standard"), ("bound", "界限 bound"), ("modality", "情态 modality"), ("basis", "比较 basis"),
    ("period", "时期 period"), ("section", "章节 section"), ("page", "页 page"), ("rule", "规则 rule"), ("confidence", "置信度 confidence"),
    ("quality_flags", "标记 marks"),
)  # fmt: skip
CLASSES = {
    "metric": "指标", "date": "日期", "duration": "时长", "ordinal": "序数", "heading": "标题号", "name": "名称", "specification": "规格",
    "reference": "引用", "lexical": "词语",
}  # fmt: skip


def write_site(warehouse: Path, folder: Path) -> list[Path]:
    """Write the site into ``folder``: ``index.html``, ``indicators.html`` and ``documents/ID.html``.

    Returns:
        The pages written.
    """
    with connect(warehouse) as connection:
        documents = records(connection, DOCUMENTS)
        pages = [_start(connection, folder, documents), _indicators(connection, folder)]
        pages += [_document(connection, folder, document) for document in documents]
    return pages


DOCUMENTS = """
select d.* exclude (text), count(m.metric_id) as metrics
from documents d left join metrics m using (document_id)
group by all
order by d.report_year desc nulls last, d.region_code nulls last, d.file_name
"""

PAIRS = """
select p.*, t.char_start as target_start, a.char_start as actual_start
from targets_vs_actuals p
join metrics t on t.metric_id = p.target_metric_id
left join metrics a on a.metric_id = p.actual_metric_id
order by p.year desc, p.region_code, p.indicator_id, p.statistic
"""


def _start(connection: duckdb.DuckDBPyConnection, folder: Path, documents: list[Record]) -> Path:
    counts = records(
        connection,
        """select (select count(*) from metrics) as metrics, (select count(*) from numbers) as numbers,
        (select count(distinct region_code) from documents) as regions, (select count(*) from failures) as failures""",
    )[0]
    runs = records(connection, "select * from runs order by run_id desc limit 1")
    return write_page(folder, "index.html", "start.html.j2", documents=documents, counts=counts, run=runs[0] if runs else None)


def _indicators(connection: duckdb.DuckDBPyConnection, folder: Path) -> Path:
    rows = records(
        connection,
        "from headline order by indicator_id, statistic, year desc, region_code, modality",
    )
    groups: dict[str, list[Record]] = {}
    for row in rows:
        groups.setdefault(row["indicator_id"], []).append(row)
    pairs = records(connection, PAIRS)
    return write_page(folder, "indicators.html", "indicators.html.j2", groups=groups, pairs=pairs)


def _document(connection: duckdb.DuckDBPyConnection, folder: Path, document: Record) -> Path:
    key = [document["document_id"]]
    (text,) = connection.execute("select text from documents where document_id = ?", key).fetchone() or ("",)
    numbers = records(connection, "select * from numbers where document_id = ? order by char_start, char_end", key)
    metrics = records(connection, "select * from metrics where document_id = ? order by char_start, metric_id", key)
    held = records(connection, "select char_start, expectation, reason from quarantine where document_id = ? order by char_start", key)
    by_place: dict[int, list[Record]] = {}
    for metric in metrics:
        by_place.setdefault(metric["char_start"], []).append(metric)
    reasons: dict[int, list[str]] = {}
    for row in held:
        reasons.setdefault(row["char_start"], []).append(row["reason"])
    for number in numbers:
        here = by_place.get(number["char_start"], [])
        number["css"] = f"{number['class']}{' target' if here and here[0]['modality'] == 'target' else ''}"
    return write_page(
        folder,
        f"documents/{document['document_id']}.html",
        "document.html.j2",
        document=document,
        pieces=list(spans(text, numbers)),
        metrics=metrics,
        details={start: [_details(metric) for metric in found] for start, found in by_place.items()},
        held=reasons,
        classes=CLASSES,
    )


def _details(metric: Record) -> list[tuple[str, str]]:
    """The fields of a metric for people: label and value, those without a value left out."""
    from warehouse.reading import number_text

    start, end = metric["period_start"], metric["period_end"]
    said: dict[str, Any] = metric | {
        "shown": f"{number_text(metric['value'], metric['value_high'])} {metric['unit'] or ''}",
        "standard": f"{number_text(metric['value_std'], metric['value_high_std'])} {metric['unit_std'] or ''}".strip(),
        "period": "" if start is None else str(start) if start == end else f"{start}–{end}",
        "confidence": f"{metric['confidence']:.2f}",
    }
    return [(label, str(said[name])) for name, label in DETAILS if said[name] not in (None, "")]

"""The page of each document: its whole text with every number marked, and the fields of its metrics for a click.

A page is made anew only where what it shows has changed: its key is a hash of its rows and of the code that renders them.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

import duckdb
from markupsafe import Markup, escape

from warehouse.query import harmless
from warehouse.reading import Record, environment, number_text, spans
from warehouse.site.data import write_data

BATCH = 200
"""Documents whose rows are held in memory at once."""
KEYS = "data/pages.json"
"""The keys of the pages in a site, by document."""
CLASSES = {
    "metric": "指标", "date": "日期", "duration": "时长", "ordinal": "序数", "heading": "标题号", "name": "名称", "specification": "规格",
    "reference": "引用", "lexical": "词语",
}  # fmt: skip
METRIC = (
    "at", "number", "indicator", "indicator_id", "statistic", "shown", "unit", "standard", "bound", "modality", "preliminary", "basis",
    "from", "to", "section", "page", "rule", "confidence", "marks", "metric_id",
)  # fmt: skip

FINGERPRINTS = """
select d.document_id,
    hash(d.title, d.file_name, d.source_path, d.region, d.region_code, d.report_year, d.doc_type, d.format, d.copy_of, d.warnings, d.text,
         d.delivered_on, d.speaker)::varchar || coalesce(m.fingerprint::varchar, '') || '-' || coalesce(n.fingerprint::varchar, '')
        || '-' || coalesce(q.fingerprint::varchar, '')
from documents d
left join (select document_id, bit_xor(hash(metrics)) as fingerprint from metrics group by document_id) m using (document_id)
left join (select document_id, bit_xor(hash(numbers)) as fingerprint from numbers group by document_id) n using (document_id)
left join (select document_id, bit_xor(hash(quarantine)) as fingerprint from quarantine group by document_id) q using (document_id)
"""


def write_documents(
    connection: duckdb.DuckDBPyConnection, folder: Path, documents: list[Record], made_by: str, previous: Path | None
) -> list[Path]:
    """Write ``documents/ID.html`` and ``data/document/ID.js`` for each document; pages of ``previous`` that still hold are linked.

    Args:
        made_by: a hash of the code and templates that make the pages.
        previous: the site of the generation before, or None.

    Returns:
        The pages that were rendered anew.
    """
    keys = {
        name: hashlib.sha256(f"{made_by} {fingerprint}".encode()).hexdigest()[:24]
        for name, fingerprint in connection.execute(FINGERPRINTS).fetchall()
    }
    earlier = _keys(previous)

    def holds(name: str) -> bool:
        return previous is not None and earlier.get(name) == keys[name] and _linked(previous, folder, name)

    todo = [each for each in documents if not holds(each["document_id"])]
    pages: list[Path] = []
    for start in range(0, len(todo), BATCH):
        pages += _write_batch(connection, folder, todo[start : start + BATCH])
    (folder / KEYS).parent.mkdir(parents=True, exist_ok=True)
    (folder / KEYS).write_text(json.dumps(keys, indent=0, sort_keys=True), encoding="utf8")
    return pages


def _keys(previous: Path | None) -> dict[str, str]:
    try:
        found = json.loads((previous / KEYS).read_text(encoding="utf8")) if previous else {}
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _linked(previous: Path, folder: Path, name: str) -> bool:
    for path in (f"documents/{name}.html", f"data/document/{name}.js"):
        source, target = previous / path, folder / path
        if not source.is_file():
            return False
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        try:
            os.link(source, target)
        except OSError:
            shutil.copyfile(source, target)
    return True


def _write_batch(connection: duckdb.DuckDBPyConnection, folder: Path, documents: list[Record]) -> list[Path]:
    ids = [each["document_id"] for each in documents]
    texts = dict(connection.execute("select document_id, text from documents where document_id in (select unnest(?))", [ids]).fetchall())
    numbers = _by_document(connection, "select * from numbers where document_id in (select unnest(?)) order by char_start, char_end", ids)
    metrics = _by_document(
        connection, "select * exclude (sentence) from metrics where document_id in (select unnest(?)) order by char_start, metric_id", ids
    )
    held = _by_document(
        connection,
        "select document_id, char_start, reason from quarantine where document_id in (select unnest(?)) order by char_start",
        ids,
    )
    template = environment().get_template("site/document.html.j2")
    (folder / "documents").mkdir(parents=True, exist_ok=True)
    pages = []
    for document in documents:
        name = document["document_id"]
        page = folder / f"documents/{name}.html"
        page.unlink(missing_ok=True)  # never write through a hard link
        article = _article(texts[name], numbers.get(name, []), metrics.get(name, []))
        page.write_text(
            template.render(document=document, article=article, base="../", classes=CLASSES, counts=_counts(numbers.get(name, []))),
            encoding="utf8",
            errors="replace",
        )
        data = {
            "fields": METRIC,
            "metrics": [_metric(each) for each in metrics.get(name, [])],
            "held": [[each["char_start"], harmless(each["reason"] or "")] for each in held.get(name, [])],
        }
        (folder / f"data/document/{name}.js").unlink(missing_ok=True)
        write_data(folder / f"data/document/{name}.js", f"document/{name}", data)
        pages.append(page)
    return pages


def _by_document(connection: duckdb.DuckDBPyConnection, sql: str, ids: list[str]) -> dict[str, list[Record]]:
    answer = connection.execute(sql, [ids])
    names = [column[0] for column in answer.description or []]
    place = names.index("document_id")
    found: dict[str, list[Record]] = {}
    for row in answer.fetchall():
        found.setdefault(row[place], []).append(dict(zip(names, row, strict=True)))
    return found


def _counts(numbers: list[Record]) -> dict[str, int]:
    counts = dict.fromkeys(CLASSES, 0)
    for number in numbers:
        counts[number["class"]] = counts.get(number["class"], 0) + 1
    return {name: count for name, count in counts.items() if count}


def _article(text: str, numbers: list[Record], metrics: list[Record]) -> Markup:
    """The text with its numbers as links (metrics) and marks (the others), everything escaped."""
    targets = {each["char_start"] for each in metrics if each["modality"] == "target"}
    parts: list[str] = []
    for piece, number in spans(text, numbers):
        said = escape(harmless(piece, keep="\n\t"))
        if number is None:
            parts.append(said)
            continue
        start = number["char_start"]
        rule = escape(harmless(number["rule"]))
        if number["class"] == "metric":
            kind = "num metric target" if start in targets else "num metric"
            parts.append(f'<a class="{kind}" id="n{start}" href="#n{start}" data-rule="{rule}">{said}</a>')
        else:
            parts.append(f'<span class="num {escape(number["class"])}" id="n{start}" data-rule="{rule}">{said}</span>')
    return Markup("".join(parts))  # every piece is escaped


def _metric(metric: Record) -> list[Any]:
    shown = number_text(metric["value"], metric["value_high"])
    standard = number_text(metric["value_std"], metric["value_high_std"])
    return [
        metric["char_start"], harmless(metric["number_text"]), harmless(metric["indicator"]), metric["indicator_id"], metric["statistic"],
        shown, harmless(metric["unit"] or ""), f"{standard} {harmless(metric['unit_std'] or '')}".strip(), metric["bound"],
        metric["modality"], int(metric["is_preliminary"]), metric["basis"], metric["period_start"], metric["period_end"],
        harmless(metric["section"] or ""), metric["page"], metric["rule"], round(metric["confidence"], 3), metric["quality_flags"],
        metric["metric_id"],
    ]  # fmt: skip

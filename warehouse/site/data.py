"""What the pages of the site draw from: compact data in JavaScript files, since a page opened from a file may not fetch any.

Each file calls ``baogao.put(name, value)``. Rows are lists in the order of ``fields``; texts that repeat stand once, in ``texts``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import duckdb

from warehouse.query import harmless
from warehouse.reading import Record, marked, records

BEFORE, BEHIND = 70, 90
"""Characters of a sentence that are shown before and behind its number."""
CHUNK = 1_000_000
"""Characters of text in one file of the search."""
SEARCHED = 3_000
"""Documents whose text the search of the site reads, newest first; the warehouse searches all of them."""

POINT = (
    "indicator", "region", "year", "statistic", "modality", "value", "high", "unit", "bound", "preliminary", "document", "at",
    "number", "before", "behind", "told",
)  # fmt: skip
PAIR = (
    "indicator", "region", "year", "statistic", "target", "high", "bound", "actual", "actual_bound", "unit", "gap", "met",
    "target_document", "target_at", "actual_document", "actual_at",
)  # fmt: skip
PROMISE = (
    "year", "until", "indicator", "number", "bound", "document", "at", "before", "behind", "next", "answer", "answer_number",
    "answer_document", "answer_at", "answer_before", "answer_behind", "score", "answered", "met",
)  # fmt: skip

POINTS = """
select indicator_id, region_code, year, statistic, modality, coalesce(value_std, value), coalesce(value_high_std, value_high),
    coalesce(unit_std, unit, ''), bound, is_preliminary, document_id, char_start, number_text, sentence, report_year
from headline order by indicator_id, region_code, statistic, year, modality
"""
PAIRS = """
select p.indicator_id, p.region_code, p.year, p.statistic, p.target, p.target_high, p.target_bound, p.actual, p.actual_bound,
    coalesce(p.unit_std, ''), p.gap, p.met, p.target_document_id, t.char_start, p.actual_document_id, a.char_start
from targets_vs_actuals p
join metrics t on t.metric_id = p.target_metric_id
left join metrics a on a.metric_id = p.actual_metric_id
order by p.indicator_id, p.region_code, p.statistic, p.year
"""
PROMISES = """
select c.region_code, c.report_year, c.period_end, c.indicator, p.number_text, c.bound, c.document_id, c.char_start, c.sentence,
    c.next_report_year, c.answer_indicator, a.number_text, c.answer_document_id, c.answer_char_start, c.answer_sentence,
    c.score, c.answered, c.met
from commitments c
join metrics p using (metric_id)
left join metrics a on a.metric_id = c.answer_metric_id
order by c.region_code, c.report_year desc, c.document_id, c.char_start
"""


def write_data(path: Path, name: str, value: Any) -> None:
    """Write ``value`` to ``path`` as a script that hands it to the page under ``name``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    said = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    path.write_text(f"baogao.put({json.dumps(name)},{said});\n", encoding="utf8", errors="replace")


def clip(sentence: str | None, number: str | None) -> tuple[str, str]:
    """What stands before and behind a number in its sentence, shortened."""
    if not sentence or not number:
        return "", ""
    at = sentence.find(number)
    before, behind = (sentence[:at], sentence[at + len(number) :]) if at >= 0 else marked(sentence, number)[::2]
    before, behind = harmless(before.strip()), harmless(behind.strip())
    before = before if len(before) <= BEFORE else "…" + before[-BEFORE:]
    return before, behind if len(behind) <= BEHIND else behind[:BEHIND] + "…"


def texts(rows: list[list[Any]], columns: Iterable[int]) -> list[str]:
    """Replace the texts in some columns of the rows by their places in the list returned."""
    places: dict[str, int] = {}
    for column in columns:
        for row in rows:
            if row[column] is not None:
                row[column] = places.setdefault(row[column], len(places))
    return list(places)


def packed(fields: tuple[str, ...], rows: list[list[Any]], shared: Iterable[str]) -> dict[str, Any]:
    """Rows with their fields, the texts of the fields ``shared`` standing once."""
    places = [fields.index(name) for name in shared]
    found = texts(rows, places)
    return {"fields": fields, "shared": places, "texts": found, "rows": rows}


def points(connection: duckdb.DuckDBPyConnection) -> list[list[Any]]:
    """The headline figures as rows of :data:`POINT`."""
    rows = []
    for *row, number, sentence, told in connection.execute(POINTS).fetchall():
        row[9] = int(row[9])
        rows.append([*row, harmless(number), *clip(sentence, number), told])
    return rows


def pairs(connection: duckdb.DuckDBPyConnection) -> list[list[Any]]:
    """Targets and actuals as rows of :data:`PAIR`."""
    return [list(row) for row in connection.execute(PAIRS).fetchall()]


def promises(connection: duckdb.DuckDBPyConnection) -> dict[str, list[list[Any]]]:
    """Promises outside the catalogue and their answers as rows of :data:`PROMISE`, by region."""
    found: dict[str, list[list[Any]]] = {}
    for row in connection.execute(PROMISES).fetchall():
        region, year, until, indicator, number, bound, document, at, sentence, following = row[:10]
        answer, answer_number, answer_document, answer_at, answer_sentence, score, answered, met = row[10:]
        found.setdefault(region, []).append(
            [year, until, harmless(indicator), harmless(number), bound, document, at, *clip(sentence, number), following,
             answer and harmless(answer), answer_number and harmless(answer_number), answer_document, answer_at,
             *clip(answer_sentence, answer_number), score, answered, met]
        )  # fmt: skip
    return found


def grouped(rows: list[list[Any]], column: int) -> dict[str, list[list[Any]]]:
    """Rows by what stands in a column; each row is a copy."""
    found: dict[str, list[list[Any]]] = {}
    for row in rows:
        found.setdefault(row[column], []).append(list(row))
    return found


SHARED = ("indicator", "region", "statistic", "unit", "bound", "document", "before", "behind", "number")
SHARED_PAIRS = ("indicator", "region", "statistic", "unit", "bound", "target_document", "actual_document")


def write_figures(connection: duckdb.DuckDBPyConnection, folder: Path, regions: list[str]) -> dict[str, int]:
    """Write ``data/indicator/ID.js`` and ``data/region/CODE.js``.

    Returns:
        How many points each indicator has.
    """
    told, paired, promised = points(connection), pairs(connection), promises(connection)
    by_indicator, by_region = grouped(told, 0), grouped(told, 1)
    pairs_by_indicator, pairs_by_region = grouped(paired, 0), grouped(paired, 1)
    for name, rows in by_indicator.items():
        value = {"points": packed(POINT, rows, SHARED), "pairs": packed(PAIR, pairs_by_indicator.get(name, []), SHARED_PAIRS)}
        write_data(folder / f"data/indicator/{name}.js", f"indicator/{name}", value)
    for code in regions:
        value = {
            "points": packed(POINT, by_region.get(code, []), SHARED),
            "pairs": packed(PAIR, pairs_by_region.get(code, []), SHARED_PAIRS),
            "promises": packed(PROMISE, promised.get(code, []), ("document", "answer_document")),
        }
        write_data(folder / f"data/region/{code}.js", f"region/{code}", value)
    return {name: len(rows) for name, rows in by_indicator.items()}


UNITS = """
with written as (
    select unit_std, unit, count(*) as n from metrics where unit_std is not null group by all
),

best as (
    select u.unit_std, arg_max(u.unit, coalesce(w.n, 0)) as zh, any_value(u.name_en) as en
    from units u left join written w using (unit_std, unit)
    where u.factor = 1
    group by u.unit_std
)

select unit_std, zh, en from best order by unit_std
"""


def write_index(connection: duckdb.DuckDBPyConnection, folder: Path, documents: list[Record], regions: list[Record], chunks: int) -> None:
    """Write ``data/index.js``: the names of indicators, regions, units and documents that every page needs."""
    indicators = connection.execute("""
        select indicator_id, name_zh, name_en, coalesce(direction, ''), coalesce(aliases, ''), dimension, coalesce(n, 0)
        from indicators left join (select indicator_id, count(*) as n from headline group by all) using (indicator_id)
        order by coalesce(n, 0) desc, indicator_id
    """).fetchall()
    value = {
        "indicators": indicators,
        "regions": [
            [each["region_code"], harmless(each["region"] or ""), each["region_level"], harmless(each["province"] or ""), each["years"]]
            for each in regions
        ],
        "units": connection.execute(UNITS).fetchall(),
        "documents": [
            [each["document_id"], harmless(each["title"] or each["file_name"]), each["region_code"], each["report_year"], each["doc_type"],
             each["metrics"], harmless(each["source_path"])]
            for each in documents
        ],
        "chunks": chunks,
        "searched": min(len(documents), SEARCHED),
    }  # fmt: skip
    write_data(folder / "data/index.js", "index", value)


def write_texts(connection: duckdb.DuckDBPyConnection, folder: Path, documents: list[Record]) -> int:
    """Write ``data/text/N.js``: the texts that the search reads, some documents a file.

    Returns:
        How many files there are.
    """
    wanted = [each for each in documents if not each["copy_of"]][:SEARCHED]
    written = 0
    for chunk in _chunks(wanted):
        ids = [each["document_id"] for each in chunk]
        found = dict(
            connection.execute("select document_id, text from documents where document_id in (select unnest(?))", [ids]).fetchall()
        )
        write_data(folder / f"data/text/{written}.js", f"text/{written}", [[name, harmless(found[name], keep="\n\t")] for name in ids])
        written += 1
    return written


def _chunks(documents: list[Record]) -> Iterator[list[Record]]:
    chunk: list[Record] = []
    size = 0
    for document in documents:
        chunk.append(document)
        size += document["char_count"]
        if size >= CHUNK:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def region_rows(connection: duckdb.DuckDBPyConnection) -> list[Record]:
    """The regions that documents report on, under their newest names, with the years they have reports of."""
    return records(
        connection,
        """
        select region_code, arg_max(region, coalesce(report_year, 0)) as region, any_value(region_level) as region_level,
            arg_max(province, coalesce(report_year, 0)) as province, count(*) as documents,
            list_sort(list_distinct(list(report_year) filter (where report_year is not null))) as years
        from documents where region_code is not null group by region_code order by region_code
        """,
    )

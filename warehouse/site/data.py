"""What the pages of the site draw from: compact data in JavaScript files, since a page opened from a file may not fetch any.

Each file calls ``baogao.put(name, value)``. Rows stand as columns, made by DuckDB: ``{"year": [2023, 2024], "value": [5, 6]}``; words of
a fixed list (statistic, bound, modality, class) as their places in it, which ``data/index.js`` has.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb

from transforms import schema
from warehouse.reports.report_data import Record, records

LEVELS = {"nation": "全国", "province": "省级", "prefecture": "地级", "county": "县级", "township": "乡级"}
TYPES = {
    "work_report": ("政府工作报告", "work report", "政"),
    "statistical_communique": ("统计公报", "statistical communiqué", "统"),
    "budget_report": ("预算报告", "budget report", "预"),
    "plan_report": ("计划报告", "plan report", "计"),
    "other": ("其他", "other", "他"),
}
"""Kinds of documents: in Chinese, in English, and in one character."""
CODED = ("statistic", "bound", "modality")
"""Columns of metrics that stand as places in the list of their words."""


def write_script(path: Path, name: str, value: str) -> None:
    """Write a value, itself a piece of JavaScript, to ``path`` as a script that hands it to the page under ``name``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)  # never write through a link
    path.write_bytes(f"baogao.put({json.dumps(name)},{value});\n".encode(errors="replace"))


def write_data(path: Path, name: str, value: Any) -> None:
    """Write a value of plain Python as such a script."""
    write_script(path, name, json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def codes() -> dict[str, tuple[str, ...]]:
    """The words that stand as numbers in the data files, in order."""
    metrics = schema.table("metrics")
    return {name: metrics[name].values for name in CODED} | {"class": schema.table("numbers")["class"].values}


def literals(words: Iterable[str]) -> str:
    """A list of our own words in SQL."""
    return "[" + ", ".join(f"'{word}'" for word in words) + "]"


def columns_json(rows: str, names: Iterable[str]) -> str:
    """The members of an SQL struct that has for each name the list of what the rows have under it; coded words as their places."""
    metrics = schema.table("metrics")
    said = []
    for name in names:
        column = name.rpartition("_")[2] if name.rpartition("_")[2] in CODED else name
        value = f'list_position({literals(metrics[column].values)}, row."{name}") - 1' if column in CODED else f'row."{name}"'
        said.append(f"'{name}': [{value} for row in {rows}]")
    return ", ".join(said)


POINTS = """
select indicator_id as indicator, region_code as region, year, statistic, modality, coalesce(value_std, value) as value,
    coalesce(value_high_std, value_high) as high, coalesce(unit_std, unit, '') as unit, bound, is_preliminary::integer as preliminary,
    document_id as document, report_year as told, char_start as at, char_end - char_start as length
from headline
where period_start = year
"""
"""Figures of one year: growth over several years would be drawn among yearly rates as if it were one."""
POINT = ("year", "statistic", "modality", "value", "high", "unit", "bound", "preliminary", "document", "told", "at", "length")
PAIRS = """
select p.indicator_id as indicator, p.region_code as region, p.year, p.statistic, p.target, p.target_high as high, p.target_bound,
    p.actual, p.actual_bound, coalesce(p.unit_std, '') as unit, p.gap, p.met,
    p.target_document_id as target_document, p.target_report_year as target_told, t.char_start as target_at,
    p.actual_document_id as actual_document, p.actual_report_year as actual_told, a.char_start as actual_at
from targets_vs_actuals p
join metrics t on t.metric_id = p.target_metric_id
left join metrics a on a.metric_id = p.actual_metric_id
"""
PAIR = (
    "year", "statistic", "target", "high", "target_bound", "actual", "actual_bound", "unit", "gap", "met", "target_document", "target_told",
    "target_at", "actual_document", "actual_told", "actual_at",
)  # fmt: skip
PROMISES = """
select c.region_code as region, c.report_year as told, c.indicator, p.number_text as number, c.bound, c.document_id as document,
    c.char_start as "at", c.char_end - c.char_start as length, c.next_report_year as next,
    c.answer_indicator as answer, c.answer_document_id as answer_document,
    c.answer_report_year as answer_told, c.answer_char_start as answer_at, a.char_end - a.char_start as answer_length,
    a.number_text as answer_number, c.score, c.answered, c.met
from commitments c join metrics p using (metric_id) left join metrics a on a.metric_id = c.answer_metric_id
"""
PROMISE = (
    "told", "indicator", "number", "bound", "document", "at", "length", "next", "answer", "answer_document", "answer_told", "answer_at",
    "answer_length", "answer_number", "score", "answered", "met",
)  # fmt: skip
DOCUMENTS = """
select document_id as id, coalesce(title, file_name) as title, region_code as region, report_year as year, doc_type as type,
    coalesce(m.metrics, 0) as metrics, source_path as path, (copy_of is not null)::integer as copy
from documents d left join (select document_id, count(*) as metrics from metrics group by all) m using (document_id)
"""
DOCUMENT = ("id", "title", "region", "year", "type", "metrics", "path", "copy")
NEWEST = "year desc nulls last, region nulls last, path, id"


def _by(connection: duckdb.DuckDBPyConnection, rows: str, by: str, names: Iterable[str], order: str) -> dict[str, str]:
    """The rows of a query as JSON in columns, for each value of one column."""
    packed = ", ".join(f"'{name}': \"{name}\"" for name in names)
    return dict(
        connection.execute(f"""
            with told as (
                select {by} as name, list({{{packed}}} order by {order}) as rows from ({rows}) where {by} is not null group by all
            )
            select name, to_json({{{columns_json("rows", names)}}})::varchar from told order by name
        """).fetchall()
    )


def write_figures(connection: duckdb.DuckDBPyConnection, folder: Path, regions: list[Record]) -> None:
    """Write ``data/indicator/ID.js`` and ``data/region/CODE.js``, and ``data/start.js`` for the chart of the start page."""
    nothing = "null"
    points = _by(connection, POINTS, "indicator", ("region", *POINT), "region, statistic, year, modality")
    pairs = _by(connection, PAIRS, "indicator", ("region", *PAIR), "region, statistic, year")
    for name, said in points.items():
        value = f'{{"points":{said},"pairs":{pairs.get(name, nothing)}}}'
        write_script(folder / f"data/indicator/{name}.js", f"indicator/{name}", value)
    del points, pairs
    points = _by(connection, POINTS, "region", ("indicator", *POINT), "indicator, statistic, year, modality")
    pairs = _by(connection, PAIRS, "region", ("indicator", *PAIR), "indicator, statistic, year")
    promises = _by(connection, PROMISES, "region", PROMISE, 'told desc, document, "at"')
    documents = _by(connection, DOCUMENTS, "region", ("id", "title", "year", "type", "metrics"), NEWEST)
    for each in regions:
        code = each["region_code"]
        value = (
            f'{{"points":{points.get(code, nothing)},"pairs":{pairs.get(code, nothing)},'
            f'"promises":{promises.get(code, nothing)},"documents":{documents.get(code, nothing)}}}'
        )
        write_script(folder / f"data/region/{code}.js", f"region/{code}", value)
    _write_start(connection, folder)


START = 20
"""Regions in the chart of the start page; all provinces are in it, however many there are."""
_GROWTH = f"select * from ({POINTS}) where indicator = 'gdp' and statistic = 'growth_rate'"

_START_REGIONS = f"""
select p.region, l.level is not distinct from 'province'
    or row_number() over (order by l.level is distinct from 'province', p.value desc, p.region) <= {START} as drawn
from ({_GROWTH}) p
left join (select region_code as region, any_value(region_level) as level from headline group by all) l using (region)
where p.year = {{year}} and p.modality = 'actual'
"""
"""The regions that have a figure for the year, and whether each is drawn."""


def _write_start(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Write the growth of the economy in the year that most regions report on: all provinces, then others up to :data:`START` regions.

    ``left_out`` is the number of regions with a figure for the year that are not in the chart.
    """
    year = connection.execute(
        f"select year from ({_GROWTH}) where modality = 'actual' group by year order by count(*) desc, year desc limit 1"
    ).fetchone()
    if year is None:
        write_script(folder / "data/start.js", "start", "null")
        return
    growth = f"from ({_GROWTH}) g join ({_START_REGIONS.format(year=int(year[0]))}) s using (region) where g.year = {int(year[0])}"
    found = _by(connection, f"select g.* {growth} and s.drawn", "indicator", ("region", *POINT), "region, modality")
    left_out = connection.execute(f"select count(distinct g.region) {growth} and not s.drawn").fetchall()[0][0]
    write_script(folder / "data/start.js", "start", f'{{"points":{found["gdp"]},"left_out":{left_out}}}')


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
INDICATORS = """
select indicator_id, name_zh, name_en, coalesce(direction, ''), coalesce(aliases, ''), dimension, coalesce(n, 0)
from indicators left join (select indicator_id, count(*) as n from headline where period_start = year group by all) using (indicator_id)
order by coalesce(n, 0) desc, indicator_id
"""
REGIONS = """
with named as (
    select region_code, arg_max(region, coalesce(valid_to, 9999)) as region, arg_max(name_en, coalesce(valid_to, 9999)) as name_en
    from regions group by region_code
),

told as (
    select region_code, arg_max(region, coalesce(report_year, 0)) as region, any_value(region_level) as region_level,
        arg_max(province, coalesce(report_year, 0)) as province, count(*) as documents,
        list_sort(list_distinct(list(report_year) filter (where report_year is not null))) as years
    from documents where region_code is not null group by region_code
)

select t.*, coalesce(n.name_en, t.region) as name_en, coalesce(p.name_en, t.province) as province_en
from told t
left join named n using (region_code)
left join named p on p.region_code = left(t.region_code, 2) || '0000'
order by t.region_code
"""


def region_rows(connection: duckdb.DuckDBPyConnection) -> list[Record]:
    """The regions that documents report on, under their newest names, with the years they have reports of."""
    return records(connection, REGIONS)


def write_index(
    connection: duckdb.DuckDBPyConnection, folder: Path, regions: list[Record], files: list[tuple[str, str]], words: Mapping[str, int]
) -> None:
    """Write ``data/index.js``, what every page needs, and ``data/documents.js``, the list of all documents.

    Args:
        files: report year and shard of each file of texts, in the order in which the search reads them.
        words: how the index of words is counted.
    """
    value = {
        "codes": codes(),
        "types": TYPES,
        "levels": {name: (zh, name) for name, zh in LEVELS.items()},
        "indicators": connection.execute(INDICATORS).fetchall(),
        "regions": [
            [each[name] for name in ("region_code", "region", "name_en", "region_level", "province", "province_en", "documents", "years")]
            for each in regions
        ],
        "units": connection.execute(UNITS).fetchall(),
        "files": files,
        "words": words,
    }
    write_data(folder / "data/index.js", "index", value)
    found = _by(connection, f"select 'all' as whole, * from ({DOCUMENTS})", "whole", DOCUMENT, NEWEST)
    write_script(folder / "data/documents.js", "documents", found.get("all", "null"))

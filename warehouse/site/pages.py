"""The pages of the site besides the documents' own: start, lists, coverage, dictionary, and the frames that scripts fill."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from warehouse.dictionary import Entry, entries, macro_entries, view_entries
from warehouse.quality_report import quality_facts
from warehouse.reading import Record, records, write_page

NEWEST = 15
"""Documents listed on the start page."""
LEVELS = {"nation": "全国", "province": "省级", "prefecture": "地级", "county": "县级", "township": "乡级"}
TYPES = {
    "work_report": ("政府工作报告", "work report", "政"),
    "statistical_communique": ("统计公报", "statistical communiqué", "统"),
    "budget_report": ("预算报告", "budget report", "预"),
    "plan_report": ("计划报告", "plan report", "计"),
    "other": ("其他", "other", "他"),
}


def write_pages(
    connection: duckdb.DuckDBPyConnection, folder: Path, documents: list[Record], regions: list[Record], told: dict[str, int]
) -> list[Path]:
    """Write all pages but those of documents; ``told`` says how many figures each indicator has.

    Returns:
        The pages written.
    """
    indicators = records(connection, "select * from indicators order by rowid")
    shown = [each | {"figures": told[each["indicator_id"]]} for each in indicators if each["indicator_id"] in told]
    missing = [each for each in indicators if each["indicator_id"] not in told]
    shown.sort(key=lambda each: -each["figures"])
    made = [
        _page(folder, "index.html", **_start(connection, documents, shown)),
        _page(folder, "documents.html", documents=documents),
        _page(folder, "indicators.html", indicators=_with_spans(connection, shown), missing=missing),
        _page(folder, "regions.html", regions=regions),
        _page(folder, "compare.html", indicators=shown),
        _page(folder, "coverage.html", **_coverage(documents, regions)),
        _page(folder, "search.html"),
        _page(folder, "dictionary.html", tables=entries(), views=_view_entries(connection) + macro_entries()),
    ]  # fmt: skip
    for each in shown:
        made.append(_page(folder, f"indicators/{each['indicator_id']}.html", "indicator.html.j2", "../", indicator=each))
    for each in regions:
        mine = [document for document in documents if document["region_code"] == each["region_code"]]
        made.append(_page(folder, f"regions/{each['region_code']}.html", "region.html.j2", "../", region=each, documents=mine))
    return made


def _page(folder: Path, name: str, template: str = "", base: str = "", **values: Any) -> Path:
    return write_page(folder, name, f"site/{template or name + '.j2'}", base=base, doc_types=TYPES, levels=LEVELS, **values)


def _start(connection: duckdb.DuckDBPyConnection, documents: list[Record], indicators: list[Record]) -> dict[str, Any]:
    facts = quality_facts(connection, 0)
    newest = sorted(documents, key=lambda each: (each["ingested_at"], each["report_year"] or 0), reverse=True)
    return {
        "counts": facts["counts"], "verdict": facts["verdict"], "run": facts["run"], "newest": newest[:NEWEST], "total": len(documents),
        "regions": len({each["region_code"] for each in documents if each["region_code"]}),
        "first": min((each["report_year"] for each in documents if each["report_year"]), default=None),
        "last": max((each["report_year"] for each in documents if each["report_year"]), default=None),
        "indicators": indicators[:12],
    }  # fmt: skip


def _with_spans(connection: duckdb.DuckDBPyConnection, indicators: list[Record]) -> list[Record]:
    spans = {
        name: (regions, first, last)
        for name, regions, first, last in connection.execute(
            "select indicator_id, count(distinct region_code), min(year), max(year) from headline group by all"
        ).fetchall()
    }
    return [each | dict(zip(("regions", "first", "last"), spans[each["indicator_id"]], strict=True)) for each in indicators]


def _coverage(documents: list[Record], regions: list[Record]) -> dict[str, Any]:
    """The matrix of regions and years: the documents in each cell."""
    cells: dict[tuple[str, int], list[Record]] = {}
    for each in documents:
        if each["region_code"] and each["report_year"]:
            cells.setdefault((each["region_code"], each["report_year"]), []).append(each)
    years = sorted({year for _, year in cells})
    return {
        "regions": regions,
        "years": years,
        "cells": cells,
        "unplaced": [e for e in documents if not (e["region_code"] and e["report_year"])],
    }


def _view_entries(connection: duckdb.DuckDBPyConnection) -> list[Entry]:
    types = {
        name: [(row[0], row[1]) for row in connection.execute(f'describe "{name}"').fetchall()]
        for (name,) in connection.execute("select view_name from duckdb_views() where not internal order by view_name").fetchall()
    }
    return view_entries(types)

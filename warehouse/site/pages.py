"""The pages of the site besides the documents' own: start, lists, coverage, dictionary, and the frames that scripts fill."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from warehouse.dictionary import Entry, entries, macro_entries, view_entries
from warehouse.reports.quality_report import standing
from warehouse.reports.report_data import Record, records, write_page
from warehouse.site.data import LEVELS, TYPES

NEWEST = 15
"""Documents listed on the start page."""

NEWEST_DOCUMENTS = f"""
select d.document_id, d.title, d.file_name, d.region_code, d.region, d.report_year, d.doc_type,
    (select count(*) from metrics m where m.document_id = d.document_id) as metrics
from (
    select * exclude (text) from documents
    order by ingested_at desc, report_year desc nulls last, region_code nulls last, document_id limit {NEWEST}
) d
order by d.ingested_at desc, d.report_year desc nulls last, d.region_code nulls last, d.document_id
"""
SHOWN = """
select i.*, h.figures, h.regions, h.first, h.last
from indicators i left join (
    select indicator_id, count(*) as figures, count(distinct region_code) as regions, min(year) as first, max(year) as last
    from headline where period_start = year group by all
) h using (indicator_id)
order by h.figures desc nulls last, i.indicator_id
"""


def write_pages(connection: duckdb.DuckDBPyConnection, folder: Path, regions: list[Record]) -> list[Path]:
    """Write all pages: those of lists, documents and regions once, one for each indicator that has figures.

    Returns:
        The pages written.
    """
    indicators = records(connection, SHOWN)
    shown = [each for each in indicators if each["figures"]]
    missing = [each for each in indicators if not each["figures"]]
    made = [
        _page(folder, "index.html", **_start(connection, regions), indicators=shown[:12]),
        _page(folder, "documents.html"),
        _page(folder, "document.html"),
        _page(folder, "indicators.html", indicators=shown, missing=missing),
        _page(folder, "regions.html"),
        _page(folder, "region.html"),
        _page(folder, "compare.html", indicators=shown),
        _page(folder, "coverage.html"),
        _page(folder, "search.html"),
        _page(folder, "dictionary.html", tables=entries(), views=_view_entries(connection) + macro_entries()),
    ]
    return made + [_page(folder, f"indicators/{each['indicator_id']}.html", "indicator.html.j2", "../", indicator=each) for each in shown]


def _page(folder: Path, name: str, template: str = "", base: str = "", **values: Any) -> Path:
    return write_page(folder, name, f"site/{template or name + '.j2'}", base=base, doc_types=TYPES, levels=LEVELS, **values)


def _start(connection: duckdb.DuckDBPyConnection, regions: list[Record]) -> dict[str, Any]:
    names = {each["region_code"]: each["name_en"] for each in regions}
    newest = records(connection, NEWEST_DOCUMENTS)
    years = [year for each in regions for year in each["years"]]
    return {
        **standing(connection),
        "newest": [each | {"name_en": names.get(each["region_code"], each["region"])} for each in newest],
        "regions": len(regions),
        "first": min(years, default=None),
        "last": max(years, default=None),
    }


def _view_entries(connection: duckdb.DuckDBPyConnection) -> list[Entry]:
    types = {
        name: [(row[0], row[1]) for row in connection.execute(f'describe "{name}"').fetchall()]
        for (name,) in connection.execute("select view_name from duckdb_views() where not internal order by view_name").fetchall()
    }
    return view_entries(types)

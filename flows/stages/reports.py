"""Write the reports that are published with the warehouse."""

from __future__ import annotations

import shutil
from pathlib import Path

from expectations.result import ValidationResult
from flows.stages.validate import Carried
from warehouse.storage.atomic_files import link_or_copy


def report(built: Path, verdict: ValidationResult | Carried) -> None:
    """Write the reports that are published with the warehouse: data quality with Great Expectations' pages, and the site."""
    from warehouse.reports.quality_report import write_quality_report
    from warehouse.site import write_site

    for name in ("quality", "site"):  # of an attempt before this one
        shutil.rmtree(built / name, ignore_errors=True)
    pages = built / "quality/gx"
    if isinstance(verdict, Carried):
        shutil.copytree(verdict.generation / "quality/gx", pages, copy_function=_link, dirs_exist_ok=True)
    else:
        from expectations.gx_runner.data_docs import write_data_docs

        write_data_docs(verdict.results, pages)
    write_quality_report(built / "warehouse.duckdb", built / "quality")
    # Pages of documents that did not change are those of the published site.
    write_site(built / "warehouse.duckdb", built / "site", built.parents[1] / "published" / "site")


def _link(source: str, target: str) -> None:
    link_or_copy(Path(source), Path(target))

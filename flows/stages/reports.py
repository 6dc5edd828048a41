"""Write the reports that are published with the warehouse: data quality, with Great Expectations' pages, and the site."""

from __future__ import annotations

import shutil
from pathlib import Path

from flows.stages.validate import ReusedResult, Validation
from warehouse.storage.atomic_files import link_or_copy


def write_reports(generation: Path, validation: Validation) -> None:
    """Write the reports into the folder of a generation that was built."""
    from warehouse.reports.quality_report import write_quality_report
    from warehouse.site import write_site

    for name in ("quality", "site"):  # left by an attempt before this one
        shutil.rmtree(generation / name, ignore_errors=True)
    pages = generation / "quality/gx"
    if isinstance(validation, ReusedResult):
        shutil.copytree(validation.generation / "quality/gx", pages, copy_function=_link, dirs_exist_ok=True)
    else:
        from expectations.gx_runner.data_docs import write_data_docs

        write_data_docs(validation.result.results, pages)
    write_quality_report(generation / "warehouse.duckdb", generation / "quality")
    # The pages of unchanged documents are taken from the published site.
    write_site(generation / "warehouse.duckdb", generation / "site", generation.parents[1] / "published" / "site")


def _link(source: str, target: str) -> None:
    link_or_copy(Path(source), Path(target))

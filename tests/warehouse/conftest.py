"""A warehouse made of a few rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.made_rows import INDICATORS, UNITS, Row, row, table
from warehouse.build.full_build import build
from warehouse.storage.parquet import write_table

Maker = Callable[..., duckdb.DuckDBPyConnection]


def documents_of(metrics: list[Row]) -> list[Row]:
    """A document for each that a metric names, with the metric's region and year."""
    shared = ("document_id", "region_code", "region", "region_level", "report_year")
    return [row("documents", {column: each[column] for column in shared}) for each in {m["document_id"]: m for m in metrics}.values()]


def write_tables(folder: Path, metrics: list[Row], **tables: list[Row]) -> None:
    """Parquet files of the tables given; documents and numbers are made up for the metrics where none are."""
    rows: dict[str, list[Row]] = {
        "documents": documents_of(metrics), "metrics": metrics, "indicators": INDICATORS, "units": UNITS, "runs": [row("runs")],
        "checks": [row("checks")], "numbers": [], "quarantine": [], "failures": [], "regions": [], "fiscal_items": [],
    }  # fmt: skip
    for name, content in (rows | tables).items():
        write_table(name, table(name, content), folder / name / "part-0.parquet")


@pytest.fixture
def make(tmp_path: Path) -> Any:
    """``make(metrics, documents=…)`` builds a warehouse and opens it for reading."""
    opened: list[duckdb.DuckDBPyConnection] = []

    def make_warehouse(metrics: list[Row], **tables: list[Row]) -> duckdb.DuckDBPyConnection:
        write_tables(tmp_path / "parquet", metrics, **tables)
        build(tmp_path / "parquet", tmp_path / "warehouse.duckdb")
        opened.append(duckdb.connect(str(tmp_path / "warehouse.duckdb"), read_only=True))
        return opened[-1]

    yield make_warehouse
    for connection in opened:
        connection.close()

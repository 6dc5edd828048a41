"""Real documents through ``transforms``, into a warehouse that holds what the scorers ask for."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from transforms import schema
from transforms.pipeline import process
from transforms.types import RawFile

SHARED = Path(__file__).parents[3] / "shared"
REPORTS = SHARED / "reports"
SEED = Path(__file__).parents[2] / "seeds" / "miyun_2023.txt"
TABLES = ("documents", "metrics", "numbers", "failures")
Row = dict[str, Any]


@dataclass
class Read:
    """The rows of one file, under its own name again."""

    path: Path
    rows: dict[str, list[Row]] = field(default_factory=dict)


def _nameless(path: Path) -> str:
    """A name that tells nothing of the document."""
    return f"d{hashlib.sha256(path.name.encode()).hexdigest()[:8]}{path.suffix}"


def read(path: Path) -> Read:
    """One file, read under a name that tells nothing."""
    made = process(
        RawFile(_nameless(path), path.read_bytes()), run_id="r", ingested_at=datetime.fromtimestamp(0, UTC), pipeline_version="0"
    )
    documents = [made.document | {"file_name": path.name}] if made.document else []
    failures = [made.failure | {"source_path": path.name}] if made.failure else []
    return Read(path, {"documents": documents, "metrics": made.metrics, "numbers": made.numbers, "failures": failures})


def read_all(paths: Iterable[Path], processes: int = 2) -> list[Read]:
    """Files, read side by side."""
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        return list(pool.map(read, paths, chunksize=4))


def warehouse(found: Iterable[Read], path: Path) -> duckdb.DuckDBPyConnection:
    """A warehouse of the base tables that the scorers read."""
    found = list(found)
    connection = duckdb.connect(str(path))
    for name in TABLES:
        columns = schema.arrow_schema(name)
        rows = [{column: row.get(column) for column in columns.names} for one in found for row in one.rows[name]]
        connection.register("rows", pa.Table.from_pylist(rows, schema=columns))
        connection.execute(f'CREATE TABLE "{name}" AS FROM rows')
        connection.unregister("rows")
    return connection


def documents() -> list[Path]:
    """Every document beside the repository, and the seed."""
    return [*sorted(path for path in (REPORTS / "documents").iterdir() if path.is_file()), SEED]

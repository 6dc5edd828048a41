"""Answer a query from the published warehouse: the command ``baogao query``."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from warehouse.query.guard import Bounds, QueryError, execute, open_warehouse
from warehouse.query.writers import BOM, FILE_FORMATS, FORMATS, to_file, to_stream


def run_query(
    data_dir: Path,
    sql: str,
    format: str = "table",  # noqa: A002 (the name of the option)
    output: Path | None = None,
    bounds: Bounds | None = None,
    bom: bool = False,
) -> str:
    """Answer one SELECT from the warehouse published in ``data_dir``.

    Args:
        data_dir: the folder given as ``--data``.
        sql: one reading statement (SELECT, WITH, FROM, DESCRIBE, SUMMARIZE, SHOW, PIVOT, EXPLAIN).
        format: ``table`` (for the eye), ``csv``, ``json`` (a list of objects), ``parquet``, ``xlsx`` or ``dta`` (Stata).
        output: the file to write; without it csv, json and table go to standard output.
        bounds: what it may take.
        bom: begin a CSV file or stream with the mark by which Excel knows that it is UTF-8.

    Returns:
        A line that says what was done; empty if the answer went to standard output.

    Raises:
        QueryError: no warehouse, not a reading statement, a mistake in the SQL, or an output that cannot be written.
    """
    if format not in FORMATS:
        raise QueryError(f"no format {format}; there are {', '.join(FORMATS)}")
    if format in FILE_FORMATS and output is None:
        raise QueryError(f"{format} is a file format: say where to, with --output FILE.{format}")
    if output is not None:
        _refuse_output(data_dir, output)
    with tempfile.TemporaryDirectory(prefix="baogao-query-") as spill, open_warehouse(data_dir, bounds or Bounds(), spill) as connection:
        answer = execute(connection, sql)
        if output is None:
            if bom and format == "csv":
                sys.stdout.write(BOM)
            to_stream(answer, format, sys.stdout)
            return ""
        rows, cut = to_file(answer, format, output, bom)
    done = f"{rows:,} rows written to {output}"
    return f"{done}; {cut:,} texts were cut, since {format} cannot hold them: csv and parquet can" if cut else done


def _refuse_output(data_dir: Path, output: Path) -> None:
    if not output.parent.exists():
        raise QueryError(f"there is no folder {output.parent} to write {output.name} to")
    if output.is_dir():
        raise QueryError(f"{output} is a folder; name a file")
    if output.resolve().is_relative_to(data_dir.resolve()):
        raise QueryError(f"{output} lies in the data folder, which only the pipeline writes; choose another place")

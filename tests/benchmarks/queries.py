"""A hundred questions that analysts ask of the views, and how long the answers take.

    python -m tests.benchmarks.queries DATA [--metrics 3000000] [--folder FOLDER]

``--metrics`` asks a copy of the warehouse with so many metrics: its documents again and again, each time under other ids and for
earlier years, so that the views have regions, years and reports to join as they would have.
"""

from __future__ import annotations

import argparse
import itertools
import random
import re
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from warehouse.build.full_build import build
from warehouse.storage.parquet import read_table, write_table

YEARS_BACK = 8
"""Years by which each copy lies before the one before it: more than the years of the documents of the benchmark."""
QUESTIONS = tuple(
    question.strip()
    for question in re.sub(r"^--.*\n", "", Path(__file__).with_name("questions.sql").read_text(encoding="utf8"), flags=re.MULTILINE).split(
        ";"
    )
    if question.strip()
)


@dataclass(frozen=True, slots=True)
class Answer:
    """One query, and the seconds until all its rows were there."""

    sql: str
    seconds: float
    rows: int


def questions(connection: duckdb.DuckDBPyConnection, count: int) -> Iterator[str]:
    """So many queries: the questions in turn, each time of another region, indicator and year of the warehouse."""
    draw = random.Random(0)
    places = connection.execute(
        "SELECT DISTINCT region_code, province FROM documents WHERE region_code IS NOT NULL ORDER BY ALL"
    ).fetchall()
    indicators = connection.execute("SELECT DISTINCT indicator_id FROM headline ORDER BY ALL").fetchall()
    years = connection.execute("SELECT DISTINCT report_year FROM documents WHERE report_year IS NOT NULL ORDER BY ALL").fetchall()
    for turn in range(count):
        region, province = draw.choice(places)
        names = {"region": region, "province": province, "indicator": draw.choice(indicators)[0], "year": draw.choice(years)[0]}
        yield QUESTIONS[turn % len(QUESTIONS)].format(**names)


def ask(warehouse: Path, count: int = 100) -> list[Answer]:
    """Ask one after the other on one connection, as a person at work does."""
    answers = []
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        for sql in list(questions(connection, count)):
            began = time.monotonic()
            rows = len(connection.execute(sql).fetchall())
            answers.append(Answer(sql, time.monotonic() - began, rows))
    return answers


def enlarge(parquet: Path, target: Path, metrics: int) -> Path:
    """A warehouse in ``target`` with so many metrics or, to the end of a file, a few more, from the Parquet files of another."""
    sizes = {file.name: pq.read_metadata(file).num_rows for file in sorted((parquet / "metrics").glob("*.parquet"))}
    turns = dict.fromkeys(sizes, 1)
    count = sum(sizes.values())
    for name in itertools.cycle(sizes if count else ()):
        if count >= metrics:
            break
        turns[name] += 1
        count += sizes[name]
    for source in filter(Path.is_dir, parquet.iterdir()):
        for file in sorted(source.glob("*.parquet")):
            table = read_table(source.name, file)
            for turn in range(turns.get(file.name, 1) if source.name in ("documents", "metrics", "numbers") else 1):
                write_table(source.name, _earlier(table, turn) if turn else table, target / f"parquet/{source.name}/{turn}-{file.name}")
    warehouse = target / "warehouse.duckdb"
    warehouse.unlink(missing_ok=True)
    build(target / "parquet", warehouse)
    return warehouse


def _earlier(table: pa.Table, turn: int) -> pa.Table:
    """Rows of the same documents under other ids, their reports and periods some years earlier."""
    for name in table.column_names:
        place, field = table.schema.get_field_index(name), table.schema.field(name)
        if name in ("document_id", "metric_id", "copy_of"):
            changed = pc.binary_join_element_wise(table.column(name), pa.scalar(f"-{turn}"), "")
        elif name in ("report_year", "period_start", "period_end"):
            changed = pc.subtract(table.column(name), pa.scalar(turn * YEARS_BACK, field.type))
        else:
            continue
        table = table.set_column(place, field, changed.cast(field.type))
    return table


def measure(data: Path, folder: Path, metrics: int) -> dict[str, Any]:
    """Build the large warehouse, ask, print the slowest, and give the figures."""
    began = time.monotonic()
    warehouse = enlarge(data.resolve() / "parquet", folder, metrics) if metrics else data / "warehouse.duckdb"
    built = time.monotonic() - began
    answers = ask(warehouse)
    seconds = [answer.seconds for answer in answers]
    figures = {"built": round(built, 1), "queries": len(answers), "median": statistics.median(seconds), "slowest": max(seconds)}
    over = sum(second > 2 for second in seconds)
    print(f"{len(answers)} queries: median {figures['median'] * 1000:.0f} ms, slowest {figures['slowest']:.2f} s, {over} over 2 s")
    for answer in sorted(answers, key=lambda item: -item.seconds)[:10]:
        print(f"  {answer.seconds:6.3f} s {answer.rows:7,} rows  {' '.join(answer.sql.split())}")
    return figures


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--metrics", type=int, default=0)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args(arguments)
    if options.folder:
        measure(options.data, options.folder, options.metrics)
        return
    with tempfile.TemporaryDirectory(prefix="baogao-queries-") as made:
        measure(options.data, Path(made), options.metrics)


if __name__ == "__main__":
    main()

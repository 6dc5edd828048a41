"""Parquet files hold what tables.yml says, in one order, the same bytes each time, whole or not at all."""

from __future__ import annotations

import os
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.made_rows import row
from transforms import schema
from warehouse.storage.parquet import TableError, read_table, to_table, write_table


def test_round_trip_keeps_values_types_and_meaning(tmp_path: Path) -> None:
    path = tmp_path / "documents" / "part-0.parquet"
    told = datetime(2026, 1, 2, 8, tzinfo=timezone(timedelta(hours=8)))
    written = write_table("documents", [row("documents", delivered_on=date(2023, 1, 5), ingested_at=told, page_count=None)], path)
    back = read_table("documents", [path])
    assert written == 1
    assert back.schema.equals(pa.schema([f.with_nullable(True) for f in schema.arrow_schema("documents")]))
    assert back.column("delivered_on").to_pylist() == [date(2023, 1, 5)]
    assert back.column("ingested_at").to_pylist() == [datetime(2026, 1, 2)]
    assert back.column("page_count").to_pylist() == [None]
    assert pq.read_schema(path).field("region").metadata[b"zh"].decode() == schema.table("documents")["region"].zh
    assert not pq.read_schema(path).field("text").nullable


def test_rows_are_sorted_and_the_bytes_do_not_depend_on_their_order(tmp_path: Path) -> None:
    rows = [row("metrics", metric_id=f"m{i}", document_id=f"d{i % 3}", char_start=100 - i, char_end=101 - i) for i in range(30)]
    one, two = tmp_path / "one.parquet", tmp_path / "two.parquet"
    write_table("metrics", rows, one)
    write_table("metrics", reversed(rows), two)
    assert one.read_bytes() == two.read_bytes()
    places = [(r["document_id"], r["char_start"]) for r in read_table("metrics", one).to_pylist()]
    assert places == sorted(places)
    assert len(places) == 30


def test_table_without_rows_still_has_its_columns(tmp_path: Path) -> None:
    assert write_table("failures", [], tmp_path / "part-0.parquet") == 0
    assert read_table("failures", tmp_path).column_names == list(schema.table("failures").column_names)
    assert read_table("failures", [], columns=["error"]).column_names == ["error"]


def test_several_files_are_one_table(tmp_path: Path) -> None:
    write_table("metrics", [row("metrics", metric_id="b")], tmp_path / "part-01.parquet")
    write_table("metrics", [row("metrics", metric_id="a")], tmp_path / "part-00.parquet")
    assert read_table("metrics", tmp_path, columns=["metric_id"]).to_pydict() == {"metric_id": ["a", "b"]}


def test_decimals_and_whole_floats_are_taken() -> None:
    table = to_table("metrics", [row("metrics", value=Decimal("2.5"), period_start=2022.0)])
    assert table.column("value").to_pylist() == [2.5]
    assert table.column("period_start").to_pylist() == [2022]


@pytest.mark.parametrize(
    ("name", "fields", "message"),
    [
        ("metrics", {"value": "many"}, "table metrics, column value, row 1: 'many' is no float64"),
        ("metrics", {"period_start": 2022.5}, "table metrics, column period_start, row 1: 2022.5 is no int32"),
        ("metrics", {"period_start": 2**40}, "table metrics, column period_start, row 1: .* is no int32"),
        ("metrics", {"is_preliminary": "no"}, "table metrics, column is_preliminary, row 1"),
        ("metrics", {"unit": 5}, "table metrics, column unit, row 1: 5 is no string"),
        ("metrics", {"value": None}, "table metrics, column value, row 1: a value is missing"),
        ("metrics", {"extra": 1}, "table metrics in row 1: .*unknown .*extra"),
        ("documents", {"delivered_on": "2023-01-05"}, "table documents, column delivered_on, row 1"),
    ],
)
def test_errors_name_table_column_and_row(name: str, fields: dict[str, object], message: str) -> None:
    with pytest.raises(TableError, match=message):
        to_table(name, [row(name), row(name, fields)])


def test_candidate_rows_may_miss_a_value() -> None:
    assert to_table("metrics", [row("metrics", value=None)], candidate=True).column("value").null_count == 1


def test_infinity_is_kept_for_the_gate_to_refuse() -> None:
    assert to_table("metrics", [row("metrics", value=float("inf"))], candidate=True).column("value").to_pylist() == [float("inf")]


def test_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "part-0.parquet"
    write_table("runs", [row("runs")], path)
    before = path.read_bytes()

    def full_disk(source: object, target: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full_disk)
    with pytest.raises(OSError, match="No space"):
        write_table("runs", [row("runs"), row("runs", run_id="run-000002-00000000")], path)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["part-0.parquet"]


def test_damaged_file_and_foreign_table_are_named(tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.parquet"
    damaged.write_bytes(b"PAR1 no more")
    with pytest.raises(TableError, match=r"table runs: .*damaged\.parquet cannot be read"):
        read_table("runs", [damaged])
    write_table("failures", [], tmp_path / "failures.parquet")
    with pytest.raises(TableError, match=r"failures\.parquet has no column started_at"):
        read_table("runs", [tmp_path / "failures.parquet"])

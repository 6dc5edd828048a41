"""The warehouse holds what the Parquet files hold, explained, closed and in one file."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.made_rows import Row, row, table
from tests.warehouse.build.test_series import COUNTY, DISTRICT, PLACES
from tests.warehouse.build.test_views import TARGET, growth
from tests.warehouse.conftest import Maker, documents_of, write_tables
from transforms import schema
from warehouse.build.full_build import STORED, BuildError, build
from warehouse.build.incremental_build import FileDelta, update_warehouse
from warehouse.build.view_files import ViewError, column_comment, views
from warehouse.build.view_files import _read as read_view
from warehouse.storage.parquet import read_table, write_table

CONTRACT_VIEWS = {"headline", "targets_vs_actuals", "indicator_panel", "commitments", "revisions", "quality_summary"}


def test_every_table_has_its_columns_types_and_comments(make: Maker) -> None:
    connection = make([row("metrics")])
    for each in schema.tables().values():
        found = connection.execute(
            "select column_name, data_type, is_nullable, comment from duckdb_columns() where table_name = ? order by column_index",
            [each.name],
        ).fetchall()
        assert found == [(c.name, c.duckdb_type, c.nullable, c.comment) for c in each.columns]
    comments = dict(connection.execute("select table_name, comment from duckdb_tables()").fetchall())
    assert comments["metrics"] == schema.table("metrics").comment


def test_every_view_and_every_column_of_it_is_explained_in_both_languages(make: Maker) -> None:
    connection = make([row("metrics")])
    found = connection.execute("select view_name, comment from duckdb_views() where not internal").fetchall()
    assert {name for name, _ in found} == {view.name for view in views()} >= CONTRACT_VIEWS
    columns = connection.execute("select table_name, column_name, comment from duckdb_columns() where not internal").fetchall()
    assert len(columns) > 200
    for where, name, comment in [*columns, *(("", *view) for view in found)]:
        assert comment, (where, name)
        assert any("\u4e00" <= character <= "\u9fff" for character in comment), (where, name)


def test_file_is_closed_whole_and_readable_by_older_programs(make: Maker, tmp_path: Path) -> None:
    connection = make([row("metrics")])
    (tags,) = connection.execute("select tags from duckdb_databases() where database_name = 'warehouse'").fetchone() or ()
    assert tags["storage_version"].startswith("v1.0")  # which DuckDB 1.1 reads
    assert sorted(path.name for path in tmp_path.iterdir()) == ["parquet", "warehouse.duckdb"]


def test_views_work_under_any_name_and_from_any_folder(make: Maker, tmp_path: Path) -> None:
    make([row("metrics")]).close()
    moved = tmp_path / "elsewhere" / "年报.duckdb"
    moved.parent.mkdir()
    (tmp_path / "warehouse.duckdb").rename(moved)
    with duckdb.connect(str(moved), read_only=True) as connection:
        assert connection.execute("select count(*) from headline").fetchone() == (1,)
    with duckdb.connect() as connection:
        connection.execute(f"attach '{moved}' as other (read_only)")
        assert connection.execute("select count(*) from other.headline").fetchone() == (1,)


def test_warehouse_is_never_built_over_another(tmp_path: Path) -> None:
    write_tables(tmp_path / "parquet", [])
    (tmp_path / "warehouse.duckdb").write_bytes(b"the published one")
    with pytest.raises(BuildError, match="exists"):
        build(tmp_path / "parquet", tmp_path / "warehouse.duckdb")
    assert (tmp_path / "warehouse.duckdb").read_bytes() == b"the published one"


def test_damaged_parquet_is_named_and_leaves_nothing_behind(tmp_path: Path) -> None:
    write_tables(tmp_path / "parquet", [row("metrics")])
    (tmp_path / "parquet" / "metrics" / "part-0.parquet").write_bytes(b"PAR1")
    with pytest.raises(BuildError, match="the table metrics could not be loaded"):
        build(tmp_path / "parquet", tmp_path / "warehouse.duckdb")
    assert not list(tmp_path.glob("warehouse*"))


def test_missing_value_where_there_must_be_one_is_refused(tmp_path: Path) -> None:
    write_tables(tmp_path / "parquet", [])
    write_table("metrics", [row("metrics", value=None)], tmp_path / "parquet" / "metrics" / "part-0.parquet", candidate=True)
    with pytest.raises(BuildError, match="metrics"):
        build(tmp_path / "parquet", tmp_path / "warehouse.duckdb")


def test_tables_without_files_are_made_without_rows(tmp_path: Path) -> None:
    build(tmp_path / "none", tmp_path / "warehouse.duckdb")
    with duckdb.connect(str(tmp_path / "warehouse.duckdb"), read_only=True) as connection:
        for name in [*schema.tables(), *(view.name for view in views())]:
            assert connection.execute(f"select count(*) from {name}").fetchone() == (0,)


def test_view_without_explanation_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "bad.sql"
    file.write_text("-- en: No Chinese.\nselect 1", encoding="utf8")
    with pytest.raises(ViewError, match=r"views/bad\.sql: must begin with"):
        read_view(file)
    with pytest.raises(ViewError, match=r"nothing says what the column puzzle is"):
        column_comment(views()[0], "puzzle")


def test_a_warehouse_is_renewed_in_the_tables_that_changed(tmp_path: Path) -> None:
    before, after, parquet = tmp_path / "before.duckdb", tmp_path / "after.duckdb", tmp_path / "parquet"
    write_tables(parquet, [row("metrics")])
    build(parquet, before)
    first = read_table("runs", parquet / "runs").to_pylist()[0]
    write_table("runs", [first, first | {"run_id": "run-000002-abcdef01"}], parquet / "runs/part-0.parquet")
    update_warehouse(before, parquet, after, ["runs"])
    with duckdb.connect(str(after), read_only=True) as connection:
        assert connection.execute("select run_id from runs order by run_id").fetchall()[-1] == ("run-000002-abcdef01",)
        assert connection.execute("select count(*) from metrics").fetchall() != [(0,)]
        assert connection.execute("select comment from duckdb_tables() where table_name = 'runs'").fetchone() != (None,)
    with duckdb.connect(str(before), read_only=True) as connection:
        assert connection.execute("select count(*) from runs").fetchall() == [(1,)]


def write_by_document(folder: Path, metrics: list[Row]) -> None:
    """The tables of a run whose shards hold a document each."""
    write_tables(folder, metrics, regions=PLACES)
    for name, rows in (("documents", documents_of(metrics)), ("metrics", metrics)):
        (folder / name / "part-0.parquet").unlink()
        for document in {each["document_id"] for each in rows}:
            of_document = table(name, [each for each in rows if each["document_id"] == document])
            write_table(name, of_document, folder / name / f"{document}.parquet")


def test_a_warehouse_is_renewed_by_the_documents_that_changed(tmp_path: Path) -> None:
    """The rows of the regions concerned, a renamed one among them, are those of a warehouse built anew."""
    before, after, anew = (tmp_path / f"{name}.duckdb" for name in ("before", "after", "anew"))
    first, second = tmp_path / "first", tmp_path / "second"
    others = [
        growth("m2", 2020, 2.0, DISTRICT, report=2022),
        growth("m3", 2020, 3.0, report=2023),
        growth("m4", 2023, 3.5, TARGET, report=2023),
    ]
    write_by_document(first, [growth("m1", 2019, 1.0, COUNTY, report=2021), *others])
    write_by_document(second, [growth("m5", 2019, 1.5, COUNTY, report=2021), growth("m6", 2021, 1.6, COUNTY, report=2021), *others])
    build(first, before)
    exchanges = {name: FileDelta([first / name / "d2021.parquet"], [second / name / "d2021.parquet"]) for name in ("documents", "metrics")}
    update_warehouse(before, second, after, [name for name in schema.tables() if name not in exchanges], exchanges)
    build(second, anew)
    names = [*schema.tables(), *(view.name for view in views()), *(f"{STORED}.{view.name}" for view in views() if view.stored_by)]
    kept = (
        "select schema_name, table_name, column_name, data_type, is_nullable, comment from duckdb_columns() where not internal order by all"
    )
    with duckdb.connect(str(after), read_only=True) as renewed, duckdb.connect(str(anew), read_only=True) as built:
        for name in names:
            ask = f"select * from {name} order by all"
            assert renewed.execute(ask).fetchall() == built.execute(ask).fetchall(), name
        assert renewed.execute(kept).fetchall() == built.execute(kept).fetchall()
        joined = "select year, told_as, actual, previous from series where region_code = '130608' order by year"
        found = renewed.execute(joined).fetchall()
        assert found == [(2019, "清苑县", 1.5, None), (2020, "清苑区", 2.0, 1.5), (2021, "清苑县", 1.6, 2.0)]
        assert renewed.execute("select count(distinct region_code) from headline").fetchall() == [(3,)]


def test_only_rows_of_regions_whose_documents_changed_are_worked_out_anew(tmp_path: Path) -> None:
    """A view that is renewed by region is read for these regions only: what else is kept stays as it is, right or wrong."""
    before, after, parquet = tmp_path / "before.duckdb", tmp_path / "after.duckdb", tmp_path / "parquet"
    write_by_document(parquet, [growth("m1", 2022, 1.0, report=2023), growth("m2", 2022, 2.0, DISTRICT, report=2024)])
    build(parquet, before)
    stored = [view.name for view in views() if view.renewed_by]
    with duckdb.connect(str(before)) as connection:
        for name in stored:
            connection.execute(f"update {STORED}.{name} set region = 'kept'")
    changed = parquet / "metrics/d2024.parquet"
    write_table("metrics", table("metrics", [growth("m3", 2022, 3.0, DISTRICT, report=2024)]), changed)
    update_warehouse(before, parquet, after, [], {"documents": FileDelta(), "metrics": FileDelta([changed], [changed])})
    with duckdb.connect(str(after), read_only=True) as connection:
        for name in stored:
            found = connection.execute(f"select region_code, region from {STORED}.{name} group by all order by all").fetchall()
            assert found in ([("110118", "kept"), ("130608", "清苑区")], []), name
        assert connection.execute("select metric_id from headline order by region_code").fetchall() == [("m1",), ("m3",)]

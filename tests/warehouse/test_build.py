"""The warehouse holds what the Parquet files hold, explained, closed and in one file."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.tables import row
from tests.warehouse.conftest import Maker, write_tables
from transforms import schema
from warehouse.build import STORED, BuildError, Exchange, build, renew
from warehouse.parquet import read_table, write_table
from warehouse.views import ViewError, column_comment, views
from warehouse.views import _read as read_view

CONTRACT_VIEWS = {"headline", "targets_vs_actuals", "indicator_panel", "commitments", "revisions", "quality_summary"}


def test_every_table_has_its_columns_types_and_comments(make: Maker) -> None:
    connection = make([row("metrics")])
    for table in schema.tables().values():
        found = connection.execute(
            "select column_name, data_type, is_nullable, comment from duckdb_columns() where table_name = ? order by column_index",
            [table.name],
        ).fetchall()
        assert found == [(c.name, c.duckdb_type, c.nullable, c.comment) for c in table.columns]
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
    assert tags["storage_version"].startswith("v1.5")
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
    renew(before, parquet, after, ["runs"])
    with duckdb.connect(str(after), read_only=True) as connection:
        assert connection.execute("select run_id from runs order by run_id").fetchall()[-1] == ("run-000002-abcdef01",)
        assert connection.execute("select count(*) from metrics").fetchall() != [(0,)]
        assert connection.execute("select comment from duckdb_tables() where table_name = 'runs'").fetchone() != (None,)
    with duckdb.connect(str(before), read_only=True) as connection:
        assert connection.execute("select count(*) from runs").fetchall() == [(1,)]


def test_a_warehouse_is_renewed_by_the_documents_that_changed(tmp_path: Path) -> None:
    before, after, anew = (tmp_path / f"{name}.duckdb" for name in ("before", "after", "anew"))
    first, second = tmp_path / "first", tmp_path / "second"
    write_tables(first, [row("metrics", metric_id="m1", document_id="d1", value=1.0)])
    build(first, before)
    write_tables(second, [row("metrics", metric_id=f"m{number}", document_id="d2", value=2.0 * number) for number in (2, 3)])
    exchanges = {
        name: Exchange(sorted((first / name).glob("*.parquet")), sorted((second / name).glob("*.parquet")))
        for name in ("documents", "metrics", "numbers")
    }
    renew(before, second, after, [name for name in schema.tables() if name not in exchanges], exchanges)
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
        assert renewed.execute("select count(*) from headline").fetchall() != [(0,)]

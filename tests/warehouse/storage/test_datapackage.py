"""``datapackage.json``: every Parquet file described, with the types and meanings of ``tables.yml``."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pyarrow.types as arrow
import pytest

from tests.made_rows import row
from tests.warehouse.conftest import write_tables
from transforms import schema
from warehouse.storage.datapackage import write_datapackage

HOLDS = {
    "string": arrow.is_string, "integer": arrow.is_integer, "number": arrow.is_floating, "boolean": arrow.is_boolean,
    "date": arrow.is_date, "datetime": arrow.is_timestamp,
}  # fmt: skip


@pytest.fixture
def parquet(tmp_path: Path) -> Path:
    write_tables(tmp_path, [row("metrics")])
    (tmp_path / "metrics/part-0.parquet").rename(tmp_path / "metrics/part-00.parquet")
    pq.write_table(pq.read_table(tmp_path / "metrics/part-00.parquet").slice(0, 0), tmp_path / "metrics/part-a1.parquet")
    write_datapackage(tmp_path)
    return tmp_path


def test_every_file_is_described_and_every_description_has_its_file(parquet: Path) -> None:
    package = json.loads((parquet / "datapackage.json").read_text(encoding="utf8"))
    said = {path for each in package["resources"] for path in ([each["path"]] if isinstance(each["path"], str) else each["path"])}
    assert said == {file.relative_to(parquet).as_posix() for file in parquet.rglob("*.parquet")}
    assert {"metrics/part-00.parquet", "metrics/part-a1.parquet"} <= said


def test_fields_have_the_types_of_the_files_and_their_meanings(parquet: Path) -> None:
    package = json.loads((parquet / "datapackage.json").read_text(encoding="utf8"))
    for resource in package["resources"]:
        table = schema.table(resource["name"])
        fields = resource["schema"]["fields"]
        assert [field["name"] for field in fields] == list(table.column_names)
        assert set(resource["schema"]["primaryKey"]) <= set(table.column_names)
        path = resource["path"] if isinstance(resource["path"], str) else resource["path"][0]
        for field, column in zip(fields, pq.read_schema(parquet / path), strict=True):
            assert HOLDS[field["type"]](column.type), (resource["name"], field)
            assert field["title"] == table[field["name"]].zh
            assert field.get("constraints", {}).get("required", False) is not table[field["name"]].nullable


def test_the_same_files_give_the_same_description(parquet: Path) -> None:
    before = (parquet / "datapackage.json").read_bytes()
    assert write_datapackage(parquet).read_bytes() == before

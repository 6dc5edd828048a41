"""The description of ``parquet/`` as a Frictionless data package: ``datapackage.json``, derived from ``tables.yml``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from transforms import schema
from transforms.schema import Column, Table

TYPES = {
    "string": "string",
    "int32": "integer",
    "int64": "integer",
    "float64": "number",
    "bool": "boolean",
    "date": "date",
    "timestamp": "datetime",
}
KEYS = {
    "metrics": {"document_id": ("documents", "document_id")},
    "numbers": {"document_id": ("documents", "document_id")},
    "quarantine": {"document_id": ("documents", "document_id")},
}
"""What refers to what, where every row does."""


def write_datapackage(parquet_dir: Path) -> Path:
    """Write ``parquet_dir/datapackage.json`` for the Parquet files that are there.

    Returns:
        The file written.
    """
    path = parquet_dir / "datapackage.json"
    path.write_text(json.dumps(datapackage(parquet_dir), ensure_ascii=False, indent=1) + "\n", encoding="utf8")
    return path


def datapackage(parquet_dir: Path) -> dict[str, Any]:
    """The description: a resource for each table that has files, with the type and meaning of each field."""
    resources = []
    for table in schema.tables().values():
        files = sorted(file.relative_to(parquet_dir).as_posix() for file in (parquet_dir / table.name).rglob("*.parquet"))
        if files:
            resources.append(_resource(table, files))
    return {
        "profile": "data-package",
        "name": "baogao",
        "title": "报告 baogao: every number of Chinese government reports, with its source",
        "description": "Where a table has several files, its rows are those of all of them: read_parquet('TABLE/*.parquet').",
        "resources": resources,
    }


def _resource(table: Table, files: list[str]) -> dict[str, Any]:
    return {
        "name": table.name,
        "title": table.zh,
        "description": table.en,
        "path": files[0] if len(files) == 1 else files,
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "schema": {
            "fields": [_field(column) for column in table.columns],
            "primaryKey": list(table.key),
            "foreignKeys": [
                {"fields": [field], "reference": {"resource": other, "fields": [key]}}
                for field, (other, key) in KEYS.get(table.name, {}).items()
            ],
        },
    }


def _field(column: Column) -> dict[str, Any]:
    said = {
        "required": None if column.nullable else True,
        "enum": list(column.values) or None,
        "minimum": column.minimum,
        "maximum": column.maximum,
    }
    constraints = {name: value for name, value in said.items() if value is not None}
    described = {"name": column.name, "type": TYPES[column.type], "title": column.zh, "description": column.en}
    return described | ({"constraints": constraints} if constraints else {})

"""What each table holds, read from ``tables.yml``: the only reader of that file.

Everything that must agree with the tables (Arrow schemas, DuckDB types and comments, expectation suites, the data
dictionary) is derived from :func:`table` and :func:`tables`.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    import pyarrow as pa

TYPES = ("string", "int32", "int64", "float64", "bool", "date", "timestamp")
DUCKDB_TYPES = {
    "string": "VARCHAR",
    "int32": "INTEGER",
    "int64": "BIGINT",
    "float64": "DOUBLE",
    "bool": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
}
FIELD_KEYS = {"type", "name", "en", "zh", "nullable", "values", "min", "max"}
TABLE_KEYS = {"en", "zh", "key", "columns", "fields", "like", "lenient"}


class SchemaError(ValueError):
    """``tables.yml`` says something that cannot be meant; the message names the table or field."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, type, meaning in English and Chinese, and what it may hold."""

    name: str
    type: str
    en: str
    zh: str
    nullable: bool = False
    values: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None

    @property
    def comment(self) -> str:
        """The comment that DuckDB shows: English meaning with the Chinese term."""
        return f"{self.en} ({self.zh})"

    @property
    def duckdb_type(self) -> str:
        return DUCKDB_TYPES[self.type]


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its columns in order and the columns whose values together are unique."""

    name: str
    en: str
    zh: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def comment(self) -> str:
        return f"{self.en} ({self.zh})"

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    def __getitem__(self, name: str) -> Column:
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"table {self.name} has no column {name}; it has {', '.join(self.column_names)}")


def _column(field_name: str, spec: dict[str, Any]) -> Column:
    unknown = set(spec) - FIELD_KEYS
    if unknown:
        raise SchemaError(f"tables.yml: field {field_name}: unknown key {sorted(unknown)}; allowed are {sorted(FIELD_KEYS)}")
    if spec["type"] not in TYPES:
        raise SchemaError(f"tables.yml: field {field_name}: unknown type {spec['type']!r}; allowed are {', '.join(TYPES)}")
    return Column(
        name=spec.get("name", field_name),
        type=spec["type"],
        en=spec["en"],
        zh=spec["zh"],
        nullable=bool(spec.get("nullable", False)),
        values=tuple(spec.get("values", ())),
        minimum=spec.get("min"),
        maximum=spec.get("max"),
    )


def _table(name: str, spec: dict[str, Any], fields: dict[str, Any], all_tables: dict[str, Any]) -> Table:
    unknown = set(spec) - TABLE_KEYS
    if unknown:
        raise SchemaError(f"tables.yml: table {name}: unknown key {sorted(unknown)}; allowed are {sorted(TABLE_KEYS)}")
    inherited = list(all_tables[spec["like"]]["columns"]) if "like" in spec else []
    names = [*inherited, *spec["columns"]]
    missing = [field for field in names if field not in fields]
    if missing:
        raise SchemaError(f"tables.yml: table {name}: no such field {missing}")
    here = spec.get("fields", {})
    lenient = {"nullable": True, "values": (), "min": None, "max": None} if spec.get("lenient") else {}
    columns = tuple(
        _column(field, fields[field] | here.get(field, {}) | (lenient if field in inherited and field != "metric_id" else {}))
        for field in names
    )
    return Table(name, spec["en"], spec["zh"], tuple(spec["key"]), columns)


@functools.cache
def tables() -> dict[str, Table]:
    """All base tables by name, in the order of ``tables.yml``."""
    description = yaml.safe_load(Path(__file__).with_name("tables.yml").read_text(encoding="utf8"))
    specs = description["tables"]
    return {name: _table(name, spec, description["fields"], specs) for name, spec in specs.items()}


def table(name: str) -> Table:
    """The table of that name.

    Raises:
        KeyError: there is none; the message lists those there are.
    """
    try:
        return tables()[name]
    except KeyError:
        raise KeyError(f"no table {name}; there are {', '.join(tables())}") from None


def arrow_schema(name: str) -> pa.Schema:
    """The Arrow schema of a table, with the meaning of each column in its field's metadata."""
    import pyarrow as pa  # here, since most of transforms needs no Arrow

    arrow_types = {
        "string": pa.string(),
        "int32": pa.int32(),
        "int64": pa.int64(),
        "float64": pa.float64(),
        "bool": pa.bool_(),
        "date": pa.date32(),
        "timestamp": pa.timestamp("us"),
    }
    return pa.schema(
        [pa.field(c.name, arrow_types[c.type], nullable=c.nullable, metadata={"en": c.en, "zh": c.zh}) for c in table(name).columns]
    )


def pandas_dtypes(name: str) -> dict[str, str]:
    """The pandas dtype of each column of a table; nullable extension types where a value may be missing."""
    dtypes = {
        "string": "string",
        "int32": "Int32",
        "int64": "Int64",
        "float64": "Float64",
        "bool": "boolean",
        "date": "date32[day][pyarrow]",
        "timestamp": "datetime64[us]",
    }
    return {c.name: dtypes[c.type] for c in table(name).columns}

"""Rows to Parquet and back: typed, sorted, the same bytes for the same rows, whole or not at all.

A table's columns, types and order come from ``transforms/tables.yml``. *Candidate* tables are those the gate has not
seen yet: they may miss values that the published tables must have, so that the gate can say which row and why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pyarrow as pa
import pyarrow.parquet as pq

from transforms import schema
from warehouse.storage.atomic_files import atomic_stream

if TYPE_CHECKING:
    import pandas as pd

Row = Mapping[str, Any]

# Fixed, so that the same rows always give the same bytes.
WRITER_OPTIONS: dict[str, Any] = {
    "compression": "zstd",
    "compression_level": 3,
    "version": "2.6",
    "data_page_version": "1.0",
    "row_group_size": 131_072,
    "use_dictionary": True,
    "write_statistics": True,
    "store_schema": True,
}
# Rows that belong to a text lie in its order; all others in the order of their key.
SORT_COLUMNS = {
    "metrics": ("document_id", "char_start", "char_end"),
    "numbers": ("document_id", "char_start", "char_end"),
    "quarantine": ("document_id", "char_start", "char_end"),
}
# What pandas calls values that a column of this type may be made of.
ACCEPTED_KINDS = {
    "string": {"string"},
    "int32": {"integer", "floating", "integer-na", "mixed-integer-float"},
    "int64": {"integer", "floating", "integer-na", "mixed-integer-float"},
    "float64": {"floating", "integer", "integer-na", "mixed-integer-float", "decimal"},
    "bool": {"boolean"},
    "date": {"date"},
    "timestamp": {"datetime", "datetime64"},
}


THREADS = 4
"""That read files side by side."""


class TableError(ValueError):
    """Rows or a file that are not the table they should be; the message names table, column and row or file."""


def write_table(name: str, rows: Iterable[Row] | pd.DataFrame | pa.Table, path: Path, *, candidate: bool = False) -> int:
    """Write rows of a table as one Parquet file, replacing the file at ``path`` in one step.

    Args:
        name: a table of ``tables.yml``.
        rows: dictionaries, a DataFrame or an Arrow table with the table's columns (their order does not matter).
        path: the file; its folder is made where it is missing.
        candidate: allow missing values in columns that must have them once the gate has passed.

    Returns:
        The number of rows written.

    Raises:
        TableError: a column is missing or unknown, or a value does not fit its column.
    """
    table = sort_rows(name, to_table(name, rows, candidate=candidate))
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_stream(path) as stream:
        pq.write_table(table, stream, **WRITER_OPTIONS)
    return int(table.num_rows)


def read_table(name: str, paths: Path | Iterable[Path], columns: Sequence[str] | None = None) -> pa.Table:
    """Read Parquet files of a table as one Arrow table; no file gives a table without rows.

    Args:
        name: a table of ``tables.yml``.
        paths: files, or folders whose ``*.parquet`` files (at any depth) are read, in the order of their names.
        columns: those wanted, in this order; all of them without it.

    Raises:
        TableError: a file cannot be read or does not hold the table's columns and types.
    """
    wanted = list(columns) if columns is not None else list(schema.table(name).column_names)
    expected = {field.name: field for field in candidate_schema(name)}
    target = pa.schema([expected[column] for column in wanted])
    files = _files([paths] if isinstance(paths, Path) else paths)
    if len(files) > THREADS:  # opening a file takes longer than reading a few columns of it, and lets go of the interpreter
        with ThreadPoolExecutor(THREADS) as threads:
            parts = list(threads.map(lambda file: _read_file(name, file, target), files))
    else:
        parts = [_read_file(name, file, target) for file in files]
    return pa.concat_tables(parts) if parts else target.empty_table()


def to_table(name: str, rows: Iterable[Row] | pd.DataFrame | pa.Table, *, candidate: bool = False) -> pa.Table:
    """Rows as an Arrow table with exactly the columns, types and field metadata of ``tables.yml``.

    Raises:
        TableError: as for :func:`write_table`.
    """
    target = candidate_schema(name) if candidate else schema.arrow_schema(name)
    if isinstance(rows, pa.Table):
        table = _conform(name, rows, target)
    else:
        table = pa.Table.from_pandas(to_frame(name, rows), schema=candidate_schema(name), preserve_index=False)
        table = table.replace_schema_metadata(None).cast(candidate_schema(name))
    _refuse_missing(name, table, target)
    return pa.Table.from_arrays(table.columns, schema=target)


def to_frame(name: str, rows: Iterable[Row] | pd.DataFrame) -> pd.DataFrame:
    """Rows as a DataFrame with the columns and pandas dtypes of the table.

    Raises:
        TableError: a column is missing or unknown, or a value does not fit its column.
    """
    import pandas as pd

    table = schema.table(name)
    frame = rows if isinstance(rows, pd.DataFrame) else _frame_of_rows(name, list(rows))
    _same_columns(name, frame.columns, table.column_names)
    dtypes = schema.pandas_dtypes(name)
    return pd.DataFrame({column: _typed(name, column, frame[column], dtypes[column]) for column in table.column_names})


def candidate_schema(name: str) -> pa.Schema:
    """The table's Arrow schema with every column allowed to be missing, as it is before the gate."""
    return pa.schema([field.with_nullable(True) for field in schema.arrow_schema(name)])


def sort_rows(name: str, table: pa.Table) -> pa.Table:
    """The rows in the order in which they are stored: by document and place, else by the table's key."""
    key = schema.table(name).key
    first = SORT_COLUMNS.get(name, ())
    order = [*first, *(column for column in key if column not in first)]
    return table.sort_by([(column, "ascending") for column in order]) if table.num_rows > 1 else table


def _frame_of_rows(name: str, rows: list[Row]) -> pd.DataFrame:
    import pandas as pd

    columns = schema.table(name).column_names
    for position, row in enumerate(rows):
        if row.keys() != set(columns):
            _same_columns(name, list(row), columns, f" in row {position}")
    return pd.DataFrame({column: pd.Series([row[column] for row in rows], dtype=object) for column in columns})


def _same_columns(name: str, found: Iterable[str], wanted: Sequence[str], where: str = "") -> None:
    found = list(found)
    missing = [column for column in wanted if column not in found]
    unknown = [column for column in found if column not in wanted]
    if missing or unknown or len(found) != len(wanted):
        raise TableError(
            f"table {name}{where}: columns are not those of tables.yml: missing {missing or 'none'}, unknown {unknown or 'none'}"
        )


def _typed(name: str, column: str, values: pd.Series[Any], dtype: str) -> pd.Series[Any]:
    import pandas as pd

    if str(values.dtype) == dtype:
        return values.reset_index(drop=True)
    type_name = schema.table(name)[column].type
    kind = pd.api.types.infer_dtype(values, skipna=True)
    try:
        if kind not in ACCEPTED_KINDS[type_name] | {"empty"}:
            raise TypeError(kind)
        if type_name == "timestamp":
            return _utc(values)
        if type_name == "float64":
            values = values.astype("float64") if kind != "empty" else values
        typed: pd.Series[Any] = pd.Series(list(values), dtype=cast(Any, dtype))
        return typed
    except (TypeError, ValueError, OverflowError, pa.ArrowException) as error:
        raise _misfit(name, column, values, type_name, error) from None


def _utc(values: pd.Series[Any]) -> pd.Series[Any]:
    import pandas as pd

    moments: pd.Series[Any] = pd.to_datetime(values, utc=True)
    plain: pd.Series[Any] = moments.dt.tz_localize(None).astype("datetime64[us]").reset_index(drop=True)
    return plain


def _misfit(name: str, column: str, values: pd.Series[Any], type_name: str, error: Exception) -> TableError:
    """The error that names the first row whose value does not fit."""
    import pandas as pd

    dtype = schema.pandas_dtypes(name)[column]
    for position, value in enumerate(values):
        kind = pd.api.types.infer_dtype([value], skipna=True)
        try:
            if kind not in ACCEPTED_KINDS[type_name] | {"empty"}:
                raise TypeError
            pd.Series([value], dtype=cast(Any, dtype))
        except (TypeError, ValueError, OverflowError, pa.ArrowException):
            return TableError(f"table {name}, column {column}, row {position}: {value!r} is no {type_name}")
    return TableError(f"table {name}, column {column}: values are no {type_name}: {error}")


def _conform(name: str, table: pa.Table, target: pa.Schema) -> pa.Table:
    _same_columns(name, table.column_names, target.names)
    columns = []
    for field in target:
        column = table.column(field.name)
        if column.type != field.type:
            try:
                column = column.cast(field.type)
            except pa.ArrowException as error:
                raise TableError(f"table {name}, column {field.name}: {column.type} does not fit {field.type}: {error}") from None
        columns.append(column)
    return pa.Table.from_arrays(columns, names=target.names)


def _refuse_missing(name: str, table: pa.Table, target: pa.Schema) -> None:
    for field in target:
        column = table.column(field.name)
        if not field.nullable and column.null_count:
            position = column.is_null().index(True).as_py()
            raise TableError(f"table {name}, column {field.name}, row {position}: a value is missing where there must be one")


def _files(paths: Iterable[Path]) -> list[Path]:
    files: list[Path] = []
    for path in paths:
        files.extend(sorted(path.rglob("*.parquet")) if path.is_dir() else [path])
    return files


def _read_file(name: str, file: Path, target: pa.Schema) -> pa.Table:
    try:
        part = pq.ParquetFile(file).read(columns=target.names)
    except (OSError, pa.ArrowException) as error:
        raise TableError(f"table {name}: {file} cannot be read as Parquet: {error}") from error
    missing = [column for column in target.names if column not in part.column_names]
    if missing:
        raise TableError(f"table {name}: {file} has no column {', '.join(missing)}; delete it and run the pipeline again")
    part = part.select(target.names)
    for field in target:
        if part.schema.field(field.name).type != field.type:
            raise TableError(
                f"table {name}: {file}, column {field.name} holds {part.schema.field(field.name).type}, not {field.type}; "
                "delete it and run the pipeline again"
            )
    return pa.Table.from_arrays(part.columns, schema=target)

"""The data dictionary ``DICTIONARY.md``: every table, view and column with its type, meaning and allowed values.

``python -m warehouse.dictionary`` writes it, ``--check`` says whether it is up to date.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import duckdb

from transforms import schema
from transforms.schema import Column
from warehouse.build import build
from warehouse.views import column_comment, views

FILE = Path(__file__).with_name("DICTIONARY.md")
HEAD = """# Data dictionary

Made from `transforms/tables.yml` and `warehouse/views/*.sql` by `python -m warehouse.dictionary`; change those, not this.
Names: `*_id` identifies, `*_start`/`*_end` bound a span, `*_std` is in the standard unit of its dimension, `is_*` is true or false.
"""


def dictionary() -> str:
    """The data dictionary as Markdown."""
    return "\n".join([HEAD, "## Tables", "", *_tables(), "## Views", "", *_views()]).rstrip() + "\n"


def _tables() -> Iterator[str]:
    for table in schema.tables().values():
        yield from (f"### {table.name} · {table.zh}", "", table.en, "", f"Unique: {', '.join(f'`{name}`' for name in table.key)}", "")
        yield from ("| column | type | meaning | 含义 |", "|---|---|---|---|")
        for column in table.columns:
            yield f"| `{column.name}` | {_type(column)} | {_escape(column.en + _limits(column))} | {_escape(column.zh)} |"
        yield ""


def _type(column: Column) -> str:
    return column.duckdb_type + (" or null" if column.nullable else "")


def _limits(column: Column) -> str:
    parts = [" One of " + ", ".join(f"`{value}`" for value in column.values) + "."] if column.values else []
    if column.minimum is not None and column.maximum is not None:
        parts.append(f" From {column.minimum:g} to {column.maximum:g}.")
    elif column.minimum is not None:
        parts.append(f" At least {column.minimum:g}.")
    return "".join(parts)


def _views() -> Iterator[str]:
    types = _view_types()
    for view in views():
        yield from (f"### {view.name} · {view.zh}", "", view.en, "")
        yield from ("| column | type | meaning | 含义 |", "|---|---|---|---|")
        for name, kind in types[view.name]:
            en, zh = column_comment(view, name)
            yield f"| `{name}` | {kind} | {_escape(en)} | {_escape(zh)} |"
        if "generated columns" in view.sql:
            yield (
                "| … | DOUBLE | "
                + next(line for line in view.sql.splitlines() if line.startswith("-- generated:"))[14:].strip()
                + " | 每个目录指标各两列 |"
            )
        yield ""


def _view_types() -> dict[str, list[tuple[str, str]]]:
    """The columns of each view with their types, told by a warehouse without rows."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "warehouse.duckdb"
        build(Path(folder) / "none", path)
        with duckdb.connect(str(path), read_only=True) as connection:
            return {view.name: [(row[0], row[1]) for row in connection.execute(f'describe "{view.name}"').fetchall()] for view in views()}


def _escape(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def main(arguments: list[str]) -> int:
    """Write the dictionary, or with ``--check`` only say whether it is up to date (exit code 1 if it is not)."""
    text = dictionary()
    if "--check" not in arguments:
        FILE.write_text(text, encoding="utf8")
        return 0
    if FILE.exists() and FILE.read_text(encoding="utf8") == text:
        return 0
    sys.stderr.write(f"{FILE.name} is not up to date; run: python -m warehouse.dictionary\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The data dictionary ``DICTIONARY.md``: every table, view and column with its type, meaning and allowed values.

``python -m warehouse.dictionary`` writes it, ``--check`` says whether it is up to date.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from transforms import schema
from transforms.schema import Column
from warehouse.build.full_build import build
from warehouse.build.view_files import View, ViewError, column_comment, macros, views
from warehouse.storage.connections import connect

FILE = Path(__file__).with_name("DICTIONARY.md")
HEAD = """# Data dictionary

Made from `transforms/tables.yml` and `warehouse/views/*.sql` by `python -m warehouse.dictionary`; change those, not this.
Names: `*_id` identifies, `*_start`/`*_end` bound a span, `*_std` is in the standard unit of its dimension, `is_*` is true or false.
"""


@dataclass(frozen=True)
class Entry:
    """A table or view: what it is, and its columns as (name, type, meaning, 含义)."""

    name: str
    zh: str
    en: str
    key: tuple[str, ...]
    columns: tuple[tuple[str, str, str, str], ...]


def dictionary() -> str:
    """The data dictionary as Markdown."""
    parts = [HEAD, "## Tables", "", *_markdown(entries()), "## Views", "", *_markdown(view_entries(_view_types()))]
    parts += ["## Table macros", "", "Asked with a word: `from search_text('就业')`.", "", *_markdown(macro_entries())]
    return "\n".join(parts).rstrip() + "\n"


def entries() -> list[Entry]:
    """The tables."""
    return [
        Entry(table.name, table.zh, table.en, table.key, tuple((c.name, _type(c), c.en + _limits(c), c.zh) for c in table.columns))
        for table in schema.tables().values()
    ]


def view_entries(types: dict[str, list[tuple[str, str]]]) -> list[Entry]:
    """The views, whose columns with their types ``types`` tells; the columns that the catalogue generates are one line."""
    found = []
    for view in views():
        generated = view.generated
        columns = [(name, kind) for name, kind in types[view.name] if not generated or _is_explained(view, name)]
        said = tuple((name, kind, *column_comment(view, name)) for name, kind in columns)
        if generated:
            said += (("…", "DOUBLE", generated, "每个目录指标各两列"),)
        found.append(Entry(view.name, view.zh, view.en, (), said))
    return found


def macro_entries() -> list[Entry]:
    """The table macros."""
    return [Entry(each.name, each.zh, each.en, (), tuple((name, "", *said) for name, said in each.columns.items())) for each in macros()]


def _is_explained(view: View, column: str) -> bool:
    try:
        return bool(column_comment(view, column))
    except ViewError:
        return False


def _markdown(found: list[Entry]) -> Iterator[str]:
    for entry in found:
        yield from (f"### {entry.name} · {entry.zh}", "", entry.en, "")
        if entry.key:
            yield from (f"Unique: {', '.join(f'`{name}`' for name in entry.key)}", "")
        yield from ("| column | type | meaning | 含义 |", "|---|---|---|---|")
        for name, kind, en, zh in entry.columns:
            yield f"| {name if name == '…' else f'`{name}`'} | {kind} | {_escape(en)} | {_escape(zh)} |"
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


def _view_types() -> dict[str, list[tuple[str, str]]]:
    """The columns of each view with their types, told by a warehouse without rows."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "warehouse.duckdb"
        build(Path(folder) / "none", path)
        with connect(path) as connection:
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

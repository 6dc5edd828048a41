"""Tables for tests: written in HTML, read as a document would be."""

from __future__ import annotations

from transforms.extract import extract
from transforms.tables.build import build_tables
from transforms.tables.grid import Cell
from transforms.tables.layout import TablesAside, place
from transforms.tables.model import Table
from transforms.types import Decoded, Document, Identity, Metric

Grid = list[list[Cell | str]]


def cells(*rows: list[Cell | str]) -> list[list[Cell]]:
    """Rows in which a text alone is a cell of one place."""
    return [[cell if isinstance(cell, Cell) else Cell(cell) for cell in row] for row in rows]


def decoded(above: str, *grids: list[list[Cell]], between: str = "") -> Decoded:
    """A text with tables below the lines ``above``."""
    aside = TablesAside()
    text = above + "\n" + f"\n{between}\n".join(aside.put(grid, certain=True) or "" for grid in grids)
    written, placed = place(text, aside)
    return Decoded(written, "html", tables=build_tables(written, placed))


def tables(above: str, *grids: list[list[Cell]], between: str = "") -> tuple[Table, ...]:
    """The tables read from grids."""
    return decoded(above, *grids, between=between).tables


def metrics(
    above: str, *grids: list[list[Cell]], year: int = 2026, kind: str = "budget_report", between: str = ""
) -> dict[str, list[Metric]]:
    """What the tables of a document say, by the number as written."""
    source = decoded(above, *grids, between=between)
    document = Document("d", "d.html", "d.html", "0" * 64, source, Identity(doc_type="budget_report", report_year=year))
    found: dict[str, list[Metric]] = {}
    for metric in extract(document).metrics:
        found.setdefault(source.text[metric.char_start : metric.char_end], []).append(metric)
    return found

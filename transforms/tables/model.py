"""A table as a value: title, unit, heading tree, rows with their labels, and cells with their place in the document's text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TableCell:
    """A cell under a column's heading. ``text`` is ``document.text[char_start:char_end]``."""

    column: int
    """Index into ``Table.columns``."""
    text: str
    char_start: int
    char_end: int


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row: what names it, and its cells."""

    label: str
    """The innermost label as written."""
    parents: tuple[str, ...]
    """The labels of the rows and row groups it stands under, outermost first."""
    depth: int
    """How deep its label stands, by numbering, indent and 其中; 0 is outermost."""
    code: str
    """The code of a classification beside the label (科目编码 2010101); empty where there is none."""
    unit: str
    """The text of the row's own cell of units (计量单位); empty where there is none."""
    cells: tuple[TableCell, ...]
    char_start: int
    char_end: int
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a document, over all the pages that it goes on."""

    number: int
    """Its place among the tables of the document, from 1."""
    title: str
    """The line above or in the table that names it; empty where there is none."""
    caption: tuple[str, ...]
    """All lines that belong to it above its headings, the title among them."""
    unit: str
    """What 单位： in the caption gives for all of it; empty where it gives nothing."""
    label_headings: tuple[str, ...]
    """The headings of the columns that name the rows (项目, 科目编码)."""
    columns: tuple[tuple[str, ...], ...]
    """For each column of values its heading, outermost first."""
    rows: tuple[TableRow, ...]
    char_start: int
    char_end: int
    page: int | None = None

"""What word processors' and spreadsheets' formats share: a table's rows of cells become a line that stands for it."""

from __future__ import annotations

from collections.abc import Sequence

from transforms.decode.limits import Limits
from transforms.tables.grid import MOST_COLUMNS, Cell
from transforms.tables.layout import TablesAside, is_aside


def table_lines(rows: Sequence[Sequence[Cell]], aside: TablesAside, limits: Limits) -> list[str]:
    """The line that stands for a table where it holds data; the lines of its cells where it only lays out the page."""
    nests = any(is_aside(cell.text) for row in rows for cell in row)
    stands_for = None if nests else aside.put(_titled(rows), limits.table_cells)
    if stands_for is not None:
        return [stands_for]
    return [line for row in rows for cell in row for line in cell.text.split("\n")]


def _titled(rows: Sequence[Sequence[Cell]]) -> list[Sequence[Cell]]:
    """The rows, those of one text above the headings over all columns, wherever the text stands."""
    width = max((sum(cell.columns for cell in row) for row in rows), default=1)
    out = list(rows)
    for i, row in enumerate(rows):
        texts = [cell for cell in row if cell.text.strip()]
        if len(texts) > 1 or any(cell.rows > 1 for cell in texts):
            break
        if texts:
            out[i] = [Cell(texts[0].text, 1, min(width, MOST_COLUMNS))]
    return out

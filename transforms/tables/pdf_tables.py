"""Ruled tables of a PDF page, open at the sides or closed.

Chinese communiqués set most tables with rules between the columns and none at the outer sides, which the usual table
finders cut to their inner columns. Here the vertical rules tell the columns, the horizontal ones the rows where they are
drawn, and lines of text the rows where they are not. A table is only believed if it loses no character.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from transforms.tables.grid import Cell, fill, is_data, is_number

if TYPE_CHECKING:
    from pypdfium2 import PdfPage

_NEAR = 3.0
_MOST_OBJECTS = 20_000
_MOST_RULES = 3_000


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in points, y upwards."""

    left: float
    bottom: float
    right: float
    top: float

    @staticmethod
    def around(items: Iterable[Any]) -> Box:
        items = list(items)
        return Box(min(i.left for i in items), min(i.bottom for i in items), max(i.right for i in items), max(i.top for i in items))


@dataclass(frozen=True, slots=True)
class Glyph:
    """One character and its box."""

    char: str
    left: float
    bottom: float
    right: float
    top: float


@dataclass(frozen=True, slots=True)
class Rules:
    """The straight lines drawn on a page: (x, low y, high y) and (y, left x, right x)."""

    vertical: tuple[tuple[float, float, float], ...] = ()
    horizontal: tuple[tuple[float, float, float], ...] = ()

    @staticmethod
    def of_page(page: PdfPage) -> tuple[Rules, int]:
        """The rules of a page, and how many pictures it shows."""
        import pypdfium2.raw as raw

        vertical: list[tuple[float, float, float]] = []
        horizontal: list[tuple[float, float, float]] = []
        pictures = 0
        for i in range(min(raw.FPDFPage_CountObjects(page), _MOST_OBJECTS)):
            item = raw.FPDFPage_GetObject(page, i)
            kind = raw.FPDFPageObj_GetType(item)
            pictures += kind == raw.FPDF_PAGEOBJ_IMAGE
            if kind == raw.FPDF_PAGEOBJ_PATH and len(vertical) + len(horizontal) < _MOST_RULES:
                _add_path(item, vertical, horizontal)
        return Rules(tuple(vertical), tuple(horizontal)), pictures


def _add_path(item: Any, vertical: list[tuple[float, float, float]], horizontal: list[tuple[float, float, float]]) -> None:
    import ctypes

    import pypdfium2.raw as raw

    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if not raw.FPDFPageObj_GetBounds(item, left, bottom, right, top):
        return
    width, height = right.value - left.value, top.value - bottom.value
    if width < 2.5 and height > 5:
        vertical.append(((left.value + right.value) / 2, bottom.value, top.value))
    elif height < 2.5 and width > 5:
        horizontal.append(((bottom.value + top.value) / 2, left.value, right.value))
    elif min(width, height) > 5 and raw.FPDFPath_CountSegments(item) <= 400:
        for x0, y0, x1, y1 in _strokes(item):
            if abs(x0 - x1) < 0.7 and abs(y0 - y1) > 5:
                vertical.append(((x0 + x1) / 2, min(y0, y1), max(y0, y1)))
            elif abs(y0 - y1) < 0.7 and abs(x0 - x1) > 5:
                horizontal.append(((y0 + y1) / 2, min(x0, x1), max(x0, x1)))


def _strokes(item: Any) -> list[tuple[float, float, float, float]]:
    """The straight strokes of a drawn path; none where it is only filled."""
    import ctypes

    import pypdfium2.raw as raw

    fill, stroke = ctypes.c_int(), ctypes.c_int()
    if not raw.FPDFPath_GetDrawMode(item, fill, stroke) or not stroke.value:
        return []
    matrix = raw.FS_MATRIX()
    raw.FPDFPageObj_GetMatrix(item, matrix)
    x, y = ctypes.c_float(), ctypes.c_float()
    strokes, last, first = [], None, None
    for i in range(raw.FPDFPath_CountSegments(item)):
        segment = raw.FPDFPath_GetPathSegment(item, i)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        point = (matrix.a * x.value + matrix.c * y.value + matrix.e, matrix.b * x.value + matrix.d * y.value + matrix.f)
        kind = raw.FPDFPathSegment_GetType(segment)
        if kind == raw.FPDF_SEGMENT_MOVETO:
            first = point
        elif last is not None and kind == raw.FPDF_SEGMENT_LINETO:
            strokes.append((*last, *point))
        if raw.FPDFPathSegment_GetClose(segment) and first is not None:
            strokes.append((*point, *first))
        last = point
    return strokes


@dataclass(frozen=True, slots=True)
class Table:
    """A table found: its place, its rows of cells (spans as in HTML), and the indices of its characters."""

    box: Box
    rows: tuple[tuple[Cell, ...], ...]
    glyphs: frozenset[int]


def _cluster(values: Iterable[float], near: float = _NEAR) -> list[float]:
    out: list[list[float]] = []
    for value in sorted(values):
        if out and value - out[-1][-1] <= near:
            out[-1].append(value)
        else:
            out.append([value])
    return [sum(group) / len(group) for group in out]


def _bands(rules: Rules) -> list[tuple[float, float]]:
    """Stretches of the page's height that vertical rules cover without a gap, from the top down."""
    spans = sorted(((low, high) for _, low, high in rules.vertical), key=lambda s: s[0])
    out: list[list[float]] = []
    for low, high in spans:
        if out and low <= out[-1][1] + 6:
            out[-1][1] = max(out[-1][1], high)
        else:
            out.append([low, high])
    return [(low, high) for low, high in reversed(out) if high - low > 20]


def find_tables(glyphs: Sequence[Glyph], rules: Rules) -> list[Table]:
    """The tables of a page from the top down."""
    tables: list[Table] = []
    if not rules.vertical:
        return tables
    for low, high in _bands(rules):
        verticals = [v for v in rules.vertical if v[2] > low and v[1] < high]
        inside = [i for i, g in enumerate(glyphs) if low - 1 <= (g.bottom + g.top) / 2 <= high + 1 and not g.char.isspace()]
        if len(inside) < 4:
            continue
        across = [h for h in rules.horizontal if low - 4 <= h[0] <= high + 4]
        text = Box.around(glyphs[i] for i in inside)
        left = min([text.left - 2, *(h[1] for h in across)])
        right = max([text.right + 2, *(h[2] for h in across)])
        edges = _cluster(v[0] for v in verticals)
        columns = [left, *(x for x in edges if left + 8 < x < right - 8), right]
        if len(columns) < 3:
            continue
        rows = _rows(glyphs, inside, columns, verticals, across, low, high)
        if len(rows) < 2 or not is_data(fill(rows)) or not any(is_number(cell.text) for row in rows for cell in row if cell.text):
            continue
        have = Counter(c for row in rows for cell in row for c in cell.text if not c.isspace())
        if Counter(glyphs[i].char for i in inside) - have:
            continue
        tables.append(Table(Box(left, low, right, high), tuple(map(tuple, rows)), frozenset(inside)))
    return tables


def _rows(
    glyphs: Sequence[Glyph],
    inside: Sequence[int],
    columns: Sequence[float],
    verticals: Sequence[tuple[float, float, float]],
    across: Sequence[tuple[float, float, float]],
    low: float,
    high: float,
) -> list[list[Cell]]:
    """The rows of cells: bands between horizontal rules, an open band split into its lines of text."""
    cuts = [y for y in _cluster(h[0] for h in across) if low + 4 < y < high - 4]
    bounds = [high + 2, *sorted(cuts, reverse=True), low - 2]
    rows: list[list[Cell]] = []
    for top, bottom in pairwise(bounds):
        band = [i for i in inside if bottom < (glyphs[i].bottom + glyphs[i].top) / 2 <= top]
        if not band:
            continue
        groups = _groups(columns, verticals, top, bottom)
        cells = _cells(glyphs, band, columns, groups)
        split = _split(cells)
        for number, line in enumerate(split):
            row = []
            for (start, end), text in zip(groups, line, strict=True):
                middle = (columns[start] + columns[end]) / 2
                drawn = any(abs(h[0] - top) <= _NEAR and h[1] - 1 <= middle <= h[2] + 1 for h in across)
                # An empty cell that no rule separates from the one above is the same cell.
                row.append(Cell(text, 1, end - start, joins_above=not text and not drawn and number == 0 and bool(rows)))
            rows.append(row)
    return rows


def _groups(columns: Sequence[float], verticals: Sequence[tuple[float, float, float]], top: float, bottom: float) -> list[tuple[int, int]]:
    """Columns that a band does not separate, as (first, behind last)."""
    groups, start = [], 0
    for i in range(1, len(columns) - 1):
        covered = sum(max(0.0, min(v[2], top) - max(v[1], bottom)) for v in verticals if abs(v[0] - columns[i]) <= _NEAR)
        if covered > 0.5 * (top - bottom):
            groups.append((start, i))
            start = i
    groups.append((start, len(columns) - 1))
    return groups


def _cells(
    glyphs: Sequence[Glyph], band: Sequence[int], columns: Sequence[float], groups: Sequence[tuple[int, int]]
) -> list[list[tuple[float, str]]]:
    """For each group of columns its lines of text with their heights on the page, from the top down."""
    cells: list[list[tuple[float, str]]] = []
    for start, end in groups:
        here = sorted(
            (i for i in band if columns[start] <= (glyphs[i].left + glyphs[i].right) / 2 < columns[end]),
            key=lambda i: -(glyphs[i].top + glyphs[i].bottom),
        )
        lines: list[list[int]] = []
        for i in here:
            if lines and _same_line(glyphs[lines[-1][0]], glyphs[i]):
                lines[-1].append(i)
            else:
                lines.append([i])
        cells.append(
            [
                (
                    (glyphs[line[0]].top + glyphs[line[0]].bottom) / 2,
                    "".join(glyphs[i].char for i in sorted(line, key=lambda i: glyphs[i].left)),
                )
                for line in lines
            ]
        )
    return cells


def _same_line(a: Glyph, b: Glyph) -> bool:
    middle = (b.top + b.bottom) / 2
    return a.bottom - 3 <= middle <= a.top + 3 or b.bottom - 3 <= (a.top + a.bottom) / 2 <= b.top + 3


def _split(cells: Sequence[Sequence[tuple[float, str]]]) -> list[list[str]]:
    """One row, or as many as the column with the most values has lines."""
    counted = [cell for cell in cells if len(cell) > 1 and sum(is_number(t) for _, t in cell) >= max(2, 0.6 * len(cell))]
    if not counted:
        return [["".join(text for _, text in cell) for cell in cells]]
    levels: list[float] = []
    for y in sorted((y for cell in counted for y, _ in cell), reverse=True):
        if not levels or levels[-1] - y > 5:
            levels.append(y)
    head = max(levels)
    tops = sorted({y for cell in cells for y, _ in cell if y > head + 5}, reverse=True)
    rows = [["" for _ in cells] for _ in range(len(levels) + bool(tops))]
    for at, cell in enumerate(cells):
        for y, text in cell:
            if tops and y > head + 5:
                rows[0][at] += text
            else:
                nearest = min(range(len(levels)), key=lambda k: abs(levels[k] - y))
                rows[nearest + bool(tops)][at] += text
    return rows
